"""Undoing one's last change, and the one before, and coming back to the page one was on."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.http import urlencode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from negotiations.history import revision_of
from negotiations.models import Changeset, Membership
from negotiations.operations import create, edit, remove
from negotiations.reversing import planned, reverse
from negotiations.undoings import _something_left, last_to_undo, undoings_of, undone_by
from positions.clausediff import Run
from positions.models import Demand, Issue, PendingEdit
from positions.operations import edit_demand
from positions.recordhistory import Deed, FieldChange
from positions.undoingwords import TOLD_BEFORE, TOLD_OF_TEXT, apart, as_sentence, in_a_line
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
    listed = page(editor, f"/{talks.slug}/changes/")
    assert "Demand “Two.” edited: what they say, in our words · " in listed
    assert f'href="/{talks.slug}/changes/{second}/?undo=1" accesskey="z"' in listed
    for expected, now, left in ((second, "Two.", "One."), (first, "One.", before)):
        address = look()
        assert revision_in(address) == expected
        means = f"What they say, in our words is “{left}” again, not “{now}”"
        shown = page(editor, address)
        assert f'Undoing it means:</p> <ul class="parts"><li>Demand “{now}”: {means}</li>' in shown
        assert "Enter presses it." in shown
        said = editor.post(address, follow=True).content.decode()
        assert f"Undone. Demand “{left}”: {means} <a" in said
        assert text_of(talks) == left
    # Nothing older is theirs, and neither undoing is offered.
    assert look() == f"/{talks.slug}/changes/"


def test_undoing_the_undoing_is_called_redoing_and_offers_to_undo_again(talks, editor, look):
    before = text_of(talks)
    number = reworded(talks, "One.")
    said = editor.post(look(), follow=True).content.decode()
    undoing = revision_of(talks.negotiation)
    assert f'<a href="/{talks.slug}/changes/{undoing}/?undo=1">Redo</a>' in said
    undone = page(editor, f"/{talks.slug}/changes/{number}/")
    assert f'undone in <a href="/{talks.slug}/changes/{undoing}/">revision {undoing}</a>' in undone
    assert f'<a class="button" href="/{talks.slug}/changes/{undoing}/?undo=1">Redo</a>' in undone
    looked = page(editor, f"/{talks.slug}/changes/{undoing}/")
    assert f'This undid <a href="/{talks.slug}/changes/{number}/">revision {number}</a>.' in looked
    means = f"What they say, in our words is “One.” again, not “{before}”"
    assert f'Redoing it means:</p> <ul class="parts"><li>Demand “{before}”: {means}</li>' in looked
    back = editor.post(f"/{talks.slug}/changes/{undoing}/", follow=True).content.decode()
    redoing = revision_of(talks.negotiation)
    assert f"Redone. Demand “One.”: {means}" in back
    assert f'<a href="/{talks.slug}/changes/{redoing}/?undo=1">Undo</a>' in back
    assert Changeset.objects.get(revision=redoing, negotiation=talks.negotiation).reason == (
        f"Revision {number} redone"
    )
    assert text_of(talks) == "One."
    assert "undone in" not in page(editor, f"/{talks.slug}/changes/{number}/")
    assert "It was redone in" in page(editor, f"/{talks.slug}/changes/{undoing}/")
    # What was done again is undone, and neither its redoing nor its undoing is offered by the key.
    assert "Undoing it means:" in page(editor, f"/{talks.slug}/changes/{redoing}/")
    assert revision_in(look()) == number
    editor.post(f"/{talks.slug}/changes/{redoing}/")
    assert text_of(talks) == before


def test_a_later_edit_of_another_refuses_clearly(talks, editor, look):
    before = reworded(talks, "None yet.")
    number = reworded(talks, "One.")
    other = MembershipFactory(negotiation=talks.negotiation, role="editor").user
    row = Demand.objects.get(pk=talks.asked.pk)
    edit_demand(row, user=other, version=row.version, text="Another’s.")
    address = look()
    assert revision_in(address) == number
    shown = page(editor, address)
    assert "It cannot be undone now; what was done since stands in the way:" in shown
    assert "“Another’s.” has been changed since: what they say" in shown
    assert f'href="/{talks.slug}/changes/{revision_of(talks.negotiation)}/"' in shown
    assert f'href="/{talks.slug}/changes/{before}/?undo=1" autofocus>Look at your' in shown
    refused = editor.post(address)
    assert refused.status_code == 409
    assert other.username in refused.content.decode()
    assert text_of(talks) == "Another’s."


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
    assert "No change of yours is left to undo here." in listed
    assert "Undo your last change" not in listed


def test_many_changes_are_looked_through_by_as_many_queries_as_one(talks):
    other = MembershipFactory(negotiation=talks.negotiation, role="editor").user
    kept, asked = reworded(talks, "Kept."), []
    for _more in range(3):
        # Of these nothing is left: somebody else took each away.
        here = {"negotiation": talks.negotiation}
        remove(create(Issue, **here, user=talks.editor, code="while", name="While"), user=other)
        with CaptureQueriesContext(connection) as captured:
            undoings = undoings_of(talks.negotiation, talks.editor)
            found = last_to_undo(talks.negotiation, talks.editor, undoings)
        assert found.revision == kept
        asked.append(len(captured))
    assert asked == [3, 3, 3]


def test_something_is_left_of_a_change_where_undoing_it_would_do_something(talks):
    """What the history alone tells agrees with the plans, for every kind of change and answer."""
    other = MembershipFactory(negotiation=talks.negotiation, role="editor").user
    here, mine, theirs = {"negotiation": talks.negotiation}, {"user": talks.editor}, {"user": other}
    begun = revision_of(talks.negotiation)
    rows = [create(Issue, **here, **mine, code=f"i{n}", name="As it was") for n in range(6)]
    for row in rows[:3]:
        edit(row, **mine, name="Edited")
    edit(Issue.objects.get(pk=rows[0].pk), **theirs, name="Edited since")
    edit(Issue.objects.get(pk=rows[1].pk), **theirs, name="As it was")
    remove(Issue.objects.get(pk=rows[2].pk), **theirs)
    remove(rows[3], **mine)
    reverse(talks.negotiation, revision_of(talks.negotiation), **theirs)
    remove(rows[4], **mine)
    numbers = list(range(begun + 1, revision_of(talks.negotiation) + 1))
    plans = {number: planned(talks.negotiation, number) for number in numbers}
    left = {number for number, plan in plans.items() if not plan.is_empty}
    assert 0 < len(left) < len(numbers)
    sets = Changeset.objects.filter(**here, revision__in=numbers).in_bulk(field_name="pk")
    found = _something_left(list(sets))
    assert {sets[pk].revision for pk in found} == left


def test_redoing_leads_back_as_well(talks, editor, look):
    reworded(talks, "One.")
    there = f"/{talks.slug}/rounds/"
    said = editor.post(look(next=there), follow=True).content.decode()
    (way,) = re.findall(r'<a href="([^"]+)">Redo</a>', said)
    assert editor.post(way.replace("&amp;", "&")).url == there
    assert text_of(talks) == "One."


def test_from_a_page_that_offers_another_one_comes_back_to_where_that_leads(talks, editor, look):
    first, second = reworded(talks, "One."), reworded(talks, "Two.")
    there = f"/{talks.slug}/rounds/"
    offered = look(next=there)
    editor.post(offered)
    address = look(next=offered)
    assert (revision_in(offered), revision_in(address)) == (second, first)
    assert editor.post(address).url == there


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


def test_one_can_cancel_and_is_led_back(talks, editor, look):
    reworded(talks, "One.")
    there = f"/{talks.slug}/records/{talks.asked.pk}/?page=2"
    cancel = '<a class="button" href="{}">Cancel</a>'
    assert cancel.format(there) in page(editor, look(next=there))
    assert cancel.format(f"/{talks.slug}/changes/") in page(editor, look(next="//elsewhere/"))
    assert text_of(talks) == "One."


def test_the_words_of_an_edit_that_waits_are_shown_before_it_is_undone(talks, editor, look):
    edit(talks.negotiation, user=talks.editor, review="required")
    before = text_of(talks)
    reworded(talks, "Words that wait")
    address = look()
    shown = page(editor, address)
    assert "What that edit changes once it is approved" in shown
    assert "<ins>Words" in shown
    assert f"№ {talks.asked.pk}" not in shown
    editor.post(address)
    assert not PendingEdit.objects.exists()
    assert text_of(talks) == before
    # The undoing tells them as well, since doing it again would let them wait once more.
    assert "<ins>Words" in page(editor, f"/{talks.slug}/changes/{revision_of(talks.negotiation)}/")


def test_not_to_a_page_that_is_gone_with_what_was_undone(talks, editor, look):
    demand = published_demand(negotiation=talks.negotiation, user=talks.editor, text="A slip.")
    address = look(next=f"/{talks.slug}/records/{demand.pk}/")
    assert "next=" in address
    done = editor.post(address, follow=True)
    assert done.redirect_chain == [(f"/{talks.slug}/changes/", 302)]
    (said,) = [str(each) for each in done.context["messages"]]
    assert said.startswith("Undone. Demand “A slip.” is removed, and 2 more records. <a")
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


def test_what_became_of_more_than_one_field_or_record_is_told_shortly():
    def deed(word, *changes, kind="demand", title="A truce."):
        return Deed(kind, 7, title, word, tuple(FieldChange(*each) for each in changes))

    evidence = deed("removed", kind="evidence", title="River Post")
    names = (Run("added", "Russia "),)
    for deeds, told in (
        ((deed("removed"),), "Demand “A truce.” is removed."),
        ((evidence, deed("removed")), "Demand “A truce.” is removed, and one more record."),
        ((deed("added"), evidence, evidence), "Demand “A truce.” is back, and 2 more records."),
        ((deed("published"),), "Demand “A truce.”: published again."),
        (
            (deed("edited", ("Firmness", "firm", "flexible")),),
            "Demand “A truce.”: Firmness is “flexible” again, not “firm”.",
        ),
        (
            (deed("edited", ("Name", "A ceasefire", "A truce."), kind="issue"),),
            "Issue “A truce.”: Name is “A truce.” again, not “A ceasefire”.",
        ),
        (
            (deed("edited", ("Text", "Long words. " * 9, "Short"), title="Long words. " * 9),),
            f"Demand 7: Text is “Short” again, not “{'Long words. ' * 5}…”",
        ),
        (
            (deed("edited", ("Note", "A slip", "")),),
            "Demand “A truce.”: Note is empty again, not “A slip”.",
        ),
        (
            (deed("edited", ("Note", "", "A slip")),),
            "Demand “A truce.”: Note is “A slip” again, not empty.",
        ),
        (
            (deed("edited", ("Holders", "", "", names)),),
            "Demand “A truce.”: Holders: “Russia” is back.",
        ),
        (
            (deed("edited", ("Kind", "a", "b"), ("Note", "a", "b"), ("Day", "a", "b")),),
            "Demand “A truce.”: Kind, Note and Day are as before.",
        ),
    ):
        assert as_sentence(in_a_line(deeds)) == told


@given(st.text("ab \n", max_size=300), st.text("ab \n", max_size=300), st.text("ab \n"))
def test_two_texts_are_cut_to_where_they_part(start, one, other):
    texts = [" ".join(f"{start} {end}".split()) for end in (one, other)]
    shown = apart(f"{start} {one}", f"{start} {other}")
    assert max(map(len, shown)) <= TOLD_OF_TEXT + 2
    for text, cut in zip(texts, shown, strict=True):
        assert cut.strip("…") in text
    long_word = max(map(len, " ".join(texts).split()), default=0)
    if long_word < TOLD_OF_TEXT - TOLD_BEFORE:
        assert (shown[0] == shown[1]) == (texts[0] == texts[1])


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
