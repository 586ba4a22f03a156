"""What a form calls its fields, sent along with it."""

import json
from typing import Any

from django import forms, template
from django.utils.html import format_html

from config.resend import SHOWN, TOLD_CHOICES

register = template.Library()


@register.simple_tag
def shown_fields(*shown, **labels) -> str:
    """Return a hidden field that says what the fields of forms are called, as they show it.

    ``labels`` are those of fields that the template writes itself. A page that has to show again
    what was posted names the fields by it, without asking anything that may have failed. Of short
    lists of choices it has the words, too; those of longer ones are added by the page's script.
    """
    told: dict[str, list] = {name: [str(label)] for name, label in labels.items()}
    for form in shown:
        for bound in form:
            if not bound.is_hidden:
                told[bound.html_name] = [str(bound.label), *_words(bound.field)]
    packed = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return format_html('<input type="hidden" name="{}" value="{}">', SHOWN, packed)


def _words(field: forms.Field) -> list[dict[str, str]]:
    """Return the words of a field's choices by key, if that is no long list of rows or texts."""
    if not isinstance(field, forms.ChoiceField) or isinstance(field, forms.ModelChoiceField):
        return []
    choices: Any = field.choices
    told = {str(key): str(words) for key, words in choices if not isinstance(words, list | tuple)}
    return [told] if sum(map(len, told.values())) <= TOLD_CHOICES else []
