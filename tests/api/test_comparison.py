"""The comparison for programs: the page's answer, in the agreed shape."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from negotiations import operations
from negotiations.models import Negotiation, Round
from positions.operations import record_demand
from tests.api.conftest import Talks, member, new_talks, place, program_of

pytestmark = pytest.mark.usefixtures("db")
CANARY = "Zyzzyva"


def address(slug: str) -> str:
    return place("negotiations", slug) + "comparison/"


SAMPLE = address("russia-ukraine-2025")


@pytest.fixture
def compared(client, sample) -> dict:
    return client.get(SAMPLE, {"as_of": "2025-06-02"}).json()


@pytest.fixture
def rows(compared) -> dict:
    return {row["code"]: row for row in compared["issues"]}


def cells_of(row: dict) -> dict:
    return {cell["party"]: cell for cell in row["cells"]}


def test_the_frame(client, compared):
    assert set(compared) == {
        "negotiation",
        "as_of",
        "known_on",
        "parties",
        "issues",
        "priorities",
    }
    negotiation = client.get(place("negotiations", "russia-ukraine-2025")).json()
    assert compared["negotiation"] == {
        "slug": "russia-ukraine-2025",
        "revision": negotiation["revision"],
    }
    assert compared["as_of"] == "2025-06-02"
    assert compared["parties"][:2] == [
        {"code": "UA", "name": "Ukraine", "standing": "principal"},
        {"code": "RU", "name": "Russia", "standing": "principal"},
    ]
    overall = compared["issues"][0]
    assert (overall["code"], overall["name"], overall["gaps"]) == (None, "Overall", [])
    assert [row["code"] for row in compared["issues"][1:4]] == [
        "ceasefire",
        "territory",
        "force-limits",
    ]
    for row in compared["issues"]:
        assert row.keys() == {
            "code",
            "name",
            "retired",
            "gaps",
            "cells",
            "outcomes",
            "assessments",
            "deadlocks",
        }
        assert [cell["party"] for cell in row["cells"]] == ["UA", "RU", "TR", "US", "E4", "EU"]


def offer_and_pause(cell: dict) -> list[dict]:
    begin = ("A ceasefire in return", "A short pause")
    return [d for start in begin for d in cell["demands"] if d["text"].startswith(start)]


def test_ukraine_on_the_ceasefire(rows):
    cell = cells_of(rows["ceasefire"])["UA"]
    assert cell["blank"] is None
    (demand,) = [d for d in cell["demands"] if d["text"].startswith("An unconditional")]
    shown = {name: demand[name] for name in demand if name not in {"id", "text", "terms"}}
    assert shown == {
        "kind": "demand",
        "answer": None,
        "authority": "official on the record",
        "firmness": "firm",
        "stated": {"earliest": "2025-06-02", "latest": "2025-06-02"},
        "joint": False,
        "clause": None,
        "linkages": [],
        "speakers": ["Rustem Umerov"],
        "sources": 2,
        "independent_sources": 2,
        "state": "published",
    }
    assert demand["text"]
    duration, at_least, outlier = demand["terms"][:3]
    assert at_least["quantity"] == {"low": "30", "high": None}
    assert (outlier["quantity"]["low"], outlier["rank"]) == ("90", "deprecated")
    assert duration == {
        "term": "duration",
        "quantity": {"low": "30", "high": "30"},
        "unit": "day",
        "choices": [],
        "quantifier": None,
        "others": False,
        "dates": None,
        "status": "given",
        "approximate": False,
        "per": None,
        "rank": "preferred",
    }
    assert demand["terms"][4]["choices"] == ["none"]


def test_russia_on_the_ceasefire(rows):
    cell = cells_of(rows["ceasefire"])["RU"]
    (group,) = cell["groups"]
    clauses = Client().get(place("clauses"), {"proposal": group["proposal"]}).json()["results"]
    labels = {clause["id"]: clause["label"] for clause in clauses}
    assert labels[group["clause"]] == group["label"]
    assert group["operator"] == "unclear"
    readings = {row["outlet"]: row for row in group["readings"]}
    assert readings["TASS"]["reads"] == "any"
    assert readings["TASS"]["stance"] == "reads as"
    assert readings["Interfax-Ukraine"]["speaker"] == "Vladimir Medinsky"
    assert readings["Interfax-Ukraine"]["basis"] == "official on the record"
    assert [option["label"] for option in group["options"]] == [
        "Option 1",
        "Option 2: package deal",
    ]
    first, package = group["options"]
    assert [(ref["issue"], ref["party"]) for ref in first["demands"]] == [("territory", "RU")]
    assert (first["operator"], first["options"]) == (None, [])
    assert package["operator"] == "all"
    items = [ref for item in package["options"] for ref in item["demands"]]
    assert [ref["issue"] for ref in items] == [
        "force-movement",
        "force-limits",
        "military-aid",
        "foreign-presence",
        "sabotage",
        "monitoring",
        "detainees",
        "martial-law",
        "elections",
        "settlement",
    ]
    offer, pause = offer_and_pause(cell)
    assert [ref["id"] for ref in group["demands"]] == [offer["id"]]
    assert pause["terms"][0]["quantity"] == {"low": "2", "high": "3"}
    (link,) = offer["linkages"]
    assert link == {
        "relation": "only if",
        "anchor": group["clause"],
        "condition": "",
        "text": group["label"],
        "met": False,
        "deadline": None,
    }


def test_what_hangs_on_an_option_stands_in_its_own_row(rows):
    (group,) = cells_of(rows["ceasefire"])["RU"]["groups"]
    options = [group, *group["options"], *group["options"][1]["options"]]
    for reference in [ref for option in options for ref in option["demands"]]:
        cell = cells_of(rows[reference["issue"]])[reference["party"]]
        (demand,) = [d for d in cell["demands"] if d["id"] == reference["id"]]
        assert demand["text"] == reference["text"]


def test_the_gap_on_the_ceasefire_with_all_its_pairs(rows):
    cells = cells_of(rows["ceasefire"])
    thirty = cells["UA"]["demands"][-1]
    offer, pause = offer_and_pause(cells["RU"])
    (fifth,) = [d for d in cells["RU"]["demands"] if "fifth of nine steps" in d["text"]]
    (gap,) = rows["ceasefire"]["gaps"]
    assert gap["parties"] == ["UA", "RU"]
    assert gap["status"] == "apart"
    assert gap["closest"] == [thirty["id"], fifth["id"]]
    pairs = {tuple(pair["demands"]): pair for pair in gap["pairs"]}
    assert len(pairs) == 12
    assert next(iter(pairs)) == (thirty["id"], fifth["id"])
    assert (thirty["id"], offer["id"]) in pairs
    on_the_table = pairs[thirty["id"], pause["id"]]
    assert on_the_table["terms"] == [
        {"term": "duration", "distance": {"low": "27", "high": "27"}, "unit": "day"},
        {"term": "area", "distance": {"low": "1", "high": "1"}, "unit": "step"},
    ]
    assert on_the_table["lacking"] == ["conditions"]


def test_why_a_cell_is_blank(rows):
    elections = cells_of(rows["elections"])
    assert elections["UA"]["blank"] == "none reported"
    assert elections["UA"]["demands"] == []
    (silence,) = elections["UA"]["silences"]
    shown = Client().get(place("silences", silence["id"])).json()
    assert {name: shown[name] for name in silence} == silence
    assert elections["TR"]["blank"] == "not coded"
    blanks = {cell["blank"] for row in rows.values() for cell in row["cells"]}
    assert blanks == {None, "none reported", "not coded"}


def test_nothing_now_when_all_has_ended(client):
    talks = new_talks().fill()
    operations.retract(talks["silences"], user=talks.editor)
    answer = client.get(address(talks.negotiation.slug), {"as_of": "2025-06-11"})
    (row,) = [row for row in answer.json()["issues"] if row["code"] == "issue-0"]
    assert [cell["blank"] for cell in row["cells"]] == ["nothing now"]


def test_outcomes(rows):
    exchange, commissions = rows["prisoners"]["outcomes"]
    assert commissions["confirmed_by"] == ["RU"]
    assert exchange["kind"] == "agreed in part"
    assert exchange["confirmed_by"] == ["UA", "RU"]
    assert exchange["reached"] == {"earliest": "2025-06-02", "latest": "2025-06-02"}
    assert exchange["in_force"] is None
    assert exchange["sources"] == 2
    shown = Client().get(place("outcomes", exchange["id"])).json()
    assert shown["text"] == exchange["text"]
    assert shown["terms"] == exchange["terms"]


def test_a_demand_looks_alike_in_its_collection(client, rows):
    for row in rows.values():
        for cell in row["cells"]:
            for demand in cell["demands"]:
                shown = client.get(place("demands", demand["id"])).json()
                alike = demand.keys() & shown.keys() - {"linkages"}
                assert {name: shown[name] for name in alike} == {
                    name: demand[name] for name in alike
                }
                assert "terms" in alike


def test_rows_and_columns_are_narrowed(client, sample):
    query = {"as_of": "2025-06-02", "issue": ["ceasefire", "territory"], "party": ["RU", "TR"]}
    narrow = client.get(SAMPLE, query).json()
    assert [row["code"] for row in narrow["issues"]] == ["ceasefire", "territory"]
    assert [party["code"] for party in narrow["parties"]] == ["RU", "TR"]
    for row in narrow["issues"]:
        assert [cell["party"] for cell in row["cells"]] == ["RU", "TR"]
        # The pair asked for, then the usual ones that have one of the parties shown.
        assert [gap["parties"] for gap in row["gaps"]] == [["RU", "TR"], ["UA", "RU"]]


def test_by_round(client, sample, compared):
    second = Round.objects.get(number=2)
    assert client.get(SAMPLE, {"as_of_round": second.pk}).json() == compared
    both = client.get(SAMPLE, {"as_of_round": second.pk, "as_of": "2025-06-02"})
    assert both.json() == compared
    odds = client.get(SAMPLE, {"as_of_round": second.pk, "as_of": "2025-06-03"})
    assert odds.status_code == 400
    assert list(odds.json()) == ["as_of"]


def test_the_last_day_is_the_venues(client):
    talks = new_talks().fill()
    answer = client.get(address(talks.negotiation.slug), {"as_of_round": talks["rounds"].pk})
    assert answer.json()["as_of"] == "2025-06-02"  # till 01:30 there, 22:30 on 1 June in UTC


def test_today_unless_told(client, sample):
    assert client.get(SAMPLE).json()["as_of"] == timezone.localdate().isoformat()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("as_of=yesterday", "as_of"),
        ("as_of=2025-02-30", "as_of"),
        ("as_of=02/06/2025", "as_of"),
        ("as_of=0999-12-31", "as_of"),
        ("as_of=9999-12-31", "as_of"),
        ("as_of=%00", "as_of"),
        ("as_of=", "as_of"),
        ("as_of=2025-06-02&as_of=2025-06-03", "as_of"),
        ("as_of_round=x", "as_of_round"),
        ("as_of_round=0", "as_of_round"),
        ("as_of_round=1", "as_of_round"),
        ("as_of_round=99999999999999999999999", "as_of_round"),
        ("as_of_round=%00", "as_of_round"),
        ("issue=nothing", "issue"),
        ("issue=ceasefire&issue=nothing", "issue"),
        ("issue=", "issue"),
        ("issue=%00", "issue"),
        ("party=XX", "party"),
        ("party=ua", "party"),
        ("isue=ceasefire", "isue"),
        ("page=1", "page"),
        ("known_on=soon", "known_on"),
        ("revision=0", "revision"),
        ("revision=x", "revision"),
        ("since=2025-06-03&as_of=2025-06-02", "since"),
        ("since_round=1", "since_round"),
        ("round=1", "round"),
        ("round=x", "round"),
        ("track=1", "track"),
        ("kind=wish", "kind"),
        ("firmness=soft", "firmness"),
        ("authority=rumour", "authority"),
        ("authority=inference&authority=inference", "authority"),
        ("source=1", "source"),
        ("source=99999999999999999999999", "source"),
        ("words=the", "words"),
        ("words=%00", "words"),
        ("weight=ceasefire", "weight"),
        ("weight=ceasefire:11", "weight"),
        ("weight=nothing:1", "weight"),
    ],
)
def test_what_it_cannot_answer_names_the_parameter(client, sample, query, field):
    answer = client.get(f"{SAMPLE}?{query}")
    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert answer.json()[field]


def test_rounds_that_are_planned_hidden_or_elsewhere_are_not_there(client, sample):
    talks = new_talks().fill(state="draft")
    here = address(talks.negotiation.slug)
    absent = client.get(here, {"as_of_round": 10**9})
    elsewhere = Round.objects.get(number=2, negotiation__slug="russia-ukraine-2025")
    for number in (talks["rounds"].pk, elsewhere.pk):
        answer = client.get(here, {"as_of_round": number})
        assert (answer.status_code, answer.content) == (400, absent.content)


def test_hidden_talks_are_not_there(client):
    talks = new_talks(Negotiation.Visibility.MEMBERS).fill()
    hidden, absent = (client.get(address(s)) for s in (talks.negotiation.slug, "nothing"))
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content
    reader = program_of(member(talks.negotiation, "reader"))
    assert reader.get(address(talks.negotiation.slug)).status_code == 200


@pytest.mark.parametrize("state", ["draft", "in review", "retracted"])
def test_only_editors_see_what_is_not_published(client, state):
    talks = new_talks().fill(word=CANARY, state=state)
    query = {"as_of": "2025-06-05"}
    reader = program_of(member(talks.negotiation, "reader"))
    for stranger in (client, reader):
        answer = stranger.get(address(talks.negotiation.slug), query)
        assert answer.status_code == 200
        assert CANARY not in answer.content.decode()
    seen = program_of(talks.editor).get(address(talks.negotiation.slug), query)
    states = [
        demand["state"]
        for row in seen.json()["issues"]
        for cell in row["cells"]
        for demand in cell["demands"]
    ]
    assert set(states) == (set() if state == "retracted" else {state})


def test_the_revision_rises_with_a_write(client):
    talks = new_talks().fill()
    before = client.get(address(talks.negotiation.slug)).json()["negotiation"]["revision"]
    operations.edit(talks["demands"], user=talks.editor, text="Otherwise")
    after = client.get(address(talks.negotiation.slug)).json()["negotiation"]["revision"]
    assert after == before + 1


def with_a_group(talks: Talks) -> Talks:
    """Add a demand where the latest paper's outermost clause is, so that all of it is a group."""
    record_demand(
        user=talks.editor,
        negotiation=talks.negotiation,
        text="All of this",
        kind="offer",
        holders=[talks["parties"]],
        issue=talks["issues"],
        clause=talks.earlier["clauses"],
        stated=talks["demands"].stated,
        evidence=[{"source": talks["sources"], "basis": "tabled paper"}],
    )
    return talks


@pytest.mark.parametrize("who", ["nobody", "editor"])
@pytest.mark.parametrize("query", [{"as_of": "2025-06-10"}, {"as_of_round": "first"}])
def test_queries_do_not_grow_with_the_rows(who, query):
    talks = with_a_group(new_talks().fill(8))
    if "as_of_round" in query:
        query = {"as_of_round": talks["rounds"].pk}
    client = program_of(talks.editor if who == "editor" else None)

    def asked() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address(talks.negotiation.slug), query)
        groups = [g for row in answer.json()["issues"] for c in row["cells"] for g in c["groups"]]
        assert all(option["demands"] for group in groups for option in group["options"])
        return len(groups), len(queries)

    groups, queries = asked()
    for number in (2, 4):
        with_a_group(talks.fill(number))
    more_groups, same_queries = asked()
    assert (groups, more_groups) == (1, 3)
    assert same_queries == queries <= 12 + (who == "editor") + ("as_of_round" in query)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_it_is_only_read(client, sample, method):
    assert getattr(client, method)(SAMPLE).status_code == 405
