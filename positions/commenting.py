"""Comments on records: who may say something, who is told, and how it is shown."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import BigIntegerField, Exists, Func, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from negotiations.models import Membership, Negotiation, Record, State
from negotiations.operations import create, edit, locked, operation
from positions.models import Comment, Mention, MentionsSeen

LONGEST = 5000
#: "@" and a name, not inside of an address of mail.
NAMED = re.compile(r"(?<![\w@.+-])@([\w.@+-]+)")
#: What may follow a name in a sentence, although a name may hold it.
AFTER = ".+-@"


@dataclass(frozen=True)
class Thread:
    """A comment with what was replied to it, oldest first."""

    comment: Comment
    replies: tuple[Comment, ...]


@dataclass(frozen=True)
class Comments:
    """What the page of a record shows of comments; ``offered`` may be mentioned.

    ``unread`` are those that mention the user and that they have not seen.
    """

    threads: tuple[Thread, ...]
    offered: tuple[str, ...]
    count: int
    unread: tuple[int, ...]


@operation
def add_comment(
    *, user, record: Record, text: str, parent: Comment | None = None, reason: str = ""
) -> Comment:
    """Say something about a record, or in reply to a comment on it; return the comment.

    Members whom the text names with "@" are told, if they may see the record. Raises
    ``PermissionDenied`` to who is no member or may not see it, else ``ValidationError``.
    """
    text = text.strip()
    shared = {"user": user, "reason": reason}
    may_see = Record.objects.visible_to(user).filter(pk=record.pk).exists()
    if not (may_see and is_member(user, record.negotiation)):
        raise PermissionDenied(_("Only members of this negotiation comment."))
    if len(text) > LONGEST:
        raise ValidationError({"text": _("At most %(most)s letters.") % {"most": LONGEST}})
    if parent is not None and (parent.record_id != record.pk or parent.removed):
        raise ValidationError({"parent": _("There is no such comment here.")})
    if parent is not None and parent.parent_id:
        # A reply to a reply stands under the same comment.
        parent = parent.parent
    comment = create(
        Comment,
        **shared,
        negotiation=record.negotiation,
        record=record,
        parent=parent,
        user_id=user.pk,
        text=text,
    )
    for member in mentioned_in(text, record):
        create(
            Mention,
            **shared,
            negotiation=record.negotiation,
            comment=comment,
            user_id=member.pk,
        )
    return comment


@operation
def remove_comment(comment: Comment, *, user, reason: str = "") -> Comment:
    """Take the words of one's own comment out; its place stays, and the history has the words.

    Raises ``PermissionDenied`` to everybody else.
    """
    row = locked(comment)
    if user is None or row.user_id != user.pk:
        raise PermissionDenied(_("Only who wrote a comment removes it."))
    if row.removed:
        return row
    return edit(row, user=user, reason=reason, text="", removed=timezone.now())


def is_member(user, negotiation: Negotiation) -> bool:
    """Whether somebody has a role in a negotiation."""
    return Negotiation.objects.joined_by(user).filter(pk=negotiation.pk).exists()


def mentionable(record: Record) -> QuerySet:
    """Return the members who may see a record: of a draft those who write."""
    members = Membership.objects.filter(negotiation=record.negotiation_id)
    if record.state != State.PUBLISHED:
        members = members.writing()
    return (
        get_user_model()
        .objects.filter(pk__in=members.values("user"), is_active=True)
        .order_by("username")
    )


def mentioned_in(text: str, record: Record) -> list:
    """Return the members that a text names and that may see the record, each once."""
    names = names_in(text)
    found = mentionable(record).filter(username__in=names) if names else ()
    return list(found)


def named_in_vain(comment: Comment) -> list[str]:
    """Return the names after "@" in a comment by which nobody was told of it."""
    told = {mention.user.username for mention in comment.mentions.all()}
    words = dict.fromkeys(NAMED.findall(comment.text))
    return [f"@{word.rstrip(AFTER)}" for word in words if not told & names_in(f"@{word}")]


def names_in(text: str) -> set[str]:
    """Return what a text may name with "@": each word, and without what ends a sentence."""
    names = set()
    for word in NAMED.findall(text):
        names.add(word)
        while word and word[-1] in AFTER:
            word = word[:-1]
            names.add(word)
    return names - {""}


def comments_on(record: Record, user) -> Comments | None:
    """Return what is said about a record; None to who is no member. In a few queries."""
    if not user.is_authenticated or not is_member(user, record.negotiation):
        return None
    rows = list(
        Comment.objects.visible_to(user)
        .filter(record=record.pk)
        .select_related("user")
        .prefetch_related("mentions__user")
        .order_by("written", "pk")
    )
    for row in rows:
        # It stands at the comment: a page that was sent to it begins there.
        row.in_vain = named_in_vain(row) if row.user_id == user.pk else ()
    offered = mentionable(record).exclude(pk=user.pk).values_list("username", flat=True)
    unread = unread_of(user, [row.pk for row in rows]) if rows else ()
    return Comments(
        threads=tuple(_threads(rows)),
        offered=tuple(offered),
        count=sum(not row.removed for row in rows),
        unread=tuple(sorted(unread)),
    )


def _threads(rows: Iterable[Comment]) -> Iterable[Thread]:
    replies: dict[int | None, list[Comment]] = defaultdict(list)
    for row in rows:
        replies[row.parent_id].append(row)
    for row in replies[None]:
        under = replies[row.pk]
        if not row.removed or any(not reply.removed for reply in under):
            yield Thread(row, tuple(under))


def mentions_of(user) -> QuerySet[Mention]:
    """Return where somebody is mentioned, newest first, with all that is shown of it."""
    rows = Mention.objects.of(user)
    return rows.select_related("comment__record", "comment__user", "negotiation")


def unread_by(user) -> int:
    """Return how many mentions of somebody they have not read, in one query."""
    return _unread(user).count()


def _unread(user) -> QuerySet[Mention]:
    comment = Func(
        OuterRef("comment"),
        template="ARRAY[%(expressions)s]",
        output_field=ArrayField(BigIntegerField()),
    )
    until = Q(until__gte=OuterRef("comment__written"))
    seen = MentionsSeen.objects.filter(until | Q(besides__contains=comment), user=user)
    return Mention.objects.of(user).filter(~Exists(seen))


def unread_of(user, comments: Iterable[int]) -> set[int]:
    """Return which of some comments mention somebody who has not read them."""
    rows = _unread(user).filter(comment__in=list(comments))
    return set(rows.values_list("comment", flat=True))


def mark_read(user, until: datetime) -> None:
    """Take what mentions somebody up to a moment for read."""
    with transaction.atomic():
        seen = _seen_by(user)
        later = Comment.objects.filter(pk__in=seen.besides, written__gt=until)
        seen.until, seen.besides = until, sorted(later.values_list("pk", flat=True))
        seen.save()


def mark_seen(user, comments: Iterable[int]) -> None:
    """Take some of the comments that mention somebody for read, whatever else they have read."""
    with transaction.atomic():
        seen = _seen_by(user)
        seen.besides = sorted({*seen.besides, *unread_of(user, comments)})
        seen.save()


def _seen_by(user) -> MentionsSeen:
    """Return what somebody has read, ours until the transaction ends; nobody is named unjoined."""
    rows = MentionsSeen.objects.select_for_update()
    return rows.get_or_create(user=user, defaults={"until": user.date_joined})[0]
