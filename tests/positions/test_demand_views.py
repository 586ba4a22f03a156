"""The line in a cell, as a form of its own and as htmx swaps it."""

import json
import re
from datetime import date
from urllib.parse import quote, urlencode

import pytest
from django.urls import reverse

from accounts.models import User
from negotiations import ranges
from negotiations.models import Negotiation, Party, Round, Source
from positions.days import last_day
from positions.models import (
    Clause,
    Demand,
    Evidence,
    Issue,
    Linkage,
    Outcome,
    Silence,
    TermValue,
)
from positions.operations import record_demand
from tests.sending import as_sent

HTMX = {"HTTP_HX_REQUEST": "true"}
SLUG = "russia-ukraine-2025"

pytestmark = pytest.mark.usefixtures("sample")


@pytest.fixture
def new_line():
    query = "?party=RU&issue=ceasefire&as_of=2025-06-02"
    return reverse("demand-new", args=[SLUG]) + query


@pytest.fixture
def pause():
    return Demand.objects.get(text__startswith="A short pause")


@pytest.fixture
def edit_line(pause):
    return reverse("demand-edit", args=[SLUG, pause.pk]) + "?as_of=2025-06-02"


def line(**typed):
    """What a browser sends for a line of which only these fields were touched."""
    return {
        "text": "A pause of five days at the power stations.",
        "kind": "offer",
        "firmness": "unknown",
        "basis": "official on the record",
        "stated": "2 June 2025",
        **typed,
    }


def as_shown(client, url, **typed):
    """What a browser sends for the form at ``url`` with these fields changed."""
    form = client.get(url).context["form"]
    shown = {name: form[name].value() for name in form.fields if not form.fields[name].disabled}
    kept = {
        form[name].html_initial_name: value
        for name, value in shown.items()
        if form.fields[name].show_hidden_initial
    }
    return {k: v for k, v in {**shown, **kept, **typed}.items() if v not in (None, "")}


def test_a_reader_sees_no_way_to_write(client_of, new_line):
    page = client_of("reader").get(reverse("comparison", args=[SLUG]) + "?as_of=2025-06-02")
    assert "demands/new" not in page.content.decode()
    assert "/edit/" not in page.content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_reader_may_not_write(client_of, new_line, edit_line, method):
    client = client_of("reader")
    assert getattr(client, method)(new_line).status_code == 403
    assert getattr(client, method)(edit_line).status_code == 403


def test_a_visitor_signs_in_first(client, new_line):
    response = client.get(new_line)
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


def test_a_line_sent_after_its_session_comes_back(client, new_line):
    response = client.post(new_line, line(), HTTP_ORIGIN="http://testserver")
    assert response.status_code == 401
    assert line()["text"] in response.content.decode()
    assert not Demand.objects.filter(text=line()["text"]).exists()


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_not_allowed(client_of, new_line, edit_line, method):
    client = client_of("editor")
    assert getattr(client, method)(new_line).status_code == 405
    assert getattr(client, method)(edit_line).status_code == 405


@pytest.mark.parametrize(
    "query",
    [
        "?party=XX&issue=ceasefire",
        "?party=RU&issue=nothing-such",
        "?party=RU&issue=ceasefire&as_of=June",
    ],
)
def test_a_cell_that_is_not_there(client_of, query):
    url = reverse("demand-new", args=[SLUG])
    assert client_of("editor").get(url + query).status_code == 404


def test_a_demand_that_is_not_there(client_of):
    assert client_of("editor").get(reverse("demand-edit", args=[SLUG, 10**9])).status_code == 404


def test_the_page_and_the_part(client_of, new_line):
    client = client_of("editor")
    page, part = client.get(new_line), client.get(new_line, **HTMX)
    assert "<html" in page.content.decode()
    assert "<html" not in part.content.decode()
    assert "HX-Request" in page["Vary"]
    assert "HX-Request" in part["Vary"]
    for response in (page, part):
        assert 'name="text"' in response.content.decode()
        assert 'name="term_duration"' in response.content.decode()


def test_boosted_requests_get_the_whole_page(client_of, new_line):
    boosted = client_of("editor").get(new_line, **HTMX, HTTP_HX_BOOSTED="true")
    assert "<html" in boosted.content.decode()


def test_without_a_source_it_is_a_draft_and_says_why(client_of, client, new_line):
    response = client_of("editor").post(new_line, line(), follow=True)
    demand = Demand.objects.get(text__startswith="A pause of five days")
    assert demand.state == "draft"
    assert "no source yet" in response.content.decode()
    public = client.get(reverse("comparison", args=[SLUG]) + "?as_of=2025-06-02")
    assert demand.text not in public.content.decode()


def test_with_a_source_it_is_published(client_of, client, new_line):
    source = Source.objects.first()
    typed = line(source=source.pk, term_duration="5", quote="five days", locator="third paragraph")
    response = client_of("editor").post(new_line, typed)
    demand = Demand.objects.get(text__startswith="A pause of five days")
    assert response.status_code == 302
    assert response.url.endswith("?as_of=2025-06-02#comparison-cell-RU-ceasefire")
    assert demand.state == "published"
    assert [party.code for party in demand.holders.all()] == ["RU"]
    assert demand.issue.code == "ceasefire"
    evidence = Evidence.objects.get(record_id=demand.pk)
    assert (evidence.source, evidence.quote, evidence.basis) == (
        source,
        "five days",
        "official on the record",
    )
    value = TermValue.objects.get(record_id=demand.pk)
    assert (value.term.code, value.quantity.lower, value.quantity.upper) == ("duration", 5, 5)
    public = client.get(reverse("comparison", args=[SLUG]) + "?as_of=2025-06-02")
    assert demand.text in public.content.decode()


def test_a_new_source_is_described_in_the_line_and_remembered(client_of, new_line):
    client = client_of("editor")
    typed = line(source_outlet="Third Paper", source_published="3 June 2025")
    client.post(new_line, typed)
    source = Source.objects.get(outlet="Third Paper")
    assert Evidence.objects.get(source=source).record.kind == "demand"
    form = client.get(new_line).context["form"]
    assert form["source"].value() == source.pk

    client.post(
        new_line, line(source=source.pk, source_outlet="Fourth Paper", text="A second one.")
    )
    fourth = Source.objects.get(outlet="Fourth Paper")
    assert Evidence.objects.get(source=fourth).record.kind == "demand"
    assert Evidence.objects.filter(source=source).count() == 1


def test_htmx_gets_the_row_and_the_line_for_the_next(client_of, new_line):
    source = Source.objects.first()
    response = client_of("editor").post(new_line, line(source=source.pk), **HTMX)
    body = response.content.decode()
    assert response.status_code == 200
    assert response["HX-Retarget"] == "#comparison-row-ceasefire"
    assert response["HX-Reswap"] == "outerHTML"
    assert json.loads(response["HX-Trigger"])["parley:status"]["text"] == (
        f"Saved and published, according to {source.outlet}."
    )
    assert 'id="comparison-row-ceasefire"' in body
    assert "A pause of five days" in body
    assert 'name="text"' in body
    assert 'id="comparison-row-sanctions"' not in body


def test_the_row_swapped_into_a_filtered_page_has_its_columns(client_of, new_line):
    page = f"http://testserver/{SLUG}/compare/?as_of=2025-06-02&party=RU"
    source = Source.objects.first()
    response = client_of("editor").post(
        new_line, line(source=source.pk), **HTMX, HTTP_HX_CURRENT_URL=page
    )
    body = response.content.decode()
    assert 'id="comparison-cell-RU-ceasefire"' in body
    assert 'id="comparison-cell-UA-ceasefire"' not in body


def test_where_review_is_required_it_waits_for_it(client_of, new_line):
    Negotiation.objects.filter(slug=SLUG).update(review="required")
    typed = line(source=Source.objects.first().pk)
    page = client_of("editor").post(new_line, typed, follow=True)
    assert Demand.objects.get(text=typed["text"]).state == "draft"
    assert "once it has been reviewed" in page.content.decode()


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"text": " "}, "text", "Write what they say."),
        ({"stated": "02/06/2025"}, "stated", "2 June 2025"),
        ({"term_duration": "a while"}, "term_duration", "such as"),
        ({"source_title": "A title alone"}, "source_outlet", "Name the outlet"),
        ({"quote": "words of nobody"}, "source", "Name the source"),
        ({"locator": "page 4"}, "source", "Name the source"),
        ({"kind": ""}, "kind", "Choose a kind"),
        ({"answer": "rejected"}, "answers", "Choose what they answer."),
        ({"stated": ""}, "stated", "Say when it was said"),
        ({"text": "x" * 10_003}, "text", "3 characters too long"),
        ({"ended": "5 June 2025"}, "ended", "Say both when it ended and how."),
        ({"source": 10**9}, "source", "not one of the available"),
        ({"source": "first", "source_outlet": "Another"}, "source", "not both"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_errors_keep_what_was_typed(client_of, new_line, typed, field, words, headers):
    before = Demand.objects.count()
    if typed.get("source") == "first":
        typed = {**typed, "source": Source.objects.earliest("pk").pk}
    sent = line(occasion="kept as typed", **typed)
    response = client_of("editor").post(new_line, sent, **headers)
    body = response.content.decode()
    assert response.status_code == 422
    assert Demand.objects.count() == before
    form = response.context["form"]
    shown = " ".join(str(e) for errors in form.errors.values() for e in errors)
    assert words in shown, form.errors
    assert field in form.errors or form.non_field_errors()
    assert "kept as typed" in body
    assert ("<html" in body) is (not headers)


def test_an_edit_changes_the_demand_and_its_value(client_of, edit_line, pause):
    client = client_of("editor")
    typed = as_shown(client, edit_line, text="A pause on parts of the front.", term_duration="3–4")
    response = client.post(edit_line, typed)
    assert response.status_code == 302, response.context["form"].errors
    pause.refresh_from_db()
    duration = TermValue.objects.get(record_id=pause.pk, term__code="duration")
    assert response.status_code == 302
    assert pause.text == "A pause on parts of the front."
    assert pause.version == 2
    assert (duration.quantity.lower, duration.quantity.upper) == (3, 4)
    assert TermValue.objects.filter(record_id=pause.pk).count() == 3


@pytest.mark.parametrize(
    ("query", "leads_to"),
    [
        ("", "/{slug}/records/{pk}/"),
        ("?next=/{slug}/issues/", "/{slug}/issues/"),
        ("?as_of=2025-06-02", "/{slug}/compare/?as_of=2025-06-02#comparison-cell-"),
    ],
)
def test_an_edit_leads_back_to_where_it_began(client_of, pause, query, leads_to):
    named = {"slug": SLUG, "pk": pause.pk}
    address = reverse("demand-edit", args=[SLUG, pause.pk]) + query.format(**named)
    client = client_of("editor")
    answer = client.post(address, as_shown(client, address, text="A pause."))
    assert answer.status_code == 302
    assert answer["Location"].startswith(leads_to.format(**named))


def test_an_answer_stays_an_answer_only(client_of, pause):
    answer = record_demand(
        user=User.objects.get(username="editor"),
        negotiation=pause.negotiation,
        holders=[Party.objects.get(code="UA")],
        issue=pause.issue,
        text="Ukraine will not have the short pause.",
        stated=pause.stated,
        answers_id=pause.pk,
        answer="rejected",
        evidence=[{"source": Source.objects.first(), "basis": "inference"}],
    )
    url = reverse("demand-edit", args=[SLUG, answer.pk]) + "?as_of=2025-06-02"
    client = client_of("editor")
    assert '<option value="" selected>an answer only' in client.get(url).content.decode()
    client.post(url, as_shown(client, url, text="Ukraine refuses the short pause."))
    answer.refresh_from_db()
    assert (answer.kind, answer.text) == ("", "Ukraine refuses the short pause.")


def test_an_edit_without_changes_changes_nothing(client_of, edit_line, pause):
    client = client_of("editor")
    before = pause.negotiation.__class__.objects.with_revision().get(slug=SLUG).current_revision
    client.post(edit_line, as_shown(client, edit_line))
    pause.refresh_from_db()
    after = pause.negotiation.__class__.objects.with_revision().get(slug=SLUG).current_revision
    assert (pause.version, after) == (1, before)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_an_edit_of_a_changed_demand_shows_both_texts(client_of, edit_line, pause, headers):
    first, second = client_of("editor"), client_of("reviewer")
    mine = as_shown(second, edit_line, text="My wording of the pause.")
    first.post(edit_line, as_shown(first, edit_line, text="Their wording of the pause."))
    response = second.post(edit_line, mine, **headers)
    body = response.content.decode()
    assert response.status_code == 409
    assert "Their wording of the pause." in body
    assert "My wording of the pause." in body
    pause.refresh_from_db()
    assert pause.text == "Their wording of the pause."

    knowingly = {**as_sent(response), "keep-text": "mine"}
    assert second.post(edit_line, knowingly).status_code == 302
    pause.refresh_from_db()
    assert (pause.text, pause.version) == ("My wording of the pause.", 3)


def test_edits_of_different_fields_are_both_kept_and_it_is_said(client_of, edit_line, pause):
    first, second = client_of("editor"), client_of("reviewer")
    mine = as_shown(second, edit_line, term_duration="4 days")
    first.post(edit_line, as_shown(first, edit_line, firmness="red line"))
    page = second.post(edit_line, mine, follow=True)
    assert "editor changed this meanwhile, and that is kept, too: Firmness." in (
        page.content.decode()
    )
    pause.refresh_from_db()
    duration = TermValue.objects.get(record_id=pause.pk, term__code="duration")
    assert (pause.firmness, duration.quantity.lower, pause.version) == ("red line", 4, 3)


@pytest.mark.parametrize(
    ("kept", "text", "holders"),
    [
        ({"keep-text": "mine", "keep-holders": "mine"}, "Mine.", ["UA"]),
        ({"keep-text": "theirs", "keep-holders": "mine"}, "Theirs.", ["UA"]),
        ({"keep-text": "before", "keep-holders": "theirs"}, None, ["RU", "UA"]),
        ({"keep-text": "mine", "keep-holders": "before"}, "Mine.", ["RU"]),
    ],
)
def test_a_choice_for_each_field_that_both_changed(
    client_of, edit_line, pause, kept, text, holders
):
    first, second = client_of("editor"), client_of("reviewer")
    sides = {party.code: party.pk for party in Party.objects.all()}
    before = pause.text
    mine = as_shown(second, edit_line, text="Mine.", holders=[sides["UA"]])
    theirs = {"text": "Theirs.", "holders": [sides["RU"], sides["UA"]], "firmness": "red line"}
    first.post(edit_line, as_shown(first, edit_line, **theirs))
    page = second.post(edit_line, mine)
    assert page.status_code == 409
    rows = {row.label: row for row in page.context["conflict"]}
    assert (rows["What they say"].before, rows["What they say"].theirs) == (before, "Theirs.")
    assert [row.label for row in page.context["only_theirs"]] == ["Firmness"]
    fields = as_sent(page)
    assert not {"keep-text", "keep-holders"} & fields.keys()
    assert fields["text"] == ["Mine."]
    half = {**fields, "keep-text": kept["keep-text"], "keep-holders": "other"}
    page = second.post(edit_line, half)
    assert page.status_code == 409
    assert [row.label for row in page.context["missing"]] == ["Held by"]
    assert [row.label for row in page.context["only_theirs"]] == ["Firmness"]
    fields = as_sent(page)
    assert fields["keep-text"] == [kept["keep-text"]]
    assert "keep-holders" not in fields
    assert fields["text"] == ["Mine."]
    second.post(edit_line, {**fields, **kept})
    pause.refresh_from_db()
    assert pause.text == (text or before)
    assert sorted(party.code for party in pause.holders.all()) == holders
    assert (pause.firmness, pause.version) == ("red line", 3)


def test_what_is_said_later_tells_when_it_shows(client_of, new_line):
    typed = line(source=Source.objects.first().pk, stated="4 June 2025")
    page = client_of("editor").post(new_line, typed, follow=True)
    assert "The comparison shows it from 4 June 2025 on." in page.content.decode()


def test_a_line_without_a_source_leaves_none_to_the_next(client_of, new_line):
    client = client_of("editor")
    source = Source.objects.first()
    client.post(new_line, line(source=source.pk))
    form = client.get(new_line).context["form"]
    assert form["source"].value() == source.pk
    assert "As in your last line" in form["source"].help_text
    client.post(new_line, line(text="One more."))
    assert client.get(new_line).context["form"]["source"].value() is None


def test_a_draft_that_gains_a_source_is_published(client_of, new_line):
    client = client_of("editor")
    client.post(new_line, line(term_duration="5"))
    demand = Demand.objects.get(text__startswith="A pause of five days")
    url = reverse("demand-edit", args=[SLUG, demand.pk]) + "?as_of=2025-06-02"
    client.post(url, as_shown(client, url, source=Source.objects.first().pk))
    demand.refresh_from_db()
    assert demand.state == "published"
    assert TermValue.objects.get(record_id=demand.pk).state == "published"


def full(**query):
    """The address of the form that asks for party and issue, with first values."""
    return reverse("demand-new", args=[SLUG]) + ("?" + urlencode(query) if query else "")


def test_party_and_issue_are_chosen_in_the_form(client_of):
    client = client_of("editor")
    parties = list(Party.objects.filter(code__in=["UA", "RU"]))
    form = client.get(full()).context["form"]
    assert [field.name for field in form.who_fields] == ["holders", "issue"]
    assert not form.term_rows
    ceasefire = Issue.objects.get(code="ceasefire")
    asked = line(holders=[p.pk for p in parties], issue=ceasefire.pk)
    shown = client.post(full(), {**asked, "more": "issue"})
    assert shown.status_code == 200
    assert "term_duration" in shown.context["form"].fields
    assert shown.context["form"].fields["term_duration.rank"].choices[0][0] == "normal"
    assert not shown.context["form"].errors
    assert not Demand.objects.filter(text=asked["text"]).exists()
    client.post(full(), {**asked, "term_duration": "5", "obligors": parties[0].pk})
    demand = Demand.objects.get(text=asked["text"])
    assert {p.code for p in demand.holders.all()} == {"UA", "RU"}
    assert (demand.issue, demand.obligors.get()) == (ceasefire, parties[0])
    assert TermValue.objects.get(record_id=demand.pk).quantity.lower == 5


def test_an_address_gives_first_values(client_of, pause):
    second = Round.objects.get(number=2)
    clause = Clause.objects.filter(proposal__holders__code="RU").latest("pk")
    query = {"round": second.pk, "clause": clause.pk, "answers": pause.pk, "answer": "rejected"}
    form = client_of("editor").get(full(**query, kind="")).context["form"]
    assert [str(form[name].value()) for name in query] == [str(v) for v in query.values()]
    assert form["stated"].value() == ranges.date_text(ranges.day(last_day(second)))
    assert form["holders"].value() == [Party.objects.get(code="RU").pk]


def test_nothing_is_dated_today_unasked(client_of):
    client = client_of("editor")
    cell = full(party="RU", issue="ceasefire")
    page = client.get(cell, **HTMX)
    form = page.context["form"]
    assert form["stated"].value() is None
    assert "stated" in [field.name for field in form.line_fields]
    source = Source.objects.exclude(published=None).latest("pk")
    day = ranges.date_text(source.published)
    assert f'value="{source.pk}" data-published="{day}"' in page.content.decode()
    client.post(cell, line(stated="", source=source.pk))
    assert Demand.objects.get(text=line()["text"]).stated == source.published
    # The source of the last line stands there, and its day.
    assert client.get(cell).context["form"]["stated"].value() == day


def test_a_demand_in_a_clause_begins_with_its_words(client_of):
    client = client_of("editor")
    clause = Clause.objects.filter(proposal__holders__code="RU").exclude(text="").latest("pk")
    page = full(clause=clause.pk, party="RU", issue="ceasefire")
    form = client.get(page).context["form"]
    assert form["text"].value() == clause.text
    assert form["basis"].value() == "tabled paper"
    assert form["stated"].value() == ranges.date_text(clause.proposal.tabled)
    saved = client.post(
        page, line(clause=clause.pk), **HTMX, HTTP_HX_CURRENT_URL=f"/{SLUG}/proposals/"
    )
    assert saved.context["form"]["text"].value() is None


def test_how_they_answer_stands_first_and_is_asked_for(client_of, pause):
    page = full(party="UA", issue="ceasefire", answers=pause.pk)
    client = client_of("editor")
    form = client.get(page).context["form"]
    assert form.line_fields[0].name == "answer"
    refused = client.post(page, line(answers=pause.pk))
    assert refused.context["form"].errors == {"answer": ["Choose how they answer."]}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("-5", "cannot be below zero"),
        ("9" * 26, "1,000,000 at most"),
        ("2 hours", "does not convert exactly"),
    ],
)
def test_impossible_durations_are_refused(client_of, new_line, typed, words):
    refused = client_of("editor").post(new_line, line(term_duration=typed))
    assert refused.status_code == 422
    assert words in " ".join(refused.context["form"].errors["term_duration"])


@pytest.mark.parametrize(
    ("typed", "low", "high"), [("two weeks", 14, 14), ("24–48 hours", 1, 2), ("at most 5", None, 5)]
)
def test_units_of_time_are_converted(client_of, new_line, typed, low, high):
    client_of("editor").post(new_line, line(term_duration=typed))
    value = TermValue.objects.get(record_id=Demand.objects.get(text=line()["text"]).pk)
    assert (value.quantity.lower, value.quantity.upper) == (low, high)


def test_after_saving_one_goes_on_to_next_if_it_is_here(client_of):
    client = client_of("editor")
    here, away = f"/{SLUG}/rounds/1/", "https://elsewhere.example/"
    query = {"party": "RU", "issue": "ceasefire", "as_of": "2025-06-02"}
    assert client.post(full(**query, next=here), line()).url == here
    assert client.post(full(**query, next=away), line()).url.startswith(f"/{SLUG}/compare/")


def test_rivals_of_a_term_stand_side_by_side_with_their_ranks(client_of, edit_line, pause):
    client = client_of("editor")
    more = client.post(edit_line, {**as_shown(client, edit_line), "more": "term_duration"})
    assert more.status_code == 200
    field = more.context["form"].fields["term_duration.2"]
    assert field.widget.attrs["autofocus"] is True
    typed = as_shown(
        client, edit_line, **{"term_duration.2": "10", "term_duration.2.rank": "normal"}
    )
    typed |= {"term_duration.rank": "preferred"}
    assert client.post(edit_line, typed).status_code == 302
    values = TermValue.objects.filter(record_id=pause.pk, term__code="duration").order_by("pk")
    assert [(v.quantity.lower, v.rank) for v in values] == [(2, "preferred"), (10, "normal")]
    again = as_shown(client, edit_line)
    assert (again["term_duration.2"], again["term_duration.2.rank"]) == ("10", "normal")
    client.post(edit_line, {**typed, "version": "2", "term_duration": "", "term_duration.rank": ""})
    assert [v.quantity.lower for v in values.all()] == [10]


def test_conditions_are_added_and_taken_away_row_by_row(client_of, edit_line, pause):
    client = client_of("editor")
    anchor = Demand.objects.exclude(pk=pause.pk).first()
    rows = {
        "link.1.relation": "after",
        "link.1.anchor": anchor.pk,
        "link.2.relation": "unless",
        "link.2.condition": "the guns speak",
    }
    client.post(edit_line, as_shown(client, edit_line, **rows))
    links = Linkage.objects.filter(record_id=pause.pk).order_by("pk")
    assert [(li.relation, li.anchor_id, li.condition) for li in links] == [
        ("after", anchor.pk, ""),
        ("unless", None, "the guns speak"),
    ]
    form = client.get(edit_line).context["form"]
    assert len(form.link_rows) == 3
    client.post(edit_line, as_shown(client, edit_line, **{"link.1.anchor": ""}))
    assert [link.condition for link in links.all()] == ["the guns speak"]


def test_what_was_replaced_is_proposed_likeliest_first(client_of, pause):
    form = (
        client_of("editor")
        .get(full(party="RU", issue="ceasefire", as_of="2025-06-02"))
        .context["form"]
    )
    labels = [str(label) for __, label in form.fields["supersedes"].widget.choices]
    assert labels[0] == "nothing"
    assert any(label.startswith(pause.text[:40]) and "2 June 2025" in label for label in labels)
    typed = line(text=pause.text, term_duration="3", more="issue")
    again = (
        client_of("editor")
        .post(full(party="RU", issue="ceasefire", as_of="2025-06-02"), typed)
        .context["form"]
    )
    assert again.fields["supersedes"].widget.choices[1][0] == pause.pk


def test_a_demand_replaces_another_with_a_movement(client_of, new_line, pause):
    typed = line(source=Source.objects.first().pk, supersedes=pause.pk, movement="hardened")
    client_of("editor").post(new_line, typed)
    newer = Demand.objects.get(text=typed["text"])
    assert (newer.supersedes, newer.movement) == (pause, "hardened")


def test_records_to_answer_are_told_apart(client_of, new_line, pause):
    groups = client_of("editor").get(new_line).context["form"].fields["answers"].widget.choices
    named = dict(groups[1:])
    (label,) = [text for pk, text in named["Demands: Ceasefire"] if pk == pause.pk]
    assert label.startswith("Russia: ")
    assert "(2 June 2025)" in label
    assert "Proposals" in named
    assert "Events" in named


def test_a_line_left_half_typed_comes_back(client_of, new_line):
    client = client_of("editor")
    address = reverse("unsaved", args=[SLUG]) + f"?form={quote(new_line, safe='')}"
    client.post(address, line(text="Half a li", stated=""), HTTP_X_REQUESTED_WITH="fetch")
    page = client.get(new_line)
    assert "Half a li" in page.content.decode()
    assert not page.context["form"].errors
    client.post(new_line, line(text="A whole line"))
    assert "Half a li" not in client.get(new_line).content.decode()


def test_a_linkage_that_another_took_away_stays_away(client_of, edit_line, pause):
    first, second = client_of("editor"), client_of("reviewer")
    condition = {"link.1.relation": "unless", "link.1.condition": "it rains"}
    first.post(edit_line, as_shown(first, edit_line, **condition))
    mine = as_shown(second, edit_line, text="My wording.")
    first.post(edit_line, as_shown(first, edit_line, **{"link.1.condition": ""}))
    assert second.post(edit_line, mine).status_code == 302
    assert not Linkage.objects.filter(record_id=pause.pk).exists()
    assert Demand.objects.get(pk=pause.pk).text == "My wording."


def test_a_condition_that_another_added_stays(client_of, edit_line, pause):
    first, second = client_of("editor"), client_of("reviewer")
    mine = as_shown(second, edit_line, text="My wording.")
    added = {"link.1.relation": "unless", "link.1.condition": "it rains"}
    added |= {"term_duration.2": "9", "term_duration.2.rank": "normal"}
    first.post(edit_line, as_shown(first, edit_line, **added))
    assert second.post(edit_line, mine).status_code == 302
    assert Demand.objects.get(pk=pause.pk).text == "My wording."
    assert Linkage.objects.get(record_id=pause.pk).condition == "it rains"
    kept = TermValue.objects.filter(record_id=pause.pk, term__code="duration").order_by("pk")
    assert [v.quantity.lower for v in kept] == [2, 9]


SILENT = {"party": "UA", "issue": "elections", "as_of": "2025-06-02"}


@pytest.fixture
def silent(client_of):
    """The address that notes a silence, in a cell that offers it."""
    return reverse("silence-new", args=[SLUG]) + "?" + urlencode(SILENT)


def test_no_answer_reported_in_one_step(client_of, silent, new_line):
    client = client_of("editor")
    before = set(Silence.objects.values_list("pk", flat=True))
    response = client.post(silent)
    assert response.url.endswith("#comparison-cell-UA-elections")
    draft = Silence.objects.exclude(pk__in=before).get()
    assert (draft.party.code, draft.issue.code, draft.state) == ("UA", "elections", "draft")
    assert draft.looked_until == ranges.day(date(2025, 6, 2))

    source = Source.objects.first()
    client.post(new_line, line(source=source.pk))
    before.add(draft.pk)
    here = f"/{SLUG}/compare/?as_of=2025-06-02"
    answer = client.post(silent, **HTMX, HTTP_HX_CURRENT_URL=here)
    noted = Silence.objects.exclude(pk__in=before).get()
    assert (noted.state, Evidence.objects.get(record_id=noted.pk).source) == ("published", source)
    assert answer["HX-Retarget"] == "#comparison-row-elections"
    assert "parley:saved" in answer["HX-Trigger"]
    assert f"№ {noted.pk}" in answer.content.decode()


def test_who_may_note_a_silence(client_of, client, silent):
    before = Silence.objects.count()
    assert client_of("reader").post(silent).status_code == 403
    assert client.post(silent).status_code == 401
    assert client_of("editor").get(silent).status_code == 405
    nobody = silent.replace("party=UA", "party=XX")
    assert client_of("editor").post(nobody).status_code == 404
    assert Silence.objects.count() == before


def test_an_outcome_saved_from_the_matrix_brings_its_row(client_of):
    client = client_of("editor")
    page = f"/{SLUG}/compare/?as_of=2025-06-02"
    issue = Issue.objects.get(code="sanctions")
    url = reverse("record-new", args=[SLUG, "outcome"])
    url += "?" + urlencode({"issue": issue.pk, "next": f"{page}#comparison-row-sanctions"})
    typed = {"text": "Sanctions stay.", "kind": "not agreed", "issue": issue.pk}
    typed |= {"reached": "2 June 2025", "basis": "inference", "source_outlet": "A paper"}
    at = {**HTMX, "HTTP_HX_CURRENT_URL": f"http://testserver{page}"}
    assert "Save and add another" not in client.get(url, **at).content.decode()
    response = client.post(url, typed, **at)
    body = response.content.decode()
    assert response["HX-Reswap"] == "delete"
    assert 'id="comparison-row-sanctions" data-hx-swap-oob="true"' in body
    assert "Sanctions stay." in body
    assert 'id="comparison-row-ceasefire"' not in body
    outcome = Outcome.objects.get(text="Sanctions stay.")
    moved = as_shown(client, reverse("record-edit", args=[SLUG, outcome.pk]))
    moved["issue"] = Issue.objects.get(code="ceasefire").pk
    both = client.post(reverse("record-edit", args=[SLUG, outcome.pk]), moved, **at)
    for code in ("sanctions", "ceasefire"):
        assert f'id="comparison-row-{code}"' in both.content.decode()
    plain = client.post(url, {**typed, "text": "Again."})
    assert plain.url == f"{page}#comparison-row-sanctions"


def test_an_event_saved_from_the_matrix_brings_the_timeline(client_of):
    at = {**HTMX, "HTTP_HX_CURRENT_URL": f"http://testserver/{SLUG}/compare/?as_of=2025-06-02"}
    typed = {"title": "A storm on the lake", "kind": "political", "happened": "1 June 2025"}
    url = reverse("record-new", args=[SLUG, "event"])
    response = client_of("editor").post(url, {**typed, "basis": "inference"}, **at)
    body = response.content.decode()
    assert 'id="timeline"' in body
    assert "A storm on the lake" in body
    assert 'id="comparison-row-' not in body


def test_an_assessment_is_asked_for_as_one(client_of):
    editor = client_of("editor")
    page = reverse("demand-new", args=[SLUG]) + "?issue=ceasefire&kind=assessment&as_of=2025-06-02"
    html = editor.get(page).content.decode()
    assert "<h1>An assessment of the gap</h1>" in html
    assert "What you make of it, and why" in html
    html = re.sub(r'<input type="hidden"[^>]*>', "", html)
    for words in ("What somebody says", "Held by", "Must act", "What it hangs on", "Spoken to"):
        assert words not in html, words
    source = Source.objects.first()
    typed = {
        "text": "The sides speak past each other.",
        "kind": "assessment",
        "firmness": "unknown",
        "basis": "inference",
        "source": source.pk,
        "stated": "2 June 2025",
    }
    assert editor.post(page, typed).status_code == 302
    said = Demand.objects.get(text=typed["text"])
    assert (said.kind, said.holders.count(), said.issue.code) == ("assessment", 0, "ceasefire")


def test_a_blank_cell_can_be_told_to_be_a_refusal(client_of):
    editor = client_of("editor")
    shown = editor.get(reverse("comparison", args=[SLUG]), {"as_of": "2025-06-02"})
    html = shown.content.decode()
    rows = shown.context["comparison"].rows
    row, cell = next(
        (row, cell)
        for row in rows
        for cell in row.principals
        if row.issue and cell.blank and not cell.silences and cell.facing
    )
    answered = Demand.objects.get(pk=cell.facing)
    assert cell.party not in answered.holders.all()
    assert answered.issue == row.issue
    line_at = (
        f"?party={cell.party.code}&issue={row.code}&answers={cell.facing}"
        "&answer=refuses%20to%20discuss&as_of=2025-06-02"
    )
    assert line_at.replace("&", "&amp;") in html
    form = editor.get(reverse("demand-new", args=[SLUG]) + line_at).context["form"]
    assert form["answer"].value() == "refuses to discuss"
    assert str(form["answers"].value()) == str(cell.facing)


def test_a_silence_that_is_a_draft_is_marked_as_one(client_of):
    negotiation = Negotiation.objects.get(slug=SLUG)
    here = {"negotiation": negotiation, "issue": Issue.objects.get(code="sabotage")}
    ukraine = Party.objects.get(code="UA")
    Silence.objects.create(**here, party=ukraine, looked_until=ranges.day(date(2025, 6, 2)))
    query = {"as_of": "2025-06-02", "issue": "sabotage"}
    html = client_of("editor").get(reverse("comparison", args=[SLUG]), query).content.decode()
    draft = html.split('class="silence silence--draft"')[1].split("</p>")[0]
    assert "<b>Draft</b> only editors see it" in draft
    reader = client_of("reader").get(reverse("comparison", args=[SLUG]), query).content.decode()
    assert "silence--draft" not in reader
