"""Issues, rounds and papers as lists: what stands in a line, for whom, and at what price."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import (
    MembershipFactory,
    NegotiationFactory,
    ProposalFactory,
    RoundFactory,
    TermChoiceFactory,
    TermFactory,
    UserFactory,
    on,
)
from tests.recording import published_demand, published_proposal, published_silence
from tests.talks import one_more_of_everything, river_talks

pytestmark = pytest.mark.django_db
LISTS = ["issues", "rounds", "proposals"]


@pytest.fixture
def talks():
    return river_talks()


def page_of(client, talks, name):
    response = client.get(f"/{talks.slug}/{name}/")
    assert response.status_code == 200
    return response


def text_of(client, talks, name) -> str:
    return page_of(client, talks, name).content.decode()


def test_issues_stand_below_what_they_are_part_of_with_their_terms(client, talks):
    term = TermFactory(issue=talks.gauges, name="Kind of gauge", kind="choice")
    for place, name in enumerate(["float", "radar"]):
        TermChoiceFactory(term=term, name=name, ordinal=place)
    page = page_of(client, talks, "issues")
    lines = page.context["codebook"].issues
    assert [(line.issue.name, line.depth) for line in lines] == [("Flow", 0), ("Gauges", 1)]
    assert [[t.name for t in line.terms] for line in lines] == [
        ["Days of water"],
        ["Kind of gauge"],
    ]
    html = page.content.decode()
    for words in ("How long does the water flow?", "quantity, day", "float", "radar", "One-sided"):
        assert words in html, words


def test_rounds_stand_by_track_with_when_where_and_who(client, talks):
    page = page_of(client, talks, "rounds")
    ((track, lines),) = page.context["tracks"]
    assert track == talks.track
    assert [(line.round.title, line.held, line.planned) for line in lines] == [
        ("First meeting", "10 January 2024, 10:00–12:30", "8 January 2024"),
        ("Second meeting", "March 2024", ""),
        ("Third meeting", "", "3 March 2090"),
    ]
    assert [line.who for line in lines] == ["East, West; host: Lake", "", ""]
    assert [line.recorded for line in lines] == [
        "1 demand",
        "2 demands, 1 paper, 1 outcome",
        "",
    ]
    html = page.content.decode()
    for words in ("Lake House", "mediated", "planned for 8 January 2024"):
        assert words in html, words


def test_papers_with_their_answers_and_versions(client, talks):
    (paper,) = (
        line.proposal for line in page_of(client, talks, "proposals").context["page"].papers
    )
    newer = published_proposal(
        negotiation=talks.negotiation,
        title="East's second paper",
        holders=[talks.east, talks.lake],
        tabled=on("May 2024"),
        supersedes=paper,
    )
    published_demand(
        negotiation=talks.negotiation,
        issue=None,
        holders=[talks.west],
        kind="",
        answer="will consider",
        answers_id=paper.pk,
        stated=on("2 April 2024"),
    )
    published_silence(
        negotiation=talks.negotiation, issue=talks.flow, party=talks.lake, about_id=paper.pk
    )
    first, second = page_of(client, talks, "proposals").context["page"].papers
    assert [(r.parties, r.label, r.when) for r in first.replies] == [
        ((talks.west,), "will consider", "2 April 2024"),
        ((talks.lake,), "", "2 June 2025"),
    ]
    assert (first.clauses, first.replaced_by) == (1, (newer,))
    assert (second.holders, second.replies) == ((talks.east, talks.lake), ())
    html = text_of(client, talks, "proposals")
    for words in ("will consider", "no answer reported", "by 1 March 2090", "jointly"):
        assert words in html, words
    earlier = client.get(f"/{talks.slug}/proposals/", {"as_of": "2024-04-01"}).context["page"]
    assert [line.proposal for line in earlier.papers] == [paper]
    assert (earlier.papers[0].replies, earlier.papers[0].replaced_by) == ((), ())


def test_answers_to_parts_of_a_paper_are_counted_beside_the_whole(client, talks):
    (line,) = page_of(client, talks, "proposals").context["page"].papers
    inside = published_demand(
        negotiation=talks.negotiation,
        issue=talks.flow,
        holders=[talks.east],
        clause=line.proposal.clauses.first(),
        stated=on("2 March 2024"),
    )
    published_demand(
        negotiation=talks.negotiation,
        issue=talks.flow,
        holders=[talks.west],
        kind="",
        answer="will consider",
        answers_id=inside.pk,
        stated=on("2 April 2024"),
    )
    (line,) = page_of(client, talks, "proposals").context["page"].papers
    assert (line.replies, line.to_parts) == ((), 1)
    html = " ".join(text_of(client, talks, "proposals").split())
    assert "as a whole: not coded yet" in html
    assert "1 answer to a part of it" in html


@pytest.mark.parametrize(
    ("name", "words", "act"),
    [
        ("issues", "No issue has been set up yet.", "Add an issue"),
        ("rounds", "No round is recorded yet.", "Plan a round"),
        ("proposals", "No paper is recorded yet.", "Add a paper"),
        ("sources", "No source is recorded yet.", "Add a source"),
    ],
)
def test_an_empty_list_says_what_to_do_next(client, name, words, act):
    negotiation = NegotiationFactory(slug="brand-new")
    html = client.get(f"/brand-new/{name}/").content.decode()
    assert words in html
    assert act not in html
    client.force_login(MembershipFactory(negotiation=negotiation, user=UserFactory()).user)
    assert act in client.get(f"/brand-new/{name}/").content.decode()


def test_drafts_are_for_editors_only(client, talks):
    RoundFactory(negotiation=talks.negotiation, track=talks.track, title="canary-rounds")
    ProposalFactory(negotiation=talks.negotiation, title="canary-proposals")
    for name in ("rounds", "proposals"):
        assert "canary" not in text_of(client, talks, name)
    client.force_login(talks.editor)
    for name in ("rounds", "proposals"):
        assert f"canary-{name}" in text_of(client, talks, name)


@pytest.mark.parametrize("name", LISTS)
def test_absent_and_hidden_look_the_same(client, talks, name):
    type(talks.negotiation).objects.filter(pk=talks.negotiation.pk).update(visibility="members")
    hidden, absent = client.get(f"/{talks.slug}/{name}/"), client.get(f"/no-such-talks/{name}/")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content


@pytest.mark.parametrize("name", LISTS)
def test_only_reading(client, talks, name):
    for method in ("post", "put", "delete"):
        assert getattr(client, method)(f"/{talks.slug}/{name}/").status_code == 405


@pytest.mark.parametrize("name", LISTS)
def test_it_asks_as_often_for_three_of_everything_as_for_one(client, talks, name):
    def asked() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as captured:
            html = text_of(client, talks, name)
        return len(captured), html.count("<tr")

    one_more_of_everything(talks, 1)
    queries, rows = asked()
    one_more_of_everything(talks, 2)
    one_more_of_everything(talks, 3)
    more_queries, more_rows = asked()
    assert more_rows >= rows + 2
    assert more_queries == queries
    assert queries <= 20
