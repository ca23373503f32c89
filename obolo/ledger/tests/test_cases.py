"""Each case of traceability §6.4, named. Amounts in cents; every story ends with sound books."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from obolo.kit.money import CurrencyMismatch
from obolo.ledger import actions, audit, queries, rules
from obolo.ledger.errors import (
    FundClosed,
    KeyReused,
    NoSuchGift,
    NoSuchPurchase,
    NotApproved,
    NotEnoughCents,
    NotPostable,
    TooMuch,
)
from obolo.ledger.models import Entry, Leg, Lineage, Use
from obolo.ledger.spans import Span
from obolo.ledger.tests.cast import (
    DAY,
    advance,
    chargeback,
    close,
    convert,
    eur,
    gift,
    purchase,
    refund,
    reimburse,
    release,
    reserve,
    supplier_refund,
    transfer,
    true_up,
    void,
)


@pytest.fixture(autouse=True)
def _books_are_sound_at_the_end(charity):
    yield
    assert audit.breaches() == []


def pairs(spans: tuple[Span, ...]) -> list[tuple[int, int]]:
    return [(span.lo, span.hi) for span in spans]


def uses(gift_id: UUID, depth: int = 0) -> list[tuple[str, int, int]]:
    path = queries.gift_path(gift_id)
    found = [part for part in (*path.parts, *path.onward) if part.depth == depth]
    return [(use.kind, use.lo, use.hi) for part in found for use in part.uses]


def legs() -> dict[str, int]:
    total: dict[str, int] = {}
    for account, minor in Leg.objects.values_list("account", "amount_minor"):
        name = "fund" if account.startswith("fund:") else account
        total[name] = total.get(name, 0) + minor
    return {name: minor for name, minor in total.items() if minor}


def test_late_fee_is_borne_by_the_reserve_and_the_gift_keeps_its_numbers(well):
    pot = reserve(100)
    gift_id, posting = gift(well, 500, 35)
    posted = true_up(gift_id, 40)
    assert posted
    assert pairs(posted.used) == [(0, 5)]
    assert queries.free_minor(pot.id, "EUR") == 95
    assert queries.gift_path(gift_id).net_minor == posting.net_minor == 465
    assert true_up(gift_id, 40) is None, "the estimate is right by now"


def test_late_fee_lower_than_estimated_goes_to_the_reserve(well):
    pot = reserve()
    gift_id, _ = gift(well, 500, 35)
    true_up(gift_id, 30)
    assert queries.free_minor(pot.id, "EUR") == 5
    assert legs()["fees"] == 30


def test_fee_of_a_monthly_invoice_is_spent_by_the_reserve(well):
    pot = reserve(100)
    told: dict[str, Any] = {
        "fee_id": uuid4(),
        "account": "cash:bank",
        "key": "july",
        "value_date": DAY,
    }
    first = actions.post_fee(amount=eur(30), **told)
    assert actions.post_fee(amount=eur(30), **told) == first
    assert queries.free_minor(pot.id, "EUR") == 70


def test_refund_before_spending_takes_the_gifts_own_cents_highest_first(well):
    gift(well, 100)
    gift_id, _ = gift(well, 100)
    gift(well, 100)
    posted = refund(gift_id, 100)
    assert pairs(posted.used) == [(100, 200)]
    assert uses(gift_id) == [("refund", 100, 200)]
    assert pairs(purchase(well, 150)[1].spans) == [(0, 100), (200, 250)]


def test_refund_gives_back_the_gross_and_the_reserve_bears_the_lost_fee(well):
    pot = reserve(100)
    gift_id, _ = gift(well, 500, 35, bps=1000)
    refund(gift_id, 500)
    assert queries.free_minor(pot.id, "EUR") == 65
    assert queries.free_minor(well.id, "EUR") == 0
    # The cash that is left: the reserve's own, less what the provider kept.
    assert legs()["cash:simulator"] + legs()["cash:bank"] == 65
    [totals] = queries.fund_totals(well.id)
    assert (totals.received_minor, totals.gone_minor, totals.overhead_minor) == (0, 419, 46)
    # A refund does not lower the running total: the next gift's share goes on from it.
    _, posting = gift(well, 100, bps=1000)
    assert posting.overhead
    assert posting.overhead.minor == (465 + 100) // 10 - 465 // 10


def test_refund_after_spending_is_covered_and_the_purchase_stays(well):
    pot = reserve()
    backer, _ = gift(pot, 300)
    first, _ = gift(well, 100)
    second, _ = gift(well, 100)
    bought, before = purchase(well, 150)
    posted = refund(second, 100)
    assert sorted(pairs(posted.used)) == [(0, 50), (150, 200)]
    # The purchase is as it was; who stands behind it has changed.
    ranges = Use.objects.get(source_id=bought)
    assert ranges.amount_minor == 150
    assert queries.gifts_of_use(bought) == [(first, 100), (backer, 50)]
    assert uses(second) == [("covered", 100, 150), ("refund", 150, 200)]
    assert uses(backer) == [("cover", 0, 50)]
    assert uses(backer, depth=1) == [("purchase", 100, 150)]
    assert before.spans


def test_refund_without_reserve_is_an_iou_until_the_organisation_pays(well):
    gift_id, _ = gift(well, 100)
    bought, _ = purchase(well, 100)
    refund(gift_id, 100)
    assert queries.owed_minor("EUR") == 100
    assert queries.gifts_of_use(bought) == [], "nobody outside stands behind it now"
    told: dict[str, Any] = {"repayment_id": uuid4(), "account": "cash:bank", "value_date": DAY}
    actions.post_repayment(amount=eur(60), key="pay:1", **told)
    with pytest.raises(TooMuch):
        actions.post_repayment(amount=eur(41), key="pay:2", **told)
    actions.post_repayment(amount=eur(40), key="pay:3", **told)
    assert queries.owed_minor("EUR") == 0


def test_chargeback_months_later_is_covered_with_its_dispute_fee(well):
    pot = reserve(2000)
    gift_id, _ = gift(well, 500, 35)
    bought, _ = purchase(well, 465)
    posted = chargeback(gift_id, 500, dispute=1500)
    assert sum(span.minor for span in posted.used) == 465 + 35 + 1500
    assert queries.free_minor(pot.id, "EUR") == 0
    assert Use.objects.get(source_id=bought).amount_minor == 465
    assert legs()["fees"] == 1535
    with pytest.raises(TooMuch):
        refund(gift_id, 1)


def test_partial_refund_takes_free_cents_first_then_covers_the_highest(well):
    reserve(100)
    gift_id, _ = gift(well, 100)
    purchase(well, 70)
    refund(gift_id, 10)
    assert uses(gift_id) == [("purchase", 0, 70), ("refund", 90, 100)]
    refund(gift_id, 40)
    assert uses(gift_id) == [
        ("purchase", 0, 50),
        ("covered", 50, 70),
        ("refund", 70, 90),
        ("refund", 90, 100),
    ]
    refund(gift_id, 50)
    assert {kind for kind, _, _ in uses(gift_id)} == {"covered", "refund"}
    with pytest.raises(TooMuch):
        refund(gift_id, 1)


def test_refund_of_a_gift_to_the_reserve_is_covered_by_what_is_left_there(well):
    pot = reserve()
    gift_id, _ = gift(pot, 100)
    other, _ = gift(pot, 100)
    spent, _ = purchase(pot, 80)
    refund(gift_id, 100)
    assert queries.gifts_of_use(spent) == [(other, 80)]
    refund(other, 100)
    assert queries.owed_minor("EUR") == 80


def test_refund_follows_a_gift_that_was_moved(well, other_fund):
    reserve(100)
    gift_id, _ = gift(well, 100)
    transfer(well, other_fund, 60)
    refund(gift_id, 90)
    path = queries.gift_path(gift_id)
    assert sum(part.free_minor for part in (*path.parts, *path.onward)) == 10
    refund(gift_id, 10)
    assert queries.free_minor(well.id, "EUR") == queries.free_minor(other_fund.id, "EUR") == 0
    assert queries.free_minor(reserve().id, "EUR") == 100


def test_spend_reversal_frees_the_same_numbers_for_the_next_purchase(well):
    gift(well, 300)
    first, _ = purchase(well, 100)
    purchase(well, 100)
    posted = release(first)
    assert pairs(posted.freed) == [(0, 100)]
    assert pairs(purchase(well, 150)[1].spans) == [(0, 100), (200, 250)]
    with pytest.raises(TooMuch):
        release(first)


def test_supplier_pays_back_part_and_the_highest_numbers_return(well):
    gift_id, _ = gift(well, 300)
    bought, _ = purchase(well, 200)
    posted = supplier_refund(bought, 50)
    assert pairs(posted.freed) == [(150, 200)]
    assert uses(gift_id) == [("purchase", 0, 150)]
    assert queries.gifts_of_use(bought) == [(gift_id, 150)]
    supplier_refund(bought, 150)
    with pytest.raises(TooMuch):
        supplier_refund(bought, 1)


def test_supplier_pays_back_what_the_reserve_covered_and_it_stays_the_reserves(well):
    pot = reserve()
    backer, _ = gift(pot, 100)
    gift_id, _ = gift(well, 100)
    bought, _ = purchase(well, 100)
    refund(gift_id, 100)
    supplier_refund(bought, 40)
    again, _ = purchase(well, 40)
    assert queries.gifts_of_use(again) == [(backer, 40)]
    assert uses(gift_id) == [("covered", 0, 100)]


def test_advance_from_reserve_is_reimbursed_when_gifts_come(well):
    pot = reserve()
    backer, _ = gift(pot, 500)
    bought, posting = advance(well, 200)
    assert pairs(posting.spans) == [(0, 200)]
    assert queries.outstanding_advances(well.id, "EUR") == [(bought, 200)]
    assert queries.gifts_of_use(bought) == [(backer, 200)]
    gift_id, _ = gift(well, 120)
    reimburse(bought, 120)
    assert queries.outstanding_advances(well.id, "EUR") == [(bought, 80)]
    assert queries.gifts_of_use(bought) == [(gift_id, 120), (backer, 80)]
    assert uses(gift_id) == [("reimburse", 0, 120)]
    assert uses(gift_id, depth=1) == [("purchase", 0, 120)]
    # The backer's cents came back as new numbers and can be spent again.
    assert queries.free_minor(pot.id, "EUR") == 420
    assert uses(backer) == [("reimbursed", 0, 120), ("purchase", 120, 200)]
    other, _ = purchase(pot, 420)
    assert queries.gifts_of_use(other) == [(backer, 420)]
    with pytest.raises(TooMuch):
        reimburse(bought, 81)
    with pytest.raises(NotEnoughCents):
        reimburse(bought, 80)


def test_a_gift_spent_on_several_purchases_is_covered_as_one_stretch(well):
    """The replay knows of no seam where one purchase ends and the next begins."""
    reserve(500)
    gift_id, _ = gift(well, 100)
    purchase(well, 40)
    purchase(well, 60)
    refund(gift_id, 100)
    assert Lineage.objects.filter(kind="cover").count() == 1
    assert audit.breaches() == []


def test_a_supplier_of_an_advance_pays_back_to_whoever_bears_it(well):
    """The reserve's part first, for it is the last that the fund would pay back."""
    pot = reserve()
    backer, _ = gift(pot, 500)
    bought, _ = advance(well, 200)
    gift_id, _ = gift(well, 120)
    reimburse(bought, 120)
    supplier_refund(bought, 30)
    assert queries.outstanding_advances(well.id, "EUR") == [(bought, 50)]
    assert queries.gifts_of_use(bought) == [(gift_id, 120), (backer, 50)]
    with pytest.raises(NotPostable, match="money of that fund"):
        supplier_refund(bought, 51)
    supplier_refund(bought, 50)
    assert queries.outstanding_advances(well.id, "EUR") == []
    assert queries.gifts_of_use(bought) == [(gift_id, 120)]
    assert queries.free_minor(pot.id, "EUR") == 500
    for way in (lambda: supplier_refund(bought, 1), lambda: release(bought)):
        with pytest.raises(NotPostable, match="money of that fund"):
            way()
    assert audit.breaches() == []


def test_refund_of_a_gift_that_reimbursed_an_advance_is_covered(well):
    pot = reserve()
    backer, _ = gift(pot, 500)
    bought, _ = advance(well, 200)
    gift_id, _ = gift(well, 200)
    reimburse(bought, 200)
    refund(gift_id, 200)
    assert queries.gifts_of_use(bought) == [(backer, 200)]
    assert queries.outstanding_advances(well.id, "EUR") == []


def test_advance_of_a_reserve_that_lacks_it_is_refused(well):
    reserve(10)
    with pytest.raises(NotEnoughCents):
        advance(well, 11)
    with pytest.raises(NotPostable):
        advance(reserve(), 5)
    with pytest.raises(NoSuchPurchase):
        reimburse(uuid4(), 5)


def test_late_posted_gift_takes_the_next_numbers_whatever_its_date(well):
    gift(well, 100)
    _, late = gift(well, 100)
    told: dict[str, Any] = {"gift_id": uuid4(), "account": "cash:bank", "key": "late"}
    posting = actions.post_gift(
        fund_id=well.id,
        gross=eur(50),
        fee=eur(0),
        overhead_bps=0,
        value_date=date(2020, 1, 1),
        **told,
    )
    assert late.restricted
    assert posting.restricted
    assert posting.restricted.lo == late.restricted.hi
    assert Entry.objects.get(key="late").value_date == date(2020, 1, 1)


def test_wrong_fund_is_corrected_with_the_gifts_own_cents(well, other_fund):
    gift(well, 100)
    gift_id, _ = gift(well, 100)
    gift(well, 100)
    posted = transfer(well, other_fund, 100, reason="correction", gift_id=gift_id)
    assert pairs(posted.used) == [(100, 200)]
    bought, _ = purchase(other_fund, 30)
    assert queries.gifts_of_use(bought) == [(gift_id, 30)]
    assert uses(gift_id) == [("transfer", 100, 200)]
    assert uses(gift_id, depth=1) == [("purchase", 0, 30)]
    with pytest.raises(NotEnoughCents):
        transfer(well, other_fund, 1, reason="correction", gift_id=gift_id)


def test_duplicate_is_voided_free_cents_first_then_covered(well):
    reserve(100)
    gift_id, _ = gift(well, 100, 4)
    purchase(well, 50)
    void(gift_id, 100, 4)
    assert uses(gift_id) == [("covered", 0, 50), ("void", 50, 96)]
    assert "fees" not in legs()
    with pytest.raises(TooMuch):
        refund(gift_id, 1)


def test_wrong_amount_too_high_is_voided_in_part(well):
    gift_id, _ = gift(well, 1000)
    void(gift_id, 900)
    assert uses(gift_id) == [("void", 100, 1000)]
    with pytest.raises(TooMuch):
        void(gift_id, 101)
    with pytest.raises(TooMuch):
        void(gift_id, 50, 1)


def test_wrong_amount_too_low_gets_more_numbers_for_the_same_gift(well):
    gift_id, _ = gift(well, 100, bps=1000)
    gift(well, 100, bps=1000)
    posting = actions.post_additional_mint(
        gift_id=gift_id,
        fund_id=well.id,
        gross=eur(50),
        fee=eur(0),
        overhead_bps=1000,
        account="cash:bank",
        key="more",
        value_date=DAY,
    )
    assert posting.net_minor == 50
    path = queries.gift_path(gift_id)
    assert path.net_minor == 150
    assert [(p.lo, p.hi) for p in path.parts if p.fund_id == well.id] == [(0, 90), (180, 225)]
    [totals] = queries.fund_totals(well.id)
    assert totals.gifts_count == 2
    refund(gift_id, 150)


def test_wrong_donor_changes_the_owner_and_no_number(well):
    gift_id, _ = gift(well, 100)
    before = queries.gift_path(gift_id)
    wrong, right = uuid4(), uuid4()
    assert queries.owner_of(gift_id) is None
    actions.change_owner(gift_id=gift_id, owner_id=wrong, key="own:1", value_date=DAY)
    actions.change_owner(gift_id=gift_id, owner_id=right, key="own:2", value_date=DAY)
    actions.change_owner(gift_id=gift_id, owner_id=right, key="own:2", value_date=DAY)
    assert queries.owner_of(gift_id) == right
    assert queries.gift_path(gift_id) == before
    with pytest.raises(KeyReused):
        actions.change_owner(gift_id=gift_id, owner_id=wrong, key="own:2", value_date=DAY)


def test_currency_conversion_maps_every_cent_once(well):
    first, _ = gift(well, 101)
    second, _ = gift(well, 99)
    posted = convert(well, 200, 1311, fee=3)
    assert pairs(posted.minted) == [(0, 1311)]
    bought, _ = purchase(well, 1000, currency="XOF")
    behind = queries.gifts_of_use(bought)
    assert behind == [(first, 101 * 1311 // 200), (second, 1000 - 101 * 1311 // 200)]
    path = queries.gift_path(second)
    assert [(p.currency, p.via, p.lo, p.hi) for p in path.onward] == [
        ("XOF", "conversion", 662, 1311)
    ]
    assert legs()["cash:bank-xof"] == 1311
    assert (legs()["fees"], legs()["gifts:fees"]) == (3, -3)
    assert dict(queries.details_of(Entry.objects.get(kind="conversion").source_id)) == {
        "conversion": {"rate": "655.957", "fee_minor": 3, "sold": 200, "bought": 1311}
    }


def test_currency_conversion_may_leave_less_than_one_cent(well):
    tiny = [gift(well, 1)[0] for _ in range(10)]
    convert(well, 10, 3, currency="KWD")
    bought, _ = purchase(well, 3, currency="KWD")
    behind = dict(queries.gifts_of_use(bought))
    assert sum(behind.values()) == 3
    assert len(behind) == 3
    assert sum(not queries.gift_path(gift_id).onward for gift_id in tiny) == 7


def test_refund_of_converted_cents_is_covered_in_the_gifts_currency(well):
    pot = reserve()
    backer, _ = gift(pot, 500)
    gift_id, _ = gift(well, 100)
    convert(well, 100, 655)
    bought, _ = purchase(well, 600, currency="XOF")
    refund(gift_id, 100)
    assert queries.gifts_of_use(bought) == [(backer, 600)]
    assert queries.gift_path(gift_id).onward == ()


def test_matching_gift_is_a_gift_linked_to_the_matched_one(well):
    gift_id, _ = gift(well, 100)
    told: dict[str, Any] = {"fund_id": well.id, "gross": eur(100), "fee": eur(0), "overhead_bps": 0}
    told |= {"account": "cash:bank", "value_date": DAY}
    matching = uuid4()
    actions.post_matching_gift(matched_gift_id=gift_id, gift_id=matching, key="match", **told)
    assert queries.matched_by(gift_id) == [matching]
    assert queries.gift_path(matching).net_minor == 100
    with pytest.raises(NoSuchGift):
        actions.post_matching_gift(matched_gift_id=uuid4(), gift_id=uuid4(), key="m2", **told)


def test_closing_a_fund_moves_its_last_cents_and_freezes_its_lines(well, other_fund):
    gift_id, _ = gift(well, 100)
    gift(well, 900, currency="JPY")
    purchase(well, 40)
    close(well, other_fund)
    assert [(t.currency, t.free_minor, t.closed) for t in queries.fund_totals(well.id)] == [
        ("EUR", 0, True),
        ("JPY", 0, True),
    ]
    assert queries.free_minor(other_fund.id, "EUR") == 60
    bought, _ = purchase(other_fund, 60)
    assert queries.gifts_of_use(bought) == [(gift_id, 60)]
    for late in (lambda: gift(well, 5), lambda: gift(well, 5, currency="USD")):
        with pytest.raises(FundClosed):
            late()
    with pytest.raises(FundClosed):
        close(well, other_fund, key="again")
    with pytest.raises(NotPostable):
        close(reserve(), other_fund)


def test_refund_after_closing_takes_the_cents_where_they_went(well, other_fund):
    reserve(100)
    gift_id, _ = gift(well, 100)
    purchase(well, 40)
    close(well, other_fund)
    refund(gift_id, 100)
    assert queries.free_minor(other_fund.id, "EUR") == 0
    assert queries.free_minor(reserve().id, "EUR") == 60


def test_failed_project_moves_what_is_left_with_its_reason(well, other_fund):
    gift_id, _ = gift(well, 100)
    purchase(well, 30)
    transfer_id = uuid4()
    transfer(well, other_fund, 70, reason="failed", transfer_id=transfer_id)
    [(kind, details)] = queries.details_of(transfer_id)
    assert (kind, details["reason"], details["legal_basis"]) == (
        "transfer",
        "failed",
        "statute, article 7",
    )
    assert len(set(details["approvers"])) == 2
    assert queries.gift_path(gift_id).onward[0].free_minor == 70


def test_unrestricted_gift_is_designated_later_and_keeps_its_owner(well):
    pot = actions.open_fund(name="Unrestricted", purpose="unrestricted", currency="EUR")
    gifts = [gift(pot, 50)[0] for _ in range(3)]
    transfer(pot, well, 120)
    bought, _ = purchase(well, 110)
    assert queries.gifts_of_use(bought) == [(gifts[0], 50), (gifts[1], 50), (gifts[2], 10)]


def test_a_gift_is_followed_over_several_moves(well, other_fund):
    third = actions.open_fund(name="Third", currency="EUR")
    gift(well, 7)
    gift_id, _ = gift(well, 100)
    transfer(well, other_fund, 107)
    gift(third, 11)
    transfer(other_fund, third, 107)
    bought, _ = purchase(third, 118)
    path = queries.gift_path(gift_id)
    assert [(p.depth, p.via, p.lo, p.hi) for p in path.onward] == [
        (1, "transfer", 7, 107),
        (2, "transfer", 18, 118),
    ]
    assert uses(gift_id, depth=2) == [("purchase", 18, 118)]
    assert queries.gifts_of_use(bought)[-1] == (gift_id, 100)


@pytest.mark.parametrize("basis", ["", "   ", "x" * 201])
def test_a_transfer_without_a_basis_is_refused(well, other_fund, basis):
    gift(well, 100)
    with pytest.raises(NotApproved):
        transfer(well, other_fund, 5, approval=actions.Approval(basis, (uuid4(), uuid4())))


def test_a_transfer_approved_by_one_person_twice_is_refused(well, other_fund):
    gift(well, 100)
    one = uuid4()
    with pytest.raises(NotApproved):
        transfer(well, other_fund, 5, approval=actions.Approval("statute", (one, one)))
    with pytest.raises(NotPostable):
        transfer(well, other_fund, 5, reason="because")
    with pytest.raises(NotPostable):
        transfer(well, well, 5)
    with pytest.raises(NotEnoughCents):
        transfer(well, other_fund, 101)


@pytest.mark.parametrize("minor", [0, -5])
def test_nothing_cannot_be_given_back(well, other_fund, minor):
    gift_id, _ = gift(well, 100)
    bought, _ = purchase(well, 50)
    for post in (
        lambda: refund(gift_id, minor),
        lambda: void(gift_id, minor),
        lambda: supplier_refund(bought, minor),
        lambda: transfer(well, other_fund, minor),
        lambda: advance(well, minor),
        lambda: convert(well, minor, 5),
    ):
        with pytest.raises(NotPostable):
            post()


def test_what_nobody_knows_is_refused(well):
    for post in (lambda: refund(uuid4(), 5), lambda: true_up(uuid4(), 5), lambda: void(uuid4(), 5)):
        with pytest.raises(NoSuchGift):
            post()
    for undo in (lambda: release(uuid4()), lambda: supplier_refund(uuid4(), 5)):
        with pytest.raises(NoSuchPurchase):
            undo()


def test_a_refund_in_another_currency_is_refused(well):
    gift_id, _ = gift(well, 900, currency="JPY")
    with pytest.raises(CurrencyMismatch):
        refund(gift_id, 5)


def test_a_refund_repeated_happens_once(well):
    gift_id, _ = gift(well, 100)
    first = refund(gift_id, 40, key="once")
    assert refund(gift_id, 40, key="once") == first
    with pytest.raises(KeyReused):
        refund(gift_id, 41, key="once")
    assert queries.free_minor(well.id, "EUR") == 60


def test_the_rule_is_published_as_the_first_entry_of_a_fund(well):
    gift(well, 100)
    first = Entry.objects.filter(line__fund=well).order_by("turn")[0]
    assert (first.kind, first.source_id, queries.rule_of(well.id)) == (
        "rule",
        well.id,
        rules.CURRENT,
    )
    said = [rules.words(rules.CURRENT, language) for language in rules.LANGUAGES]
    assert len({len(sentences) for sentences in said}) == 1
    assert len(set(said)) == 3
    assert rules.words(rules.CURRENT, "xx") == rules.words(rules.CURRENT, "en")
    assert [queries.rule_in_words(well.id, language) for language in rules.LANGUAGES] == said
