"""Files that take a while: asked for, made by the worker, fetched by those who may."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import quote

import openpyxl
import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone

from config.postgres_home import CLONE
from negotiations import exports
from negotiations.memberships import set_role
from negotiations.models import Export, ExportProgress, Negotiation
from negotiations.operations import edit
from positions.exports import MAKERS
from positions.models import Issue
from tests.factories import DemandFactory, IssueFactory, MembershipFactory, UserFactory
from tests.pages import signed_in
from tests.positions.test_briefing import Read
from tests.talks import Talks, one_more_of_everything, river_talks

CANARY = "Zyzzyva"


@pytest.fixture
def talks(transactional_db) -> Talks:
    """Talks with more issues than a briefing holds that is made at once, and with a draft."""
    talks = river_talks()
    with transaction.atomic():
        for _number in range(5):
            IssueFactory(negotiation=talks.negotiation)
        DemandFactory(negotiation=talks.negotiation, issue=talks.flow, text=CANARY)
    return talks


def work() -> None:
    call_command("work", until_empty=True)


def asked_by(client: Client, address: str) -> Export:
    answer = client.post(address)
    assert answer.status_code == 302, answer.content
    return Export.objects.get(pk=answer.url.split("/")[-2])


def page_of(talks: Talks, export: Export) -> str:
    return f"/{talks.slug}/exports/{export.pk}/"


def briefing_of(talks: Talks) -> str:
    return f"/{talks.slug}/compare/briefing/?as_of=2090-01-01"


def everything_of(talks: Talks) -> str:
    return f"/{talks.slug}/everything/"


def fetched(client: Client, talks: Talks, export: Export) -> bytes:
    answer = client.get(page_of(talks, export) + "file/")
    assert answer.status_code == 200
    return answer.content


def words_of(content: bytes) -> str:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return str([list(sheet.iter_rows(values_only=True)) for sheet in book])


class TestAsking:
    def test_a_long_briefing_waits_is_made_and_is_fetched(self, client, talks):
        export = asked_by(client, briefing_of(talks))
        assert (export.state, export.user, export.kind) == ("waiting", None, "briefing")
        waits = client.get(page_of(talks, export))
        assert "Waiting for its turn." in waits.content.decode()
        assert "data-hx-trigger" in waits.content.decode()
        assert "no-store" in waits["Cache-Control"]
        assert client.get(page_of(talks, export) + "file/").status_code == 404

        work()

        export.refresh_from_db()
        assert (export.state, export.size) == ("done", len(export.content))
        rows = Issue.objects.filter(negotiation=talks.negotiation).count() + 1
        assert (export.progress.done, export.progress.total) == (rows, rows)
        ready = client.get(page_of(talks, export)).content.decode()
        assert "Download" in ready
        assert "data-hx-trigger" not in ready
        answer = client.get(page_of(talks, export) + "file/")
        name = f"{talks.slug}-briefing-2090-01-01.docx"
        assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
        assert "no-store" in answer["Cache-Control"]
        made = Read(answer.content)
        assert talks.asked_again.text in made.text
        asked = "As of: 1 January 2090; Issues and parties: all."
        assert asked in "\n".join(p.text for p in made.document.paragraphs)

    def test_everything_is_a_sheet_for_each_collection(self, client, talks):
        one_more_of_everything(talks, 1)
        Export.objects.all().delete()
        export = asked_by(client, everything_of(talks))
        work()
        book = openpyxl.load_workbook(io.BytesIO(fetched(client, talks, export)))
        assert book.sheetnames[0] == "About"
        assert "memberships" not in book.sheetnames
        about = dict(book["About"].iter_rows(values_only=True))
        assert about["Address"] == f"http://testserver/{talks.slug}/"
        filled = 0
        for name in book.sheetnames[1:]:
            query = {"negotiation": talks.slug} if name != "negotiations" else {}
            listed = client.get(f"/api/v1/{name}/", {"page_size": 500, **query}).json()
            numbers = [row[0].value for row in book[name].iter_rows(min_row=2)]
            assert numbers == [row["id"] for row in listed["results"]], name
            filled += bool(numbers)
        assert filled > 12
        progress = ExportProgress.objects.get(export=export)
        assert (
            progress.done
            == progress.total
            == sum(book[name].max_row - 1 for name in book.sheetnames[1:])
        )

    def test_the_part_tells_once_that_it_is_ready(self, client, talks):
        export = asked_by(client, everything_of(talks))
        part = {"HX-Request": "true"}
        waits = client.get(page_of(talks, export), headers=part).content.decode()
        assert waits.lstrip().startswith('<div id="export-progress"')
        assert 'id="status"' not in waits
        work()
        ready = client.get(page_of(talks, export), headers=part).content.decode()
        assert "The file is ready." in ready
        assert "hx-trigger" not in ready

    def test_asking_twice_is_asking_once(self, client, talks):
        first = asked_by(client, everything_of(talks))
        assert asked_by(client, everything_of(talks)) == first
        assert asked_by(signed_in(talks.editor), everything_of(talks)) != first
        assert asked_by(client, briefing_of(talks)) != first

    def test_too_many_that_wait_are_refused(self, client, talks):
        own = signed_in(talks.editor)
        for day in range(1, exports.MOST_OF_ONE + 1):
            asked_by(own, f"/{talks.slug}/compare/briefing/?as_of=2090-01-{day:02}")
        refused = own.post(everything_of(talks))
        assert refused.status_code == 429
        assert "Too many files are waiting" in refused.content.decode()
        asked_by(client, everything_of(talks))
        work()
        asked_by(own, everything_of(talks))

    def test_so_are_too_many_of_people_unknown(self, client, talks, monkeypatch):
        monkeypatch.setattr(exports, "MOST_OF_ANYBODY", 1)
        asked_by(client, everything_of(talks))
        assert Client().post(briefing_of(talks)).status_code == 429
        asked_by(signed_in(talks.editor), briefing_of(talks))

    def test_the_page_to_ask_from_says_what_is_made(self, client, talks):
        page = client.get(briefing_of(talks) + "&issue=flow").content.decode()
        assert "1 January 2090" in page
        assert talks.flow.name in page
        assert not Export.objects.exists()

    @pytest.mark.parametrize("name", ["compare/briefing", "everything"])
    def test_methods(self, client, talks, name):
        assert client.get(f"/{talks.slug}/{name}/").status_code == 200
        assert client.put(f"/{talks.slug}/{name}/").status_code == 405
        assert client.get(f"/no-such-talks/{name}/").status_code == 404
        assert client.post(f"/no-such-talks/{name}/").status_code == 404
        strict = Client(enforce_csrf_checks=True)
        assert strict.post(f"/{talks.slug}/{name}/").status_code == 403

    def test_methods_of_the_file(self, client, talks):
        export = asked_by(client, everything_of(talks))
        for address in (page_of(talks, export), page_of(talks, export) + "file/"):
            assert client.post(address).status_code == 405
            other = address.replace(str(export.pk), "00000000-0000-0000-0000-000000000000")
            assert client.get(other).status_code == 404
            assert client.get(address.replace(talks.slug, "no-such-talks")).status_code == 404


class TestWhoMayHaveIt:
    @pytest.mark.parametrize("address", [briefing_of, everything_of])
    def test_a_reader_never_gets_a_draft(self, client, talks, address):
        reader = MembershipFactory(negotiation=talks.negotiation, role="reader").user
        said = {}
        for who, asking in {
            "anybody": client,
            "reader": signed_in(reader),
            "editor": signed_in(talks.editor),
        }.items():
            export = asked_by(asking, address(talks))
            work()
            content = fetched(asking, talks, export)
            kind = export.kind == "briefing"
            said[who] = CANARY in (Read(content).text if kind else words_of(content))
        assert said == {"anybody": False, "reader": False, "editor": True}

    def test_what_somebody_asked_for_is_theirs(self, client, talks):
        manager = MembershipFactory(negotiation=talks.negotiation, role="manager").user
        export = asked_by(signed_in(talks.editor), everything_of(talks))
        work()
        for other in (client, signed_in(manager), signed_in(UserFactory(is_superuser=True))):
            assert other.get(page_of(talks, export)).status_code == 404
            assert other.get(page_of(talks, export) + "file/").status_code == 404

    def test_what_nobody_asked_for_is_whoever_s_knows_its_number(self, client, talks):
        export = asked_by(client, everything_of(talks))
        work()
        assert CANARY not in words_of(fetched(signed_in(talks.editor), talks, export))

    def test_visibility_is_that_of_when_it_is_made(self, client, talks):
        export = asked_by(signed_in(talks.editor), everything_of(talks))
        manager = MembershipFactory(negotiation=talks.negotiation, role="manager").user
        set_role(user=manager, negotiation=talks.negotiation, member=talks.editor, role="reader")
        work()
        assert CANARY not in words_of(fetched(signed_in(talks.editor), talks, export))

    def test_and_is_asked_again_when_it_is_fetched(self, client, talks):
        mine = asked_by(signed_in(talks.editor), everything_of(talks))
        work()
        assert fetched(signed_in(talks.editor), talks, mine)
        manager = MembershipFactory(negotiation=talks.negotiation, role="manager").user
        set_role(user=manager, negotiation=talks.negotiation, member=talks.editor, role="reader")
        address = page_of(talks, mine)
        assert signed_in(talks.editor).get(address).status_code == 404
        assert signed_in(talks.editor).get(address + "file/").status_code == 404

    def test_a_negotiation_that_is_closed_takes_its_files_along(self, client, talks):
        made, waits = asked_by(client, everything_of(talks)), None
        work()
        waits = asked_by(client, everything_of(talks))
        manager = MembershipFactory(negotiation=talks.negotiation, role="manager").user
        edit(talks.negotiation, user=manager, visibility=Negotiation.Visibility.MEMBERS)
        work()
        waits.refresh_from_db()
        assert (waits.state, waits.reason, waits.content) == ("failed", "gone", None)
        for export in (made, waits):
            assert client.get(page_of(talks, export)).status_code == 404
            assert client.get(page_of(talks, export) + "file/").status_code == 404

    def test_whoever_is_locked_out_gets_nothing_made(self, talks):
        export = asked_by(signed_in(talks.editor), everything_of(talks))
        type(talks.editor).objects.filter(pk=talks.editor.pk).update(is_active=False)
        work()
        export.refresh_from_db()
        assert (export.state, export.reason) == ("failed", "gone")

    def test_another_negotiation_s_address_does_not_lead_there(self, client, talks):
        export = asked_by(client, everything_of(talks))
        other = IssueFactory().negotiation
        assert client.get(f"/{other.slug}/exports/{export.pk}/").status_code == 404


class TestFailing:
    def test_an_error_is_told_with_what_to_do(self, client, talks, monkeypatch, caplog):
        def fails(job):
            job.report(1, 3)
            raise ZeroDivisionError("odd records")

        monkeypatch.setitem(MAKERS, "everything", fails)
        export = asked_by(client, everything_of(talks))
        work()
        export.refresh_from_db()
        assert (export.state, export.reason, export.content) == ("failed", "error", None)
        assert "odd records" in caplog.text
        page = client.get(page_of(talks, export)).content.decode()
        assert "There is no file." in page
        assert f'href="{everything_of(talks)}"' in page
        assert "odd records" not in page
        monkeypatch.undo()
        again = asked_by(client, everything_of(talks))
        work()
        assert fetched(client, talks, again)

    def test_while_the_database_is_away_it_waits_on(self, client, talks, monkeypatch):
        def fails(job):
            raise OperationalError("gone")

        monkeypatch.setitem(MAKERS, "everything", fails)
        export = asked_by(client, everything_of(talks))
        with pytest.raises(OperationalError):
            work()
        export.refresh_from_db()
        assert (export.state, export.content) == ("waiting", None)
        monkeypatch.undo()
        work()
        assert fetched(client, talks, export)

    def test_progress_is_seen_while_it_is_made(self, client, talks, monkeypatch):
        seen: list[str] = []

        def looks(job):
            job.report(0, 3)
            page = page_of(talks, export)
            seen.append(in_another_thread(lambda: Client().get(page).content.decode()))
            return everything(job)

        everything = MAKERS["everything"]
        monkeypatch.setitem(MAKERS, "everything", looks)
        export = asked_by(client, everything_of(talks))
        work()
        (page,) = seen
        assert "Being made: 0 of 3." in page

    def test_all_in_a_file_is_of_one_moment(self, client, talks, monkeypatch):
        """What is recorded while the file is made is not in it."""

        def meddled(job):
            Issue.objects.count()
            in_another_thread(lambda: IssueFactory(negotiation=talks.negotiation, name="Late"))
            return everything(job)

        everything = MAKERS["everything"]
        monkeypatch.setitem(MAKERS, "everything", meddled)
        export = asked_by(client, everything_of(talks))
        work()
        assert Issue.objects.filter(name="Late").exists()
        assert "Late" not in words_of(fetched(client, talks, export))

    def test_a_killed_worker_leaves_no_half_file(self, client, talks, connect, owner_role):
        export = asked_by(client, everything_of(talks))
        watch = connect(autocommit=True)
        for attempt in (1, 2):
            holder = connect(owner_role)
            holder.execute("LOCK TABLE positions_demand IN ACCESS EXCLUSIVE MODE")
            with a_worker() as worker:
                until_blocked(watch, holder, worker)
                assert watch.execute(
                    "SELECT attempts FROM negotiations_exportprogress"
                ).fetchone() == (attempt,)
                worker.send_signal(signal.SIGKILL if attempt == 1 else signal.SIGTERM)
                assert worker.wait(60) != 0
            holder.rollback()
            export.refresh_from_db()
            assert (export.state, export.content) == ("waiting", None)
        work()
        assert fetched(client, talks, export)
        assert ExportProgress.objects.get(export=export).attempts == 3

    def test_a_worker_outlives_its_connections(self, client, talks, connect):
        watch = connect(autocommit=True)
        others = "FROM pg_stat_activity WHERE query LIKE 'LISTEN parley_exports%'"
        with a_worker() as worker:
            until(lambda: watch.execute(f"SELECT count(*) {others}").fetchone()[0], worker)
            watch.execute(f"SELECT pg_terminate_backend(pid) {others}")
            export = asked_by(client, everything_of(talks))
            state = "SELECT state FROM negotiations_export"
            until(lambda: watch.execute(state).fetchone() == ("done",), worker)
        assert fetched(client, talks, export)

    def test_what_kills_every_worker_is_given_up(self, client, talks):
        export = asked_by(client, everything_of(talks))
        ExportProgress.objects.update(attempts=exports.MOST_ATTEMPTS)
        work()
        export.refresh_from_db()
        assert (export.state, export.reason) == ("failed", "killed")
        assert "interrupted" in client.get(page_of(talks, export)).content.decode()

    def test_two_workers_do_not_make_the_same(self, client, talks, monkeypatch):
        made = []

        def looks(job):
            made.append(in_another_thread(lambda: exports.run_next(MAKERS)))
            return everything(job)

        everything = MAKERS["everything"]
        monkeypatch.setitem(MAKERS, "everything", looks)
        asked_by(client, everything_of(talks))
        work()
        assert made == [False]


def test_the_housekeeping_takes_what_is_over(client, talks):
    old, young = asked_by(client, everything_of(talks)), asked_by(client, briefing_of(talks))
    work()
    Export.objects.filter(pk=old.pk).update(expires=timezone.now() - timedelta(seconds=1))
    assert client.get(page_of(talks, old)).status_code == 404
    assert client.get(page_of(talks, old) + "file/").status_code == 404
    call_command("housekeeping")
    assert list(Export.objects.all()) == [young]
    assert ExportProgress.objects.count() == 1


def test_an_export_is_outside_of_history(client, talks):
    before = Negotiation.objects.with_revision().get(pk=talks.negotiation.pk).revision
    asked_by(client, everything_of(talks))
    work()
    after = Negotiation.objects.with_revision().get(pk=talks.negotiation.pk).revision
    assert after == before


def in_another_thread(task):
    """Return what ``task`` returns on a connection of its own."""

    def run():
        try:
            return task()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result(60)


@contextmanager
def a_worker() -> Iterator[subprocess.Popen]:
    """A worker on the test's database, started as the launcher does it."""
    name = connection.settings_dict
    user, password = quote(name["USER"]), quote(name["PASSWORD"])
    host, port = quote(name["HOST"], safe=""), name["PORT"]
    url = f"postgresql://{user}:{password}@{host}{f':{port}' if port else ''}/{name['NAME']}"
    command = [sys.executable, "manage.py", "work"]
    with subprocess.Popen(command, cwd=CLONE, env=os.environ | {"DATABASE_URL": url}) as worker:
        try:
            yield worker
        finally:
            worker.kill()


def until(condition, worker) -> None:
    """Return once the condition holds, as long as the worker lives."""
    deadline = time.monotonic() + 120
    while not condition():
        assert worker.poll() is None, "The worker has ended."
        assert time.monotonic() < deadline, "The worker did not come to it."


def until_blocked(watch, holder, worker) -> None:
    """Return once somebody waits for a lock of ``holder``."""
    blocked = "SELECT count(*) FROM pg_locks WHERE NOT granted AND %s = ANY (pg_blocking_pids(pid))"
    until(lambda: watch.execute(blocked, [holder.info.backend_pid]).fetchone()[0], worker)
