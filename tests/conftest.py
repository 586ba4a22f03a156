"""The database: made and migrated by its owner, used by the role that the web server has."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from environs import Env

from tests.database import (
    CREDENTIALS,
    OnceLoaded,
    drop_template,
    flush,
    make_template,
    parameters,
    sign_in_as,
)

#: Files of few tests that take minutes: first, so that at the end no worker waits for another.
LONG = (
    "browser/test_third_round.py",
    "test_html.py",
    "browser/test_every_page.py",
    "permissions/test_permissions.py",
    "browser/test_editing.py",
    "security/test_nasty.py",
    "browser/test_everyone.py",
    "permissions/test_canary.py",
    "test_query_counts.py",
    "browser/test_pages.py",
    "browser/test_round.py",
    "faults/test_serve.py",
)


def pytest_configure() -> None:
    """Hash passwords fast, and serve static files as they are in the tree.

    ``make demo`` is where they are collected. Nothing is limited, and managers need no second
    step, as in the demo, where a test does not say otherwise.
    """
    settings.LIMITS = dict.fromkeys(settings.LIMITS, "off")
    settings.SECOND_STEP_REQUIRED = False
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    whitenoise = "whitenoise.middleware.WhiteNoiseMiddleware"
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != whitenoise]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    places = {here / name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path, len(LONG)))


def pytest_collection_finish() -> None:
    """Take what is loaded by now, for good, out of what is searched for garbage again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def web_role() -> dict[str, Any]:
    return {key: connection.settings_dict[key] for key in CREDENTIALS}


@pytest.fixture(scope="session")
def owner_role() -> dict[str, Any]:
    return Env().dj_db_url("DATABASE_OWNER_URL")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix, web_role, owner_role
) -> None:
    sign_in_as(owner_role)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, web_role, owner_role) -> Iterator[None]:
    with django_db_blocker.unblock():
        make_template(owner_role)
        sign_in_as(web_role)
        # TransactionTestCase empties tables, which only their owner may do. On the class, because
        # inside Playwright's loop this thread has another connection.
        operations = type(connection.ops)
        operations.execute_sql_flush = lambda ops, statements: flush(parameters(owner_role))
    yield
    with django_db_blocker.unblock():
        drop_template(owner_role)
        sign_in_as(owner_role)


@pytest.fixture(scope="session")
def once_loaded_sample(django_db_setup, owner_role) -> OnceLoaded:
    """What puts the sample negotiation and its four accounts into the empty database."""
    return OnceLoaded(
        lambda: call_command("load_sample", verbosity=0), lambda: parameters(owner_role)
    )


@pytest.fixture(scope="module")
def loaded_sample(once_loaded_sample, django_db_blocker, owner_role) -> Iterator[None]:
    """The sample for a module: there before its first test, gone after its last."""
    with django_db_blocker.unblock():
        once_loaded_sample.put()
        yield
        flush(parameters(owner_role))


@pytest.fixture
def connect(django_db_setup, web_role) -> Iterator[Callable[..., psycopg.Connection]]:
    """Return a function that opens a connection of its own, the web role's unless told other."""
    opened = []

    def connect(role: dict[str, Any] = web_role, **options) -> psycopg.Connection:
        opened.append(psycopg.connect(**parameters(role), **options))
        return opened[-1]

    yield connect
    for each in opened:
        each.close()
