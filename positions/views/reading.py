"""The reading pane: from the words of a source to records that rest on them."""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.htmx import wants_part
from config.resend import signed_in
from negotiations import unsaved
from negotiations.models import Negotiation, Round, Source
from negotiations.operations import Conflict
from positions import readingpage
from positions.captureforms import Capture, CaptureDemandForm, CaptureRecordForm
from positions.drafting import ANSWER, DEMAND, KINDS
from positions.models import Evidence
from positions.offered import number
from positions.placeform import PlaceForm
from positions.readingpage import likely_round, rounds_of
from positions.views.editing import (
    announce_saved,
    filled,
    is_to_save,
    negotiation_to_edit,
    remember_source,
    saved_message,
    show_form,
    source_key,
)
from positions.views.saving import save


def _source_to_read(request, slug, pk) -> Source:
    negotiation = negotiation_to_edit(request, slug)
    mine = Source.objects.visible_to(request.user).filter(negotiation=negotiation)
    related = ("negotiation", "derived_from", "corrects")
    return get_object_or_404(mine.select_related(*related), pk=pk)


def _round_key(source: Source) -> str:
    return f"read-round-{source.negotiation_id}"


def _chosen(request, source: Source, rounds: list[Round]) -> Round | None:
    """The round that the address names, else that of the source's day, else the last one used."""
    wanted = request.GET.get("round", "")
    if wanted == "none":
        return None
    by_number = {each.pk: each for each in rounds}
    if wanted:
        if number(wanted) not in by_number:
            raise Http404
        request.session[_round_key(source)] = number(wanted)
        return by_number[number(wanted)]
    last = by_number.get(request.session.get(_round_key(source)))
    return likely_round(source, rounds) or last


@signed_in
@require_safe
def source_read(request, slug, pk):
    """A source open for reading, with the records of a round beside it."""
    source = _source_to_read(request, slug, pk)
    return _show_reading(request, source)


def _show_reading(request, source, *, placing=None, status=HTTPStatus.OK):
    rounds = rounds_of(source, request.user)
    page = readingpage.build(
        source=source,
        user=request.user,
        round=_chosen(request, source, rounds),
        rounds=rounds,
    )
    context = {
        "negotiation": source.negotiation,
        "reading": page,
        "page": page.page,
        "placing": placing,
        "can_edit": True,
        "can_review": Negotiation.objects.reviewable_by(request.user)
        .filter(pk=source.negotiation_id)
        .exists(),
        "kinds": [
            ("demand", _("Demand"), "d"),
            ("answer", _("Answer"), "a"),
            ("outcome", _("Outcome"), "o"),
            ("event", _("Event"), "e"),
        ],
    }
    return render(request, "positions/source_read.html", context, status=status)


def _passage(request, source: Source) -> tuple[int | None, int | None]:
    """The stretch of the text that the address names, without the space around it; or none."""
    start, end = (request.GET.get(name, "") for name in ("start", "end"))
    if not (start.isdecimal() and end.isdecimal() and max(len(start), len(end)) < 9):
        return None, None
    words = source.text[int(start) : int(end)]
    if not words.strip():
        return None, None
    first = int(start) + len(words) - len(words.lstrip())
    return first, first + len(words.strip())


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def source_capture(request, slug, pk, kind):
    """Record a demand, an answer, an outcome or an event from a passage of a source."""
    source = _source_to_read(request, slug, pk)
    if kind not in KINDS:
        raise Http404
    round = _chosen(request, source, rounds_of(source, request.user))
    start, end = _passage(request, source)
    capture = Capture(source, request.user, kind, start, end, round)
    shared = {"negotiation": source.negotiation, "user": request.user, "capture": capture}
    if kind in (DEMAND, ANSWER):
        form = filled(request, CaptureDemandForm, day=timezone.localdate(), **shared)
    else:
        form = filled(request, CaptureRecordForm, **shared)
    if is_to_save(request) and (record := save(form)):
        return _captured(request, form, record)
    return show_form(request, form, back=_pane(source, round))


def _pane(source: Source, round: Round | None, anchor: str = "") -> str:
    page = reverse("source-read", args=[source.negotiation.slug, source.pk])
    return f"{page}?round={round.pk if round else 'none'}{anchor}"


def _captured(request, form, record):
    """Go on reading: the passage is marked, and its evidence named."""
    capture = form.capture
    unsaved.discard(user=request.user, address=request.get_full_path())
    remember_source(request, form, record)
    request.session[source_key(form.negotiation)] = capture.source.pk
    row = Evidence.objects.filter(record_id=record.pk).latest("pk")
    text = saved_message(record)
    if wants_part(request):
        return announce_saved(HttpResponse(), record, text, evidence=row.pk)
    messages.success(request, text)
    return redirect(_pane(capture.source, capture.round, f"#e{row.pk}"))


@signed_in
@require_POST
def anchor_place(request, slug, pk):
    """Say where the words of evidence stand in the present text of its source."""
    negotiation = negotiation_to_edit(request, slug)
    rows = Evidence.objects.visible_to(request.user).filter(negotiation=negotiation)
    row = get_object_or_404(rows.select_related("source__negotiation", "record"), pk=pk)
    form, status = PlaceForm(request.POST, evidence=row, user=request.user), HTTPStatus.OK
    try:
        if placed := save(form):
            said = _("Placed: evidence %(number)s.") % {"number": row.pk}
            waits = getattr(placed, "pending_edit", None)
            messages.success(request, saved_message(placed) if waits else said)
            page = reverse("source-read", args=[slug, row.source_id])
            round = request.GET.get("round", "")
            query = f"?round={round}" if round.isdecimal() else ""
            return redirect(f"{page}{query}#e{row.pk}")
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    except Conflict:
        form.add_error(
            None,
            _("Somebody else has changed this evidence since you opened the page. Look again."),
        )
        status = HTTPStatus.CONFLICT
    source = _source_to_read(request, slug, row.source_id)
    return _show_reading(request, source, placing=form, status=status)
