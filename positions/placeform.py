"""Placing the words of evidence in the present text of its source, by a person."""

from django import forms
from django.utils.translation import gettext as _

from negotiations.forms import OperationErrors
from negotiations.texts import normal
from positions.capture import place_anchor
from positions.captureforms import places_of, where_else
from positions.models import Evidence


class PlaceForm(OperationErrors, forms.Form):
    """Where words stand: a passage that was selected, or words that are pasted."""

    version = forms.IntegerField(required=False)
    start = forms.IntegerField(required=False)
    end = forms.IntegerField(required=False)
    words = forms.CharField(required=False, strip=False)
    before = forms.CharField(required=False, strip=False)

    def __init__(self, data, *, evidence: Evidence, user):
        self.evidence, self.user = evidence, user
        super().__init__(data)

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        if cleaned.get("start") is not None and cleaned.get("end") is not None:
            return cleaned
        words = normal(cleaned.get("words") or "")
        if not words.strip():
            self.add_error(None, _("Select a passage of the text, or paste its words."))
            return cleaned
        anchors = places_of(self.evidence.source.text, words, cleaned.get("before") or "")
        if len(anchors) == 1:
            return cleaned | {"start": anchors[0].start, "end": anchors[0].end}
        self.add_error("words", where_else(len(anchors)))
        return cleaned

    @property
    def complaints(self) -> list[str]:
        """Return what is wrong, in words."""
        return [str(message) for messages in self.errors.values() for message in messages]

    def save(self) -> Evidence:
        """Place the words. Raises ``ValidationError``, ``Conflict``."""
        data = self.cleaned_data
        return place_anchor(
            self.evidence,
            user=self.user,
            version=data["version"] or 0,
            start=data["start"],
            end=data["end"],
        )
