"""The queue of what waits for review, and one record of it."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from config.resend import signed_in
from negotiations.models import Negotiation, Record, State
from negotiations.operations import Conflict
from negotiations.titles import listed, titled
from positions import draftlist, reviewpage, reviewqueue, sentback
from positions.commenting import comments_on
from positions.draftlist import DraftQuery
from positions.models import PendingEdit
from positions.reviewing import approve, approve_all, send_back, submit_all, withdraw
from positions.reviewqueue import QueueQuery
from positions.ticked import names_of, rows_of, whole
from positions.views.asking import may_review
from positions.views.editing import negotiation_to_edit, refusal

#: So many of one's own edits are listed, the latest first.
OWN_EDITS = 10
#: What may be done on the page of a record, and what is said of it.
ACTS = {"approve": approve, "send back": send_back}


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def review(request, slug):
    """What was sent back to oneself, and what waits: that which one may decide on first.

    Many are approved at once.
    """
    negotiation = negotiation_to_edit(request, slug)
    query = QueueQuery(request.GET, negotiation=negotiation, user=request.user)
    status = HTTPStatus.OK if query.is_valid() else HTTPStatus.BAD_REQUEST
    if request.method == "POST":
        try:
            _approve_many(request, negotiation)
            return redirect(request.get_full_path())
        except ValidationError as error:
            messages.error(request, refusal(slug, error))
            status = HTTPStatus.UNPROCESSABLE_ENTITY
    page, told = None, sentback.Told((), 0)
    if negotiation.review == Negotiation.Review.REQUIRED:
        told = sentback.build(negotiation=negotiation, user=request.user)
    if query.is_valid():
        page = reviewqueue.build(query=query, number=request.GET.get("page"))
    context = {
        "negotiation": negotiation,
        "query": query,
        "page": page,
        "can_edit": True,
        "can_review": may_review(request.user, negotiation),
        "told": told,
        "drafts": draftlist.count_by(request.user, negotiation),
        "own_edits": _own_edits(request.user, negotiation, told),
        "ticked": whole(request.POST.getlist("number")),
    }
    return render(request, "positions/review.html", context, status=status)


def _approve_many(request, negotiation: Negotiation) -> None:
    """Approve what was ticked, or all that the page showed. Raises ``ValidationError``."""
    if not may_review(request.user, negotiation):
        raise PermissionDenied(_("A reviewer or a manager decides on what is published."))
    numbers = _chosen(request, _("Tick what to approve."))
    waiting = reviewqueue.waiting_in(negotiation, request.user).filter(state=State.IN_REVIEW)
    rows = rows_of(numbers, waiting)
    seen = {row.pk: request.POST.get(f"version-{row.pk}", "") for row in rows}
    versions = {pk: int(text) for pk, text in seen.items() if whole([text])}
    approve_all(rows, user=request.user, seen=versions)
    if rows:
        done = ngettext("%(n)s is published.", "%(n)s are published.", len(rows))
        messages.success(request, done % {"n": len(rows)})
    if gone := names_of(numbers - {row.pk for row in rows}, negotiation, request.user):
        left = ngettext(
            "%(names)s was left out: it does not wait any more.",
            "%(names)s were left out: they do not wait any more.",
            len(gone),
        )
        messages.warning(request, capfirst(left % {"names": listed(gone)}))


def _chosen(request, otherwise: str) -> set[int]:
    """Return what was ticked, or all that the page showed; raise ``otherwise`` if that is none."""
    name = "shown" if request.POST.get("act") == "all" else "number"
    if not request.POST.getlist(name):
        raise ValidationError(otherwise)
    return whole(request.POST.getlist(name))


def _own_edits(user, negotiation: Negotiation, told: sentback.Told) -> list[tuple]:
    """Return the user's latest edits that are not approved, each with what its record is called.

    Those that are ``told`` of as sent back are left out.
    """
    edits = (
        PendingEdit.objects.visible_to(user)
        .filter(negotiation=negotiation, user=user)
        .exclude(stage=PendingEdit.Stage.APPROVED)
        .exclude(pk__in=[line.edit.pk for line in told.lines if line.edit])
        .select_related("record")
        .order_by("-pk")[:OWN_EDITS]
    )
    titles = titled(edit.record for edit in edits)
    return [(edit, titles[edit.record_id][1]) for edit in edits if edit.record_id in titles]


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def review_drafts(request, slug):
    """Drafts that were not sent to review yet; many are sent at once."""
    negotiation = negotiation_to_edit(request, slug)
    query = DraftQuery(request.GET, negotiation=negotiation, user=request.user)
    status = HTTPStatus.OK if query.is_valid() else HTTPStatus.BAD_REQUEST
    if request.method == "POST":
        try:
            _send_drafts(request, negotiation)
            return redirect(request.get_full_path())
        except ValidationError as error:
            messages.error(request, refusal(slug, error))
            status = HTTPStatus.UNPROCESSABLE_ENTITY
    page = None
    if query.is_valid():
        page = draftlist.build(query=query, number=request.GET.get("page"))
    context = {
        "negotiation": negotiation,
        "query": query,
        "page": page,
        "of_round": query.cleaned_data.get("round"),
        "can_edit": True,
        "ticked": whole(request.POST.getlist("number")),
    }
    return render(request, "positions/review_drafts.html", context, status=status)


def _send_drafts(request, negotiation: Negotiation) -> None:
    """Send what was ticked, or all that the page showed. Raises ``ValidationError``."""
    numbers = _chosen(request, _("Tick what to send, or send all that is listed."))
    rows = rows_of(numbers, draftlist.drafts_in(negotiation, request.user))
    submit_all(rows, user=request.user)
    if rows:
        sent = ngettext("%(n)s is sent to review.", "%(n)s are sent to review.", len(rows))
        messages.success(request, sent % {"n": len(rows)})
    if gone := names_of(numbers - {row.pk for row in rows}, negotiation, request.user):
        left = ngettext(
            "%(names)s was left out: it is no draft any more.",
            "%(names)s were left out: they are no drafts any more.",
            len(gone),
        )
        messages.warning(request, capfirst(left % {"names": listed(gone)}))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def review_record(request, slug, pk):
    """One record with its source beside it; approve it or send it back, and go on to the next."""
    negotiation = negotiation_to_edit(request, slug)
    record = _numbered(request, negotiation, pk)
    typed, status = "", HTTPStatus.OK
    if request.method == "POST":
        typed = request.POST.get("reason", "")
        try:
            return _decided(request, negotiation, record, typed)
        except Conflict:
            messages.error(
                request, _("Somebody has changed this since you opened it. Look at it again.")
            )
            status = HTTPStatus.CONFLICT
        except ValidationError as error:
            messages.error(request, refusal(slug, error))
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        record = _numbered(request, negotiation, pk)
    page = reviewpage.build(record=record, user=request.user, source=request.GET.get("source", ""))
    context = {
        "negotiation": negotiation,
        "record": record,
        "review": page,
        "comments": comments_on(record, request.user),
        "can_edit": True,
        "can_review": may_review(request.user, negotiation),
        "beside": reviewqueue.beside(page.page.row, request.user),
        "next": reviewqueue.next_after(negotiation, request.user, record.pk),
        "typed": typed,
    }
    return render(request, "positions/review_record.html", context, status=status)


def _decided(request, negotiation: Negotiation, record: Record, reason: str):
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise ValidationError(_("Choose to approve it or to send it back."))
    if not may_review(request.user, negotiation):
        raise PermissionDenied(_("A reviewer or a manager decides on what is published."))
    row = record.model.objects.select_related("negotiation").get(pk=record.pk)
    version = request.POST.get("version", "")
    shown = int(version) if version.isdecimal() and len(version) < 10 else None
    act(row, user=request.user, version=shown, reason=reason)
    words = _("Published: %(record)s.") if act is approve else _("Sent back: %(record)s.")
    messages.success(request, words % {"record": record})
    following = reviewqueue.next_after(negotiation, request.user, record.pk)
    if following is None:
        return redirect("review", negotiation.slug)
    return redirect("review-record", negotiation.slug, following)


@signed_in
@require_POST
def review_withdraw(request, slug, pk):
    """Take back one's own edit that waits."""
    negotiation = negotiation_to_edit(request, slug)
    edits = PendingEdit.objects.visible_to(request.user).filter(negotiation=negotiation)
    pending = get_object_or_404(edits, pk=pk)
    try:
        withdraw(pending, user=request.user)
        messages.success(request, _("Your edit is withdrawn; the record stays as it is."))
    except ValidationError as error:
        messages.error(request, refusal(slug, error))
    return redirect(reverse("record", args=[slug, pending.record_id]))


def _numbered(request, negotiation: Negotiation, pk: int) -> Record:
    rows = Record.objects.visible_to(request.user).filter(negotiation=negotiation)
    if pk > 2**63 - 1:
        raise Http404
    return get_object_or_404(rows.select_related("negotiation"), pk=pk)
