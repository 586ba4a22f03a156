"""Ways to write a row that the database must refuse, whichever way it comes."""

from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError

from negotiations.models import (
    Content,
    Export,
    ExportProgress,
    Import,
    ImportProgress,
    ImportRow,
    Intake,
    Invitation,
    Joining,
    Presence,
    Record,
    Sending,
    State,
    Undoing,
    UnsavedForm,
)
from negotiations.operations import create, edit, remove
from positions.models import (
    Coding,
    Demand,
    DoubleCoding,
    Event,
    FeedKey,
    MentionsSeen,
    Outcome,
    Silence,
    TermValueChoice,
    Visit,
    Watch,
)
from tests import factories
from tests.factories import EvidenceFactory, RowFactory, UserFactory

#: Every model with its factory.
FACTORIES = {
    made_by._meta.model: made_by
    for made_by in vars(factories).values()
    if isinstance(made_by, type) and issubclass(made_by, RowFactory) and not made_by._meta.abstract
}


@dataclass(frozen=True)
class Insert:
    """A new row; it is unsaved."""

    row: models.Model

    def by_operation(self, user):
        values = {f.attname: getattr(self.row, f.attname) for f in self._fields()}
        create(type(self.row), user=user, **values)

    def by_orm(self):
        return [copy(self.row).save]

    def by_bulk(self):
        return [lambda: type(self.row).objects.bulk_create([copy(self.row)])]

    def by_sql(self):
        fields = self._fields()
        columns = ", ".join(f'"{f.column}"' for f in fields)
        places = ", ".join("%s" for f in fields)
        values = [_stored(f, getattr(self.row, f.attname)) for f in fields]
        table = self.row._meta.db_table
        return [partial(_run, f"INSERT INTO {table} ({columns}) VALUES ({places})", values)]

    def _fields(self):
        fields = self.row._meta.concrete_fields
        return [f for f in fields if not (f.primary_key or f.generated)]


@dataclass(frozen=True)
class Change:
    """Other values in a saved row, by the names of its columns."""

    row: models.Model
    values: dict[str, Any]

    def by_operation(self, user):
        edit(self.row, user=user, **self.values)

    def by_orm(self):
        return [self._changed().save]

    def by_bulk(self):
        rows = type(self.row).objects
        return [
            lambda: rows.filter(pk=self.row.pk).update(**self.values),
            lambda: rows.bulk_update([self._changed()], list(self.values)),
        ]

    def by_sql(self):
        fields = [self.row._meta.get_field(name) for name in self.values]
        places = ", ".join(f'"{f.column}" = %s' for f in fields)
        values = [_stored(f, self.values[f.attname]) for f in fields]
        table = self.row._meta.db_table
        return [partial(_run, f"UPDATE {table} SET {places} WHERE id = %s", [*values, self.row.pk])]

    def _changed(self):
        changed = type(self.row)._base_manager.get(pk=self.row.pk)
        for name, value in self.values.items():
            setattr(changed, name, value)
        return changed


@dataclass(frozen=True)
class Delete:
    """A saved row goes."""

    row: models.Model

    def by_operation(self, user):
        remove(self.row, user=user)

    def by_orm(self):
        return [type(self.row)._base_manager.get(pk=self.row.pk).delete]

    def by_bulk(self):
        rows = type(self.row).objects.filter(pk=self.row.pk)
        return [rows.delete, lambda: rows._raw_delete(using="default")]

    def by_sql(self):
        return [
            partial(_run, f"DELETE FROM {self.row._meta.db_table} WHERE id = %s", [self.row.pk])
        ]


Attempt = Insert | Change | Delete


@dataclass(frozen=True)
class Rule:
    """A rule, the constraint that keeps it, and rows that break it.

    ``attempts`` makes what is sound and returns what breaks it. ``says`` is part of what a person
    is told, at the form's field ``field`` or, where that is empty, at the form as a whole; it is
    None where operations do something else than refuse.
    """

    name: str
    constraint: str
    attempts: Callable[[], Iterable[Attempt]]
    says: str | None
    field: str = NON_FIELD_ERRORS


def table(rules: Iterable[Rule]):
    """Parametrize a test by rule."""
    return pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.name) for rule in rules])


def assert_refused(rule: Rule) -> None:
    """Assert that each breach of a rule is refused in each of four ways, and for this reason.

    The ways: by an operation, which explains it; by the ORM; in bulk; in plain SQL.
    """
    attempts = list(rule.attempts())
    connection.check_constraints()  # so far all is sound
    assert attempts
    user = UserFactory()
    for attempt in attempts:
        if rule.says is not None:
            _assert_explained(rule, attempt, user)
        for way in (attempt.by_orm, attempt.by_bulk, attempt.by_sql):
            for write in way():
                _assert_constraint(rule, attempt, way.__name__, write)


def _assert_explained(rule, attempt, user):
    with pytest.raises(ValidationError) as caught, transaction.atomic():
        _must_fail(partial(attempt.by_operation, user), f"An operation does it: {attempt}")
    told = getattr(caught.value, "message_dict", None) or {NON_FIELD_ERRORS: caught.value.messages}
    assert rule.says in " ".join(told.get(rule.field, [])), told
    assert "_" not in "".join(chain.from_iterable(told.values())), told


def _assert_constraint(rule, attempt, way, write):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        _must_fail(write, f"{way} does it: {attempt}")
    if isinstance(caught.value, ProtectedError):
        assert isinstance(attempt, Delete)
        assert caught.value.protected_objects
    else:
        assert caught.value.__cause__.diag.constraint_name == rule.constraint, (way, attempt)


def _must_fail(write, complaint):
    write()
    connection.check_constraints()
    pytest.fail(complaint)


def name_of(model: type[models.Model]) -> str:
    """Return the model's name as constraints begin: ``TermValue`` is ``term_value``."""
    return "".join("_" + c.lower() if c.isupper() else c for c in model.__name__).lstrip("_")


#: What is there for a while: half-typed forms, texts not saved yet, files asked for or sent, and
#: until when somebody has read what mentions them; codings, which the history must not show; and
#: which changeset undid which.
PASSING = (
    UnsavedForm,
    Undoing,
    Sending,
    Presence,
    Export,
    ExportProgress,
    Intake,
    Import,
    ImportProgress,
    ImportRow,
    Invitation,
    Joining,
    Watch,
    Visit,
    FeedKey,
    MentionsSeen,
    DoubleCoding,
    Coding,
)


def our_models() -> list[type[models.Model]]:
    """Return the models of the negotiations: what our apps keep, save what is there for a while."""
    return [
        model
        for app in ("negotiations", "positions")
        for model in apps.get_app_config(app).get_models()
        if model._meta.managed and model not in PASSING
    ]


def unsaved(model: type[models.Model], **values: Any) -> models.Model:
    """Return a sound row that is not saved yet."""
    # A value must hold something before its first choice is there.
    beside = {"value__others": True} if model is TermValueChoice else {}
    return FACTORIES[model](saved=False, **beside, **values)


def with_values(model: type[models.Model], values: dict[str, Any], **made: Any) -> list[Attempt]:
    """Return a new row with these values, and a sound row that gets them.

    ``made`` goes to the factory that makes the rows.
    """
    new = unsaved(model, **made)
    for name, value in values.items():
        setattr(new, name, value)
    return [Insert(new), Change(FACTORIES[model](**made), values)]


def publish(row: models.Model) -> models.Model:
    """Publish a row, whatever it points to and, where it must have some, evidence; return it."""
    for pointer in row._meta.concrete_fields:
        target = getattr(row, pointer.name) if pointer.is_relation else None
        if isinstance(target, Record):
            target = target.model.objects.get(pk=target.pk)
        if isinstance(target, Content) and target.state != State.PUBLISHED:
            publish(target)
    row.state = State.PUBLISHED
    row.save()
    if isinstance(row, Demand | Outcome | Event | Silence):
        EvidenceFactory(about=row, state=State.PUBLISHED)
    return row


def _stored(model_field, value):
    return model_field.get_db_prep_save(value, connection)


def _run(sql, params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
