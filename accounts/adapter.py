from allauth.account.adapter import DefaultAccountAdapter
from django.urls import reverse


class InvitedOnlyAdapter(DefaultAccountAdapter):
    """Accounts are made by those who run the site; nobody signs up by themselves."""

    def is_open_for_signup(self, request):
        return False

    def get_password_change_redirect_url(self, request):
        return reverse("account")
