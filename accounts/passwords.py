"""Which passwords are taken, and how strong one is, in words."""

import math
import re

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

#: Long enough for any sentence; hashing more would be work for nothing.
LONGEST = 1024
#: What is put around a common word to make it look like a password.
AROUND = re.compile(r"^[\W\d_]+|[\W\d_]+$")
LETTERS = [(r"[a-z]", 26), (r"[A-Z]", 26), (r"\d", 10), (r"[^\w]|_", 20), (r"[^\x00-\x7f]", 60)]
ENOUGH_BITS, MANY_BITS = 45, 70


class NotCommon(CommonPasswordValidator):
    """Refuses the most common passwords, also with figures and signs around them."""

    def validate(self, password, user=None):
        super().validate(password, user)
        core = AROUND.sub("", password).lower()
        if core and core in self.passwords and len(password) < len(core) + 6:
            raise ValidationError(
                _("This is a common password with something around it."), code="password_too_common"
            )

    def get_help_text(self):
        return _("Not one of the common ones. A sentence is easy to keep and hard to guess.")


class NotEndless:
    """Refuses what is longer than any password need be."""

    def validate(self, password, user=None):
        if len(password) > LONGEST:
            raise ValidationError(
                _("At most %(most)s characters."),
                code="password_too_long",
                params={"most": LONGEST},
            )

    def get_help_text(self):
        return _("Any letters, figures, signs and spaces, up to %(most)s.") % {"most": LONGEST}


def strength(password: str) -> str:
    """Say how hard a password is to guess, in words."""
    bits = guessing(password)
    if bits < ENOUGH_BITS:
        return _("It is saved, but short or repetitive: a few more words would make it stronger.")
    if bits < MANY_BITS:
        return _("It is good: guessing it would take very long.")
    return _("It is strong: guessing it is out of reach.")


def guessing(password: str) -> float:
    """Return roughly how many times a guesser has to halve what it might be.

    Letters that repeat what is before them, or go on from it as in a row of keys, count little.
    """
    alphabet = sum(size for pattern, size in LETTERS if re.search(pattern, password)) or 1
    news = 0.0
    for at, letter in enumerate(password):
        before = password[max(0, at - 1) : at]
        goes_on = bool(before) and abs(ord(letter) - ord(before)) <= 1
        again = at >= 3 and password[at - 2 : at + 1] in password[: at - 1]
        news += 0.25 if goes_on or again else 1.0
    # Words of a language are easier to guess than their letters.
    easier = 0.5 if re.fullmatch(r"[^\W\d_]+(?:\s[^\W\d_]+)*", password) else 0.8
    return news * math.log2(alphabet) * easier
