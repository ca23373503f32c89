"""The pretend provider's manners: signatures, orders, answers of every shape."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from obolo.gateways.payments.pretend import PretendRail, is_authentic, sign
from obolo.gateways.payments.rail import Order, RailRefused, RailUnreachable
from obolo.kit.money import Money

SECRET = "the provider's key for us"
BODY = b'{"payment": "pp_1"}'
NAME = b"Obolo-Pay-Signature"
REMOTE: dict[str, Any] = {
    "id": "pp_1",
    "reference": "ref",
    "status": "paid",
    "amount_minor": 500,
    "currency": "EUR",
    "paid_amount_minor": 450,
    "fee_minor": 33,
    "method": "card",
    "paid_at": "2026-11-23T10:00:00+01:00",
    "url": "http://localhost/pay/1",
}
ORDER = Order(
    reference="ref",
    amount=Money(500, "EUR"),
    description="Pozzo",
    return_url="http://localhost/p/1",
    expires_at=datetime(2026, 12, 24, tzinfo=UTC),
    language="it",
)


def _right(body: bytes = BODY, secret: str = SECRET, at: int = 1_700_000_000) -> bytes:
    return sign(secret, body, at).encode()


def test_the_signature_is_that_of_time_and_body():
    mac = hmac.new(SECRET.encode(), b"1700000000." + BODY, hashlib.sha256).hexdigest()
    assert _right() == f"t=1700000000,v1={mac}".encode()


@pytest.mark.parametrize(
    ("what", "headers", "verdict"),
    [
        ("right", [(NAME, _right())], True),
        ("lower case name", [(NAME.lower(), _right())], True),
        ("beside others", [(b"accept", b"*"), (NAME, _right())], True),
        ("none", [], False),
        ("other name", [(b"x-signature", _right())], False),
        ("twice", [(NAME, _right()), (NAME, _right())], False),
        ("wrong then right", [(NAME, b"t=1,v1=" + b"0" * 64), (NAME, _right())], False),
        ("other body", [(NAME, _right(b"{}"))], False),
        ("other secret", [(NAME, _right(secret="another"))], False),
        ("other time", [(NAME, _right().replace(b"t=1", b"t=2"))], False),
        ("capitals", [(NAME, _right().upper())], False),
        ("a space", [(NAME, _right() + b" ")], False),
        ("a line end", [(NAME, _right() + b"\n")], False),
        ("short", [(NAME, _right()[:-1])], False),
        ("empty", [(NAME, b"")], False),
        ("no ASCII", [(NAME, "t=١,v1=".encode() + b"0" * 64)], False),
        ("no time", [(NAME, _right().partition(b",")[2])], False),
        ("huge time", [(NAME, b"t=" + b"9" * 5_000 + b",v1=" + b"0" * 64)], False),
    ],
)
def test_who_signed(what, headers, verdict):
    assert is_authentic(SECRET, BODY, headers) is verdict


def test_without_a_secret_nothing_is_authentic():
    assert not is_authentic("", BODY, [(NAME, _right(secret=""))])


@given(st.binary(max_size=200), st.binary(max_size=100))
def test_any_bytes_get_an_answer(body, header):
    assert is_authentic(SECRET, body, [(NAME, header)]) is False
    assert is_authentic(SECRET, body, [(NAME, _right(body))])


def _rail(answer: Any, seen: list[httpx.Request] | None = None) -> PretendRail:
    def handle(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    return PretendRail("http://pay/", SECRET, httpx.Client(transport=httpx.MockTransport(handle)))


def test_an_order_carries_its_idempotency_key():
    seen: list[httpx.Request] = []
    _rail(REMOTE, seen).create(ORDER)
    [request] = seen
    assert (request.method, str(request.url)) == ("POST", "http://pay/v1/payments")
    assert request.headers["idempotency-key"] == "ref"
    assert request.headers["authorization"] == f"Bearer {SECRET}"
    assert json.loads(request.content) == {
        "amount_minor": 500,
        "currency": "EUR",
        "reference": "ref",
        "description": "Pozzo",
        "return_url": "http://localhost/p/1",
        "expires_at": "2026-12-24T00:00:00+00:00",
        "lang": "it",
    }


def test_what_the_provider_says_of_a_payment():
    told = _rail(REMOTE).fetch("pp_1")
    assert (told.provider_ref, told.reference, told.state) == ("pp_1", "ref", "paid")
    assert (told.asked, told.paid, told.fee) == (
        Money(500, "EUR"),
        Money(450, "EUR"),
        Money(33, "EUR"),
    )
    assert told.paid_at == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert (told.method, told.url) == ("card", "http://localhost/pay/1")


def test_an_open_payment_has_neither_amount_nor_fee():
    missing = ("paid_amount_minor", "fee_minor", "method", "paid_at")
    told = _rail({k: v for k, v in REMOTE.items() if k not in missing} | {"status": "open"})
    remote = told.fetch("pp_1")
    assert (remote.paid, remote.fee, remote.method, remote.paid_at) == (None, None, "", None)


CALLS = [
    lambda rail: rail.create(ORDER),
    lambda rail: rail.fetch("pp_1"),
    lambda rail: rail.cancel("pp_1"),
    lambda rail: rail.list_paid(datetime(2026, 1, 1, tzinfo=UTC)),
]
LOST = [
    httpx.ConnectTimeout("no"),
    httpx.ReadTimeout("no"),
    httpx.ConnectError("no"),
    httpx.RemoteProtocolError("no"),
    httpx.Response(500),
    httpx.Response(503, text="busy"),
    httpx.Response(200, text="<html>"),
    httpx.Response(200, content=b"\xff\xfe"),
    httpx.Response(204),
    httpx.Response(302, headers={"location": "http://elsewhere/"}),
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("answer", LOST, ids=str)
def test_a_lost_answer_may_be_asked_for_again(call, answer):
    with pytest.raises(RailUnreachable):
        call(_rail(answer))
    assert RailUnreachable.retryable


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("status", [400, 401, 404, 409, 422])
def test_a_refusal_is_final(call, status):
    with pytest.raises(RailRefused, match=f"HTTP {status}: why"):
        call(_rail(httpx.Response(status, text="why")))
    assert not RailRefused.retryable


_CHANGED: list[dict[str, Any]] = [
    {"status": "PAID"}, {"status": ["paid"]}, {"status": None},
    {"id": 5}, {"id": "../x"}, {"id": ""},
    {"amount_minor": 5.0}, {"amount_minor": "500"}, {"amount_minor": True},
    {"amount_minor": 10**30}, {"currency": "euro"}, {"currency": None},
    {"paid_amount_minor": 4.5}, {"paid_amount_minor": -450}, {"fee_minor": -1},
    {"fee_minor": "33"}, {"paid_at": "yesterday"}, {"paid_at": 5},
    {"paid_at": "0001-01-01T00:00:00+14:00"},
    {"url": "javascript:alert(1)"}, {"url": None}, {"url": "http://x/" + "y" * 600},
]  # fmt: skip
ODD: list[Any] = [
    None, [], "paid", 5, {}, {"data": 5}, {"data": [None]}, [{}],
    *({k: v for k, v in REMOTE.items() if k != key} for key in
      ("id", "reference", "status", "amount_minor", "currency", "url")),
    *(REMOTE | odd for odd in _CHANGED),
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: json.dumps(odd)[:60])
def test_an_answer_of_another_shape_is_no_answer(odd):
    for call in CALLS[:3]:
        with pytest.raises(RailUnreachable):
            call(_rail(odd))
    if not isinstance(odd, list):
        with pytest.raises(RailUnreachable):
            CALLS[3](_rail({"data": [odd]}))


def test_paid_payments_come_as_a_list_or_in_data():
    since = datetime(2026, 1, 1, tzinfo=UTC)
    assert len(_rail([REMOTE]).list_paid(since)) == len(_rail({"data": [REMOTE]}).list_paid(since))


def test_a_notice_points_to_one_payment():
    assert list(_rail({}).read_notice(BODY)) == ["pp_1"]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\xff", b"null", b"[]", b"5", b'"pp_1"', b"{}", b'{"payment": null}',
        b'{"payment": 5}', b'{"payment": ["pp_1"]}', b'{"payment": ""}',
        b'{"payment": "../../me"}', b'{"payment": "a b"}', b'{"payment": "\\u0000"}',
        b'{"payment": "' + b"x" * 101 + b'"}', b"[" * 100_000,
    ],
    ids=lambda body: repr(body[:30]),
)  # fmt: skip
def test_an_odd_notice_is_refused(body):
    with pytest.raises(RailRefused):
        list(_rail({}).read_notice(body))
