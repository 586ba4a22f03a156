"""Where words stand in a text: anchors that hold exactly and only there, or not at all.

An anchor is a quote with its offsets in code points and the words around it, as in the selectors
of the W3C's Web Annotation Data Model (TextQuoteSelector and TextPositionSelector). Unlike there,
nothing is ever matched approximately.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: So many code points before and after a quote are kept with it.
CONTEXT = 32


@dataclass(frozen=True)
class Anchor:
    """Words at a place in a text, ``text[start:end]``, with those before and after them."""

    quote: str
    prefix: str
    suffix: str
    start: int
    end: int


def at(text: str, start: int, end: int) -> Anchor:
    """Return the anchor of a stretch of the text; raises ``ValueError`` for an empty one."""
    if not 0 <= start < end <= len(text):
        raise ValueError(f"There are no words from {start} to {end} in a text of {len(text)}.")
    return Anchor(
        text[start:end],
        text[max(0, start - CONTEXT) : start],
        text[end : end + CONTEXT],
        start,
        end,
    )


def places(text: str, quote: str) -> list[int]:
    """Return where a quote begins in a text, word for word; its places may overlap."""
    return list(_places(text, quote)) if quote else []


def _places(text: str, quote: str) -> Iterator[int]:
    start = text.find(quote)
    while start >= 0:
        yield start
        start = text.find(quote, start + 1)


def found(text: str, quote: str, prefix: str = "", suffix: str = "") -> Anchor | None:
    """Return the one place of a quote in a text, or None if there is none or more than one.

    Where the quote alone stands several times, the words before and after it may tell which.
    """
    starts = places(text, quote)
    if len(starts) > 1 and (prefix or suffix):
        starts = [start for start in starts if _is_between(text, start, quote, prefix, suffix)]
    return at(text, starts[0], starts[0] + len(quote)) if len(starts) == 1 else None


def carried(anchor: Anchor, old: str, new: str) -> Anchor | None:
    """Return where the words of an anchor in an ``old`` text stand in a ``new`` one, or None.

    Words that stood several times in the old text are told apart by what is around them, so that
    an anchor never moves to another of their places because its own has gone.
    """
    starts = places(new, anchor.quote)
    if len(places(old, anchor.quote)) != 1 or len(starts) != 1:
        around = anchor.quote, anchor.prefix, anchor.suffix
        starts = [start for start in starts if _is_between(new, start, *around)]
    return at(new, starts[0], starts[0] + len(anchor.quote)) if len(starts) == 1 else None


def pasted(text: str, quote: str) -> list[Anchor]:
    """Return the places of words that somebody pasted, whatever space is between them.

    Looked for as they are first, and only then by their words; each anchor has the text's own.
    """
    if starts := places(text, quote):
        return [at(text, start, start + len(quote)) for start in starts]
    words = quote.split()
    if not words:
        return []
    pattern = re.compile(r"\s+".join(map(re.escape, words)))
    return [at(text, *match.span()) for match in pattern.finditer(text)]


def _is_between(text: str, start: int, quote: str, prefix: str, suffix: str) -> bool:
    return text[:start].endswith(prefix) and text.startswith(suffix, start + len(quote))
