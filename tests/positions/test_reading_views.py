"""The reading pane: its page, the forms for a passage, and placing words that were lost."""

import pytest

from negotiations import ranges
from negotiations.models import Membership, Person, Record, Source
from negotiations.operations import edit
from positions.capture import correct_text
from positions.days import last_day
from positions.models import Demand, Event, Evidence, Outcome, TermValue
from positions.operations import edit_record
from tests.factories import (
    MembershipFactory,
    PartyFactory,
    PersonFactory,
    TermChoiceFactory,
    TermFactory,
    on,
)
from tests.recording import published
from tests.talks import river_talks

pytestmark = pytest.mark.django_db

ARTICLE = (
    "Ada Envoy, the envoy of West, said on Monday that West demands at least 40 days of water. "
    "East rejected this.\n\nThe dam was shelled on Tuesday, killing three people. "
    "East rejected this."
)
WISH = "West demands at least 40 days of water"


@pytest.fixture
def talks():
    known = river_talks()
    edit(known.days, user=known.editor, unit="day")
    return known


@pytest.fixture
def article(talks):
    return published(
        Source,
        negotiation=talks.negotiation,
        outlet="Lake News",
        language="en",
        published=on("12 June 2024"),
        text=ARTICLE,
    )


@pytest.fixture
def editor(client, talks):
    client.force_login(talks.editor)
    return client


def pane(talks, source):
    return f"/{talks.slug}/sources/{source.pk}/read/"


def passage(talks, source, words, kind="demand", text=ARTICLE):
    start = text.index(words)
    return f"{pane(talks, source)}{kind}/?start={start}&end={start + len(words)}"


def sent(form, **changes):
    """Return what a browser sends of a form as it stands, with what somebody changed."""
    data = {}
    for field in form:
        value = field.value()
        if isinstance(value, list):
            data[field.html_name] = [str(each) for each in value]
        elif value not in (None, False):
            data[field.html_name] = field.field.prepare_value(value)
    return data | changes


def form_at(client, address):
    response = client.get(address)
    assert response.status_code == 200, response.content.decode()
    return response.context["form"]


def test_the_text_is_word_for_word_what_a_script_reads(editor, talks):
    response = editor.get(pane(talks, talks.source))
    assert response.status_code == 200
    html = response.content.decode()
    part = html[html.index('id="source-text"') :].split(">", 1)[1].split("</div>")[0]
    words = "".join(piece.split(">", 1)[-1] for piece in part.split("<"))
    assert words == talks.source.text
    assert 'lang="' in html
    assert 'dir="auto"' in html


def test_beside_it_stand_the_records_on_it_and_the_others_of_the_round(editor, talks, article):
    response = editor.get(pane(talks, talks.source), {"round": talks.second.pk})
    html = response.content.decode()
    assert f'href="#e{Evidence.objects.get(record_id=talks.asked_again.pk).pk}"' in html
    lines = {line.text: line for line in response.context["reading"].lines}
    assert "Water for thirty days." not in lines
    settled = lines["Water flows in spring."]
    assert (settled.kind, settled.who, settled.about) == ("Outcome", "East, West", "Flow")
    other = editor.get(pane(talks, article), {"round": "none"})
    assert other.context["reading"].round is None
    assert "No record rests on this source yet." in other.content.decode()


def test_the_round_is_that_of_the_day_or_the_last_one_chosen(editor, talks, article):
    first = editor.get(pane(talks, article)).context["reading"].round
    assert first is not None
    article_without_day = published(
        Source, negotiation=talks.negotiation, outlet="Undated", text="Words."
    )
    assert editor.get(pane(talks, article_without_day)).context["reading"].round is None
    editor.get(pane(talks, article), {"round": talks.first.pk})
    again = editor.get(pane(talks, article_without_day)).context["reading"].round
    assert again == talks.first
    assert editor.get(pane(talks, article), {"round": article.pk}).status_code == 404


def test_a_passage_fills_the_form_and_saves_nothing(editor, talks, article):
    def rows():
        return [model.objects.count() for model in (Demand, Evidence, Event, Person, Record)]

    had = rows()
    TermFactory(negotiation=talks.negotiation, issue=talks.flow, name="Depth", unit="km")
    had[-1] += 1
    for kind in ("demand", "answer", "outcome", "event"):
        assert editor.get(passage(talks, article, WISH, kind)).status_code == 200
    assert rows() == had


def test_what_is_proposed_says_from_which_words(editor, talks, article):
    address = passage(talks, article, ARTICLE[: ARTICLE.index("\n") - 21])
    response = editor.get(address)
    form = response.context["form"]
    assert form["holders"].value() == [talks.west.pk]
    assert form["speaker"].value() == "Ada Envoy"
    assert form["capacity"].value() == "the envoy of West"
    assert form["stated"].value() == "10 June 2024"
    assert form["issue"].value() == str(talks.flow.pk)
    assert form[f"term_{talks.days.code}"].value() == "at least 40"
    html = response.content.decode()
    assert '<span class="proposed"><b>proposed</b>: read from <q lang="en">Monday</q>' in html
    assert '<q lang="en">at least 40 days</q>' in html
    # What nobody proposed is not marked.
    assert "proposed" not in str(form.fields["text"].help_text)


def test_saving_records_the_demand_with_its_words_in_place(editor, talks, article):
    address = passage(talks, article, WISH)
    form = form_at(editor, address)
    response = editor.post(address, sent(form, text="Forty days of water."))
    demand = Demand.objects.get(text="Forty days of water.")
    row = Evidence.objects.get(record_id=demand.pk)
    assert response.status_code == 302
    assert response.headers["Location"].endswith(f"#e{row.pk}")
    assert article.text[row.start : row.end] == row.quote == WISH
    assert row.source == article
    assert row.text_hash == article.text_hash
    assert demand.issue == talks.flow
    value = TermValue.objects.get(record_id=demand.pk)
    assert (value.quantity.lower, value.quantity.upper) == (40, None)


def test_htmx_gets_the_form_alone_and_saving_empties_its_place(editor, talks, article):
    htmx = {"headers": {"HX-Request": "true"}}
    address = passage(talks, article, WISH)
    part = editor.get(address, **htmx)
    assert b"<html" not in part.content
    assert b"data-hx-post" in part.content
    response = editor.post(address, sent(part.context["form"], text="Forty."), **htmx)
    assert (response.status_code, response.content) == (200, b"")
    row = Evidence.objects.get(record_id=Demand.objects.get(text="Forty.").pk)
    assert f'"evidence": {row.pk}' in response.headers["HX-Trigger"]


def test_an_answer_names_what_it_answers(editor, talks, article):
    address = passage(talks, article, "East rejected this.", "answer")
    form = form_at(editor, address)
    assert form["answer"].value() == "rejected"
    refused = editor.post(address, sent(form, text="East rejects it.", issue="overall"))
    assert refused.status_code == 422
    assert "Choose what they answer." in refused.content.decode()
    editor.post(
        address, sent(form, text="East rejects it.", issue="overall", answers=talks.offered.pk)
    )
    answer = Demand.objects.get(text="East rejects it.")
    assert (answer.kind, answer.answer, answer.answers_id) == ("", "rejected", talks.offered.pk)
    row = Evidence.objects.get(record_id=answer.pk)
    # The same words stand twice; those that were selected are meant.
    assert row.start == ARTICLE.index("East rejected this.")


def test_an_event_and_an_outcome(editor, talks, article):
    shelled = "The dam was shelled on Tuesday, killing three people."
    address = passage(talks, article, shelled, "event")
    form = form_at(editor, address)
    assert form["happened"].value() == "11 June 2024"
    assert "3 people" in editor.get(address).content.decode()
    assert form["kind"].value() == "military"
    assert "shelled</q>" in form["kind"].help_text
    assert form["title"].help_text == "needed to save"
    saved = editor.post(address, sent(form, title="The dam is shelled"))
    assert saved.status_code == 302, saved.context["form"].errors
    event = Event.objects.get(title="The dam is shelled")
    assert Evidence.objects.get(record_id=event.pk).quote == shelled
    address = passage(talks, article, WISH, "outcome")
    form = form_at(editor, address)
    assert form["confirmed_by"].value() == [talks.west.pk]
    editor.post(address, sent(form, text="Nothing was agreed.", kind="not agreed"))
    assert Evidence.objects.get(record_id=Outcome.objects.get(text="Nothing was agreed.").pk)


def test_pasted_words_are_found(editor, talks, article):
    address = f"{pane(talks, article)}demand/"
    form = form_at(editor, address)
    pasted = "We\ufb06   demands at lea\u00adst\n40 days of water"
    typed = {"text": "Forty.", "holders": [talks.west.pk], "issue": "overall"}
    editor.post(address, sent(form, quote=pasted, **typed))
    row = Evidence.objects.get(record_id=Demand.objects.get(text="Forty.").pk)
    assert (row.quote, row.start) == (WISH, ARTICLE.index(WISH))


def test_pasted_words_that_stand_nowhere_or_twice_are_refused(editor, talks, article):
    address = f"{pane(talks, article)}demand/"
    form = form_at(editor, address)
    typed = {"text": "Rejected.", "holders": [talks.east.pk], "issue": "overall"}
    nowhere = editor.post(address, sent(form, **typed, quote="East accepted this."))
    assert nowhere.status_code == 422
    assert "These words do not stand in the text" in nowhere.content.decode()
    twice = editor.post(address, sent(form, **typed, quote="East rejected this."))
    assert "These words stand 2 times in the text." in twice.content.decode()
    told = sent(form, **typed, quote="East rejected this.", before="killing three people.")
    editor.post(address, told)
    row = Evidence.objects.get(record_id=Demand.objects.get(text="Rejected.").pk)
    assert row.start == ARTICLE.rindex("East rejected this.")


def test_a_refused_form_keeps_what_was_typed_and_marks_what_is_still_proposed(
    editor, talks, article
):
    address = passage(talks, article, WISH)
    form = form_at(editor, address)
    response = editor.post(address, sent(form, text="", **{f"term_{talks.days.code}": "50"}))
    assert response.status_code == 422
    html = response.content.decode()
    assert 'value="50"' in html
    assert '<q lang="en">West</q>' in html
    assert '<q lang="en">at least 40 days</q>' not in html


def test_what_does_not_convert_is_told_and_not_filled_in(editor, talks, article):
    text = "West demands water for 36 hours. West demands water for five hours."
    other = published(Source, negotiation=talks.negotiation, outlet="X", text=text)
    half = form_at(editor, passage(talks, other, text[:32], text=text))
    assert half[f"term_{talks.days.code}"].value() == "36 hours"
    five = form_at(editor, passage(talks, other, text[33:], text=text))
    assert five[f"term_{talks.days.code}"].value() is None
    assert [each.text for each in five.also] == ["5 hours"]


def test_nothing_is_proposed_for_a_passage_that_is_too_long(editor, talks):
    text = f"{WISH}. " * 200
    other = published(Source, negotiation=talks.negotiation, outlet="X", text=text.strip())
    form = form_at(editor, f"{pane(talks, other)}demand/?start=0&end=6000")
    assert form["quote"].value() == text[:6000].strip()
    assert form["holders"].value() == []


def test_a_quote_from_before_there_was_a_text_waits_to_be_placed(editor, talks):
    bare = published(Source, negotiation=talks.negotiation, outlet="Bare")
    fields = {"source": bare, "basis": "outlet's voice", "quote": "East want water"}
    edit_record(talks.asked, user=talks.editor, version=talks.asked.version, evidence=[fields])
    correct_text(bare, user=talks.editor, version=bare.version, text="East wants water.")
    html = editor.get(pane(talks, bare)).content.decode()
    assert "<mark>East want water</mark>" in html


def test_another_issue_brings_its_terms_with_what_was_read_for_them(editor, talks, article):
    term = TermFactory(negotiation=talks.negotiation, issue=talks.gauges, unit="day")
    address = passage(talks, article, WISH)
    data = sent(form_at(editor, address), issue=str(talks.gauges.pk), more="issue")
    del data[f"term_{talks.days.code}"]
    form = editor.post(address, data).context["form"]
    assert form[f"term_{term.code}"].value() == "at least 40"


def test_what_is_proposed_for_terms_is_never_folded_away(editor, talks, article):
    term = TermFactory(negotiation=talks.negotiation, issue=talks.gauges, unit="day")
    address = passage(talks, article, WISH)
    assert form_at(editor, address).more_open
    data = sent(form_at(editor, address), issue=str(talks.gauges.pk), more="issue")
    response = editor.post(address, data)
    form = response.context["form"]
    assert form[f"term_{term.code}"].value() == "at least 40"
    assert form.more_open
    assert "proposed" in form[f"term_{term.code}"].help_text


def test_what_is_rejected_is_not_what_they_want(editor, talks, article):
    text = "East rejected 40 days of water."
    other = published(Source, negotiation=talks.negotiation, outlet="X", text=text)
    term = f"term_{talks.days.code}"
    for kind in ("answer", "demand"):
        address = passage(talks, other, text, kind=kind, text=text)
        form = form_at(editor, address)
        assert form["issue"].value() == str(talks.flow.pk)
        assert form[term].value() is None
        assert [each.text for each in form.also] == ["40 days"]
        posted = sent(form, issue=str(talks.flow.pk), more="issue")
        posted.pop(term, None)
        assert not editor.post(address, posted).context["form"][term].value()
    address = passage(talks, other, text, kind="answer", text=text)
    posted = sent(form_at(editor, address), more="issue", answer="countered")
    posted.pop(term, None)
    assert editor.post(address, posted).context["form"][term].value() == "40"


def test_overall_is_chosen_and_never_taken_for_granted(editor, talks, article):
    address = passage(talks, article, "East rejected this.", "answer")
    response = editor.get(address)
    assert response.context["form"]["issue"].value() is None
    assert '<option value="" selected>— choose, or Overall</option>' in response.content.decode()
    typed = {"text": "East rejects it.", "answers": talks.offered.pk}
    refused = editor.post(address, sent(response.context["form"], **typed))
    assert refused.status_code == 422
    assert "Choose the issue, or Overall." in refused.content.decode()
    saved = editor.post(address, sent(response.context["form"], **typed, issue="overall"))
    assert saved.status_code == 302
    assert Demand.objects.get(text="East rejects it.").issue is None


@pytest.mark.parametrize(
    ("kind", "name"), [("demand", "stated"), ("outcome", "reached"), ("event", "happened")]
)
def test_a_day_that_the_passage_does_not_name_says_whose_it_is(editor, talks, article, kind, name):
    text = "West demands water."
    on_first = ranges.date_text(ranges.day(last_day(talks.first)))
    other = published(
        Source, negotiation=talks.negotiation, outlet="X", text=text, published=on("30 June 2030")
    )
    of_round = f"{passage(talks, other, text, kind, text=text)}&round={talks.first.pk}"
    of_source = f"{passage(talks, other, text, kind, text=text)}&round=none"
    for address, day, whose in (
        (of_round, on_first, "the day of the round"),
        (of_source, "30 June 2030", "the day of the source"),
    ):
        field = form_at(editor, address)[name]
        assert field.field.prepare_value(field.value()) == day
        assert f"<b>proposed</b>: {whose}</span>" in field.help_text
    earlier = published(
        Source, negotiation=talks.negotiation, outlet="Y", text=text, published=on("1 May 2001")
    )
    address = f"{passage(talks, earlier, text, kind, text=text)}&round={talks.first.pk}"
    assert form_at(editor, address)[name].value() == "1 May 2001"


def test_a_list_of_regions_ticks_them_all(editor, talks):
    term = TermFactory(negotiation=talks.negotiation, issue=talks.gauges, name="Where", kind="set")
    picked = [TermChoiceFactory(term=term, name=name) for name in ("Lom", "Ur")]
    text = f"West demands {talks.gauges.name} at Lom and Ur."
    other = published(Source, negotiation=talks.negotiation, outlet="X", text=text)
    address = passage(talks, other, text, text=text)
    ticked = sorted(str(each.pk) for each in picked)
    form = form_at(editor, address)
    assert sorted(form[f"term_{term.code}"].value()) == ticked
    data = sent(form, more="issue")
    del data[f"term_{term.code}"]
    form = editor.post(address, data).context["form"]
    assert sorted(form[f"term_{term.code}"].value()) == ticked
    assert "Lom and Ur</q>" in form[f"term_{term.code}"].help_text


def test_who_may_not_write_sees_nothing_of_it(client, talks, article):
    addresses = [pane(talks, article), passage(talks, article, WISH)]
    for address in addresses:
        assert "/accounts/login/" in client.get(address, follow=True).request["PATH_INFO"] or (
            client.get(address).status_code in (302, 403)
        )
    reader = MembershipFactory(negotiation=talks.negotiation, role=Membership.Role.READER).user
    client.force_login(reader)
    for address in addresses:
        assert client.get(address).status_code == 403
    row = Evidence.objects.filter(source=talks.source).first()
    assert client.post(f"/{talks.slug}/anchors/{row.pk}/").status_code == 403


def test_what_there_is_not_is_missing(editor, talks, article):
    assert editor.get(f"/{talks.slug}/sources/{talks.first.pk}/read/").status_code == 404
    assert editor.get(f"{pane(talks, article)}sermon/").status_code == 404
    assert editor.post(f"/{talks.slug}/anchors/{talks.first.pk}/").status_code == 404


def test_places_outside_the_text_are_none(editor, talks, article):
    for query in ("?start=5&end=99999999", "?start=x&end=3", "?start=9&end=4", "?start=5"):
        form = form_at(editor, f"{pane(talks, article)}demand/{query}")
        assert form["quote"].value() == (ARTICLE[5:].strip() if "999" in query else "")


def test_wrong_methods(editor, talks, article):
    row = Evidence.objects.filter(source=talks.source).first()
    assert editor.post(pane(talks, article)).status_code == 405
    assert editor.put(passage(talks, article, WISH)).status_code == 405
    assert editor.get(f"/{talks.slug}/anchors/{row.pk}/").status_code == 405


def test_a_source_without_a_text_says_what_to_do(editor, talks):
    bare = published(Source, negotiation=talks.negotiation, outlet="Bare")
    html = editor.get(pane(talks, bare)).content.decode()
    assert "The text of this source is not here." in html


NEWER = "East wants 30 days of water. West will not have it, says the envoy."


@pytest.fixture
def lost(talks):
    """The evidence that a correction of the text of the talks' source left without a place."""
    correction = correct_text(
        talks.source, user=talks.editor, version=talks.source.version, text=NEWER
    )
    assert [row.quote for row in correction.carried] == ["West will not have it"]
    (row,) = correction.lost
    return row


def test_lost_words_are_listed_with_what_was_around_them(editor, talks, lost, client):
    for address in (pane(talks, talks.source), f"/{talks.slug}/sources/{talks.source.pk}/"):
        html = editor.get(address).content.decode()
        assert "Words that have lost their place" in html
        assert '<span class="astray__around">East wants </span><mark>thirty days' in html
        assert f'id="e{lost.pk}"' in html
        assert f'action="/{talks.slug}/anchors/{lost.pk}/' in html


def test_readers_see_that_words_are_lost_and_cannot_place_them(client, talks, lost):
    html = client.get(f"/{talks.slug}/sources/{talks.source.pk}/").content.decode()
    assert "Words that have lost their place" in html
    assert "/anchors/" not in html


def test_a_selected_passage_places_them(editor, talks, lost):
    start = NEWER.index("30 days of water")
    address = f"/{talks.slug}/anchors/{lost.pk}/"
    data = {"version": lost.version, "start": start, "end": start + len("30 days of water")}
    response = editor.post(address, data)
    assert response.headers["Location"].endswith(f"/read/#e{lost.pk}")
    lost.refresh_from_db()
    assert (lost.quote, lost.start) == ("30 days of water", start)
    page = editor.get(pane(talks, talks.source)).context["page"]
    assert page.lost == ()


def test_pasted_words_place_them_where_they_stand_once(editor, talks, lost):
    address = f"/{talks.slug}/anchors/{lost.pk}/"
    for words, complaint in (
        ("", "Select a passage of the text, or paste its words."),
        ("30 nights", "These words do not stand in the text"),
        ("w", "These words stand"),
    ):
        refused = editor.post(address, {"version": lost.version, "words": words})
        assert refused.status_code == 422
        assert complaint in refused.content.decode()
        assert f">{words}</textarea>" in refused.content.decode()
    editor.post(address, {"version": lost.version, "words": "30 days"})
    lost.refresh_from_db()
    assert (lost.quote, lost.start) == ("30 days", NEWER.index("30 days"))


def test_a_place_outside_the_text_and_an_older_version_are_refused(editor, talks, lost):
    address = f"/{talks.slug}/anchors/{lost.pk}/"
    outside = editor.post(address, {"version": lost.version, "start": 5, "end": 5000})
    assert outside.status_code == 422
    assert "There are no such words in the text." in outside.content.decode()
    stale = editor.post(address, {"version": lost.version - 1, "words": "30 days"})
    assert stale.status_code == 409
    assert "Somebody else has changed this evidence" in stale.content.decode()


def test_new_speakers_are_proposed_by_name(editor, talks, article):
    text = "East’s minister, Olga Brook, said East wants water."
    other = published(
        Source, negotiation=talks.negotiation, outlet="East News", language="en", text=text
    )
    address = passage(talks, other, text, text=text)
    form = form_at(editor, address)
    assert form["speaker"].value() == "Olga Brook"
    editor.post(address, sent(form, text="Water.", stated="1 June 2024"))
    row = Evidence.objects.get(record_id=Demand.objects.get(text="Water.").pk)
    assert row.speaker.name == "Olga Brook"


def test_a_person_who_sat_for_one_party_speaks_for_it(editor, talks, article):
    PersonFactory(negotiation=talks.negotiation, name="Nobody Known")
    PartyFactory(negotiation=talks.negotiation)
    text = "“We want water,” said Nobody Known. “We want more,” said Ada Envoy."
    other = published(Source, negotiation=talks.negotiation, outlet="X", text=text)
    form = form_at(editor, passage(talks, other, "We want water", text=text))
    assert (form["speaker"].value(), form["holders"].value()) == ("Nobody Known", [])
    form = form_at(editor, passage(talks, other, "We want more", text=text))
    assert form["holders"].value() == [talks.west.pk]
