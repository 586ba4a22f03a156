"""What is cited at a revision answers the same for good: comparison, issue page, lists, tables."""

import pytest
from django.test import Client

from negotiations import operations
from negotiations.models import Negotiation
from positions.operations import edit_record, record_demand
from tests.api.conftest import place
from tests.talks import river_talks

pytestmark = pytest.mark.django_db(transaction=True)


def words(answer) -> bytes:
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_what_is_cited_answers_the_same_after_later_writes(client):
    talks = river_talks()
    slug = talks.slug
    comparison = place("negotiations", slug) + "comparison/"
    revision = client.get(comparison).json()["negotiation"]["revision"]
    addresses = [
        f"{comparison}?as_of=2024-06-01&revision={revision}",
        f"{comparison}?as_of=2024-06-01&revision={revision}&format=csv",
        f"{place('demands')}?negotiation={slug}&revision={revision}&as_of=2024-06-01",
        f"{place('demands')}?negotiation={slug}&revision={revision}&format=csv",
        f"{place('evidence')}?negotiation={slug}&revision={revision}",
        f"{place('negotiations', slug)}answers/?as_of=2024-06-01&revision={revision}",
        f"{place('negotiations', slug)}claims/?as_of=2024-06-01&revision={revision}",
        f"{place('negotiations', slug)}conditions/?as_of=2024-06-01&revision={revision}",
        f"{place('negotiations', slug)}movement/?as_of=2024-06-01&revision={revision}",
    ]
    cited = [words(client.get(address)) for address in addresses]
    assert b"Water for thirty days." in cited[0]
    now = client.get(comparison, {"as_of": "2024-06-01"})
    assert words(now) == cited[0]

    edit_record(
        talks.asked_again,
        user=talks.editor,
        version=talks.asked_again.version,
        text="Water for a month.",
    )
    record_demand(
        negotiation=talks.negotiation,
        user=talks.editor,
        issue=talks.gauges,
        holders=[talks.west],
        kind="demand",
        text="No gauges.",
        stated=talks.asked_again.stated,
        evidence=[{"source": talks.source, "basis": "inference"}],
    )
    assert b"Water for a month." in words(client.get(comparison, {"as_of": "2024-06-01"}))
    assert [words(client.get(address)) for address in addresses] == cited


def test_the_pages_show_the_past_and_offer_no_writing(client):
    talks = river_talks()
    compare, issue = f"/{talks.slug}/compare/", f"/{talks.slug}/issues/flow/"
    client.force_login(talks.editor)
    revision = client.get(compare).context["negotiation"].revision
    edit_record(talks.asked_again, user=talks.editor, version=1, text="Water for a month.")
    names = ("answers", "claims", "conditions", "movement")
    for page in (compare, issue, *(f"/{talks.slug}/{name}/" for name in names)):
        now = client.get(page, {"as_of": "2024-06-01"})
        then = client.get(page, {"as_of": "2024-06-01", "revision": revision})
        assert (now.status_code, then.status_code) == (200, 200)
        assert "can_edit" in then.context
        assert now.context["can_edit"]
        assert not then.context["can_edit"]
    now = client.get(compare, {"as_of": "2024-06-01"}).content.decode()
    then = client.get(compare, {"as_of": "2024-06-01", "revision": revision}).content.decode()
    assert "Water for a month." in now
    assert "Water for thirty days." not in now
    assert "Water for thirty days." in then
    assert "Water for a month." not in then
    assert f"revision={revision}" in then
    assert "demands/new/" not in then


def test_a_hidden_negotiation_is_hidden_in_its_past(client):
    talks = river_talks()
    revision = client.get(place("negotiations", talks.slug)).json()["revision"]
    operations.edit(
        Negotiation.objects.get(pk=talks.negotiation.pk),
        user=talks.editor,
        visibility=Negotiation.Visibility.MEMBERS,
    )
    query = {"revision": revision}
    assert client.get(f"/{talks.slug}/compare/", query).status_code == 404
    comparison = place("negotiations", talks.slug) + "comparison/"
    assert client.get(comparison, query).status_code == 404
    refused = client.get(place("demands"), {**query, "negotiation": talks.slug})
    assert refused.status_code == 400


def test_what_is_no_revision_is_told():
    talks = river_talks()
    client = Client()
    newest = client.get(place("negotiations", talks.slug)).json()["revision"]
    comparison = place("negotiations", talks.slug) + "comparison/"
    demands = {"negotiation": talks.slug}
    told = f"The newest revision is {newest}."
    assert client.get(comparison, {"revision": newest + 1}).json() == {"revision": [told]}
    beyond = client.get(place("demands"), {**demands, "revision": newest + 1})
    assert beyond.json() == {"revision": [told]}
    assert client.get(f"/{talks.slug}/compare/", {"revision": newest + 1}).status_code == 400
    alone = client.get(place("demands"), {"revision": newest})
    assert alone.json() == {"revision": ["Say which negotiation: each counts its own revisions."]}
    for number in ("0", "-1", "x", "9" * 30):
        assert client.get(place("demands"), {**demands, "revision": number}).status_code == 400
