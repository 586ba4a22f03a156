"""What a token opens: to read or to write, one negotiation or all; and never a page."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken
from negotiations.models import Membership, Negotiation
from positions.models import Comment
from tests.api.conftest import CONTENT, new_talks, place
from tests.factories import MembershipFactory, NegotiationFactory, UserFactory

pytestmark = pytest.mark.django_db


def program(user, **narrowed) -> Client:
    key = ApiToken.issue(user=user, name="a program", **narrowed)
    return Client(headers={"Authorization": f"Bearer {key}"})


def sent(client: Client, negotiation: Negotiation) -> int:
    body = {"negotiation": negotiation.slug, "outlet": "A paper"}
    return client.post(place("sources"), body, content_type="application/json").status_code


@pytest.fixture
def mine():
    """Members-only talks with one of everything, as drafts, too; and their editor."""
    return new_talks("members").fill().fill(1, state="draft")


def count(client: Client, collection: str, **asked) -> int:
    return client.get(place(collection), asked).json()["count"]


def test_a_token_to_read_reads_what_its_user_reads(mine):
    reads, writes = program(mine.editor, scope="read"), program(mine.editor, scope="write")
    for collection in CONTENT:
        assert count(reads, collection) == count(writes, collection) > 1, collection


def test_a_token_to_read_writes_nothing(mine):
    reads, writes = program(mine.editor, scope="read"), program(mine.editor, scope="write")
    demand = place("demands", mine.key("demands"))
    json = {"content_type": "application/json"}
    given = [
        sent(reads, mine.negotiation),
        reads.patch(demand, {"text": "Mine"}, **json).status_code,
        reads.delete(demand).status_code,
        reads.post(place("negotiations"), {"slug": "more", "title": "M"}, **json).status_code,
    ]
    assert given == [403] * 4
    mine["demands"].refresh_from_db()
    assert mine["demands"].text != "Mine"
    assert sent(writes, mine.negotiation) == 201


def test_a_token_to_read_is_told_so_wherever_one_writes(mine):
    reads = program(mine.editor, scope="read")
    told = "This token only reads. To write, use one with the scope “write” (read and write)."
    demand = mine.key("demands")
    said = program(mine.editor).post(
        place("comments"), {"record": demand, "text": "Mine"}, content_type="application/json"
    )
    for method, address in (
        ("post", place("demands")),
        ("patch", place("demands", demand)),
        ("delete", place("demands", demand)),
        ("patch", place("demands", 99_999_999)),
        ("post", place("negotiations")),
        ("post", place("memberships")),
        ("post", place("review", demand)),
        ("post", place("comments")),
        ("delete", place("comments", said.json()["id"])),
    ):
        body = {"record": demand, "text": "Read only", "act": "submit"}
        refused = getattr(reads, method)(address, body, content_type="application/json")
        assert (refused.status_code, refused.json()) == (403, {"detail": told}), address
    assert [comment.text for comment in Comment.objects.all()] == ["Mine"]
    anonymous = Client().post(place("demands"), {}, content_type="application/json")
    assert (anonymous.status_code, told in anonymous.content.decode()) == (401, False)


def test_query_sets_themselves_give_it_nothing_to_write(mine):
    MembershipFactory(user=mine.editor, role="manager")
    user = mine.editor
    user.token = ApiToken(user=user, scope="read")
    assert not Negotiation.objects.editable_by(user).exists()
    assert not Negotiation.objects.managed_by(user).exists()
    user.token.scope = "write"
    assert Negotiation.objects.editable_by(user).count() == 2
    assert Negotiation.objects.managed_by(user).count() == 1


def test_a_token_for_one_negotiation_knows_no_other(mine):
    other = new_talks("members").fill()
    public = new_talks("public").fill()
    for talks in (other, public):
        MembershipFactory(user=mine.editor, negotiation=talks.negotiation, role="manager")
    narrow, wide = program(mine.editor, negotiation=mine.negotiation), program(mine.editor)
    slugs = [row["slug"] for row in narrow.get(place("negotiations")).json()["results"]]
    assert slugs == [mine.negotiation.slug]
    for collection in CONTENT:
        assert 0 < count(narrow, collection) < count(wide, collection), collection
    for talks in (other, public):
        hidden = narrow.get(place("demands", talks.key("demands")))
        absent = narrow.get(place("demands", 99_999_999))
        assert hidden.status_code == absent.status_code == 404
        assert hidden.content == absent.content
        assert sent(narrow, talks.negotiation) == 404
        comparison = f"/api/v1/negotiations/{talks.negotiation.slug}/comparison/"
        assert narrow.get(comparison).status_code == 404
        assert wide.get(comparison).status_code == 200
    assert sent(narrow, mine.negotiation) == 201
    assert count(narrow, "memberships") == 1
    assert count(wide, "memberships") > 2


def test_a_token_for_one_negotiation_is_told_so_whether_there_is_another_or_not(mine):
    hidden, public = new_talks("members").fill(), new_talks("public").fill()
    MembershipFactory(user=mine.editor, negotiation=public.negotiation, role="editor")
    told = (
        "This token is for one negotiation alone; another takes a token for that one, or for all."
    )
    narrow, wide = program(mine.editor, negotiation=mine.negotiation), program(mine.editor)
    json = {"content_type": "application/json"}

    def refusals(client):
        slugs = hidden.negotiation.slug, public.negotiation.slug, "no-such-talks"
        yield [client.post(place("parties"), {"negotiation": slug}, **json) for slug in slugs]
        numbers = hidden.key("demands"), public.key("demands"), 99_999_999
        for act in (client.patch, client.delete):
            yield [act(place("demands", number), {"text": "x"}, **json) for number in numbers]

    for answers in refusals(narrow):
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1
        assert told in answers[0].content.decode()
    assert not any(told in each.content.decode() for row in refusals(wide) for each in row)
    begun = narrow.post(place("negotiations"), {"slug": "more", "title": "More"}, **json)
    assert (begun.status_code, begun.json()) == (403, {"detail": told})


def test_it_begins_no_other_negotiation(mine):
    body = {"slug": "more-talks", "title": "More"}
    json = {"content_type": "application/json"}
    narrow = program(mine.editor, negotiation=mine.negotiation)
    assert narrow.post(place("negotiations"), body, **json).status_code == 403
    assert program(mine.editor).post(place("negotiations"), body, **json).status_code == 201


def test_it_opens_no_more_than_the_membership_it_came_with(mine):
    narrow = program(mine.editor, negotiation=mine.negotiation)
    Membership.objects.filter(user=mine.editor).update(role="reader")
    assert sent(narrow, mine.negotiation) == 403
    stranger = program(UserFactory(), negotiation=mine.negotiation)
    assert count(stranger, "negotiations") == 0


def test_a_token_opens_no_page(mine):
    client = program(mine.editor)
    assert client.get(f"/{mine.negotiation.slug}/").status_code == 404
    for name in ("account", "sessions", "mfa_index", "account_change_password"):
        assert client.get(reverse(name)).status_code == 302
    assert client.post(reverse("account"), {"name": "another"}).status_code == 401
    assert ApiToken.objects.count() == 1


def test_tokens_from_before_keep_what_they_opened(mine):
    key = ApiToken.issue(user=mine.editor, name="old")
    token = ApiToken.objects.get()
    assert (token.scope, token.negotiation, token.expires) == ("write", None, None)
    assert sent(Client(headers={"Authorization": f"Bearer {key}"}), mine.negotiation) == 201


def test_the_command_narrows_too(mine, capsys):
    name = mine.editor.username
    call_command("create_api_token", name, scope="read", negotiation=mine.negotiation.slug, days=7)
    token = ApiToken.objects.get()
    week = timezone.localdate() + timedelta(days=7)
    assert (token.scope, token.negotiation, token.expires) == ("read", mine.negotiation, week)
    call_command("create_api_token", name)
    token = ApiToken.objects.latest("pk")
    year = timezone.localdate() + timedelta(days=365)
    assert (token.scope, token.negotiation, token.expires) == ("write", None, year)
    hidden = NegotiationFactory(visibility="members")
    for wrong in ("--days=366", "--days=-1", f"--negotiation={hidden.slug}", "--scope=all"):
        with pytest.raises(CommandError):
            call_command("create_api_token", name, wrong)
    assert ApiToken.objects.count() == 2
