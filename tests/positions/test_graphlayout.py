"""Where the boxes and lines of a graph stand."""

from hypothesis import given
from hypothesis import strategies as st

from positions.graphlayout import Arrow, Box, draw, wrapped


def drawn(text, lines=1):
    """Draw arrows written as "a>b b>c", with a box for each letter in order."""
    arrows = [Arrow(*each.split(">")) for each in text.split()]
    names = sorted({name for arrow in arrows for name in (arrow.first, arrow.then)})
    return draw([Box(name, ("words",) * lines) for name in names], arrows)


def test_what_comes_first_stands_left():
    found = drawn("a>b b>c a>c")
    a, b, c = found.boxes
    assert a.x < b.x < c.x
    assert not any(arrow.backward for arrow in found.arrows)
    assert found.width == c.x + c.width


def test_a_ring_has_one_line_back():
    found = drawn("a>b b>a")
    assert [arrow.backward for arrow in found.arrows] == [False, True]
    back = found.arrows[1]
    assert back.points[0][0] > back.points[-1][0]


def test_a_line_past_a_layer_crosses_no_box():
    found = drawn("a>b b>c a>c", lines=4)
    middle = found.boxes[1]
    long = next(arrow for arrow in found.arrows if arrow.arrow == Arrow("a", "c"))
    passing = [y for x, y in long.points if middle.x <= x <= middle.x + middle.width]
    assert passing
    assert all(y < middle.y or y > middle.y + middle.height for y in passing)


def test_what_does_not_hang_together_stands_apart():
    found = drawn("a>b c>d e>f")
    a, b, c, d, e, _f = found.boxes
    assert b.x + b.width < c.x < d.x
    assert c.y == a.y
    assert e.x == a.x
    assert e.y > a.y + a.height


def test_arrows_to_nowhere_or_to_oneself_are_left_out():
    found = draw([Box("a", ("a",))], [Arrow("a", "a"), Arrow("a", "gone")])
    assert len(found.boxes) == 1
    assert found.arrows == ()
    assert draw([], []).boxes == ()


def test_a_text_is_broken_into_lines_and_none_of_it_is_lost():
    text = "All Ukrainian forces leave the regions of Donetsk, Luhansk and Kherson."
    assert len(wrapped(text)) == 3
    assert " ".join(wrapped(text)) == text
    assert wrapped("") == ()
    assert [len(line) for line in wrapped("x" * 70)] == [29, 29, 12]
    assert len(wrapped("語" * 29)) == 3


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"])))
def test_no_letter_of_any_text_is_lost(text):
    assert "".join("".join(wrapped(text)).split()) == "".join(text.split())


GRAPHS = st.lists(
    st.tuples(st.sampled_from("abcdefghij"), st.sampled_from("abcdefghij")), max_size=20
)


@given(GRAPHS, st.integers(1, 5))
def test_boxes_do_not_overlap_and_lines_run_from_box_to_box(edges, lines):
    arrows = [Arrow(*edge) for edge in edges]
    boxes = [Box(name, ("words",) * lines) for name in "abcdefghij"]
    found = draw(boxes, arrows)
    assert found == draw(boxes, arrows)
    assert [box.id for box in sorted(found.boxes, key=lambda box: box.id)] == list("abcdefghij")
    for one in found.boxes:
        assert 0 <= one.x <= one.x + one.width <= found.width
        assert 0 <= one.y <= one.y + one.height <= found.height
        for other in found.boxes:
            beside = one.x + one.width <= other.x or other.x + other.width <= one.x
            above = one.y + one.height <= other.y or other.y + other.height <= one.y
            assert one.id == other.id or beside or above
    at = {box.id: box for box in found.boxes}
    assert {each.arrow for each in found.arrows} == {a for a in arrows if a.first != a.then}
    for each in found.arrows:
        left, right = at[each.arrow.first], at[each.arrow.then]
        points = each.points
        if each.backward:
            left, right, points = right, left, points[::-1]
        assert left.x < right.x
        assert points[0][0] == left.x + left.width
        assert points[-1][0] == right.x
        assert left.y <= points[0][1] <= left.y + left.height
        assert right.y <= points[-1][1] <= right.y + right.height
        for (x, y), (to_x, to_y) in zip(points[1::2], points[2::2], strict=False):
            assert y == to_y
            assert all(
                not (box.x == x and box.y <= y <= box.y + box.height) for box in found.boxes
            ), (to_x,)
