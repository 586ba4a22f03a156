"""What tests do to the database besides using it."""

from typing import Any

import psycopg
from django.db import connection
from psycopg import sql as compose

CREDENTIALS = ["USER", "PASSWORD", "HOST", "PORT"]


def sign_in_as(role: dict[str, Any], database: str = "") -> None:
    """Connect Django as another role from here on, and to another database if one is named."""
    connection.close()
    connection.close_pool()
    connection.settings_dict.update({key: role[key] for key in CREDENTIALS})
    connection.settings_dict["NAME"] = database or connection.settings_dict["NAME"]


def parameters(role: dict[str, Any]) -> dict[str, Any]:
    """Return what a connection of a test's own needs to reach the test database as a role."""
    return {
        "user": role["USER"],
        "password": role["PASSWORD"],
        "host": role["HOST"],
        "port": role["PORT"] or None,
        "dbname": connection.settings_dict["NAME"],
    }


def sql(statement: str, *values: Any) -> list[tuple] | None:
    """Run plain SQL on Django's connection and return its rows, if it has any."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else None


def seal() -> None:
    """End what the test's transaction has begun, as a commit would."""
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("SET CONSTRAINTS gate.seal DEFERRED")


#: What migrations fill.
KEPT = ["django_migrations", "django_content_type", "auth_permission"]


def flush(owner: dict[str, Any]) -> None:
    """Empty every table of the test database that the parameters ``owner`` connect to.

    Nothing that is gated can be truncated; so its owner lifts that for the while. Raises
    ``RuntimeError`` for a database that is not a test's, and ``LockNotAvailable`` when another
    connection keeps a table in use.
    """
    with psycopg.connect(**owner) as link:
        if not link.info.dbname.startswith("test_"):
            raise RuntimeError(f"{link.info.dbname} is no test's database.")
        link.execute("SET lock_timeout = '20s'")
        guarded = link.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
            " WHERE tgfoid = 'gate.refuse_truncate'::regproc"
        ).fetchall()
        tables = link.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename <> ALL (%s)",
            [KEPT],
        ).fetchall()
        tables += [("gate", name) for name in ("head", "changeset", "history")]
        _toggle(link, "DISABLE", guarded)
        link.execute(
            compose.SQL("TRUNCATE {}").format(
                compose.SQL(", ").join(compose.Identifier(*table) for table in tables)
            )
        )
        _toggle(link, "ENABLE", guarded)


def _toggle(link: psycopg.Connection, verb: str, triggers: list[tuple[str, str]]) -> None:
    link.execute(
        compose.SQL("; ").join(
            compose.SQL("ALTER TABLE {} {} TRIGGER {}").format(
                compose.SQL(table), compose.SQL(verb), compose.Identifier(trigger)
            )
            for table, trigger in triggers
        )
    )
