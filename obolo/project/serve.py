"""Running the parts: the web process, the worker process."""

import os
import signal
import socket
import sys
import threading
import time
from typing import Any

import uvicorn

from obolo.kit.errors import OboloError
from obolo.project import database

GRACE_SECONDS = 3  # open streams are cut, requests in hand finish
BACKLOG = 2048
SWITCH_SECONDS = 0.0005
PARENT_VARIABLE = "OBOLO_PARENT"  # the process that watches us, if any
PARENT_LOOK_SECONDS = 1.0


class WallBroken(OboloError):
    """The wall between organisations is not whole; nothing is started."""


def set_up() -> None:
    """Load Django; refuse an unsafe database and a broken wall.

    Raises NoDatabase, UnsafeDatabase, WallBroken.
    """
    parent = os.environ.get(PARENT_VARIABLE)
    if parent:
        threading.Thread(target=_end_with, args=(int(parent),), daemon=True).start()
    database.check_reachable()
    import django

    django.setup()
    from obolo.organisations.wall import breaches

    found = breaches()
    if found:
        raise WallBroken("; ".join(found))


def web(port: int, host: str = "127.0.0.1") -> None:
    """Serve pages, notices and streams until told to stop."""
    set_up()
    from obolo.project.asgi import House

    serving = server(House(), host, port)
    serving.run()
    if not serving.started:
        sys.exit(3)


def server(app: Any, host: str, port: int) -> uvicorn.Server:
    """The one configuration under which `app` is served, in production and when it is measured."""
    return _Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            loop="uvloop",
            http="httptools",
            lifespan="on",
            log_level="warning",
            access_log=False,
            server_header=False,
            backlog=BACKLOG,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )


class _Server(uvicorn.Server):
    """Lets open streams go before it waits for requests in hand."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop serving."""
        end_streams = getattr(self.config.app, "end_streams", None)
        if end_streams is not None:
            end_streams()
        await super().shutdown(sockets)


def work() -> None:
    """Do due work until told to stop; says `ready` on standard output when it has begun."""
    set_up()
    from obolo.project.work import Workers

    stopping = threading.Event()

    def stop(*_: Any) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    # Threads here wait for the database most of the time; with Python's 5 ms each answer would wait
    # that long for its turn, twenty times per message.
    sys.setswitchinterval(SWITCH_SECONDS)
    workers = Workers()
    workers.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    stopping.wait()
    workers.stop()


def _end_with(parent: int) -> None:
    """Killed without a word, the watching process cannot stop us: then we stop ourselves."""
    while os.getppid() == parent:
        time.sleep(PARENT_LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
