"""The page of conditions, and where other pages tell of them."""

import re

import pytest

from positions.models import Clause, Demand
from tests.factories import on
from tests.recording import published_clause, published_demand, published_proposal
from tests.talks import river_talks

SLUG = "russia-ukraine-2025"
DAY = {"as_of": "2025-06-02"}
DEADLOCK = "deadlock-ceasefire-territory"

pytestmark = pytest.mark.usefixtures("sample")


def text_of(page) -> str:
    assert page.status_code == 200
    markup = re.sub(r"<(script|style)\b.*?</\1>", " ", page.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", markup).split())


def test_the_loop_of_ceasefire_before_talks_against_withdrawal_before_ceasefire(client):
    page = client.get(f"/{SLUG}/conditions/", DAY)
    text = text_of(page)
    assert f'id="{DEADLOCK}"' in page.content.decode()
    (deadlock,) = page.context["page"].deadlocks
    assert [
        (step.place.name, step.on.name, {party.name for b in step.because for party in b.parties})
        for step in deadlock.steps
    ] == [("Ceasefire", "Territory", {"Russia"}), ("Territory", "Ceasefire", {"Ukraine"})]
    for words in (
        "Ceasefire → Territory → Ceasefire",
        "talks on territory start at the line of contact, and only after a ceasefire.",
        "A ceasefire of 30 days, as the fifth of nine steps.",
        "if read so: “Two options for a ceasefire”: both required",
        "It holds under every reading.",
    ):
        assert words in text, words


def test_there_was_none_after_the_first_round(client):
    """Ukraine had by then given up that the ceasefire comes before the talks."""
    page = client.get(f"/{SLUG}/conditions/", {"as_of": "2025-05-16"})
    assert page.context["page"].deadlocks == ()
    assert "None: nothing recorded waits for itself" in text_of(page)


def test_the_drawing_and_the_table_say_the_same(client):
    page = client.get(f"/{SLUG}/conditions/", DAY)
    shown = page.context["page"]
    drawn = {(arrow.line.arrow.first, arrow.line.arrow.then) for arrow in shown.drawing.arrows}
    listed = {
        (
            str(each.anchor) if each.anchor else f"words {each.on.casefold()}",
            str(each.record.pk),
        )
        for each in shown.conditions
    }
    assert drawn == listed
    words = {box.box.id: [line for _y, line, _head in box.lines] for box in shown.drawing.boxes}
    for each in shown.conditions:
        assert " ".join(words[str(each.record.pk)]).endswith(" ".join(each.text.split()))
    text = text_of(page)
    assert "at most 100 days after that: no date yet" in text
    assert sum(each.blocked for each in shown.conditions) == 3
    assert page.content.decode().count("conditions__mark") == 3
    steps = [each for each in shown.conditions if each.is_step]
    assert [each.label for each in steps] == ["step after"] * 8
    assert not any(each.relation == "contradicts" for each in shown.conditions)


def test_an_issue_narrows_it(client):
    page = client.get(f"/{SLUG}/conditions/", {**DAY, "issue": "elections"})
    texts = {each.text for each in page.context["page"].conditions}
    assert "Elections are held in Ukraine within 100 days of the end of martial law." in texts
    assert page.context["page"].deadlocks == ()
    assert 'value="elections" checked>' in page.content.decode()


def test_comparison_and_issue_lead_to_the_deadlock(client):
    link = f"/{SLUG}/conditions/?as_of=2025-06-02#{DEADLOCK}"
    for address in (f"/{SLUG}/compare/", f"/{SLUG}/issues/ceasefire/"):
        assert link in client.get(address, DAY).content.decode()
    assert "#deadlock" not in client.get(f"/{SLUG}/issues/elections/", DAY).content.decode()
    rows = client.get(f"/{SLUG}/compare/", DAY).context["comparison"].rows
    assert [row.code for row in rows if row.deadlocks] == ["ceasefire", "territory"]


def test_a_deadline_stands_beside_its_linkage_wherever_that_is_shown(client):
    elections = Demand.objects.get(issue__code="elections")
    paper = elections.clause.proposal_id
    words = "at most 100 days after that: no date yet"
    for address in (
        f"/{SLUG}/compare/?as_of=2025-06-02",
        f"/{SLUG}/issues/elections/?as_of=2025-06-02",
        f"/{SLUG}/proposals/{paper}/",
        f"/{SLUG}/records/{elections.pk}/",
    ):
        assert words in text_of(client.get(address)), address


def test_what_hangs_on_a_demand_is_shown_at_its_end_too(client):
    rows = {
        row.code: row for row in client.get(f"/{SLUG}/compare/", DAY).context["comparison"].rows
    }
    hanging = {
        s.demand.text: [(h.link.row.relation, [p.code for p in h.parties]) for h in s.hanging]
        for code in ("martial-law", "territory", "ceasefire")
        for cell in rows[code].cells
        for s in cell.statements
        if s.hanging
    }
    assert hanging["Ukraine lifts martial law."] == [("within", ["RU"])]
    assert hanging[
        "All Ukrainian forces leave the regions of Donetsk, Luhansk, Kherson and Zaporizhzhia."
    ] == [("after", ["RU"])]
    text = text_of(client.get(f"/{SLUG}/compare/", {**DAY, "issue": "martial-law"}))
    assert "Hangs on this: within Elections are held in Ukraine within 100 days" in text


def test_what_would_satisfy_russias_options(client):
    """Under *all* the first option and the ten points; under *any* the one or the others."""
    options = Clause.objects.get(label="Two options for a ceasefire")
    page = client.get(f"/{SLUG}/proposals/{options.proposal_id}/")
    groups = {group.node.clause: group for group in page.context["page"].groups}
    assert [str(clause) for clause in groups] == [
        "Russia's memorandum",
        "Two options for a ceasefire",
        "Section III: nine steps",
    ]
    both, either = groups[options].readings
    assert [text for _clause, text in both.texts] == ["both required"]
    assert [[str(leaf.clause) for leaf in way.leaves] for way in both.ways] == [
        [
            "Option 1",
            "Movement of forces",
            "Demobilisation",
            "Foreign military aid",
            "Foreign presence",
            "Sabotage",
            "Monitoring",
            "Amnesty and civilians",
            "Martial law",
            "Elections",
            "An agreement on section I",
        ]
    ]
    assert [text for _clause, text in either.texts] == ["either suffices"]
    assert [len(way.leaves) for way in either.ways] == [1, 10]
    assert [tally.texts for way in either.ways for tally in way.tallies] == [
        ("1 no answer reported",),
        ("10 no answer reported",),
    ]
    reads = [(row.text, row.evidence.source.outlet) for row in groups[options].reads]
    assert ("either suffices", "TASS") in reads
    assert ("unclear whether both are required", "CNN") in reads
    text = text_of(page)
    assert "What would satisfy it" in text
    assert "11 no answer reported" in text
    assert "9 not coded yet 0 of 9 accepted in their order" in text
    compared = text_of(client.get(f"/{SLUG}/compare/", DAY))
    assert ": 1 and 2 (both required) · 1 or 2 (either suffices)" in compared


def test_answers_to_a_clause_a_demand_in_it_and_the_whole(client, db):
    talks = river_talks()
    here = {"negotiation": talks.negotiation}
    paper = published_proposal(**here, holders=[talks.east])
    root = published_clause(proposal=paper, label="Whole", operator="all")
    first = published_clause(proposal=paper, parent=root, label="First", order=1)
    second = published_clause(proposal=paper, parent=root, label="Second", order=2)
    published_clause(proposal=paper, parent=root, label="Third", order=3)
    asked = published_demand(**here, issue=talks.flow, holders=[talks.east], clause=second)
    for target, answer in ((paper, "rejected"), (first, "accepted"), (asked, "will consider")):
        published_demand(**here, holders=[talks.west], kind="", answer=answer, answers_id=target.pk)
    page = client.get(f"/{talks.slug}/proposals/{paper.pk}/")
    (group,) = page.context["page"].groups
    (way,) = group.readings[0].ways
    assert [
        (str(leaf.clause), [(cell.state, cell.text, str(cell.by or "")) for cell in leaf.cells])
        for leaf in way.leaves
    ] == [
        ("First", [("accepted", "accepted", "")]),
        ("Second", [("answered otherwise", "will consider", "")]),
        ("Third", [("refused", "rejected", "Whole")]),
    ]
    assert "1 accepted, 1 answered otherwise, 1 refused" in text_of(page)


def test_a_fulfilled_condition_is_told_and_makes_no_deadlock(client, db):
    talks = river_talks()
    here = {"negotiation": talks.negotiation}
    waits = {"relation": "only if"}
    water = published_demand(
        **here,
        issue=talks.gauges,
        holders=[talks.west],
        text="Gauges first.",
        stated=on("April 2024"),
        links=[{**waits, "anchor_id": talks.asked_again.pk}],
    )
    published_demand(
        **here,
        issue=talks.flow,
        holders=[talks.east],
        text="Flow after gauges.",
        stated=on("April 2024"),
        links=[{**waits, "anchor_id": water.pk}],
    )
    address = f"/{talks.slug}/conditions/"
    (deadlock,) = client.get(address).context["page"].deadlocks
    assert deadlock.key == "flow-gauges"
    asked = Demand.objects.filter(pk=talks.asked_again.pk)
    asked.update(ended=on("1 May 2024"), ending="fulfilled")
    page = client.get(address)
    assert page.context["page"].deadlocks == ()
    assert "met 1 May 2024" in text_of(page)
    assert client.get(address, {"as_of": "2024-04-30"}).context["page"].deadlocks


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"/{SLUG}/conditions/?as_of=soon", 400),
        (f"/{SLUG}/conditions/?issue=none-such", 400),
        ("/none-such/conditions/", 404),
    ],
)
def test_what_is_asked_wrongly(client, address, status):
    assert client.get(address).status_code == status
    assert client.post(address).status_code == 405
