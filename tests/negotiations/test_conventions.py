"""What every model, migration and message of ours keeps to."""

import inspect
import io
import re
import weakref
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import RangeField
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.db.models.constraints import BaseConstraint
from django.db.models.signals import (
    m2m_changed,
    post_delete,
    post_init,
    post_save,
    pre_delete,
    pre_init,
    pre_save,
)

from accounts.models import ApiToken
from negotiations.constraints import Acyclic, Gated, SameNegotiation
from negotiations.models import Content, Negotiation, Record, Scoped
from negotiations.models.fields import QuantityField
from tests.conftest import LONG
from tests.refusing import FACTORIES, name_of, our_models

APPS = ["accounts", "negotiations", "positions"]
MODELS = our_models()
GATED = [model for model in MODELS if model is not Record]
SCOPED = [model for model in MODELS if issubclass(model, Scoped)]


def constraints(model, kind=BaseConstraint):
    return [c for c in model._meta.constraints if isinstance(c, kind)]


def each(models):
    return pytest.mark.parametrize("model", models, ids=lambda model: model.__name__)


def pointers(model):
    return [
        field
        for field in model._meta.concrete_fields
        if field.is_relation
        and (issubclass(field.related_model, Scoped) or field.related_model is Record)
    ]


@each(GATED)
def test_every_change_goes_through_the_gate(model):
    assert len(constraints(model, Gated)) == 1
    assert model is Negotiation or issubclass(model, Scoped)


@pytest.mark.django_db
def test_every_table_with_a_negotiation_has_the_gate_s_triggers():
    """The database's own word on it, whatever the models say."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
            " AND a.attname = 'negotiation_id'"
        )
        tables = {name for (name,) in cursor.fetchall()}
        cursor.execute(
            "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE t.tgname = 'gate_write'"
        )
        gated = {name for (name,) in cursor.fetchall()}
    assert gated == {model._meta.db_table for model in GATED}
    # A token that is for one negotiation is the user's own, and no part of it.
    others = {Record._meta.db_table, ApiToken._meta.db_table}
    assert tables | {Negotiation._meta.db_table} == gated | others


@each(SCOPED)
def test_every_pointer_stays_in_the_negotiation(model):
    fields = {field.name for field in pointers(model)}
    assert {c.field for c in constraints(model, SameNegotiation)} == fields
    assert all(c.kinds for c in constraints(model, SameNegotiation) if _names_a_record(model, c))


def _names_a_record(model, constraint):
    return model._meta.get_field(constraint.field).related_model is Record


@each(SCOPED)
def test_links_between_rows_are_tables_of_ours(model):
    for field in model._meta.local_many_to_many:
        through = field.remote_field.through
        assert not through._meta.auto_created
        assert issubclass(through, Scoped)


@each(SCOPED)
def test_no_row_goes_because_another_does(model):
    for field in model._meta.concrete_fields:
        if field.is_relation:
            assert field.remote_field.on_delete is models.PROTECT


@each(SCOPED)
def test_what_points_to_its_own_table_never_leads_back(model):
    own = {field.name for field in pointers(model) if field.related_model is model}
    assert own <= {c.field for c in constraints(model, Acyclic)}


@each(SCOPED)
def test_a_row_s_negotiation_is_typed_in_no_form(model):
    assert not model._meta.get_field("negotiation").editable


@each(MODELS)
def test_every_choice_is_checked(model):
    chosen = {f.name for f in model._meta.concrete_fields if f.choices}
    names = {c.name for c in model._meta.constraints}
    if model is not Record:  # which only a trigger writes
        assert {f"{name_of(model)}_{field}_known" for field in chosen} <= names


@each(MODELS)
def test_every_range_is_checked(model):
    names = {c.name for c in model._meta.constraints}
    for field in model._meta.concrete_fields:
        if isinstance(field, RangeField):
            assert f"{name_of(model)}_{field.name}_sound" in names
        if isinstance(field, QuantityField):
            assert f"{name_of(model)}_{field.name}_closed" in names


@each(MODELS)
def test_every_name_says_what_it_is_about(model):
    for constraint in model._meta.constraints:
        assert constraint.name.startswith(f"{name_of(model)}_")


@each(MODELS)
def test_every_refusal_is_said_in_words(model):
    for constraint in model._meta.constraints:
        if isinstance(constraint, Gated) or constraint.name.endswith("_in_negotiation"):
            continue
        said = str(constraint.get_violation_error_message())
        if isinstance(constraint, models.UniqueConstraint) and _is_unworded(constraint):
            said = model().unique_error_message(model, constraint.fields).messages[0]
        assert re.fullmatch(r"[A-Z“].+[.]", said), constraint.name
        assert constraint.name not in said
        assert "_" not in said


def _is_unworded(constraint):
    return constraint.violation_error_message == constraint.default_violation_error_message


@each(GATED)
def test_every_model_and_field_has_a_name_for_people(model):
    for field in model._meta.get_fields():
        if not field.auto_created:
            assert "_" not in str(field.verbose_name), field
    assert model.__doc__ or issubclass(model, Scoped)


@each([model for model in MODELS if issubclass(model, Content)])
def test_content_has_a_state_and_a_version(model):
    assert model._meta.get_field("state").default == "draft"
    assert model._meta.get_field("version").default == 1


@each(GATED)
def test_every_model_has_a_factory(model):
    assert model in FACTORIES


@pytest.mark.django_db
@each(GATED)
def test_a_factory_makes_a_sound_row_in_one_negotiation(model):
    row = FACTORIES[model]()
    connection.check_constraints()
    row.full_clean()
    assert Negotiation.objects.count() == 1


@pytest.mark.django_db
def test_migrations_are_complete():
    out = io.StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=out, no_color=True)
    except (CommandError, SystemExit):
        pytest.fail(out.getvalue())


@pytest.mark.parametrize("app", APPS)
def test_migrations_are_named_for_what_they_do(app):
    folder = Path(apps.get_app_config(app).path, "migrations")
    names = [path.stem for path in folder.glob("[0-9]*.py")]
    assert names
    for name in names:
        assert re.fullmatch(r"\d{4}_[a-z_]+", name)
        assert "auto" not in name.split("_")
        assert name.split("_", 1)[1] != "initial" or app == "accounts"


WRITE_SIGNALS = [pre_init, post_init, pre_save, post_save, pre_delete, post_delete, m2m_changed]


@pytest.mark.parametrize("signal", WRITE_SIGNALS)
def test_nothing_of_ours_listens_to_signals(signal):
    """What must happen with every write is in the operation or in the database."""
    receivers = [entry[1] for entry in signal.receivers]
    alive = [r() if isinstance(r, weakref.ReferenceType) else r for r in receivers]
    modules = [inspect.getmodule(receiver).__name__ for receiver in alive if receiver]
    assert not [module for module in modules if module.split(".")[0] in [*APPS, "config"]]


@pytest.mark.parametrize("app", [*APPS, "config"])
def test_modules_stay_short(app):
    for path in (settings.BASE_DIR / app).rglob("*.py"):
        if "migrations" not in path.parts:
            assert len(path.read_text(encoding="utf-8").splitlines()) <= 420, path


@pytest.mark.parametrize("name", LONG)
def test_the_files_that_come_first_are_there(name):
    assert (settings.BASE_DIR / "tests" / name).is_file()


def test_positions_are_unknown_to_negotiations():
    for path in (settings.BASE_DIR / "negotiations").rglob("*.py"):
        assert not re.search(r"^\s*(from|import) positions", path.read_text(), re.M), path
