from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User


class Command(BaseCommand):
    help = "Take a user's second step away: for those who lost both their telephone and the codes."

    def add_arguments(self, parser):
        parser.add_argument("username")

    def handle(self, *args, username, **options):
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user called {username}.")
        removed, _kinds = Authenticator.objects.filter(user=user).delete()
        self.stdout.write("Taken away." if removed else "There was none.")
