"""Every kind of posting of the ledger in the log, told again by the one-file verifier."""

import json
import re
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import transaction

from obolo.causes.tests.cast import eur, well
from obolo.kit.errors import OboloError
from obolo.kit.ids import new_id
from obolo.kit.money import Money
from obolo.ledger import actions as ledger
from obolo.ledger import queries
from obolo.ledger.moves import Approval
from obolo.organisations.wall import current_id
from obolo.trace import proofs, publishing
from obolo.trace.log.leaves import Balance
from obolo.trace.log_models import Leaf
from obolo.trace.tests.log_cast import key, log_root, publish, verified

ON = date(2026, 11, 24)
BANK = "cash:bank"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    """A folder of our own."""
    settings.MEDIA_ROOT = tmp_path / "files"


def _key() -> str:
    return str(new_id())


def _gift(fund_id, minor, currency="EUR"):
    gift_id = new_id()
    ledger.post_gift(
        gift_id=gift_id,
        fund_id=fund_id,
        gross=Money(minor, currency),
        fee=Money(0, currency),
        overhead_bps=1_000,
        account=BANK,
        key=_key(),
        value_date=ON,
    )
    return gift_id


def _holds() -> str:
    holds, told = verified("log", log_root(), "--key", key())
    assert holds, told
    assert proofs.breaches() == []
    return told


def _last(kind: str):
    return json.loads(bytes(Leaf.objects.filter(kind=kind).latest("index").body))


def _buy(fund_id, minor, verb=ledger.post_purchase):
    purchase_id = new_id()
    verb(
        purchase_id=purchase_id,
        fund_id=fund_id,
        amount=eur(minor),
        account=BANK,
        key=_key(),
        value_date=ON,
    )
    return purchase_id


def test_a_year_with_everything_in_it(charity):
    fund, other = well().fund_id, ledger.open_fund(name="Other", currency="EUR").id
    reserve = ledger.system_fund("reserve", "EUR").id
    gifts = [_gift(fund, 1_000) for _ in range(5)]
    _gift(reserve, 2_000)
    bought = _buy(fund, 1_200)
    publish()
    _holds()
    told: dict[str, Any] = {"account": BANK, "value_date": ON}
    ledger.post_refund(gift_id=gifts[4], amount=eur(500), key=_key(), **told)
    ledger.post_refund(gift_id=gifts[0], amount=eur(1_000), key=_key(), **told)
    ledger.post_chargeback(
        gift_id=gifts[1], amount=eur(1_000), dispute_fee=eur(15), key=_key(), **told
    )
    publish()
    _holds()
    assert {use[0] for use in _last("chargeback")["taken"]} >= {"cover", "fee"}
    ledger.post_supplier_refund(purchase_id=bought, amount=eur(300), key=_key(), **told)
    publish()
    assert _last("supplier_refund")["freed"]
    _buy(fund, 500)
    ledger.post_void(gift_id=gifts[2], gross=eur(100), fee=eur(0), key=_key(), **told)
    approval = Approval("statute, art. 4", (new_id(), new_id()))
    moved: dict[str, Any] = {"to_fund_id": other, "approval": approval, "value_date": ON}
    ledger.post_transfer(
        transfer_id=new_id(),
        from_fund_id=fund,
        amount=eur(50),
        reason="correction",
        gift_id=gifts[3],
        key=_key(),
        **moved,
    )
    publish()
    assert [use[0] for use in _last("transfer")["taken"]] == ["transfer_own"]
    assert _last("transfer")["approvals"] == 2
    advance = _buy(other, 100, ledger.post_advance)
    _gift(other, 500)
    ledger.post_reimbursement(purchase_id=advance, amount=eur(60), key=_key(), value_date=ON)
    undone = _buy(other, 20)
    ledger.post_release(purchase_id=undone, key=_key(), **told)
    ledger.post_conversion(
        conversion_id=new_id(),
        fund_id=other,
        sold=eur(100),
        bought=Money(65_000, "XOF"),
        fee=eur(1),
        account_sold=BANK,
        account_bought="cash:field",
        rate="655.957",
        key=_key(),
        value_date=ON,
    )
    publish()
    cash: dict[str, Any] = {"balances": [Balance(BANK, 10_000)], "on": ON, "currency": "EUR"}
    publishing.prove_cash(current_id(), **cash)
    assert _last("cash")["unlogged_minor"] == 0
    _holds()
    ledger.close_fund(fund_id=fund, key=_key(), **moved)
    publish()
    _holds()
    kinds = set(Leaf.objects.values_list("kind", flat=True))
    assert kinds >= {
        "line", "rule", "gifts", "purchase", "refund", "chargeback", "supplier_refund", "void",
        "transfer", "advance", "reimburse", "release", "conversion", "close",
    }  # fmt: skip
    body = "".join(bytes(one.body).decode() for one in Leaf.objects.all())
    assert not [gift for gift in gifts if str(gift) in body]
    assert publish() == 0


def test_bursts_and_additions_can_be_proven_gift_by_gift(charity, tmp_path):
    fund = well().fund_id
    burst = [ledger.GiftToPost(new_id(), 1_000 + n, n % 7, _key()) for n in range(30)]
    booked: dict[str, Any] = {"fund_id": fund, "overhead_bps": 1_000, "account": BANK}
    booked["value_date"] = ON
    ledger.post_gifts(burst, currency="EUR", key=_key(), **booked)
    more = burst[3].gift_id
    ledger.post_additional_mint(gift_id=more, gross=eur(400), fee=eur(0), key=_key(), **booked)
    ledger.change_owner(gift_id=more, owner_id=new_id(), key=_key(), value_date=ON)
    ledger.post_fee(fee_id=new_id(), amount=eur(25), account=BANK, key=_key(), value_date=ON)
    publish()
    _holds()
    # A line of the proof for each line of cents, and one more for the changed owner.
    for gift_id, lines in ((burst[0].gift_id, 2), (more, 5), (burst[29].gift_id, 2)):
        told = proofs.gift_proof(gift_id)
        assert told is not None
        (tmp_path / "gift").write_text(told, encoding="utf-8")
        holds, said = verified("proof", tmp_path / "gift", "--key", key())
        assert holds, said
        assert len(said.splitlines()) == lines
        [first] = re.findall(r"has the \d+ cents (\d+) to", said.splitlines()[0])
        lows = {part.lo + 1 for part in queries.gift_path(gift_id).parts}
        assert int(first) in lows


def test_wrong_donor_supersedes_the_commitment_and_no_number(charity, tmp_path):
    fund = well().fund_id
    gift_id, other = _gift(fund, 1_000), _gift(fund, 700)
    publish()

    def proven() -> Path:
        path: Path = tmp_path / f"{len(list(tmp_path.iterdir()))}.tlog-proof"
        path.write_text(proofs.gift_proof(gift_id) or "", encoding="utf-8")
        return path

    def holds(path: Path) -> tuple[bool, str]:
        return verified("proof", path, "--key", key(), "--log", log_root())

    def moved_on() -> None:
        ledger.change_owner(gift_id=gift_id, owner_id=new_id(), key=_key(), value_date=ON)

    first = proven()
    assert holds(first)[0]
    moved_on()
    publish()
    second = proven()
    said = holds(second)
    assert said[0], said
    assert "It is the gift of whoever holds this proof" in said[1]
    refused = (False, "This gift was found to be another person's since the proof was made.")
    assert holds(first) == refused
    moved_on()
    moved_on()  # both before the next publishing
    publish()
    third = proven()
    assert holds(third)[0]
    assert holds(first) == holds(second) == refused
    numbers = [json.loads(bytes(one.body)) for one in Leaf.objects.filter(kind="owner")]
    assert len(numbers) == 3
    assert not any("taken" in told or "minted" in told for told in numbers)
    assert str(gift_id) not in json.dumps(numbers)
    (tmp_path / "other").write_text(proofs.gift_proof(other) or "", encoding="utf-8")
    assert holds(tmp_path / "other")[0]
    _holds()
    publishing.forget_gift(gift_id=gift_id)
    assert proofs.gift_proof(gift_id) is None
    assert not Leaf.objects.filter(kind="owner", salt__isnull=False).exists()


@pytest.mark.parametrize("seed", range(6))
def test_a_log_of_anything_in_any_order_holds(charity, seed):
    dice = Random(seed)
    fund, other = well().fund_id, ledger.open_fund(name="Other", currency="EUR").id
    reserve = ledger.system_fund("reserve", "EUR").id
    gifts, bought = [_gift(fund, 3_000), _gift(reserve, 500)], [_buy(fund, 100)]
    told: dict[str, Any] = {"account": BANK, "value_date": ON}

    def move() -> None:
        ledger.post_transfer(
            transfer_id=new_id(),
            from_fund_id=fund,
            to_fund_id=other,
            amount=eur(dice.randrange(1, 300)),
            reason="correction",
            approval=Approval("statute", (new_id(), new_id())),
            gift_id=dice.choice([None, dice.choice(gifts)]),
            key=_key(),
            value_date=ON,
        )

    def some() -> Money:
        return eur(dice.randrange(1, 700))

    steps = [
        lambda: gifts.append(_gift(dice.choice([fund, fund, other, reserve]), some().minor)),
        lambda: bought.append(_buy(dice.choice([fund, other]), some().minor)),
        lambda: bought.append(_buy(other, some().minor, ledger.post_advance)),
        lambda: ledger.post_reimbursement(
            purchase_id=dice.choice(bought), amount=some(), key=_key(), value_date=ON
        ),
        lambda: ledger.post_refund(gift_id=dice.choice(gifts), amount=some(), key=_key(), **told),
        lambda: ledger.post_chargeback(
            gift_id=dice.choice(gifts), amount=some(), dispute_fee=eur(15), key=_key(), **told
        ),
        lambda: ledger.post_void(
            gift_id=dice.choice(gifts), gross=some(), fee=eur(0), key=_key(), **told
        ),
        lambda: ledger.post_supplier_refund(
            purchase_id=dice.choice(bought), amount=some(), key=_key(), **told
        ),
        lambda: ledger.post_release(purchase_id=dice.choice(bought), key=_key(), **told),
        lambda: ledger.post_fee_true_up(
            gift_id=dice.choice(gifts), fee=eur(dice.randrange(40)), key=_key(), **told
        ),
        lambda: publish(everything=dice.random() < 0.5),
        move,
    ]
    for _ in range(60):
        try:
            with transaction.atomic():
                dice.choice(steps)()
        except OboloError:
            continue  # not possible now; nothing was written
    publish()
    _holds()
    assert len(set(Leaf.objects.values_list("kind", flat=True))) >= 8
