"""Several values of one term for one fact, and pairs of claims; nothing is ever merged.

Plain data in, plain data out. The rule for outliers, as simple as can be stated:

* A number or a span of days is an *outlier* if more than half of the independent sources for other
  values, and two of them at least, give only ranges that do not touch it, and if they are more than
  its own independent sources.
* Sources with one origin are one (``origins``), and a source that gives the value itself is not
  one against it, whatever else it gives.
* What an editor deprecated counts against nothing. Values counted otherwise ("each", "in total")
  are not compared, nor are choices and terms left open: neither makes an outlier or is one.
  "About" widens no range.

Two claims *exclude each other* if an editor linked them as contradicting, if one answers the other
by rejecting it, or if they lie apart on a term that both give. Else they only pull against each
other, and both can be true.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from positions.origins import Lineage, groups, independent

End = Decimal | int | date | None
Ends = tuple[End, End]


@dataclass(frozen=True)
class Given:
    """A value that somebody gives: the ends of its range, both included, or None for no range."""

    id: int
    ends: Ends | None
    sources: tuple[Lineage, ...]
    per: str = ""
    rank: str = "normal"


@dataclass(frozen=True)
class Weighed:
    """A value with its independent sources, and how many of those of others exclude it."""

    id: int
    independent: int
    against: int
    others: int
    outlier: bool


def weighed(values: Sequence[Given]) -> tuple[Weighed, ...]:
    """Return the rival values of one term in their order, each weighed against the others."""
    together = groups(lineage for value in values for lineage in value.sources)
    return tuple(_weighed(value, values, together) for value in values)


def sources_of(values: Iterable[Given]) -> int:
    """Return how many independent sources the values have, taken together."""
    return independent(lineage for value in values for lineage in value.sources)


def _weighed(value: Given, values: Sequence[Given], together: Sequence[frozenset[int]]) -> Weighed:
    own = _groups_of(value, together)
    compared = [each for each in values if each is not value and _comparable(value, each)]
    others = {g for each in compared for g in _groups_of(each, together)} - own
    near = {g for each in compared if _touch(value, each) for g in _groups_of(each, together)}
    against = len(others - near)
    outlier = against >= 2 and 2 * against > len(others) and against > len(own)
    return Weighed(value.id, len(own), against, len(others), outlier)


def _groups_of(value: Given, together: Sequence[frozenset[int]]) -> set[frozenset[int]]:
    return {group for group in together if any(group & set(source) for source in value.sources)}


def _comparable(value: Given, other: Given) -> bool:
    ranged = value.ends is not None and other.ends is not None
    return ranged and value.per == other.per and other.rank != "deprecated"


def _touch(value: Given, other: Given) -> bool:
    assert value.ends is not None  # only comparable values come here
    assert other.ends is not None
    (low, high), (other_low, other_high) = value.ends, other.ends
    return not (_below(high, other_low) or _below(other_high, low))


def _below(end: End, start: End) -> bool:
    return end is not None and start is not None and end < start  # type: ignore[operator]


class Verdict(StrEnum):
    """How two claims stand to each other."""

    EXCLUDE = "exclude each other"
    PULL = "pull against each other"


class Ground(StrEnum):
    """Why."""

    LINKED = "linked as contradicting"
    REJECTED = "one rejects the other"
    APART = "apart on a term"
    MET = "no term apart"
    UNSHARED = "no term in common"


def verdict(*, linked: bool, answer: str, least: Iterable[Decimal] = ()) -> tuple[Verdict, Ground]:
    """Return how two claims stand to each other, and why.

    ``linked``: an editor linked them as contradicting. ``answer``: how one answers the other, or
    empty. ``least``: the least distance on each term that both give.
    """
    if linked:
        return Verdict.EXCLUDE, Ground.LINKED
    if answer == "rejected":
        return Verdict.EXCLUDE, Ground.REJECTED
    distances = tuple(least)
    if any(distance > 0 for distance in distances):
        return Verdict.EXCLUDE, Ground.APART
    return Verdict.PULL, Ground.MET if distances else Ground.UNSHARED
