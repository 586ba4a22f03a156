"""A paper on its page, and what an editor does to the tree of its clauses."""

from collections import defaultdict
from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from config.htmx import render_page_or_part, wants_part
from config.resend import signed_in
from negotiations import ranges, unsaved
from negotiations.models import Party, Source
from negotiations.operations import Conflict
from negotiations.past import records_as_of
from positions import paperpage, papers
from positions.models import Clause, Demand, Evidence, Issue, Proposal, Silence
from positions.operations import edit_record, record_with_evidence
from positions.paperforms import AttachForm, ClauseForm, PasteForm, VersionForm
from positions.question import CLOCKS, QuestionForm
from positions.undoing import restore_clause
from positions.views.asking import frame, negotiation_or_404, unshown
from positions.views.editing import (
    announce_saved,
    filled,
    is_to_save,
    links_of,
    negotiation_to_edit,
    refusal,
    remember_source,
    saved_message,
    source_key,
)
from positions.views.saving import save

#: What may be done to a clause with one button.
ACTS = {
    "up": lambda clause, posted, **options: papers.move_clause(clause, by=-1, **options),
    "down": lambda clause, posted, **options: papers.move_clause(clause, by=1, **options),
    "nest": lambda clause, posted, **options: papers.nest_clause(clause, **options),
    "unnest": lambda clause, posted, **options: papers.unnest_clause(clause, **options),
    "delete": lambda clause, posted, **options: papers.remove_clause(clause, **options),
    "operator": lambda clause, posted, **options: edit_record(
        clause, operator=posted.get("operator", ""), **options
    ),
}


@require_safe
def proposal(request, slug, pk):
    """A paper: its clauses, the demands in them, what each party answered, what changed."""
    negotiation = negotiation_or_404(request, slug)
    paper = _paper(request, negotiation, pk)
    takes = (*CLOCKS, "compare")
    asked = QuestionForm(request.GET, negotiation=negotiation, request=request, takes=takes)
    return unshown(request, asked) or _page(request, negotiation, paper, asked)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def clause_new(request, slug, pk):
    """Record a clause inside another, behind another, or at the end of the paper."""
    paper = _paper(request, negotiation_to_edit(request, slug), pk)
    place = {
        name: _chosen(request, Clause, paper, request.GET[name])
        for name in ("parent", "after")
        if name in request.GET
    }
    form = filled(request, ClauseForm, proposal=paper, user=request.user, **place)
    clause = save(form) if is_to_save(request) else None
    if clause is None:
        return _form(request, form, paper, _("New clause"), more=True)
    if "again" not in request.POST:
        return _done(request, paper, clause, saved_message(clause))
    address = reverse("clause-new", args=[slug, pk]) + f"?after={clause.pk}"
    fresh = ClauseForm(proposal=paper, user=request.user, after=clause)
    return _done(request, paper, clause, saved_message(clause), fresh, address)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def clause_paste(request, slug, pk):
    """Make clauses of a pasted text, after showing which they will be."""
    paper = _paper(request, negotiation_to_edit(request, slug), pk)
    named = request.GET.get("parent")
    parent = _chosen(request, Clause, paper, named) if named else None
    form = filled(request, PasteForm, proposal=paper, user=request.user, parent=parent)
    if is_to_save(request) and form.is_valid() and form.was_seen and (clause := save(form)):
        text = ngettext("Saved: %(n)s clause.", "Saved: %(n)s clauses.", form.count)
        return _done(request, paper, clause, text % {"n": form.count})
    return _form(request, form, paper, _("Paste clauses"))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def clause_attach(request, slug, pk):
    """Put a demand that is recorded already into a clause."""
    clause = _clause(request, negotiation_to_edit(request, slug), pk)
    form = filled(request, AttachForm, clause=clause, user=request.user)
    demand = save(form) if is_to_save(request) else None
    if demand is None:
        return _form(request, form, clause.proposal, _("Attach a demand"))
    return _done(request, clause.proposal, clause, saved_message(demand))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def proposal_version(request, slug, pk):
    """Record a new version of a paper, with a copy of its clauses."""
    negotiation = negotiation_to_edit(request, slug)
    paper = _paper(request, negotiation, pk)
    last_source = request.session.get(source_key(negotiation))
    form = filled(request, VersionForm, proposal=paper, user=request.user, last_source=last_source)
    newer = save(form) if is_to_save(request) else None
    if newer is None:
        return _form(request, form, paper, _("New version"))
    remember_source(request, form, newer)
    return _done(request, newer, newer, saved_message(newer))


@signed_in
@require_POST
def clause_act(request, slug, pk):
    """Move, nest or delete a clause, or say how its parts combine."""
    clause = _clause(request, negotiation_to_edit(request, slug), pk)
    act, version = ACTS.get(request.POST.get("act", "")), request.POST.get("version", "")
    if act is None or not version.isdecimal():
        return HttpResponseBadRequest(_("Say what to do, and to which version of the clause."))

    def acted():
        done = act(clause, request.POST, user=request.user, version=int(version))
        return saved_message(done) if getattr(done, "pending_edit", None) else _("Saved.")

    if request.POST["act"] == "delete":
        return _at_once(request, clause, partial(_deleted, request, clause, acted))
    return _at_once(request, clause, acted)


def _deleted(request, clause, act) -> str:
    """Delete a clause, and remember it so that the page offers to bring it back; say what went."""
    parts = _parts_inside(clause)
    name = clause.label or Truncator(clause.text).words(8)
    act()
    if parts:
        text = ngettext(
            "Deleted: clause “%(name)s” with %(n)s part.",
            "Deleted: clause “%(name)s” with %(n)s parts.",
            parts,
        )
    else:
        text = _("Deleted: clause “%(name)s”.")
    text %= {"name": name, "n": parts}
    request.session[_undo_key(clause.proposal)] = {"clause": clause.pk, "text": text}
    return text


def _parts_inside(clause: Clause) -> int:
    """Return how many clauses stand inside one."""
    inside: dict[int | None, list[int]] = defaultdict(list)
    for pk, parent in Clause.objects.filter(proposal=clause.proposal_id).values_list(
        "pk", "parent"
    ):
        inside[parent].append(pk)
    found = [clause.pk]
    for pk in found:
        found += inside[pk]
    return len(found) - 1


def _undo_key(paper: Proposal) -> str:
    """Return the session's key for the clause of a paper that somebody deleted last."""
    return f"deleted-clause-{paper.pk}"


@signed_in
@require_POST
def clause_restore(request, slug, pk):
    """Bring back a clause that was deleted, with all that stood inside it."""
    paper = _paper(request, negotiation_to_edit(request, slug), pk)
    number = _number(request.POST.get("clause", ""))

    def acted():
        restore_clause(user=request.user, proposal=paper, number=number)
        request.session.pop(_undo_key(paper), None)
        return _("It is back, with all that stood inside it.")

    return _at_once(request, Clause(pk=number, proposal=paper), acted)


@signed_in
@require_POST
def clause_carry(request, slug, pk):
    """Record that a clause restates a demand of the version before."""
    clause = _clause(request, negotiation_to_edit(request, slug), pk)
    demand = _chosen(request, Demand, clause.proposal, request.POST.get("demand", ""))
    return _at_once(
        request,
        clause,
        lambda: saved_message(papers.carry_over(demand, user=request.user, clause=clause)),
    )


@signed_in
@require_POST
def clause_silent(request, slug, pk):
    """Record that somebody looked, until today, and found no answer of a party to a clause.

    The last source that the editor named is where they looked; without one it stays a draft.
    """
    clause = _clause(request, negotiation_to_edit(request, slug), pk)
    negotiation = clause.negotiation
    about = clause.pk if clause.parent_id else clause.proposal_id
    sources = Source.objects.visible_to(request.user).filter(negotiation=negotiation)
    source = sources.filter(pk=request.session.get(source_key(negotiation))).first()
    fields = {
        "party": _chosen(request, Party, clause.proposal, request.POST.get("party", "")),
        "issue": _chosen(request, Issue, clause.proposal, request.POST.get("issue", "")),
        "looked_until": ranges.day(timezone.localdate()),
        "evidence": [{"source": source, "basis": Evidence.Basis.INFERENCE}] if source else [],
    }
    return _at_once(
        request,
        clause,
        lambda: saved_message(
            record_with_evidence(
                Silence, user=request.user, negotiation=negotiation, about_id=about, **fields
            )
        ),
    )


def _paper(request, negotiation, pk) -> Proposal:
    rows = Proposal.objects.visible_to(request.user).filter(negotiation=negotiation)
    related = ("round", "supersedes", "responds_to", "negotiation")
    return get_object_or_404(rows.select_related(*related), pk=pk)


def _clause(request, negotiation, pk) -> Clause:
    rows = Clause.objects.visible_to(request.user).filter(negotiation=negotiation)
    related = ("proposal__negotiation", "proposal__round", "parent", "negotiation")
    return get_object_or_404(rows.select_related(*related), pk=pk)


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise Http404
    return int(text)


def _chosen(request, model, paper: Proposal, number: str):
    """Return the row of ``model`` with a number, in the paper's negotiation, or 404."""
    rows = model.objects.visible_to(request.user).filter(negotiation=paper.negotiation_id)
    return get_object_or_404(rows, pk=_number(number))


def _page(request, negotiation, paper, asked: QuestionForm, *, status=HTTPStatus.OK):
    question, wanted = asked.question, request.GET.get("compare")
    with records_as_of(negotiation, question.revision) as then:
        if question.revision is not None:
            paper = _paper(request, then, paper.pk)
        page = paperpage.build(
            negotiation=then,
            user=request.user,
            proposal=paper,
            question=question,
            compared=_paper(request, then, _number(wanted)) if wanted else None,
        )
    context = {
        "negotiation": negotiation,
        "page": page,
        "paper": paper,
        **frame(request, asked, page),
        "deleted": request.session.get(_undo_key(paper)),
        "operators": Clause.Operator.choices,
        "here": request.get_full_path() if status == HTTPStatus.OK else _address(paper, paper),
    }
    return render(request, "positions/proposal.html", context, status=status)


def _address(paper: Proposal, record) -> str:
    """Return the address of a paper's page, at a clause of it."""
    page = reverse("proposal", args=[paper.negotiation.slug, paper.pk])
    return f"{page}#clause-{record.pk}" if isinstance(record, Clause) else page


def _form(request, form, paper, title, *, address="", more=False, status=HTTPStatus.OK):
    if form.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    context = {
        "form": form,
        "negotiation": paper.negotiation,
        "can_edit": True,
        "paper": paper,
        "form_title": title,
        "address": address or request.get_full_path(),
        "more": more,
        "kept": request.kept,
    }
    return render_page_or_part(request, "positions/paper_form.html", "form", context, status=status)


def _done(request, paper, record, text, fresh=None, address=""):
    """Go on after a form was saved: on the paper's page, or with the next empty form."""
    unsaved.discard(user=request.user, address=request.get_full_path())
    if not wants_part(request):
        messages.success(request, text)
        return redirect(address or _address(paper, record))
    request.kept = None
    response = HttpResponse()
    if fresh is not None:
        response = _form(request, fresh, paper, _("New clause"), address=address, more=True)
    return announce_saved(response, record, text)


def _at_once(request, clause, act):
    """Do what a button says, and show the paper as it is then; say why if it was refused."""
    paper, status = clause.proposal, HTTPStatus.OK
    pk, html = clause.pk, ""
    told: dict[str, Any] = {}
    try:
        text = act()
    except Conflict:
        text, status = _("Somebody else was faster. Nothing was done."), HTTPStatus.CONFLICT
    except ValidationError as error:
        text, status = " ".join(error.messages), HTTPStatus.UNPROCESSABLE_ENTITY
        slug = paper.negotiation.slug
        told, html = {"links": links_of(slug, error)}, refusal(slug, error)
    deleted = request.session.get(_undo_key(paper))
    if deleted and deleted["text"] == text:
        told = {"undo": {"press": f"undo-{pk}", "words": _("Undo")}}
    if wants_part(request):
        done = HTTPStatus.NO_CONTENT if status == HTTPStatus.OK else status
        event = {"record": pk, "text": text, **told}
        return trigger_client_event(HttpResponse(status=done), "parley:saved", event)
    if status == HTTPStatus.OK:
        messages.success(request, text)
        return redirect(_address(paper, clause))
    messages.error(request, html or text)
    negotiation = negotiation_or_404(request, paper.negotiation.slug)
    asked = QuestionForm(QueryDict(), negotiation=negotiation, request=request, takes=CLOCKS)
    asked.full_clean()
    paper = _paper(request, negotiation, paper.pk)
    return _page(request, negotiation, paper, asked, status=status)
