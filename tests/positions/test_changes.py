"""Who changed what: for those who write everything, for all others what was published."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from negotiations import memberships
from negotiations.changes import ROWS_TOLD, latest_changes
from negotiations.invitations import invite, join
from negotiations.models import Changeset, Membership, Party, Record
from negotiations.operations import create, edit, operation, publish, remove, retract
from positions.commenting import add_comment
from positions.models import Issue
from positions.operations import edit_demand, record_demand
from tests.factories import A_DAY, IssueFactory, MembershipFactory, NegotiationFactory, PartyFactory
from tests.recording import published_demand

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann")


@pytest.fixture
def talks(ann):
    negotiation = NegotiationFactory()
    create(Membership, user=ann, negotiation=negotiation, user_id=ann.pk, role="editor")
    return negotiation


@pytest.fixture
def editor(ann) -> Client:
    client = Client()
    client.force_login(ann)
    return client


@pytest.fixture
def page_for(client, talks):
    """Return a function that gives the page of changes as a visitor sees it."""

    def page_for(visitor: Client = client, **query):
        return visitor.get(reverse("changes", args=[talks.slug]), query)

    return page_for


def body(page) -> str:
    return page.content.decode()


def deeds(page) -> list[tuple[str, str]]:
    """Return the titles that a page tells of, with what became of each."""
    return [(record.title, record.deed) for told in page.context["told"] for record in told.records]


def draft(talks, user, text="A truce", **fields):
    return record_demand(
        user=user,
        negotiation=talks,
        text=text,
        kind="demand",
        stated=A_DAY,
        holders=[PartyFactory(negotiation=talks)],
        **fields,
    )


def newest(page):
    return page.context["told"][0]


def test_who_changed_what_and_why(talks, ann, editor, page_for):
    demand = draft(talks, ann)
    edit_demand(
        demand,
        user=ann,
        version=demand.version,
        text="A longer truce",
        firmness="firm",
        holders=[PartyFactory(negotiation=talks, name="The Blues")],
        reason="Read it again",
    )
    page = page_for(editor)
    told = newest(page)
    (record,) = told.records
    assert (told.who, told.reason, told.revision) == (
        "ann",
        "Read it again",
        page.context["negotiation"].revision,
    )
    assert (record.kind, record.title, record.deed) == ("demand", "A longer truce", "edited")
    assert set(record.fields) == {"what they say, in our words", "firmness", "holders"}
    for words in ("Read it again", "<b>ann</b>", "A longer truce", "firmness", "Who changed what"):
        assert words in body(page)
    assert f'href="{reverse("record", args=[talks.slug, demand.pk])}"' in body(page)


def test_what_became_of_a_record_in_a_word(talks, ann, editor, page_for):
    demand = published_demand(negotiation=talks, user=ann, text="A truce")
    demand = publish(retract(demand, user=ann), user=ann)
    edit(demand, user=ann, version=demand.version, firmness="firm")
    issue = create_issue(talks, ann)
    remove(issue, user=ann)
    told = [deed for title, deed in deeds(page_for(editor)) if title in ("A truce", "Borders")]
    assert told == ["removed", "added", "edited", "published", "retracted", "published"]


def create_issue(talks, user, **fields):
    return create(Issue, user=user, negotiation=talks, code="borders", name="Borders", **fields)


def test_what_is_gone_has_no_link(talks, ann, editor, page_for):
    issue = create_issue(talks, ann)
    address = reverse("record", args=[talks.slug, issue.pk])
    assert address in body(page_for(editor))
    remove(issue, user=ann)
    page = page_for(editor)
    assert "Borders" in body(page)
    assert address not in body(page)


def test_roles_are_told_with_whose_they_are(talks, editor, page_for):
    assert ("ann · editor", "added") in deeds(page_for(editor))


def test_a_great_change_is_cut(talks, ann, editor, page_for):
    @operation
    def many(user, reason=""):
        for number in range(ROWS_TOLD + 5):
            create(
                Party,
                user=user,
                negotiation=talks,
                code=f"M{number}",
                name=f"Many {number}",
                standing="stakeholder",
            )

    many(user=ann)
    page = page_for(editor)
    assert len(newest(page).records) == ROWS_TOLD
    assert "and 5 more rows" in body(page)


class TestForReaders:
    @pytest.fixture
    def reader(self, talks) -> Client:
        client = Client()
        client.force_login(MembershipFactory(negotiation=talks, role="reader").user)
        return client

    def test_they_see_what_was_published_and_nobody_s_name(self, talks, ann, page_for, reader):
        demand = published_demand(negotiation=talks, user=ann, text="A truce", reason="Secret why")
        draft(talks, ann, "canary draft", reason="canary reason")
        for visitor in (Client(), reader):
            page = page_for(visitor)
            assert ("A truce", "published") in deeds(page)
            assert "What was published" in body(page)
            for hidden in ("canary", "Secret why", "ann", "membership"):
                assert hidden not in body(page).replace("announce", "")
        edit(demand, user=ann, version=demand.version, text="A short truce")
        assert deeds(page_for())[0] == ("A short truce", "edited")
        assert [title for title, __ in deeds(page_for())].count("A short truce") == 1

    def test_what_is_taken_back_is_told_no_more(self, talks, ann, page_for):
        demand = published_demand(negotiation=talks, user=ann, text="A truce")
        demand = retract(demand, user=ann)
        assert "A truce" not in body(page_for())
        publish(demand, user=ann)
        assert deeds(page_for())[0] == ("A truce", "published")

    def test_drafts_do_not_show_in_the_number_of_pages(self, talks, ann, page_for):
        for number in range(30):
            draft(talks, ann, f"canary {number}")
        page = page_for()
        assert all(kind == "party" for told in page.context["told"] for kind in kinds(told))
        assert page.context["page"].paginator.count == 30  # the parties, which have no state

    def test_whose_it_was_cannot_be_asked(self, talks, ann, page_for):
        draft(talks, ann)
        assert "who" not in page_for().context["form"].fields
        assert page_for(who="ann").status_code == 200

    def test_hidden_talks_are_not_there(self, client):
        hidden = NegotiationFactory(visibility="members")
        answers = [client.get(f"/{slug}/changes/") for slug in (hidden.slug, "no-such-talks")]
        assert [answer.status_code for answer in answers] == [404, 404]


def kinds(told) -> list[str]:
    return [record.kind for record in told.records]


@pytest.fixture
def guests(talks):
    """A manager who lets bob in and out, and carl in by a link; and a word about a record."""
    boss = create_member(talks, "boss", "manager")
    bob, carl = (User.objects.create_user(name) for name in ("bob", "carl"))
    memberships.add_member(user=boss, negotiation=talks, member=bob, role="reader")
    memberships.set_role(user=boss, negotiation=talks, member=bob, role="editor")
    memberships.remove_member(user=boss, negotiation=talks, member=bob)
    link, _key = invite(
        user=boss, negotiation=talks, role="reader", last_day=date.max, several=False
    )
    join(link, user=carl)
    edit(talks, user=boss, title="Talks by the river")
    party = PartyFactory(negotiation=talks)
    add_comment(record=Record.objects.get(pk=party.pk), user=boss, text="Is this so?")
    return boss


def create_member(talks, name: str, role: str) -> User:
    user = User.objects.create_user(name)
    create(Membership, user=user, negotiation=talks, user_id=user.pk, role=role)
    return user


class TestBesidesRecords:
    def test_who_let_whom_in_and_out(self, guests, editor, page_for):
        page = page_for(editor, kind="membership")
        told = [(t.who, r.title, r.deed, r.fields) for t in page.context["told"] for r in t.records]
        assert told[:4] == [
            ("carl", "carl · reader", "added", ()),
            ("boss", "bob · editor", "removed", ()),
            ("boss", "bob · editor", "edited", ("role (reader → editor)",)),
            ("boss", "bob · reader", "added", ()),
        ]
        assert "By an invitation from boss" in body(page)

    def test_the_rest(self, guests, editor, page_for):
        # Ann let herself in, too.
        joined = deeds(page_for(editor, kind="invitation"))
        assert joined == [("carl · reader", "added"), ("ann · editor", "added")]
        settings = deeds(page_for(editor, kind="settings"))
        assert settings[0] == ("Talks by the river", "edited")
        assert {title for title, _deed in settings} == {"Talks by the river"}
        assert deeds(page_for(editor, kind="comment")) == [("Is this so?", "added")]
        for words in ("Besides records", "joining by an invitation"):
            assert words in body(page_for(editor))

    def test_those_who_only_read_cannot_ask(self, guests, talks, page_for):
        reader = Client()
        reader.force_login(MembershipFactory(negotiation=talks, role="reader").user)
        for visitor in (Client(), reader):
            assert "Besides records" not in body(page_for(visitor))
            for kind in ("membership", "invitation", "settings", "comment"):
                page = page_for(visitor, kind=kind)
                assert page.status_code == 400
                assert "There is no such kind of record." in body(page)


class TestFilters:
    def test_by_whom(self, talks, ann, editor, page_for):
        bob = User.objects.create_user("bob")
        draft(talks, ann, "Hers")
        draft(talks, bob, "His")
        assert {told.who for told in page_for(editor, who="bob").context["told"]} == {"bob"}
        assert page_for(editor, who="carl").status_code == 400

    def test_by_kind(self, talks, ann, editor, page_for):
        draft(talks, ann)
        create_issue(talks, ann)
        for visitor in (editor, Client()):
            assert deeds(page_for(visitor, kind="issue")) == [("Borders", "added")]

    def test_by_day(self, talks, ann, editor, page_for):
        create_issue(talks, ann)
        today = timezone.now().date()
        tomorrow = {"from": str(today + timedelta(days=1))}
        for visitor in (editor, Client()):
            assert deeds(page_for(visitor, **{"from": str(today), "until": str(today)}))
            for query in (tomorrow, {"until": str(today - timedelta(days=1))}):
                page = page_for(visitor, **query)
                assert deeds(page) == []
                assert "Nothing was changed that fits." in body(page)

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ({"kind": "nonsense"}, "There is no such kind of record."),
            ({"from": "May"}, "Write the day as year-month-day"),
            ({"until": "\0"}, "Write the day as year-month-day"),
        ],
    )
    def test_what_cannot_be_asked_is_said(self, page_for, query, words):
        page = page_for(**query)
        assert page.status_code == 400
        assert words in body(page)

    def test_pages_keep_them(self, talks, ann, editor, page_for):
        for number in range(26):
            create_party(talks, ann, number)
        page = page_for(editor, kind="party")
        assert "Page 1 of 2" in body(page)
        assert 'href="?kind=party&amp;page=2"' in body(page)
        assert len(page_for(editor, kind="party", page="2").context["told"]) == 1
        assert page_for(editor, page="x").status_code == 200


def create_party(talks, user, number):
    return create(
        Party,
        user=user,
        negotiation=talks,
        code=f"N{number}",
        name=f"New {number}",
        standing="stakeholder",
    )


def test_talks_with_nothing_published_say_what_comes(client):
    talks = NegotiationFactory()
    page = client.get(reverse("changes", args=[talks.slug]))
    assert "Nothing has been published here yet." in body(page)


def test_pages_and_lists_ask_as_often_for_three_changes_as_for_one(talks, ann, editor, page_for):
    def queries() -> list[int]:
        counted = []
        for act in (
            lambda: page_for(editor),
            lambda: page_for(),
            lambda: latest_changes(user=ann, negotiation=talks, limit=50),
            lambda: latest_changes(user=AnonymousUser(), limit=50),
        ):
            with CaptureQueriesContext(connection) as captured:
                act()
            counted.append(len(captured))
        return counted

    def record():
        issue = IssueFactory(negotiation=talks)
        demand = published_demand(negotiation=talks, user=ann, issue=issue, text="A truce")
        edit(demand, user=ann, version=demand.version, text="A longer truce")

    record()
    one = queries()
    record()
    record()
    assert queries() == one
    assert len(page_for(editor).context["told"]) >= 6


class TestLatest:
    def test_writers_see_changesets_and_readers_what_was_published(self, talks, ann):
        demand = published_demand(negotiation=talks, user=ann, text="A truce", reason="Why")
        draft(talks, ann, "canary")
        theirs = latest_changes(user=ann, negotiation=talks)
        assert "canary" in {record.title for told in theirs for record in told.records}
        assert "Why" in {told.reason for told in theirs}
        ours = latest_changes(user=AnonymousUser(), negotiation=talks)
        titles = {record.title for told in ours for record in told.records}
        assert demand.text in titles
        assert "canary" not in titles
        assert {told.who + told.reason for told in ours} == {""}

    def test_the_newest_of_all_talks_come_first_and_no_more_than_asked(self, talks, ann):
        other = NegotiationFactory()
        create_party(talks, ann, 1)
        create_party(other, ann, 2)
        create_party(talks, ann, 3)
        told = latest_changes(user=ann, limit=3)
        assert [change.negotiation for change in told] == [talks, other, talks]
        assert [change.who for change in told] == ["ann", "", "ann"]
        assert len(latest_changes(user=ann, negotiation=talks, limit=1)) == 1


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_only_reading(client, talks, method):
    assert getattr(client, method)(reverse("changes", args=[talks.slug])).status_code == 405


def test_the_seal_of_the_newest_revision_is_there_to_copy(talks, ann, page_for):
    draft(talks, ann)
    newest_seal = bytes(Changeset.objects.latest("revision").hash).hex()
    shown = body(page_for())
    assert f'value="{newest_seal}"' in shown
    assert f"Seal of revision {talks.revision}" in shown
