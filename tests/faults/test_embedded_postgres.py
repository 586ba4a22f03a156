"""The embedded PostgreSQL and its launcher when things go wrong around them."""

import contextlib
import itertools
import os
import select
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psycopg
import pytest

from config.postgres import EmbeddedPostgres
from config.postgres_home import CLONE, OWNER, WEB, Home, PostgresError

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
        shutil.rmtree(Home(name).folder)


@pytest.fixture(scope="module")
def name() -> Iterator[str]:
    """A server made once for all tests that can share one."""
    with names() as new:
        yield new()


@pytest.fixture
def new_name() -> Iterator[Callable[[], str]]:
    with names() as new:
        yield new


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.02)


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


def test_rows_are_kept_from_one_start_to_the_next(name: str) -> None:
    with EmbeddedPostgres(name) as server:
        keep_a_row(server)
        before = rows(server)
    with EmbeddedPostgres(name) as server:
        assert rows(server) == before
    assert not pid_file(name).exists()


def test_settings_are_durable_and_no_tcp_port_is_open(name: str) -> None:
    shown = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
    shown |= {"data_checksums": "on", "listen_addresses": "", "server_encoding": "UTF8"}
    with EmbeddedPostgres(name) as server:
        for setting, value in shown.items():
            assert run(server, f"SHOW {setting}") == [(value,)], setting


def test_cyrillic_has_cases_and_punctuation(name: str) -> None:
    with EmbeddedPostgres(name) as server:
        assert run(server, "SELECT lower('ЇЖАК'), upper('ґанок')") == [("їжак", "ҐАНОК")]
        lexemes = "SELECT tsvector_to_array(to_tsvector('simple', '«Перемир’я» — “мир”…'))"
        assert run(server, lexemes) == [(["мир", "перемир", "я"],)]


def test_only_we_can_read_passwords_and_enter_the_socket_folder(name: str) -> None:
    with EmbeddedPostgres(name) as server:
        home = server.home
        for path, mode in (
            (home.folder / "secrets.json", 0o600),
            (home.log, 0o600),
            (home.socket, 0o700),
            (home.data, 0o700),
        ):
            assert stat.S_IMODE(path.stat().st_mode) == mode, path
        assert not (home.socket / "password").exists()
        assert len({server.passwords[role] for role in ("postgres", OWNER, WEB)}) == 3
        stranger = server.url(WEB).replace(server.passwords[WEB], server.passwords[OWNER])
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(stranger)


def test_no_role_is_a_superuser_and_the_owner_owns(name: str) -> None:
    with EmbeddedPostgres(name) as server:
        attributes = (
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls"
            " FROM pg_roles WHERE rolname = current_user"
        )
        assert run(server, attributes, OWNER) == [(False, True, False, False, False)]
        assert run(server, attributes, WEB) == [(False, False, False, False, False)]
        owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'parley'"
        assert run(server, owner) == [(OWNER,)]
        run(server, "CREATE TEMPORARY TABLE mine ()")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TEMPORARY TABLE sham ()",
        "CREATE TABLE sham ()",
        "CREATE SCHEMA sham",
        "CREATE DATABASE sham",
        "CREATE ROLE sham",
        f"SET ROLE {OWNER}",
        "ALTER SYSTEM SET fsync = off",
        "COPY (SELECT 1) TO PROGRAM 'cat'",
    ],
)
def test_the_web_role_may_not(name: str, statement: str) -> None:
    with (
        EmbeddedPostgres(name) as server,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        run(server, statement, WEB)


def test_the_web_role_may_make_no_temporary_table_in_any_database(name: str) -> None:
    with EmbeddedPostgres(name) as server:
        for database in ("postgres", "template1"):
            with (
                psycopg.connect(server.url(WEB, database)) as connection,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                connection.execute("CREATE TEMPORARY TABLE sham ()")


def test_rights_given_by_mistake_are_taken_away_at_the_next_start(name: str) -> None:
    with (
        EmbeddedPostgres(name) as server,
        psycopg.connect(server.url("postgres"), autocommit=True) as connection,
    ):
        connection.execute(f"ALTER ROLE {WEB} SUPERUSER CREATEDB PASSWORD 'guessed'")
    with EmbeddedPostgres(name) as server:
        shown = run(server, "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = user", WEB)
        assert shown == [(False, False)]


def test_two_servers_of_one_clone_run_at_once(name: str, new_name: Callable[[], str]) -> None:
    with EmbeddedPostgres(name) as one, EmbeddedPostgres(new_name(), volatile=True) as other:
        keep_a_row(one)
        assert run(other, "SELECT to_regclass('kept')") == [(None,)]
        assert run(other, "SHOW fsync") == [("off",)]


def test_the_same_name_in_a_deep_clone_is_another_server(name: str, tmp_path: Path) -> None:
    clone = tmp_path / "a folder" / ("глибоко" * 10)
    clone.mkdir(parents=True)
    with EmbeddedPostgres(name) as here, EmbeddedPostgres(name, clone=clone) as there:
        try:
            keep_a_row(here)
            assert run(there, "SELECT to_regclass('kept')") == [(None,)]
            assert len(os.fsencode(there.home.socket / ".s.PGSQL.5432")) < 104
        finally:
            there.stop()
            shutil.rmtree(there.home.socket)
            shutil.rmtree(there.home.base)


def test_a_second_start_of_one_server_is_refused_and_harms_nothing(name: str) -> None:
    with EmbeddedPostgres(name) as server:
        with pytest.raises(PostgresError, match=f"in use already, by process {os.getpid()}"):
            EmbeddedPostgres(name).start()
        with launcher(name) as second:
            _, said = second.communicate(timeout=SECONDS)
        assert second.returncode == 1
        assert f"in use already, by process {os.getpid()}" in said
        keep_a_row(server)


def test_joining_uses_the_server_that_runs(name: str) -> None:
    ask = "import os, psycopg; psycopg.connect(os.environ['DATABASE_URL']); print('answered')"
    with EmbeddedPostgres(name) as server:
        with launcher(name, [sys.executable, "-c", ask], "--join") as joined:
            assert joined.communicate(timeout=SECONDS) == ("answered\n", "")
        keep_a_row(server)


def test_a_killed_server_is_restarted_with_every_committed_row(name: str) -> None:
    with EmbeddedPostgres(name) as server:
        assert not server.restart_if_dead()
        keep_a_row(server)
        before = rows(server)
        assert server.process is not None
        server.process.kill()
        server.process.wait(SECONDS)
        assert server.restart_if_dead()
        assert rows(server) == before


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


def test_a_server_that_outlived_its_launcher_is_stopped_first(name: str) -> None:
    with EmbeddedPostgres(name) as server:
        keep_a_row(server)
        before = rows(server)
        assert server.process is not None
        command = server.process.args
    assert isinstance(command, list)
    with start_detached(server, command) as orphan:
        until(pid_file(name).exists, "the orphan had its pid file")
        with server:
            assert orphan.wait(SECONDS) == 0
            assert rows(server) == before


def test_a_process_that_has_the_pid_of_a_dead_server_is_left_alone(
    name: str, new_name: Callable[[], str]
) -> None:
    server = EmbeddedPostgres(name)
    with server:
        keep_a_row(server)
    with EmbeddedPostgres(new_name()) as other, start_detached(server, ["cat"]) as bystander:
        assert other.process is not None
        for pid in (bystander.pid, other.process.pid):
            shutil.copy(other.home.data / "postmaster.pid", pid_file(name))
            pid_file(name).write_text(
                pid_file(name).read_text().replace(str(other.process.pid), str(pid), 1)
            )
            with server:
                assert rows(server) > 0
            assert bystander.poll() is None
            assert run(other, "SELECT 1") == [(1,)]
        bystander.communicate(timeout=SECONDS)
    assert bystander.returncode == 0


def test_an_unreadable_pid_file_is_no_obstacle(name: str) -> None:
    with EmbeddedPostgres(name) as server:
        pass
    pid_file(name).write_text("")
    with server:
        assert run(server, "SELECT 1") == [(1,)]


def test_a_first_start_that_was_cut_short_is_done_again(new_name: Callable[[], str]) -> None:
    server = EmbeddedPostgres(new_name())
    half_made = server.home.folder / "data.new"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18")
    with server:
        keep_a_row(server)
        assert not half_made.exists()


def test_a_first_start_without_roles_is_completed(name: str) -> None:
    with EmbeddedPostgres(name) as server:
        pass
    with (
        server,
        psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as connection,
    ):
        connection.execute("DROP DATABASE parley")
        connection.execute(f"DROP ROLE {WEB}")
    with server:
        assert run(server, "SELECT current_user::text", WEB) == [(WEB,)]


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
        until((Home(name).folder / "data.new").exists, "initdb was at work")
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


def test_a_name_cannot_lead_out_of_the_clone() -> None:
    with pytest.raises(PostgresError, match="cannot name a server"):
        EmbeddedPostgres("../elsewhere")
