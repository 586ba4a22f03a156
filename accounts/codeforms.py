"""The forms that take a code: each attempt is counted, each code taken once."""

from typing import Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.totp import forms as totp
from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from accounts import codes, signing
from accounts.models import User

LONGEST_CODE = 32


CODE = _("Six digits from your authenticator app, or one of your recovery codes. Each works once.")


class _TakesACode(forms.Form):
    """A form with the field ``code``, by the user it was made for."""

    user: User
    words = (_("Code"), CODE)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["code"]
        field.label, field.help_text = self.words
        field.validators.append(MaxLengthValidator(LONGEST_CODE))
        del field.widget.attrs["placeholder"]
        field.widget.attrs |= {"inputmode": "numeric", "spellcheck": "false"}

    def clean_code(self):
        username = self.user.get_username()
        signing.attempt(context.request, "sign-in code", username)
        self._take(self.cleaned_data["code"])
        signing.succeeded(context.request, "sign-in code", username)
        return self.cleaned_data["code"]

    def _take(self, code):
        authenticator = codes.use_code(self.user, code)
        if authenticator is None:
            raise get_adapter().validation_error("incorrect_code")
        authenticator.user = self.user
        self.authenticator = authenticator


class Authenticate(_TakesACode, base.AuthenticateForm):
    """The second step of signing in."""


class Reauthenticate(_TakesACode, base.ReauthenticateForm):
    """The proof that it is still the same person."""


class SetUp(_TakesACode, totp.ActivateTOTPForm):
    """The first code, which shows that the app has the key."""

    words = (_("Code from the app"), _("The six digits that the app shows now."))

    def _take(self, code):
        self.step = codes.step_of(self.secret, code)
        if self.step is None:
            raise get_adapter().validation_error("incorrect_code")
