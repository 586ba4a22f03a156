"""Comments on records: who may, who sees them, who is told."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html

from negotiations.memberships import remove_member
from negotiations.models import History, Record
from negotiations.operations import remove
from positions.commenting import add_comment, mentionable, names_in, remove_comment, unread_by
from positions.models import Comment, Demand, Mention, MentionsSeen
from tests.positions.test_review_views import as_user, at
from tests.positions.test_reviewing import Talks, write
from tests.sending import as_sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def talks():
    return Talks()


def number(row) -> Record:
    return Record.objects.select_related("negotiation").get(pk=row.pk)


def test_what_a_text_may_name():
    assert names_in("@ana, ask @bo.x. Not a@mail.org") >= {"ana", "bo.x", "bo.x."}
    assert "mail.org" not in names_in("a@mail.org")
    assert names_in("nobody @ all") == set()


def test_members_comment_and_those_named_are_told_if_they_may_see_it(talks):
    published, draft = number(talks.published()), number(talks.draft())
    text = f"@{talks.reader.username}, @{talks.reviewer.username}: which day?"
    assert talks.reader in mentionable(published)
    assert talks.reader not in mentionable(draft)
    on_draft = add_comment(user=talks.editor, record=draft, text=text)
    assert [m.user for m in on_draft.mentions.all()] == [talks.reviewer]
    on_published = add_comment(user=talks.editor, record=published, text=text)
    assert {m.user for m in on_published.mentions.all()} == {talks.reviewer, talks.reader}
    assert (unread_by(talks.reader), unread_by(talks.reviewer), unread_by(talks.other)) == (1, 2, 0)
    for stranger in (talks.reader, None):
        with pytest.raises((PermissionDenied, AttributeError)):
            add_comment(user=stranger, record=draft, text="Let me in")
    assert set(Comment.objects.visible_to(talks.reader)) == {on_published}
    assert set(Comment.objects.visible_to(talks.other)) == {on_published, on_draft}
    remove_member(user=talks.manager, negotiation=talks.negotiation, member=talks.reader)
    assert not Comment.objects.visible_to(talks.reader).exists()
    assert unread_by(talks.reader) == 0


def test_a_reply_stands_under_its_comment(talks):
    record, elsewhere = number(talks.published()), number(talks.published(text="Other"))
    first = add_comment(user=talks.editor, record=record, text="First")
    reply = add_comment(user=talks.reader, record=record, text="Yes", parent=first)
    deeper = add_comment(user=talks.editor, record=record, text="So", parent=reply)
    assert (reply.parent, deeper.parent) == (first, first)
    with pytest.raises(ValidationError):
        add_comment(user=talks.editor, record=elsewhere, text="No", parent=first)


def test_nobody_edits_one_and_its_writer_removes_it(talks):
    comment = add_comment(user=talks.editor, record=number(talks.published()), text="Rash words")
    with pytest.raises(PermissionDenied):
        remove_comment(comment, user=talks.manager)
    with pytest.raises(IntegrityError) as refused:
        write("UPDATE positions_comment SET text = 'Wise words'")
    assert refused.value.__cause__.diag.constraint_name == "comment_stays"
    with pytest.raises(IntegrityError):
        write("DELETE FROM positions_comment")
    remove_comment(comment, user=talks.editor)
    comment.refresh_from_db()
    assert (comment.text, bool(comment.removed)) == ("", True)
    said = History.objects.filter(table_name=Comment._meta.db_table).order_by("pk")
    assert [row.data["text"] for row in said] == ["Rash words", ""]


def test_it_goes_with_a_record_that_is_deleted(talks):
    demand = talks.draft()
    comment = add_comment(
        user=talks.editor, record=number(demand), text=f"Away with it, @{talks.other.username}"
    )
    add_comment(user=talks.other, record=number(demand), text="Yes", parent=comment)
    remove(demand, user=talks.editor)
    assert [model.objects.count() for model in (Demand, Comment, Mention)] == [0, 0, 0]


def test_the_record_s_page_shows_them_to_members_as_plain_text(talks):
    demand = talks.published()
    there = at(talks, "comment-new", demand.pk)
    text = f"<b>Bold</b>\nsecond line, @{talks.reader.username}"
    answer = as_user(talks.editor).post(there, {"text": text})
    comment = Comment.objects.get()
    assert answer.headers["Location"].endswith(f"#comment-{comment.pk}")
    page = as_user(talks.reader).get(at(talks, "record", demand.pk)).content.decode()
    assert "&lt;b&gt;Bold&lt;/b&gt;<br>second line" in page
    review = as_user(talks.reviewer).get(at(talks, "review-record", demand.pk)).content.decode()
    assert "second line" in review
    assert "second line" not in Client().get(at(talks, "record", demand.pk)).content.decode()
    assert Client().get(f"/api/v1/comments/?record={demand.pk}").json()["count"] == 0
    blank = as_user(talks.editor).post(there, {"text": "  "}, follow=True)
    assert "Write something." in blank.content.decode()
    other = as_user(talks.other).post(at(talks, "comment-remove", comment.pk))
    assert other.status_code == 403
    assert as_user(talks.editor).post(at(talks, "comment-remove", comment.pk)).status_code == 302
    page = as_user(talks.reader).get(at(talks, "record", demand.pk)).content.decode()
    assert "second line" not in page


def test_what_mentions_one_is_listed_and_counted_until_it_is_seen(talks):
    record = number(talks.published())
    add_comment(user=talks.editor, record=record, text=f"Look, @{talks.reader.username}!")
    client = as_user(talks.reader)
    page = client.get(reverse("mentions"))
    assert [line["is_new"] for line in page.context["lines"]] == [True]
    assert "Look, @" in page.content.decode()
    assert "1 is new." in page.content.decode()
    # The bar of every page counts it, and leads there, by one query.
    pages = [reverse(name) for name in ("home", "account")] + [
        at(talks, "rounds"),
        at(talks, "overview"),
    ]
    counts = [in_the_bar(client, address) for address in pages]
    assert counts == [(reverse("mentions"), "1", 1)] * len(pages)
    seen = {"until": page.context["newest"].isoformat()}
    by_itself = {"HTTP_X_REQUESTED_WITH": "fetch"}
    assert client.post(reverse("mentions"), seen, **by_itself).status_code == 204
    page = client.get(reverse("mentions"))
    assert [line["is_new"] for line in page.context["lines"]] == [False]
    assert "0 are new." in page.content.decode()
    assert [in_the_bar(client, address) for address in pages] == [("", "", 1)] * len(pages)
    assert as_user(talks.editor).get(reverse("mentions")).context["lines"] == []


def test_a_mention_is_seen_on_its_record_whatever_came_before(talks):
    older, newer = (number(talks.published(text=text)) for text in ("Older", "Newer"))
    for record in (older, newer):
        add_comment(user=talks.editor, record=record, text=f"Look, @{talks.reader.username}!")
    client, by_itself = as_user(talks.reader), {"HTTP_X_REQUESTED_WITH": "fetch"}
    page = client.get(at(talks, "record", newer.pk))
    assert "1 new comment here mentions you." in page.content.decode()
    seen = as_sent(page, "comments__unread")
    # Nobody sees for somebody else, and to look by fetching the page ahead is not to see it.
    as_user(talks.other).post(reverse("mentions"), seen)
    assert unread_by(talks.reader) == 2
    assert client.post(reverse("mentions"), seen, **by_itself).status_code == 204
    assert [line["is_new"] for line in client.get(reverse("mentions")).context["lines"]] == [
        False,
        True,
    ]
    for record, told in ((newer, False), (older, True)):
        text = client.get(at(talks, "record", record.pk)).content.decode()
        assert ("mentions you." in text) == told
    assert unread_by(talks.reader) == 1
    # The button does the same and leads back; all is seen by what shows all.
    again = as_sent(client.get(at(talks, "record", older.pk)), "comments__unread")
    place = at(talks, "record", older.pk)
    assert client.post(f"{reverse('mentions')}?next={place}", again)["Location"] == place
    assert unread_by(talks.reader) == 0
    assert len(MentionsSeen.objects.get(user=talks.reader).besides) == 2
    client.post(reverse("mentions"))
    assert MentionsSeen.objects.get(user=talks.reader).besides == []
    assert unread_by(talks.reader) == 0


def in_the_bar(client, address) -> tuple[str, str, int]:
    """Return where the bar's count of mentions leads, how many, and by how many queries."""
    with CaptureQueriesContext(connection) as captured:
        page = html.fromstring(client.get(address).content)
    asked = [each for each in captured if 'FROM "positions_mention"' in each["sql"]]
    count = page.xpath("//header//a[.//*[@class='bar__count']]")
    place, number = (count[0].get("href"), count[0].find("b").text) if count else ("", "")
    return place, number, len(asked)


def test_a_new_mention_is_told_where_one_comes_by_and_a_wrong_name_at_once(talks):
    record, reader = number(talks.published()), talks.reader
    home = as_user(reader).get(at(talks, "overview")).content.decode()
    assert "mentions you" not in home
    text = f"@{reader.username}. @nosuch, look; a@mail.org, @nobody"
    said = as_user(talks.editor).post(
        at(talks, "comment-new", record.pk), {"text": text}, follow=True
    )
    # It is said at the comment, where the page begins then, to who wrote it.
    (shown,) = html.fromstring(said.content).xpath("//article[@class='comment']")
    assert "Nobody was told by @nosuch, @nobody: no member who sees this" in shown.text_content()
    assert "notice" not in said.content.decode().partition("<h1")[0]
    there = as_user(reader).get(at(talks, "record", record.pk)).content.decode()
    assert "Nobody was told" not in there
    for address in (at(talks, "overview"), reverse("following")):
        assert "1 new comment mentions you" in as_user(reader).get(address).content.decode()
    as_user(reader).post(reverse("mentions"))
    assert "mentions you" not in as_user(reader).get(reverse("following")).content.decode()


def test_the_api_reads_and_writes_them(talks):
    demand, draft = talks.published(), talks.draft()

    def post(user, **body):
        return as_user(user).post("/api/v1/comments/", body, content_type="application/json")

    made = post(talks.reader, record=demand.pk, text=f"@{talks.editor.username} why?")
    assert (made.status_code, made.json()["mentions"]) == (201, [talks.editor.username])
    assert post(talks.reader, record=draft.pk, text="x").status_code == 404
    reply = post(talks.editor, record=demand.pk, text="So", parent=made.json()["id"])
    assert reply.json()["parent"] == made.json()["id"]
    listed = as_user(talks.other).get(f"/api/v1/comments/?record={demand.pk}").json()
    assert [row["text"] for row in listed["results"]] == [f"@{talks.editor.username} why?", "So"]
    place = f"/api/v1/comments/{reply.json()['id']}/"
    assert as_user(talks.other).delete(place).status_code == 403
    assert as_user(talks.editor).delete(place).status_code == 204
    assert Comment.objects.get(pk=reply.json()["id"]).text == ""
