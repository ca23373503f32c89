"""An organisation that is really there, so that the database's owner sees its rows."""

from obolo.gateways.tests.at_once import committed as committed  # a fixture
