"""A person by name: one that is known, or a new one."""

from collections.abc import Iterable
from functools import cached_property

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from negotiations.models import Person
from positions.offered import number


class NameInput(forms.TextInput):
    """A line of text that suggests the labels of its ``choices`` and takes other words as well."""

    choices: Iterable[tuple[object, str]] = ()

    def render(self, name, value, attrs=None, renderer=None):
        suggested = f"{(attrs or {}).get('id', name)}-names"
        line = super().render(name, value, {**(attrs or {}), "list": suggested}, renderer)
        named = ((label,) for key, label in self.choices if key)
        options = format_html_join("", '<option value="{}"></option>', named)
        return format_html('{}<datalist id="{}">{}</datalist>', line, suggested, options)


class People:
    """The people one may name, looked up when they are first asked for."""

    def __init__(self, people: Iterable[Person]):
        self.people = people

    @cached_property
    def by_number(self) -> dict[int, Person]:
        return {person.pk: person for person in self.people}

    @cached_property
    def by_name(self) -> dict[str, set[int]]:
        """The numbers of those who bear a name or an alias."""
        found: dict[str, set[int]] = {}
        for person in self.by_number.values():
            for name in {person.name, *person.aliases}:
                found.setdefault(name.casefold(), set()).add(person.pk)
        return found

    def named(self, person: Person) -> str:
        """Return a person's name, with the number where another is called the same."""
        is_one = self.by_name[person.name.casefold()] == {person.pk}
        return person.name if is_one else f"{person.name} № {person.pk}"

    def __iter__(self):
        return ((pk, self.named(person)) for pk, person in self.by_number.items())


class PersonField(forms.CharField):
    """A name that cleans to a ``Person``, to the fields of a new one, or to None for nobody.

    It takes a number as well.
    """

    widget = NameInput

    def __init__(self, **options):
        super().__init__(**{"max_length": 200, "required": False, **options})
        self.offer(())

    def offer(self, people: Iterable[Person]) -> None:
        """Suggest these people; a query set is asked when it is needed."""
        self.people = People(people)
        self.widget.choices = self.people

    def prepare_value(self, value):
        if not number(value):
            return value
        person = self.people.by_number.get(number(value))
        return self.people.named(person) if person else value

    def clean(self, value) -> Person | dict | None:
        text = " ".join(super().clean(value).split())
        if not text:
            return None
        digits = text.rpartition("№")[2].strip()
        if number(digits):
            return self._numbered(number(digits))
        known = self.people.by_name.get(text.casefold(), set())
        if len(known) > 1:
            several = ", ".join(
                self.people.named(self.people.by_number[pk]) for pk in sorted(known)
            )
            raise forms.ValidationError(
                _("Several people are called so; write which is meant: %(several)s.")
                % {"several": several}
            )
        return self.people.by_number[min(known)] if known else {"name": text}

    def _numbered(self, pk: int) -> Person:
        if pk not in self.people.by_number:
            raise forms.ValidationError(_("There is no person № %(pk)s here.") % {"pk": pk})
        return self.people.by_number[pk]
