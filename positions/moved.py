"""What moved on an issue between two days, from loaded statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from negotiations.models import Party, Round
from positions.baselines import Baseline, round_before
from positions.gaps import Stand
from positions.matrix import Statement
from positions.movelines import MoveLine, lines
from positions.movement import Label, Step, moves
from positions.question import Question
from positions.stands import bare_stand_of, terms_of


def holding_on(statement: Statement, day: date) -> frozenset[int]:
    """Return the numbers of the parties that hold a demand at the end of a day.

    The demand carries ``holding``, as ``DemandQuerySet.with_holding`` gives it.
    """
    return frozenset(statement.demand.holding[day.isoformat()] or ())  # type: ignore[attr-defined]


class IssueMoves:
    """The movement of every party on one issue between the ends of two days.

    ``statements`` are those on the issue that stand on either day, with ``holding`` for both and
    with ``steps``; more do no harm. ``parties`` are all parties of the negotiation.
    """

    def __init__(
        self, statements: Sequence[Statement], since: date, until: date, parties: Sequence[Party]
    ):
        standing = [s for s in statements if holding_on(s, since) or holding_on(s, until)]
        self.parties = parties
        self.statements = {s.demand.pk: s for s in standing}
        self.terms = terms_of(standing)
        stands = {s.demand.pk: bare_stand_of(s) for s in standing}
        self.before, self.after = (
            [(holding_on(s, day), stands[s.demand.pk]) for s in standing] for day in (since, until)
        )
        self.steps = {
            newer: Step(older, Label(coded) if coded else None)
            for s in standing
            for newer, older, coded in s.demand.steps  # type: ignore[attr-defined]
        }

    def of(self, party: Party) -> tuple[MoveLine, ...]:
        """Return what became of each of a party's stands, what tells most first.

        A principal is measured against the other principals; of anybody else the movement is as
        coded.
        """
        principal = Party.Standing.PRINCIPAL
        rivals = {p.pk for p in self.parties if p.standing == principal and p != party}
        others = rivals if party.standing == principal else set()
        found = moves(
            _of(self.before, {party.pk}),
            _of(self.after, {party.pk}),
            self.steps,
            _of(self.before, others),
            self.terms,
        )
        return lines(found, self.statements, self.terms)


class Movement:
    """The movement of every party on every issue since a baseline of its own.

    ``statements`` are all that stand on the day of the question or on the day of a baseline.
    """

    def __init__(
        self,
        statements: Iterable[Statement],
        question: Question,
        baselines: Mapping[int, Baseline | None],
        parties: Sequence[Party],
    ):
        self.until, self.narrowed = question.as_of, question.said is not None
        self.baselines, self.parties = baselines, parties
        self.by_issue: dict[int | None, list[Statement]] = defaultdict(list)
        for statement in statements:
            self.by_issue[statement.demand.issue_id].append(statement)
        self.found: dict[tuple[int | None, date], IssueMoves] = {}

    def of(self, issue: int | None, party: Party) -> tuple[MoveLine, ...]:
        """Return what became of each of a party's stands on the numbered issue, or on none.

        Of a question that narrows what is said, only what is about a demand that fits. Without a
        baseline nothing is told.
        """
        since = self.baselines[party.pk]
        if since is None or issue not in self.by_issue:
            return ()
        key = issue, since.day
        if key not in self.found:
            self.found[key] = IssueMoves(self.by_issue[issue], since.day, self.until, self.parties)
        moved = self.found[key].of(party)
        if not self.narrowed:
            return moved
        return tuple(m for m in moved if any(s.fits for s in (*m.before, *m.after)))


def baselines_of(
    question: Question, rounds: Sequence[Round], parties: Iterable[Party]
) -> dict[int, Baseline | None]:
    """Return the day each party's movement is told from, by its number; None where there is none.

    That is the day asked for, or else of each party the last day of the round before.
    """
    if question.since:
        asked = Baseline(question.since, question.since_round)
        return {party.pk: asked for party in parties}
    return {party.pk: round_before(rounds, party, question.as_of) for party in parties}


def _of(held: Sequence[tuple[frozenset[int], Stand]], parties: Collection[int]) -> list[Stand]:
    return [stand for holders, stand in held if not holders.isdisjoint(parties)]
