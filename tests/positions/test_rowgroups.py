"""Rows in groups: parts after their issue, each row once, and what a press folds."""

from hypothesis import given
from hypothesis import strategies as st

from positions.matrix import Row
from positions.models import Issue
from positions.rowgroups import grouped


def row(pk: int, parent: int | None = None) -> Row:
    return Row(Issue(pk=pk, code=f"issue-{pk}", parent_id=parent), (), (), ())


OVERALL = Row(None, (), (), ())


def codes(group) -> list[str]:
    return [line.row.code for line in group.lines]


def test_parts_follow_their_issue_and_know_their_depth():
    rows = [OVERALL, row(1), row(2), row(3, parent=1), row(4, parent=3), row(5, parent=9)]
    groups = grouped(rows)
    assert [codes(group) for group in groups] == [
        ["overall"],
        ["issue-1", "issue-3", "issue-4"],
        ["issue-2"],
        ["issue-5"],
    ]
    assert [line.depth for line in groups[1].lines] == [0, 1, 2]
    assert [group.lines[0].parts for group in groups] == [0, 2, 0, 0]


def test_a_press_folds_a_group_and_another_unfolds_it():
    rows = [row(1), row(2, parent=1), row(3), row(4, parent=3)]
    one, other = grouped(rows, {"issue-3", "no-such"})
    assert (one.closed, other.closed) == (False, True)
    assert one.lines[0].then == ("issue-3", "no-such", "issue-1")
    assert other.lines[0].then == ("no-such",)
    assert not grouped(rows, ["issue-2"])[0].closed


@given(st.lists(st.integers(0, 12), max_size=12), st.sets(st.integers(1, 12)))
def test_every_row_stands_once_and_after_what_it_is_part_of(parents, closed):
    rows = [row(pk, parent if parent < pk else None) for pk, parent in enumerate(parents, start=1)]
    groups = grouped(rows, {f"issue-{pk}" for pk in closed})
    shown = [line.row for group in groups for line in group.lines]
    assert sorted(r.code for r in shown) == sorted(r.code for r in rows)
    for group in groups:
        above: list[int] = []
        for line in group.lines:
            parent = line.row.issue.parent_id
            assert not line.depth or parent == above[line.depth - 1]
            above = [*above[: line.depth], line.row.issue.pk]
