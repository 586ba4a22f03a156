"""Placing words in the text of a source, and what a correction of the text makes of the places."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection

from negotiations.models import Record, Source
from negotiations.operations import Conflict
from positions import capture
from positions.models import Evidence
from positions.operations import add_part, edit_record, record_source
from positions.placing import is_placed
from tests.factories import EvidenceFactory, SourceFactory
from tests.talks import river_talks

pytestmark = pytest.mark.django_db

TEXT = "East wants thirty days. West said no.\nNobody else said no."


@pytest.fixture
def talks():
    return river_talks()


@pytest.fixture
def source(talks):
    return record_source(
        user=talks.editor, negotiation=talks.negotiation, outlet="Ferry News", text=TEXT
    )


@pytest.fixture
def quoted(talks, source):
    """A function that records evidence from the source with a quote."""

    def record(quote, **fields):
        about = Record.objects.get(pk=talks.asked.pk)
        said = {"basis": "outlet's voice", "source": source, "quote": quote, **fields}
        return add_part(Evidence, user=talks.editor, record=about, **said)

    return record


def place(evidence):
    evidence.refresh_from_db()
    return evidence.start, evidence.end


def test_the_database_hashes_a_text_as_we_do(talks, source):
    stored = Source.objects.get(pk=source.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT encode(sha256(%s), 'hex')", [TEXT.encode()])
        assert stored.text_hash == cursor.fetchone()[0]
    assert Source.objects.get(pk=SourceFactory(text="").pk).text_hash == ""


def test_a_text_is_kept_in_its_one_form(talks, source):
    edited = edit_record(source, user=talks.editor, version=1, text="a\r\nи\u0306")
    assert Source.objects.get(pk=edited.pk).text == "a\nй"


def test_a_text_has_an_end(talks, source):
    with pytest.raises(ValidationError) as refused:
        edit_record(source, user=talks.editor, version=1, text="x" * 2_000_001)
    assert list(refused.value.message_dict) == ["text"]
    with pytest.raises(IntegrityError, match="source_text_not_too_long"):
        Source.objects.filter(pk=source.pk).update(text="x" * 2_000_001)


def test_a_quote_is_placed_where_it_stands_once(source, quoted):
    evidence = quoted("thirty days")
    assert place(evidence) == (11, 22)
    assert (evidence.prefix, evidence.suffix) == (TEXT[:11], TEXT[22:54])
    assert is_placed(evidence, Source.objects.get(pk=source.pk))


def test_pasted_words_become_those_of_the_text(quoted):
    evidence = quoted("said no. Nobody  else")
    assert evidence.quote == "said no.\nNobody else"
    assert place(evidence) == (29, 49)


@pytest.mark.parametrize("quote", ["said no", "sixty days", ""])
def test_a_quote_that_stands_nowhere_or_twice_has_no_place(quoted, quote):
    evidence = quoted(quote)
    assert (evidence.quote, evidence.text_hash) == (quote, "")
    assert place(evidence) == (None, None)


def test_the_words_around_tell_which_is_meant(quoted):
    assert place(quoted("said no", prefix="else ")) == (50, 57)


def test_a_place_with_other_words_is_refused(quoted):
    with pytest.raises(ValidationError) as refused:
        quoted("thirty days", start=10, end=21)
    assert refused.value.message_dict == {"start": ["Other words stand there:  thirty day"]}


def test_no_place_is_in_a_text_that_is_not_here(talks, quoted):
    silent = SourceFactory(negotiation=talks.negotiation, state="published")
    with pytest.raises(ValidationError) as refused:
        quoted("words", source=silent, start=0, end=5)
    assert "is not here" in refused.value.message_dict["start"][0]


def test_the_database_refuses_a_place_with_other_words(talks, source):
    stored = Source.objects.get(pk=source.pk)
    EvidenceFactory(
        about=talks.asked,
        source=stored,
        quote="thirty days",
        start=10,
        end=21,
        text_hash=stored.text_hash,
    )
    with pytest.raises(IntegrityError, match="not at their place"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_another_quote_has_another_place(talks, quoted):
    evidence = quoted("thirty days")
    edited = edit_record(evidence, user=talks.editor, version=1, quote="Nobody else")
    assert place(edited) == (38, 49)
    again = edit_record(edited, user=talks.editor, version=2, quote="Somebody else")
    assert (again.start, again.text_hash, again.prefix) == (None, "", "")


def test_what_leaves_the_words_alone_leaves_the_place(talks, quoted):
    evidence = quoted("thirty days")
    edited = edit_record(evidence, user=talks.editor, version=1, locator="first line")
    assert place(edited) == (11, 22)


def test_a_correction_carries_what_it_finds_and_lists_what_it_loses(talks, source, quoted):
    kept, gone = quoted("thirty days"), quoted("West said no")
    corrected = "Corrected. " + TEXT.replace("West said", "West says")
    foreseen = capture.foreseen(Source.objects.get(pk=source.pk), corrected)
    assert ([e.pk for e in foreseen.carried], [e.pk for e in foreseen.lost]) == (
        [kept.pk],
        [gone.pk],
    )
    done = capture.correct_text(
        source,
        user=talks.editor,
        version=1,
        text=corrected,
        text_origin="pasted",
        reason="A word was wrong",
    )
    assert ([e.pk for e in done.carried], [e.pk for e in done.lost]) == ([kept.pk], [gone.pk])
    assert (done.source.text, done.source.text_origin) == (corrected, "pasted")
    stored = Source.objects.get(pk=source.pk)
    assert place(kept) == (22, 33)
    assert kept.text_hash == stored.text_hash
    assert kept.prefix == corrected[:22]
    gone.refresh_from_db()
    assert (gone.start, gone.quote) == (24, "West said no")
    assert gone.text_hash not in ("", stored.text_hash)
    assert not is_placed(gone, stored)


def test_what_was_lost_is_found_when_the_text_comes_back(talks, source, quoted):
    evidence = quoted("West said no")
    options = {"user": talks.editor, "text_origin": ""}
    changed = capture.correct_text(source, version=1, text="Nothing.", **options)
    assert changed.lost
    back = capture.correct_text(changed.source, version=2, text="No. " + TEXT, **options)
    assert [e.pk for e in back.carried] == [evidence.pk]
    assert place(evidence) == (28, 40)


def test_any_edit_of_the_text_carries_its_places(talks, source, quoted):
    evidence = quoted("thirty days")
    edit_record(source, user=talks.editor, version=1, text=f"So: {TEXT}")
    assert place(evidence) == (15, 26)


def test_a_correction_of_another_version_is_refused(talks, source, quoted):
    edit_record(source, user=talks.editor, version=1, note="Seen")
    with pytest.raises(Conflict):
        capture.correct_text(source, user=talks.editor, version=1, text="Other.")
    assert Source.objects.get(pk=source.pk).text == TEXT


def test_somebody_places_what_was_lost(talks, source, quoted):
    evidence = quoted("West said no", translation="Запад")
    done = capture.correct_text(
        source, user=talks.editor, version=1, text=TEXT.replace("West said", "West says")
    )
    (lost,) = done.lost
    found = capture.place_anchor(lost, user=talks.editor, version=lost.version, start=24, end=36)
    assert (found.quote, found.translation) == ("West says no", "")
    assert is_placed(found, done.source)
    assert place(evidence) == (24, 36)
    with pytest.raises(ValidationError, match="no such words"):
        capture.place_anchor(found, user=talks.editor, version=found.version, start=9, end=999)
    with pytest.raises(Conflict):
        capture.place_anchor(found, user=talks.editor, version=1, start=0, end=4)
