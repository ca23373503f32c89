"""Finding gifts the way staff look for them: a name, a number, a reference, an amount.

Owns the reading of the search words. Never: a page, an amount as people type it.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Q

from obolo.giving.models import Gift, Receipt
from obolo.kit.text import shown
from obolo.people.models import Address

WORDS_CHARS_MAX: Final = 100
_RECEIPT: Final = re.compile(r"(\d{4})\s?[/-]\s?(\d{1,6})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What is looked for. Empty words and None mean "whichever"."""

    words: str = ""
    amount_minor: int | None = None  # when the words can be read as an amount too
    cause_id: UUID | None = None
    odd: str = ""  # a key of `ODD`


ODD: Final[dict[str, Q]] = {
    "other_amount": ~Q(gross_minor=F("asked_minor")),
    "fee_open": Q(fee_is_estimate=True),
}


def find(wanted: Wanted, *, offset: int, limit: int) -> list[Gift]:
    """Gifts that fit, those booked last first. Ids are made in the order of booking."""
    found = Gift.objects.select_related("cause", "person", "payment").prefetch_related("receipts")
    if wanted.cause_id:
        found = found.filter(cause_id=wanted.cause_id)
    if wanted.odd in ODD:
        found = found.filter(ODD[wanted.odd])
    words = " ".join(shown(wanted.words, WORDS_CHARS_MAX).split())
    if words:
        found = found.filter(_said(words, wanted.amount_minor))
    return list(found.order_by("-id")[offset : offset + limit])


def _said(words: str, amount_minor: int | None) -> Q:
    fits = Q(person__name__icontains=words)
    fits |= Q(payment__reference=words) | Q(payment__provider_ref=words)
    plain = words.lstrip("+").replace(" ", "")
    people: Any = Address.objects.filter(Q(value=words) | Q(value=plain), valid_to=None)
    fits |= Q(person_id__in=people.values("person_id"))
    if receipt := _RECEIPT.fullmatch(words):
        numbered: Any = Receipt.objects.filter(year=int(receipt[1]), number=int(receipt[2]))
        fits |= Q(id__in=numbered.values("gift_id"))
    if amount_minor is not None:
        fits |= Q(gross_minor=amount_minor)
    with suppress(ValueError):
        fits |= Q(id=UUID(words))
    return fits
