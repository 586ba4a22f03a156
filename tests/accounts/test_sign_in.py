"""Signing in: wrong attempts slow an account and its address down, and shut both for a while."""

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts import signing
from accounts.models import Tally
from tests.accounts.conftest import PASSWORD
from tests.accounts.test_limits import later, limited  # noqa: F401

LOGIN = "/accounts/login/"
ADDRESSES = [f"192.0.2.{n}" for n in range(1, 200)]


def attempt(password="wrong", *, client=None, name="anna", address="192.0.2.1", **headers):
    browser = client or Client()
    sent = {"login": name, "password": password}
    return browser.post(LOGIN, sent, REMOTE_ADDR=address, **headers)


def shut_out(limited):  # noqa: F811
    """Shut Anna's account by guesses from many addresses."""
    limited("sign-in account", "3/15m")
    for address in ADDRESSES[:3]:
        assert attempt(address=address).status_code == 200
    return attempt(address=ADDRESSES[4])


def test_guesses_from_many_addresses_shut_the_account(anna, limited):  # noqa: F811
    refused = shut_out(limited)
    assert refused.status_code == 429
    assert 890 <= int(refused["Retry-After"]) <= 900
    assert "Try again in 15 minutes." in refused.content.decode()
    right = attempt(PASSWORD, address=ADDRESSES[5])
    assert right.status_code == 429
    assert "_auth_user_id" not in right.client.session
    later(901)
    assert attempt(PASSWORD, address=ADDRESSES[5])["Location"] == "/"


def test_the_account_is_the_same_however_its_name_is_written(anna, limited):  # noqa: F811
    limited("sign-in account", "3/15m")
    names = ["anna", " ANNA ", "Anna", "\uff41nna"]
    assert [attempt(name=name).status_code for name in names] == [200, 200, 200, 429]


def test_an_account_that_is_not_there_is_shut_alike(anna, limited):  # noqa: F811
    limited("sign-in account", "3/15m")
    shown = [
        [
            " ".join(attempt(name=name).content.decode().replace(name, "").split())
            for _attempt in range(4)
        ]
        for name in ("anna", "nobody")
    ]
    without_tokens = [[line.split("csrfmiddlewaretoken")[0] for line in each] for each in shown]
    assert without_tokens[0] == without_tokens[1]


def test_the_third_wrong_attempt_makes_one_wait(anna, limited):  # noqa: F811
    limited("sign-in account", "10/15m")
    for _attempt in range(3):
        assert attempt().status_code == 200
    slow = attempt(PASSWORD)
    assert (slow.status_code, slow["Retry-After"]) == (429, "1")
    later(1)
    assert attempt(PASSWORD).status_code == 302


def test_guesses_at_many_accounts_shut_the_address_to_all(anna, limited):  # noqa: F811
    limited("sign-in address", "3/10m")
    forged = {"HTTP_X_FORWARDED_FOR": "203.0.113.9", "HTTP_X_REAL_IP": "203.0.113.9"}
    given = [attempt(name=f"user{n}").status_code for n in range(4)]
    assert given == [200, 200, 200, 429]
    assert attempt(PASSWORD, **forged).status_code == 429
    assert attempt(PASSWORD, address="192.0.2.77").status_code == 302


def test_right_attempts_never_shut_an_address(anna, limited):  # noqa: F811
    limited("sign-in address", "2/10m")
    limited("sign-in account", "2/10m")
    assert [attempt(PASSWORD).status_code for _attempt in range(5)] == [302] * 5


def test_a_browser_that_was_signed_in_stays_open_to_its_owner(anna, limited):  # noqa: F811
    owner = Client()
    attempt(PASSWORD, client=owner)
    owner.post(reverse("account_logout"))
    assert shut_out(limited).status_code == 429
    assert attempt(PASSWORD, client=owner, address=ADDRESSES[4]).status_code == 302


def test_a_known_browser_guesses_no_more_than_others(anna, limited):  # noqa: F811
    limited("sign-in account", "3/15m")
    owner = Client()
    attempt(PASSWORD, client=owner)
    owner.post(reverse("account_logout"))
    given = [attempt(client=owner).status_code for _attempt in range(4)]
    assert given == [200, 200, 200, 429]
    assert attempt(client=owner, name="bela").status_code == 200


@pytest.mark.parametrize("cookie", ["", "x", "e30:1abc:forged", "\u00e9" * 50])
def test_a_forged_cookie_is_none(anna, limited, cookie):  # noqa: F811
    shut_out(limited)
    browser = Client()
    browser.cookies[signing.COOKIE] = cookie
    assert attempt(PASSWORD, client=browser).status_code == 429


def test_the_cookie_is_for_the_server_alone(anna):
    cookie = attempt(PASSWORD).cookies[signing.COOKIE]
    assert cookie["httponly"]
    assert (cookie["path"], cookie["samesite"]) == ("/accounts/", "Lax")
    assert "anna" not in cookie.value


def test_those_who_run_the_site_open_an_account(anna, limited):  # noqa: F811
    shut_out(limited)
    signing.open_account("anna")
    assert attempt(PASSWORD).status_code == 302


def test_a_closed_account_answers_as_one_that_is_not_there(anna):
    anna.is_active = False
    anna.save()
    closed = attempt(PASSWORD)
    assert closed.status_code == 200
    assert "The username and/or password you specified are not correct." in closed.content.decode()


def test_the_present_password_is_not_guessed_either(signed_in, anna, limited):  # noqa: F811
    limited("password account", "2/15m")
    page = reverse("account_change_password")
    new = {"password1": "quite another phrase", "password2": "quite another phrase"}
    given = [signed_in.post(page, {"oldpassword": "no", **new}) for _attempt in range(3)]
    assert [answer.status_code for answer in given] == [200, 200, 429]
    assert signed_in.post(page, {"oldpassword": PASSWORD, **new}).status_code == 429


def test_what_was_counted_is_cleared_away_and_names_nobody(anna, limited):  # noqa: F811
    limited("sign-in account", "10/15m")
    limited("sign-in address", "10/15m")
    attempt()
    rows = Tally.objects.all()
    assert rows.count() == 2
    assert not any("anna" in row.key or "192" in row.key for row in rows)
    later(3 * 24 * 3600)
    call_command("housekeeping")
    assert not Tally.objects.exists()
