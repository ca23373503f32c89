"""Notes: the example of Go's sumdb, and every way to spoil one."""

import base64

import pytest

from obolo.trace.log import checkpoint, note
from obolo.trace.log.errors import BadNote
from obolo.trace.log.tests.cast import LOG, OTHER, WITNESS, signed

# The key pair and the note of the example in golang.org/x/mod/sumdb/note.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
NOTE = (
    f"{TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXg"
    "KvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_the_example_of_sumdb_is_signed_alike():
    signer = note.Signer.of("PeterNeumann", SEED)
    assert signer.key.text() == PETER
    assert note.assembled(TEXT, [signer.line(TEXT)]) == NOTE
    opened, signatures = note.verify(NOTE, [note.parse_key(PETER)])
    assert (opened.text, [s.key.name for s in signatures]) == (TEXT, ["PeterNeumann"])
    assert str(opened) == NOTE


@pytest.mark.parametrize(
    "text",
    [
        PETER,
        "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    ],
)
def test_keys_of_others_are_read(text):
    assert note.parse_key(text + "\n").text() == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PeterNeumann",
        PETER.replace("c74f20a3", "c74f20a4"),
        PETER.replace("+AR", "+BR"),  # another kind: another id
        PETER[:-4],
        PETER + "=",
        "Peter Neumann" + PETER[12:],
        PETER.replace("+AR", "+\n"),
        "sig+c0d23d6a+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABA==",
    ],
)
def test_what_is_no_key_is_refused(text):
    with pytest.raises(BadNote):
        note.parse_key(text)


def test_every_changed_byte_of_a_note_is_noticed():
    raw = NOTE.encode()
    for at in range(len(raw)):
        for bit in (0x01, 0x20):
            bent = bytearray(raw)
            bent[at] ^= bit
            try:
                told = bent.decode()
            except UnicodeDecodeError:
                continue
            with pytest.raises(BadNote):
                note.verify(told, [note.parse_key(PETER)])


def test_unknown_signatures_are_ignored():
    told = signed(3)
    lines = [OTHER.line(f"{OTHER.key.name}\n"), "— sig.example/x AAAAAAAB\n"]
    found = checkpoint.verify(told + "".join(lines), LOG.key)
    assert found.size == 3


def test_a_known_key_that_fails_spoils_the_note():
    told = signed(3) + WITNESS.line("another text\n", at_seconds=7)
    assert checkpoint.verify(told, LOG.key).size == 3
    with pytest.raises(BadNote, match="signature of witness"):
        checkpoint.verify(told, LOG.key, [WITNESS.key])


def test_a_witness_vouches_with_its_time():
    told = signed(3)
    text = note.parse(told).text
    _, signatures = note.verify(told + WITNESS.line(text, at_seconds=1_700_000_000), [WITNESS.key])
    assert [s.at_seconds for s in signatures] == [1_700_000_000]


def test_many_signatures_are_read():
    others = [note.Signer.of(f"w.example/{n}", bytes([n]) * 32) for n in range(20)]
    told = signed(3)
    text = note.parse(told).text
    told += "".join(other.line(text) for other in others)
    _, signatures = note.verify(told, [LOG.key, *(other.key for other in others)])
    assert len(signatures) == 21


def test_a_short_signature_of_a_known_key_is_wrong():
    line = f"— {LOG.key.name} {base64.b64encode(LOG.key.id + bytes(63)).decode()}\n"
    with pytest.raises(BadNote, match="length"):
        note.verify(note.assembled("a\n", [line]), [LOG.key])


@pytest.mark.parametrize(
    "told",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\nno signature\n",
        "text\n\n— name !!!!\n",
        "text\n\n— name AAAA\n",
        "text\n\n— na+me AAAAAAAB\n",
        "text\n\n- name AAAAAAAB\n",
        "a\tb\n\n— name AAAAAAAB\n",
        "text\n\n— name AAAAAAAB",
        "text\n\n" + "— name AAAAAAAB\n" * 101,
        "x" * 1_000_001,
    ],
)
def test_what_is_no_note_is_refused(told):
    with pytest.raises(BadNote):
        note.parse(told)


@pytest.mark.parametrize(
    "text",
    [
        "log.example/one\n1\n",
        "log.example/one\n01\nAAAA\n",
        "log.example/one\n-1\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "log.example/one\n1\nAAAA\n",
        "\n1\n" + base64.b64encode(bytes(32)).decode() + "\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(BadNote):
        checkpoint.parse(text)


def test_a_checkpoint_of_another_log_is_refused():
    told = checkpoint.Checkpoint("log.example/three", 1, bytes(32))
    with pytest.raises(BadNote, match="checkpoint of"):
        checkpoint.verify(checkpoint.sign(told, LOG), LOG.key)


def test_a_checkpoint_needs_the_logs_own_signature():
    told = signed(3)
    text = note.parse(told).text
    only_witness = note.assembled(text, [WITNESS.line(text, at_seconds=1)])
    with pytest.raises(BadNote, match="has not signed"):
        checkpoint.verify(only_witness, LOG.key, [WITNESS.key])
