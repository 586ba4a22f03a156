"""A form that could not be taken comes back with what was typed."""

import html
import re
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken
from config.resend import Posted
from tests.accounts.conftest import PASSWORD

SITE = {"HTTP_ORIGIN": "http://testserver"}
TYPED = {
    "name": "a <script> & “more”\nof it",
    "scope": "read",
    "expires": (timezone.localdate() + timedelta(days=9)).isoformat(),
}


def hidden_fields(answer: HttpResponse) -> dict[str, str]:
    found = re.findall(
        r'<input type="hidden" name="([^"]*)" value="([^"]*)"', answer.content.decode()
    )
    return {name: html.unescape(value) for name, value in found}


@pytest.fixture
def browser(db) -> Client:
    """A browser that shows the site how forms are checked."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def signed_out(browser, anna) -> dict[str, str]:
    """What Anna posts after her session has ended."""
    fields = {**TYPED, **hidden_fields(browser.get(reverse("account_login")))}
    fields.pop("next", None)
    return fields


def test_a_session_that_has_ended_keeps_what_was_typed(browser, signed_out):
    page = reverse("account")
    lost = browser.post(page, signed_out, **SITE)
    assert lost.status_code == 401
    assert lost["WWW-Authenticate"].startswith("Session ")
    assert "no-store" in lost["Cache-Control"]
    shown = lost.content.decode()
    assert "Your session has ended, so nothing was saved." in shown
    assert f'action="{page}"' in shown
    assert f'href="{reverse("account_login")}" target="_blank"' in shown
    kept = hidden_fields(lost)
    assert {name: kept[name] for name in TYPED} == TYPED

    form = hidden_fields(browser.get(reverse("account_login")))
    entered = {"login": "anna", "password": PASSWORD}
    assert browser.post(reverse("account_login"), {**form, **entered}, **SITE).status_code == 302
    # Signing in has made a new token for forms: the page is told so, and sends what it has again.
    expired = browser.post(page, kept, **SITE)
    assert expired.status_code == 403
    assert "send it once more" in expired.content.decode()
    saved = browser.post(page, hidden_fields(expired), **SITE)
    assert saved.status_code == 200
    assert ApiToken.objects.get().name == TYPED["name"]


def test_htmx_is_led_to_the_sign_in_page(browser, signed_out):
    answer = browser.post(reverse("account"), signed_out, HTTP_HX_REQUEST="true", **SITE)
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"{reverse('account_login')}?next={reverse('account')}",
    )


@pytest.mark.parametrize(
    "origin",
    [
        {},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_ORIGIN": "http://evil.example"},
        {"HTTP_ORIGIN": "http://testserver.evil.example"},
        {"HTTP_REFERER": "http://testserver.evil.example/"},
        {"HTTP_ORIGIN": "http://[", "HTTP_REFERER": "http://testserver/"},
    ],
)
def test_what_another_site_posts_is_not_shown(browser, origin):
    answer = browser.post(reverse("account"), {"name": "canary"}, **origin)
    assert answer.status_code == 403
    shown = answer.content.decode()
    assert "canary" not in shown
    assert "<form" not in shown
    assert "Go back, copy what you typed" in shown


def test_a_page_of_the_site_may_be_told_by_its_address(browser):
    answer = browser.post(reverse("account"), TYPED, HTTP_REFERER="http://testserver/accounts/")
    assert answer.status_code == 403
    kept = hidden_fields(answer)
    assert {name: kept[name] for name in TYPED} == TYPED


def test_passwords_are_kept_back(browser):
    typed = {"login": "anna", "password": "canary", "oldpassword": "canary"}
    answer = browser.post(reverse("account_login"), typed, **SITE)
    shown = answer.content.decode()
    assert answer.status_code == 403
    assert "canary" not in shown
    assert "<form" not in shown
    assert "Passwords are not kept" in shown
    assert "<dd>anna</dd>" in shown


def test_only_what_may_have_been_typed_is_listed():
    assert Posted("stated_day-0", "June").label == "stated day 0"
    assert Posted("text", "something").is_shown
    assert not Posted("text", " \n").is_shown
    assert not Posted("initial-text", "something").is_shown
