"""Two installations vouch for each other; what was vouched for cannot be forked or rolled back."""

import hashlib

import pytest

from obolo.causes.queries import open_causes
from obolo.causes.tests.cast import well
from obolo.giving.models import Gift
from obolo.giving.tests.cast import paid
from obolo.organisations.wall import current_id, within
from obolo.people.tests.cast import anna
from obolo.trace import log_keys, proofs, witnessing
from obolo.trace.log import note
from obolo.trace.log.errors import BadNote
from obolo.trace.log_models import Cosignature, WatchedLog, Witness
from obolo.trace.tests.log_cast import key, log_root, proof_file, publish, small_log, verified


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    """A folder of our own."""
    settings.MEDIA_ROOT = tmp_path / "files"


class _Neighbour:
    """Brings requests to the witness of another organisation here."""

    def __init__(self, organisation_id) -> None:
        self.organisation_id, self.away = organisation_id, False
        self.statuses: list[int] = []

    def post(self, url: str, body: bytes) -> tuple[int, bytes]:
        if self.away:
            raise ConnectionError("nobody there")
        with within(self.organisation_id):
            said = witnessing.answer(body)
        self.statuses.append(said.status)
        return said.status, said.body.encode()


@pytest.fixture
def neighbour(charity, other_charity):
    """Pane Buono watches the log of Acqua Viva, which has one gift and asks it."""
    small_log()
    ours = key()
    with within(other_charity.id):
        witnessing.watch(key=ours)
        theirs = log_keys.signer(log_keys.WITNESS_KEY).key.text()
    witnessing.add_witness(url="https://pane.example/witness/", key=theirs)
    return _Neighbour(other_charity.id)


def _more():
    paid(anna(), open_causes()[0], 700, fee=0)
    publish()


def test_a_checkpoint_is_vouched_for_once_and_published(neighbour, tmp_path):
    assert witnessing.ask_all(current_id(), neighbour) == 1
    assert witnessing.ask_all(current_id(), neighbour) == 0
    theirs = Witness.objects.get().key
    words = ("checkpoint", log_root() / "checkpoint", "--key", key(), "--witness", theirs)
    assert verified(*words)[0]
    _more()
    assert not verified(*words)[0], "the new one is not vouched for yet"
    assert witnessing.ask_all(current_id(), neighbour) == 1
    assert verified(*words)[0]
    assert neighbour.statuses == [200, 200]
    assert Cosignature.objects.count() == 2


def test_proofs_carry_what_witnesses_said(neighbour, tmp_path):
    witnessing.ask_all(current_id(), neighbour)
    gift = Gift.objects.earliest("paid_at")
    theirs = Witness.objects.get().key
    words = ("proof", proof_file(tmp_path, gift), "--key", key())
    assert verified(*words, "--witness", theirs)[0]
    assert verified(*words)[0]


def test_a_witness_shows_what_it_vouched_for(neighbour, other_charity):
    witnessing.ask_all(current_id(), neighbour)
    origin = note.parse_key(key()).name
    ours = (log_root() / "checkpoint").read_text()
    with within(other_charity.id):
        shown = proofs.watched_note(hashlib.sha256(origin.encode()).hexdigest())
        assert proofs.watched_note("00" * 32) is None
    assert shown == ours


def test_a_rollback_and_a_fork_are_not_vouched_for(neighbour, other_charity):
    _more()
    witnessing.ask_all(current_id(), neighbour)
    with within(other_charity.id):
        seen = WatchedLog.objects.get()
        WatchedLog.objects.update(size=seen.size + 5)
    _more()
    assert witnessing.ask_all(current_id(), neighbour) == 0
    with within(other_charity.id):
        WatchedLog.objects.update(size=seen.size, root=hashlib.sha256(b"x").digest())
    assert witnessing.ask_all(current_id(), neighbour) == 0
    assert neighbour.statuses[0] == 200
    assert 200 not in neighbour.statuses[1:]
    with within(other_charity.id):
        assert WatchedLog.objects.get().note == seen.note


def test_a_witness_that_is_away_is_asked_again(neighbour):
    neighbour.away = True
    assert witnessing.ask_all(current_id(), neighbour) == 0
    neighbour.away = False
    assert witnessing.ask_all(current_id(), neighbour) == 1


def test_a_log_that_is_not_watched_is_not_known(neighbour, other_charity):
    with within(other_charity.id):
        WatchedLog.objects.all().delete()
    assert witnessing.ask_all(current_id(), neighbour) == 0
    assert neighbour.statuses == [404]


def test_nonsense_is_answered_with_400(charity):
    for body in (b"", b"\xff", b"old 0\n\nx\n"):
        assert witnessing.answer(body).status == 400


def test_a_witness_needs_a_witness_key(charity):
    publish()
    with pytest.raises(BadNote, match="vouches with a time"):
        witnessing.add_witness(url="https://w.example", key=key())
    well()
