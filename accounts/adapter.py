from allauth.account.adapter import DefaultAccountAdapter
from django.urls import reverse


class InvitedOnlyAdapter(DefaultAccountAdapter):
    """Accounts are made by those who run the site, or by whoever has a link that invites them."""

    def is_open_for_signup(self, request):
        """Let those in whose link a page has found open, and has put on the request."""
        return getattr(request, "invitation", None) is not None

    def get_password_change_redirect_url(self, request):
        return reverse("account")
