"""Positions: what a form says of a row before the database has to, and how rows are called."""

import pytest
from django.core.exceptions import ValidationError

from negotiations import ranges
from positions.models import Clause, Demand, Evidence, TermChoice
from tests.factories import (
    A_DAY,
    ClauseFactory,
    DemandFactory,
    DemandHolderFactory,
    EventFactory,
    EvidenceFactory,
    IssueFactory,
    LinkageFactory,
    OutcomeFactory,
    PartyFactory,
    ProposalFactory,
    SilenceFactory,
    TermChoiceFactory,
    TermFactory,
    TermValueFactory,
    on,
)

pytestmark = pytest.mark.django_db


def told(row):
    """What a form says of a row."""
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    return refused.value.message_dict


def test_a_demand_is_told_all_that_is_wrong_with_it_at_once():
    demand = DemandFactory(
        saved=False, text="", kind="wish", stated=None, firmness="", answer="maybe"
    )
    assert set(told(demand)) >= {"text", "kind", "stated", "firmness", "answer"}


def test_a_demand_needs_no_more_than_text_kind_and_date():
    demand = DemandFactory(saved=False, issue=None)
    demand.full_clean()
    assert (demand.firmness, demand.state, demand.version) == ("unknown", "draft", 1)


def test_evidence_speaks_to_a_field_that_its_record_has():
    clause = ClauseFactory()
    EvidenceFactory(saved=False, about=clause, field="operator", reads="any").full_clean()
    wrong = EvidenceFactory(saved=False, about=clause, field="firmness", reads="firm")
    message = told(wrong)["field"][0]
    assert message.startswith("A clause has no field “firmness”; it has ")
    assert "operator" in message
    assert "negotiation" not in message


@pytest.mark.parametrize(
    ("factory", "field"),
    [
        (DemandFactory, "text"),
        (DemandFactory, "holders"),
        (TermValueFactory, "quantity"),
        (OutcomeFactory, "confirmed_by"),
        (EventFactory, "happened"),
        (ProposalFactory, "points"),
        (PartyFactory, "name"),
    ],
)
def test_evidence_may_speak_to_any_field_of_a_record(factory, field):
    evidence = EvidenceFactory(saved=False, about=factory(), field=field, reads="otherwise")
    evidence.full_clean()


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("date", {"quantity": ranges.quantity(None, 30)}, "“Length” is a date; this value is not."),
        ("choice", {"dates": A_DAY}, "“Length” is a choice; this value is not."),
        ("quantity", {"quantity": None, "dates": A_DAY}, "“Length” is a quantity; this value"),
    ],
)
def test_a_value_says_which_kind_its_term_is(kind, value, message):
    term = TermFactory(kind=kind, name="Length")
    assert message in told(TermValueFactory(saved=False, term=term, **value))["__all__"][0]


def test_a_clause_says_that_its_parent_is_of_another_paper():
    clause = ClauseFactory()
    clause.parent = ClauseFactory(negotiation=clause.negotiation)
    assert told(clause)["parent"] == ["This clause is of another proposal."]


def test_a_quantity_keeps_its_ends():
    both = TermValueFactory(quantity=ranges.quantity(2, 3))
    at_least = TermValueFactory(quantity=ranges.quantity(30, None))
    both.refresh_from_db()
    at_least.refresh_from_db()
    assert (both.quantity.lower, both.quantity.upper) == (2, 3)
    assert both.quantity.upper_inc
    assert (at_least.quantity.lower, at_least.quantity.upper) == (30, None)


def test_dates_come_back_as_the_days_that_were_meant():
    demand = Demand.objects.get(pk=DemandFactory(stated=on("May 2025")).pk)
    assert ranges.date_text(demand.stated) == "May 2025"


def test_demands_come_in_the_order_in_which_they_were_stated():
    stated = ["June 2025", "May 2025", "2 June 2025"]
    demands = {text: DemandFactory(stated=on(text)) for text in stated}
    ordered = [demands[text] for text in ("May 2025", "June 2025", "2 June 2025")]
    assert list(Demand.objects.all()) == ordered


def test_issues_and_clauses_come_in_their_editors_order():
    root = ClauseFactory()
    second, first = (ClauseFactory(parent=root, order=order) for order in (2, 1))
    assert list(root.children.all()) == [first, second]
    assert list(Clause.objects.filter(parent=None)) == [root]
    parent = IssueFactory()
    later, sooner = (IssueFactory(parent=parent, order=order) for order in (2, 1))
    assert list(parent.children.all()) == [sooner, later]


def test_choices_come_in_the_order_that_means_something():
    term = TermFactory(kind="choice")
    ordinals = [30, 10, 20]
    everywhere, sectors, front = (TermChoiceFactory(term=term, ordinal=n) for n in ordinals)
    assert list(TermChoice.objects.filter(term=term)) == [sectors, front, everywhere]


def test_a_joint_demand_is_each_holder_s():
    demand = DemandFactory()
    another = DemandHolderFactory(demand=demand).party
    assert demand.holders.count() == 2
    assert list(another.demands.all()) == [demand]


def test_several_sources_say_so_and_rivals_stand_side_by_side():
    clause = ClauseFactory(operator="unclear")
    for reading in ("any", "all"):
        EvidenceFactory(about=clause, field="operator", reads=reading, stance="reads as")
    readings = Evidence.objects.filter(record=clause.pk).values_list("reads", flat=True)
    assert sorted(readings) == ["all", "any"]


def anchored():
    anchor = DemandFactory()
    linkage = LinkageFactory(
        negotiation=anchor.negotiation, relation="within", anchor_id=anchor.pk, condition=""
    )
    assert str(linkage) == f"within demand {anchor.pk}"
    return linkage.anchor


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (lambda: DemandFactory(text="Stop for a month"), "Stop for a month"),
        (lambda: IssueFactory(name="Ceasefire"), "Ceasefire"),
        (lambda: TermFactory(name="Duration"), "Duration"),
        (lambda: TermValueFactory(term__name="Duration"), "Duration"),
        (lambda: TermChoiceFactory(name="Four regions"), "Four regions"),
        (lambda: ProposalFactory(title="Memorandum"), "Memorandum"),
        (lambda: ClauseFactory(label="Option 1", text="Withdraw"), "Option 1"),
        (lambda: ClauseFactory(label="", text="Withdraw"), "Withdraw"),
        (lambda: OutcomeFactory(text="A swap"), "A swap"),
        (lambda: EventFactory(title="A call"), "A call"),
        (lambda: SilenceFactory(party__name="Russia"), "Russia: no answer reported"),
        (lambda: LinkageFactory(condition="it rains"), "only if it rains"),
        (lambda: EvidenceFactory(source__outlet="Gazette"), "Gazette"),
        (lambda: DemandHolderFactory(party__name="Ukraine"), "Ukraine"),
    ],
)
def test_a_row_is_called_what_a_person_calls_it(row, text):
    assert str(row()) == text


def test_a_linkage_and_a_number_are_called_by_what_they_stand_for():
    record = anchored()
    assert str(record) == f"demand {record.pk}"
