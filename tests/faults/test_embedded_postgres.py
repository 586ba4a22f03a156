"""The embedded PostgreSQL: what it is made of, who may do what, what it survives."""

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from config.postgres import EmbeddedPostgres
from config.postgres_home import OWNER, WEB, PostgresError
from tests.faults.launching import (
    SECONDS,
    keep_a_row,
    launcher,
    pid_file,
    rows,
    run,
    start_detached,
    until,
)


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
    half_made = server.home.folder / "new-data-1"
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


def test_a_name_cannot_lead_out_of_the_clone() -> None:
    with pytest.raises(PostgresError, match="cannot name a server"):
        EmbeddedPostgres("../elsewhere")
