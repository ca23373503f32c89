import itertools
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from obolo.gateways.messaging.whatsapp import outbound
from obolo.gateways.messaging.whatsapp.client import Accepted, Client
from obolo.gateways.messaging.whatsapp.errors import (
    AnswerLost,
    HostNotAllowed,
    MediaTooLarge,
    NotReached,
    NotSendable,
    SendRefused,
)
from obolo.gateways.messaging.whatsapp.reactions import REACTIONS, look_up, table

BASE = "https://graph.example/v26.0"
BODY = outbound.addressed(outbound.text("Perché no?"), phone="393331234567")
ACCEPTED = {"messaging_product": "whatsapp", "messages": [{"id": "wamid.9"}]}


class Graph:
    """Answers every request with what it is told and remembers the requests."""

    def __init__(self, answer) -> None:
        self.answer = answer
        self.requests: list[httpx.Request] = []

    def __call__(self, request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        assert isinstance(self.answer, httpx.Response)
        return self.answer


def client(answer, **more) -> tuple[Client, Graph]:
    graph = Graph(answer)
    http = httpx.Client(transport=httpx.MockTransport(graph))
    return Client(BASE, "t0ken", "106540352242922", http, **more), graph


def ok(answer) -> httpx.Response:
    return httpx.Response(200, json=answer)


def refused(code, status=400, **more) -> httpx.Response:
    error = {"message": "m", "type": "OAuthException", "code": code, "fbtrace_id": "AOn"} | more
    return httpx.Response(status, json={"error": error})


def test_send_posts_the_body_to_the_number():
    contacts = [{"input": "+39", "wa_id": "393331234567", "user_id": "IT.1"}]
    messages = [{"id": "wamid.9", "message_status": "held_for_quality_assessment"}]
    ours, graph = client(ok({"contacts": contacts, "messages": messages}))
    assert ours.send(BODY) == Accepted(
        "wamid.9", "393331234567", "IT.1", "held_for_quality_assessment"
    )
    (request,) = graph.requests
    assert (request.method, str(request.url)) == ("POST", f"{BASE}/106540352242922/messages")
    assert request.headers["authorization"] == "Bearer t0ken"
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.content) == BODY


def test_a_bare_acceptance():
    ours, _ = client(ok(ACCEPTED | {"contacts": [{"wa_id": ""}]}))
    assert ours.send(BODY) == Accepted("wamid.9", None, None, "accepted")


def test_mark_read():
    ours, graph = client(ok({"success": True}))
    ours.mark_read("wamid.1")
    assert json.loads(graph.requests[0].content) == outbound.mark_read("wamid.1")


def test_a_refusal_keeps_the_envelope():
    details = {"messaging_product": "whatsapp", "details": "body: wrong number"}
    ours, _ = client(refused(132000, error_subcode=33, error_data=details))
    with pytest.raises(SendRefused) as caught:
        ours.send(BODY)
    error = caught.value
    assert (error.code, error.subcode, error.details) == (132000, 33, "body: wrong number")
    assert (error.reaction, error.http_status, error.fbtrace_id) == ("tell_staff", 400, "AOn")
    assert not error.worth_retrying


@pytest.mark.parametrize(
    ("code", "status", "reaction"),
    [
        (131047, 400, "use_template"),
        (131050, 400, "opt_out"),
        (131026, 400, "give_up"),
        (131049, 400, "give_up"),
        (131056, 400, "slow_down"),
        (130429, 429, "slow_down"),
        (190, 401, "pause_number"),
        (200, 403, "pause_number"),
        (299, 403, "pause_number"),
        (131000, 500, "retry_later"),
        (131016, 503, "retry_later"),
        (2, 200, "retry_later"),
        (100, 400, "tell_staff"),
        (999_999, 400, "tell_staff"),
        (2388040, 400, "tell_staff"),
    ],
)
def test_every_code_has_its_reaction(code, status, reaction):
    ours, _ = client(refused(code, status))
    with pytest.raises(SendRefused) as caught:
        ours.send(BODY)
    assert caught.value.reaction == reaction


@pytest.mark.parametrize(
    ("status", "reaction"),
    [(429, "slow_down"), (403, "pause_number"), (404, "tell_staff"), (302, "tell_staff")],
)
def test_refusals_by_something_in_between(status, reaction):
    headers = {"retry-after": "30", "location": "https://evil.example/"}
    ours, graph = client(httpx.Response(status, text="<html>", headers=headers))
    with pytest.raises(SendRefused) as caught:
        ours.send(BODY)
    assert (caught.value.code, caught.value.reaction) == (None, reaction)
    assert caught.value.retry_after_seconds == 30
    assert len(graph.requests) == 1


@pytest.mark.parametrize("content", [b"[]", b'{"error":"no"}', b'{"error":{"code":"x"}}', b"\xff"])
def test_an_odd_error_envelope_is_still_a_refusal(content):
    ours, _ = client(httpx.Response(400, content=content))
    with pytest.raises(SendRefused) as caught:
        ours.send(BODY)
    assert caught.value.code is None


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, content=b'{"messages":[{"id"'),
        httpx.Response(200, content=b""),
        httpx.Response(200, content=b"[]"),
        httpx.Response(200, json={"messages": []}),
        httpx.Response(200, json={"messages": "wamid.1"}),
        httpx.Response(200, json={"messages": [{"id": None}]}),
        httpx.Response(200, content=b"[" * 100_000),
        httpx.Response(200, content=b" " * 1_000_001),
        httpx.Response(502, text="<html>Bad gateway"),
        httpx.Response(500, json={"oops": 1}),
        httpx.ReadTimeout("slow"),
        httpx.WriteTimeout("slow"),
        httpx.ReadError("reset"),
        httpx.WriteError("reset"),
        httpx.RemoteProtocolError("gone"),
    ],
)
def test_when_nobody_knows_the_outcome(answer):
    ours, _ = client(answer)
    with pytest.raises(AnswerLost):
        ours.send(BODY)


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("no"), httpx.ConnectTimeout("no"), httpx.PoolTimeout("no")]
)
def test_when_surely_nothing_was_sent(error):
    ours, _ = client(error)
    with pytest.raises(NotReached) as caught:
        ours.send(BODY)
    assert caught.value.retryable


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that takes a connection, reads, and hangs up without an answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            connection.recv(65_536)
            connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def test_the_same_on_a_real_socket(silent):
    with httpx.Client(trust_env=False) as http:
        with pytest.raises(AnswerLost):
            Client(f"http://127.0.0.1:{silent}/v26.0", "t", "1", http, 2).send(BODY)
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        with pytest.raises(NotReached):
            Client(f"http://127.0.0.1:{port}/v26.0", "t", "1", http, 2).send(BODY)


def test_no_error_and_no_repr_shows_the_token():
    ours, _ = client(refused(190, 401))
    with pytest.raises(SendRefused) as caught:
        ours.send(BODY)
    assert "t0ken" not in str(caught.value) + repr(caught.value) + repr(ours)


def test_a_lone_surrogate_can_be_sent():
    ours, graph = client(ok(ACCEPTED))
    ours.send({"text": {"body": "\ud800"}})
    assert b"\\ud800" in graph.requests[0].content


def test_upload():
    ours, graph = client(ok({"id": "1037543291543636"}))
    assert ours.upload_media(b"\xff\xd8", "image/jpeg", "pozzo.jpg") == "1037543291543636"
    (request,) = graph.requests
    assert request.url.path == "/v26.0/106540352242922/media"
    for part in (b'name="messaging_product"', b'filename="pozzo.jpg"', b"image/jpeg", b"\xff\xd8"):
        assert part in request.content
    ours, _ = client(ok({}))
    with pytest.raises(AnswerLost):
        ours.upload_media(b"x", "image/jpeg", "x.jpg")


def test_media_in_two_steps():
    url = "https://lookaside.fbsbx.com/m?id=1"
    answer = {"url": url, "mime_type": "image/jpeg", "sha256": "s", "file_size": "303833"}
    ours, graph = client(ok(answer))
    link = ours.media_url("1003383421387256")
    assert (link.url, link.size_bytes) == (url, 303833)
    assert graph.requests[0].url.params["phone_number_id"] == "106540352242922"
    ours, graph = client(httpx.Response(200, content=b"\xff\xd8"))
    assert ours.download(url) == b"\xff\xd8"
    assert graph.requests[0].headers["authorization"] == "Bearer t0ken"


@pytest.mark.parametrize("media_id", ["../me", "a/b", "", "x?y=1", "x" * 129, "%2e%2e", "é"])
def test_a_media_id_cannot_choose_another_path(media_id):
    ours, graph = client(ok({}))
    with pytest.raises(NotSendable):
        ours.media_url(media_id)
    assert graph.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "http://lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com:8443/x",
        "https://lookaside.fbsbx.com@evil.example/x",
        "https://user@lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com.evil.example/x",
        "http://graph.example/x",
        "http://127.0.0.1/x",
        "file:///etc/passwd",
        "//evil.example",
        "",
        "https://[",
    ],
)
def test_the_token_goes_to_no_other_host(url):
    ours, graph = client(httpx.Response(200, content=b"x"))
    with pytest.raises(HostNotAllowed):
        ours.download(url)
    assert graph.requests == []


def test_the_hosts_the_token_goes_to():
    ours, _ = client(httpx.Response(200, content=b"x"), media_hosts=frozenset({"cdn.example"}))
    assert ours.download("https://graph.example/anything") == b"x"
    assert ours.download("https://cdn.example/x") == b"x"
    with pytest.raises(HostNotAllowed):
        ours.download("https://lookaside.fbsbx.com/x")


def test_downloads_are_limited_and_not_redirected():
    url = "https://graph.example/m"
    ours, _ = client(httpx.Response(200, content=b"x" * 11))
    with pytest.raises(MediaTooLarge):
        ours.download(url, limit_bytes=10)
    assert ours.download(url, limit_bytes=11) == b"x" * 11
    for status in (302, 404):
        ours, graph = client(httpx.Response(status, headers={"location": "https://evil.example/"}))
        with pytest.raises(SendRefused):
            ours.download(url)
        assert len(graph.requests) == 1


def test_the_table_of_codes():
    lines: Any = table()
    assert len(lines) > 40
    for line in lines:
        assert 0 <= line.first <= line.last
        assert line.reaction in REACTIONS
        assert line.meaning.endswith(".")
    spans = sorted((line.first, line.last) for line in lines)
    assert all(a[1] < b[0] for a, b in itertools.pairwise(spans))
    assert look_up(None).reaction == "tell_staff"
