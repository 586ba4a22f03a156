"""Emptying a test's database after a test that commits."""

from typing import Any

import psycopg
from psycopg import sql

#: What migrations fill.
KEPT = ["django_migrations", "django_content_type", "auth_permission"]


def flush(owner: dict[str, Any]) -> None:
    """Empty every table of the test database that the parameters ``owner`` connect to.

    Nothing that is gated can be truncated; so its owner lifts that for the while. Raises
    ``RuntimeError`` for a database that is not a test's, and ``LockNotAvailable`` when another
    connection keeps a table in use.
    """
    with psycopg.connect(**owner) as connection:
        if not connection.info.dbname.startswith("test_"):
            raise RuntimeError(f"{connection.info.dbname} is no test's database.")
        connection.execute("SET lock_timeout = '20s'")
        guarded = connection.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
            " WHERE tgfoid = 'gate.refuse_truncate'::regproc"
        ).fetchall()
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename <> ALL (%s)",
            [KEPT],
        ).fetchall()
        tables += [("gate", name) for name in ("head", "changeset", "history")]
        _toggle(connection, "DISABLE", guarded)
        connection.execute(
            sql.SQL("TRUNCATE {}").format(
                sql.SQL(", ").join(sql.Identifier(*table) for table in tables)
            )
        )
        _toggle(connection, "ENABLE", guarded)


def _toggle(connection: psycopg.Connection, verb: str, triggers: list[tuple[str, str]]) -> None:
    connection.execute(
        sql.SQL("; ").join(
            sql.SQL("ALTER TABLE {} {} TRIGGER {}").format(
                sql.SQL(table), sql.SQL(verb), sql.Identifier(trigger)
            )
            for table, trigger in triggers
        )
    )
