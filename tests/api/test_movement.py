"""Movement for programs: in the cells of the comparison, and the ledger."""

import pytest

from tests.api.conftest import place
from tests.talks import river_talks

pytestmark = pytest.mark.django_db

AFTER = {"as_of": "2024-04-30", "since": "2024-02-15"}


@pytest.fixture
def talks():
    return river_talks()


def test_the_moves_of_a_cell(client, talks):
    answer = client.get(place("negotiations", talks.slug) + "comparison/", AFTER).json()
    (flow,) = (row for row in answer["issues"] if row["code"] == "flow")
    east = next(cell for cell in flow["cells"] if cell["party"] == "E")
    assert east["since"] == {"day": "2024-02-15", "round": None}
    (move,) = east["moves"]
    assert (move["label"], move["coded"], move["measured"]) == ("softened", "hardened", True)
    assert [said["id"] for said in move["before"]] == [talks.asked.pk]
    assert [said["id"] for said in move["after"]] == [talks.asked_again.pk]
    (term,) = move["terms"]
    assert (term["term"], term["before"], term["after"]) == ("days", "27 days", "30 days")
    assert term["direction"] == "nearer"
    assert [term[f"distance_{when}"]["unit"] for when in ("before", "after")] == ["day", "day"]


def test_the_ledger(client, talks):
    address = place("negotiations", talks.slug) + "movement/"
    answer = client.get(address, AFTER).json()
    assert answer.keys() == {"negotiation", "as_of", "sections"}
    (section,) = answer["sections"]
    assert section["since"] == {"day": "2024-02-15", "round": None}
    assert section["until"] == {"day": "2024-04-30", "round": None}
    cells = {(cell["issue"], cell["party"]): cell for cell in section["cells"]}
    assert cells.keys() == {("flow", "E"), ("flow", "W")}
    given = cells["flow", "W"]["given_meanwhile"]
    assert given == [{"party": "E", "move": cells["flow", "E"]["moves"][0]}]
    assert {tally["party"]: tally["counts"] for tally in section["tallies"]} == {
        "E": {"softened": 1, "unchanged": 1},
        "W": {"new": 1, "unchanged": 1},
    }
    by_round = client.get(address, {"as_of_round": talks.second.pk}).json()
    assert [each["until"]["round"] for each in by_round["sections"]] == [talks.second.pk]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"party": "nobody"}, "party"),
        ({"issue": "nothing"}, "issue"),
        ({"kind": "offer"}, "kind"),
        ({"only": "changed"}, "only"),
        ({"since": "2024-02-15", "as_of": "2024-01-01"}, "since"),
    ],
)
def test_what_cannot_be_asked(client, talks, query, name):
    answer = client.get(place("negotiations", talks.slug) + "movement/", query)
    assert answer.status_code == 400
    assert name in answer.json()
