"""The Graph API, called once per question.

Owns: HTTP to one phone number, and telling apart "refused", "never reached" and "nobody knows".
Never: retrying, deciding, logging a token or a body. Redirects are not followed: they would carry
the token away.
Source: Cloud API messages and media; Meta offers no idempotency key for a send, so a lost answer
must be settled by a later status carrying `biz_opaque_callback_data`.
"""

import json
import re
import time
from dataclasses import dataclass
from typing import Any, Final

import httpx

from obolo.gateways.messaging.whatsapp import outbound, reactions, strict_json
from obolo.gateways.messaging.whatsapp.errors import (
    AnswerLost,
    HostNotAllowed,
    MediaTooLarge,
    NotReached,
    NotSendable,
    SendRefused,
    Unreadable,
)
from obolo.gateways.messaging.whatsapp.facts import Json
from obolo.gateways.messaging.whatsapp.shapes import dict_of, dicts_in, id_of, text_of

TIMEOUT_SECONDS: Final = 10.0
TOTAL_SECONDS_MAX: Final = 120.0  # an answer that drips byte by byte must end some time
ANSWER_BYTES_MAX: Final = 1_000_000  # real answers have a few hundred bytes
MEDIA_BYTES_MAX: Final = (
    16_000_000  # the limit for pictures, voice and video; documents may ask more
)
META_MEDIA_HOSTS: Final = frozenset({"lookaside.fbsbx.com"})
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_NEVER_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)


@dataclass(frozen=True, slots=True)
class Accepted:
    """WhatsApp took the message; `state` is accepted, held_for_quality_assessment or paused."""

    message_id: str
    wa_id: str | None
    user_id: str | None
    state: str


@dataclass(frozen=True, slots=True)
class MediaLink:
    """Where a file lies for five minutes."""

    url: str
    mime_type: str | None
    sha256: str | None
    size_bytes: int | None


class Client:
    """One phone number of one organisation. Safe to share between threads."""

    def __init__(
        self,
        base_url: str,
        access_token: str,
        number_id: str,
        http: httpx.Client | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
        media_hosts: frozenset[str] = META_MEDIA_HOSTS,
    ) -> None:
        """`base_url` ends with the version (`https://graph.facebook.com/v26.0`).

        `media_hosts` get the token besides the base's own host, by HTTPS only.
        """
        self._base = httpx.URL(base_url.rstrip("/"))
        self._token = access_token
        self._number_id = _safe(number_id)
        self._http = http or httpx.Client()
        self._timeout = httpx.Timeout(timeout_seconds)
        self._media_hosts = media_hosts

    def send(self, body: Json) -> Accepted:
        """Send an addressed body.

        Raises SendRefused (surely not sent), NotReached (surely not sent), AnswerLost (unknown).
        """
        answer = self._post_json(f"{self._number_id}/messages", body)
        sent = next(iter(dicts_in(answer.get("messages"))), {})
        person = next(iter(dicts_in(answer.get("contacts"))), {})
        message_id = id_of(sent.get("id"))
        if message_id is None:
            raise AnswerLost("The answer carries no message id.")
        return Accepted(
            message_id=message_id,
            wa_id=id_of(person.get("wa_id")),
            user_id=id_of(person.get("user_id")),
            state=text_of(sent.get("message_status")) or "accepted",
        )

    def mark_read(self, message_id: str, typing: bool = True) -> None:
        """Mark a message as read, optionally showing "typing". Raises as `send` does."""
        body = outbound.mark_read(message_id, typing)
        self._post_json(f"{self._number_id}/messages", body)

    def upload_media(self, content: bytes, mime: str, filename: str) -> str:
        """The id (valid 30 days) of an uploaded file. Raises as `send` does."""
        answer = self._ask(
            "POST",
            f"{self._number_id}/media",
            data={"messaging_product": "whatsapp", "type": mime},
            files={"file": (filename, content, mime)},
        )
        media_id = id_of(answer.get("id"))
        if media_id is None:
            raise AnswerLost("The answer carries no media id.")
        return media_id

    def media_url(self, media_id: str) -> MediaLink:
        """Where to fetch a file from, for five minutes. Raises as `send` does."""
        params = {"phone_number_id": self._number_id}
        answer = self._ask("GET", _safe(media_id), params=params)
        url = text_of(answer.get("url"))
        if not url:
            raise AnswerLost("The answer carries no address.")
        size = str(answer.get("file_size"))  # Meta sends it as text, our simulator may not
        return MediaLink(
            url=url,
            mime_type=text_of(answer.get("mime_type")),
            sha256=text_of(answer.get("sha256")),
            size_bytes=int(size) if re.fullmatch(r"[0-9]{1,15}", size) else None,
        )

    def download(self, url: str, limit_bytes: int = MEDIA_BYTES_MAX) -> bytes:
        """The bytes at an address that `media_url` gave.

        Raises HostNotAllowed before anything is asked, MediaTooLarge, and as `send` does.
        """
        response, content = self._answer("GET", self._allowed(url), limit_bytes)
        if response.status_code != 200:
            raise _refusal(response, _parsed(content))
        return content

    def _post_json(self, path: str, body: Json) -> Json:
        # Escaped to ASCII: httpx's own form raises on a lone surrogate.
        content = json.dumps(body, allow_nan=False).encode("ascii")
        return self._ask("POST", path, content=content, more={"Content-Type": "application/json"})

    def _ask(self, method: str, path: str, **sent: Any) -> Json:
        url = self._base.copy_with(path=f"{self._base.path.rstrip('/')}/{path}")
        try:
            response, content = self._answer(method, url, ANSWER_BYTES_MAX, **sent)
        except MediaTooLarge:
            raise AnswerLost("The answer is too long to be one.") from None
        answer = _parsed(content)
        if isinstance(answer, dict) and isinstance(answer.get("error"), dict):
            raise _refusal(response, answer)
        if response.is_success and isinstance(answer, dict):
            return answer
        if response.is_success or response.is_server_error:
            raise AnswerLost(f"HTTP {response.status_code} without a readable answer.")
        raise _refusal(response, answer)

    def _answer(
        self,
        method: str,
        url: httpx.URL,
        limit_bytes: int,
        *,
        more: dict[str, str] | None = None,
        **sent: Any,
    ) -> tuple[httpx.Response, bytes]:
        # identity: a few compressed bytes must not unfold to gigabytes here.
        headers = {"Authorization": f"Bearer {self._token}", "Accept-Encoding": "identity"}
        headers |= more or {}
        try:
            request = self._http.build_request(
                method, url, headers=headers, timeout=self._timeout, **sent
            )
            response = self._http.send(request, stream=True, follow_redirects=False)
            try:
                content = _read(response, limit_bytes)
            finally:
                response.close()
        except _NEVER_SENT as error:
            raise NotReached(type(error).__name__) from None
        except httpx.RequestError as error:
            # The request may have arrived whole: only a later status can tell.
            raise AnswerLost(type(error).__name__) from None
        return response, content

    def _allowed(self, url: str) -> httpx.URL:
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL:
            raise HostNotAllowed("The address cannot be read.") from None
        same = (parsed.scheme, parsed.host, parsed.port) == (
            self._base.scheme,
            self._base.host,
            self._base.port,
        )
        trusted = parsed.scheme == "https" and parsed.port is None
        if parsed.userinfo or not (same or (trusted and parsed.host in self._media_hosts)):
            raise HostNotAllowed(f"The host is {parsed.host!r}.")
        return parsed


def _safe(name: str) -> str:
    # These become part of a path: `../me` from somebody's notice must not choose another one.
    if not _NAME.fullmatch(name):
        raise NotSendable([f"{name[:40]!r} is not the id of a number or a file."])
    return name


def _read(response: httpx.Response, limit_bytes: int) -> bytes:
    ends_at = time.monotonic() + TOTAL_SECONDS_MAX
    content = bytearray()
    for part in response.iter_bytes():
        content += part
        if len(content) > limit_bytes:
            raise MediaTooLarge(f"More than {limit_bytes} bytes.")
        if time.monotonic() > ends_at:
            raise AnswerLost(f"The answer took more than {TOTAL_SECONDS_MAX:.0f} seconds.")
    return bytes(content)


def _parsed(content: bytes) -> Any:
    try:
        return strict_json.parse(content)
    except Unreadable:
        return None


def _refusal(response: httpx.Response, answer: Any) -> SendRefused:
    error = dict_of(dict_of(answer).get("error"))
    code, subcode = _whole(error.get("code")), _whole(error.get("error_subcode"))
    status = response.status_code
    known = reactions.look_up(code).reaction
    return SendRefused(
        code=code,
        subcode=subcode,
        details=_details(error),
        reaction=known if code is not None else reactions.without_code(status),
        http_status=status,
        fbtrace_id=id_of(error.get("fbtrace_id")),
        retry_after_seconds=_retry_after(response),
    )


def _details(error: Json) -> str:
    told = text_of(dict_of(error.get("error_data")).get("details"))
    return told or text_of(error.get("message")) or ""


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _retry_after(response: httpx.Response) -> int | None:
    text = response.headers.get("retry-after", "")
    return int(text) if re.fullmatch(r"[0-9]{1,5}", text) else None
