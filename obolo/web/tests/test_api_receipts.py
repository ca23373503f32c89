"""Receipts for programs: read, printed, voided and replaced with a key of the organisation."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.test import Client

from obolo.giving.receipts import queries
from obolo.giving.tests.cast import paid
from obolo.organisations.actions import issue_token
from obolo.organisations.models import Role
from obolo.people.tests.cast import anna
from obolo.web.tests.public_cast import well

API = "/api/v1"


@pytest.fixture
def gift(charity):
    """Anna's gift of 5 euro in May 2026."""
    return paid(anna(), well(), at=datetime(2026, 5, 5, tzinfo=UTC))


def _program(role: Role = Role.TREASURER) -> Client:
    token = issue_token(name="test", role=role, slug="acqua-viva")
    return Client(headers={"Authorization": f"Bearer {token}"})


def _post(client: Client, path: str, **words: str):
    return client.post(f"{API}/{path}", words, content_type="application/json")


def test_receipts_are_listed_and_printed(gift):
    client = _program(Role.READER)
    (one,) = client.get(f"{API}/receipts", {"year": "2026", "q": anna().name}).json()
    assert (one["number"], one["amount_minor"], one["currency"]) == ("2026/000001", 500, "EUR")
    assert one["missing"] == ["address", "tax_code", "body_type"]
    assert client.get(f"{API}/receipts/{one['id']}").json() == one
    answer = client.get(f"{API}/receipts/{one['id']}.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert client.get(f"{API}/receipts", {"state": "void"}).json() == []
    statement = client.get(f"{API}/people/{gift.person_id}/statements/2026.pdf")
    assert statement.content.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("receipts?limit=0", 400), ("receipts?state=odd", 400), ("receipts?offset=-1", 400),
        ("receipts?year=x", 400), (f"receipts/{uuid4()}", 404), (f"receipts/{uuid4()}.pdf", 404),
        (f"people/{uuid4()}/statements/2026.pdf", 404),
    ],
)  # fmt: skip
def test_what_is_odd_or_not_there_is_said(charity, path, status):
    answer = _program().get(f"{API}/{path}")
    assert answer.status_code == status
    assert set(answer.json()) == {"detail"}


def test_a_receipt_is_voided_and_replaced(gift):
    client, old = _program(), queries.newest_of(gift.id)
    assert old
    assert _post(client, f"receipts/{old.id}/void", reason=" ").status_code == 400
    for _ in range(2):
        told = _post(client, f"receipts/{old.id}/void", reason="wrong name").json()
    assert told["void_reason"] == "wrong name"
    assert _post(client, f"receipts/{old.id}/void", reason="other").status_code == 409
    path, words = f"receipts/{old.id}/reissue", {"reason": "wrong name", "key": "k"}
    first = _post(client, path, **words, name="Anna Verdi", tax_code="")
    assert first.status_code == 201
    assert (first.json()["replaces"], first.json()["donor_name"]) == (old.shown, "Anna Verdi")
    assert _post(client, path, **words).json() == first.json()
    assert _post(client, path, reason="other", key="k").status_code == 409
    assert _post(client, path, reason="x", name="A", tax_code="odd").status_code == 400


def test_only_a_key_with_the_money_changes_receipts(gift):
    receipt = queries.newest_of(gift.id)
    assert receipt
    for verb in ("void", "reissue"):
        answer = _post(_program(Role.OPERATOR), f"receipts/{receipt.id}/{verb}", reason="x")
        assert answer.status_code == 403
    assert Client().get(f"{API}/receipts").status_code == 401
    assert queries.living_of(gift.id)
