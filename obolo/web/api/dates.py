"""Dates as programs write them."""

from datetime import date
from zoneinfo import ZoneInfo

from obolo.kit.clock import now
from obolo.kit.errors import OboloError
from obolo.organisations import queries as organisations


class NotADate(OboloError):
    """Write the date as YYYY-MM-DD."""

    fault = "theirs"


def read_date(text: str) -> date:
    """An ISO 8601 date; empty means today where the organisation is. Raises NotADate."""
    if not text.strip():
        return now().astimezone(ZoneInfo(organisations.current().time_zone)).date()
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise NotADate from None
