"""Statements and reconciliation for programs: the same doors, with a key."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from obolo.gateways.payments.bank.tests.camt_files import camt
from obolo.giving.bank.tests.cast import ANNAS_IBAN, IBAN, asked, came, with_account
from obolo.giving.models import Gift
from obolo.giving.rails import PRETEND
from obolo.giving.reconciliation import actions
from obolo.organisations import actions as organisations
from obolo.organisations.models import Role
from obolo.people.tests.cast import anna
from obolo.web.tests.public_cast import well

pytestmark = pytest.mark.usefixtures("charity")
STATEMENTS = "/api/v1/statements"


def with_key(role: Role) -> Client:
    token = organisations.issue_token(name="t", role=role, slug="acqua-viva")
    return Client(headers={"authorization": f"Bearer {token}"})


@pytest.fixture
def client() -> Client:
    return with_key(Role.TREASURER)


@pytest.fixture
def cause():
    with_account()
    return well()


def hand_in(client: Client, content: bytes, **how: str):
    return client.post(STATEMENTS, {"file": SimpleUploadedFile("x", content), **how})


def test_a_statement_is_imported_once(client, cause):
    payment = asked(anna(), cause)
    content = camt(came(rf=payment.provider_ref, ref="B1") + came("3.00", ref="B2"))
    answer = hand_in(client, content)
    assert answer.status_code == 201, answer.content
    [told] = answer.json()["statements"]
    assert told["counts"] == {"doubt": 1, "booked": 1, "aside": 0, "returned": 0}
    again = hand_in(client, content)
    assert again.status_code == 200
    assert again.json()["already_imported"] is True
    assert again.json()["statements"][0]["id"] == told["id"]
    assert Gift.objects.count() == 1
    shown = client.get(f"{STATEMENTS}/{told['id']}").json()
    assert {one["state"] for one in shown["lines"]} == {"booked", "doubt"}
    assert ANNAS_IBAN not in str(shown)


def test_a_csv_says_whose_it_is(client, cause):
    rows = b"Data;Importo;Descrizione\n24/11/2026;5,00;a\n"
    assert hand_in(client, rows).status_code == 400
    assert hand_in(client, rows, account=IBAN).status_code == 201


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"ciao", "No row names columns"), (b"", "empty"), (b"<a/>", "camt")],
)
def test_a_file_that_cannot_be_read(client, cause, content, said):
    answer = hand_in(client, content)
    assert answer.status_code == 400
    assert said in answer.json()["detail"]


def test_without_a_file(client, cause):
    assert client.post(STATEMENTS, {}).status_code == 400


@pytest.mark.parametrize("role", [Role.READER, Role.OPERATOR, Role.FUNDRAISER])
def test_other_roles_may_not(cause, role):
    other = with_key(role)
    assert hand_in(other, camt(came())).status_code == 403
    assert other.get("/api/v1/reconciliation").status_code == 403


def test_the_reconciliation(client, charity):
    assert client.get("/api/v1/reconciliation").json() == []
    organisations.keep_account(
        kind=PRETEND, hook_key="k", outside_id="m", secrets={"secret": "s"},
        address={"base_url": "http://pay"}, organisation_id=charity.id,
    )  # fmt: skip
    [run] = actions.ask(rails=[PRETEND], by=None)
    actions.end(run=run, told_count=3)
    [told] = client.get("/api/v1/reconciliation").json()
    assert (told["rail"], told["payments_count"], told["findings"]) == (PRETEND, 3, [])


def test_a_statement_that_is_not_there(client, charity):
    assert client.get(f"{STATEMENTS}/{charity.id}").status_code == 404
