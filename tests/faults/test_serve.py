"""`make serve`, below make: what it refuses, and how one gets from nothing to an account."""

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.postgres import VOLATILE, EmbeddedPostgres
from config.postgres_home import CLONE, OWNER, WEB
from positions.sample import DEMO_PASSWORDS
from tests.faults.launching import SECONDS, all_have_ended, launcher, names, run, until
from tests.faults.test_demo import SERVE, process_with
from tests.faults.visiting import Visitor

SECRET = "correct-horse-battery-staple-0123456789-and-some-more"
WELCOME = "There is no account yet. Make the first one, in another terminal:"


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    with names() as new, EmbeddedPostgres(new()) as running:
        yield running


def said_until_up(process: subprocess.Popen[str], site: str) -> list[str]:
    """What the server says up to the line with its address."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line.strip())
        if site in line:
            return said
    raise AssertionError(f"it ended: {said}, {process.communicate()}")


def refusal(server: EmbeddedPostgres, *options: str, **environment: str) -> str:
    """What the server says when it refuses to start with this database."""
    ended = subprocess.run(
        [*SERVE, *options],
        cwd=CLONE,
        env={**os.environ, **server.environment(), "SECRET_KEY": SECRET, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert ended.returncode == 1
    return ended.stderr


def test_from_nothing_to_an_account_and_to_the_end(name: str, port: int, tmp_path: Path) -> None:
    site = f"http://127.0.0.1:{port}/"
    environment = {"PORT": str(port), "STATIC_ROOT": str(tmp_path / "static"), "DEBUG": "false"}

    with launcher(name, SERVE, **environment) as serving:
        said_until_up(serving, site)
        assert serving.stdout is not None
        assert serving.stdout.readline().strip() == WELCOME
        assert "make manage SITE=serve DO=createsuperuser" in serving.stdout.readline()
        assert "python manage.py createsuperuser" in serving.stdout.readline()
        assert Visitor(site).get("health/").text == "Well.\n"
        assert "no negotiation here that everybody may see" in Visitor(site).get().text
        _refuses_what_is_too_large(port)
        editor = Visitor(site).sign_in("editor", DEMO_PASSWORDS["editor"])
        assert "Signed in as" not in editor.text

        command = "manage.py createsuperuser --no-input --username=anna --email=anna@example.org"
        with launcher(
            name,
            [SERVE[0], *command.split()],
            "--join",
            DJANGO_SUPERUSER_PASSWORD="a long enough pass phrase",
        ) as making:
            assert making.communicate(timeout=SECONDS)[0].strip() == (
                "Superuser created successfully."
            )
        anna = Visitor(site).sign_in("anna", "a long enough pass phrase")
        assert "Signed in as" in anna.text

        web_server, worker = process_with(f"--bind=127.0.0.1:{port}"), _worker(serving)
        for process in (web_server, worker):
            assert b"DATABASE_OWNER_URL=" not in Path(f"/proc/{process}/environ").read_bytes()
        serving.terminate()
        assert serving.wait(SECONDS) == 0
        assert all_have_ended(serving)

    with launcher(name, SERVE, **environment) as serving:
        said = said_until_up(serving, site)
        serving.terminate()
        assert serving.stdout is not None
        assert WELCOME not in [*said, *serving.stdout.read().splitlines()]
        assert serving.wait(SECONDS) == 0


def _refuses_what_is_too_large(port: int) -> None:
    """The web server refuses it by itself; what is a little smaller has an answer of ours."""

    def answer(line: str, *headers: str) -> str:
        with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as link:
            words = [f"GET {line} HTTP/1.1", f"Host: 127.0.0.1:{port}", *headers, "", ""]
            link.sendall("\r\n".join(words).encode())
            link.shutdown(socket.SHUT_WR)
            said = b""
            while part := link.recv(65536):
                said += part
        return said.decode(errors="replace")

    ours = answer("/?q=" + "x" * 7500, "Connection: close")
    assert ours.startswith("HTTP/1.1 414 ")
    assert "This address is too long." in ours
    for said in (
        answer("/?q=" + "x" * 9000),
        answer("/", "X-Long: " + "x" * 9000),
        answer("/", *(f"X-{number}: 1" for number in range(80))),
    ):
        assert said.split()[1] in {"400", "414", "431"}
        assert "This address is too long." not in said


def _worker(launched: subprocess.Popen[str]) -> int:
    """The worker below a launcher."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            session = int((folder / "stat").read_text().rpartition(")")[2].split()[3])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if b"work" in words and session == launched.pid:
            return int(folder.name)
    raise AssertionError("no worker")


@pytest.mark.parametrize(
    ("environment", "complaint"),
    [
        ({"SECRET_KEY": "secret"}, "SECRET_KEY is short or a default"),
        ({"SECRET_KEY": "django-insecure-" + SECRET}, "SECRET_KEY is short or a default"),
        ({"SECRET_KEY": "x" * 60}, "SECRET_KEY is short or a default"),
        ({"DEBUG": "true"}, "DEBUG is on"),
        ({"SECOND_STEP_REQUIRED": "false"}, "SECOND_STEP_REQUIRED is off"),
        ({"LIMIT_API_USER": "many"}, "'many' is no limit: write 20/m"),
        ({"EMAIL_HOST": "mail.example.org"}, "DEFAULT_FROM_EMAIL must say who writes"),
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set."),
        ({"DEBUG": "perhaps"}, 'Environment variable "DEBUG" invalid'),
    ],
)
def test_unfit_settings_are_refused(server, port, environment, complaint) -> None:
    said = refusal(server, PORT=str(port), **environment)
    assert complaint in said
    assert "Traceback" not in said


@pytest.mark.parametrize("setting", VOLATILE)
def test_a_database_that_forgets_is_refused(server, port, setting) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        # Also where only the web role is told so, if that can be.
        target = f"ROLE {WEB} SET" if setting == "synchronous_commit" else "SYSTEM SET"
        connection.execute(f"ALTER {target} {setting} = off".encode())
        connection.execute("SELECT pg_reload_conf()")
        try:
            until(lambda: _shown(server, setting) == "off", f"{setting} was off")
            assert f"has {setting} switched off" in refusal(server, PORT=str(port))
        finally:
            connection.execute(f"ALTER {target.replace('SET', 'RESET')} {setting}".encode())
            connection.execute("SELECT pg_reload_conf()")


def _shown(server: EmbeddedPostgres, setting: str) -> object:
    ((value,),) = run(server, f"SHOW {setting}", WEB)
    return value


def test_the_owner_does_not_serve(server, port) -> None:
    said = refusal(server, PORT=str(port), DATABASE_URL=server.url(OWNER))
    assert f"DATABASE_URL signs in as {OWNER}, who owns the database" in said


def test_a_web_role_that_gets_no_rights_is_told_apart(server, port) -> None:
    said = refusal(server, PORT=str(port), DATABASE_WEB_ROLE="somebody")
    assert "set DATABASE_WEB_ROLE=parley_web before migrating" in said


def test_a_database_that_does_not_answer(server, port) -> None:
    away = "postgresql://parley_web@127.0.0.1:9/parley"
    said = refusal(server, PORT=str(port), DATABASE_URL=away)
    assert "DATABASE_URL names a database that does not answer" in said
    assert "Traceback" not in said


def test_what_nobody_has_migrated_is_not_served(server, port) -> None:
    said = refusal(server, "--web-only", PORT=str(port))
    assert "The web server is not well: The database is empty: it has to be migrated." in said
