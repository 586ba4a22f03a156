"""Forms of pages are done once for the key they carry, and nothing typed is lost."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from lxml import html

from negotiations import memberships, operations
from negotiations.models import Membership, Negotiation, Sending, Track, UnsavedForm
from tests.factories import NegotiationFactory, TrackFactory, UserFactory
from tests.sending import as_sent

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
HERE = {"Origin": "http://testserver"}
#: Forms that write no records: to sign in and out, passwords and tokens, and what was sent before.
WITHOUT = {"account", "accounts", "admin", "base.html", "resend.html"}


@pytest.fixture
def negotiation():
    return NegotiationFactory()


@pytest.fixture
def client(client, negotiation):
    client.user = UserFactory()
    memberships.set_role(
        user=None, negotiation=negotiation, member=client.user, role=Membership.Role.MANAGER
    )
    client.force_login(client.user)
    return client


@pytest.fixture
def new(negotiation):
    return reverse("record-new", args=[negotiation.slug, "track"])


def shown(client, address) -> dict[str, str]:
    """What a browser sends of the form at an address."""
    return {name: values[0] for name, values in as_sent(client.get(address)).items()}


def test_every_form_that_writes_carries_a_key():
    folder = Path(settings.BASE_DIR) / "templates"
    forms = [
        (path.relative_to(folder), after)
        for path in folder.rglob("*.html")
        if path.relative_to(folder).parts[0] not in WITHOUT
        for after in re.findall(r"\{% csrf_token %\}(.{0,14})", path.read_text(), re.DOTALL)
    ]
    assert len(forms) > 30
    assert [path for path, after in forms if after != "{% once_key %}"] == []


def test_a_form_sent_twice_makes_one_row_and_leads_to_the_same_place(client, new):
    sent = {**shown(client, new), "name": "Main"}
    first, second = client.post(new, sent), client.post(new, sent)
    assert Track.objects.count() == 1
    assert first.status_code == second.status_code == 302
    assert first.url == second.url
    page = client.get(second.url).content.decode()
    assert "It was saved when you sent it the first time." in page
    client.post(new, {**shown(client, new), "name": "Main, too"})
    assert Track.objects.count() == 2


def test_a_slot_is_answered_again_as_it_was(client, new):
    sent = {**shown(client, new), "name": "Main"}
    answers = [client.post(new, sent, headers=HTMX) for _ in range(2)]
    assert Track.objects.count() == 1
    assert answers[0]["HX-Trigger"] == answers[1]["HX-Trigger"]
    assert answers[0].content == answers[1].content


def test_other_words_under_a_key_that_was_used_are_kept_on_the_page(client, new):
    sent = {**shown(client, new), "name": "Main"}
    place = client.post(new, sent).url
    changed = {**sent, "name": "Quite another"}
    page = client.post(new, changed, headers=HERE)
    assert page.status_code == 422
    assert "Quite another" in page.content.decode()
    assert place in page.content.decode()
    assert Track.objects.count() == 1
    again = html.fromstring(page.content).xpath("//form[contains(@class, 'form')]")[0]
    client.post(again.get("action"), dict(again.form_values()), headers=HERE)
    assert [track.name for track in Track.objects.order_by("pk")] == ["Main", "Quite another"]
    in_slot = client.post(new, changed, headers=HTMX)
    assert in_slot.status_code == 422
    assert "parley:another" in in_slot["HX-Trigger"]


def test_what_was_not_saved_leaves_the_key_free(client, new):
    sent = {**shown(client, new), "name": ""}
    assert client.post(new, sent).status_code == 422
    assert client.post(new, {**sent, "name": "Main"}).status_code == 302
    assert client.post(new, {**sent, "idempotency_key": "a b"}).status_code == 400


def test_keeping_for_later_uses_no_key_up(client, new, negotiation):
    sent = {**shown(client, new), "name": "Half"}
    keep = reverse("unsaved", args=[negotiation.slug]) + f"?form={new}"
    assert client.post(keep, sent).status_code == 302
    assert "idempotency_key" not in UnsavedForm.objects.get().payload
    assert client.post(new, {**sent, "name": "Whole"}).status_code == 302
    assert [track.name for track in Track.objects.all()] == ["Whole"]


def test_who_was_put_out_gets_no_stored_answer(client, new, negotiation):
    operations.edit(negotiation, user=None, visibility=Negotiation.Visibility.MEMBERS)
    sent = {**shown(client, new), "name": "Main"}
    assert client.post(new, sent).status_code == 302
    heir = UserFactory()
    shared = {"user": None, "negotiation": negotiation}
    memberships.set_role(**shared, member=heir, role=Membership.Role.MANAGER)
    memberships.remove_member(**shared, member=client.user)
    assert client.post(new, sent).status_code == 404
    assert Sending.objects.count() == 1


@pytest.mark.parametrize("end", ["removed", "put out", "hidden"])
def test_what_was_typed_is_shown_when_there_is_nowhere_to_save_it(client, new, negotiation, end):
    track = TrackFactory(negotiation=negotiation)
    address = reverse("record-edit", args=[negotiation.slug, track.pk])
    sent = {**shown(client, address), "name": "A canary’s song"}
    shared = {"user": None, "negotiation": negotiation}
    if end == "removed":
        operations.remove(track, user=None)
    else:
        memberships.set_role(**shared, member=UserFactory(), role=Membership.Role.MANAGER)
        memberships.remove_member(**shared, member=client.user)
    if end == "hidden":
        operations.edit(negotiation, user=None, visibility=Negotiation.Visibility.MEMBERS)
    page = client.post(address, sent, headers=HERE)
    assert page.status_code == (403 if end == "put out" else 404)
    assert "A canary’s song" in page.content.decode()
    assert "so that you can copy it" in page.content.decode()
    foreign = client.post(address, sent, headers={"Origin": "https://elsewhere.example"})
    assert "canary" not in foreign.content.decode()
