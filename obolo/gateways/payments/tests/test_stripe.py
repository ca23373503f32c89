"""Stripe's manners: signatures, notices, answers of every shape. The whole path is played in
`obolo.simulator.providers`.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from obolo.gateways.payments import stripe_reading as reading
from obolo.gateways.payments.rail import Order, RailRefused, RailUnreachable
from obolo.gateways.payments.stripe import TOLERANCE_SECONDS, StripeRail, is_authentic
from obolo.kit import clock
from obolo.kit.money import Money

SECRET = "whsec_of_a_test"
NAME = b"Stripe-Signature"
CHARGE = {
    "id": "ch_1",
    "object": "charge",
    "amount": 500,
    "amount_captured": 500,
    "amount_refunded": 0,
    "currency": "eur",
    "created": 1_795_000_000,
    "status": "succeeded",
    "disputed": False,
    "payment_method_details": {"type": "card"},
    "balance_transaction": {
        "id": "txn_1",
        "object": "balance_transaction",
        "fee": 33,
        "currency": "eur",
    },
}
SESSION: dict[str, Any] = {
    "id": "cs_1",
    "object": "checkout.session",
    "amount_total": 500,
    "currency": "eur",
    "status": "complete",
    "payment_status": "paid",
    "client_reference_id": "gift-1",
    "metadata": {"reference": "gift-1", "until": "2026-12-24T00:00:00+00:00"},
    "url": None,
    "payment_intent": {
        "id": "pi_1",
        "object": "payment_intent",
        "status": "succeeded",
        "latest_charge": CHARGE,
    },
}
NOW = datetime(2026, 11, 24, tzinfo=UTC)
OPEN = SESSION | {
    "status": "open",
    "payment_status": "unpaid",
    "payment_intent": None,
    "url": "https://checkout.stripe.com/c/pay/cs_1#x",
}


def _seal(body: bytes, secret: str = SECRET, at: datetime | None = None) -> bytes:
    seconds = int((at or clock.now()).timestamp())
    sign = stripe.WebhookSignature.generate_signature_header
    return bytes(sign(body.decode(), secret, seconds), "ascii")


BODY = '{"è": "é 🙏"}'.encode()


@pytest.mark.parametrize(
    ("what", "make", "verdict"),
    [
        ("right", lambda: [(NAME, _seal(BODY))], True),
        ("a second scheme", lambda: [(NAME, _seal(BODY) + b",v0=" + b"0" * 64)], True),
        ("rolled secret", lambda: [(NAME, _seal(BODY) + b",v1=" + b"0" * 64)], True),
        ("none", list, False),
        ("twice", lambda: [(NAME, _seal(BODY))] * 2, False),
        ("other body", lambda: [(NAME, _seal(b"{}"))], False),
        ("other secret", lambda: [(NAME, _seal(BODY, "whsec_other"))], False),
        ("old", lambda: [(NAME, _seal(BODY, at=clock.now() - timedelta(minutes=6)))], False),
        ("future", lambda: [(NAME, _seal(BODY, at=clock.now() + timedelta(minutes=6)))], False),
        ("only v0", lambda: [(NAME, _seal(BODY).replace(b"v1", b"v0"))], False),
        ("no ASCII", lambda: [(NAME, "t=١,v1=é".encode())], False),
        ("no time", lambda: [(NAME, _seal(BODY).partition(b",")[2])], False),
        ("empty", lambda: [(NAME, b"")], False),
        ("huge time", lambda: [(NAME, b"t=" + b"9" * 5_000 + b",v1=" + b"0" * 64)], False),
    ],
)
def test_who_signed(what, make, verdict):
    assert is_authentic(SECRET, BODY, make()) is verdict


def test_without_a_secret_or_with_broken_text_nothing_is_authentic():
    assert not is_authentic("", BODY, [(NAME, _seal(BODY))])
    assert not is_authentic("  ", BODY, [(NAME, _seal(BODY))])
    assert not is_authentic(SECRET, b"\xff\xfe", [(NAME, _seal(BODY))])


@given(st.binary(max_size=200), st.binary(max_size=100))
def test_any_bytes_get_an_answer(body, header):
    assert is_authentic(SECRET, body, [(NAME, header)]) is False


def test_the_tolerance_is_that_of_stripe():
    assert TOLERANCE_SECONDS == stripe.Webhook.DEFAULT_TOLERANCE


def _rail(answer: Any, seen: list[httpx.Request] | None = None) -> StripeRail:
    def handle(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    http = httpx.Client(transport=httpx.MockTransport(handle))
    return StripeRail("sk_test", base_url="http://stripe", http=http)


ORDER = Order(
    reference="gift-1",
    amount=Money(500, "EUR"),
    description="Pozzo",
    return_url="http://localhost/p/1",
    expires_at=datetime(2099, 12, 24, tzinfo=UTC),
    language="ar",
)


def test_an_order_is_asked_for_by_the_current_rules():
    seen: list[httpx.Request] = []
    _rail(OPEN, seen).create(ORDER)
    asked = httpx.QueryParams(seen[0].content.decode())
    assert seen[0].url.path == "/v1/checkout/sessions"
    assert seen[0].headers["stripe-version"] == "2026-10-28.endive"
    assert seen[0].headers["idempotency-key"] == "gift-1"
    assert asked["mode"] == "payment"
    assert asked["submit_type"] == "donate"
    assert asked["client_reference_id"] == asked["metadata[reference]"] == "gift-1"
    assert asked["line_items[0][price_data][unit_amount]"] == "500"
    assert asked["line_items[0][price_data][currency]"] == "eur"
    assert asked["locale"] == "auto"  # Stripe speaks no Arabic
    assert not [name for name in asked if name.startswith("payment_method_types")]
    assert "expires_at" not in asked


@pytest.mark.parametrize(
    ("minor", "currency", "units"),
    [(500, "EUR", 500), (500, "JPY", 500), (5, "UGX", 500), (500, "MGA", 5), (5000, "KWD", 5000)],
)
def test_units_of_stripe_there_and_back(minor, currency, units):
    assert reading.units(Money(minor, currency)) == units
    assert reading.money(units, currency.lower()) == Money(minor, currency)


def test_an_amount_stripe_cannot_count_is_refused():
    with pytest.raises(RailRefused):
        reading.units(Money(501, "MGA"))


LOST = [
    httpx.ConnectTimeout("no"),
    httpx.ReadTimeout("no"),
    httpx.RemoteProtocolError("no"),
    httpx.Response(500, json={"error": {"message": "x", "type": "api_error"}}),
    httpx.Response(503, text="busy"),
    httpx.Response(429, json={"error": {"message": "slow down", "code": "rate_limit"}}),
    httpx.Response(409, json={"error": {"message": "in use", "type": "idempotency_error"}}),
    httpx.Response(200, text="<html>"),
    httpx.Response(200, content=b"\xff\xfe"),
    httpx.Response(302, headers={"location": "http://elsewhere/"}),
]
CALLS = [
    lambda rail: rail.create(ORDER),
    lambda rail: rail.fetch("cs_1"),
    lambda rail: rail.fetch("pi_1"),
    lambda rail: rail.cancel("cs_1"),
    lambda rail: rail.refund("cs_1", Money(5, "EUR"), "k"),
    lambda rail: rail.list_paid(NOW),
    lambda rail: rail.list_pending(),
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("answer", LOST, ids=str)
def test_a_lost_answer_may_be_asked_for_again(call, answer):
    with pytest.raises(RailUnreachable):
        call(_rail(answer))


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("status", [400, 401, 402, 403, 404])
def test_a_refusal_is_final(call, status):
    answer = httpx.Response(status, json={"error": {"message": "why", "type": "x"}})
    with pytest.raises(RailRefused, match=f"HTTP {status}"):
        call(_rail(answer))


@pytest.mark.parametrize("ref", ["", "../x", "cs_1?a=b", "cs_1\n", "x" * 256, "cs_é"])
def test_a_reference_that_is_none_is_not_asked_about(ref):
    seen: list[httpx.Request] = []
    with pytest.raises(RailRefused):
        _rail(SESSION, seen).fetch(ref)
    assert seen == []


def _with_charge(**odd: Any) -> dict[str, Any]:
    intent = SESSION["payment_intent"] | {"latest_charge": CHARGE | odd}
    return SESSION | {"payment_intent": intent}


ODD: list[Any] = [
    {}, [], {"object": "list", "data": []}, {"object": "customer", "id": "cus_1"},
    SESSION | {"amount_total": "500"}, SESSION | {"amount_total": 5.0},
    SESSION | {"amount_total": True}, SESSION | {"amount_total": -5},
    SESSION | {"amount_total": 10**30}, SESSION | {"currency": "euro"}, SESSION | {"currency": 5},
    SESSION | {"status": "new"}, SESSION | {"status": None}, SESSION | {"id": 5},
    SESSION | {"payment_intent": 5}, SESSION | {"payment_intent": None},
    OPEN | {"url": "javascript:alert(1)"}, OPEN | {"url": None},
    OPEN | {"url": "https://x/" + "y" * 3000},
    SESSION | {"status": "expired", "metadata": None},
    SESSION | {"status": "expired", "metadata": {"until": "soon"}},
    _with_charge(disputed=True, id=None), _with_charge(currency=None),
    _with_charge(amount_captured="500"), _with_charge(amount_captured=None),
    _with_charge(created="now"), _with_charge(created=10**30), _with_charge(status="failed"),
    _with_charge(balance_transaction={"fee": 3.3, "currency": "eur"}),
    _with_charge(balance_transaction={"fee": "33", "currency": "eur"}),
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: json.dumps(odd)[-60:])
def test_an_answer_of_another_shape_is_no_answer(odd):
    for call in CALLS[:2]:
        with pytest.raises(RailUnreachable):
            call(_rail(odd))


@pytest.mark.parametrize(
    "odd", [[], 5, None, "x", {}, {"object": "list", "data": 5}, {"data": [5]}]
)
def test_a_list_of_another_shape_is_no_answer(odd):
    for call in CALLS:
        with pytest.raises(RailUnreachable):
            call(_rail(odd))


def test_a_paid_session_and_its_fee():
    told = reading.remote_payment(SESSION, NOW)
    assert (told.state, told.paid, told.fee) == ("paid", Money(500, "EUR"), Money(33, "EUR"))


@pytest.mark.parametrize("code", ["eur", "EUR", "Eur"])
def test_a_currency_is_the_same_in_any_case(code):
    assert reading.remote_payment(SESSION | {"currency": code}, NOW).asked == Money(500, "EUR")


def test_a_fee_not_known_yet_or_kept_in_another_currency_is_not_known():
    settled = {"fee": 33, "currency": "usd"}
    for later in (None, "txn_1", settled):
        told = reading.remote_payment(_with_charge(balance_transaction=later), NOW)
        assert (told.paid, told.fee) == (Money(500, "EUR"), None)


def test_a_fee_larger_than_its_gift_is_told():
    odd = _with_charge(balance_transaction={"fee": 900, "currency": "eur"})
    assert reading.remote_payment(odd, NOW).fee == Money(900, "EUR")


def test_a_session_of_nothing_is_not_paid():
    free = SESSION | {"payment_status": "no_payment_required", "payment_intent": None}
    with pytest.raises(RailUnreachable):
        reading.remote_payment(free, NOW)


def test_only_disputes_that_took_money_count():
    rows = [{"amount": 500, "status": "won"}, {"amount": 300, "status": "lost"}]
    assert reading.disputed_amount(rows, "eur") == Money(300, "EUR")
    assert reading.disputed_amount(rows[:1], "eur") is None


def _notice(**thing: Any) -> bytes:
    return json.dumps({"id": "evt_1", "data": {"object": thing}}).encode()


@pytest.mark.parametrize(
    ("body", "refs"),
    [
        (_notice(object="checkout.session", id="cs_1", client_reference_id="g"), ["cs_1"]),
        (_notice(object="payment_intent", id="pi_1", metadata={"reference": "g"}), ["pi_1"]),
        (_notice(object="charge", id="ch_1", payment_intent="pi_1", metadata={"reference": "g"}),
         ["pi_1"]),
        (_notice(object="dispute", id="dp_1", payment_intent="pi_1"), ["pi_1"]),
        (_notice(object="refund", id="re_1", payment_intent="pi_1"), ["pi_1"]),
        (_notice(object="charge", id="ch_1", payment_intent="pi_1", metadata={}), []),
        (_notice(object="checkout.session", id="cs_1", client_reference_id=None), []),
        (_notice(object="payout", id="po_1"), []),
        (_notice(object="customer", id="cus_1"), []),
    ],
)  # fmt: skip
def test_what_a_notice_points_to(body, refs):
    assert list(_rail({}).read_notice(body)) == refs


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\xff", b"null", b"[]", b"7", b'"x"', b"{}", b'{"data": null}', b'{"data": {}}',
        b'{"data": {"object": null}}', b'{"data": {"object": {}}}', b"[" * 100_000,
        _notice(object="dispute", payment_intent=5),
        _notice(object="dispute", payment_intent="a/b"),
        _notice(object="checkout.session", id="../x", client_reference_id="g"),
        _notice(object="checkout.session", client_reference_id="g"),
    ],
    ids=lambda body: repr(body[:40]),
)  # fmt: skip
def test_an_odd_notice_is_refused(body):
    with pytest.raises(RailRefused):
        list(_rail({}).read_notice(body))
