"""What the database refuses of papers, clauses, issues, outcomes and the parties beside them."""

import pytest
from django.core.exceptions import NON_FIELD_ERRORS

from positions.models import Clause, Outcome
from tests.factories import (
    A_DAY,
    ClauseFactory,
    DemandAddresseeFactory,
    DemandObligorFactory,
    IssueFactory,
    OutcomeConfirmationFactory,
    OutcomeFactory,
    ProposalFactory,
    ProposalHolderFactory,
)
from tests.refusing import (
    Change,
    Insert,
    Rule,
    assert_refused,
    name_of,
    table,
    with_values,
)

pytestmark = pytest.mark.django_db


def second_root():
    root = ClauseFactory()
    inner = ClauseFactory(parent=root)
    return [
        Insert(ClauseFactory(saved=False, proposal=root.proposal)),
        Change(inner, {"parent_id": None}),
    ]


def parent_in_another_paper():
    """From the child's end and from the parent's."""
    root, foreign = ClauseFactory(), ClauseFactory()
    foreign = ClauseFactory(negotiation=root.negotiation)
    inner = ClauseFactory(parent=root)
    leaf = ClauseFactory(parent=inner)
    empty = ProposalFactory(negotiation=root.negotiation)
    new = ClauseFactory(saved=False, parent=root)
    new.parent_id = foreign.pk
    return [
        Insert(new),
        Change(inner, {"parent_id": foreign.pk}),
        Change(leaf, {"proposal_id": empty.pk}),
        Change(root, {"proposal_id": empty.pk}),
    ]


@table(
    [
        Rule(
            "a-clause-says-something",
            constraint="clause_label_or_text",
            attempts=lambda: with_values(Clause, {"label": "", "text": ""}),
            says="Give the clause a label or a text.",
        ),
        Rule(
            "a-paper-has-one-outermost-clause",
            constraint="clause_one_root",
            attempts=second_root,
            says="The proposal has its outermost clause already.",
            field="proposal",
        ),
        Rule(
            "a-clause-stands-in-its-own-paper",
            constraint="clause_parent_same_proposal",
            attempts=parent_in_another_paper,
            says=" proposal.",
            field="parent",
        ),
        Rule(
            "an-outcome-that-ended-says-how",
            constraint="outcome_ended_with_ending",
            attempts=lambda: [
                *with_values(Outcome, {"ended": A_DAY}),
                *with_values(Outcome, {"ending": "voided"}),
            ],
            says="Say both when it ended and how.",
        ),
    ]
)
def test_papers_and_outcomes(rule):
    assert_refused(rule)


def loop(factory, field, **shared):
    """A chain of three whose first row comes to point to the last, and to itself."""
    first = factory(**shared)
    middle = factory(**{"negotiation": first.negotiation, field: first}, **shared)
    last = factory(**{"negotiation": first.negotiation, field: middle}, **shared)
    return [Change(first, {f"{field}_id": row.pk}) for row in (last, middle, first)]


@table(
    [
        Rule(
            f"{factory._meta.model.__name__}.{field}-leads-nowhere-back",
            constraint=f"{name_of(factory._meta.model)}_{field}_acyclic",
            attempts=lambda factory=factory, field=field: loop(factory, field),
            says="This would lead back to itself.",
            field=field,
        )
        for factory, field in [
            (ClauseFactory, "parent"),
            (IssueFactory, "parent"),
            (OutcomeFactory, "supersedes"),
            (ProposalFactory, "supersedes"),
            (ProposalFactory, "responds_to"),
        ]
    ]
)
def test_pointers_go_in_circles(rule):
    assert_refused(rule)


def named_twice(factory, record):
    first = factory()
    second = factory(**{record: getattr(first, record)})
    new = factory(saved=False, **{record: getattr(first, record)}, party=first.party)
    return [Insert(new), Change(second, {"party_id": first.party_id})]


@table(
    [
        Rule(
            f"{name_of(factory._meta.model)}-is-named-once",
            constraint=f"{name_of(factory._meta.model)}_once",
            attempts=lambda factory=factory, record=record: named_twice(factory, record),
            says="This party is named already.",
            field=NON_FIELD_ERRORS,
        )
        for factory, record in [
            (DemandAddresseeFactory, "demand"),
            (DemandObligorFactory, "demand"),
            (ProposalHolderFactory, "proposal"),
            (OutcomeConfirmationFactory, "outcome"),
        ]
    ]
)
def test_a_party_is_named_twice(rule):
    assert_refused(rule)
