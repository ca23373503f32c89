"""Posting gifts and purchases: what is numbered, what is refused, what happens once."""

from typing import Any
from uuid import uuid4

import pytest

from obolo.kit.money import CurrencyMismatch, Money, NotAnAmount
from obolo.ledger import actions, audit, queries
from obolo.ledger.errors import KeyReused, LineFull, NoSuchFund, NotEnoughCents, NotPostable
from obolo.ledger.models import BLOCK_MINOR, Entry, Fund, Leg, Line, Mint
from obolo.ledger.spans import Span
from obolo.ledger.tests.cast import DAY, eur, gift, purchase
from obolo.organisations.wall import within


def _numbers(*spans: Span | None) -> list[tuple[int, int] | None]:
    return [(span.lo, span.hi) if span else None for span in spans]


def _posted() -> int:
    """Entries that move money."""
    return Entry.objects.exclude(kind="rule").count()


def test_a_gift_is_numbered_net_of_fee_and_overhead(well):
    _, posting = gift(well, 500, 35, bps=1000)
    assert posting.net_minor == 465
    assert _numbers(posting.overhead, posting.restricted) == [(0, 46), (0, 419)]
    legs = dict(Leg.objects.values_list("account", "amount_minor"))
    overhead = Fund.objects.get(purpose="overhead")
    assert legs == {
        "cash:simulator": 465,
        "fees": 35,
        "gifts:fees": -35,
        f"fund:{well.id}": -419,
        f"fund:{overhead.id}": -46,
    }
    assert audit.breaches() == []


def test_overhead_is_exact_over_many_tiny_gifts(well):
    overheads = [gift(well, 7, bps=1000)[1].overhead for _ in range(10)]
    assert sum(span.minor for span in overheads if span) == 7
    assert audit.breaches() == []


@pytest.mark.parametrize(("gross", "fee"), [(20, 35), (35, 35)])
def test_a_fee_that_eats_the_gift_numbers_nothing_and_still_balances(well, gross, fee):
    gift_id, posting = gift(well, gross, fee, bps=1000)
    assert (posting.net_minor, posting.overhead, posting.restricted) == (0, None, None)
    assert queries.gift_path(gift_id).parts == ()
    [totals] = queries.fund_totals(well.id)
    assert (totals.received_minor, totals.gifts_count) == (0, 1)
    assert audit.breaches() == []


def test_all_overhead_numbers_nothing_on_the_fund(well):
    _, posting = gift(well, 100, bps=10_000)
    assert _numbers(posting.overhead, posting.restricted) == [(0, 100), None]


def test_a_gift_to_overhead_is_not_split(charity):
    overhead = actions.system_fund("overhead", "EUR")
    _, posting = gift(overhead, 100, bps=1000)
    assert _numbers(posting.overhead, posting.restricted) == [None, (0, 100)]
    assert audit.breaches() == []


def test_a_gift_in_another_currency_opens_its_own_line(well):
    gift(well, 100)
    gift(well, 900, currency="JPY", bps=500)
    assert [(t.currency, t.free_minor) for t in queries.fund_totals(well.id)] == [
        ("EUR", 100),
        ("JPY", 855),
    ]


def test_each_line_has_a_block_of_its_own(charity):
    for number in range(3):
        actions.open_fund(name=f"{number}", currency="EUR")
    bases = list(Line.objects.values_list("base", flat=True))
    assert len(set(bases)) == 3
    assert {base % BLOCK_MINOR for base in bases} == {0}


def test_a_purchase_takes_the_lowest_free_numbers(well):
    gift(well, 300)
    gift(well, 200)
    assert _numbers(*purchase(well, 250)[1].spans) == [(0, 250)]
    assert _numbers(*purchase(well, 250)[1].spans) == [(250, 500)]
    assert queries.free_minor(well.id, "EUR") == 0


def test_a_purchase_beyond_the_fund_writes_nothing(well):
    gift(well, 300)
    with pytest.raises(NotEnoughCents) as refused:
        purchase(well, 301)
    assert refused.value.missing_minor == 1
    assert Entry.objects.filter(kind="purchase").count() == 0
    assert queries.free_minor(well.id, "EUR") == 300
    with pytest.raises(NotEnoughCents) as refused:
        purchase(well, 5, currency="USD")
    assert refused.value.missing_minor == 5


def test_the_same_key_posts_once(well):
    told: dict[str, Any] = {"gift_id": uuid4(), "key": "settle:1"}
    first = gift(well, 500, 35, bps=1000, **told)
    assert gift(well, 500, 35, bps=1000, **told) == first
    spent: dict[str, Any] = {"purchase_id": uuid4(), "key": "buy:1"}
    bought = purchase(well, 100, **spent)
    assert purchase(well, 100, **spent) == bought
    assert _posted() == 2
    assert audit.breaches() == []


@pytest.mark.parametrize("other", [{"gross": 501}, {"fee": 1}, {"bps": 1}, {"gift_id": uuid4()}])
def test_the_same_key_with_other_inputs_is_refused(well, other):
    told: dict[str, Any] = {"gross": 500, "gift_id": uuid4(), "key": "settle:1"}
    gift(well, **told)
    with pytest.raises(KeyReused):
        gift(well, **told | other)
    with pytest.raises(KeyReused):
        purchase(well, 500, purchase_id=told["gift_id"], key="settle:1")
    assert _posted() == 1


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        ({"gross": 0}, NotPostable),
        ({"gross": -5}, NotPostable),
        ({"gross": 5, "fee": -1}, NotPostable),
        ({"gross": 5, "bps": 10_001}, NotAnAmount),
        ({"gross": 5, "bps": -1}, NotAnAmount),
        ({"gross": 5, "account": "fees"}, NotPostable),
        ({"gross": 5, "account": "fund:1"}, NotPostable),
        ({"gross": 5, "account": "cash:Anna Rossi"}, NotPostable),
        ({"gross": BLOCK_MINOR + 1}, LineFull),
        ({"gross": 5, "currency": "eur"}, NotAnAmount),
    ],
)
def test_a_bad_gift_is_refused_and_nothing_is_written(well, bad, error):
    with pytest.raises(error):
        gift(well, **bad)
    assert (_posted(), Mint.objects.count()) == (0, 0)
    assert audit.breaches() == []


def test_a_fee_in_another_currency_is_refused(well):
    with pytest.raises(CurrencyMismatch):
        actions.post_gift(
            gift_id=uuid4(),
            fund_id=well.id,
            gross=eur(5),
            fee=Money(1, "USD"),
            overhead_bps=0,
            account="cash:bank",
            key="k",
            value_date=DAY,
        )


@pytest.mark.parametrize("minor", [0, -1])
def test_a_purchase_of_nothing_is_refused(well, minor):
    with pytest.raises(NotPostable):
        purchase(well, minor)


def test_an_unknown_fund_is_refused(charity):
    stranger = Fund(id=uuid4())
    for post in (gift, purchase):
        with pytest.raises(NoSuchFund):
            post(stranger, 5)


def test_another_organisations_fund_is_unknown(well, other_charity):
    gift_id, _ = gift(well, 100)
    with within(other_charity.id):
        with pytest.raises(NoSuchFund):
            gift(well, 5)
        assert queries.gift_path(gift_id).parts == ()
        assert queries.fund_totals(well.id) == ()
        gift(actions.open_fund(name="Pane", currency="EUR"), 7)
        assert audit.breaches() == []


def test_system_funds_exist_once(charity):
    assert actions.system_fund("reserve", "EUR").id == actions.system_fund("reserve", "USD").id
    with pytest.raises(NotPostable):
        actions.open_fund(name="Another", purpose="overhead", currency="EUR")
    with pytest.raises(NotPostable):
        actions.system_fund("restricted", "EUR")
