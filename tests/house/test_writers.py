"""32 writers on one line, ended with SIGKILL in the middle, and so is PostgreSQL: the books hold.

No posting that was acknowledged is lost, nobody waited in a ring, no backstop fired, and `obolo
check` finds audit and replay sound. OBOLO_WRITERS_SECONDS says how long they write.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.house.throwaway import Database
from tests.house.writer import THREADS

pytestmark = pytest.mark.house

SECONDS = float(os.environ.get("OBOLO_WRITERS_SECONDS", "6"))
WRITERS = 32
PARTS = WRITERS // THREADS

_FOUND = """
import django
django.setup()
from obolo.ledger.actions import open_fund, system_fund
from obolo.organisations import actions
from obolo.organisations.wall import within
made = actions.found(slug="writers", name="Writers")
with within(made.id):
    fund = open_fund(name="Hot", currency="EUR")
    system_fund("overhead", "EUR")
    system_fund("reserve", "EUR")
print(made.id, fund.id)
"""


class Writers:
    """The processes of all writers, and what they were told."""

    def __init__(self, environment: dict[str, str], target: list[str], folder: Path) -> None:
        self._environment, self._target, self._folder = environment, target, folder
        self._parts: list[subprocess.Popen[bytes]] = []
        self._started = 0

    def start(self, count: int) -> None:
        for _ in range(count):
            self._started += 1
            file = str(self._folder / f"told-{self._started}")
            command = [sys.executable, "-m", "tests.house.writer", *self._target, file]
            part = subprocess.Popen(command, env=self._environment, stderr=subprocess.DEVNULL)
            self._parts.append(part)

    def kill(self, count: int) -> None:
        """SIGKILL: whatever a writer was about to commit or to tell ends there."""
        for part in self._parts[:count]:
            assert part.poll() is None, "a writer ended by itself"
            part.kill()
            part.wait()
        del self._parts[:count]

    def told(self) -> list[str]:
        files = self._folder.glob("told-*")
        # The last line may have been cut off by the end of its writer.
        return [line for file in files for line in file.read_text().split("\n")[:-1]]


@contextmanager
def _installation(folder: Path) -> Iterator[tuple[Database, dict[str, str]]]:
    database = Database(folder)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("OBOLO_", "DATABASE_URL"))}
    environment = kept | {
        "DJANGO_SETTINGS_MODULE": "obolo.project.settings",
        "OBOLO_MODE": "production",
        "OBOLO_DATA": str(folder),
        "OBOLO_MASTER_KEY": "only-for-an-installation-that-is-killed",
        "OBOLO_BASE_URL": "http://127.0.0.1",
        "OBOLO_OWNER_DSN": database.owner,
    }
    try:
        yield database, environment
    finally:
        database.stop()


def test_32_writers_on_one_line_that_are_killed_leave_sound_books():
    with (
        tempfile.TemporaryDirectory(prefix="obolo-writers-") as room,
        _installation(Path(room)) as (database, environment),
    ):
        _run(environment, "-m", "obolo.cli", "prepare")
        target = _run(environment, "-c", _FOUND).split()
        writers = Writers(environment, target, Path(room))
        writers.start(PARTS)
        try:
            _until(lambda: len(writers.told()) > WRITERS, "postings of all writers")
            time.sleep(SECONDS / 3)
            database.kill()
            before = len(writers.told())
            database.start()
            _until(lambda: len(writers.told()) > before + WRITERS, "postings after the crash")
            time.sleep(SECONDS / 3)
            writers.kill(PARTS // 2)
            writers.start(PARTS // 2)
            time.sleep(SECONDS / 3)
        finally:
            writers.kill(PARTS)
        told = writers.told()
        print(f"{len(told)} postings acknowledged to {WRITERS} writers in {SECONDS} s")  # noqa: T201
        assert [line for line in told if line.startswith("!")] == []
        assert len(set(told) - _posted(database)) == 0
        assert _run(environment, "-m", "obolo.cli", "check").strip() == "Everything holds."


def _posted(database: Database) -> set[str]:
    with psycopg.connect(database.owner) as connection:
        return {key for (key,) in connection.execute("SELECT key FROM ledger_entry").fetchall()}


def _run(environment: dict[str, str], *words: str) -> str:
    command = [sys.executable, *words]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _until(done, what: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.1)
