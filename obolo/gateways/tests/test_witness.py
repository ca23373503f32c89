"""The way to witnesses: what comes back, and what counts as nobody there."""

import httpx
import pytest

from obolo.gateways.witness import ANSWER_BYTES_MAX, HttpTransport

URL = "https://pane.example/witness/add-checkpoint"


def _to(answer) -> HttpTransport:
    return HttpTransport(httpx.Client(transport=httpx.MockTransport(answer)))


def test_the_body_goes_out_and_the_answer_comes_back():
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.method, str(request.url), request.content))
        return httpx.Response(409, content=b"7\n")

    assert _to(answer).post(URL, b"old 0\n\n") == (409, b"7\n")
    assert asked == [("POST", URL, b"old 0\n\n")]


def test_a_longer_answer_than_any_witness_gives_is_none():
    assert _to(lambda _: httpx.Response(200, content=b"x" * ANSWER_BYTES_MAX)).post(URL, b"")
    with pytest.raises(OSError, match="no end"):
        _to(lambda _: httpx.Response(200, content=b"x" * (ANSWER_BYTES_MAX + 1))).post(URL, b"")


@pytest.mark.parametrize(
    ("url", "why"), [(URL, "ConnectTimeout"), ("http://pane.example:x/", "InvalidURL")]
)
def test_whatever_keeps_an_answer_away_is_an_oserror(url, why):
    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectTimeout("away", request=request)

    with pytest.raises(OSError, match=why):
        _to(away).post(url, b"")
