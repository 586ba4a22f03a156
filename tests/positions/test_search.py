"""Finding records by words: which, for whom, how they are shown, and how often it asks."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from negotiations import fulltext
from negotiations.models import Source
from negotiations.operations import create, retract
from positions import search as searching
from positions.models import Evidence
from tests.factories import (
    DemandFactory,
    EvidenceFactory,
    IssueFactory,
    MembershipFactory,
    NegotiationFactory,
    PartyFactory,
    PersonFactory,
    RoundFactory,
    SourceFactory,
    on,
)
from tests.recording import (
    published_clause,
    published_demand,
    published_event,
    published_outcome,
    published_proposal,
)

pytestmark = pytest.mark.django_db

OFFICIAL = Evidence.Basis.OFFICIAL


@pytest.fixture
def talks():
    return NegotiationFactory()


@pytest.fixture
def editor(talks) -> Client:
    client = Client()
    client.force_login(MembershipFactory(negotiation=talks).user)
    return client


@pytest.fixture
def ask(client, talks):
    """Return a function that asks the search page of the talks and gives its answer."""

    def ask(q: str, visitor: Client = client, **filters):
        return visitor.get(reverse("search", args=[talks.slug]), {"q": q, **filters})

    return ask


@pytest.fixture
def found(ask):
    """Return a function that gives the titles found, best first."""

    def found(q: str, visitor: Client | None = None, **filters) -> list[str]:
        page = ask(q, visitor, **filters) if visitor else ask(q, **filters)
        assert page.status_code == 200, page.context["form"].errors
        return [text(hit.title) for hit in page.context["hits"]]

    return found


def text(parts) -> str:
    return "".join(part.text for part in parts)


def hits_in(parts) -> list[str]:
    return [part.text for part in parts if part.is_hit]


def body(page) -> str:
    return page.content.decode()


def said(quote: str, **fields) -> dict:
    """Return evidence of a source of its own, with the words it holds."""
    return {"source": {"outlet": "A paper"}, "basis": OFFICIAL, "quote": quote, **fields}


@pytest.mark.parametrize(
    ("written", "typed", "hit"),
    [
        ("Russia withdraws its troops.", "withdrawal", "withdraws"),
        ("Full withdrawal of the troops.", "WITHDRAW", "withdrawal"),
        ("Treaties are kept.", "treaty", "Treaties"),
        ("Условия перемирия названы.", "перемирие", "перемирия"),
        ("Полный обмен пленными.", "обмены", "обмен"),
        ("Про перемир'ям домовились.", "перемир’я", "перемир"),
        ("Припинення вогню на тридцять днів.", "припиненням", "Припинення"),
        ("Відведення військами обох сторін.", "військо", "військами"),
        ("Звільнення полонених.", "полоненими", "полонених"),
        ("Гарантій безпеки немає.", "гарантії", "Гарантій"),
        ("Про обʼєкти енергетики.", "об'єкт", "єкти"),
    ],
)
def test_a_word_is_found_in_any_of_its_forms(talks, ask, written, typed, hit):
    published_demand(negotiation=talks, text=written)
    published_demand(negotiation=talks, text="Something else altogether.")
    (only,) = ask(typed).context["hits"]
    assert text(only.title) == written
    assert hit in hits_in(only.title) or typed.startswith("об")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("unconditional ceasefire", ["An unconditional ceasefire", "A ceasefire, unconditional"]),
        ('"unconditional ceasefire"', ["An unconditional ceasefire"]),
        ("ceasefire -unconditional", ["A ceasefire for ten days"]),
        ('ceasefire -"unconditional ceasefire"', ["A ceasefire, unconditional", "A ceasefire for"]),
        ("elections or unconditional", ["An unconditional", "A ceasefire, unc", "Elections"]),
        ("the ceasefire of days", ["A ceasefire for ten days"]),
        ("unconditional elections", []),
    ],
)
def test_words_phrases_and_what_is_left_out(talks, found, typed, expected):
    for words in (
        "An unconditional ceasefire",
        "A ceasefire, unconditional",
        "A ceasefire for ten days",
        "Elections within 100 days",
    ):
        published_demand(negotiation=talks, text=words)
    titles = found(typed)
    assert len(titles) == len(expected)
    for start in expected:
        assert [title for title in titles if title.startswith(start)], start


def test_a_word_with_a_minus_leaves_out_its_other_forms(talks, found):
    published_demand(negotiation=talks, text="Обмін полонених")
    published_demand(negotiation=talks, text="Обмін тілами")
    assert found("обмін -полоненими") == ["Обмін тілами"]


def test_every_kind_of_record_is_found_by_its_texts(talks, found):
    create(Source, user=None, negotiation=talks, outlet="Kestrel", state="published", note="a")
    create(Source, user=None, negotiation=talks, outlet="B", text="of kestrel", state="published")
    RoundFactory(negotiation=talks, title="Kestrel talks", state="published")
    PersonFactory(negotiation=talks, name="Anna", aliases=["A. Kestrel"])
    IssueFactory(negotiation=talks, name="Birds", definition="The kestrel and others")
    paper = published_proposal(negotiation=talks, title="The kestrel paper")
    published_clause(proposal=paper, label="2", text="Kestrels are left alone")
    published_outcome(negotiation=talks, text="Kestrels stay")
    published_event(negotiation=talks, title="A kestrel is seen")
    published_demand(negotiation=talks, text="Away", occasion="Kestrel Day")
    titles = {
        *("Kestrel", "B", "Kestrel talks", "Anna", "Birds", "The kestrel paper", "2"),
        *("Kestrels stay", "A kestrel is seen", "Away"),
    }
    assert set(found("kestrel")) == titles


def test_a_demand_is_found_by_the_words_of_its_evidence(talks, ask):
    published_demand(
        negotiation=talks,
        text="Fighting ends.",
        evidence=[
            said("перемирие на тридцать дней", language="ru", translation="a thirty-day truce"),
            said("no deal", language="en"),
        ],
    )
    page = ask("перемирия")
    (hit,) = page.context["hits"]
    assert (text(hit.title), hit.kind, hit.more_quotes) == ("Fighting ends.", "demand", 0)
    (quote,) = hit.quotes
    assert hits_in(quote.words) == ["перемирие"]
    assert '<blockquote lang="ru"><p><mark>перемирие</mark> на тридцать дней</p>' in body(page)
    (by_translation,) = ask("truce").context["hits"]
    assert hits_in(by_translation.quotes[0].translation) == ["truce"]


def test_a_record_found_twice_is_one_hit(talks, ask):
    published_demand(
        negotiation=talks,
        text="A truce.",
        evidence=[said(f"a truce, paper {number}") for number in range(5)],
    )
    page = ask("truce")
    (hit,) = page.context["hits"]
    assert (len(hit.quotes), hit.more_quotes) == (3, 2)
    assert "and 2 more quotations with these words" in body(page)
    assert "1 record, the best fit first" in body(page)


def test_the_best_fit_comes_first_then_the_newest(talks, found):
    long = "Ports, grain, energy, prisoners, children, and a truce"
    published_demand(negotiation=talks, text="A truce", stated=on("1 May 2025"))
    published_demand(negotiation=talks, text=long, stated=on("4 May 2025"))
    published_demand(negotiation=talks, text="The truce", stated=on("3 May 2025"))
    assert found("truce") == ["The truce", "A truce", long]


def test_filters_of_the_comparison_and_the_api(talks, found):
    ceasefire = IssueFactory(negotiation=talks, code="ceasefire", name="Fighting")
    blue = PartyFactory(negotiation=talks, code="BLUE")
    meeting = RoundFactory(negotiation=talks, state="published")
    demand = published_demand(
        negotiation=talks,
        text="The truce they ask for",
        issue=ceasefire,
        holders=[blue],
        round=meeting,
        stated=on("2 May 2025"),
    )
    published_demand(
        negotiation=talks,
        text="Another thing",
        evidence=[said("a truce")],
        issue=ceasefire,
        stated=on("7 May 2025"),
    )
    published_outcome(negotiation=talks, text="A truce is reached", reached=on("9 May 2025"))
    source = Evidence.objects.get(record_id=demand.pk).source
    asked, other, outcome = "The truce they ask for", "Another thing", "A truce is reached"
    assert set(found("truce")) == {asked, other, outcome}
    assert set(found("truce", issue="ceasefire")) == {asked, other}
    assert found("truce", party="BLUE") == [asked]
    assert found("truce", round=meeting.pk) == [asked]
    assert found("truce", source=source.pk) == [asked]
    assert found("truce", kind="outcome") == [outcome]
    assert set(found("truce", kind="demand")) == {asked, other}
    assert set(found("truce", **{"from": "2025-05-03"})) == {other, outcome}
    assert set(found("truce", until="2025-05-08")) == {asked, other}
    assert found("truce", **{"from": "2025-05-03", "until": "2025-05-08"}) == [other]
    assert found("truce", issue="ceasefire", kind="outcome") == []


def test_a_round_is_found_by_the_day_it_was_held(talks, found):
    create(
        type(RoundFactory(negotiation=talks)),
        user=None,
        negotiation=talks,
        track=RoundFactory(negotiation=talks).track,
        title="The truce talks",
        status="held",
        held=("2025-05-05T10:00+00:00", "2025-05-05T12:00+00:00"),
        state="published",
    )
    assert found("truce", until="2025-05-05") == ["The truce talks"]
    assert found("truce", until="2025-05-04") == []


def test_a_source_itself_is_found_under_its_filter(talks, found, ask):
    source = create(Source, user=None, negotiation=talks, outlet="Truce Times", state="published")
    assert found("truce", source=source.pk) == ["Truce Times"]
    page = ask("truce", source=source.pk)
    assert "Only what rests on Truce Times." in body(page)
    assert f'name="source" value="{source.pk}"' in body(page)


class TestDrafts:
    """What editors have not published is told to nobody else, by text, count or page."""

    @pytest.fixture
    def canaries(self, talks):
        kept = published_demand(negotiation=talks, text="A public truce")
        DemandFactory(negotiation=talks, text="canary truce")
        EvidenceFactory(about=kept, negotiation=talks, quote="canary words")
        SourceFactory(negotiation=talks, outlet="Canary Times")

    @pytest.mark.usefixtures("canaries")
    def test_readers_and_strangers_find_nothing(self, talks, ask, found):
        reader = Client()
        reader.force_login(MembershipFactory(negotiation=talks, role="reader").user)
        elsewhere = Client()
        elsewhere.force_login(MembershipFactory().user)
        for visitor in (Client(), reader, elsewhere):
            page = ask("canary", visitor)
            assert len(page.context["found"].places) == 0
            assert "Nothing here has these words." in body(page)
            assert found("truce", visitor) == ["A public truce"]
            assert "1 record, the best" in body(ask("truce", visitor))

    @pytest.mark.usefixtures("canaries")
    def test_editors_find_them_marked_as_drafts(self, ask, editor):
        page = ask("canary", editor)
        titles = {text(hit.title) for hit in page.context["hits"]}
        assert titles == {"canary truce", "A public truce", "Canary Times"}
        assert body(page).count("<b>Draft</b>") == 3

    def test_a_draft_in_a_filter_is_not_there(self, talks, ask):
        source = SourceFactory(negotiation=talks)
        assert ask("truce", source=source.pk).status_code == 400

    def test_what_is_retracted_is_found_no_more(self, talks, found):
        demand = published_demand(negotiation=talks, text="A truce")
        assert found("truce") == ["A truce"]
        retract(demand, user=None, version=demand.version)
        assert found("truce") == []


def test_other_talks_are_not_searched(talks, found):
    published_demand(text="A truce elsewhere")
    published_demand(negotiation=talks, text="A truce here")
    assert found("truce") == ["A truce here"]


def test_what_is_marked_is_escaped(talks, ask):
    published_demand(
        negotiation=talks,
        text="<script>alert(1)</script> a truce & <b>more</b>",
        evidence=[said("<img src=x onerror=alert(2)> \x02truce\x03 \x03\x02")],
    )
    page = body(ask("truce"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt; a <mark>truce</mark> &amp; &lt;b&gt;" in page
    assert "<img" not in page
    assert page.count("<mark>") == page.count("</mark>") == 2


def test_only_the_stretch_of_a_long_text_that_hits(talks, ask):
    create(
        Source,
        user=None,
        negotiation=talks,
        outlet="Longreads",
        text="before " * 500 + "the kestrel flies " + "after " * 500,
        state="published",
    )
    (hit,) = ask("kestrel").context["hits"]
    (words,) = hit.words
    assert hits_in(words) == ["kestrel"]
    assert len(text(words)) < 400


def test_a_text_too_long_for_one_vector_is_recorded_and_found(talks, found):
    long = " ".join(f"слово{number}" for number in range(150_000))
    create(
        Source, user=None, negotiation=talks, outlet="Annals", text="kestrel " + long,
        state="published",
    )  # fmt: skip
    assert found("kestrel") == ["Annals"]


class TestPages:
    @pytest.fixture
    def thirty(self, talks):
        issue = IssueFactory(negotiation=talks, code="fighting")
        for number in range(30):
            published_demand(negotiation=talks, text=f"Truce {number}", issue=issue)

    @pytest.mark.usefixtures("thirty")
    def test_they_keep_the_words_and_the_filters(self, ask):
        page = ask("truce", issue="fighting", kind="demand")
        assert "30 records, the best fit first" in body(page)
        assert len(page.context["hits"]) == 25
        link = re.search(r'rel="next" href="([^"]+)"', body(page))[1]
        assert link == "?q=truce&amp;issue=fighting&amp;kind=demand&amp;page=2"
        second = ask("truce", issue="fighting", kind="demand", page=2)
        assert len(second.context["hits"]) == 5
        assert 'start="26"' in body(second)
        assert "Page 2 of 2" in body(second)
        assert 'rel="prev" href="?q=truce&amp;issue=fighting&amp;kind=demand&amp;page=1"' in body(
            second
        )
        shown = {hit.number for each in (page, second) for hit in each.context["hits"]}
        assert len(shown) == 30

    @pytest.mark.usefixtures("thirty")
    @pytest.mark.parametrize(
        ("number", "nearest"), [("x", 1), ("", 1), ("0", 2), ("99", 2), ("9" * 5000, 1), ("\0", 1)]
    )
    def test_a_page_that_is_none_gives_the_nearest(self, ask, number, nearest):
        page = ask("truce", page=number)
        assert page.status_code == 200
        assert page.context["page"].number == nearest

    @pytest.mark.usefixtures("thirty")
    def test_more_than_can_be_ranked_is_said(self, ask, monkeypatch):
        monkeypatch.setattr(searching, "MOST", 20)
        page = ask("truce")
        assert page.context["found"].is_cut
        assert "More than 21 records fit" in body(page)


def test_the_page_asks_as_often_for_three_hits_as_for_one(talks, ask, editor):
    def queries(hits: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            page = ask("truce", editor)
        assert len(page.context["hits"]) == hits
        return len(captured)

    def record():
        parties = [PartyFactory(negotiation=talks), PartyFactory(negotiation=talks)]
        published_demand(
            negotiation=talks,
            text="A truce",
            holders=parties,
            issue=IssueFactory(negotiation=talks),
            evidence=[said("a truce"), said("one more truce")],
        )

    record()
    one = queries(1)
    record()
    record()
    assert queries(3) == one
    assert one <= 20


def test_without_words_the_page_says_what_can_be_typed(ask):
    page = ask("")
    assert page.status_code == 200
    assert "What you can look for" in body(page)
    assert "found" not in page.context


@pytest.mark.parametrize(
    "typed", ["the", "of the", "и на", "!!!", "' | & ! ( ) :*", '""', "-", "\\"]
)
def test_words_that_say_nothing_are_answered_with_advice(ask, typed):
    page = ask(typed)
    assert page.status_code == 400
    assert "Type a word that says what it is about." in body(page)


@pytest.mark.parametrize("typed", ["-truce", 'a truce or -"a truce"', "-the -truce"])
def test_only_leaving_out_is_answered_with_advice(ask, typed):
    page = ask(typed)
    assert page.status_code == 400
    assert "Say what to find as well" in body(page)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"q": "a" * 201}, "at most 200 characters"),
        ({"q": "tru\0ce"}, "Null characters are not allowed"),
        ({"q": "truce", "issue": "no-such"}, "There is no such issue here."),
        ({"q": "truce", "issue": "\0"}, "Null characters are not allowed"),
        ({"q": "truce", "party": "X"}, "There is no such party here."),
        ({"q": "truce", "round": "9" * 40}, "There is no such round here."),
        ({"q": "truce", "source": "x"}, "There is no such source here."),
        ({"q": "truce", "kind": "evidence"}, "There is no such kind of record."),
        ({"q": "truce", "from": "May"}, "Write the day as year-month-day"),
        ({"q": "truce", "from": "2025-06-02", "until": "2025-06-01"}, "before the first day"),
    ],
)
def test_what_cannot_be_asked_is_said_beside_its_field(client, talks, query, words):
    page = client.get(reverse("search", args=[talks.slug]), query)
    assert page.status_code == 400
    assert words in body(page)
    assert 'class="errors"' in body(page)


@pytest.mark.parametrize(
    "typed",
    [
        "a:* <-> b",
        "'truce",
        '"truce',
        "truce\\'; DROP TABLE x",
        "%s %(a)s {0}",
        "🕊 truce",
        "перемир'''я",
        "ʼʼʼ truce",
        "- - -truce truce",
        "or or truce or",
        "\u202etruce",
        "truce " * 33,
        "'я перемир'я",
    ],
)
def test_whatever_is_typed_is_answered(ask, typed):
    assert ask(typed).status_code == 200


def test_a_lone_surrogate_is_answered(client, talks):
    address = reverse("search", args=[talks.slug])
    assert client.get(f"{address}?q=%ED%A0%80+truce").status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_only_reading(client, talks, method):
    assert getattr(client, method)(reverse("search", args=[talks.slug])).status_code == 405


def test_absent_and_hidden_look_the_same(client):
    hidden = NegotiationFactory(visibility="members")
    answers = [client.get(f"/{slug}/search/?q=truce") for slug in (hidden.slug, "no-such-talks")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert body(answers[0]) == body(answers[1])


def test_every_page_of_the_talks_can_search_them(client, talks):
    page = body(client.get(reverse("comparison", args=[talks.slug])))
    assert f'action="{reverse("search", args=[talks.slug])}"' in page
    assert body(client.get(reverse("search", args=[talks.slug]))).count('role="search"') == 1


def test_the_index_is_what_the_planner_takes(talks):
    """With so few rows it would rather read them all; it must be able to do otherwise."""
    words = fulltext.read_words("truce перемир'я -war")
    rows = Evidence.objects.matching(words, talks).order_by()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "Bitmap Index Scan on evidence_words" in rows.explain()


def test_the_history_does_not_grow_from_the_index(talks):
    demand = published_demand(negotiation=talks, text="A truce")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT data FROM gate.history WHERE table_name = 'positions_demand' AND row_id = %s",
            [demand.pk],
        )
        ((data,),) = cursor.fetchall()
    assert "truc'" not in data
    columns = {field.column for field in demand._meta.concrete_fields}
    assert set(re.findall(r'"(\w+)":', data)) == columns


@pytest.mark.parametrize("asked", ["{}", "№ {}", "#{}"])
def test_a_number_leads_to_its_record(ask, talks, editor, asked):
    demand = published_demand(negotiation=talks, text="Forty lorries a day")
    draft = DemandFactory(negotiation=talks, text="Fifty lorries")
    elsewhere = published_demand(text="Lorries of other talks")
    found = ask(asked.format(demand.pk))
    link = f'href="{reverse("record", args=[talks.slug, demand.pk])}">Forty lorries a day</a>'
    assert link in found.content.decode()
    for hidden in (draft, elsewhere):
        page = ask(asked.format(hidden.pk)).content.decode()
        assert "lorries" not in page.lower()
        assert "Nothing here has these words." in page
    assert "Fifty lorries" in ask(asked.format(draft.pk), editor).content.decode()


def test_a_host_leads_to_its_sources(ask, talks):
    told = {"negotiation": talks, "state": "published"}
    source = SourceFactory(**told, outlet="Valley Post", url="https://www.valley.example/a/1")
    SourceFactory(**told, outlet="Another", url="https://other.example/")
    page = ask("valley.example").content.decode()
    assert reverse("record", args=[talks.slug, source.pk]) in page
    assert "Another" not in page
