"""Fixtures of the desk's tests."""

from obolo.kit.tests.turned import clock as clock  # a fixture
