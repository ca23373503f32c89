"""What an account with a payment provider must know before it is kept.

Owns the names: kind -> (what stands in `address`, what is sealed in `secrets`). Optional beside
them: `base_url`, where the provider is reached instead of its own address, and `preferred`, true
for the one that new payments go to when there are several. Pure. Never: the values themselves.
"""

from collections.abc import Mapping
from typing import Any

from obolo.organisations.errors import AccountIncomplete

_NEEDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "stripe": ((), ("secret_key", "webhook_secret")),
    "satispay": ((), ("key_id", "pem")),
    "bank": (("iban", "beneficiary"), ()),
}


def check(kind: str, address: Mapping[str, Any], secrets: Mapping[str, Any]) -> None:
    """Raises AccountIncomplete, naming what is missing; other kinds are not judged here."""
    in_address, in_secrets = _NEEDS.get(kind, ((), ()))
    missing = [name for name in in_address if not _is_text(address.get(name))]
    missing += [name for name in in_secrets if not _is_text(secrets.get(name))]
    if missing:
        raise AccountIncomplete(f"{kind}: {', '.join(missing)}")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
