"""Keys of the API: whose they are and what they may do."""

from uuid import UUID

from django.http import HttpRequest
from ninja.errors import HttpError
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


def need(request: HttpRequest, ability: str) -> None:
    """Raises HttpError 403 unless the role of the key includes the ability."""
    role = str(request.auth)  # type: ignore[attr-defined]  # ninja puts the key's role there
    if not organisations.may(role, ability):
        raise HttpError(403, f"The role of this key ({role}) does not include this.")


def holder(request: HttpRequest) -> UUID:
    """The id of the key: who did it, for the books."""
    found: UUID = request.key_id  # type: ignore[attr-defined]
    return found
