"""The administration at ``/admin/``, for those who run the site."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.utils.translation import gettext_lazy as _

OURS = frozenset({"accounts", "config", "negotiations", "positions"})


class Site(admin.AdminSite):
    """Nobody but superusers gets in; to others who are signed in, it is not there."""

    site_header = site_title = _("Parley: administration")
    index_title = _("Those who run the site")
    enable_nav_sidebar = False

    def register(self, model_or_iterable, admin_class=None, **options):
        """Show what is ours to show: libraries bring forms that know no rule of ours."""
        if admin_class is not None and admin_class.__module__.split(".")[0] in OURS:
            super().register(model_or_iterable, admin_class, **options)

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
