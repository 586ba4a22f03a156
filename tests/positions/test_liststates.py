"""What a list held after a change, by playing it through."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from positions.liststates import Listing, listed_after


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(1, 4), st.booleans()), max_size=12), st.integers(0, 13))
def test_what_stands_is_what_was_put_in_and_not_taken_out(acts, until):
    listings, entries, held, expected = [], {}, set(), set()
    for change, (target, puts_in) in enumerate(acts, start=1):
        if puts_in == (target in held):
            continue
        if puts_in:
            entries[target] = change
        listings.append(Listing(change, change * 2, entries[target], target, puts_in))
        held ^= {target}
        if change <= until:
            expected = set(held)
    assert listed_after(reversed(listings), until) == expected
