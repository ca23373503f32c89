"""Funds of the tests."""

import pytest

from obolo.ledger.actions import open_fund


@pytest.fixture
def well(charity):
    """The fund of a well, in EUR."""
    return open_fund(name="Pozzo", currency="EUR")


@pytest.fixture
def other_fund(charity):
    """The fund of a school, in EUR."""
    return open_fund(name="Scuola", currency="EUR")
