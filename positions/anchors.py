"""Where words stand in a text: anchors that hold exactly and only there, or not at all.

An anchor is a quote with its offsets in code points and the words around it, as in the selectors
of the W3C's Web Annotation Data Model (TextQuoteSelector and TextPositionSelector). Unlike there,
nothing is ever matched approximately.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

#: So many code points before and after a quote are kept with it.
CONTEXT = 32

#: Signs that are one and the same to whoever types them.
_ALIKE = ("'\u2018\u2019\u201a\u201b\u2032\u02bc", '"\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb',
          "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212")  # fmt: skip
#: What typesetting puts for letters, or between them.
_UNSET = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_UNSET[0xAD] = ""
#: Letters that may stand as ligatures, with all the ways in which they do.
_JOINED = {
    "ffi": "(?:f\u00ad*f\u00ad*i|\ufb03|\ufb00\u00ad*i|f\u00ad*\ufb01)",
    "ffl": "(?:f\u00ad*f\u00ad*l|\ufb04|\ufb00\u00ad*l|f\u00ad*\ufb02)",
    "ff": "(?:f\u00ad*f|\ufb00)",
    "fi": "(?:f\u00ad*i|\ufb01)",
    "fl": "(?:f\u00ad*l|\ufb02)",
    "st": "(?:s\u00ad*t|\ufb05|\ufb06)",
}
_SIGN = re.compile("ffi|ffl|ff|fi|fl|st|.", re.DOTALL)


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
    """Return the places of words that somebody pasted, however the text has them set.

    Looked for as they are first, and only then in whatever spaces, quotation marks, dashes,
    ligatures and soft hyphens; each anchor has the text's own words.
    """
    if starts := places(text, quote):
        return [at(text, start, start + len(quote)) for start in starts]
    pattern = however_set(quote)
    return [at(text, *match.span()) for match in re.finditer(pattern, text)] if pattern else []


def however_set(words: str) -> str:
    """Return the pattern of words in whatever type they are set; empty where there are none."""
    plain = words.translate(_UNSET).split()
    return r"\s+".join("\u00ad*".join(map(_set_as, _SIGN.findall(word))) for word in plain)


def _set_as(sign: str) -> str:
    if sign in _JOINED:
        return _JOINED[sign]
    same = next((signs for signs in _ALIKE if sign in signs), "")
    return f"[{re.escape(same)}]" if same else re.escape(sign)


def _is_between(text: str, start: int, quote: str, prefix: str, suffix: str) -> bool:
    return text[:start].endswith(prefix) and text.startswith(suffix, start + len(quote))
