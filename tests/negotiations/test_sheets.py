"""Foreign tables: what is read of them, and how hostile ones are refused within bounds."""

import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from negotiations.sheets import child, csvgrids, reading, xlsxgrids
from negotiations.sheets.grid import MOST_ROWS, Unreadable
from negotiations.sheets.reading import read

SHEET = "xl/worksheets/sheet1.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def book(*rows, change=None) -> bytes:
    """A workbook of one sheet with these rows; ``change`` edits the sheet before it is saved."""
    made = Workbook()
    for row in rows:
        made.active.append(row)
    if change:
        change(made.active)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """The package with one part in place of another."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for each in old.namelist():
            new.writestr(each, part if each == name else old.read(each))
        if name not in old.namelist():
            new.writestr(name, part)
    return file.getvalue()


def sheet_of(rows: str, dimension: str = "A1:B2") -> bytes:
    xml = f'<worksheet {MAIN}><dimension ref="{dimension}"/><sheetData>{rows}</sheetData>'
    return with_part(book(["a"]), SHEET, f"{xml}</worksheet>".encode())


def cells(content: bytes, name: str = "a file") -> list[tuple[int, tuple[str, ...]]]:
    (grid,) = read(content, name)
    return [(row.number, row.cells) for row in grid.rows]


def refusal(content: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        read(content, "a file")
    return reading.refusal(caught.value)


class TestCSV:
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1251"])
    def test_whatever_it_was_written_with(self, separator, encoding):
        lines = [["назва", "text"], ["Перша, друга; третя\tчетверта", 'a "b"\nc'], ["", "  x "]]
        text = "\r\n".join(
            separator.join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines
        )
        assert cells(text.encode(encoding)) == [
            (1, tuple(lines[0])),
            (2, tuple(lines[1])),
            (3, ("", "  x ")),
        ]

    def test_a_guess_is_told(self):
        (grid,) = read("назва;текст\nмирові угоди;1".encode("cp1251"), "a")
        assert reading.note(*grid.notes[0]) == "Its letters were taken to be in Windows-1251."
        (grid,) = read("Straße;für\nGrüße;über".encode("cp1252"), "a")
        assert grid.rows[0].cells == ("Straße", "für")
        (grid,) = read(b"plain;text", "a")
        assert grid.notes == ()

    def test_empty_lines_keep_the_numbers_of_the_others(self):
        assert cells(b"a,b\n\n,,\n1,2,,\n") == [(1, ("a", "b")), (4, ("1", "2"))]


class TestWorkbook:
    def test_cells_become_what_a_person_would_write(self):
        content = book(
            ["day", "moment", "number", "whole", "yes", "text", None],
            [date(2025, 6, 2), datetime(2025, 6, 2, 9, 5), 1.5, 30, True, "=1+1", " a\n"],
        )
        assert cells(content)[1] == (
            2,
            ("2025-06-02", "2025-06-02 09:05", "1.5", "30", "true", "=1+1", " a\n"),
        )
        (grid,) = read(content, "a")
        assert grid.formulas == {(2, 5)}

    def test_merged_cells_are_told(self):
        content = book(["a", "b"], [1, 2], change=lambda sheet: sheet.merge_cells("A2:B2"))
        (grid,) = read(content, "a")
        assert "merged cells" in reading.note(*grid.notes[0])
        assert grid.rows[1].cells == ("1",)

    def test_a_sheet_that_lies_about_its_size_is_read_whole(self):
        rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="9"><c r="C9"><v>2</v></c></row>'
        assert cells(sheet_of(rows, "A1:A1")) == [(1, ("1",)), (9, ("", "", "2"))]
        assert cells(sheet_of(rows, "A1:XFD1048576")) == [(1, ("1",)), (9, ("", "", "2"))]


def spaces(count: int) -> bytes:
    return sheet_of(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{" " * count}</t></is></c></row>')


def bomb() -> bytes:
    return with_part(book(["a"]), "xl/media/big.bin", b"\0" * 200_000_000)


def lying_bomb() -> bytes:
    """A part that unpacks to more than the package says."""
    content = with_part(book(["a"]), SHEET, b" " * 50_000_000)
    size = (50_000_000).to_bytes(4, "little")
    return content.replace(size, (100).to_bytes(4, "little"))


def long_cells() -> bytes:
    """More characters than are taken, in cells that are each short enough."""
    text = "a" * 1_000_000
    rows = (f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{text}</t></is></c></row>'
            for n in range(1, 46))  # fmt: skip
    return sheet_of("".join(rows))


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    b"<worksheet>&b;</worksheet>"
)
EMPTY = b"PK\x05\x06" + b"\0" * 18
HOSTILE = {
    "nothing": (lambda: b"", "nothing in it"),
    "blank lines": (lambda: b"\n\n,,,\n", "nothing in it"),
    "open quote": (lambda: b'a,b\n1,"2\n' + b"3\n" * 5, "quotation mark"),
    "no encoding": (lambda: b"\xff\xfea\xd8\x00\xd8b", "no encoding"),
    "undefined in cp1251": (lambda: "слово".encode("cp1251") + b"\x98", "no encoding"),
    "columns in CSV": (lambda: b"," * 1_000_000 + b"a", "more than 200 columns"),
    "rows in CSV": (lambda: b"a\n" * (MOST_ROWS + 100), "more than 50000 rows"),
    "cell in CSV": (lambda: b"a" * 2_100_000, "longer than 2000000"),
    "spaces in CSV": (lambda: b" " * (21 << 20), "larger than 20 MB"),
    "old Excel": (lambda: bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 999, "old or locked"),
    "broken package": (lambda: book(["a"])[:-300], "broken"),
    "cut inside": (lambda: b"PK\x03\x04" + b"\0" * 100, "broken"),
    "another package": (
        lambda: with_part(b"PK\x05\x06" + b"\0" * 18, "a.txt", b"a"),
        "no workbook",
    ),
    "another office": (
        lambda: with_part(b"PK\x05\x06" + b"\0" * 18, "mimetype", b"opendocument"),
        "another office",
    ),
    "bomb": (bomb, "unpack to more than 80 MB"),
    "lying bomb": (lying_bomb, "broken"),
    "100 MB of spaces": (lambda: spaces(100_000_000), "unpack to more than 80 MB"),
    "60 MB of spaces": (lambda: spaces(60_000_000), ""),
    "long cells": (long_cells, "more than 40000000 characters"),
    "entities": (lambda: with_part(book(["a"]), SHEET, ENTITIES), "definition of entities"),
    "entities in UTF-16": (
        lambda: with_part(book(["a"]), SHEET, ENTITIES.decode().encode("utf-16")),
        "definition of entities",
    ),
    "no XML": (lambda: with_part(book(["a"]), SHEET, b"<worksheet><sheetData><row"), "broken"),
    "columns": (lambda: sheet_of('<row r="1"><c r="XFD1"><v>1</v></c></row>'), "200 columns"),
    "a million columns": (
        lambda: sheet_of('<row r="1"><c r="BDWGN1"><v>1</v></c></row>'),
        "",
    ),
    "a row far away": (
        lambda: sheet_of('<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>'),
        "rows",
    ),
    "no coordinate": (lambda: sheet_of('<row r="x"><c r="1A"><v>1</v></c></row>'), "broken"),
    "string that is not there": (
        lambda: sheet_of('<row r="1"><c r="A1" t="s"><v>99</v></c></row>'),
        "broken",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_in_words(name):
    make, said = HOSTILE[name]
    assert said in refusal(make())


def test_the_process_is_killed_at_its_bound(monkeypatch):
    """A bound that is reached is a refusal, too, and the server goes on."""
    monkeypatch.setattr(reading, "SECONDS", 0.01)
    assert "takes too long" in refusal(b"a,b\n1,2\n")


def test_the_process_has_bounds():
    assert child.MOST_MEMORY <= 1 << 30
    assert csvgrids.decoded(b"a") == ("a", [])
    assert xlsxgrids.MOST_UNPACKED <= 100_000_000
