"""Double coding: passages given to two, coded blind, compared, settled by a third."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from config.htmx import render_page_or_part
from config.resend import signed_in
from negotiations import unsaved
from negotiations.models import Record, Source
from positions.captureforms import Capture
from positions.coding import agreement_in, ask, compared, lines_of, overview
from positions.codingforms import AskForm, BlindCapture, CodingForm, SettlingForm
from positions.drafting import DEMAND
from positions.models import Coding, DoubleCoding
from positions.offered import number
from positions.readingpage import likely_round, rounds_of
from positions.views.asking import may_review
from positions.views.editing import (
    is_to_save,
    negotiation_to_edit,
    save,
    show_form,
    typed,
    uncomplaining,
)


@signed_in
@require_safe
def codings(request, slug):
    """The passages given to two coders, and how far coders agree."""
    negotiation = negotiation_to_edit(request, slug)
    context = {
        "negotiation": negotiation,
        "doubles": overview(negotiation, request.user),
        "agreement": agreement_in(negotiation, request.user),
        "can_edit": True,
        "can_review": may_review(request.user, negotiation),
    }
    return render(request, "positions/codings.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def coding_ask(request, slug, pk):
    """Give a passage of a source to two coders."""
    negotiation = negotiation_to_edit(request, slug)
    if not may_review(request.user, negotiation):
        raise PermissionDenied(_("A reviewer or a manager has passages coded."))
    rows = Source.objects.visible_to(request.user).filter(negotiation=negotiation)
    source = get_object_or_404(rows.select_related("negotiation"), pk=pk)
    start, end = (number(request.GET.get(name, "")) for name in ("start", "end"))
    marked = (start, end) if start < end <= len(source.text) else (None, None)
    form = AskForm(
        request.POST or None, capture=BlindCapture(source, request.user, DEMAND, *marked)
    )
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            names = ("start", "end", "first", "second")
            wanted = {name: form.cleaned_data[name] for name in names}
            try:
                double = ask(user=request.user, source=source, **wanted)
            except ValidationError as error:
                form.add_error(None, " ".join(error.messages))
            else:
                messages.success(request, _("Given to two coders."))
                return redirect("coding", slug, double.pk)
    context = {
        "negotiation": negotiation,
        "source": source,
        "form": form,
        "can_edit": True,
    }
    return render_page_or_part(request, "positions/coding_ask.html", "form", context, status=status)


@signed_in
@require_safe
def coding(request, slug, pk):
    """One passage: who has coded it and, once both have, how their codings differ."""
    negotiation = negotiation_to_edit(request, slug)
    double = _double_or_404(request, negotiation, pk)
    own = Coding.objects.visible_to(request.user).filter(double=double)
    fields = compared(double, request.user)
    is_coder = request.user.pk in double.coders
    demand = Record.objects.visible_to(request.user).filter(pk=double.demand or 0).first()
    context = {
        "negotiation": negotiation,
        "double": double,
        "fields": [field for field in fields if field.coded],
        "own_words": [field for field in fields if not field.coded],
        "apart": sum(field.differs for field in fields if field.coded),
        "codings": [(row.user, lines_of(row)) for row in own.select_related("user").order_by("pk")],
        "to_code": is_coder and not own.filter(user=request.user).exists(),
        "to_settle": bool(fields)
        and not double.settled
        and not is_coder
        and may_review(request.user, negotiation),
        "demand": demand,
        "can_edit": True,
    }
    return render(request, "positions/coding.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def coding_code(request, slug, pk):
    """Code a passage, in the form that records a demand."""
    negotiation = negotiation_to_edit(request, slug)
    double = _double_or_404(request, negotiation, pk)
    if request.user.pk not in double.coders:
        raise PermissionDenied(_("Only the two who were asked code this passage."))
    if Coding.objects.visible_to(request.user).filter(double=double, user=request.user).exists():
        messages.error(request, _("You have coded this passage already."))
        return redirect("coding", slug, pk)
    capture = BlindCapture(double.source, request.user, DEMAND, double.start, double.end)
    done = _("Your coding is in.")
    return _form_page(request, double, CodingForm, capture, typed(request), done)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def coding_settle(request, slug, pk):
    """Make one demand of two codings, beginning with either."""
    negotiation = negotiation_to_edit(request, slug)
    double = _double_or_404(request, negotiation, pk)
    if not may_review(request.user, negotiation) or request.user.pk in double.coders:
        raise PermissionDenied(_("A third settles it: neither of the two coders."))
    if not compared(double, request.user) or double.settled:
        messages.error(request, _("There is nothing to settle here."))
        return redirect("coding", slug, pk)
    data = typed(request)
    if data is None:
        begun = double.second_id if request.GET.get("from") == "second" else double.first_id
        rows = Coding.objects.visible_to(request.user)
        data = _as_sent(rows.get(double=double, user=begun).typed)
    source, done = double.source, _("Settled: a draft of a demand is recorded.")
    round = likely_round(source, rounds_of(source, request.user))
    capture = Capture(source, request.user, DEMAND, double.start, double.end, round)
    return _form_page(request, double, SettlingForm, capture, data, done)


def _as_sent(kept: dict[str, list[str]]) -> QueryDict:
    sent = QueryDict(mutable=True)
    for name, texts in kept.items():
        sent.setlist(name, texts)
    return sent


def _form_page(request, double: DoubleCoding, form_class: Any, capture: Capture, data, done: str):
    source, back = double.source, reverse("coding", args=[double.subject.slug, double.pk])
    if source.text[double.start : double.end] != double.quote:
        messages.error(request, _("The text of the source was corrected since; ask anew."))
        return redirect(back)
    form = form_class(
        data,
        double=double,
        capture=capture,
        negotiation=double.subject,
        user=request.user,
        day=timezone.localdate(),
    )
    if data is not None and not is_to_save(request):
        form = uncomplaining(form, request)
    if is_to_save(request) and save(form):
        unsaved.discard(user=request.user, address=request.get_full_path())
        messages.success(request, done)
        return redirect(back)
    return show_form(request, form, back=back)


def _double_or_404(request, negotiation, pk: int) -> DoubleCoding:
    if pk > 2**63 - 1:
        raise Http404
    rows = DoubleCoding.objects.visible_to(request.user).filter(subject=negotiation)
    related = ("subject", "source__negotiation", "first", "second", "asked_by", "settled_by")
    return get_object_or_404(rows.select_related(*related), pk=pk)
