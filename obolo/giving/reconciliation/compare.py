"""Two lists of the same payments, laid side by side. Pure: facts in, differences out.

Owns which difference is which. What is in both lists with one amount is no difference, in whatever
order and however often the provider names it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from obolo.gateways.payments.rail import RemotePayment
from obolo.kit.money import Money

Kind = Literal["not_booked", "unknown_here", "not_listed", "other_amount"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ours:
    """A payment as we know it; `booked` is its gift's gross, when there is one."""

    payment: str
    reference: str
    provider_ref: str
    booked: Money | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One payment on which the lists do not agree."""

    kind: Kind
    provider_ref: str
    payment: str = ""
    ours: Money | None = None
    theirs: Money | None = None


def differences(theirs: Iterable[RemotePayment], ours: Iterable[Ours]) -> list[Difference]:
    """What the provider's list of paid payments and our books disagree on, theirs first."""
    known = list(ours)
    by_ref = {one.provider_ref: one for one in known if one.provider_ref}
    by_reference = {one.reference: one for one in known}
    listed = {one.provider_ref: one for one in theirs}
    found: list[Difference] = []
    met: set[str] = set()
    for ref, remote in listed.items():
        one = by_ref.get(ref) or by_reference.get(remote.reference)
        if one is not None:
            met.add(one.payment)
        found += _one(remote, one)
    found += [
        Difference(
            kind="not_listed", provider_ref=one.provider_ref, payment=one.payment, ours=one.booked
        )
        for one in known
        if one.booked is not None and one.payment not in met
    ]
    return found


def _one(remote: RemotePayment, one: Ours | None) -> list[Difference]:
    if one is None:
        kind: Kind = "unknown_here"
    elif one.booked is None:
        kind = "not_booked"
    elif remote.paid is not None and one.booked != remote.paid:
        kind = "other_amount"
    else:
        return []
    return [
        Difference(
            kind=kind,
            provider_ref=remote.provider_ref,
            payment=one.payment if one else "",
            ours=one.booked if one else None,
            theirs=remote.paid,
        )
    ]
