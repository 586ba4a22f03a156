"""Recording and editing a record of any kind, on a page of its own or in a slot of another page."""

import re
from http import HTTPStatus
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.forms.utils import ErrorDict
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from config.htmx import render_page_or_part, wants_part
from config.once import repeatable
from config.resend import signed_in
from negotiations import operations, presence, unsaved
from negotiations.models import Negotiation, Record, State
from positions.conflicts import answered, asking_again
from positions.formkinds import form_of
from positions.models import Evidence, PendingEdit
from positions.pendingedits import proposed
from positions.recordforms import FORMS, PARTS
from positions.recordpages import url_of
from positions.reviewing import publish, submit
from positions.views.asking import may_edit, negotiation_or_404
from positions.views.rows import is_on_comparison, row_of_address, rows_saved
from positions.views.saving import ask, brought_up, save, set_against_waiting, told

#: The addresses at which a record's number stands for the record that is edited.
EDIT_FORMS = frozenset({"record-edit", "demand-edit"})
#: Those at which it stands for a record that gets something.
ABOUT_RECORDS = EDIT_FORMS | {"clause-new", "clause-paste", "clause-attach", "proposal-version"}
#: What may be done to a record's state: the operation, and what became of the record.
STATE_ACTS = {
    "in review": (submit, gettext_lazy("sent to review")),
    "published": (publish, gettext_lazy("published")),
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
        return answered(request.POST)
    request.kept = unsaved.kept_for(user=request.user, address=request.get_full_path())
    return asking_again(unsaved.as_posted(request.kept.payload)) if request.kept else None


def uncomplaining(form, request):
    """Return a form that is not being saved without complaints about what is still missing."""
    if request.kept or not is_to_save(request):
        form._errors = ErrorDict()
    return form


def is_to_save(request) -> bool:
    """Whether a form was sent to be saved, and not for more of its fields."""
    return request.method == "POST" and "more" not in request.POST


def filled(request, make, **options):
    """Return the form that ``make`` gives for what was typed.

    What was left half-typed comes back on top of what is saved now; ``request.left`` then says what
    others changed since.
    """
    data = typed(request)
    form = make(data, **options)
    if data is None:
        return form
    if request.kept:
        form, request.left = brought_up(form)
    return uncomplaining(form, request)


def remember_source(request, form, record):
    """Remember the source of a line for the next one and return it; None where it had none."""
    rows = Evidence.objects.filter(Q(pk=record.pk) | Q(record_id=record.pk))
    said = rows.select_related("source").order_by("-pk").first() if form.evidence() else None
    # A line saved without a source says that the next one has none either.
    request.session[source_key(form.negotiation)] = said.source_id if said else None
    return said.source if said else None


def go_on(request, default: str) -> str:
    """Return the local address to go to after a form: its ``next``, else the default."""
    wanted = request.GET.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else default


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def record_new(request, slug, kind):
    """Record a row of any kind; the address may name first values for its fields."""
    negotiation = negotiation_to_edit(request, slug)
    if kind == "demand" or (kind == "source" and _begins_with_the_text(request)):
        return redirect(reverse(f"{kind}-new", args=[slug]) + f"?{request.GET.urlencode()}")
    form = filled(
        request,
        _form_or_404(kind),
        negotiation=negotiation,
        user=request.user,
        kind=kind,
        presets=request.GET.dict(),
        last_source=request.session.get(source_key(negotiation)),
        owner=_numbered(request, negotiation, request.GET.get("record", ""))
        if kind in PARTS
        else None,
    )
    if is_to_save(request) and (record := save(form)):
        return _saved(request, form, record)
    return show_form(request, form)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def record_edit(request, slug, pk):
    """Edit a row of any kind; somebody else's edit in between is shown beside one's own."""
    negotiation = negotiation_to_edit(request, slug)
    number = _numbered(request, negotiation, pk)
    kind = number.kind.replace(" ", "-")
    if kind == "demand":
        return redirect(reverse("demand-edit", args=[slug, pk]) + f"?{request.GET.urlencode()}")
    form = filled(
        request,
        _form_or_404(kind),
        negotiation=negotiation,
        user=request.user,
        kind=kind,
        record=gone_on_with(request, number.model.objects.select_related("negotiation").get(pk=pk)),
    )
    try:
        if is_to_save(request) and (record := save(form)):
            return _saved(request, form, record)
    except operations.Conflict as conflict:
        return show_conflict(request, form, conflict.current)
    return show_form(request, form)


def gone_on_with(request, row):
    """Return a row as the user's own edit of it, which was sent back, was to make it.

    The address names the edit by ``again``; 404 where there is none such. What is sent is compared
    with the row as it is.
    """
    if request.method == "POST" or "again" not in request.GET:
        return row
    edit = _gone_on_from(request, row)
    if edit is None:
        raise Http404
    return proposed(edit, row)


def _gone_on_from(request, row) -> PendingEdit | None:
    """Return the user's edit of a row that was sent back and that the address names."""
    number = request.GET.get("again", "")
    if not (row and number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    edits = PendingEdit.objects.visible_to(request.user).filter(
        record=row.pk, user=request.user, stage=PendingEdit.Stage.SENT_BACK
    )
    return edits.filter(pk=number).first()


def _begins_with_the_text(request) -> bool:
    """Whether a source is to be recorded on the pages for that, by giving its text first.

    It can be described in passing in a slot, and what was typed there is gone on with here.
    """
    if request.method == "POST" or wants_part(request):
        return False
    return not unsaved.kept_for(user=request.user, address=request.get_full_path())


def _form_or_404(kind: str):
    if kind not in FORMS:
        raise Http404
    return form_of(kind)


@signed_in
@require_POST
def record_state(request, slug, pk):
    """Publish a record, retract it, or delete one on which nothing rests."""
    negotiation = negotiation_to_edit(request, slug)
    number = _numbered(request, negotiation, pk)
    record = number.model.objects.get(pk=pk)
    wanted = request.POST.get("state", "")
    act, done = STATE_ACTS.get(wanted, (None, ""))
    if act is None:
        return HttpResponseBadRequest(
            _("Choose to send it to review, to publish, to retract, or to delete.")
        )
    try:
        act(record, user=request.user)
    except ValidationError as error:
        messages.error(request, refusal(slug, error))
        return redirect(go_on(request, url_of(slug, pk)))
    messages.success(request, capfirst(f"{number.get_kind_display()} {pk}: {done}."))
    gone = reverse("overview", args=[slug])
    return redirect(go_on(request, gone if wanted == "deleted" else url_of(slug, pk)))


def links_of(slug: str, error: ValidationError) -> list[dict[str, str]]:
    """Return the records that an error names, in its words, each with its address."""
    text = " ".join(error.messages)
    waiting: frozenset[int] = getattr(error, "waiting", frozenset())
    links = []
    for name, pk in getattr(error, "numbers", {}).items():
        if found := re.search(rf"{re.escape(name)}(?!\w)", text, re.IGNORECASE):
            is_waiting = pk in waiting
            url = reverse("review-record", args=[slug, pk]) if is_waiting else url_of(slug, pk)
            links.append({"words": found[0], "url": url})
    return links


def refusal(slug: str, error: ValidationError) -> str:
    """Return an error as HTML, in which the records it names are links.

    Those that wait for review lead to where they are decided on.
    """
    html = str(conditional_escape(" ".join(error.messages)))
    anchors = {
        str(conditional_escape(link["words"])): format_html(
            '<a href="{}">{}</a>', link["url"], link["words"]
        )
        for link in links_of(slug, error)
    }
    if anchors:
        # The longest first, and all at once: the words of one may stand in those of another.
        names = "|".join(map(re.escape, sorted(anchors, key=len, reverse=True)))
        html = re.sub(rf"(?:{names})(?!\w)", lambda found: anchors[found[0]], html)
    return mark_safe(html)


@repeatable
@signed_in
@require_POST
def keep_unsaved(request, slug):
    """Keep or discard what is typed in the form whose address is ``form``."""
    negotiation = negotiation_to_edit(request, slug)
    address = request.GET.get("form", "")
    if not address.startswith(f"/{negotiation.slug}/"):
        raise Http404
    if "discard" in request.POST:
        unsaved.discard(user=request.user, address=address)
        if (pk := edited_at(address)) is not None:
            presence.stopped_typing(user=request.user, record=pk)
        return redirect(address)
    kept = unsaved.keep(user=request.user, address=address, typed=request.POST)
    if (pk := edited_at(address)) is not None:
        presence.note(user=request.user, record=pk, typed=True)
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


def show_form(request, form, *, conflict=None, status=HTTPStatus.OK, back=""):
    """Show a form as a page or in its slot, with what is known of others at it.

    ``back`` is where closing it leads: by default to the record, or to the overview.
    """
    if form is None:
        return HttpResponse()
    if form.errors and status == HTTPStatus.OK:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    slug = form.negotiation.slug
    own = url_of(slug, form.record.pk) if form.record else reverse("overview", args=[slug])
    context = {
        "form": form,
        "negotiation": form.negotiation,
        "record": form.record,
        "can_edit": True,
        **(conflict or told()),
        "kept": getattr(request, "kept", None),
        "left": getattr(request, "left", None),
        "others": others_at(request, form.record),
        "waits": waiting_edit(form.record, form.negotiation),
        "refused": _gone_on_from(request, form.record),
        "back": go_on(request, back or own),
        "in_row": is_on_comparison(request, form.negotiation),
        **set_against_waiting(form),
    }
    return render_page_or_part(request, form.page, "form", context, status=status)


def waiting_edit(record, negotiation: Negotiation) -> PendingEdit | None:
    """Return the edit of a record, or None, that waits for review, for who writes."""
    if not record or negotiation.review != Negotiation.Review.REQUIRED:
        return None
    waiting = PendingEdit.objects.waiting().filter(record=record.pk)
    return waiting.select_related("user").first()


def others_at(request, record) -> list[presence.Other]:
    """Note that the user has a record open, and return who else has."""
    if record is None or not record.pk:
        return []
    if request.method != "HEAD":
        presence.note(user=request.user, record=record.pk)
    return presence.others(user=request.user, record=record.pk)


def edited_at(address: str) -> int | None:
    """Return the number of the record that the form at an address edits; None if it edits none."""
    return record_of_form(address, among=EDIT_FORMS)


def record_of_form(address: str, among=ABOUT_RECORDS) -> int | None:
    """Return the number of the record that the form at an address is about; None if of none."""
    try:
        found = resolve(urlsplit(address).path)
    except Resolver404:
        return None
    return found.kwargs["pk"] if found.url_name in among else None


def show_conflict(request, form, current):
    """Show what both changed; saving once more, with a choice for each, edits the newer version.

    Fields that this editor left alone hold the other's text by then.
    """
    mine, conflict = ask(form, current, request.POST)
    return show_form(request, mine, conflict=conflict, status=HTTPStatus.CONFLICT)


def _saved(request, form, record):
    """Go on after a form was saved; in a slot, with the next empty one or with nothing."""
    forget_typed(request, record)
    text, slug = " ".join([saved_message(record), form.note]).strip(), form.negotiation.slug
    source = remember_source(request, form, record) if form.evidence() else None
    is_again = form.record is None and "again" in request.POST
    if not wants_part(request):
        messages.success(request, text)
        onwards = go_on(request, url_of(slug, record.pk))
        if form.record is None and form.kind == "round":
            # Everything else about a round is recorded on its own page.
            onwards = reverse("round", args=[slug, record.pk])
        return redirect(request.get_full_path() if is_again else onwards)
    if is_on_comparison(request, form.negotiation):
        response = _rows(request, form, record)
    else:
        last = {"last_source": source.pk} if source else {}
        response = show_form(request, form.anew(**last) if is_again else None)
    return announce_saved(response, record, text)


def forget_typed(request, record) -> None:
    """Forget what was kept of a form that is saved, and that somebody types in it."""
    unsaved.discard(user=request.user, address=request.get_full_path())
    presence.stopped_typing(user=request.user, record=record.pk)


def _rows(request, form, record):
    """Answer with the comparison's rows in which a record stood or stands."""
    stood = [getattr(row, "issue", None) for row in (form.record, record)]
    codes = row_of_address(request.GET.get("next", ""))
    return rows_saved(
        request,
        form.negotiation,
        record=record,
        codes=codes | {issue.code for issue in stood if issue},
    )


def saved_message(record) -> str:
    """Return what became of a record: saved when, and whether readers see it."""
    at = timezone.localtime().strftime("%H:%M")
    if getattr(record, "pending_edit", None):
        return _("Saved %(time)s for review; until then readers see it as it was.") % {"time": at}
    if getattr(record, "state", State.PUBLISHED) == State.PUBLISHED:
        return _("Saved %(time)s.") % {"time": at}
    return _("Saved %(time)s as a draft that only editors see.") % {"time": at}


def announce_saved(response, record, text: str, **told):
    """Tell the page that a record was saved: it announces that and refreshes its lists."""
    detail = {"record": record.pk, "text": text, **told}
    return trigger_client_event(response, "parley:saved", detail)
