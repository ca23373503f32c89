"""Names and numbers of the sample organisation, for whoever must not load Django."""

import json
from pathlib import Path

SLUG, NAME = "demo", "Obolo Demo"
EMAIL = "demo@obolo.example"
# The number and account of the examples in Meta's documentation.
NUMBER_ID, WABA_ID, DISPLAY_PHONE = "106540352242922", "102290129340398", "15550783881"
HOOK_KEY = "demo"
SATISPAY_KEY_ID = "key-of-the-demo"
IBAN = "IT60X0542811101000000123456"  # the example of the Italian standard

# What its receipts say of it: no real body has these.
RECEIPTS = {
    "name": f"{NAME} ODV",
    "address": "Via della Prova 1\n00100 Roma",
    "tax_code": "00000000000",
    "body_type": "odv",
    "runts_section": "Organizzazioni di volontariato, n. 00000",
    "contact": EMAIL,
    "signed_by": "La tesoriera di prova",
}


def sample_login(data: Path) -> dict[str, str] | None:
    """How a visitor of the demo logs in to its console; None before the sample is founded."""
    kept = data / "demo.json"
    if not kept.exists():
        return None
    return {"email": EMAIL, "password": json.loads(kept.read_text("utf-8"))["password"]}
