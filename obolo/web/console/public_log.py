"""The public log for staff: how it stands, who vouches for it, how anybody checks it, a copy."""

import tempfile
from typing import IO, cast

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import reverse

from obolo.organisations import queries as organisations
from obolo.trace import log_status
from obolo.trace.log.errors import NoSuchLeaf
from obolo.web.console import money
from obolo.web.console.page import slug_of

TAB = "console-public-log"
_IN_MEMORY_BYTES = 4_000_000


def show(request: HttpRequest) -> HttpResponse:
    """The newest checkpoint, keys, witnesses, and the commands that check all of it."""
    found = log_status.status()
    address = f"{settings.BASE_URL}{reverse('log_checkpoint', args=[slug_of(request)])}"
    context = {"log": found, "address": address.removesuffix("checkpoint")}
    return money.page(request, "console/public_log.html", context, tab=TAB)


def copy(request: HttpRequest) -> HttpResponse:
    """The whole log as one file: `checkpoint`, `keys` and all tiles."""
    file = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115 - the answer closes it
    try:
        log_status.whole_copy(cast("IO[bytes]", file))
    except NoSuchLeaf:
        file.close()
        raise Http404 from None
    file.seek(0)
    name = f"log-{organisations.current().slug}.tar.gz"
    answer = FileResponse(file, as_attachment=True, filename=name, content_type="application/gzip")
    return cast(HttpResponse, answer)  # a stream: no log is too long for the memory
