"""A gift's proof is erased because its giver asks to be forgotten; books and log stay whole.

1. The salt that opens the gift's place in the public log is destroyed: from now on the place says
   nothing to anybody, and no proof can be made again. What was published is not touched.
2. The donor's page is closed; who did it, when and why stand with its ended link.
A proof that the donor keeps at home still holds: erasure does not reach their own files.
Never: the gift, its cents or its receipt, which the law asks us to keep.
"""

from uuid import UUID

from django.db import transaction

from obolo.giving.models import Gift
from obolo.stories import renew_a_link
from obolo.trace import actions as trace
from obolo.trace import publishing


@transaction.atomic
def run(*, gift: Gift, by: UUID | None, why: str) -> None:
    """Forget what opens one gift; `by` is a member of staff. Repeating changes nothing more."""
    if not publishing.forget_gift(gift_id=gift.id):
        return
    trace.link_for(gift_id=gift.id)  # there is always one to end, so that the reason is kept
    renew_a_link.close(gift=gift, by=by, why=why)
