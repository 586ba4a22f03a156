"""Two versions of a paper side by side: which clause became which, and what that changed.

Plain computation over loaded clauses; nothing here asks the database.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Protocol, TypeVar

#: So much of two texts must agree for one to be the other reworded.
ALIKE = 0.6
#: A word keeps the space behind it, so that words exchanged in a row are one exchange.
WORDS = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")


class Clause(Protocol):
    """What is compared: a clause with its place in the tree."""

    pk: int
    parent_id: int | None
    order: int
    label: str
    text: str
    operator: str


Node = TypeVar("Node", bound=Clause)


@dataclass(frozen=True)
class Run:
    """Words that follow each other: kept, taken out or put in."""

    kind: str
    text: str


@dataclass(frozen=True)
class Change:
    """What became of a clause; ``older`` is None where it is new, ``newer`` where it is gone."""

    older: Clause | None
    newer: Clause | None
    relabelled: bool = False
    reworded: tuple[Run, ...] = ()
    moved: bool = False
    operator: bool = False

    @property
    def kind(self) -> str:
        """Return "added", "removed" or "changed"."""
        if self.older is None:
            return "added"
        return "removed" if self.newer is None else "changed"

    @property
    def clause(self) -> Clause:
        """Return the clause as it is, or was if it is gone."""
        found = self.newer or self.older
        assert found is not None
        return found


def matched(older: Sequence[Node], newer: Sequence[Node]) -> list[tuple[Node, Node]]:
    """Return which clause of one version is which of the next, in the order of the older.

    Those are one that have the same words and share them with no other, wherever they stand; then
    those to which the same labels lead; then, inside clauses that match, those whose words are
    alike.
    """
    pairs: dict[int, Node] = {}
    taken: set[int] = set()
    by_number = {clause.pk: clause for clause in newer}

    def pair(old: Node, new: Node) -> None:
        pairs[old.pk] = new
        taken.add(new.pk)

    def left(clauses: Iterable[Node]) -> list[Node]:
        return [c for c in clauses if c.pk not in pairs and c.pk not in taken]

    def pair_if_single(olds: Sequence[Node], news: Sequence[Node]) -> None:
        if len(olds) == len(news) == 1 and left(olds) and left(news):
            pair(olds[0], news[0])

    roots = [c for c in older if c.parent_id is None], [c for c in newer if c.parent_id is None]
    for old, new in zip(*roots, strict=False):
        pair(old, new)
    # Words before labels: a clause put in before others changes all their numbers.
    for keyed in (_by_words, _by_path):
        after = keyed(newer)
        for key, olds in keyed(older).items():
            pair_if_single(olds, after.get(key, []))
    for old in _outermost_first(older):
        if old.pk in pairs:
            inside = [c for c in older if c.parent_id == old.pk]
            beside = [c for c in newer if c.parent_id == pairs[old.pk].pk]
            for first in left(inside):
                likes = [(_likeness(first, second), second) for second in left(beside)]
                best = max(likes, key=lambda like: like[0], default=None)
                if best and best[0] >= ALIKE:
                    pair(first, best[1])
    return [(c, by_number[pairs[c.pk].pk]) for c in _outermost_first(older) if c.pk in pairs]


def changes(older: Sequence[Node], newer: Sequence[Node]) -> tuple[Change, ...]:
    """Return what differs, in the order of the newer version; what is gone comes last."""
    pairs = matched(older, newer)
    before = {new.pk: old for old, new in pairs}
    kept = {old.pk for old, _ in pairs}
    moved = set(_moved(pairs))
    found = [_change(before.get(new.pk), new, moved) for new in _outermost_first(newer)]
    gone = [Change(old, None) for old in _outermost_first(older) if old.pk not in kept]
    return (*(change for change in found if change), *gone)


def word_diff(before: str, after: str) -> tuple[Run, ...]:
    """Return the words of both texts in order: what stayed, what went, what came."""
    old, new = WORDS.findall(before), WORDS.findall(after)
    runs: list[Run] = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            runs.append(Run("kept", "".join(old[i:j])))
            continue
        if i < j:
            runs.append(Run("removed", "".join(old[i:j])))
        if k < m:
            runs.append(Run("added", "".join(new[k:m])))
    return tuple(runs)


def _change(old: Clause | None, new: Clause, moved: set[int]) -> Change | None:
    if old is None:
        return Change(None, new)
    change = Change(
        old,
        new,
        relabelled=old.label != new.label,
        reworded=word_diff(old.text, new.text) if old.text != new.text else (),
        moved=new.pk in moved,
        operator=old.operator != new.operator,
    )
    differs = change.relabelled or change.reworded or change.moved or change.operator
    return change if differs else None


def _moved(pairs: Sequence[tuple[Node, Node]]) -> Iterator[int]:
    """Yield the newer clauses that stand in another clause, or before another sibling.

    Of siblings in another order, those have stayed that still follow each other.
    """
    became = {old.pk: new.pk for old, new in pairs}
    stayed: dict[int | None, list[tuple[Node, Node]]] = defaultdict(list)
    for old, new in pairs:
        if became.get(old.parent_id or 0) == new.parent_id:
            stayed[new.parent_id].append((old, new))
        else:
            yield new.pk
    for family in stayed.values():
        olds = [new.pk for _, new in sorted(family, key=lambda pair: _place(pair[0]))]
        news = [new.pk for _, new in sorted(family, key=lambda pair: _place(pair[1]))]
        blocks = SequenceMatcher(None, olds, news, autojunk=False).get_matching_blocks()
        in_order = {pk for block in blocks for pk in olds[block.a : block.a + block.size]}
        yield from (pk for pk in news if pk not in in_order)


def _place(clause: Clause) -> tuple[int, int]:
    return clause.order, clause.pk


def _outermost_first(clauses: Sequence[Node]) -> list[Node]:
    """Return clauses in the order in which one reads them."""
    inside: dict[int | None, list[Node]] = defaultdict(list)
    for clause in sorted(clauses, key=_place):
        inside[clause.parent_id].append(clause)

    def walk(clause: Node) -> Iterator[Node]:
        yield clause
        for child in inside[clause.pk]:
            yield from walk(child)

    return [each for root in inside[None] for each in walk(root)]


def _by_path(clauses: Sequence[Node]) -> Mapping[tuple[str, ...], list[Node]]:
    """The clauses by the labels that lead to them; what has no label has no such way."""
    by_number = {clause.pk: clause for clause in clauses}
    found: dict[tuple[str, ...], list[Node]] = defaultdict(list)
    for clause in clauses:
        way, each = [clause.label.casefold()], clause
        while each.parent_id in by_number:
            each = by_number[each.parent_id]
            # However the paper itself is called, its parts are its parts.
            way.append(each.label.casefold() if each.parent_id else "")
        if clause.label:
            found[tuple(way)].append(clause)
    return found


def _by_words(clauses: Sequence[Node]) -> Mapping[tuple[str, ...], list[Node]]:
    found: dict[tuple[str, ...], list[Node]] = defaultdict(list)
    for clause in clauses:
        if words := " ".join(clause.text.casefold().split()):
            found[(words,)].append(clause)
    return found


def _likeness(old: Clause, new: Clause) -> float:
    before, after = ((c.text or c.label).casefold().split() for c in (old, new))
    return SequenceMatcher(None, before, after, autojunk=False).ratio()
