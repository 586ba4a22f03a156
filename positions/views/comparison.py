"""The face page: where the sides stand, issue by issue."""

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from positions import comparison as comparisons
from positions import rowgroups
from positions.citing import citation
from positions.narrowings import everything, menus, narrowings
from positions.question import QuestionForm
from positions.views.asking import frame, negotiation_or_404, refused, unshown


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
    if answer := unshown(request, asked):
        return answer
    built = comparisons.build(negotiation=negotiation, user=request.user, question=asked.question)
    if not asked.knows(built.every_issue, built.every_party):
        return refused(request, asked)
    framed = frame(request, asked, built)
    context = {
        **framed,
        **as_asked(request.GET, built),
        "negotiation": negotiation,
        "comparison": built,
        "narrowings": narrowings(asked, built),
        "menus": menus(asked, built),
        "everything": everything(asked),
        "citation": citation(
            request,
            asked,
            negotiation,
            title=_("Where the sides stand"),
            data=reverse("api:comparison", args=[slug]),
        ),
        "shown": request.GET,
        "matrix_at": request.get_full_path() if framed["can_edit"] else "",
        "tally": rowgroups.tally(built.rows),
    }
    return render(request, "positions/comparison.html", context)
