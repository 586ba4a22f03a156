"""What moved in a cell of the comparison between two days, from loaded statements."""

from collections.abc import Collection, Sequence
from datetime import date

from negotiations.models import Party
from positions.matrix import Statement
from positions.movelines import MoveLine, lines
from positions.movement import Label, Step, moves
from positions.stands import bare_stand_of, terms_of


def held_on(statement: Statement, day: date, parties: Collection[Party]) -> bool:
    """Whether one of the parties holds a demand that stands at the end of a day.

    The demand carries ``held``, as ``DemandQuerySet.standing_on`` gives it.
    """
    holders = statement.demand.held[day.isoformat()] or ()  # type: ignore[attr-defined]
    return any(party.pk in holders for party in parties)


def moves_of(
    party: Party,
    statements: Sequence[Statement],
    since: date,
    until: date,
    parties: Sequence[Party],
) -> tuple[MoveLine, ...]:
    """Return what became of each of a party's stands on an issue between the ends of two days.

    ``statements`` are all that stand on the issue on either day, with ``held`` for both and with
    ``steps``; ``parties`` are all parties of the negotiation. A principal is measured against the
    other principals; of anybody else the movement is as coded.
    """
    principal = Party.Standing.PRINCIPAL
    rivals = [p for p in parties if p.standing == principal and p != party]
    others = rivals if party.standing == principal else []
    terms = terms_of(statements)
    stands = {s.demand.pk: bare_stand_of(s) for s in statements}

    def held(day: date, holders: Collection[Party]):
        return [stands[s.demand.pk] for s in statements if held_on(s, day, holders)]

    steps = {
        newer: Step(older, Label(coded) if coded else None)
        for statement in statements
        for newer, older, coded in statement.demand.steps  # type: ignore[attr-defined]
    }
    found = moves(held(since, [party]), held(until, [party]), steps, held(since, others), terms)
    return lines(found, {s.demand.pk: s for s in statements}, terms)
