"""What is sent once more under its ``Idempotency-Key`` is done once and answered as the first."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config.management.commands.housekeeping import clear_away
from negotiations import memberships, operations
from negotiations.models import Membership, Negotiation, Record, Sending
from positions.models import Demand
from tests import factories
from tests.api.conftest import new_talks, place, program_of
from tests.api.written import body_of

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json"}


@pytest.fixture
def talks():
    talks = new_talks().fill()
    talks.earlier["rounds"] = talks["rounds"]
    return talks


@pytest.fixture
def editor(talks):
    return program_of(talks.editor)


def under(key: str, **headers: str) -> dict:
    return {**JSON, "headers": {"Idempotency-Key": key, **headers}}


def told(answer) -> tuple:
    return answer.status_code, answer.content, answer.headers.get("ETag")


def test_the_same_again_gets_the_first_answer(editor, talks):
    body = body_of("demands", talks)
    first = editor.post(place("demands"), body, **under("one"))
    count, revision = Record.objects.count(), talks.negotiation.head.revision
    assert first.status_code == 201
    for key in ("one", '"one"'):
        again = editor.post(place("demands"), body, **under(key))
        assert told(again) == told(first)
        assert again["Content-Type"] == first["Content-Type"] == "application/json"
    assert Record.objects.count() == count
    talks.negotiation.head.refresh_from_db()
    assert talks.negotiation.head.revision == revision
    assert editor.post(place("demands"), body, **under("two")).json()["id"] != first.json()["id"]


def test_an_edit_and_a_deletion_are_answered_again_too(editor, talks):
    body = body_of("demands", talks)
    made = editor.post(place("demands"), body, **JSON)
    at = place("demands", made.json()["id"])
    edited = editor.patch(at, {"text": "New"}, **under("edit", **{"If-Match": made["ETag"]}))
    assert edited.status_code == 200
    again = editor.patch(at, {"text": "New"}, **under("edit", **{"If-Match": made["ETag"]}))
    assert told(again) == told(edited)
    assert Demand.objects.get(pk=made.json()["id"]).version == 2
    gone = [editor.delete(at, **under("gone", **{"If-Match": "*"})) for _ in range(2)]
    assert [told(each) for each in gone] == [(204, b"", None)] * 2


def test_another_request_under_the_key_is_refused(editor, talks):
    body = body_of("demands", talks)
    made = editor.post(place("demands"), body, **under("one")).json()
    count = Record.objects.count()
    for answer in (
        editor.post(place("demands"), {**body, "text": "Other"}, **under("one")),
        editor.post(place("sources"), body, **under("one")),
        editor.delete(place("demands", made["id"]), **under("one", **{"If-Match": "*"})),
    ):
        assert answer.status_code == 422
        assert list(answer.json()) == ["detail"]
    assert Record.objects.count() == count


def test_what_was_refused_leaves_its_key_free(editor, talks):
    body = body_of("demands", talks)
    assert editor.post(place("demands"), {**body, "kind": "?"}, **under("one")).status_code == 400
    assert not Sending.objects.exists()
    assert editor.post(place("demands"), body, **under("one")).status_code == 201


@pytest.mark.parametrize("key", ["", " ", "x" * 65, "ä", "a b", 'a"', "a\tb"])
def test_what_is_no_key(editor, talks, key):
    answer = editor.post(place("demands"), body_of("demands", talks), **under(key))
    assert answer.status_code == 400
    assert list(answer.json()) == ["Idempotency-Key"]


def test_each_user_has_keys_of_their_own(editor, talks):
    other = factories.UserFactory()
    memberships.set_role(
        user=talks.editor,
        negotiation=talks.negotiation,
        member=other,
        role=Membership.Role.EDITOR,
    )
    body = body_of("demands", talks)
    made = [c.post(place("demands"), body, **under("one")) for c in (editor, program_of(other))]
    assert made[0].json()["id"] != made[1].json()["id"]


def test_who_was_put_out_meanwhile_is_not_answered(editor, talks):
    factories.MembershipFactory(
        negotiation=talks.negotiation, role=Membership.Role.MANAGER, user=factories.UserFactory()
    )
    operations.edit(talks.negotiation, user=None, visibility=Negotiation.Visibility.MEMBERS)
    body = body_of("demands", talks)
    assert editor.post(place("demands"), body, **under("one")).status_code == 201
    memberships.remove_member(user=None, negotiation=talks.negotiation, member=talks.editor)
    assert editor.post(place("demands"), body, **under("one")).status_code == 404


def test_a_key_lives_a_day(editor, talks):
    body = body_of("demands", talks)
    made = [editor.post(place("demands"), body, **under("one")).json()["id"]]
    Sending.objects.update(sent=timezone.now() - timedelta(hours=25))
    made.append(editor.post(place("demands"), body, **under("one")).json()["id"])
    assert made[0] != made[1]
    clear_away()
    assert Sending.objects.count() == 1
    Sending.objects.update(sent=timezone.now() - timedelta(hours=25))
    clear_away()
    assert not Sending.objects.exists()
