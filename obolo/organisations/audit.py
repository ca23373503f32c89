"""How an audit tells what is wrong: the first wrong row of each kind, and how many more there are.

Owns the shape of a finding. A check is a query that gives `table, id, what, is, should be` for each
wrong row, the first of them first. Rooms keep their own checks; `stories/audit.py` lists them all.
Never: a name or a donor's word in a finding, or a write.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import connection

Rows = list[tuple[Any, ...]]


def findings(checks: Mapping[str, str], ask: Callable[[str], Rows] | None = None) -> list[str]:
    """A sentence for each check (fault -> query) that finds a wrong row; `ask` runs a query."""
    found = []
    for fault, query in checks.items():
        if wrong := (ask or rows)(query):
            found.append(sentence(fault, wrong))
    return found


def sentence(fault: str, wrong: Sequence[tuple[Any, ...]]) -> str:
    """The first of the wrong rows, named, and how many follow it."""
    table, row_id, what, told, due = wrong[0]
    more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
    return f"{fault}: {table} {row_id}: {what} is {told}, should be {due}{more}"


def rows(query: str) -> Rows:
    """The answer of the database, within the current organisation."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        found: Rows = cursor.fetchall()
    return found
