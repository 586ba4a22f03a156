"""Starting codebooks, and the choices of a term."""

import pytest
from django.core.exceptions import ValidationError

from negotiations.models import Changeset, Party
from negotiations.ordering import move
from positions.codebooks import apply_codebook, codebooks, free_code, set_choices
from positions.models import Issue, Term, TermChoice
from tests.factories import (
    IssueFactory,
    NegotiationFactory,
    PartyFactory,
    TermChoiceFactory,
    TermFactory,
    TermValueChoiceFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def talks():
    return NegotiationFactory()


@pytest.fixture
def manager():
    return UserFactory()


def test_there_are_three_starting_points():
    assert set(codebooks()) == {"ceasefire-talks", "comprehensive-peace", "trade"}


@pytest.mark.parametrize("code", sorted(codebooks()))
def test_a_codebook_is_set_up_whole_in_one_changeset(code, talks, manager):
    codebook = codebooks()[code]
    apply_codebook(user=manager, negotiation=talks, codebook=codebook)
    issues = list(Issue.objects.order_by("order"))
    assert [issue.code for issue in issues] == [row["code"] for row in codebook.issues]
    assert all(issue.question for issue in issues)
    written = [term for row in codebook.issues for term in row.get("terms", ())]
    terms = {term.code: term for term in Term.objects.prefetch_related("choices")}
    assert len(terms) == len(written) >= 10
    for row in written:
        term = terms[row["code"]]
        assert (term.name, term.kind, term.unit) == (row["name"], row["kind"], row.get("unit", ""))
        expected = [(c["name"], c.get("ordinal")) for c in row.get("choices", ())]
        assert [(c.name, c.ordinal) for c in term.choices.all()] == expected
        assert bool(expected) == (row["kind"] in ("choice", "set"))
    assert Changeset.objects.filter(negotiation_id=talks.pk, user_id=manager.pk).count() == 1


def test_a_part_of_an_issue_stands_below_it(talks, manager):
    apply_codebook(user=manager, negotiation=talks, codebook=codebooks()["comprehensive-peace"])
    assert Issue.objects.get(code="borders").parent.code == "status"


def test_what_is_there_already_is_left_alone(talks, manager):
    IssueFactory(negotiation=talks, code="disputes", name="Our own", order=4)
    new = apply_codebook(user=manager, negotiation=talks, codebook=codebooks()["trade"])
    assert Issue.objects.get(code="disputes").name == "Our own"
    assert "disputes" not in [issue.code for issue in new]
    assert not Term.objects.filter(code="disputes-days").exists()
    assert min(issue.order for issue in new) == 5
    assert apply_codebook(user=manager, negotiation=talks, codebook=codebooks()["trade"]) == []


def test_a_code_is_made_from_the_name_and_never_taken(talks):
    PartyFactory(negotiation=talks, code="northland")
    assert free_code(Party, "Northland", negotiation=talks) == "northland-2"
    assert free_code(Party, "South Land!", negotiation=talks) == "south-land"
    assert free_code(Party, "Україна", negotiation=talks) == "party"
    assert len(free_code(Party, "x" * 300, negotiation=talks)) <= 30


def test_choices_are_put_in_order_added_and_taken_away(talks, manager):
    term = TermFactory(negotiation=talks, kind="choice")
    set_choices(term, user=manager, names=["none", "partial", "full"], ordered=True)
    partial = TermChoice.objects.get(name="partial")
    set_choices(term, user=manager, names=["partial", "whole"], ordered=False)
    assert [(c.name, c.ordinal) for c in term.choices.order_by("pk")] == [
        ("partial", None),
        ("whole", None),
    ]
    assert TermChoice.objects.get(name="partial").pk == partial.pk


def test_a_choice_that_somebody_named_stays(talks, manager):
    choice = TermChoiceFactory(negotiation=talks, name="full")
    TermValueChoiceFactory(negotiation=talks, choice=choice, value__term=choice.term)
    with pytest.raises(ValidationError, match="rest"):
        set_choices(choice.term, user=manager, names=["none"], ordered=True)
    assert [c.name for c in choice.term.choices.all()] == ["full"]


def test_a_row_moves_among_its_siblings(talks, manager):
    first, second, third = (PartyFactory(negotiation=talks, order=n) for n in (0, 0, 7))
    line = Party.objects.filter(negotiation=talks).order_by("order", "pk")
    move(third, user=manager, among=line, steps=-1)
    assert [p.pk for p in line.all()] == [first.pk, third.pk, second.pk]
    move(third, user=manager, among=line, steps=-5)
    assert [(p.pk, p.order) for p in line.all()] == [(third.pk, 1), (first.pk, 2), (second.pk, 3)]
    changes = Changeset.objects.filter(negotiation_id=talks.pk).count()
    move(third, user=manager, among=line, steps=-1)
    assert Changeset.objects.filter(negotiation_id=talks.pk).count() == changes
