"""The versions that the text of a source has been through, as the history of its row has them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, Func, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Length

from negotiations.history import history_of
from negotiations.models import Source

#: So many changes of a source are looked through, the latest ones.
MOST_CHANGES = 500


@dataclass(frozen=True)
class TextVersion:
    """A text that a source has or had, from a revision on: who gave it, and how it came."""

    revision: int
    when: datetime
    who: str
    origin: str
    hash: str
    length: int
    is_current: bool


def versions_of(source: Source) -> tuple[TextVersion, ...]:
    """Return the versions of a source's text, the newest first; for editors only."""
    return tuple(reversed(list(_versions(source))))


def text_at(source: Source, revision: int) -> str | None:
    """Return the text that a source had at a revision; None where it had none yet."""
    rows = _sealed(source).filter(changeset__revision__lte=revision)
    return rows.order_by("-changeset__revision", "-pk").values_list("words", flat=True).first()


def text_of_version(source: Source, version: int) -> str:
    """Return the text that a source had when its row was of a version; empty if it had none."""
    rows = _sealed(source).filter(data__version=version)
    return rows.order_by("-pk").values_list("words", flat=True).first() or ""


def _versions(source: Source) -> Iterator[TextVersion]:
    rows = _sealed(source).annotate(
        digest=Func("words", function="public.negotiations_text_hash", output_field=CharField()),
        length=Length("words"),
        came=_of_image("text_origin"),
    )
    fields = ("changeset__revision", "changeset__sealed", "changeset__user_name", "came")
    latest = rows.order_by("-changeset__revision", "-pk")
    told = list(latest.values_list(*fields, "digest", "length")[:MOST_CHANGES])
    before = ""
    for revision, sealed, name, came, digest, length in reversed(told):
        if digest != before:
            is_current = digest == source.text_hash
            yield TextVersion(revision, sealed, name or "", came, digest, length, is_current)
        before = digest


def _sealed(source: Source):
    rows = history_of(source).filter(changeset__revision__isnull=False, operation__in=["I", "U"])
    return rows.annotate(words=_of_image("text"))


def _of_image(field: str) -> Coalesce:
    """What a field held; images from before there was such a field say nothing of it."""
    return Coalesce(KeyTextTransform(field, "data"), Value(""), output_field=TextField())
