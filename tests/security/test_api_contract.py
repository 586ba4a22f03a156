"""The API against its own description, as everybody who may ask it: schemathesis, seeded.

``SCHEMATHESIS_EXAMPLES`` in the environment asks for more examples of each operation.
"""

import os
from collections import Counter
from collections.abc import Iterator

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.models import ApiToken
from negotiations.models import Membership
from positions.models import Demand
from tests.api.conftest import Talks, member, new_talks
from tests.factories import UserFactory

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "2"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ROLES = ["anonymous", "stranger", *Membership.Role.values]
#: What each role must have been answered at least once, else nothing was tried.
SEEN = {
    "anonymous": {200, 400, 401, 404},
    "stranger": {200, 201, 400, 404},
    "reader": {200, 400, 403, 404},
    "editor": {200, 400, 403, 404},
    "reviewer": {200, 400, 403, 404},
    "manager": {200, 400, 404},
}


@pytest.fixture(scope="module")
def talks(made, for_the_module) -> Talks:
    """Talks, once the examples are made: many of them take longer than a transaction may idle."""
    return new_talks("members").fill()


@pytest.fixture(scope="module")
def cases(made, talks) -> list:
    """Examples of each operation, right and wrong ones, made once for all roles.

    Half of those of a row ask for one that there is.
    """
    for alike in made:
        for case in alike[::2]:
            aim(case, talks)
    return [case for alike in made for case in alike]


@pytest.fixture(scope="module")
def made() -> list[list]:
    """Examples of each operation, of the right and of the wrong ones apart."""
    described = SchemaGenerator().get_schema(request=None, public=True)
    schema = schemathesis.openapi.from_dict(described)
    found = []
    for each in schema.get_all_operations():
        operation = each.ok()
        for mode in GenerationMode:
            found.append(list(examples(operation, mode)))
    assert {case.operation.label for alike in found for case in alike} == {
        each.ok().label for each in schema.get_all_operations()
    }
    return found


def examples(operation, mode: GenerationMode) -> Iterator:
    made = []

    @settings(
        max_examples=EXAMPLES,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def make(case):
        made.append(case)

    try:
        make()
    except Exception as error:
        # An operation that takes nothing cannot be given anything wrong.
        if type(error).__name__ not in {"Unsatisfiable", "SkipTest"}:
            raise
    yield from made


def aim(case, talks: Talks) -> None:
    """Let a case ask for a row that there is, and write into the talks."""
    collection = case.operation.path.split("/")[3]
    parameters = dict(case.path_parameters or {})
    if "slug" in parameters:
        parameters["slug"] = talks.negotiation.slug
    if "id" in parameters and collection in talks.records:
        parameters["id"] = str(talks[collection].pk)
    case.path_parameters = parameters
    if isinstance(case.body, dict) and "negotiation" in case.body:
        case.body["negotiation"] = talks.negotiation.slug
    if isinstance(case.body, dict) and isinstance(case.body.get("version"), int):
        case.body["version"] = 1


def person(role: str, talks: Talks):
    if role == "anonymous":
        return None
    return UserFactory() if role == "stranger" else member(talks.negotiation, role)


@pytest.fixture
def application() -> Iterator[WSGIHandler]:
    """The site, whose requests leave the connection of the test open."""
    for signal in (request_started, request_finished):
        assert signal.disconnect(close_old_connections)
    yield WSGIHandler()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("role", ROLES)
def test_each_answer_is_as_described_and_none_is_a_failure(
    db, talks, cases, application, role, record_property
):
    user = person(role, talks)
    headers = {"Accept-Encoding": "identity"}
    if user is not None:
        headers["Authorization"] = f"Bearer {ApiToken.issue(user=user, name='schemathesis')}"
    wrong: dict[str, str] = {}
    seen: Counter[int] = Counter()
    for case in cases:
        with transaction.atomic():
            answer = case.call(app=application, base_url="http://testserver", headers=headers)
            transaction.set_rollback(True)
        seen[answer.status_code] += 1
        try:
            case.validate_response(answer, checks=CHECKS)
        except (Failure, FailureGroup) as error:
            key = f"{case.operation.label} {answer.status_code}"
            wrong.setdefault(key, f"{type(error).__name__}: {error}"[:1500])
    record_property("answers", dict(sorted(seen.items())))
    assert not wrong, "\n".join(f"{key}: {told}" for key, told in wrong.items())
    assert SEEN[role] <= seen.keys()
    assert Demand.objects.filter(negotiation=talks.negotiation).exists()
