"""The sample: what moved in every cell between rounds 1 and 2, on the page and in the ledger."""

import pytest

from negotiations.models import Round
from tests.positions.sample_movement import MOVEMENT

PAGE = "/russia-ukraine-2025/compare/"
LEDGER = "/russia-ukraine-2025/movement/"

pytestmark = pytest.mark.usefixtures("sample")


def rounds():
    return [Round.objects.get(number=number) for number in (1, 2)]


def text(statements) -> str:
    return " / ".join(statement.demand.text for statement in statements)


def begins(move, line) -> bool:
    label, before, after = line
    if move.label != label or not text(move.after).startswith(after):
        return False
    return label == "unchanged" or text(move.before).startswith(before)


def test_every_cell_between_the_rounds(client):
    first, second = rounds()
    page = client.get(PAGE, {"as_of_round": second.pk, "since_round": first.pk})
    comparison = page.context["comparison"]
    cells = {
        (row.code, cell.party.code): cell.moves
        for row in comparison.rows
        for cell in row.cells
        if cell.moves
    }
    assert cells.keys() == MOVEMENT.keys()
    for place, moves in cells.items():
        assert len(moves) == len(MOVEMENT[place]), place
        for move, line in zip(moves, MOVEMENT[place], strict=True):
            assert begins(move, line), (place, line, move.label, text(move.after))


def test_by_default_it_is_since_the_round_before_that_had_the_party(client):
    first, second = rounds()
    page = client.get(PAGE, {"as_of_round": second.pk})
    comparison = page.context["comparison"]
    since = {cell.party.code: cell.since for cell in comparison.rows[0].cells}
    assert {code for code, baseline in since.items() if baseline} == {"UA", "RU", "TR"}
    assert all(baseline.round == first for baseline in since.values() if baseline)
    told = {
        (row.code, cell.party.code) for row in comparison.rows for cell in row.cells if cell.moves
    }
    assert told == {place for place in MOVEMENT if place[1] in ("UA", "RU", "TR")}
    before = client.get(PAGE, {"as_of_round": first.pk}).context["comparison"]
    assert before.baselines == ()
    assert not any(cell.moves for row in before.rows for cell in row.cells)


def test_the_term_that_tells_stands_in_the_cell(client):
    _first, second = rounds()
    row = client.get(PAGE, {"as_of_round": second.pk}).context["comparison"].row("territory")
    (russia,) = (cell for cell in row.cells if cell.party.code == "RU")
    softened, hardened, _unchanged = russia.moves
    (withdrawal,) = (term for term in softened.terms if term.code == "withdrawal")
    assert (withdrawal.name, withdrawal.before, withdrawal.after) == (
        "Withdrawal",
        "full",
        "begun",
    )
    assert (withdrawal.far, softened.by_editor, hardened.label_text) == (
        "not measured: the other side gave nothing on it then",
        True,
        "hardened",
    )


def test_the_ledger_has_a_section_for_each_round_and_what_came_after(client):
    after, between = client.get(LEDGER, {"as_of": "2025-07-15"}).context["page"].sections
    assert after.title == "Since round 2, until 15 July 2025"
    assert between.title == "Second direct talks, Istanbul, since round 1"
    moved = {(row.code, row.party.code): row for row in between.rows}
    stirred = {
        place
        for place, lines in MOVEMENT.items()
        if {label for label, *_ in lines} != {"unchanged"}
    }
    assert moved.keys() == stirred
    tallies = {tally.party.code: tally.text for tally in between.tallies}
    counted = [
        label for (_, code), lines in MOVEMENT.items() if code == "RU" for label, *_ in lines
    ]
    assert tallies["RU"] == (
        f"softened 2, hardened 2, new {counted.count('new')}, reworded 1, restated 2,"
        f" unchanged {counted.count('unchanged')}"
    )
    gifts = moved["ceasefire", "UA"].gifts
    assert {gift.party.code for gift in gifts} == {"RU"}
    assert [gift.line.label for gift in gifts] == ["softened", "new", "new", "new"]
    assert moved["ceasefire", "RU"].gifts == ()
    dropped = [line for row in after.rows for line in row.moves if line.label == "dropped"]
    assert {text(line.before) for line in dropped} == {
        "The delegations meet again between 20 and 30 June.",
        "Zelensky and Putin meet before June is out, so as to speed up peace.",
    }
