"""Recording and editing a demand in its cell; each a form that htmx enhances."""

from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import reswap, retarget, trigger_client_event

from config.htmx import render_page_or_part, wants_part
from negotiations import ranges
from negotiations.models import Negotiation, Party, State
from negotiations.operations import Conflict
from positions import comparison as comparisons
from positions.conflicts import conflict_rows, merged
from positions.days import DayForm
from positions.forms import DemandForm
from positions.models import Demand, Evidence, Issue
from positions.operations import edit_demand, record_demand
from positions.views.comparison import may_edit, negotiation_or_404

TEMPLATE = "positions/demand_form.html"


def _negotiation_to_edit(request, slug) -> Negotiation:
    negotiation = negotiation_or_404(request, slug)
    if not may_edit(request, negotiation):
        raise PermissionDenied(_("Only editors of this negotiation can write here."))
    return negotiation


def _by_code(request, model, negotiation, code):
    rows = model.objects.visible_to(request.user).filter(negotiation=negotiation)
    return get_object_or_404(rows, code=code)


def _day(request, negotiation):
    """The day of the comparison that the line belongs to."""
    days = DayForm(request.GET, negotiation=negotiation, user=request.user)
    if not days.is_valid():
        raise Http404
    return days.day


def _source_key(negotiation) -> str:
    return f"last-source-{negotiation.pk}"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def demand_new(request, slug):
    """Record a demand of the column's party on the row's issue."""
    negotiation = _negotiation_to_edit(request, slug)
    party = _by_code(request, Party, negotiation, request.GET.get("party", ""))
    code = request.GET.get("issue", "overall")
    issue = None if code == "overall" else _by_code(request, Issue, negotiation, code)
    day = _day(request, negotiation)
    form = DemandForm(
        request.POST or None,
        negotiation=negotiation,
        user=request.user,
        party=party,
        issue=issue,
        day=day,
        last_source=request.session.get(_source_key(negotiation)),
    )
    if request.method == "POST" and form.is_valid():
        try:
            demand = record_demand(user=request.user, negotiation=negotiation, **_fields(form))
        except ValidationError as error:
            form.add_operation_errors(error)
        else:
            return _saved(request, form, demand, day)
    return _form(request, form, day)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def demand_edit(request, slug, pk):
    """Edit a demand; somebody else's edit in between is shown beside one's own."""
    negotiation = _negotiation_to_edit(request, slug)
    demand = get_object_or_404(
        Demand.objects.visible_to(request.user)
        .filter(negotiation=negotiation)
        .select_related("issue", "negotiation")
        .prefetch_related("holder_links__party"),
        pk=pk,
    )
    day = _day(request, negotiation)
    form = DemandForm(
        request.POST or None,
        negotiation=negotiation,
        user=request.user,
        party=_column(request, demand),
        issue=demand.issue,
        day=day,
        demand=demand,
    )
    if request.method == "POST" and form.is_valid():
        try:
            demand = edit_demand(
                demand,
                user=request.user,
                version=form.cleaned_data["version"] or 0,
                reason=form.cleaned_data["reason"],
                **_fields(form),
            )
        except Conflict as conflict:
            demand.refresh_from_db()
            return _conflict(request, form, conflict.current, day)
        except ValidationError as error:
            form.add_operation_errors(error)
        else:
            return _saved(request, form, demand, day)
    return _form(request, form, day)


def _column(request, demand) -> Party:
    """The party in whose column the demand is edited: the one named, else its first holder."""
    holders = [link.party for link in demand.holder_links.all()]
    named = [party for party in holders if party.code == request.GET.get("party")]
    if not holders:
        raise Http404
    return (named or holders)[0]


def _fields(form) -> dict:
    """What both operations take from a valid line."""
    return {
        "evidence": form.evidence(),
        "values": form.values(),
        "links": form.links(),
        **form.demand_fields(),
    }


def _form(request, form, day, *, conflict=(), status=HTTPStatus.OK):
    if form.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    context = {
        "form": form,
        "negotiation": form.negotiation,
        "cell_party": form.party,
        "cell_issue": form.issue,
        "demand": form.demand,
        "conflict": conflict,
        "as_of": day,
    }
    return render_page_or_part(request, TEMPLATE, "form", context, status=status)


def _conflict(request, form, demand, day):
    """Show what both changed; saving once more, knowingly, is an edit of the newer version.

    Fields that this editor left alone hold the other's text by then.
    """
    options = {
        "negotiation": form.negotiation,
        "user": request.user,
        "party": form.party,
        "issue": form.issue,
        "day": day,
    }
    theirs = DemandForm(demand=form.demand, **options)
    mine = DemandForm(merged(form, theirs, version=demand.version), demand=form.demand, **options)
    rows = conflict_rows(form, theirs)
    return _form(request, mine, day, conflict=rows, status=HTTPStatus.CONFLICT)


def _saved(request, form, demand, day):
    """Show the rows that the demand appears in, and for a new one the line ready for the next."""
    negotiation = form.negotiation
    newest = (
        Evidence.objects.filter(record_id=demand.pk)
        .select_related("source")
        .order_by("-pk")
        .first()
        if form.evidence()
        else None
    )
    # A line saved without a source says that the next one has none either.
    request.session[_source_key(negotiation)] = newest.source_id if newest else None
    message = _message(demand, newest, day)
    code = form.issue.code if form.issue else "overall"
    if not wants_part(request):
        messages.success(request, message)
        page = reverse("comparison", args=[negotiation.slug])
        anchor = f"comparison-cell-{form.party.code}-{code}"
        return redirect(f"{page}?as_of={day.isoformat()}#{anchor}")
    shown = parse_qs(urlsplit(request.htmx.current_url or "").query)
    built = comparisons.build(
        negotiation=negotiation,
        user=request.user,
        as_of=day,
        issues=shown.get("issue", ()),
        parties=shown.get("party", ()),
    )
    editing = None if form.demand else _next_line(request, form, day)
    context = {
        "negotiation": negotiation,
        "comparison": built,
        "can_edit": True,
        "rows": [
            (row, row.code != code) for row in built.rows if row.code == code or row.shows(demand)
        ],
        "form": editing,
        "editing": editing,
    }
    response = render(request, "positions/comparison_saved.html", context)
    retarget(response, f"#comparison-row-{code}")
    reswap(response, "outerHTML")
    return trigger_client_event(response, "parley:status", {"text": message})


def _message(demand, newest, day) -> str:
    """What became of the line: whether readers see it, on whose word, and from which day."""
    if demand.state != State.PUBLISHED:
        if Evidence.objects.filter(record_id=demand.pk).exists():
            return _("Saved as a draft: readers see it once it has been reviewed.")
        return _("Saved as a draft: it has no source yet, so only editors see it.")
    said = [
        _("Saved and published, according to %(outlet)s.") % {"outlet": newest.source.outlet}
        if newest
        else _("Saved and published.")
    ]
    stated = ranges.latest(demand.stated)
    if stated is not None and stated > day:
        when = ranges.date_text(ranges.day(stated))
        said.append(_("The comparison shows it from %(day)s on.") % {"day": when})
    return " ".join(said)


def _next_line(request, form, day) -> DemandForm:
    return DemandForm(
        negotiation=form.negotiation,
        user=request.user,
        party=form.party,
        issue=form.issue,
        day=day,
        last_source=request.session.get(_source_key(form.negotiation)),
    )
