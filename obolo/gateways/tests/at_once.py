"""Real commits and many threads, for tests of what happens at the same moment.

The fixture `committed` is an organisation that every connection sees; the owner sweeps it away
afterwards. Higher rooms import it in their `conftest.py`.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from obolo.kit.ids import new_id
from obolo.organisations.actions import found
from obolo.organisations.models import Organisation
from obolo.project.database import owner_dsn

THREADS = 8
_TABLES = """
SELECT c.table_name FROM information_schema.columns c JOIN information_schema.tables t
USING (table_schema, table_name)
WHERE c.table_schema = 'public' AND c.column_name = 'organisation_id'
  AND t.table_type = 'BASE TABLE'
"""


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[Organisation]:
    """An organisation with 10 % overhead that is really there, for all connections."""
    with django_db_blocker.unblock():
        organisation = found(slug=f"many-{new_id()}", name="Many", overhead_bps=1000)
        yield organisation
        connection.close()
    with psycopg.connect(owner_dsn()) as owner:
        owner.execute("SET LOCAL session_replication_role = replica")
        for (table,) in owner.execute(_TABLES).fetchall():
            sweep = sql.SQL("DELETE FROM {} WHERE organisation_id = %s")
            owner.execute(sweep.format(sql.Identifier(table)), [organisation.id])
        owner.execute("DELETE FROM organisations_organisation WHERE id = %s", [organisation.id])


def at_once(work: Callable[[int], Any], threads: int = THREADS) -> list[Any]:
    """Run `work(number)` in all threads at the same moment; their results, errors raised."""
    start = Barrier(threads)

    def one(number: int) -> Any:
        try:
            start.wait(10)
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, range(threads)))
