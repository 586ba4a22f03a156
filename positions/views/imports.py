"""Importing tables: sending one, seeing what each row would become, recording all or nothing."""

from http import HTTPStatus

from django import forms
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from config.htmx import render_page_or_part
from config.resend import signed_in
from negotiations import imports as queue
from negotiations import xlsxtables
from negotiations.models import Import
from negotiations.reversing import planned
from negotiations.sheets.reading import MOST_BYTES, WORDS
from positions.importing import pages, templates
from positions.importing.kinds import kinds
from positions.views.editing import negotiation_to_edit

ROWS_A_PAGE, IMPORTS_A_PAGE = 50, 25
CSV = "text/csv; charset=utf-8"


class FileForm(forms.Form):
    """A file to import, and the kind of its records where its name does not say."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("XLSX or CSV, 20 MB and 50,000 rows at most."),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xlsm"}),
    )
    kind = forms.CharField(label=gettext_lazy("What is in it"), required=False, widget=forms.Select)

    def __init__(self, *args):
        super().__init__(*args)
        self.fields["kind"].widget.choices = pages.kind_choices()

    def clean_kind(self):
        kind = self.cleaned_data["kind"]
        if kind and kind not in kinds():
            raise forms.ValidationError(_("There is no such kind of record."))
        return kind

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(WORDS["size"] % {"most": MOST_BYTES >> 20})
        return file


def _whole(request, slug, pk, *, with_file: bool = False):
    """Return the negotiation and one of its imports."""
    negotiation = negotiation_to_edit(request, slug)
    rows = Import.objects.visible_to(request.user).filter(subject=negotiation.pk)
    rows = rows if with_file else rows.defer("content")
    return negotiation, get_object_or_404(rows.select_related("progress", "user"), pk=pk)


@never_cache
@signed_in
@require_safe
def imports(request, slug):
    """What was sent, by whom, and what became of it."""
    negotiation = negotiation_to_edit(request, slug)
    rows = Import.objects.visible_to(request.user).filter(subject=negotiation.pk)
    rows = rows.defer("content", "sheets", "chosen").select_related("user")
    page = Paginator(rows, IMPORTS_A_PAGE).get_page(request.GET.get("page"))
    context = {"negotiation": negotiation, "page": page, "can_edit": True}
    return render(request, "positions/imports.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def import_new(request, slug):
    """Send a file, or fetch a template to fill in."""
    negotiation = negotiation_to_edit(request, slug)
    form = FileForm(request.POST or None, request.FILES or None)
    status = HTTPStatus.OK
    if request.method == "POST":
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                whole = queue.send(
                    user=request.user,
                    negotiation=negotiation,
                    name=file.name,
                    content=file.read(),
                    kind=form.cleaned_data["kind"],
                )
            except queue.TooManyWaiting:
                said = _("Too many files are waiting to be looked through. Try again in minutes.")
                form.add_error("file", said)
            else:
                return redirect("import", slug=slug, pk=whole.pk)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    context = {
        "negotiation": negotiation,
        "form": form,
        "kinds": pages.template_kinds(),
        "can_edit": True,
    }
    return render(request, "positions/import_new.html", context, status=status)


@signed_in
@require_safe
def import_template(request, slug, kind, form):
    """An empty table for a kind of record, with the negotiation's own terms and values."""
    negotiation = negotiation_to_edit(request, slug)
    if kind not in kinds() or form not in ("csv", "xlsx"):
        raise Http404
    if form == "csv":
        text = templates.csv_template(kinds()[kind], negotiation, request.user)
        answer = HttpResponse(text.encode(), content_type=CSV)
    else:
        content = templates.xlsx_template(kinds()[kind], negotiation, request.user)
        answer = HttpResponse(content, content_type=xlsxtables.MEDIA_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{slug}-{kind}.{form}"'
    return answer


@never_cache
@signed_in
@require_safe
def import_page(request, slug, pk):
    """How far an import is; what each row would become, with its errors; what it recorded."""
    negotiation, whole = _whole(request, slug, pk)
    return _page(request, negotiation, whole)


def _page(request, negotiation, whole, *, refused=(), status=HTTPStatus.OK):
    asked = request.GET.get("rows", "")
    fate = asked if asked in whole.counts else pages.first_fate(whole)
    rows = whole.rows.filter(fate=fate).order_by("place")
    context = {
        "negotiation": negotiation,
        "whole": whole,
        "refused": refused,
        "fates": pages.fates(whole, fate),
        "page": Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "sheets": pages.matched_sheets(whole, negotiation, request.user),
        "kinds": pages.kind_choices()[1:],
        "earlier": queue.earlier(whole) if whole.state == Import.State.CHECKED else None,
        "can_edit": True,
    }
    if request.htmx and not whole.is_waiting:
        # The page says more than how far it is now.
        return HttpResponseClientRefresh()
    return render_page_or_part(
        request, "positions/import.html", "import-progress", context, status=status
    )


@signed_in
@require_POST
def import_match(request, slug, pk):
    """Look through the file once more, its columns taken for what the form says."""
    negotiation, whole = _whole(request, slug, pk)
    if "skip-wrong" in request.POST:
        chosen = pages.skipping_wrong(whole)
    else:
        chosen = pages.chosen_in(request.POST, whole)
    try:
        queue.check_again(whole, chosen=chosen, again=bool(request.POST.get("again")))
    except ValidationError as error:
        return _refused(request, negotiation, whole, error)
    return redirect("import", slug=slug, pk=pk)


@signed_in
@require_POST
def import_record(request, slug, pk):
    """Record what was looked through, if nothing is wrong with it."""
    negotiation, whole = _whole(request, slug, pk)
    try:
        queue.confirm(whole)
    except ValidationError as error:
        return _refused(request, negotiation, whole, error)
    return redirect("import", slug=slug, pk=pk)


def _refused(request, negotiation, whole, error: ValidationError):
    status = HTTPStatus.CONFLICT
    return _page(request, negotiation, whole, refused=error.messages, status=status)


@never_cache
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def import_undo(request, slug, pk):
    """What undoing an import would do, and the button that does it."""
    negotiation, whole = _whole(request, slug, pk)
    refused: list[str] = []
    if request.method == "POST":
        try:
            queue.undo(whole, user=request.user)
        except ValidationError as error:
            refused = error.messages
        else:
            return redirect("import", slug=slug, pk=pk)
    plan = planned(negotiation, whole.revision) if whole.can_be_undone else None
    context = {
        "negotiation": negotiation,
        "whole": whole,
        "plan": plan,
        "told": pages.told(plan) if plan else (),
        "refused": refused,
        "can_edit": True,
    }
    status = HTTPStatus.CONFLICT if refused else HTTPStatus.OK
    return render(request, "positions/import_undo.html", context, status=status)
