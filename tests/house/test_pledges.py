"""A regular gift over three months in the running house: one soft failure, one hard one."""

import re
from datetime import date, datetime
from typing import Any

from tests.house.driver import House, good
from tests.house.people import ITALIAN, Donor
from tests.house.waiting import until

Json = dict[str, Any]
PATIENCE_SECONDS = 20.0  # the lane of promises looks every two seconds


def _today(house: House) -> date:
    return datetime.fromisoformat(good(house.http.get(f"{house.sim}/clock"))["now"]).date()


def _pledge(donor: Donor) -> Json:
    [found] = donor.house.get("people", address=donor.phone)["pledges"]
    return dict(found)


def _turn_to(house: House, day: str, *, before: int = 0) -> None:
    """Let days pass until so many days before that one."""
    days = (date.fromisoformat(day) - _today(house)).days - before
    if days > 0:
        house.turn_clock(f"{days}d")


def _reference(message: Json) -> str:
    found = re.search(r"/p/demo/([A-Za-z0-9_-]{43})", str(message))
    assert found, message
    return found[1]


def test_three_months_of_a_regular_gift(house: House) -> None:
    anna = house.newcomer(ITALIAN)
    anna.say("vorrei dare 5 euro al mese per il pozzo")
    asked = anna.next(PATIENCE_SECONDS)
    assert "ogni mese" in asked["text"]
    anna.say(ITALIAN.yes)
    first = anna.next(PATIENCE_SECONDS)
    assert "primo dono" in first["text"]
    ref = _reference(first)
    until(
        lambda: house.http.get(f"{house.sim}/payments/{ref}").status_code == 200,
        "it is there",
        PATIENCE_SECONDS,
    )
    house.play(f"payments/{ref}/pay")
    assert ITALIAN.thanks in anna.next(PATIENCE_SECONDS)["text"]
    assert len(anna.gifts()) == 1

    # The second month: announced three days before, declined once, taken some days later.
    _turn_to(house, _pledge(anna)["next_on"], before=3)
    assert anna.next(PATIENCE_SECONDS)["text"]
    house.play(f"payments/{ref}/method", {"declines": "insufficient_funds"})
    _turn_to(house, _pledge(anna)["next_on"])
    until(lambda: _pledge(anna)["failing"], "the decline is noted", PATIENCE_SECONDS)
    house.play(f"payments/{ref}/method", {"declines": None})
    _turn_to(house, _pledge(anna)["next_on"])
    assert ITALIAN.thanks in anna.next(PATIENCE_SECONDS)["text"]
    assert len(anna.gifts()) == 2

    # The third: the card has expired for good; a link comes instead, and the promise goes on.
    _turn_to(house, _pledge(anna)["next_on"], before=3)
    assert anna.next(PATIENCE_SECONDS)["text"]
    house.play(f"payments/{ref}/method", {"declines": "expired_card"})
    _turn_to(house, _pledge(anna)["next_on"])
    link = anna.next(PATIENCE_SECONDS)
    again = _reference(link)
    until(
        lambda: house.http.get(f"{house.sim}/payments/{again}").status_code == 200,
        "a new one",
        PATIENCE_SECONDS,
    )
    house.play(f"payments/{again}/pay")
    assert ITALIAN.thanks in anna.next(PATIENCE_SECONDS)["text"]
    assert len(anna.gifts()) == 3
    standing = _pledge(anna)
    assert (standing["collected_count"], standing["collected_minor"]) == (3, 1500)
    assert not standing["failing"]

    anna.say("cancella la mia donazione mensile")
    ending = anna.next(PATIENCE_SECONDS)
    assert "Tocca per fermarlo" in ending["text"]
    anna.say(ITALIAN.yes)
    assert "è fermo" in anna.next(PATIENCE_SECONDS)["text"]
    assert _pledge(anna)["state"] == "ended"
