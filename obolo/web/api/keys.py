"""Keys of the API: whose they are. What a role may do is `allowed`."""

from uuid import UUID

from django.http import HttpRequest
from ninja.security import HttpBearer

from obolo.organisations import queries as organisations


class Key(HttpBearer):
    """A bearer key of one organisation; the middleware has chosen the organisation by its slug."""

    def authenticate(self, request: HttpRequest, token: str) -> str | None:
        """The role of the key, or None. `holder` tells whose it is."""
        _, dot, secret = token.partition(".")
        # Without a slug no organisation was chosen, and nothing may be asked.
        found = organisations.token(secret) if dot else None
        if found is None:
            return None
        request.key_id = found.id  # type: ignore[attr-defined]
        return found.role


def holder(request: HttpRequest) -> UUID:
    """The id of the key: who did it, for the books."""
    found: UUID = request.key_id  # type: ignore[attr-defined]
    return found
