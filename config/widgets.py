"""How forms of every app show a field."""

from datetime import date

from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe


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


class FormRenderer(DjangoTemplates):
    """Writes selects and plain inputs itself, to the letter as Django's templates have them.

    A template for each option and its attributes took a third of the time of a form with long
    lists; what has a template of its own goes by it.
    """

    def render(self, template_name, context, request=None):
        widget = context.get("widget")
        if template_name in INPUTS:
            return mark_safe(_input(widget))
        if template_name == SELECT and _has_plain_options(widget):
            return mark_safe(_select(widget))
        return super().render(template_name, context, request)


SELECT = "django/forms/widgets/select.html"
OPTION = "django/forms/widgets/select_option.html"
INPUTS = frozenset(
    f"django/forms/widgets/{kind}.html"
    for kind in ("input", "text", "hidden", "number", "url", "email", "date", "checkbox")
)


def _has_plain_options(widget: dict) -> bool:
    return all(
        option["template_name"] == OPTION
        for _group, options, _place in widget["optgroups"]
        for option in options
    )


def _input(widget: dict) -> str:
    value = widget["value"]
    given = "" if value is None else f' value="{conditional_escape(value)}"'
    kind, name = conditional_escape(widget["type"]), conditional_escape(widget["name"])
    return f'<input type="{kind}" name="{name}"{given}{_attributes(widget)}>'


def _select(widget: dict) -> str:
    written = [f'<select name="{conditional_escape(widget["name"])}"{_attributes(widget)}>']
    for group, options, _place in widget["optgroups"]:
        if group:
            written.append(f'\n  <optgroup label="{conditional_escape(group)}">')
        written += map(_option, options)
        if group:
            written.append("\n  </optgroup>")
    return "".join((*written, "\n</select>"))


def _option(option: dict) -> str:
    value, label = option["value"], conditional_escape(localize(option["label"]))
    return (
        f'\n  <option value="{conditional_escape(value)}"{_attributes(option)}>{label}</option>\n'
    )


def _attributes(widget: dict) -> str:
    return "".join(
        f" {conditional_escape(name)}"
        + ("" if value is True else f'="{conditional_escape(value)}"')
        for name, value in widget["attrs"].items()
        if value is not False
    )
