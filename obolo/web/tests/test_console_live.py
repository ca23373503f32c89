"""Who may hear the console's live stream."""

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings

from obolo.organisations import actions as organisations
from obolo.organisations.models import User
from obolo.web.console import staff
from obolo.web.tests.console_cast import browser, member


def heard(cookie: str | None, path: str = "/console/acqua-viva/live") -> Any:
    headers = [(b"host", b"x")]
    if cookie is not None:
        headers.append((b"cookie", f"a=1; {settings.SESSION_COOKIE_NAME}={cookie}".encode()))
    # The test's transaction belongs to this thread, where `_checked` must look.
    parts = path.strip("/").split("/")
    found = staff._session_cookie({"headers": headers})
    return staff._checked(parts[1], found) if found else None


@pytest.fixture(autouse=True)
def keep_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff, "close_old_connections", lambda: None)


def test_staff_hear_their_own_organisation(charity, other_charity) -> None:
    sara = member()
    cookie = browser(sara).cookies[settings.SESSION_COOKIE_NAME].value
    assert heard(cookie) == charity.id
    assert heard(cookie, f"/console/acqua-viva/live/{charity.id}") == charity.id
    assert heard(cookie, "/console/pane-buono/live") is None
    assert heard(cookie, "/console/no-such-house/live") is None
    assert heard(None) is None
    assert heard("") is None
    assert heard(cookie[:-2] + "xx") is None
    organisations.set_password(user=sara, password="another good sentence")
    assert heard(cookie) is None


def test_retired_staff_hear_nothing(charity) -> None:
    sara = member()
    cookie = browser(sara).cookies[settings.SESSION_COOKIE_NAME].value
    User.objects.filter(id=sara.id).update(is_active=False)
    assert heard(cookie) is None


@pytest.mark.parametrize("path", ["/console", "/live/t/acqua-viva", "/", "/console/live/x"])
def test_other_addresses_and_no_cookie_are_silent(path: str) -> None:
    ask = async_to_sync(staff.organisation_of)
    assert ask({"path": path, "headers": [(b"cookie", b"\xff\xfe=;;;")]}) is None
