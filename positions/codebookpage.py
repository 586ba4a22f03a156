"""The codebook as people read it: what each issue asks and covers, and how much rests on it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _

from negotiations.models import Negotiation
from positions.models import (
    Demand,
    Event,
    Issue,
    Outcome,
    Silence,
    Term,
    TermChoice,
    TermValue,
    TermValueChoice,
)

#: What stands on an issue, by the names that pages and API have for it.
ON_ISSUES = {"demands": Demand, "outcomes": Outcome, "events": Event, "silences": Silence}


@dataclass(frozen=True)
class UsedChoice:
    """A choice, and how many values name it."""

    choice: TermChoice
    used: int


@dataclass(frozen=True)
class UsedTerm:
    """A term with its choices in order, and how many values there are of it."""

    term: Term
    choices: tuple[UsedChoice, ...]
    used: int

    @property
    def offered(self) -> tuple[UsedChoice, ...]:
        """Return the choices that are not retired."""
        return tuple(each for each in self.choices if each.choice.retired is None)

    @property
    def retired(self) -> tuple[UsedChoice, ...]:
        return tuple(each for each in self.choices if each.choice.retired)

    @property
    def is_ordered(self) -> bool:
        """Whether the order of the choices means something."""
        return any(each.choice.ordinal is not None for each in self.choices)


@dataclass(frozen=True)
class UsedIssue:
    """An issue ``depth`` steps below the outermost ones, and what stands on it, by kind."""

    issue: Issue
    depth: int
    counts: Mapping[str, int]
    terms: tuple[UsedTerm, ...]

    @property
    def used(self) -> int:
        """How many records stand on it."""
        return sum(self.counts.values())

    @property
    def offered(self) -> tuple[UsedTerm, ...]:
        """Return the terms that are not retired."""
        return tuple(each for each in self.terms if each.term.retired is None)


@dataclass(frozen=True)
class Codebook:
    """Every issue, each before its parts, and the terms of none; retired ones among them."""

    negotiation: Negotiation
    issues: tuple[UsedIssue, ...]
    loose: tuple[UsedTerm, ...]

    @property
    def offered(self) -> tuple[UsedIssue, ...]:
        """Return the issues that are not retired."""
        return tuple(each for each in self.issues if each.issue.retired is None)

    @property
    def retired_issues(self) -> tuple[UsedIssue, ...]:
        return tuple(each for each in self.issues if each.issue.retired)

    @property
    def loose_offered(self) -> tuple[UsedTerm, ...]:
        """Return the terms of no issue that are not retired."""
        return tuple(each for each in self.loose if each.term.retired is None)

    @property
    def terms(self) -> tuple[UsedTerm, ...]:
        """Return all terms, in the order of their issues."""
        return (*(term for each in self.issues for term in each.terms), *self.loose)

    @property
    def retired_terms(self) -> tuple[UsedTerm, ...]:
        return tuple(each for each in self.terms if each.term.retired)

    @property
    def retired_choices(self) -> tuple[UsedChoice, ...]:
        """Return the retired choices of terms in use; those of retired terms went with them."""
        return tuple(c for t in self.terms if t.term.retired is None for c in t.retired)

    @property
    def anything_retired(self) -> bool:
        return bool(self.retired_issues or self.retired_terms or self.retired_choices)


def build(*, negotiation: Negotiation, user) -> Codebook:
    """Return the codebook of a negotiation with what ``user`` sees to rest on it."""

    def mine(model):
        return model.objects.visible_to(user).filter(negotiation=negotiation)

    counts = {
        name: _counted(mine(model).exclude(state="retracted"), "issue")
        for name, model in ON_ISSUES.items()
    }
    values = mine(TermValue).exclude(state="retracted")
    given = _counted(values, "term")
    named = _counted(TermValueChoice.objects.filter(value__in=values), "choice")
    choices = defaultdict(list)
    for choice in mine(TermChoice).select_related("term", "merged_into"):
        choices[choice.term_id].append(UsedChoice(choice, named.get(choice.pk, 0)))
    terms = defaultdict(list)
    for term in mine(Term).select_related("issue", "merged_into"):
        used = UsedTerm(term, tuple(choices[term.pk]), given.get(term.pk, 0))
        terms[term.issue_id].append(used)
    below = defaultdict(list)
    for issue in mine(Issue).select_related("parent", "merged_into"):
        below[issue.parent_id].append(issue)
    return Codebook(
        negotiation,
        tuple(
            UsedIssue(
                issue,
                depth,
                {name: found.get(issue.pk, 0) for name, found in counts.items()},
                tuple(terms[issue.pk]),
            )
            for issue, depth in _walk(below, None, 0)
        ),
        tuple(terms[None]),
    )


def uses_of(row: Issue | Term | TermChoice, *, user) -> tuple[tuple[str, int], ...]:
    """Return what rests on a part of the codebook, in words, and how much there is of each."""
    values = TermValue.objects.visible_to(user).exclude(state="retracted")
    if isinstance(row, TermChoice):
        return ((_("values that name it"), values.filter(choices=row.pk).count()),)
    if isinstance(row, Term):
        mine = TermChoice.objects.visible_to(user).filter(term=row, retired=None)
        return (
            (_("values"), values.filter(term=row).count()),
            (_("choices"), mine.count()),
        )
    said = [
        (
            str(model._meta.verbose_name_plural),
            model.objects.visible_to(user).filter(issue=row).exclude(state="retracted").count(),
        )
        for model in ON_ISSUES.values()
    ]
    terms = Term.objects.visible_to(user).filter(issue=row, retired=None)
    parts = Issue.objects.visible_to(user).filter(parent=row, retired=None)
    return (*said, (_("terms"), terms.count()), (_("parts"), parts.count()))


def _counted(rows, by: str) -> dict[int | None, int]:
    return dict(rows.order_by().values_list(by).annotate(count=Count("pk")))


def _walk(
    below: Mapping[int | None, Iterable[Issue]], parent: int | None, depth: int
) -> Iterator[tuple[Issue, int]]:
    for issue in below.get(parent, ()):
        yield issue, depth
        yield from _walk(below, issue.pk, depth + 1)
