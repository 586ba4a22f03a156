"""The menu of files and the head of the printed sheet carry what the page was asked for."""

import csv
import io
import re
from html import unescape

import openpyxl
import pytest

from negotiations.models import Negotiation
from tests.talks import one_more_of_everything, river_talks

QUERY = {"as_of": "2024-06-01", "issue": "flow", "party": ["E", "W"], "kind": "demand"}


@pytest.fixture
def talks(db):
    talks = river_talks()
    one_more_of_everything(talks, 1)
    return talks


@pytest.fixture
def page(client, talks):
    return client.get(f"/{talks.slug}/compare/", QUERY)


def links(page) -> dict[str, str]:
    menu = re.search(r'<nav class="takeaway".*?</nav>', page.content.decode(), re.DOTALL)[0]
    found = re.findall(r'<a href="([^"]+)">([^<]+)', menu)
    return {label: unescape(address) for address, label in found}


def test_every_file_holds_what_the_page_shows(client, talks, page):
    shown = [
        statement.demand.pk
        for row in page.context["comparison"].rows
        for cell in row.cells
        for statement in cell.statements
    ]
    assert shown
    offered = links(page)
    assert list(offered) == [
        "CSV",
        "XLSX",
        "JSON",
        "Briefing (DOCX): make the file",
        "Everything (XLSX): make the file",
    ]
    table = client.get(offered["CSV"]).getvalue().decode("utf-8-sig")
    rows = [row for row in csv.DictReader(io.StringIO(table)) if row["entry"] == "demand"]
    assert [int(row["id"]) for row in rows] == shown
    book = openpyxl.load_workbook(io.BytesIO(client.get(offered["XLSX"]).getvalue()))
    header, *lines = book["Demands"].iter_rows(values_only=True)
    sheet = [dict(zip(header, line, strict=True)) for line in lines]
    assert [row["id"] for row in sheet if row["entry"] == "demand"] == shown
    about = dict(book["About"].iter_rows(values_only=True))
    assert (about["Issue"], about["Party"], about["Kind"]) == (
        talks.flow.name,
        "East, West",
        "demand",
    )
    data = client.get(offered["JSON"]).json()
    cells = [cell for issue in data["issues"] for cell in issue["cells"]]
    assert [row["id"] for cell in cells for row in cell["demands"]] == shown
    briefing = client.get(offered["Briefing (DOCX): make the file"])
    assert briefing.context["words"] == page.context["asked_words"]
    assert client.get(offered["Everything (XLSX): make the file"]).status_code == 200


def test_the_printed_sheet_says_what_it_is(talks, page):
    head = re.search(r'<p class="print-head">(.*?)</p>', page.content.decode(), re.DOTALL)[1]
    words = unescape(re.sub(r"<[^>]+>", "", head))
    revision = Negotiation.objects.with_revision().get(pk=talks.negotiation.pk).revision
    assert words == (
        f"{talks.negotiation.title} · revision {revision} of the records · As of: 1 June 2024"
        f" · Issue: {talks.flow.name} · Party: East, West · Kind: demand"
    )


def test_an_odd_parameter_does_not_spoil_the_files(client, talks):
    page = client.get(f"/{talks.slug}/compare/", {"as_of": "2024-06-01", "utm": "x"})
    for label, address in links(page).items():
        assert client.get(address).status_code == 200, label
