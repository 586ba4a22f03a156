"""Placing the words of evidence in the text of their source, now and after a correction."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from negotiations.models import Source
from negotiations.operations import edit
from negotiations.texts import hash_of, normal
from positions import anchors
from positions.anchors import Anchor
from positions.models import Evidence

#: What says where words stand; without a place all of it is blank.
PLACE = ("quote", "prefix", "suffix", "start", "end")
NOWHERE: dict[str, Any] = {"start": None, "end": None, "text_hash": ""}


def anchor_of(evidence: Evidence) -> Anchor | None:
    """Return the anchor that evidence has in some text of its source, or None if it has none."""
    if evidence.start is None or evidence.end is None:
        return None
    return Anchor(*(getattr(evidence, name) for name in PLACE))


def is_placed(evidence: Evidence, source: Source) -> bool:
    """Whether the words stand in the text that the source has now, where the evidence says."""
    anchor = anchor_of(evidence)
    # Evidence from before texts had hashes has none; its words decide.
    return (
        anchor is not None
        and evidence.text_hash in ("", source.text_hash)
        and source.text[anchor.start : anchor.end] == anchor.quote
    )


def placed(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a row of evidence with the place of its words in its source's text.

    A quote without a place gets one where it stands in the text exactly once. Raises
    ``ValidationError`` where a place is given at which other words stand.
    """
    known = dict(fields)
    source, quote = known.get("source"), known.get("quote") or ""
    start, end = known.get("start"), known.get("end")
    if start is not None and end is not None:
        return known | _as_said(source.text if source else "", quote, start, end)
    if start is not None or end is not None or not (source and source.text and quote):
        return known
    anchor = anchors.found(
        source.text, normal(quote), known.get("prefix") or "", known.get("suffix") or ""
    )
    if anchor is None:
        alike = anchors.pasted(source.text, normal(quote))
        anchor = alike[0] if len(alike) == 1 else None
    return known | (_at(anchor, source.text) if anchor else NOWHERE)


def _as_said(text: str, quote: str, start: int, end: int) -> dict[str, Any]:
    if not text:
        raise ValidationError({"start": _("The text of the source is not here: leave this empty.")})
    if not quote or text[start:end] != quote:
        raise ValidationError(
            {"start": _("Other words stand there: %(words)s") % {"words": text[start:end][:80]}}
        )
    return _at(anchors.at(text, start, end), text)


def _at(anchor: Anchor, text: str) -> dict[str, Any]:
    return {**vars(anchor), "text_hash": hash_of(text)}


def replaced(evidence: Evidence, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields with which evidence is edited, with a new place if its words are others.

    Raises ``ValidationError`` as ``placed`` does.
    """
    names = {*PLACE, "source"} & set(fields)
    changed = {name for name in names if fields[name] != getattr(evidence, name)}
    if not changed:
        return dict(fields)
    now = {name: getattr(evidence, name) for name in (*PLACE, "source")} | dict(fields)
    if not changed & {"start", "end"} and changed & {"quote", "source"}:
        # The old place was that of other words.
        now |= {"start": None, "end": None}
        now |= {name: "" for name in ("prefix", "suffix") if name not in changed}
    return {**fields, **NOWHERE, **placed(now)}


def new_place(evidence: Evidence, old: str, new: str) -> Anchor | None:
    """Return where the words of evidence stand in a ``new`` text of their source, or None.

    Words that had no place in the ``old`` one, such as those noted before the source had a text,
    get one where they stand exactly once.
    """
    if not new:
        return None
    if anchor := anchor_of(evidence):
        return anchors.carried(anchor, old, new)
    return anchors.found(new, normal(evidence.quote), evidence.prefix, evidence.suffix)


def carry(source: Source, old_text: str, *, user, reason: str) -> None:
    """Move the words quoted from a source into the text it has now; see ``new_place``.

    Those that do not stand there exactly once stay in the text they were in. Part of an operation.
    """
    for row in quoted_from(source):
        if moved := new_place(row, old_text, source.text):
            edit(row, user=user, reason=reason, **_at(moved, source.text))


def quoted_from(source: Source) -> QuerySet[Evidence]:
    """Return the evidence that quotes a source, in the order of the words where they have one."""
    rows = Evidence.objects.filter(source=source).exclude(quote="")
    return rows.select_related("record").order_by("start", "pk")
