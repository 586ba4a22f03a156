"""Putting rows that people keep in an order one place up or down."""

from typing import Any

from django.db import models

from negotiations.operations import edit, operation


@operation
def move(row: models.Model, *, user, among: models.QuerySet, steps: int, reason: str = "") -> None:
    """Move a row by some places among its siblings and number them all from 1, in order.

    ``among`` are the siblings with the row itself, ``steps`` is below 0 to move it up; at the end
    of the line it stays. Rows that keep their number are not written. Raises ``ValidationError``.
    """
    line: list[Any] = list(among.select_for_update(no_key=True))
    at = next(place for place, each in enumerate(line) if each.pk == row.pk)
    line.insert(max(0, min(at + steps, len(line) - 1)), line.pop(at))
    for order, each in enumerate(line, 1):
        if each.order != order:
            edit(each, user=user, reason=reason, order=order)
