"""What a passage is about: words of the codebook, and what other languages say for them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from positions.proposing.known import Known, Term
from positions.proposing.proposals import Amount, Read, Why
from positions.proposing.words import Stretch, words_of

#: What counts how much: a word of an issue's name or code, of the name of one of its terms, of a
#: choice or its definition; a choice that is named in full, and a unit that only its terms have.
#: A word that is the whole name of an issue tells of that one, though others have it in theirs.
IS_NAME, OF_NAME, OF_TERM, OF_REST, OF_CHOICE, OF_UNIT = 5, 4, 3, 1, 3, 3
ENOUGH = 3

_SMALL = """
    a an and are at be both by for from how if in into is it its long many much of off on or
    other out over per side sides some than that the their them they this those through to under
    up was were what when where whether which who whom whose will with number amount share
    duration date name kind all any between against about
"""
#: Words of every day: they stand in definitions and choices, and tell of no issue.
_EVERYDAY = """
    agree back beforehand big bring call change come cover day days deal do done down each end ends
    every first free full give given go goes good group groups hand handed hands help hold held hour
    hours keep kept know known large last later leave leaves left let lie limit limits line little
    made make mean member month months move moved name named new next nobody none number once one
    open order own part parts people person place places point points put question return right
    round say says seek set show state states stop such take taken talk talks then third time
    times two until use used war way ways week weeks whole work would year years others
"""
_STOP = frozenset(_SMALL.split()) | frozenset(_EVERYDAY.split())
#: Words that mean the same to whoever negotiates, by the English word that codebooks have.
_SAME = r"""
    ceasefire truce armistice cease-fire quiet перемир[ия]\w* перемир’я перемир'я
    ceasefire припинен\w*_вогню прекращен\w*_огня прекратить_огонь
    prisoner pow captive detainee полонен пленн военнопленн
    exchange swap обмін обмен
    withdrawal withdraw withdrawn pullback buffer відвест відведен вивест виведен
    withdrawal вывест вывод отвод отвести
    troop troops військ войск
    weapon weapons озброєн оружи вооружен
    observer observers monitor спостерігач наблюдател
    reconstruction rebuilding rebuild reconstruct відбудов відновленн восстановлен
    crossing crossings checkpoint пункт\w*_пропуск
    border кордон границ
    water вод_
    dam гребл дамб плотин
    election elections вибор выбор
    child children діт діте дете дети
    body bodies тіл_ тел_
    sanction sanctions санкці санкци
    territory territories територі территори
    refugee refugees displaced біжен бежен переселен
    neutrality neutral нейтралітет нейтралитет
    guarantee guarantees гаранті гаранти
    language мов_ язык
    aid assistance допомог помощ
"""
_SUFFIX = re.compile(r"(?:['’]s?|ies|ing|ed|es|s|y|al)$")


@lru_cache(maxsize=1)
def _same() -> tuple[tuple[re.Pattern, str], ...]:
    """Patterns of words, each with the stem they stand for."""
    made = []
    for line in _SAME.strip().splitlines():
        first, *others = line.split()
        for other in (first, *others):
            spaced = other.rstrip("_").replace("_", r"\s")
            ending = r"\w{0,3}" if other.endswith("_") else "s?" if other.isascii() else r"\w*"
            made.append((re.compile(rf"(?<!\w){spaced}{ending}(?!\w)", re.IGNORECASE), stem(first)))
    return tuple(made)


def stem(word: str) -> str:
    """Return a word without its ending, roughly: "monitoring" and "monitors" are one."""
    small = word.casefold()
    if not small.isascii() and not re.search("[a-z]", small):
        return small[: max(4, len(small) - 2)]
    return _SUFFIX.sub("", small) if len(small) > 4 else small


@lru_cache(maxsize=8)
def _weights(known: Known) -> tuple[tuple[str, tuple[tuple[str, int], ...]], ...]:
    """For each stem the issues that use it, with how much it tells."""
    told: dict[str, dict[str, int]] = defaultdict(dict)
    # Who is named tells nothing about the subject: "Share of Karsia" is not a word of one issue.
    named = {
        each
        for names in [row.names for row in known.parties] + [row.names for row in known.people]
        for name in names
        if len(name.split()) == 1
        for each in _stems(name)
    }
    for issue in known.issues:
        of_terms = [term for term in known.terms if term.issue == issue.key]
        choices = [name for term in of_terms for _key, name in term.choices]
        for texts, weight in (
            ([issue.definition, *choices], OF_REST),
            ([term.name for term in of_terms], OF_TERM),
            ([issue.name, issue.code.replace("-", " ")], OF_NAME),
        ):
            for text in texts:
                for each in set(_stems(text)) - named:
                    told[each][issue.key] = weight
        if len(whole := set(_stems(issue.name)) - named) == 1:
            told[whole.pop()][issue.key] = IS_NAME
    return tuple((each, tuple(weights.items())) for each, weights in told.items())


def _stems(text: str) -> Iterator[str]:
    stretch = Stretch(text, 0, len(text))
    for word in words_of(stretch):
        if word.lower not in _STOP and len(word.text) > 2 and not word.text.isdigit():
            yield stem(word.text)
    yield from (same for pattern, same in _same() if pattern.search(text))


def issue_of(stretch: Stretch, known: Known, amounts: Iterable[Amount]) -> Read | None:
    """Return the issue that the words speak of, if one stands out."""
    weights = {each: dict(pairs) for each, pairs in _weights(known)}
    scores: dict[str, int] = defaultdict(int)
    whys: dict[str, tuple[int, Why]] = {}

    def count(key: str, weight: int, why: Why) -> None:
        scores[key] += weight
        # The reason is what tells most, of several the first.
        if weight > whys.get(key, (0, why))[0]:
            whys[key] = weight, why

    for found, why in _found(stretch, weights):
        for key, weight in _telling(weights[found]).items():
            count(key, weight, why)
    for amount in amounts:
        owners = {term.issue for term in known.terms if fits(amount.unit, term.unit) and term.issue}
        if len(owners) == 1 and amount.unit not in _TIME:
            count(owners.pop(), OF_UNIT, amount.why)
    for term in known.terms:
        for read in _named(stretch, term):
            if term.issue and _is_phrase(read.why.words):
                count(term.issue, OF_CHOICE, read.why)
                break
    ranked = sorted(scores.items(), key=lambda pair: -pair[1])
    if not ranked or ranked[0][1] < ENOUGH or (len(ranked) > 1 and ranked[1][1] == ranked[0][1]):
        return None
    return Read(ranked[0][0], whys[ranked[0][0]][1])


def _is_phrase(choice: str) -> bool:
    """Whether the words of a choice are its own: "all for all" is, "none named" and "left" not."""
    words = re.split(r"[\s-]", choice)
    return len(words) > 2 or len(set(_stems(choice))) > 1


def _telling(issues: dict[str, int]) -> dict[str, int]:
    """The issues for which a word tells something: many use "ceasefire", one is called so."""
    if len(issues) == 1:
        return issues
    most = max(issues.values())
    called = {key: min(weight, OF_NAME) for key, weight in issues.items() if weight == most}
    return called if most >= OF_NAME and len(called) == 1 else {}


def _found(stretch: Stretch, weights) -> Iterator[tuple[str, Why]]:
    """Yield each stem of the codebook that occurs once, with the words of its first place."""
    seen = set()
    for word in words_of(stretch):
        each = stem(word.text)
        if each in weights and each not in seen and word.lower not in _STOP:
            seen.add(each)
            yield each, stretch.why(word.start, word.end)
    for pattern, same in _same():
        match = next(iter(stretch.find(pattern)), None)
        if match and same in weights and same not in seen:
            seen.add(same)
            yield same, stretch.why(match.start(), match.end())


_MONEY = re.compile(r"(?:(thousand|million|billion)\s)?([A-Z]{3})(?:\s(thousand|million|billion))?")
_TIMES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
_TIME = frozenset({"minute", "hour", "day", "week", "month", "year"})
_KIN = ({"day", "week", "hour", "minute"}, {"month", "year"})


def scale_of(unit: str, of_term: str) -> int:
    """Return how many of the unit of an amount one of a term's money unit are: a million, or 1."""
    match = _MONEY.fullmatch(of_term)
    if match and match[2] == unit:
        return _TIMES.get(match[1] or match[3] or "", 1)
    return 1


def fits(unit: str, of_term: str) -> bool:
    """Whether an amount in a unit can be a value of a term in another."""
    if not unit or not of_term:
        return False
    match = _MONEY.fullmatch(of_term)
    return (
        unit.casefold() == of_term.casefold()
        or bool(match and match[2] == unit)
        or any(unit in kin and of_term in kin for kin in _KIN)
    )


def with_terms(amounts: Sequence[Amount], issue: str, known: Known) -> Iterator[Amount]:
    """Yield amounts with the term of an issue that each is a value of, if it can be no other's."""
    for amount in amounts:
        terms = [
            term.key
            for term in known.terms
            if issue
            and term.issue == issue
            and term.kind == "quantity"
            and fits(amount.unit, term.unit)
        ]
        same = [each for each in amounts if each.unit == amount.unit]
        only = terms[0] if len(terms) == len(same) == 1 else ""
        yield replace(amount, term=only)


def choices_of(stretch: Stretch, known: Known, issue: str) -> Iterator[tuple[str, Read]]:
    """Yield the choices of an issue's terms that the words name in full, paired with the term.

    They are one for each term; several of a set, where only its list can be meant.
    """
    terms = [term for term in known.terms if term.issue == issue and term.choices]
    lists: dict[str, list[Read]] = {}
    for term in terms:
        found = _named(stretch, term)
        values = {read.value for read in found}
        if len(values) == 1:
            yield term.key, found[0]
        elif values and term.kind == "set":
            lists[term.key] = found
    whole = [
        term.key
        for term in terms
        if {read.value for read in lists.get(term.key, ())} == {key for key, _name in term.choices}
    ]
    most = max((len(lists[key]) for key in whole), default=0)
    meant = [key for key in whole if len(lists[key]) == most] or list(lists)
    if len(meant) == 1:
        found = lists[meant[0]]
        why = stretch.why(min(r.why.start for r in found), max(r.why.end for r in found))
        for value in dict.fromkeys(read.value for read in found):
            yield meant[0], Read(value, why)


def _named(stretch: Stretch, term: Term) -> list[Read]:
    """Every place where the words name a choice of a term."""
    return [
        Read(key, stretch.why(match.start(), match.end()))
        for key, name in term.choices
        for match in stretch.find(_words_for(name, term))
    ]


def _words_for(name: str, term: Term) -> re.Pattern:
    """What stands in a text for a choice: "none" of the conditions is "unconditional"."""
    if name.casefold() not in _NONE:
        return _whole(name)
    return _UNCONDITIONAL if "condition" in _stems(term.name) else _NEVER


_NONE = frozenset({"none", "no conditions", "unconditional", "without conditions"})
_NEVER = re.compile(r"(?!)")
_UNCONDITIONAL = re.compile(
    r"(?<!not )(?<!\w)(?:unconditional(?:ly)?|without (?:any )?(?:pre-?)?conditions?"
    r"|безумовн\w+|без (?:попередніх )?умов|безусловн\w+|без (?:предварительных )?условий)(?!\w)",
    re.IGNORECASE,
)


def _whole(name: str) -> re.Pattern:
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)".replace(r"\ ", r"[\s-]"), re.IGNORECASE)
