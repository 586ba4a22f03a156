"""What would satisfy a proposal: the planted cases, and agreement with trying every subset."""

from itertools import chain, combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from positions.satisfying import (
    Clause,
    Read,
    Reply,
    Standing,
    State,
    satisfying,
    standings,
)


def leaf(number):
    return Clause(number)


def group(number, operator, *children, reads=()):
    reads = tuple(Read(each, "somebody") for each in reads)
    return Clause(number, operator, reads, tuple(children))


def sets_of(root):
    """Return the sets of each reading, by the operators that tell the readings apart."""
    return {
        tuple(each.reading.items()): [set(way.leaves) for way in each.ways]
        for each in satisfying(root).readings
    }


PACKAGE = group(3, "all", leaf(4), leaf(5), reads=["all"])
OPTIONS = group(1, "unclear", leaf(2), PACKAGE, reads=["unclear", "any"])


def test_an_unclear_group_is_shown_under_all_and_under_any():
    assert sets_of(OPTIONS) == {((1, "all"),): [{2, 4, 5}], ((1, "any"),): [{2}, {4, 5}]}


def test_whoever_reads_it_otherwise_stands_beside_the_recorded_operator():
    assert group(1, "all", leaf(2), leaf(3), reads=["any"]).operators == ("all", "any")
    assert group(1, "any", leaf(2), leaf(3), reads=["any"]).operators == ("any",)
    assert group(1, "any", leaf(2), leaf(3), reads=["in sequence"]).operators == (
        "any",
        "in sequence",
    )


def test_what_nobody_recorded_is_counted_as_all():
    assert sets_of(group(1, "", leaf(2), leaf(3))) == {(): [{2, 3}]}
    assert sets_of(group(1, "", leaf(2), leaf(3), reads=["any"])) == {(): [{2}, {3}]}


def test_a_leaf_is_met_by_itself():
    assert sets_of(leaf(7)) == {(): [{7}]}


def test_a_step_counts_only_after_the_steps_before():
    steps = group(1, "in sequence", leaf(2), group(3, "all", leaf(4), leaf(5)), leaf(6))
    (reading,) = satisfying(steps).readings
    (way,) = reading.ways
    assert way.leaves == (2, 4, 5, 6)
    assert way.in_order
    assert not way.is_sequence
    assert [set(prefix) for prefix in way.prefixes] == [{2}, {2, 4, 5}, {2, 4, 5, 6}]
    assert way.counting([4, 5, 6]) == ()
    assert way.counting([2, 4, 6]) == (2, 4)
    assert way.counting([2, 4, 5, 6]) == (2, 4, 5, 6)


def test_single_steps_follow_each_other_one_by_one():
    (reading,) = satisfying(group(1, "in sequence", leaf(2), leaf(3), leaf(4))).readings
    assert reading.ways[0].is_sequence
    (reading,) = satisfying(group(1, "all", leaf(2), leaf(3))).readings
    assert not reading.ways[0].is_sequence


def test_what_is_not_listed_is_counted():
    either = [group(10 * n, "any", *(leaf(10 * n + m) for m in range(1, 4))) for n in range(1, 9)]
    found = satisfying(group(1, "all", *either))
    (reading,) = found.readings
    assert (len(reading.ways), reading.more) == (20, 3**8 - 20)
    unclear = [group(10 * n, "unclear", leaf(10 * n + 1), leaf(10 * n + 2)) for n in range(1, 6)]
    found = satisfying(group(1, "all", *unclear), most_readings=3)
    assert (len(found.readings), found.more) == (3, 2**5 - 3)


# Answers.

TREE = group(1, "all", group(2, "any", leaf(3), leaf(4)), leaf(5))


def states(*replies, tree=TREE):
    given_ = [Reply(*reply) for reply in replies]
    return {number: str(each.state) for number, each in standings(tree, "UA", given_).items()}


def test_an_answer_counts_for_all_below_unless_something_nearer_is_answered():
    assert states((1, "UA", "rejected"), (3, "UA", "accepted")) == {
        1: "refused",
        2: "refused",
        3: "accepted",
        4: "refused",
        5: "refused",
    }
    found = standings(TREE, "UA", [Reply(2, "UA", "noted"), Reply(1, "RU", "accepted")])
    assert found[3] == Standing(State.OTHERWISE, 2, ("noted",))
    assert found[5] == Standing(State.UNCODED)


def test_a_silence_is_told_from_what_is_not_coded_and_hides_no_answer():
    assert states((2, "UA", "")) == {
        1: "not coded",
        2: "no answer reported",
        3: "no answer reported",
        4: "no answer reported",
        5: "not coded",
    }
    assert states((1, "UA", "accepted"), (2, "UA", ""))[3] == "accepted"
    assert states((2, "UA", ""), (3, "UA", "refuses to discuss"))[3] == "refused"


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        (["accepted", "rejected"], "answered otherwise"),
        (["rejected", "refuses to discuss"], "refused"),
        (["accepted in part"], "answered otherwise"),
        (["accepted with reservation"], "answered otherwise"),
        (["accepted", "accepted"], "accepted"),
    ],
)
def test_answers_that_do_not_agree_are_neither_acceptance_nor_refusal(answers, state):
    assert states(*((5, "UA", answer) for answer in answers))[5] == state


# Every subset tried.


@st.composite
def trees(draw, most=9):
    """Return a small tree; its numbers go up in the order in which one reads it."""
    numbers = iter(range(1, 100))
    left = [most]

    def node(depth):
        number = next(numbers)
        left[0] -= 1
        size = draw(st.integers(0, 3)) if depth < 3 and left[0] > 0 else 0
        children = tuple(node(depth + 1) for _ in range(min(size, max(left[0], 0))))
        operator = draw(st.sampled_from(["all", "any", "in sequence", "unclear", ""]))
        reads = draw(
            st.lists(st.sampled_from(["all", "any", "in sequence", "unclear"]), max_size=2)
        )
        return Clause(number, operator, tuple(Read(r, "x") for r in reads), children)

    return node(0)


def meets(clause, chosen, reading):
    """Whether the chosen leaves meet the clause."""
    if not clause.children:
        return clause.id in chosen
    parts = [meets(child, chosen, reading) for child in clause.children]
    return any(parts) if reading[clause.id] == "any" else all(parts)


def subsets(leaves):
    return map(
        frozenset, chain.from_iterable(combinations(leaves, n) for n in range(len(leaves) + 1))
    )


def readings_of(root):
    """Return every way to read the groups, worked out from the words of the rule alone."""
    groups = [clause for clause in root.walk() if clause.children]
    shown = []
    for clause in groups:
        told = {clause.operator, *(read.operator for read in clause.reads)}
        if clause.reads:
            told -= {""}
        shown.append(
            sorted(
                (told & {"all", "any", "in sequence"})
                | ({"all", "any"} if "unclear" in told else set())
                | ({"all"} if "" in told else set())
            )
        )
    numbers = [clause.id for clause in groups]
    return [dict(zip(numbers, chosen, strict=True)) for chosen in product(*shown)]


@given(trees())
def test_the_sets_are_those_that_trying_every_subset_finds(root):
    found = satisfying(root, most_ways=10**4, most_readings=10**4)
    readings = readings_of(root)
    assert found.more == 0
    assert len(found.readings) == len(readings)
    for reading in readings:
        (here,) = [r for r in found.readings if r.reading.items() <= reading.items()]
        meeting = [chosen for chosen in subsets(root.leaves) if meets(root, chosen, reading)]
        least = [each for each in meeting if not any(other < each for other in meeting)]
        assert here.more == 0
        assert sorted(map(sorted, (way.leaves for way in here.ways))) == sorted(map(sorted, least))


@given(trees())
def test_what_comes_first_stands_in_an_earlier_step(root):
    for here in satisfying(root).readings:
        for way in here.ways:
            for one, before in zip(way.leaves, way.after, strict=True):
                assert before == {
                    other for other in way.leaves if _is_earlier(root, other, one, here.reading)
                }


def _is_earlier(clause, one, other, reading):
    """Whether a sequence has ``one`` in a step before that of ``other``."""
    places = {
        number: place for place, child in enumerate(clause.children) for number in child.leaves
    }
    if one not in places or other not in places:
        return False
    if places[one] == places[other]:
        return _is_earlier(clause.children[places[one]], one, other, reading)
    operator = reading.get(clause.id) or clause.operators[0]
    return operator == "in sequence" and places[one] < places[other]


@given(trees(), st.data())
def test_the_nearest_answer_counts(root, data):
    numbers = [clause.id for clause in root.walk()]
    answers = ["accepted", "rejected", "noted", ""]
    given_ = data.draw(st.dictionaries(st.sampled_from(numbers), st.sampled_from(answers)))
    found = standings(root, "UA", [Reply(number, "UA", word) for number, word in given_.items()])
    parents = {child.id: clause.id for clause in root.walk() for child in clause.children}
    words = {"accepted": "accepted", "rejected": "refused", "noted": "answered otherwise"}
    assert set(found) == set(numbers)
    for number, standing in found.items():
        path = [number]
        while path[-1] in parents:
            path.append(parents[path[-1]])
        heard = next((given_[each] for each in path if given_.get(each)), None)
        quiet = any(given_.get(each) == "" for each in path)
        expected = words[heard] if heard else "no answer reported" if quiet else "not coded"
        assert str(standing.state) == expected


@given(trees())
def test_no_more_is_listed_than_asked_for_and_the_rest_is_counted(root):
    every = satisfying(root, most_ways=10**4, most_readings=10**4)
    some = satisfying(root, most_ways=2, most_readings=2)
    assert len(some.readings) + some.more == len(every.readings)
    for less, more in zip(some.readings, every.readings, strict=False):
        assert less.ways == more.ways[:2]
        assert len(less.ways) + less.more == len(more.ways)
