"""The front page: a tour beside the simulator, silence elsewhere."""

import pytest
from django.test import Client

from obolo.web.tests import public_cast as cast


@pytest.fixture
def client() -> Client:
    return Client()


def test_the_tour_shows_phone_page_and_console(charity, client, settings):
    settings.DEMO_LOGIN = {"email": "demo@example.org", "password": "only for looking"}
    html = client.get("/?lang=it").content.decode()
    assert 'src="/sim/phone?embed=1"' in html
    assert 'src="/console/acqua-viva/"' in html
    assert "Vorrei dare 5 euro per il pozzo" in html
    assert "demo@example.org" in html
    assert html.count("data-step=") == 5


@pytest.mark.parametrize(
    ("query", "accept", "lang"),
    [
        ("?lang=ar", "it", "ar"),
        ("", "it-IT,it;q=0.9", "it"),
        ("", "fr", "en"),
        ("?lang=<script>", "", "en"),
    ],
)
def test_the_tour_speaks_three_languages(charity, client, query, accept, lang):
    html = client.get("/" + query, headers={"Accept-Language": accept}).content.decode()
    assert f'<html lang="{lang}"' in html


def test_without_the_simulator_the_front_page_names_nobody(charity, client, settings):
    settings.SIMULATOR = False
    html = client.get("/").content.decode()
    assert "Obolo" in html
    assert "acqua-viva" not in html
    assert "Acqua Viva" not in html
    assert "/sim/" not in html
    assert client.get("/tour/state").status_code == 404


def test_an_installation_without_an_organisation_has_a_front_page(db, client):
    assert client.get("/").status_code == 200
    assert client.get("/tour/state").status_code == 404


def test_the_state_of_the_tour_is_counts(charity, client):
    assert client.get("/tour/state").json() == {"messages": 0, "gifts": 0, "purchases": 0}
    cause = cast.well()
    cast.paid(cast.opened(cause))
    cast.bought(cause, 100)
    assert client.get("/tour/state").json() == {"messages": 0, "gifts": 1, "purchases": 1}
