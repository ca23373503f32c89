"""From the ledger to the public log and its proofs."""

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from obolo.causes.actions import add_evidence
from obolo.causes.queries import open_causes
from obolo.causes.tests.cast import buy, eur, invoice, photo, well
from obolo.giving.tests.cast import paid
from obolo.kit import clock as kit_clock
from obolo.kit.ids import new_id
from obolo.kit.money import Money
from obolo.ledger import actions as ledger
from obolo.organisations.wall import breaches as wall_breaches
from obolo.organisations.wall import current_id, within
from obolo.people.tests.cast import anna, emma
from obolo.trace import log_keys, log_reading, log_status, proofs, publishing
from obolo.trace.log import leaves, note, tiles
from obolo.trace.log.errors import NoKey
from obolo.trace.log.leaves import Balance
from obolo.trace.log_models import Leaf, LogHead, Share, SignedCheckpoint
from obolo.trace.tests.log_cast import key, log_root, proof_file, publish, small_log, verified


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    """A folder of our own."""
    settings.MEDIA_ROOT = tmp_path / "files"


def _log(*more: object) -> tuple[bool, str]:
    return verified("log", log_root(), "--key", key(), *more)


def _kinds() -> list[str]:
    return list(Leaf.objects.order_by("index").values_list("kind", flat=True))


def test_what_was_posted_can_be_verified_by_anybody(charity, tmp_path):
    gift, bought = small_log()
    holds, told = _log()
    assert holds, told
    assert "1467 cents on 2 lines, 867 free" in told
    holds, told = verified("proof", proof_file(tmp_path, gift), "--key", key())
    assert holds, told
    assert "has the 421 cents 1 to 421 " in told
    assert "has the 46 cents 1 to 46 " in told
    assert gift.payment.reference in told
    (tmp_path / "bought").write_text(proofs.purchase_proof(bought.id) or "")
    holds, told = verified("proof", tmp_path / "bought", "--key", key())
    assert holds
    assert told.startswith("A purchase is entry ")
    assert proofs.breaches() == []


def test_nothing_new_writes_nothing(charity):
    small_log()
    before = (log_root() / "checkpoint").read_bytes()
    assert publish() == 0
    assert (log_root() / "checkpoint").read_bytes() == before
    assert SignedCheckpoint.objects.count() == 1


def test_the_log_grows_and_stays_consistent(charity, tmp_path):
    cause = well()
    first = tmp_path / "first"
    for turn in range(6):
        paid(anna(), cause, 500, fee=0)
        if turn % 2:
            buy(cause, 300)
        assert publish()
        if turn == 0:
            first.write_bytes((log_root() / "checkpoint").read_bytes())
    assert _log("--since", first)[0]
    old = note.parse(first.read_text()).text.split("\n")[1]
    assert proofs.consistency(int(old))
    words = ("consistency", first, log_root() / "checkpoint", "--key", key())
    assert verified(*words, "--log", log_root())[0]


def test_gifts_wait_for_company_and_purchases_for_their_gifts(charity, clock):
    cause = well()
    for _ in range(2):
        paid(anna(), cause, 500, fee=0)
    buy(cause, 300)
    publish(everything=False)
    assert _kinds()[0] == "rule"
    assert not {"gifts", "purchase"} & set(_kinds())
    paid(emma(), cause, 500, fee=0)
    kit_clock.advance(timedelta(days=1, minutes=1))
    publish(everything=False)
    assert [k for k in _kinds() if k in ("gifts", "purchase")] == ["gifts", "gifts", "purchase"]
    assert _log()[0]


def test_the_log_tells_of_nobody(charity):
    gift, bought = small_log()
    told = b"\n".join(bytes(one.body) for one in Leaf.objects.all()).decode()
    for secret in (
        gift.id,
        gift.person_id,
        gift.payment_id,
        gift.payment.reference,
        bought.description,
    ):
        assert str(secret) not in told, secret
    numbers = {int(n) for n in re.findall(r"(?<![\w-])\d+(?![\w-])", told)}
    # Gross, net, fee and the shares of the one gift and of the other.
    assert not numbers & {500, 467, 33, 421, 46, 1_000, 900, 100}


def test_a_gift_that_is_forgotten_can_no_longer_be_opened(charity):
    gift, _ = small_log()
    before = (log_root() / "checkpoint").read_bytes()
    publishing.forget_gift(gift_id=gift.id)
    assert proofs.gift_proof(gift.id) is None
    assert set(Share.objects.filter(gift_id=gift.id).values_list("salt", flat=True)) == {None}
    publish()
    assert (log_root() / "checkpoint").read_bytes() == before
    assert _log()[0]
    with pytest.raises(DatabaseError, match="erased, never replaced"), transaction.atomic():
        Share.objects.filter(gift_id=gift.id).update(salt=bytes(32))


def test_a_description_is_bound_until_it_is_forgotten(charity):
    _, bought = small_log()
    leaf = Leaf.objects.get(source_id=bought.id)
    told = json.loads(bytes(leaf.body))
    what = leaves.description_hash(bytes(leaf.salt or b""), bought.description)
    assert told["what"] == what.hex()
    assert len(told["files"]) == 2
    publishing.forget_description(purchase_id=bought.id)
    leaf.refresh_from_db()
    assert leaf.salt is None


def test_evidence_that_comes_later_is_told_once(charity):
    cause = well()
    paid(anna(), cause, 500, fee=0)
    bought = buy(cause, 100)
    publish()
    add_evidence(purchase=bought, evidence=photo())
    add_evidence(purchase=bought, evidence=invoice())
    assert publish() == 1
    told = json.loads(bytes(Leaf.objects.latest("index").body))
    hashes = [bytes(one.sha256).hex() for one in bought.evidence.order_by("id")]
    assert told == {"kind": "evidence", "id": str(bought.id), "files": hashes}
    assert publish() == 0


def test_a_gift_not_in_the_log_yet_has_no_proof(charity):
    cause = well()
    assert proofs.newest() is None
    gift = paid(anna(), cause, 500, fee=0)
    assert proofs.gift_proof(gift.id) is None
    assert proofs.purchase_proof(gift.id) is None
    publish()
    assert proofs.gift_proof(gift.id) is not None


def test_a_receipt_can_tell_the_newest_checkpoint(charity):
    small_log()
    newest = proofs.newest()
    assert newest is not None
    lines = (log_root() / "checkpoint").read_text().split("\n")
    assert newest.line() == " ".join(lines[:3])
    assert newest.key == key()


def test_the_seed_is_sealed_and_made_once(charity):
    with pytest.raises(NoKey):
        log_keys.signer(log_keys.LOG_KEY)
    log_keys.ensure()
    first = log_keys.signer(log_keys.LOG_KEY)
    log_keys.ensure()
    again = log_keys.signer(log_keys.LOG_KEY)
    assert first == again
    other = log_keys.signer(log_keys.WITNESS_KEY)
    assert other.seed != first.seed
    assert (first.key.kind, other.key.kind) == (note.ED25519, note.COSIGNATURE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed, address::text FROM organisations_outsideaccount")
        rows = cursor.fetchall()
    assert all(first.seed not in bytes(sealed) for sealed, _ in rows)
    assert all(first.seed.hex() not in address for _, address in rows)


def test_files_can_be_written_again_from_the_rows(charity):
    small_log()
    before = {p: p.read_bytes() for p in log_root().rglob("*") if p.is_file()}
    for path in before:
        path.unlink()
    LogHead.objects.update(written_size=0)
    publish()
    assert {p: p.read_bytes() for p in log_root().rglob("*") if p.is_file()} == before


def test_a_crash_between_rows_and_files_is_made_good(charity, monkeypatch):
    cause = well()
    paid(anna(), cause, 500, fee=0)

    def crash(*_: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as broken:
        broken.setattr(tiles.Folder, "write", crash)
        with pytest.raises(OSError, match="no space"):
            publish()
    assert not (log_root() / "checkpoint").exists()
    assert proofs.newest() is None
    assert publish() == 0
    assert _log()[0]


def test_two_organisations_have_two_logs(charity, other_charity):
    small_log()
    ours = (key(), log_root())
    with within(other_charity.id):
        small_log()
        assert key() != ours[0]
        assert log_root() != ours[1]
        assert _log()[0]
        assert not verified("log", log_root(), "--key", ours[0])[0]


def test_the_cash_stands_beside_the_cents(charity):
    cause = well()
    paid(anna(), cause, 500, fee=0)
    publish()
    paid(emma(), cause, 200, fee=0)  # not in the log yet
    day: dict[str, Any] = {"on": kit_clock.now().date(), "currency": "EUR"}
    bank = Balance("cash:bank", 50, bytes(32))
    assert publishing.prove_cash(current_id(), **day, balances=[bank])
    assert not publishing.prove_cash(current_id(), **day, balances=[])
    told = json.loads(bytes(Leaf.objects.latest("index").body))
    assert (told["unspent_minor"], told["unlogged_minor"]) == (700, 200)
    assert told["receivables"] == [{"account": "cash:simulator", "minor": 700}]
    assert _log()[0]
    # A week later the provider has paid out; but the bank has not got it.
    later = day["on"] + timedelta(days=8)
    assert publishing.prove_cash(current_id(), on=later, currency="EUR", balances=[bank])
    holds, said = _log()
    short = f"On {later} 700 cents EUR were unspent, 50 were held."
    assert not holds
    assert said == short
    after = later + timedelta(days=1)
    whole = [Balance("cash:bank", 700, bytes(32))]
    assert publishing.prove_cash(current_id(), on=after, currency="EUR", balances=whole)
    holds, said = _log()
    assert holds, "the shortfall was made good; the day it was there is still told"
    assert short in said


def test_what_is_held_outside_the_bank_is_read_from_the_books(charity):
    today = paid(anna(), well(), 500).paid_at.date()
    assert log_reading.held_elsewhere("EUR", today) == [Balance("cash:simulator", 467)]
    assert log_reading.held_elsewhere("XOF", today) == []
    assert log_reading.held_elsewhere("EUR", today + timedelta(days=7)) == []


def test_the_old_key_signs_the_new_one_in_and_is_destroyed(charity, tmp_path):
    gift, _ = small_log()
    old = key()
    old_seed = log_keys.signer(log_keys.LOG_KEY).seed
    before = proof_file(tmp_path, gift)
    new = publishing.rotate_key(current_id()).text()
    assert (new, new.split("+")[0]) == (key(), old.split("+")[0])
    assert new != old
    assert log_keys.signer(log_keys.LOG_KEY).seed != old_seed
    for trusted in (old, new):  # the checkpoint of the hand-over is signed by both
        assert verified("checkpoint", log_root() / "checkpoint", "--key", trusted)[0]
    paid(anna(), open_causes()[0], 500, fee=0)
    publish()
    assert verified("log", log_root(), "--key", new)[0]
    holds, told = verified("log", log_root(), "--key", old)
    assert holds, told
    assert verified("proof", before, "--key", old)[0]
    (tmp_path / "keys").write_text(log_status.key_chain())
    fresh = tmp_path / "fresh.tlog-proof"
    fresh.write_text(proofs.gift_proof(gift.id) or "")
    assert not verified("proof", fresh, "--key", old)[0]
    assert verified("proof", fresh, "--key", old, "--chain", tmp_path / "keys")[0]
    assert proofs.breaches() == []


def test_the_wall_stands_and_leaves_are_never_altered(charity):
    small_log()
    assert wall_breaches() == []
    for statement in (
        "UPDATE trace_leaf SET body = 'x'",
        "DELETE FROM trace_leaf",
        "UPDATE trace_signedcheckpoint SET note = 'x'",
        "DELETE FROM trace_logbatch",
        "UPDATE trace_share SET gift_id = mint_id",
    ):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_leaves_come_out_in_the_order_of_posting_whatever_the_purchase_took(charity):
    cause = well()
    paid(anna(), cause, 10_000, fee=0)
    for _ in range(3):
        buy(cause, 700)
    publish()
    spans = [
        tuple(span[2:])
        for body in Leaf.objects.filter(kind="purchase").order_by("index")
        for span in json.loads(bytes(body.body))["taken"]
    ]
    assert spans == [(0, 700), (700, 1_400), (1_400, 2_100)]


def test_gifts_that_the_ledger_knows_alone_are_logged(charity):
    """The books may hold gifts that no payment of ours brought."""
    cause = well()
    gift_id = new_id()
    ledger.post_gift(
        gift_id=gift_id,
        fund_id=cause.fund_id,
        gross=eur(500),
        fee=Money(0, "EUR"),
        overhead_bps=0,
        account="cash:bank",
        key="k",
        value_date=date(2026, 11, 24),
    )
    publish()
    assert proofs.gift_proof(gift_id) is not None
