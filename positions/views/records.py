"""Any one record in full: its fields, its evidence, what it points to and what points to it."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from negotiations.models import Record
from positions.following import KINDS, is_watched
from positions.recordpages import page_of
from positions.views.asking import may_edit, negotiation_or_404


@require_safe
def record(request, slug, pk):
    negotiation = negotiation_or_404(request, slug)
    number = get_object_or_404(
        Record.objects.visible_to(request.user).filter(negotiation=negotiation), pk=pk
    )
    context = {
        "negotiation": negotiation,
        "page": page_of(number, request.user),
        "watched": number.kind in KINDS and is_watched(request.user, negotiation, pk),
        "can_edit": may_edit(request, negotiation),
    }
    return render(request, "negotiations/record.html", context)
