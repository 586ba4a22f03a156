"""The queue, the page of a record in it, and the same in the API."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags
from lxml import html

from negotiations.history import history_of
from negotiations.models import Delegate, Membership, Record, Round, State
from negotiations.operations import create, edit, remove
from positions import reviewqueue
from positions.commenting import add_comment
from positions.models import Clause, Demand, Evidence, PendingEdit
from positions.operations import add_part, edit_record
from positions.proposals import record_proposal
from positions.reviewing import approve, approve_all, send_back, submit
from positions.templatetags import review_links
from tests.api.conftest import program_of
from tests.database import seal
from tests.factories import A_DAY, ClauseFactory, PersonFactory, SourceFactory, TrackFactory
from tests.htmlchecker import complaints
from tests.positions.test_reviewing import Talks
from tests.sending import as_sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def talks():
    return Talks()


def as_user(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def states_of(*records) -> list[str]:
    return [type(record).objects.get(pk=record.pk).state for record in records]


def at(talks, name, *args) -> str:
    return reverse(name, args=[talks.negotiation.slug, *args])


def test_the_queue_says_what_waits_and_whose_it_is_to_decide(talks):
    mine = submit(talks.draft(user=talks.reviewer, text="Written by me"), user=talks.editor)
    theirs = submit(talks.draft(text="Written by her"), user=talks.other)
    edited = talks.published(text="Published before")
    edit_record(edited, user=talks.editor, version=edited.version, text="Better words")
    talks.draft(text="Only a draft")
    page = as_user(talks.reviewer).get(at(talks, "review"))
    lines = page.context["page"].waiting
    assert [(w.number, w.is_own, w.is_edit) for w in lines] == [
        (theirs.pk, False, False),
        (edited.pk, False, True),
        (mine.pk, True, False),
    ]
    assert [(w.who, w.sources) for w in lines] == [
        (talks.other.username, (str(talks.source),)),
        (talks.editor.username, (str(talks.source),)),
        (talks.editor.username, (str(talks.source),)),
    ]
    text = page.content.decode()
    assert "Only a draft" not in text
    assert "2 of them are yours to decide on" in text
    assert '<b class="bar__count">2<' in text
    # Editors see the queue without a count, readers see none of it.
    assert "bar__count" not in as_user(talks.editor).get(at(talks, "review")).content.decode()
    assert as_user(talks.reader).get(at(talks, "review")).status_code == 403
    assert "/review/" not in as_user(talks.reader).get(at(talks, "overview")).content.decode()


def test_an_edit_that_waits_is_undone_and_called_by_the_words_of_its_record(talks):
    edited = talks.published(text="Published before")
    for words in ("Better words", "Still better words"):
        edit_record(edited, user=talks.editor, version=edited.version, text=words)
        client = as_user(talks.editor)
        listed = " ".join(client.get(at(talks, "changes")).content.decode().split())
        assert "Edit for review “Published before” added" in listed
        asked = client.post(at(talks, "undo-last")).url
        assert "Edit for review “Published before” is removed" in client.get(asked).content.decode()
        done = client.post(asked, follow=True)
        assert "Published before” is removed." in done.content.decode()
        assert not PendingEdit.objects.exists()


def test_a_conflict_names_who_wrote_an_edit_not_who_approved_it(talks):
    edited = talks.published(text="Published before")
    address, reviewer = at(talks, "demand-edit", edited.pk), as_user(talks.reviewer)
    typed = as_sent(reviewer.get(address)) | {"text": "The reviewer's words"}
    edit_record(edited, user=talks.editor, version=edited.version, text="The editor's words")
    approve(edited, user=talks.reviewer)
    asked = reviewer.post(address, typed)
    assert asked.status_code == 409
    shown = asked.content.decode()
    assert f"{talks.editor.username} changed this on" in shown
    assert f"{talks.reviewer.username} changed this" not in shown
    chosen = as_sent(asked) | {"keep-text": "mine"}
    done = reviewer.post(address, chosen, follow=True).content.decode()
    assert f"Once approved, this replaces what {talks.editor.username} had written: " in done


def test_the_bar_counts_what_waits_to_99(talks, monkeypatch):
    monkeypatch.setattr(reviewqueue, "MANY", 2)
    monkeypatch.setattr(review_links, "MANY", 2)
    for text, counted in (("First", "1"), ("Second", "1+"), ("Third", "1+")):
        submit(talks.draft(text=text), user=talks.editor)
        page = as_user(talks.reviewer).get(at(talks, "overview")).content.decode()
        assert f'<b class="bar__count">{counted}<' in page
    assert (
        "3 of them are yours" in as_user(talks.reviewer).get(at(talks, "review")).content.decode()
    )


def test_the_queue_is_narrowed(talks):
    demand = submit(talks.draft(), user=talks.editor)
    source = submit(SourceFactory(negotiation=talks.negotiation), user=talks.editor)
    client = as_user(talks.reviewer)

    def found(query):
        page = client.get(at(talks, "review") + query)
        return {w.number for w in page.context["page"].waiting}

    assert found("") == {demand.pk, source.pk}
    assert found("?kind=source") == {source.pk}
    assert found(f"?who={talks.editor.username}") == {demand.pk}
    assert found(f"?who={talks.other.username}") == set()
    assert found(f"?issue={talks.issue.code}") == {demand.pk}
    assert client.get(at(talks, "review") + "?issue=nowhere").status_code == 400


def test_approving_goes_on_to_the_next_and_sending_back_asks_why(talks):
    first = submit(talks.draft(text="First"), user=talks.editor)
    second = submit(talks.draft(text="Second"), user=talks.editor)
    client = as_user(talks.reviewer)
    there = at(talks, "review-record", first.pk)
    page = client.get(there).content.decode()
    assert "New: nothing of it was published yet" in page
    assert f'href="{at(talks, "review-record", second.pk)}"' in page
    answer = client.post(there, {"act": "approve", "version": first.version})
    assert answer.headers["Location"] == at(talks, "review-record", second.pk)
    assert Demand.objects.get(pk=first.pk).state == State.PUBLISHED
    there = at(talks, "review-record", second.pk)
    refused = client.post(there, {"act": "send back", "version": second.version, "reason": ""})
    assert refused.status_code == 422
    assert "Say why, for who wrote it." in refused.content.decode()
    answer = client.post(there, {"act": "send back", "version": second.version, "reason": "Vague"})
    assert answer.headers["Location"] == at(talks, "review")
    assert Demand.objects.get(pk=second.pk).state == State.DRAFT
    assert "Vague" in as_user(talks.editor).get(there).content.decode()
    stale = client.post(there, {"act": "approve", "version": 1})
    assert stale.status_code == 409


def test_what_it_rests_on_is_named_with_links(talks):
    source = SourceFactory(negotiation=talks.negotiation)
    demand = talks.draft(evidence=[{"source": source, "basis": "inference"}])
    submit(demand, user=talks.editor)
    there = at(talks, "review-record", demand.pk)
    answer = as_user(talks.reviewer).post(there, {"act": "approve"})
    assert answer.status_code == 422
    # By its words; where it waits too, it leads to where it is decided on.
    said = f"source “{source}”"
    link = f'<a href="{at(talks, "record", source.pk)}">{said}</a>'
    assert f"It rests on what is not published: {link}." in answer.content.decode()
    submit(source, user=talks.editor)
    answer = as_user(talks.reviewer).post(there, {"act": "approve"})
    link = f'<a href="{at(talks, "review-record", source.pk)}">{said}</a>'
    assert f"It rests on what is not published: {link}." in answer.content.decode()


class TestApprovingMany:
    """What is ticked in the queue is published as one change: all of it, or none."""

    @pytest.fixture
    def rows(self, talks) -> list:
        """A round that waits, and two delegates at it and a demand in it that wait too."""
        shared = {"user": talks.editor, "negotiation": talks.negotiation}
        track = TrackFactory(negotiation=talks.negotiation)
        held = create(Round, track=track, number=1, title="At the lake", **shared)
        people = PersonFactory.create_batch(2, negotiation=talks.negotiation)
        sitting = [
            create(Delegate, round=held, party=talks.party, person=person, **shared)
            for person in people
        ]
        rows = [held, *sitting, talks.draft(text="Open the road", round=held)]
        return [submit(row, user=talks.editor) for row in rows]

    def queue(self, talks, user, **asked):
        return as_user(user).get(at(talks, "review"), asked)

    def sent(self, page, *rows, **more) -> dict:
        return as_sent(page, "queue__form") | {"number": [row.pk for row in rows], **more}

    def test_those_that_rest_on_each_other_in_any_order(self, talks, rows):
        page = self.queue(talks, talks.reviewer)
        held, *sitting, demand = rows
        sent = self.sent(page, *sitting, held, act="ticked")
        done = as_user(talks.reviewer).post(at(talks, "review"), sent, follow=True)
        assert "3 are published." in done.content.decode()
        assert states_of(*rows) == ["published"] * 3 + ["in review"]
        changes = {list(history_of(row))[-1].changeset_id for row in (held, *sitting)}
        assert len(changes) == 1
        # Another is out of date by now, and one is gone: it is said which.
        sent = self.sent(self.queue(talks, talks.reviewer), demand, act="ticked")
        edit(demand, user=talks.other, text="Open the road now")
        stale = as_user(talks.reviewer).post(at(talks, "review"), sent)
        link = f'<a href="{at(talks, "review-record", demand.pk)}">'
        said = f"Nothing was approved. {link}Demand “Open the road now”</a>: It was changed since"
        assert stale.status_code == 422
        assert said in stale.content.decode()
        sent = self.sent(self.queue(talks, talks.reviewer), demand, act="ticked")
        sent["number"] = [held.pk, demand.pk, 9**18]
        done = as_user(talks.reviewer).post(at(talks, "review"), sent, follow=True)
        left = f"Round “At the lake”, № {9**18} were left out: they do not wait any more."
        assert left in done.content.decode()
        assert states_of(demand) == ["published"]

    def test_what_cannot_be_is_told_by_name_and_all_of_it_waits_on(self, talks, rows):
        _held, one, _other, demand = rows
        bare = submit(talks.draft(text="Nobody says so", evidence=[]), user=talks.editor)
        mine = submit(talks.draft(user=talks.reviewer, text="Mine"), user=talks.editor)
        free = submit(talks.draft(text="Free to go"), user=talks.editor)
        edited = talks.published(text="Published before")
        edit_record(edited, user=talks.other, version=edited.version, text="Better words")
        page = self.queue(talks, talks.reviewer)
        boxes = html.fromstring(page.content).xpath("//input[@type='checkbox'][@name='number']")
        shown = {int(box.get("value")) for box in boxes}
        assert shown == {row.pk for row in (*rows, free)}
        versions = {f"version-{row.pk}": row.version for row in (bare, mine)}
        sent = self.sent(page, one, demand, bare, mine, free, act="ticked", **versions)
        refused = as_user(talks.reviewer).post(at(talks, "review"), sent)
        assert refused.status_code == 422
        said = " ".join(strip_tags(refused.content.decode()).split())
        rests = "It rests on what is not published: round “At the lake”. Decide on that first."
        assert f"Nothing was approved. Delegate “{one}”, demand “Open the road”: {rests}" in said
        assert "Demand “Nobody says so”: It names no source." in said
        assert "Demand “Mine”: You wrote demand “Mine”" in said
        assert "Free to go”:" not in said
        assert states_of(one, demand, bare, mine, free) == ["in review"] * 5
        kept = html.fromstring(refused.content).xpath("//input[@type='checkbox'][@checked]/@value")
        assert {int(number) for number in kept} == {one.pk, demand.pk, free.pk}

    def test_all_of_a_round_once_the_queue_is_narrowed_to_it(self, talks, rows):
        free = submit(talks.draft(text="Free to go"), user=talks.editor)
        assert "listed</button>" not in self.queue(talks, talks.reviewer).content.decode()
        place = at(talks, "review-record", rows[1].pk)
        shown = as_user(talks.reviewer).get(place).content.decode()
        link = f'href="{at(talks, "review")}?round={rows[0].pk}">3 more of this round wait for you'
        assert link in shown
        page = self.queue(talks, talks.reviewer, round=rows[0].pk)
        assert "Approve all 4 listed" in page.content.decode()
        sent = self.sent(page, act="all")
        as_user(talks.reviewer).post(f"{at(talks, 'review')}?round={rows[0].pk}", sent)
        assert states_of(*rows, free) == ["published"] * 4 + ["in review"]
        assert "more of this round" not in as_user(talks.reviewer).get(place).content.decode()

    def test_the_checker_finds_nothing_on_these_pages(self, talks, rows, tmp_path):
        reviewer, place = as_user(talks.reviewer), at(talks, "review")
        queue = self.queue(talks, talks.reviewer, round=rows[0].pk)
        add_comment(
            user=talks.editor,
            record=Record.objects.select_related("negotiation").get(pk=rows[0].pk),
            text=f"@{talks.reviewer.username} and @nosuch",
        )
        published = talks.published()
        pages = {
            "queue": queue,
            "refused": reviewer.post(place, self.sent(queue, rows[1], act="ticked")),
            "review": reviewer.get(at(talks, "review-record", rows[1].pk)),
            "mentioned": reviewer.get(at(talks, "record", rows[0].pk)),
            "in vain": as_user(talks.editor).get(at(talks, "record", rows[0].pk)),
            "published": as_user(talks.editor).get(at(talks, "record", published.pk)),
            "to retract": reviewer.get(at(talks, "record", published.pk)),
            "drafts": as_user(talks.editor).get(at(talks, "review-drafts"), {"round": rows[0].pk}),
        }
        found = complaints({name: page.content.decode() for name, page in pages.items()}, tmp_path)
        assert found == []

    def test_only_who_decides_and_only_what_is_ticked(self, talks, rows):
        assert 'name="number"' not in self.queue(talks, talks.editor).content.decode()
        sent = self.sent(self.queue(talks, talks.reviewer), *rows, act="ticked")
        for user, status in ((talks.editor, 403), (talks.reader, 403), (talks.reviewer, 422)):
            chosen = sent if status == 403 else sent | {"number": []}
            refused = as_user(user).post(at(talks, "review"), chosen)
            assert refused.status_code == status
        assert "Tick what to approve." in refused.content.decode()
        with pytest.raises(PermissionDenied):
            approve_all(rows, user=talks.editor, seen={row.pk: row.version for row in rows})
        assert states_of(*rows) == ["in review"] * 4


def test_an_edit_of_what_is_published_is_shown_word_by_word(talks):
    demand = talks.published()
    editor = as_user(talks.editor)
    edit_record(
        demand, user=talks.editor, version=demand.version, text="Sixty days", holders=[talks.guest]
    )
    page = as_user(talks.reviewer).get(at(talks, "review-record", demand.pk)).content.decode()
    assert "<del>Thirty</del><ins>Sixty</ins>" in page.replace(" </", "</")
    assert talks.guest.name in page
    assert "Thirty days" in Client().get(at(talks, "record", demand.pk)).content.decode()
    assert (
        "Sixty"
        not in as_user(talks.reader).get(at(talks, "record-history", demand.pk)).content.decode()
    )
    assert "waits for review" in editor.get(at(talks, "record", demand.pk)).content.decode()
    own = editor.get(at(talks, "review-record", demand.pk)).content.decode()
    assert "A reviewer or a manager decides." in own
    pending = PendingEdit.objects.get()
    assert editor.post(at(talks, "review-withdraw", pending.pk)).status_code == 302
    assert PendingEdit.objects.get().stage == "withdrawn"


def test_a_draft_is_sent_to_review_from_its_page(talks):
    demand = talks.draft()
    editor = as_user(talks.editor)
    page = editor.get(at(talks, "record", demand.pk)).content.decode()
    assert 'value="in review"' in page
    assert 'value="published"' not in page
    editor.post(at(talks, "record-state", demand.pk), {"state": "in review"})
    assert Demand.objects.get().state == State.IN_REVIEW
    refused = editor.post(at(talks, "record-state", demand.pk), {"state": "published"})
    assert refused.status_code == 403


def test_what_would_be_refused_is_not_offered(talks):
    """Each button that is shown does what it says; where none is left it is said who may."""
    line = "Only a reviewer or a manager retracts what is published here."

    def offered(user, record) -> set[str]:
        page = html.fromstring(as_user(user).get(at(talks, "record", record.pk)).content)
        here = at(talks, "record-state", record.pk)
        (part,) = page.xpath("//*[@id='record-state']")
        own = set(part.xpath(f".//form[starts-with(@action, '{here}')]//button/@value"))
        assert (line in part.text_content()) == (not own)
        # Its evidence has the same state, and the same buttons.
        rows = set(page.xpath("//ol[@class='evidence']//button[@name='state']/@value"))
        assert rows == own
        return own

    by_state = {
        "published": (talks.published, {"editor": set(), "reviewer": {"retracted"}}),
        "in review": (
            lambda: submit(talks.draft(), user=talks.editor),
            {who: {"retracted", "deleted"} for who in ("editor", "reviewer")},
        ),
        "draft": (
            talks.draft,
            {who: {"in review", "deleted"} for who in ("editor", "reviewer")},
        ),
    }
    for state, (make, by_role) in by_state.items():
        for who, buttons in by_role.items():
            user = getattr(talks, who)
            assert offered(user, make()) == buttons, (state, who)
            for button in buttons:
                record = make()
                act = at(talks, "record-state", record.pk)
                done = as_user(user).post(act, {"state": button}, follow=True).content.decode()
                assert "notice error" not in done
                left = Demand.objects.filter(pk=record.pk).values_list("state", flat=True)
                assert [*left] == ([] if button == "deleted" else [button])
    record = talks.published()
    edit(talks.negotiation, user=talks.manager, review="off")
    assert offered(talks.editor, record) == {"retracted", "deleted"}


class TestWhatWasSentBack:
    """It is told to who wrote it or sent it to review, until it is sent again."""

    REASON = "No source. Say where this comes from."

    def sent_back(self, talks, record):
        send_back(submit(record, user=talks.editor), user=talks.reviewer, reason=self.REASON)
        seal()
        return type(record).objects.get(pk=record.pk)

    def told(self, talks, user) -> list[tuple[int, str, str]]:
        page = as_user(user).get(at(talks, "review"))
        told = page.context["told"]
        badge = f'bar__count--back">{told.count} sent back<'
        text = page.content.decode()
        assert (badge in text, "Sent back to you" in text) == (bool(told.count),) * 2
        assert len(told.lines) == told.count
        for line in told.lines:
            assert f'href="{at(talks, "record", line.number)}"' in text
            assert text.index("Sent back to you") < text.index('id="waiting"')
        return [(line.number, line.who, line.reason) for line in told.lines]

    def test_a_draft_is_told_to_who_wrote_it_and_who_sent_it(self, talks):
        older = self.sent_back(talks, talks.draft(text="First"))
        demand = self.sent_back(talks, talks.draft(user=talks.other, text="Second"))
        talks.draft(text="Never sent")
        told = [(row.pk, talks.reviewer.username, self.REASON) for row in (demand, older)]
        # One line for each: what hangs on a demand went back with it.
        assert self.told(talks, talks.editor) == told
        assert self.told(talks, talks.other) == told[:1]
        for user in (talks.reviewer, talks.second, talks.manager):
            assert self.told(talks, user) == []
        page = as_user(talks.editor).get(at(talks, "comparison")).content.decode()
        assert "2 sent back<" in page
        submit(demand, user=talks.editor)
        assert self.told(talks, talks.other) == []
        approve(demand, user=talks.reviewer)
        assert self.told(talks, talks.editor) == told[1:]
        Membership.objects.filter(user=talks.editor).update(role="reader")
        read = as_user(talks.editor).get(at(talks, "overview")).content.decode()
        assert "sent back" not in read

    def test_the_record_says_so_above_what_may_be_done(self, talks):
        demand = talks.draft()
        place = at(talks, "record", demand.pk)
        editor = as_user(talks.editor)

        def notice(client) -> str:
            page = client.get(place).content.decode()
            if 'id="sent-back"' not in page:
                return ""
            at_notice, at_edit = page.index('id="sent-back"'), page.index("record-acts")
            assert (
                at_notice < at_edit < page.index("Send to review") < page.index("What is recorded")
            )
            return page[at_notice:at_edit]

        assert notice(editor) == ""
        self.sent_back(talks, demand)
        for user in (talks.editor, talks.manager, talks.reviewer):
            said = notice(as_user(user))
            assert f"Sent back by {talks.reviewer.username} on" in strip_tags(said)
            assert self.REASON in said
        submit(Demand.objects.get(), user=talks.editor)
        assert notice(editor) == ""
        approve(Demand.objects.get(), user=talks.reviewer)
        assert self.REASON not in as_user(talks.reader).get(place).content.decode()
        assert notice(editor) == ""

    def test_who_sent_it_back_before_has_not_written_it(self, talks):
        demand = self.sent_back(talks, talks.draft())
        send_back(submit(demand, user=talks.editor), user=talks.second, reason="Still none")
        demand = Demand.objects.get()
        edit_record(demand, user=talks.other, version=demand.version, text="Sixty days")
        seal()
        told = [(demand.pk, talks.second.username, "Still none")]
        assert self.told(talks, talks.reviewer) == []
        assert self.told(talks, talks.editor) == self.told(talks, talks.other) == told

    def test_what_its_sender_took_back_is_nobody_elses_news(self, talks):
        demand = submit(talks.draft(), user=talks.editor)
        edit(demand, user=talks.editor, version=demand.version, state="draft")
        assert self.told(talks, talks.editor) == []
        page = as_user(talks.editor).get(at(talks, "record", demand.pk)).content.decode()
        assert 'id="sent-back"' not in page

    def test_evidence_sent_by_itself_is_told_by_itself(self, talks):
        demand = talks.published()
        record = Record.objects.get(pk=demand.pk)
        part = add_part(
            Evidence, user=talks.other, record=record, source=talks.source, basis="inference"
        )
        self.sent_back(talks, part)
        told = [(part.pk, talks.reviewer.username, self.REASON)]
        assert self.told(talks, talks.other) == self.told(talks, talks.editor) == told

    def test_an_edit_is_told_to_who_made_it_until_another_follows_or_it_is_let_go(self, talks):
        demand = talks.published()
        editor = as_user(talks.editor)
        told = [(demand.pk, talks.reviewer.username, self.REASON)]
        for words in ("Sixty days", "Ninety days"):
            edit_record(demand, user=talks.editor, version=demand.version, text=words)
            assert self.told(talks, talks.editor) == []
            send_back(demand, user=talks.reviewer, reason=self.REASON)
            seal()
            assert self.told(talks, talks.editor) == told
            assert self.told(talks, talks.other) == []
        shown = editor.get(at(talks, "record", demand.pk)).content.decode()
        assert f"Your edit was sent back by {talks.reviewer.username}" in strip_tags(shown)
        assert (
            "sent-back"
            not in as_user(talks.other).get(at(talks, "record", demand.pk)).content.decode()
        )
        newest = PendingEdit.objects.latest("pk")
        editor.post(at(talks, "review-withdraw", newest.pk))
        newest.refresh_from_db()
        assert (newest.stage, newest.answer) == ("withdrawn", self.REASON)
        assert self.told(talks, talks.editor) == []

    def test_ones_own_edits_are_named_by_the_words_of_their_records(self, talks):
        clause = ClauseFactory(negotiation=talks.negotiation, label="", text="Words of a clause")
        demand = talks.published(text="Published words")
        for number, row in enumerate((clause, demand)):
            edit = PendingEdit(
                record_id=row.pk, user=talks.editor, rows=[], negotiation=talks.negotiation
            )
            edit.stage = ["withdrawn", "waiting"][number]
            edit.save()
        page = html.fromstring(as_user(talks.editor).get(at(talks, "review")).content)
        (listed,) = page.xpath("//section[@aria-labelledby='own-edits']/ul")
        named = [each.text_content().split("\n")[0] for each in listed]
        assert named == [
            "Demand Published words Waiting for review",
            "Clause Words of a clause Withdrawn",
        ]
        assert "Withdraw: Published words" in listed.text_content()

    def test_three_take_as_many_queries_as_one(self, talks):
        editor = as_user(talks.editor)
        counts = []
        for number in range(3):
            demand = self.sent_back(talks, talks.draft(text=f"Draft {number}"))
            public = talks.published(text=f"Public {number}")
            edit_record(public, user=talks.editor, version=public.version, text="Other")
            self.sent_back_edit(talks, public)
            asked = []
            for place in (at(talks, "review"), at(talks, "record", demand.pk), at(talks, "issues")):
                with CaptureQueriesContext(connection) as captured:
                    assert "sent back<" in editor.get(place).content.decode()
                asked.append(len(captured))
            counts.append(asked)
        assert counts[0] == counts[1] == counts[2]

    @pytest.mark.parametrize("kind", ["demand", "source"])
    def test_one_goes_on_from_the_words_of_an_edit_that_was_sent_back(self, talks, kind):
        if kind == "demand":
            record, name, form = talks.published(text="Published words"), "text", "demand-edit"
        else:
            record = SourceFactory(negotiation=talks.negotiation, state="draft")
            record = edit(record, user=talks.editor, title="Published words")
            approve(submit(record, user=talks.editor), user=talks.reviewer)
            name, form = "title", "record-edit"
        editor, place = as_user(talks.editor), at(talks, form, record.pk)
        sent = as_sent(editor.get(place)) | {name: "Refused words", "reason": "I read it so"}
        assert editor.post(place, sent).status_code == 302
        waiting = strip_tags(editor.get(place).content.decode())
        assert f"An edit of this by {talks.editor.username} waits for review" in waiting
        self.sent_back_edit(talks, record)
        pending = PendingEdit.objects.get(record=record.pk)
        page = editor.get(at(talks, "record", record.pk)).content.decode()
        assert "<ins>Refused" in page
        assert f"?again={pending.pk}" in page
        changes = " ".join(strip_tags(editor.get(at(talks, "changes")).content.decode()).split())
        assert re.search(r"Edit for review [^“]*Published words added", changes)
        published = type(record).objects.get(pk=record.pk)
        again = editor.get(f"{place}?again={pending.pk}")
        sent = as_sent(again)
        assert sent[name] == ["Refused words"]
        assert sent["version"] == [str(published.version)]
        assert "waits for review" not in again.content.decode()
        assert self.REASON in again.content.decode()
        # Looking has changed nothing; saving lets the same words wait once more.
        published.refresh_from_db()
        assert getattr(published, name) == "Published words"
        sent = sent | {name: "Mended words"}
        assert editor.post(f"{place}?again={pending.pk}", sent).status_code == 302
        rows = PendingEdit.objects.waiting().get(record=record.pk).rows
        (after,) = [row["after"] for row in rows if row["id"] == record.pk]
        assert after[name] == "Mended words"
        at_review = at(talks, "review-record", record.pk)
        assert self.REASON in as_user(talks.reviewer).get(at_review).content.decode()
        approve(published, user=talks.reviewer)
        seal()
        shown = as_user(talks.reviewer).get(at_review).content.decode()
        assert self.REASON not in shown
        assert "nothing of it was published yet" not in shown
        for wrong in (f"{pending.pk + 1}", "x", "", "9" * 30):
            assert editor.get(f"{place}?again={wrong}").status_code == 404
        assert as_user(talks.other).get(f"{place}?again={pending.pk}").status_code == 404

    def sent_back_edit(self, talks, record):
        send_back(record, user=talks.reviewer, reason=self.REASON)
        seal()

    def test_the_api_tells_it_of_the_record(self, talks):
        demand = self.sent_back(talks, talks.draft())
        shown = as_user(talks.editor).get(f"/api/v1/review/{demand.pk}/").json()["sent_back"]
        assert (shown["who"], shown["reason"]) == (talks.reviewer.username, self.REASON)
        assert shown["when"]
        submit(demand, user=talks.editor)
        again = as_user(talks.editor).get(f"/api/v1/review/{demand.pk}/").json()
        assert again["sent_back"] is None


def test_where_there_is_nothing_to_filter_there_are_no_filters(talks):
    client, place = as_user(talks.reviewer), at(talks, "review")
    empty = client.get(place).content.decode()
    assert ("Narrow the queue" in empty, "0 records wait" in empty) == (False, True)
    demand = submit(talks.draft(), user=talks.editor)
    assert "Narrow the queue" in client.get(place).content.decode()
    narrowed = client.get(place, {"kind": "source"}).content.decode()
    assert ("Narrow the queue" in narrowed, "No record fits." in narrowed) == (True, True)
    edit(talks.negotiation, user=talks.manager, review="off")
    # What was sent before is still to be decided.
    assert "Narrow the queue" in client.get(place).content.decode()
    remove(Demand.objects.get(pk=demand.pk), user=talks.editor)
    unreviewed = client.get(place).content.decode()
    assert "Nothing is reviewed in this negotiation" in unreviewed
    for words in ("Narrow the queue", "records wait", "Nothing waits"):
        assert words not in unreviewed


class TestSwitchingReviewOff:
    """It is refused, on the page and in the API, while something waits for a decision."""

    @pytest.fixture
    def two_waiting(self, talks):
        edited = talks.published()
        edit_record(edited, user=talks.editor, version=edited.version, text="Sixty days")
        return edited, submit(talks.draft(), user=talks.editor)

    SAID = "2 records wait for review: decide on them first, then switch review off."

    def test_on_the_page(self, talks, two_waiting):
        manager, place = as_user(talks.manager), at(talks, "setup-settings")
        sent = as_sent(manager.get(place), "setup__form")
        typed = {"review": "off", "title": "Other talks", "summary": "On a lake"}
        page = manager.post(place, sent | typed)
        assert page.status_code == 422
        text = page.content.decode()
        assert self.SAID in text
        again = as_sent(page, "setup__form")
        assert {name: again[name] for name in typed} == {n: [t] for n, t in typed.items()}
        talks.negotiation.refresh_from_db()
        assert talks.negotiation.review == "required"
        assert talks.negotiation.title != "Other talks"
        # All else may be changed while something waits.
        kept = manager.post(place, again | {"review": "required"})
        assert kept.status_code == 302
        edited, drafted = two_waiting
        approve(edited, user=talks.reviewer)
        page = manager.post(place, as_sent(manager.get(place), "setup__form") | {"review": "off"})
        assert "1 record waits for review: decide on it first" in page.content.decode()
        send_back(drafted, user=talks.reviewer, reason="Vague")
        assert manager.post(place, as_sent(page, "setup__form")).status_code == 302
        talks.negotiation.refresh_from_db()
        assert (talks.negotiation.review, talks.negotiation.title) == ("off", "Other talks")

    def test_in_the_api(self, talks, two_waiting):
        program = program_of(talks.manager)
        place = f"/api/v1/negotiations/{talks.negotiation.slug}/"

        def patch(**body):
            shared = {"content_type": "application/json", "headers": {"If-Match": "*"}}
            return program.patch(place, body, **shared)

        refused = patch(review="off", title="Other talks")
        assert (refused.status_code, refused.json()) == (400, {"review": [self.SAID]})
        talks.negotiation.refresh_from_db()
        assert talks.negotiation.review == "required"
        assert talks.negotiation.title != "Other talks"
        assert patch(title="Other talks").status_code == 200
        edited, drafted = two_waiting
        approve(edited, user=talks.reviewer)
        approve(drafted, user=talks.reviewer)
        assert patch(review="off").json()["review"] == "off"


class TestTheAPI:
    def test_it_submits_approves_and_sends_back(self, talks):
        demand = talks.draft()
        place = f"/api/v1/review/{demand.pk}/"

        def post(user, **data):
            return as_user(user).post(place, data, content_type="application/json")

        assert post(talks.reader, act="submit").status_code == 404
        assert post(talks.editor, act="submit").json()["state"] == "in review"
        assert post(talks.editor, act="approve").status_code == 403
        assert "reason" in post(talks.reviewer, act="send back").json()
        early = post(talks.reviewer, act="approve", version=1)
        assert early.status_code == 409
        assert [each["who"] for each in early.json()["changed_by"]] == [talks.editor.username]
        assert post(talks.reviewer, act="approve", version=2).json()["state"] == "published"
        late = post(talks.second, act="send back", reason="Late")
        assert (late.status_code, late.json()["detail"]) == (
            409,
            "This does not wait for review any more.",
        )

    def test_an_edit_waits_and_the_list_knows_the_state(self, talks):
        demand = talks.published()
        place = f"/api/v1/demands/{demand.pk}/"
        editor = as_user(talks.editor)
        body = {"version": demand.version, "text": "Sixty days"}
        answer = editor.patch(place, body, content_type="application/json")
        assert (answer.status_code, answer.json()["text"]) == (202, "Thirty days")
        assert editor.get(f"/api/v1/review/{demand.pk}/").json()["edit_waits"] is True
        waiting = submit(talks.draft(), user=talks.editor)
        listed = editor.get("/api/v1/demands/?state=in review").json()["results"]
        assert [each["id"] for each in listed] == [waiting.pk]
        assert as_user(talks.reader).get("/api/v1/demands/?state=in review").json()["count"] == 0


class TestButtonsOnWhatIsPublished:
    """What a button does to a published record waits for review like what a form does."""

    def decided(self, talks, record) -> None:
        waiting = PendingEdit.objects.waiting().get(record=record.pk)
        assert waiting.user == talks.editor
        approve(record, user=talks.reviewer)
        seal()

    def test_a_round_is_held_once_that_is_approved(self, talks):
        track = TrackFactory(negotiation=talks.negotiation)
        fields = {"track": track, "title": "Spring talks", "status": "planned"}
        meeting = talks.approved(
            create(Round, user=talks.editor, negotiation=talks.negotiation, state="draft", **fields)
        )
        editor = as_user(talks.editor)
        form = reverse("round-status", args=[talks.negotiation.slug, meeting.pk, "hold"])
        sent = as_sent(editor.get(form)) | {"held": "2 June 2025", "venue": "The mill"}
        line = f"An edit by {talks.editor.username} waits for review; readers see what was approved"
        link = f'<a href="{at(talks, "review-record", meeting.pk)}">{line}.</a>'
        page = editor.post(form, sent, follow=True).content.decode()
        assert "for review; until then readers see it as it was" in page
        head = page.partition('id="round-head"')[2].partition('id="slot-head"')[0]
        assert link in head
        for who in (as_user(talks.reader), Client()):
            assert line not in who.get(at(talks, "round", meeting.pk)).content.decode()
        # Whoever comes second is led to what is decided first.
        second = as_user(talks.other).post(form, sent)
        assert second.status_code == 422
        told = f"An edit of this by {talks.editor.username} waits for review"
        assert f"{told} already; it is decided first." in second.content.decode()
        link = f'<a href="{at(talks, "review-record", meeting.pk)}">The edit that waits, sent on'
        assert link in second.content.decode()
        meeting.refresh_from_db()
        assert (meeting.status, meeting.venue) == ("planned", "")
        self.decided(talks, meeting)
        assert line not in editor.get(at(talks, "round", meeting.pk)).content.decode()
        meeting.refresh_from_db()
        assert (meeting.status, meeting.venue) == ("held", "The mill")

    def test_clauses_change_places_once_that_is_approved(self, talks):
        shared = {"user": talks.editor, "negotiation": talks.negotiation}
        paper = record_proposal(
            **shared,
            kind="memorandum",
            title="Terms",
            tabled=A_DAY,
            holders=[talks.party],
            root={"clauses": [{"label": "1", "text": "Water"}, {"label": "2", "text": "Bread"}]},
            evidence=[{"source": talks.source, "basis": "tabled paper"}],
        )
        talks.approved(paper)
        for clause in Clause.objects.order_by("parent_id", "order"):
            if clause.state != "published":
                talks.approved(clause)
        last = Clause.objects.get(label="2")
        editor = as_user(talks.editor)
        address = at(talks, "clause-act", last.pk)
        page = editor.post(address, {"act": "up", "version": last.version}, follow=True)
        mark = f'<a class="edit-waits" href="{at(talks, "review-record", last.pk)}">edit waits<'
        assert page.content.decode().count("edit waits<") == 1
        assert mark in page.content.decode()
        for who in (as_user(talks.reader), Client()):
            assert "edit waits" not in who.get(at(talks, "proposal", paper.pk)).content.decode()
        assert "for review; until then readers see it as it was" in page.content.decode()

        def order() -> list[str]:
            inside = Clause.objects.filter(parent__isnull=False)
            return list(inside.order_by("order").values_list("label", flat=True))

        assert order() == ["1", "2"]
        self.decided(talks, last)
        assert order() == ["2", "1"]
        after = editor.get(at(talks, "proposal", paper.pk)).content.decode()
        assert "edit waits" not in after
