"""Who begins a negotiation, and who is in it: somebody always manages it."""

import threading

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import connection
from psycopg import errors

from negotiations.history import history_of
from negotiations.memberships import remove_member, set_role, start_negotiation
from negotiations.models import Membership, Negotiation
from tests.factories import MembershipFactory, NegotiationFactory, UserFactory


@pytest.fixture
def user(db):
    return UserFactory()


@pytest.fixture
def started(user) -> Negotiation:
    return start_negotiation(user=user, slug="river-talks", title="River talks")


def roles(negotiation: Negotiation) -> dict[str, str]:
    rows = Membership.objects.filter(negotiation=negotiation)
    return {row.user.username: row.role for row in rows}


def test_whoever_begins_a_negotiation_manages_it(user):
    started = start_negotiation(
        user=user,
        slug="river-talks",
        title="River talks",
        summary="About a river",
        visibility="members",
        review="required",
        reason="The first round is near",
    )
    assert roles(started) == {user.username: "manager"}
    shown = Negotiation.objects.managed_by(user).get()
    assert (shown.slug, shown.title, shown.summary) == (
        "river-talks",
        "River talks",
        "About a river",
    )
    assert (shown.visibility, shown.review) == ("members", "required")
    assert started.revision == 1


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"slug": "api", "title": "Talks"}, "slug"),
        ({"slug": "two words", "title": "Talks"}, "slug"),
        ({"slug": "river-talks", "title": ""}, "title"),
        ({"slug": "river-talks", "title": "Talks", "visibility": "friends"}, "visibility"),
    ],
)
def test_what_cannot_be_is_refused_whole(user, fields, at_fault):
    with pytest.raises(ValidationError) as caught:
        start_negotiation(user=user, **fields)
    assert at_fault in caught.value.message_dict
    assert not Negotiation.objects.exists()


def test_a_slug_is_taken_once(user, started):
    with pytest.raises(ValidationError) as caught:
        start_negotiation(user=user, slug=started.slug, title="Others")
    assert list(caught.value.message_dict) == ["slug"]


def test_a_role_is_given_changed_and_taken(user, started):
    other = UserFactory()
    set_role(user=user, negotiation=started, member=other, role="reader")
    assert roles(started)[other.username] == "reader"
    given = set_role(user=user, negotiation=started, member=other, role="editor", reason="Helps")
    assert roles(started) == {user.username: "manager", other.username: "editor"}
    assert [row.operation for row in history_of(given)] == ["I", "U"]
    remove_member(user=user, negotiation=started, member=other)
    assert roles(started) == {user.username: "manager"}


def test_a_role_is_one_of_those_there_are(user, started):
    with pytest.raises(ValidationError) as caught:
        set_role(user=user, negotiation=started, member=UserFactory(), role="owner")
    assert list(caught.value.message_dict) == ["role"]


def test_who_is_no_member_cannot_be_removed(user, started):
    with pytest.raises(ValidationError) as caught:
        remove_member(user=user, negotiation=started, member=UserFactory())
    assert list(caught.value.message_dict) == ["user"]


def test_the_last_manager_stays(user, started):
    for leave in (
        lambda: set_role(user=user, negotiation=started, member=user, role="editor"),
        lambda: remove_member(user=user, negotiation=started, member=user),
    ):
        with pytest.raises(ValidationError) as caught:
            leave()
        assert list(caught.value.message_dict) == ["role"]
    assert roles(started) == {user.username: "manager"}
    set_role(user=user, negotiation=started, member=UserFactory(), role="manager")
    remove_member(user=user, negotiation=started, member=user)
    assert list(roles(started).values()) == ["manager"]


def test_a_manager_may_be_made_manager_again(user, started):
    set_role(user=user, negotiation=started, member=user, role="manager")
    assert roles(started) == {user.username: "manager"}


def test_where_nobody_manages_roles_can_be_given(user):
    negotiation = NegotiationFactory()
    set_role(user=user, negotiation=negotiation, member=user, role="reader")
    assert roles(negotiation) == {user.username: "reader"}


def test_two_managers_cannot_both_leave_at_once(transactional_db):
    first, second = UserFactory(), UserFactory()
    started = start_negotiation(user=first, slug="river-talks", title="River talks")
    set_role(user=first, negotiation=started, member=second, role="manager")
    together, refused = threading.Barrier(2), []

    def leave(who):
        try:
            together.wait(timeout=10)
            remove_member(user=who, negotiation=started, member=who)
        except ValidationError as error:
            refused.append(error.message_dict)
        finally:
            connection.close()

    threads = [threading.Thread(target=leave, args=[who]) for who in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert [list(each) for each in refused] == [["role"]]
    assert list(roles(started).values()) == ["manager"]


@pytest.mark.parametrize(
    "leave",
    [
        "DELETE FROM negotiations_membership WHERE user_id = %s",
        "UPDATE negotiations_membership SET role = 'reader' WHERE user_id = %s",
    ],
    ids=["removed", "demoted"],
)
def test_the_database_keeps_a_manager_whoever_writes(transactional_db, connect, leave):
    first, second = UserFactory(), UserFactory()
    started = start_negotiation(user=first, slug="river-talks", title="River talks")
    set_role(user=first, negotiation=started, member=second, role="manager")
    one, other = connect(), connect()
    # Each sees the other still managing until the seal, which lets one end before the other.
    one.execute(leave, [first.pk])
    other.execute(leave, [second.pk])
    one.commit()
    with pytest.raises(errors.CheckViolation) as caught:
        other.commit()
    assert caught.value.diag.constraint_name == "manager_stays"
    assert [name for name, role in roles(started).items() if role == "manager"] == [second.username]


def test_what_nobody_has_managed_yet_may_lose_members(user):
    negotiation = NegotiationFactory()
    row = MembershipFactory(negotiation=negotiation, role="editor")
    remove_member(user=user, negotiation=negotiation, member=row.user)
    assert roles(negotiation) == {}


def test_memberships_are_shown_to_managers_and_to_whom_they_are_of(user, started):
    reader = MembershipFactory(negotiation=started, role="reader")
    MembershipFactory()
    shown = Membership.objects.visible_to
    assert {row.user for row in shown(user)} == {user, reader.user}
    assert list(shown(reader.user)) == [reader]
    assert not shown(AnonymousUser()).exists()
    assert not Negotiation.objects.managed_by(AnonymousUser()).exists()
