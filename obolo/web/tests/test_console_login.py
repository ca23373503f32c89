"""Getting in: passwords, the throttle, roles, and other organisations."""

import pytest
from django.test import Client

from obolo.organisations import actions as organisations
from obolo.organisations.models import Role
from obolo.organisations.wall import within
from obolo.web.console import login
from obolo.web.console.throttle import Throttle
from obolo.web.tests.console_cast import HOME, PASSWORD, browser, logged_in, member, wrote
from obolo.web.tests.public_cast import well

pytestmark = pytest.mark.usefixtures("charity")


@pytest.fixture(autouse=True)
def fresh_throttle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "throttle", Throttle())


def attempt(client: Client, email: str, password: str, **more: str):
    return client.post(f"{HOME}login?lang=en", {"email": email, "password": password, **more})


def test_whoever_is_not_logged_in_is_sent_to_the_form_and_back() -> None:
    sara, client = member(), Client()
    answer = client.get(f"{HOME}causes/")
    assert answer.headers["Location"] == f"{HOME}login?next=%2Fconsole%2Facqua-viva%2Fcauses%2F"
    form = client.get(answer.headers["Location"])
    assert b'name="next" value="/console/acqua-viva/causes/"' in form.content
    answer = attempt(client, sara.email, PASSWORD, next=f"{HOME}causes/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{HOME}causes/")
    assert client.get(f"{HOME}login").headers["Location"] == HOME


@pytest.mark.parametrize(
    "wanted",
    ["https://elsewhere.example/", "//elsewhere.example", "/console/pane-buono/", "/t/x", "\\\\x"],
)
def test_the_login_leads_nowhere_else(wanted: str) -> None:
    assert attempt(Client(), member().email, PASSWORD, next=wanted).headers["Location"] == HOME


def test_wrong_password_unknown_mail_and_retired_staff_hear_the_same() -> None:
    sara, retired = member(), member(Role.READER)
    type(retired).objects.filter(id=retired.id).update(is_active=False)
    told = {
        attempt(Client(), email, password).content.decode().split('role="alert">')[1].split("<")[0]
        for email, password in [
            (sara.email, "wrong"),
            ("nobody@acqua-viva.example", PASSWORD),
            (retired.email, PASSWORD),
            (sara.email, ""),
            ("\x00", "\x00"),
        ]
    }
    assert told == {"This e-mail and password do not belong together."}


def test_after_five_failures_even_the_right_password_waits() -> None:
    sara, client = member(), Client()
    assert [attempt(client, sara.email, "wrong").status_code for _ in range(5)] == [403] * 5
    answer = attempt(client, sara.email.upper(), PASSWORD)
    assert answer.status_code == 429
    assert b"Wait a quarter of an hour" in answer.content
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert attempt(elsewhere, sara.email, PASSWORD).status_code == 302


def test_logging_in_forgets_earlier_slips() -> None:
    sara, client = member(), Client()
    for _ in range(2):
        for _ in range(4):
            attempt(client, sara.email, "wrong")
        assert attempt(client, sara.email, PASSWORD).status_code == 302


def test_another_organisation_does_not_know_our_staff(other_charity) -> None:
    client = logged_in()
    assert client.get("/console/pane-buono/").status_code == 302
    answer = client.post(
        "/console/pane-buono/login",
        {"email": "admin@acqua-viva.example", "password": PASSWORD},
    )
    assert answer.status_code == 403
    assert client.get("/console/no-such-house/").status_code == 404


def test_another_organisations_rows_are_not_there(other_charity) -> None:
    talk, cause = wrote(), well()
    with within(other_charity.id):
        organisations.add_staff(
            email="paolo@pane-buono.example", name="Paolo", password=PASSWORD, role=Role.ADMIN
        )
    client = Client()
    client.post(
        "/console/pane-buono/login", {"email": "paolo@pane-buono.example", "password": PASSWORD}
    )
    assert client.get("/console/pane-buono/").status_code == 200
    for path in [f"c/{talk.id}/", f"c/{talk.id}/part", f"causes/{cause.slug}/"]:
        answer = client.get(f"/console/pane-buono/{path}")
        assert answer.status_code == 404, path
        assert b"There is nothing here" in answer.content
    assert client.post(f"/console/pane-buono/c/{talk.id}/messages").status_code == 404


def test_logging_out_is_a_post_and_ends_the_session() -> None:
    client = logged_in()
    assert client.get(f"{HOME}logout").status_code == 405
    assert client.get(HOME).status_code == 200
    assert client.post(f"{HOME}logout").headers["Location"] == f"{HOME}login"
    assert client.get(HOME).status_code == 302


def test_a_changed_password_ends_the_session() -> None:
    sara = member()
    client = browser(sara)
    organisations.set_password(user=sara, password="another good sentence")
    assert client.get(HOME).status_code == 302


MAY = {
    Role.ADMIN: {"answer", "purchase"},
    Role.FUNDRAISER: {"answer"},
    Role.OPERATOR: {"answer"},
    Role.PROJECT_OFFICER: {"purchase"},
    Role.TREASURER: {"purchase"},
    Role.READER: set(),
}


@pytest.mark.parametrize("role", list(Role))
def test_what_each_role_may_do(role: Role) -> None:
    talk, cause, client = wrote(), well(), logged_in(role)
    for path in ["", f"c/{talk.id}/", "causes/", f"causes/{cause.slug}/", "set-aside/"]:
        assert client.get(HOME + path).status_code == 200, path
    doors = {
        "answer": [client.post(f"{HOME}c/{talk.id}/{verb}") for verb in
                   ("messages", "hand-off", "hand-back")],
        "purchase": [client.get(f"{HOME}causes/{cause.slug}/purchases/new")],
    }  # fmt: skip
    for ability, answers in doors.items():
        for answer in answers:
            assert (answer.status_code != 403) == (ability in MAY[role])


def test_the_403_page_says_whose_it_is() -> None:
    talk, client = wrote(), logged_in(Role.TREASURER)
    page = client.post(f"{HOME}c/{talk.id}/hand-off").content.decode()
    assert "Your role is: Treasurer." in page
    for role in ("Administrator", "Donor care", "Fundraiser"):
        assert f"<li>{role}</li>" in page
    assert "<li>Read only</li>" not in page


def test_forms_need_the_token_of_their_page() -> None:
    sara, talk = member(), wrote()
    client = Client(enforce_csrf_checks=True)
    assert attempt(client, sara.email, PASSWORD).status_code == 403
    client = Client(enforce_csrf_checks=True)
    page = client.get(f"{HOME}login").content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    assert attempt(client, sara.email, PASSWORD, csrfmiddlewaretoken=token).status_code == 302
    assert client.post(f"{HOME}c/{talk.id}/hand-off").status_code == 403


def test_headers_keep_the_pages_to_themselves() -> None:
    """With `no-referrer` browsers send `Origin: null`, and the CSRF check refuses every form."""
    for answer in (Client().get(f"{HOME}login"), logged_in().get(HOME)):
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        page = answer.content.decode()
        assert "<script>" not in page
        assert " style=" not in page
        assert "https://" not in page
