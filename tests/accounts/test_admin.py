"""The administration: who gets in, and that it writes as everybody else does."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import ApiToken, User
from negotiations.memberships import start_negotiation
from negotiations.models import Changeset, Membership, Negotiation, Record
from tests.factories import PartyFactory, UserFactory

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LISTS = [
    "accounts_user",
    "accounts_apitoken",
    "negotiations_negotiation",
    "negotiations_membership",
    "negotiations_record",
    "negotiations_changeset",
]


@pytest.fixture
def root(db) -> User:
    return User.objects.create_superuser("root", "root@example.org")


@pytest.fixture
def admin(root) -> Client:
    client = Client()
    client.force_login(root, backend=BACKEND)
    return client


@pytest.fixture
def talks(anna) -> Negotiation:
    return start_negotiation(user=anna, slug="talks", title="The talks")


def listed(name: str) -> str:
    return reverse(f"admin:{name}_changelist")


def act(client: Client, name: str, action: str, *rows) -> str:
    """Do something to the rows of a list and return the page that comes."""
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(listed(name), chosen, follow=True).content.decode()


@pytest.mark.parametrize("name", LISTS)
def test_lists_and_forms_open_for_superusers(admin, root, talks, name):
    PartyFactory(negotiation=talks)
    ApiToken.issue(user=root, name="a script")
    page = admin.get(listed(name))
    assert page.status_code == 200
    link = re.search(rf'href="({listed(name)}[^"?]+/change/)', page.content.decode())
    assert link is not None
    assert admin.get(link[1]).status_code == 200


@pytest.mark.parametrize("rights", [{}, {"is_staff": True}, {"is_superuser": True}])
def test_for_others_it_is_not_there(client, db, rights):
    client.force_login(UserFactory(**rights), backend=BACKEND)
    for path in (reverse("admin:index"), *map(listed, LISTS)):
        answer = client.get(path, follow=True)
        assert answer.status_code == 404, path


def test_strangers_are_asked_to_sign_in(client, db):
    answer = client.get(reverse("admin:index"), follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0] == "/accounts/login/?next=/admin/"


@pytest.mark.parametrize("name", ["negotiations_record", "negotiations_changeset"])
def test_records_and_history_are_only_looked_at(admin, talks, name):
    PartyFactory(negotiation=talks)
    model = {"negotiations_record": Record, "negotiations_changeset": Changeset}[name]
    row = model.objects.first()
    place = reverse(f"admin:{name}_change", args=[row.pk])
    assert admin.post(place, {"kind": "party"}).status_code == 403
    assert admin.post(reverse(f"admin:{name}_delete", args=[row.pk])).status_code == 403
    assert admin.get(reverse(f"admin:{name}_add")).status_code == 403
    assert 'name="_save"' not in admin.get(place).content.decode()
    assert "_selected_action" not in admin.get(listed(name)).content.decode()


def test_a_link_with_which_a_new_user_chooses_a_password(admin):
    made = admin.post(
        reverse("admin:accounts_user_add"), {"username": "berta", "usable_password": "false"}
    )
    assert made.status_code == 302
    berta = User.objects.get(username="berta")
    assert not berta.has_usable_password()
    page = act(admin, "accounts_user", "make_password_links", berta)
    link = re.search(r"<code>http://testserver(/accounts/password/\S+?)</code>", page)
    assert link is not None
    form = Client().get(link[1], follow=True).content.decode()
    assert "For the account <b>berta</b>" in form


def test_no_link_for_a_closed_account(admin):
    closed = UserFactory(is_active=False)
    page = act(admin, "accounts_user", "make_password_links", closed)
    assert "None of these accounts is open." in page
    assert "/accounts/password/" not in page


def test_accounts_are_closed_but_not_ones_own(admin, root, anna):
    assert "Closed: 1." in act(admin, "accounts_user", "close_accounts", root, anna)
    assert not User.objects.get(pk=anna.pk).is_active
    assert User.objects.get(pk=root.pk).is_active
    assert admin.post(reverse("admin:accounts_user_delete", args=[anna.pk])).status_code == 403


def test_nobody_takes_their_own_rights(admin, root):
    place = reverse("admin:accounts_user_change", args=[root.pk])
    admin.post(place, {"username": "root", "first_name": "R."})
    root.refresh_from_db()
    assert root.first_name == "R."
    assert root.is_active
    assert root.is_superuser


def test_tokens_are_revoked(admin, anna):
    ApiToken.issue(user=anna, name="a script")
    token = ApiToken.objects.get()
    assert token.digest not in admin.get(listed("accounts_apitoken")).content.decode()
    assert "Revoked: 1." in act(admin, "accounts_apitoken", "revoke_tokens", token)
    token.refresh_from_db()
    assert token.revoked is not None


def test_a_negotiation_is_begun_by_the_operation(admin, root):
    fields = {"title": "New", "slug": "new-talks", "visibility": "members", "review": "off"}
    assert admin.post(reverse("admin:negotiations_negotiation_add"), fields).status_code == 302
    begun = Negotiation.objects.get(slug="new-talks")
    assert Membership.objects.get(negotiation=begun).user == root
    assert {row.user_name for row in Changeset.objects.filter(negotiation=begun)} == {"root"}


def test_a_reserved_address_is_refused(admin):
    fields = {"title": "New", "slug": "admin", "visibility": "members", "review": "off"}
    page = admin.post(reverse("admin:negotiations_negotiation_add"), fields)
    assert "is an address of the site" in page.content.decode()
    assert not Negotiation.objects.exists()


def test_roles_are_given_changed_and_taken_by_operations(admin, talks):
    berta = UserFactory(username="berta")
    add = reverse("admin:negotiations_membership_add")
    fields = {"where": talks.pk, "user": berta.pk, "role": "editor"}
    assert admin.post(add, fields).status_code == 302
    given = Membership.objects.get(user=berta)
    assert given.role == "editor"
    change = reverse("admin:negotiations_membership_change", args=[given.pk])
    assert admin.post(change, {"role": "reviewer"}).status_code == 302
    given.refresh_from_db()
    assert given.role == "reviewer"
    delete = reverse("admin:negotiations_membership_delete", args=[given.pk])
    assert admin.post(delete, {"post": "yes"}).status_code == 302
    assert not Membership.objects.filter(user=berta).exists()
    signed = Changeset.objects.filter(negotiation=talks, user_name="root")
    assert signed.count() == 3


@pytest.mark.parametrize("place", ["change", "delete"])
def test_the_last_manager_stays(admin, talks, anna, place):
    only = Membership.objects.get(user=anna)
    path = reverse(f"admin:negotiations_membership_{place}", args=[only.pk])
    page = admin.post(path, {"role": "editor", "post": "yes"}, follow=True)
    assert "Nobody else manages the negotiation" in page.content.decode()
    only.refresh_from_db()
    assert only.role == "manager"
