"""How right the rules are on the passages beside this file: the table of ``docs/proposals.md``."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from negotiations import ranges
from positions.proposing import (
    Amount,
    Issue,
    Known,
    Party,
    Passage,
    Person,
    Proposals,
    Term,
    propose,
)

HERE = Path(__file__).parent
KINDS = ("holder", "speaker", "capacity", "number", "unit", "deadline", "date", "issue", "kind")


def talks() -> Known:
    """Return what is known of the talks that the passages tell of."""
    told = tomllib.loads((HERE / "talks.toml").read_text())
    return Known(
        parties=tuple(
            Party(row["code"], tuple(row["names"]), row.get("principal", False))
            for row in told["party"]
        ),
        people=tuple(
            Person(row["name"], tuple(row["names"]), row["party"]) for row in told["person"]
        ),
        issues=tuple(Issue(row["code"], row["name"], row["definition"]) for row in told["issue"]),
        terms=tuple(
            Term(
                row["code"],
                row["name"],
                row["issue"],
                row.get("kind", "quantity"),
                row.get("unit", ""),
                tuple((name, name) for name in row.get("choices", ())),
            )
            for row in told["term"]
        ),
    )


def passages(name: str = "passages") -> list[dict]:
    """Return the passages of a file with the right answers."""
    return tomllib.loads((HERE / f"{name}.toml").read_text())["passage"]


def read(row: Mapping) -> tuple[Passage, Proposals]:
    """Return a passage in its text, and what the rules propose for it."""
    before = f"{row['before']}\n" if "before" in row else ""
    after = f" {row['after']}" if "after" in row else ""
    text = before + row["text"] + after
    passage = Passage(text, len(before), len(before) + len(row["text"]), row["published"])
    return passage, propose(passage, talks())


def right(row: Mapping) -> dict[str, list[str]]:
    """Return the right answers by kind, as texts."""
    values = [value.split(" ", 1) for value in row.get("values", ())]
    return {
        "holder": sorted(row.get("holder", ())),
        **{
            name: [row[name]] if name in row else []
            for name in ("speaker", "capacity", "deadline", "date", "issue", "kind")
        },
        "number": [number for number, _unit in values],
        "unit": [unit for _number, unit in values if unit],
    }


def proposed(found: Proposals) -> dict[str, list[str]]:
    """Return what is proposed by kind, in the words of the right answers."""
    speaker = found.speaker or found.new_speaker
    kind = found.kind.value if found.kind else ""
    if found.answer:
        kind = f"answer: {found.answer.value}"
    return {
        "holder": sorted(read.value for read in found.holders),
        "speaker": [speaker.value] if speaker else [],
        "capacity": [found.capacity.value] if found.capacity else [],
        "number": [number_text(amount) for amount in found.amounts],
        "unit": [amount.unit for amount in found.amounts if amount.unit],
        "deadline": [_deadline(found)] if found.deadline else [],
        "date": [_days(found)] if found.date else [],
        "issue": [found.issue.value] if found.issue else [],
        "kind": [kind] if kind else [],
    }


def number_text(amount: Amount) -> str:
    ends = ranges.quantity_json(ranges.quantity(amount.low, amount.high))
    return f"{ends['low'] or ''}..{ends['high'] or ''}"


def _deadline(found: Proposals) -> str:
    assert found.deadline
    if found.deadline.within:
        high = found.deadline.within.high
        return f"within {high} {found.deadline.within.unit}"
    return f"by {found.deadline.by}"


def _days(found: Proposals) -> str:
    assert found.date
    first, last = found.date.first, found.date.last
    return f"{first}" if first == last else f"{first}..{last}"


@dataclass
class Score:
    """Of what is to be found: right and missed; and what was proposed and is wrong."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    wrongs: list[str] = field(default_factory=list)

    def count(self, expected: Iterable[str], given: Iterable[str]) -> None:
        left = list(expected)
        wrong = []
        for each in given:
            if each in left:
                left.remove(each)
                self.right += 1
            else:
                wrong.append(each)
        self.wrong += len(wrong)
        # What a wrong proposal stands in for is wrong, not missed as well.
        self.missed += max(0, len(left) - len(wrong))
        self.wrongs += [f"{each} (right: {left or 'nothing'})" for each in wrong]


def scores(rows: Iterable[Mapping]) -> dict[str, Score]:
    """Return the score of each kind over passages."""
    told = {kind: Score() for kind in KINDS}
    for row in rows:
        expected, given = right(row), proposed(read(row)[1])
        for kind in KINDS:
            told[kind].count(expected[kind], given[kind])
    return told


def table(name: str = "passages") -> list[str]:
    """Return the lines of a table in ``docs/proposals.md``: that of the passages of a file."""
    rows = passages(name)
    told = scores(rows)
    return [
        "| | to be found | right | wrong | missed |",
        "|---|--:|--:|--:|--:|",
        *(
            f"| {kind} | {sum(len(right(row)[kind]) for row in rows)} "
            f"| {told[kind].right} | {told[kind].wrong} | {told[kind].missed} |"
            for kind in KINDS
        ),
    ]
