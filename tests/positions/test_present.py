"""Who else is at a record: told to those who may edit it, for some minutes."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.management.commands.housekeeping import clear_away
from negotiations import memberships, operations
from negotiations.models import Presence
from tests.factories import NegotiationFactory, TrackFactory, UserFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
TYPES, OPEN = "is typing here as well", "has this open as well"


@pytest.fixture
def track():
    return TrackFactory(negotiation=NegotiationFactory())


def signed_in(track, role: str) -> Client:
    client = Client()
    user = UserFactory(username=f"{role}-of-talks")
    memberships.set_role(user=None, negotiation=track.negotiation, member=user, role=role)
    client.force_login(user)
    return client


def at(track, name: str) -> str:
    return reverse(name, args=[track.negotiation.slug, track.pk])


def told(client, track, name: str = "record") -> str:
    return client.get(at(track, name)).content.decode()


def asked(client, track) -> str:
    return client.post(at(track, "record-present"), headers=HTMX).content.decode()


def test_an_open_record_is_told_and_typing_apart_from_it(track):
    anna, ben = signed_in(track, "manager"), signed_in(track, "editor")
    assert "as well" not in told(anna, track)
    assert f"manager-of-talks {OPEN}" in told(ben, track)
    assert f"editor-of-talks {OPEN}" in asked(anna, track)
    address = at(track, "record-edit")
    keep = reverse("unsaved", args=[track.negotiation.slug]) + f"?form={address}?next=/"
    ben.post(keep, {"name": "Half"}, headers={"X-Requested-With": "fetch"})
    for text in (asked(anna, track), told(anna, track), told(anna, track, "record-edit")):
        assert f"editor-of-talks {TYPES}" in text
    ben.post(address, {"name": "Whole", "version": operations.version_of(track)})
    assert f"editor-of-talks {OPEN}" in asked(anna, track)


def test_it_is_forgotten(track):
    anna, ben = signed_in(track, "manager"), signed_in(track, "editor")
    told(ben, track)
    Presence.objects.update(seen=timezone.now() - timedelta(minutes=4))
    assert OPEN not in told(anna, track)
    Presence.objects.update(seen=timezone.now() - timedelta(minutes=9))
    clear_away()
    assert not Presence.objects.exists()


def test_readers_neither_see_nor_are_seen(track):
    editor, reader = signed_in(track, "manager"), signed_in(track, "reader")
    told(editor, track)
    for client in (reader, Client()):
        assert OPEN not in told(client, track)
    assert reader.post(at(track, "record-present"), headers=HTMX).status_code == 403
    assert Presence.objects.count() == 1
    assert OPEN not in asked(editor, track)


def test_whoever_was_put_out_sees_nobody(track):
    anna, ben = signed_in(track, "manager"), signed_in(track, "editor")
    told(anna, track)
    told(ben, track)
    found = Presence.objects.visible_to
    user = Presence.objects.get(user__username="editor-of-talks").user
    assert found(user).count() == 2
    memberships.remove_member(user=None, negotiation=track.negotiation, member=user)
    assert not found(user).exists()
