"""A large negotiation: 40 issues, 4 parties, 20 rounds, and no more queries than a small one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from negotiations import ranges
from negotiations.models import Participation, Round
from positions.models import Demand, DemandHolder, Evidence, TermValue
from tests.database import seal
from tests.factories import (
    IssueFactory,
    NegotiationFactory,
    PartyFactory,
    SourceFactory,
    TermFactory,
    TrackFactory,
)

ISSUES, PARTIES, ROUNDS = 40, 4, 20
ZONE = "Europe/Istanbul"


@pytest.fixture
def large(db):
    """Every party asks for a number on every issue in every round, each in place of the last."""
    negotiation = NegotiationFactory()
    here = {"negotiation": negotiation}
    published = {**here, "state": "published"}
    issues = [IssueFactory(**here, code=f"issue-{n}", order=n) for n in range(ISSUES)]
    terms = {issue: TermFactory(**here, issue=issue, code=f"days-{issue.code}") for issue in issues}
    parties = [
        PartyFactory(**here, code=f"P{n}", order=n, standing="principal") for n in range(PARTIES)
    ]
    source = SourceFactory(**published)
    track = TrackFactory(**here)
    rounds = Round.objects.bulk_create(
        Round(
            **published,
            track=track,
            number=n + 1,
            title=f"Round {n + 1}",
            status="held",
            time_zone=ZONE,
            held=ranges.parse_times(f"{n + 1} March 2024", ZONE),
        )
        for n in range(ROUNDS)
    )
    Participation.objects.bulk_create(
        Participation(**published, round=held, party=party, role="negotiating")
        for held in rounds
        for party in parties
    )
    last: dict = {}
    for n, held in enumerate(rounds):
        said = [(issue, party) for issue in issues for party in parties]
        demands = Demand.objects.bulk_create(
            Demand(
                **published,
                issue=issue,
                kind="demand",
                text=f"{party.code} asks on {issue.code} in round {n + 1}.",
                round=held,
                stated=ranges.parse_dates(f"{n + 1} March 2024"),
                supersedes=last.get((issue, party)),
            )
            for issue, party in said
        )
        DemandHolder.objects.bulk_create(
            DemandHolder(**here, demand=demand, party=party)
            for demand, (_issue, party) in zip(demands, said, strict=True)
        )
        Evidence.objects.bulk_create(
            Evidence(**published, record_id=demand.pk, source=source, basis="tabled paper")
            for demand in demands
        )
        TermValue.objects.bulk_create(
            TermValue(
                **published,
                record_id=demand.pk,
                term=terms[issue],
                quantity=ranges.quantity(100 - n * int(party.code[1]), 100),
            )
            for demand, (issue, party) in zip(demands, said, strict=True)
        )
        last = dict(zip(said, demands, strict=True))
    seal()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return negotiation


def test_a_large_comparison_asks_at_most_twelve_times(client, large):
    address = f"/{large.slug}/compare/?as_of=2024-03-20"
    with CaptureQueriesContext(connection) as asked:
        page = client.get(address)
    comparison = page.context["comparison"]
    assert len(comparison.rows) == ISSUES + 1
    statements = [s for row in comparison.rows for cell in row.cells for s in cell.statements]
    assert len(statements) == ISSUES * PARTIES
    assert {s.demand.text[-9:] for s in statements} == {"round 20."}
    moved = [move for row in comparison.rows for cell in row.cells for move in cell.moves]
    assert len(moved) == ISSUES * PARTIES
    assert len(asked) <= 12, [query["sql"][:120] for query in asked]
