"""Managers are led to set up the second step of their sign-in before they do anything else."""

from django.http import JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from config.resend import second_step_owed

#: Below these one sets it up, signs out, and gets what pages are made of.
OPEN = ("/accounts/", "/static/", "/health/")


class LeadManagers:
    """Middleware: whoever owes a second step comes to its page, whatever they ask for.

    What their memberships open is shut anyway (``User.in_force``); this leads there.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path_info.startswith(OPEN) or not request.user.is_authenticated:
            return self.get_response(request)
        if not request.user.owes_second_step:
            return self.get_response(request)
        if request.path_info.startswith("/api/"):
            told = _("Set up the second step of your sign-in first, on the page of your account.")
            return JsonResponse({"detail": told}, status=403)
        if request.method in ("GET", "HEAD"):
            following = urlencode({"next": request.get_full_path()})
            return redirect(f"{reverse('mfa_activate_totp')}?{following}")
        return second_step_owed(request)
