"""Bringing a text in: give it, look at what was read, save it; and correct a source's text."""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from config.resend import signed_in
from config.uploads import TOO_LARGE
from negotiations import unsaved
from negotiations.intake import words
from negotiations.intake.keeping import keep
from negotiations.models import Intake, Source
from negotiations.operations import Conflict
from positions import capture, textdiff
from positions.intakeforms import CorrectionForm, GiveForm, SourceForm
from positions.pendingedits import proposed
from positions.textversions import text_at, versions_of
from positions.views.editing import (
    filled,
    go_on,
    is_to_save,
    negotiation_to_edit,
    saved_message,
    source_key,
    typed,
    waiting_edit,
)
from positions.views.saving import save
from positions.views.savingtexts import ask_text, save_text

#: A text longer than this is not put into a field to be changed there.
LONGEST_TO_TYPE = 300_000
#: What tells a form that was begun by a choice on another page from one left half-typed.
CHOSEN = "chosen"
#: Of the texts that were given and not saved, so many are listed.
MOST_WAITING = 10


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def source_new(request, slug):
    """Give the text of a new source, or go on without one."""
    negotiation = negotiation_to_edit(request, slug)
    form = _give(request)
    if request.method == "POST" and form.is_valid():
        return _go_and_look(request, negotiation, form, "source-check", slug)
    waiting = Intake.objects.visible_to(request.user).filter(subject=negotiation.pk)
    context = {
        "negotiation": negotiation,
        "back": go_on(request, reverse("sources", args=[slug])),
        "waiting": waiting.defer("content")[:MOST_WAITING],
    }
    return _show(request, "positions/source_give.html", form, context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def source_check(request, slug, intake=None):
    """Look at the text and the description that it proposes, and save both as a source."""
    negotiation = negotiation_to_edit(request, slug)
    given = None if intake is None else _intake_or_404(request, negotiation, intake)
    options = {"negotiation": negotiation, "user": request.user, "intake": given}
    form = filled(request, SourceForm, presets=request.GET.dict(), **options)
    if is_to_save(request) and form.version_of and given:
        return _go_and_compare(request, form.version_of, given)
    if is_to_save(request) and (source := save(form)):
        _forget(request, given)
        request.session[source_key(negotiation)] = source.pk
        messages.success(request, saved_message(source))
        return redirect(go_on(request, reverse("source", args=[slug, source.pk])))
    context = {
        "negotiation": negotiation,
        "first_step": _with_query(request, reverse("source-new", args=[slug])),
        "back": go_on(request, reverse("sources", args=[slug])),
    }
    return _show(request, form.page, form, context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def source_text(request, slug, pk):
    """Give the text of a source that exists, and see which versions it has been through."""
    source = _source_to_edit(request, slug, pk)
    first = source.text if len(source.text) <= LONGEST_TO_TYPE else ""
    form = _give(request, first=first)
    if request.method == "POST" and form.is_valid():
        return _go_and_look(request, source.negotiation, form, "source-text-check", slug, pk)
    context = {
        "source": source,
        "versions": versions_of(source),
        "too_long": source.text and not first,
    }
    return _show(request, "positions/source_text.html", form, _about(source, context))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def source_text_check(request, slug, pk, intake):
    """Compare a new text with the one there is, see what becomes of its anchors, and save it."""
    source = _source_to_edit(request, slug, pk)
    given = _intake_or_404(request, source.negotiation, intake)
    form = filled(request, CorrectionForm, record=source, user=request.user, intake=given)
    status, asked = HTTPStatus.OK, None
    try:
        if is_to_save(request) and (saved := save_text(form)):
            _forget(request, given)
            _tell_what_became_of_it(request, saved)
            return redirect(go_on(request, reverse("source", args=[slug, pk])))
    except Conflict as conflict:
        form, asked = ask_text(form, conflict.current, request.POST)
        status = HTTPStatus.CONFLICT
    context = {
        "source": form.source,
        "pieces": textdiff.compared(form.source.text, form.text),
        "foreseen": capture.foreseen(form.source, form.text),
        "asked_text": asked,
        "waits": waiting_edit(form.source, form.source.negotiation),
        "against_waiting": _against_waiting(form),
    }
    return _show(request, form.page, form, _about(form.source, context), status)


def _against_waiting(form: CorrectionForm):
    """Return what differs from the text that waits, where saving was refused since one does."""
    edit = form.decided_first
    waiting = proposed(edit, form.source).text if edit else form.source.text
    return textdiff.compared(waiting, form.text) if waiting != form.source.text else ()


@signed_in
@require_safe
def source_text_version(request, slug, pk, revision):
    """Read the text that a source had at a revision."""
    source = _source_to_edit(request, slug, pk)
    versions = versions_of(source)
    version = next((each for each in versions if each.revision == revision), None)
    if version is None:
        raise Http404
    context = {"source": source, "version": version, "text": text_at(source, revision)}
    return render(request, "positions/source_text_version.html", _about(source, context))


def _source_to_edit(request, slug, pk) -> Source:
    negotiation = negotiation_to_edit(request, slug)
    mine = Source.objects.visible_to(request.user).filter(negotiation=negotiation)
    return get_object_or_404(mine.select_related("negotiation"), pk=pk)


def _intake_or_404(request, negotiation, pk) -> Intake:
    mine = Intake.objects.visible_to(request.user).filter(subject=negotiation.pk)
    return get_object_or_404(mine, pk=pk)


def _give(request, **options) -> GiveForm:
    data = typed(request)
    too_large = request.META.get(TOO_LARGE, "")
    if request.method == "POST":
        return GiveForm(data, request.FILES, too_large=too_large, **options)
    # What was left half-typed stands there again; nobody has asked to read it yet.
    return GiveForm(**options | ({} if data is None else {"first": data.get("text", "")}))


def _go_and_look(request, negotiation, form: GiveForm, name: str, *args):
    """Keep what was read, and show it on the page that asks what to do with it."""
    assert form.given is not None
    intake = keep(user=request.user, negotiation=negotiation, given=form.given, name=form.name)
    unsaved.discard(user=request.user, address=request.get_full_path())
    return redirect(_with_query(request, reverse(name, args=[*args, intake.pk])))


def _with_query(request, address: str) -> str:
    """The address with what this one's query says of first values and of where to go on."""
    query = request.GET.urlencode()
    return f"{address}?{query}" if query else address


def _go_and_compare(request, source: Source, intake: Intake):
    """Go on to a source whose new text this is, with the same parts of it ticked."""
    address = reverse("source-text-check", args=[source.negotiation.slug, source.pk, intake.pk])
    typed_here = request.POST.copy()
    typed_here[CHOSEN] = "1"
    unsaved.keep(user=request.user, address=address, typed=typed_here)
    unsaved.discard(user=request.user, address=request.get_full_path())
    return redirect(address)


def _forget(request, intake: Intake | None) -> None:
    unsaved.discard(user=request.user, address=request.get_full_path())
    if intake is not None:
        intake.delete()


def _tell_what_became_of_it(request, form: CorrectionForm) -> None:
    correction = form.correction
    if correction is None:
        messages.success(request, _("The text stays as it was saved meanwhile."))
        return
    text = f"{saved_message(correction.source)} {form.note}".strip()
    kept, lost = len(correction.carried), len(correction.lost)
    if kept:
        words_kept = ngettext(
            "%(n)s quote is in the new text.", "%(n)s quotes are in the new text.", kept
        )
        text += f" {words_kept % {'n': kept}}"
    if lost:
        words_lost = ngettext(
            "%(n)s quote was not found in it: say where it stands.",
            "%(n)s quotes were not found in it: say where they stand.",
            lost,
        )
        text += f" {words_lost % {'n': lost}}"
    messages.success(request, text)


def _about(source: Source, context: dict) -> dict:
    own = reverse("source", args=[source.negotiation.slug, source.pk])
    return {"negotiation": source.negotiation, "back": own, **context}


def _show(request, template, form, context, status=HTTPStatus.OK):
    if form.errors and status == HTTPStatus.OK:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    given = getattr(form, "given", None)
    kept = getattr(request, "kept", None)
    shown = {
        "form": form,
        "can_edit": True,
        "kept": None if kept and CHOSEN in kept.payload else kept,
        "address": request.get_full_path(),
        "notes": words.notes(given) if given else [],
        "groups": _groups(form, given) if given and hasattr(form, "kept") else [],
    }
    return render(request, template, {**shown, **context}, status=status)


def _groups(form, given) -> list[dict]:
    return [
        {
            "group": group,
            "heading": words.furniture(group.furniture),
            "blocks": [(n, block, n in form.kept) for n, block in group.numbered],
        }
        for group in given.groups
    ]
