"""Rounds and events in the order of their days, and where the page stands among them."""

from datetime import UTC, date, datetime

from negotiations import ranges
from negotiations.models import Round
from positions.models import Event
from positions.timeline import timeline

SECOND = Round(
    pk=2,
    title="Second round",
    time_zone="Europe/Istanbul",
    held=ranges.times(
        datetime(2025, 6, 1, 21, 0, tzinfo=UTC), datetime(2025, 6, 2, 21, 0, tzinfo=UTC)
    ),
)
FIRST = Round(
    pk=1,
    title="First round",
    time_zone="UTC",
    held=ranges.times(datetime(2025, 5, 1, tzinfo=UTC), datetime(2025, 6, 1, tzinfo=UTC)),
)
STRIKE = Event(pk=3, title="Strike", happened=ranges.day(date(2025, 6, 1)))
SINCE = Event(pk=4, title="Bombardment", happened=ranges.days(None, date(2025, 6, 2)))
LATER = Event(pk=5, title="Package", happened=ranges.days(date(2025, 7, 18), None))


def stands_at(as_of, asked=None):
    moments = timeline([SECOND, FIRST], [LATER, SINCE, STRIKE], as_of, asked)
    return moments, [moment.record.title for moment in moments if moment.here]


def test_the_order_is_that_of_the_last_possible_day_a_round_after_its_day():
    moments, _ = stands_at(date(2025, 6, 2))
    assert [(m.record.title, m.text, m.day.isoformat()) for m in moments] == [
        ("First round", "May 2025", "2025-05-31"),
        ("Strike", "1 June 2025", "2025-06-01"),
        ("Bombardment", "by 2 June 2025", "2025-06-02"),
        ("Second round", "2 June 2025", "2025-06-02"),
        ("Package", "from 18 July 2025", "2025-07-18"),
    ]
    assert [m.record.title for m in moments if m.ahead] == ["Package"]
    assert [m.record.title for m in moments if m.is_round] == ["First round", "Second round"]


def test_the_page_stands_at_the_round_asked_for_or_the_last_thing_of_the_day():
    assert stands_at(date(2025, 6, 2))[1] == ["Second round"]
    assert stands_at(date(2025, 6, 1))[1] == ["Strike"]
    assert stands_at(date(2025, 6, 2), asked=FIRST)[1] == ["First round"]
    assert stands_at(date(2025, 6, 5))[1] == []
