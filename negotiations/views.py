"""Home, and any record in full."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from negotiations.models import Changeset, Negotiation


@require_safe
def home(request):
    """The negotiations one may see, and what changed last."""
    negotiations = (
        Negotiation.objects.visible_to(request.user)
        .with_revision()
        .with_latest_round()
        .with_counts()
    )
    changes = Changeset.objects.visible_to(request.user).select_related("negotiation")[:10]
    return render(
        request, "negotiations/home.html", {"negotiations": negotiations, "changes": changes}
    )
