"""The only way to write. Pages, the API, imports and the sample data call operations.

The outermost operation is one transaction and, for each negotiation it touches, one changeset that
names its user and reason. What the database refuses comes out as the same ``ValidationError`` that
checking beforehand gives.
"""

import contextvars
import functools
import hashlib
import json
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from django.core.exceptions import (
    NON_FIELD_ERRORS,
    FieldError,
    ObjectDoesNotExist,
    ValidationError,
)
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError, Q
from django.utils.translation import gettext as _

from negotiations.conflicts import Conflict
from negotiations.constraints import Gated, field_of
from negotiations.models import Record, State
from negotiations.refusals import in_words, named, rested_on, sqlstate

FOREIGN_KEY_VIOLATION = "23503"

_inside = contextvars.ContextVar("inside_an_operation", default=False)


def operation(function: Callable) -> Callable:
    """Make a function that takes ``user`` (or None) and ``reason`` an operation.

    The outermost one opens the transaction, seals what it changed and raises ``ValidationError``
    for what the database refuses; those that it calls join it.
    """

    @functools.wraps(function)
    def run(*args, user, reason: str = "", **options):
        if _inside.get():
            return function(*args, user=user, reason=reason, **options)
        is_nested = connection.in_atomic_block
        if is_nested:
            # What the transaction changed before is not this operation's.
            seal()
        token = _inside.set(True)
        try:
            with in_words(), transaction.atomic():
                _sign(user, reason)
                result = function(*args, user=user, reason=reason, **options)
                seal()
                if is_nested:
                    _sign(None, "")
                return result
        finally:
            _inside.reset(token)

    return run


def _sign(user, reason: str) -> None:
    if errors := _unwritable({"reason": reason}):
        raise ValidationError(errors)
    known = user is not None and user.pk is not None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('parley.user_id', %s, true),"
            " set_config('parley.user_name', %s, true), set_config('parley.reason', %s, true)",
            [str(user.pk) if known else "", user.get_username() if known else "", reason],
        )


def seal() -> None:
    """Check all that waits for the transaction's end, and give each changeset its revision."""
    with connection.cursor() as cursor:
        # Not check_constraints(), which leaves even those deferred that wait for nothing.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS gate.seal DEFERRED")


@operation
def create(model: type[models.Model], *, user, reason: str = "", **values) -> Any:
    """Record a row of ``model`` and return it.

    ``values`` may hold lists for many-to-many fields. Raises ``ValidationError``.
    """
    links = _take_links(model, values)
    row = model(**values)
    _save(row)
    _link(row, links)
    return row


@operation
def edit(
    record: models.Model, *, user, version: int | None = None, reason: str = "", **values
) -> Any:
    """Change a row that still has ``version`` and return it as it is then.

    ``values`` that are as they were change nothing, not even the version. Raises ``Conflict`` if
    the row has another version by now, else ``ValidationError``; see ``version_of``.
    """
    current = locked(record)
    if version is not None and version_of(current) != version:
        raise Conflict(current)
    links = _take_links(type(current), values)
    before = _stored(current)
    for name, value in values.items():
        setattr(current, name, value)
    is_changed = _stored(current) != before
    is_linked = _link(current, links)
    if is_changed or is_linked:
        if hasattr(current, "version"):
            current.version += 1
        _save(current)
    return current


@operation
def publish(record: models.Model, *, user, version: int | None = None, reason: str = "") -> Any:
    """Let everybody see a record and those of its parts that were in its state; return it."""
    return set_state(record, State.PUBLISHED, user=user, version=version, reason=reason)


@operation
def retract(record: models.Model, *, user, version: int | None = None, reason: str = "") -> Any:
    """Take a record back, with those of its parts that were in its state; return it.

    Raises ``ValidationError`` if something published points to it.
    """
    return set_state(record, State.RETRACTED, user=user, version=version, reason=reason)


def set_state(record, state: State, **options) -> Any:
    parts = [part for part in parts_of(record) if getattr(part, "state", None) == record.state]
    changed = edit(record, state=state, **options)
    for part in parts:
        set_state(part, state, **{**options, "version": None})
    return changed


@operation
def remove(record: models.Model, *, user, reason: str = "") -> None:
    """Delete a row and its parts. Raises ``ValidationError`` naming what else rests on them."""
    doomed = _with_parts(locked(record))
    others = [row for resting in doomed.values() for row in resting if row not in doomed]
    if others:
        raise rested_on(others)
    try:
        for row in list(TopologicalSorter(doomed).static_order()):
            row.delete()
    except CycleError as error:
        raise rested_on(error.args[1][:1]) from error
    except (ProtectedError, IntegrityError) as error:
        if not isinstance(error, ProtectedError) and sqlstate(error) != FOREIGN_KEY_VIOLATION:
            raise
        # Somebody was quicker; their row cannot be read in this broken transaction.
        raise ValidationError(
            _("Something has come to rest on %(record)s just now.") % {"record": named(record)}
        ) from error


def lock(record: models.Model) -> None:
    """Bring a row to what it is now and keep it so until the transaction ends.

    Raises ``ValidationError`` if it has gone.
    """
    vars(record).update(vars(locked(record)))


def locked(record: models.Model) -> Any:
    """Return the row as it is now, ours until the transaction ends.

    Its key stays shared: whoever records something that points to it need not wait.
    """
    rows = type(record)._base_manager.select_for_update(no_key=True)
    try:
        return rows.get(pk=record.pk)
    except ObjectDoesNotExist:
        raise ValidationError(
            _("%(record)s is not there any more.") % {"record": named(record)}, code="gone"
        ) from None


def version_of(row: models.Model) -> int:
    """Return what tells a state of a row from others: its version, or a number made of its fields.

    The latter fits a number of JSON.
    """
    if hasattr(row, "version"):
        return row.version
    stored = json.dumps(_stored(row), default=str, sort_keys=True)
    return int.from_bytes(hashlib.sha256(stored.encode()).digest()[:6], "big")


def _stored(row: models.Model) -> dict[str, Any]:
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.generated
    }


def _save(row: models.Model) -> None:
    """Validate a row and save it; errors name the field wherever there is one."""
    check(row)
    is_new = row._state.adding
    row.save()
    generated = [field.name for field in row._meta.concrete_fields if field.generated]
    if generated and not is_new:
        # Django reads them only of what it has just inserted.
        row.refresh_from_db(fields=generated)


def clean(row: models.Model, *, asks: bool = True) -> dict[str, Any]:
    """Clean a row's fields and return the errors by field, its constraints not looked at.

    Without ``asks`` the database is not asked whether what must be unique is taken; it will say so.
    """
    errors: dict[str, Any] = _unwritable(_stored(row))
    try:
        row.full_clean(
            exclude=set(errors) | _loaded(row), validate_unique=asks, validate_constraints=False
        )
    except ValidationError as error:
        errors = error.update_error_dict(errors)
    return errors


def check(row: models.Model) -> None:
    """Raise ``ValidationError`` for what is wrong with a row that is to be saved."""
    errors = clean(row)
    exclude = set(errors) - {NON_FIELD_ERRORS}
    for model, constraints in row.get_constraints():
        checks = [c for c in constraints if type(c) is models.CheckConstraint]
        passed = checks if _passes(row, model, checks, exclude) else []
        for constraint in constraints:
            if constraint in passed:
                continue
            try:
                constraint.validate(model, row, exclude=exclude)
            except ValidationError as error:
                if not hasattr(error, "error_dict"):
                    field = field_of(constraint) or NON_FIELD_ERRORS
                    error = ValidationError({field: error})
                errors = error.update_error_dict(errors)
    if errors:
        raise ValidationError(errors)


def _loaded(row: models.Model) -> set[str]:
    """Return the fields whose target is at hand: the key itself tells if it has gone since."""
    return {
        field.name
        for field in row._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
        and field.is_cached(row)
        and getattr(row, field.attname) is not None
    }


def _passes(row, model, checks: list[models.CheckConstraint], exclude: set[str]) -> bool:
    """Whether a row keeps to all of these, asked of the database at once; False if that is unclear.

    One by one they are only asked for the words of the one that is broken.
    """
    if not checks:
        return True
    together = functools.reduce(operator.and_, (Q(check.condition) for check in checks), Q())
    try:
        return together.check(row._get_field_expression_map(meta=model._meta, exclude=exclude))
    except FieldError:
        return False


def _unwritable(texts: Mapping[str, Any]) -> dict[str, list[ValidationError]]:
    """Return errors for texts that no database can hold: NUL, halves of surrogate pairs."""
    return {
        name: [ValidationError(_("This text holds a character that is none."))]
        for name, value in texts.items()
        for text in (value if isinstance(value, list) else [value])
        if isinstance(text, str) and any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text)
    }


def _take_links(model: type[models.Model], values: dict[str, Any]) -> dict[str, Iterable]:
    """Take the values of many-to-many fields out of ``values``."""
    names = [field.name for field in model._meta.many_to_many if field.name in values]
    return {name: values.pop(name) for name in names}


def _link(row: Any, links: Mapping[str, Iterable]) -> bool:
    """Make many-to-many fields hold just what is given; return whether that changed anything."""
    is_changed = False
    for name, targets in links.items():
        field = row._meta.get_field(name)
        mine, theirs = field.m2m_field_name(), field.m2m_reverse_field_name()
        through = field.remote_field.through
        wanted = {target.pk: target for target in targets}
        for old in through._base_manager.filter(**{mine: row}):
            if wanted.pop(getattr(old, f"{theirs}_id"), None) is None:
                old.delete()
                is_changed = True
        for target in wanted.values():
            try:
                _save(through(**{"negotiation": row.negotiation, mine: row, theirs: target}))
            except ValidationError as error:
                raise ValidationError({name: error.messages}) from error
            is_changed = True
    return is_changed


def _pointers_to(record: models.Model) -> Iterator[tuple[models.ForeignKey, models.QuerySet]]:
    """Yield each field that may point to a row, or to its number, with the rows that do."""
    targets = [type(record)]
    if any(isinstance(c, Gated) and c.kind for c in record._meta.constraints):
        targets.append(Record)
    for target in targets:
        for relation in target._meta.get_fields(include_hidden=True):
            if not isinstance(relation, models.ManyToOneRel):
                continue
            model, field = relation.related_model, relation.field
            if model._meta.managed and model is not Record:
                yield field, model._base_manager.filter(**{field.attname: record.pk})


def parts_of(record: models.Model) -> Iterator[Any]:
    """Yield the rows that have no life without this one: its links, and what is ``part_of`` it."""
    throughs = {
        through._meta.get_field(field.m2m_field_name())
        for field in record._meta.many_to_many
        if (through := field.remote_field.through) is not None
    }
    for field, rows in _pointers_to(record):
        if field in throughs or field.name == getattr(field.model, "part_of", ""):
            yield from rows


def _with_parts(record: models.Model) -> dict[models.Model, set[models.Model]]:
    """Return a row, its parts and theirs, each with all rows that point to it."""
    whole: dict[models.Model, set[models.Model]] = {}
    found = [record]
    while found:
        row = found.pop()
        whole[row] = {resting for __, rows in _pointers_to(row) for resting in rows}
        found += [part for part in parts_of(row) if part not in whole]
    return whole
