"""What tests do to the database besides using it."""

from collections.abc import Callable
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

import psycopg
from django.contrib.auth import get_user_model
from django.core.cache import caches
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


def template_name() -> str:
    """Return the name of the copy of the migrated, empty test database."""
    return f"{connection.settings_dict['NAME']}_template"


def make_template(owner: dict[str, Any]) -> None:
    """Copy the test database, to which nobody may be connected; scratch databases copy the copy."""
    connection.close()
    connection.close_pool()
    drop_template(owner)
    _as_owner_elsewhere(owner, "CREATE DATABASE {} TEMPLATE {}", template_name(), _name())


def drop_template(owner: dict[str, Any]) -> None:
    _as_owner_elsewhere(owner, "DROP DATABASE IF EXISTS {}", template_name())


def _name() -> str:
    return connection.settings_dict["NAME"]


def _as_owner_elsewhere(owner: dict[str, Any], statement: str, *names: str) -> None:
    elsewhere = {**parameters(owner), "dbname": "postgres"}
    with psycopg.connect(**elsewhere, autocommit=True) as link:
        link.execute(compose.SQL(statement).format(*map(compose.Identifier, names)))


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


#: How often a flush is tried before a deadlock counts as one.
FLUSHES = 5


def flush(owner: dict[str, Any]) -> None:
    """Empty every table of the test database that the parameters ``owner`` connect to.

    Nothing that is gated can be truncated; so its owner lifts that for the while. Raises
    ``RuntimeError`` for a database that is not a test's, and ``LockNotAvailable`` when another
    connection keeps a table in use. A page that is still being answered may wait for the tables in
    another order: then the flush is the one to give way, and to try again.
    """
    for _attempt in range(FLUSHES):
        try:
            return _flush(owner)
        except psycopg.errors.DeadlockDetected as error:
            deadlock = error
    raise deadlock


def _flush(owner: dict[str, Any]) -> None:
    with psycopg.connect(**owner) as link:
        if not link.info.dbname.startswith("test_"):
            raise RuntimeError(f"{link.info.dbname} is no test's database.")
        link.execute("SET lock_timeout = '20s'")
        guarded = link.execute(
            "SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger"
            " WHERE tgfoid = 'gate.refuse_truncate'::regproc"
        ).fetchall()
        _toggle(link, "DISABLE", guarded)
        link.execute("TRUNCATE " + ", ".join(_filled_by_tests(link)))
        _toggle(link, "ENABLE", guarded)


def _filled_by_tests(link: psycopg.Connection) -> list[str]:
    """Return the names of the tables that tests fill, as SQL has them."""
    return [
        name
        for (name,) in link.execute(
            "SELECT format('%%I.%%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname = 'public' AND tablename <> ALL (%s)"
            " OR schemaname = 'gate' AND tablename = ANY (%s) ORDER BY 1",
            [KEPT, ["head", "changeset", "history"]],
        )
    ]


def _toggle(link: psycopg.Connection, verb: str, triggers: list[tuple[str, str]]) -> None:
    for table, trigger in triggers:
        link.execute(f"ALTER TABLE {table} {verb} TRIGGER {trigger}")


@dataclass(frozen=True)
class Copy:
    """What stands in the tables that tests fill, and how far the sequences are.

    ``rows`` maps tables with their columns, as COPY takes them, to rows, what is pointed to first.
    ``sequences`` has of each its name, its last number, and whether that is taken.
    """

    rows: dict[tuple[str, str], bytes]
    sequences: list[tuple[str, int, bool]]


def copy(owner: dict[str, Any]) -> Copy:
    """Return a copy of the test database that the parameters ``owner`` connect to."""
    with psycopg.connect(**owner) as link:
        rows = {}
        for table in _pointed_to_first(link, _filled_by_tests(link)):
            columns = link.execute(
                "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
                " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
                " AND attgenerated = ''",
                [table],
            ).fetchone()[0]
            with link.cursor().copy(f"COPY {table} ({columns}) TO STDOUT") as lines:
                rows[table, columns] = b"".join(lines)
        sequences = link.execute(
            "SELECT format('%%I.%%I', schemaname, sequencename), coalesce(last_value, start_value),"
            " last_value IS NOT NULL FROM pg_sequences WHERE schemaname IN ('public', 'gate')"
            " AND sequencename <> ALL (%s)",
            [[f"{table}_id_seq" for table in KEPT]],
        ).fetchall()
    return Copy(rows, sequences)


def restore(owner: dict[str, Any], copied: Copy) -> None:
    """Put what was copied into the test database, empty now, to which ``owner`` connects.

    All comes as it was, the history and its hashes included; so no trigger of ours may act.
    """
    with psycopg.connect(**owner) as link:
        link.execute("SET lock_timeout = '20s'")
        filled = {place: rows for place, rows in copied.rows.items() if rows}
        ours = [(table, "USER") for table, _ in filled]
        _toggle(link, "DISABLE", ours)
        link.execute("SET CONSTRAINTS ALL DEFERRED")
        for (table, columns), rows in filled.items():
            with link.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as lines:
                lines.write(rows)
        link.cursor().executemany("SELECT setval(%s, %s, %s)", copied.sequences)
        link.execute("SET CONSTRAINTS ALL IMMEDIATE")
        _toggle(link, "ENABLE", ours)


def _pointed_to_first(link: psycopg.Connection, tables: list[str]) -> list[str]:
    """Return the tables in an order in which the keys that cannot wait find their targets."""
    order: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(tables, ()))
    for source, target in link.execute(
        "SELECT DISTINCT format('%I.%I', s.relnamespace::regnamespace, s.relname),"
        " format('%I.%I', t.relnamespace::regnamespace, t.relname) FROM pg_constraint c"
        " JOIN pg_class s ON s.oid = c.conrelid JOIN pg_class t ON t.oid = c.confrelid"
        " WHERE c.contype = 'f' AND NOT c.condeferrable AND s.oid <> t.oid"
    ):
        order.add(source, target)
    return [table for table in order.static_order() if table in tables]


class OnceLoaded:
    """What ``load`` writes into an empty database: written by it once, and from then on copied."""

    def __init__(self, load: Callable[[], object], owner: Callable[[], dict[str, Any]]) -> None:
        self.load = load
        self.owner = owner
        self.copied: Copy | None = None

    def put(self) -> None:
        """Commit it into the test database, which must be as empty as ``flush`` leaves it.

        Its numbers are those of the first time; so what caches remember by them goes.
        """
        if get_user_model().objects.exists():
            raise RuntimeError("What is there already would be copied with it.")
        for cache in caches.all():
            cache.clear()
        if self.copied is None:
            self.load()
            self.copied = copy(self.owner())
        else:
            restore(self.owner(), self.copied)
