"""Lists and the comparison as workbooks: what stands in CSV, in cells of their own kinds."""

import io
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from openpyxl.worksheet.worksheet import Worksheet

from negotiations import api, csvtables, xlsxtables
from negotiations.tables import Table
from positions import comparisonbook
from tests.api.conftest import COLLECTIONS, CONTENT, Talks, new_talks, place, program_of
from tests.api.test_csv import compared as compared_in_csv
from tests.api.test_csv import table as in_csv
from tests.recording import published_demand

pytestmark = pytest.mark.usefixtures("shown", "db")
SLUG = "russia-ukraine-2025"


@pytest.fixture(scope="module")
def shown(for_the_module) -> Talks:
    return new_talks().fill(0)


@pytest.fixture(scope="module")
def sample(for_the_module) -> str:
    call_command("load_sample", verbosity=0)
    return SLUG


def book(answer) -> openpyxl.Workbook:
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == xlsxtables.MEDIA_TYPE
    return openpyxl.load_workbook(io.BytesIO(answer.getvalue()))


def compared(client: Client, slug: str, **query) -> openpyxl.Workbook:
    address = place("negotiations", slug) + "comparison/"
    return book(client.get(address, {"format": "xlsx", **query}))


def rows(sheet: Worksheet) -> list[dict]:
    header, *lines = sheet.iter_rows(values_only=True)
    return [dict(zip(header, line, strict=True)) for line in lines]


def as_in_csv(value) -> str:
    """Return what a cell of a workbook is in CSV."""
    if isinstance(value, datetime):
        value = value.date()
    return "" if value is None else csvtables.cell(value)


def written(*lines, columns=("one", "two")) -> openpyxl.Workbook:
    file = io.BytesIO()
    xlsxtables.write(file, [Table("A sheet", columns, lines)])
    return openpyxl.load_workbook(file)


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_list_has_the_rows_and_columns_of_its_csv(shown, collection):
    client = program_of(shown.editor)
    mine = {} if collection == "negotiations" else {"negotiation": shown.negotiation.slug}
    answer = client.get(place(collection), {"format": "xlsx", **mine})
    (sheet,) = book(answer).worksheets
    assert sheet.title == collection
    found = [{name: as_in_csv(value) for name, value in row.items()} for row in rows(sheet)]
    assert found == in_csv(client, collection, **mine) != []
    name = f"{mine.get('negotiation', 'parley')}-{collection}-{timezone.localdate()}.xlsx"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'


def test_numbers_and_days_are_no_texts(client, shown):
    slug = shown.negotiation.slug
    query = {"format": "xlsx", "negotiation": slug}
    (demand,) = [
        row
        for row in rows(book(client.get(place("demands"), query)).active)
        if row["kind"] == "demand"
    ]
    assert demand["stated_earliest"] == datetime(2025, 6, 1)
    assert demand["id"] == shown["demands"].pk
    (held,) = rows(book(client.get(place("rounds"), query)).active)
    assert (held["duration"], held["duration_high"]) == ("at most 90", 90)


@pytest.mark.parametrize(
    "text", ["=1+1", "+49 30", "-2", "@SUM(A1)", "\t=1", "＝1", "=cmd|' /C calc'!A0", "a=1"]
)
def test_no_text_is_a_formula(client, shown, text):
    demand = published_demand(negotiation=shown.negotiation, text=text, issue=shown["issues"])
    listed = book(client.get(place("demands"), {"format": "xlsx"})).active
    for sheet in (listed, compared(client, shown.negotiation.slug)["Demands"]):
        header = [cell.value for cell in sheet[1]]
        number, column = header.index("id"), header.index("text")
        (cell,) = {
            row[column].coordinate: row[column]
            for row in sheet.iter_rows(min_row=2)
            if row[number].value == demand.pk
        }.values()
        assert (cell.value, cell.data_type) == (text, "s")
        assert bool(cell.quotePrefix) == (text != "a=1")


def test_nothing_is_cut_off():
    long = "слово " * 10_000
    made = written([long, "short"], ["short", None])
    assert [sheet.title for sheet in made] == ["A sheet", "Long texts"]
    begun = made["A sheet"]["A2"].value
    assert begun.startswith("слово слово")
    assert "Long texts" in begun
    parts = rows(made["Long texts"])
    assert "".join(part["text"] for part in parts) == long
    assert {(p["sheet"], p["row"], p["column"]) for p in parts} == {("A sheet", 2, "one")}
    assert [part["part"] for part in parts] == [1, 2]


def test_what_a_sheet_does_not_hold_goes_on_in_the_next(monkeypatch):
    monkeypatch.setattr(xlsxtables, "MOST_ROWS", 3)
    made = written(*([number, None] for number in range(5)))
    assert [sheet.title for sheet in made] == ["A sheet", "A sheet 2", "A sheet 3"]
    assert [row["one"] for sheet in made for row in rows(sheet)] == list(range(5))


def test_odd_values_are_held_as_they_are():
    digits, early = Decimal("1234567890.12345678"), date(1648, 10, 24)
    made = written([digits, early], ["bell \x07 and \ufffe", True], [Decimal("0.5"), ["a", "b"]])
    cells = [[cell.value for cell in row] for row in made.active.iter_rows(min_row=2)]
    assert cells == [
        ["1234567890.12345678", "1648-10-24"],
        ["bell \ufffd and \ufffd", True],
        [0.5, "a; b"],
    ]


def test_names_of_sheets_are_such_as_there_can_be():
    file = io.BytesIO()
    names = ["a/b: [c]?", "x" * 40, "x" * 40, ""]
    xlsxtables.write(file, [Table(name, ["one"], []) for name in names])
    titles = openpyxl.load_workbook(file).sheetnames
    assert titles == ["a b   c", "x" * 31, f"{'x' * 27} 3", "Sheet"]


def test_a_large_list_is_refused_as_a_workbook(client, shown, monkeypatch):
    monkeypatch.setattr(api, "MOST_SHEET_ROWS", 0)
    answer = client.get(place("demands"), {"format": "xlsx"})
    assert answer.status_code == 400
    assert "take CSV" in answer.json()["format"][0]
    assert client.get(place("demands"), {"format": "csv"}).status_code == 200


@pytest.mark.parametrize("collection", CONTENT)
def test_drafts_are_in_no_list_but_their_editors(client, collection):
    drafts = new_talks().fill(word="Zyzzyva", state="draft")
    query = {"format": "xlsx", "negotiation": drafts.negotiation.slug}
    number = drafts[collection].pk

    def numbers(who: Client) -> set:
        return {row["id"] for row in rows(book(who.get(place(collection), query)).active)}

    assert number not in numbers(client)
    assert number in numbers(program_of(drafts.editor))


class TestComparison:
    QUERY = {"as_of": "2025-06-02"}

    def test_the_demands_are_those_of_the_csv(self, client, sample):
        sheet = compared(client, sample, **self.QUERY)["Demands"]
        found = [{name: as_in_csv(value) for name, value in row.items()} for row in rows(sheet)]
        assert found == compared_in_csv(client, sample, **self.QUERY)

    def test_it_reads_as_the_page_does(self, client, sample):
        sheet = compared(client, sample, issue="ceasefire", **self.QUERY)["Comparison"]
        header, row = sheet.iter_rows(values_only=True)
        assert header[:3] == ("Issue", "Ukraine", "Russia")
        assert header[-3:] == ("Assessments and what nobody owns up to", "Agreed", "Gap")
        told = dict(zip(header, row, strict=True))
        assert told["Issue"].startswith("Ceasefire\nWhen do the guns fall silent")
        assert "Length: 30 days or at least 30 days or 90 days" in told["Ukraine"]
        assert "No answer reported to demand" in told["Ukraine"]
        assert "Two options for a ceasefire (unclear whether both are required)" in told["Russia"]
        assert "    read as “either suffices” by TASS" in told["Russia"]
        assert "        Ukraine moves no forces" in told["Russia"]
        assert told["Agreed"].startswith("Not agreed: No ceasefire was agreed")
        assert told["Gap"].startswith(
            "Ukraine – Russia: Apart: the closest pair is rejected: Russia "
        )
        assert "only Russia: A memorandum with dates is signed" in told["Gap"]

    def test_every_pair_and_every_term_with_its_inputs(self, client, sample):
        address = place("negotiations", sample) + "comparison/"
        query = {"issue": "ceasefire", **self.QUERY}
        (gap,) = client.get(address, query).json()["issues"][0]["gaps"]
        lines = rows(compared(client, sample, **query)["Gaps"])
        for number, pair in enumerate(gap["pairs"], 1):
            mine = [line for line in lines if line["pair"] == number]
            assert {(line["demand_1"], line["demand_2"]) for line in mine} == {
                tuple(pair["demands"])
            }
            distances = [line for line in mine if line["difference"] == "distance"]
            assert [
                (line["term"], str(line["least"]), str(line["greatest"]), line["unit"])
                for line in distances
            ] == [
                (t["term"], t["distance"]["low"], t["distance"]["high"], t["unit"])
                for t in pair["terms"]
            ]
            lacking = [line["term"] for line in mine if line["difference"] == "lacking"]
            assert lacking == pair["lacking"]
        assert any(
            line["least"] == 27 and line["input_2"] == "2–3 days" and line["distance"] == "27 days"
            for line in lines
        )

    def test_an_issue_without_pairs_keeps_its_status(self, client, sample):
        lines = rows(compared(client, sample, **self.QUERY)["Gaps"])
        alone = [line for line in lines if line["status"] == "one-sided"]
        assert alone
        assert all(line["pair"] is None and line["reason"] for line in alone)

    def test_the_sources_are_those_that_are_cited(self, client, sample):
        query = {"issue": "ceasefire", **self.QUERY}
        made = compared(client, sample, **query)
        listed = client.get(place("evidence"), {"negotiation": SLUG, "page_size": 500}).json()
        everything = listed["results"]
        sources = {row["id"]: row for row in rows(made["Sources"])}
        demands = {row["id"] for row in rows(made["Demands"]) if row["entry"] == "demand"}
        cited = {row["source"] for row in everything if row["record"] in demands}
        assert cited
        assert cited <= set(sources)
        for row in everything:
            if row["record"] in demands:
                assert str(row["record"]) in str(sources[row["source"]]["speaks_to"]).split("; ")

    def test_about_says_what_it_rests_on(self, client, sample):
        query = {"issue": "ceasefire", "party": ["UA", "RU"], **self.QUERY}
        told = dict(compared(client, sample, **query)["About"].iter_rows(values_only=True))
        assert told["Negotiation"] == "Russia–Ukraine 2025"
        assert told["As of"] == "2 June 2025"
        assert (told["Issue"], told["Party"]) == ("Ceasefire", "Ukraine, Russia")
        detail = client.get(place("negotiations", sample)).json()
        assert told["Revision of the records"] == detail["revision"]
        clocks = f"as_of=2025-06-02&revision={detail['revision']}"
        asked = f"{clocks}&issue=ceasefire&party=UA&party=RU"
        assert told["Address"] == f"http://testserver/{SLUG}/compare/?{asked}"

    def test_drafts_are_for_editors_only(self, client):
        drafts = new_talks().fill(word="Zyzzyva", state="draft")
        slug = drafts.negotiation.slug

        def words(who: Client) -> str:
            made = compared(who, slug, as_of="2025-06-05")
            return str([list(sheet.iter_rows(values_only=True)) for sheet in made])

        assert "Zyzzyva" not in words(client)
        assert "Zyzzyva" in words(program_of(drafts.editor))


def test_the_sheets_of_the_comparison(client, sample):
    made = compared(client, sample)
    assert made.sheetnames == ["Comparison", "Demands", "Gaps", "Sources", "About"]
    header = next(made["Gaps"].iter_rows(values_only=True))
    assert header == comparisonbook.GAP_COLUMNS
