"""The codebook: to read, to recode with a look at what moves, and as a table in and out."""

from collections.abc import Mapping
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.resend import signed_in
from negotiations.models import Negotiation
from negotiations.past import records_as_of
from negotiations.undoings import last_to_undo, undoings_of
from positions import codebookimport, codebookpage, codebooktable, recoding, recodingplans
from positions.codebookacts import acts_on_codebook
from positions.codebookforms import MergeForm, ReasonForm, SplitForm, TableForm, packed
from positions.models import Issue, Term, TermChoice
from positions.question import QuestionForm
from positions.views.asking import may_edit, negotiation_or_404, refused
from positions.views.editing import negotiation_to_edit
from positions.views.history import newest_of, page_to_undo, told_to_undo

KINDS = {"issue": Issue, "term": Term, "choice": TermChoice}


@require_safe
def codebook(request, slug):
    """Every issue with its question, its terms and how much rests on it; retired ones apart."""
    negotiation = negotiation_or_404(request, slug)
    takes = ("revision",)
    asked = QuestionForm(request.GET, negotiation=negotiation, request=request, takes=takes)
    if not asked.is_valid():
        return refused(request, asked)
    revision = asked.question.revision
    with records_as_of(negotiation, revision) as then:
        built = codebookpage.build(negotiation=then, user=request.user)
    edits = revision is None and may_edit(request, negotiation)
    context = {
        "negotiation": negotiation,
        "codebook": built,
        "asked": asked,
        "can_edit": edits,
        "to_undo": _to_undo(request, negotiation) if edits else None,
    }
    return render(request, "positions/codebook/read.html", context)


def _to_undo(request, negotiation: Negotiation):
    """What the page shows of one's own last act on the codebook that is not undone."""
    undoings = undoings_of(negotiation, request.user)
    among = acts_on_codebook(negotiation)
    act = last_to_undo(negotiation, request.user, undoings, among=among)
    return told_to_undo(request, act, reverse("codebook", args=[negotiation.slug]))


@signed_in
@require_http_methods(["GET", "HEAD"])
def codebook_part(request, slug, kind, pk):
    """What can be done with an issue, a term or a choice, besides editing its words."""
    negotiation = negotiation_to_edit(request, slug)
    return _part_page(request, negotiation, kind, _row(request, negotiation, kind, pk))


@signed_in
@require_POST
def codebook_retire(request, slug, kind, pk):
    """Retire an issue, a term or a choice, or bring it back."""
    negotiation = negotiation_to_edit(request, slug)
    row = _row(request, negotiation, kind, pk)
    form = ReasonForm(request.POST)
    act = recoding.bring_back if "back" in request.POST else recoding.retire
    if form.is_valid():
        try:
            act(row, user=request.user, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_operation_errors(error)
        else:
            said = _("“%(name)s” is retired: offered no more, it stays on what is recorded.")
            if "back" in request.POST:
                said = _("“%(name)s” is offered again.")
            return _done(request, negotiation, said % {"name": row})
    return _part_page(request, negotiation, kind, row, form)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def codebook_merge(request, slug, kind, pk):
    """Merge an issue, a term or a choice into another: first what would move, then the act."""
    negotiation = negotiation_to_edit(request, slug)
    row = _row(request, negotiation, kind, pk)
    if request.method != "POST" and not request.GET.get("into"):
        messages.error(request, _("Choose what it is to be merged into."))
        return redirect("codebook-part", slug, kind, pk)
    into = _target(request, negotiation, kind, row)
    form = _merge_form(request.POST or None, kind, row, into)
    if form.is_bound and not form.is_valid():
        plan = _merging(kind, row, into, _merge_form(None, kind, row, into))
    else:
        plan = _merging(kind, row, into, form)
        if "save" in request.POST and not plan.refusals:
            return _merge(request, negotiation, kind, row, into, form)
    refused = form.errors or ("save" in request.POST and plan.refusals)
    context = {
        "negotiation": negotiation,
        "can_edit": True,
        "kind": kind,
        "row": row,
        "into": into,
        "form": form,
        "plan": plan,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, "positions/codebook/merge.html", context, status=status)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def codebook_split(request, slug, pk):
    """Split an issue: choose what goes to a new one, look at it, then save."""
    negotiation = negotiation_to_edit(request, slug)
    issue = _row(request, negotiation, "issue", pk)
    form = SplitForm(request.POST or None, issue=issue, user=request.user)
    plan = None
    if form.is_bound and form.is_valid():
        plan = _splitting(issue, form)
        if "along" in request.POST and plan.torn:
            data = request.POST.copy()
            data.setlist("demands", [*data.getlist("demands"), *map(str, sorted(plan.torn))])
            form = SplitForm(data, issue=issue, user=request.user)
            if form.is_valid():
                plan = _splitting(issue, form)
        elif "save" in request.POST and not plan.refusals:
            try:
                new = recoding.split_issue(
                    issue,
                    chosen=form.chosen,
                    user=request.user,
                    reason=form.cleaned_data["reason"],
                    **form.values(),
                )
            except ValidationError as error:
                form.add_operation_errors(error)
            else:
                said = ngettext(
                    "“%(issue)s” is split: %(count)s record went to “%(new)s”.",
                    "“%(issue)s” is split: %(count)s records went to “%(new)s”.",
                    plan.count,
                )
                told = {"issue": issue, "count": plan.count, "new": new}
                return _done(request, negotiation, said % told)
    refused = form.errors or (plan and plan.refusals)
    context = {
        "negotiation": negotiation,
        "can_edit": True,
        "row": issue,
        "form": form,
        "plan": plan,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, "positions/codebook/split.html", context, status=status)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def codebook_import(request, slug):
    """Take a table in: first what it would add and change, with all that is wrong; then save."""
    negotiation = negotiation_to_edit(request, slug)
    form = TableForm(request.POST or None, request.FILES or None)
    found, read = None, ""
    if form.is_bound and form.is_valid():
        data = form.cleaned_data["data"]
        found = _looked_at(request, negotiation, data)
        if "save" in request.POST and not found.problems:
            entries, _none = codebooktable.read(codebooktable.decoded(data)[0])
            try:
                found = codebookimport.take_in(
                    user=request.user,
                    negotiation=negotiation,
                    entries=entries,
                    reason=form.cleaned_data["reason"] or _("A table taken in"),
                )
            except codebookimport.Refused as error:
                found = error.comparison
            else:
                said = _("The table is taken in: %(added)s added, %(changed)s changed.")
                told = {"added": len(found.added), "changed": len(found.changed)}
                return _done(request, negotiation, said % told)
        read = packed(data) if not found.problems else ""
    refused = form.errors or (found and found.problems)
    context = {
        "negotiation": negotiation,
        "can_edit": True,
        "form": form,
        "found": found,
        "read": read,
        "columns": codebooktable.COLUMNS,
        "most_rows": codebooktable.MOST_ROWS,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, "positions/codebook/import.html", context, status=status)


def _row(request, negotiation: Negotiation, kind: str, pk: int):
    if kind not in KINDS:
        raise Http404
    return get_object_or_404(_offered(request, negotiation, KINDS[kind]), pk=pk)


def _offered(request, negotiation, model):
    rows = model.objects.visible_to(request.user).filter(negotiation=negotiation)
    above = {Issue: "parent", Term: "issue", TermChoice: "term__issue"}[model]
    return rows.select_related("negotiation", "merged_into", above)


def _targets(request, negotiation, row):
    """What a row may be merged into."""
    rows = _offered(request, negotiation, type(row)).offered().exclude(pk=row.pk)
    if isinstance(row, TermChoice):
        return rows.filter(term=row.term_id)
    if isinstance(row, Term):
        return rows.filter(kind=row.kind).order_by("issue__order", "issue__code", "order", "code")
    return rows


def _target(request, negotiation, kind, row):
    wanted = request.POST.get("into") or request.GET.get("into", "")
    if not (wanted.isascii() and wanted.isdecimal() and len(wanted) < 19):
        raise Http404
    return _row(request, negotiation, kind, int(wanted))


def _part_page(request, negotiation, kind, row, form=None):
    context = {
        "negotiation": negotiation,
        "can_edit": True,
        "kind": kind,
        "row": row,
        "above": recoding.owner_of(row),
        "above_kind": "term" if kind == "choice" else "issue",
        "form": form or ReasonForm(),
        "targets": [] if row.retired else _targets(request, negotiation, row),
        "uses": codebookpage.uses_of(row, user=request.user),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form and form.errors else HTTPStatus.OK
    return render(request, "positions/codebook/part.html", context, status=status)


def _merge_form(data, kind, row, into) -> MergeForm:
    """The form of a merge, which asks what means the same as something that is kept."""
    if kind == "choice":
        return MergeForm(data)
    if kind == "term":
        return MergeForm(data, choices=_choices({row.pk: into.pk}))
    kept = list(into.terms.filter(retired=None))
    terms = [
        (term, [each for each in kept if (each.kind, each.unit) == (term.kind, term.unit)])
        for term in row.terms.filter(retired=None)
    ]
    matched = MergeForm(data, terms=terms).matched("term")
    return MergeForm(data, terms=terms, choices=_choices(matched))


def _choices(matched: Mapping[int, int]) -> list[tuple[TermChoice, list[TermChoice]]]:
    """Return the choices of terms that go, each with those of the term that its own goes into."""
    of_term: dict[int, list[TermChoice]] = {}
    both = TermChoice.objects.filter(term__in=[*matched, *matched.values()])
    for choice in both.select_related("term"):
        of_term.setdefault(choice.term_id, []).append(choice)
    return [
        (choice, [each for each in of_term.get(kept, ()) if each.retired is None])
        for going, kept in matched.items()
        for choice in of_term.get(going, ())
    ]


def _merging(kind, row, into, form: MergeForm) -> recodingplans.Plan:
    if kind == "choice":
        return recodingplans.merging_choices(row, into)
    if kind == "term":
        return recodingplans.merging_terms(row, into, form.matched("choice"))
    matched = form.matched("term"), form.matched("choice")
    return recodingplans.merging_issues(row, into, *matched)


def _merge(request, negotiation, kind, row, into, form: MergeForm):
    shared = {"into": into, "user": request.user, "reason": form.cleaned_data["reason"]}
    if kind == "choice":
        recoding.merge_choices(row, **shared)
    elif kind == "term":
        recoding.merge_terms(row, choices=form.matched("choice"), **shared)
    else:
        matched = {"terms": form.matched("term"), "choices": form.matched("choice")}
        recoding.merge_issues(row, **matched, **shared)
    said = _("“%(row)s” is merged into “%(into)s”.") % {"row": row, "into": into}
    return _done(request, negotiation, said)


def _splitting(issue: Issue, form: SplitForm) -> recodingplans.Plan:
    new = Issue(negotiation=issue.negotiation, name=form.cleaned_data["name"])
    return recodingplans.splitting(issue, new, form.chosen)


def _looked_at(request, negotiation, data: bytes) -> codebooktable.Comparison:
    """What a file would do, or all that is wrong with it."""
    text, problems = codebooktable.decoded(data)
    entries: tuple[codebooktable.Entry, ...] = ()
    if not problems:
        entries, problems = codebooktable.read(text)
    if problems:
        return codebooktable.Comparison((), (), (), problems)
    return codebookimport.rehearse(user=request.user, negotiation=negotiation, entries=entries)


def _done(request, negotiation, said: str):
    """Say what was done, with a link to undo it."""
    page = reverse("codebook", args=[negotiation.slug])
    undo = page_to_undo(request, newest_of(request.user, negotiation), page)
    messages.success(request, format_html('{} <a href="{}">{}</a>', said, undo, _("Undo")))
    return redirect(page)
