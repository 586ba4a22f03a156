"""Where allauth asks us: who signs in, what is counted, what a second step needs."""

import time
from typing import ClassVar

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import signing
from accounts.addresses import address_of


class InvitedOnlyAdapter(DefaultAccountAdapter):
    """Accounts are made by those who run the site, or by whoever has a link that invites them.

    Every attempt with a password comes by here, signing in and proving again who one is.
    """

    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "enter_current_password": _("That is not your current password."),
        "duplicate_email": _("That is the address of your account already, or waits to be."),
    }

    def is_open_for_signup(self, request):
        """Let those in whose link a page has found open, and has put on the request."""
        return getattr(request, "invitation", None) is not None

    def get_password_change_redirect_url(self, request):
        return reverse("account")

    def get_email_verification_redirect_url(self, email_address):
        return reverse("account_email")

    def get_client_ip(self, request):
        return address_of(request)

    def pre_authenticate(self, request, **credentials):
        signing.attempt(request, "sign-in account", credentials.get("username", ""))

    def authenticate(self, request, **credentials):
        user = super().authenticate(request, **credentials)
        if user is None or not user.is_active:
            return None  # a closed account answers as one that is not there
        signing.succeeded(request, "sign-in account", credentials.get("username", ""))
        return user

    def is_reauthentication_required(self, *, app, **kwargs):
        """Whether the last proof of who one is, signing in included, is too long ago."""
        records = get_authentication_records(context.request, context.request.user)
        latest = max((record["at"] for record in records), default=0)
        return time.time() - latest > app_settings.REAUTHENTICATION_TIMEOUT


class SecondStepAdapter(DefaultMFAAdapter):
    """Authenticator apps show the site and the username."""

    def get_totp_label(self, user):
        return user.get_username()

    def can_delete_authenticator(self, authenticator):
        manages = authenticator.user.memberships.filter(role="manager")
        return not (settings.SECOND_STEP_REQUIRED and manages.exists())
