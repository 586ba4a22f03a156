"""The face page: which day, which rows, for whom; and how often it asks the database."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from negotiations.models import Negotiation, Party, Round
from positions.models import Demand, Evidence, TermValue
from positions.operations import record_demand
from positions.termfields import as_fields

SLUG = "russia-ukraine-2025"
PAGE = f"/{SLUG}/compare/"

pytestmark = pytest.mark.usefixtures("sample")


def body(response) -> str:
    return response.content.decode()


def test_where_the_sides_stood_on_2_june(client):
    page = client.get(PAGE, {"as_of": "2025-06-02"})
    rows = {row.code: row for row in page.context["comparison"].rows}
    assert page.status_code == 200
    assert [p.code for p in page.context["comparison"].principals] == ["UA", "RU"]
    ukraine, russia = rows["ceasefire"].principals
    lengths = {
        s.demand.text: [v.text for v in s.values if v.row.term.code == "duration"]
        for s in ukraine.statements
    }
    assert lengths["An unconditional ceasefire of 30 days."] == [
        "30 days",
        "at least 30 days",
        "90 days",
    ]
    assert "2–3 days" in [v.text for s in russia.loose for v in s.values]
    (group,) = russia.groups
    assert group.clause.operator == "unclear"
    assert [child.clause.label for child in group.children] == [
        "Option 1",
        "Option 2: package deal",
    ]
    assert len(group.children[1].children) == 10
    (gap,) = rows["ceasefire"].gaps
    assert gap.status == "apart"
    lengths = [(d.low, d.high) for p in gap.pairs for d in p.terms if d.term == "duration"]
    assert (lengths[0], (27, 27) in lengths) == ((0, 0), True)
    for words in ("30 days", "2–3 days", "27 days", "Option 1", "Option 2", "No answer reported"):
        assert words in body(page), words


def test_items_of_a_package_stand_in_their_own_rows(client):
    page = client.get(PAGE, {"as_of": "2025-06-02"})
    rows = {row.code: row for row in page.context["comparison"].rows}
    for code in ("force-movement", "military-aid", "martial-law", "elections", "sabotage"):
        russia = rows[code].principals[1]
        assert len(russia.statements) == 1, code
        assert russia.statements[0].path[-1].pk == russia.statements[0].demand.clause_id


def test_a_round_stands_for_its_last_day(client):
    second = Round.objects.get(number=2)
    by_round = client.get(PAGE, {"as_of_round": second.pk})
    assert str(by_round.context["comparison"].as_of) == "2025-06-02"
    assert by_round.context["comparison"].round == second


def test_before_anybody_spoke_nothing_is_coded(client):
    page = client.get(PAGE, {"as_of": "2024-01-01"})
    cells = [cell for row in page.context["comparison"].rows for cell in row.cells]
    assert {cell.blank for cell in cells} == {"not coded"}
    assert "30 days" not in body(page)


def test_rows_and_columns_asked_for(client):
    page = client.get(PAGE, {"as_of": "2025-06-02", "issue": ["ceasefire"], "party": ["RU", "TR"]})
    comparison = page.context["comparison"]
    assert [row.code for row in comparison.rows] == ["ceasefire"]
    assert [party.code for party in comparison.parties] == ["RU", "TR"]
    assert comparison.rows[0].gaps[0].parties == ("RU", "TR")
    assert 'name="issue" value="sanctions">' in body(page)
    assert 'name="issue" value="ceasefire" checked>' in body(page)
    assert 'name="party" value="UA">' in body(page)


@pytest.mark.parametrize(
    ("asked", "pairs"),
    [
        (["RU"], [("UA", "RU")]),
        (["UA", "RU"], [("UA", "RU")]),
        (["TR"], [("UA", "TR"), ("RU", "TR")]),
        (["RU", "TR"], [("RU", "TR"), ("UA", "RU")]),
        (["XX"], []),
    ],
)
def test_a_filter_of_parties_never_takes_a_gap_away_that_one_of_them_has(client, asked, pairs):
    query = {"as_of": "2025-06-02", "issue": "ceasefire", "party": asked}
    (row,) = (
        client.get(f"/api/v1/negotiations/{SLUG}/comparison/", query).json()["issues"]
        if (asked != ["XX"])
        else [{"gaps": []}]
    )
    assert [tuple(gap["parties"]) for gap in row["gaps"]] == pairs
    whole = client.get(PAGE, {"as_of": "2025-06-02"}).context["comparison"].row("ceasefire")
    for gap in row["gaps"]:
        if gap["parties"] == ["UA", "RU"]:
            assert (gap["status"], tuple(gap["closest"])) == ("apart", whole.gaps[0].closest)
            table = client.get(
                f"/api/v1/negotiations/{SLUG}/comparison/", {**query, "format": "csv"}
            )
            assert "UA–RU: apart" in b"".join(table).decode()


def test_the_closest_pair_is_named_with_who_rejects_what_and_which_step_is_not_shared(client):
    page = client.get(PAGE, {"as_of": "2025-06-02", "issue": "ceasefire"})
    (row,) = page.context["comparison"].rows
    (gap,) = row.shown_gaps
    asked, step = gap.closest.statements
    (refusal,) = gap.closest.refusals
    assert (refusal.demand, refusal.received.answer.answer) == (asked.demand.pk, "rejected")
    assert f"Russia rejects № {asked.demand.pk} (№ {refusal.received.answer.pk})" in gap.reason
    (condition,) = [line for line in gap.closest.lines if line.name == "Only if"]
    assert condition.text == "only Russia: A memorandum with dates is signed"
    shown = body(page).split('class="matrix__gap"')[-1].split("<details")[0]
    for words in (f"№ {asked.demand.pk}</a> {asked.demand.text[:30]}", step.demand.text[:30]):
        assert words in shown
    assert condition.text in shown


def test_an_answer_names_what_it_answers_and_what_is_answered_says_so(client):
    page = client.get(PAGE, {"as_of": "2025-06-02", "issue": "ceasefire"})
    (row,) = page.context["comparison"].rows
    ukraine, russia = row.principals
    said = next(s for s in ukraine.statements if s.demand.answer == "rejected")
    answered = next(s for s in russia.statements if s.demand.pk == said.demand.answers_id)
    assert (said.answer_text, said.target_text) == ("rejects", answered.demand.text)
    assert "rejected by Ukraine" in [each.text for each in answered.received]
    text = body(page)
    assert f"№ {answered.demand.pk}</a> <span" in text.split("Rejects</span>")[1]
    assert f"№ {said.demand.pk}</a>" in text.split("Rejected by Ukraine</span>")[1]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"as_of": "June"}, "2025-06-02"),
        ({"as_of": "2025-02-30"}, "2025-06-02"),
        ({"as_of_round": "x"}, "no such round"),
        ({"as_of_round": "999999999999999999999"}, "no such round"),
    ],
)
def test_a_day_that_is_none_is_said(client, query, words):
    page = client.get(PAGE, query)
    assert page.status_code == 400
    assert words in body(page)


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_only_reading(client, method):
    assert getattr(client, method)(PAGE).status_code == 405


def test_absent_and_hidden_look_the_same(client, client_of):
    Negotiation.objects.filter(slug=SLUG).update(visibility="members")
    hidden, absent = client.get(PAGE), client.get("/no-such-talks/compare/")
    assert hidden.status_code == absent.status_code == 404
    assert body(hidden) == body(absent)
    assert client_of("reader").get(PAGE).status_code == 200


def test_a_draft_is_for_editors_only(client, client_of):
    demand = Demand.objects.get(text__startswith="A short pause")
    negotiation = demand.negotiation
    draft = Demand.objects.create(
        negotiation=negotiation,
        issue=demand.issue,
        kind="offer",
        text="canary-in-a-draft",
        stated=demand.stated,
    )
    draft.holder_links.create(negotiation=negotiation, party=Party.objects.get(code="RU"))
    query = {"as_of": "2025-06-02"}
    assert draft.text in body(client_of("editor").get(PAGE, query))
    for reader in (client, client_of("reader")):
        assert draft.text not in body(reader.get(PAGE, query))


def test_what_counts_in_no_gap_stands_aside_but_is_never_all_that_is_aside(client):
    page = client.get(PAGE, {"as_of": "2025-06-02"})
    rows = {row.code: row for row in page.context["comparison"].rows}
    russia = rows["territory"].principals[1]
    assert [s.demand.kind for s in russia.aside] == ["threat"]
    assert russia.aside_kinds == ("threat",)
    assert set(russia.foremost) | set(russia.aside) == set(russia.loose)
    assert not set(russia.foremost) & set(russia.aside)
    only_claims = rows["documents"].principals[0]
    assert {s.demand.kind for s in only_claims.loose} <= {"claim", "assessment", "threat"}
    assert (only_claims.aside, only_claims.foremost) == ((), only_claims.loose)


@pytest.mark.parametrize(
    ("query", "density", "closed"),
    [({}, "compact", []), ({"density": "full", "closed": ["neutrality", "no-such"]}, "full", [1])],
)
def test_a_query_lays_the_table_out(client, query, density, closed):
    page = client.get(PAGE, {"as_of": "2025-06-02", **query})
    assert f"matrix--{density}" in body(page)
    groups = page.context["groups"]
    assert [g.lines[0].row.code for g in groups if g.closed] == ["neutrality"] * len(closed)
    assert [line.row for g in groups for line in g.lines if line.depth] != []
    assert body(page).count('class="is-closed"') == len(closed)
    assert ('meta__day">28 May 2025</span>' in body(page)) == (density == "full")
    assert "28 May" in body(page)


def again(demand, user) -> None:
    """Record a demand once more, with its values, conditions and evidence."""
    own = {"record_id": demand.pk}
    record_demand(
        user=user,
        negotiation=demand.negotiation,
        holders=list(demand.holders.all()),
        issue=demand.issue,
        clause=demand.clause,
        kind=demand.kind or "claim",
        text=demand.text,
        stated=demand.stated,
        values=[as_fields(value) for value in TermValue.objects.filter(**own)],
        links=[{"relation": "only if", "condition": "once more"}],
        evidence=[
            {"source": e.source, "basis": e.basis, "speaker": e.speaker}
            for e in Evidence.objects.filter(**own)
        ],
    )


def test_the_page_asks_as_often_for_three_of_everything_as_for_one(client):
    query = {"as_of": "2025-06-02"}

    def shown() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as captured:
            page = client.get(PAGE, query)
        cells = [cell for row in page.context["comparison"].rows for cell in row.cells]
        return len(captured), sum(len(cell.statements) for cell in cells)

    queries, statements = shown()
    editor = User.objects.get(username="editor")
    added = 0
    for demand in Demand.objects.filter(answers=None).prefetch_related("holders"):
        again(demand, editor)
        again(demand, editor)
        added += 2 * len(demand.holders.all())
    assert added >= 20
    assert shown() == (queries, statements + added)
    assert queries <= 12


def test_a_value_that_was_set_aside_says_so_without_its_stroke(client):
    page = client.get(f"{PAGE}?as_of=2025-06-02").content.decode()
    assert '<s>90 days</s><span class="hidden"> (set aside)</span>' in page
    assert "Struck through is what the editors set aside:" in page


def test_the_act_of_noting_a_silence_does_not_read_like_the_fact(client_of):
    address = f"{PAGE}?as_of=2025-06-02"
    page = client_of("editor").get(address).content.decode()
    assert "Note: no answer<span class" in page
    assert "No answer reported<span" not in page


def test_sources_to_filter_by_are_told_apart(client):
    page = client.get(PAGE, {"as_of": "2025-06-02"})
    labels = [option.label for option in page.context["menus"]["source"].options]
    assert len(labels) == len(set(labels)) > 3
    outlets = [source.outlet for source in page.context["comparison"].cited]
    doubled = next(outlet for outlet in outlets if outlets.count(outlet) > 1)
    assert doubled not in labels


def test_what_leads_to_the_making_of_a_file_says_so(client):
    html = body(client.get(PAGE, {"as_of": "2025-06-02"}))
    for words in ("Briefing (DOCX): make the file", "Everything (XLSX): make the file"):
        assert words in html
