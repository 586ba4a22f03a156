"""What moved between two days, chain by chain of supersession, and on which term.

Plain data in, plain data out, as in ``gaps``. The rule is domain.md's; where it left a choice, this
is how it was made:

* A chain ties a stand of the one day to a stand of the other that replaces it, directly or through
  demands that came and went in between. Two that replace one together are one move.
* How near a chain is on a term is the least distance from any of its stands to any stand of any
  other side, as these stood on the earlier day. Of several others the nearest counts, and of rival
  values the least distance.
* A term that has a distance on one of the days only is neither nearer nor farther, whatever became
  of it; its values are told all the same.
* Only kinds that the gap compares are measured, and only against such. All else is as coded.
* Of several coded steps those that softened or hardened count, if they do not contradict each
  other; where every step restates, so does the whole; all else is reworded.
* Read backwards, a step that softened hardens.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from positions import gaps
from positions.gaps import COMPARED, Stand, Term, TermDistance, Value


class Label(StrEnum):
    """What became of a chain between the two days."""

    NEW = "new"
    SOFTENED = "softened"
    HARDENED = "hardened"
    REWORDED = "reworded"
    RESTATED = "restated"
    UNCHANGED = "unchanged"
    DROPPED = "dropped"


class Direction(StrEnum):
    """Where a value went on a term, seen from the other side."""

    NEARER = "nearer"
    FARTHER = "farther"
    SAME = "no nearer"
    UNMEASURED = "not measured"


OPPOSITE = {Label.SOFTENED: Label.HARDENED, Label.HARDENED: Label.SOFTENED}


@dataclass(frozen=True)
class Step:
    """What a demand supersedes, and how the editor coded that, if at all."""

    older: int
    coded: Label | None = None


@dataclass(frozen=True)
class TermMove:
    """A term on which a chain gives other values than before, with its distances where known."""

    term: str
    before: tuple[Value, ...]
    after: tuple[Value, ...]
    distance_before: TermDistance | None
    distance_after: TermDistance | None

    @property
    def direction(self) -> Direction:
        if self.distance_before is None or self.distance_after is None:
            return Direction.UNMEASURED
        if self.distance_after.low < self.distance_before.low:
            return Direction.NEARER
        if self.distance_after.low > self.distance_before.low:
            return Direction.FARTHER
        return Direction.SAME


@dataclass(frozen=True)
class Move:
    """What became of one chain: the stands before and after, and the terms that tell.

    ``coded`` is the editor's word on it, if there is one; ``measured`` tells whether the label
    follows from the distances rather than from that word.
    """

    label: Label
    before: tuple[int, ...]
    after: tuple[int, ...]
    terms: tuple[TermMove, ...] = ()
    coded: Label | None = None
    measured: bool = False

    @property
    def telling(self) -> tuple[TermMove, ...]:
        """The terms on which it came nearer or went farther."""
        went = (Direction.NEARER, Direction.FARTHER)
        return tuple(term for term in self.terms if term.direction in went)


def moves(
    before: Iterable[Stand],
    after: Iterable[Stand],
    steps: Mapping[int, Step],
    others: Iterable[Stand],
    terms: Mapping[str, Term],
) -> tuple[Move, ...]:
    """Return what became of one party's stands on an issue between two days.

    ``before`` and ``after`` are its stands on the two days, each without a repeat; ``steps`` tells
    by number what a demand supersedes; ``others`` are the stands of the other sides on the earlier
    day, none for a party whose movement is only coded; ``terms`` are the issue's terms by code, in
    their order. What stands on the later day comes first, in its order, then what was dropped.
    Every stand is in exactly one move. Raises ``KeyError`` if a value is of a term that is not
    given.
    """
    old = {stand.id: stand for stand in before}
    new = {stand.id: stand for stand in after}
    measure = _Measure(terms, others)
    return tuple(
        _move(
            [old[pk] for pk in old if pk in chain.before],
            [new[pk] for pk in new if pk in chain.after],
            chain.codings,
            measure,
        )
        for chain in _chains(old, new, steps)
    )


@dataclass
class _Chain:
    before: set[int]
    after: set[int]
    codings: list[Label | None]


def _chains(old: Iterable[int], new: Iterable[int], steps: Mapping[int, Step]) -> list[_Chain]:
    """Tie each stand of the later day to those of the earlier one that are of its chain."""
    chains: list[_Chain] = []
    for pk in new:
        own = _Chain(set(), {pk}, [])
        for older in old:
            path = _path(older, pk, steps)
            if path is not None:
                own.before.add(older)
                own.codings += path
        for chain in [chain for chain in chains if chain.before & own.before]:
            chains.remove(chain)
            own.before |= chain.before
            own.after |= chain.after
            own.codings += chain.codings
        chains.append(own)
    tied = {pk for chain in chains for pk in chain.before}
    return chains + [_Chain({pk}, set(), []) for pk in old if pk not in tied]


def _path(older: int, newer: int, steps: Mapping[int, Step]) -> list[Label | None] | None:
    """Return how the steps from one stand to the other were coded; None if there is no way."""
    forwards = _codings(newer, older, steps)
    if forwards is not None:
        return forwards
    backwards = _codings(older, newer, steps)
    if backwards is None:
        return None
    return [coded and OPPOSITE.get(coded, coded) for coded in backwards]


def _codings(newer: int, older: int, steps: Mapping[int, Step]) -> list[Label | None] | None:
    codings: list[Label | None] = []
    while newer != older:
        if newer not in steps:
            return None
        codings.append(steps[newer].coded)
        newer = steps[newer].older
    return codings


class _Measure:
    """How near some stands are to the other sides, term by term."""

    def __init__(self, terms: Mapping[str, Term], others: Iterable[Stand]):
        self.terms = terms
        self.others = [gaps.claims(each, terms) for each in others if each.kind in COMPARED]

    def nearest(self, stands: Sequence[Stand]) -> dict[str, TermDistance]:
        """Return the least distance on each term that has one."""
        found: dict[str, TermDistance] = {}
        for stand in stands:
            if stand.kind not in COMPARED:
                continue
            own = gaps.claims(stand, self.terms)
            for claims in self.others:
                for distance in gaps.distances(own, claims, self.terms):
                    known = found.get(distance.term, distance)
                    found[distance.term] = min(known, distance, key=lambda d: (d.low, d.high))
        return found

    def term_moves(self, old: Sequence[Stand], new: Sequence[Stand]) -> Iterator[TermMove]:
        """Yield the terms for which the one and the other give unlike values."""
        near, then = self.nearest(old), self.nearest(new)
        for code in self.terms:
            before, after = self._values(old, code), self._values(new, code)
            if set(before) != set(after):
                yield TermMove(code, before, after, near.get(code), then.get(code))

    def _values(self, stands: Sequence[Stand], code: str) -> tuple[Value, ...]:
        values = (value for s in stands for value in gaps.said(s, self.terms).get(code, ()))
        return tuple(dict.fromkeys(values))


def _move(
    old: Sequence[Stand], new: Sequence[Stand], codings: list[Label | None], measure: _Measure
) -> Move:
    before, after = (tuple(stand.id for stand in stands) for stands in (old, new))
    if not old:
        return Move(Label.NEW, before, after)
    if not new:
        return Move(Label.DROPPED, before, after)
    if set(before) == set(after):
        return Move(Label.UNCHANGED, before, after)
    terms = tuple(measure.term_moves(old, new))
    measured, coded = _measured(terms), _coded(codings)
    label = measured or coded or Label.REWORDED
    return Move(label, before, after, terms, coded, measured is not None)


def _measured(terms: Iterable[TermMove]) -> Label | None:
    went = {term.direction for term in terms}
    nearer, farther = Direction.NEARER in went, Direction.FARTHER in went
    if nearer == farther:
        return None
    return Label.SOFTENED if nearer else Label.HARDENED


def _coded(codings: Sequence[Label | None]) -> Label | None:
    """Return what the codings of a chain's steps come to; None if no step was coded."""
    if not any(codings):
        return None
    went = {coded for coded in codings if coded in OPPOSITE}
    if len(went) == 1:
        return went.pop()
    return Label.RESTATED if set(codings) == {Label.RESTATED} else Label.REWORDED
