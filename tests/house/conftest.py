"""The shared house: one demo for the whole session, started and ended like a newcomer's."""

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.house import driver
from tests.house.people import LANGUAGES, Words


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder starts the whole product."""
    for item in items:
        if "tests/house/" in item.path.as_posix():
            item.add_marker(pytest.mark.house)


@pytest.fixture(scope="session")
def house() -> Iterator[driver.House]:
    """A demo on a free port with its own data. Its clock only runs forward: tests share it."""
    data = driver.new_folder()
    running = driver.start(data, fresh=True)
    try:
        yield running
        running.stop()
    finally:
        if running.process.poll() is None:
            running.kill_all()
        if not os.environ.get("OBOLO_KEEP_HOUSE"):
            shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(params=LANGUAGES, ids=lambda words: words.lang)
def words(request: pytest.FixtureRequest) -> Words:
    """Each of the three languages."""
    found: Words = request.param
    return found
