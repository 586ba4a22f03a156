"""One factory for each model; ``tests.recording`` has rows that are published with evidence.

What a factory makes besides its own row is in the same negotiation: the one it was given, or that
of the first record it was given, or a new one. Content is a draft unless a state is named, since
the database refuses what is published without evidence. ``saved=False`` returns the row itself
unsaved, with everything that it points to in the database.
"""

from datetime import date
from decimal import Decimal

import factory
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import User
from negotiations import ranges
from negotiations.models import (
    Delegate,
    Membership,
    Negotiation,
    Participation,
    Party,
    Person,
    Round,
    Scoped,
    Source,
    Track,
)
from positions.models import (
    Clause,
    Comment,
    Demand,
    DemandAddressee,
    DemandHolder,
    DemandObligor,
    Event,
    Evidence,
    Issue,
    Linkage,
    Mention,
    Outcome,
    OutcomeConfirmation,
    PendingEdit,
    Proposal,
    ProposalHolder,
    Silence,
    Term,
    TermChoice,
    TermValue,
    TermValueChoice,
)

A_DAY = ranges.day(date(2025, 6, 2))
A_MONTH = ranges.quantity(Decimal(30), Decimal(30))


def on(text: str) -> DateRange:
    """Return the days that ``text`` names: "2 June 2025", "May 2025", "by 30 June 2025"."""
    return ranges.parse_dates(text)


class RowFactory(DjangoModelFactory):
    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class, *args, saved=True, **kwargs):
        row = model_class(*args, **kwargs)
        if saved:
            row.save()
        return row


class UserFactory(RowFactory):
    """Somebody who can be signed in by ``client.force_login``; there is no password."""

    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"user{n}")
    password = "!"


class NegotiationFactory(RowFactory):
    class Meta:
        model = Negotiation

    slug = factory.Sequence(lambda n: f"talks-{n}")
    title = factory.Sequence(lambda n: f"Talks {n}")


class ScopedFactory(RowFactory):
    """A row inside a negotiation."""

    class Meta:
        abstract = True

    negotiation = factory.SubFactory(NegotiationFactory)

    @classmethod
    def _generate(cls, strategy, params):
        if "negotiation" not in params:
            given = [p for p in params.values() if isinstance(p, Scoped)]
            if given:
                params["negotiation"] = given[0].negotiation
        return super()._generate(strategy, params)


class Here(factory.SubFactory):
    """A row in the negotiation of the one that needs it."""

    def __init__(self, factory_class, **kwargs):
        super().__init__(
            factory_class, **{"negotiation": factory.SelfAttribute("..negotiation"), **kwargs}
        )


class MembershipFactory(ScopedFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    role = Membership.Role.EDITOR


class PartyFactory(ScopedFactory):
    class Meta:
        model = Party

    code = factory.Sequence(lambda n: f"P{n}")
    name = factory.Sequence(lambda n: f"Party {n}")
    order = factory.Sequence(lambda n: n % 1000)
    standing = Party.Standing.PRINCIPAL


class PersonFactory(ScopedFactory):
    class Meta:
        model = Person

    name = factory.Sequence(lambda n: f"Person {n}")


class TrackFactory(ScopedFactory):
    class Meta:
        model = Track

    name = factory.Sequence(lambda n: f"Track {n}")


class RoundFactory(ScopedFactory):
    """A meeting without a number, as summits are."""

    class Meta:
        model = Round

    track = Here(TrackFactory)
    title = factory.Sequence(lambda n: f"Meeting {n}")


class ParticipationFactory(ScopedFactory):
    class Meta:
        model = Participation

    round = Here(RoundFactory)
    party = Here(PartyFactory)
    role = Participation.Role.NEGOTIATING


class DelegateFactory(ScopedFactory):
    class Meta:
        model = Delegate

    round = Here(RoundFactory)
    person = Here(PersonFactory)
    party = Here(PartyFactory)


class SourceFactory(ScopedFactory):
    class Meta:
        model = Source

    outlet = factory.Sequence(lambda n: f"Outlet {n}")
    published = A_DAY


class IssueFactory(ScopedFactory):
    class Meta:
        model = Issue

    code = factory.Sequence(lambda n: f"issue-{n}")
    name = factory.Sequence(lambda n: f"Issue {n}")
    order = factory.Sequence(lambda n: n % 1000)


class TermFactory(ScopedFactory):
    """A number of days, unless another kind is named."""

    class Meta:
        model = Term

    issue = Here(IssueFactory)
    code = factory.Sequence(lambda n: f"term-{n}")
    name = factory.Sequence(lambda n: f"Term {n}")
    kind = Term.Kind.QUANTITY
    unit = factory.LazyAttribute(lambda term: "day" if term.kind == Term.Kind.QUANTITY else "")


class TermChoiceFactory(ScopedFactory):
    class Meta:
        model = TermChoice

    term = Here(TermFactory, kind=Term.Kind.CHOICE)
    code = factory.Sequence(lambda n: f"choice-{n}")
    name = factory.Sequence(lambda n: f"Choice {n}")


class ProposalFactory(ScopedFactory):
    """A paper nobody owns up to, unless ``holders`` (parties) are given."""

    class Meta:
        model = Proposal
        skip_postgeneration_save = True

    kind = Proposal.Kind.MEMORANDUM
    title = factory.Sequence(lambda n: f"Paper {n}")
    tabled = A_DAY

    @factory.post_generation
    def holders(self, create, parties):
        _link(ProposalHolder, "proposal", self, parties or ())


class ClauseFactory(ScopedFactory):
    """The outermost clause of a paper; one inside it names its ``parent``."""

    class Meta:
        model = Clause

    parent = None
    proposal = factory.Maybe(
        "parent",
        yes_declaration=factory.SelfAttribute("parent.proposal"),
        no_declaration=Here(ProposalFactory),
    )
    label = factory.Sequence(lambda n: f"Clause {n}")


class DemandFactory(ScopedFactory):
    """A demand of a party of its own, unless ``holders`` (parties) are given."""

    class Meta:
        model = Demand
        skip_postgeneration_save = True

    text = factory.Sequence(lambda n: f"Something they want {n}")
    kind = Demand.Kind.DEMAND
    issue = Here(IssueFactory)
    stated = A_DAY

    @factory.post_generation
    def holders(self, create, parties):
        if parties is None and self.pk:
            parties = [PartyFactory(negotiation=self.negotiation)]
        _link(DemandHolder, "demand", self, parties or ())

    @factory.post_generation
    def addressees(self, create, parties):
        _link(DemandAddressee, "demand", self, parties or ())

    @factory.post_generation
    def obligors(self, create, parties):
        _link(DemandObligor, "demand", self, parties or ())


class DemandHolderFactory(ScopedFactory):
    class Meta:
        model = DemandHolder

    demand = Here(DemandFactory)
    party = Here(PartyFactory)


class DemandAddresseeFactory(DemandHolderFactory):
    class Meta:
        model = DemandAddressee


class DemandObligorFactory(DemandHolderFactory):
    class Meta:
        model = DemandObligor


class ProposalHolderFactory(ScopedFactory):
    class Meta:
        model = ProposalHolder

    proposal = Here(ProposalFactory)
    party = Here(PartyFactory)


class OutcomeFactory(ScopedFactory):
    class Meta:
        model = Outcome
        skip_postgeneration_save = True

    kind = Outcome.Kind.AGREED
    text = factory.Sequence(lambda n: f"Something agreed {n}")
    issue = Here(IssueFactory)
    reached = A_DAY

    @factory.post_generation
    def confirmed_by(self, create, parties):
        _link(OutcomeConfirmation, "outcome", self, parties or ())


class OutcomeConfirmationFactory(ScopedFactory):
    class Meta:
        model = OutcomeConfirmation

    outcome = Here(OutcomeFactory)
    party = Here(PartyFactory)


class EventFactory(ScopedFactory):
    class Meta:
        model = Event

    kind = Event.Kind.MILITARY
    title = factory.Sequence(lambda n: f"Something happened {n}")
    happened = A_DAY


class SilenceFactory(ScopedFactory):
    class Meta:
        model = Silence

    party = Here(PartyFactory)
    issue = Here(IssueFactory)
    looked_until = A_DAY


class AboutFactory(ScopedFactory):
    """A row about a record of any kind: ``about`` is that record's own row, a demand by default."""

    class Meta:
        abstract = True

    class Params:
        about = Here(DemandFactory)

    record_id = factory.SelfAttribute("about.pk")


class TermValueFactory(AboutFactory):
    """30 days, unless a status or the ``choices`` of the term say otherwise."""

    class Meta:
        model = TermValue
        skip_postgeneration_save = True

    term = Here(TermFactory)
    quantity = factory.LazyAttribute(
        lambda value: A_MONTH if value.term.kind == Term.Kind.QUANTITY else None
    )
    dates = factory.LazyAttribute(
        lambda value: A_DAY if value.term.kind == Term.Kind.DATE else None
    )

    @factory.post_generation
    def choices(self, create, choices):
        for choice in choices or ():
            TermValueChoice.objects.create(negotiation=self.negotiation, value=self, choice=choice)


class TermValueChoiceFactory(ScopedFactory):
    class Meta:
        model = TermValueChoice

    choice = Here(TermChoiceFactory)
    value = Here(TermValueFactory, term=factory.SelfAttribute("..choice.term"))


class LinkageFactory(AboutFactory):
    class Meta:
        model = Linkage

    relation = Linkage.Relation.ONLY_IF
    condition = factory.Maybe("anchor_id", "", "the other side does the same")
    anchor_id = None


class EvidenceFactory(AboutFactory):
    class Meta:
        model = Evidence

    source = Here(SourceFactory, state=factory.SelfAttribute("..state"))
    basis = Evidence.Basis.INFERENCE
    state = Evidence._meta.get_field("state").default


class CommentFactory(AboutFactory):
    class Meta:
        model = Comment

    user = factory.SubFactory(UserFactory)
    text = factory.Sequence(lambda n: f"Comment {n}")
    written = factory.LazyFunction(timezone.now)


class MentionFactory(ScopedFactory):
    class Meta:
        model = Mention

    comment = Here(CommentFactory)
    user = factory.SubFactory(UserFactory)


class PendingEditFactory(AboutFactory):
    """An edit that waits and would change nothing that is there."""

    class Meta:
        model = PendingEdit

    user = factory.SubFactory(UserFactory)
    sent = factory.LazyFunction(timezone.now)
    rows = factory.LazyFunction(
        lambda: [{"table": "positions_demand", "id": 0, "before": None, "after": None}]
    )


def _link(through, name, row, parties):
    for party in parties:
        through.objects.create(negotiation=row.negotiation, party=party, **{name: row})
