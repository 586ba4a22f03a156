"""Tables as data: what there is in them, whichever kind of file they are written to.

``csvtables`` writes one of them, ``xlsxtables`` several as the sheets of a workbook. A range is
three columns: as it is printed, and its two ends. What hangs on a row is put into words; the
collections of values, linkages and evidence have it in full.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import models
from rest_framework import serializers

from negotiations.serializers import RangeField

#: The values of a row, one for each column.
Line = Iterable[Any]
#: What makes a spreadsheet take a text for a formula, or look for one behind it.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
AT_ONCE = 500


@dataclass(frozen=True)
class Table:
    """A table: its name, its header, and its lines, which may be made while they are written.

    A line holds texts, numbers, booleans, dates, lists of these, and None.
    """

    name: str
    columns: Sequence[str]
    lines: Iterable[Line]
    #: How wide the columns are in a spreadsheet, in characters; 0 and those not named as usual.
    widths: Sequence[int] = ()


def of_rows(name: str, serializer: serializers.Serializer, rows: Iterable[Any]) -> Table:
    """Return the table of what a serializer shows of ``rows``."""
    return Table(name, _columns(serializer), (_line(serializer, row) for row in rows))


def in_batches(rows, complete) -> Iterator[Any]:
    """Yield the rows of a query set, a few hundred in memory at once, each batch completed."""
    found = rows.iterator(chunk_size=AT_ONCE)
    while batch := list(islice(found, AT_ONCE)):
        yield from complete(batch)


def text_of(value: Any) -> str:
    """Return a value as text; the parts of a list side by side."""
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _columns(serializer: serializers.Serializer) -> list[str]:
    return [name for field in serializer.fields.values() for name in _names(field)]


def _line(serializer: serializers.Serializer, row: Any) -> Line:
    for field in serializer.fields.values():
        yield from _values(field, row)


def _names(field: serializers.Field) -> list[str]:
    ends = field.ends if isinstance(field, RangeField) else ()
    return [str(field.field_name), *(f"{field.field_name}_{end}" for end in ends)]


def _values(field: serializers.Field, row: Any) -> list[Any]:
    value = field.get_attribute(row)
    if value is None:
        return [None] * len(_names(field))
    if isinstance(field, RangeField):
        return [field.printed(value, row), *field.numbers(value)]
    if isinstance(field, serializers.ListSerializer):
        parts = value.all() if isinstance(value, models.Manager) else value
        in_words = field.child.in_words  # type: ignore[union-attr]
        return [[in_words(part) for part in parts]]
    return [field.to_representation(value)]
