"""The current organisation's WhatsApp client, made from its account."""

from obolo.gateways.messaging.whatsapp.client import Client
from obolo.kit.errors import OboloError
from obolo.organisations import queries as organisations

WHATSAPP = "whatsapp"
_kept: dict[str, Client] = {}  # connection pools, by account and its present secrets


class NoChannel(OboloError):
    """This organisation has no WhatsApp number yet."""


def client() -> Client:
    """The client of the current organisation's number; raises NoChannel."""
    account = organisations.account(WHATSAPP)
    if account is None:
        raise NoChannel
    key = f"{account.id}:{bytes(account.sealed).hex()[:32]}"
    if key not in _kept:
        secrets = organisations.account_secrets(account)
        _kept[key] = Client(
            account.address["graph_base"], secrets["access_token"], account.outside_id
        )
    return _kept[key]
