"""The sample organisation of the demo: six causes, its staff, its accounts with the simulator."""

import json
import os
from pathlib import Path
from typing import Any
from uuid import UUID

from obolo.causes import actions as causes
from obolo.causes import queries as cause_queries
from obolo.giving.rails import PRETEND
from obolo.kit.ids import new_token
from obolo.organisations import actions as organisations
from obolo.organisations import queries as organisation_queries
from obolo.organisations.errors import NoSuchOrganisation
from obolo.organisations.models import Role
from obolo.organisations.wall import within
from obolo.project.sample_causes import CAUSES
from obolo.project.sample_facts import (
    DISPLAY_PHONE,
    EMAIL,
    HOOK_KEY,
    NAME,
    NUMBER_ID,
    SLUG,
    WABA_ID,
)

OVERHEAD_BPS = 1_000  # 10 % of the net gift


def secrets_of(data: Path) -> dict[str, str]:
    """What the demo's two sides share, made once and kept in the data folder."""
    kept = data / "demo.json"
    if not kept.exists():
        names = ("app_secret", "verify_token", "access_token", "payment_secret", "password")
        made = {name: new_token() for name in names}
        data.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(made | {"api_token": ""}, file)
    found: dict[str, str] = json.loads(kept.read_text(encoding="utf-8"))
    return found


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
        address={"base_url": f"{base_url}/sim/pay"},
        secrets={"secret": secrets["payment_secret"]},
        organisation_id=organisation_id,
    )
