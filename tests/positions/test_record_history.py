"""The history of a record in words, restoring it, and undoing a change."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from negotiations import ranges
from negotiations.history import revision_of
from negotiations.models import Changeset, Record, Round
from negotiations.operations import Conflict, create, edit, remove, retract
from positions import recordhistory
from positions.models import Demand, Evidence, Linkage, Term, TermChoice, TermValue
from positions.operations import edit_demand, edit_record, record_demand
from positions.restoring import restore
from tests.factories import (
    EvidenceFactory,
    MembershipFactory,
    PartyFactory,
    TermChoiceFactory,
    TermFactory,
    UserFactory,
    on,
)
from tests.recording import published
from tests.talks import days_of, river_talks

pytestmark = pytest.mark.django_db


@pytest.fixture
def talks():
    return river_talks()


@pytest.fixture
def editor(talks):
    client = Client()
    client.force_login(talks.editor)
    return client


def steps(talks, row, user=None):
    record = Record.objects.select_related("negotiation").get(pk=row.pk)
    return recordhistory.of_record(record, user or talks.editor)[1]


def told(step) -> dict[str, tuple[str, str, str]]:
    """What a step says of each field: before, after, and its words with their marks."""
    marks = {"kept": "", "added": "+", "removed": "-"}
    return {
        change.label: (
            change.before,
            change.after,
            "|".join(marks[run.kind] + run.text.strip() for run in change.runs),
        )
        for deed in step.deeds
        for change in deed.changes
    }


def asked(talks, **fields) -> Demand:
    said = {"source": talks.source, "basis": "outlet's voice"}
    defaults = {
        "issue": talks.flow,
        "holders": [talks.east],
        "text": "Water for sixty days.",
        "kind": "demand",
        "stated": on("1 May 2024"),
        "values": [{"term": talks.days, **days_of(60)}],
        "evidence": [said],
    }
    return record_demand(user=talks.editor, negotiation=talks.negotiation, **{**defaults, **fields})


def test_an_edit_is_told_word_by_word(talks):
    demand = asked(talks)
    edit_demand(
        demand,
        user=talks.editor,
        version=1,
        reason="Misheard",
        text="Water for ninety days.",
        firmness="firm",
        stated=on("2 May 2024"),
    )
    newest, first = steps(talks, demand)
    assert (newest.who, newest.reason) == (talks.editor.username, "Misheard")
    assert newest.revision == revision_of(talks.negotiation)
    assert told(newest) == {
        "What they say, in our words": (
            "Water for sixty days.",
            "Water for ninety days.",
            "Water for|-sixty|+ninety|days.",
        ),
        "Firmness": ("unknown", "firm", ""),
        "Stated": ("1 May 2024", "2 May 2024", ""),
    }
    assert told(first)["What they say, in our words"] == ("", "Water for sixty days.", "")
    assert told(first)["Holders"] == ("", "", "+East")
    assert {deed.kind for deed in first.deeds} == {"demand", "evidence", "term value"}


def test_lists_and_parts_belong_to_it(talks):
    demand = asked(talks)
    edit_demand(
        demand,
        user=talks.editor,
        version=1,
        holders=[talks.west],
        values=[{"term": talks.days, **days_of(90)}],
    )
    newest = steps(talks, demand)[0]
    assert told(newest)["Holders"][2] in ("-East|+West", "+West|-East")
    assert told(newest)["Quantity"] == ("60", "90", "")
    edit_demand(demand, user=talks.editor, version=2, values=[])
    gone = steps(talks, demand)[0]
    assert [(deed.kind, deed.word) for deed in gone.deeds if deed.kind == "term value"] == [
        ("term value", "removed")
    ]
    assert told(gone)["Quantity"] == ("90", "", "")


def test_what_it_points_to_is_named(talks):
    demand = asked(talks)
    edit_demand(
        demand,
        user=talks.editor,
        version=1,
        round=talks.first,
        answers_id=talks.asked.pk,
        answer="noted",
    )
    said = told(steps(talks, demand)[0])
    assert said["Round"] == ("", str(talks.first), "")
    assert said["Answers"][1] == f"Demand {talks.asked.pk}: {talks.asked}"


def test_readers_are_told_of_what_was_published_only(talks):
    reader = AnonymousUser()
    demand = asked(talks, evidence=[], text="Half a thought.")
    edit_demand(demand, user=talks.editor, version=1, text="A secret draft.")
    assert steps(talks, demand, reader) == ()
    published = edit_demand(
        demand,
        user=talks.editor,
        version=2,
        text="Water for sixty days.",
        evidence=[{"source": talks.source, "basis": "outlet's voice"}],
    )
    edit_demand(published, user=talks.editor, version=published.version, text="Water for a year.")
    newest, first = steps(talks, demand, reader)
    assert told(newest)["What they say, in our words"][:2] == (
        "Water for sixty days.",
        "Water for a year.",
    )
    assert told(first)["What they say, in our words"] == ("", "Water for sixty days.", "")
    assert (newest.who, newest.reason, newest.revision) == ("", "", None)
    html = Client().get(f"/{talks.slug}/records/{demand.pk}/history/").content.decode()
    assert "A secret draft" not in html
    assert "Half a thought" not in html
    assert talks.editor.username not in html
    current = Demand.objects.get(pk=demand.pk)
    retract(current, user=talks.editor)
    assert Client().get(f"/{talks.slug}/records/{demand.pk}/history/").status_code == 404


def test_a_draft_of_evidence_is_no_reader_s_business(talks):
    EvidenceFactory(about=talks.asked, source=talks.source, quote="Whispered words", state="draft")
    html = Client().get(f"/{talks.slug}/records/{talks.asked.pk}/history/").content.decode()
    assert "Whispered words" not in html


def test_a_record_is_restored_by_a_new_edit(talks):
    demand = asked(talks)
    then = revision_of(talks.negotiation)
    edit_demand(
        demand,
        user=talks.editor,
        version=1,
        text="Something else.",
        holders=[talks.west],
        values=[],
        links=[{"relation": "only if", "condition": "It rains"}],
    )
    restored = restore(Record.objects.get(pk=demand.pk), then, user=talks.editor, version=2)
    assert restored.text == "Water for sixty days."
    assert list(restored.holders.all()) == [talks.east]
    (value,) = TermValue.objects.filter(record=demand.pk)
    assert value.quantity == ranges.quantity(60, 60)
    assert not Linkage.objects.filter(record=demand.pk)
    assert restored.version == 3
    newest = steps(talks, demand)[0]
    assert newest.reason == f"Restored as it stood at revision {then}"
    assert told(newest)["What they say, in our words"][:2] == (
        "Something else.",
        "Water for sixty days.",
    )


def test_restoring_asks_for_the_version_that_was_seen(talks):
    demand = asked(talks)
    then = revision_of(talks.negotiation)
    edit_demand(demand, user=talks.editor, version=1, text="Something else.")
    with pytest.raises(Conflict):
        restore(Record.objects.get(pk=demand.pk), then, user=talks.editor, version=1)
    assert Demand.objects.get(pk=demand.pk).text == "Something else."


def test_what_it_pointed_to_must_be_there(talks):
    party = PartyFactory(negotiation=talks.negotiation, code="X", name="Gone")
    demand = asked(talks, holders=[party, talks.east])
    then = revision_of(talks.negotiation)
    edit_demand(demand, user=talks.editor, version=1, holders=[talks.east])
    remove(party, user=talks.editor)
    with pytest.raises(Exception, match=f"Party {party.pk} is not there any more"):
        restore(Record.objects.get(pk=demand.pk), then, user=talks.editor)
    with pytest.raises(Exception, match="It was not there at that revision"):
        restore(Record.objects.get(pk=demand.pk), 1, user=talks.editor)
    with pytest.raises(Exception, match="no such revision"):
        restore(Record.objects.get(pk=demand.pk), 10_000, user=talks.editor)


def test_rows_without_versions_are_restored_too(talks):
    then = revision_of(talks.negotiation)
    edit(talks.flow, user=talks.editor, name="Current")
    restored = restore(Record.objects.get(pk=talks.flow.pk), then, user=talks.editor)
    assert restored.name == "Flow"


def test_the_page_restores_and_says_so(talks, editor):
    demand = asked(talks)
    then = revision_of(talks.negotiation)
    edit_demand(demand, user=talks.editor, version=1, text="Something else.")
    page = editor.get(f"/{talks.slug}/records/{demand.pk}/history/").content.decode()
    assert "<del>Something else.</del>" not in page
    assert f"Restore as of revision {then}" in page
    address = f"/{talks.slug}/records/{demand.pk}/restore/"
    answer = editor.post(address, {"revision": then, "version": 2}, follow=True)
    assert f"Restored as it stood at revision {then}." in answer.content.decode()
    assert Demand.objects.get(pk=demand.pk).text == "Water for sixty days."
    stale = editor.post(address, {"revision": then, "version": 2}, follow=True)
    assert "Somebody changed it meanwhile" in stale.content.decode()
    wrong = editor.post(address, {"revision": 1, "version": 3}, follow=True)
    assert "It was not there at that revision." in wrong.content.decode()


def test_who_may_restore_and_undo(talks, client):
    address = f"/{talks.slug}/records/{talks.asked.pk}/restore/"
    assert client.post(address, {"revision": 1}).status_code == 401
    assert client.post(f"/{talks.slug}/changes/1/").status_code == 401
    reader = Client()
    reader.force_login(MembershipFactory(negotiation=talks.negotiation, role="reader").user)
    assert reader.post(address, {"revision": 1}).status_code == 403
    assert reader.get(f"/{talks.slug}/changes/1/").status_code == 403
    assert reader.post(f"/{talks.slug}/changes/undo/").status_code == 403
    editor = Client()
    editor.force_login(talks.editor)
    assert editor.get(address).status_code == 405
    assert editor.post(address, {"revision": "x"}).status_code == 404
    assert editor.get(f"/{talks.slug}/changes/9999/").status_code == 404
    assert editor.get(f"/{talks.slug}/changes/undo/").status_code == 405
    other = Client()
    other.force_login(UserFactory())
    assert other.get(f"/{talks.slug}/changes/1/").status_code == 403


def test_the_last_change_is_undone_in_two_steps(talks, editor):
    demand = asked(talks)
    edit_demand(demand, user=talks.editor, version=1, text="A slip.")
    number = revision_of(talks.negotiation)
    listed = editor.get(f"/{talks.slug}/changes/").content.decode()
    assert "Undo your last change" in listed
    assert f'href="/{talks.slug}/changes/{number}/"' in listed
    look = editor.post(f"/{talks.slug}/changes/undo/", follow=True)
    assert look.redirect_chain == [(f"/{talks.slug}/changes/{number}/?undo=1", 302)]
    html = look.content.decode()
    assert "<ins>A slip" in html
    assert "What they say, in our words is “Water for sixty days.” again, not “A slip.”" in html
    done = editor.post(f"/{talks.slug}/changes/{number}/", follow=True)
    assert "Undone. Demand “Water for sixty days.”: What they say" in done.content.decode()
    assert Demand.objects.get(pk=demand.pk).text == "Water for sixty days."
    assert Changeset.objects.filter(user_id=talks.editor.pk).latest("revision").reason == (
        f"Revision {number} undone"
    )


def test_what_somebody_built_on_is_not_undone(talks, editor):
    demand = asked(talks)
    number = revision_of(talks.negotiation)
    other = MembershipFactory(negotiation=talks.negotiation, role="editor").user
    edit_record(demand, user=other, version=1, text="By another hand.")
    page = editor.get(f"/{talks.slug}/changes/{number}/").content.decode()
    assert "It cannot be undone now; what was done since stands in the way:" in page
    assert other.username in page
    refused = editor.post(f"/{talks.slug}/changes/{number}/")
    assert refused.status_code == 409
    assert Demand.objects.get(pk=demand.pk).text == "By another hand."


def test_nothing_of_one_s_own_is_said_so(talks):
    client = Client()
    client.force_login(MembershipFactory(negotiation=talks.negotiation, role="editor").user)
    page = client.post(f"/{talks.slug}/changes/undo/", follow=True).content.decode()
    assert "No change of yours is left to undo here." in page


def test_evidence_has_its_own_history(talks):
    evidence = Evidence.objects.filter(record=talks.asked.pk).earliest("pk")
    edit_record(evidence, user=talks.editor, version=evidence.version, locator="second column")
    assert told(steps(talks, evidence)[0])["Where in the source"] == ("", "second column", "")
    assert told(steps(talks, talks.asked)[0])["Where in the source"] == ("", "second column", "")


def test_where_words_stand_is_told_by_the_words_alone(talks):
    row = Evidence.objects.filter(record_id=talks.asked.pk).first()
    edit(row, user=talks.editor, prefix="for ", suffix=" more", locator="page 3")
    assert told(steps(talks, row)[0]) == {"Where in the source": ("", "page 3", "")}


def test_readers_are_told_whose_it_is_once_it_is_published(talks):
    """As after review: what stands in the lists came in long before what readers may see."""
    whispered = PartyFactory(negotiation=talks.negotiation, name="The Whispered")
    order = TermFactory(
        negotiation=talks.negotiation, issue=talks.flow, name="Order", kind="choice"
    )
    first = TermChoiceFactory(term=order, name="First of all")
    demand = asked(
        talks,
        evidence=[],
        text="Half a thought.",
        holders=[talks.east, whispered],
        addressees=[talks.west],
        obligors=[talks.lake, talks.east],
        values=[{"term": order, "choices": [first], "quantifier": "all of"}],
        links=[{"relation": "only if", "condition": "It rains"}],
    )
    edit_demand(demand, user=talks.editor, version=1, holders=[talks.east], text="Water.")
    reader = AnonymousUser()
    assert steps(talks, demand, reader) == ()
    said = {"source": talks.source, "basis": "outlet's voice"}
    edit_demand(demand, user=talks.editor, version=2, evidence=[said])
    (first_step,) = steps(talks, demand, reader)
    found = told(first_step)
    lists = {label: words for label, (_before, _after, words) in found.items() if words}
    assert lists == {
        "Holders": "+East",
        "Spoken to": "+West",
        "Must act": "+East,|+Lake",
        "Choices": "+First of all",
    }
    assert found["Condition"] == ("", "It rains", "")
    assert found["Basis"][1] == "outlet’s voice"
    html = Client().get(f"/{talks.slug}/records/{demand.pk}/history/").content.decode()
    assert "The Whispered" not in html
    assert "Half a thought" not in html
    current = Demand.objects.get(pk=demand.pk)
    edit_demand(current, user=talks.editor, version=current.version, holders=[talks.west])
    newest, before = steps(talks, demand, reader)
    assert told(newest) == {"Holders": ("", "", "-East|+West")}
    assert told(before)["Holders"][2] == "+East"


def test_what_it_pointed_to_once_is_not_named_after_it_became_a_draft(talks):
    demand = asked(talks)
    meeting = published(
        Round, negotiation=talks.negotiation, track=talks.first.track, title="At sea"
    )
    edit_demand(demand, user=talks.editor, version=demand.version, round=meeting)
    current = Demand.objects.get(pk=demand.pk)
    edit_demand(current, user=talks.editor, version=current.version, round=None)
    reader = AnonymousUser()
    assert told(steps(talks, demand, reader)[0])["Round"][0] == str(meeting)
    withdrawn = retract(meeting, user=talks.editor)
    edit(withdrawn, user=talks.editor, version=withdrawn.version, title="Secret words")
    html = Client().get(f"/{talks.slug}/records/{demand.pk}/history/").content.decode()
    assert "Secret words" not in html
    assert told(steps(talks, demand, reader)[0])["Round"] == (f"№ {meeting.pk}", "", "")
    assert "Secret words" in told(steps(talks, demand)[0])["Round"][0]


def test_what_became_of_a_term_s_choices_is_told_with_it(talks):
    here = {"negotiation": talks.negotiation, "user": talks.editor}
    term = create(Term, **here, issue=talks.flow, code="order", name="Order", kind="choice")
    first = create(TermChoice, **here, term=term, code="first", name="First", ordinal=1)
    edit(first, user=talks.editor, name="First of all")
    for user in (talks.editor, AnonymousUser()):
        renamed, added, _begun = steps(talks, term, user)
        assert told(renamed) == {"Name": ("First", "First of all", "-First|+First of all")}
        assert [(deed.kind, deed.word) for deed in added.deeds] == [("choice", "added")]
        assert told(added)["Name"] == ("", "First", "")
