"""The bell: telling other processes that something changed, once it is committed.

A ring carries an organisation and a topic, never content: whoever hears it reads the records. A
lost ring costs only time, for all who listen also look by themselves now and then.
"""

from django.db import connection

CHANNEL = "obolo"


def ring(*topics: str) -> None:
    """Announce topics (`due`, `send`, `fund:<id>`, …) of the current organisation at commit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_notify(%s, current_setting('obolo.organisation') || ':' || topic)"
            " FROM unnest(%s::text[]) AS topic",
            [CHANNEL, list(topics)],
        )
