"""The order of issues by weight: what is open, how it is weighed, what stays without a place."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from positions.gaps import Gap, Pair, Reason, Status, TermDistance
from positions.priorities import openness, priorities


def gap(status, reason, *, apart=0, met=0, lacking=0, far=()):
    terms = [TermDistance(f"a{n}", 1, 1, "day") for n in range(apart)]
    terms += [TermDistance(f"f{n}", low, low, "step", of) for n, (low, of) in enumerate(far)]
    terms += [TermDistance(f"m{n}", 0, 0, "day") for n in range(met)]
    missing = tuple(f"l{n}" for n in range(lacking))
    pair = Pair((1, 2), apart + lacking, tuple(terms), missing, ())
    compares = status not in (Status.NOTHING, Status.ONE_SIDED, Status.AGREED)
    pairs = (pair,) if compares else ()
    return Gap(("A", "B"), status, reason, (1, 2) if pairs else None, pairs)


AGREED = gap(Status.AGREED, Reason.OUTCOME)
SILENT = gap(Status.ONE_SIDED, Reason.OTHER_IS_SILENT)
HALF = gap(Status.PARTLY_APART, Reason.SOME_TERMS_MET, apart=1, met=1)
THIRD = gap(Status.PARTLY_APART, Reason.SOME_TERMS_MET, lacking=1, met=2)
FAR = gap(Status.APART, Reason.NO_TERM_MET, apart=2)
REJECTED = gap(Status.APART, Reason.REJECTED, met=3)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (AGREED, 0),
        (gap(Status.COMPATIBLE, Reason.NO_DIFFERENCE, met=2), 0),
        (SILENT, None),
        (gap(Status.NOTHING, Reason.NEITHER_SPEAKS), None),
        (HALF, Fraction(1, 2)),
        (THIRD, Fraction(1, 3)),
        (FAR, 1),
        (REJECTED, Fraction(1, 4)),
        (gap(Status.APART, Reason.NO_TERM_MET, far=[(1, 4), (2, 2)]), Fraction(5, 8)),
        (gap(Status.APART, Reason.NO_TERM_MET, far=[(9, 4)]), 1),
        (gap(Status.APART, Reason.REJECTED, far=[(1, 4)], lacking=1), Fraction(3, 4)),
        (gap(Status.NOT_COMPARABLE, Reason.NO_SHARED_TERM, lacking=2), 1),
        (Gap(("A", "B"), Status.AGREED_IN_PART, Reason.OUTCOME, None, ()), None),
    ],
)
def test_how_open_an_issue_is(found, expected):
    assert openness(found) == expected


def test_weights_turn_the_order_and_the_plain_place_stays_in_sight():
    issues = [("border", [HALF]), ("water", [THIRD]), ("trade", [AGREED]), ("seas", [SILENT])]
    plain = priorities(issues, {})
    assert [(p.code, p.place, p.unweighted) for p in plain] == [
        ("border", 1, 1),
        ("water", 2, 2),
        ("trade", 3, 3),
        ("seas", None, None),
    ]
    weighed = priorities(issues, {"water": 5, "seas": 10})
    assert [(p.code, p.place, p.unweighted, p.score) for p in weighed] == [
        ("water", 1, 2, Fraction(5, 3)),
        ("border", 2, 1, Fraction(1, 2)),
        ("trade", 3, 3, 0),
        ("seas", None, None, None),
    ]


def test_of_several_pairs_the_most_open_counts():
    (only,) = priorities([("border", [AGREED, THIRD, SILENT])], {})
    assert only.openness == Fraction(1, 3)


GAPS = st.sampled_from([AGREED, SILENT, HALF, THIRD, FAR, REJECTED])


@given(
    st.lists(st.lists(GAPS, max_size=3), max_size=6),
    st.lists(st.integers(0, 10), min_size=6, max_size=6),
)
def test_every_issue_has_one_line_and_a_higher_score_a_place_before(found, weights):
    issues = [(f"issue-{n}", each) for n, each in enumerate(found)]
    lines = priorities(issues, {f"issue-{n}": weight for n, weight in enumerate(weights)})
    assert sorted(line.code for line in lines) == [code for code, _gaps in issues]
    placed = [line for line in lines if line.place is not None]
    assert list(lines[: len(placed)]) == placed
    for one, other in pairwise(placed):
        assert one.score >= other.score
        assert (one.place < other.place) == (one.score > other.score)
