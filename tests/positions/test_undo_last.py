"""Undoing one's last change, and the one before, and coming back to the page one was on."""

import re

import pytest
from django.test import Client
from django.utils.http import urlencode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from negotiations.history import revision_of
from negotiations.models import Membership
from negotiations.operations import create, edit, remove
from negotiations.reversing import reverse
from negotiations.undoings import undone_by
from positions.models import Demand, Issue
from positions.operations import edit_demand
from tests.factories import MembershipFactory
from tests.recording import published_demand
from tests.talks import river_talks


@pytest.fixture
def talks(db):
    return river_talks()


@pytest.fixture
def editor(talks) -> Client:
    client = Client()
    client.force_login(talks.editor)
    return client


@pytest.fixture
def look(talks, editor):
    """Return a function that asks for one's last change and gives the address it leads to."""

    def look(**asked) -> str:
        return editor.post(f"/{talks.slug}/changes/undo/", asked).url

    return look


def revision_in(address: str) -> int:
    found = re.search(r"/changes/(\d+)/\?", address)
    assert found, address
    return int(found[1])


def reworded(talks, text: str) -> int:
    """Reword East's demand and return the revision."""
    row = Demand.objects.get(pk=talks.asked.pk)
    edit_demand(row, user=talks.editor, version=row.version, text=text)
    return revision_of(talks.negotiation)


def text_of(talks) -> str:
    return Demand.objects.get(pk=talks.asked.pk).text


def page(client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


def test_twice_steps_back_over_the_last_two_acts(talks, editor, look):
    before = text_of(talks)
    first, second = reworded(talks, "One."), reworded(talks, "Two.")
    assert f"revision {second}: demand “Two.” edited" in page(editor, f"/{talks.slug}/changes/")
    for expected, left in ((second, "One."), (first, before)):
        address = look()
        assert revision_in(address) == expected
        assert "This is the last change of yours here that is not undone." in page(editor, address)
        editor.post(address)
        assert text_of(talks) == left
    # Nothing older is theirs, and neither undoing is offered.
    assert look() == f"/{talks.slug}/changes/"


def test_undoing_the_undoing_brings_it_back_and_offers_it_again(talks, editor, look):
    number = reworded(talks, "One.")
    answer = editor.post(look(), follow=True)
    undoing = revision_of(talks.negotiation)
    said = answer.content.decode()
    assert f"Undone: demand “One.” edited (revision {number})." in said
    assert f'<a href="/{talks.slug}/changes/{undoing}/?undo=1">Take that back</a>' in said
    looked = page(editor, f"/{talks.slug}/changes/{undoing}/")
    assert "Bring back what it undid" in looked
    # The record is called what it is called now.
    assert f"Undoing it brings back: demand “{text_of(talks)}” edited." in looked
    assert "It was undone in" in page(editor, f"/{talks.slug}/changes/{number}/")
    back = editor.post(f"/{talks.slug}/changes/{undoing}/", follow=True).content.decode()
    assert f"Brought back: demand “One.” edited (revision {number})." in back
    assert text_of(talks) == "One."
    assert "It was undone in" not in page(editor, f"/{talks.slug}/changes/{number}/")
    assert revision_in(look()) == number


def test_a_later_edit_of_another_refuses_clearly(talks, editor, look):
    before = reworded(talks, "None yet.")
    number = reworded(talks, "One.")
    other = MembershipFactory(negotiation=talks.negotiation, role="editor").user
    row = Demand.objects.get(pk=talks.asked.pk)
    edit_demand(row, user=other, version=row.version, text="Another's.")
    address = look()
    assert revision_in(address) == number
    shown = page(editor, address)
    assert "This cannot be undone any more:" in shown
    assert "This is the last change of yours" not in shown
    assert f'href="/{talks.slug}/changes/{revision_of(talks.negotiation)}/"' in shown
    assert f'href="/{talks.slug}/changes/{before}/?undo=1" autofocus>To your change' in shown
    refused = editor.post(address)
    assert refused.status_code == 409
    assert other.username in refused.content.decode()
    assert text_of(talks) == "Another's."


def test_what_nothing_is_left_of_is_passed_over(talks, editor, look):
    kept = reworded(talks, "One.")
    here = {"negotiation": talks.negotiation, "user": talks.editor}
    issue = create(Issue, **here, code="while", name="For a while")
    other = MembershipFactory(negotiation=talks.negotiation, role="editor").user
    remove(issue, user=other)
    number = revision_of(talks.negotiation)
    # What another undid is not offered again, nor what only touches members.
    member = Membership.objects.get(user=other, negotiation=talks.negotiation)
    edit(member, user=talks.editor, role="reader")
    assert revision_of(talks.negotiation) == number + 1
    assert revision_in(look()) == kept
    mine = reworded(talks, "Two.")
    reverse(talks.negotiation, mine, user=other)
    assert revision_in(look()) == kept


def test_nothing_of_one_s_own_is_left(talks):
    client = Client()
    client.force_login(MembershipFactory(negotiation=talks.negotiation, role="editor").user)
    listed = page(client, f"/{talks.slug}/changes/")
    assert "There is no change of yours here that is left to undo." in listed
    assert "Undo your last change" not in listed


def test_taking_it_back_leads_back_as_well(talks, editor, look):
    reworded(talks, "One.")
    there = f"/{talks.slug}/rounds/"
    said = editor.post(look(next=there), follow=True).content.decode()
    (way,) = re.findall(r'<a href="([^"]+)">Take that back</a>', said)
    assert editor.post(way.replace("&amp;", "&")).url == there
    assert text_of(talks) == "One."


def test_one_comes_back_to_the_page_that_asked(talks, editor, look):
    reworded(talks, "One.")
    there = f"/{talks.slug}/records/{talks.asked.pk}/?page=2"
    assert f'name="next" value="{there}"' in page(editor, there)
    address = look(next=there)
    assert urlencode({"next": there}) in address
    answer = editor.post(address)
    assert answer.url == there
    issue = f"/{talks.slug}/issues/{talks.flow.code}/"
    reworded(talks, "Two.")
    assert editor.post(look(next=issue)).url == issue


def test_not_to_a_page_that_is_gone_with_what_was_undone(talks, editor, look):
    demand = published_demand(negotiation=talks.negotiation, user=talks.editor, text="A slip.")
    address = look(next=f"/{talks.slug}/records/{demand.pk}/")
    assert "next=" in address
    done = editor.post(address, follow=True)
    assert done.redirect_chain == [(f"/{talks.slug}/changes/", 302)]
    assert "Undone: " in done.content.decode()
    assert not Demand.objects.filter(pk=demand.pk).exists()
    edit(talks.flow, user=talks.editor, name="Current")
    gone = f"/{talks.slug}/issues/nowhere/"
    assert Issue.objects.filter(code="nowhere").exists() is False
    assert "next=" not in look(next=gone)


def test_never_to_another_site_or_another_negotiation(talks, editor, look):
    other = MembershipFactory(user=talks.editor, role="editor").negotiation
    number = reworded(talks, "One.")
    for there in (
        "https://elsewhere.example/",
        "//elsewhere.example/",
        f"/\\elsewhere.example/{talks.slug}/",
        f"https:///{talks.slug}/",
        "javascript:alert(1)",
        "/accounts/logout/",
        "/no-such-talks/records/1/",
        f"/{talks.slug}/no-such-page/",
        f"/{other.slug}/",
    ):
        assert "next=" not in look(next=there), there
        answer = editor.post(f"/{talks.slug}/changes/{number}/?{urlencode({'next': there})}")
        assert answer.url == f"/{talks.slug}/changes/", there
        number = revision_of(talks.negotiation)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, 60), max_size=12))
def test_what_is_undone_is_what_does_not_hold_when_all_is_played_through(wanted):
    acts = 3
    texts = dict.fromkeys(range(acts), "after")
    wrote = {act: (act, "before", "after") for act in texts}
    undid: dict[int, int] = {}
    for number in wanted:
        target = number % len(wrote)
        act, before, after = wrote[target]
        # Of what does not stand there nothing is left to undo.
        if texts[act] == after:
            texts[act] = before
            undid[len(wrote)] = target
            wrote[len(wrote)] = (act, after, before)
    found = undone_by(undid.items())
    lost = {number for number, (act, _before, after) in wrote.items() if texts[act] != after}
    assert set(found) == lost
    for number, by in found.items():
        assert by == max(each for each in undid if wrote[each][0] == wrote[number][0])
