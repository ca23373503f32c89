"""The path of a gift forwards and backwards, and what a fund has."""

from uuid import UUID

from obolo.ledger import queries
from obolo.ledger.tests.cast import gift, purchase


def _uses(part: queries.Part) -> list[tuple[UUID, int, int]]:
    return [(use.source_id, use.lo, use.hi) for use in part.uses]


def test_a_gift_is_followed_to_its_purchases(well, reading):
    first, _ = gift(well, 100)
    second, _ = gift(well, 100)
    a, _ = purchase(well, 60)
    b, _ = purchase(well, 80)
    with reading() as statements:
        path = queries.gift_path(second)
    assert len(statements) == 3
    [part] = path.parts
    assert (path.net_minor, part.lo, part.hi, part.free_minor) == (100, 100, 200, 60)
    assert _uses(part) == [(b, 100, 140)]
    assert _uses(queries.gift_path(first).parts[0]) == [(a, 0, 60), (b, 60, 100)]


def test_a_purchase_is_followed_to_its_gifts(well, reading):
    gifts = [gift(well, 100)[0] for _ in range(3)]
    purchase(well, 50)
    across, _ = purchase(well, 200)
    with reading() as statements:
        assert queries.gifts_of_use(across) == [(gifts[0], 50), (gifts[1], 100), (gifts[2], 50)]
    assert len(statements) == 2
    exact, _ = purchase(well, 50)
    assert queries.gifts_of_use(exact) == [(gifts[2], 50)]


def test_the_overhead_of_a_gift_is_a_part_of_its_path(well):
    gift_id, posting = gift(well, 200, bps=1000)
    path = queries.gift_path(gift_id)
    assert [(p.purpose, p.hi - p.lo) for p in path.parts] == [("restricted", 180), ("overhead", 20)]
    assert posting.overhead
    assert path.parts[1].line_id == posting.overhead.line_id
    assert path.net_minor == 200


def test_lines_do_not_mix(well, other_fund):
    purchase_id, _ = (gift(well, 100), gift(other_fund, 100), purchase(other_fund, 100))[2]
    [(gift_id, minor)] = queries.gifts_of_use(purchase_id)
    assert minor == 100
    assert queries.gift_path(gift_id).parts[0].fund_id == other_fund.id
    assert queries.free_minor(well.id, "EUR") == 100


def test_the_totals_of_a_fund(well, django_assert_num_queries):
    gift(well, 500, 35, bps=1000)
    gift(well, 500, 35, bps=1000)
    purchase(well, 300)
    with django_assert_num_queries(1):
        [totals] = queries.fund_totals(well.id)
    assert totals == queries.FundTotals("EUR", 837, 300, 537, 93, 2)
    assert queries.free_minor(well.id, "EUR") == 537
    assert queries.free_minor(well.id, "USD") == 0
