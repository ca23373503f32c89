"""Any sequence of gifts, fees and purchases leaves sound books (traceability §6.12)."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from obolo.ledger import audit, queries
from obolo.ledger.actions import open_fund, system_fund
from obolo.ledger.errors import NotEnoughCents
from obolo.ledger.tests.cast import gift, purchase, settle

which = st.integers(0, 2)
currency = st.sampled_from(["EUR", "EUR", "JPY"])


class Books(RuleBasedStateMachine):
    """Two funds and the overhead fund; a plain sum beside the ledger says what must be free."""

    @initialize()
    def open(self) -> None:
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.funds = [open_fund(name=name, currency="EUR") for name in ("A", "B")]
        self.funds.append(system_fund("overhead", "EUR"))
        self.free: dict[tuple[int, str], int] = {}
        self.posted: list[dict[str, Any]] = []
        self.gifts: dict[Any, int] = {}

    @rule(
        which=which,
        gross=st.integers(1, 60),
        fee=st.integers(0, 40),
        bps=st.sampled_from([0, 1, 700, 1000, 9999, 10_000]),
        currency=currency,
    )
    def give(self, **told: Any) -> None:
        told |= {"gift_id": uuid4(), "key": f"g:{uuid4()}"}
        posting = self._give(told)
        self.posted.append(told | {"first": posting})
        net_minor = max(0, told["gross"] - told["fee"])
        assert posting.net_minor == net_minor
        self.gifts[told["gift_id"]] = net_minor
        for span, at in ((posting.restricted, told["which"]), (posting.overhead, 2)):
            if span:
                key = (at, told["currency"])
                self.free[key] = self.free.get(key, 0) + span.minor

    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        if self.posted:
            told = dict(data.draw(st.sampled_from(self.posted)))
            assert told.pop("first") == self._give(told)

    @rule(which=which, minor=st.integers(1, 120), currency=currency)
    def spend(self, which: int, minor: int, currency: str) -> None:
        free_minor = self.free.get((which, currency), 0)
        if minor > free_minor:
            with pytest.raises(NotEnoughCents) as refused:
                purchase(self.funds[which], minor, currency=currency)
            assert refused.value.missing_minor == minor - free_minor
            return
        purchase_id, posting = purchase(self.funds[which], minor, currency=currency)
        self.free[which, currency] = free_minor - minor
        assert sum(span.minor for span in posting.spans) == minor
        assert sum(part for _, part in queries.gifts_of_use(purchase_id)) == minor

    @invariant()
    def books_are_sound(self) -> None:
        if not hasattr(self, "funds"):
            return
        settle()
        assert audit.breaches() == []
        for (which, currency), minor in self.free.items():
            assert queries.free_minor(self.funds[which].id, currency) == minor

    @invariant()
    def every_gift_keeps_its_cents(self) -> None:
        free_minor = 0
        for gift_id, net_minor in getattr(self, "gifts", {}).items():
            path = queries.gift_path(gift_id)
            free = sum(part.free_minor for part in path.parts)
            used = sum(use.minor for part in path.parts for use in part.uses)
            assert path.net_minor == net_minor == used + free
            free_minor += free
        assert free_minor == sum(getattr(self, "free", {}).values())

    def teardown(self) -> None:
        if hasattr(self, "undo"):
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    def _give(self, told: dict[str, Any]) -> Any:
        return gift(
            self.funds[told["which"]],
            told["gross"],
            told["fee"],
            bps=told["bps"],
            currency=told["currency"],
            gift_id=told["gift_id"],
            key=told["key"],
        )[1]


def test_any_sequence_leaves_sound_books(charity):
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=12,
            stateful_step_count=20,
            deadline=None,
            # Shrinking such a long story takes minutes; twenty steps can be read as they are.
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
