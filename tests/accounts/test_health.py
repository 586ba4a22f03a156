"""The address that probes ask, and the housekeeping."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from accounts.models import ApiToken
from negotiations.models import UnsavedForm

pytestmark = pytest.mark.django_db


def test_a_probe_by_number_learns_that_all_is_well(client, settings, django_assert_num_queries):
    settings.SECURE_SSL_REDIRECT = True
    client.get("/health/")
    with django_assert_num_queries(1):
        answer = client.get("/health/", headers={"Host": "10.1.2.3:8000"})
    assert (answer.status_code, answer.content) == (200, b"Well.\n")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer


def test_a_probe_only_asks(client):
    answer = client.post("/health/")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


def test_housekeeping_takes_only_what_is_over(anna):
    now = timezone.now()
    for key, days in (("ended", -1), ("lasts", 1)):
        expires = now + timedelta(days=days)
        Session.objects.create(session_key=key, session_data="", expire_date=expires)
    for page, days in (("/old/", 91), ("/new/", 89)):
        UnsavedForm.objects.create(user=anna, page=page, payload={})
        UnsavedForm.objects.filter(page=page).update(saved=now - timedelta(days=days))
    for name, age in (("dead", 366), ("young", 364)):
        then = now - timedelta(days=age)
        ApiToken.issue(user=anna, name=f"{name}, revoked")
        ApiToken.objects.filter(name=f"{name}, revoked").update(revoked=then)
        ApiToken.issue(user=anna, name=f"{name}, expired", expires=then.date())
    ApiToken.issue(user=anna, name="alive")

    call_command("housekeeping")

    assert [session.session_key for session in Session.objects.all()] == ["lasts"]
    assert [form.page for form in UnsavedForm.objects.all()] == ["/new/"]
    names = set(ApiToken.objects.values_list("name", flat=True))
    assert names == {"alive", "young, revoked", "young, expired"}
