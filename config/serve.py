"""The production server on HOST:PORT (127.0.0.1:8000), after the work that must come before it.

    python -m config.postgres run -- python -m config.serve [--demo | --web-only]

refuses settings and databases that are not fit for people's work, migrates as the owner, collects
the static files, starts gunicorn and the worker, and prints the address once it answers.
With --demo it loads the sample data, too, and listens on this machine only; with --web-only it
leaves all but gunicorn to others. `--check` only says whether the port is free.
"""

import argparse
import hashlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path

import django
import psycopg
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from environs import EnvError

from config.health import ADDRESS
from config.postgres_home import CLONE
from config.processes import exit_on_stop_signals, spawn
from config.safety import weak_database, weak_settings
from positions.sample import DEMO_PASSWORDS, FIRST_PAGE

LOCAL = "127.0.0.1"
WORKERS, THREADS = 2, 4
WORKER = ["manage.py", "work"]
ANSWER_SECONDS = 60
STOP_SECONDS = 20
POLL_SECONDS = 0.05


class ServeError(Exception):
    """The server cannot be brought up; the message says why."""


def address_from(environment: Mapping[str, str]) -> tuple[str, int]:
    """The host and port that HOST and PORT name; ServeError if they are none or taken."""
    given = environment.get("PORT") or "8000"
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise ServeError(f"PORT must be a number from 1 to 65535, not {given!r}.")
    host, port = environment.get("HOST") or LOCAL, int(given)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ServeError(
                f"Cannot use {host}:{port} ({error.strerror}), perhaps another Parley runs there: "
                f"stop that, or choose another port, as in `make demo PORT={port % 65535 + 1}`."
            ) from None
    return host, port


def manage(*arguments: str, env: Mapping[str, str]) -> None:
    """Run a management command; ServeError if it fails (its own words are on the screen)."""
    child = spawn([sys.executable, "manage.py", *arguments], env=env, cwd=CLONE)
    try:
        code = child.wait()
    finally:
        child.kill()
        child.wait()
    if code != 0:
        raise ServeError(f"`manage.py {arguments[0]}` failed.")


@contextmanager
def running(command: Sequence[str], env: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A Python program while the block runs."""
    child = spawn([sys.executable, *command], env=env, cwd=CLONE)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def gunicorn(host: str, port: int) -> list[str]:
    """The command of the web server."""
    options = {
        "bind": f"{host}:{port}",
        "worker-class": "gthread",
        "workers": os.environ.get("WEB_CONCURRENCY") or str(WORKERS),
        "threads": str(THREADS),
        "graceful-timeout": str(STOP_SECONDS // 2),
        "log-level": "warning",
        "logger-class": "config.serverlog.ServerLogger",
        # A little above what our own pages refuse, so that these are read.
        "limit-request-line": "8190",
        "limit-request-fields": "60",
        "limit-request-field_size": "8190",
        # Of a process that does not answer the first one; what a request may take, the database
        # bounds (config/patience.py).
        "timeout": "60",
        "keep-alive": "5",
        "worker-connections": "200",
        # Memory that a library leaks goes with its process; not of all processes at once.
        "max-requests": "10000",
        "max-requests-jitter": "2000",
    }
    command = ["-m", "gunicorn", "config.wsgi:application", "--no-control-socket"]
    return command + [f"--{name}={value}" for name, value in options.items()]


def wait_until_it_answers(server: subprocess.Popen[bytes], host: str, port: int) -> None:
    """Return when the server is well; ServeError if it says it is not or takes too long."""
    deadline = time.monotonic() + ANSWER_SECONDS
    reached = LOCAL if host == "0.0.0.0" else host
    while True:
        connection = http.client.HTTPConnection(reached, port, timeout=ANSWER_SECONDS)
        try:
            connection.request("GET", ADDRESS)
            answer = connection.getresponse()
            words = answer.read().decode().strip()
        except OSError:
            if server.poll() is not None:
                raise ServeError("The web server did not start.") from None
            if time.monotonic() > deadline:
                raise ServeError("The web server does not answer.") from None
            time.sleep(POLL_SECONDS)
        else:
            if answer.status != 200:
                raise ServeError(f"The web server is not well: {words}")
            return
        finally:
            connection.close()


def collect_static_files(env: Mapping[str, str]) -> None:
    """Collect them, unless they are those that were collected last time."""
    seen = hashlib.sha256(version("whitenoise").encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = os.stat(storage.path(path))
            seen.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    stamp = Path(f"{settings.STATIC_ROOT}.collected")
    if not stamp.exists() or stamp.read_text() != seen.hexdigest():
        say("Collecting the static files")
        stamp.unlink(missing_ok=True)
        manage("collectstatic", "--no-input", "--clear", "--verbosity=0", env=env)
        stamp.write_text(seen.hexdigest())


def refuse_what_is_unfit(url: str) -> None:
    """ServeError if the settings or the database at `url` would endanger people's work."""
    try:
        found = weak_settings() + weak_database(url)
    except psycopg.Error as error:
        raise ServeError(f"DATABASE_URL names a database that does not answer: {error}") from None
    if found:
        raise ServeError(
            "Not started, because this is not fit for people's work:\n"
            + "\n".join(f"- {complaint}" for complaint in found)
        )


def serve(*, demo: bool, web_only: bool) -> None:
    """Do all of it and return when the web server ends; ServeError if something fails."""
    host, port = address_from(os.environ | ({"HOST": LOCAL} if demo else {}))
    if demo:
        os.environ["DEBUG"] = "false"
        # Everybody knows the demo's accounts, and nobody has its manager's telephone.
        os.environ["SECOND_STEP_REQUIRED"] = "false"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        django.setup()
    except (ImproperlyConfigured, EnvError) as error:
        raise ServeError(str(error)) from None
    env = dict(os.environ)
    owner = env.pop("DATABASE_OWNER_URL", "")
    if not demo:
        refuse_what_is_unfit(env["DATABASE_URL"])
    if not web_only:
        if owner:
            say("Migrating the database")
            manage("migrate", "--no-input", "--verbosity=0", env=env | {"DATABASE_URL": owner})
        if demo:
            say("Loading the sample data")
            manage("load_sample", env=env)
        collect_static_files(env)
    say("Starting the web server")
    with ExitStack() as children:
        if not web_only:
            children.enter_context(running(WORKER, env))
        server = children.enter_context(running(gunicorn(host, port), env))
        wait_until_it_answers(server, host, port)
        say(f"Parley is at http://{host}:{port}/ (Ctrl-C stops it)")
        if demo:
            say(f"Where the sides stood on 2 June 2025: http://{host}:{port}/{FIRST_PAGE}")
            say("Sign in as")
            for name, password in DEMO_PASSWORDS.items():
                say(f"  {name:<10} {password}")
        elif not has_accounts(env["DATABASE_URL"]):
            say("There is no account yet. Make the first one, in another terminal:")
            say("  make manage SITE=serve DO=createsuperuser")
            say("(without make: python manage.py createsuperuser)")
        server.wait()
    raise ServeError("The web server has ended by itself.")


def has_accounts(url: str) -> bool:
    """Whether anybody can sign in."""
    with psycopg.connect(url) as connection:
        query = "SELECT FROM accounts_user WHERE is_active LIMIT 1"
        return connection.execute(query).fetchone() is not None


def say(line: str) -> None:
    """Print a line now, also into a pipe."""
    print(line, flush=True)


def main() -> int:
    """The command line; returns the exit code, 0 when we were asked to stop."""
    parser = argparse.ArgumentParser(prog="python -m config.serve")
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--demo", action="store_true", help="with sample data and accounts")
    kinds.add_argument(
        "--web-only", action="store_true", help="without migrations, static files, worker"
    )
    parser.add_argument("--check", action="store_true", help="only see whether PORT is free")
    options = parser.parse_args()
    exit_on_stop_signals()
    try:
        if options.check:
            address_from(os.environ)
        else:
            serve(demo=options.demo, web_only=options.web_only)
    except ServeError as error:
        print(error, file=sys.stderr)
        return 1
    except SystemExit:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
