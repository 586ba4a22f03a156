"""The plain page of any record."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from negotiations.models import Record, Round, Source
from positions.models import Demand, Evidence, Issue, Proposal, TermValue
from positions.operations import edit_demand
from tests.factories import EvidenceFactory, TermValueFactory
from tests.talks import days_of, river_talks

SLUG = "russia-ukraine-2025"

pytestmark = pytest.mark.usefixtures("sample")


def page_of(client, pk):
    return client.get(reverse("record", args=[SLUG, pk]))


def test_a_demand_with_its_words_and_what_it_hangs_on(client):
    demand = Demand.objects.get(issue__code="elections")
    page = page_of(client, demand.pk)
    text = page.content.decode()
    assert page.status_code == 200
    assert demand.text in text
    assert "holding of elections within 100 days of this action" in text
    assert "ICARO Media Group" in text
    assert "at most 100 days" in text
    (link,) = page.context["page"].links
    assert (link.label, link.text) == ("Within", "Ukraine lifts martial law.")
    assert link.url in text
    assert link.note == "at most 100 days after that: no date yet"
    assert link.note in text
    for pointed in (demand.clause_id, demand.issue_id):
        assert reverse("record", args=[SLUG, pointed]) in text


def test_what_points_to_it_is_named(client):
    martial_law = Demand.objects.get(issue__code="martial-law")
    elections = Demand.objects.get(issue__code="elections")
    source = Source.objects.get(outlet="ICARO Media Group")
    page = page_of(client, martial_law.pk)
    hanging = [line for line in page.context["page"].pointed_from if "Hangs on" in line.label]
    assert [(line.label, line.text) for line in hanging] == [
        ("Hangs on this: within", f"Demand: {elections.text}")
    ]
    assert page_of(client, source.pk).status_code == 200
    assert elections.text not in page_of(client, source.pk).context["page"].title


def test_it_leads_to_the_page_of_its_own_that_a_kind_has(client):
    source = Source.objects.get(outlet="ICARO Media Group")
    issue = Issue.objects.get(code="ceasefire")
    paper = Proposal.objects.order_by("pk").first()
    held = Round.objects.get(number=2)
    for row, path in (
        (held, f"/{SLUG}/rounds/{held.pk}/"),
        (source, f"/{SLUG}/sources/{source.pk}/"),
        (issue, f"/{SLUG}/issues/ceasefire/"),
        (paper, f"/{SLUG}/proposals/{paper.pk}/"),
    ):
        page = page_of(client, row.pk)
        assert page.context["page"].own_url == path
        assert f'<a class="button" href="{path}">Open the page of this' in page.content.decode()
        assert client.get(path).status_code == 200
    clause = page_of(client, Demand.objects.get(issue__code="elections").clause_id)
    assert clause.context["page"].own_url == ""


def test_every_record_of_the_sample_has_a_page(client):
    numbers = Record.objects.order_by("pk").values_list("pk", "kind")
    assert len({kind for _pk, kind in numbers}) == 18
    for pk, kind in numbers:
        assert page_of(client, pk).status_code == 200, kind


def test_a_draft_is_not_there_for_readers(client, client_of):
    demand = Demand.objects.get(text__startswith="A short pause")
    draft = Demand.objects.create(
        negotiation=demand.negotiation, kind="assessment", text="canary", stated=demand.stated
    )
    assert page_of(client, draft.pk).status_code == 404
    assert page_of(client_of("reader"), draft.pk).status_code == 404
    assert "canary" in page_of(client_of("editor"), draft.pk).content.decode()


def test_a_number_that_is_none(client):
    assert page_of(client, 10**15).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_only_reading(client, method):
    assert getattr(client, method)(reverse("record", args=[SLUG, 1])).status_code == 405


def test_evidence_of_a_source_is_named_for_what_it_supports(client):
    source = Source.objects.get(outlet="ICARO Media Group")
    demand = Demand.objects.get(text__startswith="A short pause")
    lines = page_of(client, source.pk).context["page"].pointed_from
    (line,) = [line for line in lines if demand.text in line.text]
    assert line.text == f"Demand: {demand.text}"
    assert line.url == reverse("record", args=[SLUG, demand.pk])


def test_the_page_asks_as_often_for_three_pieces_of_evidence_as_for_one(client):
    demand = Demand.objects.get(text__startswith="A short pause")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert page_of(client, demand.pk).status_code == 200
        return len(captured)

    before, rows = queries(), Evidence.objects.filter(record_id=demand.pk).count()
    editor = User.objects.get(username="editor")
    source = Source.objects.get(outlet="ICARO Media Group")
    for _again in range(2):
        row = {"source": source, "basis": "inference"}
        edit_demand(demand, user=editor, version=demand.version, evidence=[row])
    assert len(page_of(client, demand.pk).context["page"].evidence) == rows + 2
    assert queries() == before


def test_of_rival_values_it_is_said_who_gives_them_and_which_are_set_aside(client, db):
    talks = river_talks()
    value = TermValue.objects.get(record_id=talks.asked.pk)
    value.rank = "preferred"
    value.save()
    rival = TermValueFactory(
        about=talks.asked, term=talks.days, rank="deprecated", state="published", **days_of(90)
    )
    EvidenceFactory(about=rival, source=talks.source, state="published")
    EvidenceFactory(about=rival, source=talks.source, state="draft", stance="contradicts")
    page = client.get(reverse("record", args=[talks.slug, talks.asked.pk]))
    lines = [(line.mark, line.note) for line in page.context["page"].values]
    assert lines == [("preferred", ""), ("deprecated", f"according to {talks.source.outlet}")]
    html = page.content.decode()
    assert "<s>90 days</s>" in html
    assert "(set aside)" in html
    assert f"according to {talks.source.outlet}" in html
    assert rival.pk not in {row.record_id for row in page.context["page"].evidence}
