"""What the database refuses, in words that a person understands."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DataError, IntegrityError, models
from django.db.models import ProtectedError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from negotiations.constraints import field_of
from negotiations.models.base import numbered_models

NAMED_AT_MOST = 5

_explanations: dict[str, tuple[Any, str]] = {}


def explain(name: str, message, *, field: str = NON_FIELD_ERRORS) -> None:
    """Say what a rule means that only the database checks.

    ``name`` is the constraint's name in the SQL; ``message`` may hold ``%(detail)s``, which the SQL
    gives; ``field`` is where the message is shown. Without an explanation, users read the SQL's own
    message.
    """
    _explanations[name] = (message, field)


explain(
    "published_points_to_published",
    gettext_lazy("What is published rests only on what is published: %(detail)s."),
)
explain(
    "manager_stays",
    gettext_lazy("Nobody else manages the negotiation; let somebody manage it first."),
    field="role",
)
explain(
    "number_and_negotiation_stay",
    gettext_lazy("A row keeps its number and its negotiation for good."),
)


@contextmanager
def in_words() -> Iterator[None]:
    """Raise ``ValidationError`` for what the database refuses in the block.

    An ``IntegrityError`` that names no rule of ours goes through: it is a mistake in the program.
    """
    try:
        yield
    except IntegrityError as error:
        explained = _explained(error)
        if explained is None:
            raise
        raise explained from error
    except DataError as error:
        raise ValidationError(_("The database cannot hold this: %s") % error) from error


def sqlstate(error: Exception) -> str | None:
    """Return PostgreSQL's code of the refusal behind a Django error."""
    return getattr(error.__cause__, "sqlstate", None)


def _explained(error: IntegrityError) -> ValidationError | None:
    diagnosis = getattr(error.__cause__, "diag", None)
    if isinstance(error, ProtectedError) or diagnosis is None:
        return None
    name = diagnosis.constraint_name
    if name in _explanations:
        message, field = _explanations[name]
        return ValidationError({field: message % {"detail": diagnosis.message_detail}})
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name:
                field = field_of(constraint) or NON_FIELD_ERRORS
                return ValidationError({field: _violation(model, constraint)})
        for concrete in model._meta.concrete_fields:
            if concrete.unique and name == f"{model._meta.db_table}_{concrete.column}_key":
                taken = model().unique_error_message(model, [concrete.name])
                return ValidationError({concrete.name: taken})
    if name and not diagnosis.table_name:
        # Raised by a function of ours, which says what is wrong.
        return ValidationError(diagnosis.message_primary)
    return None


def _violation(model: type[models.Model], constraint: models.BaseConstraint) -> Any:
    """Return what the constraint itself says to a row that breaks it."""
    unworded = constraint.violation_error_message == constraint.default_violation_error_message
    if isinstance(constraint, models.UniqueConstraint) and unworded:
        return model().unique_error_message(model, constraint.fields)
    return constraint.get_violation_error_message()


class RestedOn(ValidationError):
    """Others stand in the way; ``numbers`` are theirs, by the words that name them.

    ``waiting`` are those of them that are decided on first.
    """

    def __init__(self, message: str, numbers: Mapping[str, int], waiting: Iterable[int] = ()):
        super().__init__(message, code="rested_on")
        self.numbers = numbers
        self.waiting = frozenset(waiting)


def rested_on(rows: Iterable[models.Model]) -> ValidationError:
    """Return the error that names the rows which rest on what was to go."""
    known = {named(row): row for row in map(_owner, rows)}
    names = sorted(known)
    listed = ", ".join(names[:NAMED_AT_MOST])
    if len(names) > NAMED_AT_MOST:
        listed = _("%(named)s and others") % {"named": listed}
    numbered = set(numbered_models().values())
    message = ngettext("%(named)s rests on it.", "%(named)s rest on it.", len(names))
    told = {name: known[name].pk for name in names if type(known[name]) in numbered}
    return RestedOn(message % {"named": capfirst(listed)}, told)


def named(row: Any) -> str:
    """Return what a person calls a row: "demand 23"; a link is called as what it belongs to."""
    row = _owner(row)
    return f"{row._meta.verbose_name} {row.pk}"


def _owner(row: Any) -> Any:
    """Return what a link belongs to, and any other row itself."""
    for model in apps.get_models():
        for field in model._meta.many_to_many:
            if field.remote_field.through is type(row):
                return _owner(getattr(row, field.m2m_field_name()))
    return row
