"""Proof files: as written so read, and no byte of one may change."""

import json
from datetime import UTC, datetime
from functools import cache
from uuid import UUID

import pytest

from obolo.trace.log import checkpoint, leaves, proof, sumtree, tree
from obolo.trace.log.errors import BadNote, BadProof
from obolo.trace.log.leaves import Stretch
from obolo.trace.log.tests.cast import LOG, OTHER, WITNESS, hashes

LINE = UUID(int=1)
AT = datetime(2026, 11, 24, tzinfo=UTC)


@cache
def _told(*, index: int = 3, size: int = 7) -> str:
    """The proof of a gift of 421 cents that begins at 90."""
    nodes = [sumtree.zero() for _ in range(8)]
    sealed = sumtree.Sealed(5, 421, b"\x05" * 32, "RF18 0001")
    nodes[2] = sumtree.leaf(90, b"\x02" * 32, sumtree.commitment(b"\x02" * 32, "RF19"))
    committed = sumtree.commitment(sealed.salt, sealed.reference)
    nodes[5] = sumtree.leaf(421, sealed.salt, committed)
    root = sumtree.rows(nodes)[-1][0]
    body = leaves.gifts(Stretch(LINE, 0, 511), 2, root.hashed, AT)
    entries = hashes(size)
    entries[index] = tree.leaf_hash(body)
    path = tree.inclusion(index, size, tree.nodes_of(entries))
    told = checkpoint.Checkpoint(LOG.key.name, size, tree.root(entries))
    share = proof.Share(body, sealed, tuple(sumtree.path(nodes, 5)))
    signed = checkpoint.sign(told, LOG)
    return proof.write(proof.Proof(index, tuple(path), signed, share.extra()))


def test_a_gift_is_proven_with_its_numbers():
    assert proof.check_share(_told(), LOG.key) == (str(LINE), 90, 511)


def test_what_is_read_is_what_was_written():
    told = _told()
    assert proof.write(proof.parse(told)) == told


def test_several_proofs_lie_in_one_file():
    one, other = _told(), _told(index=0, size=1)
    assert proof.split(proof.joined([one, other, one])) == [one, other, one]
    assert proof.split(one) == [one]
    assert proof.holds(proof.joined([one, other]), LOG.key)


def test_a_proof_that_a_witness_vouched_for_holds():
    told = _told()
    text = told.split("\n\n")[1] + "\n"
    cosigned = told + WITNESS.line(text, at_seconds=7)
    assert proof.check_share(cosigned, LOG.key) == (str(LINE), 90, 511)


def test_every_changed_byte_of_a_proof_is_noticed():
    raw = _told().encode()
    assert proof.holds(raw.decode(), LOG.key)
    for at in range(len(raw)):
        for bit in (0x01, 0x20):
            bent = bytearray(raw)
            bent[at] ^= bit
            try:
                text = bent.decode()
            except UnicodeDecodeError:
                continue
            assert not proof.holds(text, LOG.key), (at, bit)


def test_every_cut_and_every_lost_line_is_noticed():
    told = _told()
    for at in range(len(told)):
        assert not proof.holds(told[:at], LOG.key), at
    lines = told.splitlines(keepends=True)
    for at in range(len(lines)):
        assert not proof.holds("".join(lines[:at] + lines[at + 1 :]), LOG.key), at


def test_another_key_does_not_vouch():
    with pytest.raises(BadNote):
        proof.check_share(_told(), OTHER.key)


def _with_extra(**changed: object) -> str:
    parsed = proof.parse(_told())
    told = json.loads(parsed.extra) | changed
    extra = leaves.canonical(told)
    return proof.write(proof.Proof(parsed.index, parsed.path, parsed.signed, extra))


@pytest.mark.parametrize(
    "changed",
    [
        {"amount_minor": 420},
        {"amount_minor": -1},
        {"amount_minor": 2**63},
        {"reference": "RF18 0002"},
        {"salt": "00" * 32},
        {"salt": "05" * 31},
        {"position": 4},
        {"position": -3},
        {"position": 5 + 8},
        {"sums": []},
        {"sums": [["00", 1]]},
        {"body": "{}"},
        {"more": 1},
    ],
)
def test_what_opens_a_gift_cannot_be_told_otherwise(changed):
    assert _with_extra() == _told()
    assert not proof.holds(_with_extra(**changed), LOG.key)


def test_an_entry_that_is_no_batch_opens_no_gift():
    body = leaves.evidence(LINE, [])
    parsed = proof.parse(_told())
    share = proof.share_of(parsed.extra)
    entries = [tree.leaf_hash(body)]
    told = checkpoint.Checkpoint(LOG.key.name, 1, tree.root(entries))
    other = proof.Share(body, share.sealed, share.siblings)
    file = proof.write(proof.Proof(0, (), checkpoint.sign(told, LOG), other.extra()))
    with pytest.raises(BadProof, match="no batch"):
        proof.check_share(file, LOG.key)
