"""A throw-away installation and the processes of a bench; all of them end with it."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from obolo.kit.errors import OboloError

READY_SECONDS = 30.0
STOP_SECONDS = 10.0


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

    for name in [name for name in os.environ if name.startswith("OBOLO_")] + ["DATABASE_URL"]:
        os.environ.pop(name, None)
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
