"""Who wrote a printed page and when, read off its byline, and the outlet behind its title."""

import re
from collections.abc import Sequence

from negotiations.intake.given import Proposed

#: Among so many lines at its top a page has its byline, and right below it the day.
TOP, BELOW = 25, 2
#: A day among the first lines of a text, as people write it.
DAY = re.compile(
    r"(?<![\w.-])(?:[0-9]{1,2}\.? [^\W\d_]{3,12},? [0-9]{4}|[^\W\d_]{3,12} [0-9]{1,2}, [0-9]{4}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2})(?![\w-])"
)
_BYLINE = re.compile(r"\s*(?:By|BY) (?P<names>[^·|•\d]{3,120}?)\s*(?:[·|•–—,]\s*(?P<rest>.*))?\Z")
#: How a name begins: with a capital, but for "de" or "van".
_NAME = re.compile(r"(?:[^\W\d_a-zа-яіїєґ]|(?:de|di|da|von|van|al|el|bin|and|der|la)\b)")


def byline(lines: Sequence[str]) -> dict[str, Proposed]:
    """Return the author and the day that the byline among the first lines gives, if there is one.

    The day stands behind the names or in the lines right below: "By Ann Reporter · 24 July 2025".
    """
    for at, line in enumerate(lines[:TOP]):
        match = _BYLINE.match(line)
        if match is None or not all(_NAME.match(word) for word in match["names"].split()):
            continue
        found = {"author": Proposed(" ".join(match["names"].split()), "byline")}
        near = [match["rest"] or "", *lines[at + 1 : at + 1 + BELOW]]
        if day := next(filter(None, map(DAY.search, near)), None):
            found["published"] = Proposed(day[0].replace(". ", " "), "byline")
        return found
    return {}


def parted_title(title: Proposed) -> dict[str, Proposed]:
    """Return the title without the outlet that it names at its end, and that outlet."""
    words, bar, outlet = (part.strip() for part in title.value.rpartition(" | "))
    if not bar or not words or not 1 < len(outlet) <= 60:
        return {"title": title}
    return {"title": Proposed(words, title.origin), "outlet": Proposed(outlet, "title of file")}
