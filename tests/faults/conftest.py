"""Servers that no other test has."""

from collections.abc import Callable, Iterator

import pytest

from tests.faults.launching import free_port, names


@pytest.fixture(scope="module")
def name() -> Iterator[str]:
    """A server made once for all tests that can share one."""
    with names() as new:
        yield new()


@pytest.fixture
def new_name() -> Iterator[Callable[[], str]]:
    with names() as new:
        yield new


@pytest.fixture
def port() -> int:
    return free_port()
