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
    }
    told |= details
    posting = actions.post_gift(
        fund_id=fund.id,
        gross=Money(gross, currency),
        fee=Money(fee, currency),
        overhead_bps=bps,
        value_date=DAY,
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


def settle() -> None:
    """Let the rules that wait for the commit speak now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def run(statement: str, *values: Any) -> int:
    """Run a statement past every door; returns the number of rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
