"""Who works on a negotiation, as what, and who is invited to."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from config.resend import signed_in
from negotiations import invitations, memberships
from negotiations.conflicts import Conflict
from negotiations.models import Invitation, Membership, Negotiation
from negotiations.operations import version_of
from positions.memberforms import InvitationForm, MemberForm
from positions.views.asking import may_edit, negotiation_or_404


def manages(request, negotiation: Negotiation) -> bool:
    """Whether the user may change the negotiation's settings and members."""
    return Negotiation.objects.managed_by(request.user).filter(pk=negotiation.pk).exists()


def negotiation_to_manage(request, slug: str) -> Negotiation:
    """Return a negotiation that the user manages; 404 where it is hidden, else 403."""
    negotiation = negotiation_or_404(request, slug)
    if not manages(request, negotiation):
        raise PermissionDenied(_("Only those who manage this negotiation can change this."))
    return negotiation


@never_cache
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def members(request, slug):
    """The members and the invitations to whoever manages; to others their own part in it.

    POST adds somebody by name, changes a role or removes somebody.
    """
    if request.method != "POST":
        negotiation = negotiation_or_404(request, slug)
        return _page(request, negotiation)
    negotiation = negotiation_to_manage(request, slug)
    form = MemberForm(request.POST)
    if form.is_valid():
        try:
            said = _changed(request, negotiation, form.cleaned_data)
        except Conflict as conflict:
            told = {"name": form.cleaned_data["name"], "role": _role_of(conflict.current)}
            form.add_error(
                None, _("The role of %(name)s was changed meanwhile: it is %(role)s now.") % told
            )
        except ValidationError as error:
            form.add_operation_errors(error)
        else:
            messages.success(request, said)
            return _onwards(request, negotiation)
    return _page(request, negotiation, form=form)


def _changed(request, negotiation: Negotiation, fields) -> str:
    """Add somebody, or change or remove who was there; return what came of it in words."""
    member, version = fields["name"], fields["version"]
    shared = {"user": request.user, "negotiation": negotiation, "member": member}
    if "remove" in request.POST:
        memberships.remove_member(**shared, version=version)
        said = _("%(name)s is no member any more.") % {"name": member}
        return f"{said} {_still_open(request, negotiation, member)}".strip()
    if version is None:
        row = memberships.add_member(**shared, role=fields["role"])
    else:
        row = memberships.set_role(**shared, role=fields["role"], version=version)
    return _("%(name)s is a member, as %(role)s.") % {"name": member, "role": _role_of(row)}


def _still_open(request, negotiation: Negotiation, member) -> str:
    """Say what is still to do where somebody who was put out has a link that others may use."""
    links = Invitation.objects.visible_to(request.user).filter(
        subject=negotiation.pk, joinings__user=member
    )
    notes = [f"“{link}”" for link in links if link.is_open]
    if not notes:
        return ""
    return _("Whoever has the link they joined by can still join: revoke it below, %(links)s.") % {
        "links": ", ".join(notes)
    }


def _role_of(row: Any) -> str:
    return str(row.get_role_display())


@signed_in
@require_POST
def members_leave(request, slug):
    """Take oneself out of a negotiation; its last manager stays."""
    negotiation = _own(request, slug)
    who = {"user": request.user, "member": request.user}
    try:
        memberships.remove_member(**who, negotiation=negotiation)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("members", slug=slug)
    messages.success(request, _("You have left “%(title)s”.") % {"title": negotiation.title})
    return _onwards(request, negotiation)


@never_cache
@signed_in
@require_POST
def invitation_new(request, slug):
    """Make a link; its key stands in the answer, once."""
    negotiation = negotiation_to_manage(request, slug)
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return _page(request, negotiation, invite=form)
    made, key = invitations.invite(user=request.user, negotiation=negotiation, **form.cleaned_data)
    link = request.build_absolute_uri(reverse("invitation", args=[key]))
    context = {"negotiation": negotiation, "can_edit": True, "invitation": made, "link": link}
    return render(request, "positions/invitation_made.html", context)


@signed_in
@require_POST
def invitation_revoke(request, slug, pk):
    """Take a link back."""
    negotiation = negotiation_to_manage(request, slug)
    mine = Invitation.objects.visible_to(request.user).filter(subject=negotiation.pk)
    invitations.revoke(get_object_or_404(mine, pk=pk))
    messages.success(request, _("The invitation is revoked; its link opens nothing any more."))
    return redirect(reverse("members", args=[slug]) + "#invitations")


def _own(request, slug) -> Negotiation:
    """Return a negotiation that the user is a member of; 404 where it is hidden, else 403."""
    negotiation = negotiation_or_404(request, slug)
    if not Membership.objects.filter(negotiation=negotiation, user=request.user).exists():
        raise PermissionDenied(_("You have no part in this negotiation that you could leave."))
    return negotiation


def _onwards(request, negotiation: Negotiation):
    """Lead to the members' page, or as near to it as the user may still go."""
    if Membership.objects.filter(negotiation=negotiation, user=request.user).exists():
        return redirect("members", slug=negotiation.slug)
    visible = Negotiation.objects.visible_to(request.user).filter(pk=negotiation.pk)
    return redirect("overview", slug=negotiation.slug) if visible else redirect("home")


def _page(request, negotiation, *, form=None, invite=None):
    rows = Membership.objects.visible_to(request.user).filter(negotiation=negotiation)
    rows = list(rows.select_related("user").order_by("user__username"))
    own = next((row for row in rows if row.user_id == request.user.pk), None)
    if own is None:
        raise PermissionDenied(_("Only members of this negotiation see who they are in it."))
    is_manager = own.role == Membership.Role.MANAGER
    links = Invitation.objects.visible_to(request.user).filter(subject=negotiation.pk)
    refused = any(each is not None and each.errors for each in (form, invite))
    context = {
        "negotiation": negotiation,
        "section": "members",
        "can_edit": may_edit(request, negotiation),
        "manages": is_manager,
        "own": own,
        "rows": [(row, version_of(row)) for row in rows],
        "roles": Membership.Role.choices,
        "form": form or MemberForm(),
        "invite": invite or InvitationForm(),
        "invitations": links.prefetch_related("joinings__user") if is_manager else (),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, "positions/members.html", context, status=status)
