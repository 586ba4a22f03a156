"""Words and sentences of a text, by their places in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from positions.proposing.proposals import Why

_WORD = re.compile(r"\w+(?:['’ʼ]\w+)*['’]?(?=\W|$)|\w+")
_END = re.compile(r"(?:[.!?…]+[”\"»’)\]]*)(?=\s+[“\"«‘(—–-]*\s*[A-ZА-ЯҐЄІЇЁ0-9“«])|\n+")
_ABBREVIATED = re.compile(
    r"(?:\b(?:[A-ZА-ЯҐЄІЇЁ]|Mr|Mrs|Ms|Dr|St|Gen|Col|Lt|Sen|Rep|No|vs|approx|ca"
    r"|тис|млн|млрд|ст|ім|им|см|кв|куб|напр|тов|проф))\.$"
)
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")


@dataclass(frozen=True)
class Word:
    """A word as it stands in the text."""

    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        return self.text.casefold()


@dataclass(frozen=True)
class Stretch:
    """Part of a text; the rules read stretches and keep to the places in the whole."""

    text: str
    start: int
    end: int

    @property
    def part(self) -> str:
        return self.text[self.start : self.end]

    def why(self, start: int, end: int) -> Why:
        """Return the reason that stands between two places of the whole text."""
        return Why(start, end, self.text[start:end])

    def find(self, pattern: re.Pattern) -> Iterator[re.Match]:
        """Yield the matches that lie within the stretch; their places are those of the text."""
        return pattern.finditer(self.text, self.start, self.end)


def words_of(stretch: Stretch) -> list[Word]:
    """Return the words of a stretch in order."""
    return [Word(match[0], match.start(), match.end()) for match in stretch.find(_WORD)]


def sentences(text: str, start: int, end: int) -> list[Stretch]:
    """Return the sentences between two places of a text, without the space around them."""
    cuts = [start]
    for match in _END.finditer(text, start, end):
        if "\n" in match[0] or not _ABBREVIATED.search(
            text, max(start, match.end() - 9), match.end()
        ):
            cuts.append(match.end())
    cuts.append(end)
    pieces = (_stripped(text, *pair) for pair in pairwise(cuts))
    return [piece for piece in pieces if piece.start < piece.end]


def _stripped(text: str, start: int, end: int) -> Stretch:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Stretch(text, start, end)


def is_cyrillic(text: str) -> bool:
    """Whether more than half of the letters are Cyrillic."""
    letters = sum(map(str.isalpha, text))
    return len(_CYRILLIC.findall(text)) * 2 > letters
