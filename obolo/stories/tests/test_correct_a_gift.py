"""What was booked wrongly is put right, and those whom it concerns hear of it once."""

from typing import Any
from uuid import uuid4

import pytest

from obolo.causes.tests.cast import eur
from obolo.giving.models import Gift, Receipt
from obolo.giving.receipts import queries as receipts
from obolo.ledger.audit import breaches
from obolo.people.tests.cast import emma
from obolo.stories import correct_a_gift
from obolo.trace import queries as trace
from obolo.trace.actions import url
from obolo.trace.models import TraceLink

WHY: dict[str, Any] = {"reason": "typed wrongly", "by": uuid4(), "key": "k"}


@pytest.fixture
def gift(stage) -> Gift:
    """Anna gave five euro."""
    stage.gives()
    return Gift.objects.select_related("payment", "person").get()


def _said(stage, what) -> list[dict[str, Any]]:
    before = len(stage.graph.sent)
    for _ in range(2):
        what()
    stage.work()
    return list(stage.graph.sent[before:])


def test_the_amount_is_put_right_with_its_receipt(stage, gift):
    first = receipts.living_of(gift.id)
    said = _said(
        stage, lambda: correct_a_gift.void(gift_id=gift.id, gross=eur(100), fee=eur(0), **WHY)
    )
    assert len(said) == 1
    second = receipts.living_of(gift.id)
    assert second is not None
    assert second.replaces == first
    assert receipts.printed_of(second).amount_minor == 400
    assert Receipt.objects.count() == 2
    said = _said(
        stage,
        lambda: correct_a_gift.add(
            gift_id=gift.id, gross=eur(50), fee=eur(0), **WHY | {"key": "k2"}
        ),
    )
    assert len(said) == 1
    assert breaches() == []


def test_a_gift_of_another_person_the_old_page_is_gone(stage, gift):
    old = TraceLink.objects.get(gift=gift)
    token = url(old.id).rpartition("/")[2]
    assert trace.gift_by_token(token) == gift
    right = emma()
    said = _said(
        stage,
        lambda: correct_a_gift.change_owner(gift_id=gift.id, person_id=right.id, **WHY),
    )
    assert len(said) == 2, "the one whose it is, and the one whose it is not"
    assert trace.gift_by_token(token) is None
    fresh = TraceLink.objects.get(gift=gift, revoked_at=None)
    found = trace.gift_by_token(url(fresh.id).rpartition("/")[2])
    assert found is not None
    assert found.person_id == right.id
    old.refresh_from_db()
    assert old.revoked_by == WHY["by"]
