"""Answers: threads with their days, who is waited for, and how a missing answer is noted."""

from datetime import date

import pytest
from django.urls import reverse

from negotiations import operations, ranges
from negotiations.models import Membership
from positions.models import Silence
from tests.factories import DemandFactory, MembershipFactory, on
from tests.pages import signed_in
from tests.recording import (
    published_clause,
    published_demand,
    published_event,
    published_proposal,
    published_silence,
)
from tests.talks import river_talks

pytestmark = pytest.mark.django_db
AS_OF = "2024-04-30"


@pytest.fixture
def talks():
    return river_talks()


@pytest.fixture
def editor(talks):
    return signed_in(talks.editor)


def answers(client, talks, **query):
    response = client.get(f"/{talks.slug}/answers/", {"as_of": AS_OF, **query})
    assert response.status_code == 200, response.content
    return response.context["page"]


def steps(thread) -> list[tuple[str, str, str]]:
    return [(step.follows, step.days, step.title) for step in thread.replies]


def waits(thread) -> dict[str, str]:
    return {each.party.name: each.text for each in thread.waits}


def starting(page, title):
    (found,) = [thread for thread in page.threads if thread.start.title == title]
    return found


def shown(client, talks, path="answers/") -> str:
    response = client.get(f"/{talks.slug}/{path}", {"as_of": AS_OF})
    return " ".join(response.content.decode().split())


def test_a_thread_has_the_answer_and_the_days_that_passed(client, talks):
    thread = starting(answers(client, talks), "Water for thirty days.")
    assert steps(thread) == [("rejected", "after at most 30 days", "West will not have it.")]
    assert waits(thread) == {
        "Lake": "no answer reported for 2–32 days, looked until 2 April 2024; "
        "not coded for the 28 days since"
    }
    assert thread.open
    page = shown(client, talks)
    assert "after at most 30 days" in page
    assert "no answer reported for 2–32 days, looked until 2 April 2024" in page


def test_answers_to_answers_and_what_restates_them(client, talks):
    here = {"negotiation": talks.negotiation, "issue": talks.flow, "kind": ""}
    again = published_demand(
        **{**here, "kind": "demand"},
        holders=[talks.east],
        text="Still thirty.",
        stated=on("4 April 2024"),
        supersedes=talks.asked_again,
        movement="restated",
    )
    published_demand(
        **here,
        holders=[talks.west],
        text="Let us see.",
        stated=on("4–6 April 2024"),
        answers_id=again.pk,
        answer="will consider",
    )
    published_demand(
        **here,
        holders=[talks.east],
        text="Do so soon.",
        stated=on("9 April 2024"),
        answers_id=talks.answer.pk,
        answer="noted",
    )
    thread = starting(answers(client, talks), "Water for thirty days.")
    assert steps(thread) == [
        ("rejected", "after at most 30 days", "West will not have it."),
        ("noted", "after 9–39 days", "Do so soon."),
        ("restated", "after 4–34 days", "Still thirty."),
        ("will consider", "after at most 2 days", "Let us see."),
    ]
    assert [step.step.depth for step in thread.replies] == [1, 2, 1, 2]


def test_nobody_looked_is_another_blank_than_no_answer(client, talks):
    gauges = published_demand(
        negotiation=talks.negotiation,
        issue=talks.gauges,
        holders=[talks.east],
        text="Four gauges.",
        stated=on("10 April 2024"),
        addressees=[talks.west, talks.lake],
    )
    published_silence(
        negotiation=talks.negotiation,
        issue=talks.gauges,
        party=talks.west,
        looked_until=on("20 April 2024"),
        about_id=gauges.pk,
    )
    page = answers(client, talks)
    assert waits(starting(page, "Four gauges.")) == {
        "West": "no answer reported for 10 days, looked until 20 April 2024; "
        "not coded for the 10 days since",
        "Lake": "not coded yet, 20 days on",
    }
    # Nobody has answered it, but nobody noted that either: it starts no thread.
    assert "Two gauges." not in [thread.start.title for thread in page.threads]


def test_a_note_on_the_issue_counts_for_what_was_put_forward_by_then(client, talks):
    here = {"negotiation": talks.negotiation, "issue": talks.flow, "party": talks.west}
    published_demand(
        negotiation=talks.negotiation,
        issue=talks.flow,
        holders=[talks.lake],
        kind="",
        answer="noted",
        answers_id=talks.asked.pk,
        text="Lake takes note.",
        stated=on("11 January 2024"),
    )
    published_silence(**here, looked_until=on("20 January 2024"))
    page = answers(client, talks, as_of="2024-01-25")
    assert waits(starting(page, "Water for 27 days.")) == {
        "West": "no answer reported for 10 days, looked until 20 January 2024; "
        "not coded for the 5 days since"
    }


def test_an_answer_that_ended_is_nothing_now(client, talks):
    operations.edit(talks.answer, user=talks.editor, ended=on("5 April 2024"), ending="withdrawn")
    thread = starting(answers(client, talks), "Water for thirty days.")
    assert waits(thread)["West"] == "nothing now: its answer no longer stands"
    assert thread.replies[0].fate == "withdrawn, 5 April 2024"


def test_what_has_ended_waits_for_nobody(client, talks):
    operations.edit(
        talks.asked_again, user=talks.editor, ended=on("10 April 2024"), ending="lapsed"
    )
    thread = starting(answers(client, talks), "Water for thirty days.")
    assert not thread.open
    assert waits(thread)["Lake"].endswith("not coded for the 8 days since")


def test_open_threads_come_first_and_the_longest_waiting_before(client, talks):
    here = {"negotiation": talks.negotiation, "issue": talks.gauges}
    for text, day in (("Late.", "20 April 2024"), ("Early.", "3 January 2024")):
        demand = published_demand(**here, holders=[talks.east], text=text, stated=on(day))
        published_silence(**here, party=talks.west, looked_until=on(day), about_id=demand.pk)
    answered = published_demand(
        **here, holders=[talks.west], text="Fine?", stated=on("2 January 2024")
    )
    published_demand(
        **here,
        holders=[talks.east],
        kind="",
        answer="accepted",
        answers_id=answered.pk,
        text="Fine.",
        stated=on("3 January 2024"),
    )
    page = answers(client, talks)
    assert [(t.start.title, t.open) for t in page.threads] == [
        ("Early.", True),
        ("Water for thirty days.", True),
        ("Late.", True),
        ("Fine?", False),
    ]
    assert page.open == page.threads[:3]
    assert page.closed == page.threads[3:]


def test_papers_clauses_and_events_are_answered_too(client, talks):
    here = {"negotiation": talks.negotiation, "holders": [talks.west], "kind": ""}
    paper = published_proposal(
        negotiation=talks.negotiation,
        title="East's second paper",
        holders=[talks.east],
        tabled=on("1 April 2024"),
    )
    clause = published_clause(proposal=paper, label="Article 1")
    event = published_event(
        negotiation=talks.negotiation, title="The gate breaks", happened=on("2 April 2024")
    )
    for target in (paper, clause, event):
        published_demand(
            **here, text="Noted.", answer="noted", answers_id=target.pk, stated=on("4 April 2024")
        )
    page = answers(client, talks)
    assert steps(starting(page, "East's second paper")) == [("noted", "after 3 days", "Noted.")]
    assert starting(page, "Article 1").start.paper == paper
    assert steps(starting(page, "The gate breaks")) == [("noted", "after 2 days", "Noted.")]
    assert [p.name for p in starting(page, "East's second paper").start.parties] == ["East"]


def test_by_the_day_of_the_page(client, talks):
    assert answers(client, talks, as_of="2024-02-28").threads == ()
    page = answers(client, talks, as_of="2024-03-31")
    assert [thread.start.title for thread in page.threads] == ["Water for thirty days."]
    assert waits(page.threads[0]) == {}
    told = client.get(f"/{talks.slug}/answers/", {"as_of": "2024-02-28"}).content.decode()
    assert "No answer is recorded by this day." in told


def test_narrowed_by_issue_and_party(client, talks):
    here = {"negotiation": talks.negotiation}
    part = published_demand(
        **here, issue=talks.gauges, holders=[talks.east], text="A part.", stated=on("1 May 2023")
    )
    whole = published_demand(
        **here, issue=None, holders=[talks.west], kind="claim", text="All.", stated=on("1 May 2023")
    )
    for about in (part, whole):
        published_demand(
            **here,
            holders=[talks.lake],
            kind="",
            answer="noted",
            answers_id=about.pk,
            text="So it is.",
            stated=on("2 May 2023"),
        )

    def titles(**query):
        return {thread.start.title for thread in answers(client, talks, **query).threads}

    thirty = "Water for thirty days."
    assert titles(issue="flow") == {thirty, "A part."}
    assert titles(issue="gauges") == {"A part."}
    assert titles(issue="overall") == {"All."}
    assert titles(issue=["gauges", "overall"]) == {"A part.", "All."}
    assert client.get(f"/{talks.slug}/answers/", {"issue": "nothing"}).status_code == 400
    assert titles(party="L") == {thirty, "A part.", "All."}
    assert titles(party="W") == {thirty, "A part.", "All."}
    assert client.get(f"/{talks.slug}/answers/", {"party": "X"}).status_code == 400


def test_what_is_in_no_thread_is_counted_and_listed(client, talks):
    here = {"negotiation": talks.negotiation, "stated": on("20 April 2024")}
    open_one = published_demand(
        **here, issue=talks.gauges, holders=[talks.west], text="Count together."
    )
    published_demand(**here, issue=talks.gauges, holders=[talks.west], kind="claim", text="So.")
    published_demand(
        **here, issue=talks.gauges, holders=[talks.east], kind="assessment", text="Far."
    )
    page = answers(client, talks)
    threaded = {step.record.pk for thread in page.threads for step in thread.steps}
    named = {record.pk for record in page.not_coded}
    assert open_one.pk in named
    assert not named & threaded
    assert {str(r) for r in page.not_coded} >= {"Count together."}
    assert not {"So.", "Far."} & {str(r) for r in page.not_coded}
    html = " ".join(
        client.get(f"/{talks.slug}/answers/", {"as_of": "2024-04-30"}).content.decode().split()
    )
    n = len(named)
    assert f'href="#not-coded">and {n} more' in html
    assert f'Not coded yet <span class="hint">{n}</span>' in html
    east = answers(client, talks, party="E", issue="gauges").not_coded
    assert open_one in east
    assert open_one not in answers(client, talks, issue="overall").not_coded
    assert open_one not in answers(client, talks, as_of="2024-04-19", issue="gauges").not_coded


def test_a_draft_is_for_editors_and_answers_nothing(client, talks, editor):
    DemandFactory(
        negotiation=talks.negotiation,
        issue=talks.flow,
        holders=[talks.lake],
        kind="",
        answer="accepted",
        answers_id=talks.asked_again.pk,
        text="A draft of Lake.",
        stated=on("3 April 2024"),
        state="draft",
    )
    assert "A draft of Lake." not in shown(client, talks)
    assert "A draft of Lake." in shown(editor, talks)
    thread = starting(answers(editor, talks), "Water for thirty days.")
    assert "Lake" in waits(thread)


def test_no_answer_reported_in_one_step_and_its_undoing(client, talks, editor):
    offered = talks.offered
    published_demand(
        negotiation=talks.negotiation,
        issue=talks.flow,
        holders=[talks.lake],
        kind="",
        answer="noted",
        answers_id=offered.pk,
        text="Lake takes note.",
        stated=on("2 February 2024"),
    )
    thread = starting(answers(editor, talks), offered.text)
    (wait,) = thread.waits
    assert (wait.party, wait.text, wait.can_note) == (
        talks.east,
        "not coded yet, 89 days on",
        True,
    )
    address = reverse("silence-new", args=[talks.slug]) + f"?{wait.query}&as_of={AS_OF}"
    assert f"?{wait.query.replace('&', '&amp;')}&amp;as_of={AS_OF}" in shown(editor, talks)
    assert '<form class="thread__note"' not in shown(client, talks)
    back = f"/{talks.slug}/answers/?as_of={AS_OF}"
    response = editor.post(f"{address}&next={back.replace('?', '%3F')}")
    assert (response.status_code, response["Location"]) == (302, back)
    silence = Silence.objects.get(about=offered.pk)
    assert (silence.party, silence.issue) == (talks.east, talks.flow)
    assert ranges.latest(silence.looked_until) == date(2024, 4, 30)
    (wait,) = starting(answers(editor, talks), offered.text).waits
    assert wait.text == "no answer reported for 89 days, looked until 30 April 2024"
    assert wait.silences == (silence,)
    assert reverse("record", args=[talks.slug, silence.pk]) in shown(editor, talks)
    state = reverse("record-state", args=[talks.slug, silence.pk])
    assert editor.post(state, {"state": "retracted"}).status_code == 302
    (wait,) = starting(answers(editor, talks), offered.text).waits
    assert wait.text == "not coded yet, 89 days on"


def test_in_one_step_by_htmx_the_page_is_told(talks, editor):
    address = reverse("silence-new", args=[talks.slug])
    shown_at = f"http://testserver/{talks.slug}/answers/"
    response = editor.post(
        f"{address}?party=W&issue=flow&about={talks.asked.pk}",
        headers={"HX-Request": "true", "HX-Current-URL": shown_at},
    )
    assert response.status_code == 204
    assert "parley:saved" in response["HX-Trigger"]
    assert Silence.objects.filter(about=talks.asked.pk, party=talks.west).exists()


@pytest.mark.parametrize("about", ["0", "x", "", "{party}", "{other}"])
def test_one_is_silent_only_about_what_can_be_answered_here(talks, editor, about):
    other = river_talks().asked
    number = about.format(party=talks.west.pk, other=other.pk)
    address = reverse("silence-new", args=[talks.slug])
    before = Silence.objects.count()
    response = editor.post(f"{address}?party=W&issue=flow&about={number}")
    assert response.status_code == 404
    assert Silence.objects.count() == before


def test_only_editors_note_a_silence(client, talks):
    address = reverse("silence-new", args=[talks.slug]) + "?party=W&issue=flow"
    reader = MembershipFactory(negotiation=talks.negotiation, role=Membership.Role.READER).user
    assert signed_in(reader).post(address).status_code == 403
    assert client.post(address).status_code == 401


def test_on_the_page_of_the_issue(client, talks, editor):
    page = shown(client, talks, "issues/flow/")
    assert "after at most 30 days" in page
    assert "no answer reported for 2–32 days" in page
    assert "after at most 30 days" not in shown(client, talks, "issues/gauges/")


def test_a_day_that_is_none_and_talks_that_are_not_there(client, talks):
    assert client.get(f"/{talks.slug}/answers/", {"as_of": "June"}).status_code == 400
    assert client.get("/nowhere/answers/").status_code == 404
    assert client.post(f"/{talks.slug}/answers/").status_code == 405
