"""What a statement answers, and how: the one is not said without the other."""

from django import forms
from django.utils.translation import gettext_lazy as _


class AnswerFields(forms.Form):
    """A form with the fields ``answers`` (what) and ``answer`` (how)."""

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        if {"answers", "answer"} & set(self.errors):
            return cleaned
        if cleaned.get("answers") and not cleaned.get("answer"):
            self.add_error("answer", _("Choose how they answer."))
        if cleaned.get("answer") and not cleaned.get("answers"):
            self.add_error("answers", _("Choose what they answer."))
        return cleaned
