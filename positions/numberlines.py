"""Quantities and spans of days drawn to one scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from negotiations import ranges
from positions.models import TermValue

WIDTH, MARGIN = 120, 6
Ends = tuple[Decimal | int | None, Decimal | int | None]


@dataclass(frozen=True)
class Bar:
    """A range on a number line, in the line's own units; an end may go on beyond the line."""

    x: int
    width: int
    opens_low: bool
    opens_high: bool

    @property
    def end(self) -> int:
        return self.x + self.width


def ends_of(value: TermValue) -> Ends | None:
    """Return the least and the greatest number, or day as a number; None for anything else."""
    if value.quantity is not None:
        return value.quantity.lower, value.quantity.upper
    if value.dates is not None:
        first, last = ranges.earliest(value.dates), ranges.latest(value.dates)
        return first.toordinal() if first else None, last.toordinal() if last else None
    return None


def scale_of(
    spans: Sequence[Ends], from_nothing: bool = True
) -> tuple[Decimal | int, Decimal | int] | None:
    """Return the numbers between which the ranges are drawn; None if there is but one number.

    ``from_nothing`` begins the scale at 0 where that is not far.
    """
    known = [end for ends in spans for end in ends if end is not None]
    open_ended = any(end is None for ends in spans for end in ends)
    if not known or (min(known) == max(known) and not open_ended):
        return None
    low, high = min(known), max(known)
    return (0 if from_nothing and 0 < low < high / 2 else low), high


def bars(spans: Sequence[Ends]) -> tuple[Bar, ...]:
    """Return the ranges as bars to one scale; none if all are one and the same number."""
    ends_of_scale = scale_of(spans)
    if ends_of_scale is None:
        return ()
    low, high = map(float, ends_of_scale)
    open_ended = any(end is None for ends in spans for end in ends)
    scale = (WIDTH - 2 * MARGIN) / ((high - low) or 1) * (0.8 if open_ended else 1)

    def x(value: Decimal | int) -> int:
        return round(MARGIN + (float(value) - low) * scale)

    def bar(ends: Ends) -> Bar:
        start = 0 if ends[0] is None else x(ends[0])
        end = WIDTH if ends[1] is None else x(ends[1])
        return Bar(start, end - start, ends[0] is None, ends[1] is None)

    return tuple(bar(ends) for ends in spans)
