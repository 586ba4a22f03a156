"""Who moved on what, how far, and what the others gave meanwhile."""

from urllib.parse import urlencode

from django.shortcuts import render
from django.views.decorators.http import require_safe

from positions import ledger
from positions.question import QuestionForm
from positions.views.comparison import may_edit, negotiation_or_404


@require_safe
def movement(request, slug):
    """The ledger of movement: a section for each round, or one since the day asked for."""
    negotiation = negotiation_or_404(request, slug)
    asked = QuestionForm(request.GET, negotiation=negotiation, request=request)
    if not asked.is_valid():
        context = {"negotiation": negotiation, "asked": asked}
        return render(request, "positions/comparison_day.html", context, status=400)
    built = ledger.build(negotiation=negotiation, user=request.user, question=asked.question)
    context = {
        "negotiation": negotiation,
        "ledger": built,
        "asked": asked,
        "given": urlencode(asked.given, doseq=True),
        "can_edit": asked.question.revision is None and may_edit(request, negotiation),
    }
    return render(request, "positions/movement.html", context)
