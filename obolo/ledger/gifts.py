"""Money that comes in: gifts one by one and in bursts, matching gifts, gifts booked too low.

Owns the way of a gift into its lines: fee, then overhead, then numbers. The database does it in one
call (migration 0007): it locks, splits, numbers and writes; what it answers is held against the
rule of `postings`.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from psycopg.types.json import Jsonb

from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.kit.money import Money, share
from obolo.ledger import backstop, postings, prepared
from obolo.ledger.draft import known, told_hash
from obolo.ledger.errors import FundClosed, KeyReused, LineFull, NoSuchGift, NotPostable
from obolo.ledger.funds import lock_funds
from obolo.ledger.models import BatchGift, Entry, Mint, Purpose
from obolo.ledger.spans import Span


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
    where = _Where(fund_id, gross.currency, overhead_bps, account, value_date)
    return _post("gift", gift_id, gross, fee, where, key, where.told(gift_id, gross, fee))


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
    where = _Where(fund_id, gross.currency, overhead_bps, account, value_date)
    told = told_hash("matching", matched_gift_id, where.told(gift_id, gross, fee).hex())
    details = {"matches": str(matched_gift_id)}
    return _post("gift", gift_id, gross, fee, where, key, told, details)


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
    where = _Where(fund_id, gross.currency, overhead_bps, account, value_date)
    return _post("addition", gift_id, gross, fee, where, key, told)


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
    where = _Where(fund_id, amount.currency, overhead_bps, account, value_date)
    return _post("addition", gift_id, amount, Money(0, amount.currency), where, key, told, details)


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
    where = _Where(fund_id, currency, overhead_bps, account, value_date)
    told = where.told_of_many(gifts)
    if not gifts:
        return []
    whole = list(zip(gifts, told, strict=True))
    keys = {gift.key for gift in gifts}
    made = _post_many(whole, where, key) if len(keys) == len(gifts) else None
    if made is not None:
        return made
    posted = _posted_before(list(keys))
    for gift, gift_told in whole:
        if gift.key in posted and posted[gift.key][0] != gift_told:
            raise KeyReused(gift.key)
    fresh = [(gift, gift_told) for gift, gift_told in whole if gift.key not in posted]
    if len({gift.key for gift, _ in fresh}) != len(fresh):
        raise KeyReused("twice in one burst")
    added = _post_many(fresh, where, key) if fresh else []
    if added is None:
        raise KeyReused(key)
    by_key = dict(zip((gift.key for gift, _ in fresh), added, strict=True))
    by_key |= _posted_earlier([gift for gift in gifts if gift.key in posted])
    return [by_key[gift.key] for gift in gifts]


@dataclass(frozen=True, slots=True)
class _Where:
    """What the gifts of one call have in common; raises NotPostable, NotAnAmount."""

    fund_id: UUID
    currency: str
    overhead_bps: int
    account: str
    value_date: date

    def __post_init__(self) -> None:
        postings.checked_cash(self.account)
        postings.checked_bps(self.overhead_bps)

    def told(self, gift_id: UUID, gross: Money, fee: Money) -> bytes:
        """The hash of the inputs of one gift."""
        amounts = [gross.minor, fee.minor, gross.currency, fee.currency, self.overhead_bps]
        rest = [self.account, self.value_date]
        return told_hash("gift", gift_id, self.fund_id, *amounts, *rest)

    def told_of_many(self, gifts: Sequence[GiftToPost]) -> list[bytes]:
        """The same for a burst: only what differs is written anew for each."""
        zero = Money(0, self.currency)
        rest = [zero.currency, zero.currency, self.overhead_bps, self.account, self.value_date]
        end = json.dumps(rest, default=str)[1:]
        start = f'", "{self.fund_id}", '
        return [
            hashlib.sha256(
                f'["gift", "{g.gift_id}{start}{g.gross_minor}, {g.fee_minor}, {end}'.encode()
            ).digest()
            for g in gifts
        ]


_POST_MANY = """
SELECT outcome, own, own_lo, own_hi, overhead, overhead_lo, overhead_hi, gifted
FROM ledger_post_gifts(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s::uuid[], %s::int8[], %s::int8[],
                       %s::text[], %s::bytea[])
"""


def _post_many(
    gifts: list[tuple[GiftToPost, bytes]], where: _Where, key: str
) -> list[GiftPosting] | None:
    """Post gifts whose keys differ; None, and nothing written, when one of the keys is taken."""
    entry_id = new_id()
    gross = [Money(gift.gross_minor, where.currency).minor for gift, _ in gifts]
    fees = [Money(gift.fee_minor, where.currency).minor for gift, _ in gifts]
    for (gift, _), gross_minor, fee_minor in zip(gifts, gross, fees, strict=True):
        if not 0 <= fee_minor < gross_minor:
            raise NotPostable(f"Gift {gift.gift_id} leaves nothing: post it alone.")
    told = told_hash([gift_told.hex() for _, gift_told in gifts], where.overhead_bps)
    rows = _call(
        _POST_MANY,
        [
            entry_id,
            *(where.fund_id, where.currency, where.overhead_bps, where.account, key, told),
            *(where.value_date, now(), [gift.gift_id for gift, _ in gifts], gross, fees),
            *([gift.key for gift, _ in gifts], [gift_told for _, gift_told in gifts]),
        ],
        where,
    )
    if not rows:
        return None
    net_minor = sum(gross) - sum(fees)
    # The database split and numbered them; what they must end at follows from the rule once more.
    shared_minor = share(net_minor, _bps(where, rows[0]), before_minor=rows[0][7])
    assert sum(row[6] - row[5] for row in rows) == shared_minor
    assert sum(row[3] - row[2] for row in rows) == net_minor - shared_minor
    return [_posting_of(entry_id, row) for row in rows]


_POST_ONE = """
SELECT outcome, own, own_lo, own_hi, overhead, overhead_lo, overhead_hi, gifted
FROM ledger_post_gift(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def _post(
    kind: str,
    gift_id: UUID,
    gross: Money,
    fee: Money,
    where: _Where,
    key: str,
    told: bytes,
    details: dict[str, Any] | None = None,
) -> GiftPosting:
    entry_id = new_id()
    postings.checked_gift(gross, fee)
    try:
        rows = _call(
            _POST_ONE,
            [
                *(kind, entry_id, where.fund_id, gross.currency, gift_id, gross.minor, fee.minor),
                *(where.overhead_bps, where.account, key, told, where.value_date, now()),
                Jsonb(details or {}),
            ],
            where,
        )
    except FundClosed:
        if (before := known(key, told)) is None:
            raise
        return _read_back(before, gift_id)
    if not rows:
        before = known(key, told)
        assert before is not None
        return _read_back(before, gift_id)
    [row] = rows
    split = postings.split_gift(
        gross=gross, fee=fee, overhead_bps=_bps(where, row), gifted_minor=row[7]
    )
    assert (row[3] - row[2], row[6] - row[5]) == (split.restricted_minor, split.overhead_minor)
    return _posting_of(entry_id, row)


def _call(statement: str, values: list[Any], where: _Where) -> list[tuple[Any, ...]]:
    """What the database posted; nothing when a key is taken. Raises LineFull, FundClosed.

    Makes the lines that are missing, or raises NoSuchFund.
    """
    with backstop.watched():
        rows = prepared.rows(statement, values)
    outcome = rows[0][0] if rows else "taken"
    if outcome == "missing":
        lock_funds(
            where.currency, [where.fund_id], [Purpose.OVERHEAD] if where.overhead_bps else []
        )
        with backstop.watched():
            rows = prepared.rows(statement, values)
        outcome = rows[0][0] if rows else "taken"
    if outcome == "closed":
        raise FundClosed(str(where.fund_id))
    if outcome == "full":
        raise LineFull(str(where.fund_id))
    return rows if outcome == "posted" else []


def _bps(where: _Where, row: tuple[Any, ...]) -> int:
    """The share that applies: a gift to the overhead fund itself has no second line."""
    return where.overhead_bps if row[4] else 0


def _posting_of(entry_id: UUID, row: tuple[Any, ...]) -> GiftPosting:
    _, own, lo, hi, overhead, shared_lo, shared_hi, _ = row
    return GiftPosting(
        entry_id=entry_id,
        net_minor=hi - lo + shared_hi - shared_lo,
        overhead=Span(overhead, shared_lo, shared_hi) if shared_hi > shared_lo else None,
        restricted=Span(own, lo, hi) if hi > lo else None,
    )


def _gift_entry(gift_id: UUID) -> None:
    posted = Entry.objects.filter(source_id=gift_id, kind="gift").exists()
    if not posted and not BatchGift.objects.filter(gift_id=gift_id).exists():
        raise NoSuchGift(str(gift_id))


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


def _posted_earlier(gifts: list[GiftToPost]) -> dict[str, GiftPosting]:
    entry_of = {key: entry for key, (_, entry) in _posted_before([g.key for g in gifts]).items()}
    mints: dict[tuple[UUID, UUID], list[Mint]] = {}
    for mint in Mint.objects.filter(
        entry__in=set(entry_of.values()), source_id__in=[g.gift_id for g in gifts]
    ):
        mints.setdefault((mint.entry_id, mint.source_id), []).append(mint)
    line_of: dict[UUID, UUID] = dict(
        Entry.objects.filter(id__in=set(entry_of.values())).values_list("id", "line")
    )
    return {
        g.key: _posting(entry, line_of[entry], mints.get((entry, g.gift_id), []))
        for g in gifts
        for entry in [entry_of[g.key]]
    }
