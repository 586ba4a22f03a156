"""What an undoing does, or did, in a sentence for each record."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from operator import eq
from typing import Any

from django.utils.text import Truncator, capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from negotiations.changes import PARTS
from negotiations.models.base import numbered_models
from negotiations.reversing import Reversal
from negotiations.rowimages import images_of
from positions.recordhistory import ROWS_TOLD, Deed, FieldChange, deeds_of

#: So much of a record's words, and of what a field held, is told.
TOLD_OF_TITLE = 60
TOLD_OF_TEXT = 60
#: So much is told of what two texts say alike before they part.
TOLD_BEFORE = 20


def planned_deeds(plan: Reversal) -> tuple[Deed, ...]:
    """Return what a reversal would do to records, the first of them; in a few queries."""
    rows = [*plan.changing, *plan.returning, *plan.going][:ROWS_TOLD]
    now = images_of(row.key for row in rows)
    images: list[Mapping[str, Any]] = []
    for row in rows:
        after = plan.images.get(row.key)
        if row.columns and after is not None:
            after = {**now[row.key], **{column: after[column] for column in row.columns}}
        table = row.model._meta.db_table
        images.append({"table": table, "id": row.pk, "before": now.get(row.key), "after": after})
    return deeds_of(images, plan.negotiation)


def sentences(deeds: Sequence[Deed]) -> tuple[str, ...]:
    """Return what becomes of each record, what only hangs on others last."""
    return tuple(_sentence(deed) for deed in _in_order(deeds))


def in_a_line(deeds: Sequence[Deed]) -> str:
    """Return what becomes of the first record, and of how many others something does."""
    if not deeds:
        return _("nothing")
    first, *others = sentences(deeds)
    if not others:
        return first
    count = len(others)
    more = ngettext("and one more record", "and %(count)s more records", count)
    return f"{first}, {more % {'count': count}}"


def _in_order(deeds: Sequence[Deed]) -> list[Deed]:
    parts = {str(numbered_models()[kind]._meta.verbose_name) for kind in PARTS}
    return sorted(deeds, key=lambda deed: deed.kind in parts)


def _sentence(deed: Deed) -> str:
    title = Truncator(" ".join(deed.title.split())).chars(TOLD_OF_TITLE)
    record = f"{deed.kind} “{title}”" if title else f"{deed.kind} {deed.pk}"
    told_with_it = {deed.changes[0].before, deed.changes[0].after} if len(deed.changes) == 1 else ()
    if deed.title in told_with_it and len(deed.title) > TOLD_OF_TITLE:
        # What was changed is the long text by which it is called.
        record = f"{deed.kind} {deed.pk}"
    if deed.word == _("removed"):
        return _("%(record)s is removed") % {"record": record}
    if deed.word == _("added"):
        return _("%(record)s is back") % {"record": record}
    told = "; ".join(_parts(deed))
    return f"{record}: {told}"


def _parts(deed: Deed) -> Iterator[str]:
    state = {
        _("published"): _("published again"),
        _("retracted"): _("retracted again"),
        _("sent to review"): _("in review again"),
        _("made a draft again"): _("a draft again"),
    }.get(deed.word)
    if state:
        yield state
    if len(deed.changes) == 1:
        yield _field(deed.changes[0])
    elif deed.changes:
        names = get_text_list([change.label for change in deed.changes], _("and"))
        yield _("%(fields)s are as before") % {"fields": names}


def _field(change: FieldChange) -> str:
    """Return what becomes of one field: from what to what, where that can be shown in a line."""
    before, after = apart(change.before, change.after)
    words = {"field": change.label, "before": before, "after": after}
    if before == after:
        named = [run for run in change.runs if run.kind != "kept"]
        if not change.before and len(named) == 1:
            words["name"] = named[0].text.strip()
            if named[0].kind == "added":
                return _("%(field)s: “%(name)s” is back") % words
            return _("%(field)s: “%(name)s” is removed") % words
        return _("%(field)s is as before") % words
    if not before:
        return _("%(field)s is “%(after)s” again, not empty") % words
    if not after:
        return _("%(field)s is empty again, not “%(before)s”") % words
    return _("%(field)s is “%(after)s” again, not “%(before)s”") % words


def apart(one: str, other: str) -> tuple[str, str]:
    """Return two texts, each in a line and so cut that the first words that differ are seen."""
    one, other = (" ".join(text.split()) for text in (one, other))
    alike = sum(1 for _same in takewhile(bool, map(eq, one, other)))
    start = one.rfind(" ", 0, max(alike - TOLD_BEFORE, 0)) + 1
    if max(len(one), len(other)) <= TOLD_OF_TEXT:
        start = 0
    return _cut(one, start), _cut(other, start)


def _cut(text: str, start: int) -> str:
    shown = text[start : start + TOLD_OF_TEXT]
    before = "…" if start and shown else ""
    return before + shown + ("…" if len(text) > start + TOLD_OF_TEXT else "")


def as_sentence(told: str) -> str:
    """Return what is told as a sentence of its own, with a full stop if it has none."""
    ends = told.endswith((".", "…", ".”", "…”", "?”", "!”"))
    return capfirst(told) if ends else f"{capfirst(told)}."
