"""Ten demands from an analyst's notes, typed into the round page and into a spreadsheet grid.

Every key is counted, the time is only told; docs/entry-speed.md holds what was measured.
"""

import sys
import time
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from negotiations import ranges
from negotiations.models import State
from positions.models import Demand, Evidence, TermValue
from positions.words import value_text
from tests.factories import (
    IssueFactory,
    MembershipFactory,
    NegotiationFactory,
    PartyFactory,
    RoundFactory,
    TermFactory,
)

GRID = Path(__file__).with_name("grid.html")
ALDERY, BRENNICK = "Aldery", "Brennick"
DAY = "14 May 2031"
#: Issues with the term by which positions on them compare, and its unit.
ISSUES = {
    "Truce": ("Length", "day"),
    "Harbour dues": ("Share", "%"),
    "Prisoners": ("Number", "person"),
    "Fishing": None,
    "Monitors": None,
    "Rebuilding": None,
}


#: The cells of a row of the grid.
Row = tuple[str, ...]


class Told(NamedTuple):
    """A source of the notes: its outlet, its title and when it came out."""

    outlet: str
    title: str
    published: str


COURIER = Told("Aldery Courier", "The delegation meets the press", "14 May 2031")
EARLY = Told("The Pilot", "From the sound", "2 May 2031")
OBSERVER = Told("Brennick Observer", "What the envoy said at the gate", "15 May 2031")


class Note(NamedTuple):
    """A line of the notes."""

    party: str
    issue: str
    text: str
    value: str = ""
    kind: str = "demand"
    source: Told = COURIER
    stated: str = DAY

    @property
    def row(self) -> Row:
        """The facts as a row of a spreadsheet."""
        term, unit = (self.value and ISSUES[self.issue]) or ("", "")
        return (
            *(self.party, self.issue, self.text, self.kind, term, self.value, unit),
            *(f"{self.source.outlet}, {self.source.title}", self.source.published, self.stated),
            *("outlet's voice", "published"),
        )


NOTES = [
    Note(ALDERY, "Truce", "A truce of thirty days, on land and at sea.", "30"),
    Note(ALDERY, "Truce", "No troops come nearer to the mole while it lasts."),
    Note(ALDERY, "Harbour dues", "Half of the harbour dues go to Aldery.", "50"),
    Note(ALDERY, "Prisoners", "Forty prisoners walk free as a first step.", "40", "offer"),
    Note(ALDERY, "Monitors", "The monitors come from states that armed neither side."),
    Note(BRENNICK, "Truce", "The truce lasts at least sixty days.", "at least 60", source=OBSERVER),
    Note(BRENNICK, "Harbour dues", "Two thirds of the dues, as before.", "66", source=OBSERVER),
    Note(BRENNICK, "Prisoners", "All prisoners are exchanged for all.", source=OBSERVER),
    Note(
        *(BRENNICK, "Fishing", "The fleet stays out of the inner bay until there is a treaty."),
        kind="commitment",
        source=OBSERVER,
        stated="15 May 2031",
    ),
    Note(BRENNICK, "Rebuilding", "The mole is rebuilt from a common fund."),
]
#: What a grid in use has above: every party, issue, term and kind once, as a codebook has them.
EARLIER = [
    Note(
        party, issue, f"As before, {issue.lower()}.", "1" if term else "", kind, EARLY, "1 May 2031"
    )
    for (issue, term), party, kind in zip(
        ISSUES.items(), (ALDERY, BRENNICK) * 3, ("demand", "offer", "commitment") * 2, strict=True
    )
]
#: What nobody can be spared: the words, the numbers, the odd day, and each source once.
WORDS = sum(
    [
        *(len(note.text) + len(note.value) for note in NOTES),
        *(len(note.stated) for note in NOTES if note.stated != DAY),
        *(len("".join(told)) for told in (COURIER, OBSERVER)),
    ]
)


class Keys:
    """A keyboard that counts: a character is a key, and so is a chord."""

    def __init__(self, page: Page):
        self.keyboard = page.keyboard
        self.pressed = 0
        self.began = time.monotonic()

    def type(self, text: str) -> None:
        self.keyboard.type(text)
        self.pressed += len(text)

    def press(self, chord: str) -> None:
        self.keyboard.press(chord)
        self.pressed += 1

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began


def shortest(text: str, others: list[str]) -> str:
    """Return as much of a text as tells it from the others."""
    other = [each.lower() for each in others if each.lower() != text.lower()]
    for length in range(1, len(text)):
        if not any(each.startswith(text[:length].lower()) for each in other):
            return text[:length]
    return text


class Analyst:
    """Types the notes into the round page, by keyboard alone."""

    def __init__(self, page: Page):
        self.page, self.keys = page, Keys(page)

    def field(self, label: str) -> Locator:
        return self.line.get_by_label(label, exact=True)

    def go(self, stop: Locator) -> None:
        """Press Tab until the focus is there."""
        for _ in range(20):
            if stop.evaluate("stop => stop === document.activeElement"):
                return
            self.keys.press("Tab")
        raise AssertionError(f"No way by Tab to {stop}")

    def choose(self, label: str, text: str) -> None:
        """Choose from a list by first letters, unless it stands there already."""
        field = self.field(label)
        options = field.locator("option").all_inner_texts()
        meant = next(each for each in options if each.startswith(text))
        if field.locator("option:checked").inner_text() == meant:
            return
        self.go(field)
        self.keys.type(shortest(meant, options))
        expect(field.locator("option:checked")).to_have_text(meant)

    def side(self, number: int, party: str) -> None:
        self.line = self.page.get_by_role("form", name=f"What {party} says")
        self.keys.press(f"Alt+Shift+Digit{number}")
        expect(self.field("What they say")).to_be_focused()

    def record(self, told: Told) -> None:
        """Record a source, and wait until the lines offer it."""
        self.keys.press("Alt+Shift+KeyS")
        form = self.page.locator("#slot-sources form")
        expect(form.get_by_label("Outlet", exact=True)).to_be_focused()
        for label, text in zip(("Outlet", "Title", "Published"), told, strict=True):
            self.go(form.get_by_label(label, exact=True))
            self.keys.type(text)
        self.keys.press("Enter")
        offered = self.page.locator("form[data-quick] [name=source] option")
        expect(offered.filter(has_text=told.outlet)).to_have_count(2)

    def enter(self, note: Note) -> None:
        self.keys.type(note.text)
        self.choose("Issue", note.issue)
        self.choose("Kind", note.kind)
        self.choose("Source", note.source.outlet)
        if note.value:
            term, unit = ISSUES[note.issue]
            self.go(self.field(f"{term} ({unit})"))
            self.keys.type(note.value)
        if note.stated != DAY:
            self.go(self.field("Stated"))
            self.keys.type(note.stated)
        self.keys.press("Enter")
        expect(self.field("What they say")).to_be_focused()


def type_into_grid(keys: Keys, before: list[Row]) -> None:
    """Type the rows as a practised hand does, with the fewest keys that the grid has for each.

    What stands in the row above is filled down, several cells at once where that is shorter; what
    stands higher up is begun and completed by the grid.
    """
    rows = list(before)
    for note in NOTES:
        row, above = note.row, rows[-1] if rows else ()
        same = [bool(above) and cell == above[at] for at, cell in enumerate(row)]
        tail = len(list(takewhile(bool, reversed(same))))
        typed = len(row) - (tail if tail > 3 else 0)
        for at, cell in enumerate(row[:typed]):
            if same[at] and cell:
                keys.press("Control+d")
            elif cell:
                known = [each[at] for each in rows]
                keys.type(shortest(cell, known) if cell in known else cell)
            if at < len(row) - 1:
                keys.press("Tab")
        if typed < len(row):
            for _ in range(tail - 1):
                keys.press("Shift+ArrowRight")
            for chord in ("Control+d", "ArrowDown", "Home"):
                keys.press(chord)
        else:
            keys.press("Enter")
        rows.append(row)


@pytest.fixture
def talks(sample):
    """Talks of two sides about six issues, and the day's round; nothing is said yet."""
    negotiation = NegotiationFactory(title="Harbour talks", slug="harbour-talks")
    MembershipFactory(negotiation=negotiation, user=User.objects.get(username="editor"))
    for order, name in enumerate((ALDERY, BRENNICK)):
        PartyFactory(negotiation=negotiation, name=name, order=order)
    for order, (name, term) in enumerate(ISSUES.items()):
        issue = IssueFactory(negotiation=negotiation, name=name, order=order)
        if term:
            TermFactory(issue=issue, name=term[0], unit=term[1])
    return RoundFactory(
        negotiation=negotiation,
        title="At the harbour office",
        time_zone="Europe/Lisbon",
        planned=ranges.parse_times(DAY, "Europe/Lisbon"),
        state=State.PUBLISHED,
    )


def recorded() -> list[Note]:
    """Return what the database holds, oldest first, as the notes have it."""
    demands = Demand.objects.filter(negotiation__slug="harbour-talks").order_by("pk")
    return [_note_of(demand) for demand in demands]


def _note_of(demand: Demand) -> Note:
    (party,) = demand.holders.all()
    (evidence,) = Evidence.objects.filter(record_id=demand.pk)
    values = TermValue.objects.filter(record_id=demand.pk)
    assert {row.state for row in (demand, evidence, *values)} == {State.PUBLISHED}
    assert [value.term.issue for value in values] == [demand.issue] * len(values)
    assert evidence.basis == Evidence.Basis.OUTLET
    source = evidence.source
    return Note(
        party=party.name,
        issue=demand.issue.name,
        text=demand.text,
        value=" ".join(value_text(value) for value in values),
        kind=demand.kind,
        source=Told(source.outlet, source.title, ranges.date_text(source.published)),
        stated=ranges.date_text(demand.stated),
    )


def report(record_property, name: str, keys: Keys) -> None:
    beyond = keys.pressed - WORDS
    figures = {"keys": keys.pressed, "beyond the words": beyond, "seconds": round(keys.seconds, 1)}
    for what, figure in figures.items():
        record_property(f"{name}: {what}", figure)
    sys.stdout.write(f"\n{name}: {figures}")


def test_ten_demands_cost_fewer_keys_than_in_a_grid(open_page, sign_in, talks, record_property):
    path = f"/harbour-talks/rounds/{talks.pk}/"
    page = sign_in(open_page(), "editor", then=path)
    expect(page.get_by_role("heading", level=1)).to_contain_text(talks.title)
    analyst = Analyst(page)
    for number, (party, told) in enumerate([(ALDERY, COURIER), (BRENNICK, OBSERVER)], start=1):
        analyst.record(told)
        analyst.side(number, party)
        for note in NOTES:
            if note.party == party:
                analyst.enter(note)
        expect(page.locator(".sent")).to_have_count(0, timeout=30_000)
    expect(page.locator(".said-line__words")).to_have_text([note.text for note in NOTES])
    report(record_property, "round page", analyst.keys)
    assert recorded() == NOTES
    best = min(in_grid(open_page, record_property, before) for before in ([], EARLIER))
    assert 2 * (analyst.keys.pressed - WORDS) < best - WORDS


def in_grid(open_page, record_property, before: list[Note]) -> int:
    """Type the notes into a grid below what it holds already, and return how many keys it took."""
    page = open_page(GRID.as_uri())
    above = [note.row for note in before]
    page.evaluate("begin", above)
    keys = Keys(page)
    type_into_grid(keys, above)
    rows = [*above, *(note.row for note in NOTES)]
    assert page.evaluate("cells.filter((line) => line.some(Boolean))") == [list(r) for r in rows]
    report(record_property, "grid in use" if before else "empty grid", keys)
    return keys.pressed
