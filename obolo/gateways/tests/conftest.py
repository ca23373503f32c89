"""Fixtures of the gateways' tests."""

from obolo.gateways.tests.at_once import committed as committed  # a fixture
from obolo.kit.tests.turned import clock as clock  # a fixture
