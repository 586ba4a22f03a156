"""Relative deadlines: the planted ones, and agreement with counting the days by hand."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from positions.deadlines import Amount, Clock, Deadline, Span, Thing, deadlines, later

LIFTED, ELECTED, SWORN_IN, MOVED, STORM = 1, 2, 3, 4, 5
MAY_1 = date(2025, 5, 1)


def on(first, last=None):
    return Span(first, last or first)


def days(low, high, unit="day"):
    return Amount(
        None if low is None else Decimal(low), None if high is None else Decimal(high), unit
    )


ELECTION = Clock(ELECTED, "within", LIFTED, days(None, 100))
OATH = Clock(SWORN_IN, "within", ELECTED, days(None, 30))


def due(clock, *things, among=()):
    return deadlines([clock, *among], {thing.id: thing for thing in things})[clock]


def test_there_is_no_date_before_the_anchor_has_one():
    assert due(ELECTION, Thing(LIFTED)) == Deadline(None, None, certain=False)
    assert due(ELECTION) == Deadline(None, None, certain=False)


def test_the_anchor_starts_the_clock():
    assert due(ELECTION, Thing(LIFTED, came=on(MAY_1))) == Deadline(
        on(MAY_1), Span(MAY_1, date(2025, 8, 9))
    )


def test_a_date_that_is_not_exact_is_a_range_and_so_is_what_is_counted_from_it():
    found = due(ELECTION, Thing(LIFTED, came=on(MAY_1, date(2025, 5, 31))))
    assert found.due == Span(MAY_1, date(2025, 9, 8))


@pytest.mark.parametrize(
    ("amount", "first", "last"),
    [
        (days(100, 100), date(2025, 5, 1), date(2025, 8, 9)),
        (days(5, 7), date(2025, 5, 6), date(2025, 5, 8)),
        (days(5, None), date(2025, 5, 6), None),
        (days(None, 2, "week"), date(2025, 5, 1), date(2025, 5, 15)),
        (days(None, 1, "month"), date(2025, 5, 1), date(2025, 6, 1)),
        (days(None, "1.5"), date(2025, 5, 1), date(2025, 5, 3)),
        (days(None, 10**9), date(2025, 5, 1), None),
        (None, date(2025, 5, 1), None),
    ],
)
def test_how_long_the_clock_runs(amount, first, last):
    clock = Clock(ELECTED, "within", LIFTED, amount)
    assert due(clock, Thing(LIFTED, came=on(MAY_1))).due == Span(first, last)


def test_after_has_no_end():
    clock = Clock(MOVED, "after", LIFTED, days(None, 100))
    assert due(clock, Thing(LIFTED)).due is None
    assert due(clock, Thing(LIFTED, came=on(MAY_1))).due == Span(MAY_1, None)


def test_a_chain_of_deadlines():
    found = due(OATH, Thing(LIFTED, came=on(MAY_1)), Thing(ELECTED), among=[ELECTION])
    assert found == Deadline(None, Span(MAY_1, date(2025, 9, 8)), certain=False)
    held = Thing(ELECTED, came=on(date(2025, 6, 1)))
    assert due(OATH, Thing(LIFTED, came=on(MAY_1)), held, among=[ELECTION]) == Deadline(
        on(date(2025, 6, 1)), Span(date(2025, 6, 1), date(2025, 7, 1))
    )
    assert due(OATH, Thing(LIFTED), among=[ELECTION]).due is None


def test_a_clause_comes_about_with_the_last_of_its_demands():
    clock = Clock(MOVED, "within", 9, days(None, 10))
    clause = Thing(9, parts=(LIFTED, ELECTED))
    lifted, elected = Thing(LIFTED, came=on(MAY_1)), Thing(ELECTED, came=on(date(2025, 6, 1)))
    assert due(clock, clause, lifted, elected).due == Span(date(2025, 6, 1), date(2025, 6, 11))
    assert due(clock, clause, lifted, Thing(ELECTED)).due is None
    bounded = due(clock, clause, lifted, Thing(ELECTED), among=[ELECTION])
    assert bounded == Deadline(None, Span(MAY_1, date(2025, 8, 19)), certain=False)


def test_what_is_expected_bounds_what_hangs_on_it():
    clock = Clock(MOVED, "within", STORM, days(None, 10))
    june = Span(date(2025, 6, 1), date(2025, 6, 30))
    assert due(clock, Thing(STORM, expected=june)) == Deadline(
        None, Span(date(2025, 6, 1), date(2025, 7, 10)), certain=False
    )


def test_what_waits_for_itself_has_no_date():
    back = Clock(LIFTED, "after", ELECTED)
    assert due(ELECTION, Thing(LIFTED), Thing(ELECTED), among=[back]).due is None


def test_bounds_that_leave_no_day_give_no_date():
    late = Clock(ELECTED, "after", STORM)
    things = Thing(LIFTED, came=on(MAY_1)), Thing(STORM, came=on(date(2026, 1, 1)))
    assert due(OATH, *things, among=[ELECTION, late]).due is None


def test_months_end_with_their_last_day():
    assert later(date(2025, 1, 31), Decimal(1), "month") == date(2025, 2, 28)
    assert later(date(2024, 2, 29), Decimal(1), "year") == date(2025, 2, 28)
    with pytest.raises(ValueError, match="no span of days"):
        later(MAY_1, Decimal(1), "person")


STARTS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(STARTS, st.integers(0, 40), st.lists(st.integers(0, 400), min_size=1, max_size=6))
def test_a_chain_adds_its_days_up(start, unsure, lengths):
    chain = [Clock(n + 1, "within", n, days(None, length)) for n, length in enumerate(lengths)]
    came = on(start, start + timedelta(unsure))
    found = deadlines(chain, {0: Thing(0, came=came)})
    for place, clock in enumerate(chain):
        assert found[clock].due == Span(
            start, start + timedelta(unsure + sum(lengths[: place + 1]))
        )
        assert found[clock].certain == (place == 0)


@given(
    st.dictionaries(st.integers(0, 6), STARTS, max_size=4),
    st.lists(
        st.tuples(
            st.integers(0, 6),
            st.sampled_from(["within", "after"]),
            st.integers(0, 6),
            st.integers(0, 90),
        ),
        max_size=12,
    ),
)
def test_every_deadline_counted_from_what_came_about_is_exact_and_the_rest_are_not_certain(
    came, links
):
    clocks = [
        Clock(record, relation, anchor, days(None, length))
        for record, relation, anchor, length in links
        if record != anchor
    ]
    things = {number: Thing(number, came=on(day)) for number, day in came.items()}
    for clock, found in deadlines(clocks, things).items():
        assert found.certain == (clock.anchor in came)
        if found.certain:
            start = came[clock.anchor]
            end = start + timedelta(int(clock.amount.high)) if clock.relation == "within" else None
            assert found.due == Span(start, end)
        elif found.due is not None:
            assert found.due.earliest is not None
            assert any(day <= found.due.earliest for day in came.values())
