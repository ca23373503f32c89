"""The bell: telling other processes that something changed, once it is committed.

A ring carries an organisation and a topic, never content: whoever hears it reads the records. A
lost ring costs only time, for all who listen also look by themselves now and then.

Rings are collected and told together when the work within an organisation ends (`wall.within`): a
transaction that touches fifty conversations sends one statement.
"""

import threading

from django.db import connection

CHANNEL = "obolo"  # payloads are "<organisation>:<topic>"


class _Pending(threading.local):
    def __init__(self) -> None:
        self.topics: dict[str, None] = {}


_pending = _Pending()


def ring(*topics: str) -> None:
    """Announce topics (`due`, `send`, `fund:<id>`, …) of the current organisation at commit."""
    _pending.topics.update(dict.fromkeys(topics))


def tell() -> None:
    """Send what was rung; the database passes it on when the transaction commits."""
    if not _pending.topics:
        return
    topics = list(_pending.topics)
    _pending.topics.clear()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_notify(%s, current_setting('obolo.organisation') || ':' || topic)"
            " FROM unnest(%s::text[]) AS topic",
            [CHANNEL, topics],
        )


def forget() -> None:
    """What was rung did not happen."""
    _pending.topics.clear()
