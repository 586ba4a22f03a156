"""Taking away what takes a while to make: asking for it, seeing how far it is, fetching it."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from config.htmx import render_page_or_part
from negotiations import exports
from negotiations.models import Export
from positions import briefing as briefings
from positions.asked import asked_by
from positions.exports import SHORT_BRIEFING, briefing_name, compared_by
from positions.question import QuestionForm
from positions.views.asking import negotiation_or_404, refused

#: The page from which each kind is asked for, and the page that it is about.
ASKED_FROM = {"briefing": "briefing", "everything": "everything"}
ABOUT = {"briefing": "comparison", "everything": "overview"}
may_be_asked = require_http_methods(["GET", "HEAD", "POST"])


@may_be_asked
def briefing(request, slug):
    """The comparison as a document, for the asking: a short one is the answer, a long one waits."""
    negotiation = negotiation_or_404(request, slug)
    form = QuestionForm(request.GET, negotiation=negotiation, request=request)
    if not form.is_valid():
        return refused(request, form)
    compared = compared_by(form, request.user)
    if not form.knows(compared.every_issue, compared.every_party):
        return refused(request, form)
    asked = asked_by(request, form, compared)
    shown = {"words": asked.words, "at_once": len(compared.rows) <= SHORT_BRIEFING}
    if request.method != "POST":
        return _start_page(request, negotiation, "briefing", shown)
    if not shown["at_once"]:
        return _started(request, negotiation, "briefing", shown)
    content = briefings.write(compared, asked)
    return _file(content, briefing_name(compared), briefings.MEDIA_TYPE)


@may_be_asked
def everything(request, slug):
    """All records of the negotiation in one workbook: it is asked for here."""
    negotiation = negotiation_or_404(request, slug)
    if request.method == "POST":
        return _started(request, negotiation, "everything", {})
    return _start_page(request, negotiation, "everything", {})


@never_cache
@require_safe
def export(request, slug, pk):
    """How far a file is, or the link to it, or why there is none."""
    negotiation, found = _found(request, slug, pk)
    context = {
        "negotiation": negotiation,
        "export": found,
        "again": _address(negotiation, ASKED_FROM[found.kind], found.query),
        "about": _address(negotiation, ABOUT[found.kind], found.query),
    }
    return render_page_or_part(request, "positions/export.html", "progress", context)


@never_cache
@require_safe
def export_file(request, slug, pk):
    """The file itself, as long as one may see what is in it."""
    _negotiation, found = _found(request, slug, pk)
    if found.state != Export.State.DONE:
        raise Http404
    return _file(found.content, found.name, found.media_type)


def _found(request, slug, pk):
    """Return the negotiation and one's export of it; absent and hidden look the same."""
    negotiation = negotiation_or_404(request, slug)
    mine = Export.objects.visible_to(request.user).kept().filter(subject=negotiation.pk)
    if request.resolver_match.url_name == "export":
        mine = mine.defer("content")
    found = get_object_or_404(mine.select_related("progress"), pk=pk)
    if not exports.may_have(found, request.user):
        raise Http404
    return negotiation, found


def _started(request, negotiation, kind: str, shown: dict):
    """Put a file on the queue and lead to its page; say so where too many wait already."""
    page = reverse(ABOUT[kind], args=[negotiation.slug])
    try:
        asked = exports.ask(
            user=request.user,
            negotiation=negotiation,
            kind=kind,
            query=request.GET.urlencode(),
            page=request.build_absolute_uri(page),
        )
    except exports.TooManyWaiting:
        return _start_page(request, negotiation, kind, {**shown, "too_many": True}, status=429)
    return redirect("export", slug=negotiation.slug, pk=asked.pk)


def _start_page(request, negotiation, kind: str, shown: dict, *, status: int = 200):
    context = {
        **shown,
        "negotiation": negotiation,
        "kind": kind,
        "about": _address(negotiation, ABOUT[kind], request.GET.urlencode()),
    }
    return render(request, "positions/export_start.html", context, status=status)


def _address(negotiation, name: str, query: str) -> str:
    address = reverse(name, args=[negotiation.slug])
    return f"{address}?{query}" if query else address


def _file(content: bytes, name: str, media_type: str) -> HttpResponse:
    answer = HttpResponse(bytes(content), content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
