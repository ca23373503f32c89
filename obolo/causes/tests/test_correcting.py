"""Corrections of a purchase: rows with who, when and why; the ledger frees the cents."""

from typing import Any
from uuid import uuid4

import pytest

from obolo.causes import actions, queries
from obolo.causes.errors import CorrectionKeyReused, NotBooked, NothingLeft, ReasonMissing
from obolo.causes.tests.cast import DAY, buy, eur, money_for, well
from obolo.kit.money import CurrencyMismatch, Money
from obolo.ledger import queries as ledger
from obolo.ledger.audit import breaches

BY = uuid4()


@pytest.fixture
def cause(charity):
    found = well()
    money_for(found, 1_000)
    return found


def _returned(bought, minor: int, key: str = "back", **other):
    told: dict[str, Any] = {
        "amount": eur(minor),
        "day": DAY,
        "reason": "Merce difettosa",
        "key": key,
        "by": BY,
    }
    return actions.supplier_paid_back(purchase_id=bought.id, **told | other)


def _released(bought, key: str = "never", **other):
    told: dict[str, Any] = {"day": DAY, "reason": "Registrata due volte", "key": key, "by": BY}
    return actions.release_purchase(purchase_id=bought.id, **told | other)


def test_a_supplier_pays_back_a_part_and_it_can_be_spent_again(cause):
    bought = buy(cause, 300)
    for _ in range(2):
        _returned(bought, 120)
    assert bought.left_minor == 180
    assert ledger.free_minor(cause.fund_id, "EUR") == 820
    found = queries.purchases([bought.id])[bought.id].corrections.get()
    told = (found.kind, found.amount_minor, found.reason, found.made_by)
    assert told == ("returned", 120, "Merce difettosa", BY)
    assert breaches() == []


def test_what_never_happened_frees_all_that_is_left(cause):
    bought = buy(cause, 300)
    _returned(bought, 120)
    assert _released(bought).amount_minor == 180
    assert _released(bought) == _released(bought)
    assert ledger.free_minor(cause.fund_id, "EUR") == 1_000
    assert ledger.gifts_of_use(bought.id) == []
    assert breaches() == []


def test_no_more_comes_back_than_is_left(cause):
    bought = buy(cause, 300)
    for odd in (301, 0, -1):
        with pytest.raises(NothingLeft):
            _returned(bought, odd)
    _released(bought)
    with pytest.raises(NothingLeft):
        _returned(bought, 1)
    with pytest.raises(NothingLeft):
        _released(bought, key="again")


def test_a_correction_says_why_in_the_funds_currency_once_per_key(cause):
    bought = buy(cause, 300)
    with pytest.raises(ReasonMissing):
        _released(bought, reason="  ")
    with pytest.raises(CurrencyMismatch):
        _returned(bought, 1, amount=Money(1, "USD"))
    _returned(bought, 100, key="k")
    with pytest.raises(CorrectionKeyReused):
        _returned(bought, 101, key="k")
    with pytest.raises(CorrectionKeyReused):
        _released(bought, key="k")


def test_one_that_waits_has_nothing_to_correct(cause):
    actions.set_limit(currency="EUR", limit_minor=0, by=BY)
    with pytest.raises(NotBooked):
        _released(buy(cause, 300, recorded_by=uuid4()))
