"""One house of providers for each test."""

from collections.abc import Iterator

import pytest

from obolo.simulator.providers.tests.at_loopback import House, a_house


@pytest.fixture
def house(tmp_path) -> Iterator[House]:
    with a_house(tmp_path) as found:
        yield found
