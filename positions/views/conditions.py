"""What waits for what, and where that runs in a circle."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from positions import comparison as comparisons
from positions.conditions import page_of
from positions.question import QuestionForm
from positions.views.comparison import may_edit, negotiation_or_404


@require_safe
def conditions(request, slug):
    """The conditions of a negotiation, or of some of its issues, at the end of a day."""
    negotiation = negotiation_or_404(request, slug)
    asked = QuestionForm(request.GET, negotiation=negotiation, request=request)
    if not asked.is_valid():
        context = {"negotiation": negotiation, "asked": asked}
        return render(request, "positions/comparison_day.html", context, status=400)
    built = comparisons.build(negotiation=negotiation, user=request.user, question=asked.question)
    context = {
        "negotiation": negotiation,
        "page": page_of(built),
        "can_edit": asked.question.revision is None and may_edit(request, negotiation),
    }
    return render(request, "positions/conditions.html", context)
