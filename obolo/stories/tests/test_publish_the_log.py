"""What is due is published and vouched for; the thanks and the audit know of the log."""

import httpx
import pytest

from obolo.conversations.models import Delivery
from obolo.gateways.witness import HttpTransport
from obolo.giving.models import Gift
from obolo.organisations.wall import within
from obolo.stories import forget_a_gift, publish_the_log
from obolo.stories.audit import breaches
from obolo.trace import log_keys, proofs, publishing, witnessing
from obolo.trace.log_models import Cosignature
from obolo.trace.models import TraceLink
from obolo.trace.tests.log_cast import key, log_root, verified


def test_a_gift_is_published_when_its_time_has_come(stage, clock):
    stage.gives()
    organisation_id = stage.organisation.id
    assert publish_the_log.run(organisation_id) > 0
    before = proofs.newest()
    assert publish_the_log.run(organisation_id) == 0
    clock(days=7)
    assert publish_the_log.run(organisation_id) > 0
    after = proofs.newest()
    assert before is not None
    assert after is not None
    assert after.size > before.size


@pytest.fixture
def neighbour(stage, other_charity, monkeypatch):
    """Pane Buono watches our log and is reached through a network that is pretended."""
    publish_the_log.run(stage.organisation.id)
    ours = log_keys.public()
    assert ours is not None
    with within(other_charity.id):
        witnessing.watch(key=ours.text())
        theirs = log_keys.signer(log_keys.WITNESS_KEY).key.text()
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        if "pane" not in str(request.url):
            raise httpx.ConnectTimeout("away", request=request)
        with within(other_charity.id):
            said = witnessing.answer(request.content)
        return httpx.Response(said.status, content=said.body.encode())

    def transport() -> HttpTransport:
        return HttpTransport(httpx.Client(transport=httpx.MockTransport(answer)))

    monkeypatch.setattr(publish_the_log, "HttpTransport", transport)
    return theirs, asked


def test_without_witnesses_nobody_is_asked(stage, neighbour):
    publish_the_log.run(stage.organisation.id)
    assert neighbour[1] == []


def test_a_witness_is_asked_once_for_each_checkpoint(stage, neighbour):
    key, asked = neighbour
    witnessing.add_witness(url="https://pane.example/witness/pane-buono", key=key)
    for _ in range(2):
        publish_the_log.run(stage.organisation.id)
    assert asked == ["https://pane.example/witness/pane-buono/add-checkpoint"]
    assert Cosignature.objects.count() == 1


def test_a_witness_that_is_away_stops_nothing_and_is_asked_again(stage, neighbour):
    key, asked = neighbour
    witnessing.add_witness(url="https://gone.example/witness", key=key)
    stage.gives()
    for _ in range(2):
        publish_the_log.run(stage.organisation.id)
    assert len(asked) == 2
    assert Cosignature.objects.count() == 0


def test_the_thanks_carry_the_newest_checkpoint_as_their_last_line(stage):
    [first] = stage.gives()
    assert "/log/acqua-viva" not in first
    publish_the_log.run(stage.organisation.id)
    newest = proofs.newest()
    assert newest is not None
    [thanks] = stage.gives("vorrei dare 7 euro per il pozzo")
    assert thanks.splitlines()[-1] == newest.line()
    assert stage.graph.sent[-1]["interactive"]["body"]["text"].endswith(newest.line())


def test_the_template_that_replaces_the_thanks_carries_it_too(stage):
    stage.gives()
    publish_the_log.run(stage.organisation.id)
    newest = proofs.newest()
    assert newest is not None
    stage.gives("vorrei dare 7 euro per il pozzo")
    told = Delivery.objects.filter(key__startswith="thanks:").latest("created_at")
    values = told.template["template"]["components"][0]["parameters"]
    assert values[2]["text"].endswith(f" · {newest.line()}")


def test_a_gift_that_is_forgotten_opens_nothing_and_all_still_holds(stage, clock, tmp_path):
    stage.gives()
    clock(days=8)
    publish_the_log.run(stage.organisation.id)
    gift = Gift.objects.get()
    proven = proofs.gift_proof(gift.id)
    assert proven is not None
    (tmp_path / "kept").write_text(proven)
    checkpoint = (log_root() / "checkpoint").read_bytes()
    for _ in range(2):
        forget_a_gift.run(gift=gift, by=None, why="asked by letter")
    assert proofs.standing(gift.id) == "erased"
    assert proofs.gift_proof(gift.id) is None
    [link] = TraceLink.objects.filter(gift=gift, revoked_why="asked by letter")
    assert link.revoked_at is not None
    publish_the_log.run(stage.organisation.id)
    assert (log_root() / "checkpoint").read_bytes() == checkpoint
    holds, told = verified("log", log_root(), "--key", key())
    assert holds, told
    assert verified("proof", tmp_path / "kept", "--key", key())[0], "theirs to keep"
    assert breaches() == []


def test_the_audit_sees_a_published_entry_that_was_altered(stage):
    stage.gives()
    publish_the_log.run(stage.organisation.id)
    assert breaches() == []
    [tile] = publishing.folder().root.glob("tile/0/*.p/*")
    tile.write_bytes(bytes(len(tile.read_bytes())))
    assert breaches() == ["Log: entry 0 is not what was published."]
