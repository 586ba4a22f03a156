"""Recording and editing a record of any kind, on a page of its own or in a slot of another page."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms.utils import ErrorDict
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from config.htmx import render_page_or_part, wants_part
from negotiations import operations, unsaved
from negotiations.models import Negotiation, Record, State
from positions.conflicts import conflict_rows, merged
from positions.formkinds import form_of
from positions.models import Evidence
from positions.recordforms import FORMS, PARTS
from positions.recordpages import url_of
from positions.views.comparison import may_edit, negotiation_or_404

TEMPLATE = "positions/record_form.html"
#: What may be done to a record's state: the operation, and what became of the record.
STATE_ACTS = {
    "published": (operations.publish, gettext_lazy("published")),
    "retracted": (operations.retract, gettext_lazy("retracted")),
    "deleted": (operations.remove, gettext_lazy("deleted")),
}


def negotiation_to_edit(request, slug) -> Negotiation:
    """Return a negotiation that the user may write in; 404 where it is hidden, 403 to readers."""
    negotiation = negotiation_or_404(request, slug)
    if not may_edit(request, negotiation):
        raise PermissionDenied(_("Only editors of this negotiation can write here."))
    return negotiation


def source_key(negotiation) -> str:
    """Return the session's key for the source of the last line somebody recorded."""
    return f"last-source-{negotiation.pk}"


def typed(request):
    """Return what was posted; else what the user left half-typed here; else None.

    ``request.kept`` is then the unsaved form, so that the page can say since when.
    """
    request.kept = None
    if request.method == "POST":
        return request.POST
    request.kept = unsaved.kept_for(user=request.user, address=request.get_full_path())
    return unsaved.as_posted(request.kept.payload) if request.kept else None


def uncomplaining(form, request):
    """Return a form brought back half-typed without complaints about what is still missing."""
    if request.kept:
        form._errors = ErrorDict()
    return form


def go_on(request, default: str) -> str:
    """Return the local address to go to after a form: its ``next``, else the default."""
    wanted = request.GET.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else default


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def record_new(request, slug, kind):
    """Record a row of any kind; the address may name first values for its fields."""
    negotiation = negotiation_to_edit(request, slug)
    if kind == "demand":
        return redirect(reverse("demand-new", args=[slug]) + f"?{request.GET.urlencode()}")
    if kind not in FORMS:
        raise Http404
    options = {"negotiation": negotiation, "user": request.user, "kind": kind}
    options["presets"] = request.GET.dict()
    options["last_source"] = request.session.get(source_key(negotiation))
    if kind in PARTS:
        options["owner"] = _numbered(request, negotiation, request.GET.get("record", ""))
    form = uncomplaining(form_of(kind)(typed(request), **options), request)
    if request.method == "POST" and form.is_valid():
        try:
            record = form.save()
        except ValidationError as error:
            form.add_operation_errors(error)
        else:
            if form.evidence():
                newest = Evidence.objects.filter(record_id=record.pk).latest("pk").source_id
                request.session[source_key(negotiation)] = options["last_source"] = newest
            fresh = form_of(kind)(**options) if "again" in request.POST else None
            return _saved(request, form, record, fresh)
    return show_form(request, form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def record_edit(request, slug, pk):
    """Edit a row of any kind; somebody else's edit in between is shown beside one's own."""
    negotiation = negotiation_to_edit(request, slug)
    number = _numbered(request, negotiation, pk)
    kind = number.kind.replace(" ", "-")
    if kind == "demand":
        return redirect(reverse("demand-edit", args=[slug, pk]) + f"?{request.GET.urlencode()}")
    if kind not in FORMS:
        raise Http404
    record = number.model.objects.select_related("negotiation").get(pk=pk)
    options = {"negotiation": negotiation, "user": request.user, "kind": kind, "record": record}
    form = uncomplaining(form_of(kind)(typed(request), **options), request)
    if request.method == "POST" and form.is_valid():
        try:
            record = form.save()
        except operations.Conflict as conflict:
            theirs = form_of(kind)(**{**options, "record": conflict.current})
            mine = form_of(kind)(
                merged(form, theirs, version=conflict.current.version),
                **{**options, "record": conflict.current},
            )
            rows = conflict_rows(form, theirs)
            return show_form(request, mine, conflict=rows, status=HTTPStatus.CONFLICT)
        except ValidationError as error:
            form.add_operation_errors(error)
        else:
            return _saved(request, form, record, None)
    return show_form(request, form)


@login_required
@require_POST
def record_state(request, slug, pk):
    """Publish a record, retract it, or delete one on which nothing rests."""
    negotiation = negotiation_to_edit(request, slug)
    number = _numbered(request, negotiation, pk)
    record = number.model.objects.get(pk=pk)
    wanted = request.POST.get("state", "")
    act, done = STATE_ACTS.get(wanted, (None, ""))
    if act is None:
        return HttpResponseBadRequest(_("Choose to publish, to retract, or to delete."))
    try:
        act(record, user=request.user)
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
        return redirect(url_of(slug, pk))
    messages.success(request, capfirst(f"{number.get_kind_display()} {pk}: {done}."))
    gone = reverse("overview", args=[slug])
    return redirect(go_on(request, gone if wanted == "deleted" else url_of(slug, pk)))


@login_required
@require_POST
def keep_unsaved(request, slug):
    """Keep or discard what is typed in the form whose address is ``form``."""
    negotiation = negotiation_to_edit(request, slug)
    address = request.GET.get("form", "")
    if not address.startswith(f"/{negotiation.slug}/"):
        raise Http404
    if "discard" in request.POST:
        unsaved.discard(user=request.user, address=address)
        return redirect(address)
    kept = unsaved.keep(user=request.user, address=address, typed=request.POST)
    if request.headers.get("X-Requested-With") == "fetch":
        at = timezone.localtime(kept.saved).strftime("%H:%M")
        return HttpResponse(_("Draft kept %(time)s") % {"time": at}, content_type="text/plain")
    messages.success(request, _("Kept for later; only you see it. You find it under “Unfinished”."))
    return redirect(go_on(request, reverse("overview", args=[slug])))


def _numbered(request, negotiation, pk) -> Record:
    """Return the record with a number that the user may see here, or 404."""
    numbers = Record.objects.visible_to(request.user).filter(negotiation=negotiation)
    if not str(pk).isdecimal() or len(str(pk)) > 18:
        raise Http404
    return get_object_or_404(numbers, pk=pk)


def show_form(request, form, *, conflict=(), status=HTTPStatus.OK):
    """Show a form as a page or in its slot, with what is known of others at it."""
    if form.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    address = request.get_full_path()
    context = {
        "form": form,
        "negotiation": form.negotiation,
        "record": form.record,
        "conflict": conflict,
        "kept": getattr(request, "kept", None),
        "others": unsaved.others_typing(user=request.user, address=address) if form.record else (),
        "back": go_on(
            request,
            url_of(form.negotiation.slug, form.record.pk)
            if form.record
            else reverse("overview", args=[form.negotiation.slug]),
        ),
    }
    return render_page_or_part(request, TEMPLATE, "form", context, status=status)


def _saved(request, form, record, fresh):
    """Go on after a form was saved; in a slot, with the next empty one or with nothing."""
    unsaved.discard(user=request.user, address=request.get_full_path())
    text = saved_message(record)
    slug = form.negotiation.slug
    if not wants_part(request):
        messages.success(request, text)
        again = request.get_full_path() if fresh else go_on(request, url_of(slug, record.pk))
        return redirect(again)
    response = HttpResponse() if fresh is None else show_form(request, fresh)
    return announce_saved(response, record, text)


def saved_message(record) -> str:
    """Return what became of a record: saved when, and whether readers see it."""
    at = timezone.localtime().strftime("%H:%M")
    if getattr(record, "state", State.PUBLISHED) == State.PUBLISHED:
        return _("Saved %(time)s.") % {"time": at}
    return _("Saved %(time)s as a draft that only editors see.") % {"time": at}


def announce_saved(response, record, text: str):
    """Tell the page that a record was saved: it announces that and refreshes its lists."""
    return trigger_client_event(response, "parley:saved", {"record": record.pk, "text": text})
