"""The signature of a notice: HMAC-SHA256 over the raw bytes.

Owns: making and checking `X-Hub-Signature-256`. Never: parsing; the bytes are checked as they came,
because Meta signs a form with escaped non-ASCII that a re-serialised body would not match.
Source: Cloud API webhooks, "Validating payloads".
"""

import hmac
import re
from collections.abc import Iterable, Sequence
from typing import Final

HEADER: Final = b"x-hub-signature-256"
_FORM: Final = re.compile(rb"sha256=[0-9a-f]{64}")


def sign(secret: str, body: bytes) -> str:
    """The header value for `body`: `sha256=` and 64 lower-case hex digits.

    Raises ValueError for an empty secret: anybody could make that signature.
    """
    if not secret:
        raise ValueError("A notice cannot be signed with an empty secret.")
    # surrogatepass: a secret that is no clean text must fail to match, not raise in the hook.
    key = secret.encode("utf-8", "surrogatepass")
    return "sha256=" + hmac.digest(key, body, "sha256").hex()


def is_authentic(
    secrets: Sequence[str], body: bytes, headers: Iterable[tuple[bytes, bytes]]
) -> bool:
    """Whether exactly one well-formed signature header was made with one of `secrets`.

    `headers` are raw ASGI pairs. Fails closed: no header, two, upper-case hex, non-ASCII, no
    secret. Every secret is tried, so the time tells nothing about which one matched.
    """
    given = [value for name, value in headers if name.lower() == HEADER]
    if len(given) != 1 or not _FORM.fullmatch(given[0]):
        return False
    matches = [
        hmac.compare_digest(given[0], sign(secret, body).encode()) for secret in secrets if secret
    ]
    return any(matches)
