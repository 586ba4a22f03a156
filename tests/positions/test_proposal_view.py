"""A paper's page, and every way to write on it: plain and by htmx, allowed and not."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from negotiations.models import Negotiation, Party, Source
from negotiations.operations import edit
from positions.models import Clause, Demand, Evidence, Issue, Proposal, Silence
from positions.papers import add_clause, move_clause, new_version, record_clause_tree
from tests.factories import ClauseFactory, EvidenceFactory, ProposalFactory, on
from tests.recording import published_demand, published_proposal

HTMX = {"HTTP_HX_REQUEST": "true"}
SLUG = "russia-ukraine-2025"

pytestmark = pytest.mark.usefixtures("sample")


@pytest.fixture
def user():
    return User.objects.get(username="editor")


@pytest.fixture
def paper():
    """A paper of Russia's with two options in its first clause, and a second."""
    talks = Negotiation.objects.get(slug=SLUG)
    return published_proposal(
        negotiation=talks, title="A plan of our own", holders=[Party.objects.get(code="RU")]
    )


@pytest.fixture
def tree(user, paper):
    options = [{"label": "a", "text": "for a month"}, {"label": "b", "text": "for good"}]
    rows = [{"label": "1", "operator": "any", "clauses": options}, {"label": "2", "text": "Swap"}]
    record_clause_tree(user=user, proposal=paper, clauses=rows)
    return {clause.label: clause for clause in paper.clauses.all()}


@pytest.fixture
def editor(client_of):
    return client_of("editor")


def url(name, row):
    return reverse(name, args=[SLUG, row.pk])


def body(response) -> str:
    return response.content.decode()


def said(response) -> str:
    """Return what htmx is told to announce."""
    return json.loads(response["HX-Trigger"])["parley:saved"]["text"]


def labels(paper, parent=None):
    """Return the labels of a clause's parts, by default of the outermost one's."""
    parent = parent or paper.clauses.get(parent=None)
    rows = Clause.objects.filter(proposal=paper, parent=parent).order_by("order")
    return [row.label for row in rows]


def test_a_reader_reads_the_paper_of_the_sample_and_cannot_write(client, client_of):
    memorandum = Proposal.objects.get(title="Russia's memorandum to Ukraine")
    for reader in (client, client_of("reader")):
        page = reader.get(url("proposal", memorandum))
        words = body(page)
        assert page.status_code == 200
        assert "Option 1" in words
        assert "Ukraine answers" in words
        assert "unclear whether both are required" in words
        assert "read as “either suffices” by" in words
        for control in ("/act/", "new/evidence", "demands/new", "data-hx-get", "Paste"):
            assert control not in words, control


def test_what_the_page_says_of_the_paper(client, paper, tree, user):
    edit(paper, user=user, languages=["uk", "en"], answer_by=on("9 June 2025"))
    response = published_proposal(negotiation=paper.negotiation, responds_to=paper, title="A reply")
    words = body(client.get(url("proposal", paper)))
    for expected in ("A plan of our own", "uk, en", "9 June 2025", "has passed", "A reply"):
        assert expected in words, expected
    assert url("proposal", response) in words
    assert "nobody owns up to it" in body(client.get(url("proposal", response)))


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_page_is_for_reading(editor, paper, method):
    assert getattr(editor, method)(url("proposal", paper)).status_code == 405


def test_absent_and_hidden_papers_look_the_same(client, editor, paper):
    draft = ProposalFactory(negotiation=paper.negotiation)
    absent = client.get(reverse("proposal", args=[SLUG, 10**17]))
    hidden = client.get(url("proposal", draft))
    assert absent.status_code == hidden.status_code == 404
    assert body(absent) == body(hidden)
    assert editor.get(url("proposal", draft)).status_code == 200
    clause = url("proposal", draft).replace(str(draft.pk), str(Clause.objects.first().pk))
    assert client.get(clause).status_code == 404


def test_a_draft_clause_is_for_editors_only(client, editor, tree, paper):
    ClauseFactory(parent=tree["1"], text="canary-in-a-draft")
    assert "canary-in-a-draft" in body(editor.get(url("proposal", paper)))
    assert "canary-in-a-draft" not in body(client.get(url("proposal", paper)))


def test_the_changes_since_another_version(client, user, paper, tree):
    newer = new_version(user=user, proposal=paper, tabled=on("9 June 2025"), title="Plan two")
    edit(newer.clauses.get(label="b"), user=user, text="for two years")
    words = body(client.get(url("proposal", newer)))
    assert "What changed since “A plan of our own”" in words
    assert "<del>good</del><ins>two years</ins>" in words
    assert "Replaced on 9 June 2025" in body(client.get(url("proposal", paper)))
    turned = client.get(url("proposal", paper), {"compare": newer.pk})
    assert "<del>two years</del><ins>good</ins>" in body(turned)


@pytest.mark.parametrize("compare", ["x", "99999999999999999999", "123456789"])
def test_a_version_to_compare_with_that_is_none(client, paper, compare):
    assert client.get(url("proposal", paper), {"compare": compare}).status_code == 404


def test_the_page_asks_as_often_for_many_clauses_as_for_few(client, editor, user, paper, tree):
    def asked(visitor):
        with CaptureQueriesContext(connection) as captured:
            visitor.get(url("proposal", paper))
        return len(captured)

    before = asked(client), asked(editor)
    for label in "cde":
        add_clause(user=user, proposal=paper, label=label, parent=tree["1"])
    assert (asked(client), asked(editor)) == before


WRITING = ["clause-new", "clause-paste", "proposal-version"]
ON_A_CLAUSE = ["clause-act", "clause-attach", "clause-carry", "clause-silent"]


@pytest.mark.parametrize("name", [*WRITING, "clause-restore", *ON_A_CLAUSE])
def test_writing_is_for_editors(client, client_of, paper, tree, name):
    address = url(name, tree["a"] if name in ON_A_CLAUSE else paper)
    assert client_of("reader").post(address).status_code == 403
    visitor = client.post(address)
    assert visitor.status_code in (302, 401)
    assert len(paper.clauses.all()) == 5


@pytest.mark.parametrize("name", [*WRITING, "clause-restore", *ON_A_CLAUSE])
def test_writing_where_nothing_is(editor, name):
    assert editor.post(reverse(name, args=[SLUG, 10**17])).status_code == 404


@pytest.mark.parametrize("name", ["clause-act", "clause-carry", "clause-silent", "clause-restore"])
def test_a_button_only_posts(editor, tree, name):
    assert editor.get(url(name, tree["a"])).status_code == 405


@pytest.mark.parametrize("name", [*WRITING, "clause-attach"])
def test_a_form_is_a_page_and_a_part(editor, paper, tree, name):
    address = url(name, tree["a"] if name in ON_A_CLAUSE else paper)
    page, part = editor.get(address), editor.get(address, **HTMX)
    assert "<html" in body(page)
    assert "<html" not in body(part)
    assert "data-unsaved" in body(part)
    assert "HX-Request" in part["Vary"]
    assert editor.put(address).status_code == 405


def test_the_first_clause_makes_the_outermost_one(editor, paper):
    assert "Write the first clause" in body(editor.get(url("proposal", paper)))
    saved = editor.post(url("clause-new", paper), {"label": "1", "text": "Stop", "operator": ""})
    root = paper.clauses.get(parent=None)
    first = paper.clauses.get(label="1")
    assert (root.label, first.parent) == ("A plan of our own", root)
    assert saved.status_code == 302
    assert saved.url == f"{url('proposal', paper)}#clause-{first.pk}"


@pytest.mark.parametrize(
    ("place", "label", "inside", "order"),
    [("parent", "1", "1", ["a", "b", "new"]), ("after", "a", "1", ["a", "new", "b"])],
)
def test_a_clause_inside_or_behind_another(editor, paper, tree, place, label, inside, order):
    address = f"{url('clause-new', paper)}?{place}={tree[label].pk}"
    response = editor.post(address, {"label": "new", "text": ""}, **HTMX)
    assert body(response) == ""
    assert said(response).startswith("Saved")
    assert labels(paper, tree[inside]) == order


def test_clause_after_clause(editor, paper, tree):
    address = f"{url('clause-new', paper)}?after={tree['1'].pk}"
    response = editor.post(address, {"label": "1a", "text": "", "again": "1"}, **HTMX)
    following = re.search(r'data-hx-post="([^"]+)"', body(response))[1]
    assert following == f"{url('clause-new', paper)}?after={paper.clauses.get(label='1a').pk}"
    plain = editor.post(following, {"label": "1b", "text": "", "again": "1"})
    assert plain.url == f"{url('clause-new', paper)}?after={paper.clauses.get(label='1b').pk}"
    assert labels(paper) == ["1", "1a", "1b", "2"]


def test_an_empty_clause_is_refused(editor, paper, tree):
    response = editor.post(url("clause-new", paper), {"label": "", "text": ""})
    assert response.status_code == 422
    assert "Give the clause a label or a text." in body(response)
    assert len(paper.clauses.all()) == 5


def test_a_clause_of_another_paper_is_no_place(editor, paper, tree):
    other = ClauseFactory(negotiation=paper.negotiation)
    response = editor.post(f"{url('clause-new', paper)}?parent={other.pk}", {"label": "x"})
    assert response.status_code == 422
    assert editor.get(f"{url('clause-new', paper)}?parent=x").status_code == 404


PASTED = "1. Stop\n  a) at sea\n  b) on land\n2. Swap"


def test_a_pasted_text_is_shown_before_it_is_saved(editor, paper):
    shown = editor.post(url("clause-paste", paper), {"text": PASTED})
    assert "These will be 4 clauses:" in body(shown)
    assert not paper.clauses.exists()
    seen = shown.context["form"].sight
    saved = editor.post(url("clause-paste", paper), {"text": PASTED, "seen": seen}, follow=True)
    assert "Saved: 4 clauses." in body(saved)
    assert labels(paper) == ["1", "2"]
    assert labels(paper, paper.clauses.get(label="1")) == ["a", "b"]


def test_what_was_changed_after_its_preview_is_shown_once_more(editor, paper):
    seen = editor.post(url("clause-paste", paper), {"text": PASTED}).context["form"].sight
    again = editor.post(url("clause-paste", paper), {"text": PASTED + "\n3. Talk", "seen": seen})
    assert "These will be 5 clauses:" in body(again)
    assert not paper.clauses.exists()


def test_a_text_is_pasted_into_a_clause(editor, paper, tree):
    address = f"{url('clause-paste', paper)}?parent={tree['2'].pk}"
    seen = editor.post(address, {"text": PASTED}, **HTMX).context["form"].sight
    response = editor.post(address, {"text": PASTED, "seen": seen}, **HTMX)
    assert said(response) == "Saved: 4 clauses."
    assert labels(paper, tree["2"]) == ["1", "2"]


@pytest.mark.parametrize("text", ["", "  \n \n"])
def test_without_words_there_is_nothing_to_paste(editor, paper, text):
    response = editor.post(url("clause-paste", paper), {"text": text})
    assert response.status_code == 422
    assert "Paste the text of the clauses." in body(response)


def test_a_label_too_long_is_said_by_the_form(editor, paper):
    text = "w" * 250 + " 1: Stop\n1. One\x00"
    seen = editor.post(url("clause-paste", paper), {"text": text}).context["form"].sight
    response = editor.post(url("clause-paste", paper), {"text": text, "seen": seen})
    assert response.status_code == 422
    assert not paper.clauses.exists()


def act(client, clause, what, **posted):
    extra = HTMX if posted.pop("htmx", True) else {}
    posted = {"act": what, "version": Clause.objects.get(pk=clause.pk).version, **posted}
    return client.post(url("clause-act", clause), posted, **extra)


def test_a_clause_is_moved_nested_and_deleted_by_buttons(editor, paper, tree):
    for what, at, inside in [
        ("up", ["2", "1"], ["a", "b"]),
        ("down", ["1", "2"], ["a", "b"]),
        ("nest", ["1"], ["a", "b", "2"]),
        ("unnest", ["1", "2"], ["a", "b"]),
        ("delete", ["1"], ["a", "b"]),
    ]:
        response = act(editor, tree["2"], what)
        words = "Deleted: clause “2”." if what == "delete" else "Saved."
        assert (response.status_code, said(response)) == (204, words)
        assert labels(paper) == at, what
        assert labels(paper, tree["1"]) == inside, what


def images(paper):
    fields = ("pk", "parent_id", "order", "label", "text", "operator", "state")
    return list(Clause.objects.filter(proposal=paper).order_by("pk").values_list(*fields))


@pytest.mark.parametrize("htmx", [True, False])
def test_a_deleted_clause_is_brought_back_with_its_parts(editor, paper, tree, htmx):
    before = images(paper)
    source = Source.objects.filter(negotiation=paper.negotiation).first()
    said_by = EvidenceFactory(
        about=tree["b"], source=source, quote="for good, or not", state="published"
    )
    gone = act(editor, tree["1"], "delete", htmx=htmx)
    assert labels(paper) == ["2"]
    told = json.loads(gone["HX-Trigger"])["parley:saved"] if htmx else {}
    page = body(editor.get(url("proposal", paper)))
    assert "Deleted: clause “1” with 2 parts." in page
    assert f'id="undo-{tree["1"].pk}"' in page
    if htmx:
        assert told["undo"] == {"press": f"undo-{tree['1'].pk}", "words": "Undo"}
    extra = HTMX if htmx else {}
    editor.post(url("clause-restore", paper), {"clause": tree["1"].pk}, **extra)
    assert images(paper) == before
    back = Evidence.objects.get(record_id=tree["b"].pk)
    assert (back.pk, back.source, back.quote) == (said_by.pk, source, "for good, or not")
    assert "Deleted: clause" not in body(editor.get(url("proposal", paper)))


def test_what_cannot_be_brought_back_says_why(editor, paper, tree):
    address = url("clause-restore", paper)
    assert editor.post(address, {"clause": "x"}).status_code == 404
    there = editor.post(address, {"clause": tree["1"].pk}, **HTMX)
    assert (there.status_code, said(there)) == (422, "There is nothing to bring back.")
    act(editor, tree["a"], "delete")
    act(editor, tree["1"], "delete")
    alone = editor.post(address, {"clause": tree["a"].pk}, **HTMX)
    assert (alone.status_code, "not there any more" in said(alone)) == (422, True)
    other = published_proposal(negotiation=paper.negotiation)
    assert editor.post(url("clause-restore", other), {"clause": tree["1"].pk}).status_code == 422


def test_how_the_parts_combine_is_set_by_a_button(editor, tree):
    assert act(editor, tree["1"], "operator", operator="in sequence").status_code == 204
    assert Clause.objects.get(pk=tree["1"].pk).operator == "in sequence"
    refused = act(editor, tree["1"], "operator", operator="perhaps")
    assert refused.status_code == 422
    assert "perhaps" in said(refused)


def test_without_htmx_a_button_leads_back_to_the_clause(editor, paper, tree):
    response = act(editor, tree["2"], "up", htmx=False)
    assert response.status_code == 302
    assert response.url == f"{url('proposal', paper)}#clause-{tree['2'].pk}"
    refused = act(editor, tree["2"], "up", htmx=False)
    assert refused.status_code == 422
    assert "It stands first already." in body(refused)
    assert f'data-hx-get="{url("proposal", paper)}"' in body(refused)


def test_who_moves_what_somebody_else_moved_is_told_and_sees_how_it_is(editor, user, paper, tree):
    move_clause(tree["2"], user=user, by=-1)
    for htmx in (True, False):
        response = act(editor, tree["2"], "up", version=1, htmx=htmx)
        assert response.status_code == 409
        words = said(response) if htmx else body(response)
        assert "Somebody else was faster. Nothing was done." in words
    assert labels(paper) == ["2", "1"]


def test_what_rests_on_a_clause_is_named(editor, paper, tree):
    demand = published_demand(negotiation=paper.negotiation, clause=tree["a"])
    response = act(editor, tree["1"], "delete")
    assert response.status_code == 422
    assert said(response) == f"Demand {demand.pk} rests on it."
    record = reverse("record", args=[SLUG, demand.pk])
    told = json.loads(response["HX-Trigger"])["parley:saved"]
    assert told["links"] == [{"words": f"Demand {demand.pk}", "url": record}]
    plain = act(editor, tree["1"], "delete", htmx=False)
    assert f'<a href="{record}">Demand {demand.pk}</a> rests on it.' in body(plain)


@pytest.mark.parametrize("posted", [{}, {"act": "burn", "version": "1"}, {"act": "up"}])
def test_an_act_that_is_none(editor, tree, posted):
    assert editor.post(url("clause-act", tree["a"]), posted).status_code == 400


def test_a_demand_is_attached(editor, paper, tree):
    demand = published_demand(negotiation=paper.negotiation, text="A demand without a place")
    form = editor.get(url("clause-attach", tree["a"]))
    assert "A demand without a place" in body(form)
    response = editor.post(url("clause-attach", tree["a"]), {"demand": demand.pk}, **HTMX)
    assert said(response).startswith("Saved")
    assert Demand.objects.get(pk=demand.pk).clause == tree["a"]
    assert "A demand without a place" in body(editor.get(url("proposal", paper)))


def test_a_demand_to_attach_has_to_be_chosen(editor, tree):
    assert editor.post(url("clause-attach", tree["a"]), {}).status_code == 422


def test_a_demand_cannot_be_published_in_a_draft(editor, paper, tree):
    draft = ClauseFactory(parent=tree["1"], label="draft")
    demand = published_demand(negotiation=paper.negotiation)
    response = editor.post(url("clause-attach", draft), {"demand": demand.pk})
    assert response.status_code == 422
    assert Demand.objects.get(pk=demand.pk).clause is None


def test_a_new_version_is_recorded_and_its_demands_are_carried_over(editor, paper, tree):
    russia = Party.objects.get(code="RU")
    demand = published_demand(
        negotiation=paper.negotiation, holders=[russia], clause=tree["a"], text="Stop for a month"
    )
    source = Source.objects.filter(negotiation=paper.negotiation).first()
    form = editor.get(url("proposal-version", paper))
    assert 'value="A plan of our own"' in body(form)
    typed = {"title": "Plan two", "tabled": "9 June 2025", "source": source.pk}
    saved = editor.post(url("proposal-version", paper), {**typed, "basis": "tabled paper"})
    newer = Proposal.objects.get(title="Plan two")
    assert saved.url == url("proposal", newer)
    assert (newer.supersedes, newer.state) == (paper, "published")
    assert labels(newer) == ["1", "2"]

    page = editor.get(saved.url)
    assert "1 demand of the version before is not carried over yet" in body(page)
    clause = newer.clauses.get(label="a")
    response = editor.post(url("clause-carry", clause), {"demand": demand.pk}, **HTMX)
    assert (response.status_code, said(response)[:5]) == (204, "Saved")
    carried = Demand.objects.get(supersedes=demand)
    assert (carried.clause, carried.text, carried.state) == (clause, demand.text, "published")
    assert Evidence.objects.get(record=carried.pk).source == source
    assert "is not carried over yet" not in body(editor.get(saved.url))


def test_a_version_says_when_it_was_tabled(editor, paper):
    response = editor.post(url("proposal-version", paper), {"title": "Two", "tabled": ""})
    assert response.status_code == 422
    assert not Proposal.objects.filter(title="Two").exists()


def test_what_is_carried_over_is_a_demand_of_these_talks(editor, tree):
    for number in ("", "x", str(tree["a"].pk)):
        assert editor.post(url("clause-carry", tree["a"]), {"demand": number}).status_code == 404


@pytest.mark.parametrize("has_source", [True, False])
def test_no_answer_is_recorded_in_one_step(editor, paper, tree, has_source):
    ukraine, issue = Party.objects.get(code="UA"), Issue.objects.first()
    if has_source:
        session = editor.session
        session[f"last-source-{paper.negotiation_id}"] = Source.objects.first().pk
        session.save()
    posted = {"party": ukraine.pk, "issue": issue.pk}
    response = editor.post(url("clause-silent", tree["a"]), posted, **HTMX)
    assert response.status_code == 204
    silence = Silence.objects.get(about_id=tree["a"].pk)
    assert (silence.party, silence.issue) == (ukraine, issue)
    assert silence.state == ("published" if has_source else "draft")
    assert ("as a draft" in said(response)) is not has_source
    assert "No answer reported" in body(editor.get(url("proposal", paper)))


def test_of_the_outermost_clause_it_is_the_paper_that_is_not_answered(editor, paper, tree):
    posted = {"party": Party.objects.get(code="UA").pk, "issue": Issue.objects.first().pk}
    editor.post(url("clause-silent", tree["A plan of our own"]), posted)
    assert Silence.objects.filter(about_id=paper.pk).exists()


def test_an_editor_answers_a_clause_in_the_name_of_a_party(editor, paper, tree):
    page = body(editor.get(url("proposal", paper)))
    address = next(
        href.replace("&amp;", "&")
        for href in re.findall(r'href="([^"]*demands/new/[^"]*)"', page)
        if f"answers={tree['a'].pk}&amp;answer=rejected" in href and "party=UA" in href
    )
    form = editor.get(address)
    assert form.status_code == 200
    shown = form.context["form"]
    assert str(shown["answers"].value()) == str(tree["a"].pk)
    assert shown["answer"].value() == "rejected"


def test_what_is_typed_in_a_clause_comes_back_until_it_is_saved(editor, paper, tree):
    address = url("clause-new", paper)
    editor.post(reverse("unsaved", args=[SLUG]) + f"?form={address}", {"text": "half a clause"})
    assert "half a clause" in body(editor.get(address))
    editor.post(address, {"label": "3", "text": "half a clause, and the rest"})
    assert "half a clause" not in body(editor.get(address))


def test_the_comparison_leads_to_the_paper(client):
    page = body(client.get(reverse("comparison", args=[SLUG]), {"as_of": "2025-06-02"}))
    options = Clause.objects.get(operator="unclear")
    assert (
        f'href="{url("proposal", options.proposal)}?as_of=2025-06-02#clause-{options.pk}"' in page
    )
