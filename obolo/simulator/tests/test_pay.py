"""The pretend payment provider: API, rules, fees, notifications and the donor's page."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obolo.simulator.payments import fee_minor
from obolo.simulator.tests.a_stage import MERCHANT, Set, play

ASKED = {
    "amount_minor": 500,
    "currency": "EUR",
    "reference": "gift-1",
    "description": "Il pozzo <b>",
    "return_url": "https://obolo.example/g/abc?x=1&y=2",
    "lang": "it",
}
PAYMENTS = "/sim/pay/v1/payments"


async def a_payment(on: Set, **changed: Any) -> Any:
    return await on.post(PAYMENTS, ASKED | changed, headers=MERCHANT)


def test_a_payment_is_opened_paid_and_told_with_a_seal(tmp_path):
    async def scene(on: Set) -> None:
        made = await a_payment(on)
        assert made["url"] == f"http://sim.test/sim/pay/{made['id']}"
        assert made["status"] == "open"
        await on.post(f"/sim/payments/{made['id']}/pay")
        got = await on.get(f"{PAYMENTS}/{made['id']}", headers=MERCHANT)
        assert (got["status"], got["paid_amount_minor"], got["fee_minor"]) == ("paid", 500, 33)
        assert got["method"] == "card"
        await on.settled()
        [told] = on.product.payments
        content = json.loads(told.content)
        assert set(content) == {"id", "type", "payment"}
        assert content["id"].startswith("ntf_")
        assert content["payment"] == made["id"]
        moment, seal = told.headers["obolo-pay-signature"].split(",")
        signed = moment[2:].encode() + b"." + told.content
        assert seal == "v1=" + hmac.new(b"pay-secret", signed, hashlib.sha256).hexdigest()

    play(tmp_path, scene)


def test_another_amount_by_the_merchants_reference(tmp_path):
    async def scene(on: Set) -> None:
        await a_payment(on)
        paid = await on.post(
            "/sim/payments/gift-1/pay", {"amount_minor": 1000, "method": "satispay"}
        )
        assert (paid["paid_amount_minor"], paid["fee_minor"]) == (1000, 10)
        for action in ("pay", "fail"):
            answer = await on.client.post(f"/sim/payments/gift-1/{action}")
            assert answer.status_code == 409
            assert answer.json() == {"error": "This payment is paid."}
        assert (await on.client.post("/sim/payments/none/pay")).status_code == 404
        assert (await on.client.get("/sim/payments/none")).status_code == 404
        assert (await on.get("/sim/payments/gift-1"))["status"] == "paid"

    play(tmp_path, scene)


@pytest.mark.parametrize("bad", [0, -5, 1.5, "5", True, None, 10**15])
def test_amounts_that_are_none_are_refused_everywhere(tmp_path, bad):
    async def scene(on: Set) -> None:
        asked = ASKED | {"amount_minor": bad}
        assert (await on.client.post(PAYMENTS, json=asked, headers=MERCHANT)).status_code == 400
        made = await a_payment(on)
        answer = await on.client.post(f"/sim/payments/{made['id']}/pay", json={"amount_minor": bad})
        assert answer.status_code == 400
        assert (await on.get(f"/sim/payments/{made['id']}"))["status"] == "open"

    play(tmp_path, scene)


@pytest.mark.parametrize(
    "changed",
    [
        {"currency": "euro"},
        {"currency": None},
        {"reference": ""},
        {"reference": 5},
        {"return_url": "javascript:alert(1)"},
        {"expires_at": "tomorrow"},
        {"expires_at": "2001-01-01T00:00:00Z"},
        {"expires_at": 5},
    ],
)
def test_other_bad_requests_are_refused(tmp_path, changed):
    async def scene(on: Set) -> None:
        answer = await on.client.post(PAYMENTS, json=ASKED | changed, headers=MERCHANT)
        assert answer.status_code == 400
        assert list(answer.json()) == ["error"]
        assert on.app.stage.world.payments == {}

    play(tmp_path, scene)


def test_only_the_merchant_may_ask(tmp_path):
    async def scene(on: Set) -> None:
        made = await a_payment(on)
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            assert (await on.client.post(PAYMENTS, json=ASKED, headers=headers)).status_code == 401
            assert (await on.client.get(PAYMENTS, headers=headers)).status_code == 401
            one = await on.client.get(f"{PAYMENTS}/{made['id']}", headers=headers)
            assert one.status_code == 401

    play(tmp_path, scene)


def test_the_same_key_makes_one_payment(tmp_path):
    async def scene(on: Set) -> None:
        headers = MERCHANT | {"Idempotency-Key": "k1"}
        first = await on.post(PAYMENTS, ASKED, headers=headers)
        assert await on.post(PAYMENTS, ASKED, headers=headers) == first
        other = await on.client.post(PAYMENTS, json=ASKED | {"lang": "en"}, headers=headers)
        assert other.status_code == 409
        assert len(on.app.stage.world.payments) == 1

    play(tmp_path, scene)


def test_refunds_in_parts_never_exceed_what_was_paid(tmp_path):
    async def scene(on: Set) -> None:
        made = await a_payment(on)
        path = f"{PAYMENTS}/{made['id']}/refund"
        early = await on.client.post(path, json={}, headers=MERCHANT)
        assert early.status_code == 409
        await on.post(f"/sim/payments/{made['id']}/pay")
        part = await on.post(path, {"amount_minor": 200}, headers=MERCHANT)
        assert (part["status"], part["refunded_amount_minor"]) == ("paid", 200)
        more = await on.client.post(path, json={"amount_minor": 301}, headers=MERCHANT)
        assert more.status_code == 409
        key = MERCHANT | {"Idempotency-Key": "r1"}
        full = await on.post(path, {"amount_minor": 300}, headers=key)
        assert (full["status"], full["refunded_amount_minor"]) == ("refunded", 500)
        assert await on.post(path, {"amount_minor": 300}, headers=key) == full

    play(tmp_path, scene)


def test_a_payment_expires_by_the_clock_and_says_so_once(tmp_path):
    async def scene(on: Set) -> None:
        made = await a_payment(on)
        await on.post("/sim/clock", {"advance": "31d"})
        await on.settled()
        assert len(on.product.payments) == 1
        assert (await on.get(f"/sim/payments/{made['id']}"))["status"] == "expired"
        assert (await on.client.post(f"/sim/payments/{made['id']}/pay")).status_code == 409
        page = await on.client.get(f"/sim/pay/{made['id']}")
        assert "scaduto" in page.text
        assert "<form" not in page.text
        await on.settled()
        assert len(on.product.payments) == 1

    play(tmp_path, scene)


def test_lists_by_status_and_time(tmp_path):
    async def scene(on: Set) -> None:
        one = await a_payment(on)
        await a_payment(on, reference="gift-2")
        await on.post(f"/sim/payments/{one['id']}/pay")
        now = (await on.post("/sim/clock", {"advance": "1h"}))["now"]
        found = (await on.get(f"{PAYMENTS}?status=paid", headers=MERCHANT))["data"]
        assert [p["id"] for p in found] == [one["id"]]
        late = await on.get(PAYMENTS, params={"since": now}, headers=MERCHANT)
        assert late["data"] == []
        bad = await on.client.get(f"{PAYMENTS}?since=yesterday", headers=MERCHANT)
        assert bad.status_code == 400

    play(tmp_path, scene)


@pytest.mark.parametrize(("lang", "word"), [("it", "Paga"), ("en", "Pay"), ("ar", "ادفع")])
def test_the_page_speaks_the_donors_language(tmp_path, lang, word):
    async def scene(on: Set) -> None:
        made = await a_payment(on, lang=lang)
        page = await on.client.get(f"/sim/pay/{made['id']}")
        assert word in page.text
        assert f'dir="{"rtl" if lang == "ar" else "ltr"}"' in page.text
        assert "Il pozzo &lt;b&gt;" in page.text
        pressed = await on.client.post(f"/sim/pay/{made['id']}", data={"action": "satispay"})
        assert pressed.status_code == 303
        page = await on.client.get(f"/sim/pay/{made['id']}")
        assert 'href="https://obolo.example/g/abc?x=1&amp;y=2"' in page.text
        again = await on.client.post(f"/sim/pay/{made['id']}", data={"action": "card"})
        assert again.status_code == 303
        assert (await on.get(f"/sim/payments/{made['id']}"))["method"] == "satispay"

    play(tmp_path, scene)


def test_a_declined_payment_may_be_tried_again_and_a_cancelled_one_not(tmp_path):
    async def scene(on: Set) -> None:
        made = await a_payment(on)
        await on.client.post(f"/sim/pay/{made['id']}", data={"action": "decline"})
        assert (await on.get("/sim/payments/gift-1"))["status"] == "failed"
        assert (await on.post("/sim/payments/gift-1/pay"))["status"] == "paid"
        other = await a_payment(on, reference="gift-2")
        path = f"{PAYMENTS}/{other['id']}/cancel"
        assert (await on.post(path, headers=MERCHANT))["status"] == "cancelled"
        assert (await on.post(path, headers=MERCHANT))["status"] == "cancelled"
        assert (await on.client.post("/sim/payments/gift-2/pay")).status_code == 409
        assert (await on.client.get("/sim/pay/none")).status_code == 404

    play(tmp_path, scene)


def test_notifications_can_be_doubled_or_silenced(tmp_path):
    async def scene(on: Set) -> None:
        await a_payment(on)
        await on.post("/sim/faults", {"payment_duplicate": 2})
        await on.post("/sim/payments/gift-1/fail")
        await on.settled()
        assert len(on.product.payments) == 3
        await on.post("/sim/faults", {"payment_duplicate": 0, "payment_silent": True})
        await on.post("/sim/payments/gift-1/pay")
        await on.settled()
        assert len(on.product.payments) == 3

    play(tmp_path, scene)


@given(st.integers(1, 10**12))
def test_fees_are_the_tariff_rounded_half_up(amount):
    card = fee_minor(amount, "EUR", "card") - 25
    assert abs(card * 1000 - amount * 15) <= 500
    assert (card * 1000 - amount * 15) != -500
    satispay = fee_minor(amount, "EUR", "satispay")
    assert (satispay == 0) == (amount < 1000)


def test_known_fees():
    assert [fee_minor(a, "EUR", "card") for a in (100, 500, 1000)] == [27, 33, 40]
    assert [fee_minor(a, "EUR", "satispay") for a in (999, 1000, 10_000)] == [0, 10, 95]
