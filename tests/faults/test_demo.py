"""`make demo`, below make: from an empty folder to pages, and to its end."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.postgres import EmbeddedPostgres
from config.postgres_home import CLONE, WEB
from tests.faults.launching import SECONDS, all_have_ended, launcher, run
from tests.faults.visiting import Visitor

SERVE = [sys.executable, "-m", "config.serve"]


def lines(process: subprocess.Popen[str]) -> Iterator[str]:
    """What the demo says, up to the last of its accounts."""
    assert process.stdout is not None
    for line in process.stdout:
        yield line.strip()
        if "manager" in line:
            return


def process_with(argument: str) -> int:
    """The oldest process that was started with this argument."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if argument.encode() in (folder / "cmdline").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return min(found)


def test_the_demo_comes_up_keeps_what_was_entered_and_stops(
    name: str, port: int, tmp_path: Path
) -> None:
    site = f"http://127.0.0.1:{port}/"
    environment = {"PORT": str(port), "STATIC_ROOT": str(tmp_path / "static"), "DEBUG": "true"}

    with launcher(name, [*SERVE, "--demo"], **environment) as demo:
        said = list(lines(demo))
        assert f"Parley is at {site} (Ctrl-C stops it)" in said
        accounts = dict(line.split() for line in said[-4:])
        assert list(accounts) == ["reader", "editor", "reviewer", "manager"]
        page = Visitor(site).get()
        assert page.status == 200
        home = page.text
        assert "/russia-ukraine-2025/" in home
        styles = re.findall(r'href="/(static/css/[^"]+\.css)"', home)
        assert styles
        for path in styles:
            assert re.search(r"\.[0-9a-f]{12}\.css$", path), "only with DEBUG off"
            assert Visitor(site).get(path).status == 200
        for username, password in accounts.items():
            assert username in Visitor(site).sign_in(username, password).text
        web_server = process_with(f"--bind=127.0.0.1:{port}")
        environ = Path(f"/proc/{web_server}/environ").read_bytes()
        assert b"DATABASE_URL=" in environ
        assert b"DATABASE_OWNER_URL=" not in environ
        server = EmbeddedPostgres(name)
        run(server, "UPDATE accounts_user SET first_name = 'kept' WHERE username = 'reader'", WEB)
        demo.terminate()
        assert demo.wait(SECONDS) == 0
        assert all_have_ended(demo)

    with launcher(name, [*SERVE, "--demo"], **environment) as demo:
        said = list(lines(demo))
        assert "Collecting the static files" not in said
        names = "SELECT first_name FROM accounts_user WHERE username = 'reader'"
        assert run(server, names, WEB) == [("kept",)]
        os.kill(process_with(f"--bind=127.0.0.1:{port}"), signal.SIGKILL)
        assert demo.wait(SECONDS) == 1
        assert demo.stderr is not None
        assert "The web server has ended by itself." in demo.stderr.read()


def test_a_taken_port_is_told_before_anything_is_done(port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        said = check_port(str(port))
    assert f"Cannot use 127.0.0.1:{port}" in said
    assert check_port(str(port)) == ""


@pytest.mark.parametrize("given", ["web", "0", "65536", "-1", "80.5"])
def test_a_port_that_is_none_is_refused(given: str) -> None:
    assert check_port(given) == f"PORT must be a number from 1 to 65535, not {given!r}.\n"


def check_port(given: str) -> str:
    """What `--check` complains of."""
    checked = subprocess.run(
        [*SERVE, "--check"],
        cwd=CLONE,
        env={**os.environ, "PORT": given},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert checked.returncode == (1 if checked.stderr else 0)
    return checked.stderr
