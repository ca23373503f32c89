"""The gate: everything we say passes here, whoever says it.

Pure: facts in, verdict out. The same call decides when a message is queued (to tell staff at once)
and again in the transaction that claims it, so that a word taken back in between counts.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from obolo.people.models import Purpose

WINDOW_HOURS = 24  # WhatsApp: free-form messages within 24 h of the person's last message
WINDOW_MARGIN_MINUTES = 5  # clocks differ, and a message needs a moment to arrive


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What the gate looks at."""

    purpose: Purpose
    agreed: bool  # the person's standing word on this purpose
    last_in_at: datetime | None
    has_address: bool
    has_template: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class Go:
    """Send now; as a template when the window is closed."""

    as_template: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Do not send; the reason is stored and shown."""

    because: str


Verdict = Go | Refused


def window_open(last_in_at: datetime | None, now: datetime) -> bool:
    """May we write freely? Only within 24 hours of the person's last message."""
    limit = timedelta(hours=WINDOW_HOURS) - timedelta(minutes=WINDOW_MARGIN_MINUTES)
    return last_in_at is not None and now - last_in_at < limit


def decide(facts: Facts) -> Verdict:
    """May this message go out?"""
    if not facts.has_address:
        return Refused("This person has no WhatsApp address.")
    if not facts.agreed:
        return Refused(f"The person did not agree to messages of the kind “{facts.purpose.label}”.")
    if window_open(facts.last_in_at, facts.now):
        return Go()
    if facts.has_template:
        return Go(as_template=True)
    return Refused("More than 24 hours since the person's last message, and no template for this.")
