"""Days and deadlines as a text names them, relative to when it was published."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from negotiations import ranges
from negotiations.ranges.dates import MONTHS
from positions.proposing.numbers import amounts
from positions.proposing.proposals import Amount, Days, Deadline
from positions.proposing.words import Stretch

_WEEKDAY_NAMES = """
    monday понеділок понеділка понедельник понедельника
    tuesday вівторок вівторка вторник вторника
    wednesday середу середи среду среды
    thursday четвер четверга четверг
    friday п’ятницю п'ятницю п’ятниці пятницу пятницы
    saturday суботу суботи субботу субботы
    sunday неділю неділі воскресенье воскресенья
"""
_WEEKDAYS = {
    name: number
    for number, names in enumerate(_WEEKDAY_NAMES.strip().splitlines())
    for name in names.split()
}
#: Days counted from that of publication: the first and the last that may be meant.
_NEAR = {
    **dict.fromkeys(("today", "this morning", "this afternoon", "сьогодні", "сегодня"), (0, 0)),
    **dict.fromkeys(("yesterday", "вчора", "учора", "вчера", "накануне", "напередодні"), (-1, -1)),
    **dict.fromkeys(("overnight", "last night", "вночі", "ночью", "this evening"), (-1, 0)),
}
_MONTH = "|".join(sorted(map(re.escape, MONTHS), key=len, reverse=True))
_DAY_OF_MONTH = (
    rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th)?(?:\sof)?\s(?:{_MONTH})\b(?:,?\s[0-9]{{4}})?"
    rf"|(?:{_MONTH})\s[0-9]{{1,2}}(?:st|nd|rd|th)?(?![\d:])(?:,?\s[0-9]{{4}})?"
)
_WEEKDAY = "|".join(sorted(_WEEKDAYS, key=len, reverse=True))
_DATE = re.compile(
    rf"(?<!\w)(?:(?P<near>{'|'.join(_NEAR)})|(?P<weekday>{_WEEKDAY})"
    rf"(?:\s(?:and|та|і|и)\s(?P<second>{_WEEKDAY}))?|(?P<day>{_DAY_OF_MONTH}))(?!\w)",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"(?:\bby|\bbefore|\buntil|\btill|\bno later than|\bnot later than|\bfrom|\bstarting|\bnext"
    r"|\bafter|\bдо|\bз|\bс|\bне пізніше|\bне позднее|\bпісля|\bпосле|\bнаступн\w+|\bследующ\w+)"
    r"(?:\s(?:the|on|midnight|noon|midday|end of|midnight on|noon on))?\s$",
    re.IGNORECASE,
)
_SINCE = re.compile(r"(?:\bsince|\bз|\bс)\s$", re.IGNORECASE)
_BY = re.compile(
    r"(?<!\w)(?:by|before|until|no later than|not later than|до|не пізніше(?: ніж)?|не позднее)\s"
    r"(?:midnight\s(?:on\s)?|noon\s(?:on\s)?)?"
    rf"(?:(?P<ending>(?:the\s)?end\sof\s|кінця\s|конца\s)?"
    rf"(?:(?P<day>{_DAY_OF_MONTH})|(?P<weekday>{_WEEKDAY})"
    rf"|(?P<month>{_MONTH})(?P<year>\s[0-9]{{4}})?)(?!\w)"
    r"|(?P<this>the\send\sof\sthe\s(?P<unit>week|month|year)|year.s\send|(?:кінця|конца)\s"
    r"(?P<unit2>тижня|місяця|року|недели|месяца|года))(?!\w))",
    re.IGNORECASE,
)
_WITHIN = re.compile(
    r"(?<!\w)(?:within|not later than|no later than|впродовж|упродовж|протягом|за|не пізніше ніж за"
    r"|в течение|в течении|не позднее чем через|через)\s",
    re.IGNORECASE,
)
_TIME = frozenset({"minute", "hour", "day", "week", "month", "year"})
_ENDS = {"week": "week", "month": "month", "year": "year"} | {
    **dict.fromkeys(("тижня", "недели"), "week"),
    **dict.fromkeys(("місяця", "месяца"), "month"),
    **dict.fromkeys(("року", "года"), "year"),
}
ONE_DAY = timedelta(days=1)


def deadlines(stretch: Stretch, published: date | None) -> Iterator[Deadline]:
    """Yield by when something is to be done, as far as the text names it."""
    for match in stretch.find(_WITHIN):
        rest = Stretch(stretch.text, match.end(), stretch.end)
        amount = next(amounts(rest), None)
        if amount and amount.why.start == match.end() and _is_span(amount):
            yield Deadline(amount, None, stretch.why(match.start(), amount.why.end))
    if published is None:
        return
    for match in stretch.find(_BY):
        if (last := _last_day(match, published)) is not None:
            yield Deadline(None, last, stretch.why(match.start(), match.end()))


def _is_span(amount: Amount) -> bool:
    return amount.unit in _TIME and amount.high is not None


def _last_day(match: re.Match, published: date) -> date | None:
    if match["this"]:
        return _end_of(_ENDS[re.split(r"\W", _unit_of(match))[0]], published)
    if match["weekday"]:
        ahead = (_WEEKDAYS[match["weekday"].casefold()] - published.weekday()) % 7
        return published + timedelta(days=ahead)
    if match["day"]:
        return _nearest(match["day"], published, ahead=True)
    if not match["ending"]:
        return None
    year = (match["year"] or "").strip()
    number = MONTHS[match["month"].casefold()]
    of_year = int(year) if year else published.year + (number < published.month)
    return ranges.latest(ranges.parse_dates(f"{of_year}-{number:02}"))


def _unit_of(match: re.Match) -> str:
    named = match["unit"] or match["unit2"]
    return named.casefold() if named else "year"


def _end_of(unit: str, day: date) -> date:
    if unit == "week":
        return day + timedelta(days=6 - day.weekday())
    if unit == "year":
        return date(day.year, 12, 31)
    first_of_next = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return first_of_next - ONE_DAY


def days(stretch: Stretch, published: date | None) -> Iterator[Days]:
    """Yield the days on which something was said or happened: none that was still to come."""
    for match in stretch.find(_DATE):
        before = stretch.text[max(stretch.start, match.start() - 25) : match.start()]
        since = bool(_SINCE.search(before)) and match["weekday"]
        if _LIMIT.search(before) and not since:
            continue
        ends = _ends(match, published)
        if ends is None or (published and ends.last > published):
            continue
        last = published if since and published else ends.last
        yield Days(ends.first, last, stretch.why(match.start(), match.end()))


class _Ends(NamedTuple):
    first: date
    last: date


def _ends(match: re.Match, published: date | None) -> _Ends | None:
    if match["day"]:
        day = _nearest(match["day"], published, ahead=False)
        return _Ends(day, day) if day else None
    if published is None:
        return None
    if match["near"]:
        since, until = _NEAR[re.sub(r"\s", " ", match["near"].casefold())]
        return _Ends(published + timedelta(days=since), published + timedelta(days=until))
    named = [match["weekday"], match["second"] or match["weekday"]]
    back = [(published.weekday() - _WEEKDAYS[name.casefold()]) % 7 for name in named]
    first, last = (published - timedelta(days=each) for each in back)
    return _Ends(first, last) if first <= last else None


def _nearest(text: str, published: date | None, *, ahead: bool) -> date | None:
    """Return a day that may lack its year: the next one, or else the last, from publication on."""
    if re.search("[0-9]{4}", text):
        return _day(text)
    if published is None:
        return None
    for year in (published.year, published.year + (1 if ahead else -1)):
        day = _day(f"{text} {year}")
        if day and (day >= published if ahead else day <= published):
            return day
    return None


def _day(text: str) -> date | None:
    """Return a day written out, None where there is no such day."""
    try:
        return ranges.earliest(ranges.parse_dates(text))
    except ranges.UnclearRange:
        return None
