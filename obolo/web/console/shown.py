"""Times as a chat shows them: the hour today, the day before that."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from obolo.kit.clock import now


def hour(when: datetime, lang: str, zone: str) -> str:
    """`14:05` on the clock of `zone`."""
    return format_time(when.astimezone(ZoneInfo(zone)), "HH:mm", locale=lang)


def hour_or_day(when: datetime, lang: str, zone: str) -> str:
    """`14:05` when it was today, else `24 nov`."""
    local = when.astimezone(ZoneInfo(zone))
    if local.date() == now().astimezone(ZoneInfo(zone)).date():
        return hour(when, lang, zone)
    return format_date(local.date(), "d MMM", locale=lang)
