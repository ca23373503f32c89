"""The life of the processes: one line, one port, a second start, an end in every way."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import driver
from tests.house.driver import OBOLO, House, alive, clean_environment
from tests.house.papers import photo
from tests.house.people import CAUSE, ITALIAN
from tests.house.waiting import until

MEMORY_MAX_BYTES = 450 * 1024 * 1024  # promised for everything but PostgreSQL
WARM_SECONDS = 8.0
ORPHANS_SECONDS = 5.0
COMMAND_SECONDS = 60.0


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A folder for the houses of this module, one after the other."""
    folder = driver.new_folder()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _check(data: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*OBOLO, "check"],
        env=clean_environment(OBOLO_DATA=str(data), OBOLO_MODE="demo", OBOLO_SIMULATOR="1"),
        capture_output=True, text=True, check=False, timeout=COMMAND_SECONDS,
    )  # fmt: skip


def test_the_line_says_where_everything_is(house: House) -> None:
    ready = house.ready
    promised = {"ready", "base", "phone", "console", "sim", "api", "api_token", "organisation"}
    assert promised <= set(ready)
    assert ready["ready"] is True
    for name in ("phone", "sim", "base"):
        assert house.http.get(ready[name]).status_code == 200, name
    assert house.http.get(ready["console"]).status_code in (200, 302)


def test_a_second_start_on_the_same_port_says_so(house: House, tmp_path: Path) -> None:
    port = str(house.http.get(house.base).url.port)
    second = subprocess.run(
        [*OBOLO, "demo", "--headless", "--port", port],
        env=clean_environment(OBOLO_DATA=str(tmp_path)),
        capture_output=True, text=True, check=False, timeout=COMMAND_SECONDS,
    )  # fmt: skip
    assert (second.returncode, second.stdout) == (2, "")
    assert second.stderr.count("\n") == 1
    assert port in second.stderr
    assert house.http.get(f"{house.base}/healthz").status_code == 200, "the first goes on"


def test_memory_stays_within_what_is_promised(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    donor = house.newcomer(ITALIAN)
    donor.give()
    house.page("/")
    family = house.family()
    assert len(family) >= 3, "supervisor, web and work"
    resident = driver.resident_bytes(family)
    with capsys.disabled():
        said = f" [{resident // 1024**2} MB resident in {len(family)} processes] "
        sys.stdout.write(said)
    assert resident <= MEMORY_MAX_BYTES


def test_data_survives_a_restart_and_a_kill(data: Path) -> None:
    first = driver.start(data, fresh=True)
    try:
        donor = first.newcomer(ITALIAN)
        given = donor.give()
        first.spend_all(CAUSE, "Secchi", ("photo", photo()))
        donor.next()
        until(donor.all_read, "every status has arrived")
        first.turn_clock("3d")
        screen, conversation = donor.screen(), donor.conversation()
        path = first.get(f"gifts/{given.gift['id']}/trace")
        first.stop()
    finally:
        if first.process.poll() is None:
            first.kill_all()

    second = driver.start(data, fresh=False)
    try:
        assert second.get(f"gifts/{given.gift['id']}/trace") == path
        donor.house = second
        assert donor.screen() == screen, "the phone has kept its history"
        assert donor.conversation() == conversation
        token = given.page.removeprefix(first.base)
        assert "Secchi" in second.page(token).text
        donor.hears_nothing()
        assert ITALIAN.cause in donor.ask(ITALIAN.give)["text"], "the talk goes on"
        _killed_without_a_word(second)
    finally:
        if second.process.poll() is None:
            second.kill_all()

    checked = _check(data)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def _killed_without_a_word(house: House) -> None:
    family = house.family()
    assert len(family) >= 3
    os.kill(house.process.pid, signal.SIGKILL)
    house.process.wait()
    until(lambda: not alive(family), f"{family} end with their parent", ORPHANS_SECONDS)
    house.http.close()
    assert house.process.stdout is not None
    house.process.stdout.close()


def test_fresh_starts_empty_but_keeps_what_is_not_its_own(data: Path) -> None:
    (data / "letter.txt").write_text("mine", encoding="ascii")
    former = json.loads((data / "demo.json").read_text(encoding="utf-8"))["api_token"]
    house = driver.start(data, fresh=True)
    try:
        assert house.get("gifts") == []
        assert house.http.get(f"{house.sim}/people").json() == []
        assert house.ready["api_token"] != former
        assert (data / "letter.txt").read_text(encoding="ascii") == "mine"
        house.stop()
    finally:
        if house.process.poll() is None:
            house.kill_all()
