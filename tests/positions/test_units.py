"""Quantities with a unit: converted, or refused for what cannot be."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from negotiations.ranges import UnclearRange, quantity
from positions.numberlines import WIDTH, bars
from positions.units import check_amount, read_quantity
from tests.factories import TermFactory
from tests.recording import published_demand


@pytest.mark.parametrize(
    ("text", "unit", "low", "high"),
    [
        ("30", "day", 30, 30),
        ("two weeks", "day", 14, 14),
        ("at least 1 week", "day", 7, None),
        ("24–48 hours", "day", 1, 2),
        ("36 Hours", "day", "1.5", "1.5"),
        ("1 year", "month", 12, 12),
        ("-5", "%", -5, -5),
        ("-5", "", -5, -5),
        ("3", "region", 3, 3),
    ],
)
def test_it_is_read_in_the_unit_of_the_term(text, unit, low, high):
    amount = read_quantity(text, unit)
    assert [str(end) for end in (amount.lower, amount.upper)] == [str(low), str(high)]


@pytest.mark.parametrize(
    ("text", "unit", "words"),
    [
        ("-5", "day", "below zero"),
        ("-5–5", "person", "below zero"),
        ("-1", "million USD", "below zero"),
        ("9" * 26, "day", "1,000,000 at most"),
        ("200 000 years", "day", "own unit"),
        ("1 hour", "day", "own unit"),
        ("two months", "day", "own unit"),
        ("99 999 999 999", "person", "10,000,000,000 at most"),
        ("9" * 20, "%", "at most"),
        ("200,000 weeks", "day", "1,000,000 at most"),
        ("3 weeks", "km", "not understood"),
    ],
)
def test_what_cannot_be_is_refused_in_words(text, unit, words):
    with pytest.raises(UnclearRange, match=words):
        read_quantity(text, unit)


NUMBERS = st.decimals(-(10**30) + 1, 10**30 - 1, allow_nan=False, places=0)


@given(st.lists(st.tuples(NUMBERS, NUMBERS).map(sorted), min_size=2, max_size=5))
def test_the_number_line_survives_whatever_is_stored(pairs):
    for bar in bars([tuple(pair) for pair in pairs]):
        assert 0 <= bar.x <= bar.end <= WIDTH


@given(NUMBERS)
def test_what_is_refused_as_typed_is_refused_as_stored(number):
    amount, text = quantity(number, number), format(number, "f")
    try:
        check_amount(amount, "day")
    except UnclearRange:
        with pytest.raises(UnclearRange):
            read_quantity(text, "day")
    else:
        assert read_quantity(text, "day") == amount


@pytest.mark.django_db
@pytest.mark.parametrize("days", [-5, 10**25])
def test_operations_and_so_the_api_refuse_it_too(days):
    term, amount = TermFactory(), quantity(Decimal(days), Decimal(days))
    with pytest.raises(ValidationError) as refused:
        published_demand(issue=term.issue, values=[{"term": term, "quantity": amount}])
    assert list(refused.value.message_dict) == ["quantity"]
