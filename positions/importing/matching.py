"""Which sheet has which kind of record, and which of its columns says what."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from negotiations.csvtables import read_cell
from negotiations.sheets.grid import Grid, Row
from negotiations.sheets.reading import note
from positions.importing.kinds import TERM_PREFIX, Kind, kinds
from positions.importing.synonyms import SYNONYMS
from positions.models import Term

#: Sheets of the workbook of everything that hold no records to import.
LEFT_OUT = frozenset({"negotiations", "memberships"})
LONG_TEXTS = ["sheet", "row", "column", "part", "text"]
#: So much of a header must be known for a sheet to be taken for a kind by its columns alone.
ENOUGH = 0.5


@dataclass(frozen=True)
class Column:
    """A column of a sheet: what its header says, and the column it is taken for; "" for none."""

    place: int
    header: str
    name: str
    #: What follows from other columns needs no place of its own.
    follows: bool = False

    @property
    def letter(self) -> str:
        """Return what a spreadsheet calls it."""
        return letter(self.place)


@dataclass(frozen=True)
class Sheet:
    """A sheet with the kind of its records, None where it has none, and its columns."""

    name: str
    kind: Kind | None
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    #: Where formulas stand: the numbers of rows and the places of columns.
    formulas: frozenset[tuple[int, int]] = frozenset()
    #: How dates such as 2/6/2025 are read: "day" or "month" first, "" for not at all.
    first: str = ""
    #: The numbers of rows that a person leaves out.
    skipped: frozenset[int] = frozenset()

    def cells(self, row: Row) -> dict[str, str]:
        """Return what stands in a row, by the names of the columns."""
        found = {}
        for column in self.columns:
            if column.name and column.place < len(row.cells) and row.cells[column.place].strip():
                found[column.name] = row.cells[column.place]
        return found

    @property
    def unknown(self) -> tuple[str, ...]:
        """Return the headers that are not imported."""
        return tuple(c.header for c in self.columns if not c.name and not c.follows and c.header)

    def place_of(self, name: str) -> Column | None:
        """Return the column that is taken for ``name``."""
        return next((column for column in self.columns if column.name == name), None)


def letter(place: int) -> str:
    """Return what a spreadsheet calls its column at a place from 0."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def matched(
    grids: Iterable[Grid],
    terms: Iterable[Term],
    *,
    file_name: str = "",
    kind: str = "",
    chosen: Mapping[str, Mapping[str, str]] | None = None,
    is_csv: bool = False,
) -> list[Sheet]:
    """Return the sheets of a file with what their columns mean.

    ``kind`` is that of all sheets where one was named. ``chosen`` has, by the name of a sheet and
    the place of a column, what a person took it for; under "kind", what the sheet has; under
    "first", whether dates begin with the day or the month; under "skipped", rows to leave out.
    """
    grids, terms = list(grids), list(terms)
    long = {cell: text for grid in grids for cell, text in _long_texts(grid).items()}
    found = []
    for grid in grids:
        if _is_long_texts(grid):
            continue
        corrected = (chosen or {}).get(grid.name, {})
        known = kinds().get(corrected.get("kind", kind)) or _guessed(grid, file_name, terms)
        if "kind" in corrected and not corrected["kind"]:
            known = None
        rows = [_completed(row, grid, long) for row in grid.rows]
        if is_csv:
            rows = [Row(row.number, tuple(map(read_cell, row.cells))) for row in rows]
        columns = _columns(rows[0].cells, known, terms, corrected) if known else ()
        found.append(
            Sheet(
                grid.name,
                known,
                tuple(columns),
                tuple(rows[1:]),
                tuple(note(*each) for each in grid.notes),
                grid.formulas,
                corrected.get("first", ""),
                frozenset(int(row) for row in corrected.get("skipped", "").split()),
            )
        )
    return found


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _guessed(grid: Grid, file_name: str, terms: list[Term]) -> Kind | None:
    """Return the kind that the sheet's or the file's name says, or else most of its columns."""
    for said in (re.sub(r"( \d+)+$", "", grid.name), file_name):
        if _plain(said) in map(_plain, LEFT_OUT):
            return None
        for kind in kinds().values():
            if _plain(said) in (_plain(kind.name), _plain(kind.label)):
                return kind
    for kind in sorted(kinds().values(), key=lambda kind: -len(kind.name)):
        if f"-{kind.name}-" in f"-{file_name.casefold()}-":
            return kind
    header = [text for text in grid.rows[0].cells if text.strip()]

    def known(kind: Kind) -> int:
        named = _columns(tuple(header), kind, terms, {})
        return sum(1 for column in named if column.name or column.follows)

    best = max(kinds().values(), key=known)
    # One column of a name that we know may be anything.
    return best if known(best) > max(1, ENOUGH * len(header)) else None


def _columns(
    header: tuple[str, ...], kind: Kind, terms: list[Term], corrected: Mapping[str, str]
) -> list[Column]:
    known = kind.columns(terms)
    by_text: dict[str, str] = {}
    # The names that exports use come first, then what pages call them.
    for name in known:
        by_text[_plain(name)] = name
    for name, label in known.items():
        by_text.setdefault(_plain(label), name)
        by_text.setdefault(_plain(label.split(",")[0]), name)
        if name.startswith(TERM_PREFIX):
            by_text.setdefault(_plain(name.removeprefix(TERM_PREFIX)), name)
    for term in terms:
        if f"{TERM_PREFIX}{term.code}" in known:
            by_text.setdefault(_plain(term.name), f"{TERM_PREFIX}{term.code}")
    names = {
        place: name if name in known else ""
        for place, name in corrected.items()
        if place.isdecimal()
    }
    by_synonym = {
        _plain(each): name
        for name, called in SYNONYMS.get(kind.name, {}).items()
        for each in called
        if name in known
    }
    # What people call their own columns counts only where the exact name stands nowhere.
    for by in (by_text, by_synonym):
        for place, text in enumerate(header):
            guessed = by.get(_plain(text), "")
            if guessed and str(place) not in names and guessed not in names.values():
                names[str(place)] = guessed
    return [
        Column(place, text.strip(), names.get(str(place), ""), kind.follows(text.strip()))
        for place, text in enumerate(header)
    ]


def _is_long_texts(grid: Grid) -> bool:
    return list(grid.rows[0].cells) == LONG_TEXTS


def _long_texts(grid: Grid) -> dict[tuple[str, int, str], str]:
    """Return the texts that did not fit into a cell, by sheet, row and column."""
    found: dict[tuple[str, int, str], str] = {}
    if _is_long_texts(grid):
        for row in grid.rows[1:]:
            sheet, number, column, _part, text = (*row.cells, "", "", "", "")[:5]
            if number.isdecimal():
                key = (sheet, int(number), column)
                found[key] = found.get(key, "") + text
    return found


def _completed(row: Row, grid: Grid, long: Mapping[tuple[str, int, str], str]) -> Row:
    if not long:
        return row
    header = grid.rows[0].cells
    return Row(
        row.number,
        tuple(
            long.get((grid.name, row.number, header[place] if place < len(header) else ""), text)
            for place, text in enumerate(row.cells)
        ),
    )
