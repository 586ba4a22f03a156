"""The gate under transactions at the same time, each on a connection of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import psycopg
import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from negotiations.history import broken_revision, revision_of
from negotiations.models import Changeset, History, State, Track
from negotiations.operations import Conflict, create, edit, remove
from tests.factories import (
    NegotiationFactory,
    ParticipationFactory,
    RoundFactory,
    SourceFactory,
    TrackFactory,
    UserFactory,
)

SECONDS = 120
WRITERS = 20
TRANSACTIONS = 20

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(tasks: list[Callable[[], object]]) -> list[object]:
    """Run the tasks in a thread each, started together, and return their results."""
    barrier = threading.Barrier(len(tasks))

    def run(task):
        barrier.wait(SECONDS)
        try:
            return task()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return [future.result(SECONDS) for future in [pool.submit(run, task) for task in tasks]]


@pytest.fixture
def waiting(connect):
    """Return a function that runs a task in a thread and returns once it waits for a lock."""
    watch = connect(autocommit=True)
    with ThreadPoolExecutor() as pool:

        def waiting(task: Callable[[], object], on: psycopg.Connection) -> Future:
            def run():
                try:
                    return task()
                finally:
                    connection.close()

            future = pool.submit(run)
            blocked = (
                "SELECT count(*) FROM pg_locks"
                " WHERE NOT granted AND %s = ANY (pg_blocking_pids(pid))"
            )
            while not watch.execute(blocked, [on.info.backend_pid]).fetchone()[0]:
                assert not future.done(), f"It did not wait: {future.exception() or 'done'}"
            return future

        yield waiting


def test_many_transactions_over_two_negotiations(connect):
    """In either order, over shared rows: none deadlocks, each is one changeset in both."""
    one, two = NegotiationFactory(), NegotiationFactory()
    shared = {n.pk: [TrackFactory(negotiation=n) for _ in range(5)] for n in (one, two)}
    before = {n.pk: revision_of(n) for n in (one, two)}

    def writer(number):
        web = connect()
        order = (one, two) if number % 2 else (two, one)
        for turn in range(TRANSACTIONS):
            track = shared[order[0].pk][turn % 5]
            name = f"{number}-{turn}"
            with web.transaction():
                web.execute(
                    "UPDATE negotiations_track SET name = %s WHERE id = %s", [name, track.pk]
                )
                for negotiation in order:
                    web.execute(
                        "INSERT INTO negotiations_track (negotiation_id, name) VALUES (%s, %s)",
                        [negotiation.pk, f"new {name}"],
                    )

    at_once([lambda number=number: writer(number) for number in range(WRITERS)])

    total = WRITERS * TRANSACTIONS
    for negotiation in (one, two):
        sealed = Changeset.objects.filter(
            negotiation=negotiation, revision__gt=before[negotiation.pk]
        ).order_by("revision")
        first = before[negotiation.pk] + 1
        assert [c.revision for c in sealed] == list(range(first, first + total))
        assert sum(c.rows for c in sealed) == total * 3 / 2
        assert {c.rows for c in sealed} == {1, 2}
        assert revision_of(negotiation) == before[negotiation.pk] + total
        assert broken_revision(negotiation) is None
    web = connect()
    transactions = web.execute("SELECT xid FROM gate.changeset GROUP BY xid HAVING count(*) = 2")
    assert len(transactions.fetchall()) == total
    assert not Changeset.objects.filter(revision=None).exists()
    assert sum(c.rows for c in Changeset.objects.all()) == History.objects.count()


def test_many_editors_of_one_record_lose_nothing():
    """Each edit is applied or refused as a conflict."""
    source = SourceFactory(note="0")
    editors = [UserFactory() for _ in range(8)]

    def editor(user):
        applied = 0
        while applied < 5:
            seen = type(source).objects.get(pk=source.pk)
            try:
                edit(seen, user=user, version=seen.version, note=str(int(seen.note) + 1))
            except Conflict:
                continue
            applied += 1

    at_once([lambda user=user: editor(user) for user in editors])
    source.refresh_from_db()
    assert source.note == "40"
    assert source.version == 41
    users = Changeset.objects.filter(user_id__isnull=False).values_list("user_name", flat=True)
    assert sorted(users) == sorted([user.username for user in editors] * 5)


@pytest.fixture
def pair():
    """Two sources of one negotiation."""
    first = SourceFactory()
    return first, SourceFactory(negotiation=first.negotiation)


DERIVE = "UPDATE negotiations_source SET derived_from_id = %s WHERE id = %s"


def test_two_halves_of_a_loop(connect, waiting, pair):
    first, second = pair
    one, other = connect(), connect()
    one.execute(DERIVE, [second.pk, first.pk])
    other.execute(DERIVE, [first.pk, second.pk])
    one.execute("SET CONSTRAINTS ALL IMMEDIATE")
    late = waiting(other.commit, on=one)
    one.commit()
    with pytest.raises(psycopg.errors.CheckViolation) as caught:
        late.result(SECONDS)
    assert caught.value.diag.constraint_name == "source_derived_from_acyclic"
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.derived_from_id, second.derived_from_id) == (second.pk, None)


def test_two_halves_of_a_loop_that_see_a_frozen_past(connect, pair):
    first, second = pair
    one, other = connect(), connect()
    for web in (one, other):
        web.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    one.execute(DERIVE, [second.pk, first.pk])
    other.execute(DERIVE, [first.pk, second.pk])
    one.commit()
    with pytest.raises(psycopg.errors.SerializationFailure):
        other.commit()


@pytest.mark.parametrize("pointer_first", [True, False])
def test_publishing_against_taking_back(connect, waiting, pointer_first):
    """A seat at a meeting is published while the meeting is taken back."""
    meeting = RoundFactory(state=State.PUBLISHED)
    seat = ParticipationFactory(round=meeting)
    changes = [
        "UPDATE negotiations_participation SET state = 'published'",
        "UPDATE negotiations_round SET state = 'retracted'",
    ]
    one, other = connect(), connect()
    one.execute(changes[not pointer_first])
    other.execute(changes[pointer_first])
    one.execute("SET CONSTRAINTS ALL IMMEDIATE")
    late = waiting(other.commit, on=one)
    one.commit()
    with pytest.raises(psycopg.errors.CheckViolation) as caught:
        late.result(SECONDS)
    assert caught.value.diag.constraint_name == "published_points_to_published"
    meeting.refresh_from_db()
    seat.refresh_from_db()
    states = (State.PUBLISHED, State.PUBLISHED) if pointer_first else (State.RETRACTED, State.DRAFT)
    assert (meeting.state, seat.state) == states


def test_the_second_of_one_name_is_refused_in_words(connect, waiting):
    negotiation = NegotiationFactory()
    web = connect()
    web.execute(
        "INSERT INTO negotiations_track (negotiation_id, name) VALUES (%s, 'A')", [negotiation.pk]
    )
    late = waiting(
        lambda: create(Track, user=None, negotiation=negotiation, name="A"),
        on=web,
    )
    web.commit()
    with pytest.raises(ValidationError) as caught:
        late.result(SECONDS)
    assert caught.value.message_dict == {"name": ["There is a track of this name already."]}
    with pytest.raises(ValidationError) as beforehand:
        create(Track, user=None, negotiation=negotiation, name="A")
    assert beforehand.value.message_dict == caught.value.message_dict


def test_what_something_came_to_rest_on_meanwhile_stays(connect, waiting):
    track = TrackFactory()
    web = connect()
    web.execute(
        "INSERT INTO negotiations_round (negotiation_id, track_id, title, state, version, status,"
        " format, time_zone, venue, level, summary)"
        " VALUES (%s, %s, 'A', 'draft', 1, 'planned', '', 'UTC', '', '', '')",
        [track.negotiation_id, track.pk],
    )
    late = waiting(lambda: remove(track, user=None), on=web)
    web.commit()
    with pytest.raises(ValidationError, match=f"come to rest on track {track.pk}"):
        late.result(SECONDS)
    assert Track.objects.filter(pk=track.pk).exists()
