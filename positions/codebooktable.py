"""A codebook as one flat table, and what a table would change in one: a row an issue, term, choice.

A row is known by its codes: a choice by the codes of its term and its own, a term and an issue by
theirs. What a table does not name stays as it is.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from negotiations.csvtables import BYTE_ORDER_MARK, read_cell

ISSUE, TERM, CHOICE = "issue", "term", "choice"
COLUMNS = (
    "issue",
    "term",
    "choice",
    "name",
    "question",
    "definition",
    "part_of",
    "kind",
    "unit",
    "order",
    "retired",
    "retired_because",
    "merged_into",
)
RETIRED = ("retired", "retired_because", "merged_into")
#: Which columns say something of a row, besides its codes.
OWN = {
    ISSUE: ("name", "question", "definition", "part_of", "order", *RETIRED),
    TERM: ("issue", "name", "kind", "unit", "order", *RETIRED),
    CHOICE: ("name", "order", *RETIRED),
}
MOST_BYTES, MOST_ROWS = 1_000_000, 1_000
LONGEST = {"name": 200, "question": 300, "unit": 40, "retired_because": 300}
ORDERS = {ISSUE: (0, 32767), TERM: (0, 32767), CHOICE: (-32768, 32767)}
KINDS = ("quantity", "date", "choice", "set")
CODE = re.compile(r"[-a-zA-Z0-9_]{1,50}")
DELIMITERS = ",;\t"

#: What a row says, by column: texts, whole numbers, days, or None where a cell is empty.
Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Entry:
    """What one row says of an issue, a term or a choice. ``line`` is where it stands in a file."""

    kind: str
    key: tuple[str, ...]
    fields: Fields
    line: int = field(default=0, compare=False)

    @property
    def name(self) -> str:
        """What people call it: its codes."""
        return " / ".join(self.key)

    @property
    def kind_text(self) -> str:
        return str({ISSUE: _("issue"), TERM: _("term"), CHOICE: _("choice")}[self.kind])


@dataclass(frozen=True)
class Problem:
    """What is wrong with a table: where, why, and how to mend it."""

    line: int
    column: str
    why: str
    mend: str = ""


@dataclass(frozen=True)
class Change:
    """What a row would change of something that is there: by column, what it was and becomes."""

    entry: Entry
    columns: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Comparison:
    """What a table would do to a codebook."""

    added: tuple[Entry, ...]
    changed: tuple[Change, ...]
    untouched: tuple[Entry, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.added or self.changed)


def lines(entries: Iterable[Entry], issue_of_term: Mapping[str, str]) -> Iterator[list[Any]]:
    """Yield a line for each entry, in the order of ``COLUMNS``."""
    for entry in entries:
        cells: dict[str, Any] = {**entry.fields}
        if entry.kind == ISSUE:
            (cells["issue"],) = entry.key
        elif entry.kind == TERM:
            (cells["term"],) = entry.key
        else:
            cells["term"], cells["choice"] = entry.key
            cells["issue"] = issue_of_term.get(entry.key[0])
        yield [cells.get(column) for column in COLUMNS]


def decoded(data: bytes) -> tuple[str, tuple[Problem, ...]]:
    """Return the text of a file, or why there is none."""
    if len(data) > MOST_BYTES:
        why = _("The file has %(size)s bytes; at most %(most)s are read.")
        said = {"size": len(data), "most": MOST_BYTES}
        return "", (Problem(0, "", why % said, _("Send it in parts; each adds to what is there.")),)
    try:
        return data.decode("utf-8").removeprefix(BYTE_ORDER_MARK), ()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        why = _("This is not UTF-8: byte %(byte)s cannot be read.")
        mend = _("Save the table as “CSV UTF-8” and send it again.")
        return "", (Problem(line, "", why % {"byte": f"0x{data[error.start]:02X}"}, mend),)


def read(text: str) -> tuple[tuple[Entry, ...], tuple[Problem, ...]]:
    """Return what a table in CSV says, row by row, and what in it cannot be read."""
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: list[tuple[int, list[str]]] = []
    try:
        for row in rows:
            if any(cell.strip() for cell in row):
                found.append((rows.line_num, row))
            if len(found) > MOST_ROWS + 1:
                why = _("The table has more than %(most)s rows.") % {"most": MOST_ROWS}
                mend = _("Send it in parts; each adds to what is there.")
                return (), (Problem(rows.line_num, "", why, mend),)
    except csv.Error as error:
        why = _("This is no CSV from here on: %(why)s.") % {"why": error}
        mend = _("Check the quotation marks of this row and the one before.")
        return (), (Problem(rows.line_num, "", why, mend),)
    if not found:
        mend = _("Begin with a row that names the columns: %(columns)s.")
        said = {"columns": ", ".join(COLUMNS)}
        return (), (Problem(0, "", _("There is nothing in it."), mend % said),)
    (at, header), *body = found
    columns = [name.strip().casefold() for name in header]
    if problems := tuple(_of_header(at, columns)):
        return (), problems
    reader = _Reader(columns)
    for number, row in body:
        reader.take(number, row)
    return tuple(reader.entries), tuple(reader.problems)


def _of_header(line: int, columns: Sequence[str]) -> Iterator[Problem]:
    known = _("The columns are: %(columns)s.") % {"columns": ", ".join(COLUMNS)}
    for name in dict.fromkeys(columns):
        if name not in COLUMNS:
            why = _("There is no column “%(name)s”.") % {"name": name}
            yield Problem(line, name, why, known)
        elif columns.count(name) > 1:
            yield Problem(line, name, _("This column stands here twice."), _("Take one away."))
    if not {"issue", "term"} & set(columns):
        why = _("Without the column “issue” or “term” no row says what it is.")
        yield Problem(line, "", why, known)


class _Reader:
    """Reads the rows of a table one by one."""

    def __init__(self, columns: Sequence[str]):
        self.columns = columns
        self.entries: list[Entry] = []
        self.problems: list[Problem] = []
        self.lines: dict[tuple[str, tuple[str, ...]], int] = {}

    def take(self, line: int, row: Sequence[str]) -> None:
        before = len(self.problems)
        cells = dict.fromkeys(self.columns, "")
        if len(row) > len(self.columns):
            why = _("This row has more cells than there are columns.")
            self._note(line, "", why, _("Put quotation marks around texts with commas."))
        cells |= {c: read_cell(text) for c, text in zip(self.columns, row, strict=False)}
        kind, key = self._what(line, cells)
        fields = {c: self._value(line, kind, c, cells[c]) for c in OWN[kind] if c in cells}
        for column in self.columns:
            is_code = column in (ISSUE, TERM, CHOICE)
            if cells[column].strip() and not is_code and column not in OWN[kind]:
                why = _("A row of the kind “%(kind)s” has no “%(column)s”.")
                self._note(line, column, why % {"kind": kind, "column": column}, _("Empty it."))
        if "name" in fields and not fields["name"]:
            self._note(line, "name", _("The name is missing."), _("Write one."))
        if fields.get("unit") and fields.get("kind", "quantity") != "quantity":
            self._note(line, "unit", _("Only a quantity has a unit."), _("Empty it."))
        if "retired" in fields and not fields["retired"]:
            for column in RETIRED[1:]:
                if fields.get(column):
                    why = _("Only what is retired has this.")
                    self._note(line, column, why, _("Write since when, or empty this."))
        if (kind, key) in self.lines:
            why = _("This stands in row %(line)s already.") % {"line": self.lines[kind, key]}
            self._note(line, kind, why, _("Keep one of the two, or give it another code."))
        self.lines.setdefault((kind, key), line)
        if len(self.problems) == before:
            self.entries.append(Entry(kind, key, fields, line))

    def _what(self, line: int, cells: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
        """Return what a row is about, and its codes."""
        codes = {column: cells.get(column, "").strip() for column in (ISSUE, TERM, CHOICE)}
        for column, code in codes.items():
            if code and not CODE.fullmatch(code):
                why = _("“%(code)s” is no code.") % {"code": code[:60]}
                mend = _("Use up to 50 Latin letters, digits, hyphens and underscores.")
                self._note(line, column, why, mend)
        if codes[CHOICE]:
            if not codes[TERM]:
                why = _("A choice belongs to a term.")
                self._note(line, TERM, why, _("Write the code of its term."))
            return CHOICE, (codes[TERM], codes[CHOICE])
        if codes[TERM]:
            return TERM, (codes[TERM],)
        if not codes[ISSUE]:
            why = _("This row has no code.")
            self._note(line, ISSUE, why, _("Write the code of an issue, a term or a choice."))
        if codes[ISSUE] == "overall":
            why = _("“overall” stands for what is said of no issue.")
            self._note(line, ISSUE, why, _("Choose another code."))
        return ISSUE, (codes[ISSUE],)

    def _value(self, line: int, kind: str, column: str, text: str) -> Any:
        bare = text.strip()
        match column:
            case "issue" | "part_of" | "merged_into":
                return bare or None
            case "order":
                return self._order(line, kind, bare)
            case "retired":
                return self._day(line, bare)
            case "kind":
                if bare not in KINDS:
                    why = _("“%(kind)s” is no kind of term.") % {"kind": bare[:60]}
                    mend = _("Write one of: %(kinds)s.") % {"kinds": ", ".join(KINDS)}
                    self._note(line, column, why, mend)
                return bare
        most = LONGEST.get(column)
        if most and len(text) > most:
            why = _("This has %(count)s characters; at most %(most)s fit.")
            self._note(line, column, why % {"count": len(text), "most": most}, _("Shorten it."))
        if any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text):
            why = _("This text holds a character that is none.")
            self._note(line, column, why, _("Take it out."))
        return text

    def _order(self, line: int, kind: str, text: str) -> int | None:
        lowest, highest = ORDERS[kind]
        digits = text.removeprefix("-")
        if not text:
            return None if kind == CHOICE else 0
        is_number = digits.isascii() and digits.isdecimal() and len(digits) < 6
        if is_number and lowest <= int(text) <= highest:
            return int(text)
        why = _("“%(text)s” is no place in an order.") % {"text": text[:60]}
        mend = _("Write a whole number from %(low)s to %(high)s.")
        self._note(line, "order", why, mend % {"low": lowest, "high": highest})
        return None

    def _day(self, line: int, text: str) -> date | None:
        if not text:
            return None
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                pass  # Said below, in the same words.
        why = _("“%(text)s” is no day.") % {"text": text[:60]}
        self._note(line, "retired", why, _("Write it as 2025-06-02."))
        return None

    def _note(self, line: int, column: str, why: str, mend: str) -> None:
        self.problems.append(Problem(line, column, why, mend))


def compare(entries: Sequence[Entry], there: Sequence[Entry]) -> Comparison:
    """Return what a table's entries would add to what is ``there``, change or leave untouched."""
    known = {(entry.kind, entry.key): entry for entry in there}
    coming = {(entry.kind, entry.key): entry for entry in entries}
    added, changed, untouched = [], [], []
    problems: list[Problem] = []
    for entry in entries:
        problems += _unknown(entry, known.keys() | coming.keys())
        old = known.get((entry.kind, entry.key))
        if old is None:
            problems += _missing(entry)
            added.append(entry)
            continue
        columns = {
            column: (old.fields.get(column), value)
            for column, value in entry.fields.items()
            if old.fields.get(column) != value
        }
        if columns:
            changed.append(Change(entry, columns))
        else:
            untouched.append(entry)
    return Comparison(tuple(added), tuple(changed), tuple(untouched), tuple(problems))


def _missing(entry: Entry) -> Iterator[Problem]:
    """What something new has to say."""
    for column in ("name", "kind") if entry.kind == TERM else ("name",):
        if column not in entry.fields:
            why = _("“%(name)s” is new and has no “%(column)s”.")
            said = {"name": entry.name, "column": column}
            yield Problem(entry.line, column, why % said, _("Add this column."))


def _unknown(entry: Entry, known: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[Problem]:
    """What a row points to and is neither there nor in the table."""
    points = {
        "issue": (ISSUE, ()),
        "part_of": (ISSUE, ()),
        "merged_into": (entry.kind, entry.key[:-1]),
    }
    for column, (kind, scope) in points.items():
        code = entry.fields.get(column)
        if code is not None and (kind, (*scope, code)) not in known:
            why = _("There is no %(kind)s “%(code)s”.") % {"kind": kind, "code": code}
            yield Problem(entry.line, column, why, _("Add a row for it, or correct the code."))
    if entry.kind == CHOICE and (TERM, entry.key[:1]) not in known:
        why = _("There is no term “%(code)s”.") % {"code": entry.key[0]}
        yield Problem(entry.line, TERM, why, _("Add a row for it, or correct the code."))
