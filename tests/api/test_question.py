"""One question, one answer: page, comparison, table and list give the same demands."""

import csv
import io
import random
from datetime import date

import pytest
from django.test import Client

from negotiations.models import Party, Round, Source, Track
from positions.footing import Footing
from positions.models import Demand, Evidence, Issue
from tests.api.conftest import place

pytestmark = pytest.mark.usefixtures("db")
SLUG = "russia-ukraine-2025"
PAGE = f"/{SLUG}/compare/"
COMPARISON = place("negotiations", SLUG) + "comparison/"


def of_page(client: Client, query) -> set[int]:
    comparison = client.get(PAGE, query).context["comparison"]
    shown = {s.demand.pk for row in comparison.rows for cell in row.cells for s in cell.statements}
    return shown | {s.demand.pk for row in comparison.rows for s in row.unheld}


def of_api(client: Client, query) -> set[int]:
    issues = client.get(COMPARISON, query).json()["issues"]
    shown = {d["id"] for row in issues for cell in row["cells"] for d in cell["demands"]}
    return shown | {d["id"] for row in issues for d in row["assessments"]}


def of_table(client: Client, query) -> set[int]:
    answer = client.get(COMPARISON, {**query, "format": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    lines = csv.DictReader(io.StringIO(text))
    return {int(line["id"]) for line in lines if line["entry"] in ("demand", "assessment")}


def of_list(client: Client, query) -> set[int]:
    answer = client.get(place("demands"), {**query, "negotiation": SLUG, "page_size": 500})
    assert answer.status_code == 200, answer.content
    return {row["id"] for row in answer.json()["results"]}


def questions(seed: int = 4, count: int = 20) -> list[dict]:
    """Return generated questions, each about a few things that the sample has."""
    dice = random.Random(seed)
    numbers = {
        "round": list(Round.objects.order_by("pk").values_list("pk", flat=True)),
        "track": list(Track.objects.order_by("pk").values_list("pk", flat=True)),
        "source": list(Source.objects.order_by("pk").values_list("pk", flat=True)),
    }
    codes = {
        "issue": [*Issue.objects.order_by("pk").values_list("code", flat=True), "overall"],
        "party": list(Party.objects.order_by("pk").values_list("code", flat=True)),
        "kind": Demand.Kind.values,
        "firmness": Demand.Firmness.values,
    }
    words = ["ceasefire", "обмен", "prisoners or regions", '"thirty days"', "withdrawal -Crimea"]
    made = []
    for _each in range(count):
        query: dict = {"as_of": dice.choice(["2025-05-16", "2025-05-31", "2025-06-02"])}
        if dice.random() < 0.4:
            query["known_on"] = dice.choice(["2025-05-18", "2025-06-02", "2025-06-03"])
        for name in dice.sample(
            [*numbers, *codes, "authority", "rests_on", "words"], dice.choice([1, 1, 2])
        ):
            if name == "authority":
                query[name] = dice.choice(Evidence.Basis.values)
            elif name == "rests_on":
                query[name] = dice.sample(Footing.values, dice.choice([1, 1, 2]))
            elif name == "words":
                query[name] = dice.choice(words)
            else:
                choices = {**numbers, **codes}[name]
                query[name] = dice.sample(choices, min(len(choices), dice.choice([1, 2, 3])))
        made.append(query)
    return made


def test_page_api_table_and_list_give_the_same_demands(client, sample):
    found = []
    for query in [{"as_of": "2025-06-02"}, {"as_of": "2025-06-02", "party": "RU"}, *questions()]:
        expected = of_list(client, query)
        assert of_page(client, query) == expected, query
        assert of_api(client, query) == expected, query
        assert of_table(client, query) == expected, query
        found.append(len(expected))
    assert sum(1 for n in found if n) >= 14
    assert len(set(found)) >= 8


def test_authority_means_at_least(client, sample):
    on_record = of_list(client, {"as_of": "2025-06-02", "authority": "official on the record"})
    papers = of_list(client, {"as_of": "2025-06-02", "authority": "tabled paper"})
    everything = of_list(client, {"as_of": "2025-06-02", "authority": "inference"})
    assert papers < on_record < everything
    bases = Evidence.objects.filter(record__in=on_record, stance="supports", field="")
    best = {pk: set() for pk in on_record}
    for record, basis in bases.values_list("record", "basis"):
        best[record].add(basis)
    assert all(b & {"joint text", "tabled paper", "official on the record"} for b in best.values())


def test_what_nobody_had_published_is_not_known(client, sample):
    """On the evening of the round the 90 days of a later text were not known, nor its answer."""
    by_then = client.get(COMPARISON, {"as_of": "2025-06-02", "known_on": "2025-06-02"}).json()
    assert by_then["known_on"] == "2025-06-02"
    shown = of_api(client, {"as_of": "2025-06-02", "known_on": "2025-06-02"})
    late = of_api(client, {"as_of": "2025-06-02"}) - shown
    assert shown
    assert late
    for pk in late:
        days = Evidence.objects.filter(record=pk, source__published__isnull=False).values_list(
            "source__published", flat=True
        )
        assert all(day.upper is None or day.upper.isoformat() > "2025-06-03" for day in days), pk


def test_an_unknown_successor_ends_nothing(client, sample):
    """A demand stands as long as nobody could know that it was replaced."""
    newer = (
        Demand.objects.published()
        .filter(supersedes__isnull=False)
        .exclude(pk__in=Demand.objects.known_on(date.fromisoformat("2025-05-31")))
        .filter(supersedes__in=Demand.objects.known_on(date.fromisoformat("2025-05-31")))
        .filter(supersedes__clause__isnull=True, supersedes__ended__isnull=True)
        .first()
    )
    assert newer is not None
    query = {"as_of": "2025-06-02"}
    assert newer.supersedes_id not in of_list(client, query)
    assert newer.supersedes_id in of_list(client, {**query, "known_on": "2025-05-31"})
    assert newer.supersedes_id in of_api(client, {**query, "known_on": "2025-05-31"})


def test_the_gap_counts_what_the_filter_leaves_out(client, sample):
    whole = client.get(COMPARISON, {"as_of": "2025-06-02", "issue": "ceasefire"}).json()
    query = {"as_of": "2025-06-02", "issue": "ceasefire", "kind": "principle"}
    narrowed = client.get(COMPARISON, {**query, "kind": "demand"}).json()
    assert narrowed["issues"][0]["gaps"] == whole["issues"][0]["gaps"]
    assert [len(c["demands"]) for c in narrowed["issues"][0]["cells"]] != [
        len(c["demands"]) for c in whole["issues"][0]["cells"]
    ]


def test_the_page_says_what_it_is_narrowed_to(client, sample):
    answer = client.get(PAGE, {"as_of": "2025-06-02", "party": "RU", "kind": "offer"})
    page = answer.content.decode()
    assert "Leave out: Party Russia" in page
    assert "Leave out: Kind offer" in page
    assert 'href="/russia-ukraine-2025/compare/?as_of=2025-06-02&amp;kind=offer"' in page
    rows = answer.context["comparison"].rows
    assert rows
    assert all(s.demand.kind == "offer" for r in rows for c in r.cells for s in c.statements)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"kind": "wish"}, "kind"),
        ({"round": "1"}, "round"),
        ({"words": "the"}, "words"),
        ({"weight": "ceasefire"}, "weight"),
        ({"known_on": "soon"}, "Write the day as year-month-day"),
        ({"since": "2025-06-03", "as_of": "2025-06-02"}, "from an earlier day"),
    ],
)
def test_what_the_page_cannot_answer_is_said(client, sample, query, told):
    answer = client.get(PAGE, query)
    assert answer.status_code == 400
    assert told in answer.content.decode()
