"""Accounts and tokens, for those who run the site."""

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken, User
from config.admin import ReadOnly
from negotiations.leaving import delete_account

RIGHTS = ("is_active", "is_staff", "is_superuser")


def password_link(request, user: User) -> str:
    """Return the address at which ``user`` can choose a password, once and for three days."""
    number = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("password-choose", args=[number, default_token_generator.make_token(user)])
    return request.build_absolute_uri(path)


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Accounts are made, changed, closed and deleted; their names stay, as the history has them."""

    list_display = ("username", "get_full_name", "email", *RIGHTS, "last_login")
    list_filter = RIGHTS
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (
            _("Rights"),
            {
                "fields": RIGHTS,
                "description": _("Whoever runs the site has all three; editors need the first."),
            },
        ),
        (_("Dates"), {"fields": ("last_login", "date_joined", "deleted")}),
    )
    readonly_fields = ("last_login", "date_joined", "deleted")
    filter_horizontal = ()
    actions = ("make_password_links", "close_accounts", "delete_accounts")

    def get_readonly_fields(self, request, obj=None):
        own = RIGHTS if obj == request.user else ()  # nobody locks themselves out
        return (*super().get_readonly_fields(request, obj), *own)

    def has_change_permission(self, request, obj=None):
        is_deleted = obj is not None and obj.deleted is not None
        return not is_deleted and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.action(description=_("Delete these accounts; their names stay on their work"))
    def delete_accounts(self, request, users):
        chosen = users.filter(deleted=None).exclude(pk=request.user.pk)
        if "confirmed" not in request.POST:
            context = {**self.admin_site.each_context(request), "users": chosen, "opts": self.opts}
            return render(request, "admin/accounts/user/delete.html", context)
        for account in chosen:
            try:
                delete_account(account, user=request.user)
            except ValidationError as error:
                said = f"{account}: {' '.join(error.messages)}"
                self.message_user(request, said, messages.ERROR)
            else:
                self.message_user(request, _("Deleted: %s.") % account, messages.SUCCESS)
        return None

    @admin.action(description=_("Make links with which they choose a password"))
    def make_password_links(self, request, users):
        links = [(user, password_link(request, user)) for user in users.filter(is_active=True)]
        context = {**self.admin_site.each_context(request), "links": links, "opts": self.opts}
        response = render(request, "admin/accounts/user/links.html", context)
        add_never_cache_headers(response)
        return response

    @admin.action(description=_("Close these accounts"))
    def close_accounts(self, request, users):
        closed = users.exclude(pk=request.user.pk).update(is_active=False)
        self.message_user(request, _("Closed: %(n)s.") % {"n": closed}, messages.SUCCESS)


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnly):
    """The tokens of all; their keys are nobody's to see."""

    list_display = ("name", "user", "created", "expires", "last_used", "revoked")
    list_filter = ("user",)
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    fields = ("name", "user", "created", "expires", "last_used", "revoked")
    actions = ("revoke_tokens",)

    @admin.action(description=_("Revoke these tokens"))
    def revoke_tokens(self, request, tokens):
        for token in tokens:
            token.revoke()
        done = _("Revoked: %(n)s.") % {"n": len(tokens)}
        self.message_user(request, done, messages.SUCCESS)
