"""What editors write through the API: fields by name, what they point to by code or number.

An input lists the fields of its model that are written; how each is read follows from the model,
and the operations decide what is right. ``Meta.once`` names what no edit changes, and
``Meta.example`` is shown in the API's description.
"""

import functools
from typing import ClassVar

from django.contrib.auth import get_user_model
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.validators import UniqueValidator

from negotiations.models import (
    Content,
    Membership,
    Negotiation,
    Party,
    Person,
    Record,
    State,
    Track,
)
from negotiations.models.base import Scoped
from negotiations.serializers import RecordSerializer

#: What an edit may make of a record.
WRITTEN_STATES = [(state.value, state.label) for state in State]


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
        named = here.filter(**{self.by: data}).order_by()
        found = None if "\0" in str(data) else next(iter(named), None)
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


class CodePointers(serializers.ListField):
    """Codes of rows, each counted once."""

    def __init__(self, pointed: type[Scoped], **options):
        super().__init__(child=CodePointer(pointed), **options)

    def to_internal_value(self, data):
        return list(dict.fromkeys(super().to_internal_value(data)))


class UserField(serializers.SlugRelatedField):
    """Somebody with an account, by the name they sign in with."""

    default_error_messages = {"does_not_exist": _("Nobody signs in with this name.")}

    def __init__(self, **options):
        super().__init__("username", queryset=get_user_model().objects.all(), **options)

    def to_internal_value(self, data):
        if not isinstance(data, str) or "\0" in data:
            self.fail("does_not_exist")
        return super().to_internal_value(data)


class VersionField(serializers.IntegerField):
    """The version that was read before it was edited; needed without ``If-Match``."""

    def __init__(self, **options):
        super().__init__(min_value=1, max_value=2**31 - 1, **options)


class InputSerializer(RecordSerializer):
    """Base of what editors write: refuses names that it does not know.

    What a model's field points to is given by its code, or its number if it has none.
    """

    def build_relational_field(self, field_name, relation_info):
        field, pointed = relation_info.model_field, relation_info.related_model
        if relation_info.to_many:
            return CodePointers, {"pointed": pointed, "required": False}
        by_code = any(each.name == "code" for each in pointed._meta.concrete_fields)
        options = {"required": False, "allow_null": True} if field.null else {}
        if field.help_text:
            options["help_text"] = field.help_text
        return CodePointer if by_code else NumberPointer, {"pointed": pointed, **options}

    # What must be unique is the database's business, and the operations put it into words.
    def get_uniqueness_extra_kwargs(self, field_names, declared_fields, extra_kwargs):
        return extra_kwargs, {}

    def get_unique_together_validators(self):
        return []

    def build_standard_field(self, field_name, model_field):
        field_class, options = super().build_standard_field(field_name, model_field)
        validators = options.get("validators", [])
        kept = [check for check in validators if not isinstance(check, UniqueValidator)]
        return field_class, {**options, "validators": kept} if validators else options

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


class ReasonedInput(InputSerializer):
    """What is written on its own, with a reason for the history."""

    def get_fields(self):
        reason = serializers.CharField(
            required=False, allow_blank=True, max_length=500, help_text=_("Why, for the history.")
        )
        return {**super().get_fields(), "reason": reason}


class RowInput(ReasonedInput):
    """A row inside a negotiation."""

    def get_fields(self):
        slug = serializers.SlugField(help_text=_("The negotiation's slug."))
        return {"negotiation": slug, **super().get_fields()}


class _Edit(ReasonedInput):
    """Makes an input that of an edit: what is given changes, the rest stays.

    Content names the version it is an edit of, and may be published, retracted, sent to review
    or back.
    """

    def get_fields(self):
        fields = super().get_fields()
        model: type[models.Model] = self.Meta.model
        of_what = ("negotiation", getattr(model, "part_of", ""))
        for name in (*of_what, *getattr(self.Meta, "once", ())):
            fields.pop(name, None)
        for field in fields.values():
            field.required = False
        if not issubclass(model, Content):
            return fields
        state = serializers.ChoiceField(
            WRITTEN_STATES,
            required=False,
            help_text=_(
                "“published” shows it to everybody or, where records are reviewed, approves it;"
                " “retracted” takes it back; “in review” sends it to review; “draft” back from it."
            ),
        )
        return {**fields, "state": state, "version": VersionField(required=False)}


@functools.cache
def edit_of(input_class: type[ReasonedInput]) -> type[ReasonedInput]:
    """Return what is sent to edit a row, given what is sent to record one."""
    name = f"{input_class.__name__.removesuffix('Input')}Edit"
    said = {"__module__": input_class.__module__, "__doc__": _Edit.__doc__}
    made: type[ReasonedInput] = type(name, (_Edit, input_class), said)
    return made


class NegotiationInput(ReasonedInput):
    """A negotiation; whoever records it manages it."""

    class Meta:
        model = Negotiation
        fields = ["slug", "title", "summary", "visibility", "review"]
        example: ClassVar = {
            "slug": "river-talks-2026",
            "title": "River talks, 2026",
            "visibility": "members",
        }


class MembershipInput(RowInput):
    """Who joins, and as what."""

    user = UserField(source="member")

    class Meta:
        model = Membership
        fields = ["user", "role"]
        once = ("user",)
        example: ClassVar = {"negotiation": "river-talks-2026", "user": "ana", "role": "editor"}


class PartyInput(RowInput):
    """Who may hold a position."""

    class Meta:
        model = Party
        fields = ["code", "name", "aliases", "order", "standing"]


class PersonInput(RowInput):
    """Who speaks or sits at the table."""

    class Meta:
        model = Person
        fields = ["name", "aliases"]


class TrackInput(RowInput):
    """A strand of the process."""

    class Meta:
        model = Track
        fields = ["name"]
