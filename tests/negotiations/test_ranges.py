"""What people write as a range is read, printed and exchanged without loss or guessing."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange, NumericRange
from django.utils import translation
from hypothesis import assume, given
from hypothesis import strategies as st

from negotiations.ranges import (
    UnclearRange,
    date_text,
    dates_from_json,
    dates_json,
    day,
    days,
    earliest,
    latest,
    parse_dates,
    parse_quantity,
    parse_times,
    quantity,
    quantity_from_json,
    quantity_json,
    quantity_text,
    times,
    times_from_json,
    times_json,
    times_text,
    without_about,
)


def between(low, high):
    return quantity(low and Decimal(low), high and Decimal(high))


def span(first, last):
    return days(first and date.fromisoformat(first), last and date.fromisoformat(last))


# Quantities


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("30", "30", "30"),
        ("  30 ", "30", "30"),
        ("030", "30", "30"),
        ("0", "0", "0"),
        ("-5", "-5", "-5"),
        ("−5", "-5", "-5"),
        ("0.5", "0.5", "0.5"),
        ("1.234", "1.234", "1.234"),
        ("6,000", "6000", "6000"),
        ("6 000", "6000", "6000"),
        ("7\u202f000\u202f000\u202f000", "7000000000", "7000000000"),
        ("1,234,567.5", "1234567.5", "1234567.5"),
        ("2-3", "2", "3"),
        ("2–3", "2", "3"),
        ("2 — 3", "2", "3"),
        ("2..3", "2", "3"),
        ("2…3", "2", "3"),
        ("2 to 3", "2", "3"),
        ("From 2 to 3", "2", "3"),
        ("between 2 and 3", "2", "3"),
        ("0 to 5", "0", "5"),
        ("-5 to -2", "-5", "-2"),
        ("-5--2", "-5", "-2"),
        ("1,000-2,000", "1000", "2000"),
        ("at least 30", "30", None),
        ("At Least  30", "30", None),
        (">=30", "30", None),
        ("≥ 30", "30", None),
        ("30+", "30", None),
        ("30 or more", "30", None),
        ("not less than 30", "30", None),
        ("minimum 30", "30", None),
        ("from 30", "30", None),
        ("at least 0", "0", None),
        ("at most 100", None, "100"),
        ("<= 100", None, "100"),
        ("≤100", None, "100"),
        ("up to 1,200", None, "1200"),
        ("100 or fewer", None, "100"),
        ("no more than 100", None, "100"),
        ("at most -0.25", None, "-0.25"),
    ],
)
def test_quantity_is_read(text, low, high):
    assert parse_quantity(text) == between(low, high)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "“30”, “2–3”"),
        ("thirty", "“thirty” is not understood"),
        ("30 days", "without a unit"),
        ("$7", "is not understood"),
        ("0,5", "“0.5”"),
        ("0,500", "is not understood"),
        ("1,00", "is not understood"),
        ("2 3", "is not understood"),
        ("1e400", "is not understood"),
        ("nan", "is not understood"),
        ("Infinity", "is not understood"),
        ("30²", "is not understood"),
        ("٣٠", "is not understood"),
        ("1–2–3", "is not understood"),
        ("about 18", "is not understood"),
        ("at least 2-3", "is not understood"),
        ("3-2", "ends before it starts"),
        ("6.000", "write “6” or “6,000”"),
        ("12.500", "write “12.5” or “12,500”"),
        ("more than 60", "leaves 60 itself out"),
        (">60", "“at least 61” for whole numbers above 60"),
        ("less than 1,000", "leaves 1,000 itself out"),
        ("1" * 31, "at most 30 digits"),
        ("1" * 201, "at most 200 letters"),
        ("x" * 100, "“" + "x" * 60 + "…”"),
        ("3\x000\ud800", "“3\ufffd0\ufffd”"),
    ],
)
def test_unclear_quantity_is_refused_with_help(text, hint):
    with pytest.raises(UnclearRange) as refusal:
        parse_quantity(text)
    assert hint in str(refusal.value)


@pytest.mark.parametrize(
    ("low", "high", "approximate", "text"),
    [
        ("30", "30", False, "30"),
        ("30.00", "30.00", False, "30"),
        ("2", "3", False, "2–3"),
        ("-3", "-2", False, "-3 to -2"),
        ("30", None, False, "at least 30"),
        (None, "100", False, "at most 100"),
        ("18", "18", True, "about 18"),
        ("2", "3", True, "about 2–3"),
        ("400", None, True, "at least about 400"),
        ("6000", "6000", False, "6,000"),
        ("-0.50", "-0.50", False, "-0.5"),
        ("-0", "-0", False, "0"),
        ("1E+3", "1E+3", False, "1,000"),
    ],
)
def test_quantity_is_printed(low, high, approximate, text):
    assert quantity_text(between(low, high), approximate) == text


@pytest.mark.parametrize(
    "amount",
    [
        NumericRange(empty=True),
        NumericRange(None, None),
        NumericRange(Decimal(2), Decimal(3), "[)"),
        NumericRange(Decimal(2), Decimal(3), "(]"),
    ],
)
def test_what_is_no_quantity_is_neither_printed_nor_sent(amount):
    with pytest.raises(ValueError, match="no quantity"):
        quantity_text(amount)
    with pytest.raises(ValueError, match="no quantity"):
        quantity_json(amount)


def test_bounds_are_those_that_postgresql_gives_back():
    assert parse_quantity("30") == NumericRange(Decimal(30), Decimal(30), "[]")
    assert parse_quantity("30+") == NumericRange(Decimal(30), None, "[)")
    assert parse_quantity("up to 30") == NumericRange(None, Decimal(30), "(]")
    assert parse_dates("2 June 2025") == DateRange(date(2025, 6, 2), date(2025, 6, 3), "[)")
    assert parse_dates("by 2 June 2025") == DateRange(None, date(2025, 6, 3), "()")
    assert parse_dates("from 2 June 2025") == DateRange(date(2025, 6, 2), None, "[)")


@pytest.mark.parametrize(
    ("text", "rest", "found"),
    [
        ("about 18", "18", True),
        ("~18", "18", True),
        ("c. 400", "400", True),
        ("Approximately 2–3", "2–3", True),
        ("at least about 30", "at least 30", True),
        ("18", "18", False),
    ],
)
def test_about_is_told_apart_from_the_number(text, rest, found):
    assert without_about(text) == (rest, found)


numbers = st.decimals(
    min_value=Decimal(-(10**20)), max_value=Decimal(10**20), allow_nan=False, places=9
)


@st.composite
def quantities(draw):
    low, high = sorted((draw(numbers), draw(numbers)))
    shape = draw(st.sampled_from(["one", "both", "least", "most"]))
    if shape == "one":
        return quantity(low, low)
    return quantity(None if shape == "most" else low, None if shape == "least" else high)


@given(quantities(), st.booleans())
def test_a_printed_quantity_is_read_back_the_same(amount, approximate):
    rest, found = without_about(quantity_text(amount, approximate))
    assert (parse_quantity(rest), found) == (amount, approximate)


@given(quantities())
def test_quantity_survives_json(amount):
    sent = json.loads(json.dumps(quantity_json(amount)))
    assert quantity_from_json(sent) == amount
    for end in sent.values():
        assert end is None or (set(end) <= set("-.0123456789") and not end.endswith("."))


@given(st.text())
def test_any_text_is_a_quantity_or_unclear(text):
    try:
        amount = parse_quantity(text)
    except UnclearRange as refusal:
        str(refusal).encode()
    else:
        assert parse_quantity(quantity_text(amount)) == amount


@pytest.mark.parametrize(
    ("low", "high", "sent"),
    [
        ("30.00", "30", {"low": "30", "high": "30"}),
        ("100", None, {"low": "100", "high": None}),
        (None, "0.50", {"low": None, "high": "0.5"}),
        ("7E+9", "7E+9", {"low": "7000000000", "high": "7000000000"}),
    ],
)
def test_quantity_as_json(low, high, sent):
    assert quantity_json(between(low, high)) == sent


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        ({"low": 30, "high": 30}, "30", "30"),
        ({"low": 0.1, "high": None}, "0.1", None),
        ({"low": None, "high": 1e22}, None, "1" + "0" * 22),
        ({"low": "-2.50", "high": "3"}, "-2.5", "3"),
    ],
)
def test_quantity_from_json(value, low, high):
    assert quantity_from_json(value) == between(low, high)


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (None, "Give an object with “low” and “high”"),
        ("30", "Give an object"),
        ([30, 30], "Give an object"),
        ({"low": "30"}, "nothing else"),
        ({"low": "30", "high": "30", "unit": "day"}, "nothing else"),
        ({"low": None, "high": None}, "at least one end"),
        ({"low": "3", "high": "2"}, "ends before it starts"),
        ({"low": True, "high": "2"}, "“low” must be a number"),
        ({"low": "1", "high": "NaN"}, "“high” must be a number"),
        ({"low": float("nan"), "high": "1"}, "“low” must be a number"),
        ({"low": 1e400, "high": None}, "“low” must be a number"),
        ({"low": "1e400", "high": None}, "“low” must be a number"),
        ({"low": "", "high": None}, "“low” must be a number"),
        ({"low": " 1", "high": None}, "“low” must be a number"),
        ({"low": "1\n", "high": None}, "“low” must be a number"),
        ({"low": {}, "high": None}, "“low” must be a number"),
        ({"low": 10**5000, "high": None}, "at most 30 digits"),
        ({"low": 1e300, "high": None}, "at most 30 digits"),
        ({"low": 1e-300, "high": None}, "at most 30 digits"),
        ({"low": "0." + "1" * 30, "high": None}, "at most 30 digits"),
    ],
)
def test_wrong_json_quantity_is_refused(value, hint):
    with pytest.raises(UnclearRange) as refusal:
        quantity_from_json(value)
    assert hint in str(refusal.value)


# Dates


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025-06-02", "2025-06-02", "2025-06-02"),
        ("2025/6/2", "2025-06-02", "2025-06-02"),
        ("2025.06.02", "2025-06-02", "2025-06-02"),
        ("2 June 2025", "2025-06-02", "2025-06-02"),
        ("2nd of June, 2025", "2025-06-02", "2025-06-02"),
        ("June 2, 2025", "2025-06-02", "2025-06-02"),
        ("2 Jun. 2025", "2025-06-02", "2025-06-02"),
        ("2 Sept 2025", "2025-09-02", "2025-09-02"),
        ("2 червня 2025", "2025-06-02", "2025-06-02"),
        ("2 червня 2025 року", "2025-06-02", "2025-06-02"),
        ("2 июня 2025 г.", "2025-06-02", "2025-06-02"),
        ("Травень 2025", "2025-05-01", "2025-05-31"),
        ("май 2025", "2025-05-01", "2025-05-31"),
        ("May 2025", "2025-05-01", "2025-05-31"),
        ("2025-05", "2025-05-01", "2025-05-31"),
        ("Feb 2024", "2024-02-01", "2024-02-29"),
        ("2025", "2025-01-01", "2025-12-31"),
        ("2025-06-20..2025-06-30", "2025-06-20", "2025-06-30"),
        ("2025-06-20 - 2025-06-30", "2025-06-20", "2025-06-30"),
        ("20–30 June 2025", "2025-06-20", "2025-06-30"),
        ("20-30 June 2025", "2025-06-20", "2025-06-30"),
        ("June 20–30, 2025", "2025-06-20", "2025-06-30"),
        ("20 June – 3 July 2025", "2025-06-20", "2025-07-03"),
        ("June 20 to July 3, 2025", "2025-06-20", "2025-07-03"),
        ("20 December 2024 – 3 January 2025", "2024-12-20", "2025-01-03"),
        ("between 20 and 30 June 2025", "2025-06-20", "2025-06-30"),
        ("from 20 June until 3 July 2025", "2025-06-20", "2025-07-03"),
        ("с 2 по 5 июня 2025", "2025-06-02", "2025-06-05"),
        ("з 2 до 5 червня 2025", "2025-06-02", "2025-06-05"),
        ("May–June 2025", "2025-05-01", "2025-06-30"),
        ("May-June 2025", "2025-05-01", "2025-06-30"),
        ("2024-2025", "2024-01-01", "2025-12-31"),
        ("by 30 June 2025", None, "2025-06-30"),
        ("until June 2025", None, "2025-06-30"),
        ("by the end of June 2025", None, "2025-06-30"),
        ("≤ 2025-06-30", None, "2025-06-30"),
        ("до 30 червня 2025", None, "2025-06-30"),
        ("before 1 July 2025", None, "2025-06-30"),
        ("from 2 June 2025", "2025-06-02", None),
        ("since May 2025", "2025-05-01", None),
        (">= 2025-06-02", "2025-06-02", None),
        ("від 2 червня 2025", "2025-06-02", None),
        ("after May 2025", "2025-06-01", None),
    ],
)
def test_dates_are_read(text, first, last):
    assert parse_dates(text) == span(first, last)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "“2 June 2025”"),
        ("soon", "“soon” is not understood"),
        ("02/06/2025", "“02/06/2025” is ambiguous"),
        ("30/06/2025", "is ambiguous"),
        ("02.06.2025", "is ambiguous"),
        ("2-6-25", "is ambiguous"),
        ("by 02/06/2025", "is ambiguous"),
        ("2 June", "Add the year"),
        ("June", "Add the year"),
        ("2 June 2025 – 3 July", "Add the year"),
        ("2 June 25", "is not understood"),
        ("2 June 2025 2026", "is not understood"),
        ("30", "is not understood"),
        ("20 2025", "is not understood"),
        ("20–June 2025", "is not understood"),
        ("2025-06-20..30", "is not understood"),
        ("2025-06-20-2025-06-30", "is not understood"),
        ("mid-June 2025", "is not understood"),
        ("by 20–30 June 2025", "is not understood"),
        ("1 June – 2 June – 3 June 2025", "is not understood"),
        ("2 Juin 2025", "is not understood"),
        ("31 June 2025", "does not exist"),
        ("29 February 2025", "does not exist"),
        ("2025-13", "does not exist"),
        ("0 June 2025", "does not exist"),
        ("3 July – 20 June 2025", "ends before it starts"),
        ("20 December – 3 January 2026", "ends before it starts"),
        ("9999", "between 1000 and 9998"),
        ("0999-01-01", "between 1000 and 9998"),
        ("after 9998", "between 1000 and 9998"),
        ("before 1000", "between 1000 and 9998"),
    ],
)
def test_unclear_dates_are_refused_with_help(text, hint):
    with pytest.raises(UnclearRange) as refusal:
        parse_dates(text)
    assert hint in str(refusal.value)


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        ("2025-06-02", "2025-06-02", "2 June 2025"),
        ("2025-05-01", "2025-05-31", "May 2025"),
        ("2025-05-01", "2025-05-30", "1–30 May 2025"),
        ("2025-01-01", "2025-12-31", "2025"),
        ("2024-01-01", "2025-12-31", "2024–2025"),
        ("2025-05-01", "2025-06-30", "May – June 2025"),
        ("2024-12-01", "2025-01-31", "December 2024 – January 2025"),
        ("2025-06-20", "2025-06-30", "20–30 June 2025"),
        ("2025-06-20", "2025-07-03", "20 June – 3 July 2025"),
        ("2024-12-20", "2025-01-03", "20 December 2024 – 3 January 2025"),
        (None, "2025-06-30", "by 30 June 2025"),
        ("2025-06-01", None, "from 1 June 2025"),
    ],
)
def test_dates_are_printed_as_exactly_as_they_are_known(first, last, text):
    assert date_text(span(first, last)) == text


@pytest.mark.parametrize("dates", [DateRange(empty=True), DateRange(None, None)])
def test_no_days_and_all_days_are_neither_printed_nor_sent(dates):
    with pytest.raises(ValueError, match="holds no days"):
        date_text(dates)
    with pytest.raises(ValueError, match="holds no days"):
        dates_json(dates)


def test_ends_of_dates_whatever_the_bounds():
    closed = DateRange(date(2025, 6, 2), date(2025, 6, 4), "[]")
    inner = DateRange(date(2025, 6, 2), date(2025, 6, 4), "()")
    assert (earliest(closed), latest(closed)) == (date(2025, 6, 2), date(2025, 6, 4))
    assert (earliest(inner), latest(inner)) == (date(2025, 6, 3), date(2025, 6, 3))
    assert (earliest(day(date(2025, 6, 2))), latest(day(date(2025, 6, 2)))) == (
        date(2025, 6, 2),
        date(2025, 6, 2),
    )


DAY = timedelta(days=1)
LAST_DAY = date(9998, 12, 31)
calendar = st.dates(date(1000, 1, 1), LAST_DAY)


@st.composite
def date_ranges(draw):
    """Return days near to each other or not, whole months and years, and open ranges."""
    first = draw(calendar)
    length = draw(st.integers(0, 800) | st.integers(0, 10**6))
    last = first + DAY * min(length, (LAST_DAY - first).days)
    match draw(st.sampled_from(["day", "days", "months", "years", "by", "from"])):
        case "day":
            return day(first)
        case "months":
            after = (last.replace(day=1) + 31 * DAY).replace(day=1)
            return days(first.replace(day=1), after - DAY)
        case "years":
            return days(first.replace(month=1, day=1), last.replace(month=12, day=31))
        case "by":
            return days(None, last)
        case "from":
            return days(first, None)
    return days(first, last)


@given(date_ranges())
def test_printed_dates_are_read_back_the_same(dates):
    assert parse_dates(date_text(dates)) == dates


@given(date_ranges(), st.sampled_from(["uk", "ru"]))
def test_month_names_of_the_interface_are_read(dates, language):
    assume(dates.lower and dates.upper)
    with translation.override(language):
        assert parse_dates(date_text(dates)) == dates


@given(date_ranges())
def test_dates_survive_json(dates):
    assert dates_from_json(json.loads(json.dumps(dates_json(dates)))) == dates


@given(st.text() | st.text("0123456789 -–./JjunemayUNTILfrombyto", max_size=25))
def test_any_text_is_dates_or_unclear(text):
    try:
        dates = parse_dates(text)
    except UnclearRange as refusal:
        str(refusal).encode()
    else:
        assert parse_dates(date_text(dates)) == dates


def test_dates_as_json():
    assert dates_json(span("2025-06-02", "2025-06-02")) == {
        "earliest": "2025-06-02",
        "latest": "2025-06-02",
    }
    assert dates_json(span(None, "2025-06-30")) == {"earliest": None, "latest": "2025-06-30"}


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("2025-06-02", "Give an object with “earliest” and “latest”"),
        ({"earliest": "2025-06-02"}, "nothing else"),
        ({"earliest": "2025-06-02", "latest": None, "zone": None}, "nothing else"),
        ({"earliest": None, "latest": None}, "at least one end"),
        ({"earliest": "2025-06-02", "latest": "2025-06-01"}, "ends before it starts"),
        ({"earliest": "2 June 2025", "latest": None}, "“earliest” must be a day"),
        ({"earliest": None, "latest": "20250602"}, "“latest” must be a day"),
        ({"earliest": None, "latest": 2025}, "“latest” must be a day"),
        ({"earliest": True, "latest": None}, "“earliest” must be a day"),
        ({"earliest": None, "latest": "2025-06-31"}, "does not exist"),
        ({"earliest": "9999-12-31", "latest": None}, "between 1000 and 9998"),
    ],
)
def test_wrong_json_dates_are_refused(value, hint):
    with pytest.raises(UnclearRange) as refusal:
        dates_from_json(value)
    assert hint in str(refusal.value)


# Times

ISTANBUL, KYIV = "Europe/Istanbul", "Europe/Kyiv"


def utc(text):
    return text and datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "zone", "start", "end", "printed"),
    [
        (
            "2025-06-02 14:43–15:57",
            ISTANBUL,
            "2025-06-02T11:43",
            "2025-06-02T12:57",
            "2 June 2025, 14:43–15:57",
        ),
        (
            "2 June 2025, from 14:43 to 15:57",
            ISTANBUL,
            "2025-06-02T11:43",
            "2025-06-02T12:57",
            "2 June 2025, 14:43–15:57",
        ),
        (
            "2025-06-02T9:05",
            "UTC",
            "2025-06-02T09:05",
            "2025-06-02T09:06",
            "2 June 2025, 09:05",
        ),
        (
            "2 червня 2025, 22:00 – 3 червня 2025, 01:10",
            KYIV,
            "2025-06-02T19:00",
            "2025-06-02T22:10",
            "2 June 2025, 22:00 – 3 June 2025, 01:10",
        ),
        (
            "2 June 2025 22:00-24:00",
            ISTANBUL,
            "2025-06-02T19:00",
            "2025-06-02T21:00",
            "2 June 2025, 22:00–24:00",
        ),
        (
            "2025-06-02",
            ISTANBUL,
            "2025-06-01T21:00",
            "2025-06-02T21:00",
            "2 June 2025",
        ),
        (
            "15–16 May 2025",
            ISTANBUL,
            "2025-05-14T21:00",
            "2025-05-16T21:00",
            "15–16 May 2025",
        ),
        (
            "from 16 May 2025 at 13:36",
            ISTANBUL,
            "2025-05-16T10:36",
            None,
            "from 16 May 2025, 13:36",
        ),
        (
            "from 16 May 2025, 13:36 until 15:00",
            ISTANBUL,
            "2025-05-16T10:36",
            "2025-05-16T12:00",
            "16 May 2025, 13:36–15:00",
        ),
        ("by 2 June 2025, 15:57", ISTANBUL, None, "2025-06-02T12:57", "by 2 June 2025, 15:57"),
        ("by 2 June 2025", ISTANBUL, None, "2025-06-02T21:00", "by 2 June 2025"),
        ("since 2 June 2025", ISTANBUL, "2025-06-01T21:00", None, "from 2 June 2025"),
        (
            "26 October 2025, 03:30 UTC+03:00",
            KYIV,
            "2025-10-26T00:30",
            "2025-10-26T00:31",
            "26 October 2025, 03:30 UTC+03:00",
        ),
        (
            "26 October 2025, 03:30 UTC+03:00–03:10 UTC+02:00",
            KYIV,
            "2025-10-26T00:30",
            "2025-10-26T01:10",
            "26 October 2025, 03:30 UTC+03:00–03:10 UTC+02:00",
        ),
    ],
)
def test_times_are_read_and_printed(text, zone, start, end, printed):
    moments = parse_times(text, zone)
    assert moments == times(utc(start), utc(end))
    assert times_text(moments, zone) == printed


@pytest.mark.parametrize(
    ("text", "zone", "hint"),
    [
        ("14:43", ISTANBUL, "Write a day and a time"),
        ("2 June 2025, 2:43 pm", ISTANBUL, "24 hours"),
        ("by 2 June 2025, 14:43–15:57", ISTANBUL, "is not understood"),
        ("02/06/2025 14:43", ISTANBUL, "is ambiguous"),
        ("May 2025, 14:43", ISTANBUL, "is not one day"),
        ("by by 2 June 2025, 14:43", ISTANBUL, "is not one day"),
        ("2 June 2025, 25:00", ISTANBUL, "“25:00” is no time of day"),
        ("2 June 2025, 24:01", ISTANBUL, "“24:01” is no time of day"),
        ("2 June 2025, 15:00–14:00", ISTANBUL, "ends before it starts"),
        ("2 June 2025, 15:00–15:00", ISTANBUL, "ends when it starts"),
        ("26 October 2025, 03:30", KYIV, "write “03:30 UTC+03:00” or “03:30 UTC+02:00”"),
        ("26 October 2025, 03:30 UTC+04:00", KYIV, "never showed 03:30 UTC+04:00"),
        ("30 March 2025, 03:30", KYIV, "never showed 03:30"),
        ("30 December 2011", "Pacific/Apia", "ends when it starts"),
        ("2 June 2025", "Europe/Nowhere", "“Europe/Nowhere” is not a time zone"),
        ("2 June 2025", "", "is not a time zone"),
        ("2 June 2025", "../etc", "is not a time zone"),
        ("soon", ISTANBUL, "is not understood"),
    ],
)
def test_unclear_times_are_refused_with_help(text, zone, hint):
    with pytest.raises(UnclearRange) as refusal:
        parse_times(text, zone)
    assert hint in str(refusal.value)


def test_times_go_through_json_in_any_offset():
    written = {"earliest": "2025-06-02T14:43+03:00", "latest": "2025-06-02T12:57Z"}
    moments = times_from_json(written)
    assert moments == times(utc("2025-06-02T11:43"), utc("2025-06-02T12:57"))
    shown = {"earliest": "2025-06-02T11:43:00Z", "latest": "2025-06-02T12:57:00Z"}
    assert times_json(moments) == shown
    assert times_from_json(shown) == moments
    until = {"earliest": None, "latest": "2025-06-02T12:57:00Z"}
    assert times_json(times_from_json(until)) == until


@pytest.mark.parametrize(
    ("earliest", "hint"),
    [
        ("2025-06-02T14:43", "to the minute"),
        ("2025-06-02", "to the minute"),
        ("2025-06-02T14:43:30Z", "to the minute"),
        ("2025-06-02T25:00Z", "to the minute"),
        ("0001-01-01T00:00+05:00", "The year must lie between"),
        ("2025-06-02T12:57Z", "ends when it starts"),
        ("2025-06-02T13:57Z", "ends before it starts"),
        (7, "to the minute"),
        ([], "to the minute"),
    ],
)
def test_unclear_times_in_json_are_refused(earliest, hint):
    with pytest.raises(UnclearRange, match=hint):
        times_from_json({"earliest": earliest, "latest": "2025-06-02T12:57Z"})


@pytest.mark.parametrize("moments", [DateTimeTZRange(empty=True), DateTimeTZRange(None, None)])
def test_no_time_and_all_time_are_not_printed(moments):
    with pytest.raises(ValueError, match="holds no time"):
        times_text(moments, ISTANBUL)


@st.composite
def moment_ranges(draw):
    """Return a zone and minutes in it, some around midnights and changes of the clocks."""
    zone = draw(st.sampled_from([ISTANBUL, KYIV, "UTC", "America/Sao_Paulo", "Asia/Kathmandu"]))
    base = draw(
        st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1))
        | st.sampled_from([datetime(2025, 10, 26, 0), datetime(2018, 2, 18, 1)])
    )
    start = base.replace(second=0, microsecond=0, tzinfo=UTC)
    if draw(st.booleans()):
        local = start.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0)
        start = local.astimezone(UTC)
    end = start + timedelta(minutes=draw(st.integers(1, 3000) | st.sampled_from([1, 1440])))
    shape = draw(st.sampled_from(["both", "by", "from"]))
    return zone, times(None if shape == "by" else start, None if shape == "from" else end)


@given(moment_ranges())
def test_printed_times_are_read_back_the_same(zone_and_moments):
    zone, moments = zone_and_moments
    assert parse_times(times_text(moments, zone), zone) == moments


@given(st.text() | st.text("0123456789 -–:,Jjunemayby", max_size=30))
def test_any_text_is_times_or_unclear(text):
    try:
        moments = parse_times(text, KYIV)
    except UnclearRange as refusal:
        str(refusal).encode()
    else:
        assert parse_times(times_text(moments, KYIV), KYIV) == moments
