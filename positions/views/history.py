"""What was made of a record or in a changeset; restoring, and undoing."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.resend import signed_in
from negotiations import reversing
from negotiations.models import Changeset, Record
from negotiations.operations import Conflict
from positions import recordhistory
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
    status = HTTPStatus.OK
    if request.method == "POST":
        try:
            reversing.reverse(negotiation, revision, user=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            status = HTTPStatus.CONFLICT
        else:
            said = _("Revision %(number)s is undone. To bring it back, undo once more.")
            messages.success(request, said % {"number": revision})
            return redirect("changes", slug)
    context = {
        "negotiation": negotiation,
        "changeset": found,
        "step": recordhistory.of_changeset(found, request.user),
        "told_at_most": recordhistory.ROWS_TOLD,
        "plan": reversing.planned(negotiation, revision),
        "can_edit": True,
    }
    return render(request, "positions/changeset.html", context, status=status)


@signed_in
@require_POST
def undo_last(request, slug):
    """Lead to the newest of one's own changes, to undo it."""
    negotiation = negotiation_to_edit(request, slug)
    own = Changeset.objects.visible_to(request.user).filter(
        negotiation=negotiation, user_id=request.user.pk
    )
    newest = own.order_by("-revision").first()
    if newest is None:
        messages.error(request, _("You have changed nothing here yet."))
        return redirect("changes", slug)
    return redirect(reverse("changeset", args=[slug, newest.revision]) + "?undo=1")


def _record_or_404(request, negotiation, pk) -> Record:
    rows = Record.objects.visible_to(request.user).filter(negotiation=negotiation)
    return get_object_or_404(rows.select_related("negotiation"), pk=pk)


def number_or_404(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Http404
    return int(text)
