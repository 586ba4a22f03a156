"""Correcting the text of a source through the pages and the API; its versions; what is compared."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given as given_any
from hypothesis import strategies as st
from lxml.html import fromstring

from negotiations.models import Intake, Record, Source
from negotiations.texts import hash_of
from positions.models import Evidence
from positions.operations import add_part, edit_record, record_source
from positions.placing import is_placed
from positions.textdiff import Piece, compared, only_in
from positions.textversions import text_at, versions_of
from tests.factories import SourceFactory
from tests.pages import signed_in
from tests.sending import as_sent
from tests.talks import river_talks

TEXT = "Talks resume\n\nEast wants thirty days.\n\nWest said no."


@pytest.fixture
def talks(db):
    return river_talks()


@pytest.fixture
def editor(talks):
    return signed_in(talks.editor)


@pytest.fixture
def source(talks):
    return record_source(
        user=talks.editor,
        negotiation=talks.negotiation,
        outlet="Ferry News",
        text=TEXT,
        text_origin="pasted text",
    )


@pytest.fixture
def quotes(talks, source):
    """Two quotes of the source: one that the correction keeps, and one that it changes."""
    about = Record.objects.get(pk=talks.asked.pk)
    said = {"user": talks.editor, "record": about, "basis": "outlet's voice", "source": source}
    return [
        add_part(Evidence, quote=quote, **said) for quote in ("East wants thirty", "West said no.")
    ]


def address_of(source) -> str:
    return f"/{source.negotiation.slug}/sources/{source.pk}/text/"


def give(editor, source, text) -> str:
    answer = editor.post(address_of(source), {"text": text})
    assert answer.status_code == 302, answer.context["form"].errors
    return answer["Location"]


def ticked(page, **more):
    form = page.context["form"]
    version = str(form["version"].value())
    return {"version": version, "blocks": "1", "keep": [str(n) for n in form.kept], **more}


CORRECTED = TEXT.replace("West said no.", "West refused.")


def test_a_correction_is_compared_before_it_is_saved(editor, source, quotes):
    page = editor.get(give(editor, source, CORRECTED))
    html = page.content.decode()
    assert "<del>said no</del><ins>refused</ins>" in html
    assert "1 quote is found in the new text" in html
    assert "1 quote is not, or not for certain." in html
    assert '<q dir="auto">West said no.</q>' in html
    source.refresh_from_db()
    assert source.text == TEXT


def test_saving_carries_what_is_found_and_says_what_is_lost(editor, source, quotes):
    address = give(editor, source, f"A line above.\n\n{CORRECTED}")
    answer = editor.post(address, ticked(editor.get(address), reason="Misread."))
    assert answer["Location"] == f"/{source.negotiation.slug}/sources/{source.pk}/"
    source.refresh_from_db()
    assert source.text == f"A line above.\n\n{CORRECTED}"
    kept, lost = (Evidence.objects.get(pk=quote.pk) for quote in quotes)
    assert is_placed(kept, source)
    assert source.text[kept.start : kept.end] == "East wants thirty"
    assert not is_placed(lost, source)
    html = editor.get(answer["Location"]).content.decode()
    assert "1 quote is in the new text." in html
    assert "1 quote was not found in it" in html


def test_what_is_cut_is_left_out_of_the_comparison_at_once(editor, source, quotes):
    address = give(editor, source, f"{CORRECTED}\n\nShare this.")
    sent = ticked(editor.get(address), more="1")
    page = editor.post(address, {**sent, "keep": sent["keep"][:-1]})
    assert page.status_code == 200
    assert page.context["form"].text == CORRECTED
    assert "Share this." not in page.content.decode().partition("Choose what belongs")[0]


THEIRS = TEXT.replace("thirty", "40")


@pytest.fixture
def clash(editor, talks, source):
    """The page that asks, after another has given the source a text and a title as well."""
    address = give(editor, source, CORRECTED)
    sent = ticked(editor.get(address))
    edit_record(source, user=talks.editor, version=1, text=THEIRS, title="Renamed")
    page = editor.post(address, sent)
    assert page.status_code == 409
    return address, page


def marked(page) -> list[list[tuple[str, str]]]:
    """Return the words that each side of the choice put in or took out."""
    sides = fromstring(page.content).xpath("//fieldset//div[@class='difference']")
    return [[(e.tag, e.text.strip()) for e in each.iter("ins", "del")] for each in sides]


def test_two_texts_of_one_source_are_chosen_from(editor, talks, source, clash):
    address, page = clash
    words = page.content.decode()
    assert f"{talks.editor} changed this on " in words
    mine, theirs = marked(page)
    assert theirs == [("del", "thirty"), ("ins", "40")]
    assert ("ins", "40") not in mine
    again = as_sent(page)
    assert "keep-text" not in again
    page = editor.post(address, again)
    assert (page.status_code, "Choose which of these is kept." in page.content.decode()) == (
        409,
        True,
    )
    assert Source.objects.get(pk=source.pk).text == THEIRS
    editor.post(address, {**as_sent(page), "keep-text": "mine"})
    now = Source.objects.get(pk=source.pk)
    assert (now.text, now.title) == (CORRECTED, "Renamed")


@pytest.mark.parametrize(
    ("choice", "kept", "said"),
    [
        ("theirs", THEIRS, "The text stays as it was saved meanwhile."),
        ("before", TEXT, "Saved "),
    ],
)
def test_another_of_the_three_texts_is_kept(editor, source, clash, choice, kept, said):
    address, page = clash
    answer = editor.post(address, {**as_sent(page), "keep-text": choice}, follow=True)
    assert said in answer.content.decode()
    assert Source.objects.get(pk=source.pk).text == kept
    assert not Intake.objects.exists()


def test_a_choice_made_of_what_is_there_no_more_asks_again(editor, talks, source, clash):
    address, page = clash
    edit_record(source, user=talks.editor, version=2, text=f"{TEXT} Or so.")
    again = editor.post(address, {**as_sent(page), "keep-text": "theirs"})
    assert again.status_code == 409
    assert Source.objects.get(pk=source.pk).text == f"{TEXT} Or so."


def test_two_first_texts_are_set_against_each_other(editor, talks):
    source = SourceFactory(negotiation=talks.negotiation, text="")
    address = give(editor, source, CORRECTED)
    sent = ticked(editor.get(address))
    edit_record(source, user=talks.editor, version=source.version, text=THEIRS)
    page = editor.post(address, sent)
    assert page.status_code == 409
    assert marked(page) == [
        [("ins", "thirty"), ("ins", "refused")],
        [("ins", "40"), ("ins", "said no")],
    ]
    words = " ".join(page.content.decode().split())
    assert "There was none before; what only one of you wrote is underlined." in words
    assert "1 paragraph as in the other text" in words
    assert "As it was before both" not in words


def test_what_another_changed_besides_the_text_is_kept_too(editor, talks, source):
    address = give(editor, source, CORRECTED)
    sent = ticked(editor.get(address))
    edit_record(source, user=talks.editor, version=1, title="Renamed")
    answer = editor.post(address, sent, follow=True)
    assert f"{talks.editor} changed other fields meanwhile" in answer.content.decode()
    now = Source.objects.get(pk=source.pk)
    assert (now.text, now.title) == (CORRECTED, "Renamed")


def test_the_same_text_is_no_correction(editor, source):
    address = give(editor, source, TEXT)
    answer = editor.post(address, ticked(editor.get(address)))
    assert answer.status_code == 422
    assert "This is the text that the source has already." in answer.content.decode()


def test_a_source_without_a_text_gets_its_first(editor, talks):
    source = SourceFactory(negotiation=talks.negotiation, text="", state="published")
    assert "Give the text" in editor.get(address_of(source)).content.decode()
    address = give(editor, source, TEXT)
    page = editor.get(address)
    assert "The source has no text yet; this will be its first." in page.content.decode()
    editor.post(address, ticked(page))
    source.refresh_from_db()
    assert (source.text, source.text_origin) == (TEXT, "pasted text")


def test_words_quoted_before_there_was_a_text_are_placed_where_they_stand_once(editor, talks):
    source = SourceFactory(negotiation=talks.negotiation, text="", state="published")
    said = {"basis": "outlet's voice", "source": source}
    about = Record.objects.get(pk=talks.asked.pk)
    once, twice, never = (
        add_part(Evidence, user=talks.editor, record=about, quote=quote, **said)
        for quote in ("East wants thirty", "s", "West said yes.")
    )
    address = give(editor, source, TEXT)
    html = editor.get(address).content.decode()
    assert "1 quote is found in the new text" in html
    assert "2 quotes are not, or not for certain." in html
    answer = editor.post(address, ticked(editor.get(address)))
    source.refresh_from_db()
    for row in (once, twice, never):
        row.refresh_from_db()
    assert is_placed(once, source)
    assert source.text[once.start : once.end] == "East wants thirty"
    assert (twice.start, never.start) == (None, None)
    assert "1 quote is in the new text." in editor.get(answer["Location"]).content.decode()


def test_the_text_is_in_the_field_to_be_changed_there(editor, source):
    html = editor.get(address_of(source)).content.decode()
    assert f">\n{TEXT}</textarea>" in html


def test_a_file_takes_the_place_of_the_text_that_was_left_as_it_was(editor, source):
    file = SimpleUploadedFile("b.txt", CORRECTED.encode())
    answer = editor.post(address_of(source), {"text": TEXT.replace("\n", "\r\n"), "file": file})
    editor.post(answer["Location"], ticked(editor.get(answer["Location"])))
    source.refresh_from_db()
    assert source.text == CORRECTED


def test_versions_are_listed_with_who_when_and_how_and_can_be_read(editor, talks, source):
    edit_record(source, user=talks.editor, version=1, title="Another title")
    address = give(editor, source, CORRECTED)
    editor.post(address, ticked(editor.get(address)))
    source.refresh_from_db()
    newest, oldest = versions_of(source)
    assert (newest.hash, oldest.hash) == (hash_of(CORRECTED), hash_of(TEXT))
    assert (newest.length, oldest.length) == (len(CORRECTED), len(TEXT))
    assert (newest.is_current, oldest.is_current) == (True, False)
    assert newest.who == talks.editor.get_username()
    assert text_at(source, oldest.revision) == TEXT
    assert text_at(source, oldest.revision + 1) == TEXT
    html = editor.get(address_of(source)).content.decode()
    assert f"{address_of(source)}{oldest.revision}/" in html
    assert oldest.hash[:12] in html
    page = editor.get(f"{address_of(source)}{oldest.revision}/").content.decode()
    assert "West said no." in page
    assert oldest.hash in page
    assert editor.get(f"{address_of(source)}{newest.revision + 5}/").status_code == 404


def test_a_source_s_own_form_leaves_its_text_alone(editor, talks, source):
    edit = f"/{talks.slug}/records/{source.pk}/edit/"
    assert "thirty" not in editor.get(edit).content.decode()
    editor.post(edit, {"outlet": "Ferry", "kind": "article", "version": "1"})
    source.refresh_from_db()
    assert (source.outlet, source.text) == ("Ferry", TEXT)


def test_a_text_corrected_by_the_api_carries_its_anchors_too(editor, source, quotes):
    answer = editor.patch(
        f"/api/v1/sources/{source.pk}/",
        {"version": 1, "text": f"Above.\n\n{CORRECTED}", "text_origin": "API"},
        content_type="application/json",
    )
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told["text_hash"] == hash_of(f"Above.\n\n{CORRECTED}")
    assert told["text_origin"] == "API"
    source.refresh_from_db()
    kept, lost = (Evidence.objects.get(pk=quote.pk) for quote in quotes)
    assert is_placed(kept, source)
    assert not is_placed(lost, source)


def test_the_hash_cannot_be_written(editor, source):
    answer = editor.patch(
        f"/api/v1/sources/{source.pk}/",
        {"version": 1, "text_hash": "0" * 64},
        content_type="application/json",
    )
    assert answer.status_code == 400
    assert Source.objects.get(pk=source.pk).text_hash == hash_of(TEXT)


def test_sources_are_counted_apart_from_independent_ones(client, talks):
    here = {"negotiation": talks.negotiation, "language": "pl", "state": "published"}
    first = SourceFactory(**here, outlet="One")
    second = SourceFactory(**here, outlet="Two", derived_from=first)
    SourceFactory(**here, outlet="Three", derived_from=second)
    SourceFactory(**here, outlet="Four")
    html = client.get(f"/{talks.slug}/sources/?language=pl").content.decode()
    assert "4 sources, 2 of them independent" in html
    assert (
        "of them independent"
        not in client.get(f"/{talks.slug}/sources/?language=pl&outlet=Four").content.decode()
    )
    page = client.get(f"/{talks.slug}/sources/{second.pk}/").content.decode()
    assert "3 sources here have one origin: they count as one." in page


words = st.text("ab. \n", max_size=40)


@given_any(words, words)
def test_a_comparison_holds_both_texts_but_for_what_it_says_it_skips(before, after):
    pieces = compared(before, after)
    assert (pieces == ()) == (before == after)
    if not any(piece.skipped for piece in pieces):
        runs = [run for piece in pieces for run in piece.runs]
        old = "".join(run.text for run in runs if run.kind != "added")
        new = "".join(run.text for run in runs if run.kind != "removed")
        assert before == after or (old, new) == (before, after)


@given_any(words, words)
def test_what_only_one_says_is_marked_in_that_one(own, other):
    pieces = only_in(own, other)
    runs = [run for piece in pieces for run in piece.runs]
    assert {run.kind for run in runs} <= {"kept", "added"}
    if own != other and not any(piece.skipped for piece in pieces):
        assert "".join(run.text for run in runs) == own


def test_what_is_far_from_any_change_is_skipped_and_counted():
    lines = [f"Line {n}.\n" for n in range(20)]
    pieces = compared("".join(lines), "".join(lines).replace("Line 9.", "Line nine."))
    assert [piece.skipped for piece in pieces] == [8, 0, 9]
    assert isinstance(pieces[1], Piece)
    assert "".join(run.text for run in pieces[1].runs if run.kind != "removed") == (
        "Line 8.\nLine nine.\nLine 10.\n"
    )
