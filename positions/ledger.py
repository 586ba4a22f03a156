"""The ledger of movement: who moved on what, how far, and what the others gave meanwhile.

``build`` is the only place that asks the database, as often for one round as for many.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from negotiations.models import Negotiation, Party, Round
from negotiations.past import records_as_of
from positions.baselines import Baseline, held_rounds
from positions.comparison import narrowed
from positions.days import last_day
from positions.matrix import Statement
from positions.models import Demand, Issue
from positions.moved import IssueMoves, holding_on
from positions.movelines import LABELS, ORDER, LabelLine, MoveLine, by_label
from positions.movement import Label
from positions.question import Question
from positions.statements import values_of

GIFTS = frozenset({Demand.Kind.OFFER, Demand.Kind.COMMITMENT})
YESES = frozenset(
    {
        Demand.Answer.ACCEPTED,
        Demand.Answer.ACCEPTED_IN_PART,
        Demand.Answer.WITH_RESERVATION,
    }
)


@dataclass(frozen=True)
class Gift:
    """What another principal gave: something softened, or a new offer, commitment or acceptance."""

    party: Party
    line: MoveLine


@dataclass(frozen=True)
class LedgerRow:
    """What one party moved on one issue, and what the others gave on it meanwhile."""

    issue: Issue | None
    party: Party
    moves: tuple[MoveLine, ...]
    gifts: tuple[Gift, ...]

    @property
    def code(self) -> str:
        return self.issue.code if self.issue else "overall"

    @property
    def labels(self) -> tuple[LabelLine, ...]:
        return by_label(self.moves)


@dataclass(frozen=True)
class Tally:
    """How many of a party's stands have each label."""

    party: Party
    counts: tuple[tuple[Label, int], ...]

    @property
    def text(self) -> str:
        """Return it in words: "softened 2, hardened 1, new 12"."""
        return ", ".join(f"{LABELS[label]} {number}" for label, number in self.counts)


@dataclass(frozen=True)
class Section:
    """The movement between two days; ``rows`` leaves out what stayed as it was."""

    since: Baseline
    until: Baseline
    rows: tuple[LedgerRow, ...]
    tallies: tuple[Tally, ...]

    @property
    def title(self) -> str:
        """Return what the section covers: "Round 2, since round 1"."""
        words = {"since": self.since.text, "until": self.until.text, "round": self.until.round}
        if self.until.round:
            return _("%(round)s, since %(since)s") % words
        return _("Since %(since)s, until %(until)s") % words


@dataclass(frozen=True)
class Ledger:
    """The sections, the newest first, with everything there is to choose from."""

    negotiation: Negotiation
    question: Question
    sections: tuple[Section, ...]
    rounds: tuple[Round, ...]
    every_issue: tuple[Issue, ...]
    every_party: tuple[Party, ...]

    @property
    def as_of(self) -> date:
        return self.question.as_of


def build(*, negotiation: Negotiation, user, question: Question) -> Ledger:
    """Return the ledger that ``user`` may see, until the day of the question.

    Where the question has a day to compare with, the ledger has one section, since then; else one
    for each round, since the one before in its track, and one for the time after the last. Of the
    rest of the question issues, parties, what was known and the revision count. Raises
    ``UnknownRevision``.
    """
    with records_as_of(negotiation, question.revision) as then:
        return _build(then, user, question)


def _build(negotiation: Negotiation, user, question: Question) -> Ledger:
    mine = {"negotiation": negotiation}
    side = Window(RowNumber(), partition_by="standing", order_by=["order", "code"])
    everyone = list(Party.objects.visible_to(user).filter(**mine).annotate(side=side))
    every_issue = list(Issue.objects.visible_to(user).filter(**mine))
    rounds = held_rounds(negotiation, user)
    until = Baseline(question.as_of, question.round)
    if question.since:
        spans = [(Baseline(question.since, question.since_round), until)]
    else:
        spans = list(_spans(rounds, until))
    statements = _statements(negotiation, user, question.known_on, spans, everyone)
    issues = narrowed(every_issue, question.issues)
    columns = [p for p in everyone if not question.parties or p.code in question.parties]
    return Ledger(
        negotiation=negotiation,
        question=question,
        sections=tuple(
            _section(since, end, issues, columns, statements, everyone) for since, end in spans
        ),
        rounds=tuple(rounds),
        every_issue=tuple(every_issue),
        every_party=tuple(everyone),
    )


def _spans(rounds: Sequence[Round], until: Baseline) -> Iterator[tuple[Baseline, Baseline]]:
    """Yield what lies between each round and the next of its track, the newest first."""
    over = [held for held in rounds if last_day(held) <= until.day]
    over.sort(key=lambda held: (last_day(held), held.pk), reverse=True)
    if over and last_day(over[0]) < until.day:
        yield Baseline(last_day(over[0]), over[0]), until
    for place, held in enumerate(over):
        before = next((e for e in over[place + 1 :] if e.track_id == held.track_id), None)
        if before:
            yield Baseline(last_day(before), before), Baseline(last_day(held), held)


def _statements(negotiation, user, known_on, spans, parties) -> dict[int | None, list[Statement]]:
    """Return what stands at either end of any span, by issue."""
    days = {end.day for span in spans for end in span}
    if not days:
        return {}
    demands = list(
        Demand.objects.visible_to(user)
        .filter(negotiation=negotiation)
        .standing_on(days, known_on)
        .with_holding(days, known_on)
        .with_steps()
        .order_by("stated", "pk")
    )
    values = values_of([demand.pk for demand in demands], user, known_on)
    found: dict[int | None, list[Statement]] = defaultdict(list)
    for demand in demands:
        statement = Statement(demand, (), values.get(demand.pk, ()), (), (), ())
        holders = frozenset[int]().union(*(holding_on(statement, day) for day in days))
        statement = replace(statement, holders=tuple(p for p in parties if p.pk in holders))
        found[demand.issue_id].append(statement)
    return found


def _section(since, until, issues, columns, statements, everyone) -> Section:
    rows: list[LedgerRow] = []
    counts: dict[int, Counter[Label]] = {party.pk: Counter() for party in columns}
    for issue in issues:
        here = statements.get(issue.pk if issue else None, ())
        of = IssueMoves(here, since.day, until.day, everyone)
        moves = {party.pk: of.of(party) for party in everyone}
        for party in columns:
            counts[party.pk].update(line.label for line in moves[party.pk])
            moved = tuple(m for m in moves[party.pk] if m.label != Label.UNCHANGED)
            if moved:
                rows.append(LedgerRow(issue, party, moved, tuple(_gifts(party, moves, everyone))))
    return Section(
        since=since,
        until=until,
        rows=tuple(rows),
        tallies=tuple(
            Tally(party, tuple((label, found[label]) for label in ORDER if found[label]))
            for party in columns
            if (found := counts[party.pk])
        ),
    )


def _gifts(party, moves, everyone) -> Iterator[Gift]:
    if party.standing != Party.Standing.PRINCIPAL:
        return
    for other in everyone:
        if other != party and other.standing == Party.Standing.PRINCIPAL:
            yield from (Gift(other, line) for line in moves[other.pk] if _gives(line))


def _gives(line: MoveLine) -> bool:
    if line.label != Label.NEW:
        return line.label == Label.SOFTENED
    demands = [statement.demand for statement in line.after]
    return any(d.kind in GIFTS or d.answer in YESES for d in demands)
