"""Answers, claims and counts for programs: what the pages show, refused where it is asked oddly."""

import pytest
from django.test import Client

from negotiations.models import Negotiation
from tests.api.conftest import member, new_talks, place, program_of
from tests.factories import on
from tests.recording import published_demand
from tests.talks import days_of, river_talks

pytestmark = pytest.mark.django_db
CANARY = "Zyzzyva"
NAMES = ["answers", "claims"]


@pytest.fixture
def talks():
    return river_talks()


def address(slug: str, name: str) -> str:
    return place("negotiations", slug) + f"{name}/"


def answered(client: Client, talks, name: str, **query) -> dict:
    answer = client.get(address(talks.slug, name), {"as_of": "2024-04-30", **query})
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_the_threads_that_the_page_shows(client, talks):
    told = answered(client, talks, "answers")
    assert told.keys() == {"negotiation", "as_of", "threads", "not_coded"}
    assert (told["negotiation"]["slug"], told["as_of"]) == (talks.slug, "2024-04-30")
    (thread,) = told["threads"]
    assert (thread["open"], thread["issues"]) == (True, ["flow"])
    start, answer = thread["steps"]
    assert start["demand"]["text"] == start["text"] == "Water for thirty days."
    assert {name: answer[name] for name in answer if name not in {"demand", "id"}} == {
        "kind": "demand",
        "text": "West will not have it.",
        "parties": ["W"],
        "after": talks.asked_again.pk,
        "follows": "answers",
        "days": {"low": "0", "high": "30"},
        "stands": True,
    }
    assert answer["demand"]["answer"] == "rejected"
    (wait,) = thread["waits"]
    assert wait["silences"]
    assert {name: wait[name] for name in wait if name != "silences"} == {
        "party": "L",
        "about": talks.asked_again.pk,
        "blank": "none reported",
        "days": {"low": "2", "high": "32"},
        "looked_until": "2024-04-02",
    }


def test_the_claims_and_counts_that_the_page_shows(client, talks):
    here = {"negotiation": talks.negotiation, "issue": talks.flow, "kind": "claim"}
    word = {"basis": "official on the record", "capacity": "Envoy", "reported_by": talks.west}
    dry = published_demand(
        **here,
        holders=[talks.east],
        text="Dry for forty days.",
        stated=on("2 April 2024"),
        evidence=[{"source": talks.source, **word}],
        values=[{"term": talks.days, **days_of(number)} for number in (40, 50)],
    )
    published_demand(
        **here,
        holders=[talks.west],
        text="It was not.",
        stated=on("3 April 2024"),
        answers_id=dry.pk,
        answer="rejected",
    )
    told = answered(client, talks, "claims", issue="flow")
    (pair,) = told["pairs"]
    assert (pair["verdict"], pair["ground"]) == ("exclude each other", "one rejects the other")
    assert [c["demand"]["text"] for c in pair["claims"]] == ["Dry for forty days.", "It was not."]
    assert [c["parties"] for c in pair["claims"]] == [["E"], ["W"]]
    (witness,) = pair["claims"][0]["evidence"]
    assert witness == {
        "source_id": talks.source.pk,
        "outlet": "River Post",
        "affiliation": "",
        "derived_from": None,
        "speaker": None,
        "capacity": "Envoy",
        "reported_by": "W",
        "basis": "official on the record",
        "stance": "supports",
        "reads": "",
        "rank": "normal",
    }
    (fact,) = told["facts"]
    assert (fact["id"], fact["kind"], fact["issue"], fact["parties"]) == (
        dry.pk,
        "demand",
        "flow",
        ["E"],
    )
    (term,) = fact["terms"]
    assert (term["term"], term["independent_sources"]) == ("days", 1)
    assert [
        (v["value"]["quantity"]["low"], v["independent_sources"], v["excluded_by"], v["outlier"])
        for v in term["values"]
    ] == [("40", 1, 0, False), ("50", 1, 0, False)]
    assert answered(client, talks, "claims", issue="gauges")["pairs"] == []


def test_narrowed_as_the_page_is(client, talks):
    assert answered(client, talks, "answers", issue="flow", party="L")["threads"]
    assert not answered(client, talks, "answers", issue="gauges")["threads"]
    assert not answered(client, talks, "answers", issue="overall")["threads"]
    assert not answered(client, talks, "answers", as_of="2024-02-01")["threads"]
    by_round = client.get(address(talks.slug, "answers"), {"as_of_round": talks.second.pk}).json()
    assert by_round["as_of"] == "2024-03-31"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("as_of=yesterday", "as_of"),
        ("as_of=", "as_of"),
        ("as_of=2024-02-01&as_of=2024-02-02", "as_of"),
        ("as_of_round=x", "as_of_round"),
        ("known_on=x", "known_on"),
        ("kind=claim", "kind"),
        ("since=2024-01-01", "since"),
        ("issue=nothing", "issue"),
        ("issue=flow&issue=nothing", "issue"),
        ("issue=%00", "issue"),
        ("isue=flow", "isue"),
        ("page=1", "page"),
    ],
)
def test_what_it_cannot_answer_names_the_parameter(client, talks, name, query, field):
    answer = client.get(f"{address(talks.slug, name)}?{query}")
    assert answer.status_code == 400
    assert list(answer.json()) == [field]


def test_a_party_is_asked_for_by_its_code(client, talks):
    for query in ("party=X", "party=e", "party=overall", "party=%00"):
        answer = client.get(f"{address(talks.slug, 'answers')}?{query}")
        assert (answer.status_code, list(answer.json())) == (400, ["party"])
    assert client.get(f"{address(talks.slug, 'claims')}?party=E").status_code == 400


@pytest.mark.parametrize("name", NAMES)
def test_hidden_talks_are_not_there(client, name):
    talks = new_talks(Negotiation.Visibility.MEMBERS).fill()
    hidden, absent = (
        client.get(address(slug, name)) for slug in (talks.negotiation.slug, "nothing")
    )
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content
    reader = program_of(member(talks.negotiation, "reader"))
    assert reader.get(address(talks.negotiation.slug, name)).status_code == 200


@pytest.mark.parametrize("state", ["draft", "in review", "retracted"])
@pytest.mark.parametrize("name", NAMES)
def test_only_editors_see_what_is_not_published(client, state, name):
    talks = new_talks().fill(word=CANARY, state=state)
    reader = program_of(member(talks.negotiation, "reader"))
    for stranger in (client, reader):
        answer = stranger.get(address(talks.negotiation.slug, name))
        assert answer.status_code == 200
        assert CANARY not in answer.content.decode()


@pytest.mark.parametrize("name", NAMES)
def test_it_is_only_read(client, talks, name):
    assert client.post(address(talks.slug, name)).status_code == 405
