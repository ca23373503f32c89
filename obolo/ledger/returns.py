"""Money that goes back: refunds, chargebacks, bookings undone; and fees that came to light later.

Owns which cents give way. A gift's own free cents first, highest numbers first: on the fund's
lines, then on the overhead line. What was spent already stays as it is: the reserve's lowest free
cents stand in for it (*cover*), and where the reserve has none the organisation owes them (*IOU*).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from obolo.kit.money import Money
from obolo.ledger import posted, postings, prepared
from obolo.ledger.draft import Draft, told_hash
from obolo.ledger.errors import FundClosed, NoSuchGift, NotPostable, Overtaken, TooMuch
from obolo.ledger.funds import system_fund
from obolo.ledger.models import Purpose
from obolo.ledger.posted import Posted
from obolo.ledger.queries import GiftPath, Part, gift_path, owed_minor
from obolo.ledger.spans import Span, highest, join
from obolo.ledger.standing import Standing, lock

# What a part's use left behind that is no longer the gift's to give back.
_GONE: Final = ("refund", "void", "covered", "transfer", "reimbursed")
_TRIES: Final = 5

_STATE = """
SELECT l.id, l.currency,
    CASE WHEN e.kind = 'gifts' THEN b.gross_minor ELSE coalesce(g.gross, 0)::int8 END,
    CASE WHEN e.kind = 'gifts' THEN b.fee_minor ELSE coalesce(g.fee, 0)::int8 END,
    e.kind, (e.details->>'refunded_minor')::int8, (e.details->>'came_back_minor')::int8
FROM ledger_entry e JOIN ledger_line l ON l.id = e.line_id
LEFT JOIN ledger_batchgift b ON b.entry_id = e.id AND b.gift_id = %s
LEFT JOIN LATERAL (
    SELECT sum(amount_minor) FILTER (WHERE account LIKE 'cash:%%' OR account = 'fees') AS gross,
           sum(amount_minor) FILTER (WHERE account = 'fees') AS fee
    FROM ledger_leg WHERE entry_id = e.id) g ON true
WHERE (e.source_id = %s AND e.kind IN ('gift', 'addition', 'void', 'refund', 'chargeback', 'fee'))
   OR e.id IN (SELECT entry_id FROM ledger_batchgift WHERE gift_id = %s)
ORDER BY e.turn
"""


@dataclass(frozen=True, slots=True)
class GiftState:
    """What was booked for a gift and what went back, in minor units."""

    line_id: UUID
    currency: str
    gross_minor: int  # booked, less what was voided
    fee_minor: int  # as known now
    refunded_minor: int  # of the gross, less what came back to us


def gift_state(gift_id: UUID) -> GiftState:
    """What was booked for a gift so far; raises NoSuchGift. One query."""
    rows = prepared.rows(_STATE, [gift_id, gift_id, gift_id])
    if not rows:
        raise NoSuchGift(str(gift_id))
    gross = fee = refunded = 0
    for _, _, of_gross, of_fee, kind, refunded_minor, came_back_minor in rows:
        if kind in ("refund", "chargeback"):
            refunded += refunded_minor
        elif came_back_minor:
            refunded -= came_back_minor
        else:
            gross += of_gross if kind != "fee" else 0
            fee += of_fee
    return GiftState(rows[0][0], rows[0][1], gross, fee, refunded)


@transaction.atomic
def post_refund(
    *, gift_id: UUID, amount: Money, account: str, key: str, value_date: date, reason: str = "asked"
) -> Posted:
    """Post that a donor got money back, all or part, before or after it was spent (§6.4).

    `amount` is of the gross gift: the fee the provider keeps is borne by the reserve. Raises
    NoSuchGift, TooMuch, KeyReused, NotPostable, CurrencyMismatch, Overtaken (try again).
    """
    told = told_hash("refund", gift_id, amount.minor, amount.currency, account, value_date, reason)
    details = {"reason": reason, "dispute_fee_minor": 0}
    return _send_back("refund", gift_id, amount, account, key, told, value_date, details)


@transaction.atomic
def post_chargeback(
    *,
    gift_id: UUID,
    amount: Money,
    dispute_fee: Money,
    account: str,
    key: str,
    value_date: date,
    reason: str = "disputed",
) -> Posted:
    """Post that a bank took a gift back, months later perhaps; the reserve bears the dispute's fee.

    Otherwise like `post_refund`.
    """
    inputs = [amount.minor, amount.currency, dispute_fee.minor, dispute_fee.currency, account]
    told = told_hash("chargeback", gift_id, *inputs, value_date, reason)
    _ = amount - dispute_fee  # one currency, or CurrencyMismatch
    if dispute_fee.minor < 0:
        raise NotPostable(f"A dispute fee of {dispute_fee.minor}.")
    details = {"reason": reason, "dispute_fee_minor": dispute_fee.minor}
    return _send_back("chargeback", gift_id, amount, account, key, told, value_date, details)


@transaction.atomic
def post_void(
    *,
    gift_id: UUID,
    gross: Money,
    fee: Money,
    account: str,
    key: str,
    value_date: date,
    reason: str = "duplicate",
) -> Posted:
    """Post that money booked for a gift never came: booked twice, or too high (§6.4).

    `gross` and `fee` are what was booked too much. Raises what `post_refund` does.
    """
    amounts = [gross.minor, gross.currency, fee.minor, fee.currency]
    told = told_hash("void", gift_id, *amounts, account, value_date, reason)
    postings.checked_cash(account)
    if done := posted.before(key, told):
        return done
    state = gift_state(gift_id)
    net = (gross - fee) - Money(0, state.currency)
    postings.checked_minor(net, "void")
    if fee.minor < 0 or fee.minor > state.fee_minor:
        raise TooMuch(f"A fee of {state.fee_minor} was booked.")
    path, locked = _lock_gift(gift_id, state)
    state = gift_state(gift_id)
    if gross.minor > state.gross_minor - state.refunded_minor:
        raise TooMuch(f"{state.gross_minor - state.refunded_minor} minor units are left.")
    draft = _draft("void", gift_id, state, locked, key, told, value_date, {"reason": reason})
    covered = _give_way(draft, path, locked, net.minor, "void", gift_id)
    _reserve_pays(draft, locked, [("cover", covered)], gift_id)
    draft.leg(account, state.currency, -net.minor)
    draft.leg(postings.FEES, state.currency, -fee.minor)
    draft.leg(postings.FEES_PAID_BY_GIFTS, state.currency, fee.minor)
    return posted.finish(draft)


@transaction.atomic
def post_fee_true_up(
    *, gift_id: UUID, fee: Money, account: str, key: str, value_date: date
) -> Posted | None:
    """Post the true fee of a gift whose fee was estimated: the difference is the reserve's.

    None when the estimate was right. Raises NoSuchGift, KeyReused, NotPostable, CurrencyMismatch.
    """
    told = told_hash("true_up", gift_id, fee.minor, fee.currency, account, value_date)
    postings.checked_cash(account)
    if done := posted.before(key, told):
        return done
    state = gift_state(gift_id)
    _, locked = _lock_gift(gift_id, state)
    state = gift_state(gift_id)
    more = (fee - Money(state.fee_minor, state.currency)).minor
    if fee.minor < 0:
        raise NotPostable(f"A fee of {fee.minor}.")
    if more == 0:
        return None
    draft = _draft("fee", gift_id, state, locked, key, told, value_date, {})
    _book_fee(draft, locked, more, account, gift_id)
    return posted.finish(draft)


@transaction.atomic
def post_fee(*, fee_id: UUID, amount: Money, account: str, key: str, value_date: date) -> Posted:
    """Post a fee that belongs to no single gift (a monthly invoice): the reserve pays it."""
    told = told_hash("fee", fee_id, amount.minor, amount.currency, account, value_date)
    postings.checked_cash(account)
    if done := posted.before(key, told):
        return done
    minor = postings.checked_minor(amount, "fee")
    system_fund(Purpose.RESERVE, amount.currency)
    locked = {line.id: line for line in lock(amount.currency, purposes=[Purpose.RESERVE])}
    draft = Draft("fee", _reserve(locked), fee_id, key, told, value_date)
    _book_fee(draft, locked, minor, account, fee_id)
    return posted.finish(draft)


@transaction.atomic
def post_repayment(
    *, repayment_id: UUID, amount: Money, account: str, key: str, value_date: date
) -> Posted:
    """Post that the organisation pays what it owes its reserve; raises TooMuch, KeyReused."""
    told = told_hash("repayment", repayment_id, amount.minor, amount.currency, account, value_date)
    postings.checked_cash(account)
    if done := posted.before(key, told):
        return done
    minor = postings.checked_minor(amount, "repayment")
    lines = lock(amount.currency, purposes=[Purpose.RESERVE])
    owed = owed_minor(amount.currency)
    if minor > owed or not lines:
        raise TooMuch(f"{owed} minor units are owed.")
    draft = Draft("repayment", lines[0], repayment_id, key, told, value_date)
    draft.leg(account, amount.currency, minor)
    draft.leg(postings.OWED, amount.currency, -minor)
    return posted.finish(draft)


def _send_back(
    kind: str,
    gift_id: UUID,
    amount: Money,
    account: str,
    key: str,
    told: bytes,
    value_date: date,
    details: dict[str, Any],
) -> Posted:
    postings.checked_cash(account)
    if done := posted.before(key, told):
        return done
    minor = postings.checked_minor(amount, kind)
    state = gift_state(gift_id)
    _ = amount - Money(0, state.currency)  # the gift's currency, or CurrencyMismatch
    path, locked = _lock_gift(gift_id, state)
    state = gift_state(gift_id)
    if minor > state.gross_minor - state.refunded_minor:
        raise TooMuch(f"{state.gross_minor - state.refunded_minor} minor units are left.")
    own = min(minor, _own_minor(path))
    details = details | {"refunded_minor": minor}
    draft = _draft(kind, gift_id, state, locked, key, told, value_date, details)
    covered = _give_way(draft, path, locked, own, "refund", gift_id)
    dispute = details["dispute_fee_minor"]
    lost = minor - own
    _reserve_pays(draft, locked, [("cover", covered), ("fee", lost + dispute)], gift_id)
    draft.leg(account, state.currency, -minor - dispute)
    draft.leg(postings.FEES, state.currency, dispute)
    draft.leg(postings.FEES_PAID_BY_GIFTS, state.currency, lost)
    draft.leg(postings.FEES_PAID_BY_RESERVE, state.currency, -lost - dispute)
    return posted.finish(draft)


def _lock_gift(gift_id: UUID, state: GiftState) -> tuple[GiftPath, dict[UUID, Standing]]:
    """Lock the lines that hold the gift's own cents, and the reserve's; the path as it is then.

    Raises Overtaken when the money keeps moving away.
    """
    system_fund(Purpose.RESERVE, state.currency)
    for _ in range(_TRIES):
        save = transaction.savepoint()
        wanted = {part.line_id for part in _own(gift_path(gift_id))} | {state.line_id}
        found = lock(state.currency, lines=wanted, purposes=[Purpose.RESERVE])
        path = gift_path(gift_id)
        if {part.line_id for part in _own(path)} <= wanted:
            transaction.savepoint_commit(save)
            return path, {line.id: line for line in found}
        # Going back also lets the locks go: the next attempt takes all in one order.
        transaction.savepoint_rollback(save)
    raise Overtaken(str(gift_id))


def _draft(
    kind: str,
    gift_id: UUID,
    state: GiftState,
    locked: dict[UUID, Standing],
    key: str,
    told: bytes,
    value_date: date,
    details: dict[str, Any],
) -> Draft:
    line = locked[state.line_id]
    return Draft(kind, line, gift_id, key, told, value_date, details=details)


def _own(path: GiftPath) -> list[Part]:
    """The parts that are still the gift's own, in the order in which they give way."""
    own = [part for part in (*path.parts, *path.onward) if part.own]
    return sorted(own, key=lambda p: (p.purpose == Purpose.OVERHEAD, p.line_id, -p.lo))


def _own_minor(path: GiftPath) -> int:
    """How many cents are still the gift's to give back, free or spent."""
    return sum(
        part.hi - part.lo - sum(use.minor for use in part.uses if use.kind in _GONE)
        for part in _own(path)
    )


def _give_way(
    draft: Draft,
    path: GiftPath,
    locked: dict[UUID, Standing],
    minor: int,
    kind: str,
    gift_id: UUID,
) -> list[Span]:
    """Use `minor` of the gift's own cents; the answer is the spent ones, which must be covered."""
    parts = _own(path)
    missing = minor
    for line_id in dict.fromkeys(part.line_id for part in parts):
        free = [span for part in parts if part.line_id == line_id for span in part.free()]
        if locked[line_id].closed_by and free:
            raise FundClosed(str(locked[line_id].fund_id))
        taken, missing = highest(free, missing)
        if taken:
            spans = [Span(line_id, lo, hi) for lo, hi in taken]
            draft.take(locked[line_id], spans, kind, gift_id, rule=f"{kind}_own")
    covered: list[Span] = []
    for line_id in dict.fromkeys(part.line_id for part in parts):
        spent = [
            (use.lo, use.hi)
            for part in parts
            if part.line_id == line_id
            for use in part.uses
            if use.kind not in _GONE
        ]
        # Whatever was bought with them, they are one stretch: purchases leave no seam in a cover.
        taken, missing = highest(join(sorted(spent)), missing)
        covered += [Span(line_id, lo, hi) for lo, hi in taken]
    if missing:
        raise TooMuch(f"{minor - missing} minor units of the gift are left.")
    return covered


def _reserve(locked: dict[UUID, Standing]) -> Standing:
    return next(line for line in locked.values() if line.purpose == Purpose.RESERVE)


def _reserve_pays(
    draft: Draft,
    locked: dict[UUID, Standing],
    wanted: list[tuple[str, Any]],
    source_id: UUID,
) -> None:
    """Take the reserve's lowest free cents, for covers (a list of spans) and fees (minor units).

    What it lacks is minted first, as an IOU of the organisation.
    """
    reserve = _reserve(locked)
    sizes = [
        sum(span.minor for span in what) if isinstance(what, list) else what for _, what in wanted
    ]
    lacking = sum(sizes) - reserve.free_minor
    if lacking > 0:
        draft.leg(postings.OWED, reserve.currency, lacking)
        draft.mint(reserve, lacking, "iou", source_id)
    for (kind, what), minor in zip(wanted, sizes, strict=True):
        if minor:
            taken = draft.take_lowest(reserve, minor, kind, source_id)
            if isinstance(what, list):
                draft.link_all("cover", taken, what)


def _book_fee(
    draft: Draft, locked: dict[UUID, Standing], more: int, account: str, source_id: UUID
) -> None:
    """The reserve bears `more` of fees, or gets back what was set aside too much."""
    reserve = _reserve(locked)
    if more > 0:
        _reserve_pays(draft, locked, [("fee", more)], source_id)
    else:
        draft.mint(reserve, -more, "fee", source_id)
    draft.leg(account, reserve.currency, -more)
    draft.leg(postings.FEES, reserve.currency, more)
    draft.leg(postings.FEES_PAID_BY_RESERVE, reserve.currency, -more)
