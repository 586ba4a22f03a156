"""A condition that rests on a query whose SQL is written once, not inside each other query."""

from collections.abc import Callable, Hashable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models.sql.compiler import SQLCompiler

#: SQL with its parameters; None where no row can match.
Written = tuple[str, tuple[Any, ...]] | None

#: So many are remembered; beyond that all are written anew.
REMEMBERED = 2_000
_written: dict[Hashable, Written] = {}


class Among(models.Expression):
    """Whether a column is among what a query gives whose SQL is there already.

    Django clones, resolves and writes a query inside another each time, which for the rules of who
    sees what took longer than PostgreSQL took to answer.
    """

    def __init__(self, column: str, rows: Written) -> None:
        super().__init__(output_field=models.BooleanField())
        self.column: Any = models.F(column)
        self.rows = rows

    def get_source_expressions(self):
        return [self.column]

    def set_source_expressions(self, exprs):
        (self.column,) = exprs

    def as_sql(self, compiler: SQLCompiler, connection) -> tuple[str, tuple[Any, ...]]:
        if self.rows is None:
            raise EmptyResultSet
        column, own = compiler.compile(self.column)
        inner, given = self.rows
        return f"{column} IN ({inner})", (*own, *given)


def written(key: Hashable, rows: Callable[[], models.QuerySet]) -> Written:
    """Return the SQL for the numbers of what ``rows`` gives, written the first time for a ``key``.

    All that the query is made of has to stand in the key; what it finds is asked each time.
    """
    # The views of the past have no primary key to group by; see negotiations.past.
    key = (connection.features.allows_group_by_selected_pks, key)
    if key not in _written:
        if len(_written) >= REMEMBERED:
            _written.clear()
        _written[key] = _sql_of(rows())
    return _written[key]


def _sql_of(rows: models.QuerySet) -> Written:
    numbers = rows.order_by().values("pk")
    try:
        sql, given = numbers.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return None
    return sql, tuple(given)
