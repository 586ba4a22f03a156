"""How records look in the API: ranges and dates with both ends, pointers by code or number.

The first half are the fields that all serializers share. An empty choice is null. A range is
three columns in a table: as it is printed, and its two ends.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from negotiations import ranges
from negotiations.models import (
    Delegate,
    Membership,
    Negotiation,
    Participation,
    Party,
    Person,
    Round,
    Source,
    Track,
)
from negotiations.models.fields import QuantityField


def _ends(low: str, high: str, kind: str) -> dict:
    end = {"type": "string", "nullable": True} | ({"format": kind} if kind else {})
    return {"type": "object", "properties": {low: end, high: end}, "required": [low, high]}


class RangeField(serializers.Field):
    """A range as an object with two ends."""

    ends: ClassVar[tuple[str, str]]
    #: How a range is written as JSON and read from it.
    written: ClassVar[Callable]
    read: ClassVar[Callable]

    def to_representation(self, value):
        return type(self).written(value)

    def to_internal_value(self, data):
        try:
            return type(self).read(data)
        except ranges.UnclearRange as error:
            raise serializers.ValidationError(str(error)) from error

    def printed(self, value, row) -> str:
        """Return the range as a page prints it; ``row`` is the model's row that has it."""
        raise NotImplementedError

    def numbers(self, value) -> list:
        """Return the two ends as a program takes them from a table."""
        return [self.to_representation(value)[end] for end in self.ends]


@extend_schema_field(_ends("low", "high", ""))
class QuantityJSON(RangeField):
    """``{"low": "2", "high": "3"}``; null where there is no limit."""

    ends = ("low", "high")
    written, read = ranges.quantity_json, ranges.quantity_from_json

    def printed(self, value, row) -> str:
        return ranges.quantity_text(value, getattr(row, "approximate", False))

    def numbers(self, value) -> list:
        return [end and Decimal(end) for end in super().numbers(value)]


@extend_schema_field(_ends("earliest", "latest", "date"))
class DatesJSON(RangeField):
    """``{"earliest": "2025-06-02", "latest": "2025-06-02"}``; null where there is no limit."""

    ends = ("earliest", "latest")
    written, read = ranges.dates_json, ranges.dates_from_json

    def printed(self, value, row) -> str:
        return ranges.date_text(value)

    def numbers(self, value) -> list:
        return [end and date.fromisoformat(end) for end in super().numbers(value)]


@extend_schema_field(_ends("earliest", "latest", "date-time"))
class TimesJSON(RangeField):
    """``{"earliest": "2025-06-02T11:43:00Z", "latest": …}``: instants, shown in UTC."""

    ends = ("earliest", "latest")
    written, read = ranges.times_json, ranges.times_from_json

    def printed(self, value, row) -> str:
        return ranges.times_text(value, row.time_zone)


class WordField(serializers.ChoiceField):
    """One of the words of a choice; null where the model's field is blank."""

    def to_representation(self, value):
        return super().to_representation(value) or None

    def validate_empty_values(self, data):
        is_empty, data = super().validate_empty_values(data)
        return is_empty, "" if data is None else data


class CodeField(serializers.SlugRelatedField):
    """What a record points to, by its code."""

    def __init__(self, slug_field="code", **options):
        super().__init__(slug_field, read_only=True, **options)


class RecordSerializer(serializers.ModelSerializer):
    """Base of all: knows our ranges and choices."""

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        QuantityField: QuantityJSON,
        DateRangeField: DatesJSON,
        DateTimeRangeField: TimesJSON,
    }
    serializer_choice_field = WordField

    def build_standard_field(self, field_name, model_field):
        field_class, options = super().build_standard_field(field_name, model_field)
        if field_class is WordField and options.pop("allow_blank", False):
            options["allow_null"] = True
        return field_class, options


class ScopedSerializer(RecordSerializer):
    """Base of what is inside a negotiation."""

    negotiation = CodeField("slug")


class NegotiationSerializer(RecordSerializer):
    revision = serializers.IntegerField(read_only=True)
    seal = serializers.CharField(
        read_only=True, help_text=_("The hash that seals the history up to the revision.")
    )

    class Meta:
        model = Negotiation
        fields = read_only_fields = [
            "id",
            "slug",
            "title",
            "summary",
            "visibility",
            "review",
            "revision",
            "seal",
        ]


class MembershipSerializer(ScopedSerializer):
    user = CodeField("username")

    class Meta:
        model = Membership
        fields = read_only_fields = ["id", "negotiation", "user", "role"]


class PartySerializer(ScopedSerializer):
    class Meta:
        model = Party
        fields = read_only_fields = [
            "id",
            "negotiation",
            "code",
            "name",
            "aliases",
            "order",
            "standing",
        ]


class PersonSerializer(ScopedSerializer):
    class Meta:
        model = Person
        fields = read_only_fields = ["id", "negotiation", "name", "aliases"]


class TrackSerializer(ScopedSerializer):
    class Meta:
        model = Track
        fields = read_only_fields = ["id", "negotiation", "name"]


class RoundSerializer(ScopedSerializer):
    class Meta:
        model = Round
        fields = read_only_fields = [
            "id",
            "negotiation",
            "track",
            "number",
            "title",
            "status",
            "format",
            "planned",
            "held",
            "time_zone",
            "duration",
            "venue",
            "level",
            "summary",
            "state",
            "version",
        ]


class ParticipationSerializer(ScopedSerializer):
    party = CodeField()

    class Meta:
        model = Participation
        fields = read_only_fields = [
            "id",
            "negotiation",
            "round",
            "party",
            "role",
            "size",
            "state",
            "version",
        ]


class DelegateSerializer(ScopedSerializer):
    party = CodeField()

    class Meta:
        model = Delegate
        fields = read_only_fields = [
            "id",
            "negotiation",
            "round",
            "person",
            "party",
            "capacity",
            "is_head",
            "attended",
            "state",
            "version",
        ]


SOURCE_FIELDS = [
    "outlet",
    "affiliation",
    "author",
    "kind",
    "title",
    "url",
    "published",
    "language",
    "reliability",
    "derived_from",
    "corrects",
    "note",
    "text",
    "text_origin",
]


class SourceSerializer(ScopedSerializer):
    class Meta:
        model = Source
        fields = read_only_fields = [
            "id",
            "negotiation",
            *SOURCE_FIELDS,
            "text_hash",
            "state",
            "version",
        ]
