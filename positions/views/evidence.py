"""What rests on little."""

from http import HTTPStatus

from django.shortcuts import render
from django.views.decorators.http import require_safe

from positions import evidencepage
from positions.evidencepage import EvidenceQuery
from positions.views.asking import may_edit, negotiation_or_404


@require_safe
def evidence(request, slug):
    """The records that rest on one unnamed source, one outlet or inference, page by page."""
    negotiation = negotiation_or_404(request, slug)
    query = EvidenceQuery(request.GET, negotiation=negotiation, user=request.user)
    status = HTTPStatus.OK if query.is_valid() else HTTPStatus.BAD_REQUEST
    context = {
        "negotiation": negotiation,
        "query": query,
        "page": evidencepage.build(query=query, number=request.GET.get("page")),
        "can_edit": may_edit(request, negotiation),
    }
    return render(request, "positions/evidence.html", context, status=status)
