"""What somebody does with words: demands, offers, refuses, agrees; and what simply happened."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from positions.proposing.words import Stretch

#: Kinds of acts. Those of an obligation ("Y must pay") are held by who says so, not by who must.
ANSWER, OUTCOME, EVENT, DEMAND, OFFER = "answer", "outcome", "event", "demand", "offer"
COMMITMENT, THREAT, CLAIM = "commitment", "threat", "claim"


@dataclass(frozen=True)
class Act:
    """An act and the words of it; ``of_speaker`` where its holder is who speaks."""

    kind: str
    answer: str
    start: int
    end: int
    of_speaker: bool = False


#: By precedence: what stands first is meant where a sentence has words of several.
_RULES: tuple[tuple[str, str, bool, str], ...] = (
    (
        ANSWER,
        "refuses to discuss",
        False,
        r"refus\w+ (?:even )?to (?:discuss|talk|negotiate)|(?:not going"
        r"|unwilling) to (?:discuss|talk|negotiate)"
        r"|will not (?:discuss|negotiate)|not up for (?:discussion|negotiation)"
        r"|not open to negotiation|no (?:talk|question) of"
        r"|відмов\w+ обговорювати|не (?:буде|будемо|будуть) обговорювати|не обговорюється"
        r"|отказ\w+ обсуждать|не (?:будет|будем|будут) обсуждать|не обсуждается",
    ),
    (
        ANSWER,
        "accepted with reservation",
        False,
        r"accept\w*\b[^.;]*\bwith (?:some )?reservations?|accept\w*\b[^.;]*\bin principle"
        r"|погодил\w+ із застереженн\w+|соглас\w+ с оговорк\w+",
    ),
    (
        ANSWER,
        "rejected",
        False,
        r"reject(?:s|ed|ing)?|turn(?:s|ed) down|rul(?:es|ed) out|dismiss(?:es|ed)|refus(?:es"
        r"|ed) to accept"
        r"|(?:will|would|shall|could|can) (?:not|never)|won['’]t|cannot|never accept|unacceptable"
        r"|відкин\w+|відхил\w+|(?:ніколи )?не погод\w+|не приймає|не прийме\w*|неприйнятн\w+"
        r"|называ\w+ [^.;]*(?:нереал\w+|неприем\w+)|отверг\w*|отклон\w+|не соглас\w+"
        r"|не приним\w+|не прим\w+|неприемлем\w+",
    ),
    (
        ANSWER,
        "will consider",
        False,
        r"(?:will|would) (?:study|consider|examine|look at)|розглян\w+ (?:цю )?пропозиці\w+"
        r"|рассмотр\w+ (?:это )?предложени\w+",
    ),
    (
        OUTCOME,
        "",
        False,
        r"(?:have |had )?agreed (?:on|to|that|upon)|under the (?:agreement|deal|accord|truce)"
        r"|(?:reached|struck|signed|concluded|sealed) (?:an? |the )?"
        r"(?:\w+ )?(?:agreement|deal|accord|memorandum|protocol)|домовил\w+|погодил\w+"
        r"|досягл\w+ (?:згоди|домовлен\w+)"
        r"|договорил\w+|согласовал\w+|достигли (?:согласия|договор[её]нност\w+)",
    ),
    (
        THREAT,
        "",
        False,
        r"warn(?:s|ed)|threaten(?:s|ed)|will walk out|or else|погрожу\w+|попередил\w+|пригрозил\w+"
        r"|предупредил\w+",
    ),
    (
        DEMAND,
        "",
        False,
        r"demand(?:s|ed|ing)?|insist(?:s|ed|ing)?|requir(?:es|ed)|call(?:s|ed|ing) for|want(?:s"
        r"|ed)|seek(?:s|ing)?"
        r"|urg(?:es|ed)|ask(?:s|ed)? for|expects?|вимага\w+|наполяга\w+|заклика\w+|очіку\w+"
        r"|хоч(?:е|уть|емо)"
        r"|требу\w+|потребовал\w+|настаива\w+|призва\w+|хо(?:чет|тят|тим)",
    ),
    (
        DEMAND,
        "",
        True,
        r"must|has to|have to|ought to|is obliged to|ма(?:є|ють) (?!намір)|повин(?:ен|на|ні)"
        r"|муси(?:ть|мо)"
        r"|долж(?:ен|на|ны|но)|обязан\w*",
    ),
    (
        OFFER,
        "",
        False,
        r"offer(?:s|ed|ing)?|propos(?:es|ed|ing)|suggest(?:s|ed)|(?:is|are|was|were) (?:ready"
        r"|prepared|willing) to"
        r"|could live with|would accept|might (?:accept|settle for|agree to)|would settle for"
        r"|counter-offer|will [^.;]*\b(?:provided that|if|on condition)|пропону\w+|запропонува\w+"
        r"|готов(?:ий|а|і)?|згод(?:ен|на|ні) на|предлага\w+|предложил\w+|готов[ыо]|соглас(?:ен"
        r"|на|ны) на",
    ),
    (
        COMMITMENT,
        "",
        False,
        r"pledg(?:es|ed)|promis(?:es|ed)|undertook|commit(?:s|ted)? itself|(?:will"
        r"|would) (?:release|withdraw|open|pay"
        r"|hand over|return|allow|halt|stop|free|lift)|обіця\w+|зобов’яз\w+|зобов'яз\w+"
        r"|обеща\w+|обязал\w+",
    ),
    (
        ANSWER,
        "accepted",
        False,
        r"accept(?:s|ed)|welcom(?:es|ed)|прийня(?:в|ла|ли)|принял[аи]?|согласил(?:ся|ась|ись)",
    ),
    (
        CLAIM,
        "",
        False,
        r"violat\w+|accus(?:es|ed)|breach(?:es|ed)|alleg(?:es|ed)|claim(?:s|ed)|порушил\w*"
        r"|звинува\w+|нарушил\w*"
        r"|обвинил\w*",
    ),
    (
        EVENT,
        "",
        False,
        r"killed|wounded|shell(?:ing|ed)|attack(?:ed|s)?|struck|explo(?:ded|sions?)|bomb(?:ed"
        r"|ing)|met\b|broke up"
        r"|voted|resumed|arrived|handed over|suspended|signed|counted|evacuated|exchanged"
        r"|released|captured|crossed|swapped|fired|landed|fled"
        r"|загину(?:в|ла|ли)|поранен\w+|обстріл\w*|вибух\w*|зустріл\w+|прибул\w+|відновил\w+"
        r"|проголосува\w+|обміня\w+|звільнен\w+"
        r"|погиб(?:ла|ли)?|ранен\w+|обстрел\w*|взрыв\w*|встретил\w+|прибыл\w+|возобновил\w+"
        r"|проголосовал\w+|вывезли|обменял\w+",
    ),
)
_COMPILED = tuple(
    (
        kind,
        answer,
        of_speaker,
        re.compile(rf"(?<!\w)(?:{words})(?!\w)".replace(" ", r"\s"), re.IGNORECASE),
    )
    for kind, answer, of_speaker, words in _RULES
)
_DENIED = re.compile(r"\b(?:not|never|n['’]t|не|ні)\s$", re.IGNORECASE)


def acts(stretch: Stretch) -> Iterator[Act]:
    """Yield the acts that a stretch has words for, those that tell most first."""
    for kind, answer, of_speaker, pattern in _COMPILED:
        for match in stretch.find(pattern):
            before = stretch.text[max(stretch.start, match.start() - 12) : match.start()]
            if kind in (ANSWER, EVENT) or not _DENIED.search(before):
                yield Act(kind, answer, match.start(), match.end(), of_speaker)
