"""The face page: where the sides stand, issue by issue."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from negotiations.models import Negotiation
from positions import comparison as comparisons
from positions.days import DayForm


def negotiation_or_404(request, slug: str) -> Negotiation:
    """Return the negotiation with its revision; absent and hidden look the same."""
    return get_object_or_404(
        Negotiation.objects.visible_to(request.user).with_revision(), slug=slug
    )


def may_edit(request, negotiation: Negotiation) -> bool:
    """Whether the user may write records of the negotiation."""
    return Negotiation.objects.editable_by(request.user).filter(pk=negotiation.pk).exists()


@require_safe
def comparison(request, slug):
    """Every party's current demands on every issue at the end of a day."""
    negotiation = negotiation_or_404(request, slug)
    days = DayForm(request.GET, negotiation=negotiation, user=request.user)
    if not days.is_valid():
        context = {"negotiation": negotiation, "days": days}
        return render(request, "positions/comparison_day.html", context, status=400)
    issues, parties = request.GET.getlist("issue"), request.GET.getlist("party")
    built = comparisons.build(
        negotiation=negotiation,
        user=request.user,
        as_of=days.day,
        round=days.cleaned_data["round"],
        issues=issues,
        parties=parties,
    )
    can_edit = may_edit(request, negotiation)
    context = {
        "negotiation": negotiation,
        "comparison": built,
        "days": days,
        "can_edit": can_edit,
        "shown": request.GET,
        "matrix_at": request.get_full_path() if can_edit else "",
        "filtered": bool(issues or parties),
        "asked_issues": issues,
        "asked_parties": parties,
    }
    return render(request, "positions/comparison.html", context)
