"""One issue through all rounds: what each party said when, what moved, what became of it.

``build`` is the only place that asks the database, as often for one statement as for many.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Prefetch, Q

from negotiations import ranges
from negotiations.models import Negotiation, Party
from positions import comparison as comparisons
from positions.days import last_day
from positions.filters import OVERALL
from positions.gaplines import counting, term_text
from positions.linkages import links_of
from positions.matrix import Comparison, Node, Row, Settled, Statement
from positions.models import (
    Clause,
    Demand,
    DemandHolder,
    Event,
    Issue,
    Linkage,
    Outcome,
    Silence,
    Term,
    TermChoice,
)
from positions.periods import (
    Happened,
    Move,
    Period,
    PeriodCell,
    PeriodRow,
    Quiet,
    Said,
    Tie,
    periods,
    place_of,
)
from positions.querysets import by_end_of
from positions.question import Question
from positions.statements import by_record, evidence_of, path_to, values_of
from positions.targets import with_targets
from positions.termhistory import TermHistory, history_of
from positions.termlines import Given


@dataclass(frozen=True)
class IssuePage:
    """Everything that the page of an issue shows; ``issue`` is None for the talks as a whole."""

    negotiation: Negotiation
    issue: Issue | None
    comparison: Comparison
    rows: tuple[PeriodRow, ...]
    terms: tuple[Term, ...]
    histories: tuple[TermHistory, ...]
    unheld: tuple[Said, ...]

    @property
    def as_of(self) -> date:
        return self.comparison.as_of

    @property
    def code(self) -> str:
        return self.issue.code if self.issue else OVERALL

    @property
    def now(self) -> Row:
        """Return the issue's row of the comparison at the day of the page."""
        return self.comparison.row(self.code)

    @property
    def parent(self) -> Issue | None:
        wider = self.issue.parent_id if self.issue else None
        return next((i for i in self.comparison.every_issue if i.pk == wider), None)

    @property
    def parts(self) -> tuple[Row, ...]:
        """Return the rows of the issues that are part of this one."""
        if self.issue is None:
            return ()
        return tuple(
            row
            for row in self.comparison.rows
            if row.issue and row.issue.parent_id == self.issue.pk
        )

    @cached_property
    def others(self) -> bool:
        """Whether a party that is no principal has said something."""
        return any(row.others for row in self.rows)

    @property
    def principals(self) -> tuple[Party, ...]:
        return self.comparison.principals

    @property
    def said(self) -> int:
        """Return how many statements there are, joint ones counted once."""
        everything = (s for row in self.rows for c in row.cells for s in c.said)
        return len({s.statement.demand.pk for s in (*everything, *self.unheld)})


def build(*, negotiation: Negotiation, user, issue: Issue | None, question: Question) -> IssuePage:
    """Return the page of an issue as ``user`` may see it, with what was said by ``as_of``.

    Without an issue it is what is said of the talks as a whole. Of the question only the clocks
    count.
    """
    asked = replace(question.on(issue.code if issue else OVERALL), said=None)
    comparison = comparisons.build(negotiation=negotiation, user=user, question=asked)
    return _Loaded(negotiation, user, issue, asked, comparison).page()


class _Loaded:
    """What is recorded on one issue by one day, whether or not it still stands."""

    def __init__(self, negotiation, user, issue, question: Question, comparison: Comparison):
        self.negotiation, self.user, self.issue = negotiation, user, issue
        self.as_of, self.known_on = question.as_of, question.known_on
        self.comparison, as_of = comparison, question.as_of
        self.parties = {party.pk: party for party in comparison.every_party}
        self.rounds = sorted((r for r in comparison.rounds if last_day(r) <= as_of), key=last_day)
        self.demands = self._demands()
        self.outcomes = self._outcomes()
        self.events = list(
            self._mine(Event)
            .filter(by_end_of("happened", as_of))
            .select_related("actor")
            .order_by("happened", "pk")
        )
        proposals = {d.clause.proposal_id for d in self.demands.values() if d.clause}
        clauses = Clause.objects.visible_to(user).filter(proposal__in=proposals)
        self.clauses = {c.pk: c for c in clauses.select_related("proposal").order_by("order", "pk")}
        own = {*self.demands, *(o.pk for o in self.outcomes), *(e.pk for e in self.events)}
        self.values = values_of(own, user, self.known_on)
        self.links = links_of(
            own, user, negotiation=negotiation, as_of=self.as_of, known_on=self.known_on
        )
        self.evidence = evidence_of(own | set(self.clauses), user, self.known_on)
        self.statements = {pk: self._statement(demand) for pk, demand in self.demands.items()}
        self.ties = self._ties(own)

    def _mine(self, model):
        """The rows of a model on the issue that the user may see, none of them retracted."""
        return (
            model.objects.visible_to(self.user)
            .known_on(self.known_on)
            .filter(negotiation=self.negotiation, issue=self.issue)
            .exclude(state="retracted")
        )

    def _demands(self) -> dict[int, Demand]:
        holders = DemandHolder.objects.filter(demand=OuterRef("pk")).values("party")
        current = Demand.objects.current(self.as_of, self.known_on).filter(pk=OuterRef("pk"))
        rows = (
            with_targets(self._mine(Demand).stated_by(self.as_of))
            .select_related("issue", "clause", "round")
            .annotate(named=ArraySubquery(holders), stands=Exists(current))
            .order_by("stated", "pk")
        )
        return {row.pk: row for row in rows}

    def _outcomes(self) -> list[Outcome]:
        return list(
            self._mine(Outcome)
            .filter(by_end_of("reached", self.as_of))
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
            holders=self._named(demand.named),
            values=self.values.get(demand.pk, ()),
            links=self.links.get(demand.pk, ()),
            evidence=self.evidence.get(demand.pk, ()),
            path=path_to(demand.clause_id, self.clauses),
        )

    def _named(self, pks: Iterable[int]) -> tuple[Party, ...]:
        return tuple(party for pk, party in self.parties.items() if pk in set(pks))

    def _ties(self, own: set[int]) -> dict[int, tuple[Tie, ...]]:
        """Answers to what stands here, and what elsewhere hangs on it, by the number it is tied to.

        What is said to a clause, or hangs on it, counts for the demands that stand in it.
        """
        here = own | {d.clause_id for d in self.demands.values() if d.clause_id}
        holders = DemandHolder.objects.filter(demand=OuterRef("pk")).values("party")
        demands = (
            Demand.objects.visible_to(self.user)
            .exclude(state="retracted")
            .known_on(self.known_on)
            .stated_by(self.as_of)
            .annotate(named=ArraySubquery(holders))
            .order_by("stated", "pk")
        )
        hanging = Linkage.objects.visible_to(self.user).known_on(self.known_on)
        links = list(hanging.filter(anchor__in=here).order_by("pk"))
        waiting = {link.record_id for link in links}
        found = []
        for demand in demands.filter(answers__in=here):
            found.append((demand.answers_id, self._tie(True, demand.get_answer_display(), demand)))
        records: dict[int, Demand | Outcome] = {
            **demands.in_bulk(waiting),
            **Outcome.objects.visible_to(self.user)
            .known_on(self.known_on)
            .filter(by_end_of("reached", self.as_of))
            .in_bulk(waiting),
        }
        for link in links:
            if link.record_id in records:
                tie = self._tie(False, link.get_relation_display(), records[link.record_id])
                found.append((link.anchor_id, tie))
        return by_record(found)

    def _tie(self, is_answer: bool, label: str, record) -> Tie:
        parties = ", ".join(map(str, self._named(getattr(record, "named", ()))))
        return Tie(is_answer, label, parties, record)

    def page(self) -> IssuePage:
        all_periods = periods(self.rounds)
        quiet = [
            (self._place_of(s.looked_until, s.round_id), Quiet(s, s.answered))  # type: ignore[attr-defined]
            for s in self._silences()
        ]
        terms = self._terms()
        rows = tuple(self._row(period, quiet) for period in all_periods)
        histories = (
            history_of(term, all_periods, list(self._given(term)), self.comparison.every_party)
            for term in terms
        )
        return IssuePage(
            negotiation=self.negotiation,
            issue=self.issue,
            comparison=self.comparison,
            rows=tuple(row for row in rows if row.shown),
            terms=tuple(terms),
            histories=tuple(history for history in histories if history.rows),
            unheld=tuple(self._said(s, None) for s in self.statements.values() if not s.holders),
        )

    def _place(self, pk: int) -> int:
        return self._place_of(self.demands[pk].stated, self.demands[pk].round_id)

    def _place_of(self, dates, held: int | None) -> int:
        day = ranges.latest(dates)
        assert day is not None  # what has no last day is not over by any day
        return place_of(self.rounds, day, held)

    def _row(self, period: Period, quiet) -> PeriodRow:
        at = period.place
        return PeriodRow(
            period=period,
            cells=tuple(
                PeriodCell(
                    party,
                    tuple(
                        self._said(statement, party)
                        for number, statement in self.statements.items()
                        if party in statement.holders and self._place(number) == at
                    ),
                    tuple(q for place, q in quiet if place == at and q.silence.party_id == pk),
                )
                for pk, party in self.parties.items()
            ),
            outcomes=tuple(
                Settled(
                    outcome=outcome,
                    confirmed_by=self._named(outcome.confirming),  # type: ignore[attr-defined]
                    values=self.values.get(outcome.pk, ()),
                    evidence=self.evidence.get(outcome.pk, ()),
                )
                for outcome in self.outcomes
                if self._place_of(outcome.reached, outcome.round_id) == at
            ),
            events=tuple(
                Happened(event, self.evidence.get(event.pk, ()))
                for event in self.events
                if self._place_of(event.happened, event.round_id) == at
            ),
        )

    def _said(self, statement: Statement, party: Party | None) -> Said:
        demand = statement.demand
        older = self.statements.get(demand.supersedes_id or 0)
        ended = ranges.latest(demand.ended) if demand.ended else None
        clause = self.clauses.get(demand.clause_id or 0)
        newer = self._newer(demand, party)
        stands = demand.stands and not newer  # type: ignore[attr-defined]
        return Said(
            statement=statement,
            group=self._group(clause) if clause else None,
            replaces=older.demand if older else None,
            moves=_moves(older, statement) if older else (),
            replaced_by=newer,
            ended=ended is not None and ended <= self.as_of,
            stands=stands or demand.state != "published",
            ties=tuple(
                tie
                for pk in (demand.pk, demand.clause_id or 0)
                for tie in self.ties.get(pk, ())
                if tie.record.pk != demand.pk
            ),
        )

    def _group(self, clause: Clause) -> Node | None:
        """The options or parts of a clause by their labels; None for a clause without any."""
        parts = [c for c in self.clauses.values() if c.parent_id == clause.pk]
        readings = (e for e in self.evidence.get(clause.pk, ()) if e.field == "operator")
        children = tuple(Node(part, (), (), ()) for part in parts)
        return Node(clause, tuple(readings), (), children) if parts else None

    def _silences(self) -> list[Silence]:
        noted = self._mine(Silence).noted_by(self.as_of)
        open_ones = Silence.objects.unanswered(self.as_of, self.known_on).filter(pk=OuterRef("pk"))
        return list(
            noted.annotate(answered=~Exists(open_ones)).select_related("about").order_by("pk")
        )

    def _terms(self) -> list[Term]:
        if self.issue is None:
            return []
        choices = TermChoice.objects.visible_to(self.user)
        return list(
            Term.objects.visible_to(self.user)
            .filter(issue=self.issue)
            .prefetch_related(Prefetch("choices", choices))
        )

    def _given(self, term: Term) -> Iterator[Given]:
        """Return each published statement that gives the term, for each of its holders."""
        for pk, statement in self.statements.items():
            if statement.demand.state == "published" and counting(statement, term.code):
                for party in statement.holders:
                    until = self._until(statement.demand, party)
                    yield Given(party, statement, self._place(pk), until)

    def _newer(self, demand: Demand, party: Party | None) -> tuple[Demand, ...]:
        """What replaced a demand: of one held jointly, only for those who hold the newer one."""
        return tuple(
            newer.demand
            for newer in self.statements.values()
            if newer.demand.supersedes_id == demand.pk
            and newer.demand.state == "published"
            and (party is None or party in newer.holders)
        )

    def _until(self, demand: Demand, party: Party) -> int | None:
        """The place of the period in which a demand was replaced or ended, if it was."""
        places = [self._place(newer.pk) for newer in self._newer(demand, party)]
        ended = ranges.latest(demand.ended) if demand.ended else None
        if ended is not None and ended <= self.as_of:
            places.append(self._place_of(demand.ended, None))
        return min(places, default=None)


def _moves(older: Statement, newer: Statement) -> tuple[Move, ...]:
    names = {v.row.term.code: v.row.term.name for s in (older, newer) for v in s.values}
    moves = (
        Move(name, term_text(older, code), term_text(newer, code)) for code, name in names.items()
    )
    return tuple(move for move in moves if move.before != move.after)
