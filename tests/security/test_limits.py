"""How much a request may be, ask for and take; each limit is told, and what was typed is kept."""

import json
import subprocess
import sys

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.urls import include, path

from config.limits import MAX_DEPTH, MAX_VALUES, MOST_ADDRESS, MOST_PARAMETERS
from config.patience import PATIENCE, kind_of_process
from config.postgres_home import CLONE
from config.serve import gunicorn
from negotiations.models import Membership
from tests.api.conftest import program_of
from tests.database import sql
from tests.factories import MembershipFactory, NegotiationFactory, PartyFactory
from tests.pages import signed_in

ORIGIN = {"HTTP_ORIGIN": "http://testserver"}


def slow(request):
    sql("SELECT pg_sleep(5)")


class WithSlow:
    """The site's addresses, and two at which the database is busy for long."""

    urlpatterns = [
        path("slow/", slow),
        path("api/v1/slow/", slow),
        path("", include("config.urls")),
    ]
    handler400 = "config.errors.bad_request"
    handler500 = "config.resend.failed"


@pytest.fixture
def talks(db):
    return NegotiationFactory()


@pytest.fixture
def editor(talks):
    return MembershipFactory(negotiation=talks, role=Membership.Role.EDITOR).user


@pytest.fixture
def program(editor) -> Client:
    return program_of(editor)


def posted(program: Client, body: str):
    return program.post("/api/v1/demands/", body, content_type="application/json")


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("words=" + "x" * MOST_ADDRESS, 414, "This address is too long."),
        ("party=P&" * MOST_PARAMETERS + "party=P", 400, "at most 200 parameters"),
    ],
)
def test_an_address_asks_for_so_much(client, talks, query, status, words):
    page = client.get(f"/{talks.slug}/compare/?{query}")
    assert page.status_code == status
    assert words in page.content.decode()
    assert "Ask for less at once" in page.content.decode()
    answer = client.get(f"/api/v1/demands/?{query}")
    assert answer.status_code == status
    assert words in answer.json()["detail"]


def test_what_is_just_short_enough_is_understood(client, talks):
    PartyFactory(negotiation=talks, code="P")
    query = "&".join(["party=P"] * MOST_PARAMETERS)
    assert client.get(f"/{talks.slug}/compare/?{query}").status_code == 200
    assert client.get(f"/api/v1/demands/?{query}").status_code == 200
    address = f"/{talks.slug}/search/?q="
    assert client.get(address + "x" * (MOST_ADDRESS - len(address))).status_code != 414


def test_json_is_so_deep_so_large_and_says_each_thing_once(program):
    deep = "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)
    for body, words in [
        (deep, "nested too deeply"),
        (json.dumps(dict.fromkeys(map(str, range(MAX_VALUES // 2)), 0)), "more than 20000 values"),
        (json.dumps({"text": [0] * MAX_VALUES}), "more than 20000 values"),
        ('{"text": "one", "kind": "demand", "text": "two"}', "the key 'text' stands twice"),
    ]:
        answer = posted(program, body)
        assert answer.status_code == 400, words
        assert words in answer.json()["detail"]
    just = posted(program, json.dumps({"text": [0] * (MAX_VALUES - 3)}))
    assert "values" not in str(just.json())


def test_a_body_is_so_long(program, editor):
    answer = posted(program, "x" * 3_000_000)
    assert (answer.status_code, answer.json()) == (
        413,
        {"detail": "This is too much for one request."},
    )
    for sent in ({"title": "x" * 3_000_000}, {f"field-{n}": "" for n in range(1001)}):
        page = signed_in(editor).post("/new/", sent)
        assert page.status_code == 413
        assert "This is too much to send" in page.content.decode()


def test_a_page_of_a_list_is_so_long(client, talks):
    assert client.get("/api/v1/demands/?page_size=500").status_code == 200
    answer = client.get("/api/v1/demands/?page_size=501")
    assert answer.json() == {"page_size": ["At most 500."]}


def test_the_web_server_refuses_what_is_larger_than_our_pages_do():
    options = dict(word[2:].split("=", 1) for word in gunicorn("h", 1) if "=" in word)
    assert MOST_ADDRESS < int(options["limit-request-line"]) <= 8190
    assert int(options["limit-request-fields"]) <= 100
    assert int(options["limit-request-field_size"]) <= 8190
    assert int(options["timeout"]) > PATIENCE["web"].statement
    assert int(options["max-requests-jitter"]) > 0


@pytest.mark.parametrize("setting", ["statement_timeout", "lock_timeout"])
def test_a_statement_that_takes_too_long_is_broken_off(db, settings, setting, editor, connect):
    """Shown with a limit of a tenth of a second, for the sake of who runs the tests."""
    settings.ROOT_URLCONF = WithSlow
    sql("SELECT set_config('statement_timeout', '100ms', true)")
    client = Client(raise_request_exception=False)
    typed = {"title": "A title <typed> by hand"}
    page = client.post("/slow/", typed, **ORIGIN)
    assert page.status_code == 503
    assert page["Retry-After"] == "10"
    assert "no-store" in page["Cache-Control"]
    assert "This took too long" in page.content.decode()
    assert "A title &lt;typed&gt; by hand" in page.content.decode()


def test_the_api_says_so_too(db, settings):
    settings.ROOT_URLCONF = WithSlow
    sql("SELECT set_config('statement_timeout', '100ms', true)")
    answer = Client(raise_request_exception=False).get("/api/v1/slow/")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "10"
    assert answer.json()["detail"].startswith("This took too long and was broken off")


@pytest.mark.django_db(transaction=True)
def test_who_waits_too_long_for_another_is_told_and_keeps_what_was_typed(connect):
    """The other holds the row; with a limit of a tenth of a second."""
    talks = NegotiationFactory()
    editor = MembershipFactory(negotiation=talks, role=Membership.Role.MANAGER).user
    sql("SELECT set_config('lock_timeout', '100ms', false)")
    with connect() as other:
        other.execute("SELECT FROM negotiations_negotiation FOR UPDATE")
        client = signed_in(editor)
        client.raise_request_exception = False
        address = f"/{talks.slug}/setup/settings/"
        typed = {"title": "Typed by hand", "slug": talks.slug, "visibility": "public"}
        page = client.post(address, {**typed, "review": "off"}, **ORIGIN)
    # Others are given the connection from the pool, as it is.
    sql("RESET lock_timeout")
    connection.close()
    assert page.status_code == 503
    assert "This took too long" in page.content.decode()
    assert 'value="Typed by hand"' in page.content.decode()


def test_connections_of_the_web_server_have_the_limits(db):
    for setting, expected in [
        ("statement_timeout", "15s"),
        ("lock_timeout", "10s"),
        ("idle_in_transaction_session_timeout", "1min"),
    ]:
        assert sql(f"SHOW {setting}") == [(expected,)]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["manage.py", "work"], "work"),
        (["/srv/parley/manage.py", "housekeeping"], "work"),
        (["manage.py", "migrate", "--no-input"], "migrate"),
        (["manage.py", "runserver"], "web"),
        (["manage.py"], "work"),
        (["/usr/bin/gunicorn", "config.wsgi:application"], "web"),
        ([], "web"),
    ],
)
def test_each_process_has_its_own_patience(words, kind):
    assert kind_of_process(words) == kind


def test_the_worker_and_migrations_get_theirs(connect):
    for command, expected in [("work", PATIENCE["work"]), ("migrate", PATIENCE["migrate"])]:
        code = (
            "import sys; sys.argv = ['manage.py', sys.argv[1]]; from django.conf import settings;"
            " print(settings.DATABASES['default']['OPTIONS']['options'])"
        )
        ended = subprocess.run(
            [sys.executable, "-c", code, command],
            cwd=CLONE,
            env={
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "SECRET_KEY": "x" * 50,
                "DATABASE_URL": "postgresql:///parley?options=-c%20work_mem%3D8MB",
            },
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        options = ended.stdout.strip()
        assert options == f"{expected.as_options()} -c work_mem=8MB"
        with connect(options=options) as link:
            row = link.execute("SHOW lock_timeout").fetchone()
            assert row == (f"{round(expected.lock / 60)}min",)


def test_a_transaction_that_is_left_alone_is_ended(connect):
    quick = PATIENCE["web"].__class__(statement=1, lock=1, idle=0.05)
    link = connect(options=quick.as_options())
    link.execute("SELECT 1")
    with connect() as other:
        other.execute("SELECT pg_sleep(0.3)")
    with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout):
        link.execute("SELECT 1")
