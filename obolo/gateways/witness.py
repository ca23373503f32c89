"""The way to witnesses of the public log (c2sp.org/tlog-witness): one POST, one short answer.

Owns the connection alone. Never: what is asked, or whether the answer holds (`trace` judges that).
"""

import httpx

TIMEOUT_SECONDS = 10.0
ANSWER_BYTES_MAX = 16_384  # a few lines are expected; a longer answer is no answer


class HttpTransport:
    """Brings requests to witnesses; `http` replaces the network in tests."""

    def __init__(self, http: httpx.Client | None = None) -> None:
        """Nothing connects before `post`."""
        self._http = http or httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False)

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def post(self, url: str, body: bytes) -> tuple[int, bytes]:
        """The status and the body of the answer; raises OSError when there is none."""
        try:
            with self._http.stream("POST", url, content=body) as answer:
                told = b""
                for piece in answer.iter_bytes():
                    told += piece
                    if len(told) > ANSWER_BYTES_MAX:
                        raise ConnectionError("The answer has no end.")
                return answer.status_code, told
        except (httpx.HTTPError, httpx.InvalidURL) as lost:
            raise ConnectionError(type(lost).__name__) from lost
