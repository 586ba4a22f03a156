"""What rests on little: one unnamed source, one outlet, an inference; page and API."""

import random

import pytest
from django.test import Client

from negotiations.models import Source, State
from positions.footing import Footing, rests_on
from positions.models import Demand, Evidence
from positions.operations import edit_record
from tests.factories import EvidenceFactory, SourceFactory
from tests.recording import published, published_demand, published_event
from tests.talks import river_talks

pytestmark = pytest.mark.django_db

UNNAMED, OUTLET, INFERENCE = Footing.UNNAMED, Footing.OUTLET, Footing.INFERENCE
OFFICIAL = Evidence.Basis.OFFICIAL


@pytest.fixture
def talks():
    return river_talks()


def footings(record) -> set[str]:
    evidence = Evidence.objects.published()
    return {
        footing
        for footing in Footing.values
        if Demand.objects.filter(rests_on(footing, evidence), pk=record.pk).exists()
    }


def demand_on(talks, *said, **fields):
    """A demand with evidence: each an outlet or a source, and a basis."""
    rows = [
        {"source": {"outlet": told} if isinstance(told, str) else told, "basis": basis}
        for told, basis in said
    ]
    return published_demand(
        negotiation=talks.negotiation, issue=talks.flow, evidence=rows, **fields
    )


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([("A", "unnamed source")], {UNNAMED, OUTLET}),
        ([("A", "unnamed source"), ("B", "unnamed source")], set()),
        ([("A", "unnamed source"), ("A", OFFICIAL)], {OUTLET}),
        ([("A", OFFICIAL), ("a", OFFICIAL)], {OUTLET}),
        ([("A", OFFICIAL), ("B", OFFICIAL)], set()),
        ([("A", "inference")], {OUTLET, INFERENCE}),
        ([("A", "inference"), ("B", "inference")], {INFERENCE}),
        ([("A", "inference"), ("B", "unnamed source")], set()),
    ],
)
def test_all_that_it_rests_on_counts(talks, said, expected):
    assert footings(demand_on(talks, *said)) == expected


def test_reports_of_one_report_are_one_source(talks):
    here = {"negotiation": talks.negotiation}
    first = published(Source, **here, outlet="Wire")
    second = published(Source, **here, outlet="Paper", derived_from=first)
    third = published(Source, **here, outlet="Blog", derived_from=second)
    unnamed = Evidence.Basis.UNNAMED
    assert footings(demand_on(talks, (second, unnamed), (third, unnamed))) == {UNNAMED}


def test_only_support_of_the_whole_counts(talks):
    demand = demand_on(talks, ("A", "unnamed source"))
    other = SourceFactory(negotiation=talks.negotiation, state=State.PUBLISHED)
    for row in (
        {"stance": "contradicts"},
        {"field": "stated"},
        {"rank": "deprecated"},
        {"state": State.DRAFT},
    ):
        said = {"basis": OFFICIAL, "source": other, "state": State.PUBLISHED, **row}
        EvidenceFactory(about=demand, **said)
    assert footings(demand) == {UNNAMED, OUTLET}
    EvidenceFactory(about=demand, basis=OFFICIAL, source=other, state=State.PUBLISHED)
    assert footings(demand) == set()


def test_the_condition_agrees_with_counting_by_hand(talks):
    dice = random.Random(5)
    here = {"negotiation": talks.negotiation}
    sources: list[Source] = []
    for number in range(8):
        origin = dice.choice([None, *sources])
        outlet = dice.choice(["Wire", "wire", "Paper", "Blog"])
        sources.append(published(Source, **here, outlet=outlet, derived_from=origin, note=number))

    def root(source):
        return root(source.derived_from) if source.derived_from else source.pk

    seen = set()
    for _each in range(25):
        said = [
            (dice.choice(sources), dice.choice(["unnamed source", "inference", OFFICIAL]))
            for _row in range(dice.choice([1, 1, 2, 3]))
        ]
        bases = {basis for _source, basis in said}
        expected = set()
        if bases == {"unnamed source"} and len({root(source) for source, _basis in said}) == 1:
            expected.add(UNNAMED)
        if len({source.outlet.lower() for source, _basis in said}) == 1:
            expected.add(OUTLET)
        if bases == {"inference"}:
            expected.add(INFERENCE)
        assert footings(demand_on(talks, *said)) == expected, said
        seen.add(frozenset(expected))
    assert len(seen) >= 4


def listed(client, talks, **query) -> dict[str, tuple[str, ...]]:
    response = client.get(f"/{talks.slug}/evidence/", query)
    assert response.status_code == 200
    return {row.title: row.footings for row in response.context["page"].resting}


@pytest.fixture
def weak(talks):
    """Two demands and an event that rest on little, and a draft."""
    here = {"negotiation": talks.negotiation}
    demand_on(talks, ("A", "unnamed source"), text="Whispered", holders=[talks.east])
    demand_on(talks, ("A", "inference"), ("B", "inference"), text="Guessed", holders=[talks.west])
    said = [{"source": {"outlet": "Gull"}, "basis": "outlet's voice"}]
    published_event(**here, title="Seen by one", actor=talks.west, evidence=said)
    hidden = demand_on(talks, ("A", "inference"), text="Half done", holders=[talks.west])
    edit_record(hidden, user=talks.editor, version=1, state=State.RETRACTED)
    demand_on(talks, ("A", OFFICIAL), ("B", OFFICIAL), text="Firm", holders=[talks.west])


def test_the_page_lists_what_rests_on_little(client, talks, weak):
    found = listed(client, talks)
    assert found["Whispered"] == ("one unnamed source", "one outlet")
    assert found["Guessed"] == ("inference only",)
    assert found["Seen by one"] == ("one outlet",)
    assert "Firm" not in found
    assert "Half done" not in found
    page = client.get(f"/{talks.slug}/evidence/").content.decode()
    assert "<b>Flow · East</b> <a" in page
    assert "<b>West</b> <a" in page
    assert "Whispered" in listed(client, talks, rests_on=UNNAMED)
    assert "Guessed" not in listed(client, talks, rests_on=UNNAMED)
    both = listed(client, talks, rests_on=[UNNAMED, INFERENCE], kind="demand")
    assert {"Whispered", "Guessed"} <= set(both)
    assert "Seen by one" in listed(client, talks, kind="event", party=talks.west.code)
    assert "Seen by one" not in listed(client, talks, party=talks.east.code)
    assert "Whispered" in listed(client, talks, issue=talks.flow.code, party=talks.east.code)
    assert "Whispered" not in listed(client, talks, issue=talks.gauges.code)


def test_the_page_says_how_many(client, talks, weak):
    page = client.get(f"/{talks.slug}/evidence/").context["page"]
    found = listed(client, talks)
    assert len(found) == page.page.paginator.count
    for word, label, count in page.counts:
        assert count == len(listed(client, talks, rests_on=word)), word
        assert count == sum(label in footings for footings in found.values())


def test_what_is_unknown_is_refused(client, talks):
    response = client.get(f"/{talks.slug}/evidence/", {"rests_on": "rumour", "issue": "x"})
    assert response.status_code == 400
    assert "rumour is not one of the available choices" in response.content.decode()
    assert client.post(f"/{talks.slug}/evidence/").status_code == 405
    assert client.get("/nowhere/evidence/").status_code == 404


def test_sources_that_have_lost_words_are_named(client, talks):
    address = f"/{talks.slug}/evidence/"
    assert "Words that have lost their place" not in client.get(address).content.decode()
    edit_record(talks.source, user=talks.editor, version=1, text="Quite another text.")
    page = client.get(address)
    assert [(s.pk, s.lost) for s in page.context["page"].lost] == [(talks.source.pk, 2)]
    assert "Words that have lost their place" in page.content.decode()


@pytest.mark.parametrize("collection", ["demands", "outcomes", "events", "silences"])
def test_the_api_asks_the_same(talks, weak, collection):
    api = Client()

    def numbers(**query):
        query = {"negotiation": talks.slug, "page_size": 500, **query}
        answer = api.get(f"/api/v1/{collection}/", query)
        assert answer.status_code == 200, answer.content
        return {row["id"] for row in answer.json()["results"]}

    page = api.get(f"/{talks.slug}/evidence/", {"kind": collection[:-1]}).context["page"]
    shown = {int(row.url.strip("/").split("/")[-1]) for row in page.resting}
    assert numbers(rests_on=Footing.values) == shown
    assert numbers(rests_on=[UNNAMED]) <= shown
    refused = api.get(f"/api/v1/{collection}/", {"rests_on": "rumour"})
    assert list(refused.json()) == ["rests_on"]


def test_the_comparison_is_narrowed_by_it(client, talks, weak):
    asked = {"rests_on": UNNAMED}
    page = client.get(f"/{talks.slug}/compare/", asked)
    rows = page.context["comparison"].rows
    shown = {s.demand.text for row in rows for cell in row.cells for s in cell.statements}
    assert shown == {"Whispered"}
    assert "one unnamed source" in page.content.decode()


def test_the_record_page_tells_support_from_contradiction(client, talks):
    for stance, quote in [("contradicts", "Not so"), ("reads as", "Otherwise")]:
        said = {"basis": OFFICIAL, "source": talks.source, "state": State.PUBLISHED}
        reads = {"field": "text", "reads": "Sixty"} if stance == "reads as" else {}
        EvidenceFactory(about=talks.asked, stance=stance, quote=quote, **said, **reads)
    response = client.get(f"/{talks.slug}/records/{talks.asked.pk}/")
    groups = response.context["page"].witnesses
    assert [group.label for group in groups] == [
        "Supporting",
        "Reading it differently",
        "Contradicting",
    ]
    assert [[row.quote for row in group.evidence] for group in groups[1:]] == [
        ["Otherwise"],
        ["Not so"],
    ]
    html = response.content.decode()
    assert f'/{talks.slug}/compare/?as_of=2024-01-10#comparison-row-flow">In the comparison' in html


def test_a_cell_leads_to_the_words_and_says_whose_account_and_how_good(client, talks):
    source = published(
        Source, negotiation=talks.negotiation, outlet="Gull", reliability="B", text="No, says East."
    )
    said = {"source": source, "basis": "the other side's account", "quote": "No, says East."}
    edit_record(
        talks.offered,
        user=talks.editor,
        version=talks.offered.version,
        evidence=[{**said, "reported_by": talks.east, "credibility": 2}],
    )
    number = Evidence.objects.get(source=source).pk
    html = client.get(f"/{talks.slug}/compare/", {"density": "full"}).content.decode()
    assert f'<a href="/{talks.slug}/sources/{source.pk}/#e{number}">Gull</a>' in html
    assert "the other side’s account; by East’s account; graded B2" in html
