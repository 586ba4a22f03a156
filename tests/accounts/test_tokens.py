"""Tokens at the API: their last day, and when they were last used."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import NOTED_EVERY, ApiToken
from negotiations.models import Changeset

COLLECTION = "/api/v1/negotiations/"


def status(key: str) -> int:
    return Client(headers={"Authorization": f"Bearer {key}"}).get(COLLECTION).status_code


def last_use() -> datetime | None:
    return ApiToken.objects.get().last_used


@pytest.mark.parametrize(("days", "expected"), [(-1, 401), (0, 200), (1, 200), (None, 200)])
def test_a_token_works_through_its_last_day(anna, days, expected):
    expires = None if days is None else timezone.localdate() + timedelta(days=days)
    assert status(ApiToken.issue(user=anna, name="a script", expires=expires)) == expected


def test_every_refusal_reads_the_same(anna):
    yesterday = timezone.localdate() - timedelta(days=1)
    expired = ApiToken.issue(user=anna, name="expired", expires=yesterday)
    revoked = ApiToken.issue(user=anna, name="revoked")
    ApiToken.objects.get(name="revoked").revoke()
    answers = [
        Client(headers={"Authorization": f"Bearer {key}"}).get(COLLECTION)
        for key in (expired, revoked, "unknown")
    ]
    assert [answer.status_code for answer in answers] == [401] * 3
    assert len({answer.content for answer in answers}) == 1
    assert {answer["WWW-Authenticate"] for answer in answers} == {"Bearer"}


def test_use_is_written_down_once_in_some_minutes(anna):
    key = ApiToken.issue(user=anna, name="a script")
    assert last_use() is None
    status(key)
    first = last_use()
    assert timezone.now() - first < NOTED_EVERY
    status(key)
    assert last_use() == first
    ApiToken.objects.update(last_used=first - NOTED_EVERY)
    status(key)
    assert last_use() > first - NOTED_EVERY
    assert not Changeset.objects.exists()


def test_a_refused_token_was_not_used(anna):
    key = ApiToken.issue(user=anna, name="a script")
    ApiToken.objects.get().revoke()
    status(key)
    assert last_use() is None
