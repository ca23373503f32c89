"""When a person of the team answers, in words."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from obolo.assistant.texts import render
from obolo.organisations.models import Organisation

_HOURS = re.compile(r"(\d{1,2})-(\d{1,2})")
DAYS_OPEN = range(5)  # Monday to Friday


def answer_time(organisation: Organisation, at: datetime, lang: str) -> tuple[bool, str]:
    """(is the team there now?, "by 18:00" or "from 9:00") where the organisation is."""
    match = _HOURS.fullmatch(organisation.answer_hours)
    start, end = (int(match[1]), int(match[2])) if match else (9, 18)
    here = at.astimezone(ZoneInfo(organisation.time_zone))
    if here.weekday() in DAYS_OPEN and start <= here.hour < end:
        return True, render("when_open", lang, end=f"{end}:00")
    return False, render("when_closed", lang, start=f"{start}:00")
