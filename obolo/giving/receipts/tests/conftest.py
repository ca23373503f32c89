"""Fixtures of the tests of receipts."""

from obolo.giving.tests.conftest import clock as clock  # a fixture
from obolo.giving.tests.conftest import committed as committed  # a fixture
