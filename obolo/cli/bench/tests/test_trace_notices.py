"""Which look at the page showed which gift."""

from obolo.cli.bench.trace_notices import Paying, page_times


def test_the_nth_payment_is_shown_when_the_page_counts_n_more():
    payers = [Paying("a", "1", 10.0), Paying("b", "2", 10.5), Paying("c", "3", 11.0)]
    seen = [(9.0, 7), (10.25, 8), (11.5, 9)]
    assert page_times(payers, seen, 7) == [250.0, 1000.0]
    assert page_times(payers, [*seen, (12.0, 10)], 7) == [250.0, 1000.0, 1000.0]
    assert page_times(payers, [], 7) == []
