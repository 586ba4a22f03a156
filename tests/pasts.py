"""Changing tables that have a history, as a release does, in a database of the test's own."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from tests.database import parameters, sign_in_as, template_name


class Scratch:
    """A copy of the test database, signed in to as the web role unless it migrates."""

    def __init__(self, name: str, web_role: dict[str, Any], owner_role: dict[str, Any]):
        self.name, self.web_role, self.owner_role = name, web_role, owner_role
        self._states: list[ProjectState] = [_state_now()]
        self._migrations: list[Migration] = []

    def migrate(self, app: str, *operations: Operation) -> None:
        """Apply a migration of these operations, with what ``migrate`` does before and after."""
        migration = _migration(app, *operations)
        with self._as_owner(), self._signals(), connection.schema_editor() as editor:
            state = migration.apply(self._states[-1].clone(), editor)
        self._migrations.append(migration)
        self._states.append(state)

    def migrate_back(self) -> None:
        """Take the newest of these migrations back."""
        self._states.pop()
        with self._as_owner(), self._signals(), connection.schema_editor() as editor:
            self._migrations.pop().unapply(self._states[-1].clone(), editor)

    def begin_migration(self) -> None:
        """Do what happens before the first migration, and no more."""
        with self._as_owner():
            emit_pre_migrate_signal(0, False, "default", plan=[(_migration("positions"), False)])

    @contextmanager
    def _as_owner(self) -> Iterator[None]:
        sign_in_as(self.owner_role, self.name)
        try:
            yield
        finally:
            sign_in_as(self.web_role, self.name)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        plan = [(_migration("positions"), False)]
        emit_pre_migrate_signal(0, False, "default", plan=plan)
        yield
        emit_post_migrate_signal(0, False, "default", plan=plan)


@functools.cache
def _state_now() -> ProjectState:
    """The models as all migrations of the tree make them; never changed, only cloned."""
    return MigrationLoader(None).project_state()


def _migration(app: str, *operations: Operation) -> Migration:
    migration = Migration("9999_of_a_test", app)
    migration.operations = list(operations)
    return migration


@contextmanager
def scratch_database(web_role: dict[str, Any], owner_role: dict[str, Any]) -> Iterator[Scratch]:
    """Use a copy of the test database inside, which is gone afterwards."""
    name = connection.settings_dict["NAME"]
    scratch = f"{name}_scratch"
    postgres = {**parameters(owner_role), "dbname": "postgres"}
    connection.close()
    connection.close_pool()
    with psycopg.connect(**postgres, autocommit=True) as owner:
        owner.execute(f"DROP DATABASE IF EXISTS {scratch}")
        owner.execute(f"CREATE DATABASE {scratch} TEMPLATE {template_name()}")
        try:
            sign_in_as(web_role, scratch)
            yield Scratch(scratch, web_role, owner_role)
        finally:
            sign_in_as(web_role, name)
            owner.execute(f"DROP DATABASE {scratch}")
