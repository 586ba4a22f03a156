"""The tree of a paper: recording, moving, nesting, copying, carrying over."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from negotiations.models import Changeset, Record
from negotiations.operations import Conflict
from positions.models import Clause, Demand, Evidence, Linkage, TermValue
from positions.papers import (
    add_clause,
    attach_demand,
    carry_over,
    move_clause,
    nest_clause,
    new_version,
    record_clause_tree,
    remove_clause,
    unnest_clause,
)
from tests.factories import (
    A_MONTH,
    ClauseFactory,
    NegotiationFactory,
    PartyFactory,
    ProposalFactory,
    RoundFactory,
    SourceFactory,
    TermFactory,
    UserFactory,
    on,
)
from tests.recording import published_demand, published_proposal

pytestmark = pytest.mark.django_db

TREE = [
    {
        "label": "1",
        "text": "Stop",
        "operator": "any",
        "clauses": [{"label": "a", "text": "for a month"}, {"label": "b", "text": "for good"}],
    },
    {"label": "2", "text": "Swap"},
    {"label": "3", "text": "Talk"},
]


@pytest.fixture
def editor():
    return UserFactory(username="olena")


@pytest.fixture
def paper():
    return published_proposal(title="The memorandum")


@pytest.fixture
def tree(editor, paper):
    """The clauses of a paper by their labels."""
    record_clause_tree(user=editor, proposal=paper, clauses=TREE)
    return by_label(paper)


def by_label(paper):
    return {clause.label: clause for clause in Clause.objects.filter(proposal=paper)}


def shape(paper):
    """Return the labels as they stand in each other, and check that siblings count from 1."""

    def inside(parent):
        rows = list(Clause.objects.filter(proposal=paper, parent=parent).order_by("order"))
        if parent is not None:
            assert [row.order for row in rows] == list(range(1, len(rows) + 1))
        return [(row.label, inside(row)) if inside(row) else row.label for row in rows]

    return inside(None)


def test_a_tree_stands_in_an_outermost_clause_named_like_the_paper(editor, paper):
    made = record_clause_tree(user=editor, proposal=paper, clauses=TREE, reason="From the paper")
    assert [clause.label for clause in made] == ["1", "2", "3"]
    assert shape(paper) == [("The memorandum", [("1", ["a", "b"]), "2", "3"])]
    first = by_label(paper)["1"]
    assert (first.text, first.operator, first.state) == ("Stop", "any", "published")
    changeset = Changeset.objects.filter(user_id=editor.pk).latest("revision")
    assert (changeset.reason, changeset.history.count()) == ("From the paper", 6)


def test_what_comes_later_stands_at_the_end_or_behind_a_clause(editor, paper, tree):
    add_clause(user=editor, proposal=paper, label="4")
    add_clause(user=editor, proposal=paper, label="c", parent=tree["1"])
    added = add_clause(user=editor, proposal=paper, label="1a", after=tree["1"])
    assert (added.parent_id, added.order) == (tree["1"].parent_id, 2)
    assert shape(paper) == [("The memorandum", [("1", ["a", "b", "c"]), "1a", "2", "3", "4"])]


def test_the_outermost_clause_takes_fields_of_its_own(editor, paper):
    source = SourceFactory(negotiation=paper.negotiation, state="published")
    record_clause_tree(
        user=editor,
        proposal=paper,
        clauses=[{"label": "1", "evidence": [{"source": source, "basis": "tabled paper"}]}],
        root={"label": "The whole", "operator": "in sequence"},
    )
    root, first = by_label(paper)["The whole"], by_label(paper)["1"]
    assert (root.operator, root.parent) == ("in sequence", None)
    assert Evidence.objects.get(record=first.pk).basis == "tabled paper"


def test_clauses_of_a_draft_are_drafts(editor):
    paper = ProposalFactory()
    assert add_clause(user=editor, proposal=paper, label="1").state == "draft"


def test_an_error_deep_inside_leaves_nothing_behind(editor, paper):
    bad = [{"label": "1", "clauses": [{"label": "", "text": ""}]}]
    with pytest.raises(ValidationError) as refused:
        record_clause_tree(user=editor, proposal=paper, clauses=bad)
    assert "Give the clause a label or a text." in refused.value.messages
    assert not Clause.objects.exists()


def test_nothing_is_put_into_another_paper(editor, paper, tree):
    other = ClauseFactory(negotiation=paper.negotiation)
    for place in ({"parent": other}, {"after": other}, {"after": tree["The memorandum"]}):
        with pytest.raises(ValidationError):
            add_clause(user=editor, proposal=paper, label="x", **place)
    assert "x" not in by_label(paper)


@pytest.mark.parametrize(
    ("label", "by", "order"),
    [("3", -1, ["1", "3", "2"]), ("1", 1, ["2", "1", "3"]), ("1", 2, ["2", "3", "1"])],
)
def test_a_clause_moves_among_its_siblings(editor, paper, tree, label, by, order):
    moved = move_clause(tree[label], user=editor, by=by)
    siblings = Clause.objects.filter(parent=tree["The memorandum"]).order_by("order")
    assert [c.label for c in siblings] == order
    assert [c.order for c in siblings] == [1, 2, 3]
    assert (moved.order, moved.version) == (order.index(label) + 1, 2)


@pytest.mark.parametrize(
    ("label", "by", "words"),
    [("1", -1, "It stands first already."), ("3", 1, "It stands last already.")],
)
def test_there_is_no_place_beyond_the_ends(editor, paper, tree, label, by, words):
    before = shape(paper)
    with pytest.raises(ValidationError) as refused:
        move_clause(tree[label], user=editor, by=by)
    assert refused.value.messages == [words]
    assert shape(paper) == before


def test_nest_and_unnest_undo_each_other(editor, paper, tree):
    nested = nest_clause(tree["2"], user=editor)
    assert (nested.parent, nested.order) == (tree["1"], 3)
    assert shape(paper) == [("The memorandum", [("1", ["a", "b", "2"]), "3"])]
    unnested = unnest_clause(nested, user=editor)
    assert (unnested.parent, unnested.order) == (tree["The memorandum"], 2)
    assert shape(paper) == [("The memorandum", [("1", ["a", "b"]), "2", "3"])]


def test_what_stands_inside_comes_along(editor, paper, tree):
    unnest_clause(tree["a"], user=editor)
    move_clause(tree["1"], user=editor, by=1)
    assert shape(paper) == [("The memorandum", ["a", ("1", ["b"]), "2", "3"])]
    nest_clause(by_label(paper)["1"], user=editor)
    assert shape(paper) == [("The memorandum", [("a", [("1", ["b"])]), "2", "3"])]


def test_what_cannot_be_nested_says_why(editor, paper, tree):
    with pytest.raises(ValidationError, match="No clause stands above it"):
        nest_clause(tree["1"], user=editor)
    for label in ("1", "The memorandum"):
        with pytest.raises(ValidationError, match="It stands inside no other clause"):
            unnest_clause(tree[label], user=editor)


@pytest.mark.parametrize("act", [nest_clause, unnest_clause, remove_clause])
def test_who_moves_what_somebody_else_has_moved_is_told(editor, paper, tree, act):
    move_clause(tree["b"], user=editor, by=-1)
    before = shape(paper)
    with pytest.raises(Conflict):
        act(tree["b"], user=editor, version=1)
    with pytest.raises(Conflict):
        move_clause(tree["a"], user=editor, by=-1, version=1)
    assert shape(paper) == before


def test_siblings_without_an_order_get_one(editor, paper):
    root = ClauseFactory(proposal=paper, state="published", label="whole")
    for label in ("x", "y", "z"):
        ClauseFactory(parent=root, state="published", label=label)
    move_clause(by_label(paper)["z"], user=editor, by=-1)
    assert shape(paper) == [("whole", ["x", "z", "y"])]


def test_a_clause_goes_with_what_is_inside_it(editor, paper, tree):
    remove_clause(tree["1"], user=editor, version=1)
    assert shape(paper) == [("The memorandum", ["2", "3"])]


def test_a_clause_on_which_something_rests_stays(editor, paper, tree):
    demand = published_demand(negotiation=paper.negotiation, clause=tree["a"])
    before = shape(paper)
    with pytest.raises(ValidationError, match=f"Demand {demand.pk} rests on it"):
        remove_clause(tree["1"], user=editor)
    assert shape(paper) == before


def test_a_clause_that_is_gone_cannot_be_moved(editor, paper, tree):
    remove_clause(tree["2"], user=editor)
    for act in (nest_clause, unnest_clause, remove_clause):
        with pytest.raises(ValidationError, match="not there any more"):
            act(tree["2"], user=editor)


def test_a_demand_is_put_into_a_clause_and_taken_out(editor, paper, tree):
    demand = published_demand(negotiation=paper.negotiation)
    assert attach_demand(demand, user=editor, clause=tree["a"], version=1).clause == tree["a"]
    with pytest.raises(Conflict):
        attach_demand(demand, user=editor, clause=tree["b"], version=1)
    assert attach_demand(demand, user=editor, clause=None, version=2).clause is None


@pytest.fixture
def held(editor):
    """A joint paper in three clauses and a demand in one of them, on the word of a source."""
    talks = NegotiationFactory()
    parties = PartyFactory.create_batch(2, negotiation=talks)
    source = SourceFactory(negotiation=talks, state="published", outlet="Gazette")
    paper = published_proposal(
        negotiation=talks, holders=parties, languages=["uk", "en"], kind="draft agreement"
    )
    record_clause_tree(user=editor, proposal=paper, clauses=TREE, root={"operator": "all"})
    tree = by_label(paper)
    demand = published_demand(
        negotiation=talks,
        holders=parties,
        obligors=parties[:1],
        clause=tree["a"],
        text="Stop for a month",
        values=[{"term": TermFactory(negotiation=talks), "quantity": A_MONTH}],
        links=[
            {"relation": "only if", "anchor": Record.objects.get(pk=tree["2"].pk)},
            {"relation": "unless", "condition": "it rains"},
        ],
    )
    return paper, demand, source


def test_a_new_version_has_the_same_holders_and_clauses(editor, held):
    paper, _demand, source = held
    meeting = RoundFactory(negotiation=paper.negotiation, state="published")
    newer = new_version(
        user=editor,
        proposal=paper,
        title="Second draft",
        tabled=on("9 June 2025"),
        round=meeting,
        evidence=[{"source": source, "basis": "tabled paper"}],
    )
    assert (newer.supersedes, newer.title, newer.kind) == (paper, "Second draft", paper.kind)
    assert (newer.languages, newer.round, newer.state) == (["uk", "en"], meeting, "published")
    assert set(newer.holders.all()) == set(paper.holders.all())
    assert shape(newer) == shape(paper)
    assert [c.operator for c in Clause.objects.filter(proposal=newer).order_by("pk")] == [
        c.operator for c in Clause.objects.filter(proposal=paper).order_by("pk")
    ]
    assert not Demand.objects.filter(clause__proposal=newer).exists()


def test_a_new_version_of_a_paper_without_clauses_has_none(editor, paper):
    newer = new_version(user=editor, proposal=paper, tabled=on("9 June 2025"))
    assert newer.title == paper.title
    assert not newer.clauses.exists()


def test_the_demands_of_the_old_version_end_with_it(editor, held):
    paper, demand, _source = held
    new_version(user=editor, proposal=paper, tabled=on("9 June 2025"))
    assert demand in Demand.objects.current(on("8 June 2025").lower)
    assert demand not in Demand.objects.current(on("9 June 2025").lower)


def test_what_is_carried_over_says_the_same_in_the_new_version(editor, held):
    paper, demand, source = held
    newer = new_version(
        user=editor,
        proposal=paper,
        tabled=on("9 June 2025"),
        evidence=[{"source": source, "basis": "tabled paper", "locator": "page 2", "quote": "30"}],
    )
    tree = by_label(newer)
    carried = carry_over(demand, user=editor, clause=tree["a"])
    assert (carried.supersedes, carried.movement, carried.clause) == (demand, "restated", tree["a"])
    assert (carried.text, carried.kind, carried.issue) == (demand.text, demand.kind, demand.issue)
    assert (carried.stated, carried.state) == (on("9 June 2025"), "published")
    assert set(carried.holders.all()) == set(demand.holders.all())
    assert list(carried.obligors.all()) == list(demand.obligors.all())
    assert TermValue.objects.get(record=carried.pk).quantity == A_MONTH
    anchored, worded = Linkage.objects.filter(record=carried.pk).order_by("pk")
    assert (anchored.anchor_id, worded.condition) == (tree["2"].pk, "it rains")
    evidence = Evidence.objects.get(record=carried.pk)
    assert (evidence.source, evidence.basis) == (source, "tabled paper")
    assert (evidence.locator, evidence.quote) == ("page 2", "")


def test_without_a_word_for_the_paper_it_is_carried_over_as_a_draft(editor, held):
    paper, demand, _source = held
    newer = new_version(user=editor, proposal=paper, tabled=on("9 June 2025"))
    assert carry_over(demand, user=editor, clause=by_label(newer)["a"]).state == "draft"


def test_the_clause_itself_is_believed_before_the_paper(editor, held):
    paper, demand, source = held
    newer = new_version(
        user=editor,
        proposal=paper,
        tabled=on("9 June 2025"),
        evidence=[{"source": {"outlet": "Another"}, "basis": "inference"}],
    )
    clause = add_clause(
        user=editor,
        proposal=newer,
        label="d",
        evidence=[
            {"source": source, "basis": "tabled paper"},
            {"source": source, "basis": "inference", "field": "operator", "reads": "any"},
        ],
    )
    carried = carry_over(demand, user=editor, clause=clause, firmness="firm")
    assert Evidence.objects.get(record=carried.pk).source == source
    assert carried.firmness == "firm"


@pytest.mark.django_db(transaction=True)
def test_editors_who_add_at_once_get_places_of_their_own(editor, paper):
    root = add_clause(user=editor, proposal=paper, label="0").parent

    def add(number):
        try:
            add_clause(user=editor, proposal=paper, parent=root, label=str(number))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(1, 13)))
    orders = Clause.objects.filter(parent=root).order_by("order").values_list("order", flat=True)
    assert list(orders) == list(range(1, 14))
