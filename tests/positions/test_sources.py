"""The list of sources, and one of them with its text, the marks in it and what rests on it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from negotiations.models import Source
from positions.models import Evidence
from positions.operations import edit_record
from tests.factories import DemandFactory, EvidenceFactory, SourceFactory, on
from tests.recording import published
from tests.talks import TEXT, one_more_of_everything, river_talks

pytestmark = pytest.mark.django_db


@pytest.fixture
def talks():
    return river_talks()


def listed(client, talks, **query):
    response = client.get(f"/{talks.slug}/sources/", query)
    assert response.status_code == 200
    return [source.outlet for source in response.context["page"]]


def page_of(client, talks, source=None):
    response = client.get(f"/{talks.slug}/sources/{(source or talks.source).pk}/")
    assert response.status_code == 200
    return response


@pytest.fixture
def papers(talks):
    """Three sources besides those of the talks."""
    here = {"negotiation": talks.negotiation}
    return [
        published(
            Source,
            **here,
            outlet="Alpha",
            language="uk",
            published=on("May 2023"),
            reliability="C",
            title="A dam",
        ),
        published(Source, **here, outlet="Beta", language="ru", published=on("2022")),
        published(
            Source,
            **here,
            outlet="Gamma",
            language="uk",
            reliability="A",
            derived_from=talks.source,
        ),
    ]


def test_sorted_by_each_column_both_ways(client, talks, papers):
    ours = {"Alpha", "Beta", "Gamma", "River Post"}

    def order(sort):
        return [outlet for outlet in listed(client, talks, sort=sort) if outlet in ours]

    assert order("outlet") == ["Alpha", "Beta", "Gamma", "River Post"]
    assert order("-outlet") == ["River Post", "Gamma", "Beta", "Alpha"]
    assert order("published")[:2] == ["Beta", "Alpha"]
    assert order("-published")[:2] == ["Alpha", "Beta"]
    assert order("reliability")[:2] == ["Gamma", "Alpha"]
    assert order("-reliability")[:2] == ["Alpha", "Gamma"]
    assert order("language")[:2] == ["River Post", "Beta"]
    assert order("-records")[0] == "River Post"
    html = client.get(f"/{talks.slug}/sources/?sort=-outlet&language=uk").content.decode()
    assert 'aria-sort="descending"><a href="?sort=outlet&amp;language=uk">' in html


def test_narrowed_by_words_outlet_and_language(client, talks, papers):
    assert listed(client, talks, q="dam ALPHA") == ["Alpha"]
    assert listed(client, talks, q="envoy") == ["River Post"]
    assert listed(client, talks, language="uk", sort="outlet") == ["Alpha", "Gamma"]
    assert listed(client, talks, outlet="Beta", language="ru") == ["Beta"]
    assert listed(client, talks, q="nowhere") == []
    html = client.get(f"/{talks.slug}/sources/", {"q": "nowhere"}).content.decode()
    assert "No source fits." in html


@pytest.mark.parametrize("query", [{"language": "xx"}, {"outlet": "?"}, {"sort": "colour"}])
def test_what_cannot_be_asked_for_is_said(client, talks, query):
    page = client.get(f"/{talks.slug}/sources/", query)
    assert page.status_code == 400
    assert "River Post" in page.content.decode()
    assert "field__error" in page.content.decode()


def test_page_by_page_with_the_filter_kept(client, talks):
    for number in range(60):
        SourceFactory(
            negotiation=talks.negotiation,
            outlet=f"Outlet {number:02}",
            language="pl",
            state="published",
        )
    query = {"language": "pl", "sort": "outlet"}
    assert listed(client, talks, **query) == [f"Outlet {number:02}" for number in range(50)]
    assert listed(client, talks, **query, page="2")[0] == "Outlet 50"
    html = client.get(f"/{talks.slug}/sources/", query).content.decode()
    assert "60 sources" in html
    assert "?language=pl&amp;sort=outlet&amp;page=2" in html


def test_passages_that_carry_claims_are_marked(client, talks):
    page = page_of(client, talks).context["page"]
    assert [(p.text, p.marked) for p in page.passages] == [
        ("East wants ", False),
        ("thirty days of water", True),
        (". ", False),
        ("West will not have it", True),
        (", says the envoy.", False),
    ]
    (pin,) = page.passages[1].pins
    assert pin.evidence.record_id == talks.asked_again.pk
    assert pin.label == f"Demand {talks.asked_again.pk}: Water for thirty days."
    assert page.marked == 2
    html = page_of(client, talks).content.decode()
    assert f'<mark data-e="{pin.evidence.pk}">thirty days of water</mark>' in html
    assert f'id="e{pin.evidence.pk}" href="/{talks.slug}/records/{talks.asked_again.pk}/"' in html
    assert f'<a href="#e{pin.evidence.pk}">in the text' in html


def test_quotes_may_overlap(client, talks):
    start = TEXT.index("days")
    edit_record(
        talks.answer,
        user=talks.editor,
        version=talks.answer.version,
        evidence=[
            {
                "source": talks.source,
                "basis": Evidence.Basis.OUTLET,
                "quote": "days of water. West",
                "start": start,
                "end": start + len("days of water. West"),
            }
        ],
    )
    passages = page_of(client, talks).context["page"].passages
    assert [p.text for p in passages if p.marked] == [
        "thirty ",
        "days of water",
        ". ",
        "West",
        " will not have it",
    ]
    assert "".join(p.text for p in passages) == TEXT


def test_a_quote_that_has_lost_its_place_is_reported(client, talks):
    edit_record(talks.source, user=talks.editor, version=1, text="Something else entirely, now.")
    page = page_of(client, talks)
    assert [row.quote for row in page.context["page"].lost] == [
        "thirty days of water",
        "West will not have it",
    ]
    assert "<mark data-e" not in page.content.decode()
    assert "its words are no longer at the place noted" in page.content.decode()


def test_every_record_that_rests_on_it(client, talks):
    page = page_of(client, talks)
    resting = page.context["page"].resting
    assert [(r.kind, r.title) for r in resting] == [
        ("demand", "Water for thirty days."),
        ("demand", "West will not have it."),
    ]
    html = page.content.decode()
    assert f'href="/{talks.slug}/records/{talks.answer.pk}/"' in html
    assert "Ada Envoy, Envoy of West" in html
    assert "tabled paper" in html


def test_independence(client, talks, papers):
    derived = papers[-1]
    correcting = published(
        Source, negotiation=talks.negotiation, outlet="Corrector", corrects=talks.source
    )
    page = page_of(client, talks).context["page"]
    assert (page.derived, page.corrected_by) == ((derived,), (correcting,))
    assert "the two do not confirm each other." in page_of(client, talks, derived).content.decode()
    assert "It corrects" in page_of(client, talks, correcting).content.decode()


def test_drafts_are_for_editors_only(client, talks):
    draft = SourceFactory(negotiation=talks.negotiation, outlet="canary-outlet")
    demand = DemandFactory(negotiation=talks.negotiation, issue=talks.flow, text="canary-demand")
    EvidenceFactory(about=demand, source=talks.source)
    assert "canary-outlet" not in listed(client, talks)
    assert "canary-demand" not in page_of(client, talks).content.decode()
    assert client.get(f"/{talks.slug}/sources/{draft.pk}/").status_code == 404
    client.force_login(talks.editor)
    assert "canary-outlet" in listed(client, talks)
    assert "canary-demand" in page_of(client, talks).content.decode()
    assert page_of(client, talks, draft).status_code == 200


def test_absent_and_hidden_look_the_same(client, talks):
    paths = ["sources/", f"sources/{talks.source.pk}/"]
    assert client.get(f"/{talks.slug}/sources/{talks.first.pk}/").status_code == 404
    type(talks.negotiation).objects.filter(pk=talks.negotiation.pk).update(visibility="members")
    for path in paths:
        assert client.get(f"/{talks.slug}/{path}").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_only_reading(client, talks, method):
    for path in ("sources/", f"sources/{talks.source.pk}/"):
        assert getattr(client, method)(f"/{talks.slug}/{path}").status_code == 405


def test_they_ask_as_often_for_three_of_everything_as_for_one(client, talks):
    def asked() -> tuple[int, int, int]:
        with CaptureQueriesContext(connection) as of_list:
            shown = len(listed(client, talks))
        with CaptureQueriesContext(connection) as of_page:
            shown += len(page_of(client, talks).context["page"].resting)
        return len(of_list), len(of_page), shown

    one_more_of_everything(talks, 1)
    of_list, of_page, shown = asked()
    one_more_of_everything(talks, 2)
    one_more_of_everything(talks, 3)
    assert asked()[:2] == (of_list, of_page)
    assert asked()[2] >= shown + 4
    assert max(of_list, of_page) <= 14
