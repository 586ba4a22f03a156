"""What logs tell of requests, denials, failures and of who gets in; and what they never hold."""

import io
import json
import logging

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.test import Client
from django.urls import include, path, reverse

from accounts.models import ApiToken
from config import logs
from negotiations import exports
from negotiations.memberships import remove_member, set_role
from negotiations.models import Membership, Negotiation
from tests.accounts.conftest import PASSWORD, anna  # noqa: F401
from tests.api.conftest import program_of
from tests.database import sql
from tests.factories import DemandFactory, MembershipFactory, NegotiationFactory
from tests.pages import signed_in
from tests.recording import published_demand

CANARY = "canary-7f3a"
ORIGIN = {"HTTP_ORIGIN": "http://testserver"}


def breaks(request):
    try:
        sql("INSERT INTO accounts_user (username, password) VALUES (%s, %s)", CANARY, CANARY)
    except Exception as error:
        raise ValueError(f"this holds {CANARY}") from error


def twice(request):
    name = request.POST["name"]
    sql("INSERT INTO auth_group (name) VALUES (%s), (%s)", name, name)


def odd(request):
    sql("SELECT %s::int", request.POST["name"])


class WithFaults:
    """The site's addresses, and some that fail with what they were given in their errors."""

    urlpatterns = [
        path("breaks/", breaks, name="breaks"),
        path("twice/", twice, name="twice"),
        path("odd/", odd, name="odd"),
        path("", include("config.urls")),
    ]
    handler400 = "config.errors.bad_request"
    handler404 = "config.errors.not_found"
    handler500 = "config.resend.failed"


class Log:
    """What is written while a test runs, as a served site writes it."""

    def __init__(self) -> None:
        self.file = io.StringIO()

    @property
    def text(self) -> str:
        return self.file.getvalue()

    @property
    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.text.splitlines()]

    def of(self, event: str) -> list[dict]:
        return [line for line in self.lines if line["event"] == event]


@pytest.fixture
def log():
    """The log at its most talkative."""
    found = Log()
    root = logging.getLogger()
    before = root.handlers[:]
    logs.configure({"level": "DEBUG", "readable": False})
    (console,) = [each for each in root.handlers if type(each) is logging.StreamHandler]
    console.setStream(found.file)
    for each in before:
        if each not in root.handlers:
            root.addHandler(each)
    yield found
    logs.configure({"level": "WARNING", "readable": False})
    for each in before:
        if each not in root.handlers and type(each) is not logging.StreamHandler:
            root.addHandler(each)


@pytest.fixture
def talks(db) -> Negotiation:
    return NegotiationFactory()


def test_a_request_is_a_line(log, talks):
    member = MembershipFactory(negotiation=talks).user
    client = signed_in(member)
    page = client.get(f"/{talks.slug}/compare/?words={CANARY}")
    (line,) = log.of("request")
    assert line["route"] == "comparison"
    assert line["method"] == "GET"
    assert line["status"] == 200
    assert line["user"] == member.pk
    assert line["bytes"] == len(page.content)
    assert line["ms"] > 0
    assert line["level"] == "info"
    assert line["timestamp"].endswith("Z")
    assert len(line["request"]) == 32
    assert "X-Request-ID" not in page.headers
    assert client.get(f"/{talks.slug}/compare/").status_code == 200
    assert log.of("request")[1]["request"] != line["request"]


@pytest.mark.parametrize(
    ("given", "is_taken"),
    [
        ("0123abcd-7f3a", True),
        ("x" * 64, True),
        ("short", False),
        ("x" * 65, False),
        ("with space in it", False),
        ('"},{"event":"forged', False),
        ("line\nbreak-0123", False),
        ("ünïcode-0123", False),
    ],
)
def test_a_number_is_taken_over_only_if_it_is_one(log, client, db, given, is_taken):
    client.get("/nothing/here/", headers={"X-Request-ID": given})
    (line,) = log.of("request")
    assert (line["request"] == given) == is_taken


def test_each_denial_is_told_with_its_reason_and_who(log, talks):
    reader = MembershipFactory(negotiation=talks, role=Membership.Role.READER).user
    editor = MembershipFactory(negotiation=talks, role=Membership.Role.EDITOR).user
    hidden = DemandFactory(negotiation=talks)
    strict = Client(enforce_csrf_checks=True)
    demand = published_demand(negotiation=talks)
    program_of(reader).post("/api/v1/demands/", {"negotiation": talks.slug}, "application/json")
    Client().get("/api/v1/demands/", headers={"Authorization": f"Bearer {CANARY}"})
    signed_in(reader).get(reverse("record", args=[talks.slug, hidden.pk]))
    strict.post(reverse("account_login"), {"login": CANARY, "password": CANARY}, **ORIGIN)
    program_of(editor).patch(
        f"/api/v1/demands/{demand.pk}/", {"version": 99, "text": CANARY}, "application/json"
    )
    told = [(line["status"], line["reason"], line["user"]) for line in log.of("denied")]
    assert told[:1] == [(403, "not allowed", reader.pk)]
    assert told[1] == (401, "not signed in", None)
    assert told[2] == (404, "hidden or absent", reader.pk)
    assert told[3][:2] == (403, "form of another session or site")
    assert told[4] in [
        (409, "conflict", editor.pk),
        (412, "changed meanwhile", editor.pk),
        (428, "no version given", editor.pk),
    ]
    assert log.of("denied")[2]["route"] == "record"
    assert all(line["level"] == "warning" for line in log.of("denied"))
    assert CANARY not in log.text


def test_who_gets_in_and_who_does_not(log, anna, django_capture_on_commit_callbacks):  # noqa: F811
    talks = NegotiationFactory()
    manager = MembershipFactory(negotiation=talks, role=Membership.Role.MANAGER).user
    browser = Client()
    browser.post(reverse("account_login"), {"login": "anna", "password": CANARY})
    browser.post(reverse("account_login"), {"login": "anna", "password": PASSWORD})
    browser.post(reverse("account_logout"))
    Client().get("/api/v1/demands/", headers={"Authorization": f"Bearer {CANARY}"})
    with django_capture_on_commit_callbacks(execute=True):
        shared = {"user": manager, "negotiation": talks, "member": anna}
        set_role(**shared, role="reader")
        set_role(**shared, role="editor")
        remove_member(**shared)
    ours = [line["event"] for line in log.lines if "logger" not in line]
    assert [each for each in ours if each not in ("denied", "request")] == [
        *["sign-in failed", "signed in", "signed out", "token refused"],
        *["member added", "member changed", "member removed"],
    ]
    assert log.of("signed in")[0]["user"] == anna.pk
    changed = log.of("member changed")[0]
    assert changed["member"] == anna.pk
    assert changed["negotiation"] == talks.pk
    assert changed["role"] == "editor"
    assert CANARY not in log.text
    assert PASSWORD not in log.text


def test_security_is_told_at_any_level(log, anna, client):  # noqa: F811
    logging.getLogger().setLevel("ERROR")
    client.force_login(anna, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.get("/nothing/here/")
    assert [line["event"] for line in log.lines] == ["signed in"]


def test_a_change_that_is_taken_back_is_not_told(log, talks, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=False):
        MembershipFactory(negotiation=talks)
    assert log.of("member added") == []


@pytest.mark.parametrize("name", ["breaks", "twice", "odd"])
def test_a_failure_tells_classes_codes_and_lines_but_no_words(log, db, settings, name):
    settings.ROOT_URLCONF = WithFaults
    page = Client(raise_request_exception=False).post(f"/{name}/", {"name": CANARY})
    (line,) = log.of("failed")
    assert page.status_code == 500
    assert page["X-Request-ID"] == line["request"]
    assert line["route"] == name
    codes = {"breaks": "42501", "twice": "42501", "odd": "22P02"}
    told = [each["sqlstate"] for each in line["errors"] if "sqlstate" in each]
    assert told
    assert told[0] in {codes[name], "23502", "23505"}
    places = [place for each in line["errors"] for place in each["at"]]
    assert any(place.startswith("tests/security/test_logs.py:") for place in places)
    assert not any(place.startswith("/") for place in places)
    assert CANARY not in log.text
    assert CANARY not in page.content.decode().replace(f'value="{CANARY}"', "")


def test_what_libraries_say_is_told_without_what_they_were_given(log):
    other = logging.getLogger("a.library")
    other.warning("%s did %d of %s", CANARY, 3, {"of": CANARY})
    other.warning(f"it was {CANARY}")
    other.error(ValueError(CANARY))
    try:
        raise KeyError(CANARY)
    except KeyError:
        other.exception("Not found: %s", CANARY)
    first, second, third, fourth = log.lines
    assert first["event"] == "%s did %d of %s"
    assert first["numbers"] == [3]
    assert first["logger"] == "a.library"
    assert first["from"].startswith("test_logs.py:")
    assert second["event"] == third["event"] == "withheld"
    assert fourth["errors"][0]["class"] == "builtins.KeyError"
    assert CANARY not in log.text


def test_a_line_stays_one_line(log):
    logging.getLogger("a.library").warning('%d\n{"event": "forged"}', 1)
    assert len(log.text.splitlines()) == 1


def test_no_word_of_anybody_gets_into_the_log_whatever_they_do(log, talks, anna):  # noqa: F811
    """The canary is typed into forms, asked for, sent as a token, a cookie, a header and JSON."""
    editor = MembershipFactory(negotiation=talks, role=Membership.Role.EDITOR).user
    browser, program = signed_in(editor), program_of(editor)
    browser.raise_request_exception = program.raise_request_exception = False
    DemandFactory(negotiation=talks, text=CANARY)
    for route in ("comparison", "search", "sources", "answers", "issues", "claims", "changes"):
        for name in ("q", "words", "as_of", "party", "round", CANARY):
            browser.get(reverse(route, args=[talks.slug]), {name: CANARY})
    for address in (
        reverse("demand-new", args=[talks.slug]),
        reverse("record-new", args=[talks.slug, "event"]),
        reverse("source-new", args=[talks.slug]),
        reverse("source-describe", args=[talks.slug]),
        reverse("import-new", args=[talks.slug]),
        reverse("account_change_password"),
        reverse("password-strength"),
        reverse("account_login"),
        reverse("negotiation-new"),
    ):
        fields = ("text", "title", "quote", "note", "name", "login", "password", "oldpassword")
        browser.post(address, dict.fromkeys(fields, f"{CANARY}\0"), **ORIGIN)
        Client().post(address, dict.fromkeys(fields, CANARY), **ORIGIN)
    for body in ({"text": CANARY}, {CANARY: 1}, [CANARY], {"negotiation": CANARY}):
        program.post("/api/v1/demands/", body, content_type="application/json")
    program.post("/api/v1/demands/", f'{{"text": "{CANARY}', content_type="application/json")
    odd = {"Cookie": f"sessionid={CANARY}", "X-Request-ID": f"{CANARY}!", "Host": f"{CANARY}.org"}
    for name, value in odd.items():
        Client(raise_request_exception=False).get("/", headers={name: value})
    Client().get(f"/accounts/password/x/{CANARY}/")
    Client().generic(CANARY.upper(), "/")
    assert len(log.of("request")) > 60
    assert CANARY.lower() not in log.text.lower()


def test_a_file_that_could_not_be_made_is_told_without_words(transactional_db, log, talks):
    def maker(job):
        raise ValueError(CANARY)

    exports.ask(
        user=AnonymousUser(), negotiation=talks, kind="everything", query=CANARY, page=CANARY
    )
    while exports.run_next({"everything": maker, "briefing": maker}):
        pass
    (line,) = log.of("The export %s could not be made.")
    assert line["errors"][0]["class"] == "builtins.ValueError"
    assert CANARY not in log.text


def test_the_housekeeping_says_nothing_of_tokens(log, anna):  # noqa: F811
    key = ApiToken.issue(user=anna, name=CANARY)
    call_command("housekeeping")
    assert key not in log.text
    assert CANARY not in log.text


def test_whoever_develops_reads_whole_tracebacks():
    logs.configure({"level": "WARNING", "readable": True})
    console = logging.getLogger().handlers[0]
    console.setStream(file := io.StringIO())
    try:
        raise ValueError(CANARY)
    except ValueError:
        logging.getLogger("django.request").exception("It broke: %s", CANARY)
    finally:
        logs.configure({"level": "WARNING", "readable": False})
    assert f"ValueError: {CANARY}" in file.getvalue()
