"""Of what kind an outcome or an event is, as far as its verbs tell."""

import re
from collections.abc import Mapping

from positions.proposing.proposals import Read
from positions.proposing.words import Stretch

#: Words of ``Outcome.Kind``; what stands first takes its words from what follows.
_OUTCOMES = {
    "not agreed": r"no (?:agreement|deal)|(?:failed|unable) to (?:agree|reach)"
    r"|(?:did not|didn['’]t|could not|couldn['’]t|cannot|do not) (?:agree|reach)"
    r"|(?:not|never|n['’]t)(?: yet)? (?:been )?(?:agreed|reached)"
    r"|without (?:an? |any )?(?:agreement|deal)"
    r"|не (?:домовил|погодил|досягл)\w+|без (?:домовлен|згод)\w+"
    r"|не (?:договорил|согласовал|достиг)\w+|без (?:договор[её]нност|соглас)\w+",
    "agreed in part": r"agreed (?:only )?(?:in part|partly|partially|on some)"
    r"|(?:partly|partially) agreed|partial (?:agreement|deal)"
    r"|частково (?:домовил|погодил)\w+|частично (?:договорил|согласовал)\w+",
    "agreed": r"agreed|(?:reached|struck|signed|concluded|sealed) (?:an? |the )?"
    r"(?:\w+ )?(?:agreement|deal|accord|memorandum|protocol)|домовил\w+|погодил\w+"
    r"|досягл\w+ (?:згоди|домовлен\w+)|договорил\w+|согласовал\w+"
    r"|достигли (?:согласия|договор[её]нност\w+)",
}
#: Words of ``Event.Kind``.
_EVENTS = {
    "military": r"struck(?! (?:an? |the )?(?:\w+ )?(?:deal|agreement|accord|balance|note))"
    r"|(?:drone|missile|rocket|air) ?strikes?|airstrikes?|shell(?:ed|ing)|bomb(?:ed|ing)"
    r"|opened fire|fired (?:on|at|missiles|rockets|drones|shells)|explo(?:ded|sions?)"
    r"|обстріл\w*|вдарил\w*|атакува\w+|вибух\w*|обстрел\w*|ударил\w*|атакова\w+|взрыв\w*",
    "signed": r"signed|підписа(?:в|ла|ли|но)|подписа(?:л|ла|ли|н[ыоа]?)",
    "initialled": r"initial(?:l)?ed|парафува\w+|парафирова\w+",
    "ratified": r"ratified|ратифікува\w+|ратифицирова\w+",
    "vote": r"voted|проголосува\w+|проголосова\w+",
    "ruling": r"(?:court|judges?|tribunal) ruled",
    "suspended": r"suspended|призупини\w+|приостанови\w+",
    "resumed": r"resumed|відновил\w+|возобновил\w+",
    "handed over": r"handed over|передал[аи]?|передав",
    "leaked": r"leaked",
    "published": r"published|опублікува\w+|опубликова\w+",
    "contact": r"met (?:in|on|at|with)|held talks|spoke by (?:tele)?phone|telephoned"
    r"|зустріл\w+|встретил\w+",
}
_DENIED = re.compile(r"(?<!\w)(?:not|never|n['’]t|be|if|не|ні)\s(?:\w+\s)?$", re.IGNORECASE)


def _compiled(kinds: Mapping[str, str]) -> dict[str, re.Pattern]:
    return {
        kind: re.compile(rf"(?<!\w)(?:{words})(?!\w)".replace(" ", r"\s"), re.IGNORECASE)
        for kind, words in kinds.items()
    }


_OUTCOME_WORDS, _EVENT_WORDS = _compiled(_OUTCOMES), _compiled(_EVENTS)


def outcome_of(stretch: Stretch) -> Read | None:
    """Return whether something was agreed, if the words say one thing of it."""
    return _only(stretch, _OUTCOME_WORDS)


def event_of(stretch: Stretch) -> Read | None:
    """Return what kind of thing happened, if the words tell of one kind."""
    return _only(stretch, _EVENT_WORDS)


def _only(stretch: Stretch, kinds: Mapping[str, re.Pattern]) -> Read | None:
    found: list[tuple[str, re.Match]] = []
    for kind, pattern in kinds.items():
        for match in stretch.find(pattern):
            before = stretch.text[max(stretch.start, match.start() - 20) : match.start()]
            free = all(match.end() <= o.start() or o.end() <= match.start() for _, o in found)
            if free and not _DENIED.search(before):
                found.append((kind, match))
    if len({kind for kind, _match in found}) != 1:
        return None
    kind, match = found[0]
    return Read(kind, stretch.why(*match.span()))
