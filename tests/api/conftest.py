"""Talks with something in every collection, and clients that ask for it as one would."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.utils import timezone

from accounts.models import ApiToken, User
from negotiations import ranges
from negotiations.models import (
    Delegate,
    Membership,
    Negotiation,
    Participation,
    Party,
    Round,
    Source,
)
from positions.models import (
    Clause,
    Demand,
    Event,
    Evidence,
    Linkage,
    Outcome,
    Proposal,
    Rank,
    Silence,
    Term,
    TermValue,
)
from positions.operations import record_source, record_with_evidence
from tests import factories

COLLECTIONS = [
    "negotiations",
    "parties",
    "people",
    "tracks",
    "rounds",
    "participations",
    "delegates",
    "sources",
    "issues",
    "terms",
    "term-choices",
    "proposals",
    "clauses",
    "demands",
    "term-values",
    "linkages",
    "outcomes",
    "events",
    "silences",
    "evidence",
]
#: Those whose rows are drafted, published and retracted.
CONTENT = [
    name
    for name in COLLECTIONS
    if name
    not in {"negotiations", "parties", "people", "tracks", "issues", "terms", "term-choices"}
]


def place(collection: str, key=None) -> str:
    """Return the address of a collection, or of one of its rows."""
    return f"/api/v1/{collection}/" + (f"{key}/" if key is not None else "")


@dataclass
class Talks:
    """A negotiation and what ``fill`` put into it: the latest record by collection."""

    negotiation: Negotiation
    editor: User
    records: dict[str, Any] = field(default_factory=dict)
    origin: Source | None = None
    earlier: dict[str, Any] = field(default_factory=dict)
    number: int = 0

    def __getitem__(self, collection: str):
        return self.records[collection]

    def key(self, collection: str):
        """Return what stands for the record in its address."""
        record = self[collection]
        return record.slug if collection == "negotiations" else record.pk

    def fill(self, number: int = 0, *, word: str = "word", state: str | None = None) -> "Talks":
        """Add one of everything; ``number`` tells the fillings apart in every field.

        ``word`` stands in every text of what has a state, and where a ``state`` is not given and
        all is published, in those of the rest, too.
        """
        self.number = number
        name = word if state is None else "name"
        other = 1 if number % 2 else 0
        day = date(2025, 6, number + 1)
        first_day, later = ranges.day(day), ranges.day(day + timedelta(days=10))
        where = {"negotiation": self.negotiation}

        def pick(choices):
            return choices.values[other]

        party = factories.PartyFactory(
            **where, code=f"P{number}", name=name, aliases=[name], standing=pick(Party.Standing)
        )
        person = factories.PersonFactory(**where, name=f"{name} {number}", aliases=[name])
        track = factories.TrackFactory(**where, name=f"{name} {number}")
        parent = factories.IssueFactory(**where, code=f"parent-{number}", name=name)
        issue = factories.IssueFactory(
            **where, code=f"issue-{number}", name=name, question=name, parent=parent
        )
        term = factories.TermFactory(
            issue=issue,
            code=f"term-{number}",
            name=name,
            kind=[Term.Kind.CHOICE, Term.Kind.SET][other],
        )
        choice = factories.TermChoiceFactory(term=term, code=f"yes-{number}", name=name)
        shared = {**where, "user": self.editor, "state": state or "published"}
        self.origin = record_source(**shared, outlet=f"{word} agency")
        source = record_source(
            **shared,
            outlet=f"{word} {number}",
            title=word,
            note=word,
            text=word,
            language=f"l{number}",
            published=first_day,
            kind=pick(Source.Kind),
            reliability=pick(Source.Reliability),
            derived_from=self.origin,
            corrects=self.origin,
        )
        evidence = {
            "source": source,
            "quote": word,
            "field": ["text", "stated"][other],
            "reads": word,
            "stance": pick(Evidence.Stance),
            "basis": pick(Evidence.Basis),
            "rank": pick(Rank),
            "speaker": person,
            "capacity": word,
            "reported_by": party,
        }
        plain = {"source": source, "quote": word, "basis": pick(Evidence.Basis)}

        def add(model, said=plain, **fields):
            return record_with_evidence(model, evidence=[said], **shared, **fields)

        round_ = add(
            Round,
            track=track,
            number=number + 1,
            title=word,
            summary=word,
            status=[Round.Status.HELD, Round.Status.PLANNED][other],
            format=pick(Round.Format),
            held=DateTimeTZRange(f"{day.isoformat()}T09:00Z", f"{day.isoformat()}T22:30Z"),
            time_zone="Europe/Istanbul",
            duration=ranges.quantity(None, 90),
        )
        participation = add(Participation, round=round_, party=party, role=pick(Participation.Role))
        delegate = add(
            Delegate,
            round=round_,
            party=party,
            person=person,
            capacity=word,
            is_head=not other,
            attended=not other,
        )
        before = add(Proposal, title=f"{word} before", kind="list", tabled=first_day)
        proposal = add(
            Proposal,
            holders=[party],
            kind=pick(Proposal.Kind),
            title=word,
            tabled=first_day,
            round=round_,
            supersedes=before,
            responds_to=before,
        )
        root = add(Clause, proposal=proposal, label=f"{word} root", operator="unclear")
        clause = add(
            Clause,
            proposal=proposal,
            parent=root,
            label=word,
            text=word,
            operator=pick(Clause.Operator),
        )
        said_before = add(
            Demand,
            text=f"{word} before",
            kind="offer",
            issue=issue,
            holders=[party],
            stated=first_day,
        )
        demand = add(
            Demand,
            evidence,
            text=word,
            kind=pick(Demand.Kind),
            issue=issue,
            holders=[party],
            addressees=[party],
            obligors=[party],
            answers_id=proposal.pk,
            answer=pick(Demand.Answer),
            clause=clause,
            round=round_,
            occasion=word,
            stated=first_day,
            ended=later,
            ending=["withdrawn", "lapsed"][other],
            firmness=pick(Demand.Firmness),
            supersedes=said_before,
            movement=pick(Demand.Movement),
            values=[
                {
                    "term": term,
                    "rank": pick(Rank),
                    **[{"choices": [choice], "quantifier": "all of"}, {"status": "left open"}][
                        other
                    ],
                }
            ],
            links=[{"relation": pick(Linkage.Relation), "anchor_id": said_before.pk}],
        )
        agreed_before = add(Outcome, kind="not agreed", text=f"{word} before", reached=first_day)
        outcome = add(
            Outcome,
            kind=pick(Outcome.Kind),
            text=word,
            issue=issue,
            round=round_,
            clause=clause,
            confirmed_by=[party],
            decided_by=party,
            reached=first_day,
            ended=later,
            ending=["withdrawn", "lapsed"][other],
            supersedes=agreed_before,
            values=[{"term": term, "status": "left open"}],
        )
        event = add(
            Event,
            kind=pick(Event.Kind),
            title=word,
            text=word,
            happened=first_day,
            actor=party,
            round=round_,
            issue=issue,
            proposal=proposal,
            outcome=outcome,
        )
        silence = add(
            Silence,
            party=party,
            issue=issue,
            round=round_,
            about_id=proposal.pk,
            looked_until=first_day,
        )
        self.earlier = {
            "proposals": before,
            "clauses": root,
            "demands": said_before,
            "outcomes": agreed_before,
        }
        self.records = {
            "negotiations": self.negotiation,
            "parties": party,
            "people": person,
            "tracks": track,
            "rounds": round_,
            "participations": participation,
            "delegates": delegate,
            "sources": source,
            "issues": issue,
            "terms": term,
            "term-choices": choice,
            "proposals": proposal,
            "clauses": clause,
            "demands": demand,
            "term-values": TermValue.objects.get(record=demand.pk),
            "linkages": Linkage.objects.get(record=demand.pk),
            "outcomes": outcome,
            "events": event,
            "silences": silence,
            "evidence": Evidence.objects.get(record=demand.pk),
        }
        return self


@pytest.fixture(scope="module")
def for_the_module(django_db_setup, django_db_blocker):
    """A transaction for what all tests of a module read, taken back after the last."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def sample(loaded_sample, db) -> None:
    """The sample; what a test changes is taken back after it."""


@pytest.fixture
def talks(db) -> Talks:
    """An empty public negotiation with an editor."""
    return new_talks()


def new_talks(visibility: str = Negotiation.Visibility.PUBLIC) -> Talks:
    """Return an empty negotiation with an editor."""
    negotiation = factories.NegotiationFactory(visibility=visibility)
    editor = member(negotiation, Membership.Role.EDITOR)
    return Talks(negotiation, editor)


def member(negotiation: Negotiation, role: str) -> User:
    """Return a new user with a role in the negotiation."""
    return factories.MembershipFactory(negotiation=negotiation, role=role).user


def program_of(user: User | None) -> Client:
    """Return a client that sends a token of the user's, or none for nobody."""
    if user is None:
        return Client()
    key = ApiToken.issue(user=user, name="a program")
    # Its first use would be written down, which takes one query more than those after it.
    user.api_tokens.update(last_used=timezone.now())
    return Client(headers={"Authorization": f"Bearer {key}"})
