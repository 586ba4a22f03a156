"""One issue through all rounds: what stands in which row, what moved, what is hidden from whom."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from positions.models import Demand
from positions.operations import edit_demand
from tests.factories import DemandFactory, MembershipFactory, UserFactory, on
from tests.recording import published_demand
from tests.talks import days_of, one_more_of_everything, river_talks

pytestmark = pytest.mark.django_db


@pytest.fixture
def talks():
    return river_talks()


def page_of(client, talks, code="flow", **query):
    response = client.get(f"/{talks.slug}/issues/{code}/", query)
    assert response.status_code == 200, response.content
    return response.context["page"]


def said_in(row) -> dict[str, list[str]]:
    return {
        cell.party.name: [s.statement.demand.text for s in cell.said]
        for cell in row.cells
        if cell.said
    }


def statement(page, text):
    return next(
        s for row in page.rows for c in row.cells for s in c.said if s.statement.demand.text == text
    )


def test_a_row_a_round_and_the_times_between(client, talks):
    page = page_of(client, talks)
    assert [(row.period.title, said_in(row)) for row in page.rows] == [
        ("First meeting", {"East": ["Water for 27 days."]}),
        ("After First meeting", {"West": ["Water for ninety days, later."]}),
        (
            "Second meeting",
            {"East": ["Water for thirty days."], "West": ["West will not have it."]},
        ),
        ("After Second meeting", {}),
    ]
    first, after, second, last = page.rows
    assert first.period.when == "10 January 2024, 10:00–12:30"
    assert second.period.when == "March 2024"
    assert [happened.event.title for happened in after.events] == ["The dam opens"]
    assert [settled.outcome.text for settled in second.outcomes] == ["Water flows in spring."]
    (quiet,) = last.others[0].quiet
    assert (last.others[0].party, quiet.answered) == (talks.lake, False)


def test_what_a_statement_moved_and_what_became_of_it(client, talks):
    page = page_of(client, talks)
    older, newer = (statement(page, f"Water for {n} days.") for n in ("27", "thirty"))
    assert [(m.name, m.before, m.after) for m in newer.moves] == [
        ("Days of water", "27 days", "30 days")
    ]
    assert newer.replaces == talks.asked
    assert newer.stands
    assert older.replaced_by == (talks.asked_again,)
    assert not older.stands
    assert older.moves == ()


def test_linkages_and_answers_at_both_ends(client, talks):
    page = page_of(client, talks)
    older, newer = (statement(page, f"Water for {n} days.") for n in ("27", "thirty"))
    offer = statement(page, "Water for ninety days, later.")
    assert [link.text for link in offer.statement.links] == ["Water for 27 days."]
    assert [(t.is_answer, t.label, t.parties, t.record) for t in older.ties] == [
        (False, "only if", "West", talks.offered)
    ]
    assert [(t.is_answer, t.label, t.parties, t.record) for t in newer.ties] == [
        (True, "rejected", "West", talks.answer)
    ]


def test_how_a_term_moved(client, talks):
    (history,) = page_of(client, talks).histories
    assert history.term == talks.days
    assert [party.name for party in history.parties] == ["East", "West"]
    cells = [
        (row.period.title, [(cell.new, cell.kept) for cell in row.cells]) for row in history.rows
    ]
    assert cells == [
        ("First meeting", [(("27 days",), ()), ((), ())]),
        ("After First meeting", [((), ("27 days",)), (("90 days",), ())]),
        ("Second meeting", [(("30 days",), ()), ((), ("90 days",))]),
    ]
    first, _between, second = history.rows
    assert [mark.kept for mark in second.marks] == [False, True]
    east_before, east_now = first.marks[0].bar, second.marks[0].bar
    assert east_before.x < east_now.x < second.marks[1].bar.x


def test_how_a_term_moved_is_drawn_beside_the_table(client, talks):
    response = client.get(f"/{talks.slug}/issues/flow/")
    (history,) = response.context["page"].histories
    assert [line.party.name for line in history.drawing.lines] == ["East", "West"]
    assert [len(line.stretches) for line in history.drawing.lines] == [2, 1]
    assert (history.drawing.high, history.drawing.low) == ("90", "0")
    page = response.content.decode()
    assert '<figure class="termline" aria-hidden="true">' in page
    for line in history.drawing.lines:
        assert f'd="{line.path}"' in page


def test_as_of_hides_what_came_later(client, talks):
    page = page_of(client, talks, as_of="2024-02-29")
    assert [row.period.title for row in page.rows] == ["First meeting", "After First meeting"]
    older = statement(page, "Water for 27 days.")
    assert older.stands
    assert older.replaced_by == ()
    html = client.get(f"/{talks.slug}/issues/flow/", {"as_of": "2024-02-29"}).content.decode()
    for later in ("thirty days", "30 days", "Second meeting", "in spring", "No answer reported"):
        assert later not in html, later


def test_a_statement_without_a_round_stands_on_its_day(client, talks):
    here = {"negotiation": talks.negotiation, "issue": talks.flow, "holders": [talks.east]}
    published_demand(**here, text="On the day.", stated=on("10 January 2024"))
    published_demand(**here, text="The day before.", stated=on("9 January 2024"))
    rows = {row.period.title: said_in(row) for row in page_of(client, talks).rows}
    assert rows["Before First meeting"] == {"East": ["The day before."]}
    assert "On the day." in rows["First meeting"]["East"]


def test_what_was_withdrawn_says_so(client, talks):
    edit_demand(
        talks.offered, user=talks.editor, version=1, ended=on("7 March 2024"), ending="withdrawn"
    )
    html = client.get(f"/{talks.slug}/issues/flow/").content.decode()
    assert "Withdrawn, 7 March 2024" in html
    said = statement(page_of(client, talks), "Water for ninety days, later.")
    assert said.ended
    (history,) = page_of(client, talks).histories
    assert history.rows[-1].cells[1].kept == ()
    assert (
        "Withdrawn"
        not in client.get(f"/{talks.slug}/issues/flow/", {"as_of": "2024-03-06"}).content.decode()
    )


def test_a_joint_position_ends_only_for_those_who_replace_it(client, talks):
    here = {"negotiation": talks.negotiation, "issue": talks.flow}
    joint = published_demand(
        **here,
        holders=[talks.east, talks.lake],
        text="Together.",
        stated=on("1 February 2024"),
        values=[{"term": talks.days, **days_of(5)}],
    )
    published_demand(
        **here,
        holders=[talks.east],
        text="Alone.",
        stated=on("2 April 2024"),
        supersedes=joint,
        values=[{"term": talks.days, **days_of(6)}],
    )
    page = page_of(client, talks)
    east, lake = (
        said
        for row in page.rows
        for cell in row.cells
        for said in cell.said
        if said.statement.demand == joint
    )
    assert ([d.text for d in east.replaced_by], east.stands) == (["Alone."], False)
    assert (lake.replaced_by, lake.stands) == ((), True)
    last = page.histories[0].rows[-1]
    assert [(c.party.name, c.new, c.kept) for c in last.cells] == [
        ("East", ("6 days",), ("30 days",)),
        ("West", (), ("90 days",)),
        ("Lake", (), ("5 days",)),
    ]


def test_the_page_in_words(client, talks):
    html = client.get(f"/{talks.slug}/issues/flow/").content.decode()
    for words in (
        "How long does the water flow?",
        "thirty days of water",  # the quote
        "Radio West",
        "replaced by",
        "Agreed in part",
        "The dam opens",
        "No answer reported",
        "Gauges",
        f'/{talks.slug}/compare/?issue=flow"',
    ):
        assert words in html, words
    assert "demands/new" not in html


def test_the_talks_as_a_whole(client, talks):
    page = page_of(client, talks, "overall")
    assert page.issue is None
    texts = [text for row in page.rows for said in said_in(row).values() for text in said]
    assert texts == ["Be patient."]
    assert page_of(client, talks, "gauges").parent == talks.flow
    assert [row.code for row in page_of(client, talks).parts] == ["gauges"]


def test_editors_are_led_to_what_they_can_add(client, talks):
    client.force_login(talks.editor)
    html = client.get(f"/{talks.slug}/issues/flow/").content.decode()
    assert f"/{talks.slug}/demands/new/?party=W&amp;issue=flow&amp;as_of=" in html
    for kind in ("outcome", "silence", "event"):
        assert f"/{talks.slug}/new/{kind}/?issue={talks.flow.pk}&amp;next=" in html
    assert f"/{talks.slug}/demands/{talks.asked.pk}/edit/" in html


def test_drafts_are_for_editors_only(client, talks):
    DemandFactory(
        issue=talks.flow, holders=[talks.west], text="canary", stated=on("1 February 2024")
    )
    reader = MembershipFactory(
        negotiation=talks.negotiation, user=UserFactory(), role="reader"
    ).user
    address = f"/{talks.slug}/issues/flow/"
    assert "canary" not in client.get(address).content.decode()
    client.force_login(reader)
    assert "canary" not in client.get(address).content.decode()
    client.force_login(talks.editor)
    assert "canary" in client.get(address).content.decode()


@pytest.mark.parametrize("path", ["issues/none/", "issues/flow/"])
def test_absent_and_hidden_look_the_same(client, talks, path):
    if path == "issues/flow/":
        type(talks.negotiation).objects.filter(pk=talks.negotiation.pk).update(visibility="members")
    assert client.get(f"/{talks.slug}/{path}").status_code == 404


@pytest.mark.parametrize("query", [{"as_of": "June"}, {"as_of_round": "0"}])
def test_a_day_that_is_none(client, talks, query):
    page = client.get(f"/{talks.slug}/issues/flow/", query)
    assert page.status_code == 400
    assert f'action="/{talks.slug}/issues/flow/"' in page.content.decode()


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_only_reading(client, talks, method):
    assert getattr(client, method)(f"/{talks.slug}/issues/flow/").status_code == 405


@pytest.mark.parametrize("code", ["flow", "overall"])
def test_it_asks_as_often_for_three_of_everything_as_for_one(client, talks, code):
    def asked() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as captured:
            page = page_of(client, talks, code)
        return len(captured), page.said

    one_more_of_everything(talks, 1)
    queries, said = asked()
    one_more_of_everything(talks, 2)
    one_more_of_everything(talks, 3)
    more_queries, more_said = asked()
    assert more_said >= said + 2
    assert more_queries == queries
    assert queries <= 46
    assert Demand.objects.count() > said
