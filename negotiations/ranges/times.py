"""Times of day and spans of them, each a range of instants, as the clocks of one zone show them."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from negotiations.ranges.dates import (
    ONE_DAY,
    check_year,
    date_text,
    days,
    ends,
    parse_dates,
)
from negotiations.ranges.text import UnclearRange, check_order, ends_of, shown, tidy

ONE_MINUTE = timedelta(minutes=1)

_CLOCK = r"[0-9]{1,2}:[0-9]{2}(?: ?utc ?[+-][0-9]{2}:[0-9]{2})?"
_TIMES = re.compile(
    r"(?P<opening>by |until |from |since )?"
    rf"(?P<day>.+?)(?:(?:, ?| )(?:at |from )?|t)(?P<start>{_CLOCK})"
    r"(?:(?: ?(?:–|-|\.\.) ?| to | until | till )"
    rf"(?:(?P<last_day>.+?)(?:(?:, ?| )(?:at )?|t))?(?P<end>{_CLOCK}))?"
)


def times(start: datetime | None, end: datetime | None) -> DateTimeTZRange:
    """Return the instants from ``start`` up to ``end``, in UTC; ``None`` is no limit.

    Raises ``UnclearRange`` if there is no limit at all or the range would hold nothing.
    """
    check_order(start, end)
    if start == end:
        raise UnclearRange(_("The range ends when it starts."))
    return DateTimeTZRange(start and start.astimezone(UTC), end and end.astimezone(UTC), "[)")


def parse_times(text: str, zone: str) -> DateTimeTZRange:
    """Read what the clocks of a zone showed: "2 June 2025, 14:43–15:57", "2025-06-02 14:43",
    "2 June 2025, 22:00 – 3 June 2025, 01:10", "from 2 June 2025, 14:43"; or days, as
    ``parse_dates`` does, from midnight to midnight.

    A single time lasts a minute; "by" a time ends at it. Where the clocks were turned back, an hour
    needs its offset: "02:30 UTC+03:00". Raises ``UnclearRange``.
    """
    place = _zone(zone)
    clean = tidy(text)
    if ":" not in clean:
        first, last = ends(parse_dates(text))
        return times(
            None if first is None else _midnight(first, place),
            None if last is None else _midnight(last + ONE_DAY, place),
        )
    match = _TIMES.fullmatch(clean)
    by = match is not None and match["opening"] in ("by ", "until ")
    if match is None or (by and match["end"]):
        raise UnclearRange(
            _(
                "“%(text)s” is not understood. Write a day and a time of 24 hours, such as "
                "“2 June 2025, 14:43” or “2 June 2025, 14:43–15:57”."
            )
            % {"text": shown(text)}
        )
    start = _instant(_only_day(match["day"]), match["start"], place)
    if match["end"]:
        last_day = match["last_day"] or match["day"]
        return times(start, _instant(_only_day(last_day), match["end"], place))
    if by:
        return times(None, start)
    return times(start, None if match["opening"] else start + ONE_MINUTE)


def times_text(span: DateTimeTZRange, zone: str) -> str:
    """Print what the clocks of a zone showed: "2 June 2025, 14:43–15:57", "from 2 June 2025".

    Raises ``UnclearRange`` for an unknown zone, ``ValueError`` for a range that is empty or open
    at both ends.
    """
    if span.isempty or (span.lower is None and span.upper is None):
        raise ValueError(f"{span!r} holds no time, or all of it.")
    place = _zone(zone)
    start, end = (moment and moment.astimezone(place) for moment in (span.lower, span.upper))
    if all(moment is None or _is_midnight(moment, place) for moment in (start, end)):
        return date_text(days(start and start.date(), end and end.date() - ONE_DAY))
    if start is None:
        return _("by %(time)s") % {"time": _day_and_clock(end)}
    if end is None:
        return _("from %(time)s") % {"time": _day_and_clock(start)}
    if span.upper - span.lower == ONE_MINUTE:
        return _day_and_clock(start)
    if start.date() == end.date():
        return f"{_day_and_clock(start)}–{_clock(end)}"
    if start.date() + ONE_DAY == end.date() and _is_midnight(end, place):
        return f"{_day_and_clock(start)}–24:00"
    return f"{_day_and_clock(start)} – {_day_and_clock(end)}"


def times_json(span: DateTimeTZRange) -> dict[str, str | None]:
    """Return ``{"earliest": "2025-06-02T11:43:00Z", "latest": …}``: UTC, null where open."""
    return {"earliest": _instant_json(span.lower), "latest": _instant_json(span.upper)}


def times_from_json(value: Any) -> DateTimeTZRange:
    """Return the instants that ``times_json`` wrote; any offset from UTC will do.

    Raises ``UnclearRange`` for other keys, a wrong order, a time without an offset or with seconds.
    """
    start, end = ends_of(value, "earliest", "latest")
    return times(_from_json(start, "earliest"), _from_json(end, "latest"))


def _instant_json(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _from_json(value: Any, name: str) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        moment = None
    if moment is None or moment.utcoffset() is None or moment.second or moment.microsecond:
        raise UnclearRange(
            _("“%(name)s” must be a time to the minute, such as “2025-06-02T14:43+03:00”, or null.")
            % {"name": name}
        )
    check_year(moment.year)
    return moment


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise UnclearRange(
            _("“%(name)s” is not a time zone; write one like Europe/Istanbul.")
            % {"name": shown(name)}
        ) from error


def _midnight(day: date, place: ZoneInfo) -> datetime:
    """Return when a day begins: at its first midnight, or when the clocks jumped over it."""
    return datetime.combine(day, time.min, place).astimezone(UTC)


def _is_midnight(moment: datetime, place: ZoneInfo) -> bool:
    return moment.astimezone(UTC) == _midnight(moment.date(), place)


def _only_day(text: str) -> date:
    first, last = ends(parse_dates(text))
    if first is None or first != last:
        raise UnclearRange(
            _("“%(text)s” is not one day; a time needs one.") % {"text": shown(text)}
        )
    return first


def _instant(day: date, typed: str, place: ZoneInfo) -> datetime:
    clock, _utc, offset = typed.replace(" ", "").partition("utc")
    if clock == "24:00":
        return _midnight(day + ONE_DAY, place)
    try:
        shown_time = datetime.combine(day, time.fromisoformat(clock.zfill(5)))
    except ValueError as error:
        raise UnclearRange(
            _("“%(text)s” is no time of day; write it like “14:43”.") % {"text": clock}
        ) from error
    moments = _moments(shown_time, place)
    if offset:
        moments = [each for each in moments if _offset(each.astimezone(place)) == offset]
    if not moments:
        raise UnclearRange(
            _("The clocks in %(zone)s never showed %(time)s on that day.")
            % {"zone": place.key, "time": typed.upper()}
        )
    if len(moments) > 1:
        raise UnclearRange(
            _(
                "The clocks in %(zone)s showed %(time)s twice on that day: write “%(first)s” or "
                "“%(second)s”."
            )
            % {
                "zone": place.key,
                "time": clock,
                "first": _clock(moments[0].astimezone(place)),
                "second": _clock(moments[1].astimezone(place)),
            }
        )
    return moments[0]


def _moments(shown_time: datetime, place: tzinfo | None) -> list[datetime]:
    """Return when the clocks of a zone showed this: once, twice, or never."""
    candidates = {shown_time.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(
        moment
        for moment in candidates
        if moment.astimezone(place).replace(tzinfo=None) == shown_time
    )


def _day_and_clock(moment: datetime) -> str:
    return f"{date_text(days(moment.date(), moment.date()))}, {_clock(moment)}"


def _clock(moment: datetime) -> str:
    """Print the time of day, with its offset only where the clocks showed it twice."""
    text = f"{moment:%H:%M}"
    if len(_moments(moment.replace(tzinfo=None), moment.tzinfo)) == 1:
        return text
    return f"{text} UTC{_offset(moment)}"


def _offset(moment: datetime) -> str:
    digits = f"{moment:%z}"
    return f"{digits[:3]}:{digits[3:5]}"
