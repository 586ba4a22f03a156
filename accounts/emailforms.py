"""The form that takes another address of mail, and how many letters that may send."""

from typing import Any

from allauth.account.forms import AddEmailForm
from allauth.account.models import EmailAddress
from allauth.core import context
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy

from accounts import limits
from accounts.throttling import refusal


def waiting(user):
    """Return the addresses of ``user`` that wait to be confirmed, one at most."""
    return EmailAddress.objects.filter(user=user, verified=False).exclude(email=user.email)


def count_letter(request) -> str:
    """Count a letter that the user has sent, and say when to try again if it is one too many."""
    verdict = limits.spend("confirm account", f"user {request.user.pk}")
    refused = refusal(request, verdict)
    return refused.words if refused else ""


def have_confirmed(request, user, address: str) -> None:
    """Let ``address`` of a new account wait until it is confirmed, and send the letter for it.

    Where the mail server does not take the letter, the account is there all the same, and says so.
    """
    try:
        EmailAddress.objects.add_email(request, user, address, confirm=True)
    except OSError:
        words = gettext(
            "The mail server did not take the letter to %(address)s. Have it sent again from your "
            "account, under Email address."
        )
        messages.warning(request, words % {"address": address})


class AddEmail(AddEmailForm):
    """Another address, which waits until it is confirmed; it replaces one that waited."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["email"]
        field.label = gettext_lazy("New address")
        del field.widget.attrs["placeholder"]

    def clean_email(self):
        address = super().clean_email()
        if refused := count_letter(context.request):
            raise ValidationError(refused, code="too_many")
        return address

    def save(self, request):
        waiting(self.user).delete()
        typed = self.cleaned_data["email"]
        return EmailAddress.objects.add_email(request, self.user, typed, confirm=True)
