"""Correcting the text of a source, and placing what was lost of the words that rest on it."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from negotiations.models import Source
from negotiations.operations import operation
from negotiations.texts import normal
from positions import anchors
from positions.models import Evidence
from positions.operations import edit_record
from positions.placing import is_placed, new_place, quoted_from


@dataclass(frozen=True)
class TextCorrection:
    """A source with its new text, and the evidence whose words were and were not found in it."""

    source: Source
    carried: tuple[Evidence, ...]
    lost: tuple[Evidence, ...]


def foreseen(source: Source, text: str) -> TextCorrection:
    """Return what a new text would make of the anchors of a source, without changing anything."""
    text = normal(text)
    found: dict[bool, list[Evidence]] = {True: [], False: []}
    for row in quoted_from(source):
        found[new_place(row, source.text, text) is not None].append(row)
    return TextCorrection(source, tuple(found[True]), tuple(found[False]))


@operation
def correct_text(
    source: Source,
    *,
    user,
    version: int,
    text: str,
    text_origin: str = "",
    reason: str = "",
    **fields,
) -> TextCorrection:
    """Give a source that still has ``version`` another text, and return what became of its anchors.

    ``fields`` may change its description in the same step. Raises ``ValidationError``, and
    ``Conflict`` when somebody else has changed the source since.
    """
    fields |= {"text": text, "text_origin": text_origin}
    source = edit_record(source, user=user, version=version, reason=reason, **fields)
    found: dict[bool, list[Evidence]] = {True: [], False: []}
    for row in quoted_from(source):
        found[is_placed(row, source)].append(row)
    return TextCorrection(source, tuple(found[True]), tuple(found[False]))


@operation
def place_anchor(
    evidence: Evidence, *, user, version: int, start: int, end: int, reason: str = ""
) -> Evidence:
    """Say where in the present text of its source the words of evidence stand; return it.

    Its quote becomes the words there; a translation of others goes. Raises ``ValidationError``, and
    ``Conflict`` when somebody else has changed the evidence since ``version``.
    """
    text = evidence.source.text
    try:
        anchor = anchors.at(text, start, end)
    except ValueError:
        raise ValidationError({"start": _("There are no such words in the text.")}) from None
    fields = vars(anchor)
    if evidence.translation and anchor.quote != evidence.quote:
        fields = {**fields, "translation": ""}
    return edit_record(evidence, user=user, version=version, reason=reason, **fields)
