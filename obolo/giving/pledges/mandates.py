"""Mandates: a person's signed permission to debit an account, from paper or from our page.

Owns entering, opening and ending them. The account's number is sealed; pages show its country and
last four characters. Source of the rules: `gateways.payments.sepa.mandate`.
"""

from datetime import date
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from obolo.gateways.payments.sepa.mandate import Mandate as Facts
from obolo.gateways.payments.sepa.mandate import NotAMandate, masked
from obolo.giving.pledges import actions
from obolo.giving.pledges.actions import By, today
from obolo.giving.pledges.errors import PledgeKeyReused
from obolo.giving.pledges.models import Mandate, Pledge, Way
from obolo.kit.ids import new_id
from obolo.organisations.seal import seal, unseal
from obolo.organisations.wall import current_id

TEXT_VERSION: Final = "core-2026-11"  # of the words that are signed: `pledges.mandate_text`
PAPER, LINK = "paper", "link"
OLDEST: Final = date(2009, 11, 1)  # the scheme's first day


@transaction.atomic
def keep(
    *,
    pledge_id: UUID,
    name: str,
    iban: str,
    signed_on: date,
    signed_by: str,
    by: By,
    key: str,
    reference: str = "",
    bic: str = "",
) -> Mandate:
    """Write a signed mandate down; from now on the pledge is collected by debit.

    The same reference and account again is the same mandate. Raises NotAMandate, NotAnIban,
    PledgeKeyReused (the reference belongs to another account), NoSuchPledge, PledgeEnded.
    """
    if not OLDEST <= signed_on <= today():
        raise NotAMandate("It is signed on a day that has been, not before November 2009.")
    mandate = Mandate(id=new_id(), organisation_id=current_id())
    facts = Facts(
        reference=reference.strip() or f"OB{mandate.id.hex[-20:].upper()}",
        name=" ".join(name.split()),
        iban=iban,
        signed_on=signed_on,
        bic=bic.replace(" ", "").upper(),
    )
    known = Mandate.objects.filter(reference=facts.reference).first()
    pledge = Pledge.objects.select_for_update(of=("self",)).filter(id=pledge_id).first()
    if known is not None:
        if opened(known) != facts.iban or pledge is None or known.person_id != pledge.person_id:
            raise PledgeKeyReused("Its reference belongs to another mandate.")
        return known
    actions.change(pledge_id=pledge_id, by=by, key=key, way=Way.DEBIT)
    pledge = Pledge.objects.get(id=pledge_id)
    for name_of, value in {
        "person_id": pledge.person_id,
        "reference": facts.reference,
        "name": facts.name,
        "iban_shown": masked(facts.iban),
        "bic": facts.bic,
        "signed_on": signed_on,
        "text_version": TEXT_VERSION,
        "signed_by": signed_by,
        "entered_by": by.staff_id,
    }.items():
        setattr(mandate, name_of, value)
    mandate.sealed = seal(settings.SECRET_KEY, mandate.purpose(), {"iban": facts.iban})
    mandate.save(force_insert=True)
    Pledge.objects.filter(id=pledge_id).update(mandate=mandate)
    return mandate


def opened(mandate: Mandate) -> str:
    """The account's number, for the bank's file alone. Raises SealBroken."""
    return str(unseal(settings.SECRET_KEY, mandate.purpose(), bytes(mandate.sealed))["iban"])


def used(*, mandate_id: UUID | None, day: date) -> None:
    """Something was collected by it on that day: it lapses 36 months after the last time."""
    if mandate_id is not None:
        Mandate.objects.filter(id=mandate_id).update(last_collected_on=day)


def end(*, mandate_id: UUID, because: str) -> None:
    """The person took it back, or the bank said so: nothing is debited by it from today on."""
    Mandate.objects.filter(id=mandate_id, ended_on=None).update(
        ended_on=today(), ended_because=because[:60]
    )
