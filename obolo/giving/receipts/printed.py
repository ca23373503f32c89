"""What a receipt says: facts taken once, when its number is given, and never read anew.

Owns their shape and what the law lets us say of the gift. Pure. Never: a promise of a saving; the
law's own words, which are in `papers/texts` under the version kept here.
Source: d.lgs. 117/2017 art. 83 (gifts to third-sector bodies; cash is excluded), art. 82(5).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Final

LAYOUT: Final = 1  # a drawing that changes gets another number: papers given out stay as they were
LAW: Final = "2026-1"  # version of the legal sentences
LANGUAGES: Final = ("it", "en", "ar")

# How the money came, by the name each rail gives it. What is not here is "other".
_METHODS: Final = {
    "card": "card",
    "link": "card",
    "apple_pay": "card",
    "google_pay": "card",
    "satispay": "satispay",
    "paypal": "paypal",
    "sepa_debit": "sepa_debit",
    "sdd": "sepa_debit",
    "bank": "transfer",
    "bank_transfer": "transfer",
    "transfer": "transfer",
    "customer_balance": "transfer",
    "postal": "postal",
    "postal_slip": "postal",
    "cheque": "cheque",
    "check": "cheque",
    "cash": "cash",
}
METHODS: Final = (*dict.fromkeys(_METHODS.values()), "other")


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """The organisation as it was named on that day."""

    name: str
    address: str = ""
    tax_code: str = ""
    body_type: str = ""
    runts_section: str = ""
    contact: str = ""
    signed_by: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of the fields a receipt needs and this one lacks."""
        wanted = ["name", "address", "tax_code", "body_type"]
        if self.body_type in ("odv", "ets"):
            wanted.append("runts_section")
        return tuple(name for name in wanted if not getattr(self, name).strip())


@dataclass(frozen=True, kw_only=True, slots=True)
class Printed:
    """One receipt's words and figures; amounts in minor units of `currency`."""

    layout: int = LAYOUT
    law: str = LAW
    language: str
    body: Body
    donor_name: str
    donor_tax_code: str
    gift_minor: int  # what was paid
    amount_minor: int  # what this receipt confirms: less than that after a refund
    currency: str
    method: str  # of METHODS
    paid_on: date
    cause: str

    @property
    def verdict(self) -> str:
        """What may be said of deducting: `odv`, `ets`, or why nothing may be said."""
        return verdict(self.body.body_type, self.method)

    def to_json(self) -> dict[str, Any]:
        """For the row of the receipt."""
        return asdict(self) | {"paid_on": self.paid_on.isoformat()}


def from_json(told: Mapping[str, Any]) -> Printed:
    """Read what `to_json` wrote; fields of a later version are passed over."""
    body = {k: v for k, v in told["body"].items() if k in _names(Body)}
    rest = {k: v for k, v in told.items() if k in _names(Printed)}
    rest |= {"body": Body(**body), "paid_on": date.fromisoformat(told["paid_on"])}
    return Printed(**rest)


def method_kind(method: str) -> str:
    """`card`, `transfer`, `cash`, …: what a rail's own name for the way of paying means."""
    return _METHODS.get(method.strip().lower(), "other")


def verdict(body_type: str, method: str) -> str:
    """What may be said of deducting: `odv`, `ets`, `cash`, `method`, `body` or `not_ets`.

    Cash comes first: whatever the body, a gift in cash gives no right to anything.
    """
    if method == "cash":
        return "cash"
    if body_type == "":
        return "body"
    if body_type not in ("odv", "ets"):
        return "not_ets"
    return "method" if method == "other" else body_type


def spoken(*wishes: str) -> str:
    """The first of these languages that receipts are written in, else English."""
    return next((wish for wish in wishes if wish in LANGUAGES), "en")


def _names(shape: type[Any]) -> set[str]:
    return {field.name for field in fields(shape)}
