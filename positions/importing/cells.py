"""Cells into values: what a field's cells say, or why they say nothing that can be recorded."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.utils.translation import gettext as _

from negotiations import ranges
from positions.importing.kinds import ENDS, Field

YES = frozenset({"true", "yes", "y", "1", "x", "так", "да"})
NO = frozenset({"false", "no", "n", "0", "ні", "нет"})
_QUOTES = str.maketrans("’‘`", "'''")
_NO_CHARACTERS = re.compile("[\0\ud800-\udfff]")
_NUMERIC_DATE = re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?!\d)")
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")


class CellError(ValueError):
    """What stands in a column cannot be taken; the message says how to mend it."""

    def __init__(self, column: str, why: str):
        super().__init__(why)
        self.column, self.why = column, why


def folded(text: str) -> str:
    """Return a text as it is compared: without case and with one kind of apostrophe and space."""
    return " ".join(text.translate(_QUOTES).casefold().split())


def whole(column: str, text: str) -> int:
    """Return a whole number. Raises ``CellError``."""
    text = text.strip().removesuffix(".0")
    if not _WHOLE.fullmatch(text):
        raise CellError(column, _("“%(text)s” is no whole number.") % {"text": short(text)})
    return int(text)


def split(text: str) -> list[str]:
    """Return the parts of a list, which stand with semicolons, or new lines, between them."""
    return [part.strip() for part in re.split(r"[;\n]", text) if part.strip()]


def short(text: str) -> str:
    """Return a text as an error quotes it."""
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:59]}…"


def dated(text: str, first: str = "") -> str:
    """Return a text with dates in numbers alone as ISO 8601 has them, where they are clear.

    With dots the day comes first; with strokes where one number can be no month, or ``first``,
    "day" or "month", says it. What may mean two days stays as it is.
    """

    def iso(found: re.Match[str]) -> str:
        one, stroke, other, year = int(found[1]), found[2], int(found[3]), found[4]
        order = "day" if stroke == "." or one > 12 else "month" if other > 12 else first
        day, month = (one, other) if order == "day" else (other, one)
        is_clear = order and 1 <= day <= 31 and 1 <= month <= 12
        return f"{year}-{month:02}-{day:02}" if is_clear else found[0]

    return _NUMERIC_DATE.sub(iso, text)


def read(field: Field, cells: Mapping[str, str], zone: str = "UTC") -> Any:
    """Return what a field's cells say; an empty one says the field's own blank.

    ``zone`` is the time zone of times. Raises ``CellError``. Pointers are read elsewhere.
    """
    if field.sort in ENDS:
        return _range(field, cells, zone)
    text = cells.get(field.name, "")
    if not text.strip():
        return _blank(field)
    return _READERS[field.sort](field, text)


def _blank(field: Field) -> Any:
    model = field.of_model
    if field.sort == "list":
        return []
    if model.null:
        return None
    if model.blank and field.sort in ("text", "word"):
        return ""
    return model.get_default() if model.has_default() else ""


def _text(field: Field, text: str) -> str:
    if _NO_CHARACTERS.search(text):
        raise CellError(field.name, _("This text holds a character that is none."))
    # A line of text loses what surrounds it, as it does in a form; a long one is kept as it is.
    return text.strip() if field.of_model.max_length else text


def _word(field: Field, text: str) -> str:
    wanted = folded(text)
    for word, label in field.words:
        if wanted in (folded(word), folded(label)):
            return word
    known = ", ".join(word for word, _label in field.words)
    raise CellError(
        field.name,
        _("“%(text)s” is not one of these: %(known)s.") % {"text": short(text), "known": known},
    )


def _yes(field: Field, text: str) -> bool:
    if folded(text) in YES | NO:
        return folded(text) in YES
    raise CellError(field.name, _("“%(text)s” is neither yes nor no.") % {"text": short(text)})


def _range(field: Field, cells: Mapping[str, str], zone: str) -> Any:
    """Return the range that is printed, or that two columns have the ends of; both must agree."""
    printed = cells.get(field.name, "").strip()
    low, high = (cells.get(f"{field.name}_{end}", "").strip() for end in ENDS[field.sort])
    by_words = _printed(field, printed, zone) if printed and not (low or high) else None
    if not (low or high):
        return by_words
    by_ends = _by_ends(field, low, high, zone)
    try:
        by_words = _printed(field, printed, zone) if printed else by_ends
    except CellError:
        # The ends say it exactly; what a page prints for people is not always read back.
        return by_ends
    if by_words != by_ends:
        ends = " – ".join(end or "…" for end in (low, high))
        raise CellError(
            field.name,
            _("“%(text)s” and the ends beside it, %(ends)s, differ: empty one of the two.")
            % {"text": short(printed), "ends": ends},
        )
    return by_ends


def _printed(field: Field, text: str, zone: str) -> Any:
    try:
        if field.sort == "quantity":
            return ranges.parse_quantity(ranges.without_about(text)[0])
        if field.sort == "dates":
            return ranges.parse_dates(text)
        return ranges.parse_times(text, zone)
    except ranges.UnclearRange as error:
        hint = ""
        if field.sort == "dates" and "2025-06-02" not in str(error):
            hint = _(" Write 2 June 2025, May 2025 or 2025-06-02.")
        raise CellError(field.name, f"{error}{hint}") from error


def _by_ends(field: Field, low: str, high: str, zone: str) -> Any:
    names = ENDS[field.sort]
    ends = dict(zip(names, (low or None, high or None), strict=True))
    try:
        if field.sort == "quantity":
            return ranges.quantity_from_json({n: _plain(end) for n, end in ends.items()})
        if field.sort == "dates":
            return ranges.dates_from_json(ends)
        return ranges.times_from_json({n: _instant(end) for n, end in ends.items()})
    except ranges.UnclearRange as error:
        raise CellError(f"{field.name}_{names[0] if low else names[1]}", str(error)) from error


def _plain(number: str | None) -> str | None:
    """Return a number without what separates thousands to the eye."""
    return number and "".join(number.replace("\u00a0", " ").split())


def _instant(text: str | None) -> str | None:
    """Return a moment as JSON has it; a spreadsheet drops that it is in UTC."""
    if text is None or text.endswith("Z") or "+" in text:
        return text
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")
    except ValueError:
        return text


def _day(field: Field, text: str) -> date:
    try:
        days = ranges.parse_dates(text)
    except ranges.UnclearRange as error:
        raise CellError(field.name, str(error)) from error
    first, last = ranges.earliest(days), ranges.latest(days)
    if first is None or first != last:
        raise CellError(field.name, _("“%(text)s” is not one day.") % {"text": short(text)})
    return first


_READERS = {
    "day": _day,
    "text": _text,
    "word": _word,
    "yes": _yes,
    "whole": lambda field, text: whole(field.name, text),
    "list": lambda field, text: split(text),
}
