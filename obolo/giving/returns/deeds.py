"""What every verb of the room shares: keys that do one thing once, reasons, days, the lock.

Owns the writing of a `Deed`. The payment's row is the lock of all that happens to its gift.
"""

import hashlib
import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from obolo.giving.models import Gift, Payment
from obolo.giving.receipts import actions as receipts
from obolo.giving.returns.errors import KeyReused, NoSuchGift, ReasonMissing
from obolo.giving.returns.models import KEY_CHARS, REASON_CHARS, Deed, DeedKind
from obolo.kit.clock import now
from obolo.kit.text import shown, without_invisible
from obolo.organisations import queries as organisations

# What a receipt says changes with these: it is voided, or replaced by one that says what holds.
# The words stand on the voided paper, so they are ours, not the staff's.
_WHY: Final[dict[str, dict[str, str]]] = tomllib.loads(
    Path(__file__).with_name("reasons.toml").read_text(encoding="utf-8")
)


def told_hash(*inputs: Any) -> bytes:
    """What came with a key: SHA-256 of its inputs as JSON."""
    return hashlib.sha256(json.dumps(inputs, default=str, sort_keys=True).encode()).digest()


def checked_key(key: str) -> str:
    """A key that can be kept; raises KeyReused when it is too long to tell apart."""
    if not 0 < len(key) <= KEY_CHARS or "\x00" in key:
        raise KeyReused(f"A key has 1 to {KEY_CHARS} characters.")
    return key


def same(kept: bytes | memoryview, told: bytes) -> None:
    """Raises KeyReused unless the key came with the same inputs before."""
    if bytes(kept) != told:
        raise KeyReused


def done_before(key: str, told: bytes) -> Deed | None:
    """The deed of this key, if there is one; raises KeyReused."""
    known = Deed.objects.filter(key=checked_key(key)).first()
    if known is not None:
        same(known.told, told)
    return known


def reason_of(words: str) -> str:
    """The reason as it is kept; raises ReasonMissing when there is none."""
    plain = " ".join(shown(without_invisible(words), REASON_CHARS).split())
    if not plain:
        raise ReasonMissing
    return plain


def lock(gift_id: UUID) -> Gift:
    """The gift, nothing else happening to it until the transaction ends; raises NoSuchGift."""
    payment_id = Gift.objects.filter(id=gift_id).values_list("payment_id", flat=True).first()
    if payment_id is None:
        raise NoSuchGift
    Payment.objects.select_for_update(of=("self",)).get(id=payment_id)
    return Gift.objects.select_related("payment", "cause", "person").get(id=gift_id)


def today() -> date:
    """The day by the organisation's calendar."""
    return now().astimezone(ZoneInfo(organisations.current().time_zone)).date()


def account_of(gift: Gift) -> str:
    """The ledger's cash account that the gift came into."""
    return f"cash:{gift.payment.rail}"


def write(kind: DeedKind, key: str, told: bytes, **more: Any) -> Deed:
    """Write one deed; the fields of `Deed` by name. The gift's receipt follows what it changes."""
    amount = more.pop("amount", None)
    if amount is not None:
        more |= {"amount_minor": amount.minor, "currency": amount.currency}
    made = Deed.objects.create(kind=kind, key=key, told=told, **more)
    if made.gift_id and kind in _WHY:
        receipts.follow_return(
            gift_id=made.gift_id, reason=_why(kind), by=made.by, key=f"deed:{made.id}"
        )
    return made


def _why(kind: DeedKind) -> str:
    texts = _WHY[kind]
    return texts.get(organisations.current().language, texts["en"])
