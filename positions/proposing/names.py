"""Where parties and people are named, in whatever case of Ukrainian, Russian or English."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from positions.proposing.known import Known
from positions.proposing.words import Stretch, Word, words_of

PARTY, PERSON = "party", "person"
#: How a name stands there: as the doer may, of somebody, in another case, or as what sort.
NAME, POSSESSIVE, OBLIQUE, ADJECTIVE = "name", "possessive", "oblique", "adjective"

_DEMONYM = re.compile(r"(?:i?an|n|i|ese|ish|er)s?")
_ENDINGS = """
    а я у ю ом ем єм ою ею єю ой ей і ї и ы е є ові еві єві ам ям ами ями ах ях ого ому им ім ым
    ій ої их ых ими ыми ии ию ия ией ії ію ією ія ів ов ев ая ое ую ые ий ій ый
"""
_CASES = frozenset(_ENDINGS.split())
_ADJECTIVE = re.compile(
    r"[іиїеєая]?й?н?(?:ськ|ск)"
    r"(?:ий|ого|ому|им|ім|ою|ої|а|у|і|их|ими|ий|ая|ой|ое|ую|ие|е|ом)"
)
_NOMINATIVE_ADJECTIVE = re.compile(r".*ськ(?:ий|а|е|і)|.*ск(?:ий|ая|ое|ие)")


@dataclass(frozen=True)
class Mention:
    """A party or a person named at a place."""

    kind: str
    key: str
    form: str
    start: int
    end: int


@dataclass(frozen=True)
class _Called:
    kind: str
    key: str
    words: tuple[str, ...]


@lru_cache(maxsize=8)
def _called(known: Known) -> tuple[_Called, ...]:
    """All names, longest first; a person's last word is a name where it is nobody else's."""
    names = [
        _Called(kind, each.key, tuple(name.split()))
        for kind, rows in ((PARTY, known.parties), (PERSON, known.people))
        for each in rows
        for name in each.names
        if name.split()
    ]
    owners: dict[str, set[tuple[str, str]]] = {}
    for name in names:
        owners.setdefault(name.words[-1].casefold(), set()).add((name.kind, name.key))
    last = [
        _Called(PERSON, name.key, name.words[-1:])
        for name in names
        if name.kind == PERSON
        and len(name.words) > 1
        and owners[name.words[-1].casefold()] == {(PERSON, name.key)}
    ]
    return tuple(sorted({*names, *last}, key=lambda name: (-len(name.words), name.words)))


def mentions(stretch: Stretch, known: Known) -> list[Mention]:
    """Return who is named in a stretch, in order; of names within names the longest."""
    words = words_of(stretch)
    taken: set[int] = set()
    found = []
    fits = [
        (name, place, form)
        for name in _called(known)
        for place in range(len(words) - len(name.words) + 1)
        if (form := _form(name, words[place : place + len(name.words)]))
    ]
    # A name as it is written down goes before one that would have to be in another case.
    for name, place, form in sorted(fits, key=lambda fit: (-len(fit[0].words), fit[2] != NAME)):
        places = set(range(place, place + len(name.words)))
        if not taken & places:
            taken |= places
            start, end = words[place].start, words[max(places)].end
            found.append(Mention(name.kind, name.key, form, start, end))
    return sorted(found, key=lambda mention: mention.start)


def _form(name: _Called, here: Iterable[Word]) -> str:
    alone = len(name.words) == 1 and name.kind == PARTY
    forms = [_word_form(said, word, alone) for said, word in zip(name.words, here, strict=True)]
    if "" in forms:
        return ""
    return next((form for form in forms if form != NAME), NAME)


def _word_form(said: str, word: Word, alone: bool) -> str:
    if said[0].isupper() and not word.text[0].isupper() and not _may_be_small(said):
        return ""
    name, text = said.casefold(), word.lower
    bare = re.sub("['’](?:s)?$", "", text)
    if name == text:
        return NAME
    if name == bare:
        return POSSESSIVE
    if len(name) < 3:
        return ""
    if "\u0400" <= name[0] <= "\u04ff":
        return _cyrillic_form(name, text, word.text[0].isupper(), alone)
    return ADJECTIVE if alone and word.text[0].isupper() and _is_demonym(name, bare) else ""


def _may_be_small(said: str) -> bool:
    """Cyrillic adjectives made of a name begin small."""
    return "\u0400" <= said[0].casefold() <= "\u04ff"


def _is_demonym(name: str, text: str) -> bool:
    stem = name.rstrip("aeiouy")
    return any(
        text.startswith(base) and bool(_DEMONYM.fullmatch(text[len(base) :]))
        for base in (name, stem)
        if len(base) >= 3
    )


def _cyrillic_form(name: str, text: str, is_capital: bool, alone: bool) -> str:
    stem = re.sub("[аяоеиіїєйьыуюэ]{1,2}$", "", name)
    if len(stem) < 3 or not text.startswith(stem):
        return ""
    rest = text[len(stem) :]
    if alone and _ADJECTIVE.fullmatch(rest):
        return ADJECTIVE
    return OBLIQUE if is_capital and rest in _CASES else ""


def is_nominative_adjective(text: str) -> bool:
    """Whether a Cyrillic adjective stands in the case of the doer."""
    return bool(_NOMINATIVE_ADJECTIVE.fullmatch(text.casefold()))
