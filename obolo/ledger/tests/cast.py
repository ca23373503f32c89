"""Short ways to post in the tests: EUR, one date, fresh ids."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from obolo.kit.money import Money
from obolo.ledger import actions
from obolo.ledger.models import Fund

DAY = date(2025, 3, 14)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def gift(
    fund: Fund, gross: int, fee: int = 0, *, bps: int = 0, currency: str = "EUR", **details: Any
) -> tuple[UUID, actions.GiftPosting]:
    """Post a gift; returns its id and the posting."""
    told: dict[str, Any] = {
        "gift_id": uuid4(),
        "key": f"gift:{uuid4()}",
        "account": "cash:simulator",
        "value_date": DAY,
    }
    told |= details
    posting = actions.post_gift(
        fund_id=fund.id,
        gross=Money(gross, currency),
        fee=Money(fee, currency),
        overhead_bps=bps,
        **told,
    )
    return told["gift_id"], posting


def purchase(
    fund: Fund, minor: int, *, currency: str = "EUR", **details: Any
) -> tuple[UUID, actions.PurchasePosting]:
    """Post a purchase; returns its id and the posting."""
    told: dict[str, Any] = {
        "purchase_id": uuid4(),
        "key": f"purchase:{uuid4()}",
        "account": "cash:bank",
    }
    told |= details
    posting = actions.post_purchase(
        fund_id=fund.id, amount=Money(minor, currency), value_date=DAY, **told
    )
    return told["purchase_id"], posting


def refund(gift_id: UUID, minor: int, **details: Any) -> actions.Posted:
    told: dict[str, Any] = {"key": f"refund:{uuid4()}", "account": "cash:bank"} | details
    return actions.post_refund(gift_id=gift_id, amount=eur(minor), value_date=DAY, **told)


def chargeback(gift_id: UUID, minor: int, dispute: int = 0) -> actions.Posted:
    return actions.post_chargeback(
        gift_id=gift_id,
        amount=eur(minor),
        dispute_fee=eur(dispute),
        account="cash:bank",
        key=f"chargeback:{uuid4()}",
        value_date=DAY,
    )


def void(gift_id: UUID, gross: int, fee: int = 0) -> actions.Posted:
    return actions.post_void(
        gift_id=gift_id,
        gross=eur(gross),
        fee=eur(fee),
        account="cash:simulator",
        key=f"void:{uuid4()}",
        value_date=DAY,
    )


def true_up(gift_id: UUID, fee: int, **details: Any) -> actions.Posted | None:
    told: dict[str, Any] = {"key": f"fee:{uuid4()}", "account": "cash:bank"} | details
    return actions.post_fee_true_up(gift_id=gift_id, fee=eur(fee), value_date=DAY, **told)


def release(purchase_id: UUID) -> actions.Posted:
    return actions.post_release(
        purchase_id=purchase_id, account="cash:bank", key=f"release:{uuid4()}", value_date=DAY
    )


def supplier_refund(purchase_id: UUID, minor: int) -> actions.Posted:
    return actions.post_supplier_refund(
        purchase_id=purchase_id,
        amount=eur(minor),
        account="cash:bank",
        key=f"back:{uuid4()}",
        value_date=DAY,
    )


def advance(fund: Fund, minor: int) -> tuple[UUID, actions.PurchasePosting]:
    purchase_id = uuid4()
    posting = actions.post_advance(
        purchase_id=purchase_id,
        fund_id=fund.id,
        amount=eur(minor),
        account="cash:bank",
        key=f"advance:{purchase_id}",
        value_date=DAY,
    )
    return purchase_id, posting


def reimburse(purchase_id: UUID, minor: int) -> actions.Posted:
    return actions.post_reimbursement(
        purchase_id=purchase_id, amount=eur(minor), key=f"reimburse:{uuid4()}", value_date=DAY
    )


def approval() -> actions.Approval:
    return actions.Approval("statute, article 7", (uuid4(), uuid4()))


def transfer(of: Fund, to: Fund, minor: int, **details: Any) -> actions.Posted:
    told: dict[str, Any] = {
        "transfer_id": uuid4(),
        "key": f"transfer:{uuid4()}",
        "reason": "designation",
        "approval": approval(),
    }
    told |= details
    return actions.post_transfer(
        from_fund_id=of.id, to_fund_id=to.id, amount=eur(minor), value_date=DAY, **told
    )


def convert(
    fund: Fund, sold: int, bought: int, fee: int = 0, currency: str = "XOF"
) -> actions.Posted:
    """EUR into another currency, at whatever rate that is."""
    return actions.post_conversion(
        conversion_id=uuid4(),
        fund_id=fund.id,
        sold=eur(sold),
        bought=Money(bought, currency),
        fee=eur(fee),
        account_sold="cash:bank",
        account_bought="cash:bank-xof",
        rate="655.957",
        key=f"convert:{uuid4()}",
        value_date=DAY,
    )


def close(fund: Fund, to: Fund, key: str = "close") -> None:
    actions.close_fund(
        fund_id=fund.id, to_fund_id=to.id, approval=approval(), key=key, value_date=DAY
    )


def reserve(minor: int = 0) -> Fund:
    """The reserve, with this much in it."""
    fund = actions.system_fund("reserve", "EUR")
    if minor:
        gift(fund, minor)
    return fund


def run(statement: str, *values: Any) -> int:
    """Run a statement past every door; returns the number of rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
