"""Which passwords are taken: the same wherever one is chosen, and told before it is saved."""

import logging
import time

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts import letters
from accounts.models import User
from accounts.passwords import guessing, told
from negotiations.invitations import invite
from tests.accounts.conftest import PASSWORD
from tests.accounts.test_limits import limited  # noqa: F401
from tests.factories import NegotiationFactory

ASKED = reverse("password-strength")
EASY = "Too easy to guess."
WHAT_TO_DO = "Add a few words that have nothing to do with you or with each other."
BOB = User(username="bob", email="b.jones@example.org", first_name="Robert")


@pytest.mark.parametrize(
    ("password", "complaint"),
    [
        ("password123", f"too common. {WHAT_TO_DO}"),
        ("1q2w3e4r5t", "too common"),
        ("Password2025!", f"a common password with something around it. {WHAT_TO_DO}"),
        ("short", "at least 10 characters"),
        ("b.jones@example.org", "too similar to the email address"),
        ("x" * 1025, "At most 1024 characters"),
        ("bob bob bob bob", f"{EASY} It is your own name or address, which is tried first."),
        ("Jones Bob ROBERT bob!", f"{EASY} It is your own name or address"),
        ("b.jones b.jones", f"{EASY} It is your own name or address"),
        ("x y" * 22, f"{EASY} Saying something again makes it little harder. {WHAT_TO_DO}"),
        ("qwertyuiop asdf", f"{EASY} Much of it is a common password."),
        ("23.11.1987", EASY),
        ("12 June 1985", f"{EASY} Dates are tried early."),
        ("26. November 2026", f"{EASY} Dates are tried early."),
        ("istanbul istanbul", f"{EASY} Saying something again makes it little harder."),
        ("    a  b  c  d", f"{EASY} A row of letters or figures is tried early."),
    ],
)
def test_passwords_that_are_not_taken(password, complaint):
    assert complaint in told(password, BOB)


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("onlysmallletters", "This password is good"),
        ("7203 9918 4475", "This password is good"),
        ("   nine  tall  giraffes", "This password is strong"),
        ("may we march in june", "This password is strong"),
        ("my name is Bob Jones and I like tea", "This password is strong"),
        ("a" * 100 + " nine tall giraffes drank my tea", "This password is strong"),
    ],
)
def test_no_mixture_of_letters_is_asked_for(password, words):
    assert words in told(password, BOB)


def test_what_somebody_is_called_weakens_their_passwords_alone():
    assert EASY in told("Xanthippe 7311", User(username="xanthippe"))
    assert EASY not in told("Xanthippe 7311", BOB)


@given(st.text(max_size=1024))
def test_any_text_is_told_something(text):
    assert 0 <= guessing(text, BOB).score <= 4
    assert told(text, BOB)


def test_what_is_made_to_cost_much_does_not():
    begun = time.process_time()
    guessing("4@8({[<369&#!1/|0$5+7%2" * 44, BOB)
    cost = time.process_time() - begun
    begun = time.process_time()
    for _time in range(20):
        guessing("4836917052" * 44, BOB)
    assert cost < time.process_time() - begun


def sign_up(password: str):
    about = {"role": "editor", "several": False, "last_day": timezone.localdate()}
    _made, key = invite(user=None, negotiation=NegotiationFactory(), **about)
    typed = {"username": "anna", "mail": "", "password1": password, "password2": password}
    return Client().post(reverse("invitation-sign-up", args=[key]), typed)


def change(password: str):
    browser = Client()
    assert browser.login(username="anna", password=PASSWORD)
    typed = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    return browser.post(reverse("account_change_password"), typed)


def set_one(password: str):
    anna = User.objects.get()
    anna.set_unusable_password()
    anna.save()
    browser = Client()
    browser.force_login(anna, backend="allauth.account.auth_backends.AuthenticationBackend")
    typed = {"password1": password, "password2": password}
    return browser.post(reverse("account_set_password"), typed)


def choose(password: str):
    browser = Client()
    form = browser.get(letters.link_to_choose(User.objects.get()), follow=True)
    typed = {"new_password1": password, "new_password2": password}
    return browser.post(form.redirect_chain[-1][0], typed)


@pytest.mark.parametrize("way", [sign_up, change, set_one, choose])
def test_wherever_one_is_chosen_it_is_refused_alike_and_kept_in_the_form(way, anna):
    if way is sign_up:
        anna.delete()
    answer = way("anna anna anna anna")
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert f"{EASY} It is your own name or address, which is tried first. {WHAT_TO_DO}" in shown
    # In the new one's two fields, and the current one, which was right; stored by no cache.
    assert shown.count('value="anna anna anna anna"') == 2
    assert (f'value="{PASSWORD}"' in shown) == (way is change)
    assert answer["Cache-Control"] == "no-store, private"
    assert "js/password" in shown
    assert not User.objects.exclude(password=getattr(anna, "password", "")).filter(
        password__startswith="pbkdf2"
    )


def test_a_wrong_current_password_is_not_shown_again(signed_in):
    new = "nine tall giraffes drank"
    typed = {"oldpassword": "a wrong phrase", "password1": new, "password2": new}
    shown = signed_in.post(reverse("account_change_password"), typed).content.decode()
    assert "That is not your current password." in shown
    assert 'value="a wrong phrase"' not in shown
    assert shown.count(f'value="{new}"') == 2


def ask(browser: Client, **typed):
    return browser.post(ASKED, typed)


def test_the_strength_is_told_of_whoever_it_shall_be(anna, signed_in):
    weak = "Anna 73x1991"
    assert EASY in ask(signed_in, password=weak).json()["words"]
    assert "strong" in ask(signed_in, password="nine tall giraffes drank").json()["words"]
    # A new account, by what is typed beside it; a link, by what its page says; made up, by nothing.
    nobody = Client()
    assert EASY not in ask(nobody, password=weak).json()["words"]
    assert EASY in ask(nobody, password=weak, username="Anna").json()["words"]
    assert EASY in ask(nobody, password=weak, mail="anna@example.org").json()["words"]
    anna.refresh_from_db()
    page = Client().get(letters.link_to_choose(anna), follow=True).content.decode()
    whose = page.split('data-whose="')[1].split('"')[0]
    assert EASY in ask(nobody, password=weak, whose=whose).json()["words"]
    assert EASY not in ask(nobody, password=weak, whose=whose[:-2]).json()["words"]


def test_what_is_typed_is_kept_nowhere(signed_in, caplog):
    caplog.set_level(logging.DEBUG)
    answer = ask(signed_in, password="nine tall giraffes drank")
    assert answer["Cache-Control"] == "no-store, private"
    assert "giraffes" not in answer.content.decode() + caplog.text
    assert not any("giraffes" in str(each.get_decoded()) for each in Session.objects.all())


def test_it_is_told_so_often_and_only_to_who_may_ask(limited, db):  # noqa: F811
    limited("strength address", "2/m")
    given = [ask(Client(), password="x") for _time in range(3)]
    assert [answer.status_code for answer in given] == [200, 200, 429]
    assert "Too many attempts." in given[2].json()["words"]
    limited("strength address", "off")
    assert ask(Client()).status_code == 422
    assert Client().get(ASKED).status_code == 405
    assert Client(enforce_csrf_checks=True).post(ASKED, {"password": "x"}).status_code == 403
