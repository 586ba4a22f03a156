"""Relative deadlines: what is to come within so many days of something, or after it.

Plain data in, plain data out. domain.md: *Within*: the number of days is a value of the record,
and the anchor starts the clock; a deadline may hang on another's fulfilment, in chains. So:

* "Within 100 days" is by the hundredth day after the anchor, and not before it; "5–7 days" is not
  before the fifth. *After* is not before the anchor, without an end.
* A thing has a date once it has come about: a demand that ended fulfilled, an event that happened,
  an outcome in force, a clause all of whose demands have. A date that is not exact is a range, and
  so is what is counted from it.
* What has not come about may still be bounded: by its own deadlines, all of them together, or by
  when it is expected. What is counted from such bounds is not certain. What waits for itself, by
  however many steps, is bounded by nothing.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

WITHIN, AFTER = "within", "after"
UNITS = frozenset({"day", "week", "month", "year"})


@dataclass(frozen=True)
class Span:
    """The first and the last day something may be; None where it is open."""

    earliest: date | None
    latest: date | None


@dataclass(frozen=True)
class Amount:
    """How long a clock runs: the least and the greatest number of days, weeks, months or years."""

    low: Decimal | None
    high: Decimal | None
    unit: str = "day"


@dataclass(frozen=True)
class Thing:
    """What a clock may hang on; ``came`` is when it came about, ``expected`` when it may.

    A clause has ``parts`` instead: the numbers of what must all have come about.
    """

    id: int
    came: Span | None = None
    expected: Span | None = None
    parts: tuple[int, ...] = ()


@dataclass(frozen=True)
class Clock:
    """A linkage by which ``record`` is due within an amount of time of an anchor, or after it."""

    record: int
    relation: str
    anchor: int
    amount: Amount | None = None


@dataclass(frozen=True)
class Deadline:
    """When a clock runs out, and since when it runs; None for what has no date yet.

    ``certain`` if it is counted from something that has come about.
    """

    started: Span | None
    due: Span | None
    certain: bool = True


def deadlines(clocks: Iterable[Clock], things: Mapping[int, Thing]) -> dict[Clock, Deadline]:
    """Return when each clock runs out; what is not among ``things`` has no date."""
    every = tuple(clocks)
    reckoning = _Reckoning(every, things)
    return {clock: reckoning.deadline(clock) for clock in every}


class _Reckoning:
    def __init__(self, clocks: tuple[Clock, ...], things: Mapping[int, Thing]):
        self.things = things
        self.clocks: dict[int, list[Clock]] = {}
        for clock in clocks:
            self.clocks.setdefault(clock.record, []).append(clock)

    def deadline(self, clock: Clock) -> Deadline:
        came = self.came(clock.anchor)
        if came is not None:
            return Deadline(came, due_after(came, clock))
        bounds = self._bounds(clock.anchor, frozenset({clock.record}))
        return Deadline(None, due_after(bounds, clock) if bounds else None, certain=False)

    def came(self, number: int) -> Span | None:
        """Return when a thing came about; None if it has not."""
        thing = self.things.get(number)
        if thing is None or thing.came is not None or not thing.parts:
            return thing.came if thing else None
        return _last_of([self.came(part) for part in thing.parts])

    def _bounds(self, number: int, waiting: frozenset[int]) -> Span | None:
        """Between what days something comes about, where ``waiting`` wait for it."""
        came = self.came(number)
        if came is not None:
            return came
        if number in waiting:
            return None
        waiting |= {number}
        thing = self.things.get(number)
        if thing is not None and thing.parts:
            return _last_of([self._bounds(part, waiting) for part in thing.parts])
        spans = [thing.expected] if thing is not None and thing.expected else []
        for clock in self.clocks.get(number, ()):
            start = self._bounds(clock.anchor, waiting)
            due = due_after(start, clock) if start else None
            if due is not None:
                spans.append(due)
        return _all_of(spans)


def due_after(start: Span, clock: Clock) -> Span | None:
    """Return between which days something is due whose clock starts then; None if at any time."""
    amount = clock.amount
    earliest = start.earliest
    latest = None
    if clock.relation == WITHIN and amount is not None:
        is_exact = amount.low == amount.high
        if amount.low is not None and not is_exact and earliest is not None:
            earliest = later(earliest, amount.low, amount.unit, ROUND_FLOOR)
        if amount.high is not None and start.latest is not None:
            latest = later(start.latest, amount.high, amount.unit, ROUND_CEILING)
    return Span(earliest, latest) if earliest or latest else None


def later(day: date, number: Decimal, unit: str, rounding: str = ROUND_CEILING) -> date | None:
    """Return the day so much later, in whole days; None beyond the calendar.

    A month after its last day is the last day of the next one. Raises ``ValueError`` for a unit
    that is no span of days.
    """
    if unit not in UNITS:
        raise ValueError(f"{unit} is no span of days.")
    try:
        if unit in ("day", "week"):
            days = number * (7 if unit == "week" else 1)
            return day + timedelta(int(days.to_integral_value(rounding)))
        months = int((number * (12 if unit == "year" else 1)).to_integral_value(rounding))
        year, month = divmod(day.month - 1 + months, 12)
        year += day.year
        return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    except (OverflowError, ValueError):
        return None


def _last_of(spans: list[Span | None]) -> Span | None:
    """When the last of several things comes; None if one of them has no date at all."""
    known = [span for span in spans if span is not None]
    if not known or len(known) < len(spans):
        return None
    starts = [span.earliest for span in known if span.earliest is not None]
    ends = [span.latest for span in known]
    latest = max((end for end in ends if end is not None), default=None)
    return _span(max(starts, default=None), latest if None not in ends else None)


def _all_of(spans: list[Span]) -> Span | None:
    """Between what days something comes that is bounded in several ways at once."""
    starts = [span.earliest for span in spans if span.earliest is not None]
    ends = [span.latest for span in spans if span.latest is not None]
    return _span(max(starts, default=None), min(ends, default=None))


def _span(earliest: date | None, latest: date | None) -> Span | None:
    """A span of days; None where it is open at both ends or the bounds leave no day."""
    if earliest is None and latest is None:
        return None
    if earliest is not None and latest is not None and latest < earliest:
        return None
    return Span(earliest, latest)
