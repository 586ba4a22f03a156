"""One's address of mail: given, confirmed by a link that is sent there, and removed.

An account has one. Another one waits until it is confirmed, and then takes its place; until then a
link to a new password goes where it went before.
"""

from allauth.account import views as account
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.emailforms import count_letter, waiting
from config.resend import signed_in

#: What can be done without sending mail.
REMOVE = "action_remove"


class Address(account.EmailView):
    """The address, the one that waits, and what can be done about them."""

    def dispatch(self, request, *args, **kwargs):
        user = request.user
        if user.email != user.email.lower():
            # As allauth compares them.
            user.email = user.email.lower()
            user.save(update_fields=["email"])
        # Whoever runs the site may have given the account another one.
        EmailAddress.objects.filter(user=user, verified=True).exclude(email=user.email).delete()
        return super().dispatch(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        if not settings.EMAIL_HOST and REMOVE not in request.POST:
            return self.get(request, *args, **kwargs)
        raise_if_reauthentication_required(request, app="allauth.account")
        try:
            with transaction.atomic():
                return super().post(request, *args, **kwargs)
        except OSError:
            messages.error(
                request,
                _("The mail server did not take the letter; nothing was changed. Try again later."),
            )
            return redirect("account_email")

    def _action_send(self, request, *args, **kwargs):
        if refused := count_letter(request):
            messages.error(request, refused)
            return self.get(request)
        return super()._action_send(request, *args, **kwargs)

    def _action_remove(self, request, *args, **kwargs):
        if request.POST["email"].lower() == request.user.email:
            # It would take the place of the one that goes, without being confirmed.
            waiting(request.user).delete()
        return super()._action_remove(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        user = self.request.user
        return {
            **super().get_context_data(**kwargs),
            "current": EmailAddress.objects.filter(user=user, email=user.email).first(),
            "waiting": waiting(user).first(),
            "can_send": bool(settings.EMAIL_HOST),
            "contact": settings.CONTACT,
        }


class Confirm(account.ConfirmEmailView):
    """What a link leads to that was sent to an address: confirming it, for whoever gave it."""

    def get_object(self, queryset=None):
        found = super().get_object(queryset)
        if found.email_address.user_id != self.request.user.pk:
            raise Http404
        return found

    def post(self, request, *args, **kwargs):
        raise_if_reauthentication_required(request, app="allauth.account")
        return super().post(request, *args, **kwargs)


takes = require_http_methods(["GET", "HEAD", "POST"])
address = signed_in(takes(never_cache(Address.as_view())))
confirm = signed_in(takes(never_cache(Confirm.as_view())))
