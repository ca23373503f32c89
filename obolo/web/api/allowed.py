"""What a program's key may do."""

from django.http import HttpRequest
from ninja.errors import HttpError

from obolo.organisations import queries as organisations


def need(request: HttpRequest, ability: str) -> None:
    """Raise 403 unless the key's role includes the ability."""
    role = str(request.auth)  # type: ignore[attr-defined]  # ninja puts the key's role there
    if not organisations.may(role, ability):
        raise HttpError(403, f"The role of this key ({role}) does not include this.")
