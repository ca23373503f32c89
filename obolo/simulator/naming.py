"""Ids and numbers that look like those of the real services, the same on every run.

Owns the shapes (facts: WhatsApp 1.1-1.4, 1.13). Never draws from chance: each id is a digest of
the seed of its world, of what it names and of a running count. Two worlds have two seeds, so that
a simulator started empty never repeats the ids a product has already seen.
"""

import base64
import hashlib
import re

_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{3,24}")


def message_id(seed: str, address: str, count: int) -> str:
    """A `wamid.…`: base64 of a small frame that holds the address and 20 hexadecimal digits."""
    digits = (re.sub(r"\D", "", address) or "00000000000")[:15].encode()
    tail = hashlib.sha256(f"{seed} message {count}".encode()).hexdigest()[:20].upper().encode()
    frame = b"\x1c\x18" + bytes([len(digits)]) + digits + b"\x15\x02\x00\x11\x18\x14" + tail
    return "wamid." + base64.b64encode(frame + b"\x00").decode()


def digits_id(seed: str, kind: str, count: int) -> str:
    """Sixteen digits that name one media file or one template."""
    number = _number(f"{seed} {kind} {count}")
    return "1" + str(number % 10**15).rjust(15, "0")


def user_id(seed: str, count: int) -> str:
    """A business-scoped user id, `IT.` and seventeen digits."""
    return "IT.1" + str(_number(f"{seed} user {count}") % 10**16).rjust(16, "0")


def invented_phone(seed: str, count: int) -> str:
    """An Italian-looking mobile number of twelve digits; different for every count below 10**7."""
    # The factor is coprime to 10**7: counting up visits every number once.
    return f"39350{(_number(seed) + count * 7_654_321) % 10**7:07d}"


def phone_digits(text: str) -> str | None:
    """The digits of a telephone number as people write it; None when it is not one."""
    if not _PHONE.fullmatch(text.strip()):
        return None
    digits = re.sub(r"\D", "", text).removeprefix("00")
    return digits if 5 <= len(digits) <= 15 else None


def token(seed: str, kind: str, count: int) -> str:
    """A short id with a prefix, as payment providers give: `pay_` and 24 letters."""
    digest = hashlib.sha256(f"{seed} {kind} {count}".encode()).digest()
    return f"{kind}_" + base64.b32encode(digest).decode().lower()[:24]


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
