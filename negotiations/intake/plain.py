"""Plain text as blocks: what empty lines part, or else each line."""

import re
from collections.abc import Sequence

from negotiations.intake.cleaning import clean
from negotiations.intake.given import Block, Given, Proposed, Unreadable

#: A first line up to this long, without a full stop, is likely a title.
LONGEST_TITLE = 200


def read_text(source: str, *, limit: int) -> Given:
    """Read plain text into blocks, with its first line as the proposed title.

    Raises ``Unreadable`` where there is nothing, or more than ``limit`` characters.
    """
    text = clean(source)
    if not text.strip():
        raise Unreadable("empty")
    parts, between = paragraphs(text)
    blocks = tuple(Block(each) for each in parts)
    if sum(len(block.text) for block in blocks) > limit:
        raise Unreadable("long", most=limit)
    return Given(kind="text", blocks=blocks, proposed=title_of(parts), between=between)


def paragraphs(text: str) -> tuple[list[str], str]:
    """Return the paragraphs of a text and what stands between them.

    Spaces at the ends of lines go. A text without empty lines has a paragraph in each line.
    """
    lines = [line.rstrip() for line in text.split("\n")]
    found: list[list[str]] = [[]]
    for line in lines:
        if line:
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    parts = ["\n".join(part) for part in found if part]
    return (parts, "\n\n") if len(parts) > 1 else ([line for line in lines if line], "\n")


def title_of(blocks: Sequence[str]) -> dict[str, Proposed]:
    """Return the first block as a proposed title where it reads like one."""
    if len(blocks) < 2 or "\n" in blocks[0] or len(blocks[0]) > LONGEST_TITLE:
        return {}
    if re.search(r"[.;:,]\s*\Z", blocks[0]) or not re.search(r"[^\W\d]{2}", blocks[0]):
        return {}
    return {"title": Proposed(blocks[0].strip(), "first line")}
