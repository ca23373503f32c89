"""Purchases by program: what waits says so, currencies keep their rate, odd fields are named."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from obolo.causes import actions as causes
from obolo.causes.models import Purchase
from obolo.organisations.actions import issue_token
from obolo.organisations.models import Role
from obolo.stories import spend_and_trace
from obolo.web.tests.public_cast import opened, paid, picture, well

pytestmark = pytest.mark.usefixtures("charity", "store")
PLAIN = {
    "cause": "pozzo",
    "amount_minor": "300",
    "currency": "EUR",
    "description": "Tubi",
    "date": "2026-11-20",
    "key": "k",
}


@pytest.fixture
def store(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def send():
    """Post a purchase for the well, which holds 90 euro; the answer's status and JSON."""
    paid(opened(well(), minor=10_000), fee=0)
    key = issue_token(name="t", role=Role.PROJECT_OFFICER, slug="acqua-viva")
    client = Client(headers={"Authorization": f"Bearer {key}"})

    def post(**fields: Any) -> tuple[int, dict[str, Any]]:
        answer = client.post("/api/v1/purchases", PLAIN | fields)
        return answer.status_code, answer.json()

    post.get = client.get  # type: ignore[attr-defined]
    return post


def test_what_counts_and_what_waits(send):
    causes.set_limit(currency="EUR", limit_minor=300, by=uuid4())
    assert send()[1]["state"] == "counted"
    status, told = send(key="2", amount_minor="301")
    assert (status, told["state"], told["booked_at"]) == (201, "waiting", None)
    assert send(key="2", amount_minor="301")[1]["id"] == told["id"]
    spend_and_trace.approve(purchase_id=Purchase.recorded.get(id=told["id"]).id, by=uuid4())
    assert send.get(f"/api/v1/purchases/{told['id']}").json()["state"] == "counted"
    assert send.get(f"/api/v1/purchases/{uuid4()}").status_code == 404


def test_another_currency_with_its_rate(send):
    fields = {"rate": "655.957", "rate_date": "2026-11-20", "rate_source": "parity"}
    status, told = send(amount_minor="6500", currency="xof", region="Kaya", **fields)
    assert (status, told["amount_minor"], told["currency"]) == (201, 991, "EUR")
    assert told["paid"] == {"amount_minor": 6_500, "currency": "XOF"} | fields
    assert told["region"] == "Kaya"


def test_a_photo_without_consent_is_on_file_and_not_shown(send):
    shot = SimpleUploadedFile("x.jpg", picture())
    assert not send(photo=shot, photo_consent="open")[1]["evidence"][0]["public"]
    shot = SimpleUploadedFile("x.jpg", picture())
    given = {"photo_consent": "given", "consent_by": "A", "consent_how": "B"}
    status, told = send(key="2", photo=shot, **given)
    assert (status, told["detail"]) == (
        400,
        "It is not clear that those shown in the photo agreed. "
        "Say who agreed, how and on which day.",
    )


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        (
            "photo_consent",
            "maybe",
            "A field of the purchase is wrong. photo_consent must be one of nobody, given, open.",
        ),
        (
            "consent_date",
            "yesterday",
            "A field of the purchase is wrong. consent_date must be written YYYY-MM-DD.",
        ),
        ("rate", "655.957", "A field of the purchase is wrong. rate_source is missing."),
        ("currency", "USD", "This purchase cannot be recorded. This cause is kept in EUR."),
    ],
)
def test_odd_fields_are_named(send, field, value, told):
    status, answer = send(**{field: value})
    assert (status, answer["detail"]) == (400, told)
    assert Purchase.recorded.count() == 0
