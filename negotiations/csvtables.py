"""A table as CSV, for spreadsheets and statistics.

UTF-8 with a byte order mark: without one, Excel takes the bytes for another encoding; pandas and R
skip it.
"""

import csv
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.http import StreamingHttpResponse

from negotiations.tables import FORMULA_STARTS, Table, text_of

BYTE_ORDER_MARK = "\ufeff"


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def download(name: str, table: Table) -> StreamingHttpResponse:
    """Return a table as a download called ``name``, sent as it is made."""
    answer = StreamingHttpResponse(_written(table), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _written(table: Table) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + writer.writerow(table.columns)
    for line in table.lines:
        yield writer.writerow([cell(value) for value in line])


def cell(value: Any) -> str:
    """Return a value as it stands in a table; a text that looks like a formula is kept a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | Decimal):
        return format(value, "f" if isinstance(value, Decimal) else "d")
    text = text_of(value)
    return f"'{text}" if _looks_like_formula(text) else text


def read_cell(text: str) -> str:
    """Return the text that ``cell`` wrote as ``text``."""
    return text[1:] if text.startswith("'") and _looks_like_formula(text) else text


def _looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet would take a text for a formula, or would once it is read back."""
    return text.lstrip("'").startswith(FORMULA_STARTS)
