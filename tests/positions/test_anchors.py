"""Words at their place in a text: found exactly and only there, or not at all."""

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiations.texts import hash_of, normal
from positions import anchors
from positions.anchors import Anchor

#: Few letters, so that the same words stand in a text several times.
TEXTS = st.text("ab ", max_size=40)


def test_an_anchor_has_its_words_and_those_around_them():
    text = "x" * 40 + "thirty days" + "y" * 40
    assert anchors.at(text, 40, 51) == Anchor("thirty days", "x" * 32, "y" * 32, 40, 51)
    assert anchors.at("abc", 0, 3) == Anchor("abc", "", "", 0, 3)


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (1, 1), (2, 1), (0, 4)])
def test_no_anchor_holds_nothing(start, end):
    with pytest.raises(ValueError, match="in a text of 3"):
        anchors.at("abc", start, end)


def test_offsets_count_code_points():
    text = "🕊 “тридцять днів” 🕊"
    place = anchors.found(text, "тридцять")
    assert place is not None
    assert (place.start, text[place.start : place.end]) == (3, "тридцять")


def test_words_that_stand_twice_are_told_apart_by_those_around_them():
    text = "East: no deal. West: no deal."
    assert anchors.found(text, "no deal") is None
    told = anchors.found(text, "no deal", "West: ")
    assert told is not None
    assert told.start == 21
    assert anchors.found(text, "no deal", suffix=".") is None
    assert anchors.found(text, "no deal", "North: ") is None
    assert anchors.found(text, "") is None


def test_places_may_overlap():
    assert anchors.places("aaa", "aa") == [0, 1]
    assert anchors.found("aaa", "aa") is None


@given(TEXTS, st.text("ab ", min_size=1, max_size=4))
def test_what_is_found_is_the_only_place(text, quote):
    count = sum(text.startswith(quote, start) for start in range(len(text)))
    place = anchors.found(text, quote)
    assert (place is not None) == (count == 1)
    assert place is None or text[place.start : place.end] == quote == place.quote


@given(TEXTS, TEXTS, st.data())
def test_what_is_carried_has_its_words_and_never_another_place_s(old, new, data):
    if not old:
        return
    start = data.draw(st.integers(0, len(old) - 1))
    end = data.draw(st.integers(start + 1, len(old)))
    anchor = anchors.at(old, start, end)
    moved = anchors.carried(anchor, old, new)
    if moved is None:
        return
    assert new[moved.start : moved.end] == anchor.quote == moved.quote
    is_alone = len(anchors.places(old, anchor.quote)) == len(anchors.places(new, anchor.quote)) == 1
    in_context = anchor.prefix + anchor.quote + anchor.suffix
    assert is_alone or in_context in new


@given(TEXTS, TEXTS, st.text("cde", min_size=1, max_size=5))
def test_words_that_stand_alone_are_carried_wherever_they_go(before, after, words):
    old, new = f"{before}{words}{after}", f"{after}{words}{before}"
    moved = anchors.carried(anchors.at(old, len(before), len(before) + len(words)), old, new)
    assert moved is not None
    assert moved.start == len(after)


def test_an_anchor_does_not_move_to_the_like_of_what_has_gone():
    old = "Some want thirty days. Others want thirty days."
    new = "Some want sixty days. Others want thirty days."
    first = anchors.at(old, 10, 21)
    assert first.quote == "thirty days"
    assert anchors.carried(first, old, new) is None


def test_pasted_words_are_found_whatever_space_is_between_them():
    text = "We need\n  thirty days.\nWe need thirty days."
    assert [a.start for a in anchors.pasted(text, "thirty days")] == [10, 31]
    assert [a.quote for a in anchors.pasted(text, "need thirty  days.\n")] == [
        "need\n  thirty days.",
        "need thirty days.",
    ]
    assert anchors.pasted(text, "need thirty days")[0].start == 26
    assert anchors.pasted(text, " \n") == []
    assert anchors.pasted("a.b", "a+b") == []


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("the cease\ufb01re was o\ufb00ered", "ceasefire was offered"),
        ("a su\ufb03cient o\ufb00er at \ufb01rst", "su\ufb00icient offer at first"),
        ("the offices", "o\ufb03ces"),
        ("East\u2019s \u201cfirm\u201d offer \u2014 final", 'East\'s "firm" offer - final'),
        ('East\'s "firm" offer', "East\u2019s \u00abfirm\u00bb"),
        ("negoti\u00adation", "negotiation"),
        ("the obcʼєкт", "obc'єкт"),
    ],
)
def test_pasted_words_are_found_however_they_are_set(text, quote):
    (place,) = anchors.pasted(text, quote)
    assert place.quote == text[place.start : place.end]
    assert anchors.found(text, quote) is None


SET = ("fi", "\ufb01", "ffi", "\ufb03", "\ufb00i", "f\u00adl", "\ufb02", "\ufb06", "\u2019")


@given(st.lists(st.sampled_from(SET), min_size=1, max_size=8).map("o".join))
def test_a_text_is_found_in_itself_by_its_plain_letters(text):
    plain = normalize("NFKC", text).translate({0xAD: "", 0x2019: "'"})
    assert text in {place.quote for place in anchors.pasted(text, plain)}


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("a\r\nb\rc\u2028d\fe", "a\nb\nc\nd\ne"),
        ("\ufeffи\u0306", "й"),
        ("a\x07b\x9fc\td", "abc\td"),
        ("\u202eleft\u200f", "\u202eleft\u200f"),
    ],
)
def test_a_text_has_one_form(given_text, expected):
    assert normal(given_text) == expected


@given(st.text())
def test_the_one_form_of_a_text_is_its_own(text):
    assert normal(normal(text)) == normal(text)


def test_the_hash_is_of_the_words_in_utf_8():
    assert hash_of("") == ""
    assert hash_of("мир") == "63fb1ae76a9f395bfa9843ca13f96dbc0521de2eae4f2a4590de20f50841f8c5"
