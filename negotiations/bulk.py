"""Recording very many rows at once, with the validation and by the gate that a single one meets."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction

from negotiations.constraints import SameNegotiation
from negotiations.models import Negotiation, Record
from negotiations.operations import check, clean, operation
from negotiations.refusals import in_words
from negotiations.rowimages import in_order, tables_in_order

ROWS_AT_ONCE = 500
#: So many rows with errors are looked for; who mends them looks again.
MOST_ERRORS = 200


class RowErrors(Exception):
    """Some of the rows cannot be recorded: ``errors`` by their place in what was given."""

    def __init__(self, errors: Mapping[int, ValidationError]):
        super().__init__(f"{len(errors)} rows cannot be recorded")
        self.errors = dict(errors)


def numbers(count: int) -> list[int]:
    """Return numbers for new records, so that others can point to them before they are saved."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('record_id_seq') FROM generate_series(1, %s)", [count])
        return [number for (number,) in cursor.fetchall()]


def stand_in(row: models.Model, kind: str, state: str, negotiation: Negotiation) -> Record:
    """Return the record of a row that is not saved yet, for others that point to it."""
    return Record(id=row.pk, negotiation=negotiation, kind=kind, state=state)


def errors_of(row: models.Model) -> dict[str, Any]:
    """Return what is wrong with a row by field, as far as that can be told without a query.

    What it points to must be at hand.
    """
    errors = clean(row, asks=False)
    for constraint in row._meta.constraints:
        if isinstance(constraint, SameNegotiation):
            try:
                constraint.validate(type(row), row, exclude=set(errors))
            except ValidationError as error:
                errors = error.update_error_dict(errors)
    return errors


@operation
def create_many(
    rows: Sequence[models.Model],
    *,
    user,
    reason: str = "",
    report: Callable[[int], None] = lambda done: None,
) -> None:
    """Record rows of any models that are cleaned (``errors_of``), in one changeset.

    Each table takes a statement for some hundreds of them. ``report`` is called with how many are
    recorded. Raises ``RowErrors`` for those that the database refuses, ``ValidationError`` where
    it does not tell which.
    """
    places = {id(row): place for place, row in enumerate(rows)}
    by_model: dict[type[models.Model], list[Any]] = {}
    for row in rows:
        by_model.setdefault(type(row), []).append(row)
    done, errors = 0, {}
    for model in tables_in_order():
        ordered = list(in_order(model, by_model.get(model, [])))
        for start in range(0, len(ordered), ROWS_AT_ONCE):
            some = ordered[start : start + ROWS_AT_ONCE]
            for row, error in _insert(model, some):
                errors[places[id(row)]] = error
            if errors:
                raise RowErrors(errors)
            done += len(some)
            report(done)


def _insert(model, rows: list[models.Model]) -> Iterable[tuple[models.Model, ValidationError]]:
    """Insert rows; where the database refuses them, return those that it means."""
    try:
        with in_words(), transaction.atomic():
            model._base_manager.bulk_create(rows)
        return []
    except ValidationError as refusal:
        found = list(_wrong(rows))
        if not found:
            raise refusal
        return found


def _wrong(rows: Iterable[models.Model]) -> Iterable[tuple[models.Model, ValidationError]]:
    """Yield the rows that cannot be inserted one after the other; none of them stays."""
    with transaction.atomic():
        for row in rows:
            row._state.adding = True
            try:
                with in_words(), transaction.atomic():
                    check(row)
                    row.save(force_insert=True)
            except ValidationError as error:
                yield row, error
        transaction.set_rollback(True)


def numbers_in(error: BaseException | None) -> list[int]:
    """Return the numbers that the database names in its refusal, of rows that are at fault."""
    while error is not None and not isinstance(error, IntegrityError):
        error = error.__cause__
    diagnosis = getattr(getattr(error, "__cause__", None), "diag", None)
    said = diagnosis.message_primary if diagnosis else ""
    return [int(number) for number in re.findall(r"\d+", said or "")]
