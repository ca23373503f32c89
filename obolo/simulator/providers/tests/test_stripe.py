"""The official Stripe library, through our rail, against the pretend Stripe on a real port."""

import json
from datetime import timedelta
from typing import Any

import pytest

from obolo.gateways.payments.rail import RailRefused, RailUnreachable
from obolo.gateways.payments.stripe import StripeRail, is_authentic
from obolo.kit import clock
from obolo.kit.money import Money
from obolo.simulator.providers.tests.at_loopback import HOOK_SECRET, KEY, LONG_AGO, an_order


@pytest.fixture
def rail(house) -> StripeRail:
    return StripeRail(KEY, base_url=f"{house.base}/sim/stripe", http=house.pool)


def _euro(minor: int) -> Money:
    return Money(minor, "EUR")


def _notices(house) -> list[tuple[bool, str, dict[str, Any]]]:
    """(authentic, type, object) of each call, the signature checked by the library."""
    house.until(house.nothing_owed)
    found = []
    for call in house.product.calls:
        told = json.loads(call.content)
        good = is_authentic(HOOK_SECRET, call.content, call.headers.raw)
        found.append((good, told["type"], told["data"]["object"]))
    return found


def test_a_gift_by_card_with_its_true_fee(house, rail):
    made = rail.create(an_order())
    assert (made.state, made.asked, made.reference) == ("open", _euro(500), "gift-1")
    assert made.url == f"{house.base}/sim/stripe/pay/{made.provider_ref}"
    assert (made.paid, made.fee, made.paid_at) == (None, None, None)
    house.post("/sim/stripe/sessions/gift-1/pay")
    told = rail.fetch(made.provider_ref)
    assert (told.state, told.paid, told.fee, told.method) == ("paid", _euro(500), _euro(33), "card")
    assert told.url == ""
    assert told.paid_at is not None
    assert abs(told.paid_at - clock.now()) < timedelta(seconds=5)
    notices = _notices(house)
    assert [kind for _, kind, _ in notices].count("checkout.session.completed") == 1
    assert all(good for good, _, _ in notices)


def test_every_notice_leads_to_the_same_payment(house, rail):
    made = rail.create(an_order())
    house.post("/sim/stripe/sessions/gift-1/pay")
    house.post("/sim/stripe/sessions/gift-1/refund", {"amount": 100})
    house.post("/sim/stripe/sessions/gift-1/dispute")
    _notices(house)
    kinds = set()
    for call in house.product.calls:
        [ref] = rail.read_notice(call.content)
        assert rail.fetch(ref).provider_ref == made.provider_ref
        kinds.add(json.loads(call.content)["type"])
    assert {"charge.refunded", "charge.dispute.created", "payment_intent.succeeded"} <= kinds


def test_the_same_order_opens_one_session_whatever_was_lost(house, rail):
    order = an_order()
    first = rail.create(order)
    assert rail.create(order).provider_ref == first.provider_ref
    house.post("/sim/stripe/sessions/gift-1/pay")
    again = rail.create(order)
    assert (again.provider_ref, again.state) == (first.provider_ref, "paid")


def test_another_order_under_the_same_reference_is_refused(rail):
    rail.create(an_order())
    with pytest.raises(RailRefused, match="same parameters"):
        rail.create(an_order(minor=600))


def test_completed_is_not_paid_until_the_debit_arrives(house, rail):
    made = rail.create(an_order())
    house.post("/sim/stripe/sessions/gift-1/begin")
    told = rail.fetch(made.provider_ref)
    assert (told.state, told.paid, told.url) == ("open", None, "")
    assert ("checkout.session.completed", "unpaid") in [
        (kind, thing.get("payment_status")) for _, kind, thing in _notices(house)
    ]
    assert [one.provider_ref for one in rail.list_pending()] == [made.provider_ref]
    assert rail.reopen(an_order(), made.provider_ref).provider_ref == made.provider_ref
    house.post("/sim/stripe/sessions/gift-1/settle")
    told = rail.fetch(made.provider_ref)
    assert (told.state, told.fee, told.method) == ("paid", _euro(35), "sepa_debit")
    assert rail.list_pending() == []


def test_a_debit_that_bounces_has_failed(house, rail):
    made = rail.create(an_order())
    house.post("/sim/stripe/sessions/gift-1/begin")
    house.post("/sim/stripe/sessions/gift-1/bounce")
    assert rail.fetch(made.provider_ref).state == "failed"


def test_a_declined_card_leaves_the_page_open(house, rail):
    made = rail.create(an_order())
    house.post("/sim/stripe/sessions/gift-1/decline", {"code": "insufficient_funds"})
    told = rail.fetch(made.provider_ref)
    assert (told.state, told.url) == ("open", made.url)
    [(good, kind, _)] = _notices(house)
    assert good
    assert kind == "payment_intent.payment_failed"
    [ref] = rail.read_notice(house.product.calls[0].content)
    assert rail.fetch(ref).provider_ref == made.provider_ref
    house.post("/sim/stripe/sessions/gift-1/pay")
    assert rail.fetch(made.provider_ref).state == "paid"


def test_what_was_really_paid_is_told_whatever_was_asked(house, rail):
    made = rail.create(an_order())
    house.post("/sim/stripe/sessions/gift-1/pay", {"amount": 450})
    told = rail.fetch(made.provider_ref)
    assert (told.asked, told.paid) == (_euro(500), _euro(450))


def test_a_page_that_closed_after_a_day_is_opened_again_on_demand(house, rail):
    order = an_order()
    made = rail.create(order)
    clock.advance(timedelta(hours=25))
    told = rail.fetch(made.provider_ref)
    assert (told.state, told.url) == ("open", "")
    again = rail.reopen(order, made.provider_ref)
    assert again.provider_ref != made.provider_ref
    assert again.url.endswith(again.provider_ref)
    assert rail.reopen(order, made.provider_ref).provider_ref == again.provider_ref
    assert rail.reopen(order, again.provider_ref).provider_ref == again.provider_ref
    house.post(f"/sim/stripe/sessions/{again.provider_ref}/pay")
    assert rail.reopen(order, again.provider_ref).state == "paid"
    assert rail.fetch(made.provider_ref).paid is None


def test_after_our_own_link_is_over_nothing_opens_again(rail):
    order = an_order(expires_at=clock.now() + timedelta(hours=30))
    made = rail.create(order)
    clock.advance(timedelta(hours=31))
    assert rail.fetch(made.provider_ref).state == "expired"
    assert rail.reopen(order, made.provider_ref).provider_ref == made.provider_ref


@pytest.mark.parametrize("minutes", [10, 45, 600])
def test_a_link_that_ends_soon_closes_its_page_with_it(house, rail, minutes):
    made = rail.create(an_order(expires_at=clock.now() + timedelta(minutes=minutes)))
    assert made.state == "open"
    clock.advance(timedelta(minutes=max(minutes, 31), seconds=61))
    assert rail.fetch(made.provider_ref).state == "expired"


def test_a_cancelled_payment_takes_no_money(house, rail):
    made = rail.create(an_order())
    assert rail.cancel(made.provider_ref).state == "cancelled"
    assert rail.cancel(made.provider_ref).state == "cancelled"
    assert house.http.post("/sim/stripe/sessions/gift-1/pay").status_code == 409
    assert rail.reopen(an_order(), made.provider_ref).state == "cancelled"


def test_a_payment_cannot_be_cancelled_once_it_is_paid(house, rail):
    made = rail.create(an_order())
    house.post("/sim/stripe/sessions/gift-1/pay")
    assert rail.cancel(made.provider_ref).state == "paid"


def test_refunds_in_parts_once_for_each_key_and_never_beyond(house, rail):
    made = rail.create(an_order())
    with pytest.raises(RailRefused):
        rail.refund(made.provider_ref, _euro(100), "before-any-charge")
    house.post("/sim/stripe/sessions/gift-1/pay")
    first = rail.refund(made.provider_ref, _euro(200), "refund-1")
    assert (first.state, first.amount) == ("done", _euro(200))
    assert rail.refund(made.provider_ref, _euro(200), "refund-1").refund_ref == first.refund_ref
    told = rail.fetch(made.provider_ref)
    assert (told.state, told.refunded) == ("paid", _euro(200))
    for wrong in (_euro(301), _euro(0), _euro(-1), Money(100, "USD")):
        with pytest.raises(RailRefused):
            rail.refund(made.provider_ref, wrong, f"wrong-{wrong.minor}-{wrong.currency}")
    rail.refund(made.provider_ref, _euro(300), "refund-2")
    told = rail.fetch(made.provider_ref)
    assert (told.state, told.refunded) == ("refunded", _euro(500))
    with pytest.raises(RailRefused):
        rail.refund(made.provider_ref, _euro(1), "refund-3")


def test_a_chargeback_months_later_is_seen(house, rail):
    made = rail.create(an_order())
    house.post("/sim/stripe/sessions/gift-1/pay")
    assert rail.fetch(made.provider_ref).disputed is None
    clock.advance(timedelta(days=90))
    house.post("/sim/stripe/sessions/gift-1/dispute")
    assert rail.fetch(made.provider_ref).disputed == _euro(500)


def test_reconciliation_finds_what_no_notice_told(house, rail):
    house.faults.payment_silent = True
    for number in range(3):
        rail.create(an_order(f"gift-{number}"))
    house.post("/sim/stripe/sessions/gift-0/pay")
    half = clock.now()
    clock.advance(timedelta(hours=1))
    house.post("/sim/stripe/sessions/gift-2/pay")
    house.until(house.nothing_owed)
    assert house.product.calls == []
    assert [one.reference for one in rail.list_paid(half + timedelta(minutes=5))] == ["gift-2"]
    assert {one.reference for one in rail.list_paid(LONG_AGO)} == {"gift-0", "gift-2"}
    assert [one.reference for one in rail.list_pending()] == ["gift-1"]


def test_lists_longer_than_a_page_are_whole(house, rail, monkeypatch):
    monkeypatch.setattr("obolo.gateways.payments.stripe.PAGE", 2)
    for number in range(5):
        rail.create(an_order(f"gift-{number}"))
    assert len(rail.list_pending()) == 5


def test_a_notice_is_repeated_until_it_is_taken_and_signed_anew(house, rail):
    house.product.answers = [503, 500]
    rail.create(an_order())
    house.post("/sim/stripe/sessions/gift-1/decline")
    assert all(good for good, _, _ in _notices(house))
    assert len(house.product.calls) == 3
    assert len({call.content for call in house.product.calls}) == 1


def test_a_fault_doubles_every_notice(house, rail):
    house.faults.payment_duplicate = 2
    rail.create(an_order())
    house.post("/sim/stripe/sessions/gift-1/decline")
    assert len(_notices(house)) == 3


def test_a_restart_loses_nothing(house, rail):
    made = rail.create(an_order())
    house.post("/sim/stripe/sessions/gift-1/pay")
    house.until(house.nothing_owed)
    from obolo.simulator.providers.shelf import Shelf

    again = Shelf(house.app.shelf._journal._path, "a test")
    assert again.state == house.app.shelf.state
    again.close()
    assert rail.fetch(made.provider_ref).state == "paid"


def test_a_wrong_key_is_refused(house):
    rail = StripeRail("sk_wrong", base_url=f"{house.base}/sim/stripe", http=house.pool)
    with pytest.raises(RailRefused, match="401"):
        rail.create(an_order())


def test_a_provider_that_is_away_may_be_asked_again(house):
    rail = StripeRail(KEY, base_url="http://127.0.0.1:9/sim/stripe", http=house.pool)
    with pytest.raises(RailUnreachable):
        rail.create(an_order())


def test_the_pretend_stripe_knows_the_current_rules(house):
    def ask(**form: str) -> Any:
        good = {
            "mode": "payment",
            "success_url": "https://x.example/",
            "line_items[0][quantity]": "1",
            "line_items[0][price_data][unit_amount]": "500",
            "line_items[0][price_data][currency]": "eur",
            "line_items[0][price_data][product_data][name]": "Pozzo",
        }
        headers = {"Authorization": f"Bearer {KEY}"}
        data = {k: v for k, v in (good | form).items() if v}
        return house.http.post("/sim/stripe/v1/checkout/sessions", data=data, headers=headers)

    def code(answer: Any) -> str:
        assert answer.status_code == 400, answer.text
        return str(answer.json()["error"].get("code"))

    assert ask().status_code == 200
    removed = ask(**{"payment_method_types[0]": "card"})
    assert code(removed) == "payment_method_types_no_longer_supported"
    assert code(ask(colour="red")) == "parameter_unknown"
    assert code(ask(success_url="")) == "parameter_missing"
    assert code(ask(success_url="javascript:alert(1)")) == "url_invalid"
    assert code(ask(**{"line_items[0][price_data][unit_amount]": "49"})) == "amount_too_small"
    assert (
        code(ask(**{"line_items[0][price_data][unit_amount]": "5.5"}))
        == "parameter_invalid_integer"
    )
    assert ask(expires_at="5").status_code == 400
    assert ask(locale="ar").status_code == 400


def test_the_page_takes_a_press_and_says_when_it_is_over(house, rail):
    made = rail.create(an_order(description="Il pozzo <b>"))
    shown = house.http.get(made.url)
    assert "Il pozzo &lt;b&gt;" in shown.text
    pressed = house.http.post(made.url, data={"deed": "pay"})
    assert pressed.status_code == 303
    assert pressed.headers["location"] == "https://obolo.example/p/acqua/gift-1"
    assert "<button" not in house.http.get(made.url).text
    assert house.http.post(made.url, data={"deed": "pay"}).status_code == 303
    assert rail.fetch(made.provider_ref).paid == _euro(500)


def test_no_method_is_named_and_no_other_account_is_touched(house, rail):
    import stripe

    rail.create(an_order())
    assert stripe.api_key is None
