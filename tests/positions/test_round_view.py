"""The page of a round: what it shows to whom, and what is written on it."""

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from negotiations import ranges, unsaved
from negotiations.models import (
    Delegate,
    Negotiation,
    Participation,
    Party,
    Person,
    Round,
    Source,
    State,
    UnsavedForm,
)
from negotiations.operations import edit, retract
from positions.models import (
    Demand,
    Evidence,
    Issue,
    Linkage,
    Proposal,
    Silence,
    TermValue,
)
from tests.factories import DelegateFactory, ParticipationFactory, PersonFactory, RoundFactory
from tests.recording import (
    published,
    published_demand,
    published_event,
    published_outcome,
    published_proposal,
    published_silence,
)
from tests.sending import as_sent

SLUG = "russia-ukraine-2025"
HTMX = {"HX-Request": "true"}

pytestmark = pytest.mark.usefixtures("sample")


@pytest.fixture
def second():
    return Round.objects.get(number=2)


@pytest.fixture
def last(second):
    """The last round of the sample that was held."""
    held = Round.objects.filter(track=second.track, status="held")
    return max(held, key=lambda each: each.held.lower)


@pytest.fixture
def third(second):
    """A round that is planned for 20 June 2035, after those of the sample."""
    return RoundFactory(
        negotiation=second.negotiation,
        track=second.track,
        title="The next direct talks",
        time_zone="Europe/Istanbul",
        planned=ranges.parse_times("20 June 2035", "Europe/Istanbul"),
        state=State.PUBLISHED,
    )


def at(held, name="round", *more) -> str:
    return reverse(name, args=[SLUG, held.pk, *more])


def body(response) -> str:
    return response.content.decode()


def party(code) -> Party:
    return Party.objects.get(code=code)


def issue(code) -> Issue:
    return Issue.objects.get(code=code)


def a_line(**fields) -> dict:
    return {
        "text": "A pause of a week.",
        "issue": "ceasefire",
        "source": "",
        "kind": "offer",
        "firmness": "unknown",
        "stated": "20 June 2035",
        "basis": "outlet's voice",
        **fields,
    }


def test_the_record_of_the_second_round(client, second):
    response = client.get(at(second))
    page = response.context["page"]
    assert response.status_code == 200
    facts = {fact.name: fact for fact in page.facts}
    assert facts["held"].text == "2 June 2025, 14:43–15:57 (Europe/Istanbul)"
    assert "a little over one hour" in [row.reads for row in facts["duration"].readings]
    assert facts["duration"].text == "74 minutes"
    assert page.previous == Round.objects.get(number=1)
    delegations = {d.party.code: d for d in page.delegations}
    assert delegations["UA"].came[0].person.name == "Rustem Umerov"
    assert delegations["UA"].came[0].is_head
    assert [seat.person.name for seat in delegations["RU"].absent] == ["Vladimir Putin"]
    assert {role.role for role in delegations["TR"].roles} == {"host", "mediator"}
    assert [side.party.code for side in page.principals] == ["UA", "RU"]
    _ukraine, russia = page.principals
    pause = next(s for s in russia.spoken if s.statement.demand.text.startswith("A short pause"))
    assert [v.text for v in pause.statement.said][:1] == ["2–3 days"]
    assert Proposal.objects.get(
        pk__in=[t.proposal.pk for t in page.tabled], title__contains="Russia"
    )
    assert page.outcomes
    assert page.sources
    for words in (
        "a little over one hour",
        "Stayed away:",
        "A short pause in the fighting",
        "2–3 days",
        "Defence minister of Ukraine",
    ):
        assert words in body(response), words


def test_a_reader_sees_no_forms_and_no_drafts(client, client_of, third):
    Demand.objects.create(
        negotiation=third.negotiation,
        round=third,
        issue=issue("ceasefire"),
        kind="offer",
        text="canary-in-a-draft",
        stated=ranges.parse_dates("20 June 2035"),
    ).holder_links.create(negotiation=third.negotiation, party=party("RU"))
    DelegateFactory(round=third, party=party("RU"), capacity="canary-of-a-delegate")
    canaries = ("canary-in-a-draft", "canary-of-a-delegate")
    seen_by_editor = body(client_of("editor").get(at(third)))
    for reader in (client, client_of("reader")):
        seen = body(reader.get(at(third)))
        assert "data-quick" not in seen
        assert "It was held" not in seen
        for canary in canaries:
            assert canary in seen_by_editor
            assert canary not in seen


def test_what_is_retracted_is_gone(client_of, third):
    demand = published_demand(
        negotiation=third.negotiation,
        round=third,
        holders=[party("RU")],
        text="Taken back",
        issue=issue("ceasefire"),
    )
    assert "Taken back" in body(client_of("editor").get(at(third)))
    retract(demand, user=User.objects.get(username="editor"))
    assert "Taken back" not in body(client_of("editor").get(at(third)))


def test_answers_stand_at_what_they_answer(client, third):
    wish = published_demand(
        negotiation=third.negotiation,
        round=third,
        holders=[party("UA")],
        text="A ceasefire first",
        issue=issue("ceasefire"),
    )
    published_demand(
        negotiation=third.negotiation,
        holders=[party("RU")],
        text="Not before a treaty",
        issue=issue("ceasefire"),
        answers_id=wish.pk,
        answer="rejected",
    )
    response = client.get(at(third))
    (said,) = response.context["page"].principals[0].said
    assert [(a.who, a.demand.answer) for a in said.answers] == [("Russia", "rejected")]
    assert "by Russia" in body(response)


def test_events_of_the_round_and_since_the_one_before(client, third):
    fields = {"negotiation": third.negotiation}
    here = published_event(**fields, round=third, title="A handshake")
    since = published_event(
        **fields, title="A raid in between", happened=ranges.parse_dates("10 June 2035")
    )
    for when in ("1 January 2025", "21 June 2035"):
        published_event(**fields, title=f"Not here {when}", happened=ranges.parse_dates(when))
    page = client.get(at(third)).context["page"]
    assert [e.event for e in page.events] == [here]
    titles = [e.event.title for e in page.events_before]
    assert since.title in titles
    assert not [title for title in titles if title.startswith("Not here")]


@pytest.mark.parametrize("name", ["round", "round-again", "round-silence"])
def test_no_such_round(client_of, name):
    other = RoundFactory()
    editor = client_of("editor")
    ask = editor.get if name == "round" else editor.post
    assert ask(reverse(name, args=[SLUG, 999_999_999])).status_code == 404
    assert ask(reverse(name, args=[SLUG, other.pk])).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_page_is_only_read(client_of, second, method):
    assert getattr(client_of("editor"), method)(at(second)).status_code == 405


def test_hidden_and_absent_look_the_same(client, client_of, second):
    Negotiation.objects.filter(slug=SLUG).update(visibility="members")
    hidden = client.get(at(second))
    absent = client.get(reverse("round", args=["no-such-talks", second.pk]))
    assert hidden.status_code == absent.status_code == 404
    assert body(hidden) == body(absent)
    assert client_of("reader").get(at(second)).status_code == 200


WRITES = [
    ("round-line", ["UA"]),
    ("round-seat", ["UA"]),
    ("round-status", ["hold"]),
    ("round-again", []),
    ("round-silence", []),
]


@pytest.mark.parametrize(("name", "more"), WRITES)
def test_only_editors_write(client, client_of, third, name, more):
    before = (
        Round.objects.get(pk=third.pk).version,
        Demand.objects.count(),
        Delegate.objects.count(),
    )
    refused = client_of("reader").post(at(third, name, *more), a_line())
    assert refused.status_code == 403
    from_here = {"Origin": "http://testserver"}
    anonymous = client.post(at(third, name, *more), a_line(), headers=from_here)
    assert anonymous.status_code == 401
    assert a_line()["text"] in body(anonymous)
    assert before == (
        Round.objects.get(pk=third.pk).version,
        Demand.objects.count(),
        Delegate.objects.count(),
    )


@pytest.mark.parametrize(("name", "more"), WRITES)
def test_wrong_methods(client_of, third, name, more):
    editor = client_of("editor")
    assert editor.put(at(third, name, *more)).status_code == 405
    reads = editor.get(at(third, name, *more)).status_code
    assert reads == (405 if name in ("round-again", "round-silence") else 200)


@pytest.mark.parametrize(
    ("name", "more"), [("round-line", ["XX"]), ("round-seat", ["XX"]), ("round-status", ["burn"])]
)
def test_no_such_party_or_act(client_of, third, name, more):
    assert client_of("editor").get(at(third, name, *more)).status_code == 404
    assert client_of("editor").post(at(third, name, *more), a_line()).status_code == 404


# Lines


def test_a_line_in_the_page(client_of, third):
    editor, source = client_of("editor"), Source.objects.first()
    response = editor.post(
        at(third, "round-line", "RU"),
        a_line(source=source.pk, term_duration="7", condition="nobody shoots"),
        headers=HTMX,
    )
    assert (response.status_code, body(response)) == (200, "")
    assert '"parley:saved"' in response["HX-Trigger"]
    assert "Saved" in response["HX-Trigger"]
    demand = Demand.objects.get(text="A pause of a week.")
    assert (demand.round, demand.issue.code, demand.kind, demand.state) == (
        third,
        "ceasefire",
        "offer",
        "published",
    )
    assert [p.code for p in demand.holders.all()] == ["RU"]
    assert str(demand.stated.lower) == "2035-06-20"
    (value,) = TermValue.objects.filter(record_id=demand.pk)
    assert (value.term.code, int(value.quantity.lower)) == ("duration", 7)
    assert Linkage.objects.get(record_id=demand.pk).condition == "nobody shoots"
    assert Evidence.objects.get(record_id=demand.pk).source == source
    page = editor.get(at(third))
    lines = {side.party.code: line for side, line in page.context["columns"]}
    line = lines["RU"]
    assert line["issue"].value() == "ceasefire"
    assert line["source"].value() == source.pk
    assert line["text"].value() is None
    assert "A pause of a week." in body(page)


def test_a_line_without_javascript_leads_back_to_the_next_one(client_of, third):
    editor = client_of("editor")
    response = editor.post(at(third, "round-line", "UA"), a_line(issue=""))
    assert response.status_code == 302
    assert response.url == f"{at(third)}#id-line-UA-text"
    page = editor.get(at(third))
    assert 'id="id-line-UA-text"' in body(page)
    assert "as a draft that only editors see" in str(next(iter(page.context["messages"])))
    assert Demand.objects.get(text="A pause of a week.").issue is None


def test_a_third_party_says_something(client_of, third):
    response = client_of("editor").post(at(third, "round-line", "TR"), a_line())
    assert response.url == f"{at(third)}#side-TR"
    page = client_of("editor").get(at(third)).context["page"]
    assert [side.party.code for side in page.others] == ["TR"]


@pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "plain"])
def test_a_line_that_is_refused_comes_back_as_it_was_typed(client_of, third, headers):
    address = at(third, "round-line", "UA") + "?copy=17"
    line = a_line(text="Stays here", stated="sometime", source_url="not an address")
    response = client_of("editor").post(address, line, headers=headers)
    assert response.status_code == 422
    assert ("<html" in body(response)) == (not headers)
    for words in ("Stays here", "sometime", "“sometime” is not understood", "id-line-UA-17-text"):
        assert words in body(response), words
    assert not Demand.objects.filter(text="Stays here").exists()


def test_terms_of_another_issue_are_not_dropped_in_silence(client_of, third):
    line = a_line(issue="territory", term_duration="7")
    response = client_of("editor").post(at(third, "round-line", "UA"), line)
    assert response.status_code == 422
    assert "belong to another issue" in body(response)
    assert not Demand.objects.filter(text="A pause of a week.").exists()


def test_an_answer_says_how_they_answer(client_of, third):
    demand = published_demand(negotiation=third.negotiation, round=third, holders=[party("RU")])
    line = a_line(answers=demand.pk)
    response = client_of("editor").post(at(third, "round-line", "UA"), line)
    assert response.status_code == 422
    assert "Choose how they answer." in body(response)


def test_a_source_described_in_several_lines_is_one(client_of, third):
    editor, told = client_of("editor"), {"source_outlet": "Valley Post", "source_title": "Gate"}
    first = editor.post(at(third, "round-line", "RU"), a_line(text="One.", **told), headers=HTMX)
    source = Source.objects.get(outlet="Valley Post")
    # The page chooses it once it knows of it.
    assert f'"source": {source.pk}' in first["HX-Trigger"]
    editor.post(at(third, "round-line", "RU"), a_line(text="Two.", **told), headers=HTMX)
    other = {**told, "source_title": "Another report"}
    editor.post(at(third, "round-line", "RU"), a_line(text="Three.", **other), headers=HTMX)
    rests = [
        Evidence.objects.get(record_id=Demand.objects.get(text=text).pk).source
        for text in ("One.", "Two.", "Three.")
    ]
    assert rests[:2] == [source, source]
    assert rests[2].title == "Another report"
    assert {row.state for row in Demand.objects.filter(text__in=["One.", "Two."])} == {"published"}


def test_a_round_without_a_day_dates_a_line_by_its_source(client_of, third):
    third.planned = None
    third.save()
    editor, address = client_of("editor"), at(third, "round-line", "RU")
    form = editor.get(address).context["form"]
    assert not form["stated"].value()
    asked = editor.post(address, a_line(stated=""))
    assert asked.status_code == 422
    assert "Say when it was said" in body(asked)
    source = Source.objects.exclude(published=None).first()
    editor.post(address, a_line(stated="", source=source.pk))
    assert Demand.objects.get(text="A pause of a week.").stated == source.published


def test_what_is_too_long_is_refused_and_not_cut(client_of, third):
    editor, address = client_of("editor"), at(third, "round-line", "RU")
    assert "maxlength" not in str(editor.get(address).context["form"]["text"])
    text = "x" * 10_250
    response = editor.post(address, a_line(text=text))
    assert response.status_code == 422
    assert "250 characters too long: 10,000 fit" in body(response)
    assert text in body(response)


def test_a_line_for_an_answer(client_of, third):
    demand = published_demand(
        negotiation=third.negotiation,
        round=third,
        holders=[party("RU")],
        issue=issue("ceasefire"),
    )
    editor = client_of("editor")
    address = f"{at(third, 'round-line', 'UA')}?answers={demand.pk}&issue=ceasefire"
    form = editor.get(address, headers=HTMX)
    assert form.context["form"]["answers"].value() == str(demand.pk)
    assert form.context["form"]["kind"].value() == ""
    assert body(form).index('name="answer"') < body(form).index('name="text"')
    editor.post(address, a_line(kind="", answers=demand.pk, answer="rejected"), headers=HTMX)
    answer = Demand.objects.get(text="A pause of a week.")
    assert (answer.answers_id, answer.answer, answer.kind) == (demand.pk, "rejected", "")


def test_terms_follow_the_issue(client_of, third):
    form = client_of("editor").get(at(third, "round-line", "UA"), {"issue": "ceasefire"})
    assert 'name="term_duration"' in body(form)
    form = client_of("editor").get(at(third, "round-line", "UA"), {"issue": ""})
    assert 'name="term_' not in body(form)


def test_issues_of_the_last_round_come_first(client_of, third):
    page = client_of("editor").get(at(third))
    __, (heading, last), __ = page.context["columns"][0][1].fields["issue"].widget.choices
    assert heading == "Spoken of in the last round"
    assert "ceasefire" in dict(last)
    assert issue("ceasefire") in page.context["page"].issues_last
    published_demand(
        negotiation=third.negotiation,
        round=third,
        holders=[party("UA")],
        issue=issue("ceasefire"),
    )
    assert issue("ceasefire") not in client_of("editor").get(at(third)).context["page"].issues_last


def test_a_half_typed_line_is_there_again(client_of, third):
    editor, user = client_of("editor"), User.objects.get(username="editor")
    address = at(third, "round-line", "UA")
    editor.post(f"/{SLUG}/unsaved/?form={address}", a_line(text="Half a sen"))
    page = editor.get(at(third))
    assert page.context["columns"][0][1]["text"].value() == "Half a sen"
    assert "left half-typed" in body(page)
    assert page.context["unfinished"] == []
    # The same line is saved under a number of its own; what is typed since stays.
    editor.post(f"{address}?copy=5", a_line(text="Another sentence."), headers=HTMX)
    assert unsaved.kept_for(user=user, address=address) is not None
    editor.post(f"{address}?copy=6", a_line(text="Half a sen"), headers=HTMX)
    assert not UnsavedForm.objects.exists()


def test_unfinished_forms_of_this_round_are_listed(client_of, second, third):
    editor = client_of("editor")
    for form in (
        f"/{SLUG}/new/outcome/?round={third.pk}",
        f"/{SLUG}/new/outcome/?round={second.pk}",
        at(third, "round-line", "TR"),
    ):
        editor.post(
            f"/{SLUG}/unsaved/?form={form.replace('?', '%3F')}", {"text": f"Typed at {form}"}
        )
    listed = {each.page for each in editor.get(at(third)).context["unfinished"]}
    assert listed == {f"/{SLUG}/new/outcome/?round={third.pk}", at(third, "round-line", "TR")}


def test_unfinished_edits_of_the_round_and_of_its_records_are_listed(client_of, second, third):
    editor = client_of("editor")
    said, elsewhere = (
        published_demand(negotiation=each.negotiation, round=each, holders=[party("UA")])
        for each in (third, second)
    )
    wanted = [
        f"/{SLUG}/records/{third.pk}/edit/",
        f"/{SLUG}/demands/{said.pk}/edit/",
    ]
    for form in (
        *wanted,
        f"/{SLUG}/demands/{elsewhere.pk}/edit/",
        f"/{SLUG}/records/{second.pk}/edit/",
        f"/{SLUG}/records/{party('UA').pk}/edit/",
    ):
        editor.post(f"/{SLUG}/unsaved/?form={form}", {"text": f"Typed at {form}"})
    page = editor.get(at(third))
    assert {each.page for each in page.context["unfinished"]} == set(wanted)
    assert f'<a href="{wanted[1]}">Typed at {wanted[1]}</a>' in body(page)


def test_each_side_keeps_its_own_last_issue(client_of, third):
    editor = client_of("editor")
    for code, issue_code in (("UA", "ceasefire"), ("RU", "territory")):
        typed = a_line(issue=issue_code)
        editor.post(at(third, "round-line", code), typed, headers=HTMX)
    lines = {side.party.code: line for side, line in editor.get(at(third)).context["columns"]}
    assert {code: line["issue"].value() for code, line in lines.items()} == {
        "UA": "ceasefire",
        "RU": "territory",
    }


# People


@pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "plain"])
def test_somebody_new_is_seated(client_of, third, headers):
    typed = {"person": "Somebody New", "capacity": "Expert", "is_head": "on"}
    response = client_of("editor").post(at(third, "round-seat", "UA"), typed, headers=headers)
    if headers:
        assert '"parley:saved"' in response["HX-Trigger"]
    else:
        assert response.url == f"{at(third)}#delegation-UA"
    seat = Delegate.objects.get(round=third)
    assert (seat.person.name, seat.capacity, seat.is_head, seat.attended) == (
        "Somebody New",
        "Expert",
        True,
        None,
    )
    assert "Somebody New" in body(client_of("reader").get(at(third)))


def test_somebody_known_is_not_recorded_twice(client_of, second):
    people = Person.objects.count()
    typed = {"person": "Rustem Umerov", "stayed_away": "on"}
    client_of("editor").post(at(second, "round-seat", "TR"), typed)
    seat = Delegate.objects.get(round=second, party=party("TR"), person__name="Rustem Umerov")
    assert seat.attended is False
    assert Person.objects.count() == people


@pytest.mark.parametrize("typed", [{"person": ""}, {"person": "Rustem Umerov"}])
def test_a_seat_that_is_refused(client_of, second, typed):
    before = Delegate.objects.count()
    response = client_of("editor").post(at(second, "round-seat", "UA"), typed, headers=HTMX)
    assert response.status_code == 422
    assert ("This field is required" in body(response)) == (not typed["person"])
    assert ("list already" in body(response)) == bool(typed["person"])
    assert Delegate.objects.count() == before


def test_as_last_time(client_of, third, last):
    editor = client_of("editor")
    offer = editor.get(at(third)).context["page"].last_time
    assert offer.round == last
    assert {role.party.code for role in offer.roles} == {"UA", "RU", "TR"}
    head = next(seat for seat in offer.seats if seat.is_head and seat.party.code == "UA")
    role = next(role for role in offer.roles if role.party.code == "UA")
    typed = {"role": [role.pk], "seat": [head.pk, "x", "9" * 30]}
    response = editor.post(at(third, "round-again"), typed, headers=HTMX)
    assert '"parley:saved"' in response["HX-Trigger"]
    seat = Delegate.objects.get(round=third)
    assert (seat.person, seat.capacity, seat.is_head) == (head.person, head.capacity, True)
    assert Participation.objects.get(round=third).role == role.role
    offer = editor.get(at(third)).context["page"].last_time
    assert head.person not in [each.person for each in offer.seats]
    # The same once more is refused, in words.
    again = editor.post(at(third, "round-again"), typed, headers=HTMX)
    assert again.status_code == 422
    assert "already" in again["HX-Trigger"]
    plain = editor.post(at(third, "round-again"), typed)
    assert plain.url == f"{at(third)}#people"
    assert "already" in str(next(iter(get_messages(plain.wsgi_request))))
    assert Delegate.objects.filter(round=third).count() == 1


def test_notes_on_one_meeting_are_not_taken_over(client_of, third, last):
    new = DelegateFactory(
        round=last,
        party=party("UA"),
        person=PersonFactory(negotiation=third.negotiation),
        capacity="Deputy minister; new in the delegation",
        state=State.PUBLISHED,
    )
    client_of("editor").post(at(third, "round-again"), {"seat": [new.pk]})
    assert Delegate.objects.get(round=third).capacity == "Deputy minister"


def test_what_is_noted_of_a_round_held_is_no_reason(client_of, third):
    held = client_of("editor").get(at(third, "round-status", "hold")).context["form"]
    cancelled = client_of("editor").get(at(third, "round-status", "cancel")).context["form"]
    assert (held["reason"].label, cancelled["reason"].label) == ("Note to this entry", "Why")


def test_the_form_for_people_says_whose(client_of, third):
    part = client_of("editor").get(at(third, "round-seat", "UA"), headers=HTMX)
    assert "<b>The delegation of Ukraine</b>" in body(part)


# Held, postponed, cancelled


@pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "plain"])
def test_it_was_held(client_of, third, headers):
    typed = {"version": 1, "held": "20 June 2035, 14:00–15:10", "venue": "Ankara", "duration": "70"}
    response = client_of("editor").post(at(third, "round-status", "hold"), typed, headers=headers)
    assert response.status_code == (200 if headers else 302)
    page = client_of("reader").get(at(third))
    facts = {fact.name: fact.text for fact in page.context["page"].facts}
    assert facts["held"] == "20 June 2035, 14:00–15:10 (Europe/Istanbul)"
    assert (facts["venue"], facts["duration"]) == ("Ankara", "70 minutes")
    assert Round.objects.get(pk=third.pk).status == "held"


def test_it_is_postponed_and_then_cancelled(client_of, third):
    editor = client_of("editor")
    editor.post(at(third, "round-status", "postpone"), {"version": 1, "planned": "July 2035"})
    assert "July 2035" in body(editor.get(at(third)))
    editor.post(at(third, "round-status", "cancel"), {"version": 2, "reason": "No visas"})
    assert Round.objects.get(pk=third.pk).status == "cancelled"


@pytest.mark.parametrize(
    ("act", "typed", "words"),
    [
        ("hold", {"held": ""}, "This field is required"),
        ("hold", {"held": "in summer"}, "not understood"),
        ("postpone", {"planned": "in summer"}, "not understood"),
    ],
)
def test_what_cannot_be_read_is_said(client_of, third, act, typed, words):
    response = client_of("editor").post(at(third, "round-status", act), {"version": 1, **typed})
    assert response.status_code == 422
    assert words in body(response)
    assert "in summer" in body(response) or not typed.get("held", "x")
    assert Round.objects.get(pk=third.pk).version == 1


def status_form(client, third, act) -> dict[str, list[str]]:
    return as_sent(client.get(at(third, "round-status", act)))


def choices_of(page) -> dict[str, tuple[str, str, str]]:
    return {row.label: (row.mine, row.theirs, row.before) for row in page.context["conflict"]}


def test_somebody_set_another_status_meanwhile(client_of, third):
    editor = client_of("editor")
    address = at(third, "round-status", "cancel")
    typed = {**status_form(editor, third, "cancel"), "reason": "No visas"}
    edit(third, user=User.objects.get(username="reviewer"), status="postponed")
    response = editor.post(address, typed, headers=HTMX)
    assert response.status_code == 409
    assert choices_of(response) == {"Status": ("cancelled", "postponed", "planned")}
    assert "reviewer changed this on" in body(response)
    assert "No visas" in body(response)
    again = as_sent(response)
    assert not {"status", "keep-status"} & set(again)
    # Sent once more without a choice it asks again, and nothing is set.
    response = editor.post(address, again)
    assert response.status_code == 409
    assert "Choose which of these is kept." in body(response)
    assert Round.objects.get(pk=third.pk).status == "postponed"
    said = editor.post(address, {**as_sent(response), "keep-status": "mine"}, follow=True)
    assert "This replaced what reviewer had written: Status." in body(said)
    assert Round.objects.get(pk=third.pk).status == "cancelled"


def test_their_status_can_stay_and_the_other_fields_be_mine(client_of, third):
    editor = client_of("editor")
    address = at(third, "round-status", "hold")
    mine = {"held": "20 June 2035, 14:00–15:10", "venue": "Ankara"}
    typed = {**status_form(editor, third, "hold"), **mine}
    reviewer = User.objects.get(username="reviewer")
    edit(third, user=reviewer, status="postponed", venue="Istanbul", title="The third")
    response = editor.post(address, typed)
    assert response.status_code == 409
    assert choices_of(response) == {
        "Status": ("held", "postponed", "planned"),
        "Where": ("Ankara", "Istanbul", third.venue or ""),
    }
    chosen = {"keep-status": "theirs", "keep-venue": "mine"}
    editor.post(address, {**as_sent(response), **chosen})
    now = Round.objects.get(pk=third.pk)
    assert (now.status, now.venue, now.title) == ("postponed", "Ankara", "The third")
    assert now.held is not None


MEANWHILE = [
    # What I record, what somebody else recorded meanwhile, and what each version reads then.
    (("postpone", "planned", "July 2035"), "hold", ("postponed", "held", "planned")),
    (("cancel", "reason", "No visas"), "hold", ("cancelled", "held", "planned")),
    (("hold", "held", "20 June 2035"), "postpone", ("held", "postponed", "planned")),
    (("hold", "held", "20 June 2035"), "cancel", ("held", "cancelled", "planned")),
]


@pytest.mark.parametrize(("mine", "theirs", "statuses"), MEANWHILE)
def test_a_round_held_against_another_status_asks_in_either_order(
    client_of, third, mine, theirs, statuses
):
    editor, other = client_of("editor"), client_of("reviewer")
    act, name, words = mine
    address = at(third, "round-status", act)
    typed = {**status_form(editor, third, act), name: words}
    sent = {"hold": {"held": "21 June 2035"}, "postpone": {"planned": "20 June 2035"}}
    seen = status_form(other, third, theirs)
    other.post(at(third, "round-status", theirs), {**seen, **sent.get(theirs, {})})
    response = editor.post(address, typed, headers=HTMX)
    assert response.status_code == 409
    assert choices_of(response)["Status"] == statuses
    assert "reviewer changed this on" in body(response)
    assert words in body(response)
    assert "This round was held. If that is an error" not in body(response)
    mine_kept = {**as_sent(response), "keep-status": "mine"}
    theirs_kept = {**as_sent(response), "keep-status": "theirs"}
    if theirs == "hold":
        refused = editor.post(address, mine_kept)
        assert refused.status_code == 422
        assert "This round was held. If that is an error" in body(refused)
        assert words in body(refused)
        assert Round.objects.get(pk=third.pk).status == "held"
    assert editor.post(address, theirs_kept).status_code == 302
    assert Round.objects.get(pk=third.pk).status == statuses[1]


def test_what_the_form_does_not_touch_is_kept_without_asking(client_of, third):
    editor = client_of("editor")
    typed = status_form(editor, third, "cancel")
    edit(third, user=User.objects.get(username="reviewer"), title="The third")
    assert editor.post(at(third, "round-status", "cancel"), typed).status_code == 302
    now = Round.objects.get(pk=third.pk)
    assert (now.status, now.title) == ("cancelled", "The third")


# Silences


def test_no_answer_reported_in_one_step(client_of, third):
    published_demand(
        negotiation=third.negotiation,
        round=third,
        holders=[party("UA")],
        issue=issue("ceasefire"),
    )
    editor, source = client_of("editor"), Source.objects.first()
    ukraine, russia = editor.get(at(third)).context["page"].principals
    assert (ukraine.unanswered, russia.unanswered) == ((), (issue("ceasefire"),))
    typed = {"party": "RU", "issue": "ceasefire"}
    response = editor.post(at(third, "round-silence"), typed)
    assert response.url == f"{at(third)}#side-RU"
    draft = Silence.objects.get(round=third)
    assert draft.state == "draft"
    assert ranges.date_text(draft.looked_until) == "20 June 2035"
    assert editor.get(at(third)).context["page"].principals[1].unanswered == ()
    draft.delete()
    editor.post(at(third, "round-line", "UA"), a_line(source=source.pk))
    response = editor.post(at(third, "round-silence"), typed, headers=HTMX)
    assert '"parley:saved"' in response["HX-Trigger"]
    silence = Silence.objects.get(round=third)
    assert silence.state == "published"
    evidence = Evidence.objects.get(record_id=silence.pk)
    assert (evidence.source, evidence.basis) == (source, "inference")
    assert "No answer reported" in body(client_of("reader").get(at(third)))


@pytest.mark.parametrize("typed", [{}, {"party": "XX", "issue": "ceasefire"}, {"party": "RU"}])
def test_a_silence_of_nobody_or_on_nothing(client_of, third, typed):
    assert client_of("editor").post(at(third, "round-silence"), typed).status_code == 404
    assert not Silence.objects.filter(round=third).exists()


# How often the database is asked


def one_of_everything(held: Round, last: Round) -> None:
    here = {"negotiation": held.negotiation, "round": held}
    topic = Issue.objects.create(
        negotiation=held.negotiation, code=f"topic-{Issue.objects.count()}", name="A topic"
    )
    sides = [party("UA"), party("RU")]
    wish = published_demand(**here, holders=[sides[0]], issue=topic)
    published_demand(**here, holders=[sides[1]], issue=topic, answers_id=wish.pk, answer="rejected")
    published_demand(**here, holders=[sides[0]], issue=None)
    published_demand(
        **here,
        holders=[party("TR")],
        issue=topic,
        links=[{"relation": "only if", "condition": "once more"}],
    )
    published_proposal(**here, holders=sides)
    published_outcome(**here, issue=topic, confirmed_by=sides)
    published_event(**here)
    published_event(negotiation=held.negotiation, happened=ranges.parse_dates("10 June 2035"))
    published_silence(**here, party=sides[1], issue=topic)
    role = Participation.Role.values[Participation.objects.filter(round=held).count()]
    ParticipationFactory(round=held, party=sides[0], role=role, state=State.PUBLISHED)
    DelegateFactory(
        round=held,
        party=sides[0],
        person=PersonFactory(negotiation=held.negotiation),
        state=State.PUBLISHED,
    )
    published(
        Delegate,
        **{"negotiation": held.negotiation, "round": last},
        party=sides[1],
        person=PersonFactory(negotiation=held.negotiation),
    )
    Round.objects.create(
        negotiation=held.negotiation,
        track=held.track,
        title="Another",
        state=State.PUBLISHED,
    )


@pytest.mark.parametrize("username", ["editor", "reader"])
def test_the_page_asks_as_often_for_three_of_everything_as_for_one(
    client_of, third, last, username
):
    visitor = client_of(username)
    counts = []
    for times in (1, 2):
        for __ in range(times):
            one_of_everything(third, last)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert visitor.get(at(third)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] == {"reader": 19, "editor": 38}[username]
