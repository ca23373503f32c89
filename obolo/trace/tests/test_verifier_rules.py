"""Each rule of the numbers in the one-file verifier: what breaks it is refused by its entry."""

import json
from typing import Any

import pytest

from obolo.ledger.models import ENTRY_KINDS
from obolo.trace.log import checkpoint, leaves, note, tree
from obolo.trace.log.tests.cast import LOG, OTHER
from obolo.trace.log_reading import BATCHED
from obolo.trace.tests.log_cast import a_batch, loaded, published, said, verified

KEY = LOG.key.text()
verify = loaded()


def _line(name: str, fund: str, purpose: str, currency: str = "EUR") -> bytes:
    told = {"kind": "line", "line": name, "fund": fund, "purpose": purpose, "currency": currency}
    return leaves.canonical(told)


# Entry 0 to 8: two funds with 1,000 cents each, the reserve with 100, a line in another currency.
_BEGIN = [
    leaves.rule(LOG.key.name, "fifo-1", {"en": ["The rule."]}),
    _line("a", "A", "restricted"),
    _line("b", "B", "restricted"),
    _line("r", "R", "reserve"),
    _line("x", "A", "restricted", "XOF"),
    a_batch("a", 0, 1_000),
    a_batch("b", 0, 1_000),
    a_batch("r", 0, 100),
    said("purchase", [["purchase", "a", 0, 400]], id="p"),
]


def _told(*more: bytes) -> str:
    replay = verify.Replay(LOG.key.name)
    try:
        for entry in [*_BEGIN, *more]:
            replay.tell(entry)
    except verify.Broken as wrong:
        return str(wrong)
    return ""


_ADVANCE = said("advance", [["purchase", "r", 0, 50]], id="q")
_REFUND = [["refund", "a", 900, 1_000]]

SOUND: dict[str, list[bytes]] = {
    "an IOU that is used at once": [
        said("refund", [*_REFUND, ["cover", "r", 0, 150]], minted=[["r", 100, 150]])
    ],
    "a fee given back": [said("fee", minted=[["r", 100, 130]])],
    "a conversion": [
        said("conversion", [["conversion", "a", 400, 500]], minted=[["x", 0, 65_595]])
    ],
    "an advance paid back": [
        _ADVANCE,
        said("reimburse", [["reimburse", "b", 0, 50]], minted=[["r", 100, 150]], id="q"),
    ],
    "a purchase that never happened": [said("release", freed=[["a", 0, 400]], id="p")],
    "a fund that ends": [
        said("transfer", [["transfer", "a", 400, 1_000]], minted=[["b", 1_000, 1_600]]),
        said("close"),
    ],
    "a gift's own cents that move": [
        said("transfer", [["transfer_own", "a", 700, 800]], minted=[["b", 1_000, 1_100]])
    ],
    "a posting in parts": [
        said("refund", [["refund", "a", 900, 950]], part=[1, 2]),
        said("refund", [["refund", "a", 950, 1_000]], part=[2, 2]),
    ],
    "what the organisation repays, and an owner": [said("repayment"), said("owner")],
}

BROKEN: dict[str, tuple[list[bytes], str]] = {
    "an IOU too large": (
        [said("refund", [["cover", "r", 0, 120]], minted=[["r", 100, 150]])],
        "Entry 9: of 50 cents that are owed not all were needed.",
    ),
    "an IOU on a fund": (
        [said("refund", [["cover", "r", 0, 100]], minted=[["a", 1_000, 1_050]])],
        "Entry 9: only the reserve gets cents that nobody gave.",
    ),
    "cents out of nothing": (
        [said("purchase", [["purchase", "b", 0, 5]], minted=[["b", 1_000, 1_005]], id="z")],
        "Entry 9: a purchase makes no cents.",
    ),
    "a cover by a fund": (
        [said("refund", [["cover", "b", 0, 100]])],
        "Entry 9: a cover is not the reserve's.",
    ),
    "a conversion into another fund": (
        [said("conversion", [["conversion", "b", 0, 100]], minted=[["x", 0, 65_595]])],
        "Entry 9: a conversion is between two currencies of one fund.",
    ),
    "a conversion into nothing": (
        [said("conversion", [["conversion", "a", 400, 500]])],
        "Entry 9: what it takes goes nowhere.",
    ),
    "a transfer into another currency": (
        [said("transfer", [["transfer", "b", 0, 100]], minted=[["x", 0, 100]])],
        "Entry 9: 100 cents became 100.",
    ),
    "an advance paid back to a fund": (
        [
            _ADVANCE,
            said("reimburse", [["reimburse", "b", 0, 50]], minted=[["a", 1_000, 1_050]], id="q"),
        ],
        "Entry 10: only the reserve is paid back.",
    ),
    "an advance paid back twice": (
        [
            _ADVANCE,
            said("reimburse", [["reimburse", "b", 0, 51]], minted=[["r", 100, 151]], id="q"),
        ],
        "Entry 10: more is paid back than was advanced.",
    ),
    "a purchase told twice": (
        [said("purchase", [["purchase", "a", 400, 401]], id="p")],
        "Entry 9: a purchase is told twice.",
    ),
    "half of what never happened": (
        [said("release", freed=[["a", 300, 400]], id="p")],
        "Entry 9: a purchase that never happened keeps [[0, 300]].",
    ),
    "cents of a purchase nobody told": (
        [said("supplier_refund", freed=[["a", 300, 400]], id="z")],
        "Entry 9: a purchase that was never told gives cents back.",
    ),
    "cents freed by a fee": (
        [said("fee", freed=[["a", 300, 400]])],
        "Entry 9: a fee frees no cents.",
    ),
    "files of a purchase nobody told": (
        [leaves.canonical({"kind": "evidence", "id": "z", "files": []})],
        "Entry 9: it shows a purchase that was never told.",
    ),
    "a fund that ends with cents": (
        [said("close")],
        "Entry 9: the line closes with [[400, 1000]] free.",
    ),
    "a move after the end": (
        [
            said("transfer", [["transfer", "a", 400, 1_000]], minted=[["b", 1_000, 1_600]]),
            said("close"),
            a_batch("a", 1_000, 1_010),
        ],
        "Entry 11: numbers 1000 to 1010 do not follow 1000.",
    ),
    "a part that is missing": (
        [said("refund", [["refund", "a", 900, 950]], part=[1, 2]), said("owner")],
        "Entry 10: a part of a posting is missing.",
    ),
    "a second part without the first": (
        [said("refund", [["refund", "a", 900, 950]], part=[2, 2])],
        "Entry 9: a part of a posting is missing.",
    ),
    "parts of different postings": (
        [
            said("refund", [["refund", "a", 900, 950]], part=[1, 2]),
            said("void", [["void", "a", 950, 960]], part=[2, 2]),
        ],
        "Entry 10: the parts of a posting do not belong together.",
    ),
}


@pytest.mark.parametrize("name", SOUND)
def test_what_the_ledger_does_is_told_again(name: str) -> None:
    assert _told(*SOUND[name]) == ""


@pytest.mark.parametrize("name", BROKEN)
def test_what_breaks_a_rule_is_refused_by_its_entry(name: str) -> None:
    entries, sentence = BROKEN[name]
    assert _told(*entries) == sentence


def test_a_log_does_not_end_within_a_posting(tmp_path) -> None:
    root = published(tmp_path, [*_BEGIN, said("refund", [["refund", "a", 900, 950]], part=[1, 2])])
    assert verified("log", root, "--key", KEY) == (
        False,
        "Entry 9: a part of a posting is missing.",
    )


def test_every_kind_of_the_ledger_is_known() -> None:
    assert {*ENTRY_KINDS} - {*BATCHED} == set(verify.POSTINGS)


# Keys of every kind of log.


def _rotated(tmp_path, **bent: Any):
    """A log that changed its key at entry 9; signed by the new key."""
    new = note.Signer.of(LOG.key.name, b"\x09" * 32)
    told = json.loads(leaves.key(LOG, new.key, 9)) | bent
    entries = [*_BEGIN, leaves.canonical(told), said("owner")]
    root = published(tmp_path / "log", entries)
    hashes = [tree.leaf_hash(entry) for entry in entries]
    signed = checkpoint.Checkpoint(LOG.key.name, len(entries), tree.root(hashes))
    (root / "checkpoint").write_text(checkpoint.sign(signed, new))
    return root, new


def test_the_old_key_leads_to_the_new_one(tmp_path) -> None:
    root, new = _rotated(tmp_path)
    for key in (KEY, new.key.text()):
        holds, told = verified("log", root, "--key", key)
        assert holds, told
    holds, told = verified("log", root, "--key", OTHER.key.text())
    assert not holds


def test_the_old_key_signs_nothing_more(tmp_path) -> None:
    root, _ = _rotated(tmp_path)
    told = checkpoint.parse((root / "checkpoint").read_text().split("\n\n")[0] + "\n")
    (root / "checkpoint").write_text(checkpoint.sign(told, LOG))
    holds, said_so = verified("log", root, "--key", KEY)
    assert not holds
    assert said_so == "The checkpoint is not signed by log.example/one."


def test_a_new_key_that_the_old_one_did_not_sign_is_refused(tmp_path) -> None:
    thief = note.Signer.of(LOG.key.name, b"\x08" * 32)
    root, _ = _rotated(tmp_path, key=thief.key.text())
    holds, told = verified("log", root, "--key", KEY)
    assert (holds, told) == (False, "Entry 9: the former key did not sign the new key in.")


def test_a_log_may_have_another_name_than_its_key(tmp_path) -> None:
    told = checkpoint.Checkpoint("another tree", 5, bytes(32))
    text = told.text()
    (tmp_path / "c").write_text(note.assembled(text, [LOG.line(text)]))
    words = ("checkpoint", tmp_path / "c", "--key", KEY)
    assert not verified(*words)[0]
    holds, said_so = verified(*words, "--origin", "another tree")
    assert holds, said_so
