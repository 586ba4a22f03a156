"""From loaded statements to the plain data that ``gaps`` compares."""

from collections.abc import Iterable
from dataclasses import replace

from negotiations import ranges
from negotiations.models import State
from positions import gaps
from positions.matrix import Statement
from positions.models import Demand
from positions.values import Received, Value


def terms_of(statements: Iterable[Statement]) -> dict[str, gaps.Term]:
    """Return the terms for which the statements give values, by code, in the terms' order."""
    values = {value.row.term.code: value for s in statements for value in s.values}
    return {
        code: gaps.Term(
            code,
            value.row.term.name,
            value.row.term.kind,
            value.row.term.unit,
            dict(value.places),
        )
        for code, value in sorted(
            values.items(), key=lambda named: (named[1].row.term.order, named[0])
        )
    }


def stand_of(statement: Statement) -> gaps.Stand:
    """Return a statement as the gap sees it: answers that are no more than drafts count nothing."""
    received = [each for each in statement.received if each.answer.state == State.PUBLISHED]
    accepted = [each for each in received if each.answer.answer == Demand.Answer.ACCEPTED]
    return replace(
        bare_stand_of(statement),
        conditions=frozenset(each.key for each in statement.only_if),
        accepted_by=_by(accepted),
        rejected_by=_by(each for each in received if each.is_refusal),
    )


def bare_stand_of(statement: Statement) -> gaps.Stand:
    """Return a statement as movement sees it: without its conditions and the answers to it."""
    return gaps.Stand(
        id=statement.demand.pk,
        parties=_codes(statement),
        kind=statement.demand.kind,
        values=tuple(_value(value) for value in statement.values),
    )


def _by(answers: Iterable[Received]) -> frozenset[str]:
    return frozenset(party.code for each in answers for party in each.parties)


def _codes(statement) -> frozenset[str]:
    return frozenset(party.code for party in statement.holders)


def _value(value: Value) -> gaps.Value:
    row = value.row
    return gaps.Value(
        term=row.term.code,
        quantity=(row.quantity.lower, row.quantity.upper) if row.quantity else None,
        dates=(ranges.earliest(row.dates), ranges.latest(row.dates)) if row.dates else None,
        choices=frozenset(choice.code for choice in value.choices),
        quantifier=row.quantifier or "all of",
        others=row.others,
        status=row.status,
        rank=row.rank,
    )
