"""Tokens: what they open, how they are made, and that only their digest is kept."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import ApiToken
from tests.api.conftest import new_talks, place
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def with_header(value: str) -> Client:
    return Client(headers={"Authorization": value})


def test_the_command_prints_the_token_and_nothing_else(capsys):
    talks = new_talks("members").fill()
    call_command("create_api_token", talks.editor.username)
    printed = capsys.readouterr()
    key = printed.out.removesuffix("\n")
    assert printed.err == ""
    assert "\n" not in key
    assert len(key) >= 43
    page = with_header(f"Bearer {key}").get(place("demands"))
    assert page.json()["count"] > 0


def test_only_the_digest_is_kept():
    key = ApiToken.issue(user=UserFactory(), name="a program")
    token = ApiToken.objects.get()
    assert token.digest == ApiToken.digest_of(key)
    assert key not in str(vars(token))


def test_two_tokens_of_a_user_differ(capsys):
    user = UserFactory()
    for name in ("one", "two"):
        call_command("create_api_token", user.username, name=name)
    assert len(set(capsys.readouterr().out.split())) == 2
    assert set(user.api_tokens.values_list("name", flat=True)) == {"one", "two"}


def test_no_token_for_nobody(capsys):
    with pytest.raises(CommandError, match="nobody"):
        call_command("create_api_token", "nobody")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER "])
def test_the_scheme_in_any_case(scheme):
    talks = new_talks("members").fill()
    key = ApiToken.issue(user=talks.editor, name="a program")
    assert with_header(f"{scheme} {key}").get(place("rounds")).json()["count"] == 1


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer wrong", "Bearer \xff\xfe", "Bearer " + "x" * 5000]
)
def test_an_unknown_token_is_refused_even_where_nobody_needs_one(header):
    answer = with_header(header).get(place("demands"))
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert list(answer.json()) == ["detail"]


def test_the_token_of_a_closed_account_is_refused():
    user = UserFactory()
    client = with_header(f"Bearer {ApiToken.issue(user=user, name='a program')}")
    assert client.get(place("demands")).status_code == 200
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    assert client.get(place("demands")).status_code == 401


def test_another_scheme_is_nobody():
    assert with_header("Basic YTpi").get(place("demands")).status_code == 200


def test_a_token_needs_no_csrf_token():
    talks = new_talks()
    key = ApiToken.issue(user=talks.editor, name="a program")
    client = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {key}"})
    body = {"negotiation": talks.negotiation.slug, "outlet": "A paper"}
    answer = client.post(place("sources"), body, content_type="application/json")
    assert answer.status_code == 201


def test_a_session_reads_what_its_user_may():
    talks = new_talks("members").fill()
    client = Client()
    client.force_login(talks.editor, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(place("demands")).json()["count"] > 0
