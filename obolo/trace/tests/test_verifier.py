"""The one-file verifier against honest logs and against everybody who would cheat."""

import base64
import json
import shutil

import pytest

from obolo.trace.log import leaves, note, proof, tiles, tree
from obolo.trace.log.tests.cast import LOG, OTHER, WITNESS
from obolo.trace.tests.log_cast import (
    a_batch,
    a_gift_proof,
    a_story,
    loaded,
    published,
    said,
    verified,
)

KEY = LOG.key.text()
verify = loaded()


@pytest.fixture
def root(tmp_path):
    """The published story of eight months."""
    return published(tmp_path / "log", a_story())


def _log(root, *more: object) -> tuple[bool, str]:
    return verified("log", root, "--key", KEY, *more)


def _told(root, entries) -> str:
    """What the verifier says, in this process, about a log with these entries."""
    published(root, entries)
    log = verify.Log(root)
    chain = verify.Chain(verify.Key(KEY))
    told = verify.Checkpoint((root / "checkpoint").read_text(), chain)
    try:
        verify.check_log(log, told, [], chain)
    except verify.Broken as wrong:
        return str(wrong)
    return ""


def test_an_honest_log_holds(root):
    holds, told = _log(root)
    assert holds, told
    assert told.startswith("All of log.example/one holds: 67 entries, root ")
    assert "8800 cents on 2 lines, 0 free" in told


@pytest.mark.parametrize("size", [1, 3, 255, 256, 257, 600])
def test_logs_of_all_widths_hold(tmp_path, size):
    assert _told(tmp_path / "log", a_story(80)[:size]) == ""


def test_a_log_of_three_levels_of_tiles_holds_and_each_tile_matters(tmp_path):
    lines = [said("owner", at=n) for n in range(256 * 256 + 300)]
    root = tmp_path / "log"
    entries = [*a_story(0)[:1], *lines]
    assert _told(root, entries) == ""
    (root / "tile/2/000.p/1").write_bytes(bytes(32))
    holds, told = _log(root)
    assert not holds
    assert told == "Tile 0 of level 2 is not made from what is below it."


def test_other_keys_than_ours_are_fine_and_must_fit(root):
    holds, told = verified("log", root, "--key", OTHER.key.text())
    assert not holds
    assert told == f"The checkpoint is not signed by {OTHER.key.name}."
    holds, told = verified("checkpoint", root / "checkpoint", "--key", KEY)
    assert holds
    assert "has signed 67 entries" in told


def test_the_key_may_lie_in_a_file(root, tmp_path):
    (tmp_path / "key").write_text(KEY + "\n")
    assert verified("log", root, "--key", tmp_path / "key")[0]
    assert verified("log", root, "--key", "nonsense") == (
        False,
        "The key does not read name+id+base64 of an Ed25519 key.",
    )


def test_a_witness_must_vouch_when_it_is_asked_for(root):
    asked = ("--witness", WITNESS.key.text())
    assert _log(root, *asked) == (
        False,
        "The witness witness.example/w has not vouched for the checkpoint.",
    )
    signed = (root / "checkpoint").read_text()
    line = WITNESS.line(note.parse(signed).text, at_seconds=7)
    (root / "checkpoint").write_text(signed + line)
    assert _log(root, *asked)[0]
    assert _log(root)[0], "an unknown witness is no fault"
    (root / "checkpoint").write_text(signed + WITNESS.line("other\n", at_seconds=7))
    assert _log(root, *asked)[1] == "The signature of witness.example/w is wrong."


# What an adversary with all files and the key itself can do.


@pytest.mark.parametrize("at", [0, 3, 40, 66])
def test_a_flipped_bit_is_named(root, at):
    folder = tiles.Folder(root)
    path = "tile/entries/000.p/67"
    entries = tiles.unbundled(folder.read(path) or b"")
    entries[at] = entries[at][:-3] + bytes([entries[at][-3] ^ 1]) + entries[at][-2:]
    folder.write(path, tiles.bundle(entries))
    holds, told = _log(root)
    assert not holds
    assert told == f"Entry {at} is not what its published hash was made from."


def _cheats() -> dict[str, list[bytes]]:
    """Logs in which everything fits but the earlier checkpoint of 40 entries."""
    honest = a_story()
    refund = next(n for n, e in enumerate(honest) if json.loads(e)["kind"] == "refund")
    moved = [*honest[:refund], honest[refund + 1], honest[refund], *honest[refund + 2 :]]
    reworded = honest[3].replace(b'"1+"', b'"9+"')
    return {
        "altered": [*honest[:3], reworded, *honest[4:]],
        "moved": moved,
        "dropped": [e for e in honest if json.loads(e).get("id") != "r0"],
    }


@pytest.mark.parametrize("cheat", ["altered", "moved", "dropped"])
def test_a_log_written_and_signed_anew_is_named_by_an_earlier_checkpoint(root, tmp_path, cheat):
    honest = a_story()
    earlier = published(tmp_path / "earlier", honest[:40])
    first = published(tmp_path / "first", honest[:5])
    cheated = published(tmp_path / "cheated", _cheats()[cheat])
    holds, told = _log(cheated, "--since", first / "checkpoint", "--since", earlier / "checkpoint")
    assert not holds
    if cheat == "altered":
        assert told.startswith("An entry from 0 to 4 was altered, dropped or moved")
    elif cheat == "moved":
        assert told.startswith("An entry from 5 to 39 was altered, dropped or moved")
    else:
        # A dropped use leaves lower cents free: the next use on that line gives it away.
        assert told.startswith(("An entry from 5 to 39", "Entry 1"))
    copied, named = _log(cheated, "--copy", earlier)
    assert not copied
    first_wrong = next(n for n in range(40) if _cheats()[cheat][n] != honest[n])
    assert named == f"Entry {first_wrong} is another one than in the earlier copy."


def test_a_rolled_back_log_is_named(root, tmp_path):
    shorter = published(tmp_path / "shorter", a_story()[:50])
    holds, told = _log(shorter, "--since", root / "checkpoint")
    assert not holds
    assert told == "The log was rolled back: it had 67 entries and has 50."
    holds, told = verified(
        "consistency",
        root / "checkpoint",
        shorter / "checkpoint",
        "--key",
        KEY,
        "--log",
        shorter,
    )
    assert not holds
    assert told == "The log was rolled back from 67 entries to 50."


@pytest.mark.parametrize("path", ["tile/0/000.p/67", "tile/entries/000.p/67", "checkpoint"])
def test_a_missing_file_is_named(root, path):
    (root / path).unlink()
    holds, told = _log(root)
    assert not holds
    assert "missing" in told or "cannot be read" in told


def test_a_bundle_that_is_cut_short_is_named(root):
    bundle = root / "tile/entries/000.p/67"
    bundle.write_bytes(bundle.read_bytes()[:-1])
    assert _log(root) == (False, "Entry 67 is missing from its bundle.")
    bundle.write_bytes(bundle.read_bytes()[:3])
    assert _log(root) == (False, "Entry 1 is missing from its bundle.")


def _bent(at: int, **changed: object) -> list[bytes]:
    entries = a_story(1)
    told = json.loads(entries[at]) | changed
    entries[at] = json.dumps({k: v for k, v in told.items() if v is not None}).encode()
    return entries


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        (_bent(0, kind="line"), "Entry 0: the log does not begin with its rule."),
        (_bent(0, origin="log.example/two"), "Entry 0: the log does not begin with its rule."),
        (_bent(2, line="a"), "Entry 2: a line begins twice."),
        (_bent(3, lo=1), "Entry 3: numbers 1 to 1000 do not follow 0."),
        (_bent(3, hi=0), "Entry 3: numbers 0 to 0 do not follow 0."),
        (_bent(3, hi=1.5), "Entry 3: numbers 0 to 1.5 do not follow 0."),
        (_bent(3, line="c"), "Entry 3 cannot be read."),
        (_bent(3, kind="grant"), "Entry 3: 'grant' is no kind of entry."),
        (_bent(5, amount_minor=399), "Entry 5: the amount is not that of its cents."),
        (
            _bent(5, taken=[["purchase", "a", 1, 401]]),
            "Entry 5: it takes [[1, 401]], the lowest free cents are [[0, 400]].",
        ),
        (
            _bent(5, taken=[["purchase", "a", 0, 1_001]], amount_minor=1_001),
            "Entry 5: it takes [[0, 1001]], the lowest free cents are [[0, 1000]].",
        ),
        (
            _bent(5, taken=[["gift", "a", 0, 400]]),
            "Entry 5: 'gift' is no way to use cents in a purchase.",
        ),
        (
            _bent(5, taken=[["purchase", "a", 400, 0]], amount_minor=-400),
            "Entry 5: 'purchase' is no way to use cents in a purchase.",
        ),
        (
            _bent(6, taken=[["refund", "a", 300, 400]], amount_minor=100),
            "Entry 6: numbers 300 to 400 are not free.",
        ),
        (
            _bent(6, taken=[["refund", "a", 950, 1_050]], amount_minor=100),
            "Entry 6: numbers 950 to 1050 are not free.",
        ),
        (_bent(7, freed=[["a", 350, 450]]), "Entry 7: numbers 350 to 450 were not used."),
        (_bent(7, freed=[["a", 900, 1_100]]), "Entry 7: numbers 900 to 1100 were not used."),
        (
            _bent(7, freed=[["a", 250, 350]]),
            "Entry 7: it frees [[250, 350]], the purchase's highest cents are [[300, 400]].",
        ),
        (
            [
                *a_story(1),
                a_batch("a", 1_000, 1_010),
                said("transfer", [["transfer", "a", 1_000, 1_010]], minted=[["b", 100, 109]]),
            ],
            "Entry 12: 10 cents became 9.",
        ),
        (_bent(7, freed=[["a", 300, 300]]), "Entry 7: numbers 300 to 300 were not used."),
        (
            [*a_story(1), said("fee", minted=[["b", 90, 95]])],
            "Entry 11: numbers 90 to 95 do not follow 100.",
        ),
        (
            [*a_story(1), said("close"), said("fee", minted=[["a", 1_000, 1_001]])],
            "Entry 12: numbers 1000 to 1001 do not follow 1000.",
        ),
        ([*a_story(1), b"{"], "Entry 11 cannot be read."),
        ([*a_story(1), b"[]"], "Entry 11 cannot be read."),
        ([*a_story(1), b'{"kind":[]}'], "Entry 11 cannot be read."),
        ([*a_story(1), b"[" * 60_000], "Entry 11 cannot be read."),
        ([*a_story(1), b"\xff"], "Entry 11 cannot be read."),
    ],
)
def test_the_first_entry_that_breaks_a_rule_is_named(tmp_path, entries, sentence):
    assert _told(tmp_path / "log", a_story(1)) == ""
    assert _told(tmp_path / "log", entries) == sentence


@pytest.mark.parametrize(
    ("unspent", "unlogged", "held", "sentence"),
    [
        (1_000, 0, 1_000, ""),
        (1_030, 30, 1_100, ""),
        (980, -20, 980, ""),
        (999, 0, 1_000, "Entry 4: it tells of other unspent cents than the 1000 of the log."),
        (1_000, 0, 999, "On 2026-11-24 1000 cents EUR were unspent, 999 were held."),
    ],
)
def test_cash_stands_beside_the_unspent_cents(tmp_path, unspent, unlogged, held, sentence):
    told: dict[str, object] = {"kind": "cash", "on": "2026-11-24", "currency": "EUR"}
    told |= {"unspent_minor": unspent, "unlogged_minor": unlogged}
    told["accounts"] = [{"account": "cash:bank", "minor": held}]
    entries = [*a_story(1)[:4], json.dumps(told).encode()]
    published(tmp_path / "log", entries)
    holds, said = _log(tmp_path / "log")
    assert said == sentence if sentence else holds


# Two checkpoints.


@pytest.mark.parametrize("old", [0, 1, 31, 32, 50, 66, 67])
def test_a_log_begins_with_what_it_was(root, tmp_path, old):
    before = published(tmp_path / "before", a_story()[:old])
    words = ("consistency", before / "checkpoint", root / "checkpoint", "--key", KEY)
    assert verified(*words, "--log", root)[0]
    hashes = [tree.leaf_hash(entry) for entry in a_story()]
    path = tree.consistency(old, 67, tree.nodes_of(hashes))
    lines = [base64.b64encode(one).decode() for one in path]
    (tmp_path / "proof").write_text("".join(f"{line}\n" for line in lines))
    assert verified(*words, "--proof", tmp_path / "proof")[0]


def test_a_fork_is_named(root, tmp_path):
    entries = a_story()[:32]
    forked = published(tmp_path / "forked", [*entries[:-1], b"another"])
    words = ("consistency", forked / "checkpoint", root / "checkpoint", "--key", KEY)
    assert verified(*words, "--log", root) == (
        False,
        "The log of 67 does not begin with the log of 32.",
    )


# Proofs of gifts.


def _proof(text: str) -> str:
    try:
        told: str = verify.check_proof(text, verify.Chain(verify.Key(KEY)), [], None)
    except verify.Broken:
        return ""
    return told


def test_a_gift_is_told_with_its_numbers(tmp_path):
    (tmp_path / "gift").write_text(a_gift_proof(), encoding="utf-8")
    words = ("proof", tmp_path / "gift", "--key", KEY)
    holds, told = verified(*words)
    assert holds, told
    assert told.startswith(
        "The gift with the reference RF18 0001 has the 421 cents 91 to 511 of the line a,"
    )
    assert verified(*words, "--reference", "RF18 0001")[0]
    assert verified(*words, "--reference", "RF18 0002") == (
        False,
        "The proof is about the payment RF18 0001, not RF18 0002.",
    )


def test_every_changed_byte_of_a_proof_is_noticed():
    text = a_gift_proof()
    raw = text.encode()
    assert _proof(text)
    for at in range(len(raw)):
        bent = bytearray(raw)
        bent[at] ^= (1, 2, 4, 8, 16, 32)[at % 6]
        try:
            told = bent.decode()
        except UnicodeDecodeError:
            continue
        assert not _proof(told), at


def _extra_changed(**changed: object) -> str:
    parsed = proof.parse(a_gift_proof())
    told = json.loads(parsed.extra) | changed
    parsed = proof.Proof(parsed.index, parsed.path, parsed.signed, leaves.canonical(told))
    return proof.write(parsed)


@pytest.mark.parametrize(
    "changed",
    [
        {"amount_minor": 420},
        {"amount_minor": -1},
        {"amount_minor": 2**64},
        {"amount_minor": True},
        {"amount_minor": 421.0},
        {"reference": "RF18 0002"},
        {"reference": 7},
        {"salt": "05" * 31},
        {"salt": "FF" * 32},
        {"position": 4},
        {"position": -3},
        {"position": 13},
        {"sums": []},
        {"sums": [["00", 1]]},
        {"sums": 7},
        {"body": "{}"},
        {"more": 1},
    ],
)
def test_what_opens_a_gift_cannot_be_told_otherwise(changed):
    assert _proof(_extra_changed())
    assert not _proof(_extra_changed(**changed))


def test_two_spellings_of_a_hash_are_not_one():
    told = json.loads(proof.parse(a_gift_proof()).extra)
    upper = [[hashed.upper(), minor] for hashed, minor in told["sums"]]
    assert not _proof(_extra_changed(sums=upper))


def test_every_lost_line_and_every_cut_is_noticed():
    text = a_gift_proof()
    lines = text.splitlines(keepends=True)
    for at in range(len(lines)):
        assert not _proof("".join(lines[:at] + lines[at + 1 :])), at
    for at in range(0, len(text), 7):
        assert not _proof(text[:at]), at


def test_what_is_no_proof_is_refused(tmp_path):
    for told in (b"", b"hello", b"\xff", b"c2sp.org/tlog-proof@v1\n"):
        (tmp_path / "x").write_bytes(told)
        assert not verified("proof", tmp_path / "x", "--key", KEY)[0]
    assert not verified("proof", tmp_path / "none", "--key", KEY)[0]


# Its own Ed25519.


def test_its_signatures_are_those_of_everybody():
    for n in range(4):
        signer = note.Signer.of("log.example/x", bytes([n]) * 32)
        line = signer.line(f"text {n}\n")
        signature = note.parse(note.assembled("\n", [line])).lines[0][1][4:]
        message = f"text {n}\n".encode()
        assert verify.signature_holds(signer.key.public, message, signature)
        assert not verify.signature_holds(signer.key.public, message + b"x", signature)
        for at in (0, 31, 32, 63):
            bent = bytearray(signature)
            bent[at] ^= 1
            assert not verify.signature_holds(signer.key.public, message, bytes(bent))


def test_a_signature_has_one_spelling():
    """Adding the order of the group to S makes another signature that must not hold."""
    line = LOG.line("text\n")
    signature = note.parse(note.assembled("\n", [line])).lines[0][1][4:]
    s = int.from_bytes(signature[32:], "little") + verify.L
    other = signature[:32] + s.to_bytes(32, "little")
    assert verify.signature_holds(LOG.key.public, b"text\n", signature)
    assert not verify.signature_holds(LOG.key.public, b"text\n", other)
    for wrong in (b"", signature[:-1], signature + b"\0", bytes(64), b"\xff" * 64):
        assert not verify.signature_holds(LOG.key.public, b"text\n", wrong)


def test_the_first_vector_of_rfc_8032():
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    signature = bytes.fromhex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac"
        "c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )
    assert verify.signature_holds(public, b"", signature)


def test_it_shares_no_code_with_the_writer_and_needs_nothing_installed(root, tmp_path):
    alone = tmp_path / "elsewhere"
    alone.mkdir()
    copy = shutil.copy(verify.__file__, alone / "v.py")
    source = (alone / "v.py").read_text(encoding="utf-8")
    assert "import obolo" not in source
    assert "from obolo" not in source
    assert copy
    assert verified("log", root, "--key", KEY)[0]  # runs with -I -S: no site packages
