"""Money that goes back at Stripe: asked by a program, and taken back by the donor's bank."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.house import driver
from tests.house.people import ITALIAN
from tests.house.waiting import until


@pytest.fixture
def stripe_house() -> Iterator[driver.House]:
    """A house that collects through Stripe."""
    folder: Path = driver.new_folder()
    running = driver.start(folder, fresh=True, OBOLO_SAMPLE_RAIL="stripe")
    try:
        yield running
        running.stop()
    finally:
        if running.process.poll() is None:
            running.kill_all()
        shutil.rmtree(folder, ignore_errors=True)


def test_a_refund_by_program_and_a_dispute_that_nobody_told(stripe_house):
    house = stripe_house
    anna = house.newcomer(ITALIAN)
    link = str(anna.link()["url"])
    page = until(lambda: house.http.get(link).headers.get("location", ""), "the link leads on")
    assert house.http.post(page, data={"deed": "pay"}).status_code == 303
    assert ITALIAN.thanks in anna.next()["text"]
    [gift] = anna.gifts()

    def trace() -> Any:
        return house.get(f"gifts/{gift['id']}/trace")

    wish = {"amount_minor": 200, "currency": "EUR", "reason": "chiesto da lei", "key": "r"}
    for _ in range(2):
        answer = house.call("POST", f"gifts/{gift['id']}/refunds", json=wish)
        assert answer.status_code == 201, answer.text
    assert "stanno tornando" in anna.next()["text"]
    told = trace()
    assert (told["refunded_minor"], told["standing"]) == (200, "partly_returned")

    # Her bank takes the rest; the notice gets lost, and the house finds out by looking again.
    session = page.rpartition("/")[2]
    with house.faults(payment_silent=True):
        disputed = f"{house.base}/sim/stripe/sessions/{session}/dispute"
        assert house.http.post(disputed, json={}).status_code == 200
        house.turn_clock("2h")
        until(lambda: trace()["standing"] == "returned", "the dispute is found", 15)
    assert "La tua banca" in anna.next()["text"]
    assert [turn["kind"] for turn in trace()["turns"]] == ["refunded", "charged_back"]
