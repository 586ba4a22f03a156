"""The embedded PostgreSQL: made, started as our child and stopped again, without Django.

    python -m config.postgres run [--name NAME] -- COMMAND…

runs COMMAND with DATABASE_URL (the web role) and DATABASE_OWNER_URL (the role that migrates). If
DATABASE_URL is set already, nothing is started and COMMAND gets that database. In either case it
gets a SECRET_KEY.
"""

import argparse
import contextlib
import locale
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from config.postgres_home import (
    CLONE,
    OWNER,
    SUPERUSER,
    WEB,
    Home,
    PostgresError,
    make_folder,
    write_private,
)
from config.processes import die_with_parent, exit_on_stop_signals, spawn, supervise

DATABASE = "parley"
START_SECONDS = 120
STOP_SECONDS = 30
POLL_SECONDS = 0.02

# What a statement was and what it was given stays out of the server's log: it may be a draft.
SILENT = {"log_min_messages": "log", "log_min_error_statement": "panic"}
# For tests: a crash of the machine may cost the data, a killed server does not.
VOLATILE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# A table of a test is analyzed while it is empty, if at all, and later plans expect it to be so.
# What was never analyzed is judged by its size.
UNATTENDED = {"autovacuum": "off"}


class EmbeddedPostgres:
    """One PostgreSQL server of this clone; as a context manager it runs inside the block.

    `name` tells the servers of one clone apart, `clone` is the folder that they belong to,
    `volatile` trades durability for speed. Only one process at a time may run a server.
    `process` is the running postmaster.
    """

    def __init__(self, name: str = "demo", *, clone: Path = CLONE, volatile: bool = False) -> None:
        self.home = Home(name, clone)
        self.passwords = self.home.secrets()
        self.volatile = volatile
        self.process: subprocess.Popen[bytes] | None = None
        self._running = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def url(self, role: str = WEB, database: str = DATABASE) -> str:
        """The address at which `role` signs in to `database`, through a socket that is ours."""
        host = quote(os.fsencode(self.home.socket), safe="")
        return f"postgresql://{role}:{self.passwords[role]}@{host}/{database}"

    def environment(self) -> dict[str, str]:
        """The variables by which programs find the database."""
        return {"DATABASE_URL": self.url(WEB), "DATABASE_OWNER_URL": self.url(OWNER)}

    def start(self) -> None:
        """Start the server, made first if there is none, and wait until it answers.

        Raises PostgresError if another process runs it or if it does not come up.
        """
        if self.process is not None:
            raise PostgresError(f"The database {self.home.name!r} is started already.")
        with contextlib.ExitStack() as running:
            running.enter_context(self.home.lease())
            make_folder(self.home.socket, 0o700, self.home.user())
            self._clear_away()
            if not self.home.data.exists():
                self._initialise()
            running.callback(self._stop_process)
            self._launch()
            self._running = running.pop_all()

    def stop(self) -> None:
        """Stop the server: clients are cut off, what was committed is on disk."""
        self._running.close()

    def restart_if_dead(self) -> bool:
        """Start the server again if it has ended by itself; returns whether that was so."""
        if self.process is None or self.process.poll() is None:
            return False
        self.stop()
        self.start()
        return True

    def _initialise(self) -> None:
        user = self.home.user()
        for leftover in self.home.folder.glob("new-data-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        # A new name each time: an interrupted initdb may still be clearing up after itself.
        unfinished = self.home.folder / f"new-data-{secrets.token_hex(8)}"
        make_folder(unfinished, 0o700, user)
        password_file = self.home.socket / "password"
        write_private(password_file, self.passwords[SUPERUSER], user)
        initdb = self._spawn(
            "initdb",
            f"--pgdata={unfinished}",
            f"--username={SUPERUSER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            f"--lc-ctype={_character_types()}",
            "--locale-provider=builtin",
            "--builtin-locale=PG_UNICODE_FAST",
            "--data-checksums",
        )
        try:
            if initdb.wait() != 0:
                raise PostgresError(f"initdb failed:\n{self.home.log_tail()}")
        finally:
            initdb.kill()
            initdb.wait()
            password_file.unlink()
        unfinished.rename(self.home.data)

    def _launch(self) -> None:
        socket = str(self.home.socket).replace('"', '""')
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{socket}"',
            "unix_socket_permissions": "0700",
            "port": "5432",  # names the socket; no TCP port is opened
            "timezone": "UTC",
            "log_timezone": "UTC",
            **SILENT,
            **(VOLATILE | UNATTENDED if self.volatile else {}),
        }
        options = [word for pair in settings.items() for word in ("-c", "=".join(pair))]
        deadline = time.monotonic() + START_SECONDS
        while True:
            # If we die, a fast shutdown as in stop(): nobody will be there to ask for another.
            self.process = self._spawn(
                "postgres", "-D", str(self.home.data), *options, death_signal=signal.SIGINT
            )
            connection = self._connect_when_ready(self.process, deadline)
            if connection is not None:
                with connection:
                    _make_roles(connection, self.passwords)
                return
            time.sleep(POLL_SECONDS)

    def _spawn(self, program: str, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        if self.home.as_root:
            user = self.home.user()
            options |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        with self.home.new_log() as log:
            return spawn(
                [str(self.home.binaries() / program), *arguments],
                env={"LC_ALL": "C", "PATH": os.defpath},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A session of its own, so that Ctrl-C reaches us and not the database.
                start_new_session=True,
                **options,
            )

    def _connect_when_ready(
        self, process: subprocess.Popen[bytes], deadline: float
    ) -> psycopg.Connection | None:
        """A superuser's connection; None if processes of an earlier server are in the way."""
        while True:
            ended = process.poll() is not None
            try:
                return psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True)
            except psycopg.OperationalError as error:
                late = time.monotonic() > deadline
                if ended:
                    log = self.home.log_tail()
                    if "is still in use" in log and not late:
                        # Backends of a killed server; they notice its end within moments.
                        return None
                    raise PostgresError(f"PostgreSQL did not start:\n{log}") from None
                if late:
                    raise PostgresError(f"PostgreSQL does not answer: {error}") from None
            time.sleep(POLL_SECONDS)

    def _stop_process(self) -> None:
        if self.process is None:
            return
        # Fast; then at once, to recover at the next start; then what nothing survives.
        for signum in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            self.process.send_signal(signum)
            try:
                self.process.wait(STOP_SECONDS)
                break
            except subprocess.TimeoutExpired:
                continue
        self.process = None

    def _clear_away(self) -> None:
        """Stop a server that outlived its launcher, and remove what a dead one left."""
        pid_file = self.home.data / "postmaster.pid"
        deadline = time.monotonic() + STOP_SECONDS
        while (pid := running_server(self.home)) is not None:
            late = time.monotonic() - deadline
            if late > STOP_SECONDS:
                raise PostgresError(f"An earlier server (process {pid}) does not stop.")
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT if late < 0 else signal.SIGQUIT)
            time.sleep(POLL_SECONDS)
        # PostgreSQL would take any process of ours that has the number now for its predecessor.
        pid_file.unlink(missing_ok=True)
        for leftover in self.home.socket.iterdir():
            leftover.unlink()


def running_server(home: Home) -> int | None:
    """The pid in postmaster.pid, if that really is a postgres of our user serving our data."""
    try:
        pid = int((home.data / "postmaster.pid").read_text().partition("\n")[0])
    except (FileNotFoundError, ValueError):
        return None
    line = _command_line(pid, home.user().pw_uid)
    return pid if f"/postgres -D {home.data} -c " in line else None


def _command_line(pid: int, uid: int) -> str:
    """The command line of the process `pid` if it lives and belongs to `uid`, else nothing."""
    processes = Path("/proc")
    if (processes / "self" / "cmdline").exists():
        process = processes / str(pid)
        try:
            if process.stat().st_uid != uid:
                return ""
            return os.fsdecode((process / "cmdline").read_bytes()).replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            return ""
    shown = subprocess.run(
        ["ps", "-ww", "-o", "uid=", "-o", "args=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    owner, _, line = shown.stdout.strip().partition(" ")
    return line if owner == str(uid) else ""


def _character_types() -> str:
    """The locale by which text search tells letters from signs: under plain C, « is a letter."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "en_US.UTF-8"):
            with contextlib.suppress(locale.Error):
                return locale.setlocale(locale.LC_CTYPE, name)
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)


def _make_roles(connection: psycopg.Connection, passwords: Mapping[str, str]) -> None:
    """Make the two roles and the database where they are missing, and set what they may do."""
    for role, rights in ((OWNER, "CREATEDB"), (WEB, "NOCREATEDB")):
        found = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone()
        connection.execute(
            sql.SQL(
                "{verb} ROLE {role} LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS"
                " {rights} PASSWORD {password}"
            ).format(
                verb=sql.SQL("CREATE" if found is None else "ALTER"),
                role=sql.Identifier(role),
                rights=sql.SQL(rights),
                password=sql.Literal(passwords[role]),
            )
        )
    database, owner = sql.Identifier(DATABASE), sql.Identifier(OWNER)
    found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
    if found is None:
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, owner))
    # A temporary table that takes the name of another would be read in its place.
    connection.execute(
        sql.SQL("REVOKE CREATE, TEMPORARY ON DATABASE {}, postgres, template1 FROM PUBLIC").format(
            database
        )
    )


def _run(command: Sequence[str], *, name: str, volatile: bool, join: bool) -> int:
    server = EmbeddedPostgres(name, volatile=volatile)
    env = dict(os.environ)
    env["SECRET_KEY"] = env.get("SECRET_KEY") or server.passwords["secret_key"]
    if env.get("DATABASE_URL"):
        return supervise(command, env=env, check=lambda: None)
    env |= server.environment()
    if join and server.home.in_use():
        return supervise(command, env=env, check=lambda: None)

    def keep_alive() -> None:
        if server.restart_if_dead():
            print("PostgreSQL had ended by itself and was started again.", file=sys.stderr)

    with server:
        return supervise(command, env=env, check=keep_alive)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m config.postgres")
    run = parser.add_subparsers(dest="action", required=True).add_parser(
        "run", help="run a command with a database"
    )
    run.add_argument("--name", default="demo", help="which server of this clone (demo)")
    run.add_argument("--volatile", action="store_true", help="faster; for tests only")
    run.add_argument(
        "--join", action="store_true", help="use the server that another process runs, if any"
    )
    run.add_argument(
        "--die-with-parent", action="store_true", help="stop when the program above us dies"
    )
    run.add_argument("command", nargs="+", metavar="COMMAND")
    options = parser.parse_args(arguments)
    if shutil.which(options.command[0]) is None:
        print(f"There is no program {options.command[0]!r}.", file=sys.stderr)
        return 127
    exit_on_stop_signals()
    if options.die_with_parent:
        die_with_parent(signal.SIGTERM, os.getppid())
    try:
        return _run(
            options.command, name=options.name, volatile=options.volatile, join=options.join
        )
    except PostgresError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
