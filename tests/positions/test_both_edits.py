"""Two people edit one row, of every kind: both edits are kept, or each field asks which."""

import pytest
from django.urls import reverse
from django.utils import timezone
from lxml import html

from negotiations.models import State
from negotiations.operations import edit
from positions.models import Linkage, TermChoice
from tests import factories
from tests.positions.test_record_forms import (
    TYPED,
    rows_of_every_kind,
    signed_in,
)
from tests.recording import published_demand, published_silence
from tests.sending import as_sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def talks():
    return factories.NegotiationFactory()


def hanging(talks):
    """Evidence, a condition and a value of a demand, with a field of each that holds words."""
    demand = published_demand(negotiation=talks)
    shared = {"negotiation": talks, "state": State.PUBLISHED}
    linkage = Linkage(relation="unless", condition="It rains", record_id=demand.pk, **shared)
    linkage.save()
    return {
        "quote": factories.EvidenceFactory(record_id=demand.pk, **shared),
        "condition": linkage,
    }


def every_row(talks):
    """Yield rows of every kind that has a form, with a field of its words, and the form's place."""
    rows = [(row, TYPED[kind][0]) for kind, row in rows_of_every_kind(talks).items()]
    rows += [(row, field) for field, row in hanging(talks).items()]
    for row, field in rows:
        yield row, field, reverse("record-edit", args=[talks.slug, row.pk]), "entry"
    yield talks, "title", reverse("setup-settings", args=[talks.slug]), "setup__form"


def words_asked(page) -> list[str]:
    """Return the texts of a page that are to be chosen from."""
    found = html.fromstring(page.content).xpath("//*[@class='conflict__words']")
    return [each.text_content() for each in found]


def test_the_same_field_asks_which_of_three_is_kept_and_saves_none_unasked(talks):
    first, second = signed_in(talks, "manager"), signed_in(talks, "manager")
    for row, field, url, form in every_row(talks):
        before = getattr(row, field)
        mine = {**as_sent(second.get(url), form), field: "Mine instead"}
        theirs = {**as_sent(first.get(url), form), field: "Theirs instead"}
        assert first.post(url, theirs).status_code == 302, url
        page = second.post(url, mine)
        assert page.status_code == 409, url
        assert words_asked(page) == ["Mine instead", "Theirs instead", before or "–"], url
        assert f"{first.user} changed this on " in page.content.decode(), url
        again = as_sent(page, form)
        assert f"keep-{field}" not in again
        # Pressing Save once more without a choice takes nothing from anybody.
        again |= {field: "Mine, typed anew", "reason": "Heard since"}
        page = second.post(url, again)
        assert page.status_code == 409, url
        assert "Choose which of these is kept." in page.content.decode(), url
        assert words_asked(page) == ["Mine, typed anew", "Theirs instead", before or "–"], url
        row.refresh_from_db()
        assert getattr(row, field) == "Theirs instead"
        again = as_sent(page, form)
        assert (again[field], again["reason"]) == (["Mine, typed anew"], ["Heard since"])
        page = second.post(url, {**again, f"keep-{field}": "mine"}, follow=True)
        assert f"This replaced what {first.user} had written: " in page.content.decode(), url
        row.refresh_from_db()
        assert getattr(row, field) == "Mine, typed anew"


def test_theirs_can_be_chosen_and_a_third_edit_asks_again(talks):
    first, second = signed_in(talks, "manager"), signed_in(talks, "manager")
    for row, field, url, form in every_row(talks):
        mine = {**as_sent(second.get(url), form), field: "Mine instead"}
        first.post(url, {**as_sent(first.get(url), form), field: "Theirs instead"})
        again = {**as_sent(second.post(url, mine), form), f"keep-{field}": "mine"}
        first.post(url, {**as_sent(first.get(url), form), field: "Theirs once more"})
        page = second.post(url, again)
        assert page.status_code == 409, url
        assert "Theirs once more" in page.content.decode()
        sent = as_sent(page, form)
        assert f"keep-{field}" not in sent
        page = second.post(url, {**sent, f"keep-{field}": "theirs"}, follow=True)
        assert page.redirect_chain, url
        assert "This replaced" not in page.content.decode(), url
        row.refresh_from_db()
        assert getattr(row, field) == "Theirs once more"


@pytest.mark.parametrize(
    ("kind", "theirs", "mine"),
    [
        ("party", {"name": "New name"}, {"aliases": "Other, Another"}),
        ("issue", {"question": "Who fishes?"}, {"name": "Fishing"}),
        ("round", {"venue": "A ship"}, {"title": "The meeting at sea"}),
        ("source", {"note": "Seen twice"}, {"title": "A title"}),
        ("clause", {"label": "7"}, {"text": "Both fish."}),
        ("outcome", {"kind": "not agreed"}, {"text": "No fish."}),
        ("term", {"unit": "tonnes"}, {"name": "Catch"}),
    ],
)
def test_different_fields_are_both_kept(talks, kind, theirs, mine):
    first, second = signed_in(talks, "manager"), signed_in(talks, "manager")
    row = rows_of_every_kind(talks)[kind]
    url = reverse("record-edit", args=[talks.slug, row.pk])
    typed = {**as_sent(second.get(url)), **mine}
    assert first.post(url, {**as_sent(first.get(url)), **theirs}).status_code == 302
    page = second.post(url, typed, follow=True)
    assert page.redirect_chain, page.content.decode()[:3000]
    assert f"{first.user} changed this meanwhile, and that is kept, too:" in page.content.decode()
    row.refresh_from_db()
    for name, words in {**theirs, **mine}.items():
        value = getattr(row, name)
        assert (", ".join(value) if isinstance(value, list) else value) == words


def test_the_choices_of_a_term_are_part_of_it(talks):
    first, second = signed_in(talks, "manager"), signed_in(talks, "manager")
    term = factories.TermFactory(
        negotiation=talks, issue=factories.IssueFactory(negotiation=talks), kind="choice"
    )
    for code in ("yes", "no"):
        factories.TermChoiceFactory(term=term, code=code, name=code)
    url = reverse("record-edit", args=[talks.slug, term.pk])
    mine = {**as_sent(second.get(url)), "choices": "yes\nno\nnever"}
    first.post(url, {**as_sent(first.get(url)), "choices": "yes\nno\nlater"})
    page = second.post(url, mine)
    assert page.status_code == 409
    assert "later" in page.content.decode()
    assert f"{first.user} changed this on " in page.content.decode()
    mine = {"choices": "yes\nno\nlater\nnever", "keep-choices": "mine"}
    second.post(url, {**as_sent(page), **mine})
    names = set(TermChoice.objects.filter(term=term).values_list("name", flat=True))
    assert names == {"yes", "no", "later", "never"}


def test_of_a_silence_days_and_rounds_are_chosen_too(talks):
    first, second = signed_in(talks, "manager"), signed_in(talks, "manager")
    silence = published_silence(negotiation=talks)
    meeting = factories.RoundFactory(negotiation=talks, state=State.PUBLISHED, title="At sea")
    url = reverse("record-edit", args=[talks.slug, silence.pk])
    mine = {**as_sent(second.get(url)), "looked_until": "9 May 2030", "round": ""}
    theirs = {"looked_until": "8 May 2030", "round": str(meeting.pk)}
    first.post(url, {**as_sent(first.get(url)), **theirs})
    page = second.post(url, mine)
    assert page.status_code == 409
    assert words_asked(page)[:2] == ["9 May 2030", "8 May 2030"]
    assert [row.label for row in page.context["only_theirs"]] == ["Round"]
    second.post(url, {**as_sent(page), "keep-looked_until": "before"})
    before = silence.looked_until
    silence.refresh_from_db()
    assert (silence.looked_until, silence.round) == (before, meeting)


def test_an_edit_that_says_nothing_new_disturbs_nobody(talks):
    first, second = signed_in(talks, "manager"), signed_in(talks, "manager")
    track = factories.TrackFactory(negotiation=talks)
    url = reverse("record-edit", args=[talks.slug, track.pk])
    mine = as_sent(second.get(url))
    edit(track, user=first.user, name="Renamed")
    assert second.post(url, mine).status_code == 302
    track.refresh_from_db()
    assert track.name == "Renamed"


def left_half_typed(talks, kind="outcome", **mine):
    """Somebody's edit that clashed with another's, asked what is kept, and was left there."""
    first, second = signed_in(talks, "manager"), signed_in(talks, "manager")
    row = rows_of_every_kind(talks)[kind]
    url = reverse("record-edit", args=[talks.slug, row.pk])
    keeping = f"{reverse('unsaved', args=[talks.slug])}?form={url}"
    typed = {**as_sent(second.get(url)), "text": "Mine instead", **mine}
    first.post(url, {**as_sent(first.get(url)), "text": "Theirs instead"})
    page = second.post(url, typed)
    assert page.status_code == 409
    second.post(keeping, as_sent(page))
    return first, second, row, url, keeping


def test_a_form_left_in_a_conflict_comes_back_on_top_of_what_is_saved(talks):
    first, second, row, url, _keeping = left_half_typed(talks, kind="outcome")
    page = second.get(url)
    shown = " ".join(page.content.decode().split())
    assert "These are your own words, left half-typed on " in shown
    assert "Start from what is saved now" in shown
    assert f"{first.user} changed this on " in shown
    assert words_asked(page)[:2] == ["Mine instead", "Theirs instead"]
    sent = as_sent(page)
    assert (sent["text"], "keep-text" in sent) == (["Theirs instead"], False)
    # A save that touches another field is no conflict, and takes nothing from anybody.
    page = second.post(url, {**sent, "kind": "not agreed"}, follow=True)
    assert page.redirect_chain
    assert "This replaced" not in page.content.decode()
    row.refresh_from_db()
    assert (row.text, row.kind) == ("Theirs instead", "not agreed")
    assert "left half-typed" not in second.get(url).content.decode()


def test_ones_own_words_from_then_can_be_saved_instead(talks):
    first, second, row, url, keeping = left_half_typed(talks)
    # Kept once more by the page that offers them, and looked at again, they are offered still.
    for _again in range(2):
        second.post(keeping, as_sent(second.get(url)))
    sent = as_sent(second.get(url))
    assert sent["mine-text"] == ["Mine instead"]
    page = second.post(url, {**sent, "keep-text": "mine"}, follow=True)
    assert f"This replaced what {first.user} had written: Text." in page.content.decode()
    row.refresh_from_db()
    assert row.text == "Mine instead"


def test_what_is_typed_on_top_of_what_was_offered_counts(talks):
    _first, second, row, url, keeping = left_half_typed(talks)
    typed = {**as_sent(second.get(url)), "text": "Theirs and mine", "keep-text": "mine"}
    second.post(keeping, typed)
    page = second.get(url)
    assert as_sent(page)["text"] == ["Theirs and mine"]
    assert "offers" not in as_sent(page)
    second.post(url, typed)
    row.refresh_from_db()
    assert row.text == "Theirs and mine"


def test_somebody_who_is_quicker_once_more_is_asked_about(talks):
    first, second, _row, url, _keeping = left_half_typed(talks)
    sent = {**as_sent(second.get(url)), "keep-text": "mine"}
    first.post(url, {**as_sent(first.get(url)), "text": "Theirs once more"})
    page = second.post(url, sent)
    assert page.status_code == 409
    assert as_sent(page)["text"] == ["Mine instead"]
    assert words_asked(page)[2] == "Theirs instead"
    assert not {"offers", "mine-text"} & set(as_sent(page))


def test_what_nobody_else_changed_comes_back_as_it_was_typed(talks):
    editor = signed_in(talks, "manager")
    row = rows_of_every_kind(talks)["outcome"]
    url = reverse("record-edit", args=[talks.slug, row.pk])
    keeping = f"{reverse('unsaved', args=[talks.slug])}?form={url}"
    editor.post(keeping, {**as_sent(editor.get(url)), "text": "Half my words."})
    page = editor.get(url)
    assert as_sent(page)["text"] == ["Half my words."]
    assert "What was saved since" not in page.content.decode()


def test_it_names_all_who_wrote_meanwhile_and_marks_their_words(talks):
    first, second, third = (signed_in(talks, "manager") for _each in range(3))
    row = rows_of_every_kind(talks)["outcome"]
    edit(row, user=first.user, text="Both sides stop the boats on Monday.")
    url = reverse("record-edit", args=[talks.slug, row.pk])
    mine = {**as_sent(third.get(url)), "text": "All sides stop the boats on Monday."}
    edit(row, user=first.user, text="Both sides stop the boats on Friday.")
    edit(row, user=second.user, text="Both sides stop the boats on Sunday.", kind="not agreed")
    page = third.post(url, mine)
    shown = page.content.decode()
    day = timezone.localdate()
    for who in (first.user, second.user):
        assert f"{who} changed this on {day.day} {day:%B %Y}, " in shown
    marked = html.fromstring(page.content).xpath("//*[@class='conflict__words']/*")
    words = [(each.tag, each.text.strip()) for each in marked]
    assert words == [("del", "Both"), ("ins", "All"), ("del", "Monday"), ("ins", "Sunday")]
    # What they alone changed is told again when a choice is missing.
    page = third.post(url, as_sent(page))
    assert [row.label for row in page.context["only_theirs"]] == ["Kind"]
    page = third.post(url, {**as_sent(page), "keep-text": "before"}, follow=True)
    row.refresh_from_db()
    assert (row.text, row.kind) == ("Both sides stop the boats on Monday.", "not agreed")
    replaced = f"This replaced what {first.user}, {second.user} had written: Text."
    assert replaced in page.content.decode()


def test_where_there_was_nothing_before_mine_and_theirs_are_set_against_each_other(talks):
    first, second = (signed_in(talks, "manager") for _each in range(2))
    source = factories.SourceFactory(negotiation=talks, note="")
    url = reverse("record-edit", args=[talks.slug, source.pk])
    mine = {**as_sent(second.get(url)), "note": "Both sides stop the boats on Monday."}
    edit(source, user=first.user, note="Both sides stop the boats on Sunday.")
    page = second.post(url, mine)
    assert page.status_code == 409
    marked = html.fromstring(page.content).xpath("//*[@class='conflict__words']/*")
    words = [(each.tag, each.text.strip()) for each in marked]
    assert words == [("ins", "Monday"), ("ins", "Sunday")]
    assert "what only one of you wrote is underlined" in page.content.decode()
