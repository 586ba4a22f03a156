"""A form that could not be taken comes back with what was typed."""

import html
import re
from datetime import timedelta

import pytest
from django import forms
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import html as lxml_html

from accounts.models import ApiToken
from config.resend import IN_WORDS, Posted
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
    # Signing in has made a new token for forms. Where scripts run, the page sends that one; else it
    # has said that it will be asked for a second time.
    assert "data-without-scripts" in shown
    assert "js/token.js" in shown
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
    assert listed(answer) == (["login: anna"], [])


def listed(answer) -> tuple[list[str], list[str]]:
    """Return what a page lists as typed, and what it folds away."""
    (section,) = lxml_html.fromstring(answer.content.decode()).xpath("//section[@class='sent']")
    in_sight, folded = section.xpath("./dl/div"), section.xpath("./details/dl/div")
    shown = [[": ".join(pair.xpath("./*/text()")) for pair in each] for each in (in_sight, folded)]
    return shown[0], shown[1]


def test_what_was_typed_stands_first_and_presets_are_folded_away(browser):
    typed = {
        "holders": ["70", "71"],
        "text": "Both stop on Monday",
        "term_ceasefire-start": "at least 30 days",
        "term_ceasefire-start.rank": "normal",
        "term_monitoring": "mixed",
        "link.1.relation": "only if",
        "link.1.condition": "The boats leave",
        "stated": "2 June 2025",
        "title": "As it was",
        "initial-title": "As it was",
        "note": "Changed",
        "initial-note": "Before",
        "before-note": "Long before",
        "keep-note": "mine",
        "asks": "note",
        "asks-since": "1",
    }
    # What a session that ended, a token that is not this one's, and a right that is gone all list.
    answer = browser.post(reverse("account"), typed, **SITE)
    assert answer.status_code == 403
    assert listed(answer) == (
        [
            "text: Both stop on Monday",
            "term ceasefire start: at least 30 days",
            "link 1 condition: The boats leave",
            "note: Changed",
        ],
        [
            "holders: 70",
            "holders: 71",
            "term ceasefire start rank: normal",
            "term monitoring: mixed",
            "link 1 relation: only if",
            "stated: 2 June 2025",
            "title: As it was",
        ],
    )
    assert hidden_fields(answer).keys() == {*typed, "csrfmiddlewaretoken"}


#: Text that is a key, an address of ours or a question to us, and loses little by being folded.
KEYS = {"before", "code", "field", "language", "level", "password", "q", "read", "seen", "slug"}
KEYS |= {"time_zone", "kind", "whose"}


def test_every_field_for_words_is_known_to_be_one():
    def below(form):
        for each in form.__subclasses__():
            yield each
            yield from below(each)

    fields = [
        (name, field.widget)
        for form in below(forms.BaseForm)
        if form.__module__.startswith(("accounts", "negotiations", "positions"))
        for name, field in getattr(form, "base_fields", {}).items()
    ]
    words = {name for name, its in fields if type(its) in (forms.TextInput, forms.Textarea)}
    days = {"stated", "held", "planned", "ended", "duration", "source_published"}
    assert len(words) > 15
    assert words - IN_WORDS - KEYS - days == set()


def test_only_what_may_have_been_typed_is_listed():
    assert Posted("stated_day-0", "June").label == "stated day 0"
    assert Posted("text", "something").is_shown
    assert not Posted("text", " \n").is_shown
    assert not Posted("initial-text", "something").is_shown
