"""Witnesses: what they vouch for, what they refuse, and how they are asked."""

import pytest

from obolo.trace.log import checkpoint, note, tree, witness
from obolo.trace.log.errors import BadNote, BadProof
from obolo.trace.log.tests.cast import LOG, OTHER, WITNESS, hashes, signed
from obolo.trace.log.witness import Request, Seen


def _nodes(count: int) -> tree.Nodes:
    return tree.nodes_of(hashes(count))


def _seen(count: int) -> Seen:
    return Seen(count, tree.root(hashes(count)))


def _request(old: int, new: int, *, forked: bool = False) -> Request:
    return Request(old, tuple(tree.consistency(old, new, _nodes(new))), signed(new, forked=forked))


def _answer(request: Request, seen: Seen | None, key: note.Key | None = LOG.key) -> witness.Answer:
    return witness.answer(request, key, seen, WITNESS, at_seconds=1_700_000_000)


@pytest.mark.parametrize(("old", "new"), [(0, 1), (0, 5), (3, 7), (4, 8), (7, 7)])
def test_a_log_that_grew_is_vouched_for(old, new):
    said = _answer(_request(old, new), _seen(old) if old else None)
    assert said.status == 200
    assert said.keep is not None
    assert (said.keep.size, said.keep.root) == (new, tree.root(hashes(new)))
    told = checkpoint.verify(signed(new) + said.body, LOG.key, [WITNESS.key])
    assert told.size == new


@pytest.mark.parametrize(
    ("request_", "seen", "key", "status"),
    [
        (_request(0, 5), None, None, 404),
        (_request(0, 5), None, OTHER.key, 403),
        (Request(6, (), signed(5)), _seen(6), LOG.key, 400),
        (_request(0, 5), _seen(3), LOG.key, 409),
        (_request(2, 5), _seen(3), LOG.key, 409),
        (_request(3, 5), None, LOG.key, 409),
        (Request(3, (), signed(5)), _seen(3), LOG.key, 422),
        (Request(0, (bytes(32),), signed(5)), None, LOG.key, 422),
        (_request(5, 5, forked=True), _seen(5), LOG.key, 422),
        (_request(3, 5, forked=True), _seen(3), LOG.key, 422),
    ],
)
def test_all_else_is_refused_and_nothing_is_kept(request_, seen, key, status):
    said = _answer(request_, seen, key)
    assert (said.status, said.keep) == (status, None)


def test_a_conflict_tells_the_size_that_is_known():
    said = _answer(_request(0, 5), _seen(3))
    assert (said.body, said.content_type) == ("3\n", "text/x.tlog.size")


def test_requests_come_back_as_they_were_sent():
    request = _request(3, 7)
    assert witness.parse(request.body()) == request
    assert witness.origin_of(request) == LOG.key.name


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"old 3\n",
        b"old -3\n\nx",
        b"old 03\n\nx",
        b"new 3\n\nx",
        b"old 3\n!!!!\n\nx",
        b"old 3\nAAAA\n\nx",
        b"old 3\n" + b"A" * 43 + b"=\n" * 64 + b"\nx",
    ],
)
def test_what_is_no_request_is_refused(body):
    with pytest.raises((BadProof, BadNote)):
        witness.parse(body)


class _There:
    """A witness that remembers, as a transport."""

    def __init__(self, seen: Seen | None = None, signer: note.Signer = WITNESS) -> None:
        self.seen, self.signer = seen, signer
        self.asked: list[str] = []

    def post(self, url: str, body: bytes) -> tuple[int, bytes]:
        self.asked.append(url)
        said = witness.answer(
            witness.parse(body), LOG.key, self.seen, self.signer, at_seconds=1_700_000_000
        )
        if said.keep:
            self.seen = Seen(said.keep.size, said.keep.root)
        return said.status, said.body.encode()


@pytest.mark.parametrize(("seen", "asked", "calls"), [(None, 0, 1), (3, 3, 1), (3, 0, 2)])
def test_a_witness_is_asked_and_believed_about_its_size(seen, asked, calls):
    there = _There(_seen(seen) if seen else None)
    line = witness.ask(
        there, "https://w.example/a", signed(9), _nodes(9), WITNESS.key, old_size=asked
    )
    assert checkpoint.verify(signed(9) + line, LOG.key, [WITNESS.key]).size == 9
    assert there.asked == ["https://w.example/a/add-checkpoint"] * calls


def test_a_witness_that_saw_more_than_we_have_shows_a_rollback():
    with pytest.raises(BadProof, match="has seen 9 entries of this log of 5"):
        witness.ask(_There(_seen(9)), "https://w.example", signed(5), _nodes(5), WITNESS.key)


def test_a_witness_that_signs_with_another_key_is_not_believed():
    other = note.Signer.of(WITNESS.key.name, b"\x09" * 32, note.COSIGNATURE)
    with pytest.raises(BadNote):
        witness.ask(_There(signer=other), "https://w.example", signed(5), _nodes(5), WITNESS.key)


class _Saying:
    """A witness that always says the same."""

    def __init__(self, status: int, body: bytes) -> None:
        self.said = status, body

    def post(self, url: str, body: bytes) -> tuple[int, bytes]:
        return self.said


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b""),
        (200, b"\xff\xfe"),
        (200, b"thank you\n"),
        (409, b"many\n"),
        (409, b"3\n"),
        (409, b"9" * 30),
        (500, b""),
    ],
)
def test_odd_answers_of_a_witness_are_refused(status, body):
    with pytest.raises((BadNote, BadProof)):
        witness.ask(_Saying(status, body), "https://w.example", signed(5), _nodes(5), WITNESS.key)
