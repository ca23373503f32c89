"""The organisation's own accounts at a bank, and how a payer's is recognised without being kept.

Owns the keyed hash of a payer's account: without the installation's master key it cannot be tried
out against a list of account numbers.
"""

import hashlib
import hmac
from uuid import UUID

from django.conf import settings
from django.db import transaction

from obolo.gateways.payments.bank import epc
from obolo.gateways.payments.bank import iban as ibans
from obolo.giving.bank.errors import NoReason
from obolo.giving.bank.models import REASON_CHARS_MAX, AccountWord
from obolo.kit.money import Money
from obolo.organisations import actions as organisations
from obolo.organisations import queries
from obolo.organisations.models import OutsideAccount
from obolo.organisations.wall import current_id

BANK = "bank"
_TRIED_REFERENCE = "RF18539007547034"  # the standard's own example: any will do to try the QR


def ours() -> list[OutsideAccount]:
    """The organisation's accounts, the one that transfers go to first."""
    found = list(OutsideAccount.objects.filter(kind=BANK).order_by("-created_at"))
    first = queries.preferred_account([BANK])
    return sorted(found, key=lambda one: one != first)


def shown_to_payers() -> OutsideAccount | None:
    """The account that transfers are asked to."""
    return queries.preferred_account([BANK])


@transaction.atomic
def set_account(
    *, iban: str, beneficiary: str, bic: str, reason: str, by: UUID | None
) -> OutsideAccount:
    """From now on transfers go to this account; earlier ones stay ours for their statements.

    `beneficiary` exactly as the bank has it registered: the payer's bank compares it. Raises
    NotAnIban, NotATransfer, NoReason (an account that changes without a word is how money is
    stolen; the first one needs none).
    """
    number = ibans.normal(iban)
    name, bank = " ".join(beneficiary.split()), bic.replace(" ", "").upper()
    known = ours()
    if known and not reason.strip():
        raise NoReason
    # Refused now rather than when a donor asks for it.
    epc.payload(
        name=name, iban=number, amount=Money(1, "EUR"), reference=_TRIED_REFERENCE, bic=bank
    )
    for other in known:
        if other.outside_id != number and other.address.get("preferred"):
            _keep(other.address | {"preferred": False})
    AccountWord.objects.create(
        iban=number, beneficiary=name, bic=bank, by=by, reason=reason[:REASON_CHARS_MAX]
    )
    return _keep({"iban": number, "beneficiary": name, "bic": bank, "preferred": True})


def _keep(address: dict[str, object]) -> OutsideAccount:
    return organisations.keep_account(
        kind=BANK,
        hook_key="",
        outside_id=str(address["iban"]),
        address=address,
        secrets={},
        organisation_id=current_id(),
    )


def masked(account: str) -> str:
    """`IT60 … 3456`: enough to tell one's own accounts apart."""
    return f"{account[:4]} … {account[-4:]}" if len(account) > 12 else account


def payer_hash(iban: str) -> bytes | None:
    """What is kept of a payer's account; None when the line does not tell it."""
    if not iban:
        return None
    key = hashlib.sha256(f"payer account {current_id()} {settings.SECRET_KEY}".encode()).digest()
    return hmac.new(key, iban.encode(), hashlib.sha256).digest()
