"""Deleting an account: what belongs to the person goes, what they did keeps their name.

The account's row stays, closed for good and with nothing in it but the name, so that nobody else
can ever take the name that the history, reviews and imports tell.
"""

from collections.abc import Iterator

from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from negotiations.constraints import Gated
from negotiations.memberships import remove_member
from negotiations.models import Membership, Negotiation
from negotiations.operations import operation


def managed_alone(user) -> models.QuerySet[Negotiation]:
    """Return the negotiations that nobody but ``user`` manages, by title."""
    managers = Membership.objects.managing()
    others = managers.exclude(user=user).filter(user__is_active=True)
    own = managers.filter(user=user).exclude(negotiation__in=others.values("negotiation"))
    return Negotiation.objects.filter(pk__in=own.values("negotiation")).order_by("title")


def delete_account(account, *, user) -> None:
    """Delete the account ``account``, as ``user`` who asks for it.

    Memberships, tokens, sessions, half-typed forms and whatever else belongs to the person go, and
    so does what the account says of them but the name. Raises ``ValidationError`` where nobody else
    manages a negotiation of theirs, or nobody else runs the site.
    """
    _delete_account(account, user=user, reason=_("Account deleted"))


@operation
def _delete_account(account, *, user, reason: str) -> None:
    row = get_user_model().objects.select_for_update().get(pk=account.pk)
    if alone := list(managed_alone(row)):
        raise ValidationError(
            _("Nobody else manages %(titles)s; let somebody manage it first.")
            % {"titles": ", ".join(f"“{each.title}”" for each in alone)}
        )
    if row.runs_the_site_alone:
        raise ValidationError(_("Nobody else runs the site; let somebody run it first."))
    for membership in Membership.objects.filter(user=row).select_related("negotiation"):
        place = membership.negotiation
        remove_member(user=user, negotiation=place, member=row, reason=reason)
    for owned in _owned(row):
        owned.delete()
    for session in Session.objects.iterator():
        if session.get_decoded().get("_auth_user_id") == str(row.pk):
            session.delete()
    row.close_for_good()


def _owned(account) -> Iterator[models.QuerySet]:
    """Yield the rows that belong to an account and would go with it.

    Neither the records' own, nor what the administration notes of who did what there.
    """
    for relation in account._meta.related_objects:
        model = relation.related_model
        is_gated = any(isinstance(each, Gated) for each in model._meta.constraints)
        is_work = is_gated or model._meta.app_label == "admin"
        if getattr(relation, "on_delete", None) is models.CASCADE and not is_work:
            yield model._base_manager.filter(**{relation.field.name: account})
