"""How many sources speak independently of each other: reports with one origin count as one.

A lineage is the number of a source, then that of the source it derives from, and so on as far back
as is known. Two sources belong together if their lineages meet, or if others join them.
"""

from collections.abc import Iterable, Sequence

Lineage = Sequence[int]


def groups(lineages: Iterable[Lineage]) -> tuple[frozenset[int], ...]:
    """Return the numbers named, those that belong together in one set, in the order they came."""
    found: list[set[int]] = []
    for lineage in lineages:
        numbers = set(lineage)
        if not numbers:
            continue
        met = [group for group in found if group & numbers]
        found = [group for group in found if not group & numbers]
        found.append(numbers.union(*met))
    return tuple(frozenset(group) for group in found)


def independent(lineages: Iterable[Lineage]) -> int:
    """Return how many of the sources are independent of each other."""
    return len(groups(lineages))
