"""Staff record a purchase; everybody whose cents it took can see it, and is told who wants to know.

1. `record`: purchase, evidence, the ledger's choice of cents and the duty to tell, in one
   transaction; open donor pages are rung at commit.
2. Above the limit it waits instead, and nobody is told; `approve` is the word of a second person,
   and from then on it goes as in 1.
3. `tell_due` works the duty off in pieces: one message per gift, keyed, so that a repeat says
   nothing twice. The gate refuses it to whoever stopped such messages.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import transaction

from obolo.assistant import compose
from obolo.assistant.texts import money
from obolo.causes import actions as causes
from obolo.causes.actions import ConsentTold, Exchange, NewEvidence, NewPlace
from obolo.causes.models import Purchase
from obolo.causes.queries import purchases
from obolo.conversations import actions as conversations
from obolo.conversations.models import Author
from obolo.giving import queries as giving
from obolo.giving.models import Gift
from obolo.kit.money import Money
from obolo.ledger import queries as ledger
from obolo.organisations.wall import within
from obolo.people import queries as people
from obolo.people.models import Purpose
from obolo.trace import actions as trace

PIECE = 100  # gifts told about in one transaction


def record(
    *,
    cause_id: UUID,
    amount: Money,
    description: str,
    bought_on: date,
    key: str,
    evidence: Sequence[NewEvidence] = (),
    recorded_by: UUID | None = None,
    exchange: Exchange | None = None,
    place: NewPlace | None = None,
    from_reserve: bool = False,
    draft_consent: ConsentTold | None = None,
) -> Purchase:
    """Record a purchase; raises what `causes.actions.record_purchase` raises."""
    with transaction.atomic():
        purchase = causes.record_purchase(
            cause_id=cause_id,
            amount=amount,
            description=description,
            bought_on=bought_on,
            key=key,
            evidence=evidence,
            recorded_by=recorded_by,
            exchange=exchange,
            place=place,
            from_reserve=from_reserve,
            draft_consent=draft_consent,
        )
        if purchase.booked_at:
            trace.owe_report(purchase_id=purchase.id)
    return purchase


@transaction.atomic
def approve(*, purchase_id: UUID, by: UUID) -> Purchase:
    """A second person says yes; raises what `causes.actions.approve_purchase` raises."""
    purchase = causes.approve_purchase(purchase_id=purchase_id, by=by)
    trace.owe_report(purchase_id=purchase.id)
    return purchase


def tell_due(organisation_id: UUID) -> int:
    """Tell the next piece of donors about a purchase; returns how many gifts were covered."""
    with within(organisation_id):
        report = trace.claim_report()
        if report is None:
            return 0
        purchase = purchases([report.purchase_id])[report.purchase_id]
        shares = ledger.gifts_of_use(purchase.id)
        piece = shares[report.told_count : report.told_count + PIECE]
        touched = giving.people_of([gift_id for gift_id, _ in piece])
        for gift_id, minor in piece:
            if gift_id in touched:
                _tell(touched[gift_id], purchase, minor)
        trace.report_told(report=report, count=len(piece), of=len(shares))
    return max(1, len(piece))


def _tell(gift: Gift, purchase: Purchase, counted_minor: int) -> None:
    if not people.agrees(gift.person_id, Purpose.REPORT):
        return  # the gate would refuse it; do not even write it down
    lang = gift.person.language or gift.payment.language
    link_id = trace.link_for(gift_id=gift.id).id
    values = {
        "amount": money(Money(counted_minor, gift.currency), lang),
        "purchase": purchase.description,
        "cause": gift.cause.name(lang),
    }
    composed = compose.with_link(
        "counted_towards", lang, "btn_trace", f"{compose.LINK}{link_id}", **values
    )
    conversations.say(
        conversation=conversations.of_person(gift.person),
        body=composed.body,
        text=composed.text,
        purpose=Purpose.REPORT,
        key=f"report:{purchase.id}:{gift.id}",
        author=Author.SYSTEM,
        template=compose.as_template("gift_counted", lang, list(values.values()), link_id),
        content={"gift": str(gift.id), "purchase": str(purchase.id)},
    )
