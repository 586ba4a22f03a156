"""Every route, with every method, asked by everybody, for what is open, draft, closed and foreign.

What is expected stands in ``tests.permissions.rules``.
"""

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie

import pytest
from django.contrib.admin import site
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse

from tests.database import sql
from tests.permissions import document
from tests.permissions.routes import routes
from tests.permissions.rules import OUTCOMES, RULES, SENT, WHERE, WHO, WRITING, Rule
from tests.permissions.scene import (
    ASSIGNED,
    OF_THE_SITE,
    Place,
    Scene,
    address,
    collections_of,
    has_drafts,
    set_up,
)

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
#: What an answer may be where somebody may: done, or something is wrong with what was sent.
DONE = {200, 201, 204, 302}
WANTING = {400, 409, 422}
#: Of whom answers about what is hidden are compared with those about what is absent.
OUTSIDE = {
    "open": (),
    "draft": ("anonymous", "stranger", "reader"),
    "closed": ("anonymous", "stranger"),
    "foreign": ("stranger", "manager"),
}
#: What denied requests must leave as it was.
WRITTEN = (
    "SELECT (SELECT count(*) FROM gate.history), (SELECT count(*) FROM negotiations_unsavedform),"
    " (SELECT count(*) FROM negotiations_export), (SELECT count(*) FROM negotiations_import),"
    " (SELECT count(*) FROM negotiations_intake), (SELECT count(*) FROM accounts_apitoken"
    " WHERE revoked IS NULL), (SELECT count(*) FROM accounts_user), (SELECT count(*)"
    " FROM negotiations_invitation WHERE revoked IS NULL)"
)


@dataclass(frozen=True)
class Case:
    """Somebody asks for something somewhere, and what should come of it: 405 without a ``rule``."""

    name: str
    method: str
    where: str
    who: str
    expected: str
    rule: Rule | None

    def __str__(self) -> str:
        return f"{self.method} {self.name} ({self.where}) by {self.who}"


def rules_by_route() -> dict[tuple[str, str], list[Rule]]:
    """Return the rules that stand for a route and a method."""
    found: dict[tuple[str, str], list[Rule]] = {}
    for rule in RULES:
        for method, names in rule.routes.items():
            for name in names:
                found.setdefault((name, method), []).append(rule)
    return found


def cases() -> Iterator[Case]:
    """Go through all that there is to ask."""
    by_route = rules_by_route()
    for name, pattern in routes().items():
        own = {each: rules[0] for (route, each), rules in by_route.items() if route == name}
        for method in METHODS:
            rule = own.get("GET" if method == "HEAD" else method)
            if rule is None:
                if not is_of_a_package(pattern):
                    yield from not_taken(name, method, own)
                continue
            for where in WHERE:
                if where in rule.grid and stands(name, where, rule):
                    for who, expected in zip(WHO, rule.grid[where], strict=True):
                        if method != "HEAD" or (who == "stranger" and expected != "yes"):
                            yield Case(name, method, where, who, expected, rule)


def is_of_a_package(pattern) -> bool:
    """Whether another package wrote a route's view: what more it answers to is not ours to say."""
    return pattern.callback.__module__.startswith(("allauth.", "django.", "drf_spectacular."))


def stands(name: str, where: str, rule: Rule) -> bool:
    """Whether a route has something of the kind that ``where`` tells."""
    if where == "draft":
        return has_drafts(name)
    if where == "foreign":
        return bool(collections_of(name)) and not name.startswith("api:")
    return where == "open" or name not in OF_THE_SITE


def not_taken(name: str, method: str, own: dict[str, Rule]) -> Iterator[Case]:
    """Yield that a method is refused: to nobody before they sign in, where one must for others.

    It is refused before anybody's role is asked for, so that one who has all is enough.
    """
    is_api = name.startswith("api:")
    taken = [rule for taken, rule in own.items() if not (is_api and taken == "GET")]
    signs_in = any(rule.grid["open"][0] == "sign in" for rule in taken)
    signs_in = signs_in and not (is_api and method == "OPTIONS")
    for who in ("anonymous", "manager"):
        must = signs_in and who == "anonymous"
        yield Case(name, method, "open", who, "sign in" if must else "not taken", None)


def outcome(answer: HttpResponse, method: str, path: str) -> str:
    """Return in a word what came of a request."""
    login = reverse("account_login")
    if answer.status_code == 401 or (
        answer.status_code == 302 and answer["Location"].startswith(f"{login}?next=")
    ):
        return "sign in"
    words = {403: "no", 404: "absent", 405: "not taken", 400: "wrong"}
    if answer.status_code in DONE | (set() if method in ("GET", "HEAD") else WANTING):
        return "yes"
    return words.get(answer.status_code, str(answer.status_code))


def body(case: Case, place: Place) -> dict:
    """Return what is sent: of the API's rows what names them, of pages what stands in ``SENT``."""
    if case.name.startswith("api:"):
        if case.method == "POST":
            slug = {"negotiation": place.slug} if case.name != "api:negotiation-list" else {}
            return {**slug, "user": "stranger", "role": "reader"}
        record = place.records.get(next(iter(collections_of(case.name)), ""))
        return {"version": record.version} if hasattr(record, "version") else {}
    return {
        name: place.value(text) for _query, name, text in ASSIGNED.findall(SENT.get(case.name, ""))
    }


def ask(scene: Scene, case: Case, path: str) -> HttpResponse:
    """Ask as somebody with nothing but their session, and take back what it wrote."""
    client = scene.clients[case.who]
    client.cookies = SimpleCookie(scene.sessions[case.who])
    sent = {}
    if case.method not in ("GET", "HEAD", "OPTIONS"):
        data = body(case, scene.places[case.where])
        sent = {"data": data}
        if case.name.startswith("api:"):
            sent = {"data": json.dumps(data), "content_type": "application/json"}
            if case.method in ("PATCH", "DELETE"):
                sent["headers"] = {"If-Match": "*"}
        elif case.method != "POST":
            sent = {}
    return getattr(client, case.method.lower())(path, **sent)


def plain(answer: HttpResponse, path: str) -> tuple:
    """Return an answer without its own address: status, headers and what is in it."""
    other = path.partition("?")[0]

    def without(text: str) -> str:
        return text.replace(other, "/here/")

    shown = without(b"".join(answer).decode() if answer.streaming else answer.content.decode())
    headers = {name: without(value) for name, value in answer.items() if name != "Content-Length"}
    return (
        answer.status_code,
        headers,
        re.sub(r'(csrf\w*"? (value|content)?=?:? ?")\w+', r"\1", shown),
    )


def hides(case: Case) -> str:
    """Return what must look absent to who asks: the negotiation, a record in it, or nothing.

    Whoever must sign in first gets the same answer everywhere, and what is asked for plays no part.
    """
    if (
        case.rule is None
        or case.expected in ("yes", "sign in")
        or case.who not in OUTSIDE[case.where]
    ):
        return ""
    if case.where == "closed":
        return "slug"
    return "record" if case.where in ("draft", "foreign") else ""


@pytest.fixture(scope="module")
def scene(django_db_setup, django_db_blocker) -> Iterator[Scene]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield set_up()
        transaction.set_rollback(True)


def wrong(scene: Scene, case: Case, pattern) -> Iterator[str]:
    """Run one case, and yield what is not as it should be."""
    place = scene.places[case.where]
    path = address(case.name, pattern, place)
    before = sql(WRITTEN) if case.method not in ("GET", "HEAD") else None
    with transaction.atomic():
        answer = ask(scene, case, path)
        got = outcome(answer, case.method, path)
        if got != case.expected:
            yield f"{case}: {got} ({answer.status_code}), not {case.expected}"
        elif before is not None:
            has_written = sql(WRITTEN) != before
            if has_written and case.expected != "yes":
                yield f"{case}: denied, and written all the same"
            must_write = case.name in WRITING or (
                case.method == "DELETE" and answer.status_code == 204
            )
            if must_write and case.method != "GET" and case.expected == "yes" and not has_written:
                yield f"{case}: said to be done, and nothing written ({answer.status_code})"
        transaction.set_rollback(True)
    if hidden := hides(case):
        twin = address(case.name, pattern, place, hidden=hidden)
        if twin == path:
            return
        with transaction.atomic():
            beside = ask(scene, case, twin)
            transaction.set_rollback(True)
        if plain(beside, twin) != plain(answer, path):
            yield f"{case}: what is hidden looks other than what is absent"


@pytest.mark.parametrize("who", WHO)
def test_everybody_gets_what_the_rules_say(scene, db, caplog, who):
    caplog.set_level(logging.CRITICAL, "django.request")
    known = routes()
    failures = [
        failure
        for case in cases()
        if case.who == who
        for failure in wrong(scene, case, known[case.name])
    ]
    assert not failures, "\n".join(failures)


def test_every_route_stands_below_rules_once_for_each_method():
    by_route = rules_by_route()
    assert {name for name, _method in by_route} == set(routes())
    assert {key: found for key, found in by_route.items() if len(found) > 1} == {}
    for rule in RULES:
        assert set(rule.grid) <= set(WHERE)
        for line in rule.grid.values():
            assert len(line) == len(WHO)
            assert set(line) <= set(OUTCOMES)


def test_the_document_is_written_from_the_rules():
    assert document.PLACE.read_text() == document.text()


def test_the_administration_is_for_staff(scene, db):
    addresses = [reverse("admin:index")]
    for model in site._registry:
        stem = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        addresses += [reverse(f"{stem}_{page}") for page in ("changelist", "add")]
        addresses += [
            reverse(f"{stem}_{page}", args=[1]) for page in ("change", "delete", "history")
        ]
    for who in ("anonymous", "stranger", "manager"):
        for path in addresses:
            for method in ("GET", "POST"):
                answer = scene.clients[who].generic(method, path)
                assert answer.status_code == 302, path
                assert answer["Location"].startswith("/admin/login/?next="), path
