"""Following: what is new since one's last visit, and feeds; each only what one may see."""

from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from negotiations.models import Membership, Negotiation
from negotiations.operations import edit, retract
from negotiations.ranges import date_text
from positions import following
from positions.models import FeedKey, Visit, Watch
from positions.models.following import VISIT
from positions.operations import record_demand
from tests.database import seal
from tests.factories import A_DAY, IssueFactory, MembershipFactory, PartyFactory, UserFactory
from tests.pages import signed_in
from tests.recording import published_demand
from tests.talks import Talks, river_talks

pytestmark = pytest.mark.django_db
PAGE = "/following/"
ATOM = "{http://www.w3.org/2005/Atom}"
CANARY = "zanzibar"


@pytest.fixture
def talks() -> Talks:
    made = river_talks()
    seal()
    return made


@pytest.fixture
def reader(talks) -> User:
    return UserFactory(username="rea")


@pytest.fixture
def visitor(reader) -> Client:
    return signed_in(reader)


def follow(client, talks, record=None, act="follow"):
    given = {"act": act, **({"record": record.pk} if record else {})}
    return client.post(f"/{talks.slug}/watch/", given, follow=True)


def said(talks, text, **fields):
    fields = {"issue": talks.flow, "holders": [talks.east], "user": talks.editor, **fields}
    made = published_demand(negotiation=talks.negotiation, text=text, **fields)
    seal()
    return made


def draft(talks):
    here = {"negotiation": talks.negotiation, "issue": talks.flow, "holders": [talks.east]}
    record_demand(user=talks.editor, **here, text=CANARY, kind="demand", stated=A_DAY)
    seal()


def news(client) -> dict[str, list[str]]:
    """Return by watch the titles of what is new, sources aside."""
    return {
        each.title: [
            record.title
            for change in each.changes
            for record in change.records
            if record.kind not in ("source", "evidence")
        ]
        for each in client.get(PAGE).context["followed"]
    }


def test_places_have_a_button_that_follows_and_one_that_stops(talks, visitor):
    places = {
        None: reverse("overview", args=[talks.slug]),
        talks.flow: reverse("issue", args=[talks.slug, "flow"]),
        talks.east: reverse("record", args=[talks.slug, talks.east.pk]),
    }
    for record, place in places.items():
        assert "Follow no more" not in visitor.get(place).content.decode()
        answer = follow(visitor, talks, record)
        assert answer.redirect_chain == [(place, 302)]
        assert "You follow it now" in answer.content.decode()
        assert "Follow no more" in answer.content.decode()
    assert set(news(visitor)) == {"River talks", "Flow", "East"}
    follow(visitor, talks, act="stop")
    assert set(news(visitor)) == {"Flow", "East"}
    assert f'action="/{talks.slug}/watch/"' not in Client().get(places[None]).content.decode()


def test_what_is_new_is_told_by_watch(talks, visitor):
    other = IssueFactory(negotiation=talks.negotiation, code="dam", name="Dam")
    seal()
    for record in (None, talks.flow, talks.west, other):
        follow(visitor, talks, record)
    assert news(visitor) == {"River talks": [], "Flow": [], "West": [], "Dam": []}
    demand = said(talks, "More water.")
    said(talks, "No dam.", issue=other, holders=[talks.west])
    assert news(visitor) == {
        "River talks": ["No dam.", "More water."],
        "Flow": ["More water."],
        "West": ["No dam."],
        "Dam": ["No dam."],
    }
    page = visitor.get(PAGE).content.decode()
    assert f'href="{reverse("record", args=[talks.slug, demand.pk])}"' in page
    assert talks.editor.username not in page


def test_what_came_before_one_follows_is_no_news(talks, visitor):
    follow(visitor, talks)
    said(talks, "More water.")
    follow(visitor, talks, talks.flow)
    assert news(visitor) == {"River talks": ["More water."], "Flow": []}
    feed = Client().get(f"/{talks.slug}/feed.atom", {"issue": "flow"}).content.decode()
    assert "More water." in feed
    said(talks, "Still more.")
    assert news(visitor) == {"River talks": ["Still more.", "More water."], "Flow": ["Still more."]}
    # Who stops and begins again begins anew.
    follow(visitor, talks, act="stop")
    follow(visitor, talks)
    assert news(visitor) == {"River talks": [], "Flow": ["Still more."]}


def test_more_is_only_told_of_where_something_was_left_out(talks, visitor, monkeypatch):
    follow(visitor, talks)
    for number in range(3):
        said(talks, f"Water {number}.")
    follow(visitor, talks, talks.flow)
    said(talks, "Still more.")
    monkeypatch.setattr(following, "ROWS_LOOKED_AT", 3)
    more = {each.title: each.has_more for each in visitor.get(PAGE).context["followed"]}
    assert more == {"River talks": True, "Flow": False}


def test_drafts_are_new_to_those_who_write_alone(talks, visitor):
    editor = signed_in(talks.editor)
    for client in (visitor, editor):
        follow(client, talks, talks.flow)
    draft(talks)
    assert news(visitor) == {"Flow": []}
    assert CANARY in news(editor)["Flow"]
    assert f"<b>{talks.editor.username}</b>" in editor.get(PAGE).content.decode()


def test_a_visit_is_noted_by_the_button_and_by_a_page_that_was_shown(talks, reader, visitor):
    follow(visitor, talks)
    said(talks, "More water.")
    overview = reverse("overview", args=[talks.slug])
    assert "1 change since your last visit" in visitor.get(overview).content.decode()
    visitor.head(PAGE)
    assert news(visitor) == news(visitor) == {"River talks": ["More water."]}
    shown = f"{talks.negotiation.pk}:{talks.negotiation.revision}"
    by_script = {"X-Requested-With": "fetch"}
    # Shown by itself: on the same visit it stays new, on the next it is not any more.
    Visit.objects.update(noted=timezone.now() - 2 * VISIT)
    answer = visitor.post(f"{PAGE}seen/", {"seen": shown}, headers=by_script)
    assert (answer.status_code, answer.content) == (204, b"")
    assert news(visitor) == {"River talks": ["More water."]}
    Visit.objects.update(noted=timezone.now() - VISIT - timedelta(minutes=1))
    assert news(visitor) == {"River talks": []}
    said(talks, "Still more.")
    assert news(visitor) == {"River talks": ["Still more."]}
    revision = Negotiation.objects.get(pk=talks.negotiation.pk).revision
    answer = visitor.post(f"{PAGE}seen/", {"seen": f"{talks.negotiation.pk}:{revision}"})
    assert answer.status_code == 302
    assert news(visitor) == {"River talks": []}
    assert "since your last visit" not in visitor.get(overview).content.decode()


@pytest.mark.parametrize("shown", ["x", "1", "1:x", ":", "99999999999999999999:1"])
def test_a_visit_that_cannot_be(talks, visitor, shown):
    assert visitor.post(f"{PAGE}seen/", {"seen": shown}).status_code == 404
    unknown = {"seen": "999999:1"}
    assert visitor.post(f"{PAGE}seen/", unknown).status_code == 302
    assert not Visit.objects.exists()


def test_what_one_may_not_see_any_more_is_gone_and_hidden_looks_absent(talks, reader, visitor):
    Negotiation.objects.update(visibility="members")
    member = MembershipFactory(negotiation=talks.negotiation, user=reader, role="reader")
    seal()
    follow(visitor, talks)
    assert set(news(visitor)) == {"River talks"}
    member.delete()
    seal()
    assert news(visitor) == {}
    assert follow(visitor, talks).status_code == 404
    assert Client().post(f"/{talks.slug}/watch/").status_code == 401
    assert Watch.objects.filter(user=reader).count() == 1


@pytest.mark.parametrize("record", ["x", "0", "999999"])
def test_only_issues_and_parties_are_followed(talks, visitor, record):
    address = f"/{talks.slug}/watch/"
    assert visitor.post(address, {"record": record}).status_code == 404
    assert visitor.post(address, {"record": talks.source.pk}).status_code == 404
    assert not Watch.objects.exists()


def test_the_number_of_queries_does_not_grow(talks, visitor):
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            visitor.get(PAGE)
        return len(captured)

    for record in (None, talks.flow, talks.east):
        follow(visitor, talks, record)

    def one_more(number):
        issue = IssueFactory(negotiation=talks.negotiation, name=f"Issue {number}")
        party = PartyFactory(negotiation=talks.negotiation)
        said(talks, f"Number {number}", issue=issue, holders=[party])
        follow(visitor, talks, issue)
        follow(visitor, talks, party)

    one_more(1)
    few = asked()
    for number in (2, 3, 4):
        one_more(number)
    assert asked() == few


def entries(answer) -> list[dict[str, str]]:
    """Return the entries of a feed that keeps to RFC 4287."""
    root = ET.fromstring(answer.content)
    assert root.tag == f"{ATOM}feed"
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    found = []
    for node in (root, *root.findall(f"{ATOM}entry")):
        one = {name: node.findall(f"{ATOM}{name}") for name in ("id", "title", "updated")}
        assert all(len(its) == 1 for its in one.values())
        assert node.find(f"{ATOM}author/{ATOM}name").text
        words = {name: its[0].text for name, its in one.items()}
        assert words["id"].startswith("urn:uuid:")
        assert words["updated"].endswith("Z")
        words["href"] = node.find(f"{ATOM}link[@rel='alternate']").get("href")
        found.append(words)
    assert len({each["id"] for each in found}) == len(found)
    times = [each["updated"] for each in found[1:]]
    assert found[0]["updated"] == max(times, default="2000-01-01T00:00:00Z")
    assert times == sorted(times, reverse=True)
    return found[1:]


def test_the_feed_of_a_negotiation_is_what_anybody_may_read(talks, client):
    address = reverse("feed", args=[talks.slug])
    demand = said(talks, 'Water & <b>"more"</b>\x0b')
    retract(said(talks, CANARY), user=talks.editor)
    seal()
    draft(talks)
    first = entries(client.get(address))
    water = next(each for each in first if "Water & " in each["title"])
    who = ", ".join(party.name for party in demand.holders.all())
    spoken = f"{who}, {demand.issue.name}, {date_text(demand.stated)}"
    assert water["title"] == f'Demand published: {spoken}: Water & <b>"more"</b>�'
    place = reverse("record", args=[talks.slug, demand.pk])
    assert water["href"] == f"http://testserver{place}"
    for visitor in (client, signed_in(talks.editor)):
        assert CANARY not in visitor.get(address).content.decode()
    said(talks, "More.")
    second = entries(client.get(address))
    # The newest fifty are in it, so that an old one may go as a new one comes.
    known = {each["id"] for each in first}
    new = [each["title"] for each in second if each["id"] not in known]
    assert [title for title in new if title.endswith(": More.")]


def test_a_feed_takes_an_issue_and_a_party(talks, client):
    said(talks, "More water.")
    said(talks, "No dam.", issue=talks.gauges, holders=[talks.west])
    address = reverse("feed", args=[talks.slug])

    def titles(**query):
        return " ".join(each["title"] for each in entries(client.get(address, query)))

    assert "More water." in titles(issue="flow")
    page = ET.fromstring(client.get(address, {"issue": "flow"}).content)
    place = page.find(f"{ATOM}link[@rel='alternate']").get("href")
    assert place == f"http://testserver{reverse('issue', args=[talks.slug, 'flow'])}"
    assert "No dam." not in titles(issue="flow")
    assert "No dam." in titles(party="W", issue="gauges")
    assert "More water." not in titles(party="W")
    for query in ({"issue": "nothing"}, {"party": "\0"}):
        assert client.get(address, query).status_code == 404


def test_a_feed_that_has_not_changed_is_not_sent_again(talks, client):
    address = reverse("feed", args=[talks.slug])
    answer = client.get(address)
    by_tag = {"If-None-Match": answer["ETag"]}
    assert client.get(address, headers=by_tag).status_code == 304
    by_time = {"If-Modified-Since": answer["Last-Modified"]}
    assert client.get(address, headers=by_time).status_code == 304
    said(talks, "More water.")
    again = client.get(address, headers=by_tag)
    assert again.status_code == 200
    assert again["ETag"] != answer["ETag"]


def test_the_own_feed_opens_by_its_address_as_long_as_one_may_read(talks, reader, visitor, client):
    Negotiation.objects.update(visibility="members")
    MembershipFactory(negotiation=talks.negotiation, user=reader, role="editor")
    seal()
    assert client.get(reverse("feed", args=[talks.slug])).status_code == 404
    follow(visitor, talks, talks.flow)
    page = visitor.post("/following/address/")
    address = page.context["address"]
    assert "no-store" in page["Cache-Control"]
    key = address.split("/")[-2]
    assert key not in str(vars(FeedKey.objects.get()))
    demand = said(talks, "More water.")
    edit(demand, user=talks.editor, version=demand.version, text="Ever more water.")
    seal()
    draft(talks)
    answer = client.get(address)
    assert "Ever more water." in " ".join(each["title"] for each in entries(answer))
    assert CANARY not in answer.content.decode()
    assert answer["Cache-Control"] == "no-store, private"
    Membership.objects.filter(user=reader).delete()
    seal()
    assert entries(client.get(address)) == []
    assert "More water" not in client.get(address).content.decode()
    visitor.post("/following/address/", {"act": "revoke"})
    assert client.get(address).status_code == 404
    new = visitor.post("/following/address/").context["address"]
    assert client.get(address).status_code == 404
    assert client.get(new).status_code == 200
    User.objects.filter(pk=reader.pk).update(is_active=False)
    assert client.get(new).status_code == 404
