"""The public log to the outside: its files as they are, its key, and our witness's one door.

Sources: c2sp.org/tlog-tiles (paths, types), c2sp.org/tlog-witness (`add-checkpoint`).
"""

import re
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from obolo.trace import log_keys, log_status, publishing, witnessing
from obolo.trace.log import tiles, witness

REQUEST_BYTES_MAX: Final = 65_536  # a checkpoint and at most 63 hashes are far below
_ALWAYS: Final = "public, max-age=31536000, immutable"
_ASK_FIRST: Final = "no-cache"
# Only what a tile's path may be (tlog-tiles): level, groups of three digits, width from 1 to 255.
_TILE: Final = re.compile(
    r"(?:entries|[1-5]?[0-9]|6[0-3])/(?:x[0-9]{3}/){0,6}[0-9]{3}"
    r"(?P<partial>\.p/(?:[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?",
    re.ASCII,
)


@require_safe
def checkpoint(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest checkpoint, signed, with what witnesses said of it."""
    told = publishing.folder().read(tiles.CHECKPOINT)
    return _nothing() if told is None else _answer(told, witness.PLAIN_TYPE, _ASK_FIRST)


@require_safe
def tile(request: HttpRequest, slug: str, rest: str) -> HttpResponse:
    """A tile or a bundle of entries. A partial one is gone once the whole one is there."""
    found = _TILE.fullmatch(rest)
    told = publishing.folder().read(f"tile/{rest}") if found else None
    if found is None or told is None:
        return _nothing()
    return _answer(told, "application/octet-stream", _ASK_FIRST if found["partial"] else _ALWAYS)


@require_safe
def key(request: HttpRequest, slug: str) -> HttpResponse:
    """The public key of the log, as `name+id+base64` in one line."""
    found = log_keys.public()
    if found is None:
        return _nothing()
    return _answer(f"{found.text()}\n".encode(), witness.PLAIN_TYPE, _ASK_FIRST)


@require_safe
def keys(request: HttpRequest, slug: str) -> HttpResponse:
    """All keys the log ever had, each but the first signed in by the one before it."""
    told = log_status.key_chain()
    return _answer(told.encode(), witness.PLAIN_TYPE, _ASK_FIRST) if told else _nothing()


@csrf_exempt  # programs ask here, with no cookie; the signature in the body is what counts
@require_POST
def add_checkpoint(request: HttpRequest, slug: str) -> HttpResponse:
    """Vouch for the log of others, if we watch it and it grew without altering its past."""
    body = request.read(REQUEST_BYTES_MAX + 1)
    if len(body) > REQUEST_BYTES_MAX:
        return HttpResponse("The request is too long.\n", witness.PLAIN_TYPE, 413)
    said = witnessing.answer(body)
    return HttpResponse(said.body, said.content_type, said.status)


def _answer(content: bytes, content_type: str, kept: str) -> HttpResponse:
    return HttpResponse(content, content_type, headers={"Cache-Control": kept})


def _nothing() -> HttpResponse:
    return HttpResponseNotFound("There is nothing here.\n", witness.PLAIN_TYPE)
