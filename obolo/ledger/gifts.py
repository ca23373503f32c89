"""Money that comes in: gifts one by one and in bursts, matching gifts, gifts booked too low.

Owns the way of a gift into its lines: fee, then overhead, then numbers. Two statements a gift: one
locks, one writes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from obolo.kit.money import Money
from obolo.ledger import postings
from obolo.ledger.draft import Draft, known, told_hash
from obolo.ledger.errors import FundClosed, KeyReused, NoSuchGift, NotPostable
from obolo.ledger.funds import lock_funds
from obolo.ledger.models import BatchGift, Entry, Mint, Purpose
from obolo.ledger.spans import Span
from obolo.ledger.standing import Standing


@dataclass(frozen=True, slots=True)
class GiftPosting:
    """What a gift became: the part of the overhead line and that of the fund's own line."""

    entry_id: UUID
    net_minor: int
    overhead: Span | None
    restricted: Span | None


@dataclass(frozen=True, slots=True)
class GiftToPost:
    """One gift of a burst; `key` as in `post_gift`."""

    gift_id: UUID
    gross_minor: int
    fee_minor: int
    key: str


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
    Same key and inputs: the first posting again. Raises KeyReused, NoSuchFund, FundClosed,
    NotPostable, LineFull, CurrencyMismatch, NotAnAmount, and then nothing is written.
    """
    told = _told(gift_id, fund_id, gross, fee, overhead_bps, account, value_date)
    return _post("gift", gift_id, fund_id, gross, fee, overhead_bps, account, key, told, value_date)


def post_matching_gift(
    *,
    matched_gift_id: UUID,
    gift_id: UUID,
    fund_id: UUID,
    gross: Money,
    fee: Money,
    overhead_bps: int,
    account: str,
    key: str,
    value_date: date,
) -> GiftPosting:
    """Post a gift like any other that somebody gave because of another gift, linked to that one.

    Takes and raises what `post_gift` does; NoSuchGift when the matched one was never posted.
    """
    _gift_entry(matched_gift_id)
    plain = _told(gift_id, fund_id, gross, fee, overhead_bps, account, value_date)
    told = told_hash("matching", matched_gift_id, plain.hex())
    amounts = (gross, fee, overhead_bps)
    details = {"matches": str(matched_gift_id)}
    return _post("gift", gift_id, fund_id, *amounts, account, key, told, value_date, details)


def post_additional_mint(
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
    """Post what a gift was booked too low: more numbers for the same gift (§6.4 "too low").

    `gross` and `fee` are what is missing. Takes and raises what `post_gift` does, and NoSuchGift.
    """
    _gift_entry(gift_id)
    amounts = [gross.minor, fee.minor, gross.currency, fee.currency, overhead_bps]
    told = told_hash("addition", gift_id, fund_id, *amounts, account, value_date)
    kind = "addition"
    return _post(kind, gift_id, fund_id, gross, fee, overhead_bps, account, key, told, value_date)


def post_came_back(
    *,
    gift_id: UUID,
    fund_id: UUID,
    amount: Money,
    overhead_bps: int,
    account: str,
    key: str,
    value_date: date,
) -> GiftPosting:
    """Post that money of a gift which had gone back is ours again: new numbers for the same gift.

    A refund that failed, a dispute that was won. Takes and raises what `post_gift` does, and
    NoSuchGift.
    """
    _gift_entry(gift_id)
    amounts = [amount.minor, amount.currency, overhead_bps]
    told = told_hash("came_back", gift_id, fund_id, *amounts, account, value_date)
    details = {"came_back_minor": amount.minor}
    nothing = Money(0, amount.currency)
    rest = (overhead_bps, account, key, told, value_date, details)
    return _post("addition", gift_id, fund_id, amount, nothing, *rest)


@transaction.atomic
def post_gifts(
    gifts: Sequence[GiftToPost],
    *,
    fund_id: UUID,
    currency: str,
    overhead_bps: int,
    account: str,
    key: str,
    value_date: date,
) -> list[GiftPosting]:
    """Post a burst of gifts to one fund as one entry, numbered in the order given.

    `key` is the burst's own. A gift whose key was posted before is left as it is; the others are
    posted. Each must leave a cent after its fee (else use `post_gift`). Raises what that does.
    """
    postings.checked_cash(account)
    rest = (overhead_bps, account, value_date)
    told = [
        _told(
            g.gift_id, fund_id, Money(g.gross_minor, currency), Money(g.fee_minor, currency), *rest
        )
        for g in gifts
    ]
    lines = _lines(fund_id, currency, overhead_bps)
    posted = _posted_before([g.key for g in gifts])
    for gift, gift_told in zip(gifts, told, strict=True):
        if gift.key in posted and posted[gift.key][0] != gift_told:
            raise KeyReused(gift.key)
    fresh = [(g, t) for g, t in zip(gifts, told, strict=True) if g.key not in posted]
    if len({g.key for g, _ in fresh}) != len(fresh):
        raise KeyReused("twice in one burst")
    made: dict[str, GiftPosting] = {}
    if fresh:
        bps = 0 if lines[1] is None or lines[1].id == lines[0].id else overhead_bps
        draft = Draft(
            kind="gifts",
            line=lines[0],
            source_id=fund_id,
            key=key,
            told=told_hash([t.hex() for _, t in fresh], overhead_bps),
            value_date=value_date,
            overhead_bps=bps,
        )
        made = _fill(draft, fresh, lines, account)
        if not draft.write():
            raise KeyReused(key)
    made |= _posted_earlier([g for g in gifts if g.key in posted], lines[0].id)
    return [made[g.key] for g in gifts]


def _fill(
    draft: Draft,
    gifts: list[tuple[GiftToPost, bytes]],
    lines: tuple[Standing, Standing | None],
    account: str,
) -> dict[str, GiftPosting]:
    """Split and number each gift of a burst; the legs hold their sums. The postings by key."""
    own, overhead = lines
    made: dict[str, GiftPosting] = {}
    gross_minor = fee_minor = own_minor = overhead_minor = 0
    for gift, told in gifts:
        split = postings.split_gift(
            gross=Money(gift.gross_minor, own.currency),
            fee=Money(gift.fee_minor, own.currency),
            overhead_bps=draft.overhead_bps,
            gifted_minor=own.gifted_minor,
        )
        if split.net_minor == 0:
            raise NotPostable(f"Gift {gift.gift_id} leaves nothing: post it alone.")
        restricted = shared = None
        if split.restricted_minor:
            restricted = draft.mint(own, split.restricted_minor, "gift", gift.gift_id, leg=False)
        if split.overhead_minor and overhead:
            shared = draft.mint(overhead, split.overhead_minor, "gift", gift.gift_id, leg=False)
        made[gift.key] = GiftPosting(draft.id, split.net_minor, shared, restricted)
        own.gifted_minor += split.net_minor
        own.overhead_minor += split.overhead_minor
        own.gifts_count += 1
        gross_minor += gift.gross_minor
        fee_minor += gift.fee_minor
        own_minor += split.restricted_minor
        overhead_minor += split.overhead_minor
        told_row = {"key": gift.key, "told": told.hex(), "gift": gift.gift_id}
        draft.batch_gift(told_row | {"gross": gift.gross_minor, "fee": gift.fee_minor})
    draft.touch(own)
    gross, fee = Money(gross_minor, own.currency), Money(fee_minor, own.currency)
    for name, minor in postings.cash_legs(gross, fee):
        draft.leg(name or account, own.currency, minor)
    if own_minor:
        draft.fund_leg(own, -own_minor, "gift")
    if overhead_minor and overhead:
        draft.fund_leg(overhead, -overhead_minor, "gift")
    return made


def _post(
    kind: str,
    gift_id: UUID,
    fund_id: UUID,
    gross: Money,
    fee: Money,
    overhead_bps: int,
    account: str,
    key: str,
    told: bytes,
    value_date: date,
    details: dict[str, Any] | None = None,
) -> GiftPosting:
    postings.checked_cash(account)
    try:
        own, overhead = _lines(fund_id, gross.currency, overhead_bps)
    except FundClosed:
        if (before := known(key, told)) is None:
            raise
        return _read_back(before, gift_id)
    bps = 0 if overhead is None or overhead.id == own.id else overhead_bps
    split = postings.split_gift(
        gross=gross, fee=fee, overhead_bps=bps, gifted_minor=own.gifted_minor
    )
    draft = Draft(kind, own, gift_id, key, told, value_date, bps, details or {})
    for name, minor in postings.cash_legs(gross, fee):
        draft.leg(name or account, gross.currency, minor)
    restricted = overhead_span = None
    if split.restricted_minor:
        restricted = draft.mint(own, split.restricted_minor, "gift", gift_id)
    if split.overhead_minor and overhead:
        overhead_span = draft.mint(overhead, split.overhead_minor, "gift", gift_id)
    own.gifted_minor += split.net_minor
    own.overhead_minor += split.overhead_minor
    own.gifts_count += kind == "gift"
    draft.touch(own)
    if draft.write():
        return GiftPosting(draft.id, split.net_minor, overhead_span, restricted)
    entry_id = known(key, told)
    assert entry_id is not None
    return _read_back(entry_id, gift_id)


def _lines(fund_id: UUID, currency: str, overhead_bps: int) -> tuple[Standing, Standing | None]:
    """The fund's line and, when there is a share to split off, the overhead line; both locked."""
    postings.checked_bps(overhead_bps)
    # Without a share the overhead line stays unlocked: it is the one that all funds have in common.
    purposes = [Purpose.OVERHEAD] if overhead_bps else []
    by_fund, by_purpose = lock_funds(currency, [fund_id], purposes)
    return by_fund[fund_id], by_purpose.get(Purpose.OVERHEAD)


def _gift_entry(gift_id: UUID) -> None:
    posted = Entry.objects.filter(source_id=gift_id, kind="gift").exists()
    if not posted and not BatchGift.objects.filter(gift_id=gift_id).exists():
        raise NoSuchGift(str(gift_id))


def _told(
    gift_id: UUID, fund_id: UUID, gross: Money, fee: Money, bps: int, account: str, on: date
) -> bytes:
    amounts = [gross.minor, fee.minor, gross.currency, fee.currency, bps]
    return told_hash("gift", gift_id, fund_id, *amounts, account, on)


def _read_back(entry_id: UUID, gift_id: UUID) -> GiftPosting:
    line_id = Entry.objects.values_list("line_id", flat=True).get(id=entry_id)
    return _posting(entry_id, line_id, list(Mint.objects.filter(entry=entry_id, source_id=gift_id)))


def _posting(entry_id: UUID, line_id: UUID, mints: list[Mint]) -> GiftPosting:
    own = [Span(m.line_id, m.lo, m.hi) for m in mints if m.line_id == line_id]
    other = [Span(m.line_id, m.lo, m.hi) for m in mints if m.line_id != line_id]
    return GiftPosting(
        entry_id=entry_id,
        net_minor=sum(span.minor for span in own + other),
        overhead=other[0] if other else None,
        restricted=own[0] if own else None,
    )


def _posted_before(keys: list[str]) -> dict[str, tuple[bytes, UUID]]:
    """Keys that are taken: what they were told, and the entry that they posted."""
    batch: Any = BatchGift.objects.filter(key__in=keys)
    alone: Any = Entry.objects.filter(key__in=keys)
    rows = [
        *batch.values_list("key", "inputs_hash", "entry"),
        *alone.values_list("key", "inputs_hash", "id"),
    ]
    return {key: (bytes(told), entry_id) for key, told, entry_id in rows}


def _posted_earlier(gifts: list[GiftToPost], line_id: UUID) -> dict[str, GiftPosting]:
    entry_of = {key: entry for key, (_, entry) in _posted_before([g.key for g in gifts]).items()}
    mints: dict[tuple[UUID, UUID], list[Mint]] = {}
    for mint in Mint.objects.filter(
        entry__in=set(entry_of.values()), source_id__in=[g.gift_id for g in gifts]
    ):
        mints.setdefault((mint.entry_id, mint.source_id), []).append(mint)
    return {
        g.key: _posting(entry_of[g.key], line_id, mints.get((entry_of[g.key], g.gift_id), []))
        for g in gifts
    }
