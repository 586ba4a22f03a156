"""The production server on 127.0.0.1:PORT, after the work that must come before it.

    python -m config.postgres run -- python -m config.serve [--demo]

migrates as the owner, with --demo loads the sample data as the web role, collects the static
files, starts gunicorn, and prints the address once it answers. `--check` only says whether the
port is free.
"""

import argparse
import hashlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders

from config.postgres_home import CLONE
from config.processes import exit_on_stop_signals, spawn
from positions.sample import DEMO_PASSWORDS, FIRST_PAGE

HOST = "127.0.0.1"
WORKERS, THREADS = 2, 4
ANSWER_SECONDS = 60
STOP_SECONDS = 20
POLL_SECONDS = 0.05


class ServeError(Exception):
    """The server cannot be brought up; the message says why."""


def port_from(environment: Mapping[str, str]) -> int:
    """The port that PORT names, 8000 by default; ServeError if it is none or is taken."""
    given = environment.get("PORT") or "8000"
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise ServeError(f"PORT must be a number from 1 to 65535, not {given!r}.")
    port = int(given)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise ServeError(
                f"Cannot use {HOST}:{port} ({error.strerror}), perhaps another demo runs there: "
                f"stop that, or choose another port, as in `make demo PORT={port % 65535 + 1}`."
            ) from None
    return port


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
def web_server(port: int, env: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """gunicorn while the block runs."""
    options = {
        "bind": f"{HOST}:{port}",
        "worker-class": "gthread",
        "workers": str(WORKERS),
        "threads": str(THREADS),
        "graceful-timeout": str(STOP_SECONDS // 2),
        "log-level": "warning",
    }
    child = spawn(
        [
            *(sys.executable, "-m", "gunicorn", "config.wsgi:application", "--no-control-socket"),
            *(f"--{name}={value}" for name, value in options.items()),
        ],
        env=env,
        cwd=CLONE,
    )
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def wait_until_it_answers(server: subprocess.Popen[bytes], port: int) -> None:
    """Return when the home page comes; ServeError if it is an error or takes too long."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while True:
        connection = http.client.HTTPConnection(HOST, port, timeout=ANSWER_SECONDS)
        try:
            connection.request("GET", "/")
            status = connection.getresponse().status
        except OSError:
            if server.poll() is not None:
                raise ServeError("The web server did not start.") from None
            if time.monotonic() > deadline:
                raise ServeError("The web server does not answer.") from None
            time.sleep(POLL_SECONDS)
        else:
            if status >= 500:
                raise ServeError(f"The web server answers with an error ({status}).")
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


def serve(*, demo: bool) -> None:
    """Do all of it and return when the web server ends; ServeError if something fails."""
    port = port_from(os.environ)
    if demo:
        os.environ["DEBUG"] = "false"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    env = dict(os.environ)
    owner = env.pop("DATABASE_OWNER_URL", env.get("DATABASE_URL", ""))
    say("Migrating the database")
    manage("migrate", "--no-input", "--verbosity=0", env=env | {"DATABASE_URL": owner})
    if demo:
        say("Loading the sample data")
        manage("load_sample", env=env)
    collect_static_files(env)
    say("Starting the web server")
    with web_server(port, env) as server:
        wait_until_it_answers(server, port)
        say(f"Parley is at http://{HOST}:{port}/ (Ctrl-C stops it)")
        if demo:
            say(f"Where the sides stood on 2 June 2025: http://{HOST}:{port}/{FIRST_PAGE}")
            say("Sign in as")
            for name, password in DEMO_PASSWORDS.items():
                say(f"  {name:<10} {password}")
        server.wait()
    raise ServeError("The web server has ended by itself.")


def say(line: str) -> None:
    """Print a line now, also into a pipe."""
    print(line, flush=True)


def main() -> int:
    """The command line; returns the exit code, 0 when we were asked to stop."""
    parser = argparse.ArgumentParser(prog="python -m config.serve")
    parser.add_argument("--demo", action="store_true", help="with sample data and accounts")
    parser.add_argument("--check", action="store_true", help="only see whether PORT is free")
    options = parser.parse_args()
    exit_on_stop_signals()
    try:
        if options.check:
            port_from(os.environ)
        else:
            serve(demo=options.demo)
    except ServeError as error:
        print(error, file=sys.stderr)
        return 1
    except SystemExit:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
