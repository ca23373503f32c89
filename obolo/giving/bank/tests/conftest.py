"""Fixtures of the bank's tests."""

import pytest

from obolo.causes.tests.cast import well
from obolo.giving.bank.tests.cast import with_account
from obolo.kit.tests.turned import clock as clock  # a fixture


@pytest.fixture
def cause(charity):
    """The well, and an account that transfers go to."""
    with_account()
    return well()
