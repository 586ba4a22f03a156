"""Changing one's password, and choosing one by a link."""

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from tests.accounts.conftest import PASSWORD

NEW = "quite another pass phrase"


@pytest.fixture(autouse=True)
def nothing_counted():
    """Attempts are counted in the cache, which outlives a test."""
    cache.clear()


def typed(**fields) -> dict[str, str]:
    return {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW, **fields}


def link_for(user) -> str:
    number = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("password-choose", args=[number, default_token_generator.make_token(user)])


def test_a_changed_password_keeps_one_signed_in(signed_in, anna):
    page = reverse("account_change_password")
    assert "Save the new password" in signed_in.get(page).content.decode()
    answer = signed_in.post(page, typed(), follow=True)
    assert answer.redirect_chain == [(reverse("account"), 302)]
    assert "anna@example.org" in answer.content.decode()
    anna.refresh_from_db()
    assert anna.check_password(NEW)


def test_other_browsers_are_signed_out(signed_in):
    other = Client()
    other.login(username="anna", password=PASSWORD)
    signed_in.post(reverse("account_change_password"), typed())
    assert other.get(reverse("account")).status_code == 302


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"oldpassword": "wrong"}, "That is not your current password."),
        ({"password2": "a third pass phrase"}, "You must type the same password each time."),
        ({"password1": "short", "password2": "short"}, "at least 10 characters"),
    ],
)
def test_a_password_that_is_not_taken(signed_in, anna, fields, complaint):
    shown = signed_in.post(reverse("account_change_password"), typed(**fields)).content.decode()
    assert complaint in shown
    assert "The password is as it was." in shown
    anna.refresh_from_db()
    assert anna.check_password(PASSWORD)


def test_whoever_has_no_password_sets_one(signed_in, anna):
    anna.set_unusable_password()
    anna.save()
    signed_in.force_login(anna, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = reverse("account_set_password")
    assert signed_in.get(reverse("account_change_password"))["Location"] == page
    assert "Save the new password" in signed_in.get(page).content.decode()
    signed_in.post(page, {"password1": NEW, "password2": NEW})
    anna.refresh_from_db()
    assert anna.check_password(NEW)


def test_a_stranger_is_asked_to_sign_in(client, db):
    for name in ("account_change_password", "account_set_password"):
        page = reverse(name)
        answer = client.get(page)
        assert (answer.status_code, answer["Location"]) == (
            302,
            f"{reverse('account_login')}?next={page}",
        )


def test_a_link_lets_its_user_choose_a_password_once(client, anna):
    link = link_for(anna)
    form = client.get(link, follow=True)
    assert "For the account <b>anna</b>" in form.content.decode()
    place = form.redirect_chain[-1][0]
    refused = client.post(place, {"new_password1": "short", "new_password2": "short"})
    assert "at least 10 characters" in refused.content.decode()
    answer = client.post(place, {"new_password1": NEW, "new_password2": NEW})
    assert answer["Location"] == reverse("account_login")
    assert client.login(username="anna", password=NEW)
    again = Client().get(link, follow=True).content.decode()
    assert "This link has been used, or is too old." in again
    assert "<form" not in again


def test_a_link_that_is_none(client, anna):
    place = reverse("password-choose", args=["MQ", "wrong-token"])
    assert "This link has been used" in client.get(place).content.decode()
