"""Claims side by side, and facts with several values, none merged, each with who says so."""

import pytest

from negotiations.models import Source, State
from positions.operations import record_demand
from positions.rivals import Ground, Verdict
from tests.factories import EvidenceFactory, TermFactory, TermValueFactory, on
from tests.pages import signed_in
from tests.recording import published, published_demand, published_event
from tests.talks import days_of, river_talks

pytestmark = pytest.mark.django_db


@pytest.fixture
def talks():
    return river_talks()


def claim(talks, party, text, **fields):
    fields = {"issue": talks.flow, "stated": on("2 May 2024"), "kind": "claim", **fields}
    return published_demand(negotiation=talks.negotiation, holders=[party], text=text, **fields)


def claims(client, talks, **query):
    response = client.get(f"/{talks.slug}/claims/", {"as_of": "2024-05-31", **query})
    assert response.status_code == 200, response.content
    return response.context["page"]


def pairs(page) -> list[tuple[str, str, Verdict, Ground]]:
    return [
        (p.first.statement.demand.text, p.second.statement.demand.text, p.verdict, p.ground)
        for p in page.pairs
    ]


def test_claims_that_contradict_are_one_pair(client, talks):
    dry = claim(talks, talks.east, "The river ran dry.")
    claim(
        talks,
        talks.west,
        "It never did.",
        links=[{"relation": "contradicts", "anchor_id": dry.pk}],
    )
    page = claims(client, talks)
    assert pairs(page) == [("The river ran dry.", "It never did.", Verdict.EXCLUDE, Ground.LINKED)]
    shown = client.get(f"/{talks.slug}/claims/", {"as_of": "2024-05-31"}).content.decode()
    assert "They exclude each other" in shown
    assert "recorded as contradicting" in shown
    assert claims(client, talks, as_of="2024-05-01").pairs == ()


def test_an_answer_that_rejects_excludes_and_another_only_pulls(client, talks):
    dry = claim(talks, talks.east, "The river ran dry.", stated=on("3 May 2024"))
    denied = claim(
        talks, talks.west, "No.", answers_id=dry.pk, answer="rejected", stated=on("2 May 2024")
    )
    claim(
        talks,
        talks.lake,
        "Hardly.",
        kind="",
        answers_id=denied.pk,
        answer="countered",
        stated=on("4 May 2024"),
    )
    # The latest first, and the answer on the right, even where it may be the older of the two.
    assert pairs(claims(client, talks)) == [
        ("No.", "Hardly.", Verdict.PULL, Ground.UNSHARED),
        ("The river ran dry.", "No.", Verdict.EXCLUDE, Ground.REJECTED),
    ]


def test_apart_on_a_term_they_exclude_each_other(client, talks):
    forty = claim(talks, talks.east, "Forty days.", values=[{"term": talks.days, **days_of(40)}])
    claim(
        talks,
        talks.west,
        "Twenty days.",
        answers_id=forty.pk,
        answer="countered",
        values=[{"term": talks.days, **days_of(20)}],
    )
    (pair,) = claims(client, talks).pairs
    assert (pair.verdict, pair.ground_text) == (
        Verdict.EXCLUDE,
        "they differ on: Days of water",
    )


def test_an_answer_to_a_demand_is_no_claim(client, talks):
    assert claims(client, talks).pairs == ()


def test_what_a_source_says_against_a_claim_stands_beside_it(client, talks):
    claim(
        talks,
        talks.east,
        "The paper has two parts.",
        evidence=[
            {"source": talks.source, "basis": "official on the record"},
            {
                "source": {"outlet": "Printed Paper"},
                "basis": "tabled paper",
                "stance": "contradicts",
            },
        ],
    )
    (found,) = claims(client, talks).contradicted
    assert found.claim.statement.demand.text == "The paper has two parts."
    assert [row.evidence.source.outlet for row in found.against] == ["Printed Paper"]
    told = client.get(f"/{talks.slug}/claims/", {"as_of": "2024-05-31"}).content.decode()
    assert "its words are not recorded" in told
    assert [r.source.outlet for r in found.claim.statement.as_a_whole] == ["River Post"]


def test_a_source_against_a_claim_shows_what_it_gives_instead(client, talks):
    printed = Source.objects.create(
        negotiation=talks.negotiation, outlet="Printed Paper", state="published"
    )
    row = {"source": printed, "basis": "tabled paper"}
    about = claim(
        talks,
        talks.east,
        "Dry for forty days.",
        evidence=[
            {"source": talks.source, "basis": "official on the record"},
            {**row, "stance": "contradicts", "quote": "twenty days", "locator": "page 2"},
        ],
        values=[{"term": talks.days, **days_of(40)}],
    )
    rival(talks, about, 20, printed)
    (found,) = claims(client, talks).contradicted
    assert [each.gives for each in found.against] == [("Days of water: 20 days",)]
    told = client.get(f"/{talks.slug}/claims/", {"as_of": "2024-05-31"}).content.decode()
    for words in ("gives instead:", "Days of water: 20 days", "twenty days", "page 2"):
        assert words in told, words
    (line,) = client.get(
        f"/api/v1/negotiations/{talks.slug}/claims/", {"as_of": "2024-05-31"}
    ).json()["contradicted"]
    (against,) = line["against"]
    assert (against["quote"], against["evidence"]["outlet"]) == ("twenty days", "Printed Paper")
    assert [given["quantity"] for given in against["gives"]] == [{"low": "20", "high": "20"}]


def test_why_both_can_be_true_is_said_of_the_terms_they_share(client, talks):
    forty = claim(talks, talks.east, "Forty.", values=[{"term": talks.days, **days_of(40)}])
    also = {"answers_id": forty.pk, "answer": "countered"}
    claim(talks, talks.west, "Forty, too.", values=[{"term": talks.days, **days_of(40)}], **also)
    claim(talks, talks.west, "It was hot.", **also)
    grounds = {p.second.statement.demand.text: p.ground_text for p in claims(client, talks).pairs}
    assert grounds == {
        "Forty, too.": "one answers the other; something fits both on: Days of water",
        "It was hot.": "one answers the other; they give no term in common",
    }


def rival(talks, about, number, *sources, **fields):
    """Give a record a value for its days, vouched for by these sources."""
    value = TermValueFactory(
        about=about, term=talks.days, **days_of(number), state=State.PUBLISHED, **fields
    )
    for source in sources:
        EvidenceFactory(about=value, source=source, state=State.PUBLISHED)


def outlet(talks, name, **fields):
    return published(Source, negotiation=talks.negotiation, outlet=name, **fields)


def test_several_values_stand_as_several_with_the_outlier_marked(client, talks):
    demand = published_demand(
        negotiation=talks.negotiation,
        issue=talks.flow,
        holders=[talks.east],
        text="Water, for how long?",
        stated=on("2 May 2024"),
    )
    rival(talks, demand, 30, outlet(talks, "One"), outlet(talks, "Two"))
    rival(talks, demand, 90, outlet(talks, "Three"), rank="deprecated")
    (fact,) = claims(client, talks).facts
    (term,) = fact.terms
    assert (fact.title, term.independent, term.drawn) == ("Water, for how long?", 3, True)
    thirty, ninety = term.values
    assert [row.source.outlet for row in thirty.evidence] == ["One", "Two"]
    assert (thirty.weight_text, thirty.deprecated) == ("", False)
    assert ninety.weight_text == "outlier: 2 of 2 other independent sources exclude it"
    assert ninety.deprecated
    shown = client.get(f"/{talks.slug}/claims/", {"as_of": "2024-05-31"}).content.decode()
    assert "<s>90 days</s>" in shown
    assert "outlier: 2 of 2 other independent sources exclude it" in shown
    issue = client.get(f"/{talks.slug}/issues/flow/", {"as_of": "2024-05-31"}).content.decode()
    assert "outlier: 2 of 2 other independent sources exclude it" in issue
    compared = client.get(f"/{talks.slug}/compare/", {"as_of": "2024-05-31"}).content.decode()
    assert "2 readings, 3 independent sources" in compared


def test_two_reports_with_one_origin_count_as_one(client, talks):
    origin = outlet(talks, "Agency")
    relayed = [outlet(talks, name, derived_from=origin) for name in ("Relay", "Echo")]
    again = outlet(talks, "Again", derived_from=relayed[1])
    word = {"basis": "outlet's voice"}
    demand = published_demand(
        negotiation=talks.negotiation,
        issue=talks.flow,
        holders=[talks.east],
        text="Water, for how long?",
        stated=on("2 May 2024"),
        evidence=[{"source": source, **word} for source in (relayed[0], again)],
    )
    rival(talks, demand, 30, relayed[0])
    rival(talks, demand, 31, again)
    (fact,) = claims(client, talks).facts
    assert fact.terms[0].independent == 1
    assert [row.has_it_from for v in fact.terms[0].values for row in v.evidence] == [
        "Agency",
        "Echo",
    ]
    page = client.get(f"/{talks.slug}/compare/", {"as_of": "2024-05-31"})
    (statement,) = [
        s
        for row in page.context["comparison"].rows
        for cell in row.cells
        for s in cell.statements
        if s.demand == demand
    ]
    assert (statement.sources, statement.independent_sources) == (2, 1)
    assert [term.rivals for term in statement.terms] == ["2 readings, 1 independent source"]
    assert "2 sources, one origin" in " ".join(page.content.decode().split())


def test_a_value_without_evidence_of_its_own_rests_on_that_of_its_record(client, talks):
    published_demand(
        negotiation=talks.negotiation,
        issue=talks.flow,
        holders=[talks.east],
        text="Water, for how long?",
        stated=on("2 May 2024"),
        values=[{"term": talks.days, **days_of(n)} for n in (30, 31)],
        evidence=[
            {"source": talks.source, "basis": "outlet's voice"},
            {
                "source": {"outlet": "Another"},
                "basis": "outlet's voice",
                "stance": "contradicts",
            },
        ],
    )
    (fact,) = claims(client, talks).facts
    for value in fact.terms[0].values:
        assert not value.own
        assert [row.source.outlet for row in value.evidence] == ["River Post"]
        assert value.weight.independent == 1


def test_counts_of_an_event_stand_with_what_else_was_counted(client, talks):
    gates = TermFactory(negotiation=talks.negotiation, issue=None, code="gates", name="Gates")
    workers = TermFactory(negotiation=talks.negotiation, issue=None, code="men", name="Workers")
    published_event(
        negotiation=talks.negotiation,
        title="The gates break",
        happened=on("3 May 2024"),
        values=[
            *({"term": gates, **days_of(number)} for number in (4, 5)),
            {"term": workers, **days_of(9)},
        ],
    )
    (fact,) = claims(client, talks).facts
    assert (fact.kind, fact.title) == ("event", "The gates break")
    assert {t.term.name: (t.is_rival, len(t.values)) for t in fact.terms} == {
        "Gates": (True, 2),
        "Workers": (False, 1),
    }
    assert claims(client, talks, issue="flow").facts == ()
    assert claims(client, talks, issue="overall").facts[0].title == "The gates break"
    assert claims(client, talks, as_of="2024-05-02").facts == ()


def test_a_draft_claim_is_for_editors(client, talks):
    dry = claim(talks, talks.east, "The river ran dry.")
    record_demand(
        user=talks.editor,
        negotiation=talks.negotiation,
        issue=talks.flow,
        holders=[talks.west],
        kind="claim",
        text="A draft of West.",
        stated=on("3 May 2024"),
        answers_id=dry.pk,
        answer="rejected",
    )
    assert claims(client, talks).pairs == ()
    (pair,) = claims(signed_in(talks.editor), talks).pairs
    assert pair.second.statement.demand.text == "A draft of West."


def test_narrowed_by_issue(client, talks):
    for issue, name in ((talks.flow, "Flow"), (talks.gauges, "Gauges"), (None, "Whole")):
        first = claim(talks, talks.east, f"{name}: so.", issue=issue)
        claim(
            talks,
            talks.west,
            f"{name}: not so.",
            issue=issue,
            answers_id=first.pk,
            answer="rejected",
        )

    def named(**query):
        return {pair[0].split(":")[0] for pair in pairs(claims(client, talks, **query))}

    assert named() == {"Flow", "Gauges", "Whole"}
    assert named(issue="flow") == {"Flow", "Gauges"}
    assert named(issue="gauges") == {"Gauges"}
    assert named(issue="overall") == {"Whole"}
    assert client.get(f"/{talks.slug}/claims/", {"issue": "nothing"}).status_code == 400


def test_a_day_that_is_none_and_talks_that_are_not_there(client, talks):
    assert client.get(f"/{talks.slug}/claims/", {"as_of": "June"}).status_code == 400
    assert client.get("/nowhere/claims/").status_code == 404
    assert client.post(f"/{talks.slug}/claims/").status_code == 405
