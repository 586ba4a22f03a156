"""Empty tables to fill in, with what may stand in their columns."""

from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from negotiations import csvtables
from negotiations.models import Negotiation, Party, Person, Round, Source, Track
from negotiations.xmltext import xml_text
from positions.importing.kinds import ENDS, TERM_PREFIX, Kind, kind_of
from positions.models import Evidence, Issue, Term

#: Columns that a person has no use for in an empty table.
UNUSED = {"id", "negotiation", "version", "state"}
#: So many rows of the sheet offer their values to choose from.
ROWS_OFFERED = 2000
#: Of records there may be thousands; a list of choices shows the first of them.
OFFERED_AT_MOST = 500


def columns_of(kind: Kind, terms: list[Term]) -> list[str]:
    """Return the columns of a template: what records need first, then what hangs on them."""
    ends = {f"{f.name}_{end}" for f in kind.fields for end in ENDS.get(f.sort, ())}
    return [name for name in kind.columns(terms) if name not in UNUSED | ends]


def offered(kind: Kind, negotiation: Negotiation, user) -> dict[str, list[str]]:
    """Return what may stand in each column that has a list of choices."""

    def mine(model):
        rows = model.objects.visible_to(user).filter(negotiation=negotiation)
        return rows.order_by(*model._meta.ordering, "pk") if model._meta.ordering else rows

    def called(model) -> list[str]:
        rows = mine(model)[:OFFERED_AT_MOST]
        if model is Source:
            return [f"{row.outlet}: {row.title}" if row.title else row.url for row in rows]
        return [str(getattr(row, "code", "") or row) for row in rows]

    found: dict[str, list[str]] = {}
    named = (Party, Issue, Term, Track, Person, Round, Source)
    for field in kind.fields:
        if field.sort == "word":
            found[field.name] = [word for word, _label in field.words]
        elif field.sort == "yes":
            found[field.name] = ["true", "false"]
        elif field.target in named and field.name not in UNUSED:
            found[field.name] = called(field.target)
    if kind.has_evidence:
        evidence = kind_of(Evidence)
        found["source"] = called(Source)
        found["basis"] = [word for word, _label in evidence.field("basis").words]
        found["speaker"], found["reported_by"] = called(Person), called(Party)
    if kind.has_values:
        for term in mine(Term).prefetch_related("choices"):
            if codes := [choice.code for choice in term.choices.all()]:
                found[f"{TERM_PREFIX}{term.code}"] = codes
    return {name: [text for text in texts if text] for name, texts in found.items()}


def csv_template(kind: Kind, negotiation: Negotiation, user) -> str:
    """Return the header of a CSV file for a kind."""
    names = columns_of(kind, _terms(negotiation, user))
    return csvtables.BYTE_ORDER_MARK + ",".join(map(csvtables.cell, names)) + "\r\n"


def _terms(negotiation: Negotiation, user) -> list[Term]:
    rows = Term.objects.visible_to(user).filter(negotiation=negotiation)
    return list(rows.order_by("issue__order", "order", "code"))


def xlsx_template(kind: Kind, negotiation: Negotiation, user) -> bytes:
    """Return a workbook: a sheet to fill in, and one with the values that its columns take."""
    names = columns_of(kind, _terms(negotiation, user))
    choices = offered(kind, negotiation, user)
    book = Workbook()
    sheet: Any = book.active
    values = book.create_sheet(_("values"))
    sheet.title, sheet.freeze_panes, values.freeze_panes = kind.name, "A2", "A2"
    labels = kind.columns(_terms(negotiation, user))
    place = 0
    for number, name in enumerate(names, 1):
        column = get_column_letter(number)
        _head(sheet, number, name)
        sheet.column_dimensions[column].width = 40 if name in ("text", "quote") else 20
        if name not in choices or not choices[name]:
            continue
        place += 1
        _head(values, place, f"{name} – {labels[name]}")
        for row, text in enumerate(choices[name], 2):
            cell = values.cell(row, place, xml_text(text))
            cell.data_type = "s"
        _offer(sheet, column, values.title, get_column_letter(place), len(choices[name]))
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _head(sheet, place: int, text: str) -> None:
    cell = sheet.cell(1, place, xml_text(text))
    cell.data_type, cell.font = "s", Font(bold=True)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions[get_column_letter(place)].width = 20


def _offer(sheet, column: str, values: str, listed: str, count: int) -> None:
    """Let a spreadsheet offer a column's values; others may be typed, such as two of a list."""
    rule = DataValidation(
        type="list",
        formula1=f"'{values}'!${listed}$2:${listed}${count + 1}",
        allow_blank=True,
        showErrorMessage=False,
    )
    rule.add(f"{column}2:{column}{ROWS_OFFERED}")
    sheet.add_data_validation(rule)
