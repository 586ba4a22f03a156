"""The search as a program asks it: the same hits as the page, and refusals that name the field."""

import pytest
from django.urls import reverse

from tests.factories import DemandFactory, IssueFactory, NegotiationFactory
from tests.recording import published_demand

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/search/"


@pytest.fixture
def talks():
    return NegotiationFactory()


@pytest.fixture
def ask(client, talks):
    def ask(**query):
        return client.get(ADDRESS, {"negotiation": talks.slug, **query})

    return ask


def test_it_gives_the_hits_of_the_page_with_what_hit(client, talks, ask):
    quoted = {"source": {"outlet": "A paper"}, "basis": "inference", "quote": "a long truce"}
    demand = published_demand(negotiation=talks, text="Truces & more", evidence=[quoted])
    DemandFactory(negotiation=talks, text="canary truce")
    answer = ask(q="truce").json()
    (hit,) = answer["results"]
    (quote,) = hit["quotes"]
    assert answer["count"] == 1
    assert (hit["id"], hit["kind"], hit["more_quotes"]) == (demand.pk, "demand", 0)
    assert hit["title"] == [
        {"text": "Truces", "is_hit": True},
        {"text": " & more", "is_hit": False},
    ]
    assert quote["quote"][-1] == {"text": "truce", "is_hit": True}
    page = client.get(reverse("search", args=[talks.slug]), {"q": "truce"})
    assert [shown.number for shown in page.context["hits"]] == [hit["id"]]


def test_pages_keep_the_question(talks, ask):
    issue = IssueFactory(negotiation=talks, code="fighting")
    for number in range(3):
        published_demand(negotiation=talks, text=f"Truce {number}", issue=issue)
    published_demand(negotiation=talks, text="Truce elsewhere")
    first = ask(q="truce", issue="fighting", page_size=2).json()
    assert (first["count"], len(first["results"])) == (3, 2)
    for part in ("q=truce", "issue=fighting", "page=2", f"negotiation={talks.slug}"):
        assert part in first["next"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "q"),
        ({"q": "the"}, "q"),
        ({"q": "a\0b"}, "q"),
        ({"q": "truce", "issue": "none"}, "issue"),
        ({"q": "truce", "from": "May"}, "from"),
        ({"q": "truce", "colour": "red"}, "colour"),
        ({"q": "truce", "page": "0"}, "page"),
        ({"q": "truce", "negotiation": "none"}, "negotiation"),
        ({"q": "truce", "negotiation": ""}, "negotiation"),
        ({"q": "truce", "negotiation": "\0"}, "negotiation"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_field(ask, query, field):
    answer = ask(**query)
    assert answer.status_code == 400
    assert list(answer.json()) == [field]


def test_hidden_talks_are_not_searched(client):
    hidden = NegotiationFactory(visibility="members")
    answers = [
        client.get(ADDRESS, {"negotiation": slug, "q": "truce"}) for slug in (hidden.slug, "none")
    ]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].json() == answers[1].json()


def test_only_reading(client):
    assert client.post(ADDRESS).status_code == 405
