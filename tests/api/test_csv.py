"""Lists and the comparison as tables: the same rows as in JSON, safe to open in a spreadsheet."""

import csv
import io
import re
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from negotiations import csvtables, ranges, tables
from negotiations.serializers import QuantityJSON
from tests.api.conftest import COLLECTIONS, CONTENT, Talks, new_talks, place, program_of
from tests.recording import published_demand, published_event

pytestmark = pytest.mark.usefixtures("shown", "db")
each = pytest.mark.parametrize("collection", COLLECTIONS)


@pytest.fixture(scope="module")
def shown(for_the_module) -> Talks:
    return new_talks().fill(0)


@pytest.fixture(scope="module")
def sample(for_the_module) -> str:
    call_command("load_sample", verbosity=0)
    return "russia-ukraine-2025"


def read(answer) -> list[dict[str, str]]:
    """Return the rows of a table as any program reads them."""
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = answer.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def table(client: Client, collection: str, **query) -> list[dict[str, str]]:
    return read(client.get(place(collection), {"format": "csv", **query}))


def listed(client: Client, collection: str, **query) -> list[dict]:
    answer = client.get(place(collection), {"page_size": 500, **query})
    return answer.json()["results"]


def as_cells(row: dict) -> dict[str, str]:
    """Return those values of a row in JSON that stand in a table as they are, and the ends."""
    cells: dict = {}
    for name, value in row.items():
        if isinstance(value, dict):
            cells |= {f"{name}_{end}": limit or "" for end, limit in value.items()}
        elif isinstance(value, bool):
            cells[name] = str(value).lower()
        elif isinstance(value, list):
            if not any(isinstance(part, dict) for part in value):
                cells[name] = "; ".join(map(str, value))
        else:
            cells[name] = "" if value is None else str(value)
    return cells


@each
def test_a_table_has_the_rows_of_the_list_in_their_order(shown, collection):
    new_talks().fill(1)
    mine = {} if collection == "negotiations" else {"negotiation": shown.negotiation.slug}
    client = program_of(shown.editor)
    for query in ({}, mine, {"ordering": "-slug" if not mine else "-id"}):
        rows, in_json = table(client, collection, **query), listed(client, collection, **query)
        assert len(rows) == len(in_json) > 0
        for row, found in zip(rows, in_json, strict=True):
            expected = as_cells(found)
            assert {name: row[name] for name in expected} == expected
            assert set(found) <= set(row)


@pytest.mark.parametrize(
    ("collection", "query"),
    [
        ("demands", {"party": "P0", "issue": "issue-0"}),
        ("demands", {"as_of": "2025-06-05", "kind": "demand"}),
        ("rounds", {"round_format": "direct"}),
        ("evidence", {"basis": "joint text"}),
        ("term-values", {"term": "term-0"}),
    ],
)
def test_filters_are_those_of_the_list(client, shown, collection, query):
    new_talks().fill(1)
    rows = table(client, collection, **query)
    found = listed(client, collection, **query)
    assert [int(row["id"]) for row in rows] == [row["id"] for row in found]
    assert 0 < len(rows) < len(table(client, collection))


def test_a_table_is_whole_where_a_list_has_pages(client, shown, monkeypatch):
    events = [published_event(negotiation=shown.negotiation) for _ in range(7)]
    monkeypatch.setattr(tables, "AT_ONCE", 3)
    rows = table(client, "events", ordering="id")
    assert [int(row["id"]) for row in rows][-7:] == [event.pk for event in events]
    assert len(rows) == client.get(place("events"), {"page_size": 2}).json()["count"]


@pytest.mark.parametrize("name", ["page", "page_size"])
def test_a_table_has_no_pages(client, name):
    answer = client.get(place("demands"), {"format": "csv", name: "1"})
    assert answer.status_code == 400
    assert list(answer.json()) == [name]


def test_a_demand_in_a_table(client, shown):
    (row,) = table(client, "demands", kind="demand", negotiation=shown.negotiation.slug)
    assert list(row)[:5] == ["id", "negotiation", "holders", "issue", "text"]
    assert (row["stated"], row["stated_earliest"]) == ("1 June 2025", "2025-06-01")
    assert (row["ended"], row["ended_latest"]) == ("11 June 2025", "2025-06-11")
    assert row["terms"] == "term-0: yes-0"
    assert row["linkages"] == f"only if {shown.earlier['demands'].pk}"


def test_times_are_printed_as_the_clocks_of_the_venue_showed_them(client, shown):
    (row,) = table(client, "rounds", negotiation=shown.negotiation.slug)
    assert row["held"] == "1 June 2025, 12:00 – 2 June 2025, 01:30"
    assert row["held_earliest"] == "2025-06-01T09:00:00Z"
    assert (row["duration"], row["duration_low"], row["duration_high"]) == ("at most 90", "", "90")
    assert (row["planned"], row["planned_latest"]) == ("", "")


def test_it_is_a_download_that_says_what_it_is(client, shown):
    today = timezone.localdate().isoformat()
    slug = shown.negotiation.slug
    for query, name in (
        ({"negotiation": slug}, f"{slug}-term-values-{today}.csv"),
        ({}, f"parley-term-values-{today}.csv"),
    ):
        answer = client.get(place("term-values"), {"format": "csv", **query})
        assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    start = answer.getvalue()
    assert start.startswith("\ufeffid,negotiation,record,".encode())
    assert start.endswith(b"\r\n")


def test_it_may_be_asked_for_by_its_type(client):
    assert read(client.get(place("demands"), headers={"Accept": "text/csv"}))
    both = client.get(place("demands"), headers={"Accept": "text/html, text/csv;q=0.5, */*;q=0.1"})
    assert read(both)
    assert "Accept" in client.get(place("demands"))["Vary"]


@pytest.mark.parametrize("value", ["xml", "CSV", "direct", "%00"])
def test_other_formats_are_refused_with_those_there_are(client, shown, value):
    for address, known in (
        (place("rounds"), "json, csv, xlsx"),
        (place("rounds", shown["rounds"].pk), "json"),
        (place("negotiations", shown.negotiation.slug) + "comparison/", "json, csv, xlsx"),
    ):
        answer = client.get(f"{address}?format={value}")
        assert answer.status_code == 400
        assert answer.json() == {"format": [f"There are {known}."]}


def test_one_row_is_no_table(client, shown):
    answer = client.get(place("demands", shown["demands"].pk), {"format": "csv"})
    assert answer.status_code == 400
    assert list(answer.json()) == ["format"]


def test_refusals_are_told_in_json(client, shown):
    slug = shown.negotiation.slug
    for address, status in (
        (f"{place('demands')}?isue=x", 400),
        (f"{place('demands')}?issue=none-such", 400),
        (f"{place('negotiations', slug)}comparison/?as_of=soon", 400),
        (f"{place('negotiations', 'none-such')}comparison/", 404),
    ):
        answer = client.get(address, headers={"Accept": "text/csv"})
        assert answer.status_code == status
        assert answer["Content-Type"] == "application/json"
        assert answer.json()


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30", "'+49 30"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\n=1", "'\n=1"),
        ("＝1", "'＝1"),
        ("'=1", "''=1"),
        ("a=1", "a=1"),
        ('say "no", then\r\nleave; now', 'say "no", then\r\nleave; now'),
        ("Київ – Москва \U0001f54a \u202e", "Київ – Москва \U0001f54a \u202e"),
    ],
)
def test_no_cell_is_taken_for_a_formula(client, shown, text, cell):
    slug = shown.negotiation.slug
    demand = published_demand(negotiation=shown.negotiation, text=text, issue=shown["issues"])
    (row,) = [row for row in table(client, "demands") if row["id"] == str(demand.pk)]
    assert row["text"] == cell
    (row,) = [row for row in compared(client, slug) if row["id"] == str(demand.pk)]
    assert row["text"] == cell


def test_numbers_stay_numbers():
    cells = [(-5, "-5"), (0, "0"), (None, ""), (True, "true"), (False, "false")]
    assert [(value, csvtables.cell(value)) for value, _cell in cells] == cells
    assert csvtables.cell(["=1", "2"]) == "'=1; 2"


def test_a_number_below_zero_is_one_in_a_table():
    ends = QuantityJSON().numbers(ranges.quantity(Decimal("-0.0000001"), Decimal(1_000_000)))
    assert [csvtables.cell(end) for end in ends] == ["-0.0000001", "1000000"]


@each
def test_queries_do_not_grow_with_the_rows(shown, collection):
    client = program_of(shown.editor)

    def count() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as queries:
            rows = len(table(client, collection))
        return rows, len(queries)

    rows, queries = count()
    for number in (1, 2):
        new_talks().fill(number)
    more_rows, same_queries = count()
    assert same_queries == queries <= 6
    assert more_rows > rows


@pytest.mark.parametrize("collection", CONTENT)
def test_drafts_are_in_no_table_but_their_editors(client, collection):
    drafts = new_talks().fill(word="Zyzzyva", state="draft")
    number = str(drafts[collection].pk)
    assert "Zyzzyva" not in client.get(place(collection), {"format": "csv"}).getvalue().decode()
    assert number not in {row["id"] for row in table(client, collection)}
    assert number in {row["id"] for row in table(program_of(drafts.editor), collection)}


def compared(client: Client, slug: str, **query) -> list[dict[str, str]]:
    address = place("negotiations", slug) + "comparison/"
    return read(client.get(address, {"format": "csv", **query}))


@pytest.mark.parametrize("query", [{}, {"issue": "ceasefire"}, {"party": ["UA", "TR"]}])
def test_the_comparison_loses_nothing(client, sample, query):
    query["as_of"] = "2025-06-02"
    address = place("negotiations", sample) + "comparison/"
    in_json = client.get(address, query).json()
    rows = compared(client, sample, **query)
    expected = []
    for issue in in_json["issues"]:
        code = issue["code"] or ""
        expected += [(code, "", "outcome", str(row["id"])) for row in issue["outcomes"]]
        for cell in issue["cells"]:
            at = code, cell["party"]
            expected += [(*at, "demand", str(row["id"])) for row in cell["demands"]]
            expected += [(*at, "silence", str(row["id"])) for row in cell["silences"]]
            expected += [(*at, cell["blank"], "")] if cell["blank"] else []
    assert [(r["issue"], r["party"], r["entry"], r["id"]) for r in rows] == expected
    assert {row["as_of"] for row in rows} == {"2025-06-02"}


def test_a_line_of_the_comparison(client, sample):
    query = {"as_of": "2025-06-02", "issue": "ceasefire", "party": ["UA", "RU"]}
    rows = compared(client, sample, **query)
    address = place("negotiations", sample) + "comparison/"
    (gap,) = client.get(address, query).json()["issues"][0]["gaps"]
    assert {row["gap"] for row in rows} == {f"UA–RU: {gap['status']}"}
    (ukraine,) = [
        row
        for row in rows
        if row["party"] == "UA" and "30 days" in row["terms"] and row["stated"] == "2 June 2025"
    ]
    assert ukraine["party_name"] == "Ukraine"
    assert ukraine["authority"] == "official on the record"
    assert "Rustem Umerov" in ukraine["speakers"]
    assert int(ukraine["sources"]) >= 1
    russia = [row for row in rows if row["party"] == "RU" and row["inside"]]
    assert any(re.search(r"\(unclear\)", row["inside"]) for row in russia)


def test_the_comparison_is_a_download_named_by_its_day(client, shown):
    slug = shown.negotiation.slug
    address = place("negotiations", slug) + "comparison/"
    answer = client.get(address, {"format": "csv", "as_of": "2025-06-05"})
    name = f"{slug}-comparison-2025-06-05.csv"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'


def test_drafts_are_compared_only_for_editors(client, shown):
    drafts = new_talks().fill(word="Zyzzyva", state="draft")
    day = {"as_of": "2025-06-05"}
    slug = drafts.negotiation.slug
    assert "Zyzzyva" not in str(compared(client, slug, **day))
    found = compared(program_of(drafts.editor), slug, **day)
    assert "draft" in {row["state"] for row in found if row["text"] == "Zyzzyva"}
