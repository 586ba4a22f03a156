"""What is ticked in a list of records: their rows, and what is left out since it changed."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from negotiations.models import Negotiation, Record
from negotiations.titles import called


def whole(numbers: Iterable[str]) -> set[int]:
    """Return those texts that can be numbers of records, as numbers."""
    return {int(text) for text in numbers if text.isdecimal() and len(text) < 19}


def rows_of(numbers: Iterable[int], among: QuerySet[Any]) -> list[Any]:
    """Return the rows of those ``numbers`` that are in a list still, by number."""
    by_model: dict[Any, list[int]] = {}
    for record in among.filter(pk__in=numbers).order_by("pk"):
        by_model.setdefault(record.model, []).append(record.pk)
    rows = [
        row
        for model, pks in by_model.items()
        for row in model.objects.filter(pk__in=pks).select_related("negotiation")
    ]
    return sorted(rows, key=lambda row: row.pk)


def names_of(numbers: Iterable[int], negotiation: Negotiation, user) -> list[str]:
    """Return what records are called; those that ``user`` sees none of, by their numbers."""
    wanted = set(numbers)
    records = Record.objects.visible_to(user).filter(negotiation=negotiation, pk__in=wanted)
    names = called(records.order_by("pk"))
    return [*names, *(f"№ {pk}" for pk in sorted(wanted - {*names.values()}))]
