"""Which issues are farthest from agreement, as weighed: plain data in, plain data out.

How open an issue is, from 0 to 1, is read off the gaps of its pairs of parties (``gaps.gap``): 0
where they are agreed or compatible, else the average of how far the two demands of the closest pair
are apart, over all that was compared. A term that both give counts its distance as a share (of all
steps, of all members named, of the greatest number), one without such a measure 0 or 1; a term that
only one gives, a condition that only one makes, and a rejection count 1 each. Where only one side
speaks, or neither, there is nothing to measure. Of several pairs the most open counts. The issues
are ordered by weight × openness; ties keep the order of the codebook. Weights are the reader's; an
issue that is not weighed counts 1.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from positions.gaps import Gap, Reason, Status

CLOSED = {Status.AGREED, Status.COMPATIBLE}
UNMEASURED = {Status.NOTHING, Status.ONE_SIDED}


@dataclass(frozen=True)
class Priority:
    """An issue's place by weight, and the place it has where all weigh the same.

    ``openness`` is None, and both places are, where there is nothing to measure.
    """

    code: str
    weight: int
    openness: Fraction | None
    place: int | None
    unweighted: int | None

    @property
    def score(self) -> Fraction | None:
        return None if self.openness is None else self.weight * self.openness


def openness(gap: Gap) -> Fraction | None:
    """Return how open an issue is between two parties, from 0 to 1; None if nothing tells."""
    if gap.status in UNMEASURED:
        return None
    if gap.status in CLOSED:
        return Fraction(0)
    if not gap.pairs:
        return None
    closest = gap.pairs[0]
    whole = len(closest.lacking) + len(closest.conditions) + (gap.reason == Reason.REJECTED)
    compared = len(closest.terms) + whole
    if not compared:
        return Fraction(1)
    return (sum(distance.share for distance in closest.terms) + Fraction(whole)) / compared


def priorities(
    gaps: Iterable[tuple[str, Sequence[Gap]]], weights: Mapping[str, int]
) -> tuple[Priority, ...]:
    """Return the issues by weight × openness, those without a measure last.

    ``gaps`` has the gaps of each issue by its code, in the order of the codebook.
    """
    open_by_code = {
        code: max((o for o in map(openness, found) if o is not None), default=None)
        for code, found in gaps
    }
    measured = [code for code, found in open_by_code.items() if found is not None]

    def places(weighed: Mapping[str, int]) -> dict[str, int]:
        scores = {code: weighed.get(code, 1) * (open_by_code[code] or 0) for code in measured}
        return {code: 1 + sum(s > scores[code] for s in scores.values()) for code in measured}

    weighted, plain = places(weights), places({})
    found = [
        Priority(code, weights.get(code, 1), each, weighted.get(code), plain.get(code))
        for code, each in open_by_code.items()
    ]
    return tuple(sorted(found, key=lambda p: (p.place is None, p.place or 0)))
