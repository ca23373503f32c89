"""Satispay's manners: the signature, callbacks, answers of every shape. The whole path is played in
`obolo.simulator.providers`.
"""

import base64
import json
import re
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from obolo.gateways.payments.rail import Order, RailRefused, RailUnreachable
from obolo.gateways.payments.satispay import SatispayRail, Tariff, is_authentic
from obolo.gateways.payments.satispay_signature import Signer, digest, new_key_pair, signed_text
from obolo.kit.money import Money

PRIVATE, PUBLIC = new_key_pair()
SIGNER = Signer("key-1", PRIVATE)
REMOTE: dict[str, Any] = {
    "id": "8d6d0f2c-1111",
    "status": "PENDING",
    "amount_unit": 500,
    "currency": "EUR",
    "external_code": "gift-1",
    "expired": False,
    "metadata": {"until": "2099-01-01T00:00:00+00:00"},
    "insert_date": "2026-11-23T09:00:00.000Z",
    "redirect_url": "https://online.satispay.com/pay/x",
}
ORDER = Order(
    reference="gift-1",
    amount=Money(500, "EUR"),
    description="Pozzo",
    return_url="https://obolo.example/p/1",
    expires_at=datetime(2026, 12, 24, tzinfo=UTC),
    language="it",
)


def test_the_digest_of_the_specification():
    empty = "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    assert digest(b"") == empty


def test_the_signed_text_has_four_lines_and_no_line_end():
    text = signed_text("POST", "/g_business/v1/payments", "h", "Mon, 18 Mar 2019 15:10:24 GMT", "d")
    assert text == (
        b"(request-target): post /g_business/v1/payments\nhost: h\n"
        b"date: Mon, 18 Mar 2019 15:10:24 GMT\ndigest: d"
    )


@given(st.binary(max_size=200), st.sampled_from(["GET", "POST", "PUT"]))
def test_anyone_with_the_public_key_can_check_a_request(body, method):
    at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    headers = SIGNER.headers(method, "/x?a=b", "host:1", at, body)
    assert headers["Date"] == "Mon, 23 Nov 2026 09:00:00 GMT"
    found = re.search(r'signature="([^"]+)"', headers["Authorization"])
    assert found is not None
    key = serialization.load_pem_public_key(PUBLIC.encode())
    assert isinstance(key, rsa.RSAPublicKey)
    text = signed_text(method, "/x?a=b", "host:1", headers["Date"], digest(body))
    key.verify(base64.b64decode(found[1]), text, padding.PKCS1v15(), hashes.SHA256())


def test_a_key_that_is_none_is_refused():
    other = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    for odd in ("", "no key", PUBLIC, other.decode()):
        with pytest.raises(RailRefused):
            Signer("key-1", odd)


def _rail(answer: Any, seen: list[httpx.Request] | None = None) -> SatispayRail:
    def handle(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    http = httpx.Client(transport=httpx.MockTransport(handle))
    return SatispayRail(
        SIGNER,
        callback_url="https://obolo.example/hooks/satispay/k",
        base_url="https://satispay.test",
        http=http,
    )


def test_an_order_carries_key_callback_and_reference():
    seen: list[httpx.Request] = []
    _rail(REMOTE, seen).create(ORDER)
    [request] = seen
    assert str(request.url) == "https://satispay.test/g_business/v1/payments"
    assert request.headers["idempotency-key"] == "gift-1"
    assert request.headers["host"] == "satispay.test"
    assert json.loads(request.content) == {
        "flow": "MATCH_CODE",
        "amount_unit": 500,
        "currency": "EUR",
        "external_code": "gift-1",
        "callback_url": "https://obolo.example/hooks/satispay/k?payment_id={uuid}",
        "redirect_url": "https://obolo.example/p/1",
        "metadata": {"until": "2026-12-24T00:00:00+00:00"},
    }


def test_without_a_tariff_the_fee_is_not_known():
    told = _rail(REMOTE | {"status": "ACCEPTED"}).fetch("8d6d0f2c-1111")
    assert (told.paid, told.fee) == (Money(500, "EUR"), None)
    assert told.paid_at == datetime(2026, 11, 23, 9, tzinfo=UTC)


@given(st.integers(1, 10**9))
def test_a_fee_is_never_more_than_its_share_and_half_a_cent(minor):
    fee = Tariff(free_below_minor=1000, part_bps=95).fee(Money(minor, "EUR")).minor
    assert fee == 0 if minor < 1000 else abs(fee * 10_000 - minor * 95) <= 5_000


CALLS = [
    lambda rail: rail.create(ORDER),
    lambda rail: rail.fetch("p-1"),
    lambda rail: rail.cancel("p-1"),
    lambda rail: rail.refund("p-1", Money(5, "EUR"), "k"),
    lambda rail: rail.list_pending(),
]
LOST = [
    httpx.ConnectTimeout("no"), httpx.ReadTimeout("no"), httpx.Response(500),
    httpx.Response(200, text="<html>"), httpx.Response(200, content=b"\xff\xfe"),
    httpx.Response(204), httpx.Response(302, headers={"location": "http://elsewhere/"}),
    httpx.Response(429), httpx.Response(403, json={"code": 70, "message": "slow", "wlt": "w"}),
]  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("answer", LOST, ids=str)
def test_a_lost_answer_may_be_asked_for_again(call, answer):
    with pytest.raises(RailUnreachable):
        call(_rail(answer))


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(400, json={"code": 52, "message": "why", "wlt": "wlt-9"}),
        httpx.Response(401, text="no"),
        httpx.Response(404, json={"code": "41"}),
        httpx.Response(403, json=["odd"]),
    ],
    ids=str,
)
def test_a_refusal_is_final_and_keeps_what_support_asks_for(call, answer):
    with pytest.raises(RailRefused, match=r"HTTP 4.*wlt"):
        call(_rail(answer))


ODD: list[Any] = [
    None, [], "x", 5, {},
    *({k: v for k, v in REMOTE.items() if k != key} for key in
      ("id", "status", "amount_unit", "currency", "external_code", "redirect_url")),
    REMOTE | {"amount_unit": "500"}, REMOTE | {"amount_unit": 5.0}, REMOTE | {"amount_unit": True},
    REMOTE | {"currency": "euro"}, REMOTE | {"status": "NEW"}, REMOTE | {"id": "../x"},
    REMOTE | {"redirect_url": "javascript:1"}, REMOTE | {"redirect_url": None},
    REMOTE | {"status": "ACCEPTED", "insert_date": "yesterday"},
    REMOTE | {"status": "ACCEPTED", "insert_date": None},
    REMOTE | {"status": "CANCELED", "expired": True, "metadata": {"until": "soon"}},
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: json.dumps(odd)[-60:])
def test_an_answer_of_another_shape_is_no_answer(odd):
    for call in CALLS[:3]:
        with pytest.raises(RailUnreachable):
            call(_rail(odd))
    with pytest.raises(RailUnreachable):
        _rail({"data": [{"external_code": "g", "odd": odd}]}).list_pending()


def test_what_others_put_on_the_same_till_is_passed_over():
    page = {"has_more": False, "data": [REMOTE, {"id": "x"}, {"external_code": None}]}
    assert [one.reference for one in _rail(page).list_pending()] == ["gift-1"]


@pytest.mark.parametrize("ref", ["", "../x", "a b", "é", "x" * 65, "p-1\n"])
def test_a_reference_that_is_none_is_not_asked_about(ref):
    seen: list[httpx.Request] = []
    with pytest.raises(RailRefused):
        _rail(REMOTE, seen).fetch(ref)
    assert seen == []


def test_a_callback_names_one_payment():
    assert list(_rail({}).read_notice(b"payment_id=8d6d0f2c-1111&x=1")) == ["8d6d0f2c-1111"]


@pytest.mark.parametrize(
    "query",
    [
        b"", b"payment_id=", b"payment_id=../x", b"payment_id=a&payment_id=b", b"id=1", b"\xff",
        b"payment_id=%00", b"payment_id=" + b"x" * 65, b"&".join([b"a=1"] * 20),
        b"payment_id=p-1%0a",
    ],
)  # fmt: skip
def test_an_odd_callback_is_refused(query):
    with pytest.raises(RailRefused):
        list(_rail({}).read_notice(query))


def test_a_digest_must_fit_when_there_is_one():
    assert is_authentic(b"", [])
    assert is_authentic(b"", [(b"digest", digest(b"").encode())])
    assert not is_authentic(b"", [(b"Digest", digest(b"x").encode())])
    assert not is_authentic(b"", [(b"Digest", digest(b"").encode())] * 2)
