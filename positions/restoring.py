"""Restoring a record as it stood at a revision, by a new edit."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from negotiations.models import Content, Record
from negotiations.operations import edit, operation
from negotiations.past import UnknownRevision, at_revision
from positions.models import Demand, Event, Linkage, Outcome, TermValue
from positions.operations import edit_record

#: What an edit never brings back: who it is, how far the editors are with it, how often it changed.
LEFT_ALONE = frozenset({"id", "negotiation", "state", "version", "record", "text_hash"})
#: The lists of parts that come back with a record, by the name that ``edit_record`` has for them.
PARTS: dict[Any, dict[str, Any]] = {
    Demand: {"values": TermValue, "links": Linkage},
    Outcome: {"values": TermValue, "links": Linkage},
    Event: {"values": TermValue},
}


def restore(
    record: Record, revision: int, *, user, version: int | None = None, reason: str = ""
) -> Any:
    """Give a record the fields, lists, values and conditions it had at a revision; return its row.

    Evidence is a record of its own and stays as it is. Raises ``ValidationError`` if it was not
    there then or points to what has gone, and ``Conflict`` if it has another ``version`` by now.
    """
    reason = reason or _("Restored as it stood at revision %(number)s") % {"number": revision}
    return _restore(record, revision, user=user, version=version, reason=reason)


@operation
def _restore(record: Record, revision: int, *, user, version: int | None, reason: str) -> Any:
    row = record.model._default_manager.get(pk=record.pk)
    fields = _then(row, revision)
    if isinstance(row, Content):
        version = row.version if version is None else version
        return edit_record(row, user=user, version=version, reason=reason, **fields)
    return edit(row, user=user, reason=reason, **fields)


def _then(row, revision: int) -> dict[str, Any]:
    """Return the fields that a row had at a revision, with its values and conditions."""
    try:
        with at_revision(row.negotiation, revision):
            image = _image(type(row), row.pk)
            parts = {
                name: [_image(model, pk) for pk in _numbers(model, record=row.pk)]
                for name, model in PARTS.get(type(row), {}).items()
            }
    except UnknownRevision:
        raise ValidationError(_("There is no such revision.")) from None
    if not image:
        raise ValidationError(_("It was not there at that revision."))
    fields = _pointing(type(row), image)
    for name, images in parts.items():
        fields[name] = [_pointing(PARTS[type(row)][name], each) for each in images]
    return fields


def _numbers(model: Any, **where) -> list[int]:
    return list(model.objects.filter(**where).order_by("pk").values_list("pk", flat=True))


def _image(model: Any, pk: int) -> dict[str, Any]:
    """Return the fields of a row by name, pointers and lists as numbers; none of no row."""
    row = model.objects.filter(pk=pk).first()
    if row is None:
        return {}
    fields = {
        field.name: getattr(row, field.attname)
        for field in model._meta.concrete_fields
        if not field.generated and field.name not in LEFT_ALONE
    }
    for field in model._meta.many_to_many:
        fields[field.name] = list(getattr(row, field.name).values_list("pk", flat=True))
    return fields


def _pointing(model: Any, image: dict[str, Any]) -> dict[str, Any]:
    """Return an image with rows of today in place of their numbers."""
    fields = dict(image)
    for field in (*model._meta.concrete_fields, *model._meta.many_to_many):
        number = image.get(field.name)
        if field.is_relation and number is not None:
            rows = _rows(field.related_model, number if field.many_to_many else [number])
            fields[field.name] = rows if field.many_to_many else rows[0]
    return fields


def _rows(model: Any, numbers: list[int]) -> list[models.Model]:
    found = model.objects.in_bulk(numbers)
    if missing := [number for number in numbers if number not in found]:
        raise ValidationError(
            _("%(kind)s %(number)s is not there any more.")
            % {"kind": capfirst(model._meta.verbose_name), "number": missing[0]}
        )
    return [found[number] for number in numbers]
