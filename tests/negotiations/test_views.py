"""Home and sign-in."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from negotiations.models import Membership, Negotiation, Round, Track
from negotiations.operations import create
from negotiations.ranges import parse_times

PASSWORD = "a long enough pass phrase"

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    return User.objects.create_user("member", password=PASSWORD)


def make_talks(member, slug, **fields) -> Negotiation:
    """Talks with one round and ``member`` as their editor."""
    talks = create(Negotiation, user=member, slug=slug, title=f"Talks {slug}", **fields)
    create(Membership, user=member, negotiation=talks, role="editor", user_id=member.pk)
    track = create(Track, user=member, negotiation=talks, name="Main")
    create(
        Round,
        user=member,
        negotiation=talks,
        track=track,
        number=1,
        title=f"Round one of {slug}",
        status="held",
        held=parse_times("2 June 2025", "UTC"),
        state="published",
        reason=f"Reason of {slug}",
    )
    return talks


def test_home_without_talks_says_so(client):
    page = client.get(reverse("home"))
    assert page.status_code == 200
    assert list(page.context["negotiations"]) == []
    assert "<h1" in page.content.decode()


def test_home_leads_to_a_negotiation_of_ones_own(client, member):
    way = f'href="{reverse("negotiation-new")}"'
    assert way not in client.get(reverse("home")).content.decode()
    client.force_login(member)
    assert way in client.get(reverse("home")).content.decode()
    make_talks(member, "open")
    assert way in client.get(reverse("home")).content.decode()


def test_home_shows_the_talks_one_may_see(client, member):
    make_talks(member, "open")
    make_talks(member, "closed", visibility="members")
    public = client.get(reverse("home")).content.decode()
    assert "Talks open" in public
    assert "Round one of open" in public
    assert "Talks closed" not in public
    client.force_login(member)
    own = client.get(reverse("home")).content.decode()
    assert "Talks closed" in own
    assert reverse("overview", args=["closed"]) in own
    assert reverse("comparison", args=["closed"]) in own


def test_who_changed_what_and_why_is_for_those_who_write(client, member):
    make_talks(member, "open")
    assert "Reason of open" not in client.get(reverse("home")).content.decode()
    client.force_login(member)
    assert "Reason of open" in client.get(reverse("home")).content.decode()


def test_home_asks_as_often_for_three_talks_as_for_one(client, member):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("home")).status_code == 200
        return len(captured)

    client.force_login(member)
    make_talks(member, "one")
    one = queries()
    make_talks(member, "two")
    make_talks(member, "three")
    assert queries() == one


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_home_is_for_reading(client, method):
    assert getattr(client, method)(reverse("home")).status_code == 405


def test_signing_in_and_out(client, member):
    page = client.post(reverse("account_login"), {"login": "member", "password": "wrong"})
    assert page.status_code == 200
    assert "_auth_user_id" not in client.session
    page = client.post(reverse("account_login"), {"login": "member", "password": PASSWORD})
    assert page.status_code == 302
    assert client.session["_auth_user_id"] == str(member.pk)
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up_by_themselves(client):
    assert client.get("/accounts/signup/").status_code == 404
