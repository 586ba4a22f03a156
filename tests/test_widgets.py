"""Form fields are written by ourselves, to the letter as Django's templates write them."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from config.widgets import DayInput, FormRenderer
from positions.evidencefields import SourceSelect

ODD = """<a href="x">'&amp;"""
CHOICES = [
    ("", "—"),
    (1, ODD),
    (2, mark_safe("<b>bold</b>")),
    (None, gettext_lazy("yes")),
    (True, 1234567.5),
    (ODD, [(3, "three"), ("four", "four")]),
    (gettext_lazy("no"), [(5, 5)]),
]
ATTRIBUTES = {"id": "id-x", "required": True, "hidden": False, "data-x": ODD, "min": 0}


def source_select() -> SourceSelect:
    widget = SourceSelect(choices=CHOICES)
    widget.published = lambda: {"1": "2 June 2025", "3": ODD}
    return widget


@pytest.mark.parametrize("attributes", [{}, ATTRIBUTES], ids=["bare", "attributes"])
@pytest.mark.parametrize("value", [None, "", "1", 3, ODD, True, ["1", "3"], "2025-06-02"])
@pytest.mark.parametrize(
    "widget",
    [
        forms.Select(choices=CHOICES),
        forms.SelectMultiple(choices=CHOICES),
        forms.RadioSelect(choices=CHOICES),
        forms.CheckboxSelectMultiple(choices=CHOICES),
        source_select(),
        forms.TextInput(),
        forms.HiddenInput(),
        forms.NumberInput(),
        forms.URLInput(),
        forms.EmailInput(),
        forms.PasswordInput(),
        forms.CheckboxInput(),
        forms.DateInput(),
        forms.Textarea(),
        forms.FileInput(),
        DayInput(),
    ],
    ids=lambda widget: type(widget).__name__,
)
def test_they_are_as_django_writes_them(widget, value, attributes):
    if isinstance(widget, forms.DateInput) and isinstance(value, list):
        value = value[0]  # a day has no list of values
    ours = widget.render(f"name{ODD}", value, dict(attributes), FormRenderer())
    assert ours == widget.render(f"name{ODD}", value, dict(attributes), DjangoTemplates())
    assert hasattr(ours, "__html__")


def test_an_option_with_a_template_of_its_own_goes_by_it():
    class Boxes(forms.Select):
        option_template_name = "django/forms/widgets/checkbox_option.html"

    html = Boxes(choices=CHOICES).render("x", "1", {}, FormRenderer())
    assert html == Boxes(choices=CHOICES).render("x", "1", {}, DjangoTemplates())
    assert "<label>" in html
    assert "<option" not in html


def test_forms_are_written_by_it():
    assert isinstance(forms.Form().renderer, FormRenderer)
