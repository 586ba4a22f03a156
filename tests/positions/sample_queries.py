"""What a fact is, and how the tables of facts ask for it and read it off."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models

from negotiations import ranges
from negotiations.models import Delegate, Record
from positions.models import Demand, Linkage, TermValue
from positions.words import value_text

DAY = date(2025, 6, 2)
OUTLET, OFFICIAL, INFERENCE = "outlet's voice", "official on the record", "inference"
UNNAMED, OTHER_SIDE, PAPER = "unnamed source", "the other side's account", "tabled paper"


@dataclass(frozen=True)
class Fact:
    """What is to be found, what it is to say, and where it is to be read.

    ``says``: fields of each record found, as ``contents`` tells them. ``evidence``: fields of the
    one row of evidence that carries it, on each record found. ``reads``: texts on the record's
    page, where the words of the source are read, too. ``on_matrix``: texts on the comparison of
    ``day``. A fact that takes several records of different kinds stands in several rows.
    """

    id: str
    find: Callable[[], models.QuerySet]
    says: dict[str, Any] = field(default_factory=dict)
    evidence: dict[str, Any] = field(default_factory=dict)
    reads: tuple[str, ...] = ()
    on_matrix: tuple[str, ...] = ()
    count: int = 1
    day: date = DAY


def found(model, **filters):
    return lambda: model.objects.filter(**filters).distinct()


def demand(holder, issue, **filters):
    return found(Demand, holders__code=holder, issue__code=issue, **filters)


def overall(holder, **filters):
    return found(Demand, holders__code=holder, issue=None, **filters)


def value(term, of, **filters):
    return lambda: TermValue.objects.filter(
        term__code=term, record__in=of().values("pk"), **filters
    )


def seats(number, party, *surnames, **filters):
    """The seats of people at a round; of many only the surname is known."""
    filters["person__name__regex"] = rf"\m({'|'.join(surnames)})$"
    return found(Delegate, round__number=number, party__code=party, **filters)


def counted(term, number):
    """The values of a term, of which there may be rivals, that allow a number."""
    exactly = ranges.quantity(Decimal(number), Decimal(number))
    return found(TermValue, term__code=term, quantity__contains=exactly)


def link(relation, of, **filters):
    return lambda: Linkage.objects.filter(
        relation=relation, record__in=of().values("pk"), **filters
    )


def words(quote, basis=OUTLET, **fields):
    return {"quote": quote, "basis": basis, **fields}


def by(outlet, basis=OFFICIAL, **fields):
    """Evidence of an outlet whose words are not held."""
    return {"source": outlet, "quote": "", "basis": basis, **fields}


def contents(record: models.Model) -> dict[str, Any]:
    """Return what a record says: texts, and what it points to by code, name or text.

    Rival values of a term stand behind one another, with a stroke between them.
    """
    told = {each.name: _told(record, each) for each in record._meta.fields}
    for each in record._meta.many_to_many:
        told[each.name] = {_name(one) for one in getattr(record, each.name).all()}
    told["values"] = {}
    for one in TermValue.objects.filter(record=record.pk).order_by("pk"):
        rivals = told["values"].get(one.term.code)
        told["values"][one.term.code] = " / ".join(filter(None, [rivals, value_text(one)]))
    told["waits"] = [
        (link.relation, _name(link.anchor) if link.anchor else link.condition)
        for link in Linkage.objects.filter(record=record.pk)
    ]
    return told


def _told(record, each):
    told = getattr(record, each.name)
    if isinstance(told, models.Model):
        return _name(told)
    if not hasattr(told, "lower_inc"):
        return told
    end = told.lower if told.upper is None else told.upper
    if isinstance(end, datetime):
        return ranges.times_text(told, record.time_zone)
    return ranges.date_text(told) if isinstance(end, date) else ranges.quantity_text(told)


def _name(one: models.Model) -> str:
    if isinstance(one, Record):
        one = one.model._base_manager.get(pk=one.pk)
    return getattr(one, "code", None) or getattr(one, "name", None) or str(one)
