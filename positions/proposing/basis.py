"""On what basis a passage tells what it tells."""

import re
from collections.abc import Sequence

from positions.proposing.known import Known
from positions.proposing.proposals import Read
from positions.proposing.speakers import Speaking
from positions.proposing.words import Stretch

_JOINT = re.compile(
    r"joint\s(?:statement|communiqu[ée]|declaration|text)|спільн\w+\s(?:заяв\w+|комюніке)"
    r"|совместн\w+\s(?:заявлени\w+|коммюнике)",
    re.IGNORECASE,
)
_SOME = (
    r"(?:an?|one|two|three|four|five|six|several|some|multiple|many|[2-9]|unnamed|anonymous|other)"
)
_WHO = r"(?:people|persons?|sources?|officials?|diplomats?|insiders?)"
_UNNAMED = re.compile(
    rf"{_SOME}\s(?:\w+\s){{0,2}}{_WHO}\swho\s(?:asked|spoke|requested|insisted|declined)\b"
    r"|not\sto\sbe\s(?:named|identified)|on\s(?:the\s)?condition\sof\sanonymity"
    r"|anonymously"
    rf"|sources?\s(?:close\sto|familiar|briefed|in|said|says?|told)"
    rf"|according\sto\s(?:{_SOME}\s)?(?:\w+\s){{0,2}}{_WHO}\b"
    rf"|(?:{_SOME}\s)?(?:people|persons?|officials?|diplomats?)\s(?:who\s(?:is|are|was|were)\s)?"
    r"(?:familiar|close\sto|briefed|with\s(?:direct\s)?knowledge)\b"
    r"|an?\s(?:\w+\s){0,2}(?:official|diplomat|source|person\sfamiliar)\b"
    r"|джерел\w*|співрозмовник\w*|на\sумовах\sанонімності|источник\w*|собеседник\w*"
    r"|на\sусловиях\sанонимности",
    re.IGNORECASE,
)


def unnamed(stretch: Stretch) -> list[tuple[int, int]]:
    """Return where a stretch speaks of sources that it does not name."""
    return [match.span() for match in stretch.find(_UNNAMED)]


def basis_of(
    stretch: Stretch, speaking: Speaking | None, party: str, holders: Sequence[str], known: Known
) -> Read | None:
    """Return the rung of the ladder that the words show, if they show one.

    ``party`` is the speaker's, ``holders`` are those whose position it is.
    """
    for pattern, basis in ((_JOINT, "joint text"), (_UNNAMED, "unnamed source")):
        match = next(iter(stretch.find(pattern)), None)
        if match and not (basis == "unnamed source" and speaking):
            return Read(basis, stretch.why(match.start(), match.end()))
    if speaking is None:
        return None
    why = stretch.why(speaking.start, speaking.end)
    if not party or not holders or party in holders:
        return Read("official on the record", why)
    if party in {each.key for each in known.principals}:
        return Read("the other side's account", why)
    return Read("mediator's readout", why)
