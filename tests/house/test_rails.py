"""A house that collects through Stripe, then through Satispay: their own shapes, end to end."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import driver
from tests.house.people import ITALIAN, Donor
from tests.house.waiting import until


@pytest.fixture
def data() -> Iterator[Path]:
    folder = driver.new_folder()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _link(donor: Donor) -> str:
    """Our link to a payment of five euro."""
    return str(donor.link()["url"])


def _leads_to(house: driver.House, url: str) -> str:
    """Where the link forwards to, when it does: until then it says "one moment"."""
    found: str = until(lambda: house.http.get(url).headers.get("location", ""), f"{url} leads on")
    return found


def _press(house: driver.House, page: str, deed: str) -> None:
    assert house.http.get(page).status_code == 200
    assert house.http.post(page, data={"deed": deed}).status_code == 303


def _thanked(donor: Donor) -> dict[str, object]:
    assert ITALIAN.thanks in donor.next()["text"]
    [gift] = donor.gifts()
    assert gift["gross_minor"] == 500
    return dict(gift)


def test_gifts_through_stripe_and_satispay(data):
    port = driver.free_port()
    house = driver.start(data, fresh=True, port=port, OBOLO_SAMPLE_RAIL="stripe")
    try:
        anna, bruno = (house.newcomer(ITALIAN) for _ in range(2))
        page = _leads_to(house, _link(anna))
        assert "/sim/stripe/pay/cs_" in page
        _press(house, page, "pay")
        gift = _thanked(anna)
        assert gift["fee_minor"] == 33, "1.5 % and 25 cents, as the balance transaction says"

        # Bruno comes back when Stripe's page has closed: the same link leads to the next one.
        link = _link(bruno)
        closed = _leads_to(house, link)
        house.turn_clock("25h")
        assert house.http.get(link).status_code == 200, "looking asks for nothing"
        assert house.http.post(link).status_code == 302
        page = _leads_to(house, link)
        assert "/sim/stripe/pay/cs_" in page
        assert page != closed
        house.stop()

        # The nonprofit moves to Satispay; what was opened at Stripe is still paid there.
        house = driver.start(data, fresh=False, port=port, OBOLO_SAMPLE_RAIL="satispay")
        bruno.house = house
        _press(house, page, "pay")
        _thanked(bruno)

        carla = house.newcomer(ITALIAN)
        page = _leads_to(house, _link(carla))
        assert "/sim/satispay/pay/" in page
        _press(house, page, "accept")
        _thanked(carla)
        house.stop()
    finally:
        if house.process.poll() is None:
            house.kill_all()
