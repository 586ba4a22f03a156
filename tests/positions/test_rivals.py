"""Rival values: who stands alone, by independent sources; claims that exclude each other or not."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from positions.rivals import Given, Ground, Verdict, sources_of, verdict, weighed

numbers = st.one_of(st.none(), st.integers(0, 20))
ends = st.tuples(numbers, numbers).filter(lambda e: None in e or e[0] <= e[1])


@st.composite
def rivals(draw):
    drawn = draw(
        st.lists(
            st.tuples(
                st.one_of(st.none(), ends),
                st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=2), max_size=4),
                st.sampled_from(["", "each", "in total"]),
                st.sampled_from(["normal", "preferred", "deprecated"]),
            ),
            max_size=5,
        )
    )
    return [
        Given(pk, span, tuple(sources), per, rank)
        for pk, (span, sources, per, rank) in enumerate(drawn)
    ]


def outliers(*values: Given) -> list[int]:
    return [each.id for each in weighed(values) if each.outlier]


def value(pk, low, high, *sources, **more) -> Given:
    return Given(pk, (low, high), tuple((source,) for source in sources), **more)


@given(rivals())
def test_none_is_merged_and_none_is_lost(values):
    assert [each.id for each in weighed(values)] == [each.id for each in values]


@given(rivals())
def test_an_outlier_has_more_against_it_than_for_it(values):
    for each in weighed(values):
        assert 0 <= each.against <= each.others
        assert each.independent + each.others <= sources_of(values)
        if each.outlier:
            assert each.against >= 2
            assert each.against > each.independent
            assert each.against * 2 > each.others


@given(rivals())
def test_where_all_ranges_share_a_number_there_is_no_outlier(values):
    sharing = [v for v in values if v.ends is None or _holds(v.ends, 10)]
    assert outliers(*sharing) == []


def _holds(span, number) -> bool:
    low, high = span
    return (low is None or low <= number) and (high is None or number <= high)


@given(rivals(), st.randoms())
def test_the_order_of_the_values_does_not_matter(values, random):
    shuffled = list(values)
    random.shuffle(shuffled)
    assert set(outliers(*shuffled)) == set(outliers(*values))


@given(rivals())
def test_two_values_of_two_sources_leave_neither_alone(values):
    two = [Given(v.id, v.ends, v.sources[:1], v.per, v.rank) for v in values[:2]]
    assert outliers(*two) == []


def test_thirty_days_at_least_thirty_and_ninety():
    thirty = value(1, 30, 30, 11, 12, rank="preferred")
    more = value(2, 30, None, 13)
    ninety = value(3, 90, 90, 14, rank="deprecated")
    weights = {each.id: each for each in weighed([thirty, more, ninety])}
    assert [pk for pk, each in weights.items() if each.outlier] == [3]
    assert (weights[3].against, weights[3].others, weights[3].independent) == (2, 3, 1)


def test_reports_with_one_origin_are_no_majority():
    ones = Given(1, (30, 30), ((11, 99), (12, 99)))
    assert outliers(ones, value(2, 90, 90, 14)) == []


def test_a_source_that_gives_both_is_not_against_either():
    assert outliers(value(1, 41, 41, 1), value(2, None, 20, 1, 2)) == []
    assert outliers(value(1, 41, 41, 1), value(2, None, 20, 2, 3)) == [1]


def test_one_source_against_a_value_without_any_makes_no_outlier():
    assert outliers(value(1, 5, 5), value(2, 9, 9, 2)) == []
    assert outliers(value(1, 5, 5), value(2, 9, 9, 2, 3)) == [1]


def test_what_is_counted_otherwise_is_not_compared():
    each = value(1, 1000, 1000, 1, 2, per="each")
    assert outliers(each, value(2, 6, 6, 3, per="in total")) == []
    assert outliers(each, value(2, 6, 6, 3, per="each")) == [2]


def test_what_is_deprecated_counts_against_nothing():
    assert outliers(value(1, 5, 5, 1), value(2, 9, 9, 2, 3, rank="deprecated")) == []


def test_claims_exclude_each_other_or_pull():
    assert verdict(linked=True, answer="") == (Verdict.EXCLUDE, Ground.LINKED)
    assert verdict(linked=False, answer="rejected") == (Verdict.EXCLUDE, Ground.REJECTED)
    apart = [Decimal(0), Decimal(1)]
    assert verdict(linked=False, answer="", least=apart) == (Verdict.EXCLUDE, Ground.APART)
    met = verdict(linked=False, answer="countered", least=[Decimal(0)])
    assert met == (Verdict.PULL, Ground.MET)
    assert verdict(linked=False, answer="countered") == (Verdict.PULL, Ground.UNSHARED)
