"""A CSV file as a grid, in whatever encoding and with whatever separator it was written."""

import codecs
import csv
import io
import re

from negotiations.sheets.grid import MOST_COLUMNS, MOST_IN_CELL, Counter, Grid, Unreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEPARATORS = ",;\t"
_WORD = re.compile(r"[^\W\d_]+")
_LATIN, _CYRILLIC = re.compile("[A-Za-z]"), re.compile("[\u0400-\u04ff]")
#: Enough of a text to tell how it was written.
_ENOUGH = 100_000


def read(content: bytes, name: str) -> list[Grid]:
    """Return the one grid of a CSV file. Raises ``Unreadable``."""
    text, notes = decoded(content)
    csv.field_size_limit(MOST_IN_CELL + 1)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator(text), strict=True)
    counter, rows = Counter(), []
    try:
        for number, cells in enumerate(lines, 1):
            if len(cells) > MOST_COLUMNS * 10:
                raise Unreadable("columns", row=number, most=MOST_COLUMNS)
            if row := counter.take(number, cells):
                rows.append(row)
    except csv.Error as error:
        if "field larger" in str(error):
            raise Unreadable("cell", row=lines.line_num, most=MOST_IN_CELL) from error
        raise Unreadable("csv", row=lines.line_num, why=str(error)) from error
    return [Grid(name, tuple(rows), notes=tuple(notes))]


def decoded(content: bytes) -> tuple[str, list[tuple[str, str]]]:
    """Return the text and, where its encoding was only guessed, a note of that."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _strict(content, encoding), []
    if content[:2000].count(0) > len(content[:2000]) // 4:
        encoding = "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"
        return _strict(content, encoding), [("encoding", "UTF-16")]
    try:
        return content.decode(), []
    except UnicodeDecodeError:
        encoding = _eight_bits(content)
        return _strict(content, encoding), [("encoding", encoding.replace("cp", "Windows-"))]


def _strict(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable("encoding") from error


def _eight_bits(content: bytes) -> str:
    """Return which of two code pages a text is in: Cyrillic letters do not stand in Latin words."""
    words = _WORD.findall(content[:_ENOUGH].decode("cp1251", "replace"))
    cyrillic = [word for word in words if _CYRILLIC.search(word)]
    mixed = sum(1 for word in cyrillic if _LATIN.search(word))
    return "cp1252" if 2 * mixed > len(cyrillic) else "cp1251"


def separator(text: str) -> str:
    """Return what stands most often between the cells of the first line."""
    outside = re.sub(r'"(?:[^"]|"")*"', "", text[:_ENOUGH].lstrip("\r\n")).split("\n", 1)[0]
    return max(_SEPARATORS, key=outside.count)
