"""The face page: where the sides stand, issue by issue."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from negotiations.models import Negotiation
from positions import comparison as comparisons
from positions import rowgroups
from positions.narrowings import everything, menus, narrowings
from positions.question import QuestionForm


def negotiation_or_404(request, slug: str) -> Negotiation:
    """Return the negotiation with its revision; absent and hidden look the same."""
    return get_object_or_404(
        Negotiation.objects.visible_to(request.user).with_revision(), slug=slug
    )


def may_edit(request, negotiation: Negotiation) -> bool:
    """Whether the user may write records of the negotiation."""
    return Negotiation.objects.editable_by(request.user).filter(pk=negotiation.pk).exists()


def as_asked(query, comparison: comparisons.Comparison) -> dict:
    """Return how a query wants the comparison laid out: its groups, and how dense it is."""
    full = query.get("density") == "full"
    groups = rowgroups.grouped(comparison.rows, query.getlist("closed"))
    return {"groups": groups, "full": full, "compact": not full}


@require_safe
def comparison(request, slug):
    """Every party's current demands on every issue at the end of a day."""
    negotiation = negotiation_or_404(request, slug)
    asked = QuestionForm(request.GET, negotiation=negotiation, request=request)
    if not asked.is_valid():
        context = {"negotiation": negotiation, "asked": asked}
        return render(request, "positions/comparison_day.html", context, status=400)
    built = comparisons.build(negotiation=negotiation, user=request.user, question=asked.question)
    can_edit = may_edit(request, negotiation)
    context = {
        **as_asked(request.GET, built),
        "negotiation": negotiation,
        "comparison": built,
        "asked": asked,
        "narrowings": narrowings(asked, built),
        "menus": menus(asked, built),
        "everything": everything(asked),
        "can_edit": can_edit,
        "shown": request.GET,
        "matrix_at": request.get_full_path() if can_edit else "",
        "tally": rowgroups.tally(built.rows),
    }
    return render(request, "positions/comparison.html", context)
