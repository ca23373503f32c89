"""The keys of an organisation's log: made at set-up, kept sealed like any account's secret.

Owns the origin of a log and its two keys: one signs checkpoints, one vouches for other logs. Never
shows a seed; never makes a key because a stranger asks.
"""

import secrets
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from obolo.organisations import queries as organisations
from obolo.organisations.actions import keep_account
from obolo.organisations.models import Organisation
from obolo.organisations.wall import current_id
from obolo.trace.log import note
from obolo.trace.log.errors import NoKey

LOG_KEY: Final = "log_key"
WITNESS_KEY: Final = "witness_key"
_KINDS: Final = {LOG_KEY: note.ED25519, WITNESS_KEY: note.COSIGNATURE}
_PLACES: Final = {LOG_KEY: "log", WITNESS_KEY: "witness"}


def ensure() -> None:
    """Make the current organisation's keys that are missing: at set-up, and before the first leaf.

    Two at once make one: they wait for each other at the organisation's row.
    """
    if all(organisations.account(kind) for kind in _KINDS):
        return
    Organisation.objects.select_for_update().get()
    for kind in _KINDS:
        if organisations.account(kind) is None:
            keep(kind, fresh(kind))


def signer(kind: str) -> note.Signer:
    """The current organisation's signer; `kind`: LOG_KEY or WITNESS_KEY. Raises NoKey."""
    account = organisations.account(kind)
    if account is None:
        raise NoKey(kind)
    seed = bytes.fromhex(organisations.account_secrets(account)["seed"])
    return note.Signer.of(account.outside_id, seed, _KINDS[kind])


def public(kind: str = LOG_KEY) -> note.Key | None:
    """The public side of a key; None when there is none yet."""
    account = organisations.account(kind)
    return note.parse_key(account.address["key"]) if account else None


def name(kind: str) -> str:
    """The name of a key, a log's origin: kept once made, even if our address changes."""
    account = organisations.account(kind)
    if account:
        return account.outside_id
    return f"{urlsplit(settings.BASE_URL).netloc}/{_PLACES[kind]}/{organisations.current().slug}"


def fresh(kind: str) -> note.Signer:
    """A new signer with the name of the old one; not kept yet."""
    return note.Signer.of(name(kind), secrets.token_bytes(32), _KINDS[kind])


def keep(kind: str, made: note.Signer) -> None:
    """Seal this signer in the place of the former one, which is destroyed."""
    keep_account(
        kind=kind,
        hook_key="",
        outside_id=made.key.name,
        address={"key": made.key.text()},
        secrets={"seed": made.seed.hex()},
        organisation_id=current_id(),
    )
