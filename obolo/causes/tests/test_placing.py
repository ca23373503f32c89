"""Where something was bought: coarsened only, the newest word counts."""

import pytest

from obolo.causes import actions, queries
from obolo.causes.actions import NewPlace
from obolo.causes.errors import BadPlace
from obolo.causes.placing import place_of
from obolo.causes.purchase_models import Place
from obolo.causes.tests.cast import buy, money_for, well


@pytest.fixture
def bought(charity):
    cause = well()
    money_for(cause, 1_000)
    return buy(cause, place=NewPlace("Moroto,\u202e Karamoja", 25, 347))


def test_a_place_is_a_tenth_of_a_degree_and_the_name_of_a_region(bought):
    found = place_of(queries.purchases([bought.id])[bought.id])
    assert found
    assert (found.region, found.lat_tenths, found.lon_tenths) == ("Moroto, Karamoja", 25, 347)


def test_the_newest_word_counts_and_the_same_is_said_once(bought):
    for _ in range(2):
        actions.put_place(purchase=bought, place=NewPlace("Tiro"), by=None)
    assert actions.put_place(purchase=bought, place=NewPlace(" "), by=None) is None
    assert Place.objects.count() == 2
    found = place_of(queries.purchases([bought.id])[bought.id])
    assert found
    assert (found.region, found.lat_tenths) == ("Tiro", None)


@pytest.mark.parametrize(("lat", "lon"), [(901, 0), (0, -1801), (5, None), (None, 5)])
def test_a_place_off_the_globe_is_refused(bought, lat, lon):
    with pytest.raises(BadPlace):
        actions.put_place(purchase=bought, place=NewPlace("x", lat, lon), by=None)
