"""What the database refuses of demands and answers, and of what is published without evidence."""

from functools import partial

import pytest
from django.core.exceptions import NON_FIELD_ERRORS

from positions.models import Demand, DemandHolder, Evidence
from tests.factories import (
    A_DAY,
    ClauseFactory,
    DemandFactory,
    DemandHolderFactory,
    EventFactory,
    EvidenceFactory,
    IssueFactory,
    OutcomeFactory,
    PartyFactory,
    ProposalFactory,
    ProposalHolderFactory,
    SilenceFactory,
)
from tests.refusing import (
    Change,
    Delete,
    Insert,
    Rule,
    assert_refused,
    publish,
    table,
    unsaved,
    with_values,
)

pytestmark = pytest.mark.django_db


def of_its_fields(name, constraint, *values, says, field=NON_FIELD_ERRORS):
    """A rule between the fields of one demand."""
    return Rule(
        name,
        constraint=constraint,
        attempts=lambda: [
            attempt for value in values for attempt in with_values(Demand, resolved(value))
        ],
        says=says,
        field=field,
    )


def resolved(values):
    return {name: value() if callable(value) else value for name, value in values.items()}


def event():
    """The number of an event; that it is of another negotiation is found out later."""
    return EventFactory().pk


@table(
    [
        of_its_fields(
            "a-demand-has-a-kind-or-answers",
            "demand_kind_or_answer",
            {"kind": ""},
            says="Choose a kind, or say what it answers.",
        ),
        of_its_fields(
            "an-answer-names-what-it-answers",
            "demand_answers_with_answer",
            {"answer": "rejected"},
            says="An answer names what it answers.",
        ),
        of_its_fields(
            "what-is-answered-has-an-answer",
            "demand_answers_with_answer",
            {"answers_id": event},
            says="An answer names what it answers.",
        ),
        of_its_fields(
            "an-end-says-how",
            "demand_ended_with_ending",
            {"ended": A_DAY},
            says="Say both when it ended and how.",
        ),
        of_its_fields(
            "an-ending-says-when",
            "demand_ended_with_ending",
            {"ending": "lapsed"},
            says="Say both when it ended and how.",
        ),
        of_its_fields(
            "a-movement-names-where-it-moved-from",
            "demand_movement_supersedes",
            {"movement": "softened"},
            says="A movement names the demand it moved from.",
        ),
    ]
)
def test_fields_of_a_demand_disagree(rule):
    assert_refused(rule)


def succession(**newer):
    """Return a demand and the one that it supersedes, of the same party on the same issue."""
    older = DemandFactory()
    holders = list(older.holders.all())
    same = {"negotiation": older.negotiation, "issue": older.issue, "holders": holders}
    return DemandFactory(**{**same, **newer}, supersedes=older), older


def another_issue(of):
    newer_and_older = dict(zip(["newer", "older"], succession(), strict=True))
    demand = newer_and_older[of]
    return [
        Change(demand, {"issue_id": IssueFactory(negotiation=demand.negotiation).pk}),
        Change(demand, {"issue_id": None}),
    ]


def another_holder(of):
    newer_and_older = dict(zip(["newer", "older"], succession(), strict=True))
    demand = newer_and_older[of]
    DemandHolderFactory(demand=demand)  # so that it is not left without any
    shared = demand.holder_links.order_by("pk").first()
    stranger = PartyFactory(negotiation=demand.negotiation)
    elsewhere = DemandFactory(negotiation=demand.negotiation)
    return [
        Change(shared, {"party_id": stranger.pk}),
        Change(shared, {"demand_id": elsewhere.pk}),
        Delete(shared),
    ]


def stranger_supersedes():
    older = DemandFactory()
    own = DemandFactory(issue=older.issue)
    nobody = DemandFactory(issue=older.issue, kind="assessment", holders=[])
    return [Change(row, {"supersedes_id": older.pk}) for row in (own, nobody)]


def supersedes_rule(name, attempts):
    return Rule(
        name,
        constraint="demand_supersedes_its_like",
        attempts=attempts,
        says="a demand on the same issue that shares a holder",
        field="supersedes",
    )


@table(
    [
        supersedes_rule("newer-goes-to-another-issue", lambda: another_issue("newer")),
        supersedes_rule("older-goes-to-another-issue", lambda: another_issue("older")),
        supersedes_rule("newer-loses-the-shared-holder", lambda: another_holder("newer")),
        supersedes_rule("older-loses-the-shared-holder", lambda: another_holder("older")),
        supersedes_rule("another-holder-supersedes", stranger_supersedes),
    ]
)
def test_a_demand_supersedes_another_kind_of_demand(rule):
    assert_refused(rule)


def held_by_nobody():
    new = unsaved(Demand)
    demand = DemandFactory()
    holder = demand.holder_links.get()
    elsewhere = DemandFactory(negotiation=demand.negotiation)
    assessment = DemandFactory(kind="assessment", holders=[])
    return [
        Insert(new),
        Delete(holder),
        Change(holder, {"demand_id": elsewhere.pk}),
        Change(assessment, {"kind": "claim"}),
    ]


def anonymous_paper_changes():
    """Nobody holds a demand in a paper that nobody owns up to; then it is not one any more."""
    clause = ClauseFactory()
    demand = DemandFactory(clause=clause, holders=[])
    owned = ProposalFactory(
        negotiation=demand.negotiation, holders=[PartyFactory(negotiation=demand.negotiation)]
    )
    in_owned = ClauseFactory(proposal=owned, label="Outermost")
    new_holder = ProposalHolderFactory(saved=False, proposal=clause.proposal)
    moved_holder = ProposalFactory(
        negotiation=demand.negotiation, holders=[PartyFactory(negotiation=demand.negotiation)]
    ).holder_links.get()
    return [
        Change(demand, {"clause_id": None}),
        Change(demand, {"clause_id": in_owned.pk}),
        Change(clause, {"proposal_id": moved_holder.proposal_id}),
        Insert(new_holder),
        Change(moved_holder, {"proposal_id": clause.proposal_id}),
    ]


@table(
    [
        Rule(
            name,
            constraint="demand_has_holder",
            attempts=attempts,
            says="Say whose demand it is.",
            field="holders",
        )
        for name, attempts in {
            "a-demand-has-a-holder": held_by_nobody,
            "only-an-anonymous-paper-has-none": anonymous_paper_changes,
        }.items()
    ]
)
def test_nobody_holds_a_demand(rule):
    assert_refused(rule)


def superseding_itself():
    newest, middle = succession()
    oldest = DemandFactory(
        negotiation=middle.negotiation, issue=middle.issue, holders=list(middle.holders.all())
    )
    Demand.objects.filter(pk=middle.pk).update(supersedes=oldest)
    return [
        Change(oldest, {"supersedes_id": newest.pk}),
        Change(oldest, {"supersedes_id": oldest.pk}),
    ]


def answering_itself():
    first = DemandFactory()
    second = DemandFactory(negotiation=first.negotiation, answers_id=first.pk, answer="countered")
    answer = {"answer": "rejected"}
    return [
        Change(first, {"answers_id": second.pk, **answer}),
        Change(first, {"answers_id": first.pk, **answer}),
    ]


@table(
    [
        Rule(
            f"{field}-leads-back",
            constraint=f"demand_{field}_acyclic",
            attempts=attempts,
            says="This would lead back to itself.",
            field=field,
        )
        for field, attempts in {
            "supersedes": superseding_itself,
            "answers": answering_itself,
        }.items()
    ]
)
def test_demands_go_in_circles(rule):
    assert_refused(rule)


def named_twice():
    demand = DemandFactory()
    first = demand.holder_links.get()
    second = DemandHolderFactory(demand=demand)
    new = DemandHolder(negotiation=demand.negotiation, demand=demand, party=first.party)
    return [Insert(new), Change(second, {"party_id": first.party_id})]


@table(
    [
        Rule(
            "a-party-is-named-once",
            constraint="demand_holder_once",
            attempts=named_twice,
            says="This party is named already.",
        )
    ]
)
def test_a_party_is_named_twice(rule):
    assert_refused(rule)


NEED_EVIDENCE = {
    DemandFactory: {"kind": "assessment", "holders": []},
    OutcomeFactory: {},
    EventFactory: {},
    SilenceFactory: {},
}


def without_evidence(factory, values):
    """From the record's end: nothing says so, or a draft does."""
    bare = factory(**values)
    drafted = factory(**values)
    EvidenceFactory(about=drafted)
    new = factory(saved=False, state="published", **values)
    published = {"state": "published"}
    return [Insert(new), Change(bare, published), Change(drafted, published)]


def without_evidence_any_more(factory, values):
    """From the evidence's end: it goes, is taken back, or comes to speak of something else."""
    record = publish(factory(**values))
    evidence = Evidence.objects.get(record_id=record.pk)
    other = publish(factory(**values, negotiation=record.negotiation))
    return [
        Delete(evidence),
        Change(evidence, {"state": "draft"}),
        Change(evidence, {"state": "retracted"}),
        Change(evidence, {"record_id": other.pk}),
    ]


@table(
    [
        Rule(
            f"published-{factory._meta.model.__name__}-{attempts.__name__}",
            constraint="published_has_evidence",
            attempts=partial(attempts, factory, values),
            says="What is published has evidence",
        )
        for factory, values in NEED_EVIDENCE.items()
        for attempts in (without_evidence, without_evidence_any_more)
    ]
)
def test_published_without_evidence(rule):
    assert_refused(rule)
