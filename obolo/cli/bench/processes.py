"""A throw-away installation and the processes of a bench; all of them end with it."""

import json
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from obolo.kit.errors import OboloError

READY_SECONDS = 30.0
DEMO_READY_SECONDS = 90.0
STOP_SECONDS = 30.0  # a demo stops its parts and its database


class PartDied(OboloError):
    """A process of the bench ended by itself; its message stands above."""


def say(words: str) -> None:
    """Progress, aside: standard output is for the figures."""
    sys.stderr.write(f"· {words}\n")
    sys.stderr.flush()


def free_port() -> int:
    """A port of this machine that was free just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def own_installation(folder: Path) -> Iterator[str]:
    """Point this process and its children to a new embedded database in `folder`; its address.

    Whatever installation the environment names is left alone.
    """
    from obolo.project import config, database

    _forget_installation()
    os.environ |= {
        "OBOLO_MODE": "production",
        "OBOLO_DATA": str(folder),
        "OBOLO_MASTER_KEY": secrets.token_urlsafe(32),
        "OBOLO_BASE_URL": "http://127.0.0.1",
    }
    config.read.cache_clear()
    with database.embedded() as owner:
        os.environ[database.OWNER_VARIABLE] = owner
        try:
            yield owner
        finally:
            _let_go()


def _forget_installation() -> None:
    for name in [*os.environ]:
        if name.startswith("OBOLO_") or name == "DATABASE_URL":
            del os.environ[name]


def _let_go() -> None:
    """Close Django's connections before their server stops."""
    from django.conf import settings

    if not settings.configured:
        return
    from django.db import connection

    connection.close()
    close_pool = getattr(connection, "close_pool", None)
    if close_pool is not None:
        close_pool()


@contextmanager
def running(module: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m module --port port` while the block runs, once it listens. Raises PartDied."""
    command = [sys.executable, "-m", module, "--port", str(port)]
    part = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program
    try:
        wait_until_listening(port, part)
        yield part
    finally:
        stop(part)


@contextmanager
def demo(folder: Path) -> Iterator[tuple[dict[str, Any], int]]:
    """A demo of its own in `folder`: what it announced, and its process. Raises PartDied."""
    _forget_installation()
    os.environ["OBOLO_DATA"] = str(folder)
    command = [sys.executable, "-m", "obolo.cli", "demo", "--headless", "--port", str(free_port())]
    part = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603 - our own program
    assert part.stdout is not None
    try:
        heard, _, _ = select.select([part.stdout], [], [], DEMO_READY_SECONDS)
        line = part.stdout.readline() if heard else b""
        if not line:
            raise PartDied
        yield json.loads(line), part.pid
    finally:
        stop(part)
        part.stdout.close()


def resident_mb(pid: int) -> int:
    """Resident memory of a process and all it started, PostgreSQL aside; 0 where /proc is not.

    Pages that processes share are counted once for each of them.
    """
    family, named = {pid}, {}
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            told = dict(
                line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line
            )
            named[int(told["Pid"])] = told
    for _ in named:  # as deep as it could be
        grown = family | {one for one, told in named.items() if int(told["PPid"]) in family}
        if grown == family:
            break
        family = grown
    ours = [told for one, told in named.items() if one in family and told["Name"] != "postgres"]
    return sum(int(told.get("VmRSS", "0 kB").split()[0]) for told in ours) // 1024


def wait_until_listening(port: int, part: subprocess.Popen[bytes]) -> None:
    """Return when `port` accepts connections; raises PartDied when `part` ends or is too slow."""
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and part.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise PartDied


def stop(part: subprocess.Popen[bytes]) -> None:
    """Ask to end; kill when that takes too long."""
    if part.poll() is None:
        part.send_signal(signal.SIGTERM)
    try:
        part.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        part.kill()
        part.wait()
