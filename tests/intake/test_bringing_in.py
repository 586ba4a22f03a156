"""Bringing a text in through the pages: give, look, save; nothing typed is lost on the way."""

import uuid
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from config.uploads import MOST_BYTES, MOST_SENT
from negotiations import ranges
from negotiations.intake import child
from negotiations.models import Intake, Membership, Negotiation, Source, UnsavedForm
from negotiations.operations import edit
from tests.factories import MembershipFactory, NegotiationFactory, SourceFactory, on
from tests.intake.hostile import HOSTILE
from tests.intake.papers import PAGE, pdf_of
from tests.pages import signed_in
from tests.talks import TEXT, river_talks

pytestmark = pytest.mark.django_db


@pytest.fixture
def talks():
    return river_talks()


@pytest.fixture
def editor(talks):
    return signed_in(talks.editor)


def new(talks) -> str:
    return f"/{talks.slug}/sources/new/"


def given(editor, talks, *, query="", **fields) -> str:
    """Give a text and return the address of the page that shows what was read."""
    answer = editor.post(new(talks) + query, fields)
    assert answer.status_code == 302, answer.context["form"].errors
    return answer["Location"]


def ticked(page) -> dict[str, list[str]]:
    """Return what the page sends when it is saved as it is shown."""
    form = page.context["form"]
    sent = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in sent.items() if value not in (None, "", [])}
    return {**sent, "blocks": "1", "keep": [str(number) for number in sorted(form.kept)]}


def test_a_page_is_given_looked_at_and_saved_as_a_source(editor, talks):
    file = SimpleUploadedFile("talks.html", PAGE.encode())
    address = given(editor, talks, file=file)
    page = editor.get(address)
    html = page.content.decode()
    assert 'value="River Post"' in html
    assert 'value="2 June 2025"' in html
    said = '<span class="proposed">Proposed: read in the page&#x27;s own data.</span>'
    assert f"{said} 2 June 2025, May 2025" in html
    assert "Share buttons" in html
    assert Source.objects.filter(url="https://river.example/news/1").count() == 0
    answer = editor.post(address, {**ticked(page), "note": "Seen."})
    source = Source.objects.get(url="https://river.example/news/1")
    assert answer["Location"] == f"/{talks.slug}/sources/{source.pk}/"
    assert (source.outlet, source.title, source.author) == (
        "River Post",
        "Talks resume",
        "Ann Reporter",
    )
    assert source.published == on("2 June 2025")
    assert (source.language, source.note, source.state) == ("en", "Seen.", "published")
    assert source.text_origin == "HTML talks.html"
    assert source.text == (
        "Talks resume\n\nEast wants thirty days of water.\n\n"
        "West will not have it, says the envoy.\nIt has been said before.\n\nEast\t30\n\nWest\t90"
    )
    assert not Intake.objects.exists()
    assert "Saved" in editor.get(answer["Location"]).content.decode()


def test_what_somebody_changed_is_no_proposal_any_more(editor, talks):
    address = given(editor, talks, text=PAGE)
    page = editor.get(address)
    assert set(marked(page)) == {
        "outlet",
        "title",
        "url",
        "published",
        "author",
        "kind",
        "language",
    }
    changed = {"published": "3 June 2025", "author": "", "keep": []}
    refused = editor.post(address, {**ticked(page), **changed})
    assert refused.status_code == 422
    assert set(marked(refused)) == {"outlet", "title", "url", "kind", "language"}


def test_what_the_address_says_is_no_proposal(editor, talks):
    address = given(editor, talks, query="?outlet=Post", text=PAGE)
    assert "outlet" not in marked(editor.get(address))


def marked(page) -> list[str]:
    """Return the names of the fields that the page calls proposed."""
    form = page.context["form"]
    return [name for name in form.fields if 'class="proposed"' in str(form[name].help_text)]


def test_parts_are_cut_and_kept_one_by_one_and_by_groups(editor, talks):
    address = given(editor, talks, text=PAGE)
    page = editor.get(address)
    groups = {each["group"].furniture: each["group"] for each in page.context["groups"]}
    kept = [n for n in ticked(page)["keep"] if n != "4"]
    turned = [groups["navigation"].number]
    editor.post(address, {**ticked(page), "keep": kept, "turn": turned})
    text = Source.objects.latest("pk").text
    assert text.startswith("Home\n\nNews\n\nTalks resume\n\nWest will not have it")


def test_of_a_pdf_it_is_not_said_that_furniture_was_told(editor, talks):
    file = SimpleUploadedFile("s.pdf", pdf_of(["Menu", "The file says this, and no more."]))
    html = editor.get(given(editor, talks, file=file)).content.decode()
    assert "menus and footers cannot be told from the text" in html
    assert "What looks like furniture" not in html


def test_with_nothing_kept_the_form_asks(editor, talks):
    address = given(editor, talks, text="One paragraph.\n\nAnother.")
    page = editor.get(address)
    answer = editor.post(address, {**ticked(page), "keep": [], "outlet": "Post"})
    assert answer.status_code == 422
    assert "Nothing of the text is kept." in answer.content.decode()


def test_a_file_and_a_paste_follow_each_other(editor, talks):
    file = SimpleUploadedFile("s.pdf", pdf_of(["The file says this, and no more."]))
    address = given(editor, talks, file=file, text="The paste says that.")
    blocks = editor.get(address).context["form"].given.blocks
    assert [b.text for b in blocks] == ["The file says this, and no more.", "The paste says that."]


def test_a_source_is_described_without_a_text(editor, talks):
    address = f"/{talks.slug}/sources/new/description/"
    page = editor.get(new(talks))
    assert page.status_code == 200
    assert address in page.content.decode()
    editor.post(address, {"outlet": "Radio", "kind": "broadcast", "published": "May 2025"})
    source = Source.objects.get(outlet="Radio")
    assert (source.text, source.text_origin) == ("", "")
    assert source.published == on("May 2025")


def test_the_old_address_of_a_new_source_leads_here(editor, talks):
    answer = editor.get(f"/{talks.slug}/new/source/?outlet=Post")
    assert answer["Location"] == f"{new(talks)}?outlet=Post"
    address = given(editor, talks, query="?outlet=Post", text="Words of it.")
    assert 'value="Post"' in editor.get(address).content.decode()


def test_in_a_slot_of_another_page_a_source_is_described_in_passing(editor, talks):
    htmx = {"HX-Request": "true"}
    part = editor.get(f"/{talks.slug}/new/source/", headers=htmx)
    assert part.status_code == 200
    assert 'name="outlet"' in part.content.decode()
    editor.post(f"/{talks.slug}/new/source/", {"outlet": "Slot", "kind": "post"}, headers=htmx)
    assert Source.objects.filter(outlet="Slot").exists()


def test_a_source_half_described_in_passing_is_gone_on_with_as_a_page(editor, talks):
    address = f"/{talks.slug}/new/source/?round=1"
    keep = f"/{talks.slug}/unsaved/?form={quote(address)}"
    assert editor.get(address).status_code == 302
    editor.post(keep, {"outlet": "Slotted Post", "kind": "post"})
    page = editor.get(address)
    assert page.status_code == 200
    assert 'value="Slotted Post"' in page.content.decode()


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.name)
def test_a_hostile_file_leaves_what_was_typed_in_the_form(hostile, monkeypatch):
    if hostile.seconds:
        monkeypatch.setattr(child, "MOST_SECONDS", hostile.seconds)
    talks = NegotiationFactory()
    editor = signed_in(MembershipFactory(negotiation=talks, role="editor").user)
    data = hostile.make("http://127.0.0.1:9")
    file = SimpleUploadedFile("given.pdf", data)
    answer = editor.post(new(talks), {"text": "What I typed.", "file": file})
    if len(data) > MOST_SENT:
        assert answer.status_code == 413
        assert "Go back: what you typed is still there." in answer.content.decode()
    elif hostile.said:
        assert answer.status_code == 422
        html = answer.content.decode()
        assert "given.pdf: " in html
        assert hostile.said in html
        assert ">\nWhat I typed.</textarea>" in html
    else:
        page = editor.get(answer["Location"])
        assert page.status_code == 200
        text = page.context["form"].text
        assert hostile.gives in text
        assert text.endswith("What I typed.")
    assert editor.get(f"/{talks.slug}/sources/").status_code == 200


def test_a_request_that_announces_too_much_is_not_read(editor, talks):
    class Unread:
        def read(self, size=-1):
            raise AssertionError("It was read.")

        readline = read

    answer = editor.generic(
        "POST",
        new(talks),
        **{
            "CONTENT_TYPE": "multipart/form-data; boundary=x",
            "CONTENT_LENGTH": str(MOST_SENT + 1),
            "wsgi.input": Unread(),
        },
    )
    assert answer.status_code == 413


def test_a_text_too_long_for_a_form_is_refused_and_said(editor, talks):
    answer = editor.post(new(talks), {"text": "a" * 3_000_000})
    assert answer.status_code == 413
    assert "Give a long text as a file" in answer.content.decode()


def test_what_was_typed_comes_back_when_the_session_has_ended(talks):
    answer = Client(headers={"origin": "http://testserver"}).post(
        new(talks),
        {"text": "What I typed.", "file": SimpleUploadedFile("s.txt", b"Words.")},
        headers={"origin": "http://testserver"},
    )
    html = answer.content.decode()
    assert answer.status_code == 401
    assert 'name="text" value="What I typed."' in html
    assert '<input type="file" name="file"' in html
    assert "s.txt" in html


def test_half_typed_descriptions_and_ticks_are_kept(editor, talks):
    address = given(editor, talks, text="One paragraph.\n\nAnother.")
    editor.post(
        f"/{talks.slug}/unsaved/?form={address}",
        {"outlet": "Half", "kind": "article", "blocks": "1", "keep": ["1"]},
    )
    page = editor.get(address)
    assert page.context["form"].kept == {1}
    assert 'value="Half"' in page.content.decode()
    assert "half-typed" in page.content.decode()
    editor.post(address, {**ticked(page), "outlet": "Whole"})
    assert not UnsavedForm.objects.exists()
    assert Source.objects.get(outlet="Whole").text == "Another."


def test_nobody_sees_what_another_has_given(editor, talks):
    address = given(editor, talks, text="Words of it.")
    other = signed_in(MembershipFactory(negotiation=talks.negotiation, role="editor").user)
    assert address in editor.get(new(talks)).content.decode()
    assert "Given and not saved yet" not in other.get(new(talks)).content.decode()
    assert other.get(address).status_code == 404
    assert editor.get(f"/{talks.slug}/sources/new/{uuid.uuid4()}/").status_code == 404


def test_readers_bring_nothing_in(talks):
    reader = MembershipFactory(negotiation=talks.negotiation, role=Membership.Role.READER).user
    addresses = [
        new(talks),
        f"{new(talks)}description/",
        f"/{talks.slug}/sources/{talks.source.pk}/text/",
        f"/{talks.slug}/sources/{talks.source.pk}/text/1/",
    ]
    for address in addresses:
        assert signed_in(reader).get(address).status_code == 403
        assert "/accounts/login/" in Client().get(address)["Location"]


def test_where_review_is_asked_for_a_new_source_is_a_draft(editor, talks):
    edit(talks.negotiation, user=talks.editor, review=Negotiation.Review.REQUIRED)
    address = given(editor, talks, text="Words of it.")
    editor.post(address, {**ticked(editor.get(address)), "outlet": "Post"})
    assert Source.objects.get(outlet="Post").state == "draft"


# --- what is alike --------------------------------------------------------------------------

LONG = " ".join(f"East wants {n} days of water and West will not have it." for n in range(40))


@pytest.fixture
def recorded(talks):
    return SourceFactory(
        negotiation=talks.negotiation,
        state="published",
        outlet="Wire",
        title="Forty days",
        text=LONG,
        url="https://wire.example/a/",
        published=ranges.parse_dates("May 2025"),
    )


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        (LONG, "same", "has the same text, letter for letter."),
        (LONG.replace("wants 7 days", "asks for a week"), "nearly", "of 100 runs of five words"),
    ],
)
def test_the_same_text_again_is_noticed_and_has_to_be_placed(
    editor, talks, recorded, text, kind, said
):
    address = given(editor, talks, text=text)
    page = editor.get(address)
    (found,) = page.context["form"].found.alike
    assert (found.source, found.kind) == (recorded, kind)
    assert said in page.content.decode()
    answer = editor.post(address, {**ticked(page), "outlet": "Post"})
    assert answer.status_code == 422
    assert "Say what this one is" in answer.content.decode()
    assert not Source.objects.filter(outlet="Post").exists()


def test_a_copy_is_recorded_as_derived(editor, talks, recorded):
    address = given(editor, talks, text=LONG)
    sent = {**ticked(editor.get(address)), "outlet": "Post", "treat": f"copy-{recorded.pk}"}
    editor.post(address, sent)
    assert Source.objects.get(outlet="Post").derived_from == recorded


def test_it_may_be_recorded_anyway(editor, talks, recorded):
    address = given(editor, talks, text=LONG)
    editor.post(address, {**ticked(editor.get(address)), "outlet": "Post", "treat": "new"})
    assert Source.objects.get(outlet="Post").derived_from is None


def test_a_new_version_goes_on_to_be_compared_with_its_ticks(editor, talks, recorded):
    text = f"{LONG}\n\nA line under it."
    address = given(editor, talks, text=text)
    sent = {**ticked(editor.get(address)), "keep": ["0"], "treat": f"version-{recorded.pk}"}
    answer = editor.post(address, sent)
    assert answer["Location"].startswith(f"/{talks.slug}/sources/{recorded.pk}/text/")
    page = editor.get(answer["Location"])
    assert page.context["form"].text == LONG
    assert "the text that the source has already" in page.content.decode()
    assert "half-typed" not in page.content.decode()
    typed = {"blocks": "1", "keep": ["0"], "reason": "A line too"}
    editor.post(f"/{talks.slug}/unsaved/?form={answer['Location']}", typed)
    assert "half-typed" in editor.get(answer["Location"]).content.decode()


def test_the_same_address_is_noticed_however_it_is_spelled(editor, talks, recorded):
    address = f"{new(talks)}description/"
    sent = {"outlet": "Post", "kind": "article", "url": "http://wire.example/a#top"}
    answer = editor.post(address, sent)
    assert "has the same address." in answer.content.decode()
    assert answer.status_code == 422
    editor.post(address, {**sent, "treat": "new"})
    assert Source.objects.filter(outlet="Post").exists()


def test_texts_of_other_negotiations_and_of_nobody_are_not_compared(editor, talks, recorded):
    other = river_talks()
    address = given(signed_in(other.editor), other, text=LONG)
    assert signed_in(other.editor).get(address).context["form"].found.alike == ()
    edit(recorded, user=talks.editor, state="retracted")
    address = given(editor, talks, text=LONG)
    assert editor.get(address).context["form"].found.alike == ()


def test_too_many_texts_are_not_compared_and_that_is_said(editor, talks, recorded, monkeypatch):
    from positions import alike

    monkeypatch.setattr(alike, "MOST_TEXTS", 0)
    address = given(editor, talks, text=f"{LONG} It ends.")
    assert editor.get(address).context["form"].found.left_out == 1


def test_a_file_that_is_as_large_as_may_be_is_read(editor, talks):
    words, note = b"<p>East wants water.</p>", b"<!-- %s -->" % (b"x" * 1000)
    data = words + note * ((MOST_BYTES - len(words)) // len(note))
    file = SimpleUploadedFile("l.html", data.ljust(MOST_BYTES))
    assert editor.get(given(editor, talks, file=file)).context["form"].text == "East wants water."
    assert TEXT  # The talks' own source stays as it was.
    assert Source.objects.get(pk=talks.source.pk).text == TEXT


def test_texts_that_nobody_saved_go_after_ninety_days(editor, talks):
    for days in (91, 89):
        address = given(editor, talks, text=f"Given {days} days ago.")
        long_ago = timezone.now() - timedelta(days=days)
        Intake.objects.filter(pk=address.split("/")[-2]).update(taken=long_ago)
    call_command("housekeeping")
    (left,) = Intake.objects.all()
    assert left.given.blocks[0].text == "Given 89 days ago."
