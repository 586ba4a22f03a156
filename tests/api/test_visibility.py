"""What one may not see is, for the API, not there: in no list, count, filter or comparison."""

import pytest
from django.test import Client

from negotiations.models import Negotiation
from tests.api.conftest import (
    COLLECTIONS,
    CONTENT,
    Talks,
    new_talks,
    place,
    program_of,
)
from tests.factories import MembershipFactory, UserFactory

CANARY = "Zyzzyva"
STATES = ["draft", "in review", "retracted"]
pytestmark = pytest.mark.usefixtures("unseen", "db")


@pytest.fixture(scope="module")
def unseen(for_the_module) -> dict[str, Talks]:
    """Talks for members only, and public ones where nothing is published yet, or any more."""
    unpublished = {state: new_talks().fill(word=CANARY, state=state) for state in STATES}
    return {"members": new_talks(Negotiation.Visibility.MEMBERS).fill(word=CANARY), **unpublished}


@pytest.fixture(scope="module")
def clients(unseen) -> dict[str, Client]:
    reader = UserFactory()
    for state in STATES:
        MembershipFactory(user=reader, negotiation=unseen[state].negotiation, role="reader")
    return {
        "nobody": program_of(None),
        "outsider": program_of(UserFactory()),
        "reader": program_of(reader),
    }


@pytest.mark.parametrize("collection", COLLECTIONS)
@pytest.mark.parametrize("who", ["nobody", "outsider", "reader"])
def test_no_list_or_count_shows_it(unseen, clients, collection, who):
    page = clients[who].get(place(collection))
    assert CANARY not in page.content.decode()
    talks = list(unseen.values()) if collection not in CONTENT else []
    public = [t for t in talks if t.negotiation.visibility == "public"]
    assert page.json()["count"] == len(page.json()["results"])
    found = {row["id"] for row in page.json()["results"]}
    assert found >= {t[collection].pk for t in public}
    assert unseen["members"][collection].pk not in found
    if collection in CONTENT:
        assert page.json()["count"] == 0


@pytest.mark.parametrize(
    ("collection", "case"),
    [(collection, case) for collection in CONTENT for case in ["members", *STATES]]
    + [(collection, "members") for collection in COLLECTIONS if collection not in CONTENT],
)
def test_hidden_and_absent_look_the_same_and_editors_see_it(unseen, clients, collection, case):
    talks = unseen[case]
    absent_key = "absent" if collection == "negotiations" else 10**9
    for client in clients.values():
        hidden = client.get(place(collection, talks.key(collection)))
        absent = client.get(place(collection, absent_key))
        assert hidden.status_code == absent.status_code == 404
        assert hidden.content == absent.content
        assert dict(hidden.items()) == dict(absent.items())
    editor = program_of(talks.editor)
    assert editor.get(place(collection, talks.key(collection))).status_code == 200
    assert CANARY in editor.get(place(collection)).content.decode() or collection in PLAIN
    assert talks[collection].pk in {
        row["id"] for row in editor.get(place(collection)).json()["results"]
    }


#: Collections without a text of their own that ``fill`` could write into.
PLAIN = {"negotiations", "participations", "term-values", "linkages", "silences"}
