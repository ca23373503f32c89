"""Giving by transfer: what the payer types or scans, and the payment that waits for it.

Owns the creditor reference of a payment and the facts of a transfer. Never: words of the chat; a
reminder, for nobody knows whether a transfer is on its way.
"""

import base64
import hashlib
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from obolo.causes.models import Cause
from obolo.gateways.payments.bank import epc
from obolo.gateways.payments.bank import iban as ibans
from obolo.gateways.payments.bank.references import PREFIX, for_key, printed
from obolo.giving import actions as giving
from obolo.giving.bank.accounts import BANK, shown_to_payers
from obolo.giving.bank.errors import NoAccount
from obolo.giving.models import Payment, PaymentState
from obolo.kit.clock import now
from obolo.kit.ids import new_token
from obolo.kit.money import Money
from obolo.people.models import Person

CURRENCY = "EUR"  # SEPA credit transfers, and their QR, carry nothing else


@dataclass(frozen=True, kw_only=True, slots=True)
class Transfer:
    """Where to send how much with which words; `scanned` is what the QR says."""

    beneficiary: str
    iban: str
    bic: str
    amount: Money
    reference: str
    scanned: str

    @property
    def iban_printed(self) -> str:
        """In groups of four."""
        return ibans.printed(self.iban)

    @property
    def reference_printed(self) -> str:
        """In groups of four."""
        return printed(self.reference)

    def picture_png(self) -> bytes:
        """The QR, for the chat."""
        return epc.picture_png(self.scanned)

    def picture_svg(self) -> str:
        """The QR, for a page."""
        return epc.picture_svg(self.scanned)


def is_possible(currency: str) -> bool:
    """Can somebody give by transfer here, in this currency?"""
    return currency == CURRENCY and shown_to_payers() is not None


def is_by_transfer(payment: Payment) -> bool:
    """Does this payment wait for a transfer with a reference of ours? A debit does not."""
    return payment.rail == BANK and (payment.provider_ref or "").startswith(PREFIX)


def waiting_of(person_id: UUID) -> Payment | None:
    """The newest payment of a person that a transfer could pay: nothing that is being debited."""
    found = Payment.objects.select_related("cause", "person").filter(
        person_id=person_id, state__in=[PaymentState.PLANNED, PaymentState.OPEN]
    )
    by_other_ways = ~Q(rail=BANK) | Q(provider_ref__startswith=PREFIX)
    return found.filter(by_other_ways, expires_at__gt=now()).order_by("-created_at").first()


def ask(
    *, person: Person, cause: Cause, amount: Money, language: str, conversation_id: UUID | None
) -> Payment:
    """A payment that waits for a transfer; `stories.offer_a_transfer` tells the person how.

    Raises NoAccount (also for a currency that transfers do not carry), AmountOutOfRange.
    """
    return _plan(person, cause, amount, language, conversation_id, new_token())


def instead_of(payment: Payment) -> Payment:
    """The payment by transfer that stands beside this one: always the same.

    The other page stays open, for nobody has paid yet; `close_the_other` ends it. Raises NoAccount.
    """
    if is_by_transfer(payment):
        return payment
    return _plan(
        payment.person,
        payment.cause,
        payment.asked,
        payment.language,
        payment.conversation_id,
        _beside(payment.reference),
    )


def close_the_other(payment: Payment) -> None:
    """The transfer came: the page it stood beside is no longer needed. A notice still counts."""
    open_ones = Payment.objects.filter(
        person=payment.person, state__in=[PaymentState.PLANNED, PaymentState.OPEN]
    ).exclude(rail=BANK)
    for other in open_ones:
        if _beside(other.reference) == payment.reference:
            giving.cancel(payment_id=other.id)


def facts(payment: Payment) -> Transfer:
    """What to type or scan for this payment. Raises NoAccount."""
    account = shown_to_payers()
    if account is None or not is_by_transfer(payment) or not payment.provider_ref:
        raise NoAccount
    told = account.address
    name, iban, bic = str(told["beneficiary"]), str(told["iban"]), str(told.get("bic") or "")
    return Transfer(
        beneficiary=name,
        iban=ibans.normal(iban),
        bic=bic,
        amount=payment.asked,
        reference=payment.provider_ref,
        scanned=epc.payload(
            name=name, iban=iban, amount=payment.asked, reference=payment.provider_ref, bic=bic
        ),
    )


def facts_of(payment_id: UUID) -> Transfer:
    """The same by its id. Raises NoAccount, also when there is no such payment."""
    payment = Payment.objects.filter(id=payment_id).first()
    if payment is None:
        raise NoAccount
    return facts(payment)


def _plan(
    person: Person,
    cause: Cause,
    amount: Money,
    language: str,
    conversation_id: UUID | None,
    reference: str,
) -> Payment:
    if not is_possible(amount.currency):
        raise NoAccount
    return giving.await_transfer(
        person=person,
        cause=cause,
        amount=amount,
        language=language,
        conversation_id=conversation_id,
        reference=reference,
        creditor_reference=for_key(reference),
    )


def _beside(reference: str) -> str:
    """As hard to guess as the reference it is made from, and the same one each time."""
    digest = hashlib.sha256(f"transfer beside {reference}".encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
