"""The sample organisation of the demo: six causes, its staff, its accounts with the simulator.

New payments go to one of its providers (OBOLO_SAMPLE_RAIL); the others wait beside it.
"""

import json
import os
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from obolo.causes import actions as causes
from obolo.causes import queries as cause_queries
from obolo.giving.rails import PRETEND, SATISPAY, STRIPE
from obolo.giving.receipts import actions as receipts
from obolo.kit.ids import new_token
from obolo.organisations import actions as organisations
from obolo.organisations import queries as organisation_queries
from obolo.organisations.errors import NoSuchOrganisation
from obolo.organisations.models import Role
from obolo.organisations.wall import within
from obolo.project import config
from obolo.project.sample_causes import CAUSES
from obolo.project.sample_facts import (
    DISPLAY_PHONE,
    EMAIL,
    HOOK_KEY,
    IBAN,
    NAME,
    NUMBER_ID,
    RECEIPTS,
    SATISPAY_KEY_ID,
    SLUG,
    WABA_ID,
)
from obolo.trace import log_keys, open_terms

OVERHEAD_BPS = 1_000  # 10 % of the net gift
IATI_IDENTIFIER = "XX-EXAMPLE-0001"  # of no register
KEY_BITS = 2_048  # pretended; a real shop's key has 4,096, which takes seconds to make
_TOKENS = (
    "app_secret", "verify_token", "access_token", "payment_secret", "password",
    "stripe_secret_key", "stripe_webhook_secret", "satispay_code", "satispay_hook_key",
)  # fmt: skip


def secrets_of(data: Path) -> dict[str, str]:
    """What the demo's two sides share, made once and kept in the data folder."""
    kept = data / "demo.json"
    found: dict[str, str] = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    missing = {name: new_token() for name in _TOKENS if name not in found}
    if "satispay_pem" not in found:
        missing["satispay_pem"] = _new_pem()
    if missing:  # also in a folder that an earlier version made
        found = {"api_token": ""} | found | missing
        data.mkdir(parents=True, exist_ok=True)
        _keep(data, found)
    return found


def public_pem(private_pem: str) -> str:
    """The public half of the key that the sample signs with for Satispay."""
    key = serialization.load_pem_private_key(private_pem.encode(), password=None)
    shape = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, shape).decode()


def _new_pem() -> str:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=KEY_BITS)
    shape, hidden = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, shape, hidden).decode()


def ensure(data: Path, base_url: str) -> UUID:
    """Found the sample organisation when it is not there; point its accounts to `base_url`."""
    secrets = secrets_of(data)
    try:
        organisation_id = organisation_queries.id_by_slug(SLUG)
    except NoSuchOrganisation:
        organisation_id = organisations.found(
            slug=SLUG, name=NAME, overhead_bps=OVERHEAD_BPS, language="it"
        ).id
        with within(organisation_id):
            _furnish(secrets)
            secrets["api_token"] = organisations.issue_token(
                name="demo", role=Role.ADMIN, slug=SLUG
            )
        _keep(data, secrets)
    with within(organisation_id):
        _connect(organisation_id, secrets, base_url)
        log_keys.ensure()
    return organisation_id


def _keep(data: Path, secrets: dict[str, str]) -> None:
    fresh = data / "demo.json.new"
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(secrets, file)
    fresh.replace(data / "demo.json")


def _furnish(secrets: dict[str, str]) -> None:
    organisations.add_staff(
        email=EMAIL, name="Demo", password=secrets["password"], role=Role.ADMIN, language="en"
    )
    for cause in CAUSES:
        if cause_queries.by_slug(cause["slug"]) is None:
            causes.open_cause(currency="EUR", **cause)
    receipts.keep_issuer(by=None, **RECEIPTS)
    open_terms.choose(licence=open_terms.DEFAULT, iati_identifier=IATI_IDENTIFIER, by=None)


def _connect(organisation_id: UUID, secrets: dict[str, str], base_url: str) -> None:
    whatsapp: dict[str, Any] = {
        "graph_base": f"{base_url}/v26.0",
        "waba_id": WABA_ID,
        "display_phone": DISPLAY_PHONE,
    }
    organisations.keep_account(
        kind="whatsapp",
        hook_key=HOOK_KEY,
        outside_id=NUMBER_ID,
        address=whatsapp,
        secrets={k: secrets[k] for k in ("app_secret", "verify_token", "access_token")},
        organisation_id=organisation_id,
    )
    organisations.keep_account(
        kind=PRETEND,
        hook_key=HOOK_KEY,
        outside_id="demo",
        address={"base_url": f"{base_url}/sim/pay"} | _preferred(PRETEND),
        secrets={"secret": secrets["payment_secret"]},
        organisation_id=organisation_id,
    )
    _connect_rails(organisation_id, secrets, base_url)


def _connect_rails(organisation_id: UUID, secrets: dict[str, str], base_url: str) -> None:
    organisations.keep_account(
        kind=STRIPE,
        hook_key=HOOK_KEY,
        outside_id="demo",
        address={"base_url": f"{base_url}/sim/stripe"} | _preferred(STRIPE),
        secrets={
            "secret_key": secrets["stripe_secret_key"],
            "webhook_secret": secrets["stripe_webhook_secret"],
        },
        organisation_id=organisation_id,
    )
    organisations.keep_account(
        kind=SATISPAY,
        hook_key=secrets["satispay_hook_key"],
        outside_id="demo",
        address={"base_url": f"{base_url}/sim/satispay"} | _preferred(SATISPAY),
        secrets={"key_id": SATISPAY_KEY_ID, "pem": secrets["satispay_pem"]},
        organisation_id=organisation_id,
    )
    organisations.keep_account(
        kind="bank",
        hook_key="",
        outside_id=IBAN,
        address={"iban": IBAN, "beneficiary": NAME},
        secrets={},
        organisation_id=organisation_id,
    )


def _preferred(kind: str) -> dict[str, Any]:
    return {"preferred": True} if config.read().sample_rail == kind else {}
