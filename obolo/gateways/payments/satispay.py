"""Satispay, direct: payments by link in the donor's app, on our own signed requests.

Sources: Satispay developers, GBusiness API 1.8 (payments, refunds, callbacks). The callback is a
GET that names a payment and nothing else, is tried four times and then never again: pending
payments must be asked for. Amounts are whole cents of EUR, the only currency.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from obolo.gateways.payments.rail import (
    Order,
    RailRefused,
    RailUnreachable,
    RefundState,
    RemotePayment,
    RemoteRefund,
    State,
)
from obolo.gateways.payments.satispay_signature import Signer, digest
from obolo.kit import clock
from obolo.kit.money import Money, NotAnAmount

BASE_URL = "https://authservices.satispay.com"
PREFIX = "/g_business/v1"
TIMEOUT_SECONDS = 10.0
PAGE = 100
PAGES_MAX = 200
URL_CHARS_MAX = 500
ANTI_HAMMERING = "70"  # "too many requests": the only 403 that passes by itself
ILLEGAL_TRANSITION = "44"  # the payment has moved on: its truth must be fetched
CALLBACK_NAME = "payment_id"
_REF = re.compile(r"[A-Za-z0-9-]{1,64}")
_ODD = "Satispay's answer has another shape."
_REFUND: dict[str, RefundState] = {"ACCEPTED": "done", "CANCELED": "failed"}


@dataclass(frozen=True, slots=True)
class Tariff:
    """What Satispay keeps of a payment, by contract: its API does not say."""

    free_below_minor: int
    part_bps: int

    def fee(self, amount: Money) -> Money:
        """The fee, rounded half up to the cent."""
        is_free = amount.minor < self.free_below_minor
        minor = 0 if is_free else (amount.minor * self.part_bps + 5_000) // 10_000
        return Money(minor, amount.currency)


def is_authentic(body: bytes, headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Does the callback's digest, when there is one, fit its (empty) body?

    Satispay signs callbacks only for some shops; what keeps strangers out is the unguessable
    address, and what makes a stranger's call harmless is that it only says "look".
    """
    given = [value for name, value in headers if name.lower() == b"digest"]
    return not given or given == [digest(body).encode()]


class SatispayRail:
    """Satispay for one shop. `callback_url` is our hook's address without a query."""

    def __init__(
        self,
        signer: Signer,
        *,
        callback_url: str,
        base_url: str = BASE_URL,
        tariff: Tariff | None = None,
        http: httpx.Client | None = None,
    ) -> None:
        """Keep one connection pool. Without a `tariff` fees are not known."""
        parts = urlsplit(base_url.rstrip("/"))
        self._origin, self._host = f"{parts.scheme}://{parts.netloc}", parts.netloc
        self._prefix = f"{parts.path}{PREFIX}"
        self._signer, self._callback, self._tariff = signer, callback_url, tariff
        self._http = http or httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False)

    def create(self, order: Order) -> RemotePayment:
        """Open a payment; the order's reference is the idempotency key."""
        return self._open(order, order.reference)

    def reopen(self, order: Order, provider_ref: str) -> RemotePayment:
        """The payment with a page that takes money: the known one, or a new payment."""
        known = self.fetch(provider_ref)
        if known.state != "open" or known.url:
            return known
        return self._open(order, f"{order.reference}:{known.provider_ref}")

    def fetch(self, provider_ref: str) -> RemotePayment:
        """The truth of a payment."""
        return self._read(self._ask("GET", _path(provider_ref)))

    def cancel(self, provider_ref: str) -> RemotePayment:
        """Take the request back; one that was accepted meanwhile is answered as it is."""
        return self._act(provider_ref, "CANCEL")

    def cancel_or_refund(self, provider_ref: str) -> RemotePayment:
        """Undo a payment whose state got lost: cancels it, or gives all of it back."""
        return self._act(provider_ref, "CANCEL_OR_REFUND")

    def refund(self, provider_ref: str, amount: Money, key: str) -> RemoteRefund:
        """Give money back (within 365 days); it is a payment of its own that names the first."""
        if amount.currency != "EUR" or amount.minor <= 0:
            raise RailRefused("A refund is more than nothing, in euro.")
        body = {
            "flow": "REFUND",
            "amount_unit": amount.minor,
            "currency": amount.currency,
            "parent_payment_uid": _checked(provider_ref),
            "external_code": key,
        }
        made = self._ask("POST", "/payments", body, {"Idempotency-Key": key})
        try:
            state = _REFUND.get(made["status"], "pending")
            ref = _checked(made["id"])
        except (KeyError, TypeError, RailRefused) as odd:
            raise RailUnreachable(_ODD) from odd
        return RemoteRefund(refund_ref=ref, provider_ref=provider_ref, amount=amount, state=state)

    def list_paid(self, since: datetime) -> Sequence[RemotePayment]:
        """Every payment paid since then."""
        return [p for p in self._listed("ACCEPTED") if p.paid_at and p.paid_at >= since]

    def list_pending(self) -> Sequence[RemotePayment]:
        """Every payment that still waits for the donor."""
        return self._listed("PENDING")

    def read_notice(self, body: bytes) -> Iterable[str]:
        """The payment a callback names: `body` is the query of that GET."""
        try:
            named = parse_qs(body.decode("ascii"), max_num_fields=10).get(CALLBACK_NAME, [])
        except ValueError as odd:
            raise RailRefused("A callback of Satispay could not be read.") from odd
        if len(named) != 1 or not _REF.fullmatch(named[0]):
            raise RailRefused("A callback of Satispay names no payment.")
        return named

    def _open(self, order: Order, key: str) -> RemotePayment:
        if order.amount.currency != "EUR":
            raise RailRefused("Satispay takes euro only.")
        body = {
            "flow": "MATCH_CODE",
            "amount_unit": order.amount.minor,
            "currency": order.amount.currency,
            "external_code": order.reference,
            # Satispay fills in the braces.
            "callback_url": f"{self._callback}?{CALLBACK_NAME}={{uuid}}",
            "redirect_url": order.return_url,
            "metadata": {"until": order.expires_at.isoformat()},
        }
        return self._read(self._ask("POST", "/payments", body, {"Idempotency-Key": key}))

    def _act(self, provider_ref: str, action: str) -> RemotePayment:
        try:
            return self._read(self._ask("PUT", _path(provider_ref), {"action": action}))
        except RailRefused as refused:
            if f"code {ILLEGAL_TRANSITION}:" in refused.detail:
                return self.fetch(provider_ref)
            raise

    def _listed(self, status: str) -> list[RemotePayment]:
        found: list[RemotePayment] = []
        after = ""
        for _page in range(PAGES_MAX):
            target = f"/payments?status={status}&limit={PAGE}{after}"
            page = self._ask("GET", target)
            try:
                rows, has_more = page["data"], page.get("has_more")
                mine = [row for row in rows if row.get("external_code")]
                found += [
                    self._read(row) for row in mine if row.get("type") != "REFUND_TO_BUSINESS"
                ]
                if not has_more or not rows:
                    break
                after = f"&starting_after={_checked(rows[-1]['id'])}"
            except (KeyError, TypeError, AttributeError, RailRefused) as odd:
                raise RailUnreachable(_ODD) from odd
        return found

    def _ask(
        self, method: str, path: str, content: Any = None, more: Mapping[str, str] | None = None
    ) -> Any:
        target = self._prefix + path
        body = b"" if content is None else json.dumps(content, separators=(",", ":")).encode()
        headers = self._signer.headers(method, target, self._host, clock.now(), body)
        headers |= {"Content-Type": "application/json", "Accept": "application/json"}
        headers |= more or {}
        try:
            url = self._origin + target
            answer = self._http.request(method, url, content=body, headers=headers)
            if answer.status_code >= 500:
                raise RailUnreachable(f"HTTP {answer.status_code}.")
            told = answer.json() if answer.status_code < 400 else _json_or_empty(answer)
        except (httpx.HTTPError, ValueError) as lost:
            raise RailUnreachable(type(lost).__name__) from lost
        if answer.status_code >= 300:
            raise _refusal(answer.status_code, told)
        return told

    def _read(self, data: Any) -> RemotePayment:
        """One payment as Satispay tells it; raises RailUnreachable for any other shape."""
        try:
            asked = Money(data["amount_unit"], data["currency"])
            state, is_closed = _state(data)
            paid = asked if state == "paid" else None
            return RemotePayment(
                provider_ref=_checked(data["id"]),
                reference=str(data["external_code"]),
                state=state,
                asked=asked,
                paid=paid,
                fee=self._tariff.fee(paid) if paid and self._tariff else None,
                method="satispay",
                paid_at=_time(data["insert_date"]) if paid else None,
                url="" if is_closed or state != "open" else _address(data["redirect_url"]),
            )
        except (
            KeyError, TypeError, AttributeError, ValueError, OverflowError, NotAnAmount,
            RailRefused,
        ) as odd:  # fmt: skip
            raise RailUnreachable(_ODD) from odd


def _state(data: Mapping[str, Any]) -> tuple[State, bool]:
    """The state, and whether Satispay's page has closed while our own link still lives."""
    status = data["status"]
    if status in ("PENDING", "AUTHORIZED"):
        return "open", False
    if status == "ACCEPTED":
        return "paid", False
    if status != "CANCELED":
        raise ValueError(status)
    if not data.get("expired"):
        return "cancelled", False
    until = (data.get("metadata") or {}).get("until")
    is_alive = isinstance(until, str) and clock.now() < datetime.fromisoformat(until)
    return ("open" if is_alive else "expired"), True


def _refusal(status: int, told: Any) -> RailRefused | RailUnreachable:
    """Satispay's error in our words. `wlt` is what their support asks for."""
    error = told if isinstance(told, dict) else {}
    code, wlt = str(error.get("code", "")), str(error.get("wlt", ""))[:80]
    text = f"HTTP {status}, code {code}: {str(error.get('message', ''))[:200]} (wlt {wlt})"
    is_passing = status in (408, 429) or (status == 403 and code == ANTI_HAMMERING)
    return RailUnreachable(text) if is_passing or status < 400 else RailRefused(text)


def _json_or_empty(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return {}


def _path(provider_ref: str) -> str:
    return f"/payments/{_checked(provider_ref)}"


def _checked(ref: Any) -> str:
    if not isinstance(ref, str) or not _REF.fullmatch(ref):
        raise RailRefused("This is no reference of Satispay.")
    return ref


def _time(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def _address(url: str) -> str:
    """Where the donor pays: nothing but an address of the web may be forwarded to."""
    if not url.startswith(("https://", "http://")) or len(url) > URL_CHARS_MAX:
        raise ValueError
    return url
