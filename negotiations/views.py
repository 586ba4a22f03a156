"""Home."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from negotiations.changes import latest_changes
from negotiations.models import Negotiation


@require_safe
def home(request):
    """The negotiations one may see, and what changed last."""
    negotiations = (
        Negotiation.objects.visible_to(request.user)
        .with_revision()
        .with_latest_round()
        .with_counts()
    )
    context = {"negotiations": negotiations, "latest": latest_changes(user=request.user, limit=8)}
    return render(request, "negotiations/home.html", context)
