"""Filters: each tells two fillings apart; a careless or impossible question is refused."""

import dataclasses
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config import api_urls
from negotiations.filters import Pointing
from negotiations.models import Negotiation
from tests.api.conftest import COLLECTIONS, CONTENT, Talks, new_talks, place, program_of

pytestmark = pytest.mark.usefixtures("two", "db")

#: How to ask for the rows of a filling, and for no others, by collection and filter.
ASKING = {
    "negotiations": {},
    "parties": {"code": lambda t: f"P{t.number}", "standing": lambda t: "principal"},
    "people": {"name": lambda t: "WORD 0"},
    "tracks": {},
    "rounds": {
        "track": lambda t: t["tracks"].pk,
        "party": lambda t: f"P{t.number}",
        "number": lambda t: 1,
        "status": lambda t: "held",
        "round_format": lambda t: "direct",
    },
    "participations": {
        "round": lambda t: t["rounds"].pk,
        "party": lambda t: f"P{t.number}",
        "role": lambda t: "negotiating",
    },
    "delegates": {
        "round": lambda t: t["rounds"].pk,
        "party": lambda t: f"P{t.number}",
        "person": lambda t: t["people"].pk,
        "is_head": lambda t: "true",
        "attended": lambda t: "true",
    },
    "sources": {
        "outlet": lambda t: "Word 0",
        "kind": lambda t: "article",
        "reliability": lambda t: "A",
        "language": lambda t: f"l{t.number}",
        "derived_from": lambda t: t.origin.pk,
        "corrects": lambda t: t.origin.pk,
    },
    "issues": {"code": lambda t: f"issue-{t.number}", "parent": lambda t: f"parent-{t.number}"},
    "terms": {
        "code": lambda t: f"term-{t.number}",
        "issue": lambda t: f"issue-{t.number}",
        "kind": lambda t: "choice",
    },
    "term-choices": {
        "code": lambda t: f"yes-{t.number}",
        "term": lambda t: f"term-{t.number}",
    },
    "proposals": {
        "holder": lambda t: f"P{t.number}",
        "party": lambda t: f"P{t.number}",
        "kind": lambda t: "memorandum",
        "round": lambda t: t["rounds"].pk,
        "supersedes": lambda t: t.earlier["proposals"].pk,
        "responds_to": lambda t: t.earlier["proposals"].pk,
        "source": lambda t: t["sources"].pk,
        "as_of": lambda t: "2025-06-01",
    },
    "clauses": {
        "proposal": lambda t: t["proposals"].pk,
        "parent": lambda t: t.earlier["clauses"].pk,
        "operator": lambda t: "all",
        "source": lambda t: t["sources"].pk,
    },
    "demands": {
        "holder": lambda t: f"P{t.number}",
        "party": lambda t: f"P{t.number}",
        "addressee": lambda t: f"P{t.number}",
        "obligor": lambda t: f"P{t.number}",
        "issue": lambda t: f"issue-{t.number}",
        "kind": lambda t: "demand",
        "answers": lambda t: t["proposals"].pk,
        "answer": lambda t: "accepted",
        "clause": lambda t: t["clauses"].pk,
        "proposal": lambda t: t["proposals"].pk,
        "round": lambda t: t["rounds"].pk,
        "ending": lambda t: "withdrawn",
        "firmness": lambda t: "red line",
        "supersedes": lambda t: t.earlier["demands"].pk,
        "movement": lambda t: "softened",
        "source": lambda t: t["sources"].pk,
        "as_of": lambda t: "2025-06-01",
        "known_on": lambda t: "2025-06-01",
        "track": lambda t: t["tracks"].pk,
        "words": lambda t: "word",
    },
    "term-values": {
        "record": lambda t: t["demands"].pk,
        "term": lambda t: f"term-{t.number}",
        "status": lambda t: "given",
        "rank": lambda t: "preferred",
    },
    "linkages": {
        "record": lambda t: t["demands"].pk,
        "relation": lambda t: "only if",
        "anchor": lambda t: t.earlier["demands"].pk,
    },
    "outcomes": {
        "kind": lambda t: "agreed",
        "issue": lambda t: f"issue-{t.number}",
        "round": lambda t: t["rounds"].pk,
        "clause": lambda t: t["clauses"].pk,
        "party": lambda t: f"P{t.number}",
        "decided_by": lambda t: f"P{t.number}",
        "ending": lambda t: "withdrawn",
        "supersedes": lambda t: t.earlier["outcomes"].pk,
        "source": lambda t: t["sources"].pk,
        "as_of": lambda t: "2025-06-01",
    },
    "events": {
        "kind": lambda t: "military",
        "actor": lambda t: f"P{t.number}",
        "round": lambda t: t["rounds"].pk,
        "issue": lambda t: f"issue-{t.number}",
        "proposal": lambda t: t["proposals"].pk,
        "outcome": lambda t: t["outcomes"].pk,
        "source": lambda t: t["sources"].pk,
    },
    "silences": {
        "party": lambda t: f"P{t.number}",
        "issue": lambda t: f"issue-{t.number}",
        "round": lambda t: t["rounds"].pk,
        "about": lambda t: t["proposals"].pk,
        "source": lambda t: t["sources"].pk,
        "as_of": lambda t: "2025-06-01",
    },
    "evidence": {
        "record": lambda t: t["demands"].pk,
        "source": lambda t: t["sources"].pk,
        "field": lambda t: "text",
        "stance": lambda t: "supports",
        "basis": lambda t: "joint text",
        "speaker": lambda t: t["people"].pk,
        "reported_by": lambda t: f"P{t.number}",
        "rank": lambda t: "preferred",
    },
}
#: Filters that one kind of row or another has in common; they are tested by themselves.
# What is said on a basis has a test of its own, in test_question.
SHARED = {"authority", "negotiation", "rests_on", "revision", "state", "ordering"}
ONE_FILTER = [(name, parameter) for name, asked in ASKING.items() for parameter in asked]
#: All filters that name something else by its number or code.
POINTING = [
    (prefix, parameter)
    for prefix, view, _basename in api_urls.router.registry
    for parameter, filter_ in view.filterset_class.base_filters.items()
    if isinstance(filter_, Pointing)
]


@pytest.fixture(scope="module")
def two(for_the_module) -> tuple[Talks, Talks]:
    """One negotiation filled twice: first what is asked for, then what must not be answered."""
    talks = new_talks().fill(0)
    return dataclasses.replace(talks), talks.fill(1, word="other")


@pytest.fixture(scope="module")
def beside(for_the_module) -> Talks:
    """Other public talks, with the same codes."""
    return new_talks().fill(0)


@pytest.fixture(scope="module")
def drafts(for_the_module) -> Talks:
    """Public talks where nothing is published yet."""
    return new_talks().fill(0, state="draft")


@pytest.fixture(scope="module")
def hidden(for_the_module) -> Talks:
    """Talks for members only, with codes of their own."""
    return new_talks(Negotiation.Visibility.MEMBERS).fill(8)


def ids(client: Client, collection: str, query) -> set[int]:
    answer = client.get(place(collection), query)
    assert answer.status_code == 200, answer.content
    return {row["id"] for row in answer.json()["results"]}


@pytest.mark.parametrize(("collection", "parameter"), ONE_FILTER)
def test_a_filter_gives_what_is_asked_for(client, two, collection, parameter):
    wanted, unwanted = two
    everything = ids(client, collection, {})
    found = ids(client, collection, {parameter: ASKING[collection][parameter](wanted)})
    assert wanted[collection].pk in found
    assert unwanted[collection].pk in everything - found


def test_every_filter_is_in_the_table():
    declared = {
        prefix: set(view.filterset_class.base_filters) - SHARED
        for prefix, view, _basename in api_urls.router.registry
        if prefix not in {"memberships", "comments"}
    }
    assert declared == {name: set(asked) for name, asked in ASKING.items()}
    assert list(declared) == COLLECTIONS


@pytest.mark.parametrize("collection", sorted(set(COLLECTIONS) - {"negotiations"}))
def test_by_negotiation(client, two, beside, collection):
    slug = two[0].negotiation.slug
    found = ids(client, collection, {"negotiation": slug})
    assert {talks[collection].pk for talks in two} <= found
    others = ids(client, collection, {"negotiation": beside.negotiation.slug})
    assert beside[collection].pk in others
    assert others.isdisjoint(found)


@pytest.mark.parametrize("collection", CONTENT)
def test_by_state(two, drafts, collection):
    editor = program_of(drafts.editor)
    assert drafts[collection].pk in ids(editor, collection, {"state": "draft"})
    assert two[0][collection].pk in ids(editor, collection, {"state": "published"})
    assert ids(Client(), collection, {"state": "draft"}) == set()


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_every_order_is_whole_and_goes_both_ways(client, two, collection):
    (view,) = [v for name, v, _ in api_urls.router.registry if name == collection]
    orders = [
        value
        for value, _label in view.filterset_class.base_filters["ordering"].extra["choices"]
        if not value.startswith("-")
    ]
    assert orders
    for order in orders:
        with CaptureQueriesContext(connection) as queries:
            rows = client.get(place(collection), {"ordering": order}).json()["results"]
        (sql,) = [q["sql"] for q in queries if re.search(r"LIMIT \d+$", q["sql"])]
        back = client.get(place(collection), {"ordering": f"-{order}"}).json()["results"]
        assert len(rows) == len(back) == len(ids(client, collection, {}))
        assert re.search(r'"id" ASC LIMIT \d+$', sql), "what is equal would change places"
        if order in ("id", "slug"):
            assert rows == back[::-1]
            assert [row[order] for row in rows] == sorted(row[order] for row in rows)


def test_order_by_two(client, two):
    query = {"ordering": "-stated,id", "negotiation": two[0].negotiation.slug}
    rows = client.get(place("demands"), query).json()["results"]
    assert [row["stated"]["earliest"] for row in rows] == ["2025-06-02"] * 2 + ["2025-06-01"] * 2
    assert rows[0]["id"] < rows[1]["id"]


def test_filters_narrow_each_other(client, two):
    mine = {"negotiation": two[0].negotiation.slug, "party": "P0"}
    assert ids(client, "demands", {"kind": "demand", **mine}) == {two[0]["demands"].pk}
    assert ids(client, "demands", {"issue": "issue-1", **mine}) == set()


def test_as_of_leaves_out_what_has_ended_or_is_superseded(client, two):
    mine = {"negotiation": two[0].negotiation.slug}
    ended, standing = (talks["demands"].pk for talks in two)
    assert ids(client, "demands", {"as_of": "2025-06-10", **mine}) == {ended, standing}
    assert ids(client, "demands", {"as_of": "2025-06-11", **mine}) == {standing}


def test_the_same_code_in_two_negotiations_means_both(client, two, beside):
    both = {two[0]["demands"].pk, beside["demands"].pk}
    assert both <= ids(client, "demands", {"issue": "issue-0"})
    slug = beside.negotiation.slug
    found = ids(client, "demands", {"issue": "issue-0", "negotiation": slug})
    assert found & both == {beside["demands"].pk}


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_an_unknown_parameter_is_refused_with_those_there_are(client, two, collection):
    for address in (place(collection), place(collection, two[0].key(collection))):
        answer = client.get(address, {"isue": "ceasefire"})
        assert answer.status_code == 400
        assert list(answer.json()) == ["isue"]
        for known in ASKING[collection]:
            assert known in answer.json()["isue"][0]


@pytest.mark.parametrize(("collection", "parameter"), ONE_FILTER)
@pytest.mark.parametrize(
    "query", ["{0}=", "{0}=%20", "{0}=1&{0}=1"], ids=["empty", "blank", "twice"]
)
def test_an_empty_or_repeated_value_is_refused(client, collection, parameter, query):
    answer = client.get(place(collection) + "?" + query.format(parameter))
    assert answer.status_code == 400
    assert list(answer.json()) == [parameter]


@pytest.mark.parametrize(("collection", "parameter"), POINTING)
def test_hidden_and_absent_look_the_same(client, hidden, collection, parameter):
    secret = ASKING[collection][parameter](hidden)
    absent = "nothing" if isinstance(secret, str) else 10**9
    answers = [client.get(place(collection), {parameter: value}) for value in (secret, absent)]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].content == answers[1].content
    assert list(answers[0].json()) == [parameter]
    query = {parameter: secret, "negotiation": hidden.negotiation.slug}
    assert hidden[collection].pk in ids(program_of(hidden.editor), collection, query)


def test_what_is_in_another_negotiation_is_not_in_this(client, two):
    other = new_talks().fill(5)
    slug = two[0].negotiation.slug
    for query in ({"round": other["rounds"].pk}, {"issue": "issue-5"}, {"party": "P5"}):
        answer = client.get(place("demands"), {"negotiation": slug, **query})
        assert answer.status_code == 400
        assert list(answer.json()) == list(query)


def test_a_hidden_negotiation_is_as_one_that_is_not_there(client, hidden):
    answers = [
        client.get(place("demands"), {"negotiation": slug})
        for slug in (hidden.negotiation.slug, "nothing")
    ]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].content == answers[1].content
    assert list(answers[0].json()) == ["negotiation"]


def test_all_errors_are_told_at_once(client):
    query = {"kind": "wish", "as_of": "soon", "round": "second"}
    answer = client.get(place("demands"), query)
    assert answer.status_code == 400
    assert answer.json().keys() == query.keys()
    query = {"issue": "nothing", "party": "nobody", "round": 10**9}
    answer = client.get(place("demands"), query)
    assert answer.status_code == 400
    assert answer.json().keys() == query.keys()
