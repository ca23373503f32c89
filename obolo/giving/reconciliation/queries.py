"""Questions about the reconciliation."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from obolo.gateways.payments.rail import RemotePayment
from obolo.giving.models import Gift, Payment
from obolo.giving.reconciliation.compare import Ours
from obolo.giving.reconciliation.models import Finding, Run

FINDINGS_SHOWN_MAX = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """A rail and its newest run that ended, and whether one is on its way."""

    rail: str
    last: Run | None
    waiting: bool
    findings: tuple[Finding, ...]


def standings(rails: Iterable[str]) -> list[Standing]:
    """Each rail with what its newest run found."""
    found = []
    for rail in rails:
        runs = Run.objects.filter(rail=rail)
        last = runs.exclude(ended_at=None).order_by("-ended_at").first()
        found.append(
            Standing(
                rail=rail,
                last=last,
                waiting=runs.filter(ended_at=None).exists(),
                findings=tuple(last.findings.order_by("at", "id")[:FINDINGS_SHOWN_MAX])
                if last
                else (),
            )
        )
    return found


def earlier_findings(limit: int = 100) -> list[Finding]:
    """What runs found, newest first."""
    return list(Finding.objects.select_related("run").order_by("-at", "-id")[:limit])


def known(*, rail: str, theirs: Collection[RemotePayment], since: datetime) -> list[Ours]:
    """Our side: the payments a provider named, and gifts of that rail booked since then."""
    refs = [one.provider_ref for one in theirs]
    references = [one.reference for one in theirs]
    named = Payment.objects.filter(
        Q(rail=rail, provider_ref__in=refs) | Q(reference__in=references, rail__in=[rail, ""])
    )
    recent = Payment.objects.filter(
        rail=rail, gifts__paid_at__gte=since, gifts__booked_at__gte=since
    )
    rows = {one.id: one for one in [*named, *recent]}
    gifts = {one.payment_id: one for one in Gift.objects.filter(payment__in=list(rows))}
    return [
        Ours(
            payment=str(one.id),
            reference=one.reference,
            provider_ref=one.provider_ref or "",
            booked=gifts[one.id].gross if one.id in gifts else None,
        )
        for one in rows.values()
    ]


def is_booked(*, rail: str, provider_ref: str) -> bool:
    """Is there a gift of this payment?"""
    return Gift.objects.filter(payment__rail=rail, payment__provider_ref=provider_ref).exists()


def is_unjoined(*, reference: str) -> bool:
    """Is this a payment of ours of which we do not know that the provider has it?"""
    return Payment.objects.filter(reference=reference, provider_ref=None).exists()
