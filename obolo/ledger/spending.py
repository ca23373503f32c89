"""Money that goes out for what a fund is for: purchases, advances, and what comes back of them.

Owns the choice of the lowest free numbers. A purchase that stands is never changed: what is undone
or returned is an entry of its own.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from obolo.kit.money import Money
from obolo.ledger import paths, posted, postings
from obolo.ledger.draft import Draft, known, told_hash
from obolo.ledger.errors import FundClosed, NoSuchPurchase, NotEnoughCents, NotPostable, TooMuch
from obolo.ledger.funds import lock_funds
from obolo.ledger.models import Entry, Purpose, Use, UseRange
from obolo.ledger.posted import Posted
from obolo.ledger.spans import Span, highest
from obolo.ledger.standing import Standing, lock


@dataclass(frozen=True, slots=True)
class PurchasePosting:
    """Which numbers a purchase used, lowest first."""

    entry_id: UUID
    spans: tuple[Span, ...]


@transaction.atomic
def post_purchase(
    *,
    purchase_id: UUID,
    fund_id: UUID,
    amount: Money,
    account: str,
    key: str,
    value_date: date,
) -> PurchasePosting:
    """Post money spent from a fund: it uses the lowest free numbers of the line.

    Same key and inputs: the first posting again. Raises NotEnoughCents, KeyReused, NoSuchFund,
    FundClosed, NotPostable, and then nothing is written.
    """
    postings.checked_cash(account)
    inputs = [amount.minor, amount.currency, account, value_date]
    told = told_hash("purchase", purchase_id, fund_id, *inputs)
    if entry_id := known(key, told):
        return _purchase_posting(entry_id)
    minor = postings.checked_minor(amount, "purchase")
    line = _line_to_spend(fund_id, amount)
    draft = Draft("purchase", line, purchase_id, key, told, value_date)
    taken = draft.take_lowest(line, minor, "purchase", purchase_id)
    draft.leg(account, amount.currency, -minor)
    if draft.write():
        return PurchasePosting(draft.id, tuple(taken))
    entry_id = known(key, told)
    assert entry_id is not None
    return _purchase_posting(entry_id)


@transaction.atomic
def post_advance(
    *,
    purchase_id: UUID,
    fund_id: UUID,
    amount: Money,
    account: str,
    key: str,
    value_date: date,
) -> PurchasePosting:
    """Post a purchase for a fund that the reserve pays until gifts come (§6.4 "advance").

    It uses the reserve's lowest free numbers; `post_reimbursement` brings them back. Raises what
    `post_purchase` does: an advance never makes the organisation a debtor.
    """
    postings.checked_cash(account)
    inputs = [amount.minor, amount.currency, account, value_date]
    told = told_hash("advance", purchase_id, fund_id, *inputs)
    if entry_id := known(key, told):
        return _purchase_posting(entry_id)
    minor = postings.checked_minor(amount, "purchase")
    by_fund, by_purpose = lock_funds(amount.currency, [fund_id], [Purpose.RESERVE])
    own, reserve = by_fund[fund_id], by_purpose[Purpose.RESERVE]
    if own.id == reserve.id:
        raise NotPostable("The reserve needs no advance from itself.")
    draft = Draft("advance", own, purchase_id, key, told, value_date)
    draft.take_lowest(reserve, minor, "purchase", purchase_id)
    draft.leg(account, amount.currency, -minor)
    return _purchase_posting(posted.finish(draft).entry_id)


@transaction.atomic
def post_reimbursement(*, purchase_id: UUID, amount: Money, key: str, value_date: date) -> Posted:
    """Post that a fund pays an advance back: its lowest free cents now stand for that purchase.

    The reserve gets as many new numbers, which belong to whoever gave the old ones. The advance's
    lowest numbers are paid back first. Raises NoSuchPurchase, TooMuch (more than is still owed),
    NotEnoughCents, KeyReused, FundClosed, NotPostable.
    """
    told = told_hash("reimburse", purchase_id, amount.minor, amount.currency, value_date)
    if done := posted.before(key, told):
        return done
    minor = postings.checked_minor(amount, "reimbursement")
    fund_id = _fund_of_advance(purchase_id)
    by_fund, by_purpose = lock_funds(amount.currency, [fund_id], [Purpose.RESERVE])
    own, reserve = by_fund[fund_id], by_purpose[Purpose.RESERVE]
    owed = owed_of_advance(purchase_id)
    if minor > sum(span.minor for span in owed):
        raise TooMuch(f"{sum(span.minor for span in owed)} minor units are owed.")
    paid = _first(owed, minor)
    draft = Draft("reimburse", own, purchase_id, key, told, value_date)
    taken = draft.take_lowest(own, minor, "reimburse", purchase_id)
    back = draft.mint(reserve, minor, "returned", purchase_id)
    draft.link_all("reimburse", taken, paid)
    draft.link_all("returned", paid, [back])
    return posted.finish(draft)


@transaction.atomic
def post_release(*, purchase_id: UUID, account: str, key: str, value_date: date) -> Posted:
    """Post that a purchase never happened: all its numbers are free again (§6.4).

    Raises NoSuchPurchase, TooMuch (nothing is left of it), KeyReused, FundClosed, NotPostable.
    """
    told = told_hash("release", purchase_id, account, value_date)
    return _give_back("release", purchase_id, None, account, key, told, value_date)


@transaction.atomic
def post_supplier_refund(
    *, purchase_id: UUID, amount: Money, account: str, key: str, value_date: date
) -> Posted:
    """Post money a supplier paid back, all or part: it frees the purchase's highest numbers.

    Of an advance these are the last that a fund pays back: until then they are the reserve's.
    Raises NoSuchPurchase, TooMuch, KeyReused, FundClosed, NotPostable, CurrencyMismatch.
    """
    inputs = [amount.minor, amount.currency, account, value_date]
    told = told_hash("supplier_refund", purchase_id, *inputs)
    return _give_back("supplier_refund", purchase_id, amount, account, key, told, value_date)


def owed_of_advance(purchase_id: UUID) -> list[Span]:
    """The reserve's numbers that an advance used and nobody has paid back, lowest first.

    Where the reserve stands in for itself (a gift to it was refunded), these are the numbers that
    stand: an advance is owed to whoever bears it now.
    """
    owed: list[Span] = []
    for ranged in _live_ranges(purchase_id):
        owed += paths.bearing(Span(ranged.line_id, ranged.lo, ranged.hi))
    return owed


def _give_back(
    kind: str,
    purchase_id: UUID,
    amount: Money | None,
    account: str,
    key: str,
    told: bytes,
    value_date: date,
) -> Posted:
    postings.checked_cash(account)
    if done := posted.before(key, told):
        return done
    line = _lock_line_of(purchase_id)
    live = _live_ranges(purchase_id)
    left = sum(r.hi - r.lo for r in live)
    if amount is None:
        amount = Money(left, line.currency)
    else:
        postings.checked_minor(amount, "supplier's refund")
        _ = amount - Money(0, line.currency)  # of the line's currency, or CurrencyMismatch
    if not 0 < amount.minor <= left:
        raise TooMuch(f"{left} minor units of the purchase are left.")
    given = [
        Span(line.id, *pair) for pair in highest([(r.lo, r.hi) for r in live], amount.minor)[0]
    ]
    if line.purpose == Purpose.RESERVE and paths.is_reimbursed(given):
        # What is free again would lie on the reserve and belong to the fund's givers.
        raise NotPostable(
            "A fund has paid this part of the advance back: what returns is money of that fund."
            " Book it there."
        )
    draft = Draft(kind, line, purchase_id, key, told, value_date)
    draft.free_highest(line, live, amount.minor, kind)
    draft.leg(account, line.currency, amount.minor)
    return posted.finish(draft)


def _line_to_spend(fund_id: UUID, amount: Money) -> Standing:
    lines = lock(amount.currency, funds=[fund_id])
    if not lines:
        # Nothing was ever given in this currency; a fund that does not exist says so.
        by_fund, _ = lock_funds(amount.currency, [fund_id])
        assert by_fund[fund_id].head == 0
        raise NotEnoughCents(amount.minor)
    if lines[0].closed_by:
        raise FundClosed(str(fund_id))
    return lines[0]


def _lock_line_of(purchase_id: UUID) -> Standing:
    use = Use.objects.filter(source_id=purchase_id, kind="purchase").first()
    ranged = UseRange.objects.filter(use=use).select_related("line").first() if use else None
    if ranged is None:
        raise NoSuchPurchase(str(purchase_id))
    [line] = lock(ranged.line.currency, lines=[ranged.line_id])
    if line.closed_by:
        raise FundClosed(str(line.fund_id))
    return line


def _live_ranges(purchase_id: UUID) -> list[UseRange]:
    found = UseRange.objects.filter(use__source_id=purchase_id, use__kind="purchase", live=True)
    return list(found.order_by("line", "lo"))


def _fund_of_advance(purchase_id: UUID) -> UUID:
    entry = Entry.objects.filter(source_id=purchase_id, kind="advance").select_related("line")
    found = entry.first()
    if found is None:
        raise NoSuchPurchase(str(purchase_id))
    fund_id: UUID = found.line.fund_id
    return fund_id


def _first(spans: list[Span], minor: int) -> list[Span]:
    """The first `minor` cents of the spans, in their order."""
    taken: list[Span] = []
    for span in spans:
        if minor == 0:
            break
        taken.append(Span(span.line_id, span.lo, min(span.hi, span.lo + minor)))
        minor -= taken[-1].minor
    return taken


def _purchase_posting(entry_id: UUID) -> PurchasePosting:
    ranges = UseRange.objects.filter(use__entry=entry_id, entry=entry_id).order_by("lo")
    return PurchasePosting(entry_id, tuple(Span(r.line_id, r.lo, r.hi) for r in ranges))
