"""What every answer says to browsers and caches; and the settings of a site that is served."""

import os
import re
import subprocess
import sys

import pytest
from django.test import Client

from config.postgres_home import CLONE
from negotiations.models import Membership
from tests.factories import MembershipFactory
from tests.pages import pages, signed_in
from tests.security.routes import addresses
from tests.talks import give_a_text, one_more_of_everything, river_talks

SECRET = "correct-horse-battery-staple-0123456789-and-some-more"
#: What docs/deployment.md tells to set on a site that is served by HTTPS.
SERVED = {
    "SECRET_KEY": SECRET,
    "DATABASE_URL": "postgresql://parley_web:secret@db.example.org/parley",
    "ALLOWED_HOSTS": "parley.example.org",
    "CSRF_TRUSTED_ORIGINS": "https://parley.example.org",
    "HTTPS": "true",
}


@pytest.fixture
def talks(db):
    talks = river_talks()
    one_more_of_everything(talks, 1)
    return talks


@pytest.fixture
def manager(talks):
    role = Membership.Role.MANAGER
    user = MembershipFactory(negotiation=talks.negotiation, role=role).user
    user.is_staff = user.is_superuser = True
    user.save()
    give_a_text(talks, user)
    return user


def every_address(talks, user) -> list[str]:
    """Return at least one address of every route, and those at which pages show something."""
    routes = dict(addresses(talks.slug))
    assert {"overview", "api:comparison", "api:demand-list", "admin:index"} <= routes.keys()
    shown = [each for listed in pages(talks.negotiation, user).values() for each in listed[:1]]
    return [address for address in [*routes.values(), *shown] if "logout" not in address]


def served(*command: str, **environment: str) -> str:
    """Return what Python prints with the settings of a site that is served."""
    ended = subprocess.run(
        [sys.executable, *command],
        cwd=CLONE,
        env={"PATH": os.environ["PATH"], **SERVED, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return ended.stdout + ended.stderr


def test_every_answer_has_every_policy_and_nothing_private_is_kept(talks, manager):
    member, anybody = signed_in(manager), Client()
    kept = set()
    for address in every_address(talks, manager):
        mine, public = member.get(address), anybody.get(address)
        _check_policies(mine, address)
        _check_policies(public, address)
        assert "no-store" in mine["Cache-Control"], address
        if "no-store" not in public["Cache-Control"]:
            _check_that_it_is_public(public, address)
            kept.add(address)
    assert f"/{talks.slug}/compare/" in kept
    assert "/api/v1/demands/" in kept


def test_what_is_sent_and_what_is_refused_is_not_kept_either(talks, manager):
    """Nor what was asked for with a token, or after the session has ended."""
    address = f"/{talks.slug}/compare/"
    ended = signed_in(manager)
    ended.session.flush()
    program = Client(headers={"Authorization": "Bearer nonsense"})
    stranger = Client(SERVER_NAME="evil.example", raise_request_exception=False)
    answers = [
        *(Client().post(each) for _name, each in addresses(talks.slug)),
        *(
            Client().get(each)
            for each in ("/nothing/here/", "/api/v1/nothing/", f"{address}?as_of=x")
        ),
        *(program.get(each) for each in (address, "/api/v1/demands/")),
        *(stranger.get(each) for each in (address, "/api/v1/demands/", "/health")),
        ended.get(address),
    ]
    for answer in answers:
        assert "no-store" in answer["Cache-Control"], answer.request
        _check_policies(answer, answer.request["PATH_INFO"])
    assert {200, 400, 401, 404, 405} <= {answer.status_code for answer in answers}


def _check_that_it_is_public(answer, address: str) -> None:
    assert answer["Cache-Control"] == "no-cache, private", address
    assert answer.status_code < 400
    assert not answer.cookies
    assert not address.startswith(("/accounts/", "/admin/"))


def _check_policies(answer, address: str) -> None:
    policy = dict(
        part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";")
    )
    assert "unsafe" not in answer["Content-Security-Policy"], address
    for name in ("default-src", "object-src", "base-uri", "frame-ancestors", "script-src-attr"):
        assert policy[name] == "'none'", address
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert answer["X-Content-Type-Options"] == "nosniff", address
    assert answer["Referrer-Policy"] == "same-origin", address
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin", address
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin", address
    assert answer["X-Frame-Options"] == "DENY", address
    assert "camera=()" in answer["Permissions-Policy"], address


def test_the_check_that_the_documents_tell_finds_nothing():
    told = (CLONE / "docs" / "deployment.md").read_text()
    (command,) = re.findall(r"python (manage\.py check --deploy .*)", told)
    for name in SERVED:
        assert f"| `{name}`" in told
    assert "no issues (0 silenced)" in served(*command.split())
    assert "security.W" in served(*command.split(), HTTPS="false")


def test_cookies_are_of_this_host_alone_where_it_is_served_by_https():
    names = [
        *["SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE"],
        *["CSRF_COOKIE_SECURE", "SESSION_COOKIE_PATH", "CSRF_COOKIE_PATH"],
        *["SESSION_COOKIE_DOMAIN", "CSRF_COOKIE_DOMAIN"],
    ]
    shown = served(
        "-c",
        f"from django.conf import settings as s; print(*[getattr(s, n) for n in {names}])",
        DJANGO_SETTINGS_MODULE="config.settings",
    )
    assert shown.split() == [
        *["__Host-sessionid", "__Host-csrftoken"],
        *["True", "True", "/", "/", "None", "None"],
    ]
