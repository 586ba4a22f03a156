"""Two versions of a paper: which clause became which, and what changed."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from positions.clausediff import changes, matched, word_diff


@dataclass(frozen=True)
class Clause:
    pk: int
    label: str = ""
    text: str = ""
    parent_id: int | None = 1
    order: int = 0
    operator: str = ""


def paper(first, *clauses):
    """Return an outermost clause, numbered ``first``, and clauses in it, in their order."""
    made = [Clause(first, "Paper", parent_id=None)]
    for number, (label, text) in enumerate(clauses, 1):
        made.append(Clause(first + number, label, text, first, number))
    return made


def became(older, newer):
    return {old.label or old.text: new.label or new.text for old, new in matched(older, newer)}


def kinds(older, newer):
    return [
        (change.kind, change.clause.label, change.moved, bool(change.reworded))
        for change in changes(older, newer)
    ]


OLD = paper(1, ("1", "Stop at once"), ("2", "Swap all for all"), ("3", "Talk again in June"))


def test_a_copy_differs_in_nothing():
    copy = paper(11, ("1", "Stop at once"), ("2", "Swap all for all"), ("3", "Talk again in June"))
    assert len(matched(OLD, copy)) == 4
    assert changes(OLD, copy) == ()


def test_a_clause_put_in_first_changes_numbers_and_nothing_else():
    newer = paper(
        11,
        ("1", "Quite another thing"),
        ("2", "Stop at once"),
        ("3", "Swap all for all"),
        ("4", "Talk again in June"),
    )
    assert became(OLD, newer) == {"Paper": "Paper", "1": "2", "2": "3", "3": "4"}
    assert kinds(OLD, newer)[0] == ("added", "1", False, False)
    relabelled = changes(OLD, newer)[1:]
    assert all(c.relabelled and not c.moved and not c.reworded for c in relabelled)


def test_a_reworded_clause_is_told_by_its_label_or_by_its_likeness():
    newer = paper(11, ("1", "Stop for thirty days"), ("b", "Swap all for all the ill"))
    (first, second, third) = changes(OLD, newer)
    assert (first.older, first.newer) == (OLD[1], newer[1])
    assert [run.text for run in first.reworded if run.kind == "removed"] == ["at once"]
    assert [run.text for run in first.reworded if run.kind == "added"] == ["for thirty days"]
    assert (second.older, second.newer, second.relabelled) == (OLD[2], newer[2], True)
    assert (third.kind, third.older) == ("removed", OLD[3])


def test_what_changed_its_place_has_moved_and_the_rest_has_not():
    newer = paper(11, ("3", "Talk again in June"), ("1", "Stop at once"), ("2", "Swap all for all"))
    assert kinds(OLD, newer) == [("changed", "3", True, False)]


def test_what_stands_in_another_clause_has_moved():
    newer = paper(11, ("1", "Stop at once"), ("3", "Talk again in June"))
    newer.append(Clause(20, "2", "Swap all for all", parent_id=12, order=1))
    assert kinds(OLD, newer) == [("changed", "2", True, False)]


def test_another_operator_is_a_change():
    newer = paper(11, *((c.label, c.text) for c in OLD[1:]))
    newer[0] = Clause(11, "Paper", parent_id=None, operator="any")
    (change,) = changes(OLD, newer)
    assert (change.operator, change.newer) == (True, newer[0])


def test_the_name_of_the_whole_decides_nothing():
    newer = [Clause(11, "Second draft", parent_id=None), Clause(12, "1", "Stop now", 11, 1)]
    assert became(OLD, newer) == {"Paper": "Second draft", "1": "1"}


def test_a_paper_without_clauses_has_only_new_ones_after_it():
    assert [c.kind for c in changes([], OLD)] == ["added"] * 4
    assert [c.kind for c in changes(OLD, [])] == ["removed"] * 4


def test_words_that_stayed_went_and_came():
    runs = word_diff("stop for a month", "stop for two months")
    assert [(run.kind, run.text) for run in runs] == [
        ("kept", "stop for "),
        ("removed", "a month"),
        ("added", "two months"),
    ]


@given(st.text("ab ,\n"), st.text("ab ,\n"))
def test_a_word_diff_holds_both_texts(before, after):
    runs = word_diff(before, after)
    assert "".join(r.text for r in runs if r.kind != "added") == before
    assert "".join(r.text for r in runs if r.kind != "removed") == after


clauses = st.lists(
    st.tuples(st.sampled_from(["", "1", "2", "a"]), st.text("ab ", max_size=6)), max_size=6
)


@given(clauses, clauses)
def test_each_clause_is_matched_once_and_accounted_for_once(first, second):
    older, newer = paper(1, *first), paper(101, *second)
    pairs = matched(older, newer)
    assert len({old.pk for old, _ in pairs}) == len({new.pk for _, new in pairs}) == len(pairs)
    found = changes(older, newer)
    assert sum(c.kind == "added" for c in found) == len(newer) - len(pairs)
    assert sum(c.kind == "removed" for c in found) == len(older) - len(pairs)
