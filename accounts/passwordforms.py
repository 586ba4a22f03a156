"""Choosing a password: for a new account, instead of the present one, by a link.

All of them refuse the same, keep what was typed where something is wrong, and let the page tell how
strong a new password is while it is typed.
"""

from typing import Any

from allauth.account import forms as allauth
from allauth.core import context
from django import forms
from django.conf import settings
from django.contrib.auth import forms as auth
from django.contrib.auth.password_validation import validate_password
from django.core import signing as signed
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts import limits, signing
from accounts.addresses import counted_address
from accounts.models import User
from accounts.passwords import strength
from accounts.throttling import refusal

#: Of whom a page says to the page of strengths that a password is; good for so many seconds.
WHOSE, WHOSE_LASTS = "accounts.whose", 3600


class _NewPassword(forms.Form):
    """A form with a new password, typed twice."""

    new = ("password1", "password2")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.new:
            self._keep(name)
        self.fields[self.new[0]].widget.attrs["data-strength"] = reverse("password-strength")

    def _keep(self, name: str) -> None:
        """Show what was typed again where the form is: no cache stores these pages."""
        widget: Any = self.fields[name].widget
        widget.render_value = True


class SignUp(_NewPassword, allauth.SignupForm):
    """An account of one's own, for whoever is invited; attempts are counted by address.

    The address of mail is not allauth's field, which would tell whether another account has it.
    Where no mail is sent it is not asked for. It counts once it is confirmed, since a link to a new
    password must not go to whoever has an address that somebody mistyped.
    """

    mail = forms.EmailField(
        label=gettext_lazy("Email, if you like"),
        required=False,
        max_length=254,
        help_text=gettext_lazy(
            "Where a link to a new password goes if you forget yours. A link that confirms it is "
            "sent there first."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not settings.EMAIL_HOST:
            del self.fields["mail"]

    def clean(self):
        request = context.request
        verdict = limits.spend("sign-up address", counted_address(request))
        if refused := refusal(request, verdict):
            raise ValidationError(refused.words, code="too_many")
        super().clean()
        typed = self.cleaned_data
        if "mail" in typed and "password1" in typed:
            # allauth's own check knows the name only.
            user = User(username=typed.get("username", ""), email=typed["mail"])
            try:
                validate_password(typed["password1"], user)
            except ValidationError as error:
                self.add_error("password1", error)
        return typed


class SetPassword(_NewPassword, allauth.SetPasswordForm):
    """A password where there was none."""

    def save(self):
        context.request.strength = strength(self.cleaned_data["password1"], self.user)
        super().save()


class ChangePassword(_NewPassword, allauth.ChangePasswordForm):
    """The present password, whose guesses are counted, and the new one."""

    def clean_oldpassword(self):
        request, username = context.request, self.user.get_username()
        signing.attempt(request, "password account", username)
        password = super().clean_oldpassword()
        signing.succeeded(request, "password account", username)
        self._keep("oldpassword")
        return password

    def save(self):
        context.request.strength = strength(self.cleaned_data["password1"], self.user)
        super().save()


class ChoosePassword(_NewPassword, auth.SetPasswordForm):
    """A new password by a link, whose user the page of strengths is told without a session."""

    new = ("new_password1", "new_password2")

    def __init__(self, user, *args, **kwargs):
        super().__init__(user, *args, **kwargs)
        whose = signed.dumps(user.pk, salt=WHOSE) if user else ""
        self.fields["new_password1"].widget.attrs["data-whose"] = whose


class Typed(forms.Form):
    """A password that is being typed, and what else the form says of whose it shall be."""

    password = forms.CharField(max_length=1100, strip=False)
    username = forms.CharField(max_length=150, required=False)
    mail = forms.CharField(max_length=254, required=False)
    whose = forms.CharField(max_length=200, required=False)

    def user(self, request) -> User:
        """Return whose password it shall be: who is signed in, whose link it is, or who is told."""
        if request.user.is_authenticated:
            return request.user
        typed = self.cleaned_data
        try:
            number = signed.loads(typed["whose"], salt=WHOSE, max_age=WHOSE_LASTS)
        except signed.BadSignature:
            return User(username=typed["username"], email=typed["mail"])
        return User.objects.get(pk=number)  # accounts keep their row
