"""`obolo demo`: embedded database, one sample organisation, simulator, web and worker processes.

This process only watches; the work is done by its children, which end with it.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from obolo.kit.errors import OboloError
from obolo.project import config, sample_templates, serve
from obolo.project.database import OWNER_VARIABLE, embedded

READY_SECONDS = 60.0
STOP_SECONDS = 10.0
GRAPH_SECONDS = 10.0


class PortTaken(OboloError):
    """This port is in use; choose another with --port."""

    fault = "theirs"


class PartDied(OboloError):
    """A part of Obolo ended by itself; its message stands above."""


def run(*, port: int, headless: bool, fresh: bool) -> None:
    """Start everything, print where to look, and wait until told to stop."""
    _check_port(port)
    base = f"http://127.0.0.1:{port}"
    os.environ |= {"OBOLO_MODE": "demo", "OBOLO_SIMULATOR": "1", "OBOLO_BASE_URL": base}
    config.read.cache_clear()
    data = config.read().data
    say: Callable[[str], None] = _say if not headless else _say_aside
    if fresh and data.exists():
        say("Throwing away the former demo data")
        _throw_away(data)
    _make_folder(data)
    config.master_key()
    with _database(say) as owner:
        os.environ[OWNER_VARIABLE] = owner
        say("Preparing tables and the sample organisation")
        _once("prepare", "--sample")
        with _children(port) as children:
            _wait_until_ready(base, children)
            secrets = json.loads((data / "demo.json").read_text(encoding="utf-8"))
            sample_templates.register(base, partial(_graph, secrets["access_token"]))
            _announce(base, secrets, headless=headless)
            _watch(children)


@contextmanager
def _database(say: Callable[[str], None]) -> Iterator[str]:
    given = config.read().database_url
    if given:
        yield given
        return
    first = not (config.read().data / "postgres" / "PG_VERSION").exists()
    say("Making a database (the first time only)" if first else "Starting the database")
    with embedded() as owner:
        yield owner


def _make_folder(data: Path) -> None:
    try:
        data.mkdir(parents=True, exist_ok=True)
        (data / ".writable").touch()
        (data / ".writable").unlink()
    except OSError as wrong:
        raise config.BadSetting(f"OBOLO_DATA: {data}: {wrong.strerror}.") from None


def _throw_away(data: Path) -> None:
    """Only what a demo made; never a folder that holds something else."""
    for name in ("postgres", "files", "run", "simulator_files"):
        shutil.rmtree(data / name, ignore_errors=True)
    for name in ("clock", "demo.json", "master.key", "simulator.jsonl", "providers.jsonl"):
        (data / name).unlink(missing_ok=True)


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise PortTaken(str(port)) from None


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "obolo.cli", *words]


def _once(*words: str) -> None:
    done = subprocess.run(_command(*words), check=False)  # noqa: S603 - our own program
    if done.returncode != 0:
        sys.exit(done.returncode)  # it has said why


@contextmanager
def _children(port: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    # In a session of their own, so that Ctrl-C reaches them through us and in order.
    started = [
        subprocess.Popen(  # noqa: S603 - our own program
            _command(*words),
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            env=os.environ | {serve.PARENT_VARIABLE: str(os.getpid())},
        )
        for words in (("web", "--port", str(port)), ("work",))
    ]
    try:
        yield started
    finally:
        for child in started:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        for child in started:
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _wait_until_ready(base: str, children: list[subprocess.Popen[bytes]]) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        if any(child.poll() is not None for child in children):
            break
        try:
            with urllib.request.urlopen(f"{base}/healthz", timeout=1):  # noqa: S310 - our own
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise PartDied


def _graph(token: str, url: str, content: dict[str, Any] | None = None) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310 - our own address
        url,
        data=None if content is None else json.dumps(content).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=GRAPH_SECONDS) as answer:  # noqa: S310
        found: dict[str, Any] = json.load(answer)
    return found


def _announce(base: str, secrets: dict[str, str], *, headless: bool) -> None:
    from obolo.project import sample_facts as sample

    if headless:
        sys.stdout.write(json.dumps(_ready_line(base, secrets, sample)) + "\n")
    else:
        sys.stdout.write(
            f"\nObolo is ready. Open {base}/\n\n"
            f"  phone    {base}/sim/phone\n"
            f"  console  {base}/console/{sample.SLUG}/\n"
            f"           {sample.EMAIL}  {secrets['password']}\n"
            f"  API      {base}/api/v1/   Bearer {secrets['api_token']}\n\n"
            "Ctrl-C ends it; the next start continues with its data, --fresh starts empty.\n"
        )
    sys.stdout.flush()


def _ready_line(base: str, secrets: dict[str, str], sample: Any) -> dict[str, Any]:
    return {
        "ready": True,
        "base": base,
        "phone": f"{base}/sim/phone",
        "console": f"{base}/console/{sample.SLUG}/",
        "sim": f"{base}/sim",
        "api": f"{base}/api/v1",
        "api_token": secrets["api_token"],
        "organisation": sample.SLUG,
        "staff": {"email": sample.EMAIL, "password": secrets["password"]},
        "whatsapp": {
            "hook": f"{base}/hooks/whatsapp/{sample.HOOK_KEY}",
            "graph": f"{base}/v26.0",
            "phone_number_id": sample.NUMBER_ID,
            "app_secret": secrets["app_secret"],
            "verify_token": secrets["verify_token"],
            "access_token": secrets["access_token"],
        },
    }


def _watch(children: list[subprocess.Popen[bytes]]) -> None:
    """Wait for Ctrl-C or TERM; a child that ends by itself ends everything."""
    stopping = False

    def stop(*_: Any) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    while not stopping:
        for child in children:
            if child.poll() is not None:
                raise PartDied
        time.sleep(0.2)


def _say(words: str) -> None:
    sys.stdout.write(f"· {words} …\n")
    sys.stdout.flush()


def _say_aside(words: str) -> None:
    sys.stderr.write(f"· {words} …\n")
    sys.stderr.flush()
