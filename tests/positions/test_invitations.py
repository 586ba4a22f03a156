"""Joining by a link: who may make one, what it opens, what it tells once it opens nothing."""

import re
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.letters import send_next
from accounts.models import User
from negotiations.history import history_of
from negotiations.invitations import invite, join, revoke
from negotiations.leaving import delete_account
from negotiations.models import Changeset, Invitation, Joining, Membership
from negotiations.operations import version_of
from tests.factories import MembershipFactory, NegotiationFactory, UserFactory
from tests.mailing import mailing, refused  # noqa: F401
from tests.pages import signed_in

PASSWORD = "a long river flows south"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted():
    """Sign-ups are counted in the cache, which outlives a test."""
    cache.clear()


@pytest.fixture
def talks():
    return NegotiationFactory(slug="hidden-talks", title="Hidden talks", visibility="members")


@pytest.fixture
def manager(talks):
    return MembershipFactory(
        negotiation=talks, user=UserFactory(username="olena"), role="manager"
    ).user


@pytest.fixture
def link(talks, manager):
    """Return a function that makes a link and gives its invitation and its address."""

    def make(role="editor", days=3, several=False, note=""):
        last_day = timezone.localdate() + timedelta(days=days)
        about = {"role": role, "last_day": last_day, "several": several, "note": note}
        made, key = invite(user=manager, negotiation=talks, **about)
        return made, reverse("invitation", args=[key])

    return make


def text(answer) -> str:
    return answer.content.decode()


def new_account(name: str) -> dict[str, str]:
    return {"username": name, "password1": PASSWORD, "password2": PASSWORD}


def test_a_manager_makes_a_link_whose_key_is_shown_once(talks, manager):
    client = signed_in(manager)
    typed = {"invite-role": "reviewer", "invite-note": "the fact-checkers"}
    day = timezone.localdate() + timedelta(days=5)
    shown = client.post(
        "/hidden-talks/members/invitations/", {**typed, "invite-last_day": day.isoformat()}
    )
    (made,) = Invitation.objects.all()
    assert (made.role, made.note, made.last_day, made.several) == (
        "reviewer",
        "the fact-checkers",
        day,
        False,
    )
    address = text(shown).split('id="link"')[1].split('value="')[1].split('"')[0]
    key = address.rstrip("/").rsplit("/", 1)[1]
    assert address == f"http://testserver/accounts/invitations/{key}/"
    assert len(key) >= 43
    assert "no-store" in shown["Cache-Control"]
    stored = [str(value) for row in Invitation.objects.values() for value in row.values()]
    assert key not in " ".join(stored)
    listed = text(client.get("/hidden-talks/members/"))
    assert "the fact-checkers" in listed
    assert key not in listed
    assert made.digest not in listed


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"invite-role": "manager"}, "Select a valid choice"),
        ({"invite-last_day": "2020-01-01"}, "That day has passed"),
        ({"invite-last_day": "2999-01-01"}, "within the next 90 days"),
        ({"invite-last_day": ""}, "This field is required"),
    ],
)
def test_a_link_that_cannot_be_is_not_made(talks, manager, typed, said):
    fine = {"invite-role": "editor", "invite-last_day": timezone.localdate().isoformat()}
    page = signed_in(manager).post(
        "/hidden-talks/members/invitations/", {**fine, "invite-note": "Iryna", **typed}
    )
    assert page.status_code == 422
    assert said in text(page)
    assert "Iryna" in text(page)
    assert not Invitation.objects.exists()


def test_somebody_with_an_account_joins_with_the_role(talks, link):
    made, address = link(role="reviewer")
    iryna = signed_in(UserFactory(username="iryna"))
    assert iryna.get("/hidden-talks/").status_code == 404
    page = text(iryna.get(address))
    assert "You are invited to “Hidden talks”" in page
    assert "olena asks you to join as: reviewer" in page
    assert not Membership.objects.filter(user__username="iryna").exists()
    assert iryna.post(address, follow=True).redirect_chain == [("/hidden-talks/", 302)]
    row = Membership.objects.get(user__username="iryna")
    assert row.role == "reviewer"
    changeset = Changeset.objects.get(pk=history_of(row)[0].changeset_id)
    assert (changeset.user_name, changeset.reason) == ("iryna", "By an invitation from olena")
    made.refresh_from_db()
    assert (made.used, made.standing) == (1, "used")
    for answer in (iryna.get(address), iryna.post(address, follow=True)):
        assert answer.status_code == 200
        assert "You are a member already" in text(answer)


def test_somebody_without_an_account_makes_one_and_joins(talks, link):
    _made, address = link(role="reader")
    visitor = Client()
    page = text(visitor.get(address))
    assert f"/accounts/login/?next={address.replace('/', '%2F')}" in page
    assert f'href="{address}sign-up/"' in page
    assert "Make an account" in text(visitor.get(f"{address}sign-up/"))
    wrong = visitor.post(f"{address}sign-up/", {**new_account("danylo"), "password2": "other"})
    assert "You must type the same password each time" in text(wrong)
    assert 'name="mail"' not in text(wrong)
    answer = visitor.post(f"{address}sign-up/", new_account("danylo"), follow=True)
    assert answer.redirect_chain == [("/hidden-talks/", 302)]
    assert "Welcome: you have joined “Hidden talks”" in text(answer)
    assert Membership.objects.get(user__username="danylo").role == "reader"
    assert User.objects.get(username="danylo").check_password(PASSWORD)


def test_an_address_given_with_a_new_account_counts_once_it_is_confirmed(link, mailing):  # noqa: F811
    _made, address = link(role="reader")
    visitor = Client()
    odd = visitor.post(f"{address}sign-up/", {**new_account("danylo"), "mail": "at home"})
    assert "Enter a valid email address." in text(odd)
    given = {**new_account("danylo"), "mail": "danylo@example.org"}
    answer = visitor.post(f"{address}sign-up/", given, follow=True)
    assert "A link is on its way to danylo@example.org." in text(answer)
    (letter,) = mail.outbox
    assert (letter.to, User.objects.get(username="danylo").email) == (["danylo@example.org"], "")
    confirming = re.search(r"http://testserver(/\S+)", letter.body)[1]
    Client().post(reverse("account_reset_password"), {"email": "danylo@example.org"})
    while send_next():
        pass
    assert len(mail.outbox) == 1  # nobody with that address gets into the account
    visitor.post(confirming)
    assert User.objects.get(username="danylo").email == "danylo@example.org"


def test_a_mail_server_that_takes_nothing_hinders_no_new_account(talks, link, mailing, settings):  # noqa: F811
    _made, address = link(role="reader")
    visitor = Client()
    given = {**new_account("danylo"), "mail": "danylo@example.org"}
    with refused(settings):
        answer = visitor.post(f"{address}sign-up/", given, follow=True)
    assert "The mail server did not take the letter to danylo@example.org." in text(answer)
    assert Membership.objects.get(negotiation=talks, user__username="danylo")
    assert "danylo@example.org waits" in text(visitor.get(reverse("account_email")))


def test_whoever_posts_without_being_signed_in_is_asked_to(link):
    _made, address = link()
    assert "I have one: sign in" in text(Client().post(address))


def test_a_link_for_several_stays_open(talks, link):
    made, address = link(several=True)
    for name in ("iryna", "danylo"):
        signed_in(UserFactory(username=name)).post(address)
    assert Membership.objects.filter(negotiation=talks, role="editor").count() == 2
    made.refresh_from_db()
    assert (made.used, made.standing) == (2, "open")


def test_members_keep_their_role_and_use_nothing_up(talks, manager, link):
    made, address = link(role="reader")
    client = signed_in(manager)
    assert "You are a member already, as manager" in text(client.get(address))
    assert "your role stays" in text(client.post(address, follow=True))
    assert Membership.objects.get(user=manager).role == "manager"
    made.refresh_from_db()
    assert made.used == 0


def test_who_was_put_out_does_not_come_back_by_the_same_link(talks, manager, link):
    _made, address = link(several=True, note="the fact-checkers")
    iryna = UserFactory(username="iryna")
    client = signed_in(iryna)
    client.post(address)
    row = Membership.objects.get(user=iryna)
    put_out = {"name": "iryna", "role": row.role, "version": version_of(row), "remove": "1"}
    shown = signed_in(manager).post("/hidden-talks/members/", put_out, follow=True)
    assert "can still join: revoke it below, “the fact-checkers”" in text(shown)
    for answer in (client.get(address), client.post(address)):
        assert answer.status_code == 410
        assert "You joined by it before, and are no member any more." in text(answer)
    assert not Membership.objects.filter(user=iryna).exists()
    # It is open to everybody else.
    signed_in(UserFactory(username="danylo")).post(address)
    assert Membership.objects.filter(user__username="danylo").exists()


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (lambda made: revoke(made), "Whoever sent it has taken it back."),
        (lambda made: join(made, user=UserFactory()), "somebody has joined by it"),
        (
            lambda made: Invitation.objects.update(
                last_day=timezone.localdate() - timedelta(days=1)
            ),
            "Its last day has passed.",
        ),
    ],
    ids=["revoked", "used", "expired"],
)
def test_a_link_that_is_over_says_so_and_nothing_of_what_is_hidden(link, end, said):
    made, address = link()
    end(made)
    members = Membership.objects.count()
    visitor, stranger = Client(), signed_in(UserFactory(username="stranger"))
    answers = [
        visitor.get(address),
        visitor.post(address),
        visitor.get(f"{address}sign-up/"),
        visitor.post(f"{address}sign-up/", new_account("danylo")),
        stranger.get(address),
        stranger.post(address),
    ]
    for answer in answers:
        assert answer.status_code == 410
        assert said in text(answer)
        assert "idden" not in text(answer).replace('class="hidden"', "")
        assert "olena" not in text(answer)
    assert Membership.objects.count() == members
    assert not User.objects.filter(username="danylo").exists()


def test_nobody_signs_up_without_a_link(client):
    for address in ("/accounts/signup/", "/accounts/invitations/no-such-key/sign-up/"):
        assert client.get(address).status_code == 404
        assert client.post(address, new_account("danylo")).status_code == 404
    assert client.get("/accounts/invitations/no-such-key/").status_code == 404
    assert not User.objects.exists()


def test_managers_take_links_back_and_only_their_own(talks, manager, link):
    made, address = link()
    other = MembershipFactory(role="manager")
    foreign = f"/{other.negotiation.slug}/members/invitations/{made.pk}/revoke/"
    assert signed_in(other.user).post(foreign).status_code == 404
    client = signed_in(manager)
    answer = client.post(f"/hidden-talks/members/invitations/{made.pk}/revoke/", follow=True)
    assert "its link opens nothing any more" in text(answer)
    made.refresh_from_db()
    assert made.standing == "revoked"
    assert Client().get(address).status_code == 410


def test_who_invites_in_a_negotiation_is_shown_to_its_managers_alone(talks, manager, link):
    made, _address = link()
    for role in ("reader", "editor", "reviewer"):
        user = MembershipFactory(negotiation=talks, role=role).user
        assert not Invitation.objects.visible_to(user).exists()
        assert "Invitations by link" not in text(signed_in(user).get("/hidden-talks/members/"))
    assert list(Invitation.objects.visible_to(manager)) == [made]


def test_the_list_says_who_joined_by_a_link_and_when(talks, manager, link, settings):
    made, address = link(several=True)
    client = signed_in(manager)
    shown = text(client.get("/hidden-talks/members/"))
    assert "used 0 times" in shown
    assert "joined on" not in shown
    iryna = UserFactory(username="iryna")
    signed_in(iryna).post(address)
    Client().post(f"{address}sign-up/", new_account("danylo"))
    Invitation.objects.filter(pk=made.pk).update(used=3)  # one was before it was noted who
    day = timezone.localdate()
    for deleted in (False, True):
        if deleted:
            delete_account(iryna, user=iryna)
        shown = " ".join(text(client.get("/hidden-talks/members/")).split())
        for name in ("iryna", "danylo"):
            assert f"{name} joined on {day:%-d %B %Y}, " in shown
        assert "1 joined before it was noted who" in shown
    assert not Joining.objects.visible_to(iryna).exists()
    assert Joining.objects.visible_to(manager).count() == 2


def test_how_many_joined_makes_no_more_queries(talks, manager, link):
    client = signed_in(manager)
    counts = []
    for _time in range(3):
        made, _address = link(several=True)
        for _person in range(2):
            join(made, user=UserFactory())
        with CaptureQueriesContext(connection) as captured:
            shown = text(client.get("/hidden-talks/members/"))
        counts.append(len(captured))
    assert shown.count("joined on") == 6
    assert counts == [counts[0]] * 3


def test_the_database_refuses_a_second_use_of_a_link_for_one(link):
    made, _address = link()
    with pytest.raises(Exception, match="invitation_used_once"):
        Invitation.objects.filter(pk=made.pk).update(used=2)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_open_a_link_for_one_at_once_one_joins(talks, link):
    made, _address = link()
    people = [UserFactory(username=name) for name in ("iryna", "danylo")]
    together, refused = threading.Barrier(2), []

    def open_it(who):
        try:
            together.wait(timeout=10)
            join(made, user=who)
        except ValidationError as error:
            refused.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=open_it, args=[who]) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert refused == ["closed"]
    assert Membership.objects.filter(negotiation=talks, role="editor").count() == 1
