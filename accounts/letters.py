"""Links to choose a new password, by mail.

Whoever asks only has the address written down, whether there is an account or not: the page
cannot tell, nor can a clock. The worker looks later whose address it is, and writes.
"""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.db import connection, transaction
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from accounts.models import Letter, User

#: What the worker listens to for letters.
CHANNEL = "parley_letters"
#: After so many failures of the mail server a letter is given up.
TRIES = 6
FIRST_WAIT = timedelta(minutes=1)


def ask_for_letter(email: str, site: str) -> None:
    """Have a link sent to whoever has the address ``email``, for the site at ``site``."""
    with transaction.atomic():
        Letter.objects.create(email=email, site=site)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


def send_next() -> bool:
    """Send the letter that has waited longest; return whether there was one.

    A letter that the mail server did not take waits longer each time. Letters of one address go
    to all its accounts.
    """
    with transaction.atomic():
        due = Letter.objects.select_for_update(skip_locked=True).filter(due__lte=Now())
        letter = due.order_by("due", "pk").first()
        if letter is None:
            return False
        try:
            _send(letter)
        except OSError:
            _put_off(letter)
        else:
            letter.delete()
    return True


def link_to_choose(user: User) -> str:
    """Return the path at which ``user`` can choose a password, once and for three days."""
    number = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("password-choose", args=[number, default_token_generator.make_token(user)])


def _send(letter: Letter) -> None:
    for user in User.objects.filter(email__iexact=letter.email, is_active=True).order_by("pk"):
        link = letter.site + link_to_choose(user)
        text = render_to_string("accounts/letter.txt", {"user": user, "link": link})
        # To the address that we have, not to the one that was typed.
        send_mail(_("A new password for Parley"), text, settings.DEFAULT_FROM_EMAIL, [user.email])


def _put_off(letter: Letter) -> None:
    letter.tries += 1
    if letter.tries >= TRIES:
        letter.delete()
        return
    Letter.objects.filter(pk=letter.pk).update(
        tries=letter.tries, due=Now() + FIRST_WAIT * 2 ** (letter.tries - 1)
    )
