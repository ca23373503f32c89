"""Our signer and rail against the pretend Satispay, which checks signatures on its own."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from obolo.gateways.payments import satispay_signature
from obolo.gateways.payments.rail import RailRefused
from obolo.gateways.payments.satispay import SatispayRail, Tariff, is_authentic
from obolo.kit import clock
from obolo.kit.money import Money
from obolo.simulator.providers.tests.at_loopback import CODE, LONG_AGO, an_order

CALLBACK = "http://product.test/hooks/satispay/k"
TARIFF = Tariff(free_below_minor=1000, part_bps=95)


@pytest.fixture(scope="module")
def keys() -> tuple[str, str]:
    return satispay_signature.new_key_pair()


@pytest.fixture
def key_id(house, keys) -> str:
    asked = {"public_key": keys[1], "token": CODE}
    return str(house.post("/sim/satispay/g_business/v1/authentication_keys", asked)["key_id"])


@pytest.fixture
def rail(house, keys, key_id) -> SatispayRail:
    return _rail(house, key_id, keys[0])


def _rail(house, key_id: str, private: str, http: httpx.Client | None = None) -> SatispayRail:
    return SatispayRail(
        satispay_signature.Signer(key_id, private),
        callback_url=CALLBACK,
        base_url=f"{house.base}/sim/satispay",
        tariff=TARIFF,
        http=http or house.pool,
    )


def test_a_gift_from_pending_to_accepted(house, rail):
    made = rail.create(an_order())
    assert (made.state, made.asked, made.reference) == ("open", Money(500, "EUR"), "gift-1")
    assert made.url.startswith(house.base)
    house.post("/sim/satispay/payments/gift-1/accept")
    told = rail.fetch(made.provider_ref)
    assert (told.state, told.paid, told.fee) == ("paid", Money(500, "EUR"), Money(0, "EUR"))
    assert (told.method, told.url) == ("satispay", "")


def test_the_callback_is_a_get_without_a_state(house, rail):
    made = rail.create(an_order())
    house.post("/sim/satispay/payments/gift-1/accept")
    house.until(house.nothing_owed)
    [call] = house.product.calls
    assert (call.method, call.content) == ("GET", b"")
    assert is_authentic(b"", call.headers.raw)
    query = urlsplit(str(call.url)).query.encode()
    assert list(rail.read_notice(query)) == [made.provider_ref]


def test_callbacks_end_after_four_tries_and_the_list_knows_more(house, rail, monkeypatch):
    monkeypatch.setattr(
        "obolo.simulator.providers.calls.SATISPAY_PAUSES_SECONDS", (0.01, 0.01, 0.01)
    )
    house.product.answers = [500] * 10
    rail.create(an_order())
    house.post("/sim/satispay/payments/gift-1/accept")
    house.until(house.nothing_owed)
    assert len(house.product.calls) == 4
    assert [one.reference for one in rail.list_paid(LONG_AGO)] == ["gift-1"]


def test_the_same_order_is_one_payment(rail):
    order = an_order()
    assert rail.create(order).provider_ref == rail.create(order).provider_ref
    assert [one.reference for one in rail.list_pending()] == ["gift-1"]
    with pytest.raises(RailRefused, match="code 36"):
        rail.create(an_order(minor=700))


def test_fees_follow_the_contract():
    assert [TARIFF.fee(Money(m, "EUR")).minor for m in (1, 999, 1000, 2000)] == [0, 0, 10, 19]


def test_a_cancelled_payment_cannot_be_accepted(house, rail):
    made = rail.create(an_order())
    assert rail.cancel(made.provider_ref).state == "cancelled"
    refused = house.http.post("/sim/satispay/payments/gift-1/accept")
    assert refused.status_code == 409
    assert rail.cancel(made.provider_ref).state == "cancelled"


def test_cancelling_an_accepted_payment_tells_the_truth(house, rail):
    made = rail.create(an_order())
    house.post("/sim/satispay/payments/gift-1/accept")
    assert rail.cancel(made.provider_ref).state == "paid"


def test_cancel_or_refund_undoes_what_was_lost_sight_of(house, rail):
    waiting, paid = rail.create(an_order("gift-1")), rail.create(an_order("gift-2"))
    house.post("/sim/satispay/payments/gift-2/accept")
    assert rail.cancel_or_refund(waiting.provider_ref).state == "cancelled"
    rail.cancel_or_refund(paid.provider_ref)
    with pytest.raises(RailRefused):
        rail.refund(paid.provider_ref, Money(1, "EUR"), "more")


def test_refunds_in_parts_once_for_each_key_and_never_beyond(house, rail):
    made = rail.create(an_order())
    with pytest.raises(RailRefused, match="code 44"):
        rail.refund(made.provider_ref, Money(100, "EUR"), "too-early")
    house.post("/sim/satispay/payments/gift-1/accept")
    first = rail.refund(made.provider_ref, Money(200, "EUR"), "refund-1")
    assert first.state == "done"
    again = rail.refund(made.provider_ref, Money(200, "EUR"), "refund-1")
    assert again.refund_ref == first.refund_ref
    for wrong in (Money(301, "EUR"), Money(0, "EUR"), Money(-5, "EUR"), Money(100, "USD")):
        with pytest.raises(RailRefused):
            rail.refund(made.provider_ref, wrong, f"wrong-{wrong.minor}")
    clock.advance(timedelta(days=366))
    with pytest.raises(RailRefused, match="code 131"):
        rail.refund(made.provider_ref, Money(100, "EUR"), "too-late")
    assert [one.reference for one in rail.list_paid(LONG_AGO)] == ["gift-1"]


def test_a_request_that_ran_out_is_opened_again_on_demand(house, rail):
    order = an_order()
    made = rail.create(order)
    clock.advance(timedelta(hours=25))
    assert (rail.fetch(made.provider_ref).state, rail.fetch(made.provider_ref).url) == ("open", "")
    again = rail.reopen(order, made.provider_ref)
    assert again.provider_ref != made.provider_ref
    assert rail.reopen(order, made.provider_ref).provider_ref == again.provider_ref
    clock.advance(timedelta(days=30))
    assert rail.fetch(again.provider_ref).state == "expired"


def test_the_activation_code_is_traded_once(house, keys, key_id):
    asked = {"public_key": keys[1], "token": CODE}
    path = "/sim/satispay/g_business/v1/authentication_keys"
    assert house.http.post(path, json=asked).json()["code"] == 45


def test_a_signature_by_another_key_is_refused(house, key_id):
    other, _ = satispay_signature.new_key_pair()
    with pytest.raises(RailRefused, match="401"):
        _rail(house, key_id, other).create(an_order())


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("digest", lambda value: satispay_signature.digest(b"{}")),
        ("date", lambda value: "Mon, 18 Mar 2019 15:10:24 GMT"),
        ("authorization", lambda value: value.replace("rsa-sha256", "hmac-sha256")),
        ("authorization", lambda value: value.replace('signature="', 'signature="AAAA')),
        ("authorization", lambda value: ""),
    ],
)
def test_any_change_of_a_signed_request_is_refused(house, keys, key_id, name, change):
    def tamper(request: httpx.Request) -> None:
        request.headers[name] = change(request.headers[name])

    with (
        httpx.Client(event_hooks={"request": [tamper]}, trust_env=False) as http,
        pytest.raises(RailRefused, match="401"),
    ):
        _rail(house, key_id, keys[0], http).create(an_order())


def test_a_changed_amount_is_refused(house, keys, key_id):
    def tamper(request: httpx.Request) -> Any:
        body = request.content.replace(b"500", b"900")
        return house.http.request(
            request.method, str(request.url), content=body, headers=request.headers
        )

    with (
        httpx.Client(transport=httpx.MockTransport(tamper)) as http,
        pytest.raises(RailRefused, match="401"),
    ):
        _rail(house, key_id, keys[0], http).create(an_order())


def test_only_euro_is_taken(rail):
    with pytest.raises(RailRefused):
        rail.create(an_order(amount=Money(500, "USD")))


def test_the_page_takes_a_press_and_says_when_it_is_over(house, rail):
    made = rail.create(an_order())
    assert "<button" in house.http.get(made.url).text
    assert house.http.post(made.url, data={"deed": "accept"}).status_code == 303
    assert "<button" not in house.http.get(made.url).text
    assert rail.fetch(made.provider_ref).state == "paid"
