import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from accounts.models import User


@pytest.fixture(scope="module")
def loaded_sample(django_db_setup, django_db_blocker):
    """The sample as ``load_sample`` records it, taken back after the module's last test."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_sample", verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def sample(loaded_sample, db):
    """The sample; what a test changes is taken back after it."""


@pytest.fixture
def client_of():
    """Return a function that gives a client signed in as one of the sample's accounts."""

    def client_of(username: str) -> Client:
        client = Client()
        client.force_login(
            User.objects.get(username=username),
            backend="allauth.account.auth_backends.AuthenticationBackend",
        )
        return client

    return client_of
