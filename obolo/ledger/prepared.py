"""Statements the server keeps prepared: the few that run for every gift and every page.

Owns the one place that goes past Django's cursor, whose statements are planned anew each time.
Runs in the transaction of `django.db.connection`. Never builds SQL from values.
"""

from typing import Any

import psycopg
from django.db import connection


def rows(statement: str, values: list[Any] | dict[str, Any]) -> list[tuple[Any, ...]]:
    """All rows of a prepared statement; raises what Django's cursor would raise."""
    connection.ensure_connection()
    raw: Any = connection.connection
    with connection.wrap_database_errors, psycopg.Cursor(raw) as cursor:
        cursor.execute(statement.encode(), values, prepare=True)
        return cursor.fetchall()
