"""The keys of an organisation's log: made once, kept sealed like any account's secret.

Owns the origin of a log and its two keys: one signs checkpoints, one vouches for other logs. Never
shows a seed.
"""

import secrets
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from obolo.organisations import queries as organisations
from obolo.organisations.actions import keep_account
from obolo.organisations.models import OutsideAccount
from obolo.organisations.wall import current_id
from obolo.trace.log import note

LOG_KEY: Final = "log_key"
WITNESS_KEY: Final = "witness_key"
_KINDS: Final = {LOG_KEY: note.ED25519, WITNESS_KEY: note.COSIGNATURE}
_PLACES: Final = {LOG_KEY: "log", WITNESS_KEY: "witness"}


def signer(kind: str) -> note.Signer:
    """The current organisation's signer, made at first use; `kind`: LOG_KEY or WITNESS_KEY."""
    account = organisations.account(kind) or _made(kind)
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


def _made(kind: str) -> OutsideAccount:
    seed = secrets.token_bytes(32)
    key = note.Signer.of(name(kind), seed, _KINDS[kind]).key
    return keep_account(
        kind=kind,
        hook_key="",
        outside_id=key.name,
        address={"key": key.text()},
        secrets={"seed": seed.hex()},
        organisation_id=current_id(),
    )
