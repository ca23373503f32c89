"""The transport of notices: what is let in, what is refused, and that nothing is answered early.

The application is driven as an ASGI server drives it, with an inbox that only remembers.
"""

import asyncio
import gzip
import hmac
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obolo.gateways.inbox import NotStored
from obolo.gateways.payments import pretend
from obolo.kit import clock
from obolo.web.hooks import app as hooks
from obolo.web.hooks.senders import NotAsked, Sender

SECRET, OLD, OTHERS, VERIFY = "of-acqua-viva", "before-rotation", "of-pane-buono", "verify-me"
SIGNATURE = b"x-hub-signature-256"
Pairs = list[tuple[bytes, bytes]]

ACQUA_VIVA = Sender(uuid4(), uuid4(), {"app_secret": SECRET, "old": OLD, "verify_token": VERIFY})
PANE_BUONO = Sender(uuid4(), uuid4(), {"app_secret": OTHERS, "verify_token": "theirs"})
SHOP = Sender(uuid4(), uuid4(), {"secret": "pay"})
AT_STRIPE = Sender(uuid4(), uuid4(), {"webhook_secret": "whsec", "old": "whsec_old"})
AT_SATISPAY = Sender(uuid4(), uuid4(), {"key_id": "k", "pem": "-"})
BARE = Sender(uuid4(), uuid4(), {})


@dataclass
class FakeInbox:
    """Remembers; refuses when told to; stores only when let go."""

    stored: list[dict[str, Any]] = field(default_factory=list)
    refuses: bool = False
    gate: asyncio.Event | None = None

    async def store(self, **notice: Any) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.refuses:
            raise NotStored
        self.stored.append(notice)


@dataclass
class FakeSenders:
    """Knows the cast; cannot be asked when told so."""

    away: bool = False

    async def find(self, kind: str, hook_key: str) -> Sender | None:
        if self.away:
            raise NotAsked
        return {
            ("whatsapp", "acqua"): ACQUA_VIVA,
            ("whatsapp", "pane"): PANE_BUONO,
            ("whatsapp", "bare"): BARE,
            ("pay_simulator", "shop"): SHOP,
            ("stripe", "shop"): AT_STRIPE,
            ("satispay", "unguessable"): AT_SATISPAY,
            ("satispay", ""): AT_SATISPAY,
        }.get((kind, hook_key))


@dataclass
class House:
    """The hooks under test and what they stored."""

    inbox: FakeInbox = field(default_factory=FakeInbox)
    senders: FakeSenders = field(default_factory=FakeSenders)
    answer: bytes = b""
    headers: dict[bytes, bytes] = field(default_factory=dict)

    @property
    def app(self) -> hooks.Hooks:
        return hooks.Hooks(self.inbox, self.senders)  # type: ignore[arg-type]

    @property
    def bodies(self) -> list[bytes]:
        return [notice["body"] for notice in self.inbox.stored]

    async def ask(
        self,
        pieces: Sequence[bytes],
        headers: Pairs,
        *,
        path: str = "/hooks/whatsapp/acqua",
        method: str = "POST",
        query: bytes = b"",
        pause: float = 0.0,
    ) -> int:
        """One request; `pieces` of the body come `pause` seconds apart. Returns the status."""
        messages = [
            {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
            for number, piece in enumerate(pieces, 1)
        ]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            await asyncio.sleep(pause)
            return messages.pop(0)

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {"type": "http", "path": path, "method": method, "query_string": query}
        await self.app(scope | {"headers": headers}, receive, send)
        start, body = sent
        self.answer, self.headers = body["body"], dict(start["headers"])
        status: int = start["status"]
        return status

    def post(self, body: bytes, headers: Pairs | None = None, **more: Any) -> int:
        """One POST, signed unless `headers` are given."""
        return asyncio.run(self.ask([body], signed(body) if headers is None else headers, **more))


def signed(body: bytes, secret: str = SECRET) -> Pairs:
    return [(SIGNATURE, _hex(body, secret).encode())]


def _hex(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()


@pytest.fixture
def house() -> House:
    return House()


BODY = json.dumps({"object": "whatsapp_business_account", "text": "è 🙏"}).encode()
RIGHT = _hex(BODY).encode()


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([], id="missing"),
        pytest.param([(SIGNATURE, b"")], id="empty"),
        pytest.param(signed(BODY, "guess"), id="wrong"),
        pytest.param([(SIGNATURE, b"sha1=" + RIGHT[7:])], id="sha1"),
        pytest.param([(b"x-hub-signature", RIGHT)], id="header of the former API"),
        pytest.param([(SIGNATURE, RIGHT[7:])], id="no prefix"),
        pytest.param([(SIGNATURE, b"sha256=" + RIGHT[7:].upper())], id="upper-case hex"),
        pytest.param([(SIGNATURE, RIGHT + b" ")], id="trailing blank"),
        pytest.param([(SIGNATURE, RIGHT[:-1] + b"\xe9")], id="non-ASCII"),
        pytest.param([(SIGNATURE, b"sha256=" + "٣".encode() * 64)], id="Arabic digits"),
        pytest.param([(SIGNATURE, RIGHT)] * 2, id="twice the right one"),
        pytest.param([(SIGNATURE, RIGHT), *signed(BODY, "guess")], id="right, then wrong"),
        pytest.param(signed(BODY, OTHERS), id="of another organisation"),
        pytest.param(signed(BODY, ""), id="made with an empty secret"),
    ],
)
def test_what_is_not_authentic_is_403_and_not_stored(house: House, headers: Pairs):
    assert house.post(BODY, headers) == 403
    assert house.bodies == []


def test_the_same_bytes_rightly_signed_are_stored(house: House):
    """The cases above differ from this one in the signature only."""
    assert house.post(BODY) == 200
    assert house.bodies == [BODY]
    stored = house.inbox.stored[0]
    assert stored["organisation_id"] == ACQUA_VIVA.organisation_id
    assert stored["account_id"] == ACQUA_VIVA.account_id
    assert stored["source"] == "whatsapp"


def test_the_former_secret_still_opens_while_it_is_rotated(house: House):
    assert house.post(BODY, signed(BODY, OLD)) == 200


def test_a_body_re_encoded_on_the_way_is_refused(house: House):
    again = json.dumps(json.loads(BODY), ensure_ascii=False).encode()
    assert json.loads(again) == json.loads(BODY)
    assert house.post(again, signed(BODY)) == 403


def test_a_sender_without_a_secret_lets_nobody_in(house: House):
    assert house.post(BODY, signed(BODY, ""), path="/hooks/whatsapp/bare") == 403


def test_an_unknown_key_is_not_authentic(house: House):
    assert house.post(BODY, path="/hooks/whatsapp/nobody") == 403
    assert house.bodies == []


@pytest.mark.parametrize("path", ["/hooks/", "/hooks/telegram/acqua", "/hooks/whatsapp/acqua/x"])
def test_there_is_no_such_hook(house: House, path: str):
    assert house.post(BODY, path=path) == 404
    assert house.bodies == []


ODD = {
    "empty": b"",
    "null": b"null",
    "list": b"[]",
    "string": b'"x"',
    "number": b"7",
    "no JSON": b"hello",
    "invalid UTF-8": b'{"text": "\xff\xfe"}',
    "UTF-16": '{"text": "ciao"}'.encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf{}",
    "NUL": b'{"text": "a\\u0000b\x00"}',
    "lone surrogate": b'{"text": "\\ud800"}',
    "5,000 deep": b"[" * 5_000 + b"]" * 5_000,
    "100,000 deep": b"[" * 100_000,
    "not a number": b'{"a": NaN, "b": Infinity, "c": 1e400}',
    "5,000 digits": b"9" * 5_000,
    "keys twice": b'{"amount": 1, "amount": 2}',
}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD.keys())
def test_authentic_and_odd_is_kept_byte_for_byte(house: House, body: bytes):
    assert house.post(body) == 200
    assert house.bodies == [body]


@pytest.mark.parametrize("body", [b"", b"null"])
def test_odd_and_unsigned_is_refused(house: House, body: bytes):
    assert house.post(body, []) == 403


def test_another_content_type_is_verified_and_stored_all_the_same(house: House):
    assert house.post(BODY, [*signed(BODY), (b"content-type", b"text/xml")]) == 200
    assert house.bodies == [BODY]


def test_a_large_batch_passes_and_one_larger_than_the_limit_does_not(house: House):
    largest = b" " * hooks.BODY_BYTES_MAX
    began = time.monotonic()
    assert house.post(largest) == 200
    assert time.monotonic() - began < 1.0
    assert house.post(largest + b" ") == 413
    assert house.bodies == [largest]


def test_a_body_without_a_length_is_cut_at_the_limit(house: House):
    megabyte = b" " * (1024 * 1024)
    pieces = [megabyte] * 5
    assert asyncio.run(house.ask(pieces, signed(b"".join(pieces)))) == 413
    assert house.headers[b"connection"] == b"close"
    assert house.bodies == []


def test_a_compressed_body_is_never_opened(house: House):
    bomb = gzip.compress(b"0" * 10_000_000)
    assert house.post(bomb, [*signed(bomb), (b"content-encoding", b"gzip")]) == 415
    assert house.bodies == []


def test_a_slow_body_is_given_up_and_delays_nobody(house: House, monkeypatch: Any):
    monkeypatch.setattr(hooks, "READ_SECONDS", 0.2)

    async def both() -> tuple[int, int, float]:
        slow = asyncio.create_task(house.ask([b"x"] * 50, signed(b"x" * 50), pause=0.05))
        await asyncio.sleep(0.01)
        began = time.monotonic()
        quick = await house.ask([BODY], signed(BODY))
        return await slow, quick, time.monotonic() - began

    slow, quick, took = asyncio.run(both())
    assert (slow, quick) == (408, 200)
    assert took < 0.1 + 0.2  # the slow one ends by itself meanwhile
    assert house.bodies == [BODY]


@pytest.mark.parametrize("method", ["HEAD", "PUT", "OPTIONS", "DELETE", "PATCH"])
def test_other_methods_are_405(house: House, method: str):
    assert house.post(BODY, method=method) == 405
    assert house.headers[b"allow"] == b"GET, POST"
    assert house.bodies == []


def test_nothing_is_answered_before_it_is_stored(house: House):
    async def scenario() -> None:
        house.inbox.gate = asyncio.Event()
        asking = asyncio.create_task(house.ask([BODY], signed(BODY)))
        done, _ = await asyncio.wait([asking], timeout=0.1)
        assert done == set()
        house.inbox.gate.set()
        assert await asking == 200

    asyncio.run(scenario())


def test_what_cannot_be_stored_is_503_and_asked_for_again(house: House):
    house.inbox.refuses = True
    assert house.post(BODY) == 503
    assert house.headers[b"retry-after"] == b"1"


def test_a_sender_that_cannot_be_looked_up_is_503_not_403(house: House):
    house.senders.away = True
    assert house.post(BODY) == 503
    assert house.bodies == []


def test_a_payment_notice_has_its_own_signature(house: House):
    body = b'{"payment": "pay_1"}'
    right = [(pretend.SIGNATURE_HEADER, pretend.sign("pay", body, 1_750_000_000).encode())]
    assert house.post(body, right, path="/hooks/pay/shop") == 200
    assert house.post(body, signed(body, "pay"), path="/hooks/pay/shop") == 403
    assert house.inbox.stored[0]["source"] == "pay_simulator"
    assert len(house.inbox.stored) == 1


SHAKE = b"hub.mode=subscribe&hub.verify_token=verify-me&hub.challenge="


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (SHAKE + b"1158201444", 200),
        (b"hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1", 403),
        (b"hub.mode=subscribe&hub.verify_token=theirs&hub.challenge=1", 403),
        (b"hub.mode=subscribe&hub.verify_token=&hub.challenge=1", 403),
        (b"hub.mode=subscribe&hub.verify_token=%ED%A0%80&hub.challenge=1", 403),
        (b"hub.mode=subscribe&hub.challenge=1", 403),
        (SHAKE, 400),
        (SHAKE.removesuffix(b"&hub.challenge="), 400),
        (b"hub.mode=unsubscribe&hub.verify_token=verify-me&hub.challenge=1", 400),
        (b"", 403),
        (b"\xff=1", 400),
    ],
)
def test_the_handshake(house: House, query: bytes, status: int):
    assert house.post(b"", [], method="GET", query=query) == status
    assert (house.answer == b"1158201444") == (status == 200)


def test_a_challenge_is_given_back_as_plain_text_only(house: House):
    assert house.post(b"", [], method="GET", query=SHAKE + b"%3Cscript%3E") == 200
    assert house.answer == b"<script>"
    assert house.headers[b"content-type"].startswith(b"text/plain")
    assert house.headers[b"x-content-type-options"] == b"nosniff"


@given(st.lists(st.binary(max_size=60), min_size=1, max_size=8))
def test_every_signed_body_is_stored_however_it_is_cut(pieces: list[bytes]):
    house, whole = House(), b"".join(pieces)
    assert asyncio.run(house.ask(pieces, signed(whole))) == 200
    assert house.bodies == [whole]


@given(st.binary(), st.binary(), st.text(min_size=1))
def test_a_signature_fits_its_own_body_and_secret_only(body: bytes, other: bytes, guess: str):
    house = House()
    key = guess.encode("utf-8", "surrogatepass")
    forged = b"sha256=" + hmac.digest(key, body, "sha256").hex().encode()
    assert house.post(body, [(SIGNATURE, forged)]) == (200 if guess in (SECRET, OLD) else 403)
    assert house.post(other, signed(body)) == (200 if body == other else 403)


def test_ids_are_of_the_sender_found_not_of_the_body(house: House):
    claims = json.dumps({"organisation_id": str(PANE_BUONO.organisation_id)}).encode()
    assert house.post(claims) == 200
    stored: UUID = house.inbox.stored[0]["organisation_id"]
    assert stored == ACQUA_VIVA.organisation_id


# ---- Stripe and Satispay ---------------------------------------------------------------------

NOTICE = b'{"object": "event", "data": {"object": {"id": "cs_1"}}}'
CALL = b"payment_id=6f8a"
DIGEST = b"SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="  # of nothing


def by_stripe(secret: str = "whsec", body: bytes = NOTICE, age: int = 0) -> Pairs:
    at = int(clock.now().timestamp()) - age
    mac = hmac.digest(secret.encode(), f"{at}.".encode() + body, "sha256").hex()
    return [(b"stripe-signature", f"t={at},v1={mac}".encode())]


@pytest.mark.parametrize("secret", ["whsec", "whsec_old"])
def test_a_notice_of_stripe_is_let_in_by_stripes_signature(house: House, secret: str):
    assert house.post(NOTICE, by_stripe(secret), path="/hooks/stripe/shop") == 200
    assert (house.bodies, house.inbox.stored[0]["source"]) == ([NOTICE], "stripe")


@pytest.mark.parametrize(
    "headers",
    [
        # Made when the test runs: the signatures of Stripe age.
        pytest.param(list, id="missing"),
        pytest.param(lambda: by_stripe("guess"), id="wrong secret"),
        pytest.param(lambda: by_stripe(""), id="empty secret"),
        pytest.param(lambda: by_stripe(body=b"{}"), id="of another body"),
        pytest.param(lambda: by_stripe(age=3_600), id="an hour old"),
        pytest.param(lambda: by_stripe() * 2, id="twice"),
        pytest.param(lambda: [(b"stripe-signature", b"t=x,v1=\xff")], id="garbled"),
        pytest.param(lambda: signed(NOTICE, "whsec"), id="in WhatsApp's manner"),
    ],
)
def test_what_stripe_did_not_sign_is_403(house: House, headers: Callable[[], Pairs]):
    assert house.post(NOTICE, headers(), path="/hooks/stripe/shop") == 403
    assert house.bodies == []


@pytest.mark.parametrize("headers", [[], [(b"digest", DIGEST)]], ids=["no digest", "digest"])
def test_a_call_of_satispay_is_stored_as_its_query(house: House, headers: Pairs):
    path = "/hooks/satispay/unguessable"
    assert house.post(b"", headers, path=path, method="GET", query=CALL) == 200
    assert (house.bodies, house.inbox.stored[0]["source"]) == ([CALL], "satispay")


@pytest.mark.parametrize(
    ("path", "method", "headers"),
    [
        ("/hooks/satispay/unguessable", "GET", [(b"digest", b"SHA-256=AAAA")]),
        ("/hooks/satispay/guess", "GET", []),
        ("/hooks/satispay/", "GET", []),  # though there is only one account
        ("/hooks/satispay", "GET", []),
        ("/hooks/satispay/unguessable", "POST", []),
        ("/hooks/stripe/shop", "GET", []),
        ("/hooks/pay/shop", "GET", []),
    ],
)
def test_other_calls_are_403(house: House, path: str, method: str, headers: Pairs):
    assert house.post(b"", headers, path=path, method=method, query=CALL) == 403
    assert house.bodies == []
