"""Movement on the comparison, in its table and in the ledger: fictitious talks about a river."""

import pytest

from negotiations.models import Participation
from positions.comparisontable import COLUMNS, table
from positions.models import Evidence
from tests.factories import MembershipFactory, on
from tests.recording import published, published_demand
from tests.talks import days_of, river_talks

pytestmark = pytest.mark.django_db

AFTER = {"as_of": "2024-04-30", "since": "2024-02-15"}


@pytest.fixture
def talks():
    return river_talks()


def compared(client, talks, **query):
    response = client.get(f"/{talks.slug}/compare/", {**AFTER, **query})
    assert response.status_code == 200, response.content
    return response


def cell_of(response, code, party="E"):
    row = response.context["comparison"].row(code)
    return next(cell for cell in row.cells if cell.party.code == party)


def test_what_came_nearer_to_the_other_side_softened_whatever_its_code(client, talks):
    page = compared(client, talks)
    (move,) = cell_of(page, "flow").moves
    (days,) = move.telling
    assert (move.label, move.coded_text, move.move.measured) == ("softened", "hardened", True)
    assert (days.before, days.after, days.far) == (
        "27 days",
        "30 days",
        "nearer: 63 days → 60 days",
    )
    assert ([s.demand for s in move.before], [s.demand for s in move.after]) == (
        [talks.asked],
        [talks.asked_again],
    )
    text = " ".join(page.content.decode().split())
    assert "Since 15 February 2024" in text
    assert "Days of water <s>27 days</s>" in text
    assert "coded as hardened" in text
    assert [line.label for line in cell_of(page, "flow", "W").movement] == ["new", "unchanged"]
    assert [line.label for line in cell_of(page, "gauges").movement] == ["unchanged"]


def test_what_stood_then_and_not_now_is_a_move_and_no_statement(client, talks):
    talks_of = {"negotiation": talks.negotiation, "holders": [talks.east]}
    gone = published_demand(
        **talks_of,
        issue=talks.gauges,
        text="Three gauges.",
        stated=on("2 February 2024"),
        ended=on("1 April 2024"),
        ending="withdrawn",
    )
    page = compared(client, talks)
    cell = cell_of(page, "gauges")
    assert gone not in [statement.demand for statement in cell.statements]
    dropped, _unchanged = cell.moves
    assert (dropped.label, [s.demand for s in dropped.before]) == ("dropped", [gone])
    text = " ".join(page.content.decode().split())
    assert "Three gauges. (withdrawn)" in text
    assert f"/records/{gone.pk}/" in text
    source = Evidence.objects.get(record=gone.pk).source
    assert source not in page.context["comparison"].cited


def test_a_position_softens_towards_where_the_other_side_stood_then(client, talks):
    """West moves away, but only after East did: East is measured against the earlier day."""
    published_demand(
        negotiation=talks.negotiation,
        issue=talks.flow,
        holders=[talks.west],
        text="Water for a year.",
        supersedes=talks.offered,
        stated=on("20 March 2024"),
        values=[{"term": talks.days, **days_of(365)}],
    )
    page = compared(client, talks)
    (east,) = cell_of(page, "flow").moves
    assert (east.label, east.terms[0].far) == ("softened", "nearer: 63 days → 60 days")
    west = cell_of(page, "flow", "W").moves[0]
    assert (west.label, west.terms[0].far) == ("hardened", "farther: 63 days → 338 days")


def test_only_what_changed(client, talks):
    page = compared(client, talks, only="changed")
    assert [row.code for row in page.context["comparison"].rows] == ["flow"]
    text = page.content.decode()
    assert "only what changed" in text
    whole = compared(client, talks)
    assert [row.code for row in whole.context["comparison"].rows] == ["overall", "flow", "gauges"]
    later = compared(client, talks, since="2024-04-01", only="changed")
    assert later.context["comparison"].rows == ()
    # With no earlier round there is nothing to compare with, and nothing is left out.
    asked = {"as_of": "2024-04-30", "only": "changed"}
    untold = client.get(f"/{talks.slug}/compare/", asked).context["comparison"]
    assert (untold.baselines, len(untold.rows)) == ((), 3)


def test_a_party_is_told_from_its_own_round_before(client, talks):
    for party in (talks.east, talks.west):
        published(
            Participation,
            negotiation=talks.negotiation,
            round=talks.second,
            party=party,
            role="negotiating",
        )
    page = client.get(f"/{talks.slug}/compare/", {"as_of": "2024-04-30"})
    comparison = page.context["comparison"]
    assert [(b.day.isoformat(), b.text) for b in comparison.baselines] == [
        ("2024-01-10", "round 1")
    ]
    assert cell_of(page, "flow", "L").since is None
    (east,) = cell_of(page, "flow").moves
    # West had said nothing yet, so that only the editor's word tells.
    assert (east.label, east.by_editor, east.terms[0].far) == (
        "hardened",
        True,
        "not measured: the other side gave nothing on it then",
    )


def test_a_narrowed_page_tells_what_is_about_what_it_shows(client, talks):
    page = compared(client, talks, kind="offer")
    assert [line.label for line in cell_of(page, "flow", "W").movement] == ["unchanged"]
    assert cell_of(page, "flow").moves == ()


def test_drafts_do_not_move(client, talks):
    published_demand(
        negotiation=talks.negotiation,
        issue=talks.flow,
        holders=[talks.east],
        state="draft",
        stated=on("20 March 2024"),
    )
    client.force_login(talks.editor, backend="allauth.account.auth_backends.AuthenticationBackend")
    cell = cell_of(compared(client, talks), "flow")
    assert len(cell.statements) == 2
    assert [move.label for move in cell.moves] == ["softened"]


def test_the_table_has_the_movement(client, talks):
    published_demand(
        negotiation=talks.negotiation,
        holders=[talks.east],
        issue=talks.gauges,
        text="Three gauges.",
        stated=on("2 February 2024"),
        ended=on("1 April 2024"),
        ending="withdrawn",
    )
    comparison = compared(client, talks).context["comparison"]
    rows = [dict(zip(COLUMNS, line, strict=True)) for line in table(comparison).lines]
    told = {line["text"]: line for line in rows if line["party"] == "E"}
    again = told["Water for thirty days."]
    assert again["since"].isoformat() == "2024-02-15"
    assert (
        again["movement"] == "softened: Days of water 27 days → 30 days (nearer: 63 days → 60 days)"
    )
    assert told["Two gauges."]["movement"] == "unchanged"
    gone = told["Three gauges."]
    assert (gone["entry"], gone["movement"]) == ("dropped", "dropped")


def test_the_ledger_since_a_day(client, talks):
    page = client.get(f"/{talks.slug}/movement/", AFTER)
    (section,) = page.context["page"].sections
    assert section.title == "Since 15 February 2024, until 30 April 2024"
    rows = {(row.code, row.party.code): row for row in section.rows}
    assert rows.keys() == {("flow", "E"), ("flow", "W")}
    assert rows["flow", "W"].gifts[0].line == rows["flow", "E"].moves[0]
    assert rows["flow", "E"].gifts == ()
    assert {tally.party.code: tally.text for tally in section.tallies} == {
        "E": "softened 1, unchanged 1",
        "W": "new 1, unchanged 1",
    }
    text = " ".join(page.content.decode().split())
    assert "nearer: 63 days → 60 days" in text
    assert "10 January 2024" in text


def test_the_ledger_round_by_round(client, talks):
    page = client.get(f"/{talks.slug}/movement/", {"as_of": "2024-06-30"})
    after, second = page.context["page"].sections
    assert (after.title, second.title) == (
        "Since round 2, until 30 June 2024",
        "Second meeting, since round 1",
    )
    assert [(row.code, row.party.code) for row in after.rows] == [("overall", "L")]
    gifts = {row.party.code: row.gifts for row in second.rows if row.code == "flow"}
    assert [(g.party, g.line.after[0].demand) for g in gifts["E"]] == [(talks.west, talks.offered)]
    narrowed = client.get(f"/{talks.slug}/movement/", {"party": "W", "issue": "flow"})
    assert {
        (row.code, row.party.code)
        for section in narrowed.context["page"].sections
        for row in section.rows
    } == {("flow", "W")}
    nothing = client.get(f"/{talks.slug}/movement/", {"as_of": "2024-01-01"})
    assert nothing.context["page"].sections == ()
    assert "There is nothing to compare with yet." in nothing.content.decode()


def test_a_ledger_asked_wrongly(client, talks):
    page = client.get(f"/{talks.slug}/movement/", {"since": "2025-01-01", "as_of": "2024-01-01"})
    assert page.status_code == 400
    assert client.post(f"/{talks.slug}/movement/").status_code == 405
    assert client.get("/no-such-talks/movement/").status_code == 404


def test_hidden_talks_have_no_ledger(client, talks):
    talks.negotiation.visibility = "members"
    talks.negotiation.save()
    assert client.get(f"/{talks.slug}/movement/").status_code == 404
    member = MembershipFactory(negotiation=talks.negotiation, role="reader").user
    client.force_login(member, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(f"/{talks.slug}/movement/").status_code == 200
