"""A deleted account: what belongs to the person goes, what they did keeps their name."""

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from accounts.models import ApiToken, User
from negotiations import unsaved
from negotiations.memberships import set_role, start_negotiation
from negotiations.models import Changeset, Membership, UnsavedForm
from negotiations.operations import create
from positions.models import Issue
from tests.factories import UserFactory

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PAGE = "/accounts/delete/"
PASSWORD = "a long river runs"


@pytest.fixture
def bea(db) -> User:
    return UserFactory(username="bea")


@pytest.fixture
def ann(bea) -> User:
    """An editor who has recorded an issue, with a token, a session elsewhere and a form."""
    ann = User.objects.create_user(
        "ann", "ann@example.org", PASSWORD, first_name="Ann", last_name="Lake"
    )
    talks = start_negotiation(user=bea, slug="talks", title="The talks")
    set_role(user=bea, negotiation=talks, member=ann, role="editor")
    create(Issue, user=ann, negotiation=talks, code="water", name="Water", order=1)
    unsaved.keep(user=ann, address="/talks/new/event/", typed=QueryDict("title=Half"))
    return ann


@pytest.fixture
def signed_in(ann) -> Client:
    client = Client()
    client.force_login(ann, backend=BACKEND)
    return client


def test_it_takes_the_password(signed_in, ann):
    assert "This is not your password" in signed_in.post(PAGE, {"password": "x"}).content.decode()
    assert signed_in.get(PAGE).status_code == 200
    assert signed_in.delete(PAGE).status_code == 405
    ann.refresh_from_db()
    assert ann.is_active
    assert Client().get(PAGE).status_code == 302


def test_all_that_is_ones_own_goes_and_the_name_stays(signed_in, ann, bea):
    key = ApiToken.issue(user=ann, name="a script")
    elsewhere = Client()
    elsewhere.force_login(ann, backend=BACKEND)
    answer = signed_in.post(PAGE, {"password": PASSWORD})
    assert "What you did keeps the name “ann”" in answer.content.decode()
    ann.refresh_from_db()
    assert (ann.username, ann.email, ann.first_name, ann.last_name) == ("ann", "", "", "")
    assert ann.deleted is not None
    assert not ann.has_usable_password()
    for model in (ApiToken, UnsavedForm, Membership):
        assert not model.objects.filter(user=ann).exists()
    assert not any(s.get_decoded().get("_auth_user_id") for s in Session.objects.all())
    for client in (signed_in, elsewhere):
        assert client.get(reverse("account")).status_code == 302
    assert not Client().login(username="ann", password=PASSWORD)
    program = Client(headers={"Authorization": f"Bearer {key}"})
    assert program.get("/api/v1/negotiations/").status_code == 401
    reader = Client()
    reader.force_login(bea, backend=BACKEND)
    page = reader.get("/talks/changes/").content.decode()
    assert page.count("<b>ann</b>") == 2
    assert "Account deleted" in page
    newest = Changeset.objects.latest("revision")
    assert (newest.user_name, newest.reason) == ("ann", "Account deleted")


def test_the_last_manager_is_told_first_what_to_do(ann, bea):
    client = Client()
    bea.set_password(PASSWORD)
    bea.save()
    client.force_login(bea, backend=BACKEND)
    page = client.get(PAGE).content.decode()
    assert f'<a href="{reverse("members", args=["talks"])}">The talks</a>' in page
    assert 'name="password"' not in page
    answer = client.post(PAGE, {"password": PASSWORD})
    assert answer.status_code == 422
    bea.refresh_from_db()
    assert bea.deleted is None
    talks = Membership.objects.get(user=bea).negotiation
    set_role(user=bea, negotiation=talks, member=ann, role="manager")
    assert client.post(PAGE, {"password": PASSWORD}).status_code == 200
    bea.refresh_from_db()
    assert bea.deleted is not None
    assert Membership.objects.get(negotiation=talks).user == ann


def test_who_runs_the_site_alone_stays(db):
    root = User.objects.create_superuser("root", password=PASSWORD)
    client = Client()
    client.force_login(root, backend=BACKEND)
    assert "Nobody else runs the site" in client.get(PAGE).content.decode()
    assert client.post(PAGE, {"password": PASSWORD}).status_code == 422
    User.objects.create_superuser("next", password=PASSWORD)
    assert client.post(PAGE, {"password": PASSWORD}).status_code == 200


def test_the_administration_deletes_after_asking(ann, bea):
    root = User.objects.create_superuser("root", password=PASSWORD)
    admin = Client()
    admin.force_login(root, backend=BACKEND)
    accounts = reverse("admin:accounts_user_changelist")
    chosen = {"action": "delete_accounts", "_selected_action": [ann.pk, bea.pk, root.pk]}
    asked = admin.post(accounts, chosen).content.decode()
    assert "<b>ann</b>" in asked
    assert "<b>root</b>" not in asked.split("</ul>")[0]
    ann.refresh_from_db()
    assert ann.deleted is None
    done = admin.post(accounts, {**chosen, "confirmed": "1"}, follow=True).content.decode()
    assert "Deleted: ann." in done
    assert "Bea: Nobody else manages “The talks”" in done
    assert set(User.objects.exclude(deleted=None)) == {ann}
    newest = Changeset.objects.latest("revision")
    assert newest.user_name == "root"
    place = reverse("admin:accounts_user_change", args=[ann.pk])
    assert admin.post(place, {"username": "ann", "is_active": "on"}).status_code == 403


def test_nobody_opens_it_again_or_takes_the_name(signed_in, ann, bea):
    signed_in.post(PAGE, {"password": PASSWORD})
    ann.refresh_from_db()
    talks = Membership.objects.get(user=bea).negotiation
    with pytest.raises(ValidationError, match="The account ann is deleted"):
        set_role(user=bea, negotiation=talks, member=ann, role="manager")
    with pytest.raises(IntegrityError, match="accounts_user_username_key"), transaction.atomic():
        User.objects.create_user("ann")
    ann.is_active = True
    with pytest.raises(IntegrityError, match="deleted_account_is_closed"):
        ann.save()
