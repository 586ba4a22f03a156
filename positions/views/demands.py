"""Recording and editing a demand, in its cell or wherever one is asked for."""

from datetime import date
from functools import partial
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from config.htmx import wants_part
from config.resend import signed_in
from negotiations import ranges
from negotiations.forms import DayField
from negotiations.models import Party, Record, Round, Source, State
from negotiations.operations import Conflict
from positions.days import last_day
from positions.forms import DemandForm
from positions.models import Demand, Evidence, Issue, Silence
from positions.offered import number
from positions.operations import record_with_evidence
from positions.recordpages import url_of
from positions.views.editing import (
    announce_saved,
    filled,
    forget_typed,
    go_on,
    gone_on_with,
    is_to_save,
    negotiation_to_edit,
    remember_source,
    saved_message,
    show_conflict,
    show_form,
    source_key,
)
from positions.views.rows import is_on_comparison, rows_saved
from positions.views.saving import save

#: What may be answered, and so what a party may be silent about.
ANSWERABLE = ("proposal", "clause", "demand", "outcome", "event")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def demand_new(request, slug):
    """Record a demand; the address may name its party, its issue and first values."""
    negotiation = negotiation_to_edit(request, slug)
    make = partial(
        DemandForm,
        negotiation=negotiation,
        user=request.user,
        day=_day(request, negotiation),
        presets=request.GET.dict(),
        **_cell(request, negotiation),
    )
    form = filled(request, make, last_source=request.session.get(source_key(negotiation)))
    if is_to_save(request) and (demand := save(form)):
        return _saved(request, form, demand)
    return show_form(request, form)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def demand_edit(request, slug, pk):
    """Edit a demand; somebody else's edit in between is shown beside one's own."""
    negotiation = negotiation_to_edit(request, slug)
    rows = Demand.objects.visible_to(request.user).filter(negotiation=negotiation)
    demand = get_object_or_404(rows.select_related("issue", "negotiation"), pk=pk)
    form = filled(
        request,
        DemandForm,
        negotiation=negotiation,
        user=request.user,
        day=_day(request, negotiation),
        party=_column(request, demand),
        issue=demand.issue,
        record=gone_on_with(request, demand),
    )
    try:
        if is_to_save(request) and (changed := save(form)):
            return _saved(request, form, changed)
    except Conflict as conflict:
        return show_conflict(request, form, conflict.current)
    return show_form(request, form)


@signed_in
@require_POST
def silence_new(request, slug):
    """Note in one step that a party has not answered on an issue by the day shown.

    The address may name the record that it is silent about.
    """
    negotiation = negotiation_to_edit(request, slug)
    party = _by_code(request, Party, negotiation, request.GET.get("party", ""))
    issue = _by_code(request, Issue, negotiation, request.GET.get("issue", ""))
    day = _day(request, negotiation)
    last = request.session.get(source_key(negotiation))
    sources = Source.objects.visible_to(request.user).filter(negotiation=negotiation, pk=last)
    silence = record_with_evidence(
        Silence,
        user=request.user,
        negotiation=negotiation,
        party=party,
        issue=issue,
        about=_silent_about(request, negotiation),
        looked_until=ranges.day(day),
        evidence=[{"source": each, "basis": Evidence.Basis.OUTLET} for each in sources],
    )
    text = saved_message(silence)
    if wants_part(request):
        if not is_on_comparison(request, negotiation):
            return announce_saved(HttpResponse(status=HTTPStatus.NO_CONTENT), silence, text)
        response = rows_saved(request, negotiation, day=day, record=silence, into=issue.code)
        return announce_saved(response, silence, text)
    messages.success(request, text)
    return redirect(go_on(request, _place(negotiation, party, issue, day)))


def _silent_about(request, negotiation) -> Record | None:
    """The record that the address says a party is silent about, or 404."""
    if "about" not in request.GET:
        return None
    rows = Record.objects.visible_to(request.user).filter(
        negotiation=negotiation, kind__in=ANSWERABLE
    )
    return get_object_or_404(rows, pk=number(request.GET["about"]))


def _by_code(request, model, negotiation, code):
    rows = model.objects.visible_to(request.user).filter(negotiation=negotiation)
    return get_object_or_404(rows, code=code)


def _cell(request, negotiation) -> dict:
    """The party and the issue that the address names; what it does not, the form asks for."""
    party, issue = request.GET.get("party"), request.GET.get("issue")
    is_asked = issue in (None, "")
    return {
        "party": _by_code(request, Party, negotiation, party) if party else None,
        "issue": None
        if is_asked or issue == "overall"
        else _by_code(request, Issue, negotiation, issue),
        "asks_issue": is_asked,
    }


def _day(request, negotiation) -> date:
    """The day that is meant: that of the comparison, else the last of the round, else today."""
    try:
        as_of = DayField(required=False).clean(request.GET.get("as_of", ""))
    except ValidationError:
        raise Http404 from None
    rounds = Round.objects.visible_to(request.user).filter(negotiation=negotiation)
    held = rounds.filter(pk=number(request.GET.get("round"))).first()
    if held and not as_of and (held.held or held.planned):
        return last_day(held)
    return as_of or timezone.localdate()


def _column(request, demand) -> Party | None:
    """The party in whose column the demand is edited: the one named, else its first holder."""
    holders = list(demand.holders.all())
    named = [party for party in holders if party.code == request.GET.get("party")]
    return next(iter(named or holders), None)


def _place(negotiation, party, issue, day) -> str:
    """The address of a cell in the comparison of a day."""
    page = reverse("comparison", args=[negotiation.slug])
    code = issue.code if issue else "overall"
    cell = f"cell-{party.code}" if party else "row"
    return f"{page}?as_of={day.isoformat()}#comparison-{cell}-{code}"


def _saved(request, form, demand):
    """Show where the demand appears and, for a new one, the line ready for the next."""
    negotiation = form.negotiation
    forget_typed(request, demand)
    newest = remember_source(request, form, demand)
    text = " ".join([_message(demand, newest, form.day), form.note]).strip()
    if not wants_part(request):
        messages.success(request, text)
        place = _place(negotiation, form.party, demand.issue, form.day)
        # Who edits it elsewhere than in the comparison, which names its day, stays with the record.
        is_elsewhere = form.record is not None and "as_of" not in request.GET
        own = url_of(negotiation.slug, demand.pk)
        return redirect(go_on(request, own if is_elsewhere else place))
    last_source = request.session.get(source_key(negotiation))
    # The words of a clause were taken over already.
    following = None if form.record else form.anew(last_source=last_source, takes_words=False)
    if request.htmx.current_url and not is_on_comparison(request, negotiation):
        return announce_saved(show_form(request, following), demand, text)
    code = form.options["issue"].code if form.options["issue"] else "overall"
    moved = {demand.issue.code if demand.issue else "overall"}
    response = rows_saved(
        request,
        negotiation,
        day=form.day,
        record=demand,
        into=code,
        codes=moved,
        editing=following,
    )
    return trigger_client_event(response, "parley:status", {"text": text})


def _message(demand, newest, day) -> str:
    """What became of the line: whether readers see it, on whose word, and from which day."""
    if getattr(demand, "pending_edit", None):
        return _("Saved for review: until it is approved, readers see it as it was.")
    if demand.state != State.PUBLISHED:
        if Evidence.objects.filter(record_id=demand.pk).exists():
            return _("Saved as a draft: readers see it once it has been reviewed.")
        return _("Saved as a draft: it has no source yet, so only editors see it.")
    said = [
        _("Saved and published, according to %(outlet)s.") % {"outlet": newest.outlet}
        if newest
        else _("Saved and published.")
    ]
    stated = ranges.latest(demand.stated)
    if stated is not None and stated > day:
        when = ranges.date_text(ranges.day(stated))
        said.append(_("The comparison shows it from %(day)s on.") % {"day": when})
    return " ".join(said)
