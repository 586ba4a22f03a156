"""What the pages of movement, conditions, answers and claims show, as tables."""

import csv
from io import BytesIO, StringIO

import openpyxl
import pytest

from tests.factories import on
from tests.recording import published_demand
from tests.talks import days_of, river_talks

pytestmark = pytest.mark.django_db
DAY = {"as_of": "2024-04-30"}


@pytest.fixture
def talks():
    return river_talks()


def address(talks, page: str) -> str:
    return f"/api/v1/negotiations/{talks.slug}/{page}/"


def table(client, talks, page: str, **query) -> list[dict[str, str]]:
    answer = client.get(address(talks, page), {**DAY, **query, "format": "csv"})
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == (
        f'attachment; filename="{talks.slug}-{page}-2024-04-30.csv"'
    )
    return list(csv.DictReader(StringIO(b"".join(answer).decode("utf-8-sig"))))


def told(client, talks, page: str, **query) -> dict:
    return client.get(address(talks, page), {**DAY, **query}).json()


def test_a_line_for_every_move(client, talks):
    lines = table(client, talks, "movement")
    moves = [
        (section["since"]["day"], cell["issue"] or "", cell["party"], move["label"])
        for section in told(client, talks, "movement")["sections"]
        for cell in section["cells"]
        for move in cell["moves"]
    ]
    found = [(row["since"], row["issue"], row["party"], row["movement"]) for row in lines]
    assert found == moves
    assert found
    west = table(client, talks, "movement", party="W")
    assert {row["party"] for row in west} == {"W"}


def test_a_line_for_every_step_and_for_every_answer_that_is_missing(client, talks):
    lines = table(client, talks, "answers")
    shown = told(client, talks, "answers")
    (thread,) = shown["threads"]
    steps = [row for row in lines if row["entry"] == "step"]
    assert [int(row["id"]) for row in steps] == [step["id"] for step in thread["steps"]]
    assert [row["text"] for row in steps] == ["Water for thirty days.", "West will not have it."]
    (silent,) = (row for row in lines if row["entry"] == "none reported")
    assert (silent["parties"], silent["after"]) == ("L", str(talks.asked_again.pk))
    rest = [int(row["after"]) for row in lines if row["entry"] == "not coded" and row["text"]]
    assert rest == shown["not_coded"]


def test_a_line_for_every_condition(client, talks):
    published_demand(
        negotiation=talks.negotiation,
        issue=talks.flow,
        holders=[talks.west],
        text="Gates open.",
        stated=on("2 April 2024"),
        links=[{"relation": "only if", "condition": "The dam holds."}],
    )
    lines = table(client, talks, "conditions")
    shown = told(client, talks, "conditions")["conditions"]
    assert [(int(row["record"]), row["relation"], row["on"]) for row in lines] == [
        (each["record"], each["relation"], each["on"]) for each in shown
    ]
    (gates,) = (row for row in lines if row["text"] == "Gates open.")
    assert (gates["parties"], gates["issues"], gates["on"]) == ("W", "flow", "The dam holds.")


def test_a_line_for_every_value_and_a_sheet_for_the_claims(client, talks):
    here = {"negotiation": talks.negotiation, "issue": talks.flow, "kind": "claim"}
    dry = published_demand(
        **here,
        holders=[talks.east],
        text="Dry for forty days.",
        stated=on("2 April 2024"),
        values=[{"term": talks.days, **days_of(number)} for number in (40, 50)],
    )
    published_demand(
        **here,
        holders=[talks.west],
        text="=It was not.",
        stated=on("3 April 2024"),
        answers_id=dry.pk,
        answer="rejected",
    )
    lines = table(client, talks, "claims", issue="flow")
    assert [(row["id"], row["term"], row["value"]) for row in lines] == [
        (str(dry.pk), talks.days.code, "40 days"),
        (str(dry.pk), talks.days.code, "50 days"),
    ]
    answer = client.get(address(talks, "claims"), {**DAY, "format": "xlsx"})
    book = openpyxl.load_workbook(BytesIO(b"".join(answer)))
    assert book.sheetnames == ["Claims", "Counts", "About"]
    head, first = list(book["Claims"].values)[:2]
    pair = dict(zip(head, first, strict=True))
    assert (pair["verdict"], pair["ground"]) == ("exclude each other", "one denies the other")
    assert (pair["claim_1"], pair["text_2"]) == (dry.pk, "=It was not.")
    assert ("As of", "30 April 2024") in list(book["About"].values)


@pytest.mark.parametrize("page", ["movement", "answers", "conditions", "claims"])
def test_the_page_leads_to_its_files_with_what_was_asked(client, talks, page):
    html = client.get(f"/{talks.slug}/{page}/", {**DAY, "issue": "flow", "foo": "1"}).content
    for kind in ("csv", "xlsx"):
        link = f"{address(talks, page)}?as_of=2024-04-30&amp;issue=flow&amp;format={kind}"
        assert link in html.decode(), kind
        assert client.get(link.replace("&amp;", "&")).status_code == 200
