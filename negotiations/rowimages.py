"""Rows as JSON has them: read, now or as they stood, and written back by a statement for many."""

import functools
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import islice
from typing import Any

from django.db import connection, models

from negotiations.changes import gated_models
from negotiations.constraints import SameNegotiation
from negotiations.models import History, Record
from negotiations.models.base import numbered_models

ROWS_AT_ONCE = 2000

#: A row as JSON has it, without what is generated.
Image = Mapping[str, Any]
Key = tuple[type[models.Model], int]


def images_of(keys: Iterable[Key]) -> dict[Key, Image]:
    """Return rows as JSON has them, as far as they are there, in one query for each table.

    Inside ``at_revision`` they are those of then.
    """
    found: dict[Key, Image] = {}
    for model, numbers in by_model(keys).items():
        columns = columns_of(model)
        pairs = ", ".join(f"'{column}', {quoted(column)}" for column in columns)
        for pk, image in run(
            f"SELECT id, jsonb_build_object({pairs})::text FROM {table(model)} WHERE id = ANY(%s)",
            numbers,
        ):
            found[model, pk] = json.loads(image, parse_float=str)
    return found


def typed(rows: models.QuerySet[History]) -> dict[int, Any]:
    """Return the images that rows of history hold as rows of their models, by history's number.

    A column that came later is None in them. One query for each table.
    """
    found: dict[str, list[int]] = defaultdict(list)
    for number, name in rows.values_list("pk", "table_name"):
        found[name].append(number)
    images: dict[int, Any] = {}
    for name, numbers in found.items():
        model: Any = gated_models()[name]
        for image in model._base_manager.raw(
            f"SELECT image.*, h.id AS of_history FROM {table(History)} h,"
            f" jsonb_populate_record(NULL::{table(model)}, h.data) image WHERE h.id = ANY(%s)",
            [numbers],
        ):
            images[image.of_history] = image
    return images


def as_rows(images: Iterable[tuple[str, Image]]) -> Iterator[Any]:
    """Yield images, each with its table's name, as rows of their models, in one query for each."""
    images = list(images)
    found: dict[int, Any] = {}
    by_table: dict[str, list[int]] = defaultdict(list)
    for place, (name, _image) in enumerate(images):
        by_table[name].append(place)
    for name, places in by_table.items():
        model: Any = gated_models()[name]
        given = json.dumps([{"place": place, "image": images[place][1]} for place in places])
        for row in model._base_manager.raw(
            "SELECT image.*, (given->>'place')::int AS place"
            " FROM jsonb_array_elements(%s::jsonb) given,"
            f" jsonb_populate_record(NULL::{table(model)}, given->'image') image",
            [given],
        ):
            found[row.place] = row
    return (found[place] for place in range(len(images)))


@dataclass(frozen=True)
class Pointer:
    """A column of a model, and the model that it points to."""

    model: type[models.Model]
    name: str
    column: str
    target: type[models.Model]


@functools.cache
def pointers(model: type[models.Model]) -> tuple[Pointer, ...]:
    """Return the columns of a model that point to other rows, the negotiation aside."""
    return tuple(
        Pointer(model, f.name, f.attname, f.related_model)
        for f in model._meta.concrete_fields
        if isinstance(f, models.ForeignKey) and f.name != "negotiation"
    )


def delete(model: type[models.Model], numbers: list[int]) -> None:
    """Delete rows by their numbers."""
    run(f"DELETE FROM {table(model)} WHERE id = ANY(%s)", numbers)


def insert(model: type[models.Model], images: list[Image]) -> None:
    """Bring rows back one version further, in an order in which each finds what it points to."""
    names = ", ".join(map(quoted, columns_of(model)))
    for some in _batches(_pointed_to_first(model, images)):
        raised = [{**i, "version": i["version"] + 1} if "version" in i else i for i in some]
        run(
            f"INSERT INTO {table(model)} ({names}) SELECT {names}"
            " FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS given (image, place),"
            f" jsonb_populate_record(NULL::{table(model)}, image) ORDER BY place",
            json.dumps(raised),
        )


def update(model: type[models.Model], columns: tuple[str, ...], images: list[Image]) -> None:
    """Give columns of rows what their images hold, one version further."""
    sets = [f"{quoted(column)} = image.{quoted(column)}" for column in columns]
    if "version" in columns_of(model):
        sets.append("version = now.version + 1")
    for some in _batches(images):
        held = [{column: image[column] for column in ("id", *columns)} for image in some]
        run(
            f"UPDATE {table(model)} AS now SET {', '.join(sets)}"
            f" FROM jsonb_populate_recordset(NULL::{table(model)}, %s::jsonb) AS image"
            " WHERE now.id = image.id",
            json.dumps(held),
        )


def tables_in_order() -> list[type[models.Model]]:
    """Return the models with a history, each after those that its rows may point to."""
    numbered = numbered_models()
    graph: dict[type[models.Model], set[type[models.Model]]] = {}
    for model in gated_models().values():
        allowed = {c.field: c.kinds for c in model._meta.constraints if type(c) is SameNegotiation}
        targets: set[type[models.Model]] = set()
        for pointer in pointers(model):
            kinds = allowed.get(pointer.name, ())
            targets |= {numbered[kind] for kind in kinds} or {pointer.target}
        graph[model] = targets - {model}
    known = set(graph)
    return [m for m in TopologicalSorter(graph).static_order() if m in known]


def _pointed_to_first(model: type[models.Model], images: list[Image]) -> Iterator[Image]:
    by_number = {image["id"]: image for image in images}
    return (by_number[pk] for pk in _ordered(model, by_number))


def in_order(model: type[models.Model], rows: Iterable[Any]) -> Iterator[Any]:
    """Yield rows of a model, each after those of them that it points to.

    Rows without a number yet point to none of the others. Raises ``CycleError``.
    """
    numbered = {row.pk: row for row in rows if row.pk}
    yield from (numbered[pk] for pk in _ordered(model, {n: vars(r) for n, r in numbered.items()}))
    yield from (row for row in rows if not row.pk)


def _ordered(model: type[models.Model], rows: Mapping[int, Image]) -> Iterator[int]:
    within = [p.column for p in pointers(model) if p.target in (model, Record)]
    graph = {pk: {row[column] for column in within} & rows.keys() for pk, row in rows.items()}
    return iter(TopologicalSorter(graph).static_order())


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    rows = iter(rows)
    while some := list(islice(rows, ROWS_AT_ONCE)):
        yield some


def by_model(keys: Iterable[Key]) -> dict[type[models.Model], list[int]]:
    """Return the numbers of rows by their model."""
    sorted_out = defaultdict(list)
    for model, pk in keys:
        sorted_out[model].append(pk)
    return sorted_out


def columns_of(model: type[models.Model]) -> list[str]:
    """Return the columns that are stored, not generated."""
    return [str(f.column) for f in model._meta.concrete_fields if not f.generated]


def table(model: type[models.Model]) -> str:
    """Return the name of a model's table as SQL has it."""
    return quoted(model._meta.db_table)


def quoted(name: str) -> str:
    """Return a name as SQL has it."""
    return connection.ops.quote_name(name)


def run(statement: str, *values: Any) -> list[tuple]:
    """Run SQL and return its rows, if it has any."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []
