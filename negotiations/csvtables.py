"""The rows of a list of the API as a table, for spreadsheets and statistics.

UTF-8 with a byte order mark: without one, Excel takes the bytes for another encoding; pandas and R
skip it. A range is three columns: as it is printed, and its two ends. What hangs on a row is put
into words; the collections of values, linkages and evidence have it in full.
"""

import csv
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import models
from django.http import StreamingHttpResponse
from rest_framework import serializers

from negotiations.serializers import RangeField

#: The values of a row, one for each column.
Line = Iterable[Any]
BYTE_ORDER_MARK = "\ufeff"
#: What makes a spreadsheet take a text for a formula, or look for one behind it.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
AT_ONCE = 500


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def table(name: str, header: Iterable[str], lines: Iterable[Line]) -> StreamingHttpResponse:
    """Return a table as a download called ``name``, sent as it is made."""
    answer = StreamingHttpResponse(_written(header, lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _written(header: Iterable[str], lines: Iterable[Line]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + writer.writerow(header)
    for line in lines:
        yield writer.writerow([cell(value) for value in line])


def cell(value: Any) -> str:
    """Return a value as it stands in a table; a text that looks like a formula is kept a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | Decimal):
        return format(value, "f" if isinstance(value, Decimal) else "d")
    text = "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def in_batches(rows, complete) -> Iterator[Any]:
    """Yield the rows of a query set, a few hundred in memory at once, each batch completed."""
    found = rows.iterator(chunk_size=AT_ONCE)
    while batch := list(islice(found, AT_ONCE)):
        yield from complete(batch)


def columns(serializer: serializers.Serializer) -> list[str]:
    """Return the header of a table of what a serializer shows."""
    return [name for field in serializer.fields.values() for name in _names(field)]


def line(serializer: serializers.Serializer, row: Any) -> Line:
    """Yield the values of one row, one for each column."""
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
