"""Which rail the current organisation collects with."""

from obolo.gateways.payments.pretend import PretendRail
from obolo.gateways.payments.rail import Rail
from obolo.giving.errors import NoRail
from obolo.organisations import queries as organisations

PRETEND = "pay_simulator"
_kept: dict[str, PretendRail] = {}  # connection pools, by account


def rail() -> tuple[str, Rail]:
    """(name, rail) of the current organisation; raises NoRail."""
    account = organisations.account(PRETEND)
    if account is None:
        raise NoRail
    key = f"{account.id}:{bytes(account.sealed).hex()[:32]}"
    if key not in _kept:
        secrets = organisations.account_secrets(account)
        _kept[key] = PretendRail(account.address["base_url"], secrets["secret"])
    return PRETEND, _kept[key]
