"""A backup as docs/deployment.md says, restored into another server: not a bit is lost."""

import os
import subprocess
import sys
from collections.abc import Callable

from config.postgres import EmbeddedPostgres
from config.postgres_home import CLONE, OWNER, WEB
from tests.faults.launching import SECONDS, run

TABLES = (
    "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
    " WHERE schemaname IN ('public', 'gate') ORDER BY 1"
)


def fingerprints(server: EmbeddedPostgres) -> dict[object, object]:
    """A hash of all rows of each table."""
    return {
        table: run(server, f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t")
        for (table,) in run(server, TABLES)
    }


def test_what_is_restored_is_what_was_saved(new_name: Callable[[], str], tmp_path) -> None:
    dump = tmp_path / "parley.dump"
    with (
        EmbeddedPostgres(new_name(), volatile=True) as before,
        EmbeddedPostgres(new_name(), volatile=True) as after,
    ):

        def do(*command: str, **environment: str) -> None:
            env = {**os.environ, "SECRET_KEY": "k" * 50, **environment}
            subprocess.run(command, cwd=CLONE, env=env, check=True, timeout=SECONDS)

        manage, programs = (sys.executable, "manage.py"), before.home.binaries()
        do(*manage, "migrate", "--verbosity=0", DATABASE_URL=before.url(OWNER))
        do(*manage, "load_sample", "--verbosity=0", DATABASE_URL=before.url(WEB))
        saved = fingerprints(before)
        do(f"{programs}/pg_dump", "--format=custom", f"--file={dump}", before.url(OWNER))
        options = ["--exit-on-error", "--single-transaction", f"--dbname={after.url(OWNER)}"]
        do(f"{programs}/pg_restore", *options, str(dump))
        assert fingerprints(after) == saved
        assert len(saved) > 30
        heads = run(after, "SELECT revision, encode(hash, 'hex') FROM gate.head")
        assert heads == run(before, "SELECT revision, encode(hash, 'hex') FROM gate.head")
        # And it goes on from there, with the rights of before.
        do(*manage, "load_sample", "--verbosity=0", DATABASE_URL=after.url(WEB))
