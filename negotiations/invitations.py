"""Inviting by a link: making one, taking it back, and joining by it."""

import secrets
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from negotiations.memberships import add_member
from negotiations.models import Invitation, Joining, Membership, Negotiation
from negotiations.operations import operation
from negotiations.querysets import digest_of

#: For so many days at most a link opens something.
MOST_DAYS = 90


def invite(
    *, user, negotiation: Negotiation, role: str, last_day: date, several: bool, note: str = ""
) -> tuple[Invitation, str]:
    """Make a link to a role and return it with its key, which cannot be read again.

    Raises ``ValidationError`` for a role that no link gives.
    """
    key = secrets.token_urlsafe(32)
    made = Invitation(
        user=user,
        subject=negotiation.pk,
        role=role,
        last_day=last_day,
        several=several,
        note=note,
        digest=digest_of(key),
    )
    made.full_clean()
    made.save()
    return made, key


def revoke(invitation: Invitation) -> None:
    """Let the link open nothing from now on; whoever joined by it stays."""
    Invitation.objects.filter(pk=invitation.pk, revoked=None).update(revoked=timezone.now())


def join(invitation: Invitation, *, user) -> Membership:
    """Make ``user`` a member with the link's role, and return the membership.

    Raises ``ValidationError`` where the link opens nothing any more, and for members, whose role a
    link does not change. Nobody joins by a link a second time: who was put out stays out. Two who
    open a link for one at the same moment wait for each other here.
    """
    by = invitation.user or _("somebody")
    return _join(invitation, user=user, reason=_("By an invitation from %(name)s") % {"name": by})


@operation
def _join(invitation: Invitation, *, user, reason: str) -> Membership:
    locked = Invitation.objects.select_for_update(no_key=True).get(pk=invitation.pk)
    negotiation = Negotiation.objects.get(pk=locked.subject)
    if Membership.objects.filter(negotiation=negotiation, user=user).exists():
        raise ValidationError(_("You are a member already; your role stays."), code="member")
    if not locked.is_open or locked.has_let_in(user):
        raise ValidationError(_("This invitation opens nothing any more."), code="closed")
    Invitation.objects.filter(pk=locked.pk).update(used=F("used") + 1)
    Joining.objects.create(invitation=locked, user=user)
    return add_member(user=user, negotiation=negotiation, member=user, role=locked.role)
