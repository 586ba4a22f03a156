"""A word that nobody outside may see, planted wherever something is not published."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.http import QueryDict

from negotiations import unsaved
from negotiations.models import Content, Delegate, Import, Intake, Negotiation, Participation, Round
from positions.models import Clause, Evidence, Linkage, TermValue
from tests.database import seal

CANARY = "Zyzzyva"
STATES = ("draft", "in review", "retracted")
#: What a copy cannot share with what it is a copy of, or what says where its words stand.
ALONE: dict[str, Any] = {
    **{"number": None, "start": None, "end": None, "text_hash": "", "field": "text"},
    **{"time_zone": "Europe/Istanbul", "url": f"https://example.org/{CANARY}"},
}


def content_models() -> list[type[models.Model]]:
    """Return the models whose rows are drafted and published, what others rest on first."""
    return sorted(
        (each for each in Content.__subclasses__() if not each._meta.abstract),
        key=lambda model: (model is not Round, model in (Evidence, TermValue, Linkage)),
    )


def plant(negotiation: Negotiation, user) -> list[models.Model]:
    """Put a copy of every published record, with the word in each text, beside it, unpublished.

    Whatever else is kept that nobody but editors may see holds the word, too. Return the copies.
    """
    planted = []
    for model in content_models():
        for row in list(model.objects.filter(negotiation=negotiation, state="published")):
            planted += [_copy(row, state) for state in STATES]
    address = f"/{negotiation.slug}/new/event/"
    unsaved.keep(user=user, address=address, typed=QueryDict(f"title={CANARY}"))
    Intake.objects.create(user=user, subject=negotiation.pk, content={}, origin=CANARY)
    Import.objects.create(
        user=user, subject=negotiation.pk, name=CANARY, digest="0" * 64, content=CANARY.encode()
    )
    seal()
    return planted


def _copy(row: models.Model, state: str) -> models.Model:
    parties = {field.name: list(getattr(row, field.name).all()) for field in row._meta.many_to_many}
    copy = type(row).objects.get(pk=row.pk)
    copy.pk, copy._state.adding, copy.state = None, True, state  # type: ignore[attr-defined]
    for field in row._meta.concrete_fields:
        if field.name in ALONE and not field.generated:
            setattr(copy, field.name, ALONE[field.name])
        elif is_text(field):
            setattr(copy, field.name, CANARY)
        elif isinstance(field, ArrayField) and is_text(field.base_field):
            setattr(copy, field.name, [CANARY])
    if isinstance(copy, Participation | Delegate):
        # Nobody sits at a round twice; so they sit at the copy of it.
        rounds = Round.objects.filter(negotiation=copy.negotiation, state=state)
        copy.round = rounds.earliest("pk")
    if isinstance(copy, Clause) and copy.parent is None:
        # A paper has one outermost clause; the copy stands in it.
        copy.parent = row
    if isinstance(copy, Linkage):
        # It waits for what another record says, or for what words say.
        copy.anchor = None
    if isinstance(copy, TermValue):
        # A value must hold something before its first choice is there.
        copy.others = copy.others or bool(parties["choices"])
    copy.save()
    for name, rows in parties.items():
        getattr(copy, name).set(rows, through_defaults={"negotiation": copy.negotiation})
    return copy


def is_text(field: models.Field) -> bool:
    """Whether one writes words into a field that are one's own."""
    fits = field.max_length is None or field.max_length >= len(CANARY)
    return isinstance(field, models.CharField | models.TextField) and not field.choices and fits
