"""Satispay's request signature: HTTP Signatures (Cavage draft 10), RSA with SHA-256.

Owns the signed text of a request and its headers. Source: Satispay developers, "Authentication".
Never: the network.
"""

import base64
import hashlib
from datetime import datetime
from email.utils import format_datetime

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from obolo.gateways.payments.rail import RailRefused

SIGNED = "(request-target) host date digest"
KEY_BITS = 4096


def digest(body: bytes) -> str:
    """The header `Digest` of a body."""
    return "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()


def signed_text(method: str, target: str, host: str, date: str, body_digest: str) -> bytes:
    """What is signed: four lines; `target` is the path with its query."""
    lines = (
        f"(request-target): {method.lower()} {target}",
        f"host: {host}",
        f"date: {date}",
        f"digest: {body_digest}",
    )
    return "\n".join(lines).encode()


class Signer:
    """Signs requests with the key of one shop."""

    def __init__(self, key_id: str, private_key_pem: str) -> None:
        """Raises RailRefused when the key is none that Satispay takes."""
        try:
            key = serialization.load_pem_private_key(private_key_pem.encode(), password=None)
        except (ValueError, TypeError) as odd:
            raise RailRefused("The private key for Satispay cannot be read.") from odd
        if not isinstance(key, rsa.RSAPrivateKey):
            raise RailRefused("The private key for Satispay is no RSA key.")
        self._key_id, self._key = key_id, key

    def headers(
        self, method: str, target: str, host: str, at: datetime, body: bytes
    ) -> dict[str, str]:
        """The headers that make this request ours."""
        date, body_digest = format_datetime(at, usegmt=True), digest(body)
        text = signed_text(method, target, host, date, body_digest)
        seal = base64.b64encode(self._key.sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()
        authorization = (
            f'Signature keyId="{self._key_id}", algorithm="rsa-sha256", '
            f'headers="{SIGNED}", signature="{seal}"'
        )
        return {"Host": host, "Date": date, "Digest": body_digest, "Authorization": authorization}


def new_key_pair() -> tuple[str, str]:
    """(private key, public key) as PEM; the public one goes to Satispay with the shop's code."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=KEY_BITS)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()
