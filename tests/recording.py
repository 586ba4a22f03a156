"""Published rows with their evidence, recorded through the operations that pages use.

What is not given is made: the negotiation, if none of the records given has one, included.
"""

from django.db import models

from negotiations.models import Scoped, State
from positions import operations
from positions.models import Clause, Demand, Event, Evidence, Outcome, Proposal, Silence
from tests.factories import A_DAY, IssueFactory, NegotiationFactory, PartyFactory, UserFactory


def published(model: type[models.Model], **fields):
    """Record a published row of a content model, and return it.

    Its evidence is an inference from a source of its own, where none is given.
    """
    evidence = {"source": {"outlet": "An outlet"}, "basis": Evidence.Basis.INFERENCE}
    defaults = {"user": UserFactory(), "state": State.PUBLISHED, "evidence": [evidence]}
    return operations.record_with_evidence(model, **_with_defaults(fields, **defaults))


def published_demand(**fields) -> Demand:
    """Record a demand of one party, published, with evidence."""
    fields = _with_defaults(fields, text="Something they want", kind="demand", stated=A_DAY)
    if "holders" not in fields:
        fields["holders"] = [PartyFactory(negotiation=fields["negotiation"])]
    return published(Demand, **fields)


def published_proposal(**fields) -> Proposal:
    """Record a paper nobody owns up to, published."""
    return published(
        Proposal, **_with_defaults(fields, title="A paper", kind="memorandum", tabled=A_DAY)
    )


def published_clause(**fields) -> Clause:
    """Record the outermost clause of a paper, published."""
    if "proposal" not in fields:
        fields["proposal"] = published_proposal()
    return published(Clause, **_with_defaults(fields, label="A clause"))


def published_outcome(**fields) -> Outcome:
    """Record something agreed, published, with evidence."""
    return published(
        Outcome, **_with_defaults(fields, text="Something agreed", kind="agreed", reached=A_DAY)
    )


def published_event(**fields) -> Event:
    """Record something that happened, published, with evidence."""
    return published(
        Event,
        **_with_defaults(fields, title="Something happened", kind="military", happened=A_DAY),
    )


def published_silence(**fields) -> Silence:
    """Record that a party was silent on an issue, published, with evidence."""
    fields = _with_defaults(fields, looked_until=A_DAY)
    for name, its_factory in {"party": PartyFactory, "issue": IssueFactory}.items():
        if name not in fields:
            fields[name] = its_factory(negotiation=fields["negotiation"])
    return published(Silence, **fields)


def _with_defaults(fields, **defaults):
    """Return the fields with defaults and a negotiation: that of a record among them, or new."""
    fields = {**defaults, **fields}
    if "negotiation" not in fields:
        listed = [row for value in fields.values() if isinstance(value, list) for row in value]
        given = [row for row in [*fields.values(), *listed] if isinstance(row, Scoped)]
        fields["negotiation"] = given[0].negotiation if given else NegotiationFactory()
    return fields
