"""A new password by mail: whoever asks learns nothing; and which passwords are taken."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import letters
from accounts.models import Letter, User
from tests.accounts.conftest import PASSWORD
from tests.accounts.test_limits import limited  # noqa: F401
from tests.accounts.test_sign_in import attempt, shut_out
from tests.mailing import mailing, refused  # noqa: F401

PAGE = reverse("account_reset_password")
NEW = "quite another pass phrase"


def ask(email: str, client: Client | None = None):
    return (client or Client()).post(PAGE, {"email": email}, follow=True)


def send_all() -> None:
    """Send what waits, as the worker does."""
    while letters.send_next():
        pass


def choose(link: str, password: str, client: Client):
    form = client.get(link, follow=True)
    typed = {"new_password1": password, "new_password2": password}
    return client.post(form.redirect_chain[-1][0], typed)


def test_a_link_comes_to_whoever_has_the_address(anna, mailing):  # noqa: F811
    ask("ANNA@example.org")
    send_all()
    (sent,) = mail.outbox
    assert sent.to == ["anna@example.org"]
    link = re.search(r"http://testserver(/\S+)", sent.body)[1]
    browser = Client()
    chosen = choose(link, NEW, browser)
    assert chosen["Location"] == reverse("account_login")
    assert "Your new password is saved." in browser.get(chosen["Location"]).content.decode()
    assert attempt(NEW).status_code == 302
    assert attempt(PASSWORD).status_code == 200
    assert "This link has been used" in Client().get(link, follow=True).content.decode()
    assert not Letter.objects.exists()


def test_the_answer_and_its_work_are_the_same_whether_there_is_an_account(anna, mailing):  # noqa: F811
    Client().get(PAGE)
    answers, works = [], []
    for email in ("anna@example.org", "nobody@example.org"):
        with CaptureQueriesContext(connection) as captured:
            answers.append(ask(email))
        works.append([query["sql"].replace(email, "") for query in captured])
    first, second = (" ".join(answer.content.decode().split()) for answer in answers)
    assert first == second
    assert "If an account has that address, a link is on its way" in first
    assert [len(work) for work in works] == [len(works[0])] * 2
    assert not any("accounts_user" in query for work in works for query in work)
    send_all()
    assert [sent.to for sent in mail.outbox] == [["anna@example.org"]]


def test_closed_accounts_get_none_and_all_of_one_address_do(anna, mailing):  # noqa: F811
    User.objects.create_user("bela", "Anna@Example.org", PASSWORD)
    User.objects.create_user("cora", "anna@example.org", PASSWORD, is_active=False)
    ask("anna@example.org")
    send_all()
    assert sorted(re.search(r"account (\w+)", sent.body)[1] for sent in mail.outbox) == [
        "anna",
        "bela",
    ]


def test_without_a_mail_server_the_page_says_whom_to_ask(client, db, settings):
    settings.CONTACT = "Dora, room 7"
    for answer in (client.get(PAGE), ask("anna@example.org")):
        assert "Dora, room 7" in answer.content.decode()
        assert "<form" not in answer.content.decode().split("<main")[1]
    assert not Letter.objects.exists()


def test_asking_again_and_again_is_stopped(anna, mailing, limited):  # noqa: F811
    limited("reset account", "2/h")
    given = [ask(email) for email in ("anna@example.org", "Anna@example.org", "anna@example.org")]
    assert [answer.status_code for answer in given] == [200, 200, 429]
    assert "Try again in 60 minutes." in given[2].content.decode()
    limited("reset address", "3/h")
    others = [ask(f"other{n}@example.org").status_code for n in range(4)]
    assert others == [200, 200, 200, 429]
    assert Letter.objects.count() == 5


def test_what_is_no_address_is_said(client, mailing, db):  # noqa: F811
    answer = ask("anna")
    assert answer.status_code == 422
    assert "Enter a valid email address." in answer.content.decode()


def test_a_link_opens_an_account_that_strangers_shut(anna, mailing, limited):  # noqa: F811
    assert shut_out(limited).status_code == 429
    browser = Client()
    choose(letters.link_to_choose(anna), NEW, browser)
    assert attempt(NEW, client=browser).status_code == 302


def test_a_letter_that_is_not_taken_is_tried_again_later_and_given_up(anna, mailing, settings):  # noqa: F811
    with refused(settings):
        ask("anna@example.org")
        tries = 0
        while Letter.objects.exists():
            assert letters.send_next()
            assert not letters.send_next()  # it waits
            Letter.objects.update(due=F("due") - timedelta(days=1))
            tries += 1
    assert tries == letters.TRIES


@pytest.mark.parametrize(
    "password",
    [
        "Ein Satz, den sich niemand außer mir merkt – länger als 64 Zeichen ist er auch.",
        "\U0001f600 пароль с пробелами " + "длинный " * 14,
        "a" + "bcdefghijkl mnopqrst " * 20,
    ],
)
def test_long_passwords_of_any_letters_are_taken(anna, password):
    assert len(password) > 64
    browser = Client()
    choose(letters.link_to_choose(anna), password, browser)
    assert attempt(password).status_code == 302
    assert attempt(password[:-1]).status_code == 200


def test_a_letter_of_two_parts_is_the_same_letter(anna):
    choose(letters.link_to_choose(anna), "cafe\u0301 decore\u0301 zone\u0301 mu\u0308hle", Client())
    assert attempt("caf\u00e9 decor\u00e9 zon\u00e9 m\u00fchle").status_code == 302
