"""The protocol every payment rail speaks, in plain data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

from obolo.kit.errors import OboloError
from obolo.kit.money import Money

State = Literal["open", "paid", "failed", "expired", "cancelled", "refunded"]
RefundState = Literal["pending", "done", "failed"]


class RailUnreachable(OboloError):
    """The payment provider cannot be reached now, or its answer was lost."""

    retryable = True
    fault = "theirs"


class RailRefused(OboloError):
    """The payment provider refused the request."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A method the provider keeps for later: its names of the customer and the method.

    `shown` is what the donor may be reminded by ("card"). No number of a card, ever.
    """

    customer: str
    method: str
    shown: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What we ask a provider to collect. `reference` is our idempotency key, kept end to end.

    `keep_method`: ask the donor to let the provider keep the method for later payments.
    """

    reference: str
    amount: Money
    description: str
    return_url: str
    expires_at: datetime
    language: str
    keep_method: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class RemotePayment:
    """What the provider says of one payment.

    An open payment without `url` can be paid, but its page at the provider has closed: `reopen`
    makes a new one. `refunded` is what went back so far, `disputed` what the donor's bank claims,
    `failure` the provider's code of a failed one, `saved` the method it kept when asked to.
    """

    provider_ref: str
    reference: str
    state: State
    asked: Money
    paid: Money | None
    fee: Money | None
    method: str
    paid_at: datetime | None
    url: str
    refunded: Money | None = None
    disputed: Money | None = None
    failure: str = ""
    saved: Kept | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoteRefund:
    """What the provider says of money on its way back to the donor."""

    refund_ref: str
    provider_ref: str
    amount: Money
    state: RefundState


class Rail(Protocol):
    """A payment provider."""

    def create(self, order: Order) -> RemotePayment:
        """Open a payment; repeating with the same reference returns the same one."""

    def fetch(self, provider_ref: str) -> RemotePayment:
        """The present truth of a payment."""

    def cancel(self, provider_ref: str) -> RemotePayment:
        """Close an unpaid payment, so that its page no longer takes money."""

    def list_paid(self, since: datetime) -> Sequence[RemotePayment]:
        """Every payment paid since then: finds what notices missed."""

    def read_notice(self, body: bytes) -> Iterable[str]:
        """The provider's references an authentic notice tells us to look at.

        A provider that calls by GET says it in the query: that query is the body.
        """


class WholeRail(Rail, Protocol):
    """A provider that can also give money back, and whose pages may close before our link does."""

    def reopen(self, order: Order, provider_ref: str) -> RemotePayment:
        """A payment the donor can pay now: the known one, or a new page for the same order.

        Repeating gives the same page. A payment that has ended is answered as it is.
        """

    def refund(self, provider_ref: str, amount: Money, key: str) -> RemoteRefund:
        """Give `amount` back to the donor; the same `key` gives it back once."""

    def list_pending(self) -> Sequence[RemotePayment]:
        """Every payment that still waits: what a lost notice may have left behind."""


@runtime_checkable
class KeepingRail(Protocol):
    """A provider that can keep a method and take money from it while the donor is away."""

    def charge(self, order: Order, kept: Kept) -> RemotePayment:
        """Take the order's amount from a kept method; the same reference takes it once.

        A decline is an answer: state `failed` with its code in `failure`, `authentication_required`
        when the donor must be there. Raises RailUnreachable (ask again with the same order),
        RailRefused.
        """
