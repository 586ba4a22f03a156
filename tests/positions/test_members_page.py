"""The members' page: who sees what of it, and leaving."""

import pytest
from django.urls import reverse

from negotiations.memberships import set_role
from negotiations.models import Membership
from negotiations.operations import version_of
from tests.factories import MembershipFactory, NegotiationFactory, UserFactory
from tests.pages import signed_in
from tests.sending import as_sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def talks():
    negotiation = NegotiationFactory(slug="river-talks", title="River talks")
    for role in Membership.Role.values:
        MembershipFactory(
            negotiation=negotiation, user=UserFactory(username=f"the-{role}"), role=role
        )
    return negotiation


def as_role(role):
    return signed_in(Membership.objects.get(role=role).user)


def text(answer) -> str:
    return answer.content.decode()


def test_managers_see_everybody_and_others_themselves(talks):
    page = text(as_role("manager").get("/river-talks/members/"))
    assert all(f"the-{role}" in page for role in Membership.Role.values)
    for role in ("reader", "editor", "reviewer"):
        page = text(as_role(role).get("/river-talks/members/"))
        assert f"Your role here: <b>{role}</b>" in page
        assert "the-manager" not in page
        assert 'name="role"' not in page


@pytest.mark.parametrize("role", ["reader", "editor", "reviewer"])
@pytest.mark.parametrize(("visibility", "onwards"), [("public", "/river-talks/"), ("members", "/")])
def test_members_leave_and_see_what_is_left_to_see(talks, role, visibility, onwards):
    type(talks).objects.update(visibility=visibility)
    client = as_role(role)
    answer = client.post("/river-talks/members/leave/", follow=True)
    assert answer.redirect_chain == [(onwards, 302)]
    assert "You have left “River talks”." in text(answer)
    assert not Membership.objects.filter(role=role).exists()
    refused = 403 if visibility == "public" else 404
    assert client.post("/river-talks/members/leave/").status_code == refused


def test_the_last_manager_is_told_to_hand_over_first(talks):
    client = as_role("manager")
    answer = client.post("/river-talks/members/leave/", follow=True)
    assert answer.redirect_chain == [("/river-talks/members/", 302)]
    assert "Nobody else manages the negotiation; let somebody manage it first." in text(answer)
    assert Membership.objects.filter(role="manager").exists()
    version = version_of(Membership.objects.get(role="editor"))
    typed = {"name": "the-editor", "role": "manager", "version": version}
    client.post("/river-talks/members/", typed)
    client.post("/river-talks/members/leave/")
    assert Membership.objects.get(role="manager").user.username == "the-editor"


def test_what_was_done_is_told_by_name(talks):
    client = as_role("manager")
    UserFactory(username="ana")
    version = version_of(Membership.objects.get(role="reader"))
    for typed, told in (
        ({"name": "ana", "role": "editor"}, "ana is a member, as editor."),
        (
            {"name": "the-reader", "role": "editor", "version": version},
            "the-reader is a member",
        ),
        ({"name": "ana", "role": "editor", "remove": "1"}, "ana is no member any more."),
    ):
        assert told in text(client.post("/river-talks/members/", typed, follow=True))
    changes = text(client.get("/river-talks/changes/"))
    assert changes.count("ana · editor <span") == 2
    assert "the-reader · editor" in changes
    assert "role (reader → editor)" in changes


def test_who_is_added_twice_keeps_their_role(talks):
    typed = {"name": "The-Reviewer", "role": "reader"}
    answer = as_role("manager").post("/river-talks/members/", typed)
    assert answer.status_code == 422
    assert "the-reviewer is a member already, as reviewer." in text(answer)
    assert Membership.objects.filter(role="reviewer").count() == 1


@pytest.mark.parametrize("act", [{}, {"remove": "1"}], ids=["change", "remove"])
def test_a_role_that_another_manager_changed_meanwhile_stays(talks, act):
    client = as_role("manager")
    editor = Membership.objects.get(role="editor")
    typed = {"name": "the-editor", "version": version_of(editor), "role": "reader", **act}
    assert f'name="version" value="{typed["version"]}"' in text(client.get("/river-talks/members/"))
    set_role(user=None, negotiation=talks, member=editor.user, role="reviewer")
    answer = client.post("/river-talks/members/", typed)
    assert answer.status_code == 422
    assert "The role of the-editor was changed meanwhile: it is reviewer now." in text(answer)
    editor.refresh_from_db()
    assert editor.role == "reviewer"
    again = {**typed, "version": version_of(editor)}
    assert client.post("/river-talks/members/", again).status_code == 302
    left = Membership.objects.filter(user=editor.user).values_list("role", flat=True)
    assert list(left) == ([] if act else ["reader"])


def test_nobody_but_managers_changes_anything(talks):
    for role in ("reader", "editor", "reviewer"):
        client = as_role(role)
        for typed in ({"role": "manager"}, {"role": "reader", "remove": "1"}):
            answer = client.post("/river-talks/members/", {"name": f"the-{role}", **typed})
            assert answer.status_code == 403
    assert Membership.objects.filter(role="manager").count() == 1
    assert Membership.objects.count() == 4


def test_what_the_settings_mean_stands_beside_them(talks):
    client = as_role("manager")
    page = text(client.get("/river-talks/members/"))
    assert "Everyone reads what is published here" in page
    settings = text(client.get(reverse("setup-settings", args=["river-talks"])))
    assert "to others the negotiation is not there" in settings
    assert "is published once a reviewer or manager has approved it" in settings
    address = reverse("setup-settings", args=["river-talks"])
    sent = as_sent(client.get(address), "form")
    client.post(address, {**sent, "visibility": "members", "review": "required"})
    assert "Only members see this negotiation" in text(client.get("/river-talks/members/"))
