"""One's address of mail: given, confirmed by a link, removed; and where links then go."""

import re
import time

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from negotiations.leaving import delete_account
from tests.accounts.conftest import PASSWORD
from tests.accounts.test_forgotten import ask, send_all
from tests.accounts.test_limits import limited  # noqa: F401
from tests.accounts.test_sign_in import attempt
from tests.mailing import mailing, refused  # noqa: F401

PAGE = "/accounts/email/"
OLD, NEW = "anna@example.org", "new@example.org"
AGAIN = reverse("account_reauthenticate")
sent_by = pytest.mark.usefixtures("mailing")


@pytest.fixture
def signed_in(anna) -> Client:
    """Anna's browser, in which she has just given her password."""
    browser = Client()
    attempt(PASSWORD, client=browser)
    return browser


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def give(browser: Client, email: str = NEW):
    return browser.post(PAGE, {"action_add": "1", "email": email}, follow=True)


def act(browser: Client, action: str, email: str):
    return browser.post(PAGE, {f"action_{action}": "1", "email": email}, follow=True)


def link() -> str:
    """Return the path in the letter that was sent last."""
    return re.search(r"http://testserver(/\S+)", mail.outbox[-1].body)[1]


def email_of(username: str = "anna") -> str:
    return User.objects.get(username=username).email


@sent_by
@pytest.mark.parametrize("old", ["", OLD, "Anna@Example.org"])
def test_another_address_counts_once_it_is_confirmed_and_links_go_there(signed_in, anna, old):
    User.objects.update(email=old)
    assert f"{NEW} waits" in text(give(signed_in))
    assert (mail.outbox[-1].to, email_of()) == ([NEW], old.lower())
    asked = text(signed_in.get(link()))
    assert f"<b>{NEW}</b> becomes the address of the account <b>anna</b>." in asked
    assert (f"It takes the place of {OLD}." in asked) == bool(old)
    assert email_of() == old.lower()
    done = signed_in.post(link(), follow=True)
    assert done.redirect_chain == [(PAGE, 302)]
    assert f"{NEW} is confirmed" in text(done)
    assert list(EmailAddress.objects.values_list("email", "verified")) == [(NEW, True)]
    assert "This link has been used" in text(signed_in.get(link()))
    assert signed_in.post(link()).status_code == 404
    mail.outbox.clear()
    for typed in (OLD, NEW):
        ask(typed)
    send_all()
    assert [sent.to for sent in mail.outbox] == [[NEW]]
    assert Client().get(link(), follow=True).context["validlink"]


@sent_by
def test_what_waits_is_sent_again_replaced_and_withdrawn(signed_in):
    give(signed_in)
    first = link()
    assert "on its way to new@example.org" in text(act(signed_in, "send", NEW))
    give(signed_in, "newer@example.org")
    assert "This link has been used" in text(signed_in.get(first))
    assert [sent.to[0] for sent in mail.outbox] == [NEW, NEW, "newer@example.org"]
    assert "newer@example.org is removed" in text(act(signed_in, "remove", "newer@example.org"))
    assert "This link has been used" in text(signed_in.get(link()))
    assert email_of() == OLD
    assert "That is the address of your account already" in text(give(signed_in, OLD))
    assert "Enter a valid email address." in text(give(signed_in, "at home"))
    assert len(mail.outbox) == 3


@sent_by
def test_the_present_one_is_confirmed_too(signed_in):
    assert "Not confirmed" in text(signed_in.get(PAGE))
    act(signed_in, "send", OLD)
    signed_in.post(link())
    assert "Confirmed." in text(signed_in.get(PAGE))
    assert (email_of(), mail.outbox[-1].to) == (OLD, [OLD])


@sent_by
def test_removing_it_does_not_let_one_in_that_nobody_confirmed(signed_in):
    give(signed_in)
    assert "anna@example.org is removed" in text(act(signed_in, "remove", OLD))
    assert email_of() == ""
    assert "Your account has none." in text(signed_in.get(PAGE))
    assert "This link has been used" in text(signed_in.get(link()))


@sent_by
def test_a_link_is_for_whoever_gave_the_address(signed_in):
    give(signed_in)
    assert Client().get(link())["Location"].startswith(reverse("account_login"))
    User.objects.create_user("bela", "", PASSWORD)
    other = Client()
    other.post(reverse("account_login"), {"login": "bela", "password": PASSWORD})
    assert "for another account" in text(other.get(link()))
    assert other.post(link()).status_code == 404
    assert (email_of(), email_of("bela"), "_auth_user_id" in other.session) == (OLD, "", True)


@sent_by
def test_an_address_is_for_one_account(signed_in):
    bela = User.objects.create_user("bela", NEW, PASSWORD)
    EmailAddress.objects.create(user=bela, email=NEW, verified=True, primary=True)
    assert f"{NEW} waits" in text(give(signed_in))  # it does not tell that there is such an account
    assert f"{NEW} is the address of another account" in text(signed_in.get(link()))
    assert f"{NEW} is the address of another account" in text(signed_in.post(link(), follow=True))
    assert email_of() == OLD


@sent_by
@pytest.mark.parametrize("action", ["add", "send", "remove", "confirm"])
def test_long_after_signing_in_one_shows_first_who_one_is(signed_in, action):
    give(signed_in)
    session = signed_in.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 3600}]
    session.save()
    before = list(EmailAddress.objects.order_by("pk").values())
    place = link() if action == "confirm" else PAGE
    email = {"add": "newer@example.org", "send": NEW, "remove": OLD, "confirm": ""}[action]
    asked = signed_in.post(place, {f"action_{action}": "1", "email": email})
    assert asked["Location"].startswith(f"{AGAIN}?next=")
    assert list(EmailAddress.objects.order_by("pk").values()) == before
    assert (email_of(), len(mail.outbox)) == (OLD, 1)
    shown = text(signed_in.post(asked["Location"], {"password": PASSWORD}, follow=True))
    expected = {
        "add": "newer@example.org waits",
        "send": "on its way to new@example.org",
        "remove": "anna@example.org is removed",
        "confirm": "new@example.org is confirmed",
    }
    assert expected[action] in shown


def test_without_a_mail_server_the_page_says_so_and_pretends_nothing(signed_in, settings):
    settings.CONTACT = "Dora, room 7"
    for answer in (signed_in.get(PAGE), give(signed_in), act(signed_in, "send", OLD)):
        shown = text(answer)
        assert "This site sends no mail: no address can be confirmed here" in shown
        assert "Dora, room 7" in shown
        assert not {"action_add", "action_send"} & set(re.findall(r'name="(\w+)"', shown))
    assert not mail.outbox
    assert not EmailAddress.objects.exclude(email=OLD).exists()
    act(signed_in, "remove", OLD)
    assert email_of() == ""


@sent_by
def test_letters_are_so_many(signed_in, limited):  # noqa: F811
    limited("confirm account", "2/h")
    give(signed_in)
    act(signed_in, "send", NEW)
    for answer in (act(signed_in, "send", NEW), give(signed_in, "newer@example.org")):
        assert answer.status_code == 429
        assert "Try again in 60 minutes." in text(answer)
    assert len(mail.outbox) == 2


@sent_by
def test_a_letter_that_is_not_taken_changes_nothing(signed_in, settings):
    with refused(settings):
        shown = text(give(signed_in))
    assert "The mail server did not take the letter; nothing was changed." in shown
    assert "waits" not in shown
    assert not EmailAddress.objects.filter(email=NEW).exists()


@sent_by
def test_what_whoever_runs_the_site_enters_counts(signed_in):
    give(signed_in)
    signed_in.post(link())
    User.objects.update(email="Given@example.org")
    shown = text(signed_in.get(PAGE))
    assert "given@example.org</h2> <p>Not confirmed" in shown
    assert not EmailAddress.objects.filter(email=NEW).exists()


@sent_by
def test_a_deleted_account_leaves_no_address(signed_in, anna):
    give(signed_in)
    delete_account(anna, user=anna)
    assert not EmailAddress.objects.exists()
