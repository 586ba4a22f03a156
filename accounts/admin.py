"""Accounts and tokens, for those who run the site."""

from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.core.exceptions import ValidationError
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _

from accounts import signing
from accounts.letters import link_to_choose
from accounts.models import ApiToken, User
from config.admin import ReadOnly
from negotiations.leaving import delete_account

RIGHTS = ("is_active", "is_staff", "is_superuser")


def password_link(request, user: User) -> str:
    """Return the address at which ``user`` can choose a password, once and for three days."""
    return request.build_absolute_uri(link_to_choose(user))


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Accounts are made, changed, closed and deleted; their names stay, as the history has them."""

    list_display = ("username", "get_full_name", "email", "second_step", *RIGHTS, "last_login")
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
    actions = (
        "make_password_links",
        "open_locked",
        "take_second_step",
        "close_accounts",
        "delete_accounts",
    )

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

    @admin.action(description=_("Let them try to sign in again at once"))
    def open_locked(self, request, users):
        for user in users:
            signing.open_account(user.get_username())
        self.message_user(request, _("Open: %(n)s.") % {"n": len(users)}, messages.SUCCESS)

    @admin.action(description=_("Take away the second step: telephone and codes are lost"))
    def take_second_step(self, request, users):
        Authenticator.objects.filter(user__in=users).delete()
        self.message_user(request, _("Taken away: %(n)s.") % {"n": len(users)}, messages.SUCCESS)

    @admin.action(description=_("Close these accounts"))
    def close_accounts(self, request, users):
        closed = users.exclude(pk=request.user.pk).update(is_active=False)
        self.message_user(request, _("Closed: %(n)s.") % {"n": closed}, messages.SUCCESS)


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnly):
    """The tokens of all; their keys are nobody's to see."""

    fields = (
        "name", "user", "scope", "negotiation", "created", "expires", "last_used", "revoked"
    )  # fmt: skip
    list_display = fields
    list_filter = ("user",)
    list_select_related = ("user", "negotiation")
    search_fields = ("name", "user__username")
    actions = ("revoke_tokens",)

    @admin.action(description=_("Revoke these tokens"))
    def revoke_tokens(self, request, tokens):
        for token in tokens:
            token.revoke()
        done = _("Revoked: %(n)s.") % {"n": len(tokens)}
        self.message_user(request, done, messages.SUCCESS)
