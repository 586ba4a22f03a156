"""Numbers with their units, as a text gives them: "at least 30 days", "два-три дні", "$4 billion".

What has no unit that is known is read only where a word says that it is a bound.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from negotiations import ranges
from positions.proposing.proposals import Amount
from positions.proposing.words import Stretch, is_cyrillic

_SMALL = """
    one один одна одне одного одной
    two два дві две двох двух двоє двое
    three три трьох трех трёх троє трое
    four чотири чотирьох четыре четырех четырёх четверо
    five п'ять п’ять пять п'яти п’яти пяти п'ятеро п’ятеро пятеро
    six шість шести шесть
    seven сім семи семь
    eight вісім восьми восемь
    nine дев'ять дев’ять девять дев’яти девяти
    ten десять десяти
    eleven одинадцять одиннадцать
    twelve дванадцять двенадцать
    thirteen тринадцять тринадцать
    fourteen чотирнадцять четырнадцать
    fifteen п’ятнадцять п'ятнадцять пятнадцать
    sixteen шістнадцять шестнадцать
    seventeen сімнадцять семнадцать
    eighteen вісімнадцять восемнадцать
    nineteen дев’ятнадцять девятнадцать
"""
_NAMED = {
    word: Decimal(number)
    for number, names in enumerate(_SMALL.strip().splitlines(), 1)
    for word in names.split()
}
_TENS = """
    twenty двадцять двадцать двадцяти двадцати
    thirty тридцять тридцать тридцяти тридцати
    forty сорок сорока
    fifty п’ятдесят п'ятдесят пятьдесят
    sixty шістдесят шестьдесят
    seventy сімдесят семьдесят
    eighty вісімдесят восемьдесят
    ninety дев’яносто девяносто
    hundred сто ста
"""
_NAMED |= {
    word: Decimal(10 * number)
    for number, names in enumerate(_TENS.strip().splitlines(), 2)
    for word in names.split()
}
_NAMED |= {
    "dozen": Decimal(12),
    "a couple of": Decimal(2),
    "a couple": Decimal(2),
    "a hundred": Decimal(100),
    "a dozen": Decimal(12),
}
_ROUND = {
    Decimal(100): "hundred",
    Decimal(1000): "thousand|тис\\.|тис|тысяч[аи]?|тысяч|тисяч[аі]?|тыс\\.|тыс",
    Decimal(10**6): "million|mln|млн|мільйон(?:ів|а|и)?|миллион(?:ов|а)?",
    Decimal(10**9): "billion|bn|млрд|мільярд(?:ів|а|и)?|миллиард(?:ов|а)?",
}
_COMPOUND = (
    r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[- ]"
    r"(?:one|two|three|four|five|six|seven|eight|nine)"
)
_DIGITS = r"[0-9]{1,3}(?:[,\u00a0\u202f ][0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:[.,][0-9]+)?"
_WORDS = "|".join(sorted(map(re.escape, _NAMED), key=len, reverse=True))
_MAGNITUDE = "|".join(_ROUND.values())
_NUMBER = rf"(?:{_DIGITS}|(?:{_COMPOUND}|{_WORDS})\b)(?:\s?(?:{_MAGNITUDE})(?!\w))?"

_AT_LEAST = (
    "at least|no fewer than|not fewer than|no less than|not less than|a minimum of|minimum"
    "|щонайменше|не менше ніж|не меньше|не меньше чем|не менш(?:е)? як|не менше|принаймні"
    "|мінімум|не менее чем|не менее"
    "|как минимум|по меньшей мере|минимум"
)
#: "Over" that belongs to the verb before it says nothing of the number.
_VERBS = "hand|hands|handed|handing|turn|turned|give|gives|gave|giving|take|took|taking"
_OVER = "".join(rf"(?<!{verb}\s)" for verb in _VERBS.split("|")) + "over"
_MORE_THAN = f"more than|{_OVER}" + "|понад|більше ніж|более чем|свыше|более"
_AT_MOST = (
    "at most|up to|no more than|not more than|a maximum of|maximum"
    "|щонайбільше|не більше ніж|не більш як|не більше|не далі ніж|максимум|до|не более чем|не более"
    "|не больше чем|не больше|не далее чем"
)
_ABOUT = (
    "about|approximately|around|roughly|some|nearly|almost|близько|приблизно|майже|около"
    "|примерно|приблизительно|почти"
)
_TO = (
    r"\s?[–—-]\s?|\s(?:to|or|до|чи|або|или)\s"
    r"|\s(?:and|та|і|й|и)\s"
)
_CURRENCIES = {"$": "USD", "€": "EUR", "£": "GBP", "₴": "UAH", "₽": "RUB"}

_UNITS = {
    "m³/s": r"cubic met(?:re|er)s? (?:per|a) second|m³/s|m3/s"
    r"|куб(?:ічн|ическ)?\w*\.? ?м\w*\.? (?:на|в|за) секунду",
    "km²": r"square kilomet(?:re|er)s?|km²|sq\.? ?km|кв\.? ?км|квадратн\w+ к[іи]лометр\w*",
    "m³": r"cubic met(?:re|er)s?|m³|кубометр\w*|куб\w*\.? ?м(?:етр\w*)?",
    "percent": r"%|per ?cent|відсотк\w+|відсотків|процент\w*",
    "km": r"km|kilomet(?:re|er)s?|км|кілометр\w*|километр\w*",
    "minute": r"minutes?|хвилин\w*|минут\w*",
    "hour": r"hours?|годин[иау]?|час(?:а|ов)?",
    "day": r"days?|день|дні|днів|дня|дней|дням|днями|доби|діб|добу|сутки|суток",
    "week": r"weeks?|тиждень|тижні|тижнів|тижня|недел[яюиь]|недель",
    "month": r"months?|місяц[яіь]|місяців|месяц(?:а|ев|ы)?",
    "year": r"years?(?![- ]old)|рік|рок[иу]|років|лет|год(?:а|ы)?",
    "person": r"people|persons?|prisoners?|soldiers?|troops|servicemen|observers?|monitors?"
    r"|civilians?|detainees?|wounded|hostages?|residents?|refugees?|children|fighters?|captives"
    r"|людей|людини|осіб|особи|полонен\w+|військов(?:их|ими|ослужбовц\w+)|солдат\w*"
    r"|спостерігач\w*|цивільн(?:их|ими)|жител(?:ів|ям|ями|ей|и)|мешканц\w+|діт(?:ей|ьми)"
    r"|человек\w*|пленн(?:ых|ыми)|военнопленн(?:ых|ыми)|военн(?:ых|ослужащих)"
    r"|наблюдател(?:ей|я|ями)|детей|беженц\w+|заложник\w+",
    "body": r"bodies|тіл(?:а)?|тел(?:а)?",
    "tonne": r"tons?|tonnes?|тонн\w*",
    "truck": r"trucks?|lorr(?:y|ies)|вантажів(?:ок|ки)|грузовик\w*",
    "USD": r"dollars?|US dollars?|USD|долар\w*|доллар\w*",
    "EUR": r"euros?|EUR|євро|евро",
    "UAH": r"hryvnias?|UAH|грив(?:ень|ні|ня|ен)",
    "RUB": r"roubles?|rubles?|RUB|рубл\w+",
}
_AGO = re.compile(r"\s(?:ago|earlier|later|before|after|old|тому|назад|спустя)\b|-old\b")
_BETWEEN = "between|від|от|між|между|from|з|с"
_NO_SORT = (
    "sides?|delegations?|parties|governments?|countries|states|armies|of|from|and|or|in|to|on|per"
    "|сторони|стороны"
)
_FRACTIONS = {"a quarter": 25, "half": 50, "three quarters": 75, "a fifth": 20, "чверть": 25}
_FRACTION = re.compile(rf"(?<!than )\b(?P<fraction>{'|'.join(_FRACTIONS)}) of\b", re.IGNORECASE)


@lru_cache(maxsize=32)
def _expression(units: tuple[str, ...]) -> re.Pattern:
    known = "|".join([f"(?P<u{place}>{words})" for place, words in enumerate(_UNITS.values())])
    own = "|".join(re.escape(unit) + "s?" for unit in units if unit)
    own = f"(?P<own>{own})|" if own else ""
    sort = rf"(?:(?!(?:{_NO_SORT})\b)[^\W\d_]+\s)?"
    return re.compile(
        rf"(?<![\w.,-])(?:(?P<least>{_AT_LEAST})\s|(?P<more>{_MORE_THAN})\s"
        rf"|(?P<most>{_AT_MOST})\s|(?P<between>{_BETWEEN})\s)?(?:(?:на|в|у|for)\s)?[“«\"]?"
        rf"(?:(?P<about>{_ABOUT})\s)?(?P<sign>[$€£₴₽])?"
        rf"(?P<low>{_NUMBER})(?:(?P<to>{_TO})(?P<sign2>[$€£₴₽])?(?P<high>{_NUMBER}))?"
        rf"(?P<of>\sof\s(?:the\s)?(?:{_NUMBER}))?[”»\"]?"
        rf"(?P<unit>(?:[-\s]|(?=%)){sort}(?:{own}{known})(?!\w))?",
        re.IGNORECASE,
    )


def amounts(
    stretch: Stretch, units: Sequence[str] = (), but: Iterable[tuple[int, int]] = ()
) -> Iterator[Amount]:
    """Yield the numbers of a stretch that are quantities of something.

    ``units`` are further units that may be named; ``but`` are places that were read otherwise.
    """
    taken = list(but)
    decimal_comma = is_cyrillic(stretch.part)
    for match in stretch.find(_expression(tuple(sorted(set(units) - set(_UNITS))))):
        if any(match.start() < end and start < match.end() for start, end in taken):
            continue
        if (amount := _amount(stretch, match, decimal_comma, units)) is not None:
            yield amount
    for match in stretch.find(_FRACTION):
        share = Decimal(_FRACTIONS[match["fraction"].casefold()])
        yield Amount(
            share, share, "percent", False, stretch.why(match.start(), match.end("fraction"))
        )


def _amount(
    stretch: Stretch, match: re.Match, decimal_comma: bool, units: Sequence[str]
) -> Amount | None:
    unit = _unit(match, units)
    bound = match["least"] or match["more"] or match["most"]
    if not unit and not (bound and bound.casefold() != "до" and " " in bound):
        return None
    if _AGO.match(stretch.text, match.end()):
        return None
    try:
        low, high = _ends(match, decimal_comma)
        ranges.quantity(low, high)
    except ranges.UnclearRange:
        return None
    vague = bool(match["about"] or match["more"])
    start = match.start()
    if match["between"] and not match["high"]:
        start = match.start("low")
    return Amount(low, high, unit, vague, stretch.why(start, match.end()))


def _unit(match: re.Match, units: Sequence[str]) -> str:
    sign = match["sign"] or match["sign2"]
    if sign:
        return _CURRENCIES[sign]
    if match.groupdict().get("own"):
        own = match["own"].casefold()
        return own if own in map(str.casefold, units) else own.removesuffix("s")
    return next(
        (unit for place, unit in enumerate(_UNITS) if match[f"u{place}"]),
        "",
    )


def _ends(match: re.Match, decimal_comma: bool) -> tuple[Decimal | None, Decimal | None]:
    first, factor = number(match["low"], decimal_comma)
    if match["high"]:
        if re.fullmatch(r"\s(?:and|та|і|й|и)\s", match["to"], re.I) and not match["between"]:
            raise ranges.UnclearRange
        last, scale = number(match["high"], decimal_comma)
        # "Two to three billion" are billions both.
        low, high = first * (factor if factor != 1 else scale), last * scale
        return low, high
    amount = first * factor
    if match["least"] or match["more"]:
        return amount, None
    return (None, amount) if match["most"] else (amount, amount)


def number(text: str, decimal_comma: bool = False) -> tuple[Decimal, Decimal]:
    """Return a number in digits or words and what it is to be multiplied by: "4.5 billion".

    Raises ``ranges.UnclearRange`` where it may be read in two ways.
    """
    if text.strip().casefold() in _NAMED:
        return _NAMED[text.strip().casefold()], Decimal(1)
    match = re.fullmatch(rf"(.+?)(?:\s?({_MAGNITUDE}))?", text.strip(), re.IGNORECASE)
    plain, magnitude = (match[1], match[2]) if match else (text, None)
    factor = Decimal(1)
    if magnitude:
        factor = next(
            size for size, words in _ROUND.items() if re.fullmatch(words, magnitude, re.I)
        )
    return _plain(plain.casefold().strip(), decimal_comma), factor


def _plain(text: str, decimal_comma: bool) -> Decimal:
    if text in _NAMED:
        return _NAMED[text]
    if match := re.fullmatch("([a-z]+)[- ]([a-z]+)", text):
        return _NAMED[match[1]] + _NAMED[match[2]]
    text = re.sub(r"[\u00a0\u202f]", " ", text)
    if decimal_comma:
        if re.fullmatch(r"[0-9]{1,3},[0-9]{3}", text):
            raise ranges.UnclearRange
        text = text.replace(",", ".")
    low = ranges.parse_quantity(text).lower
    return Decimal(low if low is not None else 0)
