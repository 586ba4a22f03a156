"""What stood in a list, such as the holders of a demand, before and after a change. Plain data."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Listing:
    """That a row of a list was written in a change: what it lists, and whether it is there after.

    ``change`` and ``place`` are numbers that rise with time, the latter within changes, too.
    """

    change: int
    place: int
    entry: int
    lists: int
    is_there: bool


def listed_after(listings: Iterable[Listing], change: int) -> frozenset[int]:
    """Return what a list held when a change, and all before it, had been made."""
    last = {
        each.entry: each
        for each in sorted(listings, key=lambda each: each.place)
        if each.change <= change
    }
    return frozenset(each.lists for each in last.values() if each.is_there)
