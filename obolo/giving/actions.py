"""Verbs about giving: asking for a payment, settling it once. Its receipt is `receipts`.

Nothing here talks to a provider inside a transaction: stories fetch first, then call `settle`.
"""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F

from obolo.causes.models import Cause
from obolo.gateways.payments.rail import RemotePayment
from obolo.giving.errors import AmountOutOfRange
from obolo.giving.models import Gift, Payment, PaymentState
from obolo.giving.pledges import collecting
from obolo.giving.rails import PAGE_LIVES, is_provider
from obolo.giving.receipts import actions as receipts
from obolo.giving.returns import queries as return_queries
from obolo.kit.clock import now
from obolo.kit.ids import new_id, new_token
from obolo.kit.money import Money
from obolo.ledger import actions as ledger
from obolo.organisations import queries as organisations
from obolo.organisations.bell import ring
from obolo.people.models import Person

LINK_LIVES = timedelta(days=30)
TRANSFER_LIVES = timedelta(days=36_500)  # no bank tells that a transfer will never come
AMOUNT_MINOR_LIMIT = 1_000_000_00  # one payment by link; larger gifts are a talk with a person
PLACE_AGAIN = timedelta(seconds=20)
LOOK_FIRST = timedelta(minutes=2)  # a missed notice is found this soon, then ever more slowly
LOOK_LAST = timedelta(hours=6)
REOPEN_AGAIN = timedelta(minutes=5)  # when there was no page, as while a debit is on its way
# After it was paid: money may go back at the provider's own desk, a bank may take it back within
# four months, and the true fee may come late. A notice tells; these looks find what it missed.
RECHECKS = tuple(timedelta(hours=hours) for hours in (1, 24, 72, 168, 336, 720, 1440, 2160, 2880))
_FINAL = {
    "failed": PaymentState.FAILED,
    "expired": PaymentState.EXPIRED,
    "cancelled": PaymentState.CANCELLED,
    "refunded": PaymentState.REFUNDED,
}


def ask(
    *, person: Person, cause: Cause, amount: Money, language: str, conversation_id: UUID | None
) -> Payment:
    """Plan a payment; `stories.receive_a_gift.place` brings it to the provider."""
    if not 0 < amount.minor <= AMOUNT_MINOR_LIMIT:
        raise AmountOutOfRange(amount.decimal_text())
    payment = Payment.objects.create(
        person=person,
        cause=cause,
        asked_minor=amount.minor,
        currency=amount.currency,
        language=language,
        conversation_id=conversation_id,
        reference=new_token(),
        rail="",
        expires_at=now() + LINK_LIVES,
    )
    ring("pay")
    return payment


def await_transfer(
    *,
    person: Person,
    cause: Cause,
    amount: Money,
    language: str,
    conversation_id: UUID | None,
    reference: str,
    creditor_reference: str,
    rail: str = "bank",
    asked_at: datetime | None = None,
) -> Payment:
    """A payment that a bank will tell of: it lives until it is paid or cancelled, nobody looks.

    `creditor_reference` is what stands on the transfer. The same `reference` is the same payment.
    Raises AmountOutOfRange.
    """
    if amount.minor <= 0:
        raise AmountOutOfRange(amount.decimal_text())
    fresh = Payment(
        person=person,
        cause=cause,
        asked_minor=amount.minor,
        currency=amount.currency,
        language=language,
        conversation_id=conversation_id,
        reference=reference,
        rail=rail,
        provider_ref=creditor_reference,
        state=PaymentState.OPEN,
        created_at=asked_at or now(),
        expires_at=now() + TRANSFER_LIVES,
        look_at=now() + TRANSFER_LIVES,
    )
    Payment.objects.bulk_create([fresh], ignore_conflicts=True)
    return Payment.objects.select_related("cause", "person").get(reference=reference)


def claim_to_place(*, limit: int) -> list[Payment]:
    """Planned payments to bring to the provider now; each is ours for some seconds."""
    due = list(
        Payment.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("cause", "person")
        .filter(state=PaymentState.PLANNED, look_at__lte=now())
        .order_by("look_at")[:limit]
    )
    Payment.objects.filter(id__in=[p.id for p in due]).update(
        attempts=F("attempts") + 1, look_at=now() + PLACE_AGAIN
    )
    return due


def claim_to_look(*, limit: int) -> list[Payment]:
    """Open payments whose provider should be asked again, in case a notice was lost."""
    due = list(
        Payment.objects.select_for_update(skip_locked=True)
        .filter(state=PaymentState.OPEN, look_at__lte=now())
        .order_by("look_at")[:limit]
    )
    for payment in due:
        wait = min(LOOK_FIRST * 2 ** min(payment.attempts, 10), LOOK_LAST)
        Payment.objects.filter(id=payment.id).update(
            attempts=F("attempts") + 1, look_at=now() + wait
        )
    return due


def claim_to_recheck(*, limit: int) -> list[Payment]:
    """Paid payments whose provider should be asked once more; the next look is planned here."""
    due = list(
        Payment.objects.select_for_update(skip_locked=True)
        .filter(recheck_at__lte=now())
        .order_by("recheck_at")[:limit]
    )
    for payment in due:
        done = payment.attempts + 1
        wait = RECHECKS[done] if done < len(RECHECKS) else None
        Payment.objects.filter(id=payment.id).update(
            attempts=done, recheck_at=now() + wait if wait else None
        )
    return due


def placed(*, payment: Payment, rail: str, remote: RemotePayment) -> bool:
    """The provider knows the payment; True for the one call that made it open."""
    lives = PAGE_LIVES.get(rail) if remote.url else REOPEN_AGAIN
    opened = bool(
        Payment.objects.filter(id=payment.id, state=PaymentState.PLANNED).update(
            state=PaymentState.OPEN,
            rail=rail,
            provider_ref=remote.provider_ref,
            url=remote.url,
            page_until=now() + lives if lives else None,
            attempts=0,
            look_at=now() + LOOK_FIRST,
        )
    )
    if not opened:  # taken back meanwhile: if it is paid all the same, we must know by whom
        Payment.objects.filter(id=payment.id, provider_ref=None).update(
            rail=rail, provider_ref=remote.provider_ref
        )
    return opened


def ask_reopen(*, payment_id: UUID) -> bool:
    """The donor is here and the provider's page has closed: plan the payment once more.

    `stories.receive_a_gift.place` asks the provider for the next page. False when the page is
    still open, or when somebody else has asked.
    """
    asked = Payment.objects.filter(
        id=payment_id, state=PaymentState.OPEN, page_until__lte=now(), expires_at__gt=now()
    ).update(state=PaymentState.PLANNED, attempts=0, look_at=now())
    if asked:
        ring("pay")
    return bool(asked)


def cancel(*, payment_id: UUID) -> None:
    """The person changed their mind before paying."""
    Payment.objects.filter(
        id=payment_id, state__in=[PaymentState.PLANNED, PaymentState.OPEN]
    ).update(state=PaymentState.CANCELLED)


def cancel_of_cause(*, cause_id: UUID) -> int:
    """A cause has ended: its links no longer lead to a page that takes money. How many there were.

    Who paid at the provider in this very moment is booked for the fund that takes its place.
    """
    waiting = Payment.objects.filter(
        cause_id=cause_id, state__in=[PaymentState.PLANNED, PaymentState.OPEN]
    )
    return int(waiting.update(state=PaymentState.CANCELLED))


@transaction.atomic
def settle(*, payment_id: UUID, remote: RemotePayment) -> tuple[Gift | None, bool]:
    """Book what the provider says: the gift, and whether this very call booked it.

    Whatever the number and order of notices, one payment is one gift: the payment's row is the
    lock. The amount booked is what was really paid, not what was asked.
    """
    payment = (
        Payment.objects.select_for_update(of=("self",))
        .select_related("cause", "person")
        .get(id=payment_id)
    )
    known = Gift.objects.filter(payment=payment).first()
    if known is not None:
        return known, False
    if remote.state != "paid" or remote.paid is None or remote.paid.minor <= 0:
        _note_end(payment, remote)
        collecting.note_payment(payment, remote, None)
        return None, False
    gift = _book(payment, remote, remote.paid)
    Payment.objects.filter(id=payment.id).update(
        state=PaymentState.PAID,
        attempts=0,
        recheck_at=now() + RECHECKS[0] if is_provider(payment.rail) else None,
    )
    collecting.note_payment(payment, remote, gift)
    ring(f"fund:{payment.cause.fund_id}")
    return gift, True


def _note_end(payment: Payment, remote: RemotePayment) -> None:
    if payment.provider_ref not in (None, remote.provider_ref):
        return  # an earlier page of this payment: how it ended says nothing of the present one
    final = _FINAL.get(remote.state)
    if final and payment.state in (PaymentState.OPEN, PaymentState.PLANNED):
        Payment.objects.filter(id=payment.id).update(state=final)
    elif remote.state == "open" and not remote.url and payment.url:
        Payment.objects.filter(id=payment.id).update(url="", page_until=now())


def _book(payment: Payment, remote: RemotePayment, paid: Money) -> Gift:
    fee = remote.fee if remote.fee is not None else _estimated_fee(paid)
    paid_at = min(remote.paid_at or now(), now())
    gift = Gift.objects.create(
        id=new_id(),
        payment=payment,
        person=payment.person,
        cause=payment.cause,
        gross_minor=paid.minor,
        fee_minor=fee.minor,
        fee_is_estimate=remote.fee is None,
        asked_minor=payment.asked_minor,
        currency=paid.currency,
        method=remote.method[:40],
        paid_at=paid_at,
    )
    organisation = organisations.current()
    day = paid_at.astimezone(ZoneInfo(organisation.time_zone)).date()
    ledger.post_gift(
        gift_id=gift.id,
        fund_id=_fund_of(payment.cause),
        gross=paid,
        fee=fee,
        overhead_bps=organisation.overhead_bps,
        account=f"cash:{payment.rail}",
        key=f"gift:{payment.reference}",
        value_date=day,
    )
    receipts.issue(gift=gift, paid_on=day, organisation=organisation)
    return gift


def _fund_of(cause: Cause) -> UUID:
    """The cause's fund, or the one that took its place when the cause ended."""
    fund_id: UUID = cause.fund_id
    return return_queries.successor_of(fund_id) if cause.closed_at else fund_id


def _estimated_fee(paid: Money) -> Money:
    """The usual European card tariff, until the provider tells the true fee."""
    return Money(min(paid.minor, (paid.minor * 15 + 500) // 1000 + 25), paid.currency)
