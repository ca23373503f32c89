"""A gift that turned out to be another person's: in the log its commitment is superseded (§6.4).

The numbers stay. Each of the gift's places is bound to its donor by a commitment; an `owner` entry
says which commitments it takes over from (`was`) and the one that counts from now on (`now`). The
new salt is told only in the new owner's proof, so that an old proof no longer shows whose gift it
is. Owns that binding; names nobody.
"""

import secrets
from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from obolo.giving.models import Gift
from obolo.trace.log import sumtree
from obolo.trace.log_models import Leaf, Share

_LEAVES = """
SELECT l.id FROM trace_leaf l JOIN ledger_entry e ON e.id = l.entry_id
WHERE l.kind = 'owner' AND e.kind = 'owner' AND e.source_id = %s AND l.salt IS NOT NULL
"""


def reference_of(gift_id: UUID) -> str:
    """What a gift's commitment is made over: the reference of its payment."""
    found = Gift.objects.filter(id=gift_id).values_list("payment__reference", flat=True).first()
    return found or str(gift_id)


def owner_leaf(gift_id: UUID) -> Leaf | None:
    """The newest entry that says whose a gift is, unless its salt was erased."""
    return _owner_leaves(gift_id).order_by("-index").first()


def forget(gift_id: UUID) -> None:
    """Erase what opens the entries about the owner of a gift."""
    _owner_leaves(gift_id).update(salt=None)


def superseding(gift_id: UUID, fresh: Iterable[Share]) -> tuple[dict[str, object], bytes] | None:
    """What an `owner` entry adds, and its salt; None while no place of the gift is in the log.

    `fresh` are the places that are being logged at this moment.
    """
    reference = reference_of(gift_id)
    former = owner_leaf(gift_id)
    if former is not None:
        salts = [bytes(former.salt or b"")]
    else:
        shares = [one for one in fresh if one.gift_id == gift_id]
        shares += Share.objects.filter(gift_id=gift_id, salt__isnull=False).order_by("id")
        salts = [bytes(one.salt or b"") for one in shares]
    if not salts:
        return None
    salt = secrets.token_bytes(sumtree.SALT_BYTES)
    was = sorted(sumtree.commitment(one, reference).hex() for one in salts)
    return {"was": was, "now": sumtree.commitment(salt, reference).hex()}, salt


def _owner_leaves(gift_id: UUID) -> QuerySet[Leaf]:
    with connection.cursor() as cursor:
        cursor.execute(_LEAVES, [gift_id])
        ids = [row[0] for row in cursor.fetchall()]
    return Leaf.objects.filter(id__in=ids)
