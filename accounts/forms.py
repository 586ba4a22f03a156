from datetime import timedelta
from typing import Any

from allauth.core import context
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import signing
from accounts.models import LONGEST_TOKEN, ApiToken
from config.widgets import DayInput

#: So long a new token works unless another day is chosen.
USUAL_TOKEN = timedelta(days=90)


class DeletionForm(forms.Form):
    """The password of whoever deletes their account."""

    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, data, *, user):
        super().__init__(data)
        self.user = user

    def clean_password(self):
        request, username = context.request, self.user.get_username()
        signing.attempt(request, "password account", username)
        if not self.user.check_password(self.cleaned_data["password"]):
            raise ValidationError(_("This is not your password."))
        signing.succeeded(request, "password account", username)
        return self.cleaned_data["password"]


class TokenForm(forms.ModelForm):
    """What somebody says about a new token; ``negotiations`` are those it may be for."""

    class Meta:
        model = ApiToken
        fields = ["name", "scope", "negotiation", "expires"]
        widgets = {"expires": DayInput()}

    def __init__(self, *args, negotiations, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["expires"].required = True
        only: Any = self.fields["negotiation"]
        only.queryset, only.empty_label = negotiations, gettext_lazy("All that are open to you")
        self.fields["scope"].initial = "read"
        self.fields["expires"].initial = lambda: timezone.localdate() + USUAL_TOKEN

    def clean_expires(self):
        expires, today = self.cleaned_data["expires"], timezone.localdate()
        if expires < today:
            raise ValidationError(_("That day has passed; choose a later one."))
        if expires > today + LONGEST_TOKEN:
            raise ValidationError(_("A token works for a year at most; choose an earlier day."))
        return expires


class ForgottenForm(forms.Form):
    """Where a link to a new password shall go."""

    email = forms.EmailField(
        label=gettext_lazy("Email"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
