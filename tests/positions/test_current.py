"""What stands at the end of a day: demands, answers, outcomes, silences, papers."""

from datetime import date

import pytest

from negotiations.operations import publish, retract
from positions.models import Demand, DemandHolder, Outcome, Proposal, Silence
from tests.factories import IssueFactory, PartyFactory, on
from tests.recording import (
    published_clause,
    published_demand,
    published_event,
    published_outcome,
    published_proposal,
    published_silence,
)

pytestmark = pytest.mark.django_db


def is_current(demand, day):
    return demand in Demand.objects.current(date.fromisoformat(day))


def replace(older, **fields):
    """Record what supersedes a demand, by default for all its holders."""
    same = {
        "negotiation": older.negotiation,
        "issue": older.issue,
        "holders": list(older.holders.all()),
        "kind": older.kind,
    }
    return published_demand(**{**same, **fields}, supersedes=older)


def answer_to(record, **fields):
    same = {"negotiation": record.negotiation, "stated": on("2 June 2025"), "kind": ""}
    return published_demand(**{**same, "answer": "rejected", **fields}, answers_id=record.pk)


@pytest.mark.parametrize(
    ("stated", "day_before", "first_day"),
    [
        ("2 June 2025", "2025-06-01", "2025-06-02"),
        ("28 to 30 May 2025", "2025-05-29", "2025-05-30"),
        ("May 2025", "2025-05-30", "2025-05-31"),
        ("2025", "2025-12-30", "2025-12-31"),
        ("by 30 June 2025", "2025-06-29", "2025-06-30"),
    ],
)
def test_a_demand_stands_from_the_last_day_it_may_have_been_stated(stated, day_before, first_day):
    demand = published_demand(stated=on(stated))
    assert not is_current(demand, day_before)
    assert is_current(demand, first_day)
    assert is_current(demand, "2035-01-01")


@pytest.mark.parametrize("state", ["draft", "in review", "retracted"])
def test_only_what_is_published_stands(state):
    demand = published_demand(stated=on("2 June 2025"), state=state)
    assert not is_current(demand, "2025-06-02")


@pytest.mark.parametrize(
    ("ended", "last_day", "day_after"),
    [
        ("10 June 2025", "2025-06-09", "2025-06-10"),
        ("June 2025", "2025-06-29", "2025-06-30"),
    ],
)
def test_a_demand_stands_until_it_has_ended(ended, last_day, day_after):
    demand = published_demand(stated=on("2 June 2025"), ended=on(ended), ending="withdrawn")
    assert is_current(demand, last_day)
    assert not is_current(demand, day_after)


def test_what_ends_nobody_knows_when_stands():
    some_day = {"ended": on("from 10 June 2025"), "ending": "terminated"}
    assert some_day["ended"].upper is None
    assert is_current(published_demand(**some_day), "2030-01-01")
    outcome = published_outcome(**some_day)
    assert list(Outcome.objects.current(date(2030, 1, 1))) == [outcome]
    assert is_current(answer_to(outcome), "2030-01-01")


def test_a_demand_stands_until_its_successor():
    first = published_demand(stated=on("2 May 2025"))
    second = replace(first, stated=on("June 2025"))
    third = replace(second, stated=on("1 August 2025"))
    standing = {
        day: list(Demand.objects.current(date.fromisoformat(day)))
        for day in ("2025-06-29", "2025-06-30", "2025-07-31", "2025-08-01")
    }
    assert standing == {
        "2025-06-29": [first],
        "2025-06-30": [second],
        "2025-07-31": [second],
        "2025-08-01": [third],
    }


def test_a_successor_replaces_only_once_it_is_published():
    first = published_demand(stated=on("2 June 2025"))
    second = replace(first, stated=on("3 June 2025"), state="draft")
    assert is_current(first, "2025-06-03")
    publish(second, user=None)
    assert not is_current(first, "2025-06-03")


def test_what_replaced_a_demand_has_replaced_it_for_good():
    first = published_demand(stated=on("2 June 2025"))
    replace(first, stated=on("3 June 2025"), ended=on("4 June 2025"), ending="withdrawn")
    assert not Demand.objects.current(date(2025, 6, 5)).exists()


def test_a_joint_demand_ends_for_the_holder_who_moved_on():
    party, other = PartyFactory.create_batch(2, negotiation=IssueFactory().negotiation)
    joint = published_demand(holders=[party, other], stated=on("2 June 2025"))
    own = replace(joint, holders=[party], stated=on("10 June 2025"))
    replace(joint, holders=[other], stated=on("20 June 2025"))

    def remaining(day):
        links = DemandHolder.objects.filter(demand=joint)
        return [link.party for link in links.remaining(date.fromisoformat(day)).order_by("pk")]

    assert remaining("2025-06-09") == [party, other]
    assert remaining("2025-06-10") == [other]
    assert is_current(joint, "2025-06-19")
    assert is_current(own, "2025-06-19")
    assert remaining("2025-06-20") == []
    assert not is_current(joint, "2025-06-20")


def test_a_draft_leaves_every_holder_where_they_are():
    joint = published_demand(stated=on("2 June 2025"))
    replace(joint, stated=on("3 June 2025"), state="draft")
    assert DemandHolder.objects.filter(demand=joint).remaining(date(2025, 6, 3)).count() == 1


def test_an_assessment_of_nobody_stands_until_its_successor():
    first = published_demand(kind="assessment", holders=[], stated=on("2 June 2025"))
    second = replace(first, stated=on("4 June 2025"))
    assert is_current(first, "2025-06-03")
    assert not is_current(first, "2025-06-04")
    assert is_current(second, "2025-06-04")


def newer_paper(paper, tabled, **fields):
    return published_proposal(
        negotiation=paper.negotiation, supersedes=paper, tabled=on(tabled), **fields
    )


def test_a_demand_in_a_paper_stands_until_the_next_paper():
    clause = published_clause()
    inside = published_demand(clause=clause, stated=on("2 June 2025"))
    beside = published_demand(negotiation=clause.negotiation, stated=on("2 June 2025"))
    newer_paper(clause.proposal, "10 June 2025")
    assert is_current(inside, "2025-06-09")
    assert not is_current(inside, "2025-06-10")
    assert is_current(beside, "2025-06-10")


def test_a_paper_in_draft_replaces_nothing():
    inside = published_demand(clause=published_clause(), stated=on("2 June 2025"))
    newer_paper(inside.clause.proposal, "10 June 2025", state="draft")
    assert is_current(inside, "2025-06-10")


def test_an_answer_stands_while_its_paper_does():
    clause = published_clause()
    answers = [answer_to(clause), answer_to(clause.proposal)]
    newer_paper(clause.proposal, "10 June 2025")
    for answer in answers:
        assert is_current(answer, "2025-06-09")
        assert not is_current(answer, "2025-06-10")


def test_an_answer_stands_while_its_outcome_does():
    ends = published_outcome(ended=on("10 June 2025"), ending="lapsed")
    replaced = published_outcome()
    published_outcome(
        negotiation=replaced.negotiation, supersedes=replaced, reached=on("10 June 2025")
    )
    for outcome in (ends, replaced):
        answer = answer_to(outcome)
        assert is_current(answer, "2025-06-09")
        assert not is_current(answer, "2025-06-10")


def test_an_answer_to_an_event_stands():
    assert is_current(answer_to(published_event()), "2030-01-01")


def test_an_answer_falls_with_a_demand_that_ended():
    target = published_demand(ended=on("10 June 2025"), ending="withdrawn")
    answer = answer_to(target)
    assert is_current(answer, "2025-06-09")
    assert not is_current(answer, "2025-06-10")


def test_an_answer_falls_with_the_paper_of_its_demand():
    target = published_demand(clause=published_clause())
    answer = answer_to(target)
    newer_paper(target.clause.proposal, "10 June 2025")
    assert is_current(answer, "2025-06-09")
    assert not is_current(answer, "2025-06-10")


def test_an_answer_to_an_answer_falls_with_what_both_answer():
    target = published_demand(ended=on("10 June 2025"), ending="withdrawn")
    answer = answer_to(answer_to(target))
    assert is_current(answer, "2025-06-09")
    assert not is_current(answer, "2025-06-10")


def test_an_answer_stands_while_its_demand_is_restated():
    target = published_demand(stated=on("1 June 2025"))
    answer = answer_to(target)
    again = replace(target, stated=on("10 June 2025"), movement="restated")
    once_more = replace(again, stated=on("20 June 2025"), movement="restated")
    assert is_current(answer, "2025-06-20")
    replace(once_more, stated=on("30 June 2025"), movement="softened")
    assert is_current(answer, "2025-06-29")
    assert not is_current(answer, "2025-06-30")


@pytest.mark.parametrize("movement", ["softened", "hardened", "reworded", ""])
def test_an_answer_falls_with_a_demand_that_moved(movement):
    target = published_demand(stated=on("1 June 2025"))
    answer = answer_to(target)
    replace(target, stated=on("10 June 2025"), movement=movement)
    assert is_current(answer, "2025-06-09")
    assert not is_current(answer, "2025-06-10")


def test_an_answer_stands_where_the_next_paper_restates_the_demand():
    target = published_demand(clause=published_clause(), stated=on("1 June 2025"))
    answer = answer_to(target)
    paper = newer_paper(target.clause.proposal, "10 June 2025")
    replace(
        target,
        stated=on("10 June 2025"),
        clause=published_clause(proposal=paper),
        movement="restated",
    )
    assert not is_current(target, "2025-06-10")
    assert is_current(answer, "2025-06-10")


def test_an_answer_stands_while_one_holder_keeps_to_the_demand():
    party, other = PartyFactory.create_batch(2, negotiation=IssueFactory().negotiation)
    joint = published_demand(holders=[party, other], stated=on("1 June 2025"))
    answer = answer_to(joint)
    replace(joint, holders=[party], stated=on("10 June 2025"), movement="softened")
    assert is_current(answer, "2025-06-19")
    replace(joint, holders=[other], stated=on("20 June 2025"), movement="softened")
    assert not is_current(answer, "2025-06-20")


def test_a_demand_that_answers_what_restates_it_does_not_go_round_for_ever():
    target = published_demand(stated=on("1 June 2025"))
    answer = answer_to(target)
    again = replace(
        target,
        stated=on("10 June 2025"),
        movement="restated",
        answers_id=answer.pk,
        answer="countered",
    )
    assert is_current(answer, "2025-06-10")
    assert is_current(again, "2025-06-10")


def test_an_answer_ends_with_a_joint_demand_to_whose_successor_all_came_back():
    """Of A held jointly, one side goes on to B and the other joins it in C: nobody holds A."""
    party, other = PartyFactory.create_batch(2, negotiation=IssueFactory().negotiation)
    joint = published_demand(holders=[party, other], stated=on("1 June 2025"))
    answer = answer_to(joint, holders=[PartyFactory(negotiation=joint.negotiation)])
    own = replace(joint, holders=[other], stated=on("5 June 2025"))
    assert is_current(answer, "2025-06-05")
    replace(own, holders=[party, other], stated=on("10 June 2025"))
    assert is_current(answer, "2025-06-09")
    assert not is_current(joint, "2025-06-10")
    assert not is_current(answer, "2025-06-10")


def test_held_by_names_each_holder():
    party, other = PartyFactory.create_batch(2, negotiation=IssueFactory().negotiation)
    joint = published_demand(holders=[party, other])
    own = published_demand(holders=[other])
    assert list(Demand.objects.held_by(party.code)) == [joint]
    assert set(Demand.objects.held_by(other.code)) == {joint, own}
    assert not Demand.objects.held_by("nobody").exists()


def test_an_outcome_stands_from_its_day_to_its_end():
    outcome = published_outcome(
        reached=on("2 June 2025"), ended=on("July 2025"), ending="terminated"
    )
    days = {
        day: outcome in Outcome.objects.current(date.fromisoformat(day))
        for day in ("2025-06-01", "2025-06-02", "2025-07-30", "2025-07-31")
    }
    assert list(days.values()) == [False, True, True, False]


def test_an_outcome_stands_until_another_supersedes_it():
    first = published_outcome(reached=on("2 June 2025"))
    same = {"negotiation": first.negotiation, "supersedes": first}
    published_outcome(**same, reached=on("3 June 2025"), state="draft")
    second = published_outcome(**same, reached=on("10 June 2025"))
    assert list(Outcome.objects.current(date(2025, 6, 9))) == [first]
    assert list(Outcome.objects.current(date(2025, 6, 10))) == [second]


def test_an_outcome_that_is_taken_back_does_not_stand():
    outcome = published_outcome(reached=on("2 June 2025"))
    retract(outcome, user=None)
    assert not Outcome.objects.current(date(2025, 6, 2)).exists()


def test_a_paper_is_on_the_table_from_its_last_possible_day():
    paper = published_proposal(tabled=on("May 2025"))
    assert not Proposal.objects.tabled_by(date(2025, 5, 30)).exists()
    assert list(Proposal.objects.tabled_by(date(2025, 5, 31))) == [paper]


def test_a_silence_is_noted_once_somebody_has_looked():
    silence = published_silence(looked_until=on("from 1 to 3 June 2025"))
    assert not Silence.objects.noted_by(date(2025, 6, 2)).exists()
    assert list(Silence.objects.noted_by(date(2025, 6, 3))) == [silence]


def still_silent(day):
    return list(Silence.objects.unanswered(date.fromisoformat(day)))


def test_a_silence_ends_when_the_party_speaks_on_the_issue_afterwards():
    silence = published_silence(looked_until=on("2 June 2025"))
    said = {
        "negotiation": silence.negotiation,
        "holders": [silence.party],
        "issue": silence.issue,
        "kind": "demand",
    }
    published_demand(**said, stated=on("1 June 2025"))
    published_demand(**{**said, "issue": None}, stated=on("3 June 2025"))
    published_demand(**{**said, "holders": [PartyFactory(negotiation=silence.negotiation)]})
    assert still_silent("2025-06-04") == [silence]
    published_demand(**said, stated=on("4 June 2025"), ended=on("5 June 2025"), ending="withdrawn")
    assert still_silent("2025-06-03") == [silence]
    assert still_silent("2025-06-04") == []
    assert still_silent("2025-06-10") == []


def test_a_silence_about_a_record_ends_only_when_that_is_answered():
    issue = IssueFactory()
    demand = published_demand(issue=issue, negotiation=issue.negotiation, stated=on("1 June 2025"))
    party = PartyFactory(negotiation=demand.negotiation)
    silence = published_silence(
        negotiation=demand.negotiation,
        party=party,
        issue=demand.issue,
        about_id=demand.pk,
        looked_until=on("2 June 2025"),
    )
    own = {"negotiation": demand.negotiation, "holders": [party], "issue": demand.issue}
    published_demand(**own, kind="demand", stated=on("3 June 2025"))
    assert still_silent("2025-06-03") == [silence]
    answer_to(demand, holders=[party], stated=on("4 June 2025"))
    assert still_silent("2025-06-03") == [silence]
    assert still_silent("2025-06-04") == []
