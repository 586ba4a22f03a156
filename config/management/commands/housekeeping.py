from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db.models import Q
from django.utils import timezone

from accounts.models import ApiToken, Tally
from negotiations import imports, once, presence
from negotiations.exports import clear_expired
from negotiations.models import Intake, UnsavedForm

HALF_TYPED_DAYS = 90
TOKEN_DAYS = 365


def clear_away() -> None:
    """Delete what nobody will ask for again: old sessions, forms, files and tokens."""
    now = timezone.now()
    long_ago = now - timedelta(days=TOKEN_DAYS)
    call_command("clearsessions")
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    Tally.objects.filter(ends__lt=now - timedelta(days=1)).delete()
    UnsavedForm.objects.filter(saved__lt=now - timedelta(days=HALF_TYPED_DAYS)).delete()
    Intake.objects.filter(taken__lt=now - timedelta(days=HALF_TYPED_DAYS)).delete()
    clear_expired()
    imports.clear_expired()
    once.clear_expired()
    presence.clear_expired()
    ApiToken.objects.filter(Q(revoked__lt=long_ago) | Q(expires__lt=long_ago.date())).delete()


class Command(BaseCommand):
    help = (
        "Delete sessions that have ended, forms left half-typed and texts not saved for 90 days, "
        "exports whose time is up, keys under which something was sent more than a day ago, and "
        "API tokens that were revoked or have expired a year ago. "
        "The worker does it daily."
    )

    def handle(self, *args, **options):
        clear_away()
