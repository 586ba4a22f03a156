"""Sources to choose from: in what order, and told apart by what."""

import pytest

from negotiations.models import Source, State
from positions.models import Evidence
from positions.sourcechoices import LATELY, lately_touched, source_choices
from tests.factories import NegotiationFactory, SourceFactory, on
from tests.recording import published_demand

pytestmark = pytest.mark.django_db


@pytest.fixture
def talks():
    return NegotiationFactory()


def offered(talks):
    return source_choices(list(lately_touched(Source.objects.filter(negotiation=talks))))


def test_outlet_day_title_and_host_tell_them_apart(talks):
    url = "https://www.unn.example/news/a-long-way-down"
    told = {"negotiation": talks, "outlet": "UNN", "published": on("2 June 2025")}
    SourceFactory(**told, title="What the head of the delegation said", url=url)
    SourceFactory(**told, url=url)
    twins = [SourceFactory(**told), SourceFactory(**told)]
    assert [words for pk, words in offered(talks)] == [
        f"UNN (2 June 2025) № {twins[1].pk}",
        f"UNN (2 June 2025) № {twins[0].pk}",
        "UNN (2 June 2025): unn.example/news/a-long-way-down",
        "UNN (2 June 2025): What the head of the delegation said – unn.example",
    ]


def test_those_in_use_come_first_and_the_others_by_day(talks):
    told = {"negotiation": talks, "state": State.PUBLISHED}
    days = ["3 June 2025", "1 June 2025", "2 June 2025"]
    old = [SourceFactory(**told, published=on(day), outlet=day) for day in days]
    undated = SourceFactory(**told, published=None)
    newer = [SourceFactory(**told) for __ in range(LATELY - 1)]
    demand = published_demand(
        negotiation=talks, evidence=[{"source": old[1], "basis": "inference"}]
    )
    assert Evidence.objects.get(record_id=demand.pk).source == old[1]
    (__, first), (__, rest) = offered(talks)
    assert [pk for pk, words in first] == [old[1].pk, *(source.pk for source in reversed(newer))]
    assert [pk for pk, words in rest] == [old[0].pk, old[2].pk, undated.pk]
