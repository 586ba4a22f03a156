"""The first page of a negotiation: what happened, where it stands, what is awaited."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from positions.models import Evidence
from tests.factories import (
    EventFactory,
    MembershipFactory,
    NegotiationFactory,
    PartyFactory,
    RoundFactory,
    UserFactory,
)
from tests.recording import published_demand
from tests.talks import one_more_of_everything, river_talks

pytestmark = pytest.mark.django_db


@pytest.fixture
def talks():
    return river_talks()


def overview_of(client, talks):
    response = client.get(f"/{talks.slug}/")
    assert response.status_code == 200
    return response.context["overview"], response.content.decode()


def test_the_timeline_runs_from_the_first_round_to_what_is_expected(client, talks):
    overview, html = overview_of(client, talks)
    told = [(s.round.round.title if s.round else s.event.title, s.open) for s in overview.stops]
    assert told == [
        ("First meeting", False),
        ("The dam opens", False),
        ("Second meeting", False),
        ("Third meeting", True),
        ("The dam closes", True),
    ]
    assert [stop.when for stop in overview.to_come] == ["3 March 2090", "June 2090"]
    assert [stop.far for stop in overview.stops[:3]] == ["", "weeks", "weeks"]
    assert html.index("The dam opens") < html.index("Third meeting</a> <span")


def test_where_the_talks_stand(client, talks):
    overview, html = overview_of(client, talks)
    assert overview.last_round.round == talks.second
    assert [line.round for line in overview.next_rounds] == [talks.third]
    assert [stop.event.title for stop in overview.awaited] == ["The dam closes"]
    ((paper, parties),) = overview.due
    assert (paper.proposal.title, parties) == ("East's paper", (talks.west,))
    assert "from West, by 1 March 2090" in html
    assert "Set up this negotiation" not in html


def test_issues_with_their_gap_in_words(client, talks):
    overview, html = overview_of(client, talks)
    lines = {line.row.code: line for line in overview.issues.lines}
    assert [(code, line.depth, line.said) for code, line in lines.items()] == [
        ("overall", 0, 1),
        ("flow", 0, 4),
        ("gauges", 1, 1),
    ]
    assert overview.issues.statuses == (("Agreed in part", 1), ("One-sided", 1))
    assert lines["flow"].last_said == "31 March 2024"
    assert f'href="/{talks.slug}/issues/flow/"' in html


def test_parties_and_who_spoke_for_them(client, talks):
    overview, _html = overview_of(client, talks)
    voices = {line.party.name: line.voices for line in overview.parties}
    (envoy,) = voices["West"]
    assert (envoy.name, envoy.capacities, envoy.quoted) == ("Ada Envoy", ("Envoy of West",), 1)
    assert voices["East"] == voices["Lake"] == ()


def test_who_speaks_of_the_other_side_does_not_speak_for_it(client, talks):
    for text, holder in (("One.", talks.west), ("Another.", talks.east)):
        published_demand(
            negotiation=talks.negotiation,
            issue=talks.flow,
            holders=[holder],
            text=text,
            evidence=[
                {
                    "source": talks.source,
                    "speaker": talks.envoy,
                    "basis": Evidence.Basis.OFFICIAL,
                }
            ],
        )
    overview, _html = overview_of(client, talks)
    voices = {line.party.name: [v.name for v in line.voices] for line in overview.parties}
    assert voices == {"East": [], "West": ["Ada Envoy"], "Lake": []}


def test_a_new_negotiation_says_what_to_set_up(client):
    negotiation = NegotiationFactory(slug="brand-new")
    editor = MembershipFactory(negotiation=negotiation, user=UserFactory(), role="manager").user
    assert "Nothing is recorded here yet." in client.get("/brand-new/").content.decode()
    assert "Set up this negotiation" not in client.get("/brand-new/").content.decode()
    client.force_login(editor)
    html = client.get("/brand-new/").content.decode()
    for words in ("Add parties", "Add issues", "Plan a round"):
        assert words in html
    PartyFactory(negotiation=negotiation)
    html = client.get("/brand-new/").content.decode()
    assert "Add parties" not in html
    assert "Add issues" in html


def test_drafts_are_for_editors_only(client, talks):
    RoundFactory(negotiation=talks.negotiation, track=talks.track, title="canary-round")
    EventFactory(negotiation=talks.negotiation, title="canary-event")
    html = overview_of(client, talks)[1]
    assert "canary" not in html
    client.force_login(talks.editor)
    html = overview_of(client, talks)[1]
    assert "canary-round" in html
    assert "canary-event" in html


def test_absent_and_hidden_look_the_same(client, talks):
    type(talks.negotiation).objects.filter(pk=talks.negotiation.pk).update(visibility="members")
    hidden, absent = client.get(f"/{talks.slug}/"), client.get("/no-such-talks/")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_only_reading(client, talks, method):
    assert getattr(client, method)(f"/{talks.slug}/").status_code == 405


def test_it_asks_as_often_for_three_of_everything_as_for_one(client, talks):
    def asked() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as captured:
            overview, _html = overview_of(client, talks)
        return len(captured), len(overview.stops) + len(overview.papers) + len(overview.parties)

    one_more_of_everything(talks, 1)
    queries, shown = asked()
    one_more_of_everything(talks, 2)
    one_more_of_everything(talks, 3)
    more_queries, more_shown = asked()
    assert more_shown >= shown + 10
    assert more_queries == queries
    assert queries <= 40
