"""What was read from a file or a paste, before anybody has saved it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

#: Fields of a source that are proposed.
PROPOSED = ("title", "outlet", "author", "published", "language", "url", "kind")


class Unreadable(Exception):
    """A text cannot be had from what was given.

    ``code`` names the reason and ``told`` the words in it; ``words.refusal`` puts it into a
    sentence.
    """

    def __init__(self, code: str, **told: str | int):
        super().__init__(code)
        self.code, self.told = code, told


@dataclass(frozen=True)
class Block:
    """A paragraph, a heading, an item or a row of a table.

    ``furniture`` says why it is likely no part of the text, such as "navigation"; empty for text.
    Blocks of one ``place``, an element of the page, belong together.
    """

    text: str
    furniture: str = ""
    place: int = 0


@dataclass(frozen=True)
class Proposed:
    """A value for a field of the source, and what it was read from, such as "og:title"."""

    value: str
    origin: str


@dataclass(frozen=True)
class Group:
    """Blocks that follow each other and are all text, or all furniture of one place.

    ``first`` is the number of its first block.
    """

    number: int
    first: int
    furniture: str
    blocks: tuple[Block, ...]

    @property
    def numbered(self) -> tuple[tuple[int, Block], ...]:
        """Return the blocks with their numbers in the whole."""
        return tuple(enumerate(self.blocks, self.first))


@dataclass(frozen=True)
class Given:
    """A text in blocks with the description that its own metadata propose.

    ``kind`` is the format: text, HTML, PDF or DOCX. ``pages`` counts those of a PDF. ``notes`` are
    codes of what the reader should know, such as macros that were ignored, each with its words.
    ``between`` is what stands between blocks.
    """

    kind: str
    blocks: tuple[Block, ...] = ()
    proposed: Mapping[str, Proposed] = field(default_factory=dict)
    notes: tuple[tuple[str, Mapping[str, str | int]], ...] = ()
    pages: int = 0
    between: str = "\n\n"

    @property
    def groups(self) -> tuple[Group, ...]:
        """Return the blocks in groups, in their order."""
        found: list[Group] = []
        first = 0
        for (furniture, _place), run in groupby(self.blocks, _belongs):
            blocks = tuple(run)
            found.append(Group(len(found), first, furniture, blocks))
            first += len(blocks)
        return tuple(found)

    @property
    def likely(self) -> frozenset[int]:
        """Return the numbers of the blocks that are likely text."""
        return frozenset(n for n, block in enumerate(self.blocks) if not block.furniture)

    def text(self, kept: Iterable[int]) -> str:
        """Return the text that the blocks with these numbers make, in their order."""
        wanted = set(kept)
        return self.between.join(block.text for n, block in enumerate(self.blocks) if n in wanted)

    def in_at_most(self, most: int) -> "Given":
        """Return the same text in at most ``most`` blocks: neighbours of one group are joined."""
        blocks, joined = self.blocks, 1
        while len(blocks) > most:
            joined *= 2
            blocks = tuple(_joined(self.groups, joined, self.between))
            if joined > len(self.blocks):
                blocks = tuple(_paired(blocks, most, self.between))
        return replace(self, blocks=blocks)

    def as_json(self) -> dict[str, Any]:
        """Return what ``from_json`` reads again."""
        return {
            "kind": self.kind,
            "blocks": [[b.text, b.furniture, b.place] for b in self.blocks],
            "proposed": {name: [p.value, p.origin] for name, p in self.proposed.items()},
            "notes": [[code, dict(told)] for code, told in self.notes],
            "pages": self.pages,
            "between": self.between,
        }


def from_json(data: Mapping[str, Any]) -> Given:
    """Return what ``Given.as_json`` wrote."""
    return Given(
        kind=data["kind"],
        blocks=tuple(Block(*block) for block in data["blocks"]),
        proposed={name: Proposed(*pair) for name, pair in data["proposed"].items()},
        notes=tuple((code, told) for code, told in data["notes"]),
        pages=data["pages"],
        between=data["between"],
    )


def both(first: Given, second: Given) -> Given:
    """Return one after the other; the first one's description goes before the second one's."""
    apart = 1 + max((block.place for block in first.blocks), default=0)
    moved = (replace(block, place=block.place + apart) for block in second.blocks)
    return replace(
        first,
        blocks=(*first.blocks, *moved),
        proposed={**second.proposed, **first.proposed},
        notes=(*first.notes, *second.notes),
        between="\n\n",
    )


def _belongs(block: Block) -> tuple[str, int]:
    return block.furniture, block.place


def _joined(groups: Iterable[Group], size: int, between: str) -> Iterable[Block]:
    for group in groups:
        for at in range(0, len(group.blocks), size):
            few = group.blocks[at : at + size]
            yield replace(few[0], text=between.join(block.text for block in few))


def _paired(blocks: tuple[Block, ...], most: int, between: str) -> Iterable[Block]:
    """Join across groups where there are more groups than blocks wanted; what is text stays."""
    size = -(-len(blocks) // most)
    for at in range(0, len(blocks), size):
        few = blocks[at : at + size]
        first = next((block for block in few if not block.furniture), few[0])
        yield replace(first, text=between.join(block.text for block in few))
