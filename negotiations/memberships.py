"""Who is in a negotiation, as what: how one begins, who joins, changes role and goes.

Somebody manages every negotiation: the database holds it, and these say so in words.
"""

from collections.abc import Mapping

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from negotiations.conflicts import Conflict
from negotiations.models import Membership, Negotiation
from negotiations.operations import create, edit, operation, remove, version_of

security = structlog.stdlib.get_logger("parley.security")


@operation
def start_negotiation(*, user, slug: str, title: str, reason: str = "", **settings) -> Negotiation:
    """Begin a negotiation that ``user`` manages, and return it.

    ``settings`` may hold ``summary``, ``visibility`` and ``review``. Raises ``ValidationError``.
    """
    shared = {"user": user, "reason": reason}
    started = create(Negotiation, **shared, slug=slug, title=title, **settings)
    add_member(**shared, negotiation=started, member=user, role=Membership.Role.MANAGER)
    return started


@operation
def add_member(
    *, user, negotiation: Negotiation, member, role: str, reason: str = ""
) -> Membership:
    """Let the user ``member`` into a negotiation and return the membership.

    Raises ``ValidationError``, also with the code "member" if they are in it already.
    """
    if found := _members(negotiation).get(member.pk):
        told = {"user": member, "role": found.get_role_display()}
        raise ValidationError(
            {
                "user": ValidationError(
                    _("%(user)s is a member already, as %(role)s."), code="member", params=told
                )
            }
        )
    return set_role(user=user, negotiation=negotiation, member=member, role=role, reason=reason)


@operation
def set_role(
    *,
    user,
    negotiation: Negotiation,
    member,
    role: str,
    version: int | None = None,
    reason: str = "",
) -> Membership:
    """Give the user ``member`` a role in a negotiation, in place of the one they had; return it.

    ``version`` is that of the membership that was seen, if any was. Raises ``Conflict`` if they
    have another role by now, else ``ValidationError``, also if nobody would manage the
    negotiation any more.
    """
    if getattr(member, "deleted", None):
        raise ValidationError({"user": _("The account %(user)s is deleted.") % {"user": member}})
    members = _members(negotiation)
    if role != Membership.Role.MANAGER:
        _keep_a_manager(members, member)
    shared = {"user": user, "reason": reason}
    if member.pk in members:
        changed = edit(members[member.pk], **shared, version=version, role=role)
        _note("member changed", changed)
        return changed
    added = create(Membership, **shared, negotiation=negotiation, user_id=member.pk, role=role)
    _note("member added", added)
    return added


@operation
def remove_member(
    *, user, negotiation: Negotiation, member, version: int | None = None, reason: str = ""
) -> None:
    """Take the user ``member`` out of a negotiation.

    Raises ``Conflict`` if they have another role than in ``version``, else ``ValidationError``
    if they are not in it, or if nobody would manage it any more.
    """
    members = _members(negotiation)
    if member.pk not in members:
        raise ValidationError({"user": _("%(user)s is no member.") % {"user": member}})
    if version is not None and version_of(members[member.pk]) != version:
        raise Conflict(members[member.pk])
    _keep_a_manager(members, member)
    _note("member removed", members[member.pk])
    remove(members[member.pk], user=user, reason=reason)


def _note(event: str, row: Membership) -> None:
    told = {"member": row.user_id, "negotiation": row.negotiation_id, "role": row.role}
    transaction.on_commit(lambda: security.info(event, **told))


def _members(negotiation: Negotiation) -> dict[int, Membership]:
    """Return all memberships by their user's number, ours until the transaction ends."""
    rows = Membership.objects.filter(negotiation=negotiation)
    return {row.user_id: row for row in rows.order_by("pk").select_for_update(no_key=True)}


def _keep_a_manager(members: Mapping[int, Membership], leaving) -> None:
    managers = [pk for pk, row in members.items() if row.role == Membership.Role.MANAGER]
    if managers == [leaving.pk]:
        raise ValidationError(
            {"role": _("Nobody else manages the negotiation; let somebody manage it first.")}
        )
