import pytest

from tests.database import seal
from tests.factories import NegotiationFactory


@pytest.fixture
def negotiation(db):
    """A negotiation at its first revision."""
    made = NegotiationFactory()
    seal()
    return made
