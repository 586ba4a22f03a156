"""Negotiations and their members: whoever has an account begins one, its managers change it."""

import pytest
from django.test import Client

from negotiations.models import Changeset, Membership, Negotiation
from tests.api.conftest import member, new_talks, place, program_of
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json"}
#: Whatever the row is now is meant.
ANY = {"headers": {"If-Match": "*"}}
TALKS = {"slug": "river-talks", "title": "River talks", "summary": "On a river"}


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def program(user) -> Client:
    return program_of(user)


@pytest.fixture
def begun(program) -> dict:
    answer = program.post(place("negotiations"), {**TALKS, "visibility": "members"}, **JSON)
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_whoever_begins_a_negotiation_manages_it(user, program, begun):
    shown = {**TALKS, "visibility": "members", "review": "off", "revision": 1}
    assert {name: begun[name] for name in shown} == shown
    assert program.get(place("negotiations", "river-talks")).json() == begun
    assert Client().get(place("negotiations", "river-talks")).status_code == 404
    (role,) = program.get(place("memberships")).json()["results"]
    assert (role["negotiation"], role["user"]) == ("river-talks", user.username)
    assert role["role"] == "manager"
    party = {"negotiation": "river-talks", "code": "UP", "name": "Upstream"}
    answer = program.post(place("parties"), {**party, "standing": "principal"}, **JSON)
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"slug": "api"}, "slug"),
        ({"slug": "x"}, "slug"),
        ({"slug": "two words"}, "slug"),
        ({"title": ""}, "title"),
        ({"visibility": "friends"}, "visibility"),
        ({"review": None}, "review"),
        ({"negotiation": "river"}, "negotiation"),
    ],
)
def test_a_negotiation_that_cannot_be(program, change, field):
    answer = program.post(place("negotiations"), {**TALKS, **change}, **JSON)
    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert not Negotiation.objects.exists()


def test_a_slug_is_taken_once(program, begun):
    answer = program.post(place("negotiations"), TALKS, **JSON)
    assert answer.status_code == 400
    assert list(answer.json()) == ["slug"]


def test_nobody_begins_nothing():
    answer = Client().post(place("negotiations"), TALKS, **JSON)
    assert answer.status_code == 401
    assert not Negotiation.objects.exists()


def test_a_manager_changes_the_settings(program, begun):
    change = {"title": "Lake talks", "visibility": "public", "slug": "lake-talks"}
    answer = program.patch(place("negotiations", "river-talks"), change, **JSON, **ANY)
    assert answer.status_code == 200
    seal = bytes(Changeset.objects.get(revision=2).hash).hex()
    assert answer.json() == {**begun, **change, "revision": 2, "seal": seal}
    assert begun["seal"] == bytes(Changeset.objects.get(revision=1).hash).hex()
    assert Client().get(place("negotiations", "lake-talks")).json() == answer.json()


@pytest.mark.parametrize("role", ["reader", "editor", "reviewer"])
def test_others_change_neither_settings_nor_members(begun, role):
    negotiation = Negotiation.objects.get()
    someone = member(negotiation, role)
    client = program_of(someone)
    row = Membership.objects.get(user=someone)
    body = {"negotiation": "river-talks", "user": someone.username, "role": "manager"}
    answers = [
        client.patch(place("negotiations", "river-talks"), {"title": "Mine"}, **JSON, **ANY),
        client.post(place("memberships"), body, **JSON),
        client.patch(place("memberships", row.pk), {"role": "manager"}, **JSON, **ANY),
        client.delete(place("memberships", row.pk), **ANY),
    ]
    assert [answer.status_code for answer in answers] == [403] * 4
    row.refresh_from_db()
    assert row.role == role
    assert [each["id"] for each in client.get(place("memberships")).json()["results"]] == [row.pk]


def test_a_role_is_given_changed_and_taken(program, begun):
    other = UserFactory()
    body = {"negotiation": "river-talks", "user": other.username, "role": "reader"}
    given = program.post(place("memberships"), {**body, "reason": "Asked"}, **JSON)
    assert given.status_code == 201
    assert {name: given.json()[name] for name in body} == body
    address = place("memberships", given.json()["id"])
    changed = program.patch(address, {"role": "editor"}, **JSON, **ANY)
    assert changed.json() == {**given.json(), "role": "editor"}
    found = program.get(place("memberships"), {"role": "editor"}).json()["results"]
    assert found == [changed.json()]
    assert program.delete(address, **ANY).status_code == 204
    assert program.get(address).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"user": "nobody-such"}, "user"),
        ({"user": ""}, "user"),
        ({"user": None}, "user"),
        ({"user": 7}, "user"),
        ({"user": []}, "user"),
        ({"user": "a\0b"}, "user"),
        ({"role": "owner"}, "role"),
        ({"rule": "reader"}, "rule"),
    ],
)
def test_a_membership_that_cannot_be(program, begun, user, change, field):
    body = {"negotiation": "river-talks", "user": user.username, "role": "manager", **change}
    answer = program.post(place("memberships"), body, **JSON)
    assert answer.status_code == 400
    assert list(answer.json()) == [field]


def test_a_member_is_not_made_another(program, begun):
    row = Membership.objects.get()
    answer = program.patch(
        place("memberships", row.pk), {"user": UserFactory().username}, **JSON, **ANY
    )
    assert answer.status_code == 400
    assert list(answer.json()) == ["user"]


def test_the_last_manager_stays(program, begun):
    address = place("memberships", Membership.objects.get().pk)
    for answer in (
        program.patch(address, {"role": "editor"}, **JSON, **ANY),
        program.delete(address, **ANY),
    ):
        assert answer.status_code == 400
        assert list(answer.json()) == ["role"]
    assert Membership.objects.get().role == "manager"


def test_members_of_other_negotiations_are_not_there(program, begun):
    other = member(new_talks().negotiation, "editor")
    absent, hidden = (
        program.get(place("memberships", pk))
        for pk in (10**9, Membership.objects.get(user=other).pk)
    )
    assert absent.status_code == hidden.status_code == 404
    assert absent.content == hidden.content
    assert other.username not in program.get(place("memberships")).content.decode()
    assert Client().get(place("memberships")).json()["count"] == 0
