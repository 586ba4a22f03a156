"""Setting up a negotiation: what it is, its parties and people, its codebook, who works on it."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from config.resend import signed_in
from negotiations import operations, unsaved
from negotiations.models import Party, Track
from negotiations.ordering import move
from positions import setuppages
from positions.codebooks import apply_codebook, codebooks, set_up
from positions.conflicts import answered
from positions.models import Issue, Term
from positions.setupforms import SettingsForm, StartForm
from positions.views.editing import negotiation_to_edit
from positions.views.members import manages, negotiation_to_manage
from positions.views.saving import ask, save, told

MOVABLE = {"party": Party, "issue": Issue, "term": Term}


def _page(request, name, negotiation, status=HTTPStatus.OK, **context):
    context |= {
        "negotiation": negotiation,
        "section": name,
        "can_edit": True,
        "manages": manages(request, negotiation),
        "unfinished": unsaved.unfinished(user=request.user, negotiation=negotiation),
    }
    return render(request, f"positions/setup/{name}.html", context, status=status)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def negotiation_new(request):
    """Begin a negotiation that the user manages, with a starting codebook if they want one."""
    form = StartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        codebook = codebooks().get(fields.pop("codebook"))
        try:
            begun = set_up(user=request.user, codebook=codebook, **fields)
        except ValidationError as error:
            form.add_operation_errors(error)
        else:
            return redirect("setup", slug=begun.slug)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {"form": form, "codebooks": codebooks().values()}
    return render(request, "positions/setup/new.html", context, status=status)


@signed_in
@require_http_methods(["GET", "HEAD"])
def setup(request, slug):
    """What is set up and what is still missing."""
    negotiation = negotiation_to_edit(request, slug)
    steps = setuppages.steps(negotiation=negotiation, user=request.user)
    return _page(request, "overview", negotiation, steps=steps)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def setup_settings(request, slug):
    """Title, summary, who sees it, review."""
    negotiation = negotiation_to_manage(request, slug)
    data = answered(request.POST) if request.method == "POST" else None
    form = SettingsForm(data, record=negotiation, user=request.user)
    conflict = told()
    status = HTTPStatus.OK
    try:
        if form.is_bound and save(form):
            messages.success(request, f"{_('The settings are saved.')} {form.note}".strip())
            return redirect("setup-settings", slug=slug)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    except operations.Conflict as clash:
        form, conflict = ask(form, clash.current, request.POST)
        status = HTTPStatus.CONFLICT
    return _page(request, "settings", negotiation, status, form=form, **conflict)


@signed_in
@require_http_methods(["GET", "HEAD"])
def setup_parties(request, slug):
    """Who may hold a position."""
    negotiation = negotiation_to_edit(request, slug)
    return _page(request, "parties", negotiation, rows=_line(Party, request, negotiation))


@signed_in
@require_http_methods(["GET", "HEAD"])
def setup_people(request, slug):
    """Who speaks or sits, and where they appear."""
    negotiation = negotiation_to_edit(request, slug)
    rows = setuppages.people(negotiation=negotiation, user=request.user)
    return _page(request, "people", negotiation, rows=rows)


@signed_in
@require_http_methods(["GET", "HEAD"])
def setup_tracks(request, slug):
    """The strands of the process."""
    negotiation = negotiation_to_edit(request, slug)
    rows = Track.objects.visible_to(request.user).filter(negotiation=negotiation)
    return _page(request, "tracks", negotiation, rows=rows)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def setup_issues(request, slug):
    """The codebook as an outline; POST sets up the issues of a starting codebook."""
    negotiation = negotiation_to_edit(request, slug)
    if request.method == "POST":
        codebook = codebooks().get(request.POST.get("codebook", ""))
        if codebook is None:
            messages.error(request, _("Choose one of the starting codebooks."))
            return redirect("setup-issues", slug=slug)
        new = apply_codebook(user=request.user, negotiation=negotiation, codebook=codebook)
        messages.success(request, _("%(count)s issues set up.") % {"count": len(new)})
        return redirect("setup-issues", slug=slug)
    outline = setuppages.outline(negotiation=negotiation, user=request.user)
    return _page(request, "issues", negotiation, outline=outline, codebooks=codebooks().values())


@signed_in
@require_POST
def setup_move(request, slug, kind, pk):
    """Move a party, an issue or a term one place up or down among its like."""
    negotiation = negotiation_to_edit(request, slug)
    if kind not in MOVABLE:
        raise Http404
    line = _line(MOVABLE[kind], request, negotiation)
    row = get_object_or_404(line, pk=pk)
    if kind == "issue":
        line = line.filter(parent=row.parent_id)
    elif kind == "term":
        line = line.filter(issue=row.issue_id)
    move(row, user=request.user, among=line, steps=-1 if "up" in request.POST else 1)
    page = "setup-parties" if kind == "party" else "setup-issues"
    return redirect(f"{reverse(page, args=[slug])}#{kind}-{pk}")


def _line(model, request, negotiation):
    return model.objects.visible_to(request.user).filter(negotiation=negotiation)
