"""Circular preconditions: planted ones, and agreement with trying every ring of places."""

from itertools import pairwise, permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from positions.deadlocks import (
    ALWAYS,
    Deadlocks,
    Item,
    Precedence,
    Tree,
    Wait,
    cycles,
    deadlocks,
)
from positions.satisfying import Clause, Read


def item(number, issue, parties, clause=None):
    return Item(number, issue, frozenset(parties.split()), clause)


def look(*items, waits=(), trees=(), most=100) -> Deadlocks:
    waits = tuple(Wait(*wait) for wait in waits)
    return deadlocks(Precedence(items, waits, trees), most)


CEASEFIRE = item(1, "ceasefire", "UA")
TALKS = item(2, "territory", "UA")
TRUCE = item(3, "ceasefire", "RU")
WITHDRAWAL = item(4, "territory", "RU")
ALL_FOUR = (CEASEFIRE, TALKS, TRUCE, WITHDRAWAL)


def test_each_side_waits_for_the_other_over_two_issues():
    found = look(*ALL_FOUR, waits=[(2, "after", 1), (3, "only if", 4)])
    (loop,) = found.loops
    assert found.complete
    assert loop.places == ("ceasefire", "territory")
    assert [[(tie.record, tie.relation, tie.anchor) for tie in step] for step in loop.steps] == [
        [(3, "only if", 4)],
        [(2, "after", 1)],
    ]
    assert loop.parties == {"UA", "RU"}
    assert loop.records == (3, 2)
    assert loop.conditions == ALWAYS


def test_a_ring_that_one_party_makes_alone_is_none_across_parties():
    one = (item(1, "a", "UA"), item(2, "b", "UA RU"))
    assert look(*one, waits=[(1, "after", 2), (2, "after", 1)]).loops == ()


def test_what_nobody_holds_waits_for_nothing():
    assert (
        look(item(1, "a", ""), item(2, "b", "RU"), waits=[(1, "after", 2), (2, "after", 1)]).loops
        == ()
    )


def test_waiting_on_ones_own_issue_is_no_loop_but_waiting_for_each_other_is():
    pair = (item(1, "a", "UA"), item(2, "a", "RU"))
    assert look(*pair, waits=[(1, "only if", 2)]).loops == ()
    (loop,) = look(*pair, waits=[(1, "only if", 2), (2, "after", 1)]).loops
    assert loop.places == ("№1", "№2")


def test_demands_without_an_issue_stand_for_themselves():
    pair = (item(1, None, "UA"), item(2, None, "RU"))
    (loop,) = look(*pair, waits=[(1, "only if", 2), (2, "after", 1)]).loops
    assert loop.places == ("№1", "№2")


# Readings: the ceasefire hangs on a group of two options.


def options(operator, *reads):
    parts = (Clause(11), Clause(12))
    root = Clause(10, operator, tuple(Read(each, "somebody") for each in reads), parts)
    return Tree(root, frozenset({"RU"}))


def over(tree, second_issue="forces"):
    """What is found where Russia's truce needs the group, and Ukraine's talks need the truce."""
    return look(
        CEASEFIRE,
        TALKS,
        TRUCE,
        item(5, "territory", "RU", clause=11),
        item(6, second_issue, "RU", clause=12),
        waits=[(2, "after", 1), (3, "only if", 10)],
        trees=[tree],
    ).loops


@pytest.mark.parametrize(
    ("tree", "readings"),
    [
        (options("all"), [()]),
        (options("in sequence"), [()]),
        (options("unclear", "any"), [((10, "all"),)]),
        (options("unclear", "in sequence"), [((10, "all"),), ((10, "in sequence"),)]),
        (options("all", "in sequence"), [()]),
    ],
)
def test_a_loop_names_the_readings_under_which_it_holds(tree, readings):
    loop = next(each for each in over(tree) if each.places == ("ceasefire", "territory"))
    assert sorted(tuple(sorted(each)) for each in loop.conditions) == readings


def test_where_either_option_suffices_there_is_no_loop():
    assert over(options("any")) == ()


def test_where_either_option_needs_the_same_the_loop_holds_under_any():
    (loop,) = over(options("unclear"), second_issue="territory")
    assert loop.conditions == ALWAYS


def test_a_step_waits_for_the_steps_before_it_over_one_in_which_nothing_stands():
    steps = Tree(
        Clause(20, "in sequence", (), (Clause(21), Clause(22), Clause(23))), frozenset({"RU"})
    )
    first = item(7, "territory", "RU", clause=21)
    third = item(8, "ceasefire", "RU", clause=23)
    (loop,) = look(CEASEFIRE, TALKS, first, third, waits=[(2, "after", 1)], trees=[steps]).loops
    assert loop.places == ("ceasefire", "№22", "territory")
    assert [step[0].relation for step in loop.steps] == ["in sequence", "in sequence", "after"]
    done = Tree(steps.root, steps.parties, frozenset({21, 22}))
    assert look(CEASEFIRE, TALKS, third, waits=[(2, "after", 1)], trees=[done]).loops == ()


def test_loops_beyond_the_limit_are_told_of():
    items = [item(n, f"i{n}", "UA" if n % 2 else "RU") for n in range(1, 7)]
    waits = [(a, "after", b) for a in range(1, 7) for b in range(1, 7) if a != b]
    some = look(*items, waits=waits, most=5)
    assert (len(some.loops), some.complete) == (5, False)
    assert look(*items, waits=waits, most=1000).complete


# Every ring tried.


def rings(edges):
    """Return every ring of two or more places, from its least place on, by following all edges."""
    ahead = {}
    for one, other in edges:
        ahead.setdefault(one, set()).add(other)
    walks = [(one,) for one in ahead]
    while walks:
        walk = walks.pop()
        for other in ahead.get(walk[-1], ()):
            if other == walk[0] and len(walk) > 1:
                yield walk
            elif other > walk[0] and other not in walk:
                walks.append((*walk, other))


@given(st.sets(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=18))
def test_every_elementary_cycle_is_found_once_and_none_is_invented(edges):
    edges = {(one, other) for one, other in edges if one != other}
    graph = {one: {b for a, b in edges if a == one} for one, _other in edges}
    found = list(cycles(graph))
    expected = {
        ring
        for size in range(2, 7)
        for ring in permutations("abcdef", size)
        if ring[0] == min(ring) and all(step in edges for step in pairwise((*ring, ring[0])))
    }
    assert len(found) == len(set(found))
    assert set(found) == expected == set(rings(edges))


PARTIES = [frozenset("U"), frozenset("R"), frozenset("UR")]
OPERATORS = ["all", "any", "in sequence", "unclear"]


@st.composite
def talks(draw):
    """Return items on few issues, of few parties, some in the clauses of one paper."""
    groups = draw(st.integers(0, 2))
    inner = tuple(
        Clause(
            20 + 10 * n,
            draw(st.sampled_from(OPERATORS)),
            tuple(
                Read(each, "x") for each in draw(st.lists(st.sampled_from(OPERATORS), max_size=1))
            ),
            (Clause(21 + 10 * n), Clause(22 + 10 * n)),
        )
        for n in range(groups)
    )
    root = Clause(10, draw(st.sampled_from(OPERATORS)), (), (*inner, Clause(11)))
    clauses = [clause.id for clause in root.walk()]
    items = tuple(
        Item(
            number,
            draw(st.sampled_from("abc")),
            draw(st.sampled_from(PARTIES)),
            draw(st.one_of(st.none(), st.sampled_from(clauses))),
        )
        for number in range(1, draw(st.integers(2, 5)) + 1)
    )
    numbers = [each.id for each in items]
    pairs = draw(
        st.sets(
            st.tuples(st.sampled_from(numbers), st.sampled_from([*numbers, *clauses])), max_size=5
        )
    )
    waits = tuple(Wait(one, "after", other) for one, other in sorted(pairs) if one != other)
    return Precedence(items, waits, (Tree(root, frozenset("R")),))


def needs(clause, reading, inside):
    """Return the places that a clause needs under one reading of every group."""
    own = {each.issue for each in inside if each.clause == clause.id}
    if not clause.children:
        return own or {f"№{clause.id}"}
    parts = [needs(child, reading, inside) for child in clause.children]
    if reading[clause.id] == "any":
        return own | set.intersection(*parts)
    return own | set.union(*parts)


def edges_under(precedence, reading):
    """Return each pair of places where one waits for the other, with who holds that it does."""
    (tree,) = precedence.trees
    clauses = {clause.id: clause for clause in tree.root.walk()}
    items = {each.id: each for each in precedence.items}
    for wait in precedence.waits:
        one = items[wait.record]
        anchored = clauses.get(wait.anchor)
        there = (
            needs(anchored, reading, precedence.items) if anchored else {items[wait.anchor].issue}
        )
        yield from ((one.issue, other, one.parties) for other in there if other != one.issue)
    for clause in clauses.values():
        if reading.get(clause.id) != "in sequence":
            continue
        for before, step in pairwise(clause.children):
            there = needs(before, reading, precedence.items)
            for part in step.walk():
                own = [(e.issue, e.parties) for e in precedence.items if e.clause == part.id]
                if not part.children and not own:
                    own = [(f"№{part.id}", tree.parties)]
                yield from ((a, b, parties) for a, parties in own for b in there if a != b)


@given(talks())
def test_every_loop_across_parties_is_found_with_its_readings_and_none_is_invented(precedence):
    (tree,) = precedence.trees
    groups = [clause for clause in tree.root.walk() if clause.children]
    over_issues = [
        loop
        for loop in deadlocks(precedence, most=10**4).loops
        if len({_issue(precedence, place) for place in loop.places}) > 1
    ]
    for chosen in product(*(clause.operators for clause in groups)):
        reading = {clause.id: each for clause, each in zip(groups, chosen, strict=True)}
        edges = list(edges_under(precedence, reading))
        expected = {
            ring for ring in rings({(a, b) for a, b, _parties in edges}) if _across(ring, edges)
        }
        found = {
            loop.places
            for loop in over_issues
            if any(condition <= reading.items() for condition in loop.conditions)
        }
        assert found == expected
    names = [loop.places for loop in over_issues]
    assert len(names) == len(set(names))


def _issue(precedence, place):
    """The issue of a loop over demands; a place of a loop over issues is one."""
    return next((each.issue for each in precedence.items if f"№{each.id}" == place), place)


def _across(ring, edges):
    steps = [
        [parties for a, b, parties in edges if (a, b) == step]
        for step in pairwise((*ring, ring[0]))
    ]
    return any(not frozenset.intersection(*chosen) for chosen in product(*steps))


@given(talks())
def test_loops_on_one_issue_are_those_over_its_demands(precedence):
    """Without clauses: what waits for what is then the linkages themselves."""
    items = tuple(Item(each.id, each.issue, each.parties) for each in precedence.items)
    numbers = {each.id for each in items}
    waits = tuple(wait for wait in precedence.waits if wait.anchor in numbers)
    holders = {each.id: each.parties for each in items}
    issues = {each.id: each.issue for each in items}
    edges = {(wait.record, wait.anchor) for wait in waits}
    expected = {
        tuple(f"№{number}" for number in ring)
        for ring in rings(edges)
        if len({issues[number] for number in ring}) == 1
        and not frozenset.intersection(*(holders[number] for number in ring))
    }
    found = deadlocks(Precedence(items, waits), most=10**4).loops
    assert {loop.places for loop in found if loop.places[0].startswith("№")} == expected
