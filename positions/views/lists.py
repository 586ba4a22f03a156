"""Rounds and papers, one line each."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from positions import proposallist, roundlist
from positions.question import CLOCKS
from positions.views.asking import may_edit, negotiation_or_404, shown_page


@require_safe
def rounds(request, slug):
    """The rounds, track by track, planned ones included."""
    negotiation = negotiation_or_404(request, slug)
    lines = roundlist.lines(negotiation=negotiation, user=request.user)
    context = {
        "negotiation": negotiation,
        "tracks": roundlist.by_track(lines),
        "can_edit": may_edit(request, negotiation),
    }
    return render(request, "positions/rounds.html", context)


@require_safe
def proposals(request, slug):
    """The papers in the order in which they were tabled, with the answers so far."""
    return shown_page(request, slug, "positions/proposals.html", proposallist.build, CLOCKS)
