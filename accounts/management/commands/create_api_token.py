from datetime import timedelta

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import LONGEST_TOKEN, ApiToken, TokenScope, User


class Command(BaseCommand):
    help = "Make an API token for a user and print it, once and alone, on standard output."

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("--name", default="command line", help="what the token is for")
        parser.add_argument(
            "--scope",
            choices=TokenScope.values,
            default=TokenScope.WRITE,
            help="whether it only reads; without, it reads and writes",
        )
        parser.add_argument(
            "--negotiation", metavar="ADDRESS", help="the only one that it opens, such as the-talks"
        )
        parser.add_argument(
            "--days",
            type=int,
            default=LONGEST_TOKEN.days,
            help="how many days it works from today, a year at most",
        )

    def handle(self, *args, username, name, scope, negotiation, days, **options):
        try:
            user = User.objects.get(username=username)
        except User.DoesNotExist as error:
            raise CommandError(f"There is no user called {username}.") from error
        if not 0 <= days <= LONGEST_TOKEN.days:
            raise CommandError(f"A token works for 0 to {LONGEST_TOKEN.days} days.")
        only = None
        if negotiation:
            negotiations = apps.get_model("negotiations", "Negotiation").objects
            only = negotiations.visible_to(user).filter(slug=negotiation).first()
            if only is None:
                raise CommandError(f"{username} sees no negotiation at {negotiation}.")
        expires = timezone.localdate() + timedelta(days=days)
        key = ApiToken.issue(user=user, name=name, expires=expires, scope=scope, negotiation=only)
        self.stdout.write(key)
