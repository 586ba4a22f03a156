"""The issues as a tree, each with its terms, how much was said on it, and how far apart it is."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, Max, Prefetch

from negotiations import ranges
from negotiations.models import Negotiation
from positions import comparison as comparisons
from positions.matrix import Comparison, Row
from positions.models import Demand, Issue, Term, TermChoice
from positions.querysets import by_end_of
from positions.question import Question
from positions.rowgroups import tally

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class IssueLine:
    """One issue, ``depth`` steps below the outermost ones; the talks as a whole have none."""

    row: Row
    depth: int
    terms: tuple[Term, ...]
    said: int
    last_said: str

    @property
    def issue(self) -> Issue | None:
        return self.row.issue


@dataclass(frozen=True)
class IssueList:
    """Every issue of a negotiation at the end of a day, parts below what they are part of."""

    comparison: Comparison
    lines: tuple[IssueLine, ...]

    @property
    def issues(self) -> tuple[IssueLine, ...]:
        return tuple(line for line in self.lines if line.issue)

    @property
    def overall(self) -> IssueLine:
        return self.lines[0]

    @property
    def statuses(self) -> tuple[tuple[str, int], ...]:
        """Return the statuses of the gaps and how often each is met, commonest first."""
        return tally([line.row for line in self.issues])


def build(*, negotiation: Negotiation, user, as_of: date) -> IssueList:
    """Return the issues with what ``user`` may see of them at the end of ``as_of``."""
    comparison = comparisons.build(
        negotiation=negotiation, user=user, question=Question(as_of=as_of)
    )
    said = (
        Demand.objects.visible_to(user)
        .filter(by_end_of("stated", as_of), negotiation=negotiation)
        .exclude(state="retracted")
        .order_by()
        .values("issue")
        .annotate(said=Count("pk"), last=Max(F("stated__endswith")))
    )
    by_issue = {row["issue"]: row for row in said}
    terms = defaultdict(list)
    for term in (
        Term.objects.visible_to(user)
        .filter(negotiation=negotiation, issue__isnull=False)
        .prefetch_related(Prefetch("choices", TermChoice.objects.visible_to(user)))
    ):
        terms[term.issue_id].append(term)
    return IssueList(
        comparison,
        tuple(
            _line(row, depth, terms, by_issue) for row, depth in _tree(comparison.rows, parent=None)
        ),
    )


def _line(row: Row, depth: int, terms, by_issue) -> IssueLine:
    number = row.issue.pk if row.issue else None
    found = by_issue.get(number)
    return IssueLine(
        row=row,
        depth=depth,
        terms=tuple(terms[number]),
        said=found["said"] if found else 0,
        last_said=ranges.date_text(ranges.day(found["last"] - ONE_DAY)) if found else "",
    )


def _tree(rows: Sequence[Row], parent: int | None, depth: int = 0) -> Iterator[tuple[Row, int]]:
    """Walk from each issue into its parts; the talks as a whole, which are no issue, come first."""
    for row in rows:
        if row.issue is None:
            if depth == 0:
                yield row, 0
        elif row.issue.parent_id == parent:
            yield row, depth
            yield from _tree(rows, row.issue.pk, depth + 1)
