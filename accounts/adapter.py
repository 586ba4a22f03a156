from allauth.account.adapter import DefaultAccountAdapter


class InvitedOnlyAdapter(DefaultAccountAdapter):
    """Accounts are made by those who run the site; nobody signs up by themselves."""

    def is_open_for_signup(self, request):
        return False
