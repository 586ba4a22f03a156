"""Recording and editing a row of any kind by its form: kept, refused, brought back, in conflict."""

from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html

from negotiations import unsaved
from negotiations.models import Record, Source, State
from positions.models import Event, Evidence, Linkage, Outcome, Silence, TermValue
from tests.factories import (
    IssueFactory,
    MembershipFactory,
    NegotiationFactory,
    PartyFactory,
    PersonFactory,
    RoundFactory,
    SourceFactory,
    TermFactory,
    TrackFactory,
)
from tests.recording import (
    published_clause,
    published_demand,
    published_event,
    published_outcome,
    published_proposal,
    published_silence,
)

HTMX = {"HTTP_HX_REQUEST": "true"}

pytestmark = pytest.mark.django_db

#: A field of each kind with what somebody types into it, and what the row holds then.
TYPED = {
    "party": ("name", "The coastal towns"),
    "person": ("name", "A. Speaker"),
    "track": ("name", "The other track"),
    "round": ("title", "The third meeting"),
    "source": ("outlet", "The Third Paper"),
    "issue": ("name", "Fishing"),
    "term": ("name", "Catch"),
    "proposal": ("title", "A newer paper"),
    "clause": ("text", "What this clause says now"),
    "outcome": ("text", "What was agreed after all"),
    "event": ("title", "Something else happened"),
}


def signed_in(talks, role="editor") -> Client:
    """Return a client signed in as somebody with a role in the talks, its ``user``."""
    client = Client()
    client.user = MembershipFactory(negotiation=talks, role=role).user
    client.force_login(client.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def outcome():
    talks = NegotiationFactory()
    issue = IssueFactory(negotiation=talks)
    return published_outcome(text="The two sides agree on thirty days.", issue=issue)


@pytest.fixture
def talks(outcome):
    return outcome.negotiation


@pytest.fixture
def editor(talks):
    return signed_in(talks)


def new(talks, kind, query=""):
    return reverse("record-new", args=[talks.slug, kind]) + query


def edit(record, query=""):
    return reverse("record-edit", args=[record.negotiation.slug, record.pk]) + query


def as_shown(client, url, **typed):
    """What a browser sends for the form at ``url`` with these fields changed."""
    form = client.get(url).context["form"]
    sent = {}
    for name, field in form.fields.items():
        value = form[name].value()
        sent[name] = value
        if field.show_hidden_initial:
            sent[form[name].html_initial_name] = value
    unticked = {name for name in form.fields if sent[name] is False}
    return {k: v for k, v in {**sent, **typed}.items() if v not in (None, "") and k not in unticked}


def rows_of_every_kind(talks):
    """One row of each kind in ``TYPED``."""
    issue, track = IssueFactory(negotiation=talks), TrackFactory(negotiation=talks)
    return {
        "party": PartyFactory(negotiation=talks),
        "person": PersonFactory(negotiation=talks),
        "track": track,
        "round": RoundFactory(negotiation=talks, track=track),
        "source": SourceFactory(negotiation=talks),
        "issue": issue,
        "term": TermFactory(negotiation=talks, issue=issue),
        "proposal": published_proposal(negotiation=talks),
        "clause": published_clause(
            negotiation=talks, proposal=published_proposal(negotiation=talks)
        ),
        "outcome": published_outcome(negotiation=talks),
        "event": published_event(negotiation=talks),
    }


def test_every_kind_is_edited_by_its_form(talks):
    editor = signed_in(talks, "manager")
    for kind, row in rows_of_every_kind(talks).items():
        field, words = TYPED[kind]
        url = edit(row)
        response = editor.post(url, as_shown(editor, url, **{field: words}))
        assert response.status_code == 302, (kind, response.context["form"].errors)
        row.refresh_from_db()
        assert getattr(row, field) == words, kind


def test_what_must_be_chosen_says_so(editor, talks):
    form = editor.get(new(talks, "event")).content.decode()
    assert '<option value="" selected>— choose</option>' in form
    assert "---------" not in form


def test_a_new_outcome_with_its_source(editor, talks, client):
    issue = IssueFactory(negotiation=talks)
    url = new(talks, "outcome", f"?issue={issue.pk}&reached=2%20June%202025")
    form = editor.get(url).context["form"]
    assert str(form["issue"].value()) == str(issue.pk)
    typed = {
        "text": "Bodies are handed over.",
        "kind": "agreed in part",
        "issue": issue.pk,
        "reached": "2 June 2025",
        "source_outlet": "A Paper",
        "basis": "joint text",
        "quote": "they will hand over",
    }
    response = editor.post(url, typed)
    made = Outcome.objects.get(text=typed["text"])
    assert response.url == reverse("record", args=[talks.slug, made.pk])
    assert (made.kind, made.issue, made.state) == ("agreed in part", issue, State.PUBLISHED)
    said = Evidence.objects.get(record_id=made.pk)
    assert (said.source.outlet, said.basis, said.quote) == ("A Paper", "joint text", typed["quote"])
    assert typed["text"] in client.get(response.url).content.decode()


def test_an_event_without_a_source_is_a_draft(editor, talks, client):
    typed = {"title": "A storm", "kind": "political", "happened": "May 2025", "basis": "inference"}
    page = editor.post(new(talks, "event"), typed, follow=True)
    made = Event.objects.get(title="A storm")
    assert made.state == State.DRAFT
    assert "as a draft that only editors see" in page.content.decode()
    assert client.get(reverse("record", args=[talks.slug, made.pk])).status_code == 404


def test_save_and_add_another_keeps_the_source(editor, talks):
    url = new(talks, "event", "?kind=political")
    typed = {"title": "A storm", "kind": "political", "basis": "inference", "source_outlet": "A"}
    response = editor.post(url, {**typed, "again": "1"})
    assert response.url == url
    source = Source.objects.get(outlet="A")
    form = editor.get(url).context["form"]
    assert (form["source"].value(), form["kind"].value()) == (source.pk, "political")
    in_slot = editor.post(url, {**typed, "source_outlet": "B", "again": "1"}, **HTMX)
    assert in_slot.context["form"]["source"].value() == Source.objects.get(outlet="B").pk
    assert "parley:saved" in in_slot["HX-Trigger"]


def test_in_a_slot_a_saved_form_leaves_nothing(editor, talks):
    typed = {"title": "A storm", "kind": "political", "basis": "inference"}
    response = editor.post(new(talks, "event"), typed, **HTMX)
    assert (response.status_code, response.content) == (200, b"")
    assert "parley:saved" in response["HX-Trigger"]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_what_is_wrong_is_said_and_what_was_typed_stays(editor, talks, headers):
    before = Outcome.objects.count()
    typed = {"text": "Kept as typed.", "kind": "agreed", "reached": "02/06", "basis": "inference"}
    response = editor.post(new(talks, "outcome"), typed, **headers)
    assert response.status_code == 422
    assert "reached" in response.context["form"].errors
    assert "Kept as typed." in response.content.decode()
    assert ("<html" in response.content.decode()) is (not headers)
    assert Outcome.objects.count() == before


def test_what_the_database_refuses_stands_beside_the_field(editor, talks, outcome):
    url = edit(outcome)
    response = editor.post(url, as_shown(editor, url, ended="5 June 2025"))
    assert response.status_code == 422
    assert "Say both when it ended and how." in response.content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_readers_may_not_write_and_visitors_sign_in(talks, outcome, method, client):
    reader = signed_in(talks, "reader")
    for url in (new(talks, "outcome"), edit(outcome)):
        assert getattr(reader, method)(url).status_code == 403
        answer = getattr(client, method)(url)
        assert answer.status_code == (302 if method == "get" else 401)
    assert (
        signed_in(talks, "reader").post(_state(outcome), {"state": "retracted"}).status_code == 403
    )


def test_what_is_hidden_or_absent_is_not_there(outcome):
    outside = signed_in(published_outcome().negotiation)
    talks = outcome.negotiation
    talks.visibility = "members"
    talks.save()
    inside = signed_in(talks)
    assert outside.get(edit(outcome)).status_code == 404
    assert outside.get(new(talks, "outcome")).status_code == 404
    assert inside.get(edit(outcome)).status_code == 200
    for kind in ("nothing-such", "membership"):
        assert inside.get(new(talks, kind)).status_code == 404
    assert inside.get(new(talks, "evidence")).status_code == 404
    gone = reverse("record-edit", args=[talks.slug, 10**15])
    assert inside.get(gone).status_code == 404


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_not_allowed(editor, talks, outcome, method):
    for url in (new(talks, "outcome"), edit(outcome)):
        assert getattr(editor, method)(url).status_code == 405


def test_a_demand_has_a_form_of_its_own(editor, talks):
    demand = published_demand(negotiation=talks)
    assert editor.get(edit(demand)).url.startswith(
        reverse("demand-edit", args=[talks.slug, demand.pk])
    )
    asked = editor.get(new(talks, "demand", "?kind=offer")).url
    assert asked == reverse("demand-new", args=[talks.slug]) + "?kind=offer"


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_two_edits_at_once_are_shown_side_by_side(editor, talks, outcome, headers):
    other, url = signed_in(talks), edit(outcome)
    mine = as_shown(other, url, text="My words.")
    editor.post(url, as_shown(editor, url, text="Their words.", kind="not agreed"))
    response = other.post(url, mine, **headers)
    assert response.status_code == 409
    shown = {row.label: (row.before, row.theirs, row.mine) for row in response.context["conflict"]}
    assert shown["Text"] == ("The two sides agree on thirty days.", "Their words.", "My words.")
    assert shown["Kind"] == ("agreed", "not agreed", None)
    again = {n: v for n, v in response.context["form"].data.lists() if v != [""]}
    assert other.post(url, again).status_code == 302
    outcome.refresh_from_db()
    assert (outcome.text, outcome.kind, outcome.version) == ("My words.", "not agreed", 3)


def keep(client, url, **typed):
    """Let the server keep what is typed, as the page does while somebody types."""
    address = reverse("unsaved", args=[url.split("/")[1]])
    return client.post(
        f"{address}?form={quote(url, safe='')}", typed, HTTP_X_REQUESTED_WITH="fetch"
    )


def test_what_was_left_half_typed_comes_back_without_complaint(editor, talks):
    url = new(talks, "outcome", "?kind=agreed")
    assert keep(editor, url, text="Half an outc").status_code == 200
    page = editor.get(url)
    assert page.status_code == 200
    assert "Half an outc" in page.content.decode()
    assert "This is what you left half-typed" in page.content.decode()
    assert not page.context["form"].errors
    assert "Half an outc" not in signed_in(talks).get(url).content.decode()


def test_what_was_brought_back_still_knows_of_another_edit(editor, talks, outcome):
    other, url = signed_in(talks), edit(outcome)
    mine = as_shown(editor, url, text="Half my words.")
    keep(editor, url, **mine)
    other.post(url, as_shown(other, url, text="Their words."))
    page = editor.get(url)
    assert page.context["form"].data["text"] == "Their words."
    offered = [(row.label, row.theirs, row.mine) for row in page.context["left"]["offered"]]
    assert offered == [("Text", "Their words.", "Half my words.")]


def test_starting_afresh_and_saving_both_forget_what_was_typed(editor, talks, outcome):
    url = edit(outcome)
    keep(editor, url, text="Half an edit")
    address = reverse("unsaved", args=[talks.slug]) + f"?form={url}"
    assert editor.post(address, {"discard": "1"}).url == url
    assert "Half an edit" not in editor.get(url).content.decode()
    sent = as_shown(editor, url, text="A whole edit.")
    keep(editor, url, **sent)
    editor.post(url, sent)
    assert not unsaved.kept_for(user=editor.user, address=url)


def test_enter_in_a_form_brought_back_saves_and_throws_nothing_away(editor, outcome):
    url = edit(outcome)
    keep(editor, url, text="Half an edit")
    body = editor.get(url).content.decode()
    entry = body[body.index('<form class="entry"') :]
    first = entry[entry.index("<button") :]
    assert "discard" not in first[: first.index(">")]


def test_what_was_left_half_typed_is_thrown_away_only_once_that_was_asked(editor, outcome):
    url = edit(outcome)
    keep(editor, url, text="Half an edit")
    (asks,) = html.fromstring(editor.get(url).content).xpath("//details[.//*[@name='discard']]")
    assert asks.get("open") is None
    assert asks.findtext("summary") == "Start from what is saved now"
    assert "What you typed here is then gone for good." in asks.text_content()
    assert [each.text for each in asks.iter("button")] == ["Throw it away"]


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ("/talks/somewhere/?a=b#c", True),
        ("https://elsewhere.example/", False),
        ("//x.example", False),
    ],
)
def test_the_way_back_leads_nowhere_else(editor, talks, outcome, wanted, kept):
    url = edit(outcome, f"?next={quote(wanted, safe='')}")
    response = editor.post(url, as_shown(editor, url, text="Other words."))
    assert (response.url == wanted) is kept
    assert kept or response.url == reverse("record", args=[talks.slug, outcome.pk])


def _state(record) -> str:
    return reverse("record-state", args=[record.negotiation.slug, record.pk])


def test_a_record_is_retracted_published_and_deleted(editor, talks, outcome, client):
    page = reverse("record", args=[talks.slug, outcome.pk])
    assert editor.post(_state(outcome), {"state": "retracted"}).url == page
    assert client.get(page).status_code == 404
    editor.post(_state(outcome), {"state": "published"})
    assert client.get(page).status_code == 200
    assert "Delete for good" in editor.get(page).content.decode()
    editor.post(_state(outcome), {"state": "deleted"})
    assert not Record.objects.filter(pk=outcome.pk).exists()


def test_what_others_rest_on_is_not_deleted_and_they_are_named(editor, talks, outcome):
    newer = published_outcome(negotiation=talks, supersedes=outcome)
    page = editor.post(_state(outcome), {"state": "deleted"}, follow=True)
    assert f">Outcome {newer.pk}</a> rests on it." in page.content.decode()
    assert Outcome.objects.filter(pk=outcome.pk).exists()
    assert editor.post(_state(outcome), {"state": "burnt"}).status_code == 400
    assert editor.get(_state(outcome)).status_code == 405


def test_a_value_and_a_condition_hang_on_a_record(editor, talks):
    issue = IssueFactory(negotiation=talks)
    term = TermFactory(negotiation=talks, issue=issue, name="Length")
    demand = published_demand(negotiation=talks, issue=issue)
    url = new(talks, "term-value", f"?record={demand.pk}")
    asked = editor.post(url, {"term": term.pk})
    assert asked.status_code == 422
    assert "Say what it is" in asked.content.decode()
    editor.post(url, {"term": term.pk, "value": "about 30", "value.per": "each"})
    value = TermValue.objects.get(record_id=demand.pk)
    assert (value.quantity.lower, value.approximate, value.per) == (30, True, "each")
    editor.post(edit(value), as_shown(editor, edit(value), value="left open"))
    value.refresh_from_db()
    assert (value.status, value.quantity) == ("left open", None)
    editor.post(
        new(talks, "linkage", f"?record={demand.pk}"),
        {"relation": "unless", "condition": "the river floods"},
    )
    link = Linkage.objects.get(record_id=demand.pk)
    assert (link.relation, link.condition, link.state) == (
        "unless",
        "the river floods",
        "published",
    )


def test_readers_see_no_way_to_write_on_a_records_page(talks, outcome, client, editor):
    page = reverse("record", args=[talks.slug, outcome.pk])
    ways = ("/edit/", "/state/", "/new/")
    seen = client.get(page).content.decode()
    assert [way for way in ways if way in seen] == []
    offered = editor.get(page).content.decode()
    assert [way for way in ways if way in offered] == list(ways)


def test_forms_ask_as_often_where_there_is_three_times_as_much(editor, talks, outcome):
    issue = outcome.issue
    party = PartyFactory(negotiation=talks)
    demand = published_demand(negotiation=talks, issue=issue, holders=[party])
    urls = [
        new(talks, "outcome"),
        new(talks, "silence"),
        edit(outcome),
        new(talks, "evidence", f"?record={outcome.pk}"),
        new(talks, "linkage", f"?record={demand.pk}"),
        reverse("demand-new", args=[talks.slug]) + f"?issue={issue.code}",
        reverse("demand-edit", args=[talks.slug, demand.pk]),
    ]

    def queries() -> list[int]:
        counts = []
        for url in urls:
            with CaptureQueriesContext(connection) as captured:
                assert editor.get(url).status_code == 200
            counts.append(len(captured))
        return counts

    def more():
        proposal = published_proposal(negotiation=talks)
        published_clause(negotiation=talks, proposal=proposal)
        published_event(negotiation=talks)
        published_silence(negotiation=talks)
        published_outcome(negotiation=talks, issue=issue)
        PersonFactory(negotiation=talks)
        RoundFactory(negotiation=talks)
        term = TermFactory(negotiation=talks, issue=issue)
        published_demand(
            negotiation=talks,
            issue=issue,
            holders=[party],
            values=[{"term": term, "status": "left open"}],
            links=[{"relation": "only if", "condition": "so"}],
        )

    more()
    one = queries()
    more()
    more()
    assert queries() == one


def test_a_silence_is_edited(editor, talks):
    silence = published_silence(negotiation=talks)
    url = edit(silence)
    response = editor.post(url, as_shown(editor, url, looked_until="5 June 2025"))
    assert response.status_code == 302, response.context["form"].errors
    assert str(Silence.objects.get(pk=silence.pk).looked_until.lower) == "2025-06-05"
