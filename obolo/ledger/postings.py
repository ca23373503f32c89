"""What a gift or a purchase means in double entry: pure, in whole minor units.

Owns the chart of accounts and the split of a gift. A positive leg is a debit. Accounts:
`cash:<where>` money held there; `fees` what providers kept; `gifts:fees` the part of the gifts that
paid for it, `reserve:fees` the part of the reserve; `owed` what the organisation owes its reserve;
`fund:<id>` what the organisation owes to a fund's purpose. When a fee is larger than its gift,
`fees` exceeds `gifts:fees` by the shortfall: the organisation bears it.
"""

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from obolo.kit.money import Money, share
from obolo.ledger.errors import NotPostable

FEES: Final = "fees"
FEES_PAID_BY_GIFTS: Final = "gifts:fees"
FEES_PAID_BY_RESERVE: Final = "reserve:fees"
OWED: Final = "owed"
# Only `cash:` is the caller's to name; the other accounts follow from the rules below.
_CASH = re.compile(r"cash:[a-z0-9_.-]{1,60}")


@dataclass(frozen=True, slots=True)
class Split:
    """Where the cents of one gift go. All in minor units of its currency."""

    fee_minor: int
    net_minor: int  # 0 when the fee eats the gift
    overhead_minor: int

    @property
    def restricted_minor(self) -> int:
        """What is numbered on the fund's own line."""
        return self.net_minor - self.overhead_minor


def split_gift(*, gross: Money, fee: Money, overhead_bps: int, gifted_minor: int) -> Split:
    """Fee first, then overhead by cumulative floor over `gifted_minor`, the rest to the fund.

    `gifted_minor` is the running total of net gifts to this (fund, currency). Source: decision
    "Gifts are numbered net". Raises NotPostable, CurrencyMismatch, NotAnAmount.
    """
    net_minor = checked_gift(gross, fee)
    return Split(
        fee_minor=fee.minor,
        net_minor=net_minor,
        overhead_minor=share(net_minor, overhead_bps, before_minor=gifted_minor),
    )


def checked_gift(gross: Money, fee: Money) -> int:
    """The net minor units of a gift, 0 when the fee eats it; raises NotPostable."""
    net = gross - fee
    if gross.minor <= 0 or fee.minor < 0:
        raise NotPostable(f"A gift of {gross.minor} with a fee of {fee.minor}.")
    return max(net.minor, 0)


def cash_legs(gross: Money, fee: Money) -> list[tuple[str, int]]:
    """Legs of a gift apart from its funds, `""` standing for the cash account; none is zero."""
    borne_minor = min(fee.minor, gross.minor)
    legs = [("", (gross - fee).minor), (FEES, fee.minor), (FEES_PAID_BY_GIFTS, -borne_minor)]
    return [(account, minor) for account, minor in legs if minor]


def fund_account(fund_id: UUID) -> str:
    """The account of what is owed to a fund's purpose."""
    return f"fund:{fund_id}"


def checked_cash(account: str) -> str:
    """The caller's cash account; raises NotPostable unless it is `cash:` and a short name."""
    if not _CASH.fullmatch(account):
        raise NotPostable(f"{account!r} is no cash account such as `cash:bank`.")
    return account


def checked_bps(overhead_bps: int) -> int:
    """A share in basis points; raises NotAnAmount outside 0 to 10,000."""
    share(0, overhead_bps)
    return overhead_bps


def checked_minor(amount: Money, what: str) -> int:
    """The minor units of an amount above nothing; raises NotPostable."""
    if amount.minor <= 0:
        raise NotPostable(f"A {what} of {amount.minor}.")
    return amount.minor
