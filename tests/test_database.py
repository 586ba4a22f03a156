"""What stands in for loading again is the same, to the last row, and one may write on from it."""

import psycopg
import pytest

from accounts.models import User
from negotiations.history import broken_revision, history_of, revision_of
from negotiations.models import Negotiation, Party, Record
from positions.models import Issue
from tests.database import flush, parameters
from tests.recording import published_demand

RELATIONS = (
    "SELECT oid::regclass::text FROM pg_class WHERE relkind = %s"
    " AND relnamespace::regnamespace::text IN ('public', 'gate')"
)
TRIGGERS = "SELECT tgrelid, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY oid"


@pytest.fixture
def to_owner(transactional_db, owner_role):
    return parameters(owner_role)


@pytest.fixture
def owner(to_owner, connect, owner_role) -> psycopg.Connection:
    return connect(owner_role, autocommit=True)


@pytest.fixture
def sample(to_owner, once_loaded_sample) -> Negotiation:
    """The sample, certainly a copy."""
    once_loaded_sample.put()
    flush(to_owner)
    once_loaded_sample.put()
    return Negotiation.objects.get()


def digests(owner: psycopg.Connection) -> dict[str, object]:
    """Return a hash of the rows of each table that has any, and where each sequence stands."""
    found = {}
    for (table,) in owner.execute(RELATIONS, ["r"]).fetchall():
        every = f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t"
        found[table] = owner.execute(every).fetchone()[0]
    for (name,) in owner.execute(RELATIONS, ["S"]).fetchall():
        found[name] = owner.execute(f"SELECT last_value, is_called FROM {name}").fetchone()
    return {name: digest for name, digest in found.items() if digest}


def test_what_comes_back_is_what_was_loaded(owner, to_owner, once_loaded_sample):
    empty, triggers = digests(owner).keys(), owner.execute(TRIGGERS).fetchall()
    once_loaded_sample.copied = None
    once_loaded_sample.put()
    loaded = digests(owner)
    flush(to_owner)
    assert digests(owner).keys() == empty
    # What others write in between moves the sequences on.
    published_demand()
    flush(to_owner)
    once_loaded_sample.put()
    assert digests(owner) == loaded
    assert len(loaded.keys() - empty) > 30
    assert owner.execute(TRIGGERS).fetchall() == triggers


def test_one_writes_on_from_what_came_back(sample):
    last, revision = Record.objects.latest("pk").pk, revision_of(sample)
    issue = Issue.objects.get(code="ceasefire")
    demand = published_demand(
        negotiation=sample, issue=issue, holders=[Party.objects.get(code="RU")]
    )
    numbers = Record.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)
    assert list(numbers) == list(range(last + 1, last + 1 + len(numbers)))
    assert demand.pk in numbers
    assert revision_of(sample) == revision + 1
    assert [line.operation for line in history_of(demand)] == ["I"]
    assert broken_revision(sample) is None


def test_nothing_is_put_beside_what_is_there(transactional_db, once_loaded_sample):
    User.objects.create_user("somebody")
    with pytest.raises(RuntimeError, match="copied with it"):
        once_loaded_sample.put()
