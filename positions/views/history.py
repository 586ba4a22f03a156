"""What was made of a record or in a changeset; restoring, and undoing."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.resend import signed_in
from negotiations import reversing
from negotiations.changes import Change, told_changesets
from negotiations.models import Changeset, Record
from negotiations.operations import Conflict
from negotiations.undoings import last_to_undo, undoings_of
from positions import recordhistory
from positions.models import Issue, TermChoice
from positions.restoring import restore
from positions.views.asking import may_edit, negotiation_or_404
from positions.views.editing import negotiation_to_edit, saved_message


@require_safe
def record_history(request, slug, pk):
    """Everything that was made of a record, newest first."""
    negotiation = negotiation_or_404(request, slug)
    record = _record_or_404(request, negotiation, pk)
    page, steps = recordhistory.of_record(record, request.user, request.GET.get("page", 1))
    row = record.model._default_manager.get(pk=pk)
    context = {
        "negotiation": negotiation,
        "record": record,
        "row": row,
        "page": page,
        "steps": steps,
        "can_edit": may_edit(request, negotiation),
    }
    return render(request, "positions/record_history.html", context)


@signed_in
@require_POST
def record_restore(request, slug, pk):
    """Make a record what it was at a revision, by a new edit."""
    negotiation = negotiation_to_edit(request, slug)
    record = _record_or_404(request, negotiation, pk)
    revision = number_or_404(request.POST.get("revision", ""))
    version = number_or_404(request.POST["version"]) if request.POST.get("version") else None
    try:
        row = restore(record, revision, user=request.user, version=version)
    except Conflict:
        messages.error(request, _("Somebody changed it meanwhile; look again before restoring."))
        return redirect("record-history", slug, pk)
    except ValidationError as error:
        messages.error(request, _("Not restored.") + " " + " ".join(error.messages))
        return redirect("record-history", slug, pk)
    said = _("Restored as it stood at revision %(number)s.") % {"number": revision}
    if getattr(row, "pending_edit", None):
        said = saved_message(row)
    messages.success(request, said)
    return redirect("record", slug, pk)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def changeset(request, slug, revision):
    """What one changeset did, and the undoing of it, with a look at what that would do."""
    negotiation = negotiation_to_edit(request, slug)
    sets = Changeset.objects.visible_to(request.user).filter(negotiation=negotiation)
    found = get_object_or_404(sets.select_related("negotiation"), revision=revision)
    undoings = undoings_of(negotiation, request.user)
    status = HTTPStatus.OK
    if request.method == "POST":
        undid = undoings.undid.get(found.pk)
        undone = told_changesets([found])[0]
        try:
            reversing.reverse(negotiation, revision, user=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            status = HTTPStatus.CONFLICT
        else:
            said = _said_of(undone, _told(sets, undid))
            messages.success(request, _with_way_back(request, negotiation, said))
            there = there_still(request, negotiation, request.GET.get("next", ""))
            return redirect(there or reverse("changes", args=[slug]))
    plan = reversing.planned(negotiation, revision)
    older = None
    if plan.obstacles and "undo" in request.GET:
        older = last_to_undo(negotiation, request.user, undoings, before=revision)
    context = {
        "negotiation": negotiation,
        "changeset": found,
        "step": recordhistory.of_changeset(found, request.user),
        "told_at_most": recordhistory.ROWS_TOLD,
        "plan": plan,
        "older": older and _page_to_undo(request, negotiation, older, request.GET.get("next", "")),
        "undid": _told(sets, undoings.undid.get(found.pk)),
        "undone_by": sets.filter(pk=undoings.undone.get(found.pk)).first(),
        "is_offered": "undo" in request.GET,
        "can_edit": True,
    }
    return render(request, "positions/changeset.html", context, status=status)


@signed_in
@require_POST
def undo_last(request, slug):
    """Lead to the newest of one's own changes that is not undone yet, to undo it.

    ``next`` is the page that asked, to which one comes back afterwards.
    """
    negotiation = negotiation_to_edit(request, slug)
    undoings = undoings_of(negotiation, request.user)
    newest = last_to_undo(negotiation, request.user, undoings)
    if newest is None:
        messages.error(request, _("There is no change of yours here that is left to undo."))
        return redirect("changes", slug)
    return redirect(_page_to_undo(request, negotiation, newest, request.POST.get("next", "")))


def _page_to_undo(request, negotiation, which: Changeset, there: str) -> str:
    """Return the address that offers to undo a change and leads back to the page one was on."""
    asked = {"undo": "1"}
    if there := there_still(request, negotiation, there):
        asked["next"] = there
    return f"{reverse('changeset', args=[negotiation.slug, which.revision])}?{urlencode(asked)}"


def there_still(request, negotiation, address: str) -> str:
    """Return a local address if it is of a page of the negotiation that is still there; else "".

    Absent and hidden are the same.
    """
    if not address.startswith("/") or not url_has_allowed_host_and_scheme(address, None):
        return ""
    try:
        found = resolve(urlsplit(address).path)
    except Resolver404:
        return ""
    if found.kwargs.get("slug") != negotiation.slug:
        return ""
    wanted = {name: found.kwargs[name] for name in ("pk", "code") if name in found.kwargs}
    # Double codings and imports are numbered apart, and nothing that is undone takes them away.
    if not wanted or found.route.partition("/")[2].startswith(("coding/", "imports/")):
        return address
    model: Any = Issue if "code" in wanted else Record
    if found.kwargs.get("kind") == "choice":
        model = TermChoice
    rows = model.objects.visible_to(request.user).filter(negotiation=negotiation, **wanted)
    return address if rows.exists() else ""


def _told(sets, number: int | None) -> Change | None:
    """Return what the changeset of a number did, if it is among those one sees."""
    told = told_changesets(sets.select_related("negotiation").filter(pk=number)) if number else ()
    return told[0] if told else None


def _said_of(undone: Change, brought_back: Change | None) -> str:
    """Return what was done in a line: of undoing an undoing what is brought back by it."""
    told = brought_back or undone
    said = _("Undone: %(what)s (revision %(number)s).")
    if brought_back:
        said = _("Brought back: %(what)s (revision %(number)s).")
    return said % {"what": told.in_few_words, "number": told.revision}


def _with_way_back(request, negotiation, said: str) -> str:
    """Return what was done, with a link to the change that did it, to undo that in turn."""
    newest = Changeset.objects.visible_to(request.user).filter(
        negotiation=negotiation, user_id=request.user.pk
    )
    done = newest.latest("revision")
    page = _page_to_undo(request, negotiation, done, request.GET.get("next", ""))
    return format_html('{} <a href="{}">{}</a>', said, page, _("Take that back"))


def _record_or_404(request, negotiation, pk) -> Record:
    rows = Record.objects.visible_to(request.user).filter(negotiation=negotiation)
    return get_object_or_404(rows.select_related("negotiation"), pk=pk)


def number_or_404(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Http404
    return int(text)
