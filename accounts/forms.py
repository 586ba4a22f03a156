from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ApiToken
from config.widgets import DayInput


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
