"""Negotiations, for those who run the site: to look at, and to begin and to give roles in.

What is written goes through operations, as everywhere.
"""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config.admin import ReadOnly
from negotiations.memberships import remove_member, set_role, start_negotiation
from negotiations.models import Changeset, Membership, Negotiation, Record


class ByOperation(admin.ModelAdmin):
    """Rows that operations write; what these refuse is said, and nothing is changed."""

    actions = None

    def changeform_view(self, request, *args, **kwargs):
        try:
            return super().changeform_view(request, *args, **kwargs)
        except ValidationError as error:
            return self._refused(request, error)

    def delete_view(self, request, *args, **kwargs):
        try:
            return super().delete_view(request, *args, **kwargs)
        except ValidationError as error:
            return self._refused(request, error)

    def _refused(self, request, error: ValidationError):
        self.message_user(request, " ".join(error.messages), messages.ERROR)
        return redirect(request.get_full_path())


@admin.register(Negotiation)
class NegotiationAdmin(ByOperation):
    """Whoever begins one manages it; they set it up on the site's own pages."""

    list_display = ("title", "slug", "visibility", "review")
    search_fields = ("title", "slug")
    fields = ("title", "slug", "summary", "visibility", "review")

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        obj.pk = start_negotiation(user=request.user, **form.cleaned_data).pk


class NewMembershipForm(forms.ModelForm):
    """Who gets which role where; a row's negotiation itself is for good, and no field to edit."""

    where = forms.ModelChoiceField(Negotiation.objects.all(), label=_("negotiation"))

    class Meta:
        model = Membership
        fields = ["user", "role"]


@admin.register(Membership)
class MembershipAdmin(ByOperation):
    """Who has which role where."""

    list_display = ("user", "negotiation", "role")
    list_filter = ("negotiation", "role")
    list_select_related = ("user", "negotiation")
    search_fields = ("user__username", "negotiation__title")

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is None:
            kwargs["form"] = NewMembershipForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request, obj=None):
        return ("negotiation" if obj else "where", "user", "role")

    def get_readonly_fields(self, request, obj=None):
        return ("negotiation", "user") if obj else ()

    def save_model(self, request, obj, form, change):
        negotiation = obj.negotiation if change else form.cleaned_data["where"]
        given = set_role(user=request.user, negotiation=negotiation, member=obj.user, role=obj.role)
        obj.pk = given.pk

    def delete_model(self, request, obj):
        remove_member(user=request.user, negotiation=obj.negotiation, member=obj.user)


@admin.register(Record)
class RecordAdmin(ReadOnly):
    """All records by their numbers."""

    list_display = ("id", "kind", "state", "negotiation")
    list_filter = ("negotiation", "kind", "state")
    list_select_related = ("negotiation",)
    search_fields = ("=id",)
    fields = ("id", "kind", "state", "negotiation")

    def view_on_site(self, record):
        return reverse("record", args=[record.negotiation.slug, record.pk])


@admin.register(Changeset)
class ChangesetAdmin(ReadOnly):
    """What was changed in each revision, by whom and why."""

    list_display = ("negotiation", "revision", "sealed", "user_name", "db_role", "reason", "rows")
    list_filter = ("negotiation",)
    list_select_related = ("negotiation",)
    search_fields = ("user_name", "reason")
    fields = list_display
