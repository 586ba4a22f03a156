"""The drawn lines of a term, from rows that no database need hold."""

from datetime import date

import pytest

from negotiations.models import Party, Round
from positions.matrix import Statement
from positions.models import Demand, Term, TermValue
from positions.periods import Period
from positions.termlines import BOTTOM, LEFT, RIGHT, TOP, WIDTH, Given, drawing_of
from positions.values import Choice, Value
from tests.positions.test_gaplines import AREA, LENGTH, START, UKRAINE, between, length

RUSSIA = Party(pk=2, code="RU", name="Russia", standing="principal")
TURKIYE = Party(pk=3, code="TR", name="Türkiye", standing="third party")
UKRAINE.side, RUSSIA.side = 1, 2
ORDER = (("sectors", 1), ("front", 5), ("everywhere", 9), ("disputed", None))
PLACES = dict(ORDER)


def area(*choices, **fields):
    named = tuple(Choice(code, code.title(), PLACES[code]) for code in choices)
    return Value(TermValue(term=AREA, **fields), named, ORDER)


def periods(number):
    """Return so many rounds and the times between them, as ``positions.periods`` does."""
    found = [Period(0, "Before")]
    for place in range(number):
        held = Round(pk=place + 1, number=place + 1)
        found += [Period(2 * place + 1, f"Talks {place + 1}", held), Period(2 * place + 2, "Later")]
    return found


def given(party, number, place, *values, until=None, replaces=None):
    demand = Demand(pk=number, kind="demand", state="published", supersedes_id=replaces)
    return Given(party, Statement(demand, (party,), values, (), (), ()), place, until)


def drawn(*statements, term=LENGTH, rounds=2, parties=(UKRAINE, RUSSIA)):
    return drawing_of(term, periods(rounds), statements, parties)


def test_a_line_steps_from_what_was_given_to_what_replaced_it():
    drawing = drawn(
        given(UKRAINE, 1, 1, length(30, 30), until=3),
        given(UKRAINE, 2, 3, length(10, 10), replaces=1),
        given(RUSSIA, 3, 3, length(0, 0)),
    )
    ours, theirs = drawing.lines
    before, after = ours.stretches
    assert (before.x, before.until, before.middle) == (LEFT, after.x, TOP)
    assert (after.until, after.height) == (RIGHT, 0)
    assert TOP < after.middle < BOTTOM < theirs.stretches[0].middle
    assert ours.steps == (f"M{after.x} {before.middle}V{after.middle}",)
    assert ours.path == (
        f"M{before.x} {TOP}H{after.x}M{after.x} {after.middle}H{RIGHT}{ours.steps[0]}"
    )
    assert theirs.steps == ()
    assert (drawing.high, drawing.low) == ("30", "0")
    assert (drawing.high_y, drawing.low_y) == (TOP, BOTTOM)


def test_colour_is_not_what_tells_the_parties_apart():
    drawing = drawn(
        *(given(party, n, 1, length(n, n)) for n, party in enumerate((UKRAINE, RUSSIA, TURKIYE))),
        parties=(UKRAINE, RUSSIA, TURKIYE),
    )
    assert [line.look for line in drawing.lines] == [
        "termline__line--1 side-1",
        "termline__line--2 side-2",
        "termline__line--3",
    ]
    assert len({line.mark for line in drawing.lines}) == 3


def test_two_that_give_the_same_run_beside_each_other():
    drawing = drawn(
        given(UKRAINE, 1, 1, length(30, 30)),
        given(RUSSIA, 2, 1, length(30, 30)),
        given(RUSSIA, 3, 1, length(2, 3)),
    )
    ours, theirs = (line.stretches[0] for line in drawing.lines)
    assert (theirs.x - ours.x, theirs.middle - ours.middle) == (3, 3)


def test_a_range_is_a_band_and_an_end_that_is_open_has_an_arrow():
    drawing = drawn(
        given(UKRAINE, 1, 1, length(30, None)),
        given(UKRAINE, 2, 1, length(10, 20)),
        given(UKRAINE, 3, 1, length(None, 5)),
    )
    at_least, exactly, at_most = drawing.lines[0].stretches
    assert at_least.high == TOP < at_least.low == drawing.high_y == at_least.middle
    assert at_least.arrows == f"M{at_least.x - 3} {TOP + 5}l3-5l3 5"
    assert exactly.high < exactly.middle < exactly.low
    assert (exactly.arrows, exactly.height > 0) == ("", True)
    assert at_most.high == at_most.middle < at_most.low == BOTTOM
    assert at_most.arrows == f"M{at_most.x - 3} {BOTTOM - 5}l3 5l3-5"


def test_what_stands_twice_is_one_line():
    drawing = drawn(
        given(UKRAINE, 1, 1, length(30, 30), until=3),
        given(UKRAINE, 2, 2, length(30, 30)),
        given(UKRAINE, 3, 3, length(10, 10), until=3),
    )
    (line, _other) = drawing.lines
    assert line.path.startswith(f"M{LEFT} {TOP}H{RIGHT}M")
    assert len(line.stretches) == 3


def test_days_are_drawn_to_scale():
    june, july = (between(date(2025, month, 1), date(2025, month, 1)) for month in (6, 7))
    drawing = drawn(given(UKRAINE, 1, 1, june), given(RUSSIA, 2, 1, july), term=START)
    assert (drawing.high, drawing.low) == ("1 July 2025", "1 June 2025")


def test_choices_in_order_are_steps_of_one_height():
    drawing = drawn(
        given(UKRAINE, 1, 1, area("everywhere"), until=3),
        given(UKRAINE, 2, 3, area("front"), replaces=1),
        given(RUSSIA, 3, 3, area("sectors")),
        term=AREA,
    )
    assert (drawing.high, drawing.low) == ("Everywhere", "Sectors")
    high, middle = (stretch.middle for stretch in drawing.lines[0].stretches)
    assert (high, middle) == (TOP, (TOP + BOTTOM) // 2)


@pytest.mark.parametrize(
    "values",
    [
        [area("disputed"), area("sectors")],
        [area("front", quantifier="none of"), area("sectors")],
        [area("front"), area("front")],
    ],
)
def test_what_has_no_place_is_not_drawn(values):
    assert drawn(*(given(UKRAINE, n, 1, v) for n, v in enumerate(values)), term=AREA) is None


def test_what_is_ever_the_same_number_is_not_drawn():
    assert drawn(given(UKRAINE, 1, 1, length(30, 30)), given(RUSSIA, 2, 3, length(30, 30))) is None
    words = Term(code="names", name="Names", kind="set")
    assert drawn(given(UKRAINE, 1, 1, Value(TermValue(term=words), (), ())), term=words) is None


@pytest.mark.parametrize(
    ("rounds", "labels"),
    [
        (2, ["Round 1", "Round 2"]),
        (6, ["1", "2", "3", "4", "5", "6"]),
        (20, [str(n) if n % 2 else "" for n in range(1, 21)]),
    ],
)
def test_rounds_are_named_where_there_is_room(rounds, labels):
    drawing = drawn(
        given(UKRAINE, 1, 1, length(30, 30)), given(RUSSIA, 2, 1, length(2, 3)), rounds=rounds
    )
    assert [tick.label for tick in drawing.ticks] == labels
    places = [tick.x for tick in drawing.ticks]
    assert places == sorted(set(places))
    assert places[0] == LEFT
    assert places[-1] < RIGHT < WIDTH
