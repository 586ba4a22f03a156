"""Undoing a changeset: what it did is undone, what was done since is never lost."""

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from negotiations.history import broken_revision, revision_of
from negotiations.memberships import set_role
from negotiations.models import (
    Changeset,
    Membership,
    Negotiation,
    Party,
    Record,
    Track,
)
from negotiations.operations import create, edit, operation, publish, remove
from negotiations.reversing import planned, reverse
from negotiations.rowimages import tables_in_order
from positions.models import (
    Demand,
    Evidence,
    TermValue,
)
from positions.operations import edit_record, record_demand
from tests.factories import (
    MembershipFactory,
    TermFactory,
    UserFactory,
    on,
)
from tests.talks import days_of, river_talks


@pytest.fixture
def talks(transactional_db):
    return river_talks()


def everything(negotiation) -> dict:
    """All rows of the negotiation but for their versions, by model and number."""
    return {
        (model, row.pop("id")): row
        for model in tables_in_order()
        if model is not Negotiation
        for row in model._base_manager.filter(negotiation=negotiation).values()
        if [row.pop("version", None)]
    }


def refusal(call) -> str:
    with pytest.raises(ValidationError) as caught:
        call()
    return " ".join(caught.value.messages)


def party_n(talks) -> Party:
    here = {"user": talks.editor, "negotiation": talks.negotiation}
    return create(Party, **here, code="N", standing="stakeholder", name="New")


def the_last(talks) -> int:
    return revision_of(talks.negotiation)


def record_all(talks):
    """Record a demand with all that can hang on one, in one changeset; return it."""
    return record_demand(
        user=talks.editor,
        negotiation=talks.negotiation,
        issue=talks.flow,
        holders=[talks.east],
        addressees=[talks.west],
        obligors=[talks.west],
        kind="demand",
        text="All of it.",
        answers_id=talks.asked.pk,
        answer="noted",
        stated=on("2 May 2024"),
        values=[{"term": talks.days, **days_of(5)}],
        links=[{"relation": "after", "anchor_id": talks.asked.pk}],
        evidence=[
            {
                "source": {"outlet": "Dam Daily"},
                "speaker": {"name": "New Voice"},
                "basis": "inference",
            }
        ],
    )


def test_what_was_added_goes_with_all_that_hangs_on_it(talks):
    before = everything(talks.negotiation)
    records = set(Record.objects.values_list("pk", flat=True))
    record_all(talks)
    revision = the_last(talks)
    plan = planned(talks.negotiation, revision)
    assert {row.model.__name__ for row in plan.going} == {
        "Demand",
        "DemandHolder",
        "DemandAddressee",
        "DemandObligor",
        "TermValue",
        "Linkage",
        "Evidence",
        "Source",
        "Person",
    }
    assert (plan.returning, plan.changing, plan.obstacles) == ((), (), ())
    assert the_last(talks) == revision

    reverse(talks.negotiation, revision, user=talks.editor)
    assert everything(talks.negotiation) == before
    assert set(Record.objects.values_list("pk", flat=True)) == records
    changeset = Changeset.objects.latest("pk")
    assert changeset.revision == revision + 1
    assert changeset.user_name == talks.editor.username
    assert changeset.reason == f"Revision {revision} undone"
    assert broken_revision(talks.negotiation) is None


def test_what_was_removed_comes_back_with_its_numbers_one_version_on(talks):
    demand = record_all(talks)
    before = everything(talks.negotiation)
    remove(demand, user=talks.editor)
    assert not Demand.objects.filter(pk=demand.pk).exists()
    reverse(talks.negotiation, the_last(talks), user=talks.editor)
    assert everything(talks.negotiation) == before
    assert Demand.objects.get(pk=demand.pk).version == demand.version + 1
    assert list(Demand.objects.get(pk=demand.pk).holders.all()) == [talks.east]
    assert Record.objects.get(pk=demand.pk).state == "published"


def test_undoing_an_undo_is_doing_it_again(talks):
    demand = record_all(talks)
    done = everything(talks.negotiation)
    reverse(talks.negotiation, the_last(talks), user=talks.editor)
    reverse(talks.negotiation, the_last(talks), user=talks.editor)
    assert everything(talks.negotiation) == done
    assert Demand.objects.get(pk=demand.pk).version == 2


def test_only_the_fields_it_changed_get_back_what_they_held(talks):
    asked = talks.asked
    edit_record(
        asked,
        user=talks.editor,
        version=asked.version,
        text="Water for 28 days.",
        firmness="red line",
        holders=[talks.east, talks.west],
        values=[{"term": talks.days, **days_of(28)}],
    )
    revision = the_last(talks)
    edit(Demand.objects.get(pk=asked.pk), user=talks.editor, occasion="On the radio")
    version = Demand.objects.get(pk=asked.pk).version

    plan = planned(talks.negotiation, revision)
    changed = {row.model: row.labels for row in plan.changing}
    assert changed[Demand] == ("what they say, in our words", "firmness")
    assert changed[TermValue] == ("quantity",)
    reverse(talks.negotiation, revision, user=talks.editor)
    now = Demand.objects.get(pk=asked.pk)
    assert (now.text, now.firmness) == ("Water for 27 days.", "unknown")
    assert (now.occasion, now.version) == ("On the radio", version + 1)
    assert list(now.holders.all()) == [talks.east]
    assert TermValue.objects.get(record_id=asked.pk).quantity == days_of(27)["quantity"]


def test_a_field_that_somebody_changed_since_is_named_with_who_and_nothing_happens(talks):
    other = MembershipFactory(negotiation=talks.negotiation, user=UserFactory(username="petra"))
    edit(talks.asked, user=talks.editor, text="Another text.", firmness="firm")
    revision = the_last(talks)
    edit(Demand.objects.get(pk=talks.asked.pk), user=other.user, firmness="flexible")
    theirs = the_last(talks)
    edit(Demand.objects.get(pk=talks.asked.pk), user=talks.editor, occasion="Later")
    before = everything(talks.negotiation)

    said = refusal(lambda: reverse(talks.negotiation, revision, user=talks.editor))
    assert f"Demand {talks.asked.pk} “Another text.” has been changed since: firmness" in said
    assert f"(petra, revision {theirs})" in said
    assert everything(talks.negotiation) == before
    (obstacle,) = planned(talks.negotiation, revision).obstacles
    assert (obstacle.who, obstacle.revision) == ("petra", theirs)
    assert obstacle.row.columns == ("firmness",)


def test_what_somebody_changed_since_does_not_go(talks):
    demand = record_all(talks)
    revision = the_last(talks)
    edit(demand, user=talks.editor, text="Mended.")
    said = refusal(lambda: reverse(talks.negotiation, revision, user=talks.editor))
    assert (
        f"Demand {demand.pk} “Mended.” has been changed since: what they say, in our words" in said
    )
    assert Demand.objects.get(pk=demand.pk).text == "Mended."


def test_a_change_that_was_taken_back_stands_in_no_way(talks):
    demand = record_all(talks)
    revision = the_last(talks)
    edit(demand, user=talks.editor, text="Mended.")
    edit(Demand.objects.get(pk=demand.pk), user=talks.editor, text="All of it.")
    reverse(talks.negotiation, revision, user=talks.editor)
    assert not Demand.objects.filter(pk=demand.pk).exists()


def test_a_link_that_somebody_removed_since_is_a_change_of_its_record(talks):
    demand = record_all(talks)
    revision = the_last(talks)
    edit(demand, user=talks.editor, addressees=[])
    said = refusal(lambda: reverse(talks.negotiation, revision, user=talks.editor))
    assert f"Demand {demand.pk} “All of it.” has been changed since" in said


@pytest.mark.parametrize("rest", ["evidence", "answer", "holder"])
def test_what_something_newer_rests_on_does_not_go(talks, rest):
    party = create(
        Party,
        user=talks.editor,
        negotiation=talks.negotiation,
        code="N",
        standing="stakeholder",
        name="New",
    )
    party_revision = the_last(talks)
    demand = record_all(talks)
    revision = the_last(talks)
    here = {"user": talks.editor, "negotiation": talks.negotiation}
    if rest == "evidence":
        resting = create(
            Evidence,
            **here,
            record_id=demand.pk,
            source=talks.source,
            basis="inference",
            state="published",
        )
        said = refusal(lambda: reverse(talks.negotiation, revision, user=talks.editor))
        assert (
            f"Evidence {resting.pk} “{talks.source}” rests on demand {demand.pk} “All of it.”"
            in said
        )
    elif rest == "answer":
        resting = record_demand(
            user=talks.editor,
            negotiation=talks.negotiation,
            issue=talks.flow,
            holders=[talks.west],
            answers_id=demand.pk,
            answer="noted",
            text="Noted.",
            stated=on("3 May 2024"),
        )
        said = refusal(lambda: reverse(talks.negotiation, revision, user=talks.editor))
        assert f"Demand {resting.pk} “Noted.” rests on demand {demand.pk} “All of it.”" in said
    else:
        edit(demand, user=talks.editor, holders=[talks.east, party])
        said = refusal(lambda: reverse(talks.negotiation, party_revision, user=talks.editor))
        assert f"Demand {demand.pk} “All of it.” rests on party {party.pk} “New”" in said
    assert f"({talks.editor.username}, revision {the_last(talks)})" in said
    assert Demand.objects.filter(pk=demand.pk).exists()


def test_what_it_stood_on_must_be_there_to_come_back(talks):
    term = TermFactory(negotiation=talks.negotiation, issue=talks.flow)
    demand = record_demand(
        user=talks.editor,
        negotiation=talks.negotiation,
        issue=talks.flow,
        holders=[talks.east],
        kind="demand",
        text="One.",
        stated=on("2 May 2024"),
        values=[{"term": term, **days_of(5)}],
    )
    remove(demand, user=talks.editor)
    revision = the_last(talks)
    remove(term, user=talks.editor)
    said = refusal(lambda: reverse(talks.negotiation, revision, user=talks.editor))
    assert f"stood on term {term.pk}, which is gone" in said
    assert f"({talks.editor.username}, revision {the_last(talks)})" in said


def test_what_is_gone_since_cannot_change_back(talks):
    track = create(Track, user=talks.editor, negotiation=talks.negotiation, name="A")
    edit(track, user=talks.editor, name="B")
    revision = the_last(talks)
    remove(track, user=talks.editor)
    said = refusal(lambda: reverse(talks.negotiation, revision, user=talks.editor))
    assert f"Track {track.pk} is gone ({talks.editor.username}, revision {revision + 1})" in said


def test_a_code_that_is_taken_by_now_is_refused_in_words(talks):
    party = create(
        Party,
        user=talks.editor,
        negotiation=talks.negotiation,
        code="N",
        standing="stakeholder",
        name="New",
    )
    remove(party, user=talks.editor)
    revision = the_last(talks)
    create(
        Party,
        user=talks.editor,
        negotiation=talks.negotiation,
        code="N",
        standing="stakeholder",
        name="Newer",
    )
    said = refusal(lambda: reverse(talks.negotiation, revision, user=talks.editor))
    assert said == "This code is taken; choose another."


def test_what_is_undone_already_leaves_nothing_to_undo(talks):
    record_all(talks)
    revision = the_last(talks)
    reverse(talks.negotiation, revision, user=talks.editor)
    said = refusal(lambda: reverse(talks.negotiation, revision, user=talks.editor))
    assert said == "There is nothing left to undo."
    assert "no revision 9999" in refusal(lambda: planned(talks.negotiation, 9999))


def test_members_and_settings_stay(talks):
    member = UserFactory()
    set_role(user=talks.editor, negotiation=talks.negotiation, member=member, role="reader")
    refusal(lambda: reverse(talks.negotiation, the_last(talks), user=talks.editor))
    assert Membership.objects.filter(user=member).exists()
    edit(talks.negotiation, user=talks.editor, visibility="members")
    refusal(lambda: reverse(talks.negotiation, the_last(talks), user=talks.editor))
    assert Negotiation.objects.get(pk=talks.negotiation.pk).visibility == "members"


def test_rows_that_answer_one_another_come_back_whatever_their_numbers(talks):
    """The older row answers the newer one; both and an outcome's event go in one changeset."""
    here = {"user": talks.editor, "negotiation": talks.negotiation, "stated": on("2 May 2024")}
    about = {"issue": talks.flow, "holders": [talks.east]}
    older = record_demand(**here, **about, kind="demand", text="Older.")
    newer = record_demand(**here, **about, kind="demand", text="Newer.")
    edit(older, user=talks.editor, answers_id=newer.pk, answer="noted")

    @operation
    def remove_both(*, user, reason=""):
        remove(Demand.objects.get(pk=older.pk), user=user)
        remove(Demand.objects.get(pk=newer.pk), user=user)

    before = everything(talks.negotiation)
    remove_both(user=talks.editor)
    reverse(talks.negotiation, the_last(talks), user=talks.editor)
    assert everything(talks.negotiation) == before


def test_a_row_that_was_turned_to_an_added_one_turns_back_before_that_goes(talks):
    here = {"negotiation": talks.negotiation}

    @operation
    def split(*, user, reason=""):
        new = record_demand(
            user=user,
            **here,
            issue=talks.flow,
            holders=[talks.east],
            kind="demand",
            text="New.",
            stated=on("2 May 2024"),
        )
        answer = Demand.objects.get(pk=talks.answer.pk)
        edit(answer, user=user, answers_id=new.pk)

    with transaction.atomic():
        Evidence.objects.filter(record_id=talks.answer.pk).update(state="draft")
        Demand.objects.filter(pk=talks.answer.pk).update(state="draft")
    before = everything(talks.negotiation)
    split(user=talks.editor)
    assert planned(talks.negotiation, the_last(talks)).lets_go
    reverse(talks.negotiation, the_last(talks), user=talks.editor)
    assert everything(talks.negotiation) == before


def test_publishing_is_undone_with_its_evidence(talks):
    demand = record_demand(
        user=talks.editor,
        negotiation=talks.negotiation,
        issue=talks.flow,
        holders=[talks.east],
        kind="demand",
        text="One.",
        stated=on("2 May 2024"),
        state="draft",
        evidence=[{"source": talks.source, "basis": "inference"}],
    )
    publish(demand, user=talks.editor)
    reverse(talks.negotiation, the_last(talks), user=talks.editor)
    assert Demand.objects.get(pk=demand.pk).state == "draft"
    assert Evidence.objects.get(record_id=demand.pk).state == "draft"
    assert Record.objects.get(pk=demand.pk).state == "draft"


def test_the_number_of_queries_does_not_depend_on_how_much_there_is(
    talks, django_assert_max_num_queries
):
    counts = []
    for many in (1, 30):

        @operation
        def record_many(*, user, reason="", many=many):
            for _each in range(many):
                record_all(talks)

        record_many(user=talks.editor)
        with django_assert_max_num_queries(400) as asked:
            reverse(talks.negotiation, the_last(talks), user=talks.editor)
        counts.append(len(asked))
        with django_assert_max_num_queries(400) as asked:
            reverse(talks.negotiation, the_last(talks), user=talks.editor)
        counts.append(len(asked))
    assert counts[:2] == counts[2:]
