"""How forms of every app show a field."""

from datetime import date
from functools import cache

from django import forms
from django.forms.renderers import DjangoTemplates, Jinja2
from django.template import TemplateDoesNotExist


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


class FormRenderer(Jinja2):
    """Writes form fields by Django's templates for Jinja2.

    By its other templates, one for each option, they took a third of the time of a form with long
    lists. What only has those, as the administration's widgets do, goes by them.
    """

    def get_template(self, template_name):
        try:
            return super().get_template(template_name)
        except TemplateDoesNotExist:
            return _others().get_template(template_name)


_others = cache(DjangoTemplates)
