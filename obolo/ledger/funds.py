"""Funds: opening them with their published rule, the system's own two, and locking their lines.

Owns entry 0 of a fund. Closing one is a move of its last cents: see `moves`.
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import transaction

from obolo.kit.clock import now
from obolo.ledger import rules
from obolo.ledger.draft import Draft, told_hash
from obolo.ledger.errors import FundClosed, NoSuchFund, NotPostable
from obolo.ledger.models import SYSTEM_PURPOSES, Fund, Purpose
from obolo.ledger.standing import Standing, ensure_line, lock


@transaction.atomic
def open_fund(*, name: str, purpose: str = Purpose.RESTRICTED, currency: str) -> Fund:
    """Open a fund with its line in `currency` and publish its rule as its first entry.

    For overhead and reserve see `system_fund`. Raises NotPostable, NotAnAmount.
    """
    if purpose in SYSTEM_PURPOSES:
        raise NotPostable(f"The {purpose} fund exists once: ask system_fund.")
    fund = Fund.objects.create(name=name, purpose=Purpose(purpose))
    ensure_line(fund.id, currency)
    _publish_rule(fund.id, currency)
    return fund


@transaction.atomic
def system_fund(purpose: str, currency: str) -> Fund:
    """The organisation's one overhead or reserve fund, with a line in `currency`."""
    if purpose not in SYSTEM_PURPOSES:
        raise NotPostable(f"{purpose!r} is no system fund.")
    wanted = Purpose(purpose)
    # Somebody else may be making it at the same moment: then theirs is found.
    fresh = Fund(name=wanted.label, purpose=wanted)
    if not Fund.objects.filter(purpose=wanted).exists():
        Fund.objects.bulk_create([fresh], ignore_conflicts=True)
    fund = Fund.objects.get(purpose=wanted)
    ensure_line(fund.id, currency)
    if fund.id == fresh.id:
        _publish_rule(fund.id, currency)
    return fund


def lock_funds(
    currency: str, funds: Iterable[UUID], purposes: Iterable[str] = ()
) -> tuple[dict[UUID, Standing], dict[str, Standing]]:
    """Lock the lines of `funds` and of the system's `purposes`, making those that are missing.

    Two keys to the same lines: by fund and by purpose. Raises NoSuchFund, FundClosed.
    """
    funds = list(funds)
    wanted = [str(purpose) for purpose in purposes]
    locked = _by_fund_and_purpose(currency, funds, wanted)
    if locked is None:
        # Lines are made before any is locked by the next attempt.
        for fund_id in funds:
            if not Fund.objects.filter(id=fund_id).exists():
                raise NoSuchFund(str(fund_id))
            ensure_line(fund_id, currency)
        for purpose in wanted:
            system_fund(purpose, currency)
        locked = _by_fund_and_purpose(currency, funds, wanted)
    assert locked is not None
    for line in locked[0].values():
        if line.closed_by:
            raise FundClosed(str(line.fund_id))
    return locked


def _by_fund_and_purpose(
    currency: str, funds: list[UUID], purposes: list[str]
) -> tuple[dict[UUID, Standing], dict[str, Standing]] | None:
    found = lock(currency, funds=funds, purposes=purposes)
    by_fund = {line.fund_id: line for line in found}
    by_purpose = {line.purpose: line for line in found if line.purpose in purposes}
    whole = all(f in by_fund for f in funds) and all(p in by_purpose for p in purposes)
    return (by_fund, by_purpose) if whole else None


def _publish_rule(fund_id: UUID, currency: str) -> None:
    [line] = lock(currency, funds=[fund_id])
    today: date = now().date()
    Draft(
        kind="rule",
        line=line,
        source_id=fund_id,
        key=f"rule:{fund_id}",
        told=told_hash("rule", fund_id, rules.CURRENT),
        value_date=today,
        details={"rule": rules.CURRENT},
    ).write()
