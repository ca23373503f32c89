"""Fixtures of these tests."""

import pytest

from obolo.causes.models import Cause
from obolo.causes.tests.cast import well
from obolo.gateways.tests.at_once import committed as committed  # a fixture
from obolo.giving.rails import PRETEND
from obolo.kit.tests.turned import clock as clock  # a fixture
from obolo.organisations.actions import keep_account


@pytest.fixture
def cause(charity) -> Cause:
    """The well, of a charity that collects through the pretend provider."""
    keep_account(
        kind=PRETEND, hook_key="k", outside_id="m", secrets={"secret": "secret"},
        address={"base_url": "http://pay"}, organisation_id=charity.id,
    )  # fmt: skip
    return well()
