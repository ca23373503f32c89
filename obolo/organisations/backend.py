"""How staff log in: e-mail and password, within the organisation the URL names."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import check_password, make_password
from django.http import HttpRequest

from obolo.kit.text import shown
from obolo.organisations.models import User


class StaffBackend(BaseBackend):
    """Both lookups run behind the wall, so another organisation's staff is simply not found."""

    def authenticate(
        self, request: HttpRequest | None, email: str = "", password: str = "", **_: Any
    ) -> User | None:
        """The active member of staff with this e-mail and password, or None."""
        known = User.objects.filter(email__iexact=shown(email.strip(), 254), is_active=True)
        user: User | None = known.first()
        if user is None:
            make_password(password)  # as slow as a wrong password: the e-mail is not given away
            return None
        return user if check_password(password, user.password) else None

    def get_user(self, user_id: Any) -> User | None:
        """The member of staff a session names, if still active."""
        user: User | None = User.objects.filter(id=user_id, is_active=True).first()
        return user
