"""Who speaks, and in what capacity."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from positions.proposing.names import NAME, PERSON, POSSESSIVE, Mention
from positions.proposing.words import Stretch

_SAID = re.compile(
    r"\b(?:said|says|saying|told|tells|added|adds|replied|insisted|insists|stressed|announced"
    r"|declared|stated|explained|wrote|noted|confirmed|reiterated|recalled|argued|warned|demanded"
    r"|demands|proposed|proposes|offered|offers|rejected|promised|pledged|called\sfor|suggested"
    r"|hinted|called|described"
    r"|сказа(?:в|ла|ли)|заяви(?:в|ла|ли)|повідоми(?:в|ла|ли)|наголоси(?:в|ла|ли)|додa(?:в|ла|ли)"
    r"|дода(?:в|ла|ли)|розпові(?:в|ла|ли)|нагада(?:в|ла|ли)|підкресли(?:в|ла|ли)|зазначи(?:в|ла"
    r"|ли)|назва(?:в|ла|ли)"
    r"|вимага(?:в|ла|є)|запропонува(?:в|ла)|відповi(?:в|ла)|відпові(?:в|ла)|наполяга(?:є|в|ла)"
    r"|сказал[аи]?|заявил[аи]?|сообщил[аи]?|подчеркнул[аи]?|добавил[аи]?|рассказал[аи]?"
    r"|напомнил[аи]?|отметил[аи]?|назвал[аи]?|потребовал[аи]?|предложил[аи]?|ответил[аи]?"
    r"|пояснил[аи]?)\b",
    re.IGNORECASE,
)
_ACCORDING = re.compile(
    r"\b(?:according\sto|in\sthe\swords\sof|за\sсловами|зі\sслів|по\sсловам|со\sслов)\s$",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"\b(?:according\sto|in\sthe\swords\sof|за\sсловами|зі\sслів|по\sсловам|со\sслов)\s",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"(?<!\w)(?:he|she|він|вона|он|она)(?!\w)", re.IGNORECASE)
_PAUSE = re.compile(r"[^;:.!?“”«»\"]{0,120}")
_ROLE = (
    r"minister|president|prime\sminister|premier|chancellor|king|queen|spokes(?:man|woman|person)"
    r"|envoy|negotiator|ambassador|secretary|adviser|advisor|chief|head|general|commander|leader"
    r"|official|mediator|diplomat|delegate|governor|mayor"
    r"|міністр|міністерка|президент|президентка|прем[’']єр|речник|речниця|посол|посланець"
    r"|радник|радниця|глава|голова|представник|представниця|секретар|перемовник|командувач"
    r"|министр|премьер|пресс-секретарь|советник|представитель|переговорщик|командующий"
)
_ROLE_WORD = re.compile(rf"(?<!\w)(?:{_ROLE})(?!\w)", re.IGNORECASE)
_AFTER_NAME = re.compile(
    rf",\s((?:[\w’'.-]+\s){{0,6}}(?:{_ROLE})(?:\s(?:of|for)(?:\s[\w’'.-]+){{1,4}})?)(?=,)", re.I
)
_NEW_NAME = re.compile(r"\b[A-ZА-ЯҐЄІЇЁ][\w’'-]+\s(?:(?:van|de|al|von)\s)?[A-ZА-ЯҐЄІЇЁ][\w’'-]+")
_BREAK = re.compile(
    r"\b(?:that|said|told|and|but|when|after|before|as|who|що|та|коли|что|когда|сказав|сказала"
    r"|заявил[аи]?|заявив|заявила|сообщил[аи]?|повідомив|повідомила)\s$"
    r"|[,;:.!?“”«»\"(—–]\s?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Speaking:
    """Somebody who speaks: a person that is known, or one by a name that is not."""

    start: int
    end: int
    key: str = ""
    name: str = ""
    via: tuple[int, int] | None = None


def speaker_of(
    sentence: Stretch, named: Sequence[Mention], before: Sequence[Mention]
) -> Speaking | None:
    """Return who speaks in a sentence; ``before`` is who the sentence before it names."""
    people = [each for each in named if each.kind == PERSON and each.form != POSSESSIVE]
    for person in people:
        if _ACCORDING.search(sentence.text, sentence.start, person.start):
            return Speaking(person.start, person.end, person.key)
    verbs = list(sentence.find(_SAID))
    for verb in verbs:
        found = _subject_behind(sentence, verb, people) or _subject_before(sentence, verb, people)
        if found:
            return Speaking(found.start, found.end, found.key)
    for verb in verbs:
        if new := _unknown_before(sentence, verb, named):
            return new
    return _by_pronoun(sentence, verbs, before)


def is_told(stretch: Stretch) -> bool:
    """Whether somebody says what a stretch tells, be it known who or not."""
    return any(next(iter(stretch.find(each)), None) for each in (_SAID, _TELLS))


def _subject_before(sentence, verb, people) -> Mention | None:
    earlier = [each for each in people if each.form == NAME and each.end <= verb.start()]
    if not earlier:
        return None
    last = earlier[-1]
    return last if _PAUSE.fullmatch(sentence.text, last.end, verb.start()) else None


def _subject_behind(sentence, verb, people) -> Mention | None:
    """The one named right behind the verb: "said Lund", "said Foreign Minister Irena Mazur"."""
    if re.match("told|tells|called", verb[0], re.IGNORECASE):
        return None
    for each in people:
        between = sentence.text[verb.end() : each.start]
        if each.form == NAME and each.start >= verb.end():
            is_next = not between.strip()
            role = len(between) < 60 and "," not in between and _ROLE_WORD.search(between)
            return each if is_next or role else None
    return None


def _unknown_before(sentence, verb, named) -> Speaking | None:
    """A name that no record has, if a word of office stands beside it and the verb close by."""
    for match in sentence.find(_NEW_NAME):
        between = sentence.text[match.end() : verb.start()]
        if match.end() > verb.start() or not re.fullmatch(r",?\s(?:has\s|had\s)?", between):
            continue
        if any(each.start < match.end() and match.start() < each.end for each in named):
            continue
        if capacity_before(sentence, match.start()):
            return Speaking(match.start(), match.end(), name=match[0])
    return None


def _by_pronoun(sentence, verbs, before) -> Speaking | None:
    people = {each.key: each for each in before if each.kind == PERSON}
    if len(people) != 1 or not verbs:
        return None
    (person,) = people.values()
    for verb in verbs:
        around = Stretch(
            sentence.text, max(sentence.start, verb.start() - 12), min(sentence.end, verb.end() + 8)
        )
        if match := next(iter(around.find(_PRONOUN)), None):
            return Speaking(match.start(), match.end(), person.key, via=(person.start, person.end))
    return None


def capacity_of(sentence: Stretch, speaking: Speaking) -> tuple[int, int] | None:
    """Return where the office of a speaker stands, beside the name."""
    if match := _AFTER_NAME.match(sentence.text, speaking.end, sentence.end):
        return match.start(1), match.end(1)
    return capacity_before(sentence, speaking.start)


def capacity_before(sentence: Stretch, start: int) -> tuple[int, int] | None:
    """Return the words of an office that end where a name starts."""
    first = max(sentence.start, start - 90)
    cut = first
    end = start
    while end > first and sentence.text[end - 1] in " ,\u00a0\n":
        end -= 1
    for place in range(first + 1, end):
        if _BREAK.search(sentence.text, first, place):
            cut = place
    words = sentence.text[cut:end]
    role = _ROLE_WORD.search(words)
    if role is None or len(words.split()) > 8:
        return None
    begin = cut + len(words) - len(words.lstrip(' ,“«"'))
    return begin, end
