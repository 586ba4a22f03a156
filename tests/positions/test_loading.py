"""A folder of YAML files becomes a negotiation, or says where it is wrong and leaves nothing."""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from negotiations import ranges
from negotiations.models import Changeset, Membership, Negotiation
from positions.loading import LoadError, load
from positions.models import Clause, Demand, Evidence, Linkage, TermValue

PARTIES = """
negotiation: {slug: canal-2030, title: The canal}
parties:
  - {code: N, name: North, standing: principal}
  - {code: S, name: South, standing: principal}
sources:
  - {key: paper, outlet: The Paper, published: 3 March 2030, language: de}
issues:
  - code: water
    name: Water
    terms:
      - {code: flow, name: Flow, kind: quantity, unit: litre}
      - code: season
        name: Season
        kind: choice
        choices: [{code: dry, name: dry, ordinal: 1}, {code: wet, name: wet, ordinal: 2}]
"""
DEMANDS = """
demands:
  - key: less
    holders: [N]
    issue: water
    kind: demand
    text: Less for the south.
    stated: by 2 March 2030
    evidence:
      - {source: paper, basis: unnamed source, quote: weniger}
    values:
      - {term: flow, quantity: about 2–3}
      - term: season
        choices: [dry]
        evidence: [{source: paper, basis: inference}]
    links:
      - {relation: after, anchor: more}
  - key: more
    holders: [S]
    issue: water
    kind: demand
    text: More for the south.
    stated: 2 March 2030
    answers: offer
    answer: countered
    evidence:
      - {source: paper, basis: unnamed source}
    links:
      - {relation: only if, anchor: less}
"""
PAPERS = """
proposals:
  - key: offer
    holders: [N]
    kind: list
    title: An offer
    tabled: 1 March 2030
    evidence: [{source: paper, basis: tabled paper}]
    clauses:
      - label: All of it
        operator: in sequence
        evidence: [{source: paper, basis: tabled paper}]
        clauses:
          - label: First
            evidence: [{source: paper, basis: tabled paper}]
          - label: Second
            evidence: [{source: paper, basis: tabled paper}]
            demands:
              - key: nested
                holders: [N]
                issue: water
                kind: offer
                text: Some, in the second step.
                stated: 1 March 2030
                evidence: [{source: paper, basis: tabled paper}]
"""


@pytest.fixture
def user(db):
    return User.objects.create_user("somebody")


@pytest.fixture
def folder(tmp_path):
    for name, text in {"demands": DEMANDS, "parties": PARTIES, "papers": PAPERS}.items():
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    return tmp_path


def test_a_folder_becomes_a_negotiation(user, folder):
    negotiation = load(folder, user=user, reason="Try")
    assert (negotiation.slug, negotiation.title) == ("canal-2030", "The canal")
    less = Demand.objects.get(text="Less for the south.")
    more = Demand.objects.get(text="More for the south.")
    assert ranges.date_text(less.stated) == "by 2 March 2030"
    assert ranges.latest(more.stated) == date(2030, 3, 2)
    assert [party.code for party in less.holders.all()] == ["N"]
    flow = TermValue.objects.get(term__code="flow")
    assert (flow.quantity.lower, flow.quantity.upper, flow.approximate) == (2, Decimal(3), True)
    season = TermValue.objects.get(term__code="season")
    assert [choice.name for choice in season.choices.all()] == ["dry"]
    assert Evidence.objects.get(record=season.pk).basis == "inference"
    assert Evidence.objects.get(record=less.pk).language == "de"
    assert more.answers.model.objects.get(pk=more.answers_id).title == "An offer"
    assert {row.state for row in (less, more, flow, season)} == {"published"}


def test_linkages_may_run_in_a_circle(user, folder):
    load(folder, user=user)
    demands = {demand.pk: demand.text for demand in Demand.objects.all()}
    assert {
        (demands[link.record_id], link.relation, demands[link.anchor_id])
        for link in Linkage.objects.all()
    } == {
        ("Less for the south.", "after", "More for the south."),
        ("More for the south.", "only if", "Less for the south."),
    }


def test_clauses_become_a_tree_in_the_order_they_are_written(user, folder):
    load(folder, user=user)
    root = Clause.objects.get(parent=None)
    assert root.operator == "in sequence"
    steps = root.children.values_list("order", "label").order_by("order")
    assert list(steps) == [(1, "First"), (2, "Second")]
    assert Demand.objects.get(clause__label="Second").text == "Some, in the second step."


def test_choices_keep_the_order_in_which_they_are_written(user, folder):
    """Whichever of them is pointed to first."""
    (folder / "terms.yaml").write_text(
        "terms: [{code: bank, name: Bank, kind: set, choices: [{code: w, name: west},"
        " {code: e, name: east}]}]"
    )
    path = folder / "demands.yaml"
    path.write_text(path.read_text().replace("choices: [dry]", "choices: [wet]"))
    with_banks = "      - {term: bank, choices: [e, w]}\n      - term: season"
    path.write_text(path.read_text().replace("      - term: season", with_banks))
    load(folder, user=user)
    value = TermValue.objects.get(term__code="bank")
    assert [choice.name for choice in value.choices.all()] == ["west", "east"]


def test_all_of_it_is_one_changeset_with_its_author_and_reason(user, folder):
    negotiation = load(folder, user=user, reason="Try")
    changesets = Changeset.objects.filter(negotiation=negotiation)
    assert [(c.user_id, c.reason, c.revision) for c in changesets] == [(user.pk, "Try", 1)]


def test_nobody_becomes_a_member_by_loading(user, folder):
    load(folder, user=user)
    assert not Membership.objects.exists()


@pytest.mark.parametrize(
    ("file", "written", "instead", "message"),
    [
        ("demands", "2 March 2030\n    evidence", "2/3/30\n    evidence", "less: stated: “2/3/30”"),
        ("demands", "about 2–3", "2 litres", "less, values 1: quantity: “2 litres”"),
        ("demands", "[dry]", "[damp]", "values 2: choices: nothing here is called “damp”; there a"),
        ("demands", "issue: water", "issue: land", "less: issue: nothing here is called “land”; "),
        ("demands", "[N]", "N", "less: holders: a list is expected"),
        ("demands", "[N]", "[X]", "holders: nothing here is called “X”; there are N, S."),
        ("demands", "answers: offer", "answers: bid", "more: answers: nothing here is called “bid"),
        ("demands", "holders", "holder", "less: holder: there is no such field here; there"),
        ("demands", "kind: demand", "kind: wish", "demands.yaml, less: kind: Value 'wish' is not"),
        (
            "demands",
            "quote: weniger",
            "field: colour",
            "yaml, less: field: A demand has no field",
        ),
        ("demands", "key: more", "key: less", "less: “less” names another row already"),
        ("demands", "key: more", "key: offer", "offer: the key is taken: demands.yaml, offer"),
        ("demands", "text: Less", "stated: 2031\n    text: Less", "“stated” is given twice"),
        ("demands", "  - key: less", "  - key: [", "demands.yaml: "),
        ("demands", "demands:", "wishes:", "demands.yaml: there is no collection “wishes”"),
        ("demands", "demands:\n", "demands: none\nx:\n", "demands: a list of rows is expected"),
        ("demands", "answers: offer", "supersedes: more", "more: it points to itself by way of"),
        ("parties", "name: North", "name: no", "parties.yaml, N: name: False is no text; put it"),
        ("parties", "3 March 2030", "about 2030", "paper: published: “about 2030” is not"),
        ("parties", "name: South, ", "", "parties.yaml, S: name: This field cannot be blank."),
        ("parties", "negotiation:", "# negotiation:", "describes 0 negotiations, not one"),
        ("papers", "tabled: 1 March 2030", "tabled: soon", "papers.yaml, offer: tabled: “soon”"),
        (
            "papers",
            "label: Second",
            "label: ''",
            "clauses 2: Give the clause a label or a text",
        ),
        ("papers", "label: Second", "values: []", "clauses 2: values: there is no such field"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_left(user, folder, file, written, instead, message):
    path = folder / f"{file}.yaml"
    text = path.read_text("utf-8")
    assert written in text
    path.write_text(text.replace(written, instead, 1), "utf-8")
    with pytest.raises(LoadError) as error:
        load(folder, user=user)
    assert message in str(error.value)
    assert not Negotiation.objects.exists()


def test_what_the_database_refuses_is_told_and_nothing_is_left(user, folder):
    """A demand is published only with evidence, which is checked when all is written."""
    (folder / "more.yaml").write_text(
        "demands: [{key: bare, holders: [N], kind: offer, text: Hm., stated: 2030,"
        " state: published}]"
    )
    with pytest.raises(LoadError, match="evidence"):
        load(folder, user=user)
    assert not Negotiation.objects.exists()


def test_an_empty_folder_is_refused(user, tmp_path):
    with pytest.raises(LoadError, match=r"holds no \.yaml file"):
        load(tmp_path, user=user)


def test_the_sample_leaves_the_password_of_an_account_alone(db):
    User.objects.create_user("editor", password="their own choice")
    said = StringIO()
    call_command("load_sample", stdout=said)
    assert "The account editor was there already and keeps its password." in said.getvalue()
    assert User.objects.get(username="editor").check_password("their own choice")
    assert Membership.objects.get(user__username="editor").role == "editor"


def test_the_sample_under_a_manager_of_ones_own_makes_no_accounts(user):
    call_command("load_sample", manager="somebody", stdout=StringIO())
    assert [(m.user, m.role) for m in Membership.objects.all()] == [(user, "manager")]
    assert list(User.objects.all()) == [user]


def test_a_manager_that_does_not_exist_is_refused(db):
    with pytest.raises(CommandError, match="There is no user called nobody"):
        call_command("load_sample", manager="nobody")
    assert not Negotiation.objects.exists()
