"""The administration behind the same rules as all else: who enters, what is shown and written."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import User
from config.admin import ReadOnly
from negotiations.admin import ByOperation
from negotiations.models import Changeset, Membership, Negotiation, Record
from negotiations.models.base import Scoped
from tests.factories import DemandFactory, MembershipFactory, NegotiationFactory, UserFactory
from tests.pages import signed_in
from tests.security.routes import addresses

CANARY = "canary-5e1f"
#: What the administration may add, change and delete: all else is only looked at.
WRITTEN = {
    "User": {"add", "change"},
    "ApiToken": set(),
    "Negotiation": {"add"},
    "Membership": {"add", "change", "delete"},
}


@pytest.fixture
def root(db) -> User:
    return User.objects.create_superuser("root", "root@example.org")


def entrances() -> list[str]:
    return [address for name, address in addresses("x") if name.startswith("admin:")]


@pytest.mark.parametrize("role", [None, *Membership.Role.values])
def test_no_role_of_a_negotiation_opens_it(db, role):
    user = MembershipFactory(role=role).user if role else UserFactory(is_staff=True)
    client = signed_in(user)
    for address in entrances():
        for answer in (client.get(address, follow=True), client.post(address, follow=True)):
            if "/logout/" not in address:
                assert answer.status_code in {403, 404, 405}, address
                assert "no-store" in answer["Cache-Control"]


def test_an_account_that_is_closed_is_out_at_once(root):
    client = signed_in(root)
    assert client.get("/admin/").status_code == 200
    User.objects.filter(pk=root.pk).update(is_active=False)
    assert client.get("/admin/").status_code == 302


def test_what_may_be_written_is_listed_here_and_all_else_is_only_looked_at(rf, root):
    request = rf.get("/admin/")
    request.user = root
    for model, shown in admin.site._registry.items():
        may = {
            word
            for word in ("add", "change", "delete")
            if getattr(shown, f"has_{word}_permission")(request)
        }
        assert may == WRITTEN.get(model.__name__, set()), model
        if not may:
            assert isinstance(shown, ReadOnly), model
        if issubclass(model, Scoped) or model in (Negotiation, Membership):
            assert isinstance(shown, ReadOnly | ByOperation), model
        assert not may or shown.actions is None or model is User, model


def test_no_text_of_a_draft_is_shown_there(root):
    talks = NegotiationFactory()
    draft = DemandFactory(negotiation=talks, text=CANARY)
    client = signed_in(root)
    pages = [*entrances(), reverse("admin:negotiations_record_change", args=[draft.pk])]
    for address in pages:
        if "logout" not in address:
            page = client.get(address)
            assert CANARY not in page.content.decode(), address
    own = client.get(reverse("record", args=[talks.slug, draft.pk]))
    assert own.status_code == 404


def test_whoever_runs_the_site_is_no_member_by_that(root):
    """A membership is what opens a negotiation, and whoever gives it stands in its history."""
    hidden = NegotiationFactory(visibility="members")
    client = signed_in(root)
    assert client.get(reverse("overview", args=[hidden.slug])).status_code == 404
    given = {"where": hidden.pk, "user": root.pk, "role": "manager"}
    assert client.post(reverse("admin:negotiations_membership_add"), given).status_code == 302
    assert client.get(reverse("overview", args=[hidden.slug])).status_code == 200
    latest = Changeset.objects.filter(negotiation=hidden).order_by("revision").last()
    assert latest is not None
    assert latest.user_name == "root"


def test_a_record_is_not_published_or_deleted_there(root):
    draft = DemandFactory()
    client = signed_in(root)
    change = reverse("admin:negotiations_record_change", args=[draft.pk])
    delete = reverse("admin:negotiations_record_delete", args=[draft.pk])
    listed = reverse("admin:negotiations_record_changelist")
    chosen = {"action": "delete_selected", "_selected_action": [draft.pk]}
    assert client.post(change, {"state": "published"}).status_code == 403
    assert client.post(delete, {"post": "yes"}).status_code == 403
    client.post(listed, chosen)
    assert Record.objects.get(pk=draft.pk).state == "draft"


def test_a_form_of_another_site_is_refused(root):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(root, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = reverse("admin:accounts_user_add")
    answer = strict.post(address, {"username": "evil"}, HTTP_ORIGIN="http://evil.example")
    assert answer.status_code == 403
    assert not User.objects.filter(username="evil").exists()
