"""Bringing back what was deleted, from what the write gate has written down of it."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from negotiations.models import History, Negotiation
from negotiations.operations import create, operation
from positions.models import Clause, Evidence, Proposal
from positions.papers import arrange, tree_of


@operation
def restore_clause(*, user, proposal: Proposal, number: int, reason: str = "") -> Clause:
    """Bring back the clause that had a number, with all that was deleted inside it; return it.

    Texts, operators, places, numbers and evidence are as they were. Raises ``ValidationError`` if
    no such clause was deleted from the paper, or what it stood in or rested on has gone since.
    """
    shared = {"user": user, "reason": reason}
    tree = tree_of(proposal)
    last = _deleted(proposal.negotiation, Clause).filter(row_id=number).order_by("pk").last()
    if last is None or last.data["proposal_id"] != proposal.pk or number in tree.by_number:
        raise ValidationError(_("There is nothing to bring back."))
    if last.data["parent_id"] not in tree.by_number:
        raise ValidationError(_("The clause it stood in is not there any more."))
    around = tree.inside[last.data["parent_id"]]
    gone = list(_deleted(proposal.negotiation, Clause).filter(changeset=last.changeset_id))
    for image in _inside(number, gone):
        _create(Clause, image, shared)
        said = _deleted(proposal.negotiation, Evidence).filter(
            changeset=last.changeset_id, data__record_id=image["id"]
        )
        for row in said.order_by("row_id"):
            _create(Evidence, row.data, shared)
    place = max(last.data["order"] - 1, 0)
    back = Clause.objects.get(pk=number)
    arrange([*around[:place], back, *around[place:]], shared)
    return Clause.objects.get(pk=number)


def _deleted(negotiation: Negotiation, model: type[models.Model]) -> models.QuerySet[History]:
    return History.objects.filter(
        negotiation=negotiation, table_name=model._meta.db_table, operation="D"
    )


def _inside(number: int, gone: Iterable[History]) -> list[dict[str, Any]]:
    """Return the images of a deleted clause and of all inside it, each after what it stood in."""
    images = {row.row_id: row.data for row in gone}
    found = [images[number]]
    for image in found:
        found += [each for each in images.values() if each["parent_id"] == image["id"]]
    return found


def _create(model: type[models.Model], image: dict[str, Any], shared) -> None:
    """Record a row once more as its image has it, one version further."""
    fields = {
        field.attname: field.to_python(image[field.attname])
        for field in model._meta.concrete_fields
        if field.attname in image
    }
    create(model, **shared, **{**fields, "version": image["version"] + 1})
