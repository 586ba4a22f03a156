import pytest
from django.test import Client

from accounts.models import User


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
