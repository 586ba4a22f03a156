"""How records look in the API: ranges and dates with both ends, pointers by code or number.

The first half are the fields that all serializers share. An empty choice is null.
"""

from datetime import UTC

from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from negotiations import ranges
from negotiations.models import (
    Delegate,
    Negotiation,
    Participation,
    Party,
    Person,
    Record,
    Round,
    Source,
    Track,
)
from negotiations.models.base import Scoped
from negotiations.models.fields import QuantityField


def _ends(low: str, high: str, kind: str) -> dict:
    end = {"type": "string", "nullable": True} | ({"format": kind} if kind else {})
    return {"type": "object", "properties": {low: end, high: end}, "required": [low, high]}


@extend_schema_field(_ends("low", "high", ""))
class QuantityJSON(serializers.Field):
    """``{"low": "2", "high": "3"}``; null where there is no limit."""

    def to_representation(self, value):
        return ranges.quantity_json(value)

    def to_internal_value(self, data):
        try:
            return ranges.quantity_from_json(data)
        except ranges.UnclearRange as error:
            raise serializers.ValidationError(str(error)) from error


@extend_schema_field(_ends("earliest", "latest", "date"))
class DatesJSON(serializers.Field):
    """``{"earliest": "2025-06-02", "latest": "2025-06-02"}``; null where there is no limit."""

    def to_representation(self, value):
        return ranges.dates_json(value)

    def to_internal_value(self, data):
        try:
            return ranges.dates_from_json(data)
        except ranges.UnclearRange as error:
            raise serializers.ValidationError(str(error)) from error


@extend_schema_field(_ends("earliest", "latest", "date-time"))
class TimesJSON(serializers.Field):
    """``{"earliest": "2025-06-02T11:43:00Z", "latest": …}``: instants in UTC, for reading."""

    def to_representation(self, value):
        return {"earliest": _instant(value.lower), "latest": _instant(value.upper)}


def _instant(moment) -> str | None:
    return moment and moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


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


class PointerField(serializers.Field):
    """A pointer in what is written, to what is visible in the same negotiation.

    The serializer's context has ``negotiation`` and ``request``. Hidden and absent look the same.
    """

    by: str
    kind: type
    wrong_kind: str | Promise

    def __init__(self, pointed: type[Scoped] | type[Record], **options):
        self.pointed = pointed
        super().__init__(**options)

    def to_internal_value(self, data):
        if type(data) is not self.kind:
            raise serializers.ValidationError(str(self.wrong_kind))
        rows = self.pointed.objects.visible_to(self.context["request"].user)
        here = rows.filter(negotiation=self.context["negotiation"])
        found = None if "\0" in str(data) else here.filter(**{self.by: data}).first()
        if found is None:
            raise serializers.ValidationError(
                _("There is no such %(kind)s here.") % {"kind": self.pointed._meta.verbose_name}
            )
        return found


@extend_schema_field(str)
class CodePointer(PointerField):
    by, kind, wrong_kind = "code", str, _("Give its code, a text.")


@extend_schema_field(int)
class NumberPointer(PointerField):
    by, kind, wrong_kind = "pk", int, _("Give its number.")


class VersionField(serializers.IntegerField):
    """The version that was read before it was edited."""

    def __init__(self, **options):
        super().__init__(min_value=1, max_value=2**31 - 1, **options)


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


class InputSerializer(RecordSerializer):
    """Base of what editors write: refuses names that it does not know."""

    reason = serializers.CharField(
        required=False, allow_blank=True, max_length=500, help_text=_("Why, for the history.")
    )

    def to_internal_value(self, data):
        if isinstance(data, dict):
            known = [name for name, field in self.fields.items() if not field.read_only]
            unknown = data.keys() - set(known)
            if unknown:
                raise serializers.ValidationError(
                    {
                        name: [
                            _("This cannot be written here; there are %(known)s.")
                            % {"known": ", ".join(known)}
                        ]
                        for name in sorted(unknown)
                    }
                )
        return super().to_internal_value(data)


class NegotiationSerializer(RecordSerializer):
    revision = serializers.IntegerField(read_only=True)

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
        ]


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
]


class SourceSerializer(ScopedSerializer):
    class Meta:
        model = Source
        fields = read_only_fields = ["id", "negotiation", *SOURCE_FIELDS, "state", "version"]


class SourceInput(InputSerializer):
    """A source as it is recorded."""

    negotiation = serializers.SlugField(help_text=_("The negotiation's slug."))
    derived_from = NumberPointer(Source, required=False, allow_null=True)
    corrects = NumberPointer(Source, required=False, allow_null=True)

    class Meta:
        model = Source
        fields = ["negotiation", *SOURCE_FIELDS, "reason"]
        # Quotes are found in it by their offsets.
        extra_kwargs: dict = {"text": {"trim_whitespace": False}}


class SourceEdit(SourceInput):
    """An edit of a source: what is given changes, the rest stays."""

    negotiation = None
    version = VersionField()

    class Meta(SourceInput.Meta):
        fields = [*SOURCE_FIELDS, "reason", "version"]
        extra_kwargs = SourceInput.Meta.extra_kwargs | {"outlet": {"required": False}}
