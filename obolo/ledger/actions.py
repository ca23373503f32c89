"""Verbs of the room: opening funds, posting gifts and purchases.

Every posting locks its lines first, in ascending id, then writes: the exclusion constraint is a
backstop that never fires. Call within `organisations.wall.within`, one posting per transaction when
many write at once. The same key posts once, whatever the number of calls.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from obolo.kit.money import Money
from obolo.ledger import postings
from obolo.ledger.errors import KeyReused, LineFull, NoSuchFund, NotEnoughCents, NotPostable
from obolo.ledger.models import (
    BLOCK_MINOR,
    SYSTEM_PURPOSES,
    Entry,
    Fund,
    Leg,
    Line,
    Mint,
    Purpose,
    Use,
    UseRange,
)
from obolo.ledger.spans import Span, gaps, lowest

STANDING = ("head", "free_from", "used_minor", "gifted_minor", "overhead_minor", "gifts_count")
Side = tuple[str, Line | None, int]  # account, its line if a fund's, minor units


@dataclass(frozen=True, slots=True)
class GiftPosting:
    """What a gift became: the part of the overhead line and that of the fund's own line."""

    entry_id: UUID
    net_minor: int
    overhead: Span | None
    restricted: Span | None


@dataclass(frozen=True, slots=True)
class PurchasePosting:
    """Which numbers a purchase used, lowest first."""

    entry_id: UUID
    spans: tuple[Span, ...]


@transaction.atomic
def open_fund(*, name: str, purpose: str = Purpose.RESTRICTED, currency: str) -> Fund:
    """Open a fund with its line in `currency`; for overhead and reserve see `system_fund`."""
    if purpose in SYSTEM_PURPOSES:
        raise NotPostable(f"The {purpose} fund exists once: ask system_fund.")
    fund = Fund.objects.create(name=name, purpose=Purpose(purpose))
    _ensure_line(fund.id, currency)
    return fund


@transaction.atomic
def system_fund(purpose: str, currency: str) -> Fund:
    """The organisation's one overhead or reserve fund, with a line in `currency`."""
    if purpose not in SYSTEM_PURPOSES:
        raise NotPostable(f"{purpose!r} is no system fund.")
    wanted = Purpose(purpose)
    # Somebody else may be making it at the same moment: then theirs is found.
    if not Fund.objects.filter(purpose=wanted).exists():
        fresh = Fund(name=wanted.label, purpose=wanted)
        Fund.objects.bulk_create([fresh], ignore_conflicts=True)
    fund = Fund.objects.get(purpose=wanted)
    _ensure_line(fund.id, currency)
    return fund


@transaction.atomic
def post_gift(
    *,
    gift_id: UUID,
    fund_id: UUID,
    gross: Money,
    fee: Money,
    overhead_bps: int,
    account: str,
    key: str,
    value_date: date,
) -> GiftPosting:
    """Post a settled gift: fee, then overhead, then numbered cents on the fund's line.

    A gift to the overhead fund itself is not split. A fee larger than the gift numbers nothing.
    Same key and inputs: the first posting again. Raises KeyReused, NoSuchFund, NotPostable,
    LineFull, CurrencyMismatch, NotAnAmount, and then nothing is written.
    """
    postings.checked_cash(account)
    amounts = [gross.minor, fee.minor, gross.currency, fee.currency, overhead_bps]
    told = _hash("gift", gift_id, fund_id, *amounts, account, value_date)
    if known := _known(key, told):
        return _gift_posting(known)
    line, overhead_line = _lock_for_gift(fund_id, gross.currency)
    bps = 0 if overhead_line.id == line.id else overhead_bps
    split = postings.split_gift(
        gross=gross, fee=fee, overhead_bps=bps, gifted_minor=line.gifted_minor
    )
    entry = _entry("gift", line, gift_id, key, told, value_date)
    entry.overhead_bps = bps
    if first := _add_entry(entry):
        return _gift_posting(first)
    parts = [(line, split.restricted_minor), (overhead_line, split.overhead_minor)]
    mints = [_mint(entry, on, minor) for on, minor in parts if minor]
    line.gifted_minor += split.net_minor
    line.overhead_minor += split.overhead_minor
    line.gifts_count += 1
    _save_standing({on.id: on for on, _ in parts}.values())
    sides: list[Side] = [(a or account, None, m) for a, m in postings.cash_legs(gross, fee)]
    sides += [(postings.fund_account(on.fund_id), on, -minor) for on, minor in parts if minor]
    _add_legs(entry, gross.currency, sides)
    return _gift_posting(entry, Mint.objects.bulk_create(mints))


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
    NotPostable, and then nothing is written.
    """
    postings.checked_cash(account)
    amounts = [amount.minor, amount.currency]
    told = _hash("purchase", purchase_id, fund_id, *amounts, account, value_date)
    if known := _known(key, told):
        return _purchase_posting(known)
    if amount.minor <= 0:
        raise NotPostable(f"A purchase of {amount.minor}.")
    line = _lock_for_purchase(fund_id, amount)
    entry = _entry("purchase", line, purchase_id, key, told, value_date)
    if first := _add_entry(entry):
        return _purchase_posting(first)
    taken = _take_lowest(line, amount.minor)
    _save_standing([line])
    fund_side = (postings.fund_account(fund_id), line, amount.minor)
    _add_legs(entry, amount.currency, [fund_side, (account, None, -amount.minor)])
    use = Use.objects.create(
        kind="purchase", source_id=purchase_id, entry=entry, amount_minor=amount.minor
    )
    UseRange.objects.bulk_create(
        [UseRange(use=use, line=line, base=line.base, lo=lo, hi=hi) for lo, hi in taken]
    )
    return PurchasePosting(entry.id, tuple(Span(line.id, lo, hi) for lo, hi in taken))


def _hash(*inputs: Any) -> bytes:
    return hashlib.sha256(json.dumps(inputs, default=str).encode()).digest()


def _known(key: str, told: bytes) -> Entry | None:
    """The entry this key posted, if any; raises KeyReused when it was told something else."""
    known = Entry.objects.filter(key=key).first()
    if known and bytes(known.inputs_hash) != told:
        raise KeyReused(key)
    return known


def _entry(
    kind: str, line: Line, source_id: UUID, key: str, told: bytes, value_date: date
) -> Entry:
    return Entry(
        kind=kind,
        line=line,
        source_id=source_id,
        key=key,
        inputs_hash=told,
        value_date=value_date,
    )


def _add_entry(entry: Entry) -> Entry | None:
    """Write the entry; or, when another transaction used the key first, return that one."""
    Entry.objects.bulk_create([entry], ignore_conflicts=True)
    known = _known(entry.key, bytes(entry.inputs_hash))
    assert known is not None
    return None if known.id == entry.id else known


def _ensure_line(fund_id: UUID, currency: str) -> None:
    Money(0, currency)  # refuses what is no currency
    if not Line.objects.filter(fund_id=fund_id, currency=currency).exists():
        Line.objects.bulk_create([Line(fund_id=fund_id, currency=currency)], ignore_conflicts=True)


def _lock(wanted: Q, currency: str) -> list[Line]:
    """Lock lines in ascending id: everybody takes them in one order, so nobody waits in a ring."""
    lines = Line.objects.filter(wanted, currency=currency).select_related("fund").order_by("id")
    return list(lines.select_for_update(of=("self",), no_key=True))


def _lock_for_gift(fund_id: UUID, currency: str) -> tuple[Line, Line]:
    """The fund's line and the overhead line (the same for a gift to overhead), both locked."""
    wanted = Q(fund_id=fund_id) | Q(fund__purpose=Purpose.OVERHEAD)
    lines = _lock(wanted, currency)
    found = _fund_and_overhead(lines, fund_id)
    if found is None:
        # First gift in this currency. Lines are made before any is locked by the next attempt.
        if not Fund.objects.filter(id=fund_id).exists():
            raise NoSuchFund(str(fund_id))
        _ensure_line(fund_id, currency)
        system_fund(Purpose.OVERHEAD, currency)
        found = _fund_and_overhead(_lock(wanted, currency), fund_id)
    assert found is not None
    return found


def _fund_and_overhead(lines: list[Line], fund_id: UUID) -> tuple[Line, Line] | None:
    own = next((line for line in lines if line.fund_id == fund_id), None)
    overhead = next((line for line in lines if line.fund.purpose == Purpose.OVERHEAD), None)
    return (own, overhead) if own and overhead else None


def _lock_for_purchase(fund_id: UUID, amount: Money) -> Line:
    lines = _lock(Q(fund_id=fund_id), amount.currency)
    if lines:
        return lines[0]
    if not Fund.objects.filter(id=fund_id).exists():
        raise NoSuchFund(str(fund_id))
    raise NotEnoughCents(amount.minor)


def _mint(entry: Entry, line: Line, minor: int) -> Mint:
    """The next `minor` numbers of a locked line."""
    lo, hi = line.head, line.head + minor
    if hi > BLOCK_MINOR:
        raise LineFull(str(line.id))
    line.head = hi
    return Mint(line=line, lo=lo, hi=hi, source_kind="gift", source_id=entry.source_id, entry=entry)


def _take_lowest(line: Line, wanted: int) -> list[tuple[int, int]]:
    """The lowest free numbers of a locked line; raises NotEnoughCents."""
    free_minor = line.head - line.used_minor
    if wanted > free_minor:
        raise NotEnoughCents(wanted - free_minor)
    above = UseRange.objects.filter(line=line, live=True, lo__gte=line.free_from).order_by("lo")
    used = list(above.values_list("lo", "hi"))
    taken, missing = lowest(gaps(used, start=line.free_from, head=line.head), wanted)
    assert missing == 0, "the standing of the line is wrong"
    line.used_minor += wanted
    line.free_from = _first_free(sorted([*used, *taken]), line)
    return taken


def _first_free(used: list[tuple[int, int]], line: Line) -> int:
    return next((lo for lo, _ in gaps(used, start=line.free_from, head=line.head)), line.head)


def _save_standing(lines: Iterable[Line]) -> None:
    for line in lines:
        line.save(update_fields=STANDING)


def _add_legs(entry: Entry, currency: str, sides: list[Side]) -> None:
    Leg.objects.bulk_create(
        [
            Leg(entry=entry, account=account, line=line, currency=currency, amount_minor=minor)
            for account, line, minor in sides
        ]
    )


def _gift_posting(entry: Entry, mints: list[Mint] | None = None) -> GiftPosting:
    """Read a gift's posting back, from its mints when they are at hand."""
    if mints is None:
        mints = list(Mint.objects.filter(entry=entry))
    own = [Span(m.line_id, m.lo, m.hi) for m in mints if m.line_id == entry.line_id]
    other = [Span(m.line_id, m.lo, m.hi) for m in mints if m.line_id != entry.line_id]
    return GiftPosting(
        entry_id=entry.id,
        net_minor=sum(span.minor for span in own + other),
        overhead=other[0] if other else None,
        restricted=own[0] if own else None,
    )


def _purchase_posting(entry: Entry) -> PurchasePosting:
    ranges = UseRange.objects.filter(use__entry=entry).order_by("lo")
    return PurchasePosting(entry.id, tuple(Span(r.line_id, r.lo, r.hi) for r in ranges))
