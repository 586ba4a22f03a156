"""Movement between two days: the rule of domain.md, its planted cases, and what always holds."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from positions.gaps import Stand, TermDistance, Value
from positions.movement import Direction, Label, Step, moves
from tests.positions.test_gaps import GIVEN, KINDS, TERMS, choose, number, stand

PAUSE = stand(90, "RU", number(2, 3), choose("area", "sectors"), kind="offer")
LATER = stand(91, "RU", number(25, 40), choose("domains", "air"))


def moved(before, after, *, others=(PAUSE,), steps=None):
    """Return the only move between two stands, the later one superseding the earlier."""
    steps = {after.id: Step(before.id)} if steps is None else steps
    (move,) = moves([before], [after], steps, others, TERMS)
    return move


def mine(id, *values, **more):
    return stand(id, "UA", *values, **more)


@pytest.mark.parametrize(
    ("before", "after", "label"),
    [
        ([number(30, 30)], [number(14, 14)], Label.SOFTENED),
        ([number(14, 14)], [number(30, 30)], Label.HARDENED),
        ([number(30, 30)], [number(30, None)], Label.REWORDED),
        ([number(30, 30)], [number(20, 40)], Label.SOFTENED),
        ([choose("area", "everywhere")], [choose("area", "front")], Label.SOFTENED),
        (
            [number(30, 30), choose("area", "everywhere")],
            [number(14, 14), choose("area", "everywhere")],
            Label.SOFTENED,
        ),
        (
            [number(30, 30), choose("area", "front")],
            [number(14, 14), choose("area", "everywhere")],
            Label.REWORDED,
        ),
        # A term that one day lacks has no distance there, and neither softens nor hardens.
        ([number(30, 30)], [number(30, 30), choose("area", "everywhere")], Label.REWORDED),
        ([number(30, 30)], [choose("area", "sectors")], Label.REWORDED),
        (
            [number(30, 30)],
            [number(14, 14), choose("area", "everywhere")],
            Label.SOFTENED,
        ),
        # Nothing the other side gave says where nearer is.
        ([choose("domains", "air")], [choose("domains", "air", "sea")], Label.REWORDED),
        ([], [], Label.REWORDED),
    ],
)
def test_nearer_on_some_term_and_farther_on_none_is_softened(before, after, label):
    assert moved(mine(1, *before), mine(2, *after)).label == label


def test_the_terms_that_tell_are_given_with_their_distances():
    open_ended = number(30, None)
    move = moved(
        mine(1, number(30, 30), choose("area", "everywhere")),
        mine(2, open_ended, choose("area", "front"), choose("form", "written")),
    )
    duration, area, form = move.terms
    assert (move.label, move.measured, move.coded) == (Label.SOFTENED, True, None)
    assert (move.before, move.after) == ((1,), (2,))
    assert (duration.term, duration.before, duration.after) == (
        "duration",
        (number(30, 30),),
        (open_ended,),
    )
    days = TermDistance("duration", Decimal(27), Decimal(27), "day")
    assert (duration.distance_before, duration.distance_after) == (days, days)
    assert duration.direction == Direction.SAME
    assert [d.low for d in (area.distance_before, area.distance_after)] == [3, 1]
    assert area.direction == Direction.NEARER
    assert (form.before, form.after) == ((), (choose("form", "written"),))
    assert (form.distance_before, form.distance_after) == (None, None)
    assert form.direction == Direction.UNMEASURED
    assert move.telling == (area,)


def test_of_several_others_the_nearest_counts_on_each_term():
    before, after = mine(1, number(14, 14)), mine(2, number(20, 20))
    assert moved(before, after).label == Label.HARDENED
    softened = moved(before, after, others=[PAUSE, LATER])
    assert softened.label == Label.SOFTENED
    assert [d.low for d in _distances(softened)] == [11, 5]
    assert moved(before, after, others=[]).label == Label.REWORDED


def _distances(move):
    (term,) = move.terms
    return term.distance_before, term.distance_after


def test_of_rivals_the_least_distance_counts():
    before = mine(1, number(30, 30), number(90, 90))
    assert moved(before, mine(2, number(30, 30))).label == Label.REWORDED
    assert moved(before, mine(2, number(14, 14), number(90, 90))).label == Label.SOFTENED


@pytest.mark.parametrize("kind", ["threat", "claim", ""])
def test_what_the_gap_does_not_compare_is_not_measured(kind):
    before, after = mine(1, number(30, 30)), mine(2, number(14, 14), kind=kind)
    move = moved(before, after)
    assert (move.label, move.measured) == (Label.REWORDED, False)
    assert [(t.term, t.direction) for t in move.terms] == [("duration", Direction.UNMEASURED)]
    threat = stand(92, "RU", number(2, 3), kind=kind)
    assert moved(before, mine(2, number(14, 14)), others=[threat]).label == Label.REWORDED


@pytest.mark.parametrize("status", ["left open", "not specified"])
def test_what_is_left_open_has_no_distance_but_is_told(status):
    move = moved(mine(1, number(30, 30)), mine(2, Value("duration", status=status)))
    (term,) = move.terms
    left_open = (Value("duration", status=status),) if status == "left open" else ()
    assert (move.label, term.after, term.distance_after) == (Label.REWORDED, left_open, None)


def test_what_one_day_has_alone_is_new_or_dropped():
    one, other = mine(1, number(30, 30)), mine(2, number(30, 30))
    new, dropped = moves([one], [other], {}, [PAUSE], TERMS)
    assert (new.label, new.before, new.after) == (Label.NEW, (), (2,))
    assert (dropped.label, dropped.before, dropped.after) == (Label.DROPPED, (1,), ())
    assert new.terms == dropped.terms == ()


def test_what_came_and_went_in_between_ties_the_ends():
    before, after = mine(1, number(30, 30)), mine(4, number(14, 14))
    chain = {4: Step(3), 3: Step(2), 2: Step(1)}
    assert moved(before, after, steps=chain).label == Label.SOFTENED


def test_two_that_replace_one_are_one_move_and_the_nearest_of_them_counts():
    before = mine(1, number(30, 30))
    after = [mine(2, number(40, 40)), mine(3, number(14, 14))]
    (move,) = moves([before], after, {2: Step(1), 3: Step(1)}, [PAUSE], TERMS)
    assert (move.label, move.before, move.after) == (Label.SOFTENED, (1,), (2, 3))
    assert move.terms[0].after == (number(40, 40), number(14, 14))


WORDS = [mine(1), mine(4)]


@pytest.mark.parametrize(
    ("codings", "label", "coded"),
    [
        ([None], Label.REWORDED, None),
        ([Label.RESTATED], Label.RESTATED, Label.RESTATED),
        ([Label.SOFTENED], Label.SOFTENED, Label.SOFTENED),
        ([Label.HARDENED, Label.RESTATED, Label.RESTATED], Label.HARDENED, Label.HARDENED),
        ([Label.SOFTENED, Label.REWORDED, None], Label.SOFTENED, Label.SOFTENED),
        ([Label.SOFTENED, Label.HARDENED], Label.REWORDED, Label.REWORDED),
        ([Label.RESTATED, None], Label.REWORDED, Label.REWORDED),
        ([Label.RESTATED, Label.REWORDED], Label.REWORDED, Label.REWORDED),
    ],
)
def test_what_no_term_tells_is_as_the_editor_coded_it(codings, label, coded):
    chain = dict(enumerate([1, *range(11, 10 + len(codings)), 4]))
    steps = {chain[n + 1]: Step(chain[n], coding) for n, coding in enumerate(codings)}
    move = moved(*WORDS, steps=steps)
    assert (move.label, move.coded, move.measured) == (label, coded, False)


def test_the_terms_outweigh_the_code_which_is_told_all_the_same():
    steps = {2: Step(1, Label.RESTATED)}
    move = moved(mine(1, number(30, 30)), mine(2, number(14, 14)), steps=steps)
    assert (move.label, move.coded, move.measured) == (Label.SOFTENED, Label.RESTATED, True)


# What always holds

#: A machine at work elsewhere draws slowly.
NOT_TOO_SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
CODINGS = st.sampled_from([None, Label.SOFTENED, Label.HARDENED, Label.RESTATED, Label.REWORDED])
MIRROR = {
    Label.NEW: Label.DROPPED,
    Label.DROPPED: Label.NEW,
    Label.SOFTENED: Label.HARDENED,
    Label.HARDENED: Label.SOFTENED,
}


@st.composite
def days(draw):
    """Return what stands on two days, whatever supersedes what, and where the other sides stood."""
    terms = draw(st.lists(st.sampled_from(sorted(GIVEN)), min_size=1, max_size=2))
    values = st.lists(st.sampled_from(terms).flatmap(GIVEN.__getitem__), max_size=3)

    def drawn(id, party):
        return Stand(id, frozenset({party}), draw(KINDS), tuple(draw(values)))

    stands = [drawn(id, "UA") for id in range(1, draw(st.integers(0, 6)) + 1)]
    steps = {
        each.id: Step(draw(st.integers(1, each.id - 1)), draw(CODINGS))
        for each in stands
        if each.id > 1 and draw(st.booleans())
    }
    before, after = ([each for each in stands if draw(st.booleans())] for _day in range(2))
    others = [drawn(100 + id, "RU") for id in range(draw(st.integers(0, 3)))]
    return before, after, steps, others


@NOT_TOO_SLOW
@given(days())
def test_every_stand_is_in_exactly_one_move(two_days):
    before, after, steps, others = two_days
    found = moves(before, after, steps, others, TERMS)
    assert sorted(pk for move in found for pk in move.before) == [each.id for each in before]
    assert sorted(pk for move in found for pk in move.after) == [each.id for each in after]
    earlier = {each.id for each in before}
    for move in found:
        for pk in move.after:
            assert _and_what_it_replaced(pk, steps) & earlier <= set(move.before)


def _and_what_it_replaced(pk, steps):
    return {pk} | (_and_what_it_replaced(steps[pk].older, steps) if pk in steps else set())


@NOT_TOO_SLOW
@given(days())
def test_nothing_changes_on_one_day(two_days):
    before, _after, steps, others = two_days
    apart = [each for each in before if each.id not in steps]
    assert [
        (move.label, move.before, move.after) for move in moves(apart, apart, steps, others, TERMS)
    ] == [(Label.UNCHANGED, (each.id,), (each.id,)) for each in apart]


@NOT_TOO_SLOW
@given(days())
def test_backwards_everything_is_mirrored(two_days):
    before, after, steps, others = two_days
    there = moves(before, after, steps, others, TERMS)
    back = moves(after, before, steps, others, TERMS)

    def facts(move, label, ends):
        return frozenset(ends[0]), frozenset(ends[1]), label, move.measured

    mirrored = {
        facts(move, MIRROR.get(move.label, move.label), (move.after, move.before)) for move in there
    }
    assert mirrored == {facts(move, move.label, (move.before, move.after)) for move in back}


@NOT_TOO_SLOW
@given(days())
def test_a_measured_label_follows_from_its_terms(two_days):
    before, after, steps, others = two_days
    for move in moves(before, after, steps, others, TERMS):
        went = {term.direction for term in move.telling}
        assert move.measured == (len(went) == 1)
        if move.measured:
            nearer = went == {Direction.NEARER}
            assert move.label == (Label.SOFTENED if nearer else Label.HARDENED)
        for term in move.terms:
            assert set(term.before) != set(term.after)


@NOT_TOO_SLOW
@given(days())
def test_who_meets_the_other_side_has_not_hardened(two_days):
    before, _after, _steps, others = two_days
    there = [each for each in others if each.kind not in ("threat", "")]
    for own in before:
        for other in there:
            copied = Stand(200, own.parties, "demand", other.values)
            (move,) = moves([own], [copied], {200: Step(own.id)}, others, TERMS)
            assert move.label != Label.HARDENED
