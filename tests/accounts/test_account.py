"""The account page: who one is, tokens made, seen and revoked."""

import logging
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken, User
from tests.factories import MembershipFactory, NegotiationFactory, UserFactory

TYPED = {"scope": "write", "expires": (timezone.localdate() + timedelta(days=30)).isoformat()}


@pytest.fixture
def page() -> str:
    return reverse("account")


def made(client, **typed) -> str:
    """Make a token on the page and return its key."""
    answer = client.post(reverse("account"), {**TYPED, **typed})
    assert answer.status_code == 200
    return answer.context["key"]


def test_the_page_says_who_is_signed_in(signed_in, page):
    shown = signed_in.get(page).content.decode()
    for text in ("anna@example.org", "Anna", reverse("account_change_password")):
        assert text in shown
    assert f'<a href="{page}"><b>anna</b></a>' in shown


def test_it_lists_what_one_works_on_and_as_what(signed_in, anna, page):
    hidden = NegotiationFactory(title="Hidden talks", visibility="members")
    assert "What you work on" not in signed_in.get(page).content.decode()
    MembershipFactory(negotiation=hidden, user=anna, role="reader")
    MembershipFactory(role="editor")
    shown = " ".join(signed_in.get(page).content.decode().split())
    assert f'<a href="/{hidden.slug}/">Hidden talks</a>, as reader' in shown
    assert shown.count(", as ") == 1
    assert f'href="/{hidden.slug}/members/"' in shown


def test_tokens_are_listed_with_what_became_of_them(signed_in, anna, page):
    today = timezone.localdate()
    ApiToken.issue(user=anna, name="old", expires=today - timedelta(days=1))
    ApiToken.issue(user=anna, name="young", expires=today)
    ApiToken.issue(user=anna, name="gone")
    ApiToken.objects.get(name="gone").revoke()
    ApiToken.issue(user=UserFactory(), name="of somebody else")
    shown = " ".join(signed_in.get(page).content.decode().split())
    assert "Expired after" in shown
    assert "Works until" in shown
    assert "Last used</dt><dd>never" in shown
    assert "of somebody else" not in shown
    assert shown.count("/revoke/") == 2


def test_the_number_of_queries_does_not_grow(signed_in, anna, page, django_assert_num_queries):
    ApiToken.issue(user=anna, name="first")
    with django_assert_num_queries(7):
        signed_in.get(page)
    for name in ("second", "third"):
        ApiToken.issue(user=anna, name=name, negotiation=NegotiationFactory())
    with django_assert_num_queries(7):
        signed_in.get(page)


def test_a_last_day_is_proposed_and_what_was_typed_stays(signed_in, page):
    day = timezone.localdate() + timedelta(days=90)
    shown = signed_in.get(page).content.decode()
    assert f'name="expires" value="{day.isoformat()}"' in shown
    other = (day - timedelta(days=60)).isoformat()
    typed = {"name": "", "scope": "write", "expires": other}
    shown = signed_in.post(page, typed).content.decode()
    assert f'name="expires" value="{other}"' in shown
    assert '<option value="write" selected>' in shown
    signed_in.post(page, {"name": "a script", "scope": "read", "expires": day.isoformat()})
    assert ApiToken.objects.get().expires == day


def test_a_new_key_is_shown_once_and_opens_the_api(signed_in, anna, page, caplog):
    caplog.set_level(logging.DEBUG)
    last_day = timezone.localdate() + timedelta(days=30)
    typed = {"name": "a script", "scope": "write", "expires": last_day.isoformat()}
    answer = signed_in.post(page, typed)
    key = answer.context["key"]
    assert f'value="{key}"' in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    token = ApiToken.objects.get()
    assert (token.user, token.name, token.expires) == (anna, "a script", last_day)
    assert key not in str(vars(token))
    assert key not in signed_in.get(page).content.decode()
    assert key not in caplog.text
    assert not any(key in str(session.get_decoded()) for session in Session.objects.all())
    program = Client(headers={"Authorization": f"Bearer {key}"})
    assert program.get("/api/v1/negotiations/").status_code == 200


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"name": "a script", "expires": "soon"}, "Enter a valid date."),
        ({"name": "a script", "expires": "2020-01-01"}, "That day has passed"),
        ({"name": "a script", "expires": "2099-01-01"}, "A token works for a year at most"),
        ({"name": "a script", "expires": ""}, "This field is required."),
        ({"name": "a script", "scope": "all"}, "all is not one of the available choices."),
        ({"name": "a script", "negotiation": "0"}, "not one of the available choices"),
        ({"name": "nul\0"}, "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_made(signed_in, page, typed, complaint):
    answer = signed_in.post(page, {**TYPED, **typed})
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert complaint in shown
    assert "No token was made." in shown
    assert not ApiToken.objects.exists()


def test_a_revoked_token_opens_nothing_and_stays_to_be_seen(signed_in, page):
    key = made(signed_in, name="a script")
    token = ApiToken.objects.get()
    answer = signed_in.post(reverse("token-revoke", args=[token.pk]), follow=True)
    assert answer.redirect_chain == [(page, 302)]
    shown = answer.content.decode()
    assert "“a script” is revoked" in shown
    assert "Revoked</dt>" in shown
    program = Client(headers={"Authorization": f"Bearer {key}"})
    assert program.get("/api/v1/negotiations/").status_code == 401


def test_revoking_again_keeps_the_first_time(signed_in, anna):
    ApiToken.issue(user=anna, name="a script")
    token = ApiToken.objects.get()
    place = reverse("token-revoke", args=[token.pk])
    signed_in.post(place)
    token.refresh_from_db()
    first = token.revoked
    assert signed_in.post(place).status_code == 302
    token.refresh_from_db()
    assert token.revoked == first


def test_somebody_elses_token_is_not_there(signed_in):
    ApiToken.issue(user=UserFactory(), name="hers")
    token = ApiToken.objects.get()
    hidden = signed_in.post(reverse("token-revoke", args=[token.pk]))
    absent = signed_in.post(reverse("token-revoke", args=[token.pk + 1]))
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content
    token.refresh_from_db()
    assert token.revoked is None


def test_a_stranger_is_asked_to_sign_in(client, db, page):
    answer = client.get(page)
    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('account_login')}?next={page}"


def test_wrong_methods(signed_in, page):
    assert signed_in.put(page).status_code == 405
    assert signed_in.get(reverse("token-revoke", args=[1])).status_code == 405


def test_the_token_of_a_user_that_is_deleted_goes_too(anna):
    ApiToken.issue(user=anna, name="a script")
    User.objects.filter(pk=anna.pk).delete()
    assert not ApiToken.objects.exists()
