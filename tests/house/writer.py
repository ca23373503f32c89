"""Writers on one line, a process of threads: `python -m tests.house.writer ORGANISATION FUND FILE`.

Each posts through the ledger's door until it is ended, however roughly. What committed is told in
FILE at once; a key whose commit was not heard of is told again to the ledger, as a caller would.
What must never happen is told there too, after an exclamation mark.
"""

import os
import random
import sys
import threading
import time
from collections.abc import Callable
from datetime import date
from typing import Any, Final
from uuid import UUID, uuid4

import django

THREADS: Final = 8
DAY: Final = date(2025, 3, 14)
NEVER: Final = ("40P01", "23P01", "23505", "23503", "23514")  # deadlock, clashes, broken rules


def main(organisation: str, fund: str, file: str) -> None:
    """Start the threads; they end with the process."""
    django.setup()
    out = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    threads = [
        threading.Thread(target=_write, args=(UUID(organisation), UUID(fund), out), daemon=True)
        for _ in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _write(organisation_id: UUID, fund_id: UUID, out: int) -> None:
    from django.db import Error, connection

    from obolo.kit.errors import OboloError
    from obolo.organisations.wall import within

    dice, gifts = random.Random(), list[UUID]()
    while True:
        key, post = _something(dice, fund_id, gifts)
        done = False
        while not done:
            try:
                with within(organisation_id):
                    post()
                os.write(out, f"{key}\n".encode())
                done = True
            except OboloError:  # too little on the line, or the gift went back already
                done = True
            except Error as refused:
                code = getattr(refused.__cause__, "sqlstate", None)
                if code in NEVER:
                    os.write(out, f"!{code} {str(refused).splitlines()[0]}\n".encode())
                    done = True
                connection.close()
                time.sleep(0.05)


def _something(
    dice: random.Random, fund_id: UUID, gifts: list[UUID]
) -> tuple[str, Callable[[], Any]]:
    """Mostly a gift; sometimes a burst, a purchase, or a refund of one of the writer's own."""
    from obolo.kit.money import Money
    from obolo.ledger import actions

    key, chance = str(uuid4()), dice.random()
    told: dict[str, Any] = {"account": "cash:bank", "key": key, "value_date": DAY}
    if chance < 0.1 and gifts:
        gift_id = gifts.pop(dice.randrange(len(gifts)))
        amount = Money(dice.randrange(1, 200), "EUR")
        return key, lambda: actions.post_refund(gift_id=gift_id, amount=amount, **told)
    if chance < 0.25:
        amount = Money(dice.randrange(100, 3_000), "EUR")
        told |= {"purchase_id": uuid4(), "fund_id": fund_id}
        return key, lambda: actions.post_purchase(amount=amount, **told)
    told |= {"fund_id": fund_id, "overhead_bps": 1_000}
    if chance < 0.3:
        burst = [actions.GiftToPost(uuid4(), dice.randrange(50, 500), 7, f"{uuid4()}")] * 1
        burst += [actions.GiftToPost(uuid4(), 500, 35, f"{uuid4()}") for _ in range(9)]
        return key, lambda: actions.post_gifts(burst, currency="EUR", **told)
    gift_id = uuid4()
    gifts.append(gift_id)
    gross, fee = Money(dice.randrange(40, 900), "EUR"), Money(dice.randrange(0, 30), "EUR")
    return key, lambda: actions.post_gift(gift_id=gift_id, gross=gross, fee=fee, **told)


if __name__ == "__main__":
    main(*sys.argv[1:])
