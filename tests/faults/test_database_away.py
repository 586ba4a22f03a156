"""The database is away, then back: a clear page, what was typed, and service without a restart."""

import json
import os
import subprocess
from collections.abc import Iterator

import pytest

from config.postgres import EmbeddedPostgres
from config.postgres_home import CLONE
from positions.sample import DEMO_PASSWORDS
from tests.faults.launching import SECONDS, free_port, names
from tests.faults.test_demo import SERVE, lines
from tests.faults.visiting import Visitor

LINE = "russia-ukraine-2025/demands/new/?party=RU&issue=ceasefire&as_of=2025-06-02"
TYPED = {
    "text": "A pause of five days,\nfrom Easter on: “no fire & no flights”.",
    "kind": "offer",
    "firmness": "unknown",
    "basis": "official on the record",
    "stated": "2 June 2025",
}


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    with names() as new, EmbeddedPostgres(new()) as running:
        yield running


@pytest.fixture(scope="module")
def site(server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site with the sample, whose database is in the tests' hands."""
    port = free_port()
    env = {**os.environ, **server.environment(), "PORT": str(port), "SECRET_KEY": "k" * 50}
    demo = subprocess.Popen(
        [*SERVE, "--demo"],
        cwd=CLONE,
        env=env | {"STATIC_ROOT": str(tmp_path_factory.mktemp("static"))},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with demo:
        try:
            list(lines(demo))
            yield f"http://127.0.0.1:{port}/"
        finally:
            demo.terminate()
            demo.wait(SECONDS)


def test_what_was_typed_is_kept_until_the_database_is_back(server, site) -> None:
    reader, editor = Visitor(site), Visitor(site)
    editor.sign_in("editor", DEMO_PASSWORDS["editor"])
    token = editor.get(LINE).fields()["csrfmiddlewaretoken"]
    server.stop()

    away = reader.get("russia-ukraine-2025/compare/")
    assert away.status == 503
    assert away.headers["Retry-After"] == "10"
    assert "no-store" in away.headers["Cache-Control"]
    assert "The database does not answer" in away.text
    assert "was not saved" not in away.text
    assert 'id="sent"' not in away.text

    lost = editor.post(LINE, {**TYPED, "csrfmiddlewaretoken": token})
    assert lost.status == 503
    assert "was not saved" in lost.text
    kept = lost.fields()
    assert {name: kept[name] for name in TYPED} == TYPED
    again = editor.post(LINE, kept)
    assert again.status == 503
    kept = again.fields()

    health = reader.get("health/")
    assert (health.status, health.text) == (503, "The database does not answer.\n")

    answer = reader.get("api/v1/demands/")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "10")
    assert json.loads(answer.text) == {"detail": "The database does not answer."}

    server.start()
    saved = editor.post(LINE, kept)  # the very first request
    assert saved.status == 200
    assert "from Easter on" in saved.text
    assert reader.get("russia-ukraine-2025/compare/").status == 200


def test_all_connections_of_before_may_be_dead(server, site) -> None:
    """Each was open when the database went away; none costs a visitor an error page."""
    visitors = [Visitor(site) for _ in range(6)]
    for visitor in visitors:
        assert visitor.get().status == 200
    server.stop()
    server.start()
    assert [visitor.get().status for visitor in visitors] == [200] * 6


def test_a_password_is_not_given_back(server, site) -> None:
    visitor = Visitor(site)
    token = visitor.get("accounts/login/").fields()["csrfmiddlewaretoken"]
    typed = {"login": "editor", "password": "canary-password", "csrfmiddlewaretoken": token}
    server.stop()
    try:
        away = visitor.post("accounts/login/", typed)
    finally:
        server.start()
    assert away.status == 503
    assert "canary-password" not in away.text
    assert "Passwords are not kept" in away.text
    assert "Send again" not in away.text
