"""Recording and editing positions with what hangs on them."""

import pytest
from django.core.exceptions import ValidationError

from negotiations.models import (
    Changeset,
    History,
    Participation,
    Party,
    Record,
    Round,
    Source,
)
from negotiations.operations import Conflict, edit
from positions.models import Clause, Demand, Event, Evidence, Linkage, Outcome, Silence, TermValue
from positions.operations import (
    add_part,
    edit_demand,
    edit_record,
    record_demand,
    record_source,
    record_with_evidence,
)
from tests.factories import (
    A_DAY,
    A_MONTH,
    DemandFactory,
    EvidenceFactory,
    IssueFactory,
    LinkageFactory,
    NegotiationFactory,
    PartyFactory,
    ProposalFactory,
    RoundFactory,
    SourceFactory,
    TermChoiceFactory,
    TermFactory,
    TermValueFactory,
    TrackFactory,
    UserFactory,
    on,
)
from tests.recording import published_demand

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return UserFactory(username="olena")


@pytest.fixture
def talks():
    return NegotiationFactory()


@pytest.fixture
def demand(editor, talks):
    """A published demand of 30 days, only if something else happens."""
    return published_demand(
        negotiation=talks,
        user=editor,
        text="Stop for a month",
        values=[{"term": TermFactory(negotiation=talks), "quantity": A_MONTH}],
        links=[{"relation": "only if", "condition": "the other side stops"}],
    )


def fields(talks, **more):
    return {
        "negotiation": talks,
        "holders": [PartyFactory(negotiation=talks)],
        "text": "Stop",
        "kind": "demand",
        "stated": A_DAY,
        **more,
    }


def says_so(talks, **more):
    source = SourceFactory(negotiation=talks, state="published")
    return {"source": source, "basis": "outlet's voice", **more}


def states_around(record):
    """The states of a record and of all that hangs on it."""
    hanging = [
        row.state
        for model in (TermValue, Linkage, Evidence)
        for row in model.objects.filter(record_id=record.pk)
    ]
    assert len(hanging) == 3
    return {record.state, *hanging}


def test_a_demand_with_evidence_is_published_with_all_that_hangs_on_it(editor, talks):
    term = TermFactory(negotiation=talks)
    issue = IssueFactory(negotiation=talks)
    parties = PartyFactory.create_batch(3, negotiation=talks)
    demand = record_demand(
        user=editor,
        **fields(talks, holders=parties[:2], addressees=[parties[2]], issue=issue),
        values=[{"term": term, "quantity": A_MONTH, "approximate": True}],
        links=[{"relation": "after", "condition": "the exchange"}],
        evidence=[says_so(talks, quote="“Stop”, they said")],
    )
    demand.refresh_from_db()
    assert (demand.text, demand.issue, demand.version) == ("Stop", issue, 1)
    assert set(demand.holders.all()) == set(parties[:2])
    assert list(demand.addressees.all()) == [parties[2]]
    assert states_around(demand) == {"published"}
    value = TermValue.objects.get(record_id=demand.pk)
    assert (value.term, value.quantity, value.approximate) == (term, A_MONTH, True)
    assert Linkage.objects.get(record_id=demand.pk).condition == "the exchange"
    assert Evidence.objects.get(record_id=demand.pk).quote == "“Stop”, they said"


@pytest.mark.parametrize(
    ("review", "with_evidence", "state"),
    [("off", True, "published"), ("off", False, "draft"), ("required", True, "draft")],
)
def test_evidence_publishes_unless_there_is_a_review(editor, review, with_evidence, state):
    talks = NegotiationFactory()
    evidence = [says_so(talks)] if with_evidence else []
    talks = edit(talks, user=None, review=review)
    demand = record_demand(user=editor, **fields(talks), evidence=evidence)
    assert demand.state == state
    assert {row.state for row in Evidence.objects.filter(record_id=demand.pk)} <= {state}


def test_a_state_that_is_named_is_taken(editor, talks):
    value = {"term": TermFactory(negotiation=talks), "quantity": A_MONTH}
    link = {"relation": "unless", "condition": "it rains"}
    demand = record_demand(
        user=editor,
        **fields(talks),
        values=[value],
        links=[link],
        evidence=[says_so(talks)],
        state="in review",
    )
    assert states_around(demand) == {"in review"}


@pytest.mark.parametrize(("review", "state"), [("off", "published"), ("required", "draft")])
def test_a_source_that_is_new_is_recorded_with_the_evidence(editor, review, state):
    talks = NegotiationFactory(review=review)
    source = {"outlet": "Gazette", "title": "A month", "published": on("3 June 2025")}
    demand = record_demand(
        user=editor,
        **fields(talks),
        evidence=[{"source": source, "basis": "inference"}],
        state=state,
    )
    source = Evidence.objects.get(record_id=demand.pk).source
    assert (source.outlet, source.title, source.state) == ("Gazette", "A month", state)
    assert source.negotiation == talks


@pytest.mark.parametrize(("review", "state"), [("off", "published"), ("required", "draft")])
def test_a_source_waits_for_a_review_where_there_is_one(editor, review, state):
    talks = NegotiationFactory(review=review)
    assert record_source(user=editor, negotiation=talks, outlet="Gazette").state == state


def test_choices_are_recorded_with_their_value(editor, talks):
    term = TermFactory(negotiation=talks, kind="set")
    choices = TermChoiceFactory.create_batch(2, term=term)
    demand = record_demand(
        user=editor,
        **fields(talks),
        values=[{"term": term, "choices": choices, "quantifier": "all of", "others": True}],
    )
    value = TermValue.objects.get(record_id=demand.pk)
    assert set(value.choices.all()) == set(choices)
    assert (value.quantifier, value.others) == ("all of", True)


MODELS = [Party, Source, Demand, TermValue, Linkage, Evidence]


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        ({"text": ""}, "text"),
        ({"holders": []}, "holders"),
        ({"stated": None}, "stated"),
        ({"values": [{"quantity": A_MONTH}]}, "term"),
        ({"links": [{"relation": "only if", "condition": ""}]}, "__all__"),
        ({"evidence": [{"source": {"outlet": ""}, "basis": "inference"}]}, "outlet"),
        ({"evidence": [{"source": {"outlet": "Gazette"}, "basis": "hearsay"}]}, "basis"),
        ({"evidence": [], "state": "published"}, "__all__"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(editor, talks, fault, field):
    sound = fields(talks, evidence=[says_so(talks)])
    before = [model.objects.count() for model in MODELS]
    with pytest.raises(ValidationError) as refused:
        record_demand(user=editor, **{**sound, **fault})
    assert list(refused.value.message_dict) == [field]
    assert [model.objects.count() for model in MODELS] == before


def test_the_whole_is_one_changeset_of_its_user(editor, talks):
    sound = fields(talks, evidence=[{"source": {"outlet": "Gazette"}, "basis": "inference"}])
    value = {"term": TermFactory(negotiation=talks), "quantity": A_MONTH}
    before = set(Changeset.objects.filter(revision__isnull=False))
    demand = record_demand(user=editor, **sound, values=[value], reason="From today's paper")
    changesets = Changeset.objects.filter(revision__isnull=False, user_id=editor.pk)
    (changeset,) = [c for c in changesets if c not in before]
    assert (changeset.user_name, changeset.reason) == ("olena", "From today's paper")
    assert changeset.negotiation == talks
    assert sorted(row.table_name for row in changeset.history.all()) == [
        "negotiations_source",
        "positions_demand",
        "positions_demandholder",
        "positions_evidence",
        "positions_termvalue",
    ]
    assert changeset.history.get(table_name="positions_demand").row_id == demand.pk


def test_records_of_other_kinds_come_with_their_evidence(editor, talks):
    issue, party = IssueFactory(negotiation=talks), PartyFactory(negotiation=talks)
    others = {
        Outcome: {"kind": "agreed", "text": "A swap", "reached": A_DAY, "confirmed_by": [party]},
        Event: {"kind": "contact", "title": "A call", "happened": A_DAY},
        Silence: {"party": party, "issue": issue, "looked_until": A_DAY},
        Round: {"track": TrackFactory(negotiation=talks), "title": "A meeting"},
        Clause: {"proposal": ProposalFactory(negotiation=talks, state="published"), "label": "1"},
    }
    for model, own in others.items():
        shared = {"user": editor, "negotiation": talks, **own}
        record = record_with_evidence(model, evidence=[says_so(talks)], **shared)
        assert record.state == "published"
        assert record.pk in Evidence.objects.values_list("record", flat=True)
        if model is not Clause:  # of which a paper has one outermost
            state = record_with_evidence(model, **shared).state
            assert state == ("published" if model is Round else "draft")
    assert list(Outcome.objects.first().confirmed_by.all()) == [party]


def test_an_edit_changes_what_it_names_and_raises_the_version(editor, demand):
    stated = demand.stated
    edited = edit_demand(demand, user=editor, version=1, text="Stop for good", reason="Misread")
    assert (edited.text, edited.version, edited.stated) == ("Stop for good", 2, stated)
    assert Demand.objects.get(pk=demand.pk).text == "Stop for good"
    assert Changeset.objects.order_by("revision").last().reason == "Misread"


def test_an_edit_that_changes_nothing_is_not_recorded(editor, demand):
    before = History.objects.count()
    value = TermValue.objects.get(record_id=demand.pk)
    link = Linkage.objects.get(record_id=demand.pk)
    edited = edit_demand(
        demand,
        user=editor,
        version=1,
        text=demand.text,
        holders=list(demand.holders.all()),
        values=[{"term": value.term, "quantity": A_MONTH}],
        links=[{"relation": link.relation, "condition": link.condition}],
    )
    assert edited.version == 1
    assert History.objects.count() == before


def test_an_edit_of_what_somebody_else_has_changed_is_a_conflict(editor, demand):
    edit_demand(demand, user=editor, version=1, text="Theirs")
    with pytest.raises(Conflict) as conflict:
        edit_demand(demand, user=editor, version=1, text="Mine")
    assert (conflict.value.current.text, conflict.value.current.version) == ("Theirs", 2)
    assert Demand.objects.get(pk=demand.pk).text == "Theirs"


@pytest.mark.parametrize(
    "change",
    [
        {"values": []},
        {"links": []},
        {"links": [{"relation": "only if", "condition": "it rains"}]},
        {"links": [{"relation": "after", "condition": "the other side stops"}]},
    ],
)
def test_an_edit_of_what_hangs_on_it_is_a_conflict_too(editor, demand, change):
    edited = edit_demand(demand, user=editor, version=1, **change)
    assert edited.version == Demand.objects.get(pk=demand.pk).version == 2
    with pytest.raises(Conflict):
        edit_demand(demand, user=editor, version=1, text="Mine")
    assert edit_demand(demand, user=editor, version=2, text="Mine").version == 3


def test_values_are_replaced_in_place(editor, demand):
    kept = TermValue.objects.get(record_id=demand.pk)
    added = TermFactory(negotiation=demand.negotiation, kind="date")
    demand = edit_demand(
        demand,
        user=editor,
        version=1,
        values=[
            {"term": kept.term, "status": "left open"},
            {"term": added, "dates": A_DAY},
        ],
    )
    changed = TermValue.objects.get(pk=kept.pk)
    assert (changed.status, changed.quantity, changed.version) == ("left open", None, 2)
    new = TermValue.objects.exclude(pk=kept.pk).get(record_id=demand.pk)
    assert (new.term, new.dates, new.state) == (added, A_DAY, "published")
    edit_demand(demand, user=editor, version=2, values=[{"term": added, "dates": A_DAY}])
    assert list(TermValue.objects.filter(record_id=demand.pk)) == [new]
    assert History.objects.filter(row_id=new.pk).count() == 1


def test_rival_values_of_a_term_stay_apart(editor, demand):
    first = TermValue.objects.get(record_id=demand.pk)
    rivals = [
        {"term": first.term, "quantity": A_MONTH},
        {"term": first.term, "status": "not specified"},
    ]
    edit_demand(demand, user=editor, version=1, values=rivals)
    values = TermValue.objects.filter(record_id=demand.pk).order_by("pk")
    assert [value.status for value in values] == ["given", "not specified"]
    assert values[0] == first


def test_choices_of_a_value_are_replaced(editor, talks):
    term = TermFactory(negotiation=talks, kind="choice")
    first, second = TermChoiceFactory.create_batch(2, term=term)
    demand = published_demand(negotiation=talks, values=[{"term": term, "choices": [first]}])
    edit_demand(demand, user=editor, version=1, values=[{"term": term, "choices": [second]}])
    assert list(TermValue.objects.get(record_id=demand.pk).choices.all()) == [second]
    assert Demand.objects.get(pk=demand.pk).version == 2


def test_what_is_not_named_stays(editor, demand):
    edit_demand(demand, user=editor, version=1, text="Other words")
    assert TermValue.objects.filter(record_id=demand.pk).count() == 1
    assert Linkage.objects.filter(record_id=demand.pk).count() == 1
    assert Evidence.objects.filter(record_id=demand.pk).count() == 1


def draft_with_all(talks):
    demand = DemandFactory(negotiation=talks)
    TermValueFactory(about=demand)
    LinkageFactory(about=demand)
    return demand


def test_a_draft_that_gains_evidence_is_published_with_all_that_hangs_on_it(editor, talks):
    demand = draft_with_all(talks)
    edited = edit_demand(demand, user=editor, version=1, evidence=[says_so(talks)])
    assert edited.state == "published"
    assert states_around(Demand.objects.get(pk=demand.pk)) == {"published"}


def test_a_draft_that_gains_evidence_waits_for_the_review(editor):
    talks = NegotiationFactory()
    demand, evidence = draft_with_all(talks), [says_so(talks)]
    edit(talks, user=None, review="required")
    demand = Demand.objects.get(pk=demand.pk)
    edit_demand(demand, user=editor, version=1, evidence=evidence)
    assert states_around(Demand.objects.get(pk=demand.pk)) == {"draft"}


@pytest.mark.parametrize("state", ["in review", "retracted"])
def test_evidence_does_not_publish_what_is_no_draft(editor, talks, state):
    demand = DemandFactory(negotiation=talks, state=state)
    edited = edit_demand(demand, user=editor, version=1, evidence=[says_so(talks)])
    assert edited.state == state
    assert Evidence.objects.get(record_id=demand.pk).state == state


def test_more_evidence_stands_beside_what_there_is(editor, demand):
    edit_demand(demand, user=editor, version=1, evidence=[says_so(demand.negotiation)])
    states = Evidence.objects.filter(record_id=demand.pk).values_list("state", flat=True)
    assert list(states) == ["published", "published"]


def test_an_edit_that_is_refused_changes_nothing(editor, demand):
    before = History.objects.count()
    bad = {"source": {"outlet": "Gazette"}, "basis": "hearsay"}
    with pytest.raises(ValidationError) as refused:
        edit_demand(demand, user=editor, version=1, text="Mine", values=[], evidence=[bad])
    assert list(refused.value.message_dict) == ["basis"]
    assert Demand.objects.get(pk=demand.pk).text == "Stop for a month"
    assert TermValue.objects.filter(record_id=demand.pk).count() == 1
    assert History.objects.count() == before


def test_evidence_of_the_draft_itself_is_published_with_it(editor, talks):
    demand = DemandFactory(negotiation=talks)
    source = SourceFactory(negotiation=talks, state="published")
    older = EvidenceFactory(about=demand, source=source)
    edit_demand(demand, user=editor, version=1, evidence=[says_so(talks)])
    older.refresh_from_db()
    assert older.state == "published"


def test_a_condition_taken_away_leaves_the_other_linkage_as_it_was(editor):
    demand = published_demand()
    other = published_demand(negotiation=demand.negotiation)
    anchored = {"relation": "only if", "anchor": Record.objects.get(pk=other.pk)}
    words = {"relation": "only if", "condition": "Talks go on."}
    edit_demand(demand, user=editor, version=1, links=[words, anchored])
    kept = Linkage.objects.get(record_id=demand.pk, condition="")
    edit_demand(demand, user=editor, version=2, links=[anchored])
    assert list(Linkage.objects.filter(record_id=demand.pk)) == [kept]


def test_what_points_to_a_draft_is_a_draft_itself(editor, talks):
    meeting = RoundFactory(negotiation=talks, state="draft")
    party = PartyFactory(negotiation=talks)
    there = record_with_evidence(
        Participation, user=editor, negotiation=talks, round=meeting, party=party, role="host"
    )
    assert there.state == "draft"


@pytest.mark.parametrize("pointer", ["answers", "linkage"])
def test_what_points_to_a_draft_by_its_number_stays_a_draft_with_evidence(editor, talks, pointer):
    shared = {"user": editor, "negotiation": talks}
    event = record_with_evidence(Event, **shared, kind="contact", title="A call", happened=A_DAY)
    points = {
        "answers": {"answers_id": event.pk, "answer": "noted"},
        "linkage": {"kind": "demand", "links": [{"relation": "after", "anchor_id": event.pk}]},
    }[pointer]
    issue, party = IssueFactory(negotiation=talks), PartyFactory(negotiation=talks)
    said = {"issue": issue, "holders": [party], "text": "Water", "stated": A_DAY}
    demand = record_demand(**shared, **said, **points, evidence=[says_so(talks)])
    assert demand.state == "draft"
    edited = edit_record(demand, user=editor, version=1, text="Wine", evidence=[says_so(talks)])
    assert (edited.text, edited.state) == ("Wine", "draft")
    edit_record(event, user=editor, version=1, evidence=[says_so(talks)])
    demand = edit_record(edited, user=editor, version=2, evidence=[says_so(talks)])
    assert demand.state == "published"


def test_a_draft_that_gains_its_first_evidence_is_published(editor, talks):
    event = record_with_evidence(
        Event, user=editor, negotiation=talks, kind="contact", title="A call", happened=A_DAY
    )
    assert event.state == "draft"
    number = Record.objects.get(pk=event.pk)
    added = add_part(Evidence, user=editor, record=number, **says_so(talks))
    event.refresh_from_db()
    assert (event.state, added.state) == ("published", "published")


def test_an_edit_that_brings_evidence_publishes_a_draft(editor, talks):
    event = record_with_evidence(
        Event, user=editor, negotiation=talks, kind="contact", title="A call", happened=A_DAY
    )
    edited = edit_record(
        event, user=editor, version=1, title="A long call", evidence=[says_so(talks)]
    )
    assert (edited.title, edited.state) == ("A long call", "published")
    with pytest.raises(Conflict):
        edit_record(event, user=editor, version=1, title="A short call")


def test_a_draft_stays_one_where_review_is_asked_for(editor, talks):
    edit(talks, user=None, review="required")
    talks.refresh_from_db()
    event = record_with_evidence(
        Event, user=editor, negotiation=talks, kind="contact", title="A call", happened=A_DAY
    )
    number = Record.objects.get(pk=event.pk)
    source = SourceFactory(negotiation=talks, state="draft")
    add_part(Evidence, user=editor, record=number, source=source, basis="inference")
    event.refresh_from_db()
    assert event.state == "draft"
