"""The changes as a program reads them: what their page shows, with the images of the rows."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView

from negotiations.changes import BESIDES, changesets, publications, subject_of
from negotiations.filters import LARGEST_ID, PAGE_PARAMETERS, refuse_careless
from negotiations.models import Changeset, History, Negotiation, Record
from negotiations.models.base import numbered_models

#: So many rows of one changeset are given; an import writes thousands.
ROWS_GIVEN = 200
KINDS = [*Record.Kind.values, *BESIDES]


class ChangedRow(serializers.Serializer):
    """A row as it was before and after, null where it was not there or is not to be seen."""

    kind = serializers.CharField(help_text=_("What people call the rows of its table."))
    table = serializers.CharField(source="table_name")
    id = serializers.IntegerField(source="row_id")
    record = serializers.IntegerField(
        allow_null=True, help_text=_("The record that it is or, of a list, belongs to.")
    )
    operation = serializers.ChoiceField(["added", "changed", "removed"])
    before = serializers.DictField(allow_null=True)
    after = serializers.DictField(allow_null=True)


class ChangeSerializer(serializers.Serializer):
    """One change; who, why and which revision are null for those who do not write there."""

    negotiation = serializers.CharField()
    revision = serializers.IntegerField(allow_null=True)
    time = serializers.DateTimeField()
    user = serializers.CharField(allow_null=True)
    reason = serializers.CharField(allow_null=True)
    row_count = serializers.IntegerField(
        help_text=_("At most %(most)s are given.") % {"most": ROWS_GIVEN}
    )
    rows = ChangedRow(many=True)


class ChangesQuery(forms.Form):
    """What may be asked of the changes."""

    negotiation = forms.ModelChoiceField(
        Negotiation.objects.none(),
        to_field_name="slug",
        error_messages={
            "required": _("Name a negotiation by its slug."),
            "invalid_choice": _("There is no such negotiation here."),
        },
    )
    since = forms.IntegerField(min_value=0, max_value=LARGEST_ID, required=False)
    user = forms.CharField(max_length=150, required=False)
    kind = forms.ChoiceField(choices=[(name, name) for name in KINDS], required=False)
    record = forms.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)

    def __init__(self, data, *, user):
        super().__init__(data)
        choices: Any = self.fields["negotiation"]
        choices.queryset = Negotiation.objects.visible_to(user)
        self.asker = user

    def clean(self):
        given = self.cleaned_data
        if "negotiation" not in given:
            return given
        here = Negotiation.objects.editable_by(self.asker).filter(pk=given["negotiation"].pk)
        given["writes"] = here.exists()
        if given.get("user") and not given["writes"]:
            self.add_error("user", _("Only those who write there see who changed what."))
        if given.get("kind") in BESIDES and not given["writes"]:
            self.add_error("kind", _("Only those who write there see that."))
        if number := given.get("record"):
            records = Record.objects.visible_to(self.asker).filter(negotiation=given["negotiation"])
            given["record"] = records.filter(pk=number).first()
            if given["record"] is None:
                self.add_error("record", _("There is no such record here."))
        return given


class ChangesView(GenericAPIView):
    """Who changed what, newest first; for those who only read, what was published."""

    http_method_names = ["get", "head"]
    serializer_class = ChangeSerializer
    filter_backends = ()

    @extend_schema(
        parameters=[
            OpenApiParameter("negotiation", str, required=True, description=_("Its slug.")),
            OpenApiParameter("since", int, description=_("After this revision.")),
            OpenApiParameter("user", str, description=_("Whose changes: a username.")),
            OpenApiParameter("kind", str, enum=KINDS),
            OpenApiParameter(
                "record", int, description=_("Of this record, its parts and its lists.")
            ),
        ],
        responses=ChangeSerializer(many=True),
    )
    def get(self, request):
        query = request.query_params
        form = ChangesQuery(query, user=request.user)
        refuse_careless(query, once=[*form.fields, *PAGE_PARAMETERS])
        if not form.is_valid():
            raise ValidationError(
                {name: [str(word) for word in told] for name, told in form.errors.items()}
            )
        asked = form.cleaned_data
        give = self._changesets if asked["writes"] else self._publications
        return self.get_paginated_response(self.get_serializer(give(asked), many=True).data)

    def _changesets(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        sets = changesets(
            negotiation=asked["negotiation"],
            user=self.request.user,
            who=asked["user"],
            kind=asked["kind"],
        )
        if asked["since"] is not None:
            sets = sets.filter(revision__gt=asked["since"])
        only = Q()
        if asked["record"]:
            numbers = History.objects.of_record(asked["record"]).values("pk")
            only = Q(pk__in=numbers)
            sets = sets.filter(Exists(History.objects.filter(only, changeset=OuterRef("pk"))))
        page = self.paginate_queryset(sets) or []
        rows = History.objects.filter(only, changeset__in=[each.pk for each in page])
        placed = rows.annotate(
            place=Window(RowNumber(), partition_by="changeset", order_by="pk")
        ).filter(place__lte=ROWS_GIVEN)
        given = History.objects.filter(pk__in=placed.values("pk")).with_image_before()
        ordered = given.order_by("changeset", "pk")
        by_set = {pk: list(its) for pk, its in groupby(ordered, key=lambda row: row.changeset_id)}
        return [_change(each, by_set.get(each.pk, ())) for each in page]

    def _publications(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        rows = publications(
            negotiation=asked["negotiation"],
            user=self.request.user,
            kind=asked["kind"],
            after=asked["since"],
            record=asked["record"],
        )
        return [_published(row) for row in self.paginate_queryset(rows) or []]


def _change(changeset: Changeset, rows: Iterable[History]) -> dict[str, Any]:
    return {
        "negotiation": changeset.negotiation.slug,
        "revision": changeset.revision,
        "time": changeset.sealed,
        "user": changeset.user_name or changeset.db_role,
        "reason": changeset.reason or "",
        "row_count": changeset.rows,
        "rows": [_row(row, row.before) for row in rows],
    }


def _published(row: History) -> dict[str, Any]:
    """Return what a reader is told: what the row had been before, if that was published, too."""
    before = row.before
    if before is not None and before.get("state", "published") != "published":
        before = None
    return {
        "negotiation": row.changeset.negotiation.slug,
        "revision": None,
        "time": row.changeset.sealed,
        "user": None,
        "reason": None,
        "row_count": 1,
        "rows": [_row(row, before)],
    }


def _row(row: History, before: dict[str, Any] | None) -> dict[str, Any]:
    model, number = subject_of(row)
    is_numbered = model in numbered_models().values()
    told = {"I": "added", "U": "changed", "D": "removed"}[row.operation]
    return {
        "kind": str(model._meta.verbose_name),
        "table_name": row.table_name,
        "row_id": row.row_id,
        "record": number if is_numbered else None,
        "operation": "added" if told == "changed" and before is None else told,
        "before": None if told == "added" else before,
        "after": None if told == "removed" else row.data,
    }
