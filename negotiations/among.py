"""A condition that rests on a query whose SQL is written once for a user, not for each query."""

from collections.abc import Hashable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models.sql.compiler import SQLCompiler

#: SQL with its parameters; None where no row can match.
Written = tuple[str, tuple[Any, ...]] | None

#: So many are remembered; beyond that all are written anew.
REMEMBERED = 5_000
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


def written(name: str, user) -> Written:
    """Return the SQL of the negotiations that the query set method ``name`` gives ``user``.

    It is the same for all who reach as far (``User.reach``), whatever the rows are by now.
    """
    key = (name, user.reach if user.is_authenticated else None)
    if key not in _written:
        if len(_written) >= REMEMBERED:
            _written.clear()
        _written[key] = _sql_of(name, user)
    return _written[key]


def _sql_of(name: str, user) -> Written:
    from negotiations.models import Negotiation

    rows = getattr(Negotiation.objects.all(), name)(user).order_by().values("pk")
    try:
        sql, given = rows.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return None
    return sql, tuple(given)
