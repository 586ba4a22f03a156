"""A workbook (XLSX) as grids. What is in it is looked at before it is unpacked."""

import io
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import openpyxl

from negotiations.sheets.grid import MOST_COLUMNS, MOST_SHEETS, Counter, Grid, Unreadable

#: What a workbook may unpack to, in how many parts, and how much of a sheet may be empty rows.
MOST_UNPACKED, MOST_PARTS, MOST_ROWS_SEEN = 80_000_000, 2000, 1_048_576
_CHUNK = 1 << 16
_DOCTYPES = (b"<!DOCTYPE", "<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"))
#: What was written in place of a carriage return, which XML does not keep.
_RETURN = "_x000D_"
#: The last is how zipfile says that it does not know a way of compressing.
_BROKEN = (zipfile.BadZipFile, ValueError, OSError, NotImplementedError)


def read(content: bytes, name: str) -> list[Grid]:
    """Return the sheets of a workbook. Raises ``Unreadable``."""
    is_merged = _inspect(content)
    notes = (("merged", ""),) if is_merged else ()
    try:
        book = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=False, keep_links=False
        )
        if len(book.worksheets) > MOST_SHEETS:
            raise Unreadable("sheets", most=MOST_SHEETS)
        counter = Counter()
        return [_grid(sheet, counter, notes) for sheet in book.worksheets]
    except Unreadable:
        raise
    except MemoryError as error:
        raise Unreadable("memory") from error
    except Exception as error:
        # What the parser stumbles over in a broken file can be anything.
        raise Unreadable("workbook", why=f"{type(error).__name__}: {error}"[:200]) from error


def _inspect(content: bytes) -> bool:
    """Raise ``Unreadable`` for what must not be unpacked; return whether cells are merged."""
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
        parts = package.infolist()
    except _BROKEN as error:
        raise Unreadable("workbook", why=str(error)[:200]) from error
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise Unreadable("other_office" if "mimetype" in names else "no_workbook")
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Unreadable("unpacked", most=MOST_UNPACKED // 1_000_000)
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("locked")
    # Every part is looked through, also after the first with merged cells.
    merged = [_has_merged_cells(package, part) for part in parts]
    return any(merged)


def _has_merged_cells(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    if not part.filename.endswith((".xml", ".rels")):
        return False
    merged, before = False, b""
    try:
        with package.open(part) as file:
            while chunk := file.read(_CHUNK):
                seen = before + chunk
                if any(doctype in seen for doctype in _DOCTYPES):
                    raise Unreadable("entities")
                merged |= b"<mergeCell " in seen
                before = seen[-20:]
    except (*_BROKEN, EOFError, RuntimeError, zlib.error) as error:
        raise Unreadable("workbook", why=str(error)[:200]) from error
    return merged


def _grid(sheet, counter: Counter, notes) -> Grid:
    # What a sheet says of its own size may be wrong.
    sheet.reset_dimensions()
    rows, formulas = [], set()
    for number, cells in enumerate(sheet.iter_rows(), 1):
        if number > MOST_ROWS_SEEN:
            raise Unreadable("rows", most=MOST_ROWS_SEEN)
        if len(cells) > MOST_COLUMNS * 100:
            raise Unreadable("columns", row=number, most=MOST_COLUMNS)
        texts = [_text(cell.value) for cell in cells]
        for place, cell in enumerate(cells):
            if cell.value is not None and cell.data_type == "f":
                formulas.add((number, place))
        if row := counter.take(number, texts):
            rows.append(row)
    return Grid(sheet.title, tuple(rows), frozenset(formulas), notes if rows else ())


def _text(value: Any) -> str:
    """Return what stands in a cell as a person would write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f").removesuffix(".0")
    if isinstance(value, datetime):
        is_day = value.time() == time()
        return value.date().isoformat() if is_day else value.isoformat(" ", "minutes")
    if isinstance(value, date | time | timedelta):
        return str(value)
    # A formula over several cells, or over a table, is an object.
    text = str(getattr(value, "text", None) or value)
    return text.replace(_RETURN, "\r")
