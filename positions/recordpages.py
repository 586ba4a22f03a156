"""A plain page for a record of any kind, read off its model."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, DecimalRangeField
from django.db import models
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from negotiations import ranges
from negotiations.models import Changeset, Record
from negotiations.models.base import numbered_models
from positions.models import Evidence, TermValue
from positions.words import full_value_text

HIDDEN = {"id", "negotiation", "version", "record"}


@dataclass(frozen=True)
class Line:
    """A label with what it says and, where that is a record, its page."""

    label: str
    text: str
    url: str | None = None


@dataclass(frozen=True)
class RecordPage:
    """Everything that the page of a record shows."""

    record: Record
    row: models.Model
    kind: str
    title: str
    fields: tuple[Line, ...]
    values: tuple[Line, ...]
    evidence: tuple[Evidence, ...]
    points_to: tuple[Line, ...]
    pointed_from: tuple[Line, ...]
    changes: tuple[Changeset, ...]


def page_of(record: Record, user) -> RecordPage:
    """Return the page of ``record``, with as much of its surroundings as ``user`` may see.

    ``record`` must be visible to the user already.
    """
    row = record.model.objects.select_related("negotiation").get(pk=record.pk)
    slug = row.negotiation.slug
    values = TermValue.objects.visible_to(user).filter(record=record).select_related("term")
    return RecordPage(
        record=record,
        row=row,
        kind=record.get_kind_display(),
        title=str(row),
        fields=tuple(_fields(row)),
        values=tuple(
            Line(str(v.term), full_value_text(v, list(v.choices.all())), url_of(slug, v.pk))
            for v in values.prefetch_related("choices").order_by("term__order", "pk")
        ),
        evidence=tuple(
            Evidence.objects.visible_to(user)
            .filter(record=record)
            .select_related("source", "speaker", "reported_by")
            .order_by("pk")
        ),
        points_to=tuple(_points_to(row, slug, user)),
        pointed_from=tuple(_pointed_from(record, slug, user)),
        changes=tuple(
            Changeset.objects.visible_to(user)
            .filter(
                negotiation=row.negotiation_id,
                history__table_name=row._meta.db_table,
                history__row_id=row.pk,
            )
            .distinct()[:20]
        ),
    )


def url_of(slug: str, pk: int) -> str:
    """Return the address of a record's page."""
    return reverse("record", args=[slug, pk])


def _fields(row) -> Iterator[Line]:
    for field in row._meta.fields:
        if field.name in HIDDEN or field.is_relation:
            continue
        if text := _text(row, field):
            yield Line(capfirst(field.verbose_name), text)
    for field in row._meta.many_to_many:
        if named := ", ".join(str(party) for party in getattr(row, field.name).all()):
            yield Line(capfirst(field.verbose_name), named)


def _text(row, field) -> str:
    value = getattr(row, field.name)
    if value is None or value == "" or value == []:
        return ""
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    if isinstance(field, DateRangeField):
        return ranges.date_text(value)
    if isinstance(field, DateTimeRangeField):
        return ranges.times_text(value, row.time_zone)
    if isinstance(field, DecimalRangeField):
        return ranges.quantity_text(value)
    if isinstance(field, models.BooleanField):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(value)
    return str(value)


def _points_to(row, slug, user) -> Iterator[Line]:
    for field in row._meta.fields:
        if not field.is_relation or field.name == "negotiation":
            continue
        pk = getattr(row, field.attname)
        if pk is None:
            continue
        target = Record.objects.visible_to(user).filter(pk=pk).first()
        if target is not None:
            text = str(target.model.objects.get(pk=pk))
            label = capfirst(field.verbose_name)
            yield Line(f"{label} ({target.get_kind_display()})", text, url_of(slug, pk))


def _pointed_from(record, slug, user) -> Iterator[Line]:
    """What points at the record, evidence and values aside, which the page shows by themselves."""
    shown_already = {Evidence, TermValue}
    for kind, model in numbered_models().items():
        for field in model._meta.fields:
            if not field.is_relation or field.related_model not in (Record, record.model):
                continue
            if model in shown_already and field.name == "record":
                continue
            for row in model.objects.visible_to(user).filter(**{field.name: record.pk}):
                label = f"{Record.Kind(kind).label}: {field.verbose_name}"
                yield Line(capfirst(label), str(row), url_of(slug, row.pk))
