"""Around every page: which organisation it is within, and what a browser may do with it."""

import re
from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound

from obolo.organisations import queries as organisations
from obolo.organisations.errors import NoSuchOrganisation
from obolo.organisations.wall import within

Handler = Callable[[HttpRequest], HttpResponse]

_IN_PATH = re.compile(r"/(?:t|p|c|o|open|log|witness|console)/([a-z0-9-]{1,60})(?:/|$)")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none';"
    " manifest-src 'self'; frame-ancestors {frames}"
)


def within_organisation(get_response: Handler) -> Handler:
    """Run the view inside the organisation its address names, in one transaction.

    `/t/`, `/p/`, `/c/`, `/o/`, `/open/`, `/log/`, `/witness/` and `/console/` carry the slug
    in the path, `/api/` in the key. An unknown slug is 404, whatever follows it. What fails leaves
    nothing behind.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        slug = _slug(request)
        if slug is None:
            return get_response(request)
        try:
            organisation_id = organisations.id_by_slug(slug)
        except NoSuchOrganisation:
            return _unknown(request)
        with within(organisation_id):
            response = get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response

    return handle


def _slug(request: HttpRequest) -> str | None:
    if request.path.startswith("/api/"):
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        slug, dot, _ = key.strip().partition(".")
        return slug if dot and scheme.lower() == "bearer" else None
    found = _IN_PATH.match(request.path)
    return found[1] if found else None


def _unknown(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        body = b'{"detail": "This key opens nothing."}'
        return HttpResponse(body, status=401, content_type="application/json")
    return HttpResponseNotFound("There is nothing here.", content_type="text/plain")


def page_headers(get_response: Handler) -> Handler:
    """What every page tells the browser: load nothing from elsewhere, pass nothing on.

    Beside the simulator our pages may be framed by our own tour; otherwise by nobody.
    """
    policy = _POLICY.format(frames="'self'" if settings.SIMULATOR else "'none'")

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("X-Robots-Tag", "noindex")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=()"
        )
        return response

    return handle
