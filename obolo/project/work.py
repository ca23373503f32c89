"""The workers: threads that find due work in the records and call one story each.

The bell of the database wakes a lane at once; a sweep every second finds whatever a lost ring left.
Rows are the truth, a ring is only a nudge, and any number of such processes may run.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from uuid import UUID

import psycopg
from django.db import Error as DatabaseError
from django.db import connection

from obolo.assistant.understand import understand
from obolo.causes import actions as causes
from obolo.conversations import sending
from obolo.organisations import queries as organisations
from obolo.organisations.bell import CHANNEL
from obolo.organisations.wall import within
from obolo.project import config
from obolo.project.database import role_dsn
from obolo.stories import (
    answer_a_message,
    check,
    give_back,
    hand_over,
    keep_a_pledge,
    publish_the_log,
    read_notices,
    receive_a_gift,
    reconcile,
    repay_advances,
    spend_and_trace,
)

SWEEP_SECONDS = 1.0
AFTER_TROUBLE_SECONDS = 0.5
ALL = 2**31  # one call takes up everything there is
Job = Callable[[UUID], int]  # returns how much it took up

log = logging.getLogger(__name__)


class Lane:
    """Threads doing one kind of work, organisation by organisation, each its turn."""

    def __init__(
        self,
        topic: str,
        job: Job,
        threads: int,
        *,
        full: int = 1,
        gather: float = 0.0,
        every: float = SWEEP_SECONDS,
    ) -> None:
        """`full`: when a call takes up this much, more may wait; `every`: seconds between sweeps.

        A call that takes up less has seen the end of the line; what came since has rung. `gather`:
        seconds to wait for company before a call, so that what comes together costs one commit.
        """
        self.topic, self.every = topic, every
        self._job, self._full, self._gather = job, full, gather
        self._turns: OrderedDict[UUID, None] = OrderedDict()
        self._some = threading.Condition()
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._work, name=f"{topic}-{n}", daemon=True)
            for n in range(threads)
        ]

    def start(self) -> None:
        """Begin to work."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what is in hand and stop."""
        with self._some:
            self._stopping = True
            self._some.notify_all()
        for thread in self._threads:
            thread.join(timeout=10)

    def wake(self, organisation_id: UUID) -> None:
        """There may be work for this organisation."""
        with self._some:
            self._turns[organisation_id] = None
            self._some.notify()

    def _work(self) -> None:
        while (organisation_id := self._next()) is not None:
            try:
                done = self._job(organisation_id)
            except Exception:  # a lane never dies of one organisation's trouble
                log.exception("lane %s: trouble", self.topic)
                connection.close()
                time.sleep(AFTER_TROUBLE_SECONDS)
                continue
            if done >= self._full:
                self.wake(organisation_id)  # at the end of the line: others have their turn first
        connection.close()

    def _next(self) -> UUID | None:
        while True:
            with self._some:
                while not self._turns and not self._stopping:
                    self._some.wait()
            time.sleep(self._gather)
            with self._some:
                if self._stopping:
                    return None
                if self._turns:  # else another thread took them meanwhile
                    return self._turns.popitem(last=False)[0]


class Workers:
    """All lanes, the listener and the sweep."""

    def __init__(self) -> None:
        """As many threads as the settings say."""
        settings = config.read()
        self._lanes = [
            Lane("notice", read_notices.hear, 1, full=read_notices.BATCH, gather=0.03),
            Lane("notice", read_notices.look, 3, full=read_notices.BATCH),
            Lane(
                "due",
                answer_a_message.run,
                settings.lanes,
                full=answer_a_message.BATCH,
                gather=0.02,
            ),
            Lane("pay", receive_a_gift.place_due, 2, full=receive_a_gift.BATCH),
            Lane("look", receive_a_gift.look_again, 1, full=receive_a_gift.BATCH, every=5.0),
            Lane("refund", give_back.give_back_due, 1, full=give_back.BATCH, every=2.0),
            Lane("recheck", give_back.look_again, 1, full=give_back.BATCH, every=5.0),
            Lane("pledge", keep_a_pledge.run, 1, full=keep_a_pledge.BATCH, every=2.0),
            Lane("send", hand_over.run, settings.senders, full=hand_over.BATCH, gather=0.02),
            Lane("tell", spend_and_trace.tell_due, 1),
            Lane("advances", repay_advances.run, 1, full=ALL, every=5.0),
            Lane("log", publish_the_log.run, 1, full=ALL, every=60.0),
            Lane("check", check.run_due, 1, full=ALL, every=300.0),
            Lane("reconcile", reconcile.run, 1, every=300.0),
            Lane("drafts", _forget_drafts, 1, full=100, every=3600.0),
            Lane("claims", _give_up_claims, 1, full=ALL, every=30.0),
        ]
        self._stopping = threading.Event()
        self._ears = [
            threading.Thread(target=self._listen, name="listen", daemon=True),
            threading.Thread(target=self._sweep, name="sweep", daemon=True),
        ]

    def start(self) -> None:
        """Begin to work."""
        understand("ciao")  # loads the lexicon now, not while the first person waits
        for lane in self._lanes:
            lane.start()
        for ear in self._ears:
            ear.start()

    def stop(self) -> None:
        """Finish what is in hand and stop."""
        self._stopping.set()
        for lane in self._lanes:
            lane.stop()

    def _listen(self) -> None:
        while not self._stopping.is_set():
            try:
                with psycopg.connect(role_dsn("app"), autocommit=True) as bell:
                    bell.execute(f"LISTEN {CHANNEL}")
                    while not self._stopping.is_set():
                        for heard in bell.notifies(timeout=SWEEP_SECONDS):
                            self._hear(heard.payload)
            except psycopg.Error as away:
                log.warning("not listening, trying again: %s", type(away).__name__)
                self._stopping.wait(AFTER_TROUBLE_SECONDS)

    def _hear(self, payload: str) -> None:
        organisation, _, topic = payload.partition(":")
        for lane in self._lanes:
            if lane.topic == topic:
                lane.wake(UUID(organisation))

    def _sweep(self) -> None:
        next_sweep = dict.fromkeys(self._lanes, 0.0)
        while not self._stopping.wait(SWEEP_SECONDS):
            try:
                everybody = organisations.all_ids()
            except DatabaseError as away:
                log.warning("no sweep, trying again: %s", type(away).__name__)
                connection.close()
                continue
            for lane in self._lanes:
                if next_sweep[lane] <= time.monotonic():
                    next_sweep[lane] = time.monotonic() + lane.every
                    for organisation_id in everybody:
                        lane.wake(organisation_id)


def _give_up_claims(organisation_id: UUID) -> int:
    with within(organisation_id):
        return sending.give_up_claims()


def _forget_drafts(organisation_id: UUID) -> int:
    with within(organisation_id):
        return causes.forget_old()
