"""Which language a text is in, by its letters and its commonest words."""

import re
from collections import Counter

_STOP_WORDS = {
    "en": "the of and to in that is was for on with as by at from it be are this have has said",
    "uk": "і в на що не з до та у про за як це від він або є був які також буде між для було його",
    "ru": "и в на что не с по это как из за от но он для к до был было также будет или его между",
    "be": "і ў на што не з да як гэта ад ён або быў таксама будзе паміж для яго",
    "pl": "i w na że nie z do się jest to o jak po od za przez oraz dla był jego również",
    "de": "der die das und in zu den von mit ist nicht ein eine für auf dem im sich des auch",
    "fr": "le la les de des et à en un une que dans pour est du sur qui par au pas avec",
    "es": "el la los las de que y en un una por con para del se no es al como su",
    "it": "il la di che e in un per del non con una da sono è le al dei si come",
    "pt": "o a os as de que e em um uma por com para do da no na não é se como",
    "tr": "ve bir bu için ile de da olarak olan çok daha gibi kadar sonra ise",
    "ro": "și în de la cu pe că nu este un o din pentru care mai sau",
}
_WORDS = {name: frozenset(words.split()) for name, words in _STOP_WORDS.items()}
#: Letters that only some of the languages written in Cyrillic have.
_OWN_LETTERS = {"uk": "їєґ", "ru": "ыэъё", "be": "ўы"}
_OTHER_SCRIPTS = (
    ("ar", r"[\u0600-\u06ff]"),
    ("he", r"[\u0590-\u05ff]"),
    ("el", r"[\u0370-\u03ff]"),
    ("ka", r"[\u10a0-\u10ff]"),
    ("hy", r"[\u0530-\u058f]"),
    ("ja", r"[\u3040-\u30ff]"),
    ("ko", r"[\uac00-\ud7af]"),
    ("zh", r"[\u4e00-\u9fff]"),
    ("hi", r"[\u0900-\u097f]"),
    ("th", r"[\u0e00-\u0e7f]"),
)
_CYRILLIC = frozenset({"uk", "ru", "be", "bg", "sr", "mk", "kk", "ky", "tg", "mn"})
#: So much of a text tells.
ENOUGH = 20_000


def guessed(text: str) -> str:
    """Return the code of the language that ``text`` is likely in; empty if it cannot be told."""
    some = text[:ENOUGH].casefold()
    letters = sum(map(str.isalpha, some))
    if letters < 20:
        return ""
    for code, script in _OTHER_SCRIPTS:
        if len(re.findall(script, some)) * 3 > letters:
            return code
    cyrillic = len(re.findall(r"[\u0400-\u04ff]", some)) * 2 > letters
    counted = Counter(re.findall(r"[^\W\d_]+", some))
    scores = {
        code: sum(counted[word] for word in words)
        + sum(some.count(letter) for letter in _OWN_LETTERS.get(code, "")) * cyrillic
        for code, words in _WORDS.items()
        if (code in _CYRILLIC) == cyrillic
    }
    best, second = sorted(scores.values(), reverse=True)[:2]
    if best < 2 or best == second:
        return ""
    return max(scores, key=lambda code: scores[code])


def code_of(declared: str) -> str:
    """Return the language of a tag such as "uk-UA" or "en_US"; empty if it is none."""
    match = re.fullmatch(r"\s*([a-zA-Z]{2,3})(?:[-_][-_a-zA-Z0-9]*)?\s*", declared)
    return match[1].lower() if match else ""


def fits(code: str, guess: str) -> bool:
    """Whether a text that was guessed to be in one language may be in the one declared.

    Pages of one script often declare the language of the software that made them.
    """
    if not guess or code == guess:
        return True
    both_told = code in _WORDS and guess in _WORDS
    return not both_told and (code in _CYRILLIC) == (guess in _CYRILLIC)
