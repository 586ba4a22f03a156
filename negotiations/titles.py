"""What rows of any model are called, asked for at once."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import models

from negotiations.models import Record


def pointers_of(model: type[models.Model]) -> list[models.Field]:
    """Return the fields of a model that point to other rows, the negotiation aside."""
    return [f for f in model._meta.fields if f.is_relation and f.name != "negotiation"]


def rows_by_number(
    model: type[models.Model], numbers: Iterable[int], reader: Any = None
) -> dict[int, Any]:
    """Return rows by number, with all that their ``str`` needs.

    In one query; where they are called by records, in one more for each kind of those.

    Where there is a ``reader``, those that they may see.
    """
    every: Any = model._default_manager
    rows = every.visible_to(reader) if reader is not None else every.all()
    rows = rows.select_related(*(f.name for f in pointers_of(model)))
    found = rows.order_by().in_bulk(numbers)
    if field := getattr(model, "called_by", ""):
        records = [getattr(row, field) for row in found.values()]
        titles = titled(records)
        for record in records:
            record.words = titles[record.pk][1]
    return found


def titled(records: Iterable[Record]) -> dict[int, tuple[Record, str]]:
    """Return each record with what its page is called, by number, in one query for each kind."""
    by_kind: dict[str, dict[int, Record]] = defaultdict(dict)
    for record in records:
        by_kind[record.kind][record.pk] = record
    titles = {}
    for numbered in by_kind.values():
        model = next(iter(numbered.values())).model
        for pk, row in rows_by_number(model, numbered).items():
            titles[pk] = (numbered[pk], str(row))
    return titles
