"""The way from a page back into the chat."""

import re
from typing import Final
from urllib.parse import quote

from django.conf import settings

from obolo.organisations import queries as organisations

PHONE_URL: Final = "/sim/phone"  # the simulator answers it beside Django, on the floor above


def chat_url(wish: str) -> str:
    """The address that opens the organisation's chat with these words; empty without a number."""
    if settings.SIMULATOR:
        return PHONE_URL
    account = organisations.account("whatsapp")
    number = re.sub(r"\D", "", str(account.address.get("display_phone", ""))) if account else ""
    return f"https://wa.me/{number}?text={quote(wish)}" if number else ""
