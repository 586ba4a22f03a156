"""Where it was published: the sources, and one of them with what rests on it."""

from http import HTTPStatus

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from negotiations.models import Source
from positions import sourcepage
from positions.sourcelist import SourceQuery
from positions.views.asking import may_edit, negotiation_or_404

PER_PAGE = 50


@require_safe
def sources(request, slug):
    """The sources as the address asks for them, page by page."""
    negotiation = negotiation_or_404(request, slug)
    query = SourceQuery(request.GET, negotiation=negotiation, user=request.user)
    status = HTTPStatus.OK if query.is_valid() else HTTPStatus.BAD_REQUEST
    context = {
        "negotiation": negotiation,
        "query": query,
        "page": Paginator(query.sources(), PER_PAGE).get_page(request.GET.get("page")),
        "independent": query.independent(),
        "can_edit": may_edit(request, negotiation),
    }
    return render(request, "positions/sources.html", context, status=status)


@require_safe
def source(request, slug, pk):
    """One source: its text with the passages that carry claims, and every record on it."""
    negotiation = negotiation_or_404(request, slug)
    mine = Source.objects.visible_to(request.user).filter(negotiation=negotiation)
    found = get_object_or_404(mine.select_related("negotiation", "derived_from", "corrects"), pk=pk)
    context = {
        "negotiation": negotiation,
        "page": sourcepage.build(source=found, user=request.user),
        "can_edit": may_edit(request, negotiation),
    }
    return render(request, "positions/source.html", context)
