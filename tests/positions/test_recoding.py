"""Retiring, merging and splitting: what moves, what is refused, and that undoing takes all back."""

import json
import re

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from negotiations.history import revision_of
from negotiations.models import Changeset
from negotiations.operations import create, edit
from negotiations.reversing import reverse
from positions.models import Demand, Issue, Term, TermChoice, TermValue
from positions.operations import record_demand
from positions.recoding import (
    bring_back,
    merge_choices,
    merge_issues,
    merge_terms,
    retire,
    split_issue,
)
from positions.recodingplans import Chosen, merging_issues, merging_terms, splitting
from tests.factories import IssueFactory, TermChoiceFactory, TermFactory
from tests.recording import published_demand
from tests.talks import days_of, river_talks

COLLECTIONS = ["issues", "terms", "term-choices", "demands", "outcomes", "events", "silences"]


@pytest.fixture
def talks(transactional_db):
    return river_talks()


@pytest.fixture
def here(talks):
    return {"negotiation": talks.negotiation}


@pytest.fixture
def by(talks):
    return {"user": talks.editor, "reason": "One question"}


def answers(talks, **asked) -> dict[str, str]:
    """What the API says of all that recoding touches, but for versions and revision, as text."""
    client = Client()
    addresses = [f"/api/v1/{name}/?page_size=500&" for name in COLLECTIONS]
    addresses.append(f"/api/v1/negotiations/{talks.slug}/comparison/?as_of=2024-04-01&")
    query = "".join(f"&{name}={value}" for name, value in asked.items())
    found = {}
    for address in addresses:
        asks = "" if "comparison" in address else f"negotiation={talks.slug}"
        answer = client.get(f"{address}{asks}{query}")
        assert answer.status_code == 200
        found[address] = re.sub(r'"(version|revision)":\d+', r'"\1":0', answer.content.decode())
    return found


def comparison(talks, **asked) -> dict[str, str]:
    """The rows of the comparison by the issue's code, as text."""
    address = f"/api/v1/negotiations/{talks.slug}/comparison/"
    rows = Client().get(address, {"as_of": "2024-04-01", **asked}).json()["issues"]
    return {row["code"]: json.dumps(row) for row in rows}


def refusal(call) -> str:
    with pytest.raises(ValidationError) as caught:
        call()
    return " ".join(caught.value.messages)


def test_what_is_retired_takes_nothing_new_and_keeps_what_it_has(talks, here, by):
    retire(talks.gauges, **by)
    talks.gauges.refresh_from_db()
    assert talks.gauges.retired == timezone.localdate()
    assert talks.gauges.retired_because == "One question"
    said = {**here, "issue": talks.gauges, "holders": [talks.east], "kind": "demand"}
    new = {**said, "user": talks.editor, "text": "More", "stated": talks.asked.stated}
    assert "“Gauges” (gauges) has been retired since" in refusal(lambda: record_demand(**new))
    old = Demand.objects.get(issue=talks.gauges)
    assert edit(old, user=talks.editor, text="Three gauges.").text == "Three gauges."
    assert refusal(lambda: edit(talks.asked, user=talks.editor, issue=talks.gauges))
    back = bring_back(talks.gauges, **by)
    assert record_demand(**{**new, "issue": back}).issue == talks.gauges


def test_terms_and_choices_can_be_retired_too(talks, here, by):
    fast = TermChoiceFactory(**here, code="fast", name="Fast")
    slow = TermChoiceFactory(**here, code="slow", name="Slow", term=fast.term)
    held = published_demand(
        **here, issue=fast.term.issue, values=[{"term": fast.term, "choices": [fast]}]
    )
    retire(fast, **by)
    value = TermValue.objects.get(record=held.pk)
    assert edit(value, user=talks.editor, approximate=True).choices.get() == fast
    again = {**here, "issue": fast.term.issue}
    fresh = TermChoice.objects.get(pk=fast.pk)
    said = refusal(
        lambda: published_demand(**again, values=[{"term": fresh.term, "choices": [fresh]}])
    )
    assert "“Fast” (fast) has been retired" in said
    retire(slow.term, **by)
    term = Term.objects.get(pk=slow.term_id)
    said = refusal(lambda: published_demand(**again, values=[{"term": term, "choices": [slow]}]))
    assert f"({term.code}) has been retired" in said


def test_an_issue_is_retired_after_its_parts_and_brought_back_before_them(talks, by):
    assert "Retire or move its parts first: “Gauges”." in refusal(lambda: retire(talks.flow, **by))
    retire(talks.gauges, **by)
    retire(talks.flow, **by)
    gauges = Issue.objects.get(pk=talks.gauges.pk)
    assert refusal(lambda: bring_back(gauges, **by)) == "Bring back “Flow” first."
    part = {"negotiation": talks.negotiation, "parent": Issue.objects.get(pk=talks.flow.pk)}
    said = refusal(lambda: create(Issue, user=talks.editor, code="new", name="New", **part))
    assert "“Flow” (flow) has been retired" in said


def test_merging_issues_moves_everything_and_the_comparison_shows_it_there(talks, here, by):
    river = IssueFactory(**here, code="river", name="River", order=9)
    length = TermFactory(**here, issue=river, code="length", name="Length")
    before = comparison(talks)
    assert "Water for ninety days" in before["flow"]
    plan = merging_issues(talks.flow, river, {talks.days.pk: length.pk})
    assert {group.kind: len(group.moves) for group in plan.groups} == {
        "Demands": 4,
        "Outcomes": 1,
        "Events": 1,
        "Silences": 1,
        "Issues": 1,
        "Term values": 3,
    }
    revision = revision_of(talks.negotiation)
    merge_issues(talks.flow, into=river, terms={talks.days.pk: length.pk}, **by)
    after = comparison(talks)
    assert "flow" not in after
    for text in ("Water for ninety days", "West will not have it", "Water flows in spring"):
        assert text in after["river"]
    assert '"length"' in after["river"]
    assert Issue.objects.get(pk=talks.gauges.pk).parent == river
    flow, days = Issue.objects.get(pk=talks.flow.pk), Term.objects.get(pk=talks.days.pk)
    assert (flow.merged_into, days.merged_into) == (river, length)
    assert flow.retired_because == "One question"
    assert revision_of(talks.negotiation) == revision + 1
    assert Changeset.objects.get(**here, revision=revision + 1).reason == "One question"
    assert "Water for ninety days" in comparison(talks, revision=revision)["flow"]


def test_undoing_a_merge_brings_back_what_the_api_said_byte_for_byte(talks, here, by):
    river = IssueFactory(**here, code="river", name="River")
    pace = TermFactory(**here, issue=talks.flow, code="pace", kind="choice")
    tempo = TermFactory(**here, issue=river, code="tempo", kind="choice")
    fast = TermChoiceFactory(**here, term=pace, code="fast", name="Fast")
    TermChoiceFactory(**here, term=pace, code="slow", name="Slow")
    quick = TermChoiceFactory(**here, term=tempo, code="quick", name="Quick")
    published_demand(
        **here, issue=talks.flow, holders=[talks.lake], values=[{"term": pace, "choices": [fast]}]
    )
    before = answers(talks)
    merge_issues(
        talks.flow, into=river, terms={pace.pk: tempo.pk}, choices={fast.pk: quick.pk}, **by
    )
    assert TermValue.objects.get(term=tempo).choices.get() == quick
    assert {choice.code for choice in tempo.choices.all()} == {"quick", "slow"}
    merged = revision_of(talks.negotiation)
    assert answers(talks) != before
    assert answers(talks, revision=merged - 1) == before
    reverse(talks.negotiation, merged, user=talks.editor)
    assert answers(talks) == before


def test_each_of_several_matched_terms_goes_to_its_own(talks, here, by):
    river = IssueFactory(**here, name="River")
    depth = TermFactory(**here, issue=talks.flow)
    kept = [TermFactory(**here, issue=river) for _ in range(2)]
    held = published_demand(
        **here,
        issue=talks.flow,
        values=[{"term": talks.days, **days_of(1)}, {"term": depth, **days_of(2)}],
    )
    matched = {talks.days.pk: kept[0].pk, depth.pk: kept[1].pk}
    versions = dict(TermValue.objects.filter(record=held.pk).values_list("pk", "version"))
    merge_issues(talks.flow, into=river, terms=matched, **by)
    values = TermValue.objects.filter(record=held.pk).order_by("quantity")
    assert [(value.term, value.quantity.lower) for value in values] == [(kept[0], 1), (kept[1], 2)]
    assert {value.version for value in values} == {version + 1 for version in versions.values()}
    assert TermValue.objects.filter(term=kept[0]).count() == 4


def test_a_part_can_take_over_its_whole(talks, here, by):
    merge_issues(talks.flow, into=talks.gauges, **by)
    gauges = Issue.objects.get(pk=talks.gauges.pk)
    assert gauges.parent is None
    assert Demand.objects.filter(issue=gauges).count() == 5


def test_what_a_merge_refuses_is_named(talks, here, by):
    river = IssueFactory(**here, name="River")
    weeks = TermFactory(**here, issue=river, name="Weeks", unit="week")
    date = TermFactory(**here, issue=river, name="Day", kind="date")
    days = TermFactory(**here, issue=river, name="More days")
    both = published_demand(
        **here,
        issue=river,
        values=[{"term": talks.days, **days_of(1)}, {"term": days, **days_of(2)}],
    )

    def merge(target, **options):
        return refusal(lambda: merge_terms(talks.days, into=target, **by, **options))

    assert "is counted in “day”, “Weeks” in “week”" in merge(weeks)
    assert "“Days of water” is a quantity, “Day” a date" in merge(date)
    assert f"would be rivals. Take one of them away first: № {both.pk}" in merge(days)
    assert "cannot be merged into itself" in merge(talks.days)
    retire(weeks, **by)
    assert "“Weeks” is retired" in merge(Term.objects.get(pk=weeks.pk))
    wrong = merging_issues(talks.flow, river, {talks.days.pk: talks.days.pk})
    assert "can be matched to terms of “River” only" in wrong.refusals[0].text
    assert TermValue.objects.filter(term=talks.days).count() == 4


def test_choices_of_one_code_are_matched_or_refused(talks, here, by):
    pace, tempo = (TermFactory(**here, kind="choice", name=name) for name in ("Pace", "Tempo"))
    fast, quick = (
        TermChoiceFactory(**here, term=t, code="fast", name=f"Fast {t}") for t in (pace, tempo)
    )
    held = published_demand(**here, issue=pace.issue, values=[{"term": pace, "choices": [fast]}])
    assert "“Tempo” has a choice with the code “fast”" in refusal(
        lambda: merge_terms(pace, into=tempo, **by)
    )
    merge_terms(pace, into=tempo, choices={fast.pk: quick.pk}, **by)
    value = TermValue.objects.get(record=held.pk)
    assert (value.term, value.choices.get()) == (tempo, quick)
    assert TermChoice.objects.get(pk=fast.pk).merged_into == quick


def test_choices_that_move_into_an_order_stand_last(talks, here, by):
    pace, tempo = (TermFactory(**here, kind="choice") for _ in range(2))
    slow = TermChoiceFactory(**here, term=pace)
    for place in (1, 2):
        TermChoiceFactory(**here, term=tempo, ordinal=place)
    assert "stand last until you move them" in merging_terms(pace, tempo).notes[0].text
    merge_terms(pace, into=tempo, **by)
    assert TermChoice.objects.get(pk=slow.pk).ordinal == 3


def test_merging_choices_lets_values_name_the_one_that_is_kept(talks, here, by):
    term = TermFactory(**here, kind="set")
    other = TermChoiceFactory(**here)
    a, b, c = (TermChoiceFactory(**here, term=term, code=code) for code in "abc")
    held = published_demand(**here, issue=term.issue, values=[{"term": term, "choices": [a, b, c]}])
    merge_choices(a, into=b, **by)
    assert set(TermValue.objects.get(record=held.pk).choices.all()) == {b, c}
    assert TermChoice.objects.get(pk=a.pk).merged_into == b
    assert "Only choices of one term" in refusal(lambda: merge_choices(b, into=other, **by))
    reverse(talks.negotiation, revision_of(talks.negotiation), user=talks.editor)
    assert set(TermValue.objects.get(record=held.pk).choices.all()) == {a, b, c}


def test_splitting_moves_what_is_chosen_and_can_be_undone(talks, here, by):
    chosen = Chosen(
        records=frozenset({talks.asked.pk, talks.asked_again.pk}),
        terms=frozenset({talks.days.pk}),
        parts=frozenset({talks.gauges.pk}),
    )
    before = answers(talks)
    new = split_issue(talks.flow, chosen=chosen, code="spring", name="Spring", **by)
    rows = comparison(talks)
    assert "Water for thirty days." in rows["spring"]
    assert not Demand.objects.filter(issue=talks.flow, pk__in=chosen.records).exists()
    assert Issue.objects.get(pk=talks.gauges.pk).parent == new
    assert Term.objects.get(pk=talks.days.pk).issue == new
    reverse(talks.negotiation, revision_of(talks.negotiation), user=talks.editor)
    assert answers(talks) == before
    assert not Issue.objects.filter(code="spring").exists()


def test_a_split_tears_no_chain_and_says_what_is_parted(talks, here, by):
    new = Issue(**here, code="spring", name="Spring")
    plan = splitting(talks.flow, new, Chosen(records=frozenset({talks.asked.pk})))
    assert plan.torn == {talks.asked_again.pk}
    assert plan.refusals[0].records == (talks.asked_again.pk,)
    assert talks.asked.pk in plan.notes[0].records
    assert "go and give values for terms that stay" in plan.notes[0].text
    said = refusal(
        lambda: split_issue(
            talks.flow,
            chosen=Chosen(records=frozenset({talks.asked_again.pk})),
            code="spring",
            name="Spring",
            **by,
        )
    )
    assert f"№ {talks.asked.pk}" in said
    assert not Issue.objects.filter(code="spring").exists()
    nothing = splitting(talks.flow, new, Chosen())
    assert nothing.refusals[0].text == "Choose what goes to the new issue."
    terms = splitting(talks.flow, new, Chosen(terms=frozenset({talks.days.pk})))
    assert "These stay and give values for terms that go" in terms.notes[0].text


def test_the_word_for_no_issue_is_no_code(talks, here):
    said = refusal(lambda: create(Issue, **here, user=talks.editor, code="overall", name="All"))
    assert said == "“overall” stands for what is said of no issue; choose another code."


def test_only_what_is_retired_says_why(talks, by):
    for fields in ({"retired_because": "No reason"}, {"merged_into": talks.gauges}):
        said = refusal(lambda fields=fields: edit(talks.flow, user=talks.editor, **fields))
        assert "Only what is retired says why" in said
