"""Independent sources: components of what derives from what, against a plain search."""

from hypothesis import given
from hypothesis import strategies as st

from positions.origins import groups, independent

lineages = st.lists(st.lists(st.integers(1, 12), min_size=1, max_size=4), max_size=8)


def reachable(start: int, chains) -> frozenset[int]:
    """Walk from one number to all that share a lineage with it, step by step."""
    found = {start}
    while True:
        more = {n for chain in chains if found & set(chain) for n in chain} - found
        if not more:
            return frozenset(found)
        found |= more


@given(lineages)
def test_the_groups_are_what_can_be_reached(chains):
    numbers = {n for chain in chains for n in chain}
    assert set(groups(chains)) == {reachable(n, chains) for n in numbers}
    assert independent(chains) == len({reachable(n, chains) for n in numbers})


@given(lineages, st.randoms())
def test_neither_order_nor_repetition_counts(chains, random):
    shuffled = [*chains, *chains]
    random.shuffle(shuffled)
    assert set(groups(shuffled)) == set(groups(chains))


def test_two_reports_with_one_origin_are_one():
    assert independent([(1, 9), (2, 9), (3,)]) == 2
    assert independent([(1, 9), (9,)]) == 1
    assert independent([(1, 5, 9), (2, 9)]) == 1
    assert independent([(1, 5), (2, 6), (5, 6)]) == 1
    assert independent([()]) == independent([]) == 0
