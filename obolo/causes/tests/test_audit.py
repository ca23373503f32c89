"""The audit of purchases is quiet over what is right and names what is not."""

from typing import Any
from uuid import uuid4

import psycopg
import pytest

from obolo.causes import actions
from obolo.causes.audit import breaches
from obolo.causes.tests.cast import DAY, buy, eur, invoice, money_for, photo, scene, well
from obolo.gateways.tests.at_once import committed as committed
from obolo.kit.money import Money
from obolo.organisations.wall import within
from obolo.project.database import owner_dsn

OFFICER, OTHER = uuid4(), uuid4()


@pytest.fixture
def lived(committed, settings, tmp_path):
    """A cause in which everything happened that may happen."""
    settings.MEDIA_ROOT = tmp_path
    with within(committed.id):
        cause = well()
        money_for(cause, 10_000)
        actions.set_limit(currency="EUR", limit_minor=500, by=OTHER)
        back: dict[str, Any] = {"day": DAY, "reason": "x", "by": OTHER}
        one = buy(cause, 300, evidence=[photo(scene()), invoice()])
        actions.supplier_paid_back(purchase_id=one.id, amount=eur(100), key="a", **back)
        actions.release_purchase(purchase_id=buy(cause, 200).id, key="b", **back)
        two = buy(cause, 700, recorded_by=OFFICER)
        actions.approve_purchase(purchase_id=two.id, by=OTHER)
        buy(cause, 800, recorded_by=OFFICER)  # waits
        rate = actions.Exchange("655.957", DAY, "ECB")
        buy(cause, amount=Money(1_000, "XOF"), exchange=rate)
        gone = buy(cause, evidence=[photo(scene(2))])
        actions.withdraw_photo(photo=gone.evidence.get(), by=OTHER, reason="x")
    return committed


def _breaches(charity) -> list[str]:
    with within(charity.id):
        return breaches()


def test_all_that_may_happen_is_no_breach(lived):
    assert _breaches(lived) == []


_OTHER = "other cents"
_OF_MANY = "organisation_id = %(o)s AND"


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (
            "UPDATE causes_purchase SET amount_minor = 301 WHERE {} amount_minor = 300",
            "other cents",
        ),
        (
            "UPDATE causes_correction SET amount_minor = 99 WHERE {} kind = 'returned'",
            "other cents",
        ),
        (
            "UPDATE causes_correction SET id = gen_random_uuid() WHERE {} kind = 'released'",
            "not in",
        ),
        ("UPDATE causes_decision SET decided_by = %(officer)s WHERE {} true", "nobody else"),
        ("DELETE FROM causes_decision WHERE {} true", "nobody else approved"),
        ("UPDATE causes_purchase SET rate = '600' WHERE {} rate <> ''", "than its rate says"),
        ("UPDATE causes_evidence SET hidden_at = NULL WHERE {} true", "consent was withdrawn"),
        (
            "UPDATE causes_purchase SET booked_at = NULL WHERE {} amount_minor = 700",
            "not booked and yet",
        ),
        ("UPDATE causes_purchase SET booked_at = now() WHERE {} amount_minor = 800", _OTHER),
    ],
)
def test_an_edit_behind_our_back_is_named(lived, edit, told):
    with psycopg.connect(owner_dsn()) as owner:
        owner.execute("SET LOCAL session_replication_role = replica")
        values = {"o": lived.id, "officer": OFFICER}
        assert owner.execute(edit.format(_OF_MANY), values).rowcount
    assert any(told in one for one in _breaches(lived))


@pytest.mark.parametrize("suffix", ["jpg", "sealed"])
@pytest.mark.parametrize("how", ["gone", "flipped"])
def test_a_file_that_is_gone_or_changed_is_named(lived, tmp_path, suffix, how):
    path = sorted(tmp_path.rglob(f"*.{suffix}"))[0]
    content = path.read_bytes()
    path.unlink()
    if how == "flipped":
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert len(_breaches(lived)) == 1
