"""Who listens to a live stream: the staff session read from a raw ASGI request.

The streams run beside Django, so its middleware does not. The same checks are made here: signed
cookie, living and active account, unchanged password, and that it belongs to this organisation.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib import auth
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.db import close_old_connections
from django.http import HttpRequest
from django.http.cookie import parse_cookie

from obolo.organisations import queries as organisations
from obolo.organisations.errors import NoSuchOrganisation
from obolo.organisations.wall import within

Scope = Mapping[str, Any]


async def organisation_of(scope: Scope) -> UUID | None:
    """The organisation in `/console/<slug>/live…`, if the request's session may hear it."""
    parts = str(scope["path"]).strip("/").split("/")
    cookie = _session_cookie(scope)
    if len(parts) < 3 or (parts[0], parts[2]) != ("console", "live") or not cookie:
        return None
    return await sync_to_async(_checked)(parts[1], cookie)


def _session_cookie(scope: Scope) -> str | None:
    for name, value in scope.get("headers", ()):
        if name.lower() == b"cookie":
            found = parse_cookie(value.decode("latin-1")).get(settings.SESSION_COOKIE_NAME)
            if found:
                return found
    return None


def _checked(slug: str, cookie: str) -> UUID | None:
    request = HttpRequest()
    request.session = SessionStore(cookie)
    try:
        organisation_id = organisations.id_by_slug(slug)
        with within(organisation_id):
            known = auth.get_user(request).is_authenticated
        return organisation_id if known else None
    except NoSuchOrganisation:
        return None
    finally:
        close_old_connections()
