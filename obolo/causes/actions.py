"""Verbs about causes: opening one, recording what was bought, showing and telling what came of it.

Each verb lives beside its idea; this is the door to all of them.
"""

from collections.abc import Sequence

from django.db import transaction

from obolo.causes.approving import approve_purchase, refuse_purchase
from obolo.causes.buying import FUTURE, record_purchase
from obolo.causes.correcting import release_purchase, supplier_paid_back
from obolo.causes.drafts import drop_draft, forget_old, keep_draft
from obolo.causes.exchange import Exchange
from obolo.causes.handed_in import ConsentTold, NewEvidence
from obolo.causes.limits import set_limit
from obolo.causes.models import Cause
from obolo.causes.originals import open_original
from obolo.causes.placing import NewPlace, put_place
from obolo.causes.showing import add_evidence, replace_photo, withdraw_photo
from obolo.causes.telling import (
    approve_outcome,
    close,
    describe,
    take_back_outcome,
    write_outcome,
    write_waiting_note,
)
from obolo.ledger import actions as ledger

__all__ = [
    "FUTURE",
    "ConsentTold",
    "Exchange",
    "NewEvidence",
    "NewPlace",
    "add_evidence",
    "approve_outcome",
    "approve_purchase",
    "close",
    "describe",
    "drop_draft",
    "forget_old",
    "keep_draft",
    "open_cause",
    "open_original",
    "put_place",
    "record_purchase",
    "refuse_purchase",
    "release_purchase",
    "replace_photo",
    "set_limit",
    "supplier_paid_back",
    "take_back_outcome",
    "withdraw_photo",
    "write_outcome",
    "write_waiting_note",
]


@transaction.atomic
def open_cause(
    *,
    slug: str,
    names: dict[str, str],
    currency: str,
    summaries: dict[str, str] | None = None,
    aliases: Sequence[str] = (),
    goal_minor: int | None = None,
    sdg_goals: Sequence[int] = (),
    icnpo_group: str = "",
) -> Cause:
    """Open a cause and its fund; raises NotInTheList for a goal or group unknown to the lists."""
    fund = ledger.open_fund(name=names.get("en") or slug, currency=currency)
    cause: Cause = Cause.objects.create(
        slug=slug,
        names=names,
        summaries=summaries or {},
        aliases=list(aliases),
        fund_id=fund.id,
        currency=currency,
        goal_minor=goal_minor,
        position=Cause.objects.count(),
    )
    if sdg_goals or icnpo_group:
        describe(cause=cause, sdg_goals=sdg_goals, icnpo_group=icnpo_group)
        cause.refresh_from_db()
    return cause
