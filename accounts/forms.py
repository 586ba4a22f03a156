from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.models import ApiToken
from config.widgets import DayInput


class DeletionForm(forms.Form):
    """The password of whoever deletes their account."""

    password = forms.CharField(
        label=_lazy("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, data, *, user):
        super().__init__(data)
        self.user = user

    def clean_password(self):
        if not self.user.check_password(self.cleaned_data["password"]):
            raise ValidationError(_("This is not your password."))
        return self.cleaned_data["password"]


class TokenForm(forms.ModelForm):
    """What somebody says about a new token."""

    class Meta:
        model = ApiToken
        fields = ["name", "expires"]
        widgets = {"expires": DayInput()}

    def clean_expires(self):
        expires = self.cleaned_data["expires"]
        if expires is not None and expires < timezone.localdate():
            raise ValidationError(_("That day has passed; choose a later one."))
        return expires
