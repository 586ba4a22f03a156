"""People with passwords, and clients of theirs."""

import pytest
from django.test import Client

from accounts.models import User

PASSWORD = "a long enough pass phrase"


@pytest.fixture
def anna(db) -> User:
    return User.objects.create_user("anna", "anna@example.org", PASSWORD, first_name="Anna")


@pytest.fixture
def signed_in(anna) -> Client:
    """Anna's browser."""
    client = Client()
    assert client.login(username="anna", password=PASSWORD)
    return client
