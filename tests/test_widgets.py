"""Form fields are written by Django's templates for Jinja2, or by its others where it must be."""

import html

import pytest
from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.forms.renderers import DjangoTemplates
from django.template import TemplateDoesNotExist
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
    (ODD, [(3, "three"), ("four", "four")]),
]
ATTRIBUTES = {"id": "id-x", "required": True, "hidden": False, "data-x": ODD, "min": 0}


def source_select() -> SourceSelect:
    widget = SourceSelect(choices=CHOICES)
    widget.published = lambda: {"1": "2 June 2025", "3": ODD}
    return widget


def written(widget, renderer) -> str:
    """Return a widget without white space, and with one spelling of what is escaped."""
    return "".join(html.unescape(widget.render(ODD, "3", ATTRIBUTES, renderer)).split())


@pytest.mark.parametrize(
    "widget",
    [source_select(), forms.CheckboxSelectMultiple(choices=CHOICES), DayInput(), forms.Textarea()],
    ids=lambda widget: type(widget).__name__,
)
def test_both_kinds_of_templates_say_the_same(widget):
    assert written(widget, FormRenderer()) == written(widget, DjangoTemplates())
    shown = widget.render(ODD, ODD, {}, FormRenderer())
    assert hasattr(shown, "__html__")
    assert "<a href" not in shown


def test_what_has_no_template_for_jinja_is_written_all_the_same():
    assert "vDateField" in AdminSplitDateTime().render("when", None, {}, FormRenderer())
    with pytest.raises(TemplateDoesNotExist):
        FormRenderer().get_template("nowhere.html")


def test_forms_are_written_by_it():
    assert isinstance(forms.Form().renderer, FormRenderer)
