"""Which rail the current organisation collects with, and which one a payment was opened with.

Owns the way from an account to its rail. Never: the network, which the rails themselves touch.
"""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings

from obolo.gateways.payments.pretend import PretendRail
from obolo.gateways.payments.rail import (
    KeepingRail,
    Kept,
    Order,
    RailRefused,
    RemotePayment,
    WholeRail,
)
from obolo.gateways.payments.satispay import BASE_URL, SatispayRail
from obolo.gateways.payments.satispay_signature import Signer
from obolo.giving.errors import NoRail
from obolo.giving.pledges.models import SavedMethod
from obolo.organisations import queries as organisations
from obolo.organisations.models import OutsideAccount

PRETEND, STRIPE, SATISPAY = "pay_simulator", "stripe", "satispay"
# Their pages close so soon after they were opened, whatever our own link promises.
PAGE_LIVES = {STRIPE: timedelta(hours=24), SATISPAY: timedelta(hours=24)}
# Whose answer to `fetch` tells what went back; the others say nothing of it.
TELL_REFUNDS = frozenset({PRETEND, STRIPE})
KEEPING = frozenset({PRETEND})  # rails that can keep a method for later
_kept: dict[str, WholeRail] = {}  # connection pools, by account and its secrets


def rail() -> tuple[str, WholeRail]:
    """(name, rail) of the current organisation, for new payments; raises NoRail."""
    account = organisations.preferred_account(_MADE)
    if account is None:
        raise NoRail
    return account.kind, _of(account)


def names() -> list[str]:
    """The rails the current organisation has an account with, in a steady order."""
    kinds = OutsideAccount.objects.filter(kind__in=_MADE).values_list("kind", flat=True)
    return sorted(set(kinds))


def rail_by_name(name: str) -> WholeRail:
    """The rail that a payment or a notice belongs to; raises NoRail when it is no longer there."""
    account = organisations.account(name) if name in _MADE else None
    if account is None:
        raise NoRail(name)
    return _of(account)


def is_provider(name: str) -> bool:
    """Is there a provider behind this rail, which can be asked and can give money back?"""
    return name in _MADE


def can_refund(name: str) -> bool:
    """The same, and the account with it is still there."""
    return is_provider(name) and organisations.account(name) is not None


def keeps_methods(name: str) -> bool:
    """Can this rail keep a method for later payments?"""
    return name in KEEPING


def charge(provider: WholeRail, order: Order, saved: SavedMethod) -> RemotePayment:
    """Take a payment from a saved method. Raises RailRefused where the rail keeps none."""
    if not isinstance(provider, KeepingRail):
        raise RailRefused("This provider keeps no methods.")
    kept = Kept(customer=saved.customer, method=saved.method, shown=saved.shown)
    return provider.charge(order, kept)


def _of(account: OutsideAccount) -> WholeRail:
    key = f"{account.id}:{bytes(account.sealed).hex()[:32]}"
    if key not in _kept:
        _kept[key] = _MADE[account.kind](account)
    return _kept[key]


def _pretend(account: OutsideAccount) -> WholeRail:
    secrets = organisations.account_secrets(account)
    return PretendRail(account.address["base_url"], secrets["secret"])


def _stripe(account: OutsideAccount) -> WholeRail:
    # Here, because the library takes most of a second to load and not everybody uses it.
    from obolo.gateways.payments.stripe import StripeRail

    secrets = organisations.account_secrets(account)
    return StripeRail(secrets["secret_key"], base_url=account.address.get("base_url"))


def _satispay(account: OutsideAccount) -> WholeRail:
    secrets = organisations.account_secrets(account)
    return SatispayRail(
        Signer(secrets["key_id"], secrets["pem"]),
        callback_url=f"{settings.BASE_URL}/hooks/satispay/{account.hook_key}",
        base_url=account.address.get("base_url") or BASE_URL,
    )


_MADE: dict[str, Callable[[OutsideAccount], WholeRail]] = {
    PRETEND: _pretend,
    STRIPE: _stripe,
    SATISPAY: _satispay,
}
