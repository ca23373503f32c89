"""Every rail speaks the whole protocol; the pretend one gives money back, too."""

import json
from typing import Any

import httpx
import pytest

from obolo.gateways.payments.pretend import PretendRail
from obolo.gateways.payments.rail import RailRefused, WholeRail
from obolo.gateways.payments.satispay import SatispayRail
from obolo.gateways.payments.satispay_signature import Signer, new_key_pair
from obolo.gateways.payments.stripe import StripeRail
from obolo.gateways.payments.tests.test_pretend import ORDER, REMOTE
from obolo.kit.money import Money


def _client(answer: Any, seen: list[httpx.Request]) -> httpx.Client:
    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=answer)

    return httpx.Client(transport=httpx.MockTransport(handle))


def test_all_rails_can_do_the_same():
    with _client({}, []) as http:
        rails: list[WholeRail] = [
            PretendRail("http://pay", "secret", http),
            StripeRail("sk_test", http=http),
            SatispayRail(Signer("k", new_key_pair()[0]), callback_url="http://x/", http=http),
        ]
    verbs = [name for name in dir(WholeRail) if not name.startswith("_")]
    assert len(verbs) == 8
    assert all(callable(getattr(rail, verb)) for rail in rails for verb in verbs)


def test_a_refund_carries_its_key():
    seen: list[httpx.Request] = []
    rail = PretendRail("http://pay", "secret", _client(REMOTE, seen))
    refund = rail.refund("pp_1", Money(200, "EUR"), "refund-1")
    assert (refund.state, refund.amount) == ("done", Money(200, "EUR"))
    asked = seen[-1]
    assert asked.url.path == "/v1/payments/pp_1/refund"
    assert asked.headers["idempotency-key"] == "refund-1"
    assert json.loads(asked.content) == {"amount_minor": 200}


def test_a_refund_in_another_currency_is_refused_before_it_is_asked():
    seen: list[httpx.Request] = []
    rail = PretendRail("http://pay", "secret", _client(REMOTE, seen))
    with pytest.raises(RailRefused):
        rail.refund("pp_1", Money(200, "USD"), "refund-1")
    assert [request.method for request in seen] == ["GET"]


def test_what_went_back_is_told():
    rail = PretendRail("http://pay", "s", _client(REMOTE | {"refunded_amount_minor": 200}, []))
    assert rail.fetch("pp_1").refunded == Money(200, "EUR")
    assert PretendRail("http://pay", "s", _client(REMOTE, [])).fetch("pp_1").refunded is None


def test_pending_payments_are_listed_and_pages_never_close():
    seen: list[httpx.Request] = []
    rail = PretendRail("http://pay", "secret", _client({"data": [REMOTE]}, seen))
    assert [one.reference for one in rail.list_pending()] == ["ref"]
    assert seen[0].url.params["status"] == "open"
    rail = PretendRail("http://pay", "secret", _client(REMOTE, []))
    assert rail.reopen(ORDER, "pp_1") == rail.fetch("pp_1")
