"""The database of the tests: an embedded server, or that of DATABASE_URL, used by the app role.

Loaded as a plugin (see pyproject.toml), so that it is there before Django's settings are read.
"""

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

# Before Django reads its settings. The folder stays between runs: starting a kept server takes a
# second, making one takes five. OBOLO_TEST_DATA moves it.
_DATA = Path(
    os.environ.get("OBOLO_TEST_DATA", Path(tempfile.gettempdir()) / f"obolo-test-{os.getuid()}")
)
os.environ["OBOLO_MODE"] = "test"
os.environ["OBOLO_DATA"] = str(_DATA)
os.environ["OBOLO_SIMULATOR"] = "1"
os.environ.setdefault("OBOLO_MASTER_KEY", "only-for-the-tests-of-obolo-0123456789")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Start PostgreSQL for this run and tell the settings, before anything reads them."""
    from obolo.project.database import OWNER_VARIABLE, embedded

    owner = os.environ.get("DATABASE_URL", "")
    if not owner:
        running = ExitStack()
        owner = running.enter_context(embedded())
        early_config.add_cleanup(running.close)
    os.environ[OWNER_VARIABLE] = _test_database(owner)


def _test_database(owner: str) -> str:
    import psycopg
    from psycopg.conninfo import make_conninfo

    name = "obolo_test"
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    return make_conninfo(owner, dbname=name)
