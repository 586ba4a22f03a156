"""How history reads columns that were added, renamed or dropped after it was written."""

import json
from itertools import chain

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.writer import MigrationWriter
from django.db.models.functions import Upper
from django.db.utils import Error

from negotiations import migrating
from negotiations.constraints import Gated
from negotiations.migrating import AddedColumn, RenamedColumn
from negotiations.models import Track
from negotiations.past import at_revision
from tests.database import sql
from tests.factories import NegotiationFactory, PartyFactory, TrackFactory
from tests.pasts import scratch_database

WEIGHT = models.IntegerField(default=7, db_default=7)


@pytest.fixture
def scratch(transactional_db, web_role, owner_role):
    with scratch_database(web_role, owner_role) as scratch:
        yield scratch


@pytest.fixture
def talks(scratch):
    """A negotiation with one party, in two revisions."""
    negotiation = NegotiationFactory()
    PartyFactory(negotiation=negotiation, name="East", aliases=["E"])
    return negotiation


def then(talks, columns, table="negotiations_party"):
    """What each revision has in these columns, from the second on."""
    seen = []
    for revision in range(2, talks.revision + 1):
        with at_revision(talks, revision):
            seen += sql(f"SELECT {columns} FROM {table} ORDER BY id")
    return seen


def as_stored(value):
    """How PostgreSQL writes a JSON value."""
    ((text,),) = sql("SELECT %s::jsonb::text", json.dumps(value))
    return text


def rename(was, column):
    return [
        migrations.RenameField("party", was, column),
        RenamedColumn("party", was=was, column=column),
    ]


def add(column, field, reads):
    return [migrations.AddField("party", column, field), AddedColumn("party", column, reads=reads)]


class TestColumns:
    def test_added(self, scratch, talks):
        scratch.migrate("negotiations", *add("weight", WEIGHT, 7))
        sql("UPDATE negotiations_party SET weight = 8")
        sql("UPDATE negotiations_party SET weight = weight + 1")
        assert then(talks, "name, weight, pg_typeof(weight)::text") == [
            ("East", 7, "integer"),
            ("East", 8, "integer"),
            ("East", 9, "integer"),
        ]

    def test_what_an_added_column_reads(self, scratch, talks):
        values = [None, "words", ["a", "b"], "'; DROP TABLE x; %s", {"a": 1.50}]
        fields = {f"extra{n}": models.JSONField(null=True) for n in range(len(values))}
        added = [add(*each, reads) for each, reads in zip(fields.items(), values, strict=True)]
        scratch.migrate("negotiations", *chain.from_iterable(added))
        columns = ", ".join(f"coalesce({name}, 'null')::text" for name in fields)
        assert then(talks, columns) == [tuple(as_stored(value) for value in values)]

    def test_renamed_and_renamed_again(self, scratch, talks):
        scratch.migrate("negotiations", *rename("name", "label"))
        sql("UPDATE negotiations_party SET label = 'West'")
        scratch.migrate("negotiations", *rename("label", "title"))
        sql("UPDATE negotiations_party SET title = 'South'")
        assert then(talks, "title") == [("East",), ("West",), ("South",)]

    def test_two_change_their_names(self, scratch, talks):
        scratch.migrate("negotiations", *add("short", models.TextField(db_default=""), "?"))
        sql("UPDATE negotiations_party SET short = 'E'")
        scratch.migrate(
            "negotiations",
            *rename("short", "between"),
            *rename("name", "short"),
            *rename("between", "name"),
        )
        sql("UPDATE negotiations_party SET name = 'W', short = 'West'")
        assert then(talks, "short, name") == [("East", "?"), ("East", "E"), ("West", "W")]

    def test_renamed_there_and_back(self, scratch, talks):
        scratch.migrate("negotiations", *rename("name", "label"))
        sql("UPDATE negotiations_party SET label = 'West'")
        scratch.migrate_back()
        sql("UPDATE negotiations_party SET name = 'South'")
        assert then(talks, "name") == [("East",), ("West",), ("South",)]
        scratch.migrate("negotiations", *rename("name", "label"))
        assert then(talks, "label") == [("East",), ("West",), ("South",)]

    def test_dropped(self, scratch, talks):
        scratch.migrate("negotiations", migrations.RemoveField("party", "aliases"))
        assert then(talks, "name") == [("East",)]
        with pytest.raises(Error, match="aliases"):
            then(talks, "aliases")

    def test_dropped_and_another_of_its_name_added(self, scratch, talks):
        scratch.migrate("negotiations", migrations.RemoveField("party", "aliases"))
        number = models.IntegerField(db_default=1)
        scratch.migrate("negotiations", *add("aliases", number, 1))
        sql("UPDATE negotiations_party SET aliases = 2")
        assert then(talks, "aliases") == [(1,), (2,)]
        # Taken back and put there again, it is another column once more.
        scratch.migrate_back()
        scratch.migrate("negotiations", *add("aliases", models.IntegerField(db_default=5), 5))
        assert then(talks, "aliases") == [(5,), (5,)]

    def test_shortened(self, scratch, talks):
        sql("UPDATE negotiations_party SET name = %s", "E" * 200)
        sql("UPDATE negotiations_party SET name = 'East'")
        scratch.migrate(
            "negotiations",
            migrations.AlterField("party", "name", models.CharField(max_length=10)),
        )
        assert then(talks, "name") == [("East",), ("E" * 200,), ("East",)]

    def test_generated(self, scratch, talks):
        loud = models.GeneratedField(
            expression=Upper("name"), output_field=models.TextField(), db_persist=True
        )
        scratch.migrate("negotiations", migrations.AddField("party", "loud", loud))
        sql("UPDATE negotiations_party SET name = 'West'")
        assert then(talks, "name, loud, aliases") == [
            ("East", "EAST", ["E"]),
            ("West", "WEST", ["E"]),
        ]

    def test_a_table_that_is_gone_is_not_read(self, scratch, talks):
        track = TrackFactory(negotiation=talks)
        revision = talks.revision
        scratch.migrate("negotiations", migrations.DeleteModel("delegate"))
        with at_revision(talks, revision):
            assert Track.objects.get() == track
            with pytest.raises(Error, match="negotiations_delegate"):
                sql("SELECT FROM negotiations_delegate")


class TestRefused:
    @pytest.mark.parametrize(
        ("operations", "named"),
        [
            (
                [migrations.AddField("party", "weight", WEIGHT)],
                r": negotiations_party\.weight\.",
            ),
            ([migrations.RenameField("party", "name", "label")], r"negotiations_party\.label"),
            (
                [migrations.RemoveField("party", "order"), *add("order", WEIGHT, 7)[:1]],
                r"negotiations_party\.order",
            ),
            ([migrations.AlterModelTable("party", "sides")], "Table sides has rows"),
        ],
        ids=["added", "renamed", "another", "table"],
    )
    def test_what_nothing_explains(self, scratch, talks, operations, named):
        with pytest.raises(Error, match=named):
            scratch.migrate("negotiations", *operations)
        # Until it is put right there is no past, rather than a wrong one.
        with pytest.raises(Error, match="does not exist"), at_revision(talks, 2):
            pytest.fail("it was entered")

    def test_what_explains_nothing(self, scratch, talks):
        unsaved = [
            migrations.AddField("unsavedform", "weight", WEIGHT),
            AddedColumn("unsavedform", "weight", reads=7),
        ]
        for operations, named in [
            ([AddedColumn("party", "other", reads=1)], "no column other"),
            (add("weight", WEIGHT, None), "cannot read null"),
            (add("weight", WEIGHT, "seven"), "invalid input syntax for type integer"),
            (unsaved, "negotiations_unsavedform has no history"),
        ]:
            with pytest.raises(Error, match=named):
                scratch.migrate("negotiations", *operations)
        scratch.migrate("negotiations", *add("weight", WEIGHT, 7))
        assert then(talks, "weight") == [(7,)]

    def test_while_a_migration_runs(self, scratch, talks):
        scratch.begin_migration()
        with pytest.raises(Error, match="does not exist"), at_revision(talks, 2):
            pytest.fail("it was entered")
        scratch.migrate("negotiations")
        assert then(talks, "name") == [("East",)]

    def test_the_web_role_builds_nothing(self, transactional_db):
        before = sql("SELECT oid, relname FROM pg_class WHERE relnamespace = 'asof'::regnamespace")
        migrating.drop_views(using="default", plan=[object()])
        migrating.build_views(using="default")
        after = sql("SELECT oid, relname FROM pg_class WHERE relnamespace = 'asof'::regnamespace")
        assert before == after != []


def unexplained(migration):
    """What a migration changes in a gated table without a word on how history reads it."""
    said = set()
    changed = set()
    for operation in migration.operations:
        if isinstance(operation, AddedColumn):
            said.add(("added", operation.model_name.lower(), operation.column))
        elif isinstance(operation, RenamedColumn):
            said.add(("renamed", operation.model_name.lower(), operation.was, operation.column))
        elif isinstance(operation, migrations.AddField):
            changed |= _added(operation)
        elif isinstance(operation, migrations.RenameField):
            names = (operation.old_name, operation.new_name)
            changed.add(("renamed", operation.model_name_lower, *names))
        elif isinstance(operation, migrations.RenameModel):
            changed.add(("renamed table", operation.new_name_lower))
        elif isinstance(operation, migrations.AlterModelTable):
            changed.add(("renamed table", operation.name_lower))
    gated = _gated_models(migration.app_label)
    return {
        change
        for change in changed
        if change[1] in gated
        and change not in said
        # A foreign key's column is its field's name and "_id".
        and (*change[:2], *(f"{name}_id" for name in change[2:])) not in said
    }


def _added(operation):
    field = operation.field
    if field.generated or field.many_to_many:
        return set()
    return {("added", operation.model_name_lower, field.db_column or operation.name)}


def _gated_models(app):
    state = MigrationLoader(None).project_state()
    return {
        name
        for (label, name), model in state.models.items()
        if label == app and any(isinstance(c, Gated) for c in model.options.get("constraints", []))
    }


class TestMigrations:
    @pytest.mark.parametrize("app", ["negotiations", "positions"])
    def test_each_says_how_history_reads_what_it_changes(self, app):
        loader = MigrationLoader(None)
        ours = [each for (label, __), each in loader.disk_migrations.items() if label == app]
        assert ours
        assert {each.name: unexplained(each) for each in ours if unexplained(each)} == {}

    def test_this_test_would_tell(self):
        migration = migrations.Migration("0099", "negotiations")
        migration.operations = [
            migrations.AddField("Party", "weight", WEIGHT),
            migrations.AddField("Delegate", "round2", models.ForeignKey("Round", models.PROTECT)),
            AddedColumn("Delegate", "round2_id", reads=1),
            migrations.RenameField("Party", "name", "label"),
            *rename("order", "place"),
            migrations.AlterModelTable("Track", "strand"),
            migrations.AddField("UnsavedForm", "weight", WEIGHT),
        ]
        assert unexplained(migration) == {
            ("added", "party", "weight"),
            ("renamed", "party", "name", "label"),
            ("renamed table", "track"),
        }

    def test_they_can_be_written_down(self):
        migration = migrations.Migration("0099", "negotiations")
        migration.operations = [*add("weight", WEIGHT, {"a": [1]})[1:], *rename("a", "b")[1:]]
        written: dict[str, object] = {}
        exec(MigrationWriter(migration).as_string(), written)
        again = written["Migration"].operations
        assert [each.deconstruct() for each in again] == [
            ("AddedColumn", ["party", "weight"], {"reads": {"a": [1]}}),
            ("RenamedColumn", ["party"], {"was": "a", "column": "b"}),
        ]
        assert [operation.describe() for operation in migration.operations] == [
            "Say that history older than party.weight reads {'a': [1]}",
            "Say that party.b was a",
        ]
