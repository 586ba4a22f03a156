"""Which passwords are taken, and how strong one is, in words.

How many guesses one takes is told by zxcvbn, which knows common passwords, words, names, dates and
rows of keys. What it costs to ask it is bounded here, since anybody may type anything.
"""

import re
import unicodedata
from calendar import month_abbr
from dataclasses import dataclass, replace

from django.contrib.auth.password_validation import CommonPasswordValidator, validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

#: Long enough for any sentence; hashing more would be work for nothing.
LONGEST = 1024
#: What is put around a common word to make it look like a password.
AROUND = re.compile(r"^[\W\d_]+|[\W\d_]+$")
#: So much of a password is looked at in one go; of a longer one, its two ends.
WINDOW = 48
#: So many of the user's own words, of so many letters, are looked for.
OWN_WORDS, OWN_LENGTH, SHORTEST_OWN = 20, 80, 3
#: What the library says helped where it was one of them.
OWN = "user_inputs"
#: Signs that stand for letters. The work doubles with each that is tried as one.
DISGUISES, MOST_DISGUISES = "@({[<!|$+%", 3
#: Months by the first letters of their names, which guessers know and the library does not.
MONTHS = {name.lower(): number for number, name in enumerate(month_abbr) if name}
MONTH = re.compile(rf"[\s,.]*\b({'|'.join(MONTHS)})[a-z]*\b[\s,.]*", re.IGNORECASE)
#: The score from which a password is taken, over a hundred million guesses, and is strong.
TAKEN, STRONG = 3, 4


@dataclass(frozen=True)
class Guess:
    """How hard a password is to guess: a score up to 4, the guesses, and what helps a guesser."""

    score: int
    guesses: int
    helped_by: frozenset[str] = frozenset()


class HardToGuess(CommonPasswordValidator):
    """Refuses the most common passwords, and what a program that knows the user guesses soon."""

    def validate(self, password, user=None):
        super().validate(password, user)
        core = AROUND.sub("", password).lower()
        if core and core in self.passwords and len(password) < len(core) + 6:
            said = _("This is a common password with something around it.")
            raise ValidationError(f"{said} {_what_to_do()}", code="password_too_common")
        guess = guessing(password, user)
        if guess.score < TAKEN:
            raise ValidationError(_too_easy(guess), code="password_too_easy")

    def get_error_message(self):
        return f"{_('This password is too common.')} {_what_to_do()}"

    def get_help_text(self):
        return _(
            "Not a common one, nor your name or address, nor a row of keys. A sentence is easy to "
            "keep and hard to guess."
        )


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


def told(password: str, user=None) -> str:
    """Say whether a password would be taken for ``user``, and how strong it is or what to do."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        return " ".join(error.messages)
    return strength(password, user)


def strength(password: str, user=None) -> str:
    """Say how hard a password that is taken is to guess, in words."""
    if guessing(password, user).score < STRONG:
        return _("This password is good: guessing it would take very long.")
    return _("This password is strong: guessing it is out of reach.")


def guessing(password: str, user=None) -> Guess:
    """Return how hard a password is to guess for who knows the name and address of ``user``.

    Their own words count for nothing, however often and in whatever order they are said.
    """
    text = _bounded(unicodedata.normalize("NFC", password))
    words = _own_words(user)
    whole = _ends_guessed(text, words)
    own = "|".join(re.escape(word) for word in words if len(word) >= SHORTEST_OWN)
    rest = re.sub(own, "", text, flags=re.IGNORECASE) if own else text
    if rest == text:
        return whole
    without = _ends_guessed(rest, words)
    easier = min(whole, without, key=lambda guess: guess.guesses)
    return replace(easier, helped_by=easier.helped_by | {OWN})


def _ends_guessed(text: str, words: list[str]) -> Guess:
    ends = [text] if len(text) <= WINDOW else [text[:WINDOW], text[-WINDOW:]]
    return max((_guessed(end, words) for end in ends), key=lambda guess: guess.guesses)


def _guessed(text: str, words: list[str]) -> Guess:
    """Guess a text as it stands, without its spaces, and with months as figures: the least."""
    dated = MONTH.sub(lambda found: f".{MONTHS[found[1].lower()]}.", text).strip(".")
    ways = dict.fromkeys([text, "".join(text.split()), dated])
    return min((_read(way, words) for way in ways), key=lambda guess: guess.guesses)


def _read(text: str, words: list[str]) -> Guess:
    if not text:
        return Guess(0, 1)
    found = zxcvbn(text, user_inputs=words)
    helped = {str(match.get("dictionary_name") or match["pattern"]) for match in found["sequence"]}
    return Guess(found["score"], int(found["guesses"]), frozenset(helped))


def _bounded(password: str) -> str:
    """Return the password with no more disguises in it than can be looked through."""
    looked_through = list(dict.fromkeys(sign for sign in password if sign in DISGUISES))[
        :MOST_DISGUISES
    ]
    left_out = set(DISGUISES) - set(looked_through)
    # Nothing that is looked for is written with this sign.
    return "".join("¤" if letter in left_out else letter for letter in password)


def _own_words(user) -> list[str]:
    """Return what everybody knows of a user: the names and the address, whole and in parts."""
    if user is None:
        return []
    known = [user.get_username(), user.email, user.first_name, user.last_name]
    whole = [part for each in known for part in (each, each.partition("@")[0])]
    parts = [part for each in known for part in re.split(r"[\W_]+", each)]
    return list(dict.fromkeys(part[:OWN_LENGTH] for part in whole + parts if part))[:OWN_WORDS]


def _too_easy(guess: Guess) -> str:
    """Say that a password is guessed too easily, why, and what to do."""
    reasons = {
        OWN: _("It is your own name or address, which is tried first."),
        "repeat": _("Saying something again makes it little harder."),
        "passwords": _("Much of it is a common password."),
        "spatial": _("A row of keys is tried early."),
        "sequence": _("A row of letters or figures is tried early."),
        "date": _("Dates are tried early."),
        "regex": _("Dates are tried early."),
    }
    why = next((reasons[name] for name in reasons if name in guess.helped_by), "")
    return " ".join(part for part in (_("Too easy to guess."), why, _what_to_do()) if part)


def _what_to_do() -> str:
    return _("Add a few words that have nothing to do with you or with each other.")
