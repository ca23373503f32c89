"""Fixtures of the stories' tests."""

import pytest

from obolo.gateways.tests.at_once import committed as committed  # a fixture
from obolo.giving.rails import PRETEND
from obolo.kit.tests.turned import clock as clock  # a fixture
from obolo.stories import give_back, hand_over, receive_a_gift
from obolo.stories.tests.cast import Stage, furnish


@pytest.fixture
def stage(charity, settings, tmp_path, monkeypatch) -> Stage:
    """Acqua Viva with its number, its provider, the well and the school."""
    settings.MEDIA_ROOT = tmp_path / "files"
    made = furnish(charity)
    client, rail = made.graph.client(), made.provider.rail()
    monkeypatch.setattr(hand_over, "client", lambda: client)
    monkeypatch.setattr(receive_a_gift, "rail", lambda: (PRETEND, rail))
    monkeypatch.setattr(receive_a_gift, "rail_by_name", lambda _name: rail)
    monkeypatch.setattr(give_back, "rail_by_name", lambda _name: rail)
    return made
