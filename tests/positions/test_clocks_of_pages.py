"""The clocks on every page that takes them: read, named, handed on; and what a page cannot take."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils.html import escape

from negotiations.models import Negotiation, Round
from positions.models import Proposal
from tests.talks import river_talks

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = ("compare", "movement", "conditions", "proposals", "answers", "claims", "issues/flow")
DAY = "2024-04-30"


@pytest.fixture
def talks():
    return river_talks()


def text_of(response) -> str:
    assert response.status_code == 200, response.content
    return " ".join(response.content.decode().split())


def paths(talks) -> list[str]:
    paper = Proposal.objects.filter(negotiation=talks.negotiation).order_by("pk").first()
    return [f"/{talks.slug}/{page}/" for page in (*PAGES, f"proposals/{paper.pk}")]


def links(html: str, slug: str) -> list[tuple[str, dict[str, list[str]]]]:
    """The pages that take the clocks to which a page leads, each with its query."""
    taking = re.compile(
        rf"/{slug}/(compare|movement|conditions|proposals|answers|claims|issues/[a-z]|proposals/\\d)"
    )
    split = (urlsplit(unescape(href)) for href in re.findall(r'<a [^>]*href="([^"]+)"', html))
    return [(each.path, parse_qs(each.query)) for each in split if taking.match(each.path)]


def test_every_page_names_the_clocks_and_hands_them_on(client, talks):
    revision = Negotiation.objects.with_revision().get(pk=talks.negotiation.pk).revision
    clocks = {"as_of": DAY, "known_on": "2089-05-01", "revision": str(revision)}
    for path in paths(talks):
        html = text_of(client.get(path, clocks))
        for words in (
            "30 April 2024",
            "by what was published by <b>1 May 2089</b>",
            f"by our records at revision <b>{revision}</b>",
            'name="known_on" value="2089-05-01"',
            f'name="revision" value="{revision}"',
            f"revision {revision} of the records · As of: 30 April 2024 · Known on: 1 May 2089",
        ):
            assert words in html, (path, words)
        found = links(html, talks.slug)
        assert len({to for to, _query in found}) >= 6, path
        for to, query in found:
            told = {name: query[name][0] for name in clocks if name in query}
            if "as_of_round" in query or to == path:
                told["as_of"] = DAY  # the page itself on another day, or after a round
            assert told == clocks, (path, to, query)


def test_what_a_form_sent_empty_is_left_out_of_every_address(client, talks):
    for path in paths(talks):
        answer = client.get(path, {"as_of": DAY, "known_on": "", "revision": ""})
        assert (answer.status_code, answer["Location"]) == (302, f"{path}?as_of={DAY}"), path


def test_what_a_page_does_not_take_it_says_it_left_out(client, talks):
    for path in paths(talks):
        html = text_of(client.get(path, {"as_of": DAY, "foo": "1"}))
        assert "Left out of account, since it means nothing on this page: <b>foo</b>" in html, path
        assert "Left out of account" not in text_of(client.get(path, {"as_of": DAY})), path
    html = text_of(client.get(f"/{talks.slug}/claims/", {"words": "water", "party": "E"}))
    assert "<b>words, party</b>" in html
    laid_out = {"density": "full", "closed": "flow", "weight": "flow:2", "words": "water"}
    assert "Left out of account" not in text_of(client.get(f"/{talks.slug}/compare/", laid_out))


@pytest.mark.parametrize(
    ("page", "query", "words"),
    [
        ("compare", {"party": "XX"}, "party: There is no “XX” here."),
        ("compare", {"issue": "foo"}, "issue: There is no “foo” here."),
        ("compare", {"weight": "foo:3"}, "weight: There is no “foo” here."),
        ("movement", {"party": "XX"}, "party: There is no “XX” here."),
        ("conditions", {"issue": "foo"}, "issue: There is no “foo” here."),
        ("answers", {"party": "XX"}, "party: There is no “XX” here."),
        ("claims", {"issue": "foo"}, "issue: There is no “foo” here."),
        ("compare/briefing", {"party": "XX"}, "party: There is no “XX” here."),
        ("proposals", {"revision": "100000"}, "The newest revision is"),
    ],
)
def test_what_cannot_be_is_an_error_as_in_the_api(client, talks, page, query, words):
    answer = client.get(f"/{talks.slug}/{page}/", query)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    if page not in ("compare/briefing", "proposals"):
        name = "comparison" if page == "compare" else page
        api = f"/api/v1/negotiations/{talks.slug}/{name}/"
        assert client.get(api, query).status_code == 400


def test_a_round_that_there_is_not_names_those_there_are(client, talks):
    held = Round.objects.filter(negotiation=talks.negotiation, held__isnull=False)
    assert held.count() == 2
    for name in ("as_of_round", "since_round"):
        answer = client.get(f"/{talks.slug}/compare/", {name: "2"})
        assert answer.status_code == 400
        told = answer.content.decode()
        assert "There is no such round here. Rounds go by the number of their record:" in told
        for each in held:
            assert f"{each.pk} ({each})" in unescape(told)


def test_a_round_leads_to_where_the_sides_stood_after_it(client, talks):
    html = text_of(client.get(f"/{talks.slug}/rounds/{talks.second.pk}/"))
    assert f'href="/{talks.slug}/compare/?as_of_round={talks.second.pk}"' in html


def test_a_paper_is_read_by_its_day_and_its_revision(client, talks):
    paper = Proposal.objects.get(negotiation=talks.negotiation)
    address = f"/{talks.slug}/proposals/{paper.pk}/"
    revision = Negotiation.objects.with_revision().get(pk=talks.negotiation.pk).revision
    Proposal.objects.filter(pk=paper.pk).update(title="Another title")
    assert "<h1>Another title</h1>" in text_of(client.get(address))
    assert f"<h1>{escape(paper.title)}</h1>" in text_of(client.get(address, {"revision": revision}))
    assert "has passed" in text_of(client.get(address, {"as_of": "2090-04-01"}))
    assert "still open" in text_of(client.get(address, {"as_of": "2090-02-01"}))
    before = text_of(client.get(address, {"as_of": "2024-01-01"}))
    assert "By this day it had not been tabled" in before
