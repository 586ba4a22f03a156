"""What would satisfy a proposal: the sets of clauses that meet it, reading by reading.

Plain data in, plain data out; the rule is domain.md's (*Satisfied by*: the sets of clauses that
meet a proposal, under each reading of its operators). Where it left a choice:

* What is met are the leaves of the tree. A set is named if it meets the tree and no part of it
  does. No leaf stands twice, so that *all* multiplies the ways of its parts and *any* adds them.
* An unclear operator is shown under *all* and under *any*; one that nobody has recorded is counted
  as *all*. A recorded operator and everybody's reading of it stand side by side.
* *In sequence* is as *all*, in an order: a step counts only if every step before it is met.
* An answer to a clause counts for all below it unless something nearer is answered. What is known
  not to be answered is a silence, and hides no answer given further up. Answers of one party to
  one clause that do not agree are no acceptance and no refusal.
* What is not listed for its length is counted.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import islice, product
from math import prod

ALL, ANY, SEQUENCE, UNCLEAR = "all", "any", "in sequence", "unclear"
SHOWN_AS = {ALL: (ALL,), ANY: (ANY,), SEQUENCE: (SEQUENCE,), UNCLEAR: (ALL, ANY), "": (ALL,)}
MOST_WAYS = 20
MOST_READINGS = 8

ACCEPTED = frozenset({"accepted"})
REFUSALS = frozenset({"rejected", "refuses to discuss"})


@dataclass(frozen=True)
class Read:
    """Somebody's reading of an operator; ``since`` is when it was published, in words."""

    operator: str
    by: str
    since: str = ""


@dataclass(frozen=True)
class Clause:
    """A node of a proposal's tree. One without children is what there is to meet."""

    id: int
    operator: str = ""
    reads: tuple[Read, ...] = ()
    children: tuple["Clause", ...] = ()

    @cached_property
    def operators(self) -> tuple[str, ...]:
        """Return the operators under which it is shown, in the order *all, any, in sequence*."""
        if not self.children:
            return ()
        recorded = [self.operator] if self.operator or not self.reads else []
        told = (*recorded, *(read.operator for read in self.reads))
        shown = {operator for each in told for operator in SHOWN_AS[each]}
        return tuple(operator for operator in (ALL, ANY, SEQUENCE) if operator in shown)

    def walk(self) -> Iterator["Clause"]:
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def leaves(self) -> tuple[int, ...]:
        return tuple(clause.id for clause in self.walk() if not clause.children)

    @property
    def contested(self) -> tuple["Clause", ...]:
        """Return the clauses of the tree that can be read in more than one way."""
        return tuple(clause for clause in self.walk() if len(clause.operators) > 1)


@dataclass(frozen=True)
class Way:
    """A least set of leaves that meets a tree; ``after`` has, for each, those that come first."""

    leaves: tuple[int, ...]
    after: tuple[frozenset[int], ...]

    @property
    def in_order(self) -> bool:
        return any(self.after)

    @property
    def is_sequence(self) -> bool:
        """Whether its leaves follow each other one by one."""
        return self.in_order and all(
            before == set(self.leaves[:place]) for place, before in enumerate(self.after)
        )

    @property
    def prefixes(self) -> tuple[frozenset[int], ...]:
        """Return what a sequence has come to step by step, the whole last; empty if it is none."""
        if not self.in_order:
            return ()
        steps = {before for before in self.after if before} | {frozenset(self.leaves)}
        return tuple(sorted(steps, key=lambda step: (len(step), sorted(step))))

    def counting(self, met: Iterable[int]) -> tuple[int, ...]:
        """Return which of its leaves count where ``met`` are met: no step ahead of its turn."""
        done = set(met)
        return tuple(
            leaf
            for leaf, before in zip(self.leaves, self.after, strict=True)
            if leaf in done and before <= done
        )


@dataclass(frozen=True)
class Satisfied:
    """The ways to meet a tree under one reading: the operator of each contested clause by number.

    ``more`` is how many ways are not listed.
    """

    reading: Mapping[int, str]
    ways: tuple[Way, ...]
    more: int


@dataclass(frozen=True)
class Satisfying:
    """The ways to meet a tree, reading by reading; ``more`` readings are not listed."""

    readings: tuple[Satisfied, ...]
    more: int


def satisfying(
    root: Clause, most_ways: int = MOST_WAYS, most_readings: int = MOST_READINGS
) -> Satisfying:
    """Return the least sets of leaves that meet the tree, under each reading of its operators.

    At most ``most_ways`` sets for each of at most ``most_readings`` readings are listed; the others
    are counted.
    """
    contested = root.contested
    every = product(*(clause.operators for clause in contested))
    listed = []
    for chosen in islice(every, most_readings):
        reading = {clause.id: operator for clause, operator in zip(contested, chosen, strict=True)}
        ways = tuple(islice(_ways(root, reading), most_ways))
        listed.append(Satisfied(reading, ways, _count(root, reading) - len(ways)))
    total = prod(len(clause.operators) for clause in contested)
    return Satisfying(tuple(listed), total - len(listed))


def _operator(clause: Clause, reading: Mapping[int, str]) -> str:
    return reading.get(clause.id) or clause.operators[0]


def _count(clause: Clause, reading: Mapping[int, str]) -> int:
    if not clause.children:
        return 1
    counts = [_count(child, reading) for child in clause.children]
    return sum(counts) if _operator(clause, reading) == ANY else prod(counts)


def _ways(clause: Clause, reading: Mapping[int, str]) -> Iterator[Way]:
    """The ways one after another, so that no more of them are made than are listed."""
    if not clause.children:
        yield Way((clause.id,), (frozenset(),))
        return
    operator = _operator(clause, reading)
    if operator == ANY:
        for child in clause.children:
            yield from _ways(child, reading)
        return
    yield from (
        _together(ways, operator == SEQUENCE) for ways in _choices(clause.children, reading)
    )


def _choices(clauses: tuple[Clause, ...], reading: Mapping[int, str]) -> Iterator[tuple[Way, ...]]:
    """One way for each of the clauses, in every combination."""
    if not clauses:
        yield ()
        return
    for way in _ways(clauses[0], reading):
        for others in _choices(clauses[1:], reading):
            yield way, *others


def _together(ways: tuple[Way, ...], in_sequence: bool) -> Way:
    leaves: tuple[int, ...] = ()
    after: tuple[frozenset[int], ...] = ()
    for way in ways:
        before = frozenset(leaves) if in_sequence else frozenset()
        leaves += way.leaves
        after += tuple(each | before for each in way.after)
    return Way(leaves, after)


class State(StrEnum):
    """What is known of a party's answer to a clause."""

    ACCEPTED = "accepted"
    OTHERWISE = "answered otherwise"
    REFUSED = "refused"
    SILENT = "no answer reported"
    UNCODED = "not coded"


@dataclass(frozen=True)
class Standing:
    """How a party stands to a clause: its answers, and the clause to which it gave them."""

    state: State
    at: int | None = None
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reply:
    """A party's answer to a clause, or, where ``answer`` is empty, its silence about it.

    An answer to a demand that stands in a clause is one to the clause; one to the proposal is one
    to its outermost clause.
    """

    clause: int
    party: str
    answer: str = ""


def standings(root: Clause, party: str, replies: Iterable[Reply]) -> dict[int, Standing]:
    """Return how a party stands to each clause of the tree, from its live answers and silences."""
    answers: dict[int, list[str]] = {}
    silent = set()
    for reply in replies:
        if reply.party == party and reply.answer:
            answers.setdefault(reply.clause, []).append(reply.answer)
        elif reply.party == party:
            silent.add(reply.clause)
    found: dict[int, Standing] = {}
    _stand(root, answers, silent, Standing(State.UNCODED), found)
    return found


def _stand(clause, answers, silent, above: Standing, found: dict[int, Standing]) -> None:
    if clause.id in answers:
        given = tuple(dict.fromkeys(answers[clause.id]))
        above = Standing(_state(set(given)), clause.id, given)
    elif clause.id in silent and not above.answers:
        above = Standing(State.SILENT, clause.id)
    found[clause.id] = above
    for child in clause.children:
        _stand(child, answers, silent, above, found)


def _state(answers: set[str]) -> State:
    if answers <= ACCEPTED:
        return State.ACCEPTED
    return State.REFUSED if answers <= REFUSALS else State.OTHERWISE
