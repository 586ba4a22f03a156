"""Rows pasted into a round: shown as they would become, saved all or none."""

import pytest
from django.urls import reverse

from negotiations.history import revision_of
from negotiations.models import Changeset
from positions.models import Demand, Evidence, TermValue
from tests.factories import MembershipFactory, on
from tests.pages import signed_in
from tests.talks import river_talks


@pytest.fixture
def talks(db):
    return river_talks()


def address(talks, party="E") -> str:
    return reverse("round-paste", args=[talks.slug, talks.first.pk, party])


ROWS = (
    "Issue\tText\tterm:days\tSource\tFirmness\n"
    "flow\tWater by night.\tat least 8\tRiver Post: Day two\tred line\n"
    'Gauges\t"Two lines,\nand a comma"\t\t\t\n'
)


def test_rows_are_shown_and_saved_as_one_revision(talks):
    client = signed_in(talks.editor)
    assert "Paste what East says" in client.get(address(talks)).content.decode()
    revision = revision_of(talks.negotiation)
    page = client.post(address(talks), {"rows": ROWS}).content.decode()
    assert "Save all 2 lines" in page
    assert "Water by night." in page
    assert "at least 8" in page
    assert revision_of(talks.negotiation) == revision

    answer = client.post(address(talks), {"rows": ROWS, "save": "1"})
    assert answer.url.endswith("#side-E")
    first, second = Demand.objects.filter(round=talks.first).order_by("pk")[1:]
    assert (first.issue, first.state, first.firmness) == (talks.flow, "published", "red line")
    assert (second.text, second.issue) == ("Two lines,\nand a comma", talks.gauges)
    assert second.state == "draft"
    assert first.stated == second.stated == on("10 January 2024")
    assert list(first.holders.all()) == [talks.east]
    assert TermValue.objects.get(record_id=first.pk).quantity.lower == 8
    assert Evidence.objects.get(record_id=first.pk).source == talks.source
    assert Changeset.objects.latest("pk").reason == "Rows pasted at First meeting"
    assert revision_of(talks.negotiation) == revision + 1

    page = client.post(address(talks), {"rows": ROWS}).content.decode()
    assert "All of it is recorded already." in page


def test_an_error_in_a_line_saves_none(talks):
    client = signed_in(talks.editor)
    rows = "flow\tOne.\t2 May 2024\nflood\tTwo.\t2/5/2024\n"
    answer = client.post(address(talks), {"rows": rows, "save": "1"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "There is no issue “flood” here. Did you mean “flow”? There are: flow, gauges." in page
    assert "“2/5/2024” is ambiguous" in page
    assert rows.splitlines()[1] in page
    assert not Demand.objects.filter(text="One.").exists()


@pytest.mark.parametrize(
    ("rows", "said"),
    [("", "Paste the rows"), ("a\n" * 202, "More than 200 lines"), ("\t\n", "Paste the rows")],
)
def test_what_is_no_table_is_said(talks, rows, said):
    answer = signed_in(talks.editor).post(address(talks), {"rows": rows})
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_one_column_alone_is_the_text(talks):
    client = signed_in(talks.editor)
    client.post(address(talks), {"rows": "Water, and more.\nBread; too.\n", "save": "1"})
    assert Demand.objects.filter(text="Water, and more.").exists()


def test_rows_that_were_left_are_there_again(talks):
    client = signed_in(talks.editor)
    keep = f"{reverse('unsaved', args=[talks.slug])}?form={address(talks)}"
    client.post(keep, {"rows": "flow\tHalf a row"})
    page = client.get(address(talks)).content.decode()
    assert "flow\tHalf a row</textarea>" in page
    assert "This is what you left half-typed" in page
    client.post(address(talks), {"rows": "flow\tA whole row.\n", "save": "1"})
    assert "Half a row" not in client.get(address(talks)).content.decode()


def test_columns_may_have_the_names_that_people_give_them(talks):
    client = signed_in(talks.editor)
    rows = "Topic\tStatement\tType\tDate\nflow\tNine days.\toffer\t02.05.2024\n"
    client.post(address(talks), {"rows": rows, "save": "1"})
    said = Demand.objects.get(text="Nine days.")
    assert (said.kind, said.stated, said.issue) == ("offer", on("2 May 2024"), talks.flow)


def test_only_editors_paste(talks):
    reader = MembershipFactory(negotiation=talks.negotiation, role="reader").user
    assert signed_in(reader).get(address(talks)).status_code == 403
    assert signed_in(talks.editor).get(address(talks, "nobody")).status_code == 404
