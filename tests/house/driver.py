"""The house as an outsider sees it: a process, HTTP, and people with phones.

Owns starting, stopping and addressing one demo. Never imports the product: what cannot be seen
from outside is not tested here.
"""

import itertools
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from tests.house.people import Donor, Words
from tests.house.waiting import until

READY_SECONDS = 60.0
STOP_SECONDS = 10.0
PORTS = range(8400, 8500)
OBOLO = (sys.executable, "-m", "obolo.cli")
Json = dict[str, Any]
_names = itertools.count(1)


class House:
    """One running demo."""

    def __init__(self, process: "subprocess.Popen[str]", ready: Json, data: Path) -> None:
        self.process, self.ready, self.data = process, ready, data
        self.base, self.sim, self.api = ready["base"], ready["sim"], ready["api"]
        self.organisation: str = ready["organisation"]
        self.http = httpx.Client(timeout=10, trust_env=False)
        self._key = {"Authorization": f"Bearer {ready['api_token']}"}

    # The API, as another system of the nonprofit uses it.

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        """The answer of `/api/v1/<path>`, whatever its status."""
        headers = self._key | more.pop("headers", {})
        return self.http.request(method, f"{self.api}/{path}", headers=headers, **more)

    def get(self, path: str, **params: Any) -> Any:
        """What `/api/v1/<path>` holds."""
        return good(self.call("GET", path, params=params))

    def cause(self, slug: str) -> Json:
        """One cause with the state of its fund."""
        found: Json = next(one for one in self.get("causes") if one["slug"] == slug)
        return found

    def spend_all(self, slug: str, description: str, *files: tuple[str, Any]) -> Json:
        """Record a purchase that takes every free cent of a cause, so that it counts for all."""
        form = {
            "cause": slug,
            "amount_minor": str(self.cause(slug)["free_minor"]),
            "currency": "EUR",
            "description": description,
        }
        made: Json = good(self.call("POST", "purchases", data=form, files=list(files) or None), 201)
        return made

    # The pretend world: what thumbs, payment pages and clocks do.

    def play(self, path: str, content: Json | None = None, status: int = 200) -> Any:
        """Do something in the pretend world."""
        return good(self.http.post(f"{self.sim}/{path}", json=content or {}), status)

    def newcomer(self, words: Words, name: str = "", **more: Any) -> Donor:
        """Somebody new with a phone."""
        name = name or f"Donatrice {next(_names)}"
        asked = {"name": name, "lang": words.lang} | more
        return Donor(self, self.play("people", asked), words)

    def turn_clock(self, span: str) -> None:
        """Let time pass: "3d", "1d12h"."""
        self.play("clock", {"advance": span})

    @contextmanager
    def faults(self, **faults: Any) -> Iterator[None]:
        """Faults that are switched off again at the end."""
        self.play("faults", faults)
        try:
            yield
        finally:
            self.play("faults", {"clear": True})

    def settled(self) -> None:
        """Wait until the pretend world has told everything it owes."""
        until(lambda: good(self.http.get(self.sim))["owed"] == 0, "all notices are delivered")

    # Pages, as a browser without any memory asks for them.

    def page(self, url: str, status: int = 200) -> httpx.Response:
        """A page; redirects are not followed."""
        answer = self.http.get(httpx.URL(self.base).join(url))
        assert answer.status_code == status, f"{url}: {answer.status_code} {answer.text[:300]}"
        return answer

    # The processes.

    def family(self) -> dict[int, str]:
        """The processes of this house and their commands, PostgreSQL left aside."""
        return {pid: command for pid, command in _descendants(self.process.pid).items()
                if "postgres" not in command}  # fmt: skip

    def stop(self) -> None:
        """End it as Ctrl-C does; it must end cleanly, and nothing of it may be left."""
        family = self.family()
        assert family, "the house was not running any more"
        self.process.send_signal(signal.SIGINT)
        try:
            code = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running {STOP_SECONDS} s after Ctrl-C") from None
        finally:
            self.http.close()
        assert code == 0, f"Ctrl-C ended it with {code}"
        until(lambda: not alive(family), f"all of {family} have ended", STOP_SECONDS)
        assert self.process.stdout is not None
        with self.process.stdout as output:
            assert output.read() == "", "it wrote more than its one line"

    def kill_all(self) -> None:
        """End whatever is left of it, for a test that has failed."""
        for pid in [*self.family(), self.process.pid]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with suppress(OSError, ValueError):  # the embedded PostgreSQL outlives its parent
            written = (self.data / "postgres" / "postmaster.pid").read_text(encoding="utf-8")
            os.kill(int(written.split()[0]), signal.SIGQUIT)
        self.process.wait()
        self.http.close()
        if self.process.stdout:
            self.process.stdout.close()


def good(answer: httpx.Response, status: int = 200) -> Any:
    """The JSON of an answer that must have this status."""
    assert answer.status_code == status, f"{answer.url}: {answer.status_code} {answer.text[:500]}"
    return answer.json()


def clean_environment(**settings: str) -> dict[str, str]:
    """This environment without any setting of ours, plus `settings`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OBOLO_", "DJANGO_")) and name not in ("DATABASE_URL",)
    }
    # The embedded database of the tests left a folder for sockets here: each house has its own.
    kept.pop("XDG_RUNTIME_DIR", None)
    return kept | settings


def free_port() -> int:
    """A port nobody listens on now."""
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError(f"no free port among {PORTS}")


def new_folder() -> Path:
    """A folder for a house. Not pytest's own: the path of a socket must be short."""
    return Path(tempfile.mkdtemp(prefix="obolo-house-"))


def start(data: Path, *, fresh: bool, port: int | None = None, **settings: str) -> House:
    """Start a demo and wait for its line; a start that fails shows what it said."""
    words = ["demo", "--headless", "--port", str(port or free_port())]
    environment = clean_environment(OBOLO_DATA=str(data), **settings)
    with (data.parent / f"{data.name}.stderr").open("w+", encoding="utf-8") as said:
        process = subprocess.Popen(
            [*OBOLO, *words, *(["--fresh"] if fresh else [])],
            stdout=subprocess.PIPE, stderr=said, text=True, env=environment,
        )  # fmt: skip
        timer = _kill_later(process, READY_SECONDS)
        assert process.stdout is not None
        line = process.stdout.readline()
        timer()
        if not line:
            process.wait(STOP_SECONDS)
            process.stdout.close()
            said.seek(0)
            raise AssertionError(f"obolo demo did not start:\n{said.read()}")
    return House(process, json.loads(line), data)


def _kill_later(process: "subprocess.Popen[str]", seconds: float) -> Callable[[], None]:
    timer = threading.Timer(seconds, process.kill)
    timer.daemon = True
    timer.start()
    return timer.cancel


def _descendants(root: int) -> dict[int, str]:
    """A living process and all that descend from it, with their commands (Linux: proc(5))."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError):
                after_name = (entry / "stat").read_text(encoding="latin-1").rpartition(")")[2]
                state, parent = after_name.split()[:2]
                if state != "Z":
                    parents[int(entry.name)] = int(parent)
    found = {root} & parents.keys()
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return {pid: _command(pid) for pid in found}


def _command(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    return ""


def alive(pids: dict[int, str]) -> dict[int, str]:
    """Which of these still run the command they ran (a number may be given away anew)."""
    return {pid: command for pid, command in pids.items() if command and _command(pid) == command}


def resident_bytes(pids: dict[int, str]) -> int:
    """The sum of their resident memory (Linux: proc(5), VmRSS)."""
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS:"):
                total += int(line.split()[1]) * 1024
    return total
