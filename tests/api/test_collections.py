"""Every collection: what it holds, for whom, in pages, in how many queries."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.api.conftest import (
    COLLECTIONS,
    Talks,
    member,
    new_talks,
    place,
    program_of,
)
from tests.factories import UserFactory

pytestmark = pytest.mark.usefixtures("shown", "db")
WHO = ["nobody", "outsider", "reader", "editor"]


@pytest.fixture(scope="module")
def shown(for_the_module) -> Talks:
    """Public talks with one of everything."""
    return new_talks().fill()


@pytest.fixture(scope="module")
def more(shown) -> Talks:
    """The same with two more of everything, and other talks beside them."""
    for number in (1, 2):
        shown.fill(number)
        new_talks().fill(0)
    return shown


def ids(client: Client, collection: str, **query) -> list[int]:
    answer = client.get(place(collection), {"page_size": 500, **query})
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_anybody_reads_what_is_published(client, shown, collection):
    page = client.get(place(collection))
    assert page.status_code == 200
    assert page["Content-Type"] == "application/json"
    assert page.json().keys() == {"count", "next", "previous", "results"}
    assert page.json()["count"] == len(page.json()["results"])
    (row,) = [row for row in page.json()["results"] if row["id"] == shown[collection].pk]
    one = client.get(place(collection, shown.key(collection)))
    assert one.json() == row
    if collection != "negotiations":
        assert row["negotiation"] == shown.negotiation.slug


@pytest.fixture(scope="module")
def counted(shown, request) -> dict:
    """The rows and queries of each collection for everybody, with one and with three of all."""
    users = {
        "nobody": None,
        "outsider": UserFactory(),
        "reader": member(shown.negotiation, "reader"),
        "editor": shown.editor,
    }
    clients = {who: program_of(user) for who, user in users.items()}

    def count() -> dict:
        found = {}
        for collection in COLLECTIONS:
            for who, client in clients.items():
                with CaptureQueriesContext(connection) as queries:
                    rows = client.get(place(collection)).json()["count"]
                found[collection, who] = rows, len(queries)
        return found

    before = count()
    request.getfixturevalue("more")
    return {key: (before[key], after) for key, after in count().items()}


@pytest.mark.parametrize("collection", COLLECTIONS)
@pytest.mark.parametrize("who", WHO)
def test_queries_do_not_grow_with_the_rows(counted, collection, who):
    (rows, queries), (more_rows, same_queries) = counted[collection, who]
    assert more_rows >= rows + 2
    assert same_queries == queries <= 6


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_pages_give_every_row_once(client, more, collection):
    in_one = ids(client, collection)
    in_many = [row["id"] for page in pages(client, place(collection)) for row in page["results"]]
    assert len(in_one) > 1
    assert in_many == in_one


def pages(client: Client, address: str) -> Iterator[dict]:
    address += "?page_size=7"
    while address:
        page = client.get(address).json()
        yield page
        address = page["next"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page=0", "page"),
        ("page=last", "page"),
        ("page=", "page"),
        ("page=1&page=2", "page"),
        ("page_size=0", "page_size"),
        ("page_size=501", "page_size"),
        ("page_size=٣", "page_size"),
        ("page_size=99999999999999", "page_size"),
    ],
)
def test_a_page_that_cannot_be_is_refused(client, query, field):
    answer = client.get(place("demands") + "?" + query)
    assert answer.status_code == 400
    assert list(answer.json()) == [field]


def test_a_page_beyond_the_last_is_not_there(client):
    assert client.get(place("demands"), {"page": 2}).status_code == 404


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_other_methods_are_refused_in_json(shown, collection):
    client = program_of(shown.editor)
    items = ["GET", "HEAD", "PATCH"] + ["DELETE"] * (collection != "negotiations")
    allowed = {
        place(collection): ["GET", "HEAD", "POST"],
        place(collection, shown.key(collection)): items,
    }
    for address, methods in allowed.items():
        others = {"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS", "TRACE"}
        for method in others - set(methods):
            answer = client.generic(method, address)
            assert answer.status_code == 405
            assert sorted(answer["Allow"].split(", ")) == sorted(methods)
            assert list(answer.json()) == ["detail"]


@pytest.mark.parametrize("path", ["", "nothing/", "demands/x/", "demands/1", "demands/%00/"])
def test_what_is_not_there_says_so_in_json(client, path):
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 404
    assert list(answer.json()) == ["detail"]


def test_a_demand_in_full(client, talks):
    talks.fill()
    number = {name: talks[name].pk for name in COLLECTIONS}
    assert client.get(place("demands", number["demands"])).json() == {
        "id": number["demands"],
        "negotiation": talks.negotiation.slug,
        "holders": ["P0"],
        "issue": "issue-0",
        "text": "word",
        "kind": "demand",
        "answers": number["proposals"],
        "answer": "accepted",
        "clause": number["clauses"],
        "addressees": ["P0"],
        "obligors": ["P0"],
        "round": number["rounds"],
        "occasion": "word",
        "stated": {"earliest": "2025-06-01", "latest": "2025-06-01"},
        "ended": {"earliest": "2025-06-11", "latest": "2025-06-11"},
        "ending": "withdrawn",
        "firmness": "red line",
        "supersedes": talks.earlier["demands"].pk,
        "movement": "softened",
        "terms": [
            {
                "term": "term-0",
                "quantity": None,
                "unit": "",
                "choices": ["yes-0"],
                "quantifier": "all of",
                "others": False,
                "dates": None,
                "status": "given",
                "approximate": False,
                "per": None,
                "rank": "preferred",
            }
        ],
        "linkages": [
            {"relation": "only if", "anchor": talks.earlier["demands"].pk, "condition": ""}
        ],
        "evidence": [number["evidence"]],
        "state": "published",
        "version": 1,
    }


def test_ranges_have_two_ends_and_null_where_they_are_open(client, talks):
    talks.fill()
    shown = client.get(place("rounds", talks["rounds"].pk)).json()
    assert shown["duration"] == {"low": None, "high": "90"}
    assert shown["planned"] is None
    assert shown["held"] == {
        "earliest": "2025-06-01T09:00:00Z",
        "latest": "2025-06-01T22:30:00Z",
    }


def test_a_draft_value_of_a_published_demand_stays_with_the_editors(client, talks):
    talks.fill()
    type(talks["term-values"]).objects.filter(pk=talks["term-values"].pk).update(state="draft")
    address = place("demands", talks["demands"].pk)
    assert client.get(address).json()["terms"] == []
    assert len(program_of(talks.editor).get(address).json()["terms"]) == 1
