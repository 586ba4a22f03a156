"""The round: its record for everybody, the workplace of those who write it."""

from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import parse_qsl

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms import Select
from django.forms.utils import ErrorDict
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from config.htmx import parts_of, render_page_or_part, wants_part
from config.resend import signed_in
from negotiations import ranges, unsaved
from negotiations.models import (
    Delegate,
    Negotiation,
    Participation,
    Party,
    Record,
    Round,
    Source,
    UnsavedForm,
)
from negotiations.operations import Conflict
from negotiations.rounds import seat_again
from positions import draftlist, roundpage
from positions.importing.pasting import WITHOUT_HEADER, Pasted
from positions.lineform import LineForm, offered
from positions.models import Clause, Evidence, Issue, Silence
from positions.operations import record_with_evidence
from positions.pendingedits import records_waiting
from positions.reviewqueue import of_round
from positions.roundforms import ACTS, SeatForm
from positions.views.asking import may_edit, negotiation_or_404
from positions.views.editing import (
    announce_saved,
    filled,
    is_to_save,
    negotiation_to_edit,
    record_of_form,
    remember_source,
    saved_message,
    source_key,
    typed,
    waiting_edit,
)
from positions.views.saving import ask, save, set_against_waiting, told


def _round_of(request, negotiation, pk) -> Round:
    rounds = Round.objects.visible_to(request.user).filter(negotiation=negotiation)
    return get_object_or_404(rounds.select_related("track", "negotiation"), pk=pk)


def _round_to_edit(request, slug, pk) -> Round:
    return _round_of(request, negotiation_to_edit(request, slug), pk)


def _of_round(request, model, held: Round, **which):
    rows = model.objects.visible_to(request.user).filter(negotiation=held.negotiation_id)
    return get_object_or_404(rows, **which)


def _issue_key(party: Party) -> str:
    return f"last-issue-{party.pk}"


def _copy(request) -> str:
    """Return what tells a form from the line that stands on the page beside it.

    It is the number of a line that was sent while the next one is being typed, or that of what a
    line answers.
    """
    numbers = (request.GET.get(name, "") for name in ("copy", "answers"))
    return "-".join(n for n in numbers if n.isdecimal() and len(n) < 19)


@require_safe
def round_page(request, slug, pk):
    """Everything about one round; editors write all of it here."""
    negotiation = negotiation_or_404(request, slug)
    held = _round_of(request, negotiation, pk)
    can_edit = may_edit(request, negotiation)
    page = roundpage.build(negotiation=negotiation, user=request.user, round=held, editing=can_edit)
    context = {
        "negotiation": negotiation,
        "page": page,
        "can_edit": can_edit,
        "columns": [(side, None) for side in page.principals],
    }
    if can_edit:
        context |= _workplace(request, page) | {"pending": waiting_edit(held, negotiation)}
        context["edits_waiting"] = records_waiting(negotiation, request.user)
        if negotiation.review == Negotiation.Review.REQUIRED:
            context["drafts"] = draftlist.count_with_round(held, request.user)
    return render(request, "positions/round.html", context)


def _workplace(request, page) -> dict:
    """What only editors have: a line for each side as they left it, and their unfinished forms."""
    offers = offered(page.round, request.user)
    forms = unsaved.unfinished(user=request.user, negotiation=page.negotiation)
    left = {form.page: form for form in _about(page.round, forms, request.user)}
    make = _line_maker(request, offers)
    columns = []
    for side in page.principals:
        address = _address(page.round, "round-line", side.party.code)
        kept = left.pop(address, None)
        line = make(kept and unsaved.as_posted(kept.payload), party=side.party)
        line.address, line.kept = address, kept
        if kept:
            # Nobody has asked to save it yet.
            line._errors = ErrorDict()
        columns.append((side, line))
    return {
        "columns": columns,
        "unfinished": list(left.values()),
        "source_choices": _sources_to_choose(request, offers),
        "terms_by_issue": offers.terms_by_issue,
    }


def _sources_to_choose(request, offers) -> str:
    """The sources as a list that nobody sees, from which the lines of the page take new ones."""
    attrs = {
        "id": "source-choices",
        "hidden": True,
        "disabled": True,
        "aria-label": _("Source"),
        "data-again": _("Not saved: try again"),
    }
    last = request.session.get(source_key(offers.round.negotiation))
    choices = [("", "—"), *offers.source_choices]
    return Select(choices=choices).render("known", last or "", attrs=attrs)


def _about(held: Round, forms, user) -> Iterator[UnsavedForm]:
    """Give those unfinished forms that are, by their addresses, of the round or of its records."""
    named = {form: record_of_form(form.page) for form in forms}
    own = {held.pk, *_records_of(held, {pk for pk in named.values() if pk}, user)}
    for form, pk in named.items():
        parts = parts_of(form.page)
        says_so = ("round", str(held.pk)) in parse_qsl(parts.query)
        if says_so or pk in own or parts.path.startswith(_address(held, "round")):
            yield form


def _records_of(held: Round, numbers: set[int], user) -> set[int]:
    """Return those of the numbers that are of records of the round."""
    if not numbers:
        return set()
    of_paper = Q(pk__in=Clause.objects.filter(proposal__round=held.pk).values("pk"))
    rows = Record.objects.visible_to(user).filter(of_round(held) | of_paper, pk__in=numbers)
    return set(rows.values_list("pk", flat=True))


def _address(held: Round, name: str, *more: str) -> str:
    return reverse(name, args=[held.negotiation.slug, held.pk, *more])


def _line_maker(request, offers):
    """Return what makes a party's line, as the address and its last line would have it."""

    def make(data=None, *, party: Party) -> LineForm:
        return LineForm(
            data,
            offered=offers,
            user=request.user,
            party=party,
            first={n: t for n, t in request.GET.items() if n in LineForm.base_fields},
            last_issue=request.session.get(_issue_key(party), ""),
            last_source=request.session.get(source_key(offers.round.negotiation)),
            copy=_copy(request),
        )

    return make


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def round_line(request, slug, pk, party):
    """One line of what a party says at the round."""
    held = _round_to_edit(request, slug, pk)
    side = _of_round(request, Party, held, code=party)
    form = filled(request, _line_maker(request, offered(held, request.user)), party=side)
    if is_to_save(request) and (demand := save(form)):
        request.session[_issue_key(side)] = form.data.get("issue", "")
        source = remember_source(request, form, demand)
        _forget(request, form)
        is_principal = side.standing == Party.Standing.PRINCIPAL
        anchor = f"id-line-{party}-text" if is_principal else f"side-{party}"
        return _done(request, held, demand, anchor, source=source and source.pk)
    return _show(request, "positions/round_line.html", form, held, f"side-{party}")


def _forget(request, form) -> None:
    """Forget what was kept of a line: under its own address, and where it was typed first."""
    unsaved.discard(user=request.user, address=request.get_full_path())
    first = unsaved.kept_for(user=request.user, address=request.path)
    words = form.main_field
    if first and first.payload.get(words) == [form.data.get(words)]:
        unsaved.discard(user=request.user, address=request.path)


def _show(request, template, form, held, anchor, status=HTTPStatus.OK, **asked):
    """Show a form of the round as a page or in its slot."""
    if form.errors and status == HTTPStatus.OK:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    form.address, form.kept = request.get_full_path(), getattr(request, "kept", None)
    context = {
        "form": form,
        "negotiation": held.negotiation,
        "can_edit": True,
        "round": held,
        # An answer is given once; of all else there may be more.
        "quick": wants_part(request) and not {"copy", "answers"} & set(request.GET),
        "back": _back(held, anchor),
        "left": getattr(request, "left", None),
        **asked,
    }
    return render_page_or_part(request, template, "form", context, status=status)


def _back(held: Round, anchor: str) -> str:
    return f"{_address(held, 'round')}#{anchor}"


def _done(request, held, record, anchor, note="", **told):
    """Go on after something was saved: on the page, which is ``told`` more, or back to it."""
    text = f"{saved_message(record)} {note}".strip()
    if wants_part(request):
        return announce_saved(HttpResponse(), record, text, **told)
    messages.success(request, text)
    return redirect(_back(held, anchor))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def round_seat(request, slug, pk, party):
    """Put a person on a party's delegation."""
    held = _round_to_edit(request, slug, pk)
    side = _of_round(request, Party, held, code=party)
    form = filled(request, SeatForm, round=held, user=request.user, party=side, copy=_copy(request))
    if is_to_save(request) and (seat := save(form)):
        _forget(request, form)
        return _done(request, held, seat, f"delegation-{party}")
    return _show(request, "positions/round_form.html", form, held, f"delegation-{party}")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def round_status(request, slug, pk, act):
    """Record that the round was held, is postponed, or is cancelled."""
    held = _round_to_edit(request, slug, pk)
    if act not in ACTS:
        raise Http404
    form, status = filled(request, ACTS[act], record=held, user=request.user), HTTPStatus.OK
    asked = told()
    try:
        if is_to_save(request) and (saved := save(form)):
            unsaved.discard(user=request.user, address=request.get_full_path())
            return _done(request, held, saved, "round-head", note=form.note)
    except Conflict as conflict:
        form, asked = ask(form, conflict.current, request.POST)
        status = HTTPStatus.CONFLICT
    asked["waits"] = waiting_edit(held, held.negotiation)
    asked |= set_against_waiting(form)
    return _show(request, "positions/round_form.html", form, held, "round-head", status, **asked)


@signed_in
@require_POST
def round_again(request, slug, pk):
    """Give parties and people the roles and seats that they had at the last round."""
    held = _round_to_edit(request, slug, pk)
    rows = {
        model: list(
            model.objects.visible_to(request.user)
            .filter(negotiation=held.negotiation_id, pk__in=_numbers(request, name))
            .exclude(round=held)
            .select_related("party")
        )
        for model, name in ((Participation, "role"), (Delegate, "seat"))
    }
    try:
        seat_again(
            user=request.user,
            round=held,
            participations=rows[Participation],
            delegates=rows[Delegate],
        )
    except ValidationError as error:
        return _refused(request, held, error, "people")
    return _done(request, held, held, "people")


def _numbers(request, name) -> list[int]:
    return [int(pk) for pk in request.POST.getlist(name) if pk.isdecimal() and len(pk) < 19]


@signed_in
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def round_paste(request, slug, pk, party):
    """Several lines of a party at once, pasted from a spreadsheet: shown first, then saved."""
    held = _round_to_edit(request, slug, pk)
    side = _of_round(request, Party, held, code=party)
    pasted, wrong, text = None, "", (typed(request) or {}).get("rows", "")
    if request.method == "POST":
        try:
            pasted = Pasted(text, round=held, party=side, user=request.user)
        except ValidationError as error:
            wrong = " ".join(error.messages)
        else:
            if "save" in request.POST and pasted.save():
                said = ngettext("%(n)s line was saved.", "%(n)s lines were saved.", pasted.adds)
                messages.success(request, said % {"n": pasted.adds})
                unsaved.discard(user=request.user, address=request.get_full_path())
                return redirect(_address(held, "round") + f"#side-{side.code}")
    is_wrong = wrong or (pasted and pasted.plan.has_errors)
    context = {
        "negotiation": held.negotiation,
        "round": held,
        "party": side,
        "pasted": pasted,
        "wrong": wrong,
        "text": text,
        "columns": ", ".join(WITHOUT_HEADER),
        "can_edit": True,
        "kept": request.kept,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK
    return render(request, "positions/round_paste.html", context, status=status)


@signed_in
@require_POST
def round_silence(request, slug, pk):
    """Record in one step that a party was not reported to answer on an issue at the round.

    The last source used says so, by inference; without one it is a draft. Somebody looked until the
    round's last day: what the party said later stands by itself.
    """
    held = _round_to_edit(request, slug, pk)
    party = _of_round(request, Party, held, code=request.POST.get("party", ""))
    issue = _of_round(request, Issue, held, code=request.POST.get("issue", ""))
    last = request.session.get(source_key(held.negotiation))
    source = Source.objects.visible_to(request.user).filter(
        negotiation=held.negotiation_id, pk=last
    )
    offers_day = roundpage.day_of(held) or timezone.localdate()
    try:
        silence = record_with_evidence(
            Silence,
            user=request.user,
            negotiation=held.negotiation,
            party=party,
            issue=issue,
            round=held,
            looked_until=ranges.day(offers_day),
            evidence=[{"source": each, "basis": Evidence.Basis.INFERENCE} for each in source],
        )
    except ValidationError as error:
        return _refused(request, held, error, f"side-{party.code}")
    return _done(request, held, silence, f"side-{party.code}")


def _refused(request, held, error, anchor):
    """Say what was refused of a form that has no fields to show it beside."""
    if wants_part(request):
        response = HttpResponse(status=HTTPStatus.UNPROCESSABLE_ENTITY)
        text = " ".join(error.messages)
        return trigger_client_event(response, "parley:status", {"text": text})
    for message in error.messages:
        messages.error(request, message)
    return redirect(_back(held, anchor))
