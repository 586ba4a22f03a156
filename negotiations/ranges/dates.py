"""Days, months, years and spans of days, each a range of days."""

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Any, NamedTuple, NoReturn

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.dateformat import format as date_format
from django.utils.translation import gettext as _

from negotiations.ranges.text import UnclearRange, check_order, ends_of, shown, tidy

FIRST_YEAR, LAST_YEAR = 1000, 9998
ONE_DAY = timedelta(days=1)

_MONTH_NAMES = """
    january   jan      січень   січня     январь   января
    february  feb      лютий    лютого    февраль  февраля
    march     mar      березень березня   март     марта
    april     apr      квітень  квітня    апрель   апреля
    may                травень  травня    май      мая
    june      jun      червень  червня    июнь     июня
    july      jul      липень   липня     июль     июля
    august    aug      серпень  серпня    август   августа
    september sep sept вересень вересня   сентябрь сентября
    october   oct      жовтень  жовтня    октябрь  октября
    november  nov      листопад листопада ноябрь   ноября
    december  dec      грудень  грудня    декабрь  декабря
"""
#: The number of each month by its names in English, Ukrainian and Russian.
MONTHS = {
    name: number
    for number, names in enumerate(_MONTH_NAMES.strip().splitlines(), 1)
    for name in names.split()
}
_OPENING = re.compile(
    r"(?P<by>(?:by|until|till|to|up to|no later than|not later than|до) |(?:<=|≤) ?)"
    r"(?:(?:the )?end of )?"
    r"|(?P<since>(?:from|since|starting|no earlier than|not earlier than) |(?:>=|≥) ?"
    r"|(?:з|із|від|с|от) )"
    r"|(?P<before>before )|(?P<after>after )"
)
_FROM_TO = re.compile(r" ?(?:–|\.\.+) ?| (?:-|to|till|until|through|до|по) ")
_NUMERIC_DATE = re.compile(r"(?<![0-9./-])[0-9]{1,2}([./-])[0-9]{1,2}\1[0-9]{2,4}(?![0-9./-])")


def days(first: date | None, last: date | None) -> DateRange:
    """Return the days from ``first`` to ``last``, both included; ``None`` is no limit.

    Raises ``UnclearRange`` if there is no limit at all, the order is wrong or a year is too far.
    """
    check_order(first, last)
    for end in (first, last):
        if end:
            check_year(end.year)
    return DateRange(first, last and last + ONE_DAY, "[)")


def day(date: date) -> DateRange:
    """Return the range that is this one day."""
    return days(date, date)


def earliest(dates: DateRange) -> date | None:
    """Return the first day of a range, ``None`` where its start is open."""
    if dates.lower is None or dates.lower_inc:
        return dates.lower
    return dates.lower + ONE_DAY


def latest(dates: DateRange) -> date | None:
    """Return the last day of a range, ``None`` where its end is open."""
    if dates.upper is None or dates.upper_inc:
        return dates.upper
    return dates.upper - ONE_DAY


def ends(dates: DateRange) -> tuple[date | None, date | None]:
    """Return the earliest and the latest day, ``None`` where open.

    Raises ``ValueError`` for a range that is empty or open at both ends.
    """
    if dates.isempty or (dates.lower is None and dates.upper is None):
        raise ValueError(f"{dates!r} holds no days, or all of them.")
    return earliest(dates), latest(dates)


class _Point(NamedTuple):
    """A day, a month or a year as typed; at one end of a span a part may be left to the other."""

    year: int | None = None
    month: int | None = None
    day: int | None = None


def parse_dates(text: str) -> DateRange:
    """Read a day, a month, a year or a span: "2 June 2025", "2025-06-02", "May 2025", "2025",
    "20–30 June 2025", "20 June – 3 July 2025", "by 30 June 2025", "since 2 June 2025".

    Month names may be English, Ukrainian or Russian. "By" and "since" include the day they name,
    "before" and "after" do not. Numbers such as 02/06/2025 are refused: two days may be meant.
    Raises ``UnclearRange``.
    """
    clean = tidy(text)
    if match := _NUMERIC_DATE.search(clean):
        raise UnclearRange(
            _(
                "“%(text)s” is ambiguous: which number is the month? Write the month as a word, "
                "such as “2 June 2025”, or the year first, such as “2025-06-02”."
            )
            % {"text": match[0]}
        )
    if match := re.fullmatch("between (.+) and (.+)", clean):
        return _span(match[1], match[2], text)
    opening = _OPENING.match(clean)
    word = opening.lastgroup if opening else None
    sides = _sides(clean[opening.end() :] if opening else clean)
    if len(sides) == 2 and word in (None, "since"):
        return _span(sides[0], sides[1], text)
    if len(sides) != 1:
        _refuse(text)
    first, last = _first_and_last(_point(sides[0], text), text)
    match word:
        case "by":
            return days(None, last)
        case "since":
            return days(first, None)
        case "before":
            return days(None, first - ONE_DAY)
        case "after":
            return days(last + ONE_DAY, None)
    return days(first, last)


def date_text(dates: DateRange) -> str:
    """Print days as exactly as they are known: "2 June 2025", "May 2025", "2025",
    "20–30 June 2025", "20 June – 3 July 2025", "by 30 June 2025", "from 2 June 2025".

    Raises ``ValueError`` for a range that is empty or open at both ends.
    """
    first, last = ends(dates)
    if first is None or last is None:
        (limit,) = (end for end in (first, last) if end is not None)
        wording = _("by %(date)s") if first is None else _("from %(date)s")
        return wording % {"date": date_format(limit, "j E Y")}
    if first == last:
        return date_format(first, "j E Y")
    if first.day == 1 and (last + ONE_DAY).day == 1:
        return _months_text(first, last)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{date_format(last, 'j E Y')}"
    start = date_format(first, "j E" if first.year == last.year else "j E Y")
    return f"{start} – {date_format(last, 'j E Y')}"


def dates_json(dates: DateRange) -> dict[str, str | None]:
    """Return ``{"earliest": "2025-06-02", "latest": "2025-06-02"}``, null where open.

    Raises ``ValueError`` for a range that is empty or open at both ends.
    """
    first, last = ends(dates)
    return {
        "earliest": None if first is None else first.isoformat(),
        "latest": None if last is None else last.isoformat(),
    }


def dates_from_json(value: Any) -> DateRange:
    """Return the days that ``dates_json`` wrote.

    Raises ``UnclearRange`` for other keys, a wrong order and what is not a day as YYYY-MM-DD.
    """
    first, last = ends_of(value, "earliest", "latest")
    return days(_from_json(first, "earliest"), _from_json(last, "latest"))


def check_year(year: int) -> None:
    """Raise ``UnclearRange`` for a year that no range of ours reaches."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise UnclearRange(
            _("The year must lie between %(first)s and %(last)s.")
            % {"first": FIRST_YEAR, "last": LAST_YEAR}
        )


def _sides(text: str) -> list[str]:
    sides = _FROM_TO.split(text)
    if len(sides) == 1 and text.count("-") == 1 and not re.fullmatch("[0-9]{4}-[0-9]{1,2}", text):
        return text.split("-")
    return sides


def _span(start: str, end: str, typed: str) -> DateRange:
    """Read "20 – 30 June 2025" and "June 20 – 30, 2025": each end may lean on the other."""
    first, last = _point(start, typed), _point(end, typed)
    if first.day and last.day and last.year:
        if last.month is None:
            last = last._replace(month=first.month)
        elif first.month is None:
            first = first._replace(month=last.month)
    if first.year is None:
        first = first._replace(year=last.year)
    return days(_first_and_last(first, typed)[0], _first_and_last(last, typed)[1])


def _point(text: str, typed: str) -> _Point:
    if match := re.fullmatch("([0-9]{4})-([0-9]{1,2})", text):
        return _Point(int(match[1]), int(match[2]))
    if match := re.fullmatch(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})", text):
        return _Point(int(match[1]), int(match[3]), int(match[4]))
    parts: dict[str, int] = {}
    for word in re.sub(r",|\bof\b|(?<=[0-9]) (?:року|р\.|года|г\.)$", " ", text).split():
        if re.fullmatch("[0-9]{4}", word):
            part, value = "year", int(word)
        elif match := re.fullmatch("([0-9]{1,2})(?:st|nd|rd|th)?", word):
            part, value = "day", int(match[1])
        elif word.rstrip(".") in MONTHS:
            part, value = "month", MONTHS[word.rstrip(".")]
        else:
            _refuse(typed)
        if part in parts:
            _refuse(typed)
        parts[part] = value
    return _Point(**parts)


def _first_and_last(point: _Point, typed: str) -> tuple[date, date]:
    year, month, day = point
    if year is None and month is not None:
        raise UnclearRange(
            _("Add the year to “%(text)s”, such as “2 June 2025”.") % {"text": shown(typed)}
        )
    if year is None or (month is None and day is not None):
        _refuse(typed)
    check_year(year)
    try:
        if month is None:
            return date(year, 1, 1), date(year, 12, 31)
        if day is None:
            return date(year, month, 1), date(year, month, monthrange(year, month)[1])
        return date(year, month, day), date(year, month, day)
    except ValueError as error:
        raise UnclearRange(
            _("“%(text)s” names a day or month that does not exist.") % {"text": shown(typed)}
        ) from error


def _refuse(typed: str) -> NoReturn:
    raise UnclearRange(
        _(
            "“%(text)s” is not understood. Write a date or a span, such as “2 June 2025”, "
            "“2025-06-02”, “May 2025”, “20–30 June 2025”, “by 30 June 2025” or "
            "“from 2 June 2025”."
        )
        % {"text": shown(typed)}
    )


def _months_text(first: date, last: date) -> str:
    if (first.month, last.month) == (1, 12):
        same = first.year == last.year
        return date_format(last, "Y") if same else f"{first:%Y}–{last:%Y}"
    if (first.year, first.month) == (last.year, last.month):
        return date_format(first, "F Y")
    start = date_format(first, "F" if first.year == last.year else "F Y")
    return f"{start} – {date_format(last, 'F Y')}"


def _from_json(value: Any, name: str) -> date | None:
    if value is None:
        return None
    if not isinstance(value, str) or not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise UnclearRange(
            _("“%(name)s” must be a day such as “2025-06-02”, or null.") % {"name": name}
        )
    return _first_and_last(_point(value, value), value)[0]
