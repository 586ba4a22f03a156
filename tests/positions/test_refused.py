"""Rows that the database itself refuses: what holds for every model, read off its fields.

What one model alone must keep is in the files beside this one, by noun.
"""

from datetime import date

import pytest
from django.contrib.postgres.fields import RangeField
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import ProgrammingError, connection, models, transaction

from negotiations.models import Content, Record, Scoped
from negotiations.models.fields import QuantityField
from positions.models import Comment
from tests.factories import (
    A_DAY,
    DemandFactory,
    NegotiationFactory,
    TermValueChoiceFactory,
)
from tests.refusing import (
    FACTORIES,
    Change,
    Delete,
    Insert,
    Rule,
    assert_refused,
    name_of,
    our_models,
    publish,
    table,
    unsaved,
    with_values,
)

pytestmark = pytest.mark.django_db

SCOPED = [model for model in our_models() if issubclass(model, Scoped)]
FACTORY_OF_KIND = {
    name_of(model).replace("_", " "): FACTORIES[model]
    for model in SCOPED
    if name_of(model).replace("_", " ") in Record.Kind.values
}
STANDS_FOR = ["proposal", "clause", "demand", "outcome", "event"]
# What a pointer to a record of several kinds may name, as domain.md has it.
KINDS = {
    "Demand.answers": STANDS_FOR,
    "Silence.about": STANDS_FOR,
    "TermValue.record": ["demand", "outcome", "event"],
    "Linkage.record": ["demand", "outcome"],
    "Linkage.anchor": ["demand", "outcome", "clause", "event"],
    "Evidence.record": Record.Kind.values,
    "Comment.record": Record.Kind.values,
    "PendingEdit.record": Record.Kind.values,
}
# What else a row needs that has this field.
BESIDE = {
    "Demand.answers": {"answer": "noted"},
    "Issue.merged_into": {"retired": date(2024, 1, 1)},
    "Term.merged_into": {"retired": date(2024, 1, 1)},
    "TermChoice.merged_into": {"retired": date(2024, 1, 1)},
    "Demand.ended": {"ending": "lapsed"},
    "Demand.ending": {"ended": A_DAY},
    "Linkage.anchor": {"condition": ""},
    "Outcome.ended": {"ending": "lapsed"},
    "Outcome.ending": {"ended": A_DAY},
    "TermValue.status": {"quantity": None},
}
# What is said of a clause in another paper, wherever that is and whatever its state.
OF_ANOTHER_PAPER = {"Clause.parent": "This clause is of another proposal."}


# When something was put forward decides what was known at a day, so there is a last day.
LAST_DAYS = {
    "Demand.stated": "by_a_day",
    "Outcome.reached": "by_a_day",
    "Proposal.tabled": "by_a_day",
    "Silence.looked_until": "a_day",
}


def label(model, field):
    return f"{model.__name__}.{field.name}"


def pointers():
    """Every field that points from a row of a negotiation to another."""
    for model in SCOPED:
        for field in model._meta.concrete_fields:
            if field.is_relation and field.name not in ("negotiation", "user"):
                yield model, field


def target_factory(model, field):
    if field.related_model is Record:
        return FACTORY_OF_KIND[KINDS[label(model, field)][0]]
    return FACTORIES[field.related_model]


def setting(model, field, value):
    return {field.attname: value, **BESIDE.get(label(model, field), {})}


def foreign_targets():
    def rule(model, field):
        def attempts():
            foreign = target_factory(model, field)()
            return with_values(model, setting(model, field, foreign.pk))

        return Rule(
            f"{label(model, field)}-is-in-the-same-negotiation",
            constraint=f"{name_of(model)}_{field.name}_same_negotiation",
            attempts=attempts,
            field=field.name,
            says=OF_ANOTHER_PAPER.get(label(model, field), "belongs to another negotiation"),
        )

    return [rule(model, field) for model, field in pointers()]


@table(foreign_targets())
def test_pointer_leaves_the_negotiation(rule):
    assert_refused(rule)


def wrong_kinds():
    def rule(model, field):
        def attempts():
            own = FACTORIES[model]()
            kinds = [k for k in Record.Kind.values if k not in KINDS[label(model, field)]]
            for kind in kinds:
                wrong = FACTORY_OF_KIND[kind](negotiation=own.negotiation)
                values = setting(model, field, wrong.pk)
                new = unsaved(model, negotiation=own.negotiation)
                for name, value in values.items():
                    setattr(new, name, value)
                yield Insert(new)
                yield Change(own, values)

        return Rule(
            f"{label(model, field)}-names-an-allowed-kind",
            constraint=f"{name_of(model)}_{field.name}_same_negotiation",
            attempts=attempts,
            field=field.name,
            says="must be one of: ",
        )

    return [
        rule(model, field)
        for model, field in pointers()
        if KINDS.get(label(model, field), Record.Kind.values) != Record.Kind.values
    ]


@table(wrong_kinds())
def test_pointer_names_a_wrong_kind(rule):
    assert_refused(rule)


@pytest.mark.parametrize(
    ("model", "field"),
    [pytest.param(m, f, id=label(m, f)) for m, f in pointers() if f.related_model is Record],
)
def test_pointer_names_an_allowed_kind(model, field):
    """The other half of the rule: nothing more is refused than that."""
    own = FACTORIES[model]()
    allowed = KINDS[label(model, field)]
    for kind in allowed:
        target = FACTORY_OF_KIND[kind](negotiation=own.negotiation)
        if model is Comment:  # It stays as it was written.
            own = FACTORIES[model](about=target)
        else:
            model.objects.filter(pk=own.pk).update(**setting(model, field, target.pk))
        connection.check_constraints()
        assert Record.objects.get(pk=target.pk).kind == kind
    assert getattr(model.objects.get(pk=own.pk), field.attname) == target.pk


def pointing_row(model, field):
    """Return a saved, sound row whose pointer is set, to a row that little else points to."""
    make, target = FACTORIES[model], target_factory(model, field)
    if make is TermValueChoiceFactory:
        return make()
    if label(model, field) == "Clause.parent":
        return make(parent=make())
    bare = {DemandFactory: {"kind": "assessment", "holders": []}}
    aimed = target(**bare.get(target, {}))
    values = {"negotiation": aimed.negotiation, **bare.get(make, {})}
    if field.related_model is Record:
        values |= setting(model, field, aimed.pk)
    else:
        values |= {field.name: aimed, **BESIDE.get(label(model, field), {})}
    if label(model, field) == "Demand.supersedes":
        values |= {"issue": aimed.issue}
    return make(**values)


def changed_negotiations():
    def rule(model):
        def attempts():
            return [Change(FACTORIES[model](), {"negotiation_id": NegotiationFactory().pk})]

        has_pointers = any(pointer[0] is model for pointer in pointers())
        return Rule(
            f"{model.__name__}.negotiation-never-changes",
            constraint="number_and_negotiation_stay",
            attempts=attempts,
            # Where there are pointers, these are complained about first.
            says=None if has_pointers else "A row keeps its number and its negotiation for good.",
        )

    return [rule(model) for model in SCOPED]


@table(changed_negotiations())
def test_row_moves_to_another_negotiation(rule):
    assert_refused(rule)


def unknown_choices():
    def rule(model, field):
        values = ["?"] if field.blank else ["?", ""]
        return Rule(
            f"{label(model, field)}-is-one-of-its-choices",
            constraint=f"{name_of(model)}_{field.name}_known",
            attempts=lambda: [
                attempt
                for value in values
                for attempt in with_values(model, setting(model, field, value))
            ],
            field=field.name,
            says="",
        )

    return [
        rule(model, field)
        for model in our_models()
        for field in model._meta.concrete_fields
        if field.choices and model is not Record  # which only a trigger writes
    ]


@table(unknown_choices())
def test_choice_is_unknown(rule):
    assert_refused(rule)


SOUND = "The range is empty, or open at both ends."
CLOSED = "Both ends of a quantity belong to it."


def unsound_ranges():
    def rule(model, field, fault, *values, says, suffix):
        made = {"term__kind": "date"} if label(model, field) == "TermValue.dates" else {}
        return Rule(
            f"{label(model, field)}-is-not-{fault}",
            constraint=f"{name_of(model)}_{field.name}_{suffix}",
            attempts=lambda: [
                attempt
                for value in values
                for attempt in with_values(model, setting(model, field, value), **made)
            ],
            field=field.name,
            says=says,
        )

    for model in SCOPED:
        for field in model._meta.concrete_fields:
            if isinstance(field, RangeField):
                of = field.range_type
                # Where two rules are broken, the one that is first by name speaks.
                empty = {"says": SOUND, "suffix": "sound"}
                endless = empty
                if isinstance(field, QuantityField):
                    empty = {"says": CLOSED, "suffix": "closed"}
                    yield rule(model, field, "half-open", of(1, 3, "[)"), of(1, 3, "(]"), **empty)
                if label(model, field) in LAST_DAYS:
                    endless = {"says": "Say ", "suffix": LAST_DAYS[label(model, field)]}
                    yield rule(model, field, "endless", of(A_DAY.lower, None), **endless)
                yield rule(model, field, "empty", of(empty=True), **empty)
                yield rule(model, field, "open-at-both-ends", of(None, None), **endless)


@table(unsound_ranges())
def test_range_is_unsound(rule):
    assert_refused(rule)


def empty_texts():
    def rule(model, field):
        return Rule(
            f"{label(model, field)}-is-filled",
            constraint=f"{name_of(model)}_{field.name}_filled",
            attempts=lambda: with_values(model, {field.name: ""}),
            field=field.name,
            says="cannot be blank",
        )

    return [
        rule(model, field)
        for model in our_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not field.blank
        and not field.choices
    ]


@table(empty_texts())
def test_text_is_empty(rule):
    assert_refused(rule)


CONTENT_POINTERS = [
    (model, field)
    for model, field in pointers()
    if issubclass(model, Content) and issubclass(target_factory(model, field)._meta.model, Content)
]


def unpublished_targets():
    def rule(model, field):
        def attempts():
            own = publish(FACTORIES[model]())
            draft = target_factory(model, field)(negotiation=own.negotiation)
            values = setting(model, field, draft.pk)
            new = unsaved(model, negotiation=own.negotiation, state="published")
            for name, value in values.items():
                setattr(new, name, value)
            return [Insert(new), Change(own, values)]

        return Rule(
            f"published-{label(model, field)}-is-published",
            constraint="published_points_to_published",
            attempts=attempts,
            says=OF_ANOTHER_PAPER.get(label(model, field), "rests only on what is published"),
            field="parent" if label(model, field) in OF_ANOTHER_PAPER else NON_FIELD_ERRORS,
        )

    return [rule(model, field) for model, field in CONTENT_POINTERS]


@table(unpublished_targets())
def test_published_row_points_to_a_draft(rule):
    assert_refused(rule)


def taken_back_targets():
    """The same from the other end."""

    def rule(model, field, state):
        def attempts():
            own = publish(pointing_row(model, field))
            target = target_factory(model, field)._meta.model
            return [Change(target.objects.get(pk=getattr(own, field.attname)), {"state": state})]

        return Rule(
            f"{label(model, field)}-of-what-is-published-cannot-be-{state}",
            constraint="published_points_to_published",
            attempts=attempts,
            says="rests only on what is published",
        )

    return [
        rule(model, field, state)
        for model, field in CONTENT_POINTERS
        for state in ("draft", "retracted")
    ]


@table(taken_back_targets())
def test_target_of_a_published_row_is_taken_back(rule):
    assert_refused(rule)


def deleted_targets():
    def rule(model, field):
        def attempts():
            own = pointing_row(model, field)
            target = target_factory(model, field)._meta.model
            return [Delete(target.objects.get(pk=getattr(own, field.attname)))]

        # An operation takes with it what is a part of the row.
        is_part = field.name == getattr(model, "part_of", "") or any(
            field.name == many.m2m_field_name()
            for many in field.related_model._meta.many_to_many
            if many.remote_field.through is model
        )
        return Rule(
            f"{label(model, field)}-is-not-deleted",
            constraint=f"{name_of(model)}_{field.name}_same_negotiation",
            attempts=attempts,
            says=None if is_part else " on it.",
        )

    return [rule(model, field) for model, field in pointers()]


@table(deleted_targets())
def test_what_others_rest_on_is_deleted(rule):
    assert_refused(rule)


def test_nothing_is_truncated():
    for model in our_models():
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"TRUNCATE {model._meta.db_table} CASCADE")
