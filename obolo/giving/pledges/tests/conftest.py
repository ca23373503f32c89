"""Fixtures of the pledges' tests."""

from obolo.kit.tests.turned import clock as clock  # a fixture
