"""Once a day each provider's own list is laid beside our books: what notices missed is found.

1. `run` plans the day's run of each rail and takes up one that waits (a button asks for more).
2. Outside any transaction the provider is asked: what was paid since, what still waits.
3. A payment that is paid there and not booked here goes the way of every notice: `look` fetches,
   settles, thanks. So books = the provider's list, whatever notices were lost.
4. A gift of ours that the list does not name is asked about by itself before it is doubted: it
   may have been given back, or paid at the edge of the list.
5. What is left is written down for the treasurer. A provider that is away is tried again tomorrow.
"""

import logging
from datetime import timedelta
from typing import Final
from uuid import UUID

from obolo.gateways.payments.rail import RailRefused, RailUnreachable, RemotePayment, WholeRail
from obolo.giving.errors import NoRail
from obolo.giving.rails import names, rail_by_name
from obolo.giving.reconciliation import actions as reconciliation
from obolo.giving.reconciliation import queries
from obolo.giving.reconciliation.compare import Difference, differences
from obolo.giving.reconciliation.models import Finding, FindingKind, Run
from obolo.kit.money import Money
from obolo.organisations import queries as organisations
from obolo.organisations.wall import within
from obolo.stories import receive_a_gift

log = logging.getLogger(__name__)
EDGE: Final = timedelta(days=1)  # the list's first day is compared one way only
ASKED_MAX: Final = 200  # payments asked about one by one in a run


def run(organisation_id: UUID) -> int:
    """Take up one run; returns how many were taken up."""
    with within(organisation_id):
        reconciliation.plan_today(rails=names())
        one = reconciliation.claim()
    if one is None:
        return 0
    try:
        _lay_side_by_side(organisation_id, one)
    except (RailUnreachable, RailRefused, NoRail) as away:
        log.warning("reconciliation of %s not done: %s", one.rail, away)
        with within(organisation_id):
            reconciliation.end(run=one, trouble=str(away))
    return 1


def _lay_side_by_side(organisation_id: UUID, one: Run) -> None:
    with within(organisation_id):
        provider = rail_by_name(one.rail)
    theirs = provider.list_paid(one.since)
    waiting = provider.list_pending()
    with within(organisation_id):
        ours = queries.known(rail=one.rail, theirs=theirs, since=one.since + EDGE)
    findings = []
    for difference in differences(theirs, ours)[:ASKED_MAX]:
        found = _explained(organisation_id, one, provider, difference)
        findings += [found] if found else []
    for remote in waiting[:ASKED_MAX]:
        _join(organisation_id, one.rail, remote)
    with within(organisation_id):
        reconciliation.end(
            run=one, told_count=len(theirs), waiting_count=len(waiting), findings=findings
        )


def _explained(
    organisation_id: UUID, one: Run, provider: WholeRail, difference: Difference
) -> Finding | None:
    """What a difference comes to once it was looked into; None when it is none after all."""
    if difference.kind == "not_booked":
        booked = _book(organisation_id, one.rail, difference.provider_ref)
        return _finding(
            organisation_id, one, difference, FindingKind.MISSED if booked else FindingKind.UNBOOKED
        )
    if difference.kind == "not_listed":
        if _is_paid_there(provider, difference):
            return None
        return _finding(organisation_id, one, difference, FindingKind.UNKNOWN_THERE)
    kind = {"unknown_here": FindingKind.UNKNOWN_HERE, "other_amount": FindingKind.OTHER_AMOUNT}
    return _finding(organisation_id, one, difference, kind[difference.kind])


def _book(organisation_id: UUID, rail: str, provider_ref: str) -> bool:
    try:
        receive_a_gift.look(organisation_id, rail, provider_ref)
    except (RailUnreachable, RailRefused):
        return False
    with within(organisation_id):
        return queries.is_booked(rail=rail, provider_ref=provider_ref)


def _is_paid_there(provider: WholeRail, difference: Difference) -> bool:
    """Does the provider, asked about this one payment, know its money?"""
    try:
        remote = provider.fetch(difference.provider_ref)
    except RailRefused:
        return False
    # Given back or claimed by a bank: that is told on the gift's page, not here.
    return remote.state == "refunded" or (
        remote.state == "paid" and remote.paid is not None and remote.paid == difference.ours
    )


def _join(organisation_id: UUID, rail: str, remote: RemotePayment) -> None:
    """A payment of ours that waits there without our knowing: its answer was lost."""
    with within(organisation_id):
        unjoined = queries.is_unjoined(reference=remote.reference)
    if unjoined:
        try:
            receive_a_gift.look(organisation_id, rail, remote.provider_ref)
        except (RailUnreachable, RailRefused) as away:
            log.info("payment %s not joined: %s", remote.provider_ref, away)


def _finding(organisation_id: UUID, one: Run, difference: Difference, kind: FindingKind) -> Finding:
    known = difference.theirs or difference.ours
    with within(organisation_id):
        currency = known.currency if known else organisations.current().currency
    return Finding(
        organisation_id=organisation_id,
        run=one,
        kind=kind,
        provider_ref=difference.provider_ref[:100],
        payment_id=UUID(difference.payment) if difference.payment else None,
        ours_minor=_minor(difference.ours),
        theirs_minor=_minor(difference.theirs),
        currency=currency,
    )


def _minor(amount: Money | None) -> int | None:
    return amount.minor if amount else None
