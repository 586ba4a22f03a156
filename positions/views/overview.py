"""The first page of a negotiation."""

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from negotiations import unsaved
from positions import overview as overviews
from positions.coding import waiting_for
from positions.following import is_watched, news_of
from positions.views.asking import may_edit, negotiation_or_404


@require_safe
def overview(request, slug):
    """What happened, where the talks stand, what is awaited, and what was recorded last."""
    negotiation = negotiation_or_404(request, slug)
    built = overviews.build(negotiation=negotiation, user=request.user, today=timezone.localdate())
    data = (
        ("api:demand-list", _("Demands")),
        ("api:outcome-list", _("Outcomes")),
        ("api:round-list", _("Rounds")),
        ("api:source-list", _("Sources")),
    )
    can_edit = may_edit(request, negotiation)
    context = {
        "data": data,
        "negotiation": negotiation,
        **news(request.user, negotiation),
        "overview": built,
        "can_edit": can_edit,
        "to_code": waiting_for(request.user, negotiation) if can_edit else 0,
        "unfinished": unsaved.unfinished(user=request.user, negotiation=negotiation)
        if can_edit
        else (),
    }
    return render(request, "positions/overview.html", context)


def news(user, negotiation) -> dict:
    """Return what whoever is signed in gets besides: whether they follow it, and what is new."""
    if not user.is_authenticated:
        return {}
    return {
        "watched": is_watched(user, negotiation),
        "news": news_of(user, negotiation),
    }
