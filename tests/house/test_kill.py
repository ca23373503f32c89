"""Killed at any moment, the house has every notice it acknowledged.

The web process and PostgreSQL are ended with SIGKILL while notices come in; what a sender was told
is stored must be stored. OBOLO_KILL_ROUNDS raises the number of rounds.
"""

import os
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.throwaway import Installation, Senders, installation

pytestmark = pytest.mark.house

ROUNDS = int(os.environ.get("OBOLO_KILL_ROUNDS", "8"))
LIVES_SECONDS = (0.1, 1.2)
PROMISED_SECONDS = 5.0
RECOVERY_SECONDS = 15.0


@pytest.fixture(scope="module")
def house() -> Iterator[Installation]:
    with (
        tempfile.TemporaryDirectory(prefix="obolo-kill-") as folder,
        installation(Path(folder)) as made,
    ):
        yield made


def test_killing_the_web_process_loses_nothing_that_was_acknowledged(house: Installation):
    rounds_that_acknowledged = 0
    with Senders(house.port) as senders:
        for _ in range(ROUNDS):
            before = senders.count(200)
            _until(lambda known=before: senders.count(200) > known, "an acknowledgement")
            time.sleep(random.uniform(*LIVES_SECONDS))
            house.kill_web()
            rounds_that_acknowledged += senders.count(200) > before
            house.start_web()
    assert rounds_that_acknowledged == ROUNDS
    assert len(senders.acknowledged - house.database.stored()) == 0
    assert set(senders.statuses) <= {200, 503}


def test_killing_postgresql_is_answered_503_and_healed_without_a_restart(house: Installation):
    assert house.web is not None
    with Senders(house.port) as senders:
        _until(lambda: senders.count(200) > 20, "acknowledgements")
        house.database.kill()
        _until(lambda: senders.count(503) > 8, "answers while the database is away")
        meanwhile = senders.count(200)
        time.sleep(1.0)
        assert senders.count(200) == meanwhile, "acknowledged without a database"
        house.database.start()
        _until(lambda: senders.count(200) > meanwhile + 20, "acknowledgements again")
    assert house.web.poll() is None
    assert len(senders.acknowledged - house.database.stored()) == 0
    assert senders.answer_seconds_max < PROMISED_SECONDS
    assert set(senders.statuses) <= {200, 503}


def test_a_frozen_postgresql_holds_nobody_longer_than_promised(house: Installation):
    with Senders(house.port) as senders:
        _until(lambda: senders.count(200) > 20, "acknowledgements")
        with house.database.frozen():
            _until(lambda: senders.count(503) >= 4, "a refusal for each sender")
        meanwhile = senders.count(200)
        _until(lambda: senders.count(200) > meanwhile + 20, "acknowledgements again")
    assert len(senders.acknowledged - house.database.stored()) == 0
    assert senders.answer_seconds_max < PROMISED_SECONDS
    assert set(senders.statuses) <= {200, 503}


def _until(done, what: str, seconds: float = RECOVERY_SECONDS) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.02)
