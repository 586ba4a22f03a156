"""The gap between two parties: the rule of domain.md, its planted cases, and what always holds."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from positions.gaps import (
    Reason,
    Settlement,
    Stand,
    Status,
    Term,
    TermDistance,
    Value,
    gap,
)

DURATION = Term("duration", "Duration", "quantity", unit="day")
START = Term("start", "Start", "date")
AREA = Term(
    "area",
    "Area",
    "choice",
    ordinals={"sectors": 10, "front": 20, "front and rear": 30, "everywhere": 90, "disputed": None},
)
FORM = Term("form", "Form", "choice", ordinals=dict.fromkeys(["written", "oral", "tacit"]))
DOMAINS = Term("domains", "Domains", "set", ordinals=dict.fromkeys(["air", "sea", "land"]))
CONDITIONS = Term("conditions", "Conditions", "set", ordinals=dict.fromkeys(["withdrawal", "arms"]))
TERMS = {term.code: term for term in (DURATION, START, AREA, FORM, DOMAINS, CONDITIONS)}


def number(low, high, **more):
    return Value(
        "duration",
        quantity=(None if low is None else Decimal(low), None if high is None else Decimal(high)),
        **more,
    )


def start(first, last):
    return Value(
        "start", dates=(first and date.fromisoformat(first), last and date.fromisoformat(last))
    )


def choose(term, *choices, **more):
    return Value(term, choices=frozenset(choices), **more)


def stand(id, parties, *values, kind="demand", only_if=(), accepted=(), rejected=()):
    return Stand(
        id,
        frozenset(parties.split()),
        kind,
        values,
        frozenset(only_if),
        frozenset(accepted),
        frozenset(rejected),
    )


def between(*stands, settlements=(), terms=TERMS):
    return gap("UA", "RU", stands, terms, settlements)


def distance(one, other, term):
    (pair,) = between(stand(1, "UA", one), stand(2, "RU", other)).pairs
    assert [each.term for each in pair.terms] == [term]
    return pair.terms[0].low


# The facts of 2 June 2025

UKRAINE = stand(
    1, "UA", number(30, 30), choose("area", "everywhere"), Value("conditions", quantifier="none of")
)
PAUSE = stand(2, "RU", number(2, 3), choose("area", "sectors"), kind="offer")
FIFTH_STEP = stand(3, "RU", number(30, 30), only_if=["clause 14"])


def test_thirty_days_against_two_to_three():
    result = between(UKRAINE, PAUSE)
    (pair,) = result.pairs
    assert pair.terms == (
        TermDistance("duration", Decimal(27), Decimal(27), "day"),
        TermDistance("area", Decimal(3), Decimal(3), "step"),
    )
    assert pair.lacking == ("conditions",)
    assert pair.conditions == ()
    assert pair.differences == 3
    assert pair.met == ()
    assert (result.parties, result.closest) == (("UA", "RU"), (1, 2))
    assert (result.status, result.reason) == (Status.APART, Reason.NO_TERM_MET)


def test_a_paper_whose_fifth_step_is_a_ceasefire_of_thirty_days():
    rejected = replace(PAUSE, rejected_by=frozenset({"UA"}))
    result = between(UKRAINE, rejected, FIFTH_STEP)
    assert [(pair.demands, pair.terms[0].low) for pair in result.pairs] == [
        ((1, 3), Decimal(0)),
        ((1, 2), Decimal(27)),
    ]
    closest = result.pairs[0]
    assert closest.lacking == ("area", "conditions")
    assert closest.conditions == ("clause 14",)
    assert [pair.differences for pair in result.pairs] == [3, 3]
    assert (result.closest, result.status) == ((1, 3), Status.PARTLY_APART)


OUTLIER = number(90, 90)
PAPER = [number(30, 30), number(30, 30), number(30, None)]


@pytest.mark.parametrize(
    ("rivals", "theirs", "low", "high"),
    [
        (PAPER, number(2, 3), 27, 27),
        ([*PAPER, OUTLIER], number(2, 3), 27, 87),
        ([*PAPER, replace(OUTLIER, rank="deprecated")], number(2, 3), 27, 27),
        ([replace(PAPER[0], rank="preferred"), OUTLIER], number(2, 3), 27, 27),
        (
            [replace(PAPER[0], rank="preferred"), replace(OUTLIER, rank="preferred")],
            number(2, 3),
            27,
            87,
        ),
        (PAPER, number(30, 30), 0, 0),
        ([*PAPER, OUTLIER], number(30, 30), 0, 60),
        ([PAPER[0], Value("duration", status="not specified")], number(2, 3), 27, 27),
        ([PAPER[0], Value("duration", status="left open")], number(2, 3), 27, 27),
    ],
)
def test_rival_values_give_the_least_and_the_greatest_distance(rivals, theirs, low, high):
    (pair,) = between(stand(1, "UA", *rivals), stand(2, "RU", theirs)).pairs
    assert pair.terms == (TermDistance("duration", Decimal(low), Decimal(high), "day"),)
    assert pair.differences == (low > 0)


# Distances


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ((30, 30), (2, 3), 27),
        ((2, 3), (3, 30), 0),
        ((2, 3), (None, 1), 1),
        ((30, None), (60, None), 0),
        ((30, None), (None, 100), 0),
        ((101, None), (None, 100), 1),
        (("0.1", "0.1"), ("0.3", "0.3"), "0.2"),
        (("-5", "-2"), ("2", "3"), 4),
        (("9" * 30, "9" * 30), ("1E-20", "1E-20"), "9" * 29 + "8." + "9" * 20),
    ],
)
def test_between_quantities_lies_the_space(one, other, apart):
    assert distance(number(*one), number(*other), "duration") == Decimal(apart)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (("2025-06-20", "2025-06-30"), ("2025-06-30", "2025-06-30"), 0),
        (("2025-06-20", "2025-06-30"), ("2025-07-01", "2025-07-31"), 1),
        ((None, "2025-06-30"), ("2025-07-10", None), 10),
        ((None, "2025-06-30"), (None, "2025-01-01"), 0),
    ],
)
def test_between_dates_lie_days(one, other, apart):
    result = between(stand(1, "UA", start(*one)), stand(2, "RU", start(*other)))
    assert result.pairs[0].terms == (TermDistance("start", Decimal(apart), Decimal(apart), "day"),)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (choose("area", "sectors"), choose("area", "sectors"), 0),
        (choose("area", "sectors"), choose("area", "front"), 1),
        (choose("area", "everywhere"), choose("area", "sectors"), 3),
        (choose("area", "sectors", "front", quantifier="one of"), choose("area", "everywhere"), 2),
        (choose("area", "sectors", "front"), choose("area", "front", "everywhere"), 0),
        (choose("area", "everywhere", quantifier="none of"), choose("area", "everywhere"), 1),
        (choose("area", "everywhere", quantifier="none of"), choose("area", "front"), 0),
        (choose("area", "front", others=True), choose("area", "everywhere"), 0),
        (choose("area", "disputed"), choose("area", "everywhere"), 1),
        (choose("area", "disputed"), choose("area", "disputed"), 0),
        (choose("area", *AREA.ordinals, quantifier="none of"), choose("area", "front"), 1),
        (
            choose("area", *AREA.ordinals, quantifier="none of"),
            choose("area", *AREA.ordinals, quantifier="none of"),
            0,
        ),
        (choose("form", "written"), choose("form", "oral"), 1),
        (choose("form", "written"), choose("form", "written"), 0),
        (choose("form", "written"), choose("form", "unheard of"), 1),
    ],
)
def test_between_choices_lie_steps_or_they_are_the_same_or_not(one, other, apart):
    assert distance(one, other, one.term) == apart


def test_two_choices_in_one_place_of_the_order_are_not_the_same():
    tied = replace(FORM, ordinals={"written": 1, "oral": 1})
    result = between(
        stand(1, "UA", choose("form", "written")),
        stand(2, "RU", choose("form", "oral")),
        terms={"form": tied},
    )
    assert result.pairs[0].terms == (TermDistance("form", Decimal(1), Decimal(1), "step"),)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (choose("domains", "air", "sea"), choose("domains", "air", "sea"), 0),
        (choose("domains", "air", "sea", "land"), choose("domains", "air"), 2),
        (choose("domains", "air"), choose("domains", "sea"), 2),
        (choose("domains", "air", others=True), choose("domains", "air", "sea"), 0),
        (choose("domains", "air", others=True), choose("domains", "sea"), 1),
        (choose("domains", "air", "sea", quantifier="one of"), choose("domains", "air"), 0),
        (choose("domains", "air", "sea", quantifier="one of"), choose("domains", "land"), 2),
        (choose("domains", "air", quantifier="one of", others=True), choose("domains", "land"), 0),
        (choose("domains", "air", quantifier="none of"), choose("domains", "air", "sea"), 1),
        (choose("domains", "air", quantifier="none of"), choose("domains", "sea"), 0),
        (choose("conditions", quantifier="none of"), choose("conditions", "withdrawal", "arms"), 2),
        (choose("conditions", quantifier="none of"), choose("conditions", quantifier="none of"), 0),
        (choose("conditions", quantifier="none of"), choose("conditions"), 0),
    ],
)
def test_between_sets_lies_what_one_wants_and_the_other_rules_out(one, other, apart):
    assert distance(one, other, one.term) == apart
    assert distance(other, one, one.term) == apart


@pytest.mark.parametrize(
    ("term", "unit"),
    [("duration", "day"), ("start", "day"), ("area", "step"), ("form", ""), ("domains", "member")],
)
def test_a_distance_has_a_unit(term, unit):
    value = {"duration": number(1, 1), "start": start("2025-06-02", None)}.get(term)
    value = value or choose(term, next(iter(TERMS[term].ordinals)))
    (pair,) = between(stand(1, "UA", value), stand(2, "RU", value)).pairs
    assert pair.terms == (TermDistance(term, Decimal(0), Decimal(0), unit),)


# Differences


def test_a_term_that_one_lacks_is_a_difference_whatever_it_is_called():
    silent = stand(2, "RU", number(30, 30))
    not_specified = stand(
        2,
        "RU",
        number(30, 30),
        Value("area", status="not specified"),
        Value("form", status="not specified"),
    )
    for other in (silent, not_specified):
        result = between(stand(1, "UA", number(30, 30), choose("area", "front")), other)
        assert (result.pairs[0].lacking, result.pairs[0].differences) == (("area",), 1)
        assert (result.status, result.reason) == (Status.PARTLY_APART, Reason.SOME_TERMS_MET)


def test_a_deprecated_value_alone_is_lacking():
    wrong = stand(1, "UA", number(90, 90, rank="deprecated"))
    (pair,) = between(wrong, stand(2, "RU", number(30, 30))).pairs
    assert (pair.terms, pair.lacking) == ((), ("duration",))


def test_left_open_is_neither_lacking_nor_a_claim():
    left_open = stand(1, "UA", Value("duration", status="left open"), choose("area", "front"))
    (pair,) = between(left_open, stand(2, "RU", number(30, 30), choose("area", "front"))).pairs
    assert ([each.term for each in pair.terms], pair.lacking, pair.differences) == (["area"], (), 0)
    (pair,) = between(left_open, stand(2, "RU", choose("area", "front"))).pairs
    assert (pair.lacking, pair.differences) == (("duration",), 1)


def test_only_ifs_that_one_does_not_share_are_differences():
    result = between(
        stand(1, "UA", number(30, 30), only_if=["guarantees", "monitoring"]),
        stand(2, "RU", number(30, 30), only_if=["monitoring", "withdrawal", "arms"]),
    )
    assert result.pairs[0].conditions == ("arms", "guarantees", "withdrawal")
    assert result.pairs[0].differences == 3
    assert result.status == Status.PARTLY_APART


def test_fewest_differences_come_before_the_least_distance():
    near = stand(2, "RU", number(29, 29))
    far = stand(3, "RU", number(2, 2), choose("area", "front"))
    result = between(stand(1, "UA", number(30, 30), choose("area", "front")), near, far)
    assert [pair.demands for pair in result.pairs] == [(1, 3), (1, 2)]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (stand(9, "RU", number(29, 29)), stand(2, "RU", number(28, 28))),
        (stand(9, "RU", number(29, 29)), stand(2, "RU", number(28, 28), number(29, 29))),
        (
            stand(9, "RU", number(3, 3)),
            stand(2, "RU", Value("duration", status="left open"), only_if=["x"]),
        ),
        (stand(2, "RU", number(3, 3)), stand(9, "RU", number(3, 3))),
    ],
)
def test_ties_are_broken_by_the_first_term_then_by_number(better, worse):
    result = between(stand(1, "UA", number(30, 30)), worse, better)
    assert len({pair.differences for pair in result.pairs}) == 1
    assert result.closest == (1, better.id)


def test_terms_stand_in_their_order_and_the_first_decides():
    one = stand(1, "UA", number(30, 30), choose("area", "everywhere"))
    longer = stand(2, "RU", number(29, 29), choose("area", "sectors"))
    wider = stand(3, "RU", number(2, 2), choose("area", "front and rear"))
    assert between(one, longer, wider).closest == (1, 2)
    turned = dict(reversed(TERMS.items()))
    assert between(one, longer, wider, terms=turned).closest == (1, 3)
    terms = between(one, longer, terms=turned).pairs[0].terms
    assert [each.term for each in terms] == ["area", "duration"]


# Statuses

OURS = stand(1, "UA", number(30, 30))
THEIRS = stand(2, "RU", number(2, 3))
MET = stand(3, "RU", number(30, 60))
WORDS = stand(4, "RU")
JOINT = stand(5, "UA RU", number(7, 7))
TAKEN = stand(6, "RU", number(14, 14), accepted=["UA"])
BRIDGE = stand(7, "TR", number(10, 10), accepted=["UA", "RU"])
THREAT = stand(8, "RU", number(0, 0), kind="threat")
REFUSED = stand(9, "RU", number(30, 30), rejected=["UA"])
REFUSED_WORDS = stand(10, "RU", rejected=["UA"])
ANSWER = stand(11, "UA", kind="")
AGREED = Settlement("agreed", frozenset({"UA", "RU", "TR"}))
IN_PART = Settlement("agreed in part", frozenset({"UA", "RU"}))
BY_ONE = Settlement("agreed", frozenset({"RU"}))
NOT_AGREED = Settlement("not agreed", frozenset({"UA", "RU"}))


@pytest.mark.parametrize(
    ("stands", "settlements", "status", "reason"),
    [
        ([], [], Status.NOTHING, Reason.NEITHER_SPEAKS),
        ([THREAT, ANSWER], [], Status.NOTHING, Reason.NEITHER_SPEAKS),
        ([stand(12, "TR", number(5, 5))], [], Status.NOTHING, Reason.NEITHER_SPEAKS),
        ([], [NOT_AGREED, BY_ONE], Status.NOTHING, Reason.NEITHER_SPEAKS),
        ([], [AGREED], Status.AGREED, Reason.OUTCOME),
        ([THREAT], [AGREED, IN_PART], Status.AGREED, Reason.OUTCOME),
        ([JOINT], [], Status.AGREED, Reason.JOINT),
        ([JOINT, TAKEN, BRIDGE, THREAT], [], Status.AGREED, Reason.JOINT),
        ([TAKEN], [], Status.AGREED, Reason.ACCEPTED),
        ([BRIDGE], [], Status.AGREED, Reason.ACCEPTED),
        ([JOINT], [IN_PART], Status.AGREED, Reason.JOINT),
        ([OURS], [AGREED], Status.AGREED_IN_PART, Reason.OUTCOME),
        ([JOINT, THEIRS], [], Status.AGREED_IN_PART, Reason.JOINT),
        ([TAKEN, OURS], [], Status.AGREED_IN_PART, Reason.ACCEPTED),
        ([BRIDGE, OURS], [], Status.AGREED_IN_PART, Reason.ACCEPTED),
        ([], [IN_PART], Status.AGREED_IN_PART, Reason.OUTCOME),
        ([OURS, THEIRS], [IN_PART], Status.AGREED_IN_PART, Reason.OUTCOME),
        ([OURS], [], Status.ONE_SIDED, Reason.OTHER_IS_SILENT),
        ([OURS, THREAT], [], Status.ONE_SIDED, Reason.OTHER_IS_SILENT),
        ([THEIRS], [BY_ONE], Status.ONE_SIDED, Reason.OTHER_IS_SILENT),
        ([REFUSED, ANSWER], [], Status.ONE_SIDED, Reason.OTHER_REJECTED),
        ([OURS, WORDS], [], Status.NOT_COMPARABLE, Reason.NO_SHARED_TERM),
        ([OURS, THEIRS], [], Status.APART, Reason.NO_TERM_MET),
        ([OURS, THEIRS], [NOT_AGREED], Status.APART, Reason.NO_TERM_MET),
        ([OURS, REFUSED_WORDS], [], Status.APART, Reason.REJECTED),
        ([OURS, REFUSED], [], Status.APART, Reason.REJECTED),
        ([replace(OURS, rejected_by=frozenset({"RU"})), MET], [], Status.APART, Reason.REJECTED),
        ([OURS, THEIRS, REFUSED], [], Status.APART, Reason.REJECTED),
        ([OURS, WORDS, REFUSED_WORDS], [], Status.APART, Reason.NO_TERM_MET),
        ([OURS, MET], [], Status.COMPATIBLE, Reason.NO_DIFFERENCE),
        ([OURS, MET, THEIRS, WORDS], [], Status.COMPATIBLE, Reason.NO_DIFFERENCE),
        (
            [OURS, MET, replace(THEIRS, rejected_by=frozenset({"UA"}))],
            [],
            Status.COMPATIBLE,
            Reason.NO_DIFFERENCE,
        ),
        (
            [replace(OURS, rejected_by=frozenset({"TR", "UA"})), MET],
            [],
            Status.COMPATIBLE,
            Reason.NO_DIFFERENCE,
        ),
        (
            [OURS, replace(MET, conditions=frozenset({"withdrawal"}))],
            [],
            Status.PARTLY_APART,
            Reason.SOME_TERMS_MET,
        ),
    ],
)
def test_status(stands, settlements, status, reason):
    result = between(*stands, settlements=settlements)
    assert (result.status, result.reason) == (status, reason)


def test_every_status_and_reason_is_planted():
    planted = test_status.pytestmark[0].args[1]
    assert {row[2] for row in planted} == set(Status)
    assert {row[3] for row in planted} == set(Reason)


def test_a_joint_stand_is_compared_with_others_but_not_with_a_joint_one():
    second_joint = stand(12, "RU UA TR", number(8, 8))
    result = between(OURS, THEIRS, JOINT, second_joint)
    assert sorted(pair.demands for pair in result.pairs) == [
        (1, 2),
        (1, 5),
        (1, 12),
        (5, 2),
        (12, 2),
    ]
    assert between(JOINT, second_joint).pairs == ()


def test_stands_of_third_parties_and_other_kinds_are_in_no_pair():
    result = between(OURS, THEIRS, THREAT, BRIDGE, ANSWER)
    assert [pair.demands for pair in result.pairs] == [(1, 2)]


def test_any_two_parties_may_be_asked_for():
    result = gap("TR", "UA", [OURS, THEIRS, BRIDGE], TERMS)
    assert (result.parties, result.closest) == (("TR", "UA"), (7, 1))
    with pytest.raises(ValueError, match="UA and itself"):
        gap("UA", "UA", [OURS], TERMS)


def test_a_value_must_be_of_a_term_of_the_issue_and_fit_it():
    with pytest.raises(KeyError, match="count"):
        between(stand(1, "UA", Value("count")))
    for term in ("duration", "start"):
        empty = Value(term)
        with pytest.raises(ValueError, match=f"given for {term}"):
            between(stand(1, "UA", empty), stand(2, "RU", empty))


# What always holds

ENDS = st.none() | st.integers(-6, 6)
PARTIES = ["UA", "RU", "TR"]


def ordered(ends):
    low, high = ends
    return ends if None in ends or low <= high else (high, low)


def ranged(term, build):
    return st.tuples(ENDS, ENDS).map(ordered).map(lambda ends: build(term, ends))


def as_quantity(term, ends):
    return Value(term, quantity=tuple(None if end is None else Decimal(end) for end in ends))


def as_dates(term, ends):
    return Value(
        term, dates=tuple(None if end is None else date(2025, 6, 10 + end) for end in ends)
    )


def chosen(term):
    return st.builds(
        Value,
        st.just(term),
        choices=st.frozensets(st.sampled_from(sorted(TERMS[term].ordinals)), min_size=1),
        quantifier=st.sampled_from(["all of", "one of", "none of"]),
        others=st.booleans(),
    )


GIVEN = {
    "duration": ranged("duration", as_quantity),
    "start": ranged("start", as_dates),
    "area": chosen("area"),
    "form": chosen("form"),
    "domains": chosen("domains"),
    "conditions": chosen("conditions"),
}
NOBODY = frozenset()
SOME_PARTIES = st.frozensets(st.sampled_from(PARTIES))
HOLDERS = st.sampled_from([frozenset({party}) for party in ("UA", "RU") * 4 + ("TR",)])
KINDS = st.sampled_from(["demand", "offer", "commitment", "principle"] * 2 + ["threat", ""])
CONDITION_KEYS = st.sampled_from([NOBODY] * 3 + [frozenset({"x"}), frozenset({"x", "y"})])
SETTLEMENTS = st.builds(
    Settlement, st.sampled_from(["agreed", "agreed in part", "not agreed"]), SOME_PARTIES
)


def rarely(strategy, usual):
    return st.integers(0, 9).flatmap(lambda roll: st.just(usual) if roll else strategy)


@st.composite
def issues(draw):
    """Return stands of three parties, few of them joint or answered, rarely with outcomes."""
    terms = draw(st.lists(st.sampled_from(sorted(GIVEN)), min_size=1, max_size=3))
    values = st.builds(
        replace,
        st.sampled_from(terms).flatmap(GIVEN.__getitem__),
        status=st.sampled_from(["given"] * 4 + ["left open", "not specified"]),
        rank=st.sampled_from(["normal"] * 3 + ["preferred", "deprecated"]),
    )
    stands = [
        Stand(
            number,
            draw(rarely(SOME_PARTIES, None)) or draw(HOLDERS),
            draw(KINDS),
            tuple(draw(st.lists(values, max_size=4))),
            draw(CONDITION_KEYS),
            draw(rarely(SOME_PARTIES, NOBODY)),
            draw(rarely(SOME_PARTIES, NOBODY)),
        )
        for number in range(1, draw(st.integers(0, 5)) + 1)
    ]
    return stands, draw(rarely(st.lists(SETTLEMENTS, max_size=2), []))


@given(issues())
def test_the_gap_is_the_same_from_either_side(issue):
    stands, settlements = issue
    there = gap("UA", "RU", stands, TERMS, settlements)
    back = gap("RU", "UA", stands, TERMS, settlements)
    assert (there.status, there.reason) == (back.status, back.reason)
    mirrored = [replace(pair, demands=pair.demands[::-1]) for pair in there.pairs]
    assert list(back.pairs) == mirrored
    assert back.closest == (there.closest and there.closest[::-1])


@given(issues(), st.randoms())
def test_the_order_of_what_is_given_does_not_matter(issue, random):
    stands, settlements = issue
    shuffled = [
        replace(each, values=tuple(random.sample(each.values, len(each.values)))) for each in stands
    ]
    random.shuffle(shuffled)
    expected = gap("UA", "RU", stands, TERMS, settlements)
    assert gap("UA", "RU", shuffled, TERMS, settlements[::-1]) == expected


@given(issues())
def test_all_pairs_are_listed_and_the_closest_is_the_least_of_them(issue):
    stands, settlements = issue
    result = gap("UA", "RU", stands, TERMS, settlements)
    kinds = {"demand", "offer", "commitment", "principle"}
    expected = {
        (one.id, other.id)
        for one in stands
        for other in stands
        if {one.kind, other.kind} <= kinds and "UA" in one.parties and "RU" in other.parties
        if not ({"UA", "RU"} <= one.parties and {"UA", "RU"} <= other.parties)
    }
    assert len(result.pairs) == len(expected)
    assert {pair.demands for pair in result.pairs} == expected
    if not expected:
        assert result.closest is None
        return
    (closest,) = [pair for pair in result.pairs if pair.demands == result.closest]

    def first_distance(pair):
        return min(
            (each.low for each in pair.terms if each.term == "duration"), default=Decimal("inf")
        )

    for pair in result.pairs:
        counted = len([each for each in pair.terms if each.low > 0])
        assert pair.differences == counted + len(pair.lacking) + len(pair.conditions)
        assert closest.differences <= pair.differences
        if closest.differences == pair.differences:
            assert first_distance(closest) <= first_distance(pair)


@given(issues())
def test_every_issue_has_one_status_that_fits_its_pairs(issue):
    stands, settlements = issue
    result = gap("UA", "RU", stands, TERMS, settlements)
    assert result.status in Status
    closest = result.pairs[0] if result.pairs else None
    match result.status:
        case Status.NOTHING | Status.ONE_SIDED:
            assert closest is None
        case Status.NOT_COMPARABLE:
            assert not any(pair.terms for pair in result.pairs)
        case Status.COMPATIBLE:
            assert closest.differences == 0
            assert closest.met == tuple(each.term for each in closest.terms) != ()
        case Status.PARTLY_APART:
            assert closest.differences > 0
            assert closest.met
        case Status.APART:
            assert closest.met == () or result.reason == Reason.REJECTED


@pytest.mark.parametrize("term", ["duration", "start"])
@given(st.data())
def test_ranges_are_apart_by_the_nearest_of_their_members(term, data):
    one, other = (data.draw(GIVEN[term]) for _ in range(2))

    def members(value):
        low, high = value.quantity or [end and end.day - 10 for end in value.dates]
        return range(-10 if low is None else int(low), (10 if high is None else int(high)) + 1)

    nearest = min(abs(a - b) for a in members(one) for b in members(other))
    assert distance(one, other, term) == nearest
    assert (nearest == 0) == bool(set(members(one)) & set(members(other)))


@given(*[st.decimals(allow_nan=False, allow_infinity=False, places=10)] * 2)
def test_distances_are_exact(one, other):
    apart = distance(
        Value("duration", quantity=(one, one)),
        Value("duration", quantity=(other, other)),
        "duration",
    )
    assert Fraction(apart) == abs(Fraction(one) - Fraction(other))


@given(chosen("domains"), chosen("domains"))
def test_sets_are_apart_by_the_nearest_sets_that_meet_them(one, other):
    every = sorted(DOMAINS.ordinals)
    subsets = [
        {member for place, member in enumerate(every) if bits >> place & 1}
        for bits in range(2 ** len(every))
    ]

    def meets(members, value):
        if value.quantifier == "none of":
            return not members & value.choices
        if value.quantifier == "one of":
            return len(members) == 1 and (value.others or members <= value.choices)
        return members >= value.choices if value.others else members == value.choices

    nearest = min(len(a ^ b) for a in subsets if meets(a, one) for b in subsets if meets(b, other))
    assert distance(one, other, "domains") == nearest


@given(chosen("area"), chosen("area"))
def test_choices_are_apart_by_the_nearest_that_meet_them(one, other):
    every = list(AREA.ordinals)

    def meets(choice, value):
        if value.quantifier == "none of":
            return choice not in value.choices
        return value.others or choice in value.choices

    def steps(a, b):
        return 1 if a != b and "disputed" in (a, b) else abs(every.index(a) - every.index(b))

    ones, others = ([each for each in every if meets(each, value)] for value in (one, other))
    expected = (
        min(steps(a, b) for a in ones for b in others) if ones and others else int(ones != others)
    )
    assert distance(one, other, "area") == expected
