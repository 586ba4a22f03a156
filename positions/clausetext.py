"""Reads a numbered or bulleted text as a tree of clauses.

A line that begins with a number, a letter or a bullet begins a clause; a line that does not goes on
with the clause above. Where no line has any, each line is a clause. What is indented further, or
begins a numbering of another style, stands inside the clause above it; what goes on counting in a
style goes on beside the one it counts from, however it is indented.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

BULLETS = "-–—•*·‣◦▪●○"
NUMBER = r"\d{1,3}(?:\.\d{1,3})*"
ROMAN = r"[IVXLC]+|[ivxlc]+"
#: "1.", "1.2", "(a)", "IV)", "б)"; "Option 2:", "Раздел II."; "•"
MARKED = re.compile(
    rf"""(?P<open>[(\[]?)(?P<count>{NUMBER}|{ROMAN}|[^\W\d_])(?P<close>[.)\]])(?=\s|$)
       | (?P<deep>\d{{1,3}}(?:\.\d{{1,3}})+)(?=\s)
       | (?P<word>[^\W\d_]+)\ (?P<place>{NUMBER}|{ROMAN})(?:\s*[.:)]|\s+[–—-])(?=\s|$)
       | (?P<bullet>[{BULLETS}])(?=\s)
    """,
    re.VERBOSE,
)
VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


@dataclass(frozen=True)
class Part:
    """A clause as it was written: its number or name, its words, what stands inside it."""

    label: str
    text: str
    clauses: "tuple[Part, ...]" = ()

    @property
    def size(self) -> int:
        """Return how many clauses it is, those inside it included."""
        return 1 + sum(part.size for part in self.clauses)

    def as_fields(self) -> dict[str, Any]:
        """Return the fields of the clause, ``clauses`` among them those of what is inside it."""
        inside = [part.as_fields() for part in self.clauses]
        return {"label": self.label, "text": self.text, "clauses": inside}


@dataclass
class _Open:
    """A clause that lines may still be added to."""

    indent: int
    style: tuple[str, ...]
    count: int | None
    label: str = ""
    lines: list[str] = field(default_factory=list)
    inside: "list[_Open]" = field(default_factory=list)

    def closed(self) -> Part:
        text = "\n".join(" ".join(block.split()) for block in _blocks(self.lines))
        return Part(self.label, text, tuple(each.closed() for each in self.inside))


def parse(text: str) -> tuple[Part, ...]:
    """Return the clauses that stand outermost in a text, each with what is inside it."""
    lines = [line.expandtabs(4).rstrip() for line in text.splitlines()]
    is_marked = any(MARKED.match(line.lstrip()) for line in lines)
    whole = _Open(-1, (), None)
    path: list[_Open] = []
    for line in lines:
        words = line.lstrip()
        found = MARKED.match(words)
        if not words:
            if path:
                path[-1].lines.append("")
        elif found is None and is_marked and path:
            path[-1].lines.append(words)
        else:
            clause = _begun(found, words, len(line) - len(words), path)
            path = _beside(clause, path)
            (path[-1] if path else whole).inside.append(clause)
            path.append(clause)
    return tuple(each.closed() for each in whole.inside)


def _begun(found: re.Match | None, words: str, indent: int, path: Sequence[_Open]) -> _Open:
    """Return the clause that a line begins."""
    if found is None:
        return _Open(indent, ("plain",), None, lines=[words])
    rest = [words[found.end() :].strip()]
    if found["bullet"]:
        return _Open(indent, ("bullet", found["bullet"]), None, lines=rest)
    number = found["count"] or found["deep"] or found["place"]
    # Which letters they are decides the style, and what was counted before decides whether “i”
    # comes after “h” or is a one.
    shape = (found["word"] or "").casefold(), found["open"] or "", found["close"] or ""
    style, count = _counted(number, shape, path)
    label = f"{found['word']} {number}" if found["word"] else number
    return _Open(indent, style, count, label, rest)


def _counted(number: str, shape, path: Sequence[_Open]) -> tuple[tuple[str, ...], int]:
    if number[0].isdigit():
        places = number.split(".")
        # “1.2” and “1.2.” count alike; so do “1.” and “1)” never.
        end = shape if len(places) == 1 else (shape[0],)
        return ("number", str(len(places)), *end), int(places[-1])
    case = "upper" if number.isupper() else "lower"
    letter = ("letter", case, *shape)
    before = next((each.count for each in reversed(path) if each.style == letter), None)
    follows = len(number) == 1 and before is not None and ord(number) - 1 == before
    if re.fullmatch(ROMAN, number) and not follows and (len(number) > 1 or number in "iIvVxX"):
        return ("roman", case, *shape), _roman(number)
    return letter, ord(number)


def _roman(number: str) -> int:
    values = [VALUES[letter] for letter in number.lower()]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-value if value < following else value for value, following in pairs)


def _beside(clause: _Open, path: Sequence[_Open]) -> list[_Open]:
    """Return the clauses that stand around a new one."""
    for place in reversed(range(len(path))):
        before = path[place]
        follows = before.count is not None and before.count + 1 == clause.count
        if follows and before.style == clause.style:
            return list(path[:place])
    around = list(path)
    while around and around[-1].indent > clause.indent:
        around.pop()
    level = [each for each in around if each.indent == clause.indent]
    for each in level:
        if each.style == clause.style:
            return around[: around.index(each)]
    if "plain" in (clause.style[0], *(each.style[0] for each in level)) and level:
        return around[: around.index(level[0])]
    return around


def _blocks(lines: Sequence[str]) -> list[str]:
    """Return paragraphs: lines joined as far as the next empty one."""
    joined = "\n".join(lines).strip("\n")
    return [block for block in re.split(r"\n{2,}", joined) if block]
