"""A pasted text as a tree of clauses."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from positions.clausetext import MARKED, Part, parse


def shape(parts):
    """Return the labels and texts as they stand in each other."""
    return [(p.label, p.text, shape(p.clauses)) if p.clauses else (p.label, p.text) for p in parts]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("One\nTwo", [("", "One"), ("", "Two")]),
        ("One\n  Two\n  Three\nFour", [("", "One", [("", "Two"), ("", "Three")]), ("", "Four")]),
        ("1. One\n2) Two", [("1", "One", [("2", "Two")])]),
        ("1. One\nand more\n2. Two", [("1", "One and more"), ("2", "Two")]),
        ("1. One\n\nsecond paragraph", [("1", "One\nsecond paragraph")]),
        (
            "1. One\na) sub\nb) sub too\n2. Two",
            [("1", "One", [("a", "sub"), ("b", "sub too")]), ("2", "Two")],
        ),
        (
            "1. One\n1.1 In\n1.2 In too\n1.2.1 Deep\n2. Two",
            [("1", "One", [("1.1", "In"), ("1.2", "In too", [("1.2.1", "Deep")])]), ("2", "Two")],
        ),
        (
            "Option 1: leave\nOption 2: package\n  - no arms\n  - no troops",
            [
                ("Option 1", "leave"),
                ("Option 2", "package", [("", "no arms"), ("", "no troops")]),
            ],
        ),
        (
            "(i) a\n(ii) b\n(iii) c\n(iv) d",
            [("i", "a"), ("ii", "b"), ("iii", "c"), ("iv", "d")],
        ),
        ("g) a\nh) b\ni) c\nj) d", [("g", "a"), ("h", "b"), ("i", "c"), ("j", "d")]),
        (
            "I. Terms\n 9. nine\n10. ten\nII. More",
            [("I", "Terms", [("9", "nine"), ("10", "ten")]), ("II", "More")],
        ),
        (
            "Раздел I. Параметры\n1. Вывод\nа) Донецк\nб) Луганск\nРаздел II. Огонь",
            [
                (
                    "Раздел I",
                    "Параметры",
                    [("1", "Вывод", [("а", "Донецк"), ("б", "Луганск")])],
                ),
                ("Раздел II", "Огонь"),
            ],
        ),
        ("Preamble\n1. One\n2. Two", [("", "Preamble"), ("1", "One"), ("2", "Two")]),
        ("1.\n  Words below\n2. Two", [("1", "Words below"), ("2", "Two")]),
        ("1. a\n  2. b\n1. c", [("1", "a"), ("2", "b"), ("1", "c")]),
        (
            "30 days of silence\n12 June is the day",
            [("", "30 days of silence"), ("", "12 June is the day")],
        ),
        ("\tOne\n    One too", [("", "One"), ("", "One too")]),
        ("\n\n", []),
        ("", []),
    ],
)
def test_what_a_text_becomes(text, tree):
    assert shape(parse(text)) == tree


def test_how_many_clauses_and_their_fields():
    (part,) = parse("1. One\n  a) In\n  b) In too")
    assert part.size == 3
    assert part.as_fields() == {
        "label": "1",
        "text": "One",
        "clauses": [
            {"label": "a", "text": "In", "clauses": []},
            {"label": "b", "text": "In too", "clauses": []},
        ],
    }


words = st.text("abcde fgh", min_size=1, max_size=20).map(str.strip).filter(bool)
trees = st.recursive(
    st.builds(lambda text: Part("", text), words),
    lambda inner: st.builds(
        lambda text, parts: Part("", text, tuple(parts)), words, st.lists(inner, max_size=3)
    ),
    max_leaves=12,
)


def bulleted(parts, depth=0):
    lines = []
    for part in parts:
        lines.append("  " * depth + "- " + part.text)
        lines += bulleted(part.clauses, depth + 1)
    return lines


def numbered(parts, before=""):
    lines = []
    for number, part in enumerate(parts, 1):
        lines.append(f"{before}{number}. {part.text}")
        lines += numbered(part.clauses, f"{before}{number}.")
    return lines


def texts(parts):
    return [(" ".join(p.text.split()), texts(p.clauses)) for p in parts]


@given(st.lists(trees, max_size=4))
def test_a_bulleted_tree_is_read_back(parts):
    assert texts(parse("\n".join(bulleted(parts)))) == texts(parts)


@given(st.lists(trees, max_size=4))
def test_a_numbered_tree_is_read_back_without_any_indentation(parts):
    assert texts(parse("\n".join(numbered(parts)))) == texts(parts)


@given(st.text("1aiv.)- \n\tбяOption(:2", max_size=120))
def test_no_word_is_lost_or_made_up(text):
    def flat(parts):
        return [w for p in parts for w in [*p.label.split(), *p.text.split(), *flat(p.clauses)]]

    def plain(words):
        return re.sub(r"[\s.:)(–—-]", "", "".join(words))

    parts = parse(text)
    assert plain(flat(parts)) == plain(text.split())
    assert all(p.label or p.text for p in everything(parts))
    marked = sum(bool(MARKED.match(line.lstrip())) for line in text.splitlines())
    assert len(list(everything(parts))) >= marked


def everything(parts):
    for part in parts:
        yield part
        yield from everything(part.clauses)
