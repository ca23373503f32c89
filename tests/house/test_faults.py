"""What goes wrong between the house and the world must not be felt by the donor, or be told."""

from typing import Any

from tests.house.driver import House
from tests.house.people import ENGLISH, ITALIAN, Donor
from tests.house.waiting import until

LATE_SECONDS = 8.0
SWEEPS_SECONDS = 8.0  # the workers look again each second, at open payments each five


def test_copies_disorder_and_batches_change_nothing(house: House) -> None:
    with house.faults(duplicate=3, reorder=6, batch=3, payment_duplicate=4):
        donor = house.newcomer(ITALIAN)
        for text in ("ciao", "dove sono i miei soldi?", "ciao"):
            donor.ask(text)
        donor.give()
        house.settled()
        donor.hears_nothing()
    written = [m for m in donor.conversation() if m["direction"] == "in"]
    spoken = [m for m in donor.screen() if m["direction"] == "in"]
    assert len(written) == len(spoken), "each message is kept once"
    assert len(donor.gifts()) == 1
    until(donor.all_read, "every status has arrived")


def test_late_notices_are_answered_once_they_come(house: House) -> None:
    donor = house.newcomer(ENGLISH)
    with house.faults(delay=1.5):
        donor.say(ENGLISH.give)
        donor.hears_nothing(1.0)
        assert ENGLISH.cause in donor.next()["text"]
    donor.hears_nothing()


def test_a_lost_answer_is_never_sent_twice(house: House) -> None:
    donor = house.newcomer(ITALIAN)
    donor.ask("ciao")
    # The status is late, so that for a while nobody knows whether it went out.
    with house.faults(drop_answers=1, delay=4):
        _reply(donor, "Eccomi")
        assert donor.next()["text"] == "Eccomi"
        until(lambda: _state(donor, "Eccomi", "unknown"), "nobody knows")
        house.turn_clock("10m")  # time enough for every retry there is
        donor.hears_nothing()
        message = until(lambda: _arrived(donor, "Eccomi"), "the status settles it", LATE_SECONDS)
    assert message["reason"] == ""
    donor.hears_nothing()


def test_a_rate_limit_is_waited_for(house: House) -> None:
    donor = house.newcomer(ITALIAN)
    donor.ask("ciao")
    with house.faults(error={"code": 131056, "times": 2, "mode": "sync"}):
        _reply(donor, "Con calma")
        for refusals_left in (1, 0):
            _refused_until(house, refusals_left)
            waiting = until(lambda: _state(donor, "Con calma", "queued"), "it waits for a try")
            assert waiting["reason"] != ""
            house.turn_clock("2m")
        assert donor.next()["text"] == "Con calma"
    donor.hears_nothing()


def _refused_until(house: House, left: int) -> None:
    def refusals_left() -> int:
        error = house.http.get(f"{house.sim}/faults").json()["error"]
        return int(error["times"]) if error else 0

    until(lambda: refusals_left() == left, f"only {left} refusals are left")


def test_an_undeliverable_message_is_told_to_staff(house: House) -> None:
    donor = house.newcomer(ITALIAN)
    donor.ask("ciao")
    with house.faults(error={"code": 131026}):
        _reply(donor, "Mi leggi?")
        failed = until(lambda: _state(donor, "Mi leggi?", "failed"), "it is told as failed")
    assert failed["reason"] != ""
    assert donor.next()["status"] == "failed"


def test_somebody_who_has_blocked_us_is_not_written_to_for_ever(house: House) -> None:
    donor = house.newcomer(ITALIAN)
    donor.ask("ciao")
    house.play(f"people/{donor.id}/block")
    _reply(donor, "Sei lì?")
    failed = until(lambda: _state(donor, "Sei lì?", "failed"), "it is told as failed")
    assert "block" in failed["reason"]
    house.turn_clock("1h")
    assert donor.next()["status"] == "failed"
    donor.hears_nothing()


def test_a_missed_payment_notice_is_made_up_for(house: House) -> None:
    donor = house.newcomer(ITALIAN)
    link = donor.link()
    with house.faults(payment_silent=True):
        donor.pay(link)
        donor.hears_nothing()
        assert donor.gifts() == [], "nobody has told us yet"
        house.turn_clock("3m")  # an open payment is asked about after two minutes
        assert ITALIAN.thanks in donor.next(SWEEPS_SECONDS)["text"]
    assert len(donor.gifts()) == 1


def test_a_reply_beyond_the_window_is_refused_and_says_why(house: House) -> None:
    donor = house.newcomer(ITALIAN)
    donor.ask("ciao")
    house.turn_clock("25h")
    _reply(donor, "Ti scrivo tardi")
    refused = until(lambda: _state(donor, "Ti scrivo tardi", "refused"), "the gate refuses it")
    assert "24 hours" in refused["reason"]
    donor.hears_nothing()


def _reply(donor: Donor, text: str) -> None:
    path = f"conversations/{donor.record()['conversation']}/messages"
    answer = donor.house.call("POST", path, json={"text": text})
    assert answer.status_code == 201, answer.text


def _ours(donor: Donor) -> list[dict[str, Any]]:
    return [m for m in donor.conversation() if m["direction"] == "out"]


def _state(donor: Donor, text: str, state: str) -> dict[str, Any] | None:
    found = [m for m in _ours(donor) if m["text"] == text and m["state"] == state]
    return found[0] if found else None


def _arrived(donor: Donor, text: str) -> dict[str, Any] | None:
    return _state(donor, text, "read") or _state(donor, text, "delivered")
