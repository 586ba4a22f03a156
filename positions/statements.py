"""What belongs to loaded records, under their numbers: values and evidence; a query each.

``known_on`` leaves out what no source published by the end of that day carries.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, F, Func, OuterRef
from django.db.models.functions import JSONObject

from positions.models import Clause, Evidence, Linkage, TermChoice, TermValue, TermValueChoice
from positions.origins import Lineage
from positions.values import Choice, Link, Value, Waits
from positions.vouching import VOUCHING

Part = TypeVar("Part")


def values_of(
    records: Iterable[int], user, known_on: date | None = None
) -> dict[int, tuple[Value, ...]]:
    """Return the values that ``user`` may see, with their choices, in the order of their terms."""
    choices = (
        TermValueChoice.objects.filter(value=OuterRef("pk"))
        .order_by("choice__ordinal", "choice__pk")
        .values(
            json=JSONObject(
                code=F("choice__code"), name=F("choice__name"), ordinal=F("choice__ordinal")
            )
        )
    )
    scale = TermChoice.objects.filter(term=OuterRef("term")).values(
        json=JSONObject(code=F("code"), ordinal=F("ordinal"))
    )
    cited = (
        Evidence.objects.visible_to(user)
        .known_on(known_on)
        .filter(record=OuterRef("pk"), stance__in=VOUCHING)
        .order_by("pk")
        .values_list(lineage())
    )
    rows = (
        TermValue.objects.visible_to(user)
        .known_on(known_on)
        .filter(record__in=records)
        .select_related("term")
        .annotate(
            named=ArraySubquery(choices), scale=ArraySubquery(scale), cited=ArraySubquery(cited)
        )
        .order_by("term__order", "term__code", "pk")
    )
    return by_record(
        (
            row.record_id,
            Value(
                row,
                tuple(Choice(**choice) for choice in row.named),
                tuple((choice["code"], choice["ordinal"]) for choice in row.scale),
                tuple(known(numbers) for numbers in row.cited),
            ),
        )
        for row in rows
    )


def evidence_of(
    records: Iterable[int], user, known_on: date | None = None
) -> dict[int, tuple[Evidence, ...]]:
    """Return who says so, with source and speaker, and where the source has it from."""
    rows = (
        Evidence.objects.visible_to(user)
        .known_on(known_on)
        .filter(record__in=records)
        .select_related("source", "speaker", "reported_by")
        .annotate(lineage=lineage(), has_it_from=F("source__derived_from__outlet"))
        .order_by("pk")
    )
    return by_record((row.record_id, row) for row in rows)


def lineage() -> Func:
    """Return, for rows of evidence, the numbers of their source and of those it derives from.

    Four steps back: reports that have their origin in common further back count by themselves.
    """
    steps = ["source" + "__derived_from" * step for step in range(5)]
    return Func(
        *(F(step) for step in steps),
        template="ARRAY[%(expressions)s]",
        output_field=ArrayField(BigIntegerField()),
    )


def known(numbers: Iterable[int | None]) -> Lineage:
    """Return a lineage as far as it goes."""
    return tuple(number for number in numbers if number is not None)


def by_record(parts: Iterable[tuple[int, Part]]) -> dict[int, tuple[Part, ...]]:
    """Return parts under the number of the record each belongs to, in the order they came in."""
    found = defaultdict(list)
    for pk, part in parts:
        found[pk].append(part)
    return {pk: tuple(parts) for pk, parts in found.items()}


def path_to(clause: int | None, clauses: Mapping[int, Clause]) -> tuple[Clause, ...]:
    """Return the clauses from the outermost one to the numbered one; none for no clause."""
    path: list[Clause] = []
    while clause is not None and clause in clauses:
        path.insert(0, clauses[clause])
        clause = path[0].parent_id
    return tuple(path)


def only_if_of(
    links: Iterable[Link],
    path: Sequence[Clause],
    children: Mapping[int | None, Sequence[Clause]],
) -> tuple[Waits, ...]:
    """Return without what a record does not hold: its *only if*, and the steps before its own.

    ``path`` leads to the clause where it stands; ``children`` gives each clause's parts in order.
    """
    found = []
    for link in links:
        if link.row.relation == Linkage.Relation.ONLY_IF:
            anchor = link.row.anchor_id
            words = " ".join(link.row.condition.casefold().split())
            found.append(Waits(f"record {anchor}" if anchor else words, link.text, anchor))
    for parent, clause in pairwise(path):
        if parent.operator == Clause.Operator.SEQUENCE:
            steps = list(children[parent.pk])
            place = [step.pk for step in steps].index(clause.pk)
            if place:
                before = steps[place - 1]
                found.append(Waits(f"record {before.pk}", str(before), before.pk))
    return tuple(found)
