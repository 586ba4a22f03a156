"""Any one record in full: its fields, its evidence, what it points to and what points to it."""

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from config.htmx import wants_part
from config.resend import signed_in
from negotiations.models import Negotiation, Record
from positions import sentback
from positions.commenting import comments_on
from positions.following import KINDS, is_watched
from positions.models import PendingEdit
from positions.pendingedits import records_waiting
from positions.recordhistory import deeds_of
from positions.recordpages import page_of
from positions.views.asking import may_edit, may_review, negotiation_or_404
from positions.views.editing import negotiation_to_edit, others_at


@require_safe
def record(request, slug, pk):
    negotiation = negotiation_or_404(request, slug)
    number = _visible(request, negotiation, pk)
    can_edit = may_edit(request, negotiation)
    reviews = negotiation.review == Negotiation.Review.REQUIRED
    back = sentback.of_record(number, request.user) if can_edit and reviews else None
    context = {
        "negotiation": negotiation,
        "page": page_of(number, request.user),
        "sent_back": back,
        "refused": {"deeds": deeds_of(back.edit.rows, negotiation)} if back and back.edit else None,
        "watched": number.kind in KINDS and is_watched(request.user, negotiation, pk),
        "comments": comments_on(number, request.user),
        "can_edit": can_edit,
        "edits_waiting": records_waiting(negotiation, request.user) if can_edit else (),
        "can_review": can_edit and reviews and may_review(request.user, negotiation),
        "others": others_at(request, number) if can_edit else [],
        "pending": PendingEdit.objects.visible_to(request.user)
        .waiting()
        .filter(record=number.pk)
        .select_related("user")
        .first(),
    }
    return render(request, "negotiations/record.html", context)


@signed_in
@require_POST
def record_present(request, slug, pk):
    """Note that the user still has a record open, and say who else has."""
    negotiation = negotiation_to_edit(request, slug)
    number = _visible(request, negotiation, pk)
    if not wants_part(request):
        return redirect("record", slug, pk)
    context = {
        "negotiation": negotiation,
        "present_at": number.pk,
        "others": others_at(request, number),
    }
    return render(request, "components/present.html", context)


def _visible(request, negotiation, pk) -> Record:
    rows = Record.objects.visible_to(request.user).filter(negotiation=negotiation)
    return get_object_or_404(rows, pk=pk)
