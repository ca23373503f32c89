"""The picture is drawn to scale: whatever the gift became, the widths add up."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from obolo.web.public.picture import EDGE, WIDE, Share, stations

amounts = st.lists(st.integers(0, 10**7), min_size=1, max_size=12)


@given(amounts)
def test_the_widths_add_up_to_the_whole_gift(minors):
    gross = sum(minors) or 1
    drawn = stations(gross, [Share(kind="purchase", minor=minor) for minor in minors])
    assert drawn[0].leaves_to == EDGE + WIDE
    for before, after in pairwise(drawn):
        assert before.leaves_from == before.stays_to == after.leaves_to
    if sum(minors):
        assert drawn[-1].stays == 0


@given(amounts)
def test_each_share_is_as_wide_as_its_part_to_within_one_unit(minors):
    gross = sum(minors) or 1
    for one in stations(gross, [Share(kind="purchase", minor=minor) for minor in minors]):
        assert abs((one.leaves_to - one.leaves_from) * gross - one.share.minor * WIDE) <= gross


@given(amounts, st.integers(1, 10**6))
def test_shares_beyond_the_gift_never_leave_the_canvas(minors, gross):
    for one in stations(gross, [Share(kind="fee", minor=minor) for minor in minors]):
        assert EDGE <= one.leaves_from <= one.leaves_to <= EDGE + WIDE
