"""What the containers are made from, as far as it can be tried without their engine."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from config.postgres import EmbeddedPostgres
from config.postgres_home import CLONE, OWNER, WEB
from tests.faults.launching import SECONDS, names

WEB_PASSWORD = 'a "web" \\password'
ATTRIBUTES = (
    "SELECT rolname, rolcanlogin, rolsuper, rolcreaterole, rolreplication, rolbypassrls"
    " FROM pg_roles WHERE rolname LIKE 'parley%' ORDER BY 1"
)
RIGHTS = (
    "SELECT datname, pg_get_userbyid(datdba), datacl::text FROM pg_database"
    " WHERE datname <> 'template0' ORDER BY 1"
)


@pytest.fixture
def server() -> Iterator[EmbeddedPostgres]:
    with names() as new, EmbeddedPostgres(new(), volatile=True) as running:
        yield running


def test_the_containers_roles_are_those_of_the_embedded_database(server) -> None:
    with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as superuser:
        expected = [superuser.execute(query).fetchall() for query in (ATTRIBUTES, RIGHTS)]
        superuser.execute("DROP DATABASE parley")
        for role in (OWNER, WEB):
            superuser.execute(f"DROP ROLE {role}".encode())
        superuser.execute("GRANT TEMPORARY ON DATABASE postgres, template1 TO PUBLIC")
        subprocess.run(
            [CLONE / "docker" / "roles.sh"],
            env={
                "PATH": f"{server.home.binaries()}{os.pathsep}{os.defpath}",
                "PGHOST": str(server.home.socket),
                "PGPASSWORD": server.passwords["postgres"],
                "OWNER_PASSWORD": "it's the owner",
                "WEB_PASSWORD": WEB_PASSWORD,
            },
            check=True,
            timeout=SECONDS,
        )
        made = [superuser.execute(query).fetchall() for query in (ATTRIBUTES, RIGHTS)]
    assert made == expected
    host = quote(str(server.home.socket), safe="")
    web = f"postgresql://{WEB}:{quote(WEB_PASSWORD)}@{host}/parley"
    with psycopg.connect(web) as connection:
        assert connection.info.user == WEB


def test_the_image_holds_every_folder_that_the_program_needs() -> None:
    copied = {
        words[1]
        for line in Path(CLONE / "Dockerfile").read_text().splitlines()
        if (words := line.split()) and words[0] == "COPY" and not words[1].startswith("--")
    }
    allowed = Path(CLONE / ".dockerignore").read_text().splitlines()
    apps = {str(path.parent.relative_to(CLONE)) for path in CLONE.glob("*/__init__.py")}
    assert copied - {"requirements.txt"} == (apps - {"tests", "bench"}) | {
        "manage.py",
        "static",
        "templates",
    }
    assert {line.removeprefix("!") for line in allowed if line.startswith("!")} == copied
