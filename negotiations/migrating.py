"""What a migration does to the past: how older history reads new columns, and the views of it.

Each column that a migration adds to a gated table, or renames there, needs a word in the same
migration, right after the change itself::

    migrations.AddField("demand", "weight", models.IntegerField(default=0)),
    AddedColumn("demand", "weight", reads=0),
    migrations.RenameField("demand", "firmness", "resolve"),
    RenamedColumn("demand", was="firmness", column="resolve"),

A dropped column needs none: it is not read any more. A gated table keeps its name.
"""

import json
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connections
from django.db.migrations.operations.base import Operation

#: Tables that are as they are today when the past is read: they tell who is asking, and whether
#: they may see a negotiation at all.
TODAY = ("negotiations.Membership", "sessions.Session")
#: The negotiation's columns of which that is true, too; its address, since links lead there now.
TODAY_COLUMNS = ["slug", "visibility"]


class _ColumnOperation(Operation):
    """Base of what leaves a word about a column, by functions of ``0005_views_of_the_past.sql``."""

    def __init__(self, model_name: str, column: str):
        self.model_name = model_name
        self.column = column

    def state_forwards(self, app_label, state):
        """Change nothing: the model's fields are other operations' business."""

    def _call(self, function: str, app_label, schema_editor, state, *arguments: str) -> None:
        table = state.apps.get_model(app_label, self.model_name)._meta.db_table
        places = ", ".join(["%s"] * (len(arguments) + 1))
        schema_editor.execute(f"SELECT gate.{function}({places})", [table, *arguments])


class AddedColumn(_ColumnOperation):
    """History from before the column was there reads ``reads`` in it, a value as JSON has it."""

    def __init__(self, model_name: str, column: str, *, reads: Any):
        super().__init__(model_name, column)
        self.reads = reads

    def deconstruct(self):
        return type(self).__name__, [self.model_name, self.column], {"reads": self.reads}

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        reads = json.dumps(self.reads)
        self._call("add_column", app_label, schema_editor, to_state, self.column, reads)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        self._call("take_column_back", app_label, schema_editor, to_state, self.column)

    def describe(self):
        return f"Say that history older than {self.model_name}.{self.column} reads {self.reads!r}"


class RenamedColumn(_ColumnOperation):
    """History from before the column had its name has it under the name it ``was``."""

    def __init__(self, model_name: str, *, was: str, column: str):
        super().__init__(model_name, column)
        self.was = was

    def deconstruct(self):
        return type(self).__name__, [self.model_name], {"was": self.was, "column": self.column}

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        self._call("rename_column", app_label, schema_editor, to_state, self.was, self.column)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        # History has the new name meanwhile, and keeps it; so it is renamed once more.
        self._call("rename_column", app_label, schema_editor, to_state, self.column, self.was)

    def describe(self):
        return f"Say that {self.model_name}.{self.column} was {self.was}"


def drop_views(*, using: str, plan, **signal: Any) -> None:
    """Drop the views of the past before a migration, which they would forbid to alter columns."""
    if plan and _builds_views(using):
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT gate.drop_past()")


def build_views(*, using: str, **signal: Any) -> None:
    """Build the views of the past over the tables as they are after a migration.

    Raises ``django.db.Error`` where nothing says how older history reads a column.
    """
    if _builds_views(using):
        models = [get_user_model(), *map(apps.get_model, TODAY)]
        tables = [model._meta.db_table for model in models]
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT gate.build_past(%s, %s)", [tables, TODAY_COLUMNS])


def _builds_views(using: str) -> bool:
    """Whether the database has the schema of the past and we are its owner."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = 'asof'"
        )
        row = cursor.fetchone()
    return row is not None and row[0]
