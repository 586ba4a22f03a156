"""The comparison at a revision: what was answered then is answered today, to the byte."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import connection, migrations, models
from django.db.models import F, Value
from django.db.models.functions import Concat
from rest_framework.renderers import JSONRenderer

from accounts.models import User
from negotiations.migrating import AddedColumn, RenamedColumn
from negotiations.models import Negotiation, Party
from negotiations.operations import remove
from negotiations.past import at_revision
from positions import comparison
from positions.api_comparison import ComparisonSerializer
from positions.models import Demand, Evidence, Issue, Outcome, TermValue
from positions.querysets import IsLive
from positions.question import Question
from tests.database import seal, sql
from tests.factories import MembershipFactory, on
from tests.pasts import scratch_database
from tests.recording import published_demand, published_outcome
from tests.talks import one_more_of_everything, river_talks

ANYBODY = AnonymousUser()
DAY = date(2025, 6, 5)


def answer(negotiation, user=ANYBODY, day=DAY) -> bytes:
    """The comparison as the API sends it."""
    built = comparison.build(negotiation=negotiation, user=user, question=Question(as_of=day))
    return JSONRenderer().render(ComparisonSerializer(built).data)


def answer_at(negotiation, revision, user=ANYBODY, day=DAY) -> bytes:
    with at_revision(negotiation, revision) as then:
        return answer(then, user, day)


def write_a_thousand_times(negotiation):
    """Change, add and delete what the comparison shows, in many revisions."""
    mine = {"negotiation": negotiation}
    issue, party = Issue.objects.filter(**mine).first(), Party.objects.filter(**mine).first()
    before = revision_now(negotiation)
    written = 0
    while written < 1000:
        added = published_demand(**mine, issue=issue, holders=[party], text=f"No {written}")
        Demand.objects.filter(**mine).update(
            text=Concat("text", Value("!")), version=F("version") + 1
        )
        Evidence.objects.filter(**mine).update(basis="inference", locator=str(written))
        TermValue.objects.filter(**mine).update(rank="deprecated", version=written + 1)
        seal()
        remove(added, user=None)
        written = rows_written(negotiation, before)


def rows_written(negotiation, after: int) -> int:
    ((count,),) = sql(
        "SELECT count(*) FROM gate.history h JOIN gate.changeset c ON c.id = changeset_id"
        " WHERE h.negotiation_id = %s AND c.revision > %s",
        negotiation.pk,
        after,
    )
    return count


def revision_now(negotiation) -> int:
    return Negotiation.objects.with_revision().get(pk=negotiation.pk).revision


def test_the_same_to_the_byte_after_a_thousand_writes(db):
    call_command("load_sample", verbosity=0)
    seal()
    negotiation = Negotiation.objects.with_revision().get()
    people = [ANYBODY, User.objects.get(username="editor")]
    then = [answer(negotiation, user) for user in people]
    assert len(then[0]) > 80_000
    write_a_thousand_times(negotiation)
    Negotiation.objects.update(title="Renamed")
    Party.objects.update(name="Renamed")
    seal()
    assert answer(negotiation) != then[0]
    assert [answer_at(negotiation, negotiation.revision, user) for user in people] == then


class TestSmallTalks:
    @pytest.fixture
    def talks(self, db):
        talks = river_talks()
        seal()
        return talks

    def test_each_revision_answers_as_it_did(self, talks):
        negotiation, said = talks.negotiation, {}
        for number in range(2):
            one_more_of_everything(talks, number + 3)
            mine = {"negotiation": negotiation, "issue": talks.flow, "holders": [talks.east]}
            published_demand(**mine, text=f"Draft {number}", state="draft")
            seal()
            now = Negotiation.objects.with_revision().get(pk=negotiation.pk)
            said[now.revision] = [answer(now), answer(now, talks.editor)]
        assert len({reply for replies in said.values() for reply in replies}) == 4
        for revision, replies in said.items():
            users = (ANYBODY, talks.editor)
            assert [answer_at(negotiation, revision, user) for user in users] == replies

    def test_query_sets_answer_as_they_did(self, talks):
        negotiation = talks.negotiation

        def current():
            return [
                list(
                    kind.objects.visible_to(ANYBODY)
                    .filter(negotiation=negotiation)
                    .current(DAY)
                    .order_by("pk")
                    .values()
                )
                for kind in (Demand, Outcome)
            ]

        published_outcome(negotiation=negotiation, issue=talks.flow)
        seal()
        revision, then = revision_now(negotiation), current()
        assert all(then)
        Outcome.objects.filter(negotiation=negotiation).update(
            ended=on("1 June 2025"), ending="lapsed"
        )
        old = Demand.objects.current(DAY).filter(holders=talks.east).first()
        published_demand(
            negotiation=negotiation,
            issue=old.issue,
            holders=[talks.east],
            stated=on("3 June 2025"),
            supersedes=old,
        )
        seal()
        assert current() != then
        with at_revision(negotiation, revision):
            assert current() == then

    def test_functions_read_what_the_query_reads(self, talks):
        """An answer is live while its target is, told by a function whose plans are kept."""
        asked = published_demand(negotiation=talks.negotiation, holders=[talks.east])
        answered = published_demand(
            negotiation=talks.negotiation,
            holders=[talks.west],
            answers_id=asked.pk,
            answer="rejected",
        )
        seal()
        revision = revision_now(talks.negotiation)
        mine = Demand.objects.filter(pk=answered.pk).annotate(live=IsLive("answers", DAY, None))
        assert mine.get().live is True
        Demand.objects.filter(pk=asked.pk).update(ended=on("4 June 2025"), ending="withdrawn")
        seal()
        for __ in range(7):
            assert mine.get().live is False
            with at_revision(talks.negotiation, revision):
                assert mine.get().live is True

    def test_drafts_of_then_stay_hidden(self, talks):
        draft = published_demand(
            negotiation=talks.negotiation, issue=talks.flow,
            holders=[talks.east], text="A canary", state="draft",
        )  # fmt: skip
        seal()
        revision = revision_now(talks.negotiation)
        Evidence.objects.filter(record=draft.pk).update(state="draft")
        seal()
        for reader in (
            ANYBODY,
            MembershipFactory(negotiation=talks.negotiation, role="reader").user,
        ):
            assert b"A canary" not in answer_at(talks.negotiation, revision, reader)
        assert b"A canary" in answer_at(talks.negotiation, revision, talks.editor)


def test_the_same_after_the_tables_have_changed(
    transactional_db, web_role, owner_role, monkeypatch
):
    with scratch_database(web_role, owner_role) as scratch:
        scratch.migrate(
            "positions",
            migrations.AddField("demand", "mood", models.TextField(db_default="calm")),
            AddedColumn("demand", "mood", reads="calm"),
        )
        talks = river_talks()
        negotiation = Negotiation.objects.with_revision().get(pk=talks.negotiation.pk)
        then = [answer(negotiation), answer(negotiation, talks.editor)]
        write_a_thousand_times(negotiation)
        number = models.IntegerField(default=0)
        scratch.migrate(
            "positions",
            migrations.RemoveField("demand", "mood"),
            migrations.RenameField("demand", "firmness", "resolve"),
            RenamedColumn("demand", was="firmness", column="resolve"),
            migrations.AddField("demand", "weight", number),
            AddedColumn("demand", "weight", reads=0),
        )
        # What the model of that release would say.
        monkeypatch.setattr(Demand._meta.get_field("firmness"), "column", "resolve")
        assert answer(negotiation) != then[0]
        revision = negotiation.revision
        users = (ANYBODY, talks.editor)
        assert [answer_at(negotiation, revision, user) for user in users] == then
        with at_revision(negotiation, revision):
            assert sql("SELECT DISTINCT weight FROM positions_demand") == [(0,)]
    assert connection.settings_dict["NAME"].startswith("test_")
