"""Circular preconditions: loops across parties in what waits for what, found over issues.

Plain data in, plain data out; the rule is domain.md's (*Circular preconditions*, shown as
"Deadlock"). How it is read here:

* What waits is a demand or an outcome, by an *only if* or an *after* linkage that is not met yet; a
  step in sequence waits for the step before it.
* A demand stands for its issue, or for itself where it has none. A clause stands for what stands in
  it: under *all* and *in sequence* for what any part of it stands for, under *any* only for what
  every part of it does. A part in which nothing stands is a place of its own.
* What waits for something on its own issue makes no loop by that alone. Two demands on one issue
  that wait for each other do: such loops are found over the demands.
* A loop is across parties if its steps can be taken so that no one party holds them all.
* Each loop is named once, from its least place on. It lists all that makes a step of it, and holds
  under each of its ``conditions``: the readings of operators that must come together. One that
  holds under every reading has the empty condition alone.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, pairwise, product

from positions.satisfying import ANY, SEQUENCE, Clause

MOST_LOOPS = 100

Condition = frozenset[tuple[int, str]]
Conditions = frozenset[Condition]
ALWAYS: Conditions = frozenset({frozenset()})
NEVER: Conditions = frozenset()


@dataclass(frozen=True)
class Item:
    """A demand, an outcome or an event: where it stands, and who holds it.

    ``clause`` is the clause that says it; ``parties`` are empty where nobody holds it.
    """

    id: int
    issue: str | None = None
    parties: frozenset[str] = frozenset()
    clause: int | None = None


@dataclass(frozen=True)
class Wait:
    """An *only if* or *after* linkage that is not met: the record that waits, and for which."""

    record: int
    relation: str
    anchor: int


@dataclass(frozen=True)
class Tree:
    """A proposal's clauses, who holds it, and the numbers of the clauses that are met already."""

    root: Clause
    parties: frozenset[str] = frozenset()
    met: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Tie:
    """One reason why a place waits for another: what waits, by which relation, for what.

    ``record`` and ``anchor`` are numbers; the relation of a step in sequence is *in sequence*.
    """

    record: int
    relation: str
    anchor: int
    parties: frozenset[str]
    conditions: Conditions = ALWAYS


@dataclass(frozen=True)
class Loop:
    """Places that wait in a ring, each for the next; ``steps`` has the ties from each to the next.

    A place is an issue's code, or the number of a record that stands for itself.
    """

    places: tuple[str, ...]
    steps: tuple[tuple[Tie, ...], ...]
    conditions: Conditions

    @property
    def records(self) -> tuple[int, ...]:
        """Return the numbers of what waits in it, each once."""
        return tuple(dict.fromkeys(tie.record for step in self.steps for tie in step))

    @property
    def parties(self) -> frozenset[str]:
        return frozenset(party for step in self.steps for tie in step for party in tie.parties)


@dataclass(frozen=True)
class Deadlocks:
    """The loops found; ``complete`` unless there are more of them than were looked for."""

    loops: tuple[Loop, ...] = ()
    complete: bool = True


@dataclass(frozen=True)
class Precedence:
    """What waits for what, as ``deadlocks`` takes it."""

    items: tuple[Item, ...] = ()
    waits: tuple[Wait, ...] = ()
    trees: tuple[Tree, ...] = field(default=())


def deadlocks(precedence: Precedence, most: int = MOST_LOOPS) -> Deadlocks:
    """Return the loops across parties, at most ``most`` of those over issues and over demands."""
    over_issues = _Graph(precedence, _issue_of)
    over_demands = _Graph(precedence, lambda item: record_place(item.id))
    issues = {record_place(item.id): _issue_of(item) for item in precedence.items}
    found = list(islice(over_issues.loops(), most + 1))
    within = (
        loop
        for loop in over_demands.loops()
        if len({issues.get(place, place) for place in loop.places}) == 1
    )
    found_within = list(islice(within, most + 1))
    complete = max(len(found), len(found_within)) <= most
    return Deadlocks((*found[:most], *found_within[:most]), complete)


def record_place(number: int) -> str:
    """Return the place of a record that stands for itself; no issue's code looks like it."""
    return f"№{number}"


def _issue_of(item: Item) -> str:
    return item.issue or record_place(item.id)


class _Graph:
    """The ties between places, where ``place`` tells at which place an item stands."""

    def __init__(self, precedence: Precedence, place):
        self.place = place
        self.items = {item.id: item for item in precedence.items}
        self.clauses = {c.id: c for tree in precedence.trees for c in tree.root.walk()}
        self.met = {number for tree in precedence.trees for number in tree.met}
        self.inside: dict[int, list[Item]] = {}
        for item in precedence.items:
            if item.clause is not None:
                self.inside.setdefault(item.clause, []).append(item)
        self.operators = {number: clause.operators for number, clause in self.clauses.items()}
        self.ties: dict[tuple[str, str], list[Tie]] = {}
        for wait in precedence.waits:
            self._wait(wait)
        for tree in precedence.trees:
            for clause in tree.root.walk():
                if SEQUENCE in clause.operators:
                    self._sequence(clause, tree.parties)

    def _wait(self, wait: Wait) -> None:
        item = self.items.get(wait.record)
        if item is not None and wait.anchor not in self.met:
            self._add(item, wait.relation, wait.anchor, ALWAYS)

    def _sequence(self, clause: Clause, parties: frozenset[str]) -> None:
        contested = len(clause.operators) > 1
        read: Conditions = frozenset({frozenset({(clause.id, SEQUENCE)})}) if contested else ALWAYS
        for before, step in pairwise(clause.children):
            if before.id in self.met:
                continue
            for part in step.walk():
                for item in self.inside.get(part.id, ()):
                    self._add(item, SEQUENCE, before.id, read)
                if not part.children and part.id not in self.inside:
                    self._add(Item(part.id, None, parties), SEQUENCE, before.id, read)

    def _add(self, item: Item, relation: str, anchor: int, under: Conditions) -> None:
        if not item.parties:
            return
        place = self.place(item)
        for other, conditions in self._stands_for(anchor).items():
            joined = both(conditions, under)
            if other != place and joined:
                tie = Tie(item.id, relation, anchor, item.parties, joined)
                self.ties.setdefault((place, other), []).append(tie)

    def _stands_for(self, number: int) -> dict[str, Conditions]:
        if number in self.clauses:
            return self._clause_stands_for(self.clauses[number])
        item = self.items.get(number)
        return {self.place(item) if item else record_place(number): ALWAYS}

    def _clause_stands_for(self, clause: Clause) -> dict[str, Conditions]:
        """The places that a clause needs, each with the readings under which it does."""
        if clause.id in self.met:
            return {}
        own = {self.place(item): ALWAYS for item in self.inside.get(clause.id, ())}
        if not clause.children:
            return own or {record_place(clause.id): ALWAYS}
        parts = [self._clause_stands_for(child) for child in clause.children]
        needed = dict(own)
        for place in {place for part in parts for place in part} - set(own):
            each = [part.get(place, NEVER) for part in parts]
            found: set[Condition] = set()
            for operator in clause.operators:
                under = _every(each) if operator == ANY else _some(each)
                if len(clause.operators) > 1:
                    under = both(under, frozenset({frozenset({(clause.id, operator)})}))
                found |= under
            if found:
                needed[place] = simplified(found, self.operators)
        return needed

    def loops(self) -> Iterator[Loop]:
        graph: dict[str, set[str]] = {}
        for place, other in self.ties:
            graph.setdefault(place, set()).add(other)
        for places in cycles(graph):
            steps = tuple(
                tuple(self.ties[place, other]) for place, other in pairwise((*places, places[0]))
            )
            conditions = simplified(_across_parties(steps), self.operators)
            if conditions:
                yield Loop(places, steps, conditions)


def _across_parties(steps: Iterable[tuple[Tie, ...]]) -> set[Condition]:
    """The conditions under which the steps can be taken so that no one party holds them all."""
    taken: set[tuple[Condition, frozenset[str] | None]] = {(frozenset(), None)}
    for step in steps:
        taken = {
            (joined, tie.parties if parties is None else parties & tie.parties)
            for condition, parties in taken
            for tie in step
            for other in tie.conditions
            if (joined := _joined(condition, other)) is not None
        }
    return {condition for condition, parties in taken if not parties}


def _joined(one: Condition, other: Condition) -> Condition | None:
    """Both conditions at once; None where they read one clause in two ways."""
    joined = one | other
    return joined if len({number for number, _operator in joined}) == len(joined) else None


def both(one: Conditions, other: Conditions) -> Conditions:
    """Return the conditions under which the two hold together."""
    joined = (_joined(a, b) for a, b in product(one, other))
    return _least(each for each in joined if each is not None)


def _every(each: Iterable[Conditions]) -> Conditions:
    found = ALWAYS
    for conditions in each:
        found = both(found, conditions)
    return found


def _some(each: Iterable[Conditions]) -> Conditions:
    return _least(condition for conditions in each for condition in conditions)


def _least(conditions: Iterable[Condition]) -> Conditions:
    """Without the conditions that ask for more than another does."""
    every = set(conditions)
    return frozenset(one for one in every if not any(other < one for other in every))


def simplified(
    conditions: Iterable[Condition], operators: Mapping[int, tuple[str, ...]]
) -> Conditions:
    """Return the same conditions without clauses of which every reading will do.

    ``operators`` are those under which each clause can be read.
    """
    found = set(_least(conditions))
    grown = True
    while grown:
        grown = False
        for condition in tuple(found):
            for number, operator in condition:
                rest = condition - {(number, operator)}
                others = (rest | {(number, each)} for each in operators[number])
                if rest not in found and all(_implied(other, found) for other in others):
                    found.add(rest)
                    grown = True
    return _least(found)


def _implied(condition: Condition, conditions: Collection[Condition]) -> bool:
    return any(other <= condition for other in conditions)


Place = str


def cycles(graph: Mapping[Place, Collection[Place]]) -> Iterator[tuple[Place, ...]]:
    """Return the elementary cycles of a graph, each once and from its least place on.

    From each place the search goes on only to where the way back is still open, so that every
    branch of it ends in a cycle: whoever stops after some has not paid for the others.
    """
    for root in sorted(graph):
        path = [root]
        branches = [iter(sorted(graph[root]))]
        while branches:
            place = next(branches[-1], None)
            if place is None:
                branches.pop()
                path.pop()
            elif place == root:
                yield tuple(path)
            elif place > root and place not in path and _leads_back(graph, place, root, path):
                path.append(place)
                branches.append(iter(sorted(graph[place])))


def _leads_back(
    graph: Mapping[Place, Collection[Place]], place: Place, root: Place, path: Collection[Hashable]
) -> bool:
    """Whether one gets from a place to the root by places above it that are not on the path."""
    seen, ahead = {place}, [place]
    while ahead:
        for other in graph.get(ahead.pop(), ()):
            if other == root:
                return True
            if other > root and other not in seen and other not in path:
                seen.add(other)
                ahead.append(other)
    return False
