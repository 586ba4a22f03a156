"""What the database refuses of terms, values, linkages and evidence."""

from decimal import Decimal
from functools import partial

import pytest
from django.core.exceptions import NON_FIELD_ERRORS

from negotiations import ranges
from positions.models import Evidence, Linkage, Term, TermValue
from tests.factories import (
    A_DAY,
    A_MONTH,
    DemandFactory,
    EvidenceFactory,
    IssueFactory,
    LinkageFactory,
    TermChoiceFactory,
    TermFactory,
    TermValueChoiceFactory,
    TermValueFactory,
)
from tests.refusing import (
    Change,
    Delete,
    Insert,
    Rule,
    assert_refused,
    table,
    unsaved,
    with_values,
)

pytestmark = pytest.mark.django_db


def of_its_fields(name, model, constraint, *values, says, field=NON_FIELD_ERRORS):
    """A rule between the fields of one row."""
    return Rule(
        name,
        constraint=constraint,
        attempts=lambda: [attempt for value in values for attempt in with_values(model, value)],
        says=says,
        field=field,
    )


@table(
    [
        of_its_fields(
            "only-a-quantity-has-a-unit",
            Term,
            "term_unit_of_quantity",
            {"kind": "date"},
            {"kind": "choice"},
            says="Only a quantity has a unit.",
        ),
        of_its_fields(
            "a-value-is-a-quantity-or-a-date",
            TermValue,
            "term_value_one_kind",
            {"dates": A_DAY},
            says="A value is a quantity or a date, not both.",
        ),
        of_its_fields(
            "what-is-left-open-has-no-value",
            TermValue,
            "term_value_blank_when_open",
            {"status": "left open"},
            {"status": "not specified"},
            {"status": "left open", "quantity": None, "dates": A_DAY},
            says="What is left open has no value.",
        ),
        of_its_fields(
            "a-linkage-hangs-on-something",
            Linkage,
            "linkage_anchor_or_condition",
            {"condition": ""},
            says="Name a record or write the condition, one of the two.",
        ),
        of_its_fields(
            "credibility-has-six-steps",
            Evidence,
            "evidence_credibility_scale",
            {"credibility": 0},
            {"credibility": 7},
            says="value is ",
            field="credibility",
        ),
        of_its_fields(
            "a-reading-names-its-field",
            Evidence,
            "evidence_reads_a_field",
            {"reads": "any"},
            says="Say which field is read this way.",
        ),
        of_its_fields(
            "a-place-in-the-text-is-whole",
            Evidence,
            "evidence_anchor_whole",
            {"quote": "the words", "start": 3},
            {"quote": "the words", "end": 12},
            {"quote": "the words", "start": 12, "end": 12},
            {"quote": "", "start": 3, "end": 12},
            says="A place in the text has words, a start and an end.",
        ),
    ]
)
def test_fields_of_a_row_disagree(rule):
    assert_refused(rule)


def linkage_to_record_and_condition():
    linkage = LinkageFactory()
    anchor = DemandFactory(negotiation=linkage.negotiation)
    new = unsaved(Linkage, negotiation=linkage.negotiation)
    new.anchor_id = anchor.pk
    return [Insert(new), Change(linkage, {"anchor_id": anchor.pk})]


def linkage_to_itself():
    linkage = LinkageFactory()
    return [Change(linkage, {"anchor_id": linkage.record_id, "condition": ""})]


def evidence_of_itself():
    evidence = EvidenceFactory()
    return [Change(evidence, {"record_id": evidence.pk})]


def choice_named_twice():
    first = TermValueChoiceFactory()
    second = TermValueChoiceFactory(
        value=first.value, choice=TermChoiceFactory(term=first.value.term)
    )
    new = TermValueChoiceFactory(saved=False, value=first.value, choice=first.choice)
    return [Insert(new), Change(second, {"choice_id": first.choice_id})]


@table(
    [
        Rule(
            "a-linkage-hangs-on-one-thing",
            constraint="linkage_anchor_or_condition",
            attempts=linkage_to_record_and_condition,
            says="Name a record or write the condition, one of the two.",
        ),
        Rule(
            "a-linkage-hangs-on-another-record",
            constraint="linkage_to_another",
            attempts=linkage_to_itself,
            says="A record cannot hang on itself.",
        ),
        Rule(
            "evidence-is-of-another-record",
            constraint="evidence_of_another",
            attempts=evidence_of_itself,
            says="A record cannot be evidence of itself.",
        ),
        Rule(
            "a-choice-is-named-once",
            constraint="term_value_choice_once",
            attempts=choice_named_twice,
            says="already exists",
        ),
    ]
)
def test_a_row_names_what_it_may_not(rule):
    assert_refused(rule)


# What fits a term of each kind; a choice is made beside the value.
FITTING = {"quantity": {"quantity": A_MONTH}, "date": {"dates": A_DAY}, "choice": {}, "set": {}}


def sound_value(kind, **values):
    """Return a saved value that fits its term."""
    term = TermFactory(kind=kind)
    choices = [TermChoiceFactory(term=term)] if kind in ("choice", "set") else []
    return TermValueFactory(**{"term": term, "choices": choices, **values})


def unfitting_value(kind):
    """From the value's end: it holds what its term does not."""
    own = sound_value(kind)
    blank = {"quantity": None, "dates": None}
    for other, values in FITTING.items():
        if other != kind and values:
            new = TermValueFactory(saved=False, term=own.term, **{**blank, **values})
            yield Insert(new)
            yield Change(own, {**blank, **values})


def named_choice(kind):
    """From the end of the link: a choice where the term has none."""
    own = sound_value(kind)
    choice = TermChoiceFactory(term=own.term)
    return [
        Insert(TermValueChoiceFactory(saved=False, value=own, choice=choice)),
        Change(own, {"others": True}),
        Change(own, {"quantifier": "all of"}),
    ]


def changed_term(kind):
    """From the term's end, and from its choices'."""
    own = sound_value(kind)
    another = TermFactory(negotiation=own.negotiation, kind="date" if kind != "date" else "set")
    yield Change(own, {"term_id": another.pk})
    yield Change(own.term, {"kind": another.kind, "unit": ""})


def foreign_choice():
    own = sound_value("choice")
    link = own.choice_links.get()
    another = TermFactory(kind="choice", negotiation=own.negotiation)
    foreign = TermChoiceFactory(term=another)
    same_kind = TermValueFactory(term=another, choices=[foreign])
    return [
        Insert(TermValueChoiceFactory(saved=False, value=own, choice=foreign)),
        Change(link, {"choice_id": foreign.pk}),
        Change(link, {"value_id": same_kind.pk}),
        Change(link.choice, {"term_id": another.pk}),
        Change(own, {"term_id": another.pk}),
    ]


def nothing_given():
    """A value that is given is something; taking the last choice away leaves nothing."""
    quantity, choice = sound_value("quantity"), sound_value("choice")
    link = choice.choice_links.get()
    another = TermValueFactory(term=choice.term, choices=[TermChoiceFactory(term=choice.term)])
    return [
        Insert(TermValueFactory(saved=False, term=choice.term)),
        Change(quantity, {"quantity": None}),
        Delete(link),
        Change(link, {"value_id": another.pk}),
    ]


def left_open_with_choices():
    own = sound_value("set")
    empty = TermValueFactory(term=own.term, status="not specified")
    choice = TermChoiceFactory(term=own.term)
    return [
        Change(own, {"status": "left open"}),
        Change(empty, {"others": True}),
        Insert(TermValueChoiceFactory(saved=False, value=empty, choice=choice)),
    ]


FITS = {
    **{f"a-{kind}-holds-a-{kind}": partial(unfitting_value, kind) for kind in FITTING},
    **{f"a-{kind}-names-no-choice": partial(named_choice, kind) for kind in ("quantity", "date")},
    **{f"the-term-of-a-{kind}-stays-one": partial(changed_term, kind) for kind in FITTING},
    "a-choice-is-one-of-its-term": foreign_choice,
    "what-is-given-is-something": nothing_given,
    "what-is-left-open-names-no-choice": left_open_with_choices,
}


@table(
    [
        Rule(name, constraint="term_value_fits_term", attempts=attempts, says="")
        for name, attempts in FITS.items()
    ]
)
def test_a_value_does_not_fit_its_term(rule):
    assert_refused(rule)


def test_values_that_fit_are_accepted():
    for kind in FITTING:
        assert sound_value(kind).term.kind == kind
        for status in ("left open", "not specified"):
            sound_value(kind, status=status, quantity=None, dates=None, choices=[])
    at_least = ranges.quantity(Decimal(30), None)
    assert sound_value("quantity", quantity=at_least, per="each", approximate=True).pk
    assert sound_value("set", quantifier="none of", others=True).pk
    assert sound_value("choice", choices=[], others=True).pk


def taken_code(factory, **scope):
    first = factory(**scope)
    second = factory(negotiation=first.negotiation, **scope)
    new = factory(saved=False, negotiation=first.negotiation, code=first.code, **scope)
    return [Insert(new), Change(second, {"code": first.code})]


def taken_choice_code():
    return taken_code(TermChoiceFactory, term=TermFactory(kind="choice"))


@table(
    [
        Rule(
            f"{name}-codes-are-unique",
            constraint=f"{name}_code_unique",
            attempts=attempts,
            says="This code is taken; choose another.",
            field=NON_FIELD_ERRORS if name == "term_choice" else "code",
        )
        for name, attempts in {
            "issue": partial(taken_code, IssueFactory),
            "term": partial(taken_code, TermFactory),
            "term_choice": taken_choice_code,
        }.items()
    ]
)
def test_a_code_is_taken(rule):
    assert_refused(rule)


def test_codes_are_free_in_another_negotiation():
    assert IssueFactory(code="ceasefire").negotiation != IssueFactory(code="ceasefire").negotiation
    assert TermFactory(code="duration").negotiation != TermFactory(code="duration").negotiation
