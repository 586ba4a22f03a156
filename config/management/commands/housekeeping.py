import time
from datetime import timedelta

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connection
from django.db.models import Q
from django.utils import timezone

from accounts.models import ApiToken
from config.processes import exit_on_stop_signals
from negotiations.models import UnsavedForm

HALF_TYPED_DAYS = 90
TOKEN_DAYS = 365
SECONDS_UNTIL_NEXT_TRY = 60


def clear_away() -> None:
    """Delete what nobody will ask for again: old sessions, half-typed forms and dead tokens."""
    now = timezone.now()
    long_ago = now - timedelta(days=TOKEN_DAYS)
    call_command("clearsessions")
    UnsavedForm.objects.filter(saved__lt=now - timedelta(days=HALF_TYPED_DAYS)).delete()
    ApiToken.objects.filter(Q(revoked__lt=long_ago) | Q(expires__lt=long_ago.date())).delete()


class Command(BaseCommand):
    help = (
        "Delete sessions that have ended, forms left half-typed for 90 days, and API tokens that "
        "were revoked or have expired a year ago."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--every", type=float, metavar="HOURS", help="do it again and again, until stopped"
        )

    def handle(self, *args, every, **options):
        if every is None:
            clear_away()
            return
        exit_on_stop_signals()
        while True:
            pause = every * 3600
            try:
                clear_away()
            except (OperationalError, InterfaceError) as error:
                self.stderr.write(f"Housekeeping will try again: {error}")
                pause = SECONDS_UNTIL_NEXT_TRY
            # The database may be gone and back before the next time.
            connection.close()
            time.sleep(pause)
