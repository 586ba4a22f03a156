"""Negotiations, parties, rounds and sources: what their rows keep to, and who sees them."""

from functools import partial

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from negotiations.models import Membership, Negotiation, Party, Record, Round, Source
from negotiations.models.base import numbered_models
from negotiations.models.negotiation import RESERVED_SLUGS
from negotiations.operations import remove
from positions.models import Event, Issue
from tests.factories import (
    DelegateFactory,
    DemandFactory,
    EventFactory,
    IssueFactory,
    MembershipFactory,
    NegotiationFactory,
    ParticipationFactory,
    PartyFactory,
    PersonFactory,
    RoundFactory,
    SourceFactory,
    TrackFactory,
)
from tests.recording import published_event
from tests.refusing import Change, Insert, Rule, assert_refused, table, with_values

pytestmark = pytest.mark.django_db


def taken(factory, *fields, **shared):
    """A new row and another one that take what the first one has."""
    first = factory(**shared)
    same = {field: getattr(first, field) for field in fields}
    inside = {"negotiation": first.negotiation} if hasattr(first, "negotiation") else {}
    second = factory(**inside, **shared)
    attributes = {f.attname for f in first._meta.concrete_fields if f.name in fields}
    return [
        Insert(factory(saved=False, **inside, **{**shared, **same})),
        Change(second, {name: getattr(first, name) for name in attributes}),
    ]


def number_taken():
    track = TrackFactory()
    first, second = RoundFactory(track=track, number=1), RoundFactory(track=track, number=2)
    elsewhere = RoundFactory(negotiation=track.negotiation, number=1)
    RoundFactory(track=track), RoundFactory(track=track)  # without numbers, as many as one likes
    return [
        Insert(RoundFactory(saved=False, track=track, number=first.number)),
        Change(second, {"number": first.number}),
        Change(elsewhere, {"track_id": track.pk}),
    ]


def loop(field):
    first = SourceFactory()
    middle = SourceFactory(negotiation=first.negotiation, **{field: first})
    last = SourceFactory(negotiation=first.negotiation, **{field: middle})
    return [Change(first, {f"{field}_id": row.pk}) for row in (last, middle, first)]


@table(
    [
        Rule(
            "a-number-is-given-once-in-a-track",
            constraint="round_number_unique",
            attempts=number_taken,
            says="The track has a round of this number already.",
        ),
        Rule(
            "a-round-that-was-held-is-dated",
            constraint="round_held_is_dated",
            attempts=lambda: with_values(Round, {"status": "held"}),
            says="A round that was held has a date; say when.",
        ),
        Rule(
            "a-party-has-a-role-at-a-round-once",
            constraint="participation_once",
            attempts=partial(taken, ParticipationFactory, "round", "party", "role"),
            says="The party has this role at the round already.",
        ),
        Rule(
            "a-person-is-on-a-delegation-once",
            constraint="delegate_once",
            attempts=partial(taken, DelegateFactory, "round", "person", "party"),
            says="This person is on the delegation's list already.",
        ),
        Rule(
            "tracks-have-names-of-their-own",
            constraint="track_name_unique",
            attempts=partial(taken, TrackFactory, "name"),
            says="There is a track of this name already.",
            field="name",
        ),
        Rule(
            "party-codes-are-unique",
            constraint="party_code_unique",
            attempts=partial(taken, PartyFactory, "code"),
            says="This code is taken; choose another.",
            field="code",
        ),
        Rule(
            "a-user-has-one-role",
            constraint="membership_once",
            attempts=partial(taken, MembershipFactory, "user"),
            says=None,  # create(user=…) names who acts
        ),
        Rule(
            "addresses-are-unique",
            constraint="negotiations_negotiation_slug_key",
            attempts=partial(taken, NegotiationFactory, "slug"),
            says="already exists",
            field="slug",
        ),
        Rule(
            "addresses-of-the-site-are-not-for-negotiations",
            constraint="negotiation_slug_free",
            attempts=lambda: [
                attempt
                for slug in sorted(RESERVED_SLUGS)
                for attempt in with_values(Negotiation, {"slug": slug})
            ],
            says="address of the site; choose another",
            field="slug",
        ),
        *(
            Rule(
                f"{field}-leads-nowhere-back",
                constraint=f"source_{field}_acyclic",
                attempts=partial(loop, field),
                says="This would lead back to itself.",
                field=field,
            )
            for field in ("derived_from", "corrects")
        ),
    ]
)
def test_refused(rule):
    assert_refused(rule)


def test_a_negotiation_that_has_records_is_not_deleted():
    party = PartyFactory()
    with pytest.raises(ValidationError, match=f"Party {party.pk} rests on it."):
        remove(party.negotiation, user=None)
    with (
        pytest.raises(IntegrityError, match="negotiation_id"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "DELETE FROM negotiations_negotiation WHERE id = %s; SET CONSTRAINTS ALL IMMEDIATE",
            [party.negotiation_id],
        )
    assert Negotiation.objects.filter(pk=party.negotiation_id).exists()


def test_the_site_s_own_addresses_are_reserved():
    assert {"accounts", "admin", "api", "static"} <= RESERVED_SLUGS


def test_a_round_s_time_zone_is_one():
    with pytest.raises(ValidationError) as refused:
        RoundFactory(saved=False, time_zone="Istanbul").full_clean()
    assert refused.value.message_dict == {
        "time_zone": ["“Istanbul” is not a time zone; write one like Europe/Istanbul."]
    }
    RoundFactory(saved=False, time_zone="Europe/Istanbul").full_clean()


def test_codes_numbers_and_names_are_free_elsewhere():
    for factory, values in [
        (PartyFactory, {"code": "UA"}),
        (TrackFactory, {"name": "Istanbul"}),
        (RoundFactory, {"number": 1}),
    ]:
        assert factory(**values).negotiation != factory(**values).negotiation


def test_a_party_may_have_several_roles():
    host = ParticipationFactory(role="host")
    ParticipationFactory(round=host.round, party=host.party, role="mediator")
    assert host.round.participations.count() == 2


def test_rounds_come_in_the_order_in_which_they_were_held():
    track = TrackFactory()
    held = [DateTimeTZRange(f"2025-{m}-01T10:00Z", f"2025-{m}-01T12:00Z") for m in ("06", "05")]
    second, first = [RoundFactory(track=track, held=h, status="held") for h in held]
    assert list(Round.objects.filter(track=track)) == [first, second]


def test_every_number_stands_for_its_row():
    demand = DemandFactory()
    record = Record.objects.get(pk=demand.pk)
    assert (record.kind, record.negotiation, record.state) == (
        "demand",
        demand.negotiation,
        "draft",
    )
    assert record.model is type(demand)
    assert set(numbered_models()) == set(Record.Kind.values)
    party = PartyFactory()
    assert Record.objects.get(pk=party.pk).state == "published"


def test_a_number_keeps_the_state_of_its_row_and_goes_with_it():
    event = published_event()
    assert Record.objects.get(pk=event.pk).state == "published"
    draft = EventFactory(state="in review")
    assert Record.objects.get(pk=draft.pk).state == "in review"
    draft.delete()
    assert not Record.objects.filter(pk=draft.pk).exists()


def test_numbers_are_given_once_across_kinds():
    rows = [PartyFactory(), DemandFactory(), SourceFactory(), IssueFactory()]
    assert len({row.pk for row in rows}) == 4
    assert [Record.objects.get(pk=row.pk).model for row in rows] == [type(row) for row in rows]


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (lambda: PartyFactory(name="Ukraine"), "Ukraine"),
        (lambda: NegotiationFactory(title="Talks of 2025"), "Talks of 2025"),
        (lambda: SourceFactory(outlet="Gazette", title="A month"), "Gazette: A month"),
        (lambda: SourceFactory(outlet="Gazette"), "Gazette"),
        (
            lambda: ParticipationFactory(party__name="Türkiye", role="host"),
            "Türkiye · host",
        ),
        (
            lambda: DelegateFactory(person__name="R. Umerov", capacity="defence minister"),
            "R. Umerov, defence minister",
        ),
        (lambda: DelegateFactory(person__name="R. Umerov"), "R. Umerov"),
        (lambda: MembershipFactory(user__username="olena", role="editor"), "olena · editor"),
    ],
)
def test_a_row_is_called_what_a_person_calls_it(row, text):
    assert str(row()) == text


def test_the_capacity_is_kept_where_a_person_appears():
    person = PersonFactory()
    seats = [DelegateFactory(person=person, capacity=c) for c in ("minister", "secretary")]
    assert [seat.capacity for seat in person.seats.order_by("pk")] == ["minister", "secretary"]
    assert seats[0].round != seats[1].round


# Who sees what


ROLES = Membership.Role.values
EVERYBODY = ["nobody", "stranger", *ROLES]
WRITERS = ["editor", "reviewer", "manager"]


def somebody(who, negotiation):
    if who == "nobody":
        return AnonymousUser()
    if who == "stranger":
        return MembershipFactory(role="manager").user  # of something else
    return MembershipFactory(negotiation=negotiation, role=who).user


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("visibility", Negotiation.Visibility.values)
def test_who_sees_a_negotiation_and_what_has_no_state(who, visibility):
    issue = IssueFactory(negotiation__visibility=visibility)
    user = somebody(who, issue.negotiation)
    expected = visibility == "public" or who in ROLES
    assert (issue.negotiation in Negotiation.objects.visible_to(user)) == expected
    assert (issue in Issue.objects.visible_to(user)) == expected
    assert (Record.objects.get(pk=issue.pk) in Record.objects.visible_to(user)) == expected


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("visibility", Negotiation.Visibility.values)
@pytest.mark.parametrize("state", ["draft", "in review", "published", "retracted"])
def test_who_sees_a_record(who, visibility, state):
    negotiation = NegotiationFactory(visibility=visibility)
    event = published_event(negotiation=negotiation, state=state)
    user = somebody(who, negotiation)
    sees_negotiation = visibility == "public" or who in ROLES
    expected = sees_negotiation and (state == "published" or who in WRITERS)
    assert (event in Event.objects.visible_to(user)) == expected
    assert (Record.objects.get(pk=event.pk) in Record.objects.visible_to(user)) == expected
    assert (event in Event.objects.published()) == (state == "published")


@pytest.mark.parametrize("who", EVERYBODY)
def test_who_may_write(who):
    negotiation = NegotiationFactory()
    user = somebody(who, negotiation)
    assert (negotiation in Negotiation.objects.editable_by(user)) == (who in WRITERS)


def test_visibility_does_not_change_what_is_selected():
    source = SourceFactory(state="published")
    other = SourceFactory(negotiation=source.negotiation, state="published")
    selected = Source.objects.filter(outlet=source.outlet).visible_to(AnonymousUser())
    assert list(selected) == [source]
    assert other in Source.objects.visible_to(AnonymousUser())
    assert not Party.objects.none().visible_to(AnonymousUser()).exists()


def test_a_negotiation_s_revision_counts_its_changesets():
    negotiation = NegotiationFactory()
    connection.check_constraints()
    first = Negotiation.objects.get(pk=negotiation.pk).revision
    PartyFactory(negotiation=negotiation)
    connection.check_constraints()
    again = Negotiation.objects.get(pk=negotiation.pk)
    assert again.revision == first + 1
    assert Negotiation.objects.with_revision().get(pk=negotiation.pk).revision == first + 1
    assert Negotiation(title="Not saved").revision == 0


def test_the_home_page_s_figures_are_the_public_s():
    negotiation = NegotiationFactory()
    track = TrackFactory(negotiation=negotiation)
    may, june = (DateTimeTZRange(f"2025-{m}-01T10:00Z", None) for m in ("05", "06"))
    RoundFactory(track=track, state="published", status="held", held=may, title="First")
    RoundFactory(track=track, state="published", status="held", held=june, title="Second")
    RoundFactory(track=track, state="published", status="planned", title="Third")
    RoundFactory(track=track, status="held", held=june, title="A draft")
    DemandFactory(negotiation=negotiation)  # a draft, and its issue
    published_event(negotiation=negotiation)
    IssueFactory()
    figures = Negotiation.objects.with_latest_round().with_counts().get(pk=negotiation.pk)
    assert (figures.latest_round_title, figures.issue_count, figures.demand_count) == (
        "Second",
        1,
        0,
    )
