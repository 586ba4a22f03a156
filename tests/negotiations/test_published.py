"""What is published points only to what is published, looked at from both ends."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from negotiations.models import Record, State
from negotiations.operations import edit, publish, retract
from positions.models import Demand
from tests.database import seal, sql
from tests.factories import (
    DemandFactory,
    EvidenceFactory,
    ParticipationFactory,
    RoundFactory,
    SourceFactory,
    TermValueFactory,
)


@pytest.fixture
def refused():
    def refused(write, detail):
        def write_and_seal():
            write()
            seal()

        with pytest.raises(IntegrityError) as caught, transaction.atomic():
            write_and_seal()
        diagnosis = caught.value.__cause__.diag
        assert diagnosis.constraint_name == "published_points_to_published"
        assert diagnosis.message_detail == detail

    return refused


def test_a_published_row_points_to_no_draft(negotiation, refused):
    seat = ParticipationFactory(negotiation=negotiation)
    detail = f"participation {seat.pk} → round {seat.round_id}"

    def write():
        seat.state = State.PUBLISHED
        seat.save()

    refused(write, detail)
    with pytest.raises(ValidationError, match=f"rests only on what is published: {detail}"):
        publish(seat, user=None)


def test_not_even_a_new_one(negotiation):
    meeting = RoundFactory(negotiation=negotiation)
    ParticipationFactory(round=meeting, state=State.PUBLISHED)
    with pytest.raises(IntegrityError, match=r"Published participation \d+ points to round"):
        seal()
    connection.needs_rollback = True


def test_nor_does_one_that_is_moved_there(negotiation, refused):
    published = RoundFactory(negotiation=negotiation, state=State.PUBLISHED)
    seat = ParticipationFactory(round=published, state=State.PUBLISHED)
    seal()
    draft = RoundFactory(negotiation=negotiation)
    refused(
        lambda: type(seat).objects.filter(pk=seat.pk).update(round=draft),
        f"participation {seat.pk} → round {draft.pk}",
    )


@pytest.mark.parametrize("state", [State.DRAFT, State.IN_REVIEW, State.RETRACTED])
def test_from_the_other_end(negotiation, refused, state):
    meeting = RoundFactory(negotiation=negotiation, state=State.PUBLISHED)
    seat = ParticipationFactory(round=meeting, state=State.PUBLISHED)
    seal()
    detail = f"participation {seat.pk} → round {meeting.pk}"
    refused(lambda: type(meeting).objects.filter(pk=meeting.pk).update(state=state), detail)
    with pytest.raises(ValidationError, match=detail):
        edit(meeting, user=None, state=state)


def test_a_pointer_to_any_record_counts(negotiation, refused):
    value = TermValueFactory(negotiation=negotiation)
    seal()

    def write():
        type(value).objects.update(state=State.PUBLISHED)

    refused(write, f"term value {value.pk} → demand {value.record_id}")


def test_a_pointer_to_any_record_counts_from_the_other_end(negotiation, refused):
    demand = DemandFactory(negotiation=negotiation)
    evidence = EvidenceFactory(about=demand, state=State.PUBLISHED)
    Demand.objects.update(state=State.PUBLISHED)
    seal()
    refused(
        lambda: Demand.objects.update(state=State.DRAFT),
        f"evidence {evidence.pk} → demand {demand.pk}",
    )
    demand.refresh_from_db()
    retract(demand, user=None)
    evidence.refresh_from_db()
    assert evidence.state == State.RETRACTED


def test_a_record_is_not_replaced_by_a_draft_of_its_number(negotiation, refused):
    meeting = RoundFactory(negotiation=negotiation, state=State.PUBLISHED)
    seat = ParticipationFactory(round=meeting, state=State.PUBLISHED)
    seal()

    def write():
        sql("SET CONSTRAINTS ALL DEFERRED")
        sql("DELETE FROM negotiations_round")
        RoundFactory(pk=meeting.pk, negotiation=negotiation)

    refused(write, f"participation {seat.pk} → round {meeting.pk}")


def test_both_together_may_be_published_and_taken_back(negotiation):
    seat = ParticipationFactory(negotiation=negotiation)
    for state in (State.PUBLISHED, State.DRAFT):
        with transaction.atomic():
            seat.state = seat.round.state = state
            seat.save()
            seat.round.save()
            seal()
    assert Record.objects.get(pk=seat.pk).state == State.DRAFT


def test_rows_that_are_not_numbered_are_not_mistaken_for_records(
    transactional_db, connect, owner_role
):
    draft = SourceFactory()
    owner = connect(owner_role)
    owner.execute(
        "CREATE TABLE public.probe (id bigint PRIMARY KEY, negotiation_id bigint NOT NULL,"
        " state text, probe_id bigint, UNIQUE (id, negotiation_id),"
        " FOREIGN KEY (probe_id, negotiation_id) REFERENCES public.probe (id, negotiation_id))"
    )
    owner.execute("SELECT gate.attach('probe', '')")
    owner.execute(
        "INSERT INTO public.probe VALUES (%s, 1, 'draft', null), (0, 1, 'published', %s)",
        [draft.pk, draft.pk],
    )
    owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
    rows = owner.execute(
        "SELECT rows FROM gate.changeset WHERE negotiation_id = 1 AND revision = 1"
    )
    assert rows.fetchone() == (2,)
    owner.rollback()
