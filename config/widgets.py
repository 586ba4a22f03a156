"""How forms of every app show a field."""

from datetime import date

from django import forms


class DayInput(forms.DateInput):
    """A day to choose from a calendar; what is none stays as text, to be put right."""

    def __init__(self):
        super().__init__(attrs={"type": "date"}, format="%Y-%m-%d")

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        shown = context["widget"]["value"]
        if shown and not _is_day(shown):
            context["widget"]["type"] = "text"
        return context


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
