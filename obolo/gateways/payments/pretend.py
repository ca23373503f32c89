"""The simulator's payment provider: the same manners as a real one, without money.

Notices are signed as `Obolo-Pay-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, get_args

import httpx

from obolo.gateways.payments.rail import (
    Kept,
    Order,
    RailRefused,
    RailUnreachable,
    RemotePayment,
    RemoteRefund,
    State,
)
from obolo.kit.money import Money, NotAnAmount
from obolo.kit.text import shown

SIGNATURE_HEADER = b"obolo-pay-signature"
TIMEOUT_SECONDS = 5.0
_SIGNATURE = re.compile(rb"t=(\d{1,12}),v1=([0-9a-f]{64})")
METHOD_CHARS_MAX = 40
URL_CHARS_MAX = 500
_REF = re.compile(r"[A-Za-z0-9_-]{1,100}")
_STATES = frozenset(get_args(State))
_ODD = "The provider's answer has another shape."


def sign(secret: str, body: bytes, at_seconds: int) -> str:
    """The header's value for this body at this time."""
    mac = hmac.new(secret.encode(), b"%d." % at_seconds + body, hashlib.sha256)
    return f"t={at_seconds},v1={mac.hexdigest()}"


def is_authentic(secret: str, body: bytes, headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Did the provider sign these bytes? Exactly one well-formed header, constant time.

    The age is not judged: a notice only says "look", so a replay is harmless.
    """
    given = [value for name, value in headers if name.lower() == SIGNATURE_HEADER]
    match = _SIGNATURE.fullmatch(given[0]) if len(given) == 1 else None
    if not secret or match is None:
        return False
    right = hmac.new(secret.encode(), match[1] + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(right.encode(), match[2])


class PretendRail:
    """Talks to the simulator's provider. `base_url` ends before `/v1/payments`."""

    def __init__(self, base_url: str, secret: str, http: httpx.Client | None = None) -> None:
        """Keep one connection pool; the secret is the provider's key for us."""
        self._base = f"{base_url.rstrip('/')}/v1/payments"
        self._http = http or httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False)
        self._headers = {"Authorization": f"Bearer {secret}"}

    def create(self, order: Order) -> RemotePayment:
        """Open a payment; the reference is the idempotency key."""
        body = {
            "amount_minor": order.amount.minor,
            "currency": order.amount.currency,
            "reference": order.reference,
            "description": order.description,
            "return_url": order.return_url,
            "expires_at": order.expires_at.isoformat(),
            "lang": order.language,
        }
        return self._open(order, body | ({"keep_method": True} if order.keep_method else {}))

    def charge(self, order: Order, kept: Kept) -> RemotePayment:
        """Take the amount from a kept method now; it is answered paid, or failed with its code."""
        body = {
            "amount_minor": order.amount.minor,
            "currency": order.amount.currency,
            "reference": order.reference,
            "description": order.description,
            "customer": kept.customer,
            "saved_method": kept.method,
        }
        opened = self._open(order, body)
        return self.fetch(opened.provider_ref)  # a repeated key repeats the old answer

    def _open(self, order: Order, body: dict[str, Any]) -> RemotePayment:
        headers = {"Idempotency-Key": order.reference}
        return _read(self._ask("POST", self._base, json=body, headers=headers))

    def fetch(self, provider_ref: str) -> RemotePayment:
        """The present truth of a payment."""
        return _read(self._ask("GET", f"{self._base}/{provider_ref}"))

    def cancel(self, provider_ref: str) -> RemotePayment:
        """Close an unpaid payment."""
        return _read(self._ask("POST", f"{self._base}/{provider_ref}/cancel", json={}))

    def reopen(self, order: Order, provider_ref: str) -> RemotePayment:
        """The same payment: its page lives as long as our link."""
        return self.fetch(provider_ref)

    def refund(self, provider_ref: str, amount: Money, key: str) -> RemoteRefund:
        """Give money back at once; the key is kept by the provider."""
        if self.fetch(provider_ref).asked.currency != amount.currency:
            raise RailRefused("The refund is in another currency than its payment.")
        url, headers = f"{self._base}/{provider_ref}/refund", {"Idempotency-Key": key}
        _read(self._ask("POST", url, json={"amount_minor": amount.minor}, headers=headers))
        return RemoteRefund(refund_ref=key, provider_ref=provider_ref, amount=amount, state="done")

    def list_paid(self, since: datetime) -> Sequence[RemotePayment]:
        """Every payment paid since then."""
        return self._listed({"status": "paid", "since": since.isoformat()})

    def list_pending(self) -> Sequence[RemotePayment]:
        """Every payment that still waits."""
        return self._listed({"status": "open"})

    def _listed(self, query: dict[str, str]) -> Sequence[RemotePayment]:
        found = self._ask("GET", self._base, params=query)
        rows = found.get("data") if isinstance(found, dict) else found
        if not isinstance(rows, list):
            raise RailUnreachable(_ODD)
        return [_read(one) for one in rows]

    def read_notice(self, body: bytes) -> Iterable[str]:
        """The payment a notice points to; raises RailRefused when it is not readable."""
        try:
            notice = json.loads(body)
            ref = notice["payment"]
        except (ValueError, TypeError, KeyError, RecursionError) as odd:
            raise RailRefused("A payment notice could not be read.") from odd
        if not isinstance(ref, str) or not _REF.fullmatch(ref):
            raise RailRefused("A payment notice names no payment.")
        return [ref]

    def _ask(self, method: str, url: str, **more: Any) -> Any:
        more["headers"] = self._headers | more.get("headers", {})
        try:
            answer = self._http.request(method, url, **more)
            if answer.status_code >= 500:
                raise RailUnreachable(f"HTTP {answer.status_code}.")
            if answer.status_code >= 400:
                raise RailRefused(f"HTTP {answer.status_code}: {answer.text[:200]}")
            return answer.json()
        except (httpx.HTTPError, ValueError) as lost:
            raise RailUnreachable(type(lost).__name__) from lost


def _read(data: Any) -> RemotePayment:
    """One payment as the provider tells it; raises RailUnreachable for any other shape."""
    try:
        currency = data["currency"]
        paid, fee = data.get("paid_amount_minor"), data.get("fee_minor")
        if data["status"] not in _STATES or not _REF.fullmatch(data["id"]):
            raise ValueError
        if min(paid or 0, fee or 0) < 0:
            raise ValueError
        return RemotePayment(
            provider_ref=data["id"],
            reference=str(data["reference"]),
            state=data["status"],
            asked=Money(data["amount_minor"], currency),
            paid=None if paid is None else Money(paid, currency),
            fee=None if fee is None else Money(fee, currency),
            method=shown(str(data.get("method") or ""), METHOD_CHARS_MAX),
            paid_at=_time(data.get("paid_at")),
            url=_address(data["url"]),
            refunded=_refunded(data.get("refunded_amount_minor"), currency),
            failure=shown(str(data.get("failure") or ""), METHOD_CHARS_MAX),
            saved=_saved(data),
        )
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError, NotAnAmount) as odd:
        raise RailUnreachable(_ODD) from odd


def _refunded(minor: int | None, currency: str) -> Money | None:
    return Money(minor, currency) if minor else None


def _saved(data: Any) -> Kept | None:
    method, customer = data.get("method_id"), data.get("customer")
    if not method or not customer:
        return None
    if not (_REF.fullmatch(method) and _REF.fullmatch(customer)):
        raise ValueError
    kept_as = shown(str(data.get("method") or ""), METHOD_CHARS_MAX)
    return Kept(customer=customer, method=method, shown=kept_as)


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def _address(url: str) -> str:
    """Where the donor pays: nothing but an address of the web may be forwarded to."""
    if not url.startswith(("https://", "http://")) or len(url) > URL_CHARS_MAX:
        raise ValueError
    return url
