"""Money that changes its line: transfers, conversions, a fund's last move; and whose a gift is.

Owns lineage that *flows*: the old numbers are used, the new ones remember them in order. Restricted
money never moves without a legal basis and the approval of two people, told as ids.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from obolo.kit.ids import new_id
from obolo.kit.money import Money
from obolo.ledger import posted, postings
from obolo.ledger.draft import Draft, known, told_hash
from obolo.ledger.errors import (
    FundClosed,
    NoSuchFund,
    NoSuchGift,
    NotApproved,
    NotEnoughCents,
    NotPostable,
)
from obolo.ledger.funds import lock_funds
from obolo.ledger.models import SYSTEM_PURPOSES, BatchGift, Entry, Fund, Line
from obolo.ledger.posted import Posted
from obolo.ledger.queries import gift_path
from obolo.ledger.spans import Span, highest
from obolo.ledger.standing import Standing, ensure_line, lock

# Why money moves: an unrestricted gift finds its purpose; a gift was booked to the wrong fund; a
# project failed; a fund ends.
REASONS: Final = ("designation", "correction", "failed", "closing")


@dataclass(frozen=True, slots=True)
class Approval:
    """What allows a move between funds: its basis in law and two people, by their opaque ids."""

    legal_basis: str  # for machines and auditors, at most 200 characters, no names
    approvers: tuple[UUID, UUID]

    def told(self) -> dict[str, Any]:
        """As kept with the entry; raises NotApproved."""
        first, second = self.approvers
        if not 0 < len(self.legal_basis.strip()) <= 200 or first == second:
            raise NotApproved(f"{len(set(self.approvers))} approvers.")
        return {"legal_basis": self.legal_basis, "approvers": [str(first), str(second)]}


@transaction.atomic
def post_transfer(
    *,
    transfer_id: UUID,
    from_fund_id: UUID,
    to_fund_id: UUID,
    amount: Money,
    reason: str,
    approval: Approval,
    key: str,
    value_date: date,
    gift_id: UUID | None = None,
) -> Posted:
    """Post a move from one fund to another: the lowest free cents, or a gift's own when named.

    A gift's own give way highest numbers first; the order among those that move is kept. Raises
    NotApproved, NotEnoughCents, NoSuchFund, FundClosed, KeyReused, NotPostable.
    """
    inputs = [amount.minor, amount.currency, reason, approval.legal_basis, approval.approvers]
    told = told_hash(
        "transfer", transfer_id, from_fund_id, to_fund_id, *inputs, gift_id, value_date
    )
    if done := posted.before(key, told):
        return done
    minor = postings.checked_minor(amount, "transfer")
    if reason not in REASONS or from_fund_id == to_fund_id:
        raise NotPostable(f"A transfer because of {reason!r}.")
    details = approval.told() | {"reason": reason} | ({"gift": str(gift_id)} if gift_id else {})
    by_fund, _ = lock_funds(amount.currency, [from_fund_id, to_fund_id])
    of, to = by_fund[from_fund_id], by_fund[to_fund_id]
    draft = Draft("transfer", of, transfer_id, key, told, value_date, details=details)
    if gift_id:
        spans = _own_free(gift_id, of, minor)
        draft.take(of, spans, "transfer", transfer_id, rule="transfer_own")
    else:
        spans = draft.take_lowest(of, minor, "transfer", transfer_id)
    made = draft.mint(to, minor, "transfer", transfer_id)
    draft.link_all("transfer", spans, [made])
    return posted.finish(draft)


@transaction.atomic
def post_conversion(
    *,
    conversion_id: UUID,
    fund_id: UUID,
    sold: Money,
    bought: Money,
    fee: Money,
    account_sold: str,
    account_bought: str,
    rate: str,
    key: str,
    value_date: date,
) -> Posted:
    """Post an exchange within one fund: `sold` cents of one currency became `bought` of another.

    The lowest free cents are sold. Of n that became m, the numbers [a, b) are now [floor(a·m/n),
    floor(b·m/n)): exact in sum, and a cent may be worth less than one of the other. `fee` (in the
    sold currency, part of `sold`) is the spread, told apart from `rate` (the text of the bank's
    rate). Raises NotEnoughCents, NoSuchFund, FundClosed, KeyReused, NotPostable, CurrencyMismatch.
    """
    postings.checked_cash(account_sold)
    postings.checked_cash(account_bought)
    amounts = [m for money in (sold, bought, fee) for m in (money.minor, money.currency)]
    accounts = [account_sold, account_bought]
    told = told_hash("conversion", conversion_id, fund_id, *amounts, *accounts, rate, value_date)
    if done := posted.before(key, told):
        return done
    n = postings.checked_minor(sold, "conversion")
    m = postings.checked_minor(bought, "conversion")
    if sold.currency == bought.currency or not 0 <= fee.minor < n or (sold - fee).minor <= 0:
        raise NotPostable(f"A conversion from {sold.currency} to {bought.currency}.")
    of, to = _lock_both(fund_id, sold.currency, bought.currency)
    details = {"rate": rate[:40], "fee_minor": fee.minor, "sold": n, "bought": m}
    draft = Draft("conversion", of, conversion_id, key, told, value_date, details=details)
    spans = draft.take_lowest(of, n, "conversion", conversion_id)
    made = draft.mint(to, m, "conversion", conversion_id)
    before = 0
    for span in spans:
        lo, hi = made.lo + before * m // n, made.lo + (before + span.minor) * m // n
        draft.link("conversion", span, Span(to.id, lo, hi), before=before, totals=(n, m))
        before += span.minor
    draft.leg(account_sold, sold.currency, -n)
    draft.leg(postings.FEES, sold.currency, fee.minor)
    draft.leg(postings.FEES_PAID_BY_GIFTS, sold.currency, -fee.minor)
    draft.leg(account_bought, bought.currency, m)
    return posted.finish(draft)


@transaction.atomic
def close_fund(
    *, fund_id: UUID, to_fund_id: UUID, approval: Approval, key: str, value_date: date
) -> None:
    """Move what is left of a fund to another, in each currency, and freeze its lines for good.

    Repeated with the same key it changes nothing. Raises NoSuchFund, NotApproved, NotPostable,
    FundClosed (the fund it should go to is closed, or another key closed this one), KeyReused.
    """
    told = told_hash("close", fund_id, to_fund_id, approval.legal_basis, approval.approvers)
    fund = Fund.objects.filter(id=fund_id).first()
    if fund is None:
        raise NoSuchFund(str(fund_id))
    if fund.purpose in SYSTEM_PURPOSES:
        raise NotPostable(f"The {fund.purpose} fund stays open.")
    details = approval.told() | {"reason": "closing"}
    for currency in sorted(_currencies(fund_id)):
        if known(f"{key}:{currency}", told):
            continue
        [line] = lock(currency, funds=[fund_id])
        left = line.free_minor
        if left:
            post_transfer(
                transfer_id=new_id(),
                from_fund_id=fund_id,
                to_fund_id=to_fund_id,
                amount=Money(left, currency),
                reason="closing",
                approval=approval,
                key=f"{key}:{currency}:last",
                value_date=value_date,
            )
        [line] = lock(currency, funds=[fund_id])
        if line.closed_by:
            raise FundClosed(str(fund_id))
        kept = f"{key}:{currency}"
        draft = Draft("close", line, fund_id, kept, told, value_date, details=details)
        line.closed_by = draft.id
        draft.touch(line)
        posted.finish(draft)


@transaction.atomic
def change_owner(*, gift_id: UUID, owner_id: UUID, key: str, value_date: date) -> None:
    """Post that a gift is somebody else's than was thought; its numbers stay as they are (§6.4).

    The ledger keeps opaque ids: the last one posted is the owner. Raises NoSuchGift, KeyReused.
    """
    told = told_hash("owner", gift_id, owner_id, value_date)
    entry = Entry.objects.filter(source_id=gift_id, kind="gift").select_related("line").first()
    if entry is None:
        in_burst = BatchGift.objects.filter(gift_id=gift_id).select_related("entry__line").first()
        entry = in_burst.entry if in_burst else None
    if entry is None:
        raise NoSuchGift(str(gift_id))
    [line] = lock(entry.line.currency, lines=[entry.line_id])
    details = {"owner": str(owner_id)}
    posted.finish(Draft("owner", line, gift_id, key, told, value_date, details=details))


def _own_free(gift_id: UUID, line: Standing, minor: int) -> list[Span]:
    """`minor` of the gift's own free cents on the line, highest first but in ascending order."""
    path = gift_path(gift_id)
    parts = [p for p in (*path.parts, *path.onward) if p.own and p.line_id == line.id]
    taken, missing = highest([span for part in parts for span in part.free()], minor)
    if missing:
        raise NotEnoughCents(missing)
    return [Span(line.id, lo, hi) for lo, hi in sorted(taken)]


def _lock_both(fund_id: UUID, sold: str, bought: str) -> tuple[Standing, Standing]:
    """A fund's lines in two currencies, locked in ascending id."""
    if not Fund.objects.filter(id=fund_id).exists():
        raise NoSuchFund(str(fund_id))
    for currency in (sold, bought):
        ensure_line(fund_id, currency)
    lines: Any = Line.objects.filter(fund_id=fund_id, currency__in=[sold, bought])
    locked = [
        lock(currency, lines=[line_id])[0]
        for line_id, currency in lines.order_by("id").values_list("id", "currency")
    ]
    if any(line.closed_by for line in locked):
        raise FundClosed(str(fund_id))
    of, to = sorted(locked, key=lambda line: line.currency != sold)
    return of, to


def _currencies(fund_id: UUID) -> set[str]:
    return set(Line.objects.filter(fund_id=fund_id).values_list("currency", flat=True))
