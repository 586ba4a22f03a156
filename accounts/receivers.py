"""What follows from signing in and from a new password."""

from allauth.account.signals import password_changed, password_set, user_logged_in
from django.contrib import messages
from django.contrib.auth.signals import user_logged_in as session_begun
from django.dispatch import receiver

from accounts import sessions, signing


@receiver(session_begun)
def begin(sender, request, user, **kwargs):
    """Remember that a session which begins is noted as it begins."""
    sessions.have_noted(request)


@receiver(user_logged_in)
def remember(sender, request, response, user, **kwargs):
    """Let the browser keep that somebody has signed in from it, second step included."""
    signing.remember(request, response, user.get_username())


@receiver([password_changed, password_set])
def end_other_sessions(sender, request, user, **kwargs):
    """Sign out every other browser, and say how strong the new password is."""
    sessions.end(sessions.others_of(request))
    if words := getattr(request, "strength", ""):
        messages.info(request, words)
