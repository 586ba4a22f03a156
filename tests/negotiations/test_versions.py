"""No save of a content record goes over another: the version stands in the UPDATE itself."""

import re

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from negotiations.models import Content, Party
from negotiations.operations import Conflict, edit, version_of
from tests.factories import PartyFactory
from tests.refusing import FACTORIES

pytestmark = pytest.mark.django_db
MODELS = [model for model in apps.get_models() if issubclass(model, Content)]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
@pytest.mark.parametrize("options", [{}, {"update_fields": ["version"]}], ids=["all", "some"])
def test_a_save_from_an_old_reading_is_a_conflict(model, options):
    row = FACTORIES[model]()
    first, second = (model._base_manager.get(pk=row.pk) for _ in range(2))
    before = first.version
    first.version += 1
    with CaptureQueriesContext(connection) as asked:
        first.save(**options)
    (update,) = [q["sql"] for q in asked if q["sql"].startswith("UPDATE")]
    assert re.search(rf'"version" = {before}\b', update.partition("WHERE")[2])
    second.version += 1
    with pytest.raises(Conflict) as refused, transaction.atomic():
        second.save(**options)
    assert refused.value.current.version == before + 1
    first.version += 1
    first.save(**options)
    second.refresh_from_db()
    second.version += 1
    second.save(**options)
    assert model._base_manager.get(pk=row.pk).version == before + 3


def test_rows_without_a_version_are_told_apart_by_their_fields():
    party = Party.objects.get(pk=PartyFactory(name="One").pk)
    seen = version_of(party)
    changed = edit(party, user=None, version=seen, name="Two")
    assert version_of(changed) != seen
    with pytest.raises(Conflict):
        edit(party, user=None, version=seen, name="Three")
    assert version_of(edit(changed, user=None, name="One")) == seen
