"""Records have ETags; whoever changes one says which state of it they mean (RFC 9110)."""

import pytest
from django.utils.dateparse import parse_datetime

from negotiations.models import Changeset
from negotiations.operations import edit
from positions.models import Evidence
from tests import factories
from tests.api.conftest import COLLECTIONS, new_talks, place, program_of
from tests.api.written import CHANGES, body_of
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json"}
WRITTEN = [name for name in COLLECTIONS if name != "negotiations"]


@pytest.fixture(scope="module")
def talks(for_the_module):
    talks = new_talks().fill()
    rounds = {"negotiation": talks.negotiation, "track": talks["tracks"], "state": "published"}
    talks.earlier["rounds"] = factories.RoundFactory(**rounds)
    return talks


@pytest.fixture
def editor(talks):
    return program_of(talks.editor)


def etag_at(client, address: str) -> str:
    return client.get(address)["ETag"]


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_record_is_not_sent_again_while_it_is_the_same(editor, talks, collection):
    address = place(collection, talks.key(collection))
    first = editor.get(address, headers={"Accept-Encoding": "gzip"})
    assert first["ETag"].startswith('"')
    assert "Content-Encoding" not in first
    for known in (first["ETag"], f"W/{first['ETag']}", f'"other", {first["ETag"]}', "*"):
        answer = editor.get(address, headers={"If-None-Match": known})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer["ETag"] == first["ETag"]
    assert editor.get(address, headers={"If-None-Match": '"other"'}).status_code == 200
    assert editor.head(address)["ETag"] == first["ETag"]


@pytest.mark.parametrize("collection", WRITTEN)
def test_who_changes_a_record_says_which_state(editor, talks, collection):
    made = editor.post(place(collection), body_of(collection, talks), **JSON)
    address, change = place(collection, made.json()["id"]), CHANGES[collection]
    assert made["ETag"] == etag_at(editor, address)
    before = etag_at(editor, address)

    def patch(tags: str | None):
        headers = {} if tags is None else {"If-Match": tags}
        return editor.patch(address, change, **JSON, headers=headers)

    assert patch(None).status_code == 428
    for stale in ('"stale"', f"W/{before}", '"a", "b"'):
        answer = patch(stale)
        assert (answer.status_code, answer["ETag"]) == (412, before)
        assert answer.json()["current"] == editor.get(address).json()
    assert patch("5").status_code == 400
    changed = patch(f'"other", {before}')
    assert changed.status_code == 200
    assert changed["ETag"] == etag_at(editor, address) != before
    assert patch(before).status_code == 412
    assert patch("*").status_code == 200
    now = etag_at(editor, address)
    unless = editor.patch(address, change, **JSON, headers={"If-Match": "*", "If-None-Match": now})
    assert unless.status_code == 412
    for headers, status in (({}, 428), ({"If-Match": before}, 412)):
        assert editor.delete(address, headers=headers).status_code == status
    assert editor.get(address).status_code == 200


def test_what_else_is_answered_decides_the_etag_too(editor, talks):
    address = place("demands", talks.key("demands"))
    before, version = etag_at(editor, address), talks["demands"].version
    said = talks["evidence"]
    editor.post(
        place("evidence"),
        {
            "negotiation": talks.negotiation.slug,
            "record": talks.key("demands"),
            "source": said.source_id,
            "basis": "inference",
        },
        **JSON,
    )
    assert Evidence.objects.filter(record=talks.key("demands")).count() == 2
    after = etag_at(editor, address)
    assert after != before
    assert editor.get(address).json()["version"] == version
    edit(talks["issues"], user=talks.editor, code="renamed")
    assert etag_at(editor, address) != after


def test_a_version_in_the_body_does_for_the_header(editor, talks):
    address = place("sources", talks.key("sources"))
    version = editor.get(address).json()["version"]
    answers = [
        editor.patch(address, {"version": version, "note": str(n)}, **JSON) for n in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 409]
    assert answers[1]["ETag"] == etag_at(editor, address)
    gone = editor.delete(address, {"version": version}, **JSON)
    assert gone.status_code == 409
    assert gone.json()["current"]["version"] == version + 1


def test_a_conflict_says_who_changed_it_since_and_when(editor, talks):
    address = place("sources", talks.key("sources"))
    before, version = etag_at(editor, address), editor.get(address).json()["version"]
    others = [
        MembershipFactory(negotiation=talks.negotiation, role="editor").user for _each in range(2)
    ]
    for other in others:
        changed = program_of(other).patch(
            address, {"note": other.username}, **JSON, headers={"If-Match": "*"}
        )
        assert changed.status_code == 200
    sets = Changeset.objects.filter(negotiation=talks.negotiation).order_by("pk")
    told = [
        {"who": each.user_name, "at": parse_datetime(each.sealed.isoformat())}
        for each in list(sets)[-2:]
    ]
    assert [each["who"] for each in told] == [other.username for other in others]
    by_tag = editor.patch(address, {"note": "Mine"}, **JSON, headers={"If-Match": before})
    by_version = editor.patch(address, {"note": "Mine", "version": version}, **JSON)
    gone = editor.delete(address, {"version": version}, **JSON)
    assert [each.status_code for each in (by_tag, by_version, gone)] == [412, 409, 409]
    for answer in (by_tag, by_version, gone):
        assert [
            {**each, "at": parse_datetime(each["at"])} for each in answer.json()["changed_by"]
        ] == told
    # After the version of between it was only the second; and no number is too long to be asked.
    for tag, expected in ((f'"{version + 1}-0"', told[1:]), (f'"{"9" * 5000}-0"', told[1:])):
        answer = editor.patch(address, {"note": "Mine"}, **JSON, headers={"If-Match": tag})
        names = [each["who"] for each in answer.json()["changed_by"]]
        assert names == [each["who"] for each in expected]
