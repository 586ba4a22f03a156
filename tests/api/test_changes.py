"""The changes by the API: as on their page, with the rows before and after."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from negotiations.memberships import add_member
from negotiations.models import Negotiation
from negotiations.operations import edit, publish, retract
from tests.api.conftest import program_of
from tests.database import seal
from tests.factories import MembershipFactory, UserFactory
from tests.recording import published_demand
from tests.talks import Talks, river_talks

pytestmark = pytest.mark.django_db
PLACE = "/api/v1/changes/"


@pytest.fixture
def talks() -> Talks:
    made = river_talks()
    seal()
    return made


@pytest.fixture
def program(talks) -> Client:
    return program_of(talks.editor)


@pytest.fixture
def changed(talks):
    """A demand whose text an editor has changed, with a reason."""
    demand = published_demand(
        negotiation=talks.negotiation, text="Water.", issue=talks.flow, user=talks.editor
    )
    seal()
    told = {"user": talks.editor, "reason": "read again"}
    return edit(demand, **told, version=demand.version, text="More water.")


def asked(client, talks, **query) -> list[dict]:
    answer = client.get(PLACE, {"negotiation": talks.slug, **query})
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_who_writes_reads_who_why_and_what_before_and_after(talks, program, changed):
    revision = Negotiation.objects.get(pk=talks.negotiation.pk).revision
    newest = asked(program, talks)[0]
    assert newest["negotiation"] == talks.slug
    assert (newest["revision"], newest["reason"]) == (revision, "read again")
    assert newest["user"] == talks.editor.username
    assert newest["row_count"] == 1
    (row,) = newest["rows"]
    assert (row["kind"], row["record"], row["operation"]) == ("demand", changed.pk, "changed")
    assert (row["before"]["text"], row["after"]["text"]) == ("Water.", "More water.")
    assert [each["revision"] for each in asked(program, talks, since=revision - 1)] == [revision]


def test_others_read_what_was_published(talks, client, changed):
    newest = asked(client, talks)[0]
    assert (newest["revision"], newest["user"], newest["reason"]) == (None, None, None)
    (row,) = newest["rows"]
    assert (row["record"], row["after"]["text"]) == (changed.pk, "More water.")
    retract(changed, user=talks.editor)
    seal()
    assert "More water." not in client.get(PLACE, {"negotiation": talks.slug}).content.decode()


def test_a_draft_before_it_was_published_is_no_readers_business(talks, client, program):
    draft = published_demand(
        negotiation=talks.negotiation, text="zanzibar", issue=talks.flow, state="draft"
    )
    written = edit(draft, user=talks.editor, version=draft.version, text="Water.")
    demand = publish(written, user=talks.editor)
    seal()
    query = {"negotiation": talks.slug, "record": demand.pk}
    assert "zanzibar" not in client.get(PLACE, query).content.decode()
    (told,) = asked(client, talks, record=demand.pk)
    assert told["rows"][0]["before"] is None
    assert "zanzibar" in program.get(PLACE, query).content.decode()


def test_filters(talks, program, changed):
    everything = asked(program, talks, page_size=500)
    assert len(asked(program, talks, record=changed.pk)) == 2
    rows = [row for each in asked(program, talks, record=changed.pk) for row in each["rows"]]
    assert changed.pk in {row["record"] for row in rows}
    names = {each["user"] for each in asked(program, talks, user=talks.editor.username)}
    assert names == {talks.editor.username}
    of_parties = asked(program, talks, kind="party")
    assert 0 < len(of_parties) < len(everything)
    assert all("party" in {row["kind"] for row in each["rows"]} for each in of_parties)
    page = program.get(PLACE, {"negotiation": talks.slug, "page_size": 1, "page": 2}).json()
    assert page["count"] == len(everything)
    assert page["results"] == everything[1:2]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "negotiation"),
        ({"negotiation": "elsewhere"}, "negotiation"),
        ({"negotiation": "\0"}, "negotiation"),
        ({"since": "x"}, "since"),
        ({"since": "1e400"}, "since"),
        ({"kind": "river"}, "kind"),
        ({"record": "999999"}, "record"),
        ({"user": "\0"}, "user"),
        ({"page": "0"}, "page"),
        ({"who": "ann"}, "who"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(talks, program, query, field):
    here = {} if field == "negotiation" else {"negotiation": talks.slug}
    answer = program.get(PLACE, {**here, **query})
    assert answer.status_code == 400
    assert list(answer.json()) == [field]


def test_readers_do_not_ask_by_user_nor_for_what_is_hidden(talks, client, changed):
    answer = client.get(PLACE, {"negotiation": talks.slug, "user": talks.editor.username})
    assert (answer.status_code, list(answer.json())) == (400, ["user"])
    Negotiation.objects.update(visibility="members")
    seal()
    hidden = client.get(PLACE, {"negotiation": talks.slug})
    absent = client.get(PLACE, {"negotiation": "elsewhere"})
    assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content)
    reader = MembershipFactory(negotiation=talks.negotiation, role="reader").user
    seal()
    assert asked(program_of(reader), talks)
    assert client.post(PLACE, {}).status_code in (401, 403, 405)


def test_the_number_of_queries_does_not_grow(talks, program, changed):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            asked(program, talks)
        return len(captured)

    few = queries()
    for number in range(3):
        published_demand(negotiation=talks.negotiation, text=f"{number}", issue=talks.flow)
        seal()
    assert queries() == few


def test_who_let_whom_in_is_for_those_who_write(talks, program, client):
    boss = MembershipFactory(negotiation=talks.negotiation, role="manager").user
    guest = UserFactory()
    add_member(user=boss, negotiation=talks.negotiation, member=guest, role="reader")
    seal()
    newest = asked(program, talks, kind="membership")[0]
    assert newest["user"] == boss.username
    assert [row["after"]["user_id"] for row in newest["rows"]] == [guest.pk]
    assert asked(program, talks, kind="comment") == []
    reader = program_of(guest)
    for kind in ("membership", "invitation", "settings", "comment"):
        for asker in (client, reader):
            answer = asker.get(PLACE, {"negotiation": talks.slug, "kind": kind})
            assert (answer.status_code, list(answer.json())) == (400, ["kind"])
