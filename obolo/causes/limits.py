"""Above which amount a purchase needs a second person: set by the organisation, per currency."""

from uuid import UUID

from django.db import transaction

from obolo.causes.errors import BadPurchase
from obolo.causes.purchase_models import SpendingLimit
from obolo.kit.money import Money


@transaction.atomic
def set_limit(*, currency: str, limit_minor: int | None, by: UUID) -> SpendingLimit:
    """From now on purchases above `limit_minor` wait for a second person; None: no purchase does.

    The same limit again is the same row. Raises BadPurchase, NotAnAmount.
    """
    if limit_minor is not None and Money(limit_minor, currency).minor < 0:
        raise BadPurchase("A limit is nothing or more.")
    known = _newest(currency)
    if known and known.limit_minor == limit_minor:
        return known
    return SpendingLimit.objects.create(currency=currency, limit_minor=limit_minor, set_by=by)


def limit_minor(currency: str) -> int | None:
    """The limit that holds now, in minor units; None: no purchase waits."""
    found = _newest(currency)
    return found.limit_minor if found else None


def exceeds(amount: Money) -> bool:
    """Does a purchase of this amount need a second person?"""
    limit = limit_minor(amount.currency)
    return limit is not None and amount.minor > limit


def history(currency: str) -> list[SpendingLimit]:
    """All limits there were, newest first."""
    return list(SpendingLimit.objects.filter(currency=currency).order_by("-set_at", "-id"))


def _newest(currency: str) -> SpendingLimit | None:
    return SpendingLimit.objects.filter(currency=currency).order_by("-set_at", "-id").first()
