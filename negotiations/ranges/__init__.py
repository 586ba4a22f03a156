"""Ranges as people write them: read what was typed, print it, exchange it as JSON.

A date or number that is not exact is a range, so every quantity, date and time of ours is one:

* quantities: ranges of ``Decimal`` to which both ends belong; no end means no limit;
* dates: half-open ranges, as PostgreSQL gives them back: the latest day is the one before the end;
* times: half-open ranges of UTC instants, to the minute.

No range here is empty or open at both ends. What cannot be read for certain is refused with an
``UnclearRange`` whose message tells the reader what to type. What is printed in English is read
back as the same range.
"""

from negotiations.ranges.dates import (
    date_text,
    dates_from_json,
    dates_json,
    day,
    days,
    earliest,
    latest,
    parse_dates,
)
from negotiations.ranges.quantities import (
    parse_quantity,
    quantity,
    quantity_from_json,
    quantity_json,
    quantity_text,
    without_about,
)
from negotiations.ranges.text import UnclearRange
from negotiations.ranges.times import (
    parse_times,
    times,
    times_from_json,
    times_json,
    times_text,
)

__all__ = [
    "UnclearRange",
    "date_text",
    "dates_from_json",
    "dates_json",
    "day",
    "days",
    "earliest",
    "latest",
    "parse_dates",
    "parse_quantity",
    "parse_times",
    "quantity",
    "quantity_from_json",
    "quantity_json",
    "quantity_text",
    "times",
    "times_from_json",
    "times_json",
    "times_text",
    "without_about",
]
