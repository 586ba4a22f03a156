"""Conditions whose SQL is written once: what they find is what stands there now."""

from functools import partial

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import ApiToken
from negotiations import among
from negotiations.models import Export, Import, Party
from tests.factories import MembershipFactory, NegotiationFactory, PartyFactory, UserFactory

pytestmark = pytest.mark.django_db


def seen(user) -> list[int]:
    return list(Party.objects.visible_to(user).order_by("pk").values_list("pk", flat=True))


def test_it_is_asked_anew_each_time():
    user = UserFactory()
    party = PartyFactory(negotiation=NegotiationFactory(visibility="members"))
    assert seen(user) == seen(AnonymousUser()) == []
    membership = MembershipFactory(negotiation=party.negotiation, user=user, role="reader")
    assert seen(user) == [party.pk]
    assert seen(AnonymousUser()) == seen(UserFactory()) == []
    membership.delete()
    assert seen(user) == []


def test_it_is_another_where_a_user_reaches_less_far(settings):
    manager = MembershipFactory(role="manager").user
    asked = Import.objects.visible_to(manager)
    assert "manager" in str(asked.query)
    settings.SECOND_STEP_REQUIRED = True
    assert str(Import.objects.visible_to(manager).query) != str(asked.query)
    settings.SECOND_STEP_REQUIRED = False
    mine = [PartyFactory(negotiation=NegotiationFactory(visibility="members")) for _ in range(2)]
    for party in mine:
        MembershipFactory(negotiation=party.negotiation, user=manager, role="editor")
    assert seen(manager) == [party.pk for party in mine]
    manager.token = ApiToken(user=manager, scope="write", negotiation=mine[0].negotiation)
    assert seen(manager) == [mine[0].pk]
    manager.token = ApiToken(user=manager, scope="read")
    # A query that can find nothing is not sent at all.
    assert list(Import.objects.visible_to(manager)) == []
    assert among.written(("none",), Export.objects.none) is None


def test_only_so_much_is_remembered(monkeypatch):
    monkeypatch.setattr(among, "REMEMBERED", 3)
    for number in range(10):
        sql, given = among.written(("a test", number), partial(Party.objects.filter, pk=number))
        assert given == (number,)
        assert "ORDER BY" not in sql
        assert len(among._written) <= 3
