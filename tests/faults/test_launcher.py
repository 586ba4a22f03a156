"""`python -m config.postgres run`: its command and its server, when signals and kills come."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable

import psycopg
import pytest

from config.postgres import EmbeddedPostgres
from config.postgres_home import CLONE, Home
from tests.faults.launching import (
    SECONDS,
    WAITING,
    all_have_ended,
    first_line,
    keep_a_row,
    launcher,
    pid_file,
    rows,
    until,
)


def test_joining_uses_the_server_that_runs(name: str) -> None:
    ask = "import os, psycopg; psycopg.connect(os.environ['DATABASE_URL']); print('answered')"
    with EmbeddedPostgres(name) as server:
        with launcher(name, [sys.executable, "-c", ask], "--join") as joined:
            assert joined.communicate(timeout=SECONDS) == ("answered\n", "")
        keep_a_row(server)


def test_a_launcher_brings_back_a_killed_server_below_its_command(name: str) -> None:
    with launcher(name) as running:
        assert first_line(running) == "ready"
        server = EmbeddedPostgres(name)
        keep_a_row(server)
        before = rows(server)
        killed = int(pid_file(name).read_text().split()[0])
        os.kill(killed, signal.SIGKILL)

        def answers() -> bool:
            with contextlib.suppress(psycopg.OperationalError):
                return rows(server) == before
            return False

        until(answers, "the server was back with its rows")
        assert int(pid_file(name).read_text().split()[0]) != killed
        _, said = running.communicate("\n", timeout=SECONDS)
        assert "started again" in said
    assert running.returncode == 0


def test_a_killed_launcher_takes_everything_along_and_the_next_start_recovers(name: str) -> None:
    with launcher(name) as running:
        assert first_line(running) == "ready"
        server = EmbeddedPostgres(name)
        keep_a_row(server)
        before = rows(server)
        running.kill()
        until(lambda: all_have_ended(running), "the command had ended")
        until(lambda: not pid_file(name).exists(), "the server had stopped")
    with server:
        assert rows(server) == before


def test_a_server_and_launcher_killed_together_recover(name: str) -> None:
    with launcher(name) as running:
        assert first_line(running) == "ready"
        server = EmbeddedPostgres(name)
        keep_a_row(server)
        before = rows(server)
        os.kill(running.pid, signal.SIGSTOP)  # else it would start the server again
        os.kill(int(pid_file(name).read_text().split()[0]), signal.SIGKILL)
        running.kill()
    assert pid_file(name).exists()
    with server:
        assert rows(server) == before


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_command_and_server(name: str, signum: signal.Signals) -> None:
    with launcher(name) as running:
        assert first_line(running) == "ready"
        assert pid_file(name).exists()
        running.send_signal(signum)
        running.wait(SECONDS)
        assert all_have_ended(running)
    expected = signal.SIGTERM if signum == signal.SIGHUP else signum
    assert running.returncode == 128 + expected
    assert not pid_file(name).exists()
    assert list(Home(name).socket.iterdir()) == []


def test_a_signal_while_the_server_starts_leaves_nothing_behind(
    new_name: Callable[[], str],
) -> None:
    name = new_name()
    with launcher(name) as running:
        until(lambda: any(Home(name).folder.glob("new-data-*")), "initdb was at work")
        running.terminate()
        running.wait(SECONDS)
        assert all_have_ended(running)
    assert running.returncode == 128 + signal.SIGTERM
    assert not pid_file(name).exists()
    with EmbeddedPostgres(name) as server:
        keep_a_row(server)


def test_the_launcher_dies_with_its_parent_if_asked(name: str) -> None:
    script = (
        "import subprocess, sys;"
        "subprocess.run([sys.executable, '-m', 'config.postgres', 'run', '--die-with-parent',"
        f" '--name', '{name}', '--', *{WAITING!r}])"
    )
    env = {key: value for key, value in os.environ.items() if not key.startswith("DATABASE_")}
    with subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=CLONE,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as parent:
        assert first_line(parent) == "ready"
        parent.kill()
        until(lambda: all_have_ended(parent), "the command had ended")
    until(lambda: not pid_file(name).exists(), "the server had stopped")


def test_the_exit_code_is_the_commands(name: str) -> None:
    with launcher(name, [sys.executable, "-c", "raise SystemExit(7)"]) as running:
        running.communicate(timeout=SECONDS)
    assert running.returncode == 7


def test_a_missing_command_starts_nothing(name: str) -> None:
    with launcher(name, ["no-such-program"]) as running:
        assert running.communicate(timeout=SECONDS) == (
            "",
            "There is no program 'no-such-program'.\n",
        )
    assert running.returncode == 127


def test_a_database_of_the_users_own_is_used_as_it_is(new_name: Callable[[], str]) -> None:
    name = new_name()
    tell = "import os; print(os.environ['DATABASE_URL'], 'DATABASE_OWNER_URL' in os.environ)"
    address = "postgresql://elsewhere.example/mine"
    with launcher(name, [sys.executable, "-c", tell], DATABASE_URL=address) as running:
        assert running.communicate(timeout=SECONDS) == (f"{address} False\n", "")
    assert not Home(name).data.exists()
