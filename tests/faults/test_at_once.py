"""Many at once, against the real server and a database that keeps what it says it has kept.

Nothing that was acknowledged is lost, nothing is half saved, and what is sent again is done once.
"""

import contextlib
import http.client
import json
import os
import re
import subprocess
import sys
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from config.postgres import EmbeddedPostgres
from config.postgres_home import CLONE, OWNER
from positions.sample import DEMO_PASSWORDS
from tests.faults.launching import SECONDS, free_port, names, run, until
from tests.faults.test_demo import SERVE, lines
from tests.faults.visiting import Visitor

SLUG = "russia-ukraine-2025"
WRITERS, EDITS = 20, 20
KILLS, PERSISTENT = 20, 8
SOURCES = "SELECT count(*) FROM negotiations_source"


@dataclass(frozen=True)
class Site:
    """A running site: its database, its address, what started it, and an editor's token."""

    server: EmbeddedPostgres
    port: int
    process: subprocess.Popen[str]
    env: dict[str, str]
    token: str

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def call(self, method: str, path: str, body=None, **headers: str) -> tuple[int, str, dict]:
        """Return the status, the ETag and the JSON of an answer of the API."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with contextlib.closing(link):
            text = None if body is None else json.dumps(body)
            link.request(method, f"/api/v1/{path}", text, sent | named)
            answer = link.getresponse()
            return answer.status, answer.headers.get("ETag", ""), json.loads(answer.read() or "{}")

    def count(self, query: str) -> int:
        ((number,),) = run(self.server, query)
        assert isinstance(number, int)
        return number


def manage(env: dict[str, str], *command: str) -> str:
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=CLONE,
        env=env,
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS,
    ).stdout.strip()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    port = free_port()
    with names() as new, EmbeddedPostgres(new()) as server:
        assert run(server, "SHOW fsync") == [("on",)]
        env = {**os.environ, **server.environment(), "PORT": str(port), "SECRET_KEY": "k" * 50}
        env |= {"STATIC_ROOT": str(tmp_path_factory.mktemp("static")), "LIMIT_API_TOKEN": "off"}
        demo = subprocess.Popen(
            [*SERVE, "--demo"],
            cwd=CLONE,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        with demo:
            try:
                list(lines(demo))
                token = manage(
                    env,
                    "shell",
                    "--verbosity=0",
                    "-c",
                    "from accounts.models import ApiToken, User;"
                    "editor = User.objects.get(username='editor');"
                    "print(ApiToken.issue(user=editor, name='at once'))",
                )
                yield Site(server, port, demo, env, token)
            finally:
                demo.terminate()
                demo.wait(SECONDS)


def at_once(tasks: list[Callable[[], object]]) -> list:
    """Run the tasks in a thread each, started together, and return what they return."""
    barrier = threading.Barrier(len(tasks))

    def begin(task):
        barrier.wait(SECONDS)
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return [future.result() for future in [pool.submit(begin, task) for task in tasks]]


def source(text: str) -> dict[str, str]:
    return {"negotiation": SLUG, "outlet": "At once", "title": text}


# No update is lost


def test_twenty_writers_edit_one_demand_twenty_times_each(site: Site) -> None:
    """Half of them by If-Match, half by the version; each edit is applied or refused, none lost."""
    status, _etag, page = site.call("GET", f"demands/?negotiation={SLUG}&page_size=1")
    assert status == 200
    at = f"demands/{page['results'][0]['id']}/"
    first = site.call("GET", at)[2]["version"]

    def write(writer: int) -> list[tuple[int, str]]:
        done = []
        for number in range(EDITS):
            _status, etag, seen = site.call("GET", at)
            text = f"Edit {number} of writer {writer}"
            if writer % 2:
                status, _etag, _body = site.call("PATCH", at, {"text": text}, If_Match=etag)
            else:
                body = {"text": text, "version": seen["version"]}
                status, _etag, _body = site.call("PATCH", at, body)
            done.append((status, text))
        return done

    results = at_once([lambda writer=n: write(writer) for n in range(WRITERS)])
    edits = [edit for done in results for edit in done]
    counted = Counter(status for status, _text in edits)
    applied = [text for status, text in edits if status == 200]
    last = site.call("GET", at)[2]
    history = run(
        site.server,
        "SELECT data->>'text' FROM gate.history WHERE table_name = 'positions_demand'"
        f" AND row_id = {last['id']} AND (data->>'version')::int > {first} ORDER BY id",
    )
    assert len(edits) == WRITERS * EDITS
    assert counted.keys() <= {200, 409, 412}, counted
    assert counted[409] > 0, "they were in each other's way"
    assert counted[412] > 0
    assert last["version"] == first + len(applied)
    assert sorted(text for (text,) in history) == sorted(applied)
    assert last["text"] == history[-1][0]


def test_fifty_equal_posts_at_once_make_one_row(site: Site) -> None:
    body = source("Fifty at once")

    def send():
        return site.call("POST", "sources/", body, Idempotency_Key="fifty-at-once")

    answers = at_once([send] * 50)
    assert {status for status, _etag, _body in answers} == {201}
    assert len({json.dumps(answer) for answer in answers}) == 1
    assert site.count(f"{SOURCES} WHERE title = 'Fifty at once'") == 1


# What was acknowledged is there


def test_the_database_is_killed_twenty_times_under_eight_writers(site: Site) -> None:
    """Whoever gets no answer sends the same again under its key, until there is one."""
    kept: dict[int, str] = {}
    over = threading.Event()
    lost: list[str] = []

    def write(writer: int) -> None:
        number = 0
        while not over.is_set():
            text, number = f"Kept {writer}.{number}", number + 1
            status = 0
            while status != 201:
                try:
                    status, _etag, body = site.call(
                        "POST", "sources/", source(text), Idempotency_Key=f"key-{writer}-{number}"
                    )
                except (OSError, http.client.HTTPException, ValueError):
                    status = 0
                if status == 201:
                    kept[body["id"]] = text
                elif status not in (0, 503):
                    lost.append(f"{status} for {text}")
                    return

    writers = [threading.Thread(target=write, args=(n,)) for n in range(PERSISTENT)]
    for writer in writers:
        writer.start()
    try:
        for _kill in range(KILLS):
            wanted = len(kept) + PERSISTENT
            until(lambda n=wanted: len(kept) >= n or bool(lost), "they had written")
            process = site.server.process
            assert process is not None
            process.kill()
            process.wait(SECONDS)
            assert site.server.restart_if_dead()
    finally:
        over.set()
        for writer in writers:
            writer.join(SECONDS)
    assert lost == []
    assert len(kept) >= KILLS * PERSISTENT
    stored = dict(run(site.server, "SELECT id, title FROM negotiations_source"))
    assert {number: stored.get(number) for number in kept} == kept
    titles = Counter(title for title in stored.values() if str(title).startswith("Kept "))
    assert set(titles.values()) == {1}, "each was done once, however often it was sent"
    number, text = next(reversed(kept.items()))
    assert site.call("GET", f"sources/{number}/")[2]["title"] == text


# Nothing is half saved


def below(pid: int) -> Iterator[int]:
    """The processes that one of ours has started, and what these have."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            yield child
            yield from below(child)


def ours(site: Site, words: str) -> list[int]:
    """The site's own processes with these words in their commands."""
    found = []
    for pid in below(site.process.pid):
        with contextlib.suppress(OSError):
            if words in Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " "):
                found.append(pid)
    return found


@contextlib.contextmanager
def caught_at_the_seal(site: Site) -> Iterator[Callable[[], None]]:
    """Nobody can end a write in the negotiation; gives what waits until somebody tries to."""
    with psycopg.connect(site.server.url(OWNER)) as holder:
        holder.execute("SELECT FROM gate.head FOR UPDATE")

        def wait() -> None:
            query = "SELECT count(*) FROM pg_locks WHERE NOT granted"
            until(lambda: site.count(query) > 0, "a write waited for its seal")

        yield wait
        holder.rollback()


def gone(site: Site, pids: list[int]) -> None:
    """Kill processes of the site, and wait until the database has noticed."""
    for pid in pids:
        os.kill(pid, 9)
    until(lambda: not any(is_there(pid) for pid in pids), "they had ended")


def is_there(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def idle(site: Site) -> None:
    query = "SELECT count(*) FROM pg_locks WHERE locktype = 'transactionid'"
    until(lambda: site.count(query) == 0, "nothing was being written")


def everything(site: Site) -> list:
    """How much there is of everything that a form could leave half of."""
    tables = ("negotiations_record", "positions_evidence", "positions_clause", "gate.history")
    return [site.count(f"SELECT count(*) FROM {table}") for table in (*tables, "gate.changeset")]


def editor_at(site: Site) -> Visitor:
    visitor = Visitor(site.address)
    visitor.sign_in("editor", DEMO_PASSWORDS["editor"])
    return visitor


def a_line(site: Site, editor: Visitor) -> tuple[str, dict[str, str]]:
    """A line of a round with a new source, as it is sent."""
    ((number,),) = run(site.server, "SELECT max(id) FROM negotiations_round")
    path = f"{SLUG}/rounds/{number}/line/RU/"
    typed = {
        "text": "Said and killed",
        "issue": "ceasefire",
        "kind": "offer",
        "firmness": "unknown",
        "basis": "official on the record",
        "source_outlet": "The killed paper",
        "condition": "nobody shoots",
        "stated": "2 June 2025",
    }
    return path, {**editor.get(path).fields(), **typed}


def a_paste(site: Site, editor: Visitor) -> tuple[str, dict[str, str]]:
    """A text that becomes clauses, seen already."""
    ((number,),) = run(site.server, "SELECT max(id) FROM positions_proposal")
    path = f"{SLUG}/proposals/{number}/paste/"
    text = "\n".join(f"{n}. Clause {n} that was killed" for n in range(1, 30))
    shown = editor.post(path, {**editor.get(path).fields(), "text": text})
    return path, {**shown.fields(), "text": text}


@pytest.mark.parametrize("act", [a_line, a_paste])
def test_a_web_worker_is_killed_while_a_form_is_saved(site: Site, act) -> None:
    editor = editor_at(site)
    path, fields = act(site, editor)
    before = everything(site)

    def send() -> int:
        try:
            return editor.post(path, fields).status
        except (OSError, http.client.HTTPException):
            return 0

    with caught_at_the_seal(site) as wait, ThreadPoolExecutor() as pool:
        sent = pool.submit(send)
        wait()
        (_master, *workers) = sorted(ours(site, "gunicorn"))
        assert workers
        gone(site, workers)
        assert sent.result(SECONDS) == 0
    idle(site)
    assert everything(site) == before
    until(lambda: send() == 200, "a new worker answered")
    after = everything(site)
    assert after > before
    assert after[-1] == before[-1] + 1
    assert send() == 200
    assert everything(site) == after, "the same form again makes nothing more"


def test_the_worker_is_killed_while_an_import_runs(site: Site) -> None:
    editor, rows = editor_at(site), 40
    table = "outlet,title\n" + "".join(f"Killed,Row {n}\n" for n in range(rows))
    page = import_of(editor, table)
    before = everything(site)
    fields = editor.get(page).fields()
    with caught_at_the_seal(site) as wait:
        assert editor.post(f"{page}record/", fields).status == 200
        wait()
        workers = ours(site, "manage.py work")
        assert workers
        gone(site, workers)
    idle(site)
    assert everything(site) == before
    manage(site.env, "work", "--until-empty")
    assert site.count(f"{SOURCES} WHERE outlet = 'Killed'") == rows
    assert everything(site)[-1] == before[-1] + 1


def import_of(editor: Visitor, table: str) -> str:
    """Send a table of sources, wait until it is looked through, and return its page."""
    path, boundary = f"{SLUG}/imports/new/", uuid.uuid4().hex
    fields = {**editor.get(path).fields(), "kind": "sources"}
    parts = [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'
        for name, value in fields.items()
    ]
    parts.append(
        'Content-Disposition: form-data; name="file"; filename="killed.csv"\r\n'
        f"Content-Type: text/csv\r\n\r\n{table}"
    )
    body = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts) + f"--{boundary}--\r\n"
    answer = editor.send(path, body.encode(), f"multipart/form-data; boundary={boundary}")
    found = re.search(rf"/({SLUG}/imports/[-0-9a-f]{{36}}/)", answer.text)
    assert found, answer.text
    until(lambda: "/record/" in editor.get(found[1]).text, "the file was looked through")
    return found[1]
