"""The codebook's pages: who reads and who recodes, what is shown before and after, and undoing."""

import html
import re
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from negotiations.history import revision_of
from negotiations.models import Changeset
from negotiations.operations import create, edit, retract
from positions.codebookforms import packed
from positions.models import Demand, Issue, Silence, Term, TermChoice
from positions.recoding import merge_issues, retire
from tests.factories import (
    A_DAY,
    IssueFactory,
    MembershipFactory,
    NegotiationFactory,
    TermChoiceFactory,
    TermFactory,
    UserFactory,
)
from tests.recording import published_demand
from tests.sending import as_sent
from tests.talks import days_of, river_talks

DRAFT = {"text": "More", "kind": "assessment", "stated": A_DAY}
HTMX = {"HTTP_HX_REQUEST": "true"}
TAKING = ["codebook-merge", "codebook-split", "codebook-retire"]


@pytest.fixture
def talks(transactional_db):
    return river_talks()


@pytest.fixture
def editor(client, talks):
    client.force_login(talks.editor)
    return client


def at(talks, name, row=None, kind="issue", **query) -> str:
    numbers = [] if row is None else [kind, row.pk]
    if name == "codebook-split":
        numbers = [row.pk]
    address = reverse(name, args=[talks.slug, *numbers])
    return f"{address}?into={query['into'].pk}" if query else address


def text_of(answer) -> str:
    """What an answer says, without its tags."""
    plain = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return html.unescape(re.sub(r"\s+", " ", plain))


def test_everybody_who_sees_the_talks_reads_the_codebook(client, talks):
    pace = TermFactory(issue=talks.gauges, code="pace", name="Pace", kind="choice")
    fast = TermChoiceFactory(term=pace, code="fast", name="Fast", ordinal=1)
    published_demand(issue=talks.gauges, values=[{"term": pace, "choices": [fast]}])
    answer = client.get(at(talks, "codebook"))
    assert answer.status_code == 200
    said = text_of(answer)
    for words in (
        "How long does the water flow?",
        "4 demands, 1 outcome, 1 event, 1 silence",
        "Days of water days quantity, day – 3",
        "Gauges gauges part of Flow",
        "2 demands, 0 outcomes, 0 events, 0 silences",
        "Pace pace choice in order Fast fast 1 value 1",
    ):
        assert words in said, words
    assert "Recode" not in said
    assert "Retired" not in said
    address = reverse("api:codebook", args=[talks.slug])
    for query in ("", "?format=csv", "?format=xlsx"):
        assert f'href="{address}{query}"' in answer.content.decode()
        assert client.get(f"{address}{query}").status_code == 200


def test_drafts_count_for_those_who_write_only(client, talks):
    create(Demand, user=talks.editor, negotiation=talks.negotiation, issue=talks.flow, **DRAFT)
    retract(Silence.objects.get(), user=talks.editor)
    assert "4 demands, 1 outcome, 1 event, 0 silences" in text_of(client.get(at(talks, "codebook")))
    client.force_login(talks.editor)
    assert "5 demands, 1 outcome, 1 event, 0 silences" in text_of(client.get(at(talks, "codebook")))


def test_what_is_retired_stands_apart_with_why_and_where_it_went(client, talks):
    river = IssueFactory(negotiation=talks.negotiation, code="river", name="River")
    before = revision_of(talks.negotiation)
    merge_issues(talks.flow, into=river, user=talks.editor, reason="One question")
    retire(talks.days, user=talks.editor, reason="Not said any more")
    said = text_of(client.get(at(talks, "codebook")))
    apart = said[said.index("Offered no more") :]
    assert "Flow flow Issue Retired since" in apart
    assert "Why: One question. Its records went to River ." in apart
    assert "Days of water days Term Retired since" in apart
    assert "3 records still have it." in apart
    then = text_of(client.get(at(talks, "codebook"), {"revision": before}))
    assert "Offered no more" not in then
    assert "4 demands, 1 outcome, 1 event, 1 silence" in then
    address = reverse("api:codebook", args=[talks.slug])
    now, old = client.get(address).json(), client.get(address, {"revision": before}).json()
    by_code = {issue["code"]: issue for issue in now["issues"]}
    assert (by_code["flow"]["merged_into"], by_code["flow"]["demands"]) == ("river", 0)
    assert by_code["river"]["terms"][0]["retired_because"] == "Not said any more"
    assert {issue["code"]: issue["merged_into"] for issue in old["issues"]}["flow"] is None
    assert old["issues"][0]["terms"][0]["values"] == 3


@pytest.mark.parametrize("query", ["revision=x", "revision=99999", "as_of=x"])
def test_a_question_that_cannot_be_asked_is_refused(client, talks, query):
    if query != "as_of=x":  # The page has no such clock, and lets it be.
        assert client.get(f"{at(talks, 'codebook')}?{query}").status_code == 400
    address = reverse("api:codebook", args=[talks.slug])
    assert client.get(f"{address}?{query}").status_code == 400


def test_a_hidden_codebook_is_not_there(client, talks):
    hidden = NegotiationFactory(slug="hidden", visibility="members")
    issue = IssueFactory(negotiation=hidden)
    client.force_login(UserFactory())
    for name in ("codebook", "codebook-import"):
        assert client.get(reverse(name, args=["hidden"])).status_code == 404
    assert client.get(reverse("api:codebook", args=["hidden"])).status_code == 404
    client.force_login(talks.editor)
    assert client.get(at(talks, "codebook-part", issue)).status_code == 404
    assert client.get(at(talks, "codebook-merge", talks.flow, into=issue)).status_code == 404


@pytest.mark.parametrize("role", [None, "reader", "stranger"])
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_nobody_else_recodes(client, talks, role, headers):
    if role:
        user = UserFactory()
        client.force_login(user)
        if role == "reader":
            MembershipFactory(negotiation=talks.negotiation, user=user, role="reader")
    asked = [at(talks, "codebook-import"), *(at(talks, name, talks.flow) for name in TAKING)]
    for address in asked:
        answer = client.post(address, {"into": talks.gauges.pk, "save": 1}, **headers)
        unknown = 302 if headers else 401
        assert answer.status_code == (403 if role else unknown), address
    for address in (at(talks, "codebook-part", talks.flow), at(talks, "codebook-import")):
        assert client.get(address, **headers).status_code == (403 if role else 302)
    assert not Issue.objects.exclude(retired=None).exists()


def test_only_the_methods_there_are(editor, talks):
    assert editor.get(at(talks, "codebook-retire", talks.flow)).status_code == 405
    assert editor.post(at(talks, "codebook")).status_code == 405
    assert editor.put(at(talks, "codebook-split", talks.flow)).status_code == 405
    assert editor.post(at(talks, "codebook-part", talks.flow)).status_code == 405


def test_what_is_not_there_is_not_found(editor, talks):
    assert editor.get(at(talks, "codebook-part", talks.days)).status_code == 404
    assert editor.get(at(talks, "codebook-part", talks.flow, kind="party")).status_code == 404
    for into in ("x", "9" * 30, "0"):
        address = f"{at(talks, 'codebook-merge', talks.flow)}?into={into}"
        assert editor.get(address).status_code == 404, into


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_retiring_and_bringing_back(editor, talks, headers):
    answer = editor.post(
        at(talks, "codebook-retire", talks.gauges), {"reason": "Out of scope"}, **headers
    )
    assert answer.url == at(talks, "codebook")
    assert "“Gauges” is retired: offered no more" in text_of(editor.get(answer.url))
    assert Issue.objects.get(pk=talks.gauges.pk).retired_because == "Out of scope"
    part = text_of(editor.get(at(talks, "codebook-part", talks.gauges)))
    assert "Bring back" in part
    assert "Merge into another" not in part
    form = text_of(editor.get(reverse("demand-new", args=[talks.slug])))
    assert "Flow" in form
    assert "Gauges" not in form
    answer = editor.post(at(talks, "codebook-retire", talks.gauges), {"back": 1}, **headers)
    assert Issue.objects.get(pk=talks.gauges.pk).retired is None
    assert "“Gauges” is offered again." in text_of(editor.get(answer.url))


def test_a_retirement_that_is_refused_says_why_beside_the_form(editor, talks):
    answer = editor.post(at(talks, "codebook-retire", talks.flow), {"reason": "Over"})
    assert answer.status_code == 422
    assert "Retire or move its parts first: “Gauges”." in text_of(answer)
    assert 'value="Over"' in answer.content.decode()
    answer = editor.post(at(talks, "codebook-retire", talks.gauges), {"reason": "x" * 301})
    assert answer.status_code == 422
    assert Issue.objects.get(pk=talks.gauges.pk).retired is None


def test_entry_forms_offer_no_retired_term_or_choice_but_keep_what_is_recorded(editor, talks):
    pace = TermFactory(issue=talks.flow, code="pace", name="Pace", kind="choice")
    fast, slow = (TermChoiceFactory(term=pace, code=c, name=c.title()) for c in ("fast", "slow"))
    held = published_demand(issue=talks.flow, values=[{"term": pace, "choices": [fast]}])
    retire(fast, user=talks.editor)
    retire(talks.days, user=talks.editor)
    new = f"{reverse('demand-new', args=[talks.slug])}?party=E&issue=flow"
    said = text_of(editor.get(new))
    assert "Slow" in said
    assert "Fast" not in said
    assert "Days of water" not in said
    kept = text_of(editor.get(reverse("demand-edit", args=[talks.slug, held.pk])))
    assert "Fast" in kept
    assert slow.name in kept
    line = editor.get(reverse("round-line", args=[talks.slug, talks.third.pk, "E"]))
    assert "Days of water" not in text_of(line)


def test_the_comparison_marks_a_retired_issue_and_drops_it_once_nothing_stands(client, talks):
    retire(talks.gauges, user=talks.editor)
    page = f"/{talks.slug}/compare/?as_of=2024-04-01"
    assert "retired since" in text_of(client.get(page))
    rows = client.get(f"/api/v1/negotiations/{talks.slug}/comparison/?as_of=2024-04-01").json()
    retired = {row["code"]: row["retired"] for row in rows["issues"]}
    assert retired == {None: None, "flow": None, "gauges": f"{timezone.localdate()}"}
    demand = Demand.objects.get(issue=talks.gauges)
    Demand.objects.filter(pk=demand.pk).update(ended=demand.stated, ending="withdrawn")
    said = client.get(page).content.decode()
    assert "comparison-row-flow" in said
    assert "comparison-row-gauges" not in said
    named = client.get(f"{page}&issue=gauges").content.decode()
    assert "comparison-row-gauges" in named


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_merging_shows_everything_that_moves_and_saves_on_the_second_word(editor, talks, headers):
    river = IssueFactory(negotiation=talks.negotiation, code="river", name="River")
    length = TermFactory(issue=river, code="length", name="Days of water")
    revision = revision_of(talks.negotiation)
    page = editor.get(at(talks, "codebook-merge", talks.flow, into=river), **headers)
    said = text_of(page)
    for words in ("East: Water for 27 days.", "Water flows in spring.", "The dam opens", "Gauges"):
        assert words in said, words
    assert "Lake: no answer reported" in said
    assert f"demand {talks.asked.pk} → Days of water" in said
    assert "Days of water → Days of water; Flow → River" in said
    assert f'<option value="{length.pk}" selected>' in page.content.decode()
    assert revision_of(talks.negotiation) == revision
    sent = {"into": river.pk, f"term_{talks.days.pk}": length.pk, "reason": "One question"}
    looked = editor.post(at(talks, "codebook-merge", talks.flow), {**sent, "look": 1}, **headers)
    assert looked.status_code == 200
    assert revision_of(talks.negotiation) == revision
    sent["save"] = 1
    answer = editor.post(at(talks, "codebook-merge", talks.flow), sent, **headers)
    assert answer.url == at(talks, "codebook")
    assert Demand.objects.get(pk=talks.asked.pk).issue == river
    assert Term.objects.get(pk=talks.days.pk).merged_into == length
    assert (
        Changeset.objects.get(negotiation=talks.negotiation, revision=revision + 1).reason
        == "One question"
    )
    done = text_of(editor.get(answer.url))
    assert "“Flow” is merged into “River”. Undo" in done


def test_a_merge_into_nothing_asks_what_it_is_to_go_into(editor, talks):
    answer = editor.get(at(talks, "codebook-merge", talks.flow) + "?into=", follow=True)
    assert answer.redirect_chain == [(at(talks, "codebook-part", talks.flow), 302)]
    assert "Choose what it is to be merged into." in answer.content.decode()


def test_a_merge_matches_terms_and_then_their_choices(editor, talks):
    river = IssueFactory(negotiation=talks.negotiation, name="River")
    pace, tempo = (TermFactory(issue=i, name="Pace", kind="choice") for i in (talks.flow, river))
    fast, quick = (
        TermChoiceFactory(term=t, name=name) for t, name in ((pace, "Fast"), (tempo, "Quick"))
    )
    page = editor.get(at(talks, "codebook-merge", talks.flow, into=river)).content.decode()
    assert f'name="choice_{fast.pk}"' in page
    sent = {"into": river.pk, f"term_{pace.pk}": "", "look": 1}
    page = editor.post(at(talks, "codebook-merge", talks.flow), sent).content.decode()
    assert f'name="choice_{fast.pk}"' not in page
    sent = {
        "into": river.pk,
        f"term_{pace.pk}": tempo.pk,
        f"choice_{fast.pk}": quick.pk,
        "save": 1,
    }
    editor.post(at(talks, "codebook-merge", talks.flow), sent)
    assert TermChoice.objects.get(pk=fast.pk).merged_into == quick
    assert Term.objects.get(pk=talks.days.pk).issue == river


def test_a_merge_that_is_refused_names_the_records_and_saves_nothing(editor, talks):
    other = TermFactory(issue=talks.flow, name="Other days")
    both = published_demand(
        issue=talks.flow,
        values=[{"term": talks.days, **days_of(1)}, {"term": other, **days_of(2)}],
    )
    address = at(talks, "codebook-merge", talks.days, kind="term")
    page = editor.get(f"{address}?into={other.pk}")
    assert page.status_code == 200
    assert "would be rivals" in text_of(page)
    assert f'href="/{talks.slug}/records/{both.pk}/"' in page.content.decode()
    assert editor.post(address, {"into": other.pk, "save": 1}).status_code == 422
    assert editor.post(address, {"into": other.pk, "reason": "x" * 301}).status_code == 422
    assert Term.objects.get(pk=talks.days.pk).retired is None


def test_choices_are_merged_within_their_term(editor, talks):
    fast = TermChoiceFactory(negotiation=talks.negotiation, name="Fast")
    quick = TermChoiceFactory(term=fast.term, name="Quick")
    TermChoiceFactory(negotiation=talks.negotiation, name="Elsewhere")
    page = text_of(editor.get(at(talks, "codebook-part", fast, kind="choice")))
    assert "Quick" in page
    assert "Elsewhere" not in page
    editor.post(at(talks, "codebook-merge", fast, kind="choice"), {"into": quick.pk, "save": 1})
    assert TermChoice.objects.get(pk=fast.pk).merged_into == quick


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_splitting_shows_what_moves_takes_chains_along_and_saves(editor, talks, headers):
    address = at(talks, "codebook-split", talks.flow)
    assert "East: Water for 27 days." in text_of(editor.get(address, **headers))
    sent = {"name": "Spring", "demands": [talks.asked.pk], "terms": [talks.days.pk]}
    torn = editor.post(address, {**sent, "save": 1}, **headers)
    assert torn.status_code == 422
    assert "A demand and what it supersedes stand on one issue" in text_of(torn)
    whole = editor.post(address, {**sent, "along": 1}, **headers)
    assert whole.status_code == 200
    ticked = re.findall(r'name="demands" value="(\d+)"[^>]*checked', whole.content.decode())
    assert set(map(int, ticked)) == {talks.asked.pk, talks.asked_again.pk}
    assert not Issue.objects.filter(name="Spring").exists()
    sent["demands"] = [int(pk) for pk in ticked]
    looked = editor.post(address, {**sent, "look": 1}, **headers)
    assert looked.status_code == 200
    assert "3 rows would move" in text_of(looked)
    answer = editor.post(address, {**sent, "save": 1, "reason": "Two questions"}, **headers)
    new = Issue.objects.get(name="Spring")
    assert (new.code, new.parent) == ("spring", None)
    assert set(new.demands.all()) == {talks.asked, talks.asked_again}
    assert "“Flow” is split: 3 records went to “Spring”." in text_of(editor.get(answer.url))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "This field is required."),
        ({"code": "overall"}, "“overall” stands for what is said of no issue"),
        ({"code": "gauges"}, "This code is taken"),
        ({"demands": []}, "Choose what goes to the new issue."),
        ({"demands": [0]}, "Select a valid choice"),
    ],
)
def test_a_split_that_is_refused_keeps_what_was_typed(editor, talks, typed, said):
    sent = {"name": "Spring", "question": "When?", "demands": [talks.offered.pk], "save": 1}
    answer = editor.post(at(talks, "codebook-split", talks.flow), {**sent, **typed})
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert 'value="When?"' in answer.content.decode()
    assert Issue.objects.filter(negotiation=talks.negotiation).count() == 2


def test_ones_last_act_is_undone_as_any_other_change_and_then_the_one_before(editor, talks):
    home = at(talks, "codebook")
    edit(talks.flow, user=talks.editor, name="Current")
    renamed = revision_of(talks.negotiation)
    retire(talks.gauges, user=talks.editor, reason="Out of scope")
    number = revision_of(talks.negotiation)
    # Neither what is no act on the codebook nor what another did is offered here.
    published_demand(negotiation=talks.negotiation, user=talks.editor)
    other = MembershipFactory(negotiation=talks.negotiation, role="editor").user
    edit(TermChoice.objects.first() or talks.days, user=other, name="Another’s")
    page = editor.get(home)
    assert "Issue “Gauges” edited: retired, why it was retired (Out of scope) · " in text_of(page)
    look = f"/{talks.slug}/changes/{number}/?undo=1&next={quote(home, safe='')}"
    assert page.context["to_undo"]["url"] == look
    answer = editor.post(look)
    assert answer.url == home
    assert Issue.objects.get(pk=talks.gauges.pk).retired is None
    said = text_of(editor.get(home))
    assert "Undone. Issue “Gauges”: Retired and Why it was retired are as before. Redo" in said
    # Pressing it again steps back; it does not quietly redo.
    assert f"/changes/{renamed}/" in editor.get(home).context["to_undo"]["url"]


def test_an_act_on_which_something_rests_by_now_stays_and_says_so(editor, talks):
    sent = {"name": "Spring", "demands": [talks.offered.pk], "save": 1}
    editor.post(at(talks, "codebook-split", talks.flow), sent)
    new = Issue.objects.get(code="spring")
    held = published_demand(issue=new)
    answer = editor.post(editor.get(at(talks, "codebook")).context["to_undo"]["url"])
    assert answer.status_code == 409
    said = text_of(answer)
    assert "Not undone: what was done since stands in the way." in said
    assert f"Demand {held.pk} “{held}” rests on issue {new.pk} “Spring”" in said
    assert Issue.objects.filter(code="spring").exists()


def test_setting_up_and_recording_are_no_acts_on_the_codebook(db, client):
    user = UserFactory()
    client.force_login(user)
    client.post(
        "/new/",
        {"title": "New", "visibility": "members", "review": "off", "codebook": "ceasefire-talks"},
    )
    assert "Last change of the codebook" not in text_of(client.get("/new/codebook/"))


def sent_as(text, name="codebook.csv"):
    data = text if isinstance(text, bytes) else text.encode()
    return {"table": SimpleUploadedFile(name, data, content_type="text/csv")}


TABLE = "issue,term,name,kind,part_of\nflow,,Stream,,\nnew,,=New,,flow\nnew,when,When,date,\n"


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_table_is_looked_at_and_then_taken_in(editor, talks, headers):
    revision = revision_of(talks.negotiation)
    looked = editor.post(at(talks, "codebook-import"), sent_as(TABLE), **headers)
    assert looked.status_code == 200
    said = text_of(looked)
    assert "2 added, 1 changed, 0 left as they are." in said
    assert "name Flow Stream" in said
    assert revision_of(talks.negotiation) == revision
    (read,) = re.findall(r'name="read" value="([^"]+)"', looked.content.decode())
    assert read == packed(TABLE.encode())
    answer = editor.post(
        at(talks, "codebook-import"), {"read": read, "save": 1, "reason": "Agreed"}, **headers
    )
    assert answer.url == at(talks, "codebook")
    assert "The table is taken in: 2 added, 1 changed. Undo" in text_of(editor.get(answer.url))
    assert Issue.objects.get(code="new").name == "=New"
    assert Term.objects.get(code="when").issue.code == "new"
    assert revision_of(talks.negotiation) == revision + 1
    assert Issue.objects.filter(pk=talks.gauges.pk, retired=None).exists()
    again = editor.post(at(talks, "codebook-import"), sent_as(TABLE))
    assert "The table says what the codebook says already." in text_of(again)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (sent_as("issue,name\nfl ow,Flow\n"), "2 issue “fl ow” is no code."),
        (sent_as("issue,part_of\nflow,nowhere\n"), "2 part_of There is no issue “nowhere”."),
        (sent_as("issue,part_of\nflow,gauges\n"), "2 part_of"),
        (sent_as(b"issue,name\nflow,\xff\n"), "This is not UTF-8: byte 0xFF"),
        (sent_as(b" " * 1_000_001), "at most 1000000 are read"),
        (sent_as(b"PK\x03\x04\x00\x00"), "There is no column"),
        (sent_as(b""), "The submitted file is empty"),
        ({"look": 1}, "Choose a file."),
        ({"read": "nonsense", "save": 1}, "Choose a file."),
        ({"read": packed(b" " * 900_000_0), "save": 1}, "at most 1000000 are read"),
    ],
)
def test_a_table_that_is_refused_says_where_and_how_to_mend_it(editor, talks, sent, said):
    revision = revision_of(talks.negotiation)
    answer = editor.post(at(talks, "codebook-import"), sent)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert "Take it in" not in text_of(answer)
    assert revision_of(talks.negotiation) == revision


def test_a_term_forms_choices_leave_retired_ones_alone(editor, talks):
    pace = TermFactory(issue=talks.flow, name="Pace", code="pace", kind="choice")
    fast, slow = (TermChoiceFactory(term=pace, code=c, name=c.title()) for c in ("fast", "slow"))
    retire(fast, user=talks.editor)
    address = reverse("record-edit", args=[talks.slug, pace.pk])
    page = editor.get(address).content.decode()
    assert ">\nSlow</textarea>" in page
    editor.post(address, {**as_sent(editor.get(address)), "choices": "Slow\nSlower"})
    assert {c.name for c in pace.choices.all()} == {"Fast", "Slow", "Slower"}
    refused = editor.post(address, {**as_sent(editor.get(address)), "choices": "Slow\nFast"})
    assert refused.status_code == 422
    assert "“Fast” is retired; bring it back first." in text_of(refused)
    assert slow in pace.choices.all()


def test_the_api_refuses_what_is_new_on_a_retired_issue(client, talks):
    retire(talks.gauges, user=talks.editor, reason="Out of scope")
    client.force_login(talks.editor)
    sent = {
        "negotiation": talks.slug,
        "holders": ["E"],
        "issue": "gauges",
        "kind": "demand",
        "text": "Three gauges",
        "stated": {"earliest": "2024-03-04", "latest": "2024-03-04"},
    }
    answer = client.post("/api/v1/demands/", sent, content_type="application/json")
    assert answer.status_code == 400
    (said,) = answer.json()["issue"]
    assert said.startswith("“Gauges” (gauges) has been retired since")
    assert said.endswith("use another, or bring it back in the codebook.")
    row = client.get(f"/api/v1/issues/{talks.gauges.pk}/").json()
    assert (row["retired_because"], row["merged_into"]) == ("Out of scope", None)
