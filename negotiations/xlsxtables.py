"""Tables as the sheets of a workbook, written row by row, so that memory does not grow with them.

A text is a text by its cell's type, whatever it begins with, and is marked as such where a
spreadsheet would take it for a formula once it is edited. Nothing is cut off: what is too long for
a cell goes on in a sheet of long texts, what is too long for a sheet in another sheet, and a number
of more digits than a spreadsheet calculates with stands as text.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import IO, Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from negotiations.tables import FORMULA_STARTS, Line, Table, text_of
from negotiations.xmltext import xml_text

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: What Excel takes: characters in a cell and in the name of a sheet, rows in a sheet, digits of a
#: number, the first year of its calendar that it counts right.
MOST_CHARACTERS, MOST_IN_NAME, MOST_ROWS, MOST_DIGITS, FIRST_YEAR = 32_767, 31, 1_048_576, 15, 1901
_FORBIDDEN_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
_USUAL_WIDTH = 18
_TOP, _BOLD = Alignment(vertical="top", wrap_text=True), Font(bold=True)


def download(name: str, sheets: Iterable[Table]) -> HttpResponse:
    """Return a workbook as a download called ``name``."""
    file = BytesIO()
    write(file, sheets)
    answer = HttpResponse(file.getvalue(), content_type=MEDIA_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return answer


def write(file: IO[bytes], sheets: Iterable[Table]) -> None:
    """Write a workbook of ``sheets`` to a file."""
    book = _Book()
    for table in sheets:
        book.add(table)
    book.save(file)


class _Book:
    """A workbook in the making."""

    def __init__(self) -> None:
        self.book = Workbook(write_only=True)
        self.long: list[Line] = []

    def add(self, table: Table) -> None:
        """Add a sheet, or as many as its lines need."""
        lines, part = iter(table.lines), 1
        while True:
            title = self._title(table.name if part == 1 else f"{table.name} {part}")
            if not self._fill(self._sheet(title, table), lines):
                return
            part += 1

    def save(self, file: IO[bytes]) -> None:
        if self.long:
            columns = [_("sheet"), _("row"), _("column"), _("part"), _("text")]
            lines, self.long = self.long, []
            self.add(Table(_("Long texts"), columns, lines, widths=(0, 0, 0, 0, 80)))
        self.book.save(file)

    def _title(self, name: str) -> str:
        title = _FORBIDDEN_IN_NAMES.sub(" ", name)[:MOST_IN_NAME].strip("' ") or _("Sheet")
        taken = {sheet.title.casefold() for sheet in self.book.worksheets}
        return title if title.casefold() not in taken else f"{title[:27]} {len(taken) + 1}"

    def _sheet(self, title: str, table: Table):
        sheet = self.book.create_sheet(title)
        for number in range(len(table.columns)):
            width = table.widths[number] if number < len(table.widths) else 0
            letter = get_column_letter(number + 1)
            sheet.column_dimensions[letter].width = width or _USUAL_WIDTH
        sheet.freeze_panes = "A2"
        sheet.print_title_rows = "1:1"
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        cells = [self._cell(sheet, xml_text(name)) for name in table.columns]
        for cell in cells:
            cell.font = _BOLD
        sheet.append(cells)
        sheet.header = table.columns
        return sheet

    def _fill(self, sheet, lines: Iterator[Line]) -> bool:
        """Write lines until the sheet is full; return whether it is."""
        for number in range(2, MOST_ROWS + 1):
            line = next(lines, None)
            if line is None:
                return False
            sheet.append([self._written(sheet, number, n, value) for n, value in enumerate(line)])
        return True

    def _written(self, sheet, row: int, column: int, value: Any):
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | Decimal) and _is_exact(value):
            return value
        if isinstance(value, date) and not isinstance(value, datetime) and value.year >= FIRST_YEAR:
            cell = WriteOnlyCell(sheet, datetime(value.year, value.month, value.day))
            cell.number_format, cell.alignment = "yyyy-mm-dd", _TOP
            return cell
        text = xml_text(format(value, "f") if isinstance(value, Decimal) else text_of(value))
        if len(text) > MOST_CHARACTERS:
            text = self._begun(sheet, row, sheet.header[column], text)
        return self._cell(sheet, text)

    def _begun(self, sheet, row: int, column: str, text: str) -> str:
        """Keep a long text for the sheet of long texts; return how it begins and where it is."""
        parts = [text[at : at + MOST_CHARACTERS] for at in range(0, len(text), MOST_CHARACTERS)]
        self.long += [
            [sheet.title, row, column, number, part] for number, part in enumerate(parts, 1)
        ]
        return f"{text[:1000]}… [{_('in full in the sheet “Long texts”')}]"

    @staticmethod
    def _cell(sheet, text: str):
        cell = WriteOnlyCell(sheet, text)
        cell.data_type = "s"
        cell.alignment = _TOP
        if text.startswith(FORMULA_STARTS):
            cell.quotePrefix = True
        return cell


def _is_exact(number: int | Decimal) -> bool:
    """Whether a spreadsheet keeps every digit of a number."""
    return len(Decimal(number).normalize().as_tuple().digits) <= MOST_DIGITS
