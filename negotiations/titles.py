"""What rows of any model are called, asked for at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from negotiations.models import Record

#: So much of what a record says stands in a sentence about it.
IN_A_SENTENCE = 60
#: So many records are named in a sentence.
NAMED_AT_MOST = 3


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
    return {pk: (record, str(row)) for pk, (record, row) in with_rows(records).items()}


def with_rows(records: Iterable[Record]) -> dict[int, tuple[Record, Any]]:
    """Return each record with its row, by number, in one query for each kind."""
    by_kind: dict[str, dict[int, Record]] = defaultdict(dict)
    for record in records:
        by_kind[record.kind][record.pk] = record
    rows = {}
    for numbered in by_kind.values():
        model = next(iter(numbered.values())).model
        for pk, row in rows_by_number(model, numbered).items():
            rows[pk] = (numbered[pk], row)
    return rows


def called(records: Iterable[Record]) -> dict[str, int]:
    """Return the numbers of records by what they are called in a sentence: "demand “A pause”".

    Those that are called alike say their numbers too.
    """
    names: dict[str, int] = {}
    records = list(records)
    titles = titled(records)
    for record in records:
        pk, title = record.pk, titles[record.pk][1]
        words = Truncator(" ".join(title.split())).chars(IN_A_SENTENCE)
        name = f"{record.get_kind_display()} “{words}”" if words else str(record)
        names[name if name not in names else f"{name} № {pk}"] = pk
    return names


def listed(names: Sequence[str], most: int = NAMED_AT_MOST) -> str:
    """Return the first names in a line, and how many more there are."""
    line = ", ".join(names[:most])
    if len(names) <= most:
        return line
    return _("%(names)s and %(n)s more") % {"names": line, "n": len(names) - most}
