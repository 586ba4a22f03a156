"""What was made of a record or in a changeset; restoring, and undoing."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.resend import signed_in
from negotiations import reversing
from negotiations.changes import told_changesets
from negotiations.models import Changeset, Record
from negotiations.operations import Conflict
from negotiations.undoings import last_to_undo, undoings_of
from positions import recordhistory
from positions.models import Issue, TermChoice
from positions.restoring import restore
from positions.undoingwords import as_sentence, in_a_line, planned_deeds, sentences
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
    redoes = undoings.undoes(found.pk)
    act = sets.filter(pk=undoings.act_of(found.pk)).first() if redoes else None
    status = HTTPStatus.OK
    if request.method == "POST":
        reason = _("Revision %(revision)s redone") % {"revision": act.revision} if act else ""
        try:
            reversing.reverse(negotiation, revision, user=request.user, reason=reason)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            status = HTTPStatus.CONFLICT
        else:
            messages.success(request, _said_of(request, negotiation, redoes=redoes))
            there = there_still(request, negotiation, request.GET.get("next", ""))
            return redirect(there or reverse("changes", args=[slug]))
    plan = reversing.planned(negotiation, revision)
    there = request.GET.get("next", "")
    older = None
    if plan.obstacles and "undo" in request.GET:
        older = last_to_undo(negotiation, request.user, undoings, before=revision)
    undone_by = sets.filter(pk=undoings.undone.get(found.pk)).first()
    context = {
        "negotiation": negotiation,
        "changeset": found,
        "step": recordhistory.of_changeset(found, request.user),
        "kept": {"deeds": recordhistory.kept_for_review(found, request.user)},
        "back": there_still(request, negotiation, there) or reverse("changes", args=[slug]),
        "told_at_most": recordhistory.ROWS_TOLD,
        "plan": plan,
        "does": () if plan.obstacles else sentences(planned_deeds(plan)),
        "older": older and page_to_undo(request, older, there),
        "redoes": redoes,
        "act": act,
        "undone_by": undone_by,
        "to_redo": undone_by and page_to_undo(request, undone_by, there),
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
    there = request.POST.get("next", "")
    newest = last_to_undo(negotiation, request.user, undoings_of(negotiation, request.user))
    if newest is None:
        messages.error(request, _("No change of yours is left to undo here."))
        return redirect(there_still(request, negotiation, there) or reverse("changes", args=[slug]))
    return redirect(page_to_undo(request, newest, there))


def page_to_undo(request, which: Changeset, there: str) -> str:
    """Return the address that offers to undo a change and leads back to the page one was on.

    From a page that offers another, one comes back to where that would lead.
    """
    asked = {"undo": "1"}
    parts = urlsplit(there)
    before = QueryDict(parts.query)
    if "undo" in before and parts.path.startswith(
        reverse("changes", args=[which.negotiation.slug])
    ):
        there = before.get("next", "")
    if there := there_still(request, which.negotiation, there):
        asked["next"] = there
    slug = which.negotiation.slug
    return f"{reverse('changeset', args=[slug, which.revision])}?{urlencode(asked)}"


def told_to_undo(request, which: Changeset | None, there: str = "") -> dict[str, Any] | None:
    """Return what a page shows of a change that it offers to undo; None of none."""
    if which is None:
        return None
    return {"change": told_changesets([which])[0], "url": page_to_undo(request, which, there)}


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


def _said_of(request, negotiation, *, redoes: bool) -> str:
    """Return what an undoing has just done, in a line, with a link to do the reverse."""
    done = newest_of(request.user, negotiation)
    told = as_sentence(in_a_line(recordhistory.of_changeset(done, request.user).deeds))
    said = _("Redone.") if redoes else _("Undone.")
    reverse_of_it = _("Undo") if redoes else _("Redo")
    page = page_to_undo(request, done, request.GET.get("next", ""))
    return format_html('{} {} <a href="{}">{}</a>', said, told, page, reverse_of_it)


def newest_of(user, negotiation) -> Changeset:
    """Return the change that a user has made last."""
    sets = Changeset.objects.visible_to(user).filter(negotiation=negotiation, user_id=user.pk)
    return sets.select_related("negotiation").latest("revision")


def _record_or_404(request, negotiation, pk) -> Record:
    rows = Record.objects.visible_to(request.user).filter(negotiation=negotiation)
    return get_object_or_404(rows.select_related("negotiation"), pk=pk)


def number_or_404(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Http404
    return int(text)
