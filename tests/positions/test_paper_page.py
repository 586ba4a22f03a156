"""A paper's page as data: the tree, what stands in it, what was answered, what changed."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from negotiations.models import Record
from positions import paperpage
from positions.papers import carry_over, new_version, record_clause_tree
from positions.question import Question
from tests.factories import (
    A_MONTH,
    ClauseFactory,
    DemandFactory,
    IssueFactory,
    MembershipFactory,
    NegotiationFactory,
    PartyFactory,
    RoundFactory,
    SourceFactory,
    TermFactory,
    UserFactory,
    on,
)
from tests.recording import (
    published_clause,
    published_demand,
    published_outcome,
    published_proposal,
    published_silence,
)

pytestmark = pytest.mark.django_db

NOBODY = AnonymousUser()
TODAY = date(2025, 6, 10)


@pytest.fixture
def talks():
    return NegotiationFactory()


@pytest.fixture
def editor(talks):
    return MembershipFactory(negotiation=talks, user=UserFactory(username="olena")).user


@pytest.fixture
def sides(talks):
    return [
        PartyFactory(negotiation=talks, code=code, name=name, order=order)
        for order, (code, name) in enumerate([("A", "Arden"), ("B", "Borland")])
    ]


@pytest.fixture
def paper(talks, sides):
    return published_proposal(negotiation=talks, holders=sides[:1], title="The memorandum")


@pytest.fixture
def tree(editor, paper):
    """Clauses by their labels: two options in the first, and a second."""
    options = [{"label": "a", "text": "for a month"}, {"label": "b", "text": "for good"}]
    rows = [
        {"label": "1", "text": "Stop", "operator": "any", "clauses": options},
        {"label": "2", "text": "Swap"},
    ]
    record_clause_tree(user=editor, proposal=paper, clauses=rows)
    return {clause.label: clause for clause in paper.clauses.all()}


def page_of(paper, user=NOBODY, compared=None, **clocks):
    return paperpage.build(
        negotiation=paper.negotiation,
        user=user,
        proposal=paper,
        question=Question(**{"as_of": TODAY, **clocks}),
        compared=compared,
    )


def node_of(page, label):
    return next(node for node in page.rows if node.clause.label == label)


def answer(party, record, word="rejected", **fields):
    return published_demand(
        negotiation=party.negotiation,
        holders=[party],
        kind="",
        answers_id=record.pk,
        answer=word,
        **fields,
    )


def test_the_clauses_in_the_order_of_reading(paper, tree):
    page = page_of(paper)
    rows = [(node.clause.label, node.depth, node.parts) for node in page.rows]
    assert rows == [("The memorandum", 0, 4), ("1", 1, 2), ("a", 2, 0), ("b", 2, 0), ("2", 1, 0)]
    first, second, last = (node_of(page, label) for label in ("1", "b", "2"))
    assert (first.can_rise, first.can_sink, first.can_leave) == (False, True, False)
    assert (second.can_rise, second.can_sink, second.can_leave) == (True, False, True)
    assert (last.can_rise, last.can_sink, last.can_leave) == (True, False, False)
    assert first.operator_text == "either suffices"


def test_who_holds_it_and_who_may_answer(paper, tree, sides):
    page = page_of(paper)
    assert page.holders == (sides[0],)
    assert page.parties == (sides[1],)
    assert [party.side for party in page.parties] == [2]


def test_nobody_owns_up_to_it_so_that_everybody_may_answer(talks, sides):
    page = page_of(published_proposal(negotiation=talks))
    assert page.holders == ()
    assert page.parties == tuple(sides)
    assert page.root is None


def test_a_holder_who_disowns_a_joint_paper_has_a_column(talks, sides):
    joint = published_proposal(negotiation=talks, holders=sides)
    assert page_of(joint).parties == ()
    answer(sides[1], joint, "accepted with reservation")
    page = page_of(joint)
    assert page.parties == (sides[1],)
    (cell,) = page.answered
    assert cell.answers[0].statement.demand.answer == "accepted with reservation"


def test_answers_stand_beside_what_they_answer(paper, tree, sides):
    whole = answer(sides[1], paper, "noted")
    to_clause = answer(sides[1], tree["a"])
    demand = published_demand(negotiation=paper.negotiation, holders=sides[:1], clause=tree["2"])
    to_demand = answer(sides[1], demand, "countered")
    page = page_of(paper)

    def answered(label):
        return [
            (placed.statement.demand, placed.about)
            for placed in node_of(page, label).cells[0].answers
        ]

    assert answered("The memorandum") == [(whole, None)]
    assert answered("a") == [(to_clause, None)]
    assert answered("2") == [(to_demand, demand)]
    assert answered("b") == []
    assert not node_of(page, "b").cells[0].holds
    assert node_of(page, "The memorandum").cells[0].target == paper.pk
    assert node_of(page, "a").cells[0].target == tree["a"].pk


def test_an_answer_that_was_replaced_or_ended_is_over(paper, tree, sides):
    first = answer(sides[1], tree["a"])
    answer(sides[1], tree["a"], "accepted", issue=first.issue, supersedes=first)
    answer(sides[1], tree["b"], ended=on("9 June 2025"), ending="withdrawn")
    page = page_of(paper)
    assert [placed.over for placed in node_of(page, "a").cells[0].answers] == [True, False]
    assert [placed.over for placed in node_of(page, "b").cells[0].answers] == [True]


def test_what_was_answered_above_stands_in_every_cell_below_that_has_nothing_nearer(
    paper, tree, sides
):
    silence = published_silence(
        negotiation=paper.negotiation,
        party=sides[1],
        about_id=tree["1"].pk,
        looked_until=on("5 June 2025"),
    )
    answer(sides[1], tree["a"])
    page = page_of(paper)
    lines = {node.clause.label: node.cells[0] for node in page.lines}
    assert (lines["1"].silences, lines["1"].inherited) == ((silence,), None)
    assert (lines["a"].stands.text, lines["a"].inherited) == ("rejected", None)
    below = lines["b"].inherited
    assert (below.text, below.by) == ("no answer reported", tree["1"])
    (reading,) = (r for g in page.groups if g.node.clause.label == "1" for r in g.readings)
    in_sets = {leaf.clause.label: leaf.cells[0].text for way in reading.ways for leaf in way.leaves}
    assert in_sets == {label: lines[label].stands.text for label in ("a", "b")}
    assert lines["2"].inherited is None
    assert page_of(paper, as_of=date(2025, 6, 4)).lines[3].cells[0].inherited is None


def test_it_is_shown_as_it_stood_on_a_day(paper, tree, sides):
    published_demand(
        negotiation=paper.negotiation,
        holders=sides[:1],
        clause=tree["a"],
        stated=on("3 June 2025"),
        ended=on("8 June 2025"),
        ending="withdrawn",
    )
    answer(sides[1], tree["a"], stated=on("6 June 2025"))
    newer = published_proposal(
        negotiation=paper.negotiation, supersedes=paper, tabled=on("7 June 2025")
    )

    def shown(day):
        page = page_of(paper, as_of=date(2025, 6, day))
        node = node_of(page, "a")
        over = [placed.over for placed in node.demands]
        return over, len(node.cells[0].answers), page.newer, page.ahead

    assert shown(2) == ([], 0, (), False)
    assert shown(4) == ([False], 0, (), False)
    assert shown(6) == ([False], 1, (), False)
    assert shown(9) == ([True], 1, (newer,), False)
    assert page_of(newer, as_of=date(2025, 6, 6)).ahead
    assert page_of(paper, known_on=date(2000, 1, 1)).ahead


def test_third_parties_answer_in_a_column_of_their_own(paper, tree):
    assert not page_of(paper).others
    court = PartyFactory(negotiation=paper.negotiation, standing="stakeholder")
    answer(court, tree["b"])
    page = page_of(paper)
    assert page.others
    assert [cell.party for cell in node_of(page, "b").others] == [court]
    assert node_of(page, "a").others == ()


def test_silences_stand_beside_what_they_are_about(paper, tree, sides):
    silence = published_silence(
        negotiation=paper.negotiation, party=sides[1], about_id=tree["2"].pk
    )
    page = page_of(paper)
    assert node_of(page, "2").cells[0].silences == (silence,)
    assert node_of(page, "1").cells[0].silences == ()


def test_what_stands_in_a_clause_and_what_hangs_on_it(paper, tree, sides):
    term = TermFactory(negotiation=paper.negotiation)
    demand = published_demand(
        negotiation=paper.negotiation,
        holders=sides[:1],
        clause=tree["a"],
        issue=term.issue,
        values=[{"term": term, "quantity": A_MONTH}],
        links=[{"relation": "only if", "anchor": Record.objects.get(pk=tree["2"].pk)}],
    )
    outcome = published_outcome(negotiation=paper.negotiation, clause=tree["a"])
    page = page_of(paper)
    node = node_of(page, "a")
    (placed,) = node.demands
    assert placed.statement.demand == demand
    assert [value.text for value in placed.statement.values] == ["30 days"]
    assert [link.text for link in placed.statement.links] == ["2"]
    assert placed.statement.sources == 1
    assert [settled.outcome for settled in node.outcomes] == [outcome]
    assert node.issue == term.issue
    assert node_of(page, "1").issue == term.issue
    assert node_of(page, "b").issue is None
    assert [each.record for each in node_of(page, "2").waiting] == [demand]
    assert node.waiting == ()


def test_who_reads_an_operator_how(editor, talks, paper):
    source = SourceFactory(negotiation=talks, state="published", outlet="Gazette")
    shared = {"source": source, "basis": "outlet's voice"}
    rows = [
        {
            "label": "1",
            "operator": "unclear",
            "clauses": [{"label": "a"}, {"label": "b"}],
            "evidence": [
                {**shared, "field": "operator", "stance": "leaves open", "reads": "unclear"},
                {**shared, "field": "operator", "stance": "reads as", "reads": "any"},
                {**shared, "quote": "two options"},
            ],
        }
    ]
    record_clause_tree(user=editor, proposal=paper, clauses=rows)
    page = page_of(paper)
    node = node_of(page, "1")
    assert [reading.text for reading in node.readings_by_text] == [
        "unclear whether both are required",
        "either suffices",
    ]
    assert [row.quote for row in node.evidence] == ["two options"]
    assert source in page.sources


def test_drafts_are_for_editors_only(editor, paper, tree, sides):
    ClauseFactory(parent=tree["1"], label="canary")
    DemandFactory(negotiation=paper.negotiation, holders=sides[:1], clause=tree["a"])
    DemandFactory(
        negotiation=paper.negotiation,
        holders=sides[1:],
        kind="",
        answers_id=tree["a"].pk,
        answer="noted",
    )
    for user, clauses, demands in ((NOBODY, 5, 0), (editor, 6, 1)):
        page = page_of(paper, user)
        assert len(page.rows) == clauses
        assert len(node_of(page, "a").demands) == demands
        assert len(node_of(page, "a").cells[0].answers) == demands


def test_what_is_retracted_is_gone(editor, paper, tree, sides):
    DemandFactory(
        negotiation=paper.negotiation, holders=sides[:1], clause=tree["a"], state="retracted"
    )
    assert node_of(page_of(paper, editor), "a").demands == ()


@pytest.mark.parametrize(
    ("by", "due"), [("12 June 2025", True), ("10 June 2025", True), ("9 June 2025", False)]
)
def test_whether_the_day_to_answer_has_passed(talks, by, due):
    assert page_of(published_proposal(negotiation=talks, answer_by=on(by))).answer_due is due


def test_versions_and_responses(editor, paper, tree):
    second = new_version(user=editor, proposal=paper, tabled=on("9 June 2025"), title="Second")
    third = new_version(user=editor, proposal=second, tabled=on("10 June 2025"), title="Third")
    response = published_proposal(negotiation=paper.negotiation, responds_to=second)
    page = page_of(second)
    assert (page.newer, page.responses) == ((third,), (response,))
    assert page.versions == (paper, third)
    assert page.compared == paper
    assert page.changes == ()
    assert page_of(third).versions == (paper, second)
    assert page_of(response).versions == ()


def test_what_changed_since_the_version_before_or_any_other(editor, paper, tree):
    second = new_version(user=editor, proposal=paper, tabled=on("9 June 2025"))
    third = new_version(user=editor, proposal=second, tabled=on("10 June 2025"))
    clause = third.clauses.get(label="a")
    clause.text = "for two months"
    clause.save()
    page = page_of(third)
    (change,) = page.changes
    assert [run.text for run in change.reworded if run.kind == "added"] == ["two months"]
    assert node_of(page, "a").change == change
    assert node_of(page, "b").change is None
    against_first = page_of(third, compared=paper)
    assert against_first.compared == paper
    assert [c.older for c in against_first.changes] == [tree["a"]]


def test_what_is_not_carried_over_yet(editor, paper, tree, sides):
    demand = published_demand(negotiation=paper.negotiation, holders=sides[:1], clause=tree["a"])
    newer = new_version(user=editor, proposal=paper, tabled=on("9 June 2025"))
    page = page_of(newer)
    assert node_of(page, "a").to_carry == (demand,)
    assert page.to_carry == 1
    assert node_of(page, "a").demands == ()
    carried = carry_over(demand, user=editor, clause=newer.clauses.get(label="a"))
    page = page_of(newer, editor)
    assert page.to_carry == 0
    assert [placed.statement.demand for placed in node_of(page, "a").demands] == [carried]


def everything(paper, parent, sides):
    """Add one of everything that a paper's page shows, all of it published."""
    talks = paper.negotiation
    clause = published_clause(proposal=paper, parent=parent, label="x", order=9, text="x")
    source = SourceFactory(negotiation=talks, state="published")
    term = TermFactory(negotiation=talks, issue=IssueFactory(negotiation=talks))
    demand = published_demand(
        negotiation=talks,
        holders=sides[:1],
        clause=clause,
        issue=term.issue,
        round=RoundFactory(negotiation=talks, state="published"),
        values=[{"term": term, "quantity": A_MONTH}],
        links=[{"relation": "only if", "anchor": Record.objects.get(pk=parent.pk)}],
        evidence=[{"source": source, "basis": "inference", "field": "text"}],
    )
    outcome = published_outcome(negotiation=talks, clause=clause, confirmed_by=sides)
    answer(sides[1], clause)
    answer(sides[1], demand)
    answer(PartyFactory(negotiation=talks, standing="third party"), clause)
    published_silence(negotiation=talks, party=sides[1], about_id=demand.pk)
    published_proposal(negotiation=talks, responds_to=paper)
    published_proposal(negotiation=talks, supersedes=paper)
    return outcome


def test_it_asks_as_often_for_three_of_everything_as_for_one(paper, tree, sides):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            page = page_of(paper)
        return len(captured), len(page.rows), len(page.responses)

    everything(paper, tree["1"], sides)
    queries, clauses, responses = asked()
    everything(paper, tree["1"], sides)
    everything(paper, tree["a"], sides)
    assert asked() == (queries, clauses + 2, responses + 2)
    assert queries <= 14
