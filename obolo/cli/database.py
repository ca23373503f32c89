"""The database a command works on: the configured one, or the embedded one of the data folder."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def reached() -> Iterator[None]:
    """For the length of a command; raises UsageError when there is none."""
    from obolo.project import config, database

    if os.environ.get(database.OWNER_VARIABLE) or config.read().database_url:
        yield
        return
    if not (config.read().data / "postgres" / "PG_VERSION").exists():
        raise click.UsageError(
            "There is no database here. Set DATABASE_URL, or start `obolo demo` once."
        )
    with database.embedded() as owner:
        os.environ[database.OWNER_VARIABLE] = owner
        yield


def set_up() -> None:
    """Load Django for whatever installation is there, demo or not; raises NoDatabase."""
    os.environ.setdefault("OBOLO_MODE", "demo")
    import django

    from obolo.project import database

    database.check_reachable()
    django.setup()
