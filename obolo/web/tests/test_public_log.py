"""The public log on the web: files as they are, strict paths, the witness, the donor's proof."""

import pytest
from django.test import Client

from obolo.organisations.wall import current_id, within
from obolo.trace import log_keys, publishing, witnessing
from obolo.trace.log.tiles import WIDTH
from obolo.trace.log.witness import Request
from obolo.trace.tests.log_cast import verified
from obolo.web.public.log import REQUEST_BYTES_MAX
from obolo.web.tests import public_cast as cast

LOG = "/log/acqua-viva"
ASK = "/witness/pane-buono/add-checkpoint"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    """A folder of our own."""
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def client() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def gift(charity):
    """A gift in the published log."""
    found = cast.paid(cast.opened(cast.well()))
    publishing.publish(current_id(), everything=True)
    return found


def _fetched(client: Client, name: str) -> bytes:
    answer = client.get(f"{LOG}/{name}")
    assert answer.status_code == 200, name
    return answer.content


def test_whoever_copies_the_files_can_check_the_whole_log(gift, client, tmp_path):
    root, copy = publishing.folder().root, tmp_path / "copy"
    for path in (one for one in root.rglob("*") if one.is_file()):
        name = path.relative_to(root).as_posix()
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes(_fetched(client, name))
    (tmp_path / "key").write_bytes(_fetched(client, "key"))
    held, told = verified("log", copy, "--key", tmp_path / "key")
    assert held, told


def test_each_file_says_what_it_is_and_how_long_it_may_be_kept(gift, client):
    checkpoint = client.get(f"{LOG}/checkpoint")
    assert checkpoint["Content-Type"] == "text/plain; charset=utf-8"
    assert checkpoint["Cache-Control"] == "no-cache"
    size = int(checkpoint.content.decode().split("\n")[1])
    partial = client.get(f"{LOG}/tile/0/000.p/{size}")
    assert partial["Content-Type"] == "application/octet-stream"
    assert partial["Cache-Control"] == "no-cache"
    publishing.folder().write("tile/0/000", bytes(32 * WIDTH))
    whole = client.get(f"{LOG}/tile/0/000")
    assert whole["Cache-Control"] == "public, max-age=31536000, immutable"
    assert len(whole.content) == 32 * WIDTH
    assert not whole.cookies


@pytest.mark.parametrize(
    "path",
    [
        "../checkpoint",
        "0/../../checkpoint",
        "0/%2e%2e/%2e%2e/checkpoint",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/03",
        "00/000",
        "64/000",
        "0/0000",
        "0/x000",
        "0/000%0a",
        "0/٠٠٠",
        "0//etc/passwd",
        "entries/000/",
        "0/.new-abc",
    ],
)
def test_only_a_tiles_own_path_is_looked_for(gift, client, path, monkeypatch):
    looked = []
    monkeypatch.setattr(publishing, "folder", lambda: looked.append(path))
    assert client.get(f"{LOG}/tile/{path}").status_code == 404
    assert looked == []


def test_before_the_first_entry_and_for_nobody_there_is_nothing(charity, client):
    for path in ("checkpoint", "key", "keys", "tile/0/000", "tile/entries/000.p/1"):
        assert client.get(f"{LOG}/{path}").status_code == 404
        assert client.get(f"/log/nobody/{path}").status_code == 404


def test_a_neighbours_log_is_not_ours(gift, client, other_charity):
    assert client.get("/log/pane-buono/checkpoint").status_code == 404


def test_a_strangers_question_makes_no_key(gift, client, other_charity):
    assert client.post(ASK, _request(), content_type="text/plain").status_code == 404
    with within(other_charity.id):
        assert log_keys.public(log_keys.WITNESS_KEY) is None


def test_after_a_change_of_the_key_the_chain_leads_from_any_key_to_the_newest(
    gift, client, tmp_path
):
    old = _fetched(client, "key")
    for _ in range(2):
        publishing.rotate_key(current_id())
    new = _fetched(client, "key")
    (tmp_path / "keys").write_bytes(_fetched(client, "keys"))
    assert _fetched(client, "keys").splitlines()[0] + b"\n" == old
    assert old != new
    (tmp_path / "checkpoint").write_bytes(_fetched(client, "checkpoint"))
    words = ("checkpoint", tmp_path / "checkpoint", "--key", old.decode().strip())
    assert not verified(*words)[0]
    held, told = verified(*words, "--chain", tmp_path / "keys")
    assert held, told
    bent = (tmp_path / "keys").read_text().splitlines()
    (tmp_path / "keys").write_text("\n".join([bent[0], bent[2], bent[1]]))
    assert "did not sign the new key in" in verified(*words, "--chain", tmp_path / "keys")[1]


def _request() -> bytes:
    told = publishing.folder().read("checkpoint")
    assert told is not None
    return Request(0, (), told.decode()).body()


def test_a_watched_log_is_vouched_for_without_a_cookie(gift, client, other_charity):
    ours = log_keys.public()
    assert ours is not None
    with within(other_charity.id):
        witnessing.watch(key=ours.text())
    said = client.post(ASK, _request(), content_type="text/plain")
    assert (said.status_code, said["Content-Type"]) == (200, "text/plain; charset=utf-8")
    with within(other_charity.id):
        theirs = log_keys.public(log_keys.WITNESS_KEY)
    assert theirs is not None
    assert said.content.decode().startswith(f"— {theirs.name} ")
    told = client.post(ASK, _request(), content_type="text/plain")
    assert (told.status_code, told["Content-Type"]) == (409, "text/x.tlog.size")


def test_the_witness_refuses_what_it_does_not_know(gift, client, other_charity):
    assert client.post(ASK, _request(), content_type="text/plain").status_code == 404
    assert client.post(ASK, b"\xff", content_type="text/plain").status_code == 400
    much = b"x" * (REQUEST_BYTES_MAX + 1)
    assert client.post(ASK, much, content_type="text/plain").status_code == 413
    assert client.get(ASK).status_code == 405


def test_the_donor_takes_the_proof_home_and_it_holds(gift, client, tmp_path):
    page = cast.page_of(gift)
    answer = client.get(f"{page}/proof")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="gift.tlog-proof"'
    assert answer["Cache-Control"] == "no-store"
    (tmp_path / "proof").write_bytes(answer.content)
    (tmp_path / "key").write_bytes(_fetched(client, "key"))
    words = ("proof", tmp_path / "proof", "--key", tmp_path / "key")
    assert verified(*words, "--reference", gift.payment.reference)[0]
    assert not verified(*words, "--reference", "another")[0]


@pytest.mark.parametrize(
    ("lang", "check"),
    [("it", "Controlla"), ("en", "Check it"), ("ar", "تحقّق")],
)
def test_the_page_lets_the_browser_check(gift, client, lang, check):
    page = cast.page_of(gift)
    html = client.get(f"{page}?lang={lang}").content.decode()
    ours = log_keys.public()
    assert ours is not None
    key = ours.text().replace("+", "&#x2B;") if ours.text() not in html else ours.text()
    assert f'data-proof="{page}/proof" data-key="{key}"' in html
    assert check in html
    assert '/static/public/proof.js" type="module"' in html


def test_before_its_batch_the_page_says_when(charity, client):
    page = cast.page_of(cast.paid(cast.opened(cast.well())))
    publishing.publish(current_id())
    html = client.get(f"{page}?lang=en").content.decode()
    assert "will be provable after the next batch" in html
    assert "data-verify" not in html
    assert client.get(f"{page}/proof").status_code == 404


def test_an_erased_gift_and_one_without_cents_promise_no_proof(gift, client):
    publishing.forget_gift(gift_id=gift.id)
    page = cast.page_of(gift)
    assert 'class="proof"' not in client.get(page).content.decode()
    assert client.get(f"{page}/proof").status_code == 404
    eaten = cast.paid(cast.opened(gift.cause, minor=100), fee=100)
    assert 'class="proof"' not in client.get(cast.page_of(eaten)).content.decode()


def test_an_address_that_opens_nothing_gives_no_proof(gift, client):
    assert client.get("/t/acqua-viva/nonsense/proof").status_code == 404
