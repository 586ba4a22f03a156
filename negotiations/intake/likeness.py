"""How alike two texts are: what share of their runs of words they have in common.

A run is five words that follow each other, whatever their case and what stands between them. The
share is that of the runs of both among those of either (Jaccard), so that it can be told in a
sentence: "87 of 100 runs of five words stand in both". Nothing here asks the database.
"""

import re
from collections.abc import Iterable, Iterator

#: So many words make a run.
RUN = 5
#: From this share on two texts are nearly the same.
NEARLY = 0.6


def runs(text: str) -> frozenset[int]:
    """Return the runs of words of a text, each as a number; a short text is one run."""
    words = re.findall(r"\w+", text.casefold())
    if len(words) <= RUN:
        return frozenset({hash(tuple(words))} if words else ())
    return frozenset(hash(tuple(words[at : at + RUN])) for at in range(len(words) - RUN + 1))


def likeness(one: frozenset[int], other: frozenset[int]) -> float:
    """Return the share of runs in both among those in either; 0 where there are none."""
    either = len(one | other)
    return len(one & other) / either if either else 0.0


def lengths_alike(length: int) -> tuple[int, int]:
    """Return the least and the greatest length of texts that can be nearly the same as one.

    A fifth more is allowed for other spaces and marks.
    """
    return int(length * NEARLY * 0.8), int(length / NEARLY / 0.8) + 1


def nearly_the_same(text: str, others: Iterable[tuple[int, str]]) -> Iterator[tuple[int, float]]:
    """Yield the numbers of those texts that are nearly the same, with how alike they are."""
    mine = runs(text)
    for number, other in others:
        share = likeness(mine, runs(other))
        if share >= NEARLY:
            yield number, share
