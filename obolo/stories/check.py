"""The whole audit, kept as a row: at night by itself, or when somebody asks.

1. `run` reads everything in one unchanging view of the database, part by part (`audit.PARTS`).
2. What it found is kept with who asked and when; the console shows the last one.
3. `run_due` is the nightly one: the first time a worker looks after three o'clock, in the
   organisation's own time zone; and the one that staff asked for.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from obolo.kit.clock import now
from obolo.organisations import queries as organisations
from obolo.organisations.wall import within
from obolo.stories import audit
from obolo.trace import checks

NIGHT_HOUR: Final = 3


def run(
    organisation_id: UUID,
    *,
    asked_by: UUID | None = None,
    tell: Callable[[str], None] = lambda part: None,
) -> list[tuple[str, str]]:
    """Audit one organisation and keep the result: (part, sentence) of everything wrong.

    `tell` hears the name of each part before it is read.
    """
    began_at = now()
    with _unchanging(), within(organisation_id):
        found = audit.by_part(tell)
    with within(organisation_id):
        checks.keep(began_at=began_at, findings=found, asked_by=asked_by)
    return found


def run_due(organisation_id: UUID) -> int:
    """The nightly audit when its hour has come, or one that was asked for; how many were run."""
    with within(organisation_id):
        last, wish = checks.last(), checks.wish()
        zone = ZoneInfo(organisations.current().time_zone)
    if wish is None and last and last.began_at >= _night_before(now(), zone):
        return 0
    run(organisation_id, asked_by=wish.asked_by_id if wish else None)
    return 1


def _night_before(at: datetime, zone: ZoneInfo) -> datetime:
    """The newest three o'clock that has passed."""
    local = at.astimezone(zone)
    night = local.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    return night if night <= local else night - timedelta(days=1)


@contextmanager
def _unchanging() -> Iterator[None]:
    """Everything read inside is of one moment, however many gifts arrive meanwhile."""
    if connection.in_atomic_block:  # whoever began the transaction has chosen
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
