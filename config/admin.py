"""The administration at ``/admin/``, for those who run the site."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.utils.translation import gettext_lazy as _


class Site(admin.AdminSite):
    """Nobody but superusers gets in; to others who are signed in, it is not there."""

    site_header = site_title = _("Parley: administration")
    index_title = _("Those who run the site")
    enable_nav_sidebar = False

    def has_permission(self, request):
        return request.user.is_active and request.user.is_staff and request.user.is_superuser

    def login(self, request, extra_context=None):
        if request.user.is_authenticated and not self.has_permission(request):
            raise Http404
        return redirect_to_login(request.GET.get("next", request.path))


class ReadOnly(admin.ModelAdmin):
    """Rows to look at: they are written elsewhere."""

    actions: Sequence[Any] | None = None

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
