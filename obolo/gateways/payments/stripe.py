"""Stripe: Checkout Sessions through the official library, which also checks its signatures.

Sources: Stripe API reference and changelog, version 2026-10-28.endive. Methods are Stripe's dynamic
ones: `payment_method_types` is no longer an input. A session lives 24 hours, our link longer:
`reopen` makes the next one. Card numbers never come here: they are typed on Stripe's own page.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import httpx
import stripe

from obolo.gateways.payments import stripe_reading as reading
from obolo.gateways.payments.rail import (
    Kept,
    Order,
    RailRefused,
    RailUnreachable,
    RefundState,
    RemotePayment,
    RemoteRefund,
)
from obolo.kit import clock
from obolo.kit.money import Money

API_VERSION = "2026-10-28.endive"  # pinned: a newer library must not change the shapes silently
SIGNATURE_HEADER = b"stripe-signature"
TIMEOUT_SECONDS = 10.0
TOLERANCE_SECONDS = 300  # Stripe's own advice; every attempt of a notice is signed anew
SESSION_LIVES = timedelta(hours=24)
SESSION_LIVES_AT_LEAST = timedelta(minutes=31)  # Stripe's least is 30
SETTLES_WITHIN = timedelta(days=15)  # a SEPA debit is the slowest method
PAGE = 100
PAGES_MAX = 200
_LOCALES = frozenset({"it", "en", "fr", "de", "es", "pt", "nl", "ro", "pl"})  # Arabic: not offered
_REF = re.compile(r"[A-Za-z0-9_]{1,255}")
_CHARGE = "latest_charge.balance_transaction"
_EXPAND = f"payment_intent.{_CHARGE}"
_REFUND: dict[str, RefundState] = {"succeeded": "done", "failed": "failed", "canceled": "failed"}
_Answer = TypeVar("_Answer")


def is_authentic(secret: str, body: bytes, headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Did Stripe sign these bytes within the last minutes? One header, the library's own check."""
    given = [value for name, value in headers if name.lower() == SIGNATURE_HEADER]
    if not secret or len(given) != 1:
        return False
    try:
        header = given[0].decode("ascii")
        stripe.WebhookSignature.verify_header(body, header, secret, None)
        signed_at = int(next(part[2:] for part in header.split(",") if part.startswith("t=")))
    except (stripe.SignatureVerificationError, ValueError, TypeError, StopIteration):
        return False
    # The library would ask the machine's clock; the house has its own.
    return abs(int(clock.now().timestamp()) - signed_at) <= TOLERANCE_SECONDS


class StripeRail:
    """Stripe for one account. `base_url` replaces Stripe's own address, for the simulator."""

    def __init__(
        self, secret_key: str, *, base_url: str | None = None, http: httpx.Client | None = None
    ) -> None:
        """Keep one connection pool. Nothing global of the library is touched."""
        self._client = stripe.StripeClient(
            secret_key,
            stripe_version=API_VERSION,
            base_addresses={"api": base_url.rstrip("/")} if base_url else {},
            max_network_retries=0,  # the story tries again, with the same key
            http_client=_ByHttpx(http),
        )

    def create(self, order: Order) -> RemotePayment:
        """Open a session; the order's reference is the idempotency key."""
        return self._open(order, order.reference)

    def reopen(self, order: Order, provider_ref: str) -> RemotePayment:
        """The payment with a page that takes money: the known one, or the next session."""
        known = self.fetch(provider_ref)
        if known.state != "open" or known.url:
            return known
        if self._session(provider_ref)["status"] == "complete":
            return known  # a debit on its way: a second page would take a second gift
        return self._open(order, f"{order.reference}:{known.provider_ref}")

    def charge(self, order: Order, kept: Kept) -> RemotePayment:
        """Take the amount from a kept method while the donor is away; a decline is an answer."""
        params = {
            "amount": reading.units(order.amount),
            "currency": order.amount.currency.lower(),
            "customer": kept.customer,
            "payment_method": kept.method,
            "off_session": True,
            "confirm": True,
            "description": order.description or order.reference,
            "metadata": {"reference": order.reference, "off_session": "yes"},
        }
        intents = self._client.v1.payment_intents
        try:
            made = _ask(
                lambda: intents.create(params, {"idempotency_key": order.reference})  # type: ignore[arg-type]
            )
        except _Declined as declined:
            return self.fetch(declined.intent)
        return self.fetch(_named(made))

    def fetch(self, provider_ref: str) -> RemotePayment:
        """The truth of a payment, named by its session or its PaymentIntent."""
        return self._whole(self._session(provider_ref))

    def cancel(self, provider_ref: str) -> RemotePayment:
        """Close the page. A payment that is already on its way is answered as it is."""
        sessions = self._client.v1.checkout.sessions
        told = {"metadata": {"cancelled": "yes"}}  # an expired session does not say why it expired
        session = self._session(provider_ref)
        if session["status"] == "open":
            try:
                _ask(lambda: sessions.update(session["id"], told))  # type: ignore[arg-type]
                _ask(lambda: sessions.expire(session["id"]))
            except RailRefused:
                pass  # paid in this very moment: the truth is fetched
        elif session["status"] == "expired":
            _ask(lambda: sessions.update(session["id"], told))  # type: ignore[arg-type]
        return self.fetch(session["id"])

    def refund(self, provider_ref: str, amount: Money, key: str) -> RemoteRefund:
        """Give money back; Stripe keeps its fee. Raises RailRefused beyond what is left."""
        session = self._session(provider_ref)
        if session["currency"].upper() != amount.currency or amount.minor <= 0:
            raise RailRefused("A refund is more than nothing, in the currency of its payment.")
        if reading.charge_of(session) is None:
            raise RailRefused("Nothing was paid yet that could be given back.")
        params = {
            "payment_intent": session["payment_intent"]["id"],
            "amount": reading.units(amount),
            "metadata": {"reference": session.get("client_reference_id") or ""},
        }
        made = _ask(
            lambda: self._client.v1.refunds.create(params, {"idempotency_key": key})  # type: ignore[arg-type]
        )
        state = _REFUND.get(str(_plain(made).get("status")), "pending")
        return RemoteRefund(
            refund_ref=_named(made), provider_ref=session["id"], amount=amount, state=state
        )

    def list_paid(self, since: datetime) -> Sequence[RemotePayment]:
        """Every payment paid since then."""
        found = self._listed({"status": "complete", "payment_status": "paid"}, since)
        return [one for one in found if one.paid_at and one.paid_at >= since]

    def list_pending(self) -> Sequence[RemotePayment]:
        """Every payment that waits: for the donor, or for their bank."""
        now = clock.now()
        waiting = self._listed({"status": "open"}, now)
        on_the_way = self._listed({"status": "complete", "payment_status": "unpaid"}, now)
        return [one for one in [*waiting, *on_the_way] if one.state == "open"]

    def read_notice(self, body: bytes) -> Iterable[str]:
        """The payment a notice points to, if any; raises RailRefused when it is not readable."""
        try:
            thing = json.loads(body)["data"]["object"]
            kind = thing["object"]
            ref = thing["id"] if kind in _NAMED_BY_ID else thing.get("payment_intent")
            if kind in _MARKED and not _is_marked(thing):
                return []  # the account also takes payments that are none of ours
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as odd:
            raise RailRefused("A notice of Stripe could not be read.") from odd
        if ref is None:
            return []  # about a payout, a customer: nothing to look at
        if not isinstance(ref, str) or not _REF.fullmatch(ref):
            raise RailRefused("A notice of Stripe names no payment.")
        return [ref]

    def _open(self, order: Order, key: str) -> RemotePayment:
        now = clock.now()
        params = _session_params(order)
        if order.expires_at < now + SESSION_LIVES:
            # Not sent otherwise: Stripe's default is its longest, and the same key must come with
            # the same request, whenever it is repeated.
            until = max(order.expires_at, now + SESSION_LIVES_AT_LEAST)
            params["expires_at"] = int(until.timestamp())
            key += f":{params['expires_at']}"
        sessions = self._client.v1.checkout.sessions
        made = _ask(
            lambda: sessions.create(params, {"idempotency_key": key})  # type: ignore[arg-type]
        )
        return self.fetch(
            _named(made)
        )  # a repeated key repeats the old answer, not the present state

    def _session(self, ref: str) -> dict[str, Any]:
        if not _REF.fullmatch(ref):
            raise RailRefused("This is no reference of Stripe.")
        sessions = self._client.v1.checkout.sessions
        if not ref.startswith("pi_"):
            found = _ask(lambda: sessions.retrieve(ref, {"expand": [_EXPAND]}))
            return reading.checked(_plain(found))
        page = _ask(lambda: sessions.list({"payment_intent": ref, "expand": [f"data.{_EXPAND}"]}))
        rows = _rows(page)
        if rows:
            return reading.checked(rows[0])
        intent = _ask(lambda: self._client.v1.payment_intents.retrieve(ref, {"expand": [_CHARGE]}))
        return reading.checked(reading.as_session(_plain(intent)))

    def _whole(self, session: dict[str, Any]) -> RemotePayment:
        charge = reading.charge_of(session)
        disputed = None
        if charge and charge.get("disputed"):
            found = _ask(lambda: self._client.v1.disputes.list({"charge": charge["id"]}))
            disputed = reading.disputed_amount(_rows(found), charge["currency"])
        return reading.remote_payment(session, clock.now(), disputed)

    def _listed(self, wanted: dict[str, str], since: datetime) -> list[RemotePayment]:
        """Sessions in one state that may have changed since then, with their truth."""
        params: dict[str, Any] = {
            "status": wanted["status"],
            "created": {"gte": int((since - SETTLES_WITHIN).timestamp())},
            "limit": PAGE,
            "expand": [f"data.{_EXPAND}"],
        }
        found: list[RemotePayment] = []
        for _page in range(PAGES_MAX):
            page = _ask(lambda: self._client.v1.checkout.sessions.list(params))  # type: ignore[arg-type]
            rows = [reading.checked(row) for row in _rows(page)]
            status = wanted.get("payment_status")
            fit = [row for row in rows if status in (None, row.get("payment_status"))]
            found += [self._whole(row) for row in fit if row.get("client_reference_id")]
            if not rows or not getattr(page, "has_more", False):
                break
            params["starting_after"] = rows[-1]["id"]
        return found


_NAMED_BY_ID = frozenset({"checkout.session", "payment_intent"})
_MARKED = frozenset({"checkout.session", "payment_intent", "charge"})


def _is_marked(thing: Mapping[str, Any]) -> bool:
    """Whether we put our reference on it, when we opened its session."""
    return bool(thing.get("client_reference_id") or (thing.get("metadata") or {}).get("reference"))


def _session_params(order: Order) -> dict[str, Any]:
    """One line of one order. The same order always gives the same request."""
    price = {
        "currency": order.amount.currency.lower(),
        "unit_amount": reading.units(order.amount),
        "product_data": {"name": order.description or order.reference},
    }
    metadata = {"reference": order.reference, "until": order.expires_at.isoformat()}
    intent: dict[str, Any] = {"metadata": metadata}
    keeps: dict[str, Any] = {}
    if order.keep_method:  # Stripe's page asks the donor; the method is theirs and ours to use
        intent["setup_future_usage"] = "off_session"
        keeps["customer_creation"] = "always"
    return keeps | {
        "mode": "payment",
        "submit_type": "donate",
        "line_items": [{"quantity": 1, "price_data": price}],
        "client_reference_id": order.reference,
        "metadata": metadata,
        "payment_intent_data": intent,
        "success_url": order.return_url,
        "cancel_url": order.return_url,
        "locale": order.language if order.language in _LOCALES else "auto",
        # Gifts are kept in the currency they were asked in.
        "adaptive_pricing": {"enabled": False},
    }


class _Declined(Exception):
    """The method was declined; `intent` names the payment that says why."""

    def __init__(self, intent: str) -> None:
        self.intent = intent
        super().__init__(intent)


def _ask(call: Callable[[], _Answer]) -> _Answer:
    """One call of the library, its errors in the words of our rails."""
    try:
        return call()
    except (stripe.APIConnectionError, stripe.RateLimitError) as lost:
        raise RailUnreachable(type(lost).__name__) from lost
    except stripe.CardError as declined:
        body = declined.json_body if isinstance(declined.json_body, dict) else {}
        intent = (body.get("error") or {}).get("payment_intent") or {}
        if not _REF.fullmatch(str(intent.get("id", ""))):
            raise RailRefused(f"HTTP 402: {declined.code}") from declined
        raise _Declined(str(intent["id"])) from declined
    except stripe.StripeError as error:
        status = error.http_status or 0
        # 409: another call with this key is still under way. Without a status: no readable answer.
        if status >= 500 or status == 409 or status < 400:
            raise RailUnreachable(f"HTTP {status}.") from error
        raise RailRefused(f"HTTP {status}: {(error.user_message or '')[:200]}") from error


def _plain(thing: object) -> dict[str, Any]:
    if not isinstance(thing, stripe.StripeObject):
        raise RailUnreachable(reading.ODD)
    return thing.to_dict()


def _rows(page: object) -> list[dict[str, Any]]:
    rows = getattr(page, "data", None)
    if not isinstance(rows, list):
        raise RailUnreachable(reading.ODD)
    return [_plain(row) for row in rows]


def _named(thing: object) -> str:
    name = _plain(thing).get("id")
    if not isinstance(name, str):
        raise RailUnreachable(reading.ODD)
    return name


class _ByHttpx(stripe.HTTPClient):
    """The library's calls over our own HTTP client: one pool, one timeout, no proxies of ours."""

    name = "httpx"

    def __init__(self, http: httpx.Client | None) -> None:
        super().__init__()
        self._http = http or httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False)

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """One request; raises the library's own error when nobody answered."""
        try:
            answer = self._http.request(method, url, headers=headers, content=post_data)
        except httpx.HTTPError as lost:
            name = type(lost).__name__
            raise stripe.APIConnectionError(name) from lost  # type: ignore[no-untyped-call]
        return answer.text, answer.status_code, answer.headers

    def close(self) -> None:
        """Let go of the pool."""
        self._http.close()
