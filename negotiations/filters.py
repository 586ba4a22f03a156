"""What one may ask of a collection. A misspelt question is refused, never answered with all rows.

A filter's value that names something names what exists and may be seen; hidden and absent look the
same.
"""

from collections.abc import Iterable

import django_filters
from django import forms
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import EMPTY_VALUES
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError

from negotiations.forms import DayField
from negotiations.models import (
    Membership,
    Negotiation,
    Participation,
    Party,
    Person,
    Record,
    Round,
    Source,
    State,
    Track,
)
from negotiations.models.base import Scoped

PAGE_PARAMETERS = ("page", "page_size")
#: What any list may be asked for besides its filters.
LIST_PARAMETERS = (*PAGE_PARAMETERS, "format")
LARGEST_ID = models.BigAutoField.MAX_BIGINT


def refuse_careless(query, *, once: Iterable[str], many: Iterable[str] = ()) -> None:
    """Raise ``ValidationError`` for parameters that are unknown, empty or given twice.

    ``once`` and ``many`` are the parameters there are.
    """
    once, many = set(once), set(many)
    errors: dict[str, str | Promise] = {}
    for name in query:
        values = query.getlist(name)
        if name not in once | many:
            errors[name] = _("There is no parameter “%(name)s” here; there are %(known)s.") % {
                "name": name,
                "known": ", ".join(sorted(once | many)),
            }
        elif name in once and len(values) > 1:
            errors[name] = _("Give it once.")
        elif not all(value.strip() for value in values):
            errors[name] = _("Give a value or leave it out.")
    if errors:
        raise ValidationError({name: [str(message)] for name, message in errors.items()})


class Pointing(django_filters.Filter):
    """Rows that point to what is named, in the negotiation asked for."""

    by: str

    def __init__(
        self,
        pointed: type[Scoped] | type[Record],
        field_name: str,
        *,
        through: tuple[type[Scoped], str] | None = None,
        **options,
    ):
        """``field_name`` is on the rows, or on those of a model whose other field names the row."""
        self.pointed, self.through = pointed, through
        super().__init__(field_name=field_name, **options)

    def filter(self, rows, value):
        if value in EMPTY_VALUES:
            return rows
        user = self.parent.request.user
        numbers = list(self.visible().filter(**{self.by: value}).values_list("pk", flat=True))
        if not numbers:
            raise DjangoValidationError(
                _("There is no such %(kind)s here.") % {"kind": self.pointed._meta.verbose_name}
            )
        pointing = {f"{self.field_name}__in": numbers}
        if self.through is None:
            return rows.filter(**pointing)
        links, back = self.through
        return rows.filter(pk__in=links.objects.visible_to(user).filter(**pointing).values(back))

    def visible(self):
        """Return what may be named: in the negotiation asked for, if one is."""
        found = self.pointed.objects.visible_to(self.parent.request.user)
        if negotiation := self.parent.form.cleaned_data.get("negotiation"):
            found = found.filter(negotiation=negotiation)
        return found


@extend_schema_field(str)
class Code(Pointing):
    """``?issue=ceasefire``"""

    field_class = forms.CharField
    by = "code"


@extend_schema_field(int)
class Number(Pointing):
    """``?round=12``"""

    field_class = forms.IntegerField
    by = "pk"

    def __init__(self, pointed, field_name, **options):
        super().__init__(pointed, field_name, min_value=1, max_value=LARGEST_ID, **options)


@extend_schema_field(int)
class Whole(django_filters.Filter):
    """``?number=2``"""

    field_class = forms.IntegerField


class _Several(forms.Field):
    """Every value that a parameter was given."""

    widget = forms.SelectMultiple

    def clean(self, value):
        return [forms.CharField(max_length=200).clean(text) for text in value or () if text]


class _SeveralNumbers(_Several):
    def clean(self, value):
        number = forms.IntegerField(min_value=1, max_value=LARGEST_ID)
        return [number.clean(text) for text in super().clean(value)]


class _AnyOf(Pointing):
    """Rows that point to any of those named; each must be there."""

    several = True

    def filter(self, rows, value):
        if not value:
            return rows
        return rows.filter(self.pointing(self.numbers(value)))

    def numbers(self, value) -> set[int]:
        """Return the numbers of what is named; raise ``ValidationError`` if one is missing."""
        named = self.visible().filter(**{f"{self.by}__in": value}).values_list(self.by, "pk")
        found = list(named)
        if set(value) - {name for name, _pk in found}:
            raise DjangoValidationError(
                _("There is no such %(kind)s here.") % {"kind": self.pointed._meta.verbose_name}
            )
        return {pk for _name, pk in found}

    def pointing(self, numbers: set[int]) -> models.Q:
        pointing = models.Q(**{f"{self.field_name}__in": numbers})
        if self.through is None:
            return pointing
        links, back = self.through
        user = self.parent.request.user
        return models.Q(pk__in=links.objects.visible_to(user).filter(pointing).values(back))


@extend_schema_field({"type": "array", "items": {"type": "string"}})
class Codes(_AnyOf):
    """``?party=UA&party=RU``: any of these."""

    field_class = _Several
    by = "code"


@extend_schema_field({"type": "array", "items": {"type": "integer"}})
class Numbers(_AnyOf):
    """``?round=12&round=13``: any of these."""

    field_class = _SeveralNumbers
    by = "pk"


class Choices(django_filters.MultipleChoiceFilter):
    """``?kind=offer&kind=demand``: any of these."""

    several = True

    def __init__(self, choices: type[models.TextChoices], **options):
        super().__init__(choices=choices.choices, **options)


class Choice(django_filters.ChoiceFilter):
    """``?kind=offer``"""

    def __init__(self, choices: type[models.TextChoices], **options):
        super().__init__(choices=choices.choices, **options)


@extend_schema_field(bool)
class YesNo(django_filters.TypedChoiceFilter):
    """``?attended=true``"""

    def __init__(self, **options):
        super().__init__(
            choices=[("true", "true"), ("false", "false")],
            coerce=lambda word: {"true": True, "false": False}.get(word),
            **options,
        )

    def filter(self, rows, value):
        return rows if value in EMPTY_VALUES else rows.filter(**{self.field_name: value})


class Day(django_filters.DateFilter):
    """``?as_of=2025-06-02``: by the end of that day, in a verb of the query set."""

    field_class = DayField

    def __init__(self, verb: str, **options):
        self.verb = verb
        super().__init__(**options)

    def filter(self, rows, value):
        return rows if value is None else getattr(rows, self.verb)(value)


class Order(django_filters.OrderingFilter):
    """``?ordering=-stated``; what is equal comes in the order of its numbers."""

    def filter(self, rows, value):
        if value in EMPTY_VALUES:
            return rows
        if not all(value):
            raise DjangoValidationError(_("Give a name before and after each comma."))
        return rows.order_by(*(self.get_ordering_value(name) for name in value), "pk")


class Filters(FilterSet):
    """Filters that refuse unknown parameters, empty values and names of nothing.

    A set holds the filters only that are asked for. To copy them all and to make a field of each
    takes longer than to ask the database.
    """

    base_filters: dict[str, django_filters.Filter]

    def __init__(self, data=None, *args, **options):
        self.there = self.base_filters
        asked = data or {}
        self.base_filters = {name: each for name, each in self.there.items() if name in asked}
        super().__init__(data, *args, **options)

    def is_valid(self):
        several = {n for n, each in self.there.items() if getattr(each, "several", False)}
        once = [*(self.there.keys() - several), *LIST_PARAMETERS]
        refuse_careless(self.data, once=once, many=several)
        return super().is_valid()

    def filter_queryset(self, rows):
        errors = {}
        for name, value in self.form.cleaned_data.items():
            try:
                rows = self.filters[name].filter(rows, value)
            except DjangoValidationError as error:
                errors[name] = error.messages
        if errors:
            raise ValidationError(errors)
        return rows


class Revision(Whole):
    """``?revision=57``: the records of one negotiation as they stood then.

    The view reads the past; here it is only checked.
    """

    def __init__(self, **options):
        super().__init__(min_value=1, max_value=LARGEST_ID, **options)

    def filter(self, rows, value):
        if value is None:
            return rows
        negotiation = self.parent.form.cleaned_data.get("negotiation")
        if negotiation is None:
            raise DjangoValidationError(_("Say which negotiation: each counts its own revisions."))
        if value > negotiation.revision:
            raise DjangoValidationError(
                _("The newest revision is %(newest)s.") % {"newest": negotiation.revision}
            )
        return rows


def _visible_negotiations(request):
    return Negotiation.objects.visible_to(request.user)


class ScopedFilters(Filters):
    """Filters of what is inside a negotiation."""

    negotiation = django_filters.ModelChoiceFilter(
        queryset=_visible_negotiations,
        to_field_name="slug",
        help_text=_("The negotiation's slug."),
        error_messages={"invalid_choice": _("There is no such negotiation here.")},
    )
    revision = Revision(help_text=_("The records as they stood at this revision."))


class ContentFilters(ScopedFilters):
    """Filters of what editors draft, publish and retract."""

    state = Choice(State)


class NegotiationFilters(Filters):
    ordering = Order(fields=["slug", "title"])


class MembershipFilters(ScopedFilters):
    # Who may see what is decided today.
    revision = None  # type: ignore[assignment]
    user = django_filters.CharFilter(field_name="user__username")
    role = Choice(Membership.Role)
    ordering = Order(fields=["role", "id"])


class PartyFilters(ScopedFilters):
    code = django_filters.CharFilter()
    standing = Choice(Party.Standing)
    ordering = Order(fields=["order", "code", "name", "id"])


class PersonFilters(ScopedFilters):
    name = django_filters.CharFilter(lookup_expr="icontains", help_text=_("Part of the name."))
    ordering = Order(fields=["name", "id"])


class TrackFilters(ScopedFilters):
    ordering = Order(fields=["name", "id"])


class RoundFilters(ContentFilters):
    track = Number(Track, "track")
    party = Code(Party, "party", through=(Participation, "round"))
    number = Whole()
    status = Choice(Round.Status)
    # "format" itself asks for JSON or CSV, here as everywhere.
    round_format = Choice(Round.Format, field_name="format")
    ordering = Order(fields=["held", "planned", "number", "id"])


class ParticipationFilters(ContentFilters):
    round = Number(Round, "round")
    party = Code(Party, "party")
    role = Choice(Participation.Role)
    ordering = Order(fields=["round", "role", "id"])


class DelegateFilters(ContentFilters):
    round = Number(Round, "round")
    party = Code(Party, "party")
    person = Number(Person, "person")
    is_head = YesNo()
    attended = YesNo()
    ordering = Order(fields=["round", "id"])


class SourceFilters(ContentFilters):
    outlet = django_filters.CharFilter(lookup_expr="iexact")
    kind = Choice(Source.Kind)
    reliability = Choice(Source.Reliability)
    language = django_filters.CharFilter()
    derived_from = Number(Source, "derived_from")
    corrects = Number(Source, "corrects")
    ordering = Order(fields=["published", "outlet", "id"])
