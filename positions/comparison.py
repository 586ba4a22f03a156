"""The comparison: who stands where on what at the end of a day.

``build`` is the only place that asks the database; pages, CSV and API show what it returns. The
number of its queries does not depend on how much there is to show.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import combinations

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, Window
from django.db.models.functions import RowNumber

from negotiations.models import Negotiation, Party, Round
from positions import gaps
from positions.matrix import Cell, Comparison, Node, Row, Settled, Statement
from positions.models import Clause, Demand, DemandHolder, Event, Issue, Outcome, Silence
from positions.querysets import by_end_of
from positions.stands import stand_of, terms_of
from positions.statements import evidence_of, links_of, path_to, values_of


def build(
    *,
    negotiation: Negotiation,
    user,
    as_of: date,
    round: Round | None = None,
    issues: Iterable[str] = (),
    parties: Iterable[str] = (),
) -> Comparison:
    """Return the comparison that ``user`` may see at the end of ``as_of``.

    ``issues`` and ``parties`` are codes that narrow the rows and columns; empty means all. An
    issue named brings its children with it. Codes that do not exist give no row and no column.
    """
    issues, parties = set(issues), set(parties)
    # Its place among those of its standing gives a party the same colour in every selection.
    side = Window(RowNumber(), partition_by="standing", order_by=["order", "code"])
    mine = Party.objects.visible_to(user).filter(negotiation=negotiation)
    everyone = list(mine.annotate(side=side))
    columns = [party for party in everyone if not parties or party.code in parties]
    # Any two parties may be asked for; by default the gap is one between principals.
    compared = [p for p in columns if parties or p.standing == Party.Standing.PRINCIPAL]
    all_issues = _issues(negotiation, user, as_of)
    loaded = _Loaded(negotiation, user, as_of, everyone)
    shown = _narrowed(all_issues, issues)
    rows: list[Issue | None] = list(shown) if issues else [None, *shown]
    return Comparison(
        negotiation=negotiation,
        as_of=as_of,
        round=round,
        parties=tuple(columns),
        rows=tuple(loaded.row(issue, columns, compared) for issue in rows),
        rounds=tuple(
            Round.objects.visible_to(user)
            .filter(negotiation=negotiation, status=Round.Status.HELD)
            .order_by("held")
        ),
        events=tuple(
            Event.objects.visible_to(user)
            .filter(negotiation=negotiation, happened__isnull=False)
            .order_by("happened", "pk")
        ),
        every_issue=tuple(all_issues),
        every_party=tuple(everyone),
    )


def _issues(negotiation, user, as_of) -> list[Issue]:
    """The issues, each with ``spoke``: the parties that said something on it by then."""
    spoke = (
        DemandHolder.objects.filter(
            by_end_of("demand__stated", as_of),
            demand__state="published",
            demand__issue=OuterRef("pk"),
        )
        .order_by()
        .values("party")
        .distinct()
    )
    return list(
        Issue.objects.visible_to(user)
        .filter(negotiation=negotiation)
        .annotate(spoke=ArraySubquery(spoke))
    )


def _narrowed(issues: Sequence[Issue], codes: set[str]) -> list[Issue]:
    if not codes:
        return list(issues)
    kept = {issue.pk for issue in issues if issue.code in codes}
    grown = True
    while grown:
        children = {i.pk for i in issues if i.parent_id in kept} - kept
        kept |= children
        grown = bool(children)
    return [issue for issue in issues if issue.pk in kept]


class _Loaded:
    """The rows of one negotiation at one day, indexed for the matrix."""

    def __init__(self, negotiation, user, as_of: date, parties: Sequence[Party]):
        mine = {"negotiation": negotiation}
        self.parties = {party.pk: party for party in parties}
        demands = self._demands(Demand.objects.visible_to(user).filter(**mine), as_of)
        outcomes = self._outcomes(Outcome.objects.visible_to(user).filter(**mine), as_of)
        clauses = list(
            Clause.objects.visible_to(user)
            .filter(proposal__in={d.clause.proposal_id for d in demands if d.clause})
            .select_related("proposal")
            .order_by("order", "pk")
        )
        self.clauses = {clause.pk: clause for clause in clauses}
        records = {row.pk for row in (*demands, *outcomes)}
        self.values = values_of(records, user)
        self.links = links_of(records, user)
        self.evidence = evidence_of(records | set(self.clauses), user)
        self.statements = [self._statement(demand) for demand in demands]
        self.by_clause = defaultdict(list)
        self.by_issue = defaultdict(list)
        for statement in self.statements:
            self.by_clause[statement.demand.clause_id].append(statement)
            self.by_issue[statement.demand.issue_id].append(statement)
        self.children = defaultdict(list)
        for clause in clauses:
            self.children[clause.parent_id].append(clause)
        self.settled = defaultdict(list)
        for outcome in outcomes:
            self.settled[outcome.issue_id].append(self._settled(outcome))
        self.silences = defaultdict(list)
        noted = Silence.objects.visible_to(user).filter(**mine).noted_by(as_of).unanswered(as_of)
        for silence in noted.select_related("about").order_by("pk"):
            self.silences[silence.issue_id, silence.party_id].append(silence)

    @staticmethod
    def _demands(rows, as_of) -> list[Demand]:
        """Current demands with the holders they still have, and drafts where they may be seen."""
        holders = (
            DemandHolder.objects.filter(demand=OuterRef("pk")).remaining(as_of).values("party")
        )
        unpublished = Q(state__in=["draft", "in review"]) & by_end_of("stated", as_of)
        current = rows.current(as_of).values("pk")
        return list(
            rows.filter(Q(pk__in=current) | unpublished)
            .select_related("issue", "clause", "round", "answers")
            .annotate(remaining=ArraySubquery(holders))
            .order_by("stated", "pk")
        )

    @staticmethod
    def _outcomes(rows, as_of) -> list[Outcome]:
        return list(
            rows.current(as_of)
            .annotate(
                confirming=ArrayAgg(
                    "confirmation_links__party",
                    filter=Q(confirmation_links__isnull=False),
                    default=[],
                )
            )
            .order_by("reached", "pk")
        )

    def _statement(self, demand) -> Statement:
        return Statement(
            demand=demand,
            holders=self._named(demand.remaining),
            values=self.values.get(demand.pk, ()),
            links=self.links.get(demand.pk, ()),
            evidence=self.evidence.get(demand.pk, ()),
            path=path_to(demand.clause_id, self.clauses),
        )

    def _settled(self, outcome) -> Settled:
        return Settled(
            outcome=outcome,
            confirmed_by=self._named(outcome.confirming),
            values=self.values.get(outcome.pk, ()),
            evidence=self.evidence.get(outcome.pk, ()),
        )

    def _named(self, pks) -> tuple[Party, ...]:
        return tuple(sorted((self.parties[pk] for pk in pks), key=lambda p: (p.order, p.code)))

    def row(self, issue: Issue | None, columns, compared) -> Row:
        """Return the row of an issue, or of the whole, which counts in no gap."""
        cells = tuple(self._cell(issue, party) for party in columns)
        settled = tuple(self.settled.get(issue.pk if issue else None, ()))
        return Row(issue, cells, settled, self._gaps(issue, settled, compared) if issue else ())

    def _cell(self, issue, party) -> Cell:
        key = issue.pk if issue else None
        statements = tuple(s for s in self.by_issue.get(key, ()) if party in s.holders)
        nodes = {
            s.demand.clause_id: None
            for s in statements
            if s.demand.clause_id and self.children.get(s.demand.clause_id)
        }
        silences = tuple(self.silences.get((key, party.pk), ()))
        return Cell(
            party=party,
            issue=issue,
            groups=tuple(self._node(self.clauses[pk], party) for pk in nodes),
            statements=statements,
            silences=silences,
            blank=self._blank(issue, party, statements, silences),
        )

    def _blank(self, issue, party, statements, silences) -> str | None:
        if any(s.demand.state == "published" for s in statements):
            return None
        if silences:
            return "none reported"
        return "nothing now" if issue and party.pk in issue.spoke else "not coded"

    def _node(self, clause: Clause, party: Party) -> Node:
        return Node(
            clause=clause,
            readings=tuple(e for e in self.evidence.get(clause.pk, ()) if e.field == "operator"),
            statements=tuple(s for s in self.by_clause.get(clause.pk, ()) if party in s.holders),
            children=tuple(self._node(c, party) for c in self.children.get(clause.pk, ())),
        )

    def _gaps(self, issue, settled, compared) -> tuple[gaps.Gap, ...]:
        published = [s for s in self.by_issue.get(issue.pk, ()) if s.demand.state == "published"]
        answers = [s for s in self.statements if s.demand.answers_id]
        stands = [stand_of(s, answers, self.children) for s in published]
        terms = terms_of(published)
        settlements = [
            gaps.Settlement(s.outcome.kind, frozenset(p.code for p in s.confirmed_by))
            for s in settled
        ]
        return tuple(
            gaps.gap(first.code, second.code, stands, terms, settlements)
            for first, second in combinations(compared, 2)
        )
