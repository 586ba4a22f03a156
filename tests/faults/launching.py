"""Starting servers and launchers, killing them, and waiting until that has its effect."""

import contextlib
import itertools
import os
import select
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psycopg

from config.postgres import EmbeddedPostgres, running_server
from config.postgres_home import CLONE, OWNER, Home

SECONDS = 60
numbers = itertools.count(1)

# Says that it runs, then waits until its standard input is closed or a signal ends it.
WAITING = [sys.executable, "-c", "print('ready', flush=True); input()"]


@contextlib.contextmanager
def names() -> Iterator[Callable[[], str]]:
    """Gives names of servers that nobody else has; removes their folders in the end."""
    given: list[str] = []

    def new() -> str:
        given.append(f"faults-{os.getpid()}-{next(numbers)}")
        return given[-1]

    yield new
    for name in given:
        _remove(Home(name))


def _remove(home: Home) -> None:
    until(lambda: running_server(home) is None, "the server had stopped")
    shutil.rmtree(home.folder)


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.02)


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
    return found


def run(server: EmbeddedPostgres, statement: str, role: str = OWNER) -> list[tuple[object, ...]]:
    """What `statement` answers, committed."""
    with psycopg.connect(server.url(role), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def keep_a_row(server: EmbeddedPostgres) -> None:
    """Commit one row more to the table `kept`."""
    run(server, "CREATE TABLE IF NOT EXISTS kept (id int GENERATED ALWAYS AS IDENTITY)")
    run(server, "INSERT INTO kept DEFAULT VALUES")


def rows(server: EmbeddedPostgres) -> int:
    (row,) = run(server, "SELECT count(*) FROM kept")
    assert isinstance(row[0], int)
    return row[0]


@contextlib.contextmanager
def launcher(
    name: str, command: list[str] = WAITING, *options: str, **environment: str
) -> Iterator[subprocess.Popen[str]]:
    """`python -m config.postgres run` in a session of its own; killed in the end."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("DATABASE_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "config.postgres", "run", "--name", name, *options, "--", *command],
        cwd=CLONE,
        env=env | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def first_line(process: subprocess.Popen[str]) -> str:
    """What the command says first: then everything below it runs."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def all_have_ended(process: subprocess.Popen[str]) -> bool:
    """Whether nobody has the other end of the launcher's output any more, the command included."""
    assert process.stdout is not None
    return bool(select.select([process.stdout], [], [], 0)[0]) and process.stdout.read(1) == ""


def start_detached(server: EmbeddedPostgres, command: Sequence[str]) -> subprocess.Popen[bytes]:
    """A process of the server's own user that nothing of ours watches over."""
    user = server.home.user()
    become = {"user": user.pw_uid, "group": user.pw_gid} if server.home.as_root else {}
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        user=become.get("user"),
        group=become.get("group"),
    )


def pid_file(name: str) -> Path:
    return Home(name).data / "postmaster.pid"
