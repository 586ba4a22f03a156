"""The API's collections of this app, and what all collections share.

A collection names its query set, serializer, filters and what is sent to write in it; which rows
there are for whom is the query sets' business, and what a write does that of the operations.
"""

from dataclasses import replace
from functools import cached_property, partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import permissions, viewsets
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.response import Response

from config.api import FOR_ONE_ALONE, TABLE_RENDERERS, XLSXRenderer
from negotiations import (
    api_input,
    csvtables,
    filters,
    memberships,
    operations,
    serializers,
    tables,
    xlsxtables,
)
from negotiations import api_preconditions as preconditions
from negotiations.api_once import OnceForAKey
from negotiations.edits import EditBy, edits_since
from negotiations.models import (
    Content,
    Membership,
    Negotiation,
    Party,
    Person,
    Track,
)
from negotiations.past import at_revision

#: A workbook can be sent only once it is whole, so that a request does not make one of any size.
MOST_SHEET_ROWS = 10_000
NO_SECOND_STEP = _(
    "Whoever begins a negotiation manages it: set up the second step of your sign-in first."
)
TOO_MANY_ROWS = _(
    "More than %(most)s rows are not given as a workbook: take CSV, or ask for fewer."
)


class ReadViewSet(OnceForAKey, viewsets.ReadOnlyModelViewSet):
    """Published rows of negotiations that one may see, and all rows where one writes.

    A list is given in pages of JSON, or whole as CSV or XLSX.
    """

    serializer_class: type[serializers.RecordSerializer]
    http_method_names = ["get", "head"]
    lookup_value_regex = "[0-9]+"

    @property
    def model(self):
        return self.serializer_class.Meta.model

    def get_queryset(self):
        return self.rows_for(self.request.user)

    @classmethod
    def rows_for(cls, user):
        """Return the rows of the collection that ``user`` may see."""
        every: Any = cls.queryset
        rows = every.all().visible_to(user)
        return rows.order_by(*rows.model._meta.ordering, "pk")

    @classmethod
    def complete(cls, rows: list, user) -> list:
        """Return the rows with what takes a query of its own, one for all of them."""
        return rows

    @classmethod
    def table_of(cls, name: str, rows, user) -> tables.Table:
        """Return some of the rows as a table, read from the database while it is written."""
        found = tables.in_batches(rows, lambda batch: cls.complete(batch, user))
        return tables.of_rows(name, cls.serializer_class(), found)

    def paginate_queryset(self, queryset):
        page = super().paginate_queryset(queryset)
        return None if page is None else self.complete(page, self.request.user)

    def get_object(self):
        return self.complete([super().get_object()], self.request.user)[0]

    def retrieve(self, request, *args, **kwargs):
        data = self.get_serializer(self.get_object()).data
        etag = preconditions.etag_of(self, data)
        if preconditions.is_unchanged(request, etag):
            return Response(status=304, headers={"ETag": etag})
        return Response(data, headers={"ETag": etag})

    def get_renderers(self):
        tables = [renderer() for renderer in TABLE_RENDERERS] if self.action == "list" else []
        return [*super().get_renderers(), *tables]

    def list(self, request, *args, **kwargs):
        past = self._past()
        if past is None:
            return self._listed(request, *args, whole=False, **kwargs)
        with at_revision(*past):
            return self._listed(request, *args, whole=True, **kwargs)

    def _past(self) -> tuple[Negotiation, int] | None:
        """The negotiation and the revision asked for; what is wrong with them the filters tell."""
        query = self.request.query_params
        number, slug = query.get("revision", ""), query.get("negotiation", "")
        if not (number.isascii() and number.isdecimal() and len(number) < 19) or "\0" in slug:
            return None
        visible = Negotiation.objects.visible_to(self.request.user).with_revision()
        negotiation = visible.filter(slug=slug).first()
        if negotiation is None or not 1 <= int(number) <= negotiation.revision:
            return None
        return negotiation, int(number)

    def _listed(self, request, *args, whole: bool, **kwargs):
        """The list as JSON or a table, which is read to its end at once where it must be whole."""
        if not isinstance(request.accepted_renderer, tuple(TABLE_RENDERERS)):
            return super().list(request, *args, **kwargs)
        if paged := [name for name in filters.PAGE_PARAMETERS if name in request.query_params]:
            raise ValidationError({name: [_("A table has every row.")] for name in paged})
        rows = self.filter_queryset(self.get_queryset())
        of = request.query_params.get("negotiation", "parley")
        collection = request.path.split("/")[-2]
        name = f"{of}-{collection}-{timezone.localdate().isoformat()}"
        table = self.table_of(collection, rows, request.user)
        if whole:
            table = replace(table, lines=list(table.lines))
        if not isinstance(request.accepted_renderer, XLSXRenderer):
            return csvtables.download(name, table)
        if rows.count() > MOST_SHEET_ROWS:
            raise ValidationError({"format": [TOO_MANY_ROWS % {"most": MOST_SHEET_ROWS}]})
        return xlsxtables.download(name, [table])


class TokenWrites(permissions.BasePermission):
    """A token that only reads writes nothing, whatever its user may; it is told so."""

    message = _("This token only reads. To write, use one with the scope “write” (read and write).")

    def has_permission(self, request, view):
        # Whoever sent no token is for others to judge.
        return request.method in permissions.SAFE_METHODS or getattr(
            request.user, "may_write", True
        )


class EditorsWrite(permissions.BasePermission):
    """Anybody reads; editors, reviewers and managers write in their negotiations."""

    def has_permission(self, request, view):
        if request.method in permissions.SAFE_METHODS:
            return True
        return request.user.is_authenticated

    def has_object_permission(self, request, view, obj):
        if request.method in permissions.SAFE_METHODS:
            return True
        negotiation = obj.pk if isinstance(obj, Negotiation) else obj.negotiation_id
        return self.writable(request.user).filter(pk=negotiation).exists()

    def writable(self, user):
        return Negotiation.objects.editable_by(user)


class ManagersWrite(EditorsWrite):
    """Managers alone change their negotiation's settings and members."""

    def writable(self, user):
        return Negotiation.objects.managed_by(user)


class WriteViewSet(ReadViewSet):
    """A collection whose rows are added with POST, changed with PATCH, taken out with DELETE.

    ``record``, ``edit`` and ``remove`` call the operations that pages call, too.
    """

    http_method_names = ["get", "head", "post", "patch", "delete"]
    permission_classes = [TokenWrites, EditorsWrite]
    input_class: type[api_input.ReasonedInput]

    @cached_property
    def edit_class(self) -> type[api_input.ReasonedInput]:
        return api_input.edit_of(self.input_class)

    def record(self, **fields):
        return operations.create(self.model, **fields)

    def edit(self, row, **fields):
        return operations.edit(row, **fields)

    def remove(self, row, *, user) -> None:
        operations.remove(row, user=user)

    def create(self, request, *args, **kwargs):
        negotiation = self._negotiation(request.data)
        self.check_object_permissions(request, negotiation)
        fields = self._parsed(self.input_class, negotiation=negotiation)
        row = self.record(user=request.user, **{**fields, "negotiation": negotiation})
        return self._answer(row, status=201)

    def partial_update(self, request, *args, **kwargs):
        row = self.get_object()
        negotiation = getattr(row, "negotiation", row)
        with transaction.atomic():
            if refused := self._lock(row):
                return refused
            fields = self._parsed(self.edit_class, row, negotiation=negotiation)
            if isinstance(row, Content):
                fields.setdefault("version", row.version)
            try:
                edited = self.edit(row, user=request.user, **fields)
            except operations.Conflict:
                return self._outdated(row, fields["version"])
        answer = self._answer(row)
        if getattr(edited, "pending_edit", None):
            # What somebody else has to approve first is taken, and changes nothing yet.
            answer.status_code = 202
        return answer

    def destroy(self, request, *args, **kwargs):
        row = self.get_object()
        with transaction.atomic():
            if refused := self._lock(row):
                return refused
            version = self._version_sent()
            if version is not None and version != operations.version_of(row):
                return self._outdated(row, version)
            self.remove(row, user=request.user)
        return Response(status=204)

    def _lock(self, row) -> Response | None:
        """Keep a row as it is until the transaction ends; return the answer if it is another."""
        operations.lock(row)
        shown = self._shown(row)
        sent = self._version_sent() is not None
        since = partial(self.edits_since, row)
        return preconditions.check(self, shown, version_sent=sent, edits_since=since)

    def edits_since(self, row, version: str) -> list[EditBy]:
        """Return who changed a row after it was ``version``, and when."""
        return edits_since(row, version, self.request.user)

    def _version_sent(self):
        """The version in the body, of records that have one."""
        data: Any = self.request.data
        has_one = isinstance(data, dict) and issubclass(self.model, Content)
        return data.get("version") if has_one else None

    def _outdated(self, row, version) -> Response:
        edits = self.edits_since(row, str(version))
        return preconditions.has_changed(self, self._shown(row), edits, status=409)

    def _answer(self, row, status: int = 200) -> Response:
        data = self._shown(row)
        headers = {"ETag": preconditions.etag_of(self, data)}
        return Response(data, status=status, headers=headers)

    def _negotiation(self, data) -> Negotiation:
        if not isinstance(data, dict):
            raise ValidationError({"detail": [_("Give a JSON object.")]})
        slug = data.get("negotiation")
        if not isinstance(slug, str) or not slug:
            raise ValidationError({"negotiation": [_("Give the slug of a negotiation.")]})
        visible = Negotiation.objects.visible_to(self.request.user)
        found = None if "\0" in slug else next(iter(visible.filter(slug=slug).order_by()), None)
        if found is None:
            raise NotFound({"negotiation": [_("There is no such negotiation here.")]})
        return found

    def _parsed(self, serializer_class, row=None, **context) -> dict:
        context = {**self.get_serializer_context(), **context}
        serializer = serializer_class(row, data=self.request.data, context=context)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _shown(self, row):
        shown = self.get_queryset().get(pk=row.pk)
        return self.get_serializer(self.complete([shown], self.request.user)[0]).data


class NegotiationViewSet(WriteViewSet):
    """Whoever has an account begins negotiations; nobody takes one out."""

    queryset = Negotiation.objects.with_head()
    serializer_class = serializers.NegotiationSerializer
    filterset_class = filters.NegotiationFilters
    input_class = api_input.NegotiationInput
    permission_classes = [TokenWrites, ManagersWrite]
    http_method_names = ["get", "head", "post", "patch"]
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]+"

    def create(self, request, *args, **kwargs):
        if request.user.only_negotiation is not None:
            raise PermissionDenied(FOR_ONE_ALONE)
        if not request.user.may_manage:
            raise PermissionDenied(NO_SECOND_STEP)
        fields = self._parsed(self.input_class)
        started = memberships.start_negotiation(user=request.user, **fields)
        return self._answer(started, status=201)


class MembershipViewSet(WriteViewSet):
    """Managers see and change who is in their negotiation; everybody sees their own part."""

    queryset = Membership.objects.select_related("negotiation", "user")
    serializer_class = serializers.MembershipSerializer
    filterset_class = filters.MembershipFilters
    input_class = api_input.MembershipInput
    permission_classes = [TokenWrites, ManagersWrite]

    def record(self, **fields):
        return memberships.add_member(**fields)

    def edit(self, row, **fields):
        members = {"negotiation": row.negotiation, "member": row.user}
        return memberships.set_role(**members, **{"role": row.role, **fields})

    def remove(self, row, *, user) -> None:
        memberships.remove_member(user=user, negotiation=row.negotiation, member=row.user)


class PartyViewSet(WriteViewSet):
    queryset = Party.objects.select_related("negotiation")
    serializer_class = serializers.PartySerializer
    filterset_class = filters.PartyFilters
    input_class = api_input.PartyInput


class PersonViewSet(WriteViewSet):
    queryset = Person.objects.select_related("negotiation")
    serializer_class = serializers.PersonSerializer
    filterset_class = filters.PersonFilters
    input_class = api_input.PersonInput


class TrackViewSet(WriteViewSet):
    queryset = Track.objects.select_related("negotiation")
    serializer_class = serializers.TrackSerializer
    filterset_class = filters.TrackFilters
    input_class = api_input.TrackInput
