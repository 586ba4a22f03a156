"""The face page: where the sides stand, issue by issue."""

from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from negotiations.models import Negotiation
from positions import comparison as comparisons
from positions import rowgroups
from positions.asked import query_of, words_of
from positions.citing import citation
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


def tidy(request):
    """Return a redirect to the address without what a form sent empty; None if there is nothing."""
    kept = QueryDict(mutable=True)
    for name, texts in request.GET.lists():
        kept.setlist(name, [text for text in texts if text])
    kept = QueryDict(kept.urlencode())
    if kept == request.GET:
        return None
    return redirect(f"{request.path}?{kept.urlencode()}" if kept else request.path)


def as_asked(query, comparison: comparisons.Comparison) -> dict:
    """Return how a query wants the comparison laid out: its groups, and how dense it is."""
    full = query.get("density") == "full"
    groups = rowgroups.grouped(comparison.rows, query.getlist("closed"))
    return {"groups": groups, "full": full, "compact": not full}


@require_safe
def comparison(request, slug):
    """Every party's current demands on every issue at the end of a day."""
    negotiation = negotiation_or_404(request, slug)
    if tidied := tidy(request):
        return tidied
    asked = QuestionForm(request.GET, negotiation=negotiation, request=request)
    if not asked.is_valid():
        context = {"negotiation": negotiation, "asked": asked}
        return render(request, "positions/comparison_day.html", context, status=400)
    built = comparisons.build(negotiation=negotiation, user=request.user, question=asked.question)
    can_edit = asked.question.revision is None and may_edit(request, negotiation)
    context = {
        **as_asked(request.GET, built),
        "negotiation": negotiation,
        "comparison": built,
        "asked": asked,
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
        "can_edit": can_edit,
        "shown": request.GET,
        "matrix_at": request.get_full_path() if can_edit else "",
        "asked_words": words_of(asked, built),
        "asked_query": query_of(asked),
        "tally": rowgroups.tally(built.rows),
    }
    return render(request, "positions/comparison.html", context)
