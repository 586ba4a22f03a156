"""The proposed description made whole: dates as ranges are printed, the language, the address."""

from collections.abc import Iterable
from dataclasses import replace

from negotiations import ranges
from negotiations.intake.bylines import DAY
from negotiations.intake.given import Given, Proposed
from negotiations.intake.languages import fits, guessed

#: In so many lines, each at most so long, one finds where a text comes from.
FIRST_LINES, LONGEST_LINE = 12, 300


def completed(given: Given) -> Given:
    """Return what was given with its proposals checked and what can be told from the text added.

    A date stays only if it can be read for certain, and is as exact as it was stated.
    """
    proposed = dict(given.proposed)
    published = proposed.pop("published", None)
    stated = [published] if published else []
    lines = list(_days(given.blocks[n].text for n in sorted(given.likely)[:FIRST_LINES]))
    # When a document was last saved tells least of when it was published.
    is_weak = published is not None and published.origin == "DOCX date"
    for each in (*lines, *stated) if is_weak else (*stated, *lines):
        try:
            day = ranges.date_text(ranges.parse_dates(each.value))
        except ranges.UnclearRange:
            continue
        proposed["published"] = Proposed(day, each.origin)
        break
    guess = guessed(given.text(given.likely))
    declared = proposed.get("language")
    if guess and (declared is None or not fits(declared.value, guess)):
        proposed["language"] = Proposed(guess, "text")
    return replace(given, proposed=proposed)


def _days(lines: Iterable[str]) -> Iterable[Proposed]:
    for text in lines:
        for line in text.split("\n")[:FIRST_LINES]:
            if len(line) <= LONGEST_LINE and (found := DAY.search(line)):
                yield Proposed(found[0].replace(". ", " "), "first lines")
