"""Finding records by words."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from positions.search import find, show
from positions.searchform import SearchForm
from positions.searchnamed import named
from positions.views.asking import may_edit, negotiation_or_404

HITS_A_PAGE = 25


@require_safe
def search(request, slug):
    """What is found, best first; without words, how to search."""
    negotiation = negotiation_or_404(request, slug)
    form = SearchForm(request.GET, negotiation=negotiation, user=request.user)
    context = {
        "negotiation": negotiation,
        "form": form,
        "can_edit": may_edit(request, negotiation),
    }
    if not form.is_valid():
        return render(request, "positions/search.html", context, status=400)
    if asked := form.asked:
        found = find(negotiation=negotiation, user=request.user, asked=asked)
        page = Paginator(found.places, HITS_A_PAGE).get_page(request.GET.get("page"))
        context["named"] = named(form.data["q"], negotiation=negotiation, user=request.user)
        context |= {"found": found, "page": page, "hits": show(list(page), asked=asked)}
    return render(request, "positions/search.html", context)
