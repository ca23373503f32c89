"""Somebody with every right on the machine edits what was written: each edit is named.

By the audit where the records no longer fit each other; by the one-file verifier against an earlier
copy or checkpoint where everything was made to fit again, signature included.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from obolo.causes.tests.cast import buy, well
from obolo.giving.tests.cast import paid
from obolo.organisations.wall import current_id, within
from obolo.people.tests.cast import anna, emma
from obolo.project.database import owner_dsn
from obolo.stories import audit
from obolo.trace import publishing
from obolo.trace.log import checkpoint, tiles, tree
from obolo.trace.log.tests.cast import OTHER
from obolo.trace.log_keys import LOG_KEY, signer
from obolo.trace.log_models import Leaf, LogHead, Share
from obolo.trace.tests.log_cast import key, log_root, publish, verified


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    """A folder of our own."""
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def books(committed: Any, tmp_path: Path) -> Iterator[Path]:
    """Six gifts and three purchases, published; then the copy an outsider kept of that day."""
    with within(committed.id):
        cause = well()
        for minor in (500, 500, 700):
            paid(anna(), cause, minor, fee=0)
            paid(emma(), cause, minor, fee=0)
            buy(cause, 300)
            publish()
        assert audit.breaches() == []
        shutil.copytree(log_root(), tmp_path / "kept")
        paid(anna(), cause, 900, fee=0)
        publish()
    with within(committed.id):
        yield tmp_path / "kept"


def _owner(statement: str) -> None:
    """As the owner, behind every trigger and key; each statement touches something."""
    with psycopg.connect(owner_dsn()) as owner:
        owner.execute("SET LOCAL session_replication_role = replica")
        for one in statement.split(";"):
            done = owner.execute(one.replace("ORG", f"'{current_id()}'").encode())
            assert done.rowcount > 0, one


# The `n`th row of a table in the order of posting, of this organisation.
_ENTRY = (
    "(SELECT id FROM ledger_entry WHERE organisation_id = ORG AND kind = '{kind}'"
    " ORDER BY turn OFFSET {n} LIMIT 1)"
)
_SECOND_PURCHASE = _ENTRY.format(kind="purchase", n=1)
_SECOND_GIFT = _ENTRY.format(kind="gift", n=1)
EDITS = {
    "a bit of a leg": (
        f"UPDATE ledger_leg SET amount_minor = amount_minor # 1 WHERE entry_id = {_SECOND_GIFT}"
        " AND account LIKE 'cash:%'",
        "an entry does not balance: ledger_entry",
    ),
    "a bit of an entry": (
        f"UPDATE ledger_entry SET overhead_bps = overhead_bps # 64 WHERE id = {_SECOND_GIFT}",
        "the overhead of a gift is not its cumulative share: ledger_entry",
    ),
    "a bit of a mint": (
        f"UPDATE ledger_mint SET lo = lo # 1 WHERE entry_id = {_SECOND_GIFT}",
        "I1: numbers have a gap or an overlap: ledger_mint",
    ),
    "an entry dropped with its legs": (
        f"DELETE FROM ledger_leg WHERE entry_id = {_SECOND_PURCHASE};"
        f"DELETE FROM ledger_entry WHERE id = {_SECOND_PURCHASE}",
        "its posting is gone from the ledger",
    ),
    "two entries in another order": (
        f"UPDATE ledger_entry SET turn = -1 WHERE id = {_SECOND_PURCHASE}",
        "no replay tells it",
    ),
    "the amount of a purchase": (
        "UPDATE causes_purchase SET amount_minor = amount_minor + 1 WHERE organisation_id = ORG",
        "causes_purchase",
    ),
    "a purchase, consistently": (
        # What it took, its legs and every sum beside: only the log still tells the truth.
        f"UPDATE ledger_entry SET value_date = value_date + 1 WHERE id = {_SECOND_PURCHASE}",
        "the ledger's on is",
    ),
    "what was bought": (
        "UPDATE causes_purchase SET description = 'Something else' WHERE organisation_id = ORG",
        "the description of its purchase is another",
    ),
    "a leaf of a batch": (
        "UPDATE trace_logbatch SET leaves = set_byte(leaves, 3, get_byte(leaves, 3) # 1)"
        " WHERE organisation_id = ORG",
        "do not make the logged root",
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_the_audit_names_what_the_owner_changed(books: Path, name: str) -> None:
    statement, named = EDITS[name]
    _owner(statement)
    found = audit.breaches()
    assert any(named in one for one in found), found


def _swap(table: str, column: str, where: str) -> str:
    """Exchange what two rows say of whose they are."""
    shares = Share.objects.filter(batch__leaf__index=_leaf_of("gifts").index).order_by("position")
    one, other = shares[0], shares[1]
    assert one.gift_id != other.gift_id
    return ";".join(
        f"UPDATE {table} SET {column} = '{theirs.gift_id}' WHERE {where} = '{of(mine)}'"
        for mine, theirs in ((one, other), (other, one))
        for of in [lambda row: row.id if table == "trace_share" else row.mint_id]
    )


def test_two_donors_whose_shares_were_exchanged_are_named(books: Path) -> None:
    in_log = _swap("trace_share", "gift_id", "id")
    in_books = _swap("ledger_mint", "source_id", "id")
    _owner(in_log)
    assert any("The log tells of cents that no gift has" in one for one in audit.breaches())
    _owner(in_books)  # now both agree, but the salt opens with the payment of another
    found = audit.breaches()
    assert any("it does not open with the payment of gift" in one for one in found), found


def _named_by_the_copy(kept: Path) -> str:
    holds, told = verified("log", log_root(), "--key", key(), "--copy", kept)
    assert not holds, told
    return told


def _named_by_the_checkpoint(kept: Path) -> str:
    holds, told = verified("log", log_root(), "--key", key(), "--since", kept / "checkpoint")
    assert not holds, told
    return told


def _written_anew() -> None:
    """Everything made to fit again: head, checkpoints signed with the real key, all files."""
    edge = tree.Frontier()
    for body in Leaf.objects.order_by("index").values_list("body", flat=True):
        edge.append(tree.leaf_hash(bytes(body)))
    told = checkpoint.Checkpoint(signer(LOG_KEY).key.name, edge.size, edge.root())
    note = checkpoint.sign(told, signer(LOG_KEY))
    head, packed, root = LogHead.objects.get(), edge.packed().hex(), edge.root().hex()
    _owner(
        f"UPDATE trace_loghead SET size = {edge.size}, frontier = '\\x{packed}', written_size = 0"
        f" WHERE id = '{head.id}';"
        "DELETE FROM trace_signedcheckpoint WHERE organisation_id = ORG;"
        "INSERT INTO trace_signedcheckpoint (organisation_id, id, size, root, note, signed_at)"
        f" VALUES (ORG, gen_random_uuid(), {edge.size}, '\\x{root}', '{note}', now())"
    )
    shutil.rmtree(log_root())
    publishing.write_files(current_id())


def _leaf_of(kind: str, n: int = 0) -> Leaf:
    return Leaf.objects.filter(kind=kind).order_by("index")[n]


def test_a_log_written_anew_with_one_word_altered_is_named(books: Path) -> None:
    leaf = _leaf_of("purchase", 1)
    told = json.loads(bytes(leaf.body)) | {"on": "2020-01-01"}
    body = json.dumps(told, sort_keys=True, separators=(",", ":")).encode().hex()
    _owner(f"UPDATE trace_leaf SET body = '\\x{body}' WHERE id = '{leaf.id}'")
    _written_anew()
    assert _named_by_the_copy(books) == (
        f"Entry {leaf.index} is another one than in the earlier copy."
    )
    assert "was altered, dropped or moved" in _named_by_the_checkpoint(books)
    assert any(f"entry {leaf.index}" in one for one in audit.breaches())


def test_a_log_written_anew_with_an_entry_dropped_is_named(books: Path) -> None:
    leaf = _leaf_of("purchase", 2)
    _owner(
        f"DELETE FROM trace_leaf WHERE id = '{leaf.id}';"
        f"UPDATE trace_leaf SET index = index - 1 WHERE organisation_id = ORG"
        f" AND index > {leaf.index}"
    )
    _written_anew()
    assert _named_by_the_copy(books) == (
        f"Entry {leaf.index} is another one than in the earlier copy."
    )


def test_a_log_written_anew_in_another_order_is_named(books: Path) -> None:
    first, second = _leaf_of("gifts", 0), _leaf_of("gifts", 1)
    _owner(
        f"UPDATE trace_leaf SET index = 1000000 WHERE id = '{first.id}';"
        f"UPDATE trace_leaf SET index = {first.index} WHERE id = '{second.id}';"
        f"UPDATE trace_leaf SET index = {second.index} WHERE id = '{first.id}'"
    )
    _written_anew()
    assert f"Entry {first.index} is another one" in _named_by_the_copy(books)
    assert "was altered, dropped or moved" in _named_by_the_checkpoint(books)


def test_a_log_rolled_back_is_named(books: Path) -> None:
    size = LogHead.objects.get().size
    kept = int((books / "checkpoint").read_text().split("\n")[1])
    _owner(f"DELETE FROM trace_leaf WHERE organisation_id = ORG AND index >= {kept - 2}")
    _written_anew()
    assert _named_by_the_checkpoint(books) == (
        f"The log was rolled back: it had {kept} entries and has {kept - 2}."
    )
    assert size > kept


def test_a_checkpoint_of_another_key_is_named(books: Path) -> None:
    told = checkpoint.parse((log_root() / "checkpoint").read_text().split("\n\n")[0] + "\n")
    forged = checkpoint.sign(told, OTHER)
    tiles.Folder(log_root()).write("checkpoint", forged.encode())
    holds, said = verified("log", log_root(), "--key", key())
    assert not holds
    assert "is not signed by" in said
    assert any("is not one that was signed" in one for one in audit.breaches())


def test_a_bit_of_a_published_file_is_named(books: Path) -> None:
    bundle = log_root() / f"tile/entries/000.p/{LogHead.objects.get().size}"
    told = bytearray(bundle.read_bytes())
    told[40] ^= 1
    bundle.write_bytes(bytes(told))
    assert _named_by_the_copy(books).startswith("Entry 0 ")
