"""The conditions for programs: what waits for what, and the deadlocks in it."""

import pytest
from django.test import Client

from tests.api.conftest import new_talks, place, program_of
from tests.factories import UserFactory

SLUG = "russia-ukraine-2025"
DAY = {"as_of": "2025-06-02"}
CANARY = "Zyzzyva"

pytestmark = pytest.mark.usefixtures("sample", "db")


def address(slug: str = SLUG) -> str:
    return place("negotiations", slug) + "conditions/"


def answer(**query) -> dict:
    response = Client().get(address(), {**DAY, **query})
    assert response.status_code == 200
    return response.json()


def comparison(**query) -> dict:
    return Client().get(place("negotiations", SLUG) + "comparison/", {**DAY, **query}).json()


def test_the_deadlock_with_the_demands_that_make_it():
    (deadlock,) = answer()["deadlocks"]
    assert (deadlock["key"], deadlock["parties"]) == ("ceasefire-territory", ["UA", "RU"])
    assert deadlock["readings"] == []
    assert [
        (step["issue"], each["parties"], each["relation"], each["text"][:31], each["readings"])
        for step in deadlock["steps"]
        for each in step["because"]
    ] == [
        (
            "ceasefire",
            ["RU"],
            "only if",
            "A ceasefire in return for what ",
            ["“Two options for a ceasefire”: both required"],
        ),
        ("ceasefire", ["RU"], "after", "A ceasefire of 30 days, as the ", []),
        ("territory", ["UA"], "after", "What Russia has gained since Fe", []),
    ]


def test_the_comparison_names_it_on_its_issues():
    found = {row["code"]: row["deadlocks"] for row in comparison()["issues"]}
    assert {code for code, keys in found.items() if keys} == {"ceasefire", "territory"}
    assert found["ceasefire"] == found["territory"] == ["ceasefire-territory"]


def test_the_deadline_of_the_elections():
    (elections,) = [each for each in answer()["conditions"] if each["relation"] == "within"]
    assert elections["parties"] == ["RU"]
    assert (elections["issues"], elections["anchor_issues"]) == (["elections"], ["martial-law"])
    assert (elections["met"], elections["state"]) == (False, "not met yet")
    deadline = {
        "text": "at most 100 days after “Ukraine lifts martial law”: no date yet",
        "earliest": None,
        "latest": None,
        "certain": False,
    }
    assert elections["deadline"] == deadline
    (row,) = comparison(issue="elections")["issues"]
    (link,) = [link for cell in row["cells"] for d in cell["demands"] for link in d["linkages"]]
    assert (link["relation"], link["met"], link["deadline"]) == ("within", False, deadline)


def test_the_options_with_the_sets_that_satisfy_them():
    (row,) = comparison(issue="ceasefire")["issues"]
    (group,) = next(cell for cell in row["cells"] if cell["party"] == "RU")["groups"]
    first, second = (option["clause"] for option in group["options"])
    package = [option["clause"] for option in group["options"][1]["options"]]
    assert len(package) == 10
    both, either = group["satisfied_by"]
    assert both == {
        "reading": [{"clause": group["clause"], "operator": "all"}],
        "sets": [[first, *package]],
        "in_order": False,
        "more": 0,
    }
    assert either["reading"] == [{"clause": group["clause"], "operator": "any"}]
    assert either["sets"] == [[first], package]
    assert second not in either["sets"][1]
    assert group["readings_not_listed"] == 0


def test_an_issue_narrows_it():
    whole, narrow = answer(), answer(issue="elections")
    assert len(narrow["conditions"]) < len(whole["conditions"])
    assert all(
        "elections" in each["issues"] + each["anchor_issues"] for each in narrow["conditions"]
    )
    assert narrow["deadlocks"] == []
    assert answer(issue="territory")["deadlocks"] == whole["deadlocks"]


@pytest.mark.parametrize(
    ("query", "field"),
    [({"issue": "none"}, "issue"), ({"as_of": "soon"}, "as_of"), ({"party": "RU"}, "party")],
)
def test_what_is_asked_wrongly_is_refused(query, field):
    response = Client().get(address(), query)
    assert response.status_code == 400
    assert list(response.json()) == [field]


def test_what_one_may_not_see_is_not_there():
    talks = new_talks("members").fill(word=CANARY)
    hidden = program_of(UserFactory()).get(address(talks.negotiation.slug))
    absent = program_of(UserFactory()).get(address("absent"))
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content
    drafts = new_talks().fill(word=CANARY, state="draft")
    for user in (None, UserFactory(), drafts.editor):
        seen = program_of(user).get(address(drafts.negotiation.slug))
        assert seen.status_code == 200
        assert seen.json()["conditions"] == []
        assert CANARY not in seen.content.decode()
