"""Where one is signed in: listed, ended one by one or all others."""

import pytest
from allauth.usersessions.models import UserSession
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.sessions import NOTED, NOTED_EVERY, device
from tests.accounts.conftest import PASSWORD
from tests.accounts.test_sign_in import attempt
from tests.factories import UserFactory

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)
LIST = reverse("sessions")


def browser(agent: str = FIREFOX, address: str = "192.0.2.1") -> Client:
    """A browser in which Anna is signed in."""
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=address)
    assert attempt(PASSWORD, client=client, address=address).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get(reverse("account")).status_code == 200


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        (FIREFOX, ("Firefox", "Linux")),
        (PHONE, ("Safari", "iOS")),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", ("Edge", "Windows")),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/140.0 Mobile Safari/537", ("Chrome", "Android")),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15) Version/18 Safari/605", ("Safari", "macOS")),
        ("curl/8.9", ("curl", "")),
        ("", ("", "")),
    ],
)
def test_devices_in_words(agent, expected):
    assert device(agent) == expected


def test_each_is_listed_with_device_address_and_time(anna):
    here, there = browser(), browser(PHONE, "2001:db8::7")
    shown = here.get(LIST).content.decode()
    for text in ("Firefox on Linux – this one", "Safari on iOS", "192.0.2.1", "2001:db8::7"):
        assert text in shown
    assert shown.count("End it") == 1
    assert "End all others" in shown
    assert "no-store" in here.get(LIST)["Cache-Control"]
    assert is_in(there)


def test_one_is_ended_and_its_browser_signed_out_at_once(anna):
    here, there = browser(), browser(PHONE, "192.0.2.2")
    other = UserSession.objects.get(ip="192.0.2.2")
    answer = here.post(reverse("session-end", args=[other.pk]), follow=True)
    assert "That session is ended." in answer.content.decode()
    assert "192.0.2.2" not in answer.content.decode()
    assert not is_in(there)
    assert is_in(here)


def test_all_others_are_ended(anna):
    here, *others = browser(), browser(), browser(PHONE, "192.0.2.2")
    here.post(reverse("sessions-end"))
    assert [is_in(client) for client in others] == [False, False]
    assert is_in(here)
    assert UserSession.objects.count() == 1


def test_a_new_password_ends_the_others(anna):
    here, there = browser(), browser(PHONE, "192.0.2.2")
    new = "quite another pass phrase"
    typed = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    done = here.post(reverse("account_change_password"), typed, follow=True)
    assert "This password is strong: guessing it is out of reach." in done.content.decode()
    assert is_in(here)
    assert not is_in(there)
    assert "192.0.2.2" not in here.get(LIST).content.decode()
    assert "this one" in here.get(LIST).content.decode()


def test_those_of_others_are_not_there(anna):
    here = browser()
    hers = UserSession.objects.create(
        user=UserFactory(), ip="192.0.2.3", session_key="x" * 32, user_agent=PHONE
    )
    assert "192.0.2.3" not in here.get(LIST).content.decode()
    hidden = here.post(reverse("session-end", args=[hers.pk]))
    absent = here.post(reverse("session-end", args=[hers.pk + 1]))
    assert hidden.status_code == absent.status_code == 404
    here.post(reverse("sessions-end"))
    assert UserSession.objects.filter(pk=hers.pk).exists()


def test_the_last_use_is_noted_once_in_some_minutes(anna):
    here = browser()
    noted = UserSession.objects.get()
    here.get("/", REMOTE_ADDR="192.0.2.50")
    assert UserSession.objects.get().ip == "192.0.2.1"
    session = here.session
    session[NOTED] -= NOTED_EVERY
    session.save()
    here.get("/", REMOTE_ADDR="192.0.2.50", HTTP_X_FORWARDED_FOR="203.0.113.9")
    seen = UserSession.objects.get()
    assert seen.ip == "192.0.2.50"
    assert seen.last_seen_at > noted.last_seen_at


def test_a_session_from_before_this_was_noted_is_listed_too(anna):
    here = browser()
    UserSession.objects.all().delete()
    session = here.session
    del session[NOTED]
    session.save()
    assert "this one" in here.get(LIST).content.decode()


def test_what_is_over_is_cleared_away(anna):
    here = browser()
    UserSession.objects.create(user=anna, ip="192.0.2.3", session_key="gone", user_agent="")
    call_command("housekeeping")
    assert UserSession.objects.count() == 1
    assert is_in(here)


def test_strangers_are_asked_to_sign_in(client, db):
    assert client.get(LIST)["Location"] == f"{reverse('account_login')}?next={LIST}"
