"""From loaded statements to the plain data that ``gaps`` compares."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from negotiations import ranges
from positions import gaps
from positions.matrix import Statement
from positions.models import Clause, Demand, Linkage
from positions.values import Value

REFUSALS = {Demand.Answer.REJECTED, Demand.Answer.REFUSES}


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


def stand_of(
    statement: Statement,
    answers: Iterable[Statement],
    children: Mapping[int | None, Sequence[Clause]],
) -> gaps.Stand:
    """Return a statement as the gap sees it.

    ``answers`` are the current demands that answer something; one to the clause where a demand
    stands answers the demand. ``children`` gives each clause's parts in their order: a step in
    sequence waits for the step before it.
    """
    demand = statement.demand
    targets = {demand.pk, demand.clause_id} - {None}
    received = [s for s in answers if s.demand.answers_id in targets]
    return replace(
        bare_stand_of(statement),
        conditions=frozenset(_conditions(statement, children)),
        accepted_by=_by(received, {Demand.Answer.ACCEPTED}),
        rejected_by=_by(received, REFUSALS),
    )


def bare_stand_of(statement: Statement) -> gaps.Stand:
    """Return a statement as movement sees it: without its conditions and the answers to it."""
    return gaps.Stand(
        id=statement.demand.pk,
        parties=_codes(statement),
        kind=statement.demand.kind,
        values=tuple(_value(value) for value in statement.values),
    )


def _by(answers, kinds) -> frozenset[str]:
    return frozenset(c for s in answers if s.demand.answer in kinds for c in _codes(s))


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


def _conditions(statement, children) -> Iterable[str]:
    """Keys that are equal where two demands wait for the same: a record's number, or the words."""
    for link in statement.links:
        if link.row.relation == Linkage.Relation.ONLY_IF:
            anchor = link.row.anchor_id
            yield f"record {anchor}" if anchor else " ".join(link.row.condition.casefold().split())
    for parent, clause in zip(statement.path, statement.path[1:], strict=False):
        if parent.operator == Clause.Operator.SEQUENCE:
            steps = [step.pk for step in children[parent.pk]]
            place = steps.index(clause.pk)
            if place:
                yield f"record {steps[place - 1]}"
