"""Comments on records, and what mentions oneself."""

from datetime import datetime
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from config.resend import signed_in
from negotiations.models import Record
from negotiations.titles import titled
from positions.commenting import (
    add_comment,
    is_member,
    mark_read,
    mark_seen,
    mentions_of,
    remove_comment,
    unread_of,
)
from positions.models import Comment
from positions.ticked import whole
from positions.views.asking import negotiation_or_404
from positions.views.editing import go_on

MENTIONS_A_PAGE = 50
#: So many comments of a record are taken for seen by one request.
SEEN_AT_ONCE = 500


@signed_in
@require_POST
def comment_new(request, slug, pk):
    """Say something about a record, or reply."""
    negotiation = negotiation_or_404(request, slug)
    if pk > 2**63 - 1:
        raise Http404
    rows = Record.objects.visible_to(request.user).filter(negotiation=negotiation)
    record = get_object_or_404(rows.select_related("negotiation"), pk=pk)
    if not is_member(request.user, negotiation):
        raise PermissionDenied(_("Only members of this negotiation comment."))
    anchor = "comments"
    try:
        comment = add_comment(
            user=request.user,
            record=record,
            text=request.POST.get("text", ""),
            parent=_parent(request, record),
        )
        anchor = f"comment-{comment.pk}"
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(go_on(request, reverse("record", args=[slug, pk])) + f"#{anchor}")


def _parent(request, record: Record) -> Comment | None:
    number = request.POST.get("parent", "")
    if not number:
        return None
    rows = Comment.objects.visible_to(request.user).filter(record=record.pk)
    if not number.isdecimal() or len(number) > 18:
        raise Http404
    return get_object_or_404(rows, pk=int(number))


@signed_in
@require_POST
def comment_remove(request, slug, pk):
    """Take the words of one's own comment out."""
    negotiation = negotiation_or_404(request, slug)
    if pk > 2**63 - 1:
        raise Http404
    rows = Comment.objects.visible_to(request.user).filter(negotiation=negotiation)
    comment = get_object_or_404(rows, pk=pk)
    remove_comment(comment, user=request.user)
    messages.success(request, _("Your comment is removed."))
    return redirect(go_on(request, reverse("record", args=[slug, comment.record_id])) + "#comments")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def mentions(request):
    """Where one is mentioned, newest first; what is new since one looked last is marked.

    That one has looked is told by the page's script once the page is to be seen, or by the button;
    the page of a record tells of the comments on it.
    """
    if request.method == "POST":
        if comments := whole(request.POST.getlist("comment")[:SEEN_AT_ONCE]):
            mark_seen(request.user, comments)
        else:
            mark_read(request.user, _until(request))
        if request.headers.get("X-Requested-With") == "fetch":
            return HttpResponse(status=HTTPStatus.NO_CONTENT)
        return redirect(go_on(request, reverse("mentions")))
    page = Paginator(mentions_of(request.user), MENTIONS_A_PAGE).get_page(request.GET.get("page"))
    rows = list(page)
    titles = titled(row.comment.record for row in rows)
    unread = unread_of(request.user, [row.comment_id for row in rows])
    lines = [
        {
            "mention": row,
            "title": titles[row.comment.record_id][1],
            "is_new": row.comment_id in unread,
        }
        for row in rows
    ]
    context = {
        "page": page,
        "lines": lines,
        "newest": rows[0].comment.written if rows else None,
    }
    return render(request, "positions/mentions.html", context)


def _until(request) -> datetime:
    """Return the moment up to which the page showed what mentions one; else now."""
    until = parse_datetime(request.POST.get("until", "")) if request.POST.get("until") else None
    return until if until and timezone.is_aware(until) else timezone.now()
