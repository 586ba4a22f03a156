"""The comparison: who stands where on what at the end of a day.

``build`` is the only place that asks the database; pages, CSV and API show what it returns. The
number of its queries does not depend on how much there is to show.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import combinations

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, OuterRef, Q, Value, Window
from django.db.models.functions import RowNumber

from negotiations import ranges
from negotiations.models import Negotiation, Party, Round, Source
from negotiations.past import records_as_of
from positions import gaps
from positions.baselines import held_rounds
from positions.filters import OVERALL, below
from positions.linkages import hanging_on, links_of, with_fulfilment
from positions.matrix import Cell, Comparison, Node, Row, Settled, Statement
from positions.models import Clause, Demand, DemandHolder, Event, Issue, Outcome, Silence
from positions.moved import Movement, baselines_of
from positions.preconditions import Deadlock, Preconditions, preconditions
from positions.querysets import by_end_of
from positions.question import Question
from positions.stands import stand_of, terms_of
from positions.statements import evidence_of, only_if_of, path_to, values_of
from positions.targets import with_targets
from positions.values import Hanging, Received


def build(*, negotiation: Negotiation, user, question: Question) -> Comparison:
    """Return the comparison that ``user`` may see, as ``question`` asks for it.

    An issue named brings its parts with it. Codes that do not exist give no row and no column. What
    is asked of the demands narrows what is shown, and the rows to those that show any; the gap
    counts everything that stands all the same. Raises ``UnknownRevision``.
    """
    with records_as_of(negotiation, question.revision) as then:
        return _build(then, user, question)


def _build(negotiation: Negotiation, user, question: Question) -> Comparison:
    issues, parties = question.issues, question.parties
    # Its place among those of its standing gives a party the same colour in every selection.
    side = Window(RowNumber(), partition_by="standing", order_by=["order", "code"])
    mine = Party.objects.visible_to(user).filter(negotiation=negotiation)
    everyone = list(mine.annotate(side=side))
    columns = [party for party in everyone if not parties or party.code in parties]
    compared = _compared(everyone, parties)
    all_issues = _issues(negotiation, user, question)
    rounds = held_rounds(negotiation, user)
    loaded = _Loaded(negotiation, user, question, rounds, everyone)
    waiting = loaded.preconditions(all_issues)
    rows = [
        loaded.row(each, columns, compared, waiting.on(each))
        for each in narrowed(all_issues, issues)
    ]
    return Comparison(
        negotiation=negotiation,
        question=question,
        parties=tuple(columns),
        rows=tuple(row for row in rows if _shown(row, question)),
        rounds=tuple(rounds),
        events=tuple(
            Event.objects.visible_to(user)
            .known_on(question.known_on)
            .filter(negotiation=negotiation, happened__isnull=False)
            .order_by("happened", "pk")
        ),
        every_issue=tuple(all_issues),
        every_party=tuple(everyone),
        cited=loaded.cited(),
        preconditions=waiting,
    )


def _compared(everyone: Sequence[Party], asked: frozenset[str]) -> tuple[tuple[Party, Party], ...]:
    """The pairs between which a gap is told: any two that were asked for, then the usual ones.

    The usual ones are those of principals, of which one at least is shown. One party that was
    asked for alone is beside every principal.
    """
    principals = {p.pk for p in everyone if p.standing == Party.Standing.PRINCIPAL}
    shown = {p.pk for p in everyone if not asked or p.code in asked}
    alone = shown if len(shown) == 1 else set()

    def told(pair: tuple[Party, Party]) -> bool:
        sides = {party.pk for party in pair}
        return sides <= principals | alone and bool(sides & shown)

    pairs = list(combinations(everyone, 2))
    named = [pair for pair in pairs if asked and {party.pk for party in pair} <= shown]
    return (*named, *(pair for pair in pairs if pair not in named and told(pair)))


def _shown(row: Row, question: Question) -> bool:
    if row.is_over and row.code not in question.issues:
        return False
    if question.only_changed and not row.moved:
        return False
    return question.said is None or row.fits


def _issues(negotiation, user, question: Question) -> list[Issue]:
    """The issues, each with ``spoke``: the parties that said something on it by then."""
    spoke = (
        DemandHolder.objects.filter(
            by_end_of("demand__stated", question.as_of),
            demand__state="published",
            demand__issue=OuterRef("pk"),
        )
        .of_known(question.known_on)
        .order_by()
        .values("party")
        .distinct()
    )
    return list(
        Issue.objects.visible_to(user)
        .filter(negotiation=negotiation)
        .annotate(spoke=ArraySubquery(spoke))
    )


def narrowed(issues: Sequence[Issue], codes: frozenset[str]) -> list[Issue | None]:
    """Return the issues asked for, with their parts; None is what is said of no issue."""
    if not codes:
        return [None, *issues]
    named = [issue.pk for issue in issues if issue.code in codes]
    kept = below(named, ((i.parent_id, i.pk) for i in issues if i.parent_id))
    whole: list[Issue | None] = [None] if OVERALL in codes else []
    return [*whole, *(issue for issue in issues if issue.pk in kept)]


class _Loaded:
    """The rows of one negotiation at one day, indexed for the matrix."""

    def __init__(
        self,
        negotiation,
        user,
        question: Question,
        rounds: Sequence[Round],
        parties: Sequence[Party],
    ):
        mine = {"negotiation": negotiation}
        self.question = question
        as_of, known_on = question.as_of, question.known_on
        self.parties = {party.pk: party for party in parties}
        self.baselines = baselines_of(question, rounds, parties)
        demands, gone = self._demands(Demand.objects.visible_to(user).filter(**mine))
        outcomes = self._outcomes(Outcome.objects.visible_to(user).filter(**mine))
        papers = {d.clause.proposal_id for d in demands if d.clause}
        clauses = list(
            with_fulfilment(Clause.objects.visible_to(user).filter(proposal__in=papers), as_of)
            .select_related("proposal")
            .order_by("order", "pk")
        )
        self.clauses = {clause.pk: clause for clause in clauses}
        records = {row.pk for row in (*demands, *outcomes)}
        self.values = values_of(records | {demand.pk for demand in gone}, user, known_on)
        self.links = links_of(
            records, user, negotiation=negotiation, as_of=as_of, known_on=known_on
        )
        self.evidence = evidence_of(records | set(self.clauses), user, known_on)
        self.hanging = hanging_on(self.links, self._held(demands, outcomes))
        self.children = defaultdict(list)
        for clause in clauses:
            self.children[clause.parent_id].append(clause)
        self.received = defaultdict(list)
        for answer in (demand for demand in demands if demand.answers_id):
            said = Received(answer, self._named(answer.remaining))  # type: ignore[attr-defined]
            self.received[answer.answers_id].append(said)
        self.statements = [self._statement(demand) for demand in demands]
        published = [s for s in self.statements if s.demand.state == "published"]
        before = [self._statement(demand) for demand in gone]
        self.movement = Movement([*published, *before], question, self.baselines, parties)
        self.by_clause = defaultdict(list)
        self.by_issue = defaultdict(list)
        for statement in self.statements:
            self.by_clause[statement.demand.clause_id].append(statement)
            self.by_issue[statement.demand.issue_id].append(statement)
        self.settled = defaultdict(list)
        for outcome in outcomes:
            self.settled[outcome.issue_id].append(self._settled(outcome))
        self.silences = defaultdict(list)
        looked = Silence.objects.visible_to(user).filter(**mine).noted_by(as_of)
        noted = looked.known_on(known_on).unanswered(as_of, known_on)
        for silence in noted.select_related("about").order_by("pk"):
            self.silences[silence.issue_id, silence.party_id].append(silence)

    def _demands(self, rows) -> tuple[list[Demand], list[Demand]]:
        """Current demands with the holders they still have, and drafts where they may be seen.

        And those that stood at a baseline and are gone. ``fits`` tells whether a demand is one of
        those that were asked for.
        """
        as_of, known_on, said = self.question.as_of, self.question.known_on, self.question.said
        held = DemandHolder.objects.filter(demand=OuterRef("pk"))
        unpublished = Q(state__in=["draft", "in review"]) & by_end_of("stated", as_of)
        days = {as_of, *(since.day for since in self.baselines.values() if since)}
        standing = rows.standing_on(days, known_on).values("pk")
        found = list(
            with_targets(rows.filter(Q(pk__in=standing) | unpublished))
            .select_related("issue", "clause", "round")
            .with_holding(days, known_on)
            .with_steps()
            .annotate(
                remaining=ArraySubquery(held.remaining(as_of, known_on).values("party")),
                held=Exists(held),
                fits=Value(True, BooleanField())
                if said is None
                else Exists(said.filter(pk=OuterRef("pk"))),
            )
            .order_by("stated", "pk")
        )
        stand, gone = [], []
        for demand in found:
            if demand.state == "published" and demand.holding[as_of.isoformat()] is None:
                demand.remaining = {pk for held in demand.holding.values() for pk in held or ()}
                gone.append(demand)
            else:
                stand.append(demand)
        return stand, gone

    def _outcomes(self, rows) -> list[Outcome]:
        return list(
            rows.current(self.question.as_of, self.question.known_on)
            .select_related("issue")
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
        """The demand with all that belongs to it; what is said to its clause is said to it."""
        links, path = self.links.get(demand.pk, ()), path_to(demand.clause_id, self.clauses)
        to = (demand.pk, demand.clause_id)
        return Statement(
            demand=demand,
            holders=self._named(demand.remaining),
            values=self.values.get(demand.pk, ()),
            links=links,
            evidence=self.evidence.get(demand.pk, ()),
            path=path,
            hanging=self._hanging(demand),
            only_if=only_if_of(links, path, self.children),
            received=tuple(each for pk in to for each in self.received.get(pk, ())),
        )

    def _held(self, demands, outcomes):
        """Each record with those who hold or confirm it."""
        yield from ((demand, self._named(demand.remaining)) for demand in demands)
        yield from ((outcome, self._named(outcome.confirming)) for outcome in outcomes)

    def _hanging(self, record) -> tuple[Hanging, ...]:
        """What hangs on a record, or on the clause in which it stands, but itself."""
        anchors = (record.pk, record.clause_id)
        every = (each for pk in anchors for each in self.hanging.get(pk, ()))
        return tuple(each for each in every if each.record.pk != record.pk)

    def preconditions(self, issues: Sequence[Issue]) -> Preconditions:
        """Return what waits for what on this day, and the deadlocks in it."""
        return preconditions(
            statements=self.statements,
            settled=[each for on_issue in self.settled.values() for each in on_issue],
            clauses=tuple(self.clauses.values()),
            evidence=self.evidence,
            issues=issues,
        )

    def _settled(self, outcome) -> Settled:
        return Settled(
            outcome=outcome,
            confirmed_by=self._named(outcome.confirming),
            values=self.values.get(outcome.pk, ()),
            evidence=self.evidence.get(outcome.pk, ()),
            links=self.links.get(outcome.pk, ()),
            hanging=self._hanging(outcome),
        )

    def _named(self, pks) -> tuple[Party, ...]:
        return tuple(sorted((self.parties[pk] for pk in pks), key=lambda p: (p.order, p.code)))

    def cited(self) -> tuple[Source, ...]:
        """Return the sources that speak to what stands, by their outlets and titles."""
        sources = {row.source for rows in self.evidence.values() for row in rows}
        return tuple(sorted(sources, key=lambda source: (str(source).casefold(), source.pk)))

    def row(self, issue: Issue | None, columns, compared, deadlocks: tuple[Deadlock, ...]) -> Row:
        """Return the row of an issue, or of the whole, which counts in no gap."""
        key = issue.pk if issue else None
        settled = tuple(self.settled.get(key, ()))
        return Row(
            issue=issue,
            cells=tuple(self._cell(issue, party) for party in columns),
            outcomes=settled,
            gaps=self._gaps(issue, settled, compared) if issue else (),
            unheld=self._unheld(key),
            every_statement=tuple(self.by_issue.get(key, ())),
            deadlocks=deadlocks,
            every_party=tuple(self.parties.values()),
        )

    def _unheld(self, key: int | None) -> tuple[Statement, ...]:
        """What nobody holds; nothing of it is said by the parties that were asked for."""
        if self.question.parties:
            return ()
        return tuple(
            s
            for s in self.by_issue.get(key, ())
            if s.fits and not s.demand.held  # type: ignore[attr-defined]
        )

    def _cell(self, issue, party) -> Cell:
        key = issue.pk if issue else None
        held = [s for s in self.by_issue.get(key, ()) if party in s.holders]
        statements = tuple(s for s in held if s.fits)
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
            blank=self._blank(issue, party, held, silences),
            since=self.baselines[party.pk],
            moves=self.movement.of(key, party),
            facing=self._facing(key, party),
        )

    def _facing(self, key: int | None, party: Party) -> int | None:
        """What others put forward last on an issue, so that a party can refuse to discuss it."""
        others = [
            s
            for s in self.by_issue.get(key, ())
            if s.holders and party not in s.holders
            if s.demand.state == "published" and s.demand.kind in gaps.COMPARED
        ]
        said = {s.demand.pk: ranges.latest(s.demand.stated) or date.min for s in others}
        return max(said, key=lambda pk: (said[pk], pk), default=None)

    def _blank(self, issue, party, held, silences) -> str | None:
        if any(s.demand.state == "published" for s in held):
            return None if any(s.fits for s in held) else "left out"
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
        stands = [stand_of(s) for s in published]
        terms = terms_of(published)
        settlements = [
            gaps.Settlement(s.outcome.kind, frozenset(p.code for p in s.confirmed_by))
            for s in settled
        ]
        return tuple(
            gaps.gap(first.code, second.code, stands, terms, settlements)
            for first, second in compared
        )
