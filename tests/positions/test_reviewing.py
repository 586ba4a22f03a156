"""Review: who decides on what, in the operations and in the database itself."""

import psycopg
import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from negotiations.changes import links
from negotiations.models import Content, Record
from negotiations.operations import Conflict, create, edit, remove, retract
from positions.models import (
    Demand,
    DemandHolder,
    Evidence,
    PendingEdit,
    TermValue,
)
from positions.operations import add_part, edit_record, record_demand, record_source
from positions.reviewing import approve, authors_of, publish, send_back, submit, withdraw
from tests.database import parameters, seal, sql
from tests.factories import (
    A_DAY,
    A_MONTH,
    IssueFactory,
    MembershipFactory,
    NegotiationFactory,
    PartyFactory,
    TermFactory,
)
from tests.negotiations.test_gate_concurrency import at_once

pytestmark = pytest.mark.django_db


class Talks:
    """A negotiation that reviews, with somebody in each role, and a source that is published."""

    def __init__(self):
        self.negotiation = NegotiationFactory(review="required")
        for name, role in {
            "editor": "editor",
            "other": "editor",
            "reviewer": "reviewer",
            "second": "reviewer",
            "manager": "manager",
            "reader": "reader",
        }.items():
            member = MembershipFactory(negotiation=self.negotiation, role=role)
            setattr(self, name, member.user)
        self.party, self.guest = PartyFactory.create_batch(2, negotiation=self.negotiation)
        self.issue = IssueFactory(negotiation=self.negotiation)
        self.term = TermFactory(issue=self.issue)
        self.source = self.approved(
            record_source(user=self.editor, negotiation=self.negotiation, outlet="The Herald")
        )

    def approved(self, record):
        return approve(submit(record, user=self.editor), user=self.reviewer)

    def draft(self, user=None, **fields) -> Demand:
        """Return a demand with a value and evidence, written by ``user``, by default the editor."""
        return record_demand(
            user=user or self.editor,
            negotiation=self.negotiation,
            **{
                "kind": "demand",
                "text": "Thirty days",
                "stated": A_DAY,
                "issue": self.issue,
                "holders": [self.party],
                "values": [{"term": self.term, "quantity": A_MONTH}],
                "evidence": [{"source": self.source, "basis": "official on the record"}],
                **fields,
            },
        )

    def published(self, **fields) -> Demand:
        return self.approved(self.draft(**fields))


@pytest.fixture
def talks():
    return Talks()


def states_of(record) -> set[str]:
    parts = [
        *Evidence.objects.filter(record=record.pk),
        *TermValue.objects.filter(record=record.pk),
    ]
    return {type(record).objects.get(pk=record.pk).state, *(part.state for part in parts)}


def refused(act, *args, **options) -> str:
    with pytest.raises(ValidationError) as caught:
        act(*args, **options)
    return " ".join(caught.value.messages)


def test_a_draft_is_sent_to_review_and_approved_with_what_hangs_on_it(talks):
    demand = talks.draft()
    assert states_of(demand) == {"draft"}
    submit(demand, user=talks.editor)
    assert states_of(demand) == {"in review"}
    approve(demand, user=talks.reviewer)
    assert states_of(demand) == {"published"}


def test_it_is_sent_back_with_a_reason_and_comes_again(talks):
    demand = submit(talks.draft(), user=talks.editor)
    assert "Say why" in refused(send_back, demand, user=talks.reviewer, reason="  ")
    send_back(demand, user=talks.reviewer, reason="Which month?")
    assert states_of(demand) == {"draft"}
    demand = edit_record(
        Demand.objects.get(pk=demand.pk), user=talks.editor, version=3, text="Thirty days in May"
    )
    # Who sent it back has not written it.
    approve(submit(demand, user=talks.editor), user=talks.reviewer)
    assert states_of(demand) == {"published"}


@pytest.mark.parametrize("who", ["editor", "other", "reader"])
def test_only_reviewers_and_managers_decide(talks, who):
    demand = submit(talks.draft(), user=talks.editor)
    for act in (approve, send_back):
        with pytest.raises(PermissionDenied):
            act(demand, user=getattr(talks, who), reason="Because")
    assert states_of(demand) == {"in review"}


@pytest.mark.parametrize("how", ["wrote", "edited", "listed", "evidence"])
def test_nobody_approves_what_they_wrote_any_part_of(talks, how):
    demand = talks.draft(user=talks.reviewer if how == "wrote" else talks.editor)
    if how == "edited":
        edit_record(demand, user=talks.reviewer, version=1, text="Sixty days")
        demand = edit_record(Demand.objects.get(), user=talks.editor, version=2, text="Thirty")
    elif how == "listed":
        create(
            DemandHolder,
            user=talks.reviewer,
            negotiation=talks.negotiation,
            demand=demand,
            party=talks.guest,
        )
    elif how == "evidence":
        add_part(
            Evidence,
            user=talks.reviewer,
            record=Record.objects.get(pk=demand.pk),
            source=talks.source,
            basis="inference",
        )
    submit(Demand.objects.get(pk=demand.pk), user=talks.editor)
    demand = Demand.objects.get(pk=demand.pk)
    assert "somebody else approves" in refused(approve, demand, user=talks.reviewer)
    approve(demand, user=talks.second)
    # What was approved is nobody's draft any more.
    assert authors_of([demand.pk]) == {demand.pk: frozenset()}


def test_what_is_no_draft_is_not_sent_and_what_is_not_in_review_not_decided(talks):
    demand = talks.draft()
    assert "send it to review" in refused(publish, demand, user=talks.manager)
    assert "does not wait" in refused(approve, demand, user=talks.reviewer)
    assert "does not wait" in refused(send_back, demand, user=talks.reviewer, reason="No")
    published = talks.approved(demand)
    assert "Only what is a draft" in refused(submit, published, user=talks.editor)
    assert "does not wait" in refused(approve, published, user=talks.second)
    unreviewed = NegotiationFactory()
    source = record_source(user=None, negotiation=unreviewed, outlet="A", state="draft")
    assert "Nothing is reviewed" in refused(submit, source, user=None)


def test_what_was_edited_since_one_looked_is_not_approved_unseen(talks):
    demand = submit(talks.draft(), user=talks.editor)
    edit_record(demand, user=talks.other, version=demand.version, text="Ninety days")
    with pytest.raises(Conflict):
        approve(demand, user=talks.reviewer, version=demand.version)
    assert states_of(demand) == {"in review"}


def test_it_says_on_which_drafts_it_rests(talks):
    source = record_source(user=talks.editor, negotiation=talks.negotiation, outlet="New")
    older = talks.draft()
    demand = talks.draft(
        supersedes=older, evidence=[{"source": source, "basis": "inference"}], text="Forty days"
    )
    demand = submit(demand, user=talks.editor)
    with pytest.raises(ValidationError) as caught:
        approve(demand, user=talks.reviewer)
    assert "source “New”, demand “Thirty days”" in caught.value.messages[0]
    assert caught.value.numbers == {"source “New”": source.pk, "demand “Thirty days”": older.pk}
    assert caught.value.waiting == frozenset()


def test_retracting_is_for_reviewers_and_publishing_again_for_review(talks):
    demand = talks.published()
    assert "reviewer or a manager" in refused(retract, demand, user=talks.editor)
    demand = retract(demand, user=talks.reviewer)
    assert "send it to review" in refused(publish, demand, user=talks.reviewer)
    approve(submit(demand, user=talks.editor), user=talks.reviewer)
    assert states_of(demand) == {"published"}


def test_what_is_published_is_not_deleted(talks):
    demand = talks.published()
    value = TermValue.objects.get(record=demand.pk)
    for row in (value, demand):
        assert "retracted before it is deleted" in refused(remove, row, user=talks.manager)
    retract(demand, user=talks.manager)
    remove(Demand.objects.get(), user=talks.editor)
    assert not Demand.objects.exists()


class TestEditsOfWhatIsPublished:
    """They wait beside the record, which stays as it was approved until they are."""

    def edited(self, talks, demand, user=None, **fields):
        return edit_record(
            demand,
            user=user or talks.editor,
            version=demand.version,
            reason="A better reading",
            **{"text": "At least thirty days", **fields},
        )

    def test_readers_see_the_approved_words_until_the_edit_is(self, talks):
        demand = talks.published()
        kept = self.edited(
            talks,
            demand,
            holders=[talks.guest],
            values=[],
            evidence=[{"source": {"outlet": "A late source"}, "basis": "inference"}],
        )
        pending = PendingEdit.objects.get()
        assert (kept.text, kept.pending_edit) == ("Thirty days", pending)
        assert (pending.user, pending.stage, pending.why) == (
            talks.editor,
            "waiting",
            "A better reading",
        )
        now = Demand.objects.get()
        assert (now.text, now.version, [*now.holders.all()]) == (
            "Thirty days",
            demand.version,
            [talks.party],
        )
        assert TermValue.objects.count() == 1
        approve(now, user=talks.reviewer)
        now = Demand.objects.get()
        assert (now.text, [*now.holders.all()]) == ("At least thirty days", [talks.guest])
        assert now.version == demand.version + 1
        assert not TermValue.objects.exists()
        assert Evidence.objects.filter(record=now.pk, state="published").count() == 2
        assert PendingEdit.objects.get().stage == "approved"

    def test_nobody_approves_their_own(self, talks):
        demand = talks.published()
        self.edited(talks, demand, user=talks.reviewer)
        assert "yourself" in refused(approve, demand, user=talks.reviewer)
        with pytest.raises(PermissionDenied):
            approve(demand, user=talks.other)
        approve(demand, user=talks.second)
        assert Demand.objects.get().text == "At least thirty days"

    def test_one_waits_at_a_time_and_is_sent_back_or_withdrawn(self, talks):
        demand = talks.published()
        self.edited(talks, demand)
        again = refused(self.edited, talks, demand, user=talks.other)
        assert f"An edit of this by {talks.editor} waits" in again
        send_back(demand, user=talks.reviewer, reason="Not in the source")
        pending = PendingEdit.objects.get()
        assert (pending.stage, pending.answer) == ("sent back", "Not in the source")
        assert "does not wait" in refused(approve, demand, user=talks.reviewer)
        self.edited(talks, demand)
        waiting = PendingEdit.objects.get(stage="waiting")
        with pytest.raises(PermissionDenied):
            withdraw(waiting, user=talks.reviewer)
        withdraw(waiting, user=talks.editor)
        assert not PendingEdit.objects.filter(stage="waiting").exists()
        assert Demand.objects.get().text == "Thirty days"

    def test_what_could_not_be_approved_is_refused_at_once(self, talks):
        demand = talks.published()
        assert "Say whose demand" in refused(self.edited, talks, demand, holders=[])
        draft = talks.draft()
        assert "rests only on what is published" in refused(
            self.edited, talks, demand, supersedes=draft
        )
        assert not PendingEdit.objects.exists()

    def test_an_edit_that_changes_nothing_is_none(self, talks):
        demand = talks.published()
        kept = self.edited(talks, demand, text=demand.text)
        assert getattr(kept, "pending_edit", None) is None
        assert not PendingEdit.objects.exists()

    def test_it_is_stale_where_somebody_retracted_meanwhile(self, talks):
        demand = talks.published()
        self.edited(talks, demand)
        retract(demand, user=talks.manager)
        again = approve(submit(Demand.objects.get(), user=talks.editor), user=talks.reviewer)
        value = TermValue.objects.get()
        assert value.state == "published"
        assert again.text == "Thirty days"
        approve(again, user=talks.reviewer)
        assert Demand.objects.get().text == "At least thirty days"

    def test_what_is_added_to_it_is_a_draft_of_its_own(self, talks):
        demand = talks.published()
        part = add_part(
            Evidence,
            user=talks.editor,
            record=Record.objects.get(pk=demand.pk),
            source=talks.source,
            basis="inference",
        )
        assert part.state == "draft"
        approve(submit(part, user=talks.editor), user=talks.reviewer)
        assert states_of(demand) == {"published"}


def as_user(user) -> None:
    sql("SELECT set_config('parley.user_id', %s, true)", str(user.pk) if user else "")


@transaction.atomic
def write(*statements: str) -> None:
    for statement in statements:
        sql(statement)
    seal()


def rule_broken(*statements: str) -> str:
    """Return the name of the rule that refuses these statements, written past all operations."""
    with pytest.raises(IntegrityError) as caught:
        write(*statements)
    return caught.value.__cause__.diag.constraint_name


PUBLISH = "UPDATE positions_demand SET state = 'published', version = version + 1"
PARTS = "UPDATE positions_{} SET state = 'published' WHERE state <> 'published'"
PUBLISH_ALL = [PUBLISH, PARTS.format("evidence"), PARTS.format("termvalue")]
RETRACT_ALL = [
    f"UPDATE positions_{table} SET state = 'retracted'"
    for table in ("demand", "evidence", "termvalue")
]


class TestTheDatabase:
    """What the web role writes itself, past the program."""

    def test_only_what_was_in_review_is_published(self, talks):
        talks.draft()
        as_user(talks.reviewer)
        assert rule_broken(*PUBLISH_ALL) == "published_after_review"

    @pytest.mark.parametrize("who", [None, "editor", "other", "reader"])
    def test_only_reviewers_publish_and_retract(self, talks, who):
        demand = submit(talks.draft(), user=talks.editor)
        as_user(who and getattr(talks, who))
        assert rule_broken(*PUBLISH_ALL) == "reviewers_decide"
        approve(demand, user=talks.reviewer)
        as_user(who and getattr(talks, who))
        assert rule_broken(*RETRACT_ALL) == "reviewers_decide"

    def test_nobody_publishes_their_own(self, talks):
        demand = talks.draft()
        edit_record(demand, user=talks.reviewer, version=1, text="Other")
        submit(Demand.objects.get(), user=talks.editor)
        as_user(talks.reviewer)
        assert rule_broken(*PUBLISH_ALL) == "nobody_approves_their_own"
        as_user(talks.second)
        write(*PUBLISH_ALL)

    def test_nothing_changes_while_it_is_approved(self, talks):
        submit(talks.draft(), user=talks.editor)
        as_user(talks.reviewer)
        changed = PUBLISH + ", text = 'Something else'"
        assert rule_broken(changed, *PUBLISH_ALL[1:]) == "approved_as_it_was"
        listed = "DELETE FROM positions_demandholder"
        more = (
            "INSERT INTO positions_demandholder (negotiation_id, demand_id, party_id)"
            f" SELECT negotiation_id, id, {talks.guest.pk} FROM positions_demand"
        )
        assert rule_broken(*PUBLISH_ALL, more) == "published_changes_by_review"
        assert rule_broken(*PUBLISH_ALL, more, listed)  # Whatever rule is asked first.

    def test_what_is_published_is_not_written(self, talks):
        talks.published()
        as_user(talks.manager)
        assert rule_broken("UPDATE positions_demand SET text = 'x'") == (
            "published_changes_by_review"
        )
        more = (
            "INSERT INTO positions_demandholder (negotiation_id, demand_id, party_id)"
            f" SELECT negotiation_id, id, {talks.guest.pk} FROM positions_demand"
        )
        assert rule_broken(more) == "published_changes_by_review"
        assert rule_broken("DELETE FROM positions_termvalue") == "published_is_retracted_first"

    def test_an_edit_is_approved_by_somebody_else_and_as_it_was_kept(self, talks):
        demand = talks.published()
        edit_record(demand, user=talks.reviewer, version=demand.version, text="Forty")
        approved = "UPDATE positions_pendingedit SET stage = 'approved'"
        for user, text in (
            (talks.reviewer, "Forty"),
            (talks.other, "Forty"),
            (talks.second, "Fifty"),
        ):
            as_user(user)
            written = f"UPDATE positions_demand SET text = '{text}', version = version + 1"
            assert rule_broken(written, approved) == "published_changes_by_review"
        forged = (
            "UPDATE positions_pendingedit SET rows = replace(rows::text, 'Forty', 'Fifty')::jsonb"
        )
        as_user(talks.second)
        assert (
            rule_broken(forged, "UPDATE positions_demand SET text = 'Fifty', version = 9", approved)
            == "published_changes_by_review"
        )

    def test_a_negotiation_without_review_is_left_alone(self, talks):
        talks.draft()
        edit(talks.negotiation, user=talks.manager, review="off")
        as_user(None)
        write(*PUBLISH_ALL)
        assert Demand.objects.get().state == "published"

    def test_every_table_with_a_state_and_every_list_is_looked_at(self, connect, owner_role):
        tables = connect(owner_role).execute(
            "SELECT unnest(tables)::text FROM gate.check WHERE name = 'zz_reviewed'"
        )
        wanted = {m._meta.db_table for m in apps.get_models() if issubclass(m, Content)}
        assert {name for (name,) in tables} == wanted | set(links())


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_at_once_make_one_decision():
    talks = Talks()
    for decisions in (("approve", "approve"), ("approve", "back"), ("back", "back")):
        demand = submit(talks.draft(), user=talks.editor)
        acts = {
            "approve": lambda user, d=demand: approve(d, user=user),
            "back": lambda user, d=demand: send_back(d, user=user, reason="Why?"),
        }

        def decide(act, user):
            try:
                act(user)
            except ValidationError as error:
                return error.code
            return "done"

        users = (talks.reviewer, talks.second)
        done = at_once(
            [
                lambda a=acts[name], u=user: decide(a, u)
                for name, user in zip(decisions, users, strict=True)
            ]
        )
        assert sorted(done) == ["decided", "done"]
        assert states_of(demand) in ({"published"}, {"draft"})


def test_the_history_of_every_list_is_found_by_its_record(owner_role, db):
    with psycopg.connect(**parameters(owner_role)) as link:
        lists = link.execute(
            "SELECT source, gate.list_owner(source, jsonb_build_object(field, 7)) FROM gate.link"
        ).fetchall()
        link.execute("SET enable_seqscan = off")
        plan = link.execute(
            "EXPLAIN SELECT FROM gate.history WHERE gate.list_owner(table_name, data) = 7"
        ).fetchall()
        other = link.execute("SELECT gate.list_owner('positions_demand', '{\"demand_id\": 7}')")
        assert other.fetchone() == (None,)
    names = [name for name, _ in lists]
    assert {"positions_demandholder", "positions_termvaluechoice"} < set(names)
    assert len(set(names)) == len(names)
    assert {owner for _, owner in lists} == {7}
    assert "history_of_list" in str(plan)
