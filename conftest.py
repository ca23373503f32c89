"""The cast of the tests and the database they run on."""

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Prepare the tables as the owner; the tests themselves run as the application's role."""
    from obolo.project.database import prepare

    with django_db_blocker.unblock():
        prepare()
        yield


@pytest.fixture
def charity(db: None) -> Iterator[object]:
    """Acqua Viva, a charity with 10 % overhead, current for the whole test."""
    from obolo.organisations.actions import found
    from obolo.organisations.wall import within

    organisation = found(slug="acqua-viva", name="Acqua Viva", overhead_bps=1000)
    with within(organisation.id):
        yield organisation


@pytest.fixture
def other_charity(db: None) -> object:
    """Pane Buono: must see nothing of Acqua Viva."""
    from obolo.organisations.actions import found

    return found(slug="pane-buono", name="Pane Buono")
