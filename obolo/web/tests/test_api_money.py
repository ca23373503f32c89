"""Refunds, corrections and moves by program: once for each key, and never alone."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from obolo.causes.tests.cast import school, well
from obolo.giving.models import Gift
from obolo.giving.rails import PRETEND
from obolo.giving.returns.models import Deed, Refund
from obolo.giving.returns.tests.cast import gave
from obolo.kit.clock import now
from obolo.ledger.audit import breaches
from obolo.ledger.queries import free_minor
from obolo.organisations.actions import issue_token, keep_account
from obolo.organisations.models import Role
from obolo.people.tests.cast import anna, emma


def caller(role: Role = Role.TREASURER) -> Any:
    """A program with a key of its own: POST of JSON, status and JSON back."""
    key = issue_token(name="t", role=role, slug="acqua-viva")
    client = Client(headers={"Authorization": f"Bearer {key}"})

    def post(path: str, **content: Any) -> tuple[int, dict[str, Any]]:
        answer = client.post(f"/api/v1/{path}", content, content_type="application/json")
        return answer.status_code, answer.json()

    return post


@pytest.fixture
def gift(charity) -> Gift:
    """Anna's five euro for the well."""
    keep_account(
        kind=PRETEND, hook_key="k", outside_id="m", secrets={"secret": "secret"},
        address={"base_url": "http://pay"}, organisation_id=charity.id,
    )  # fmt: skip
    school()
    return gave(anna(), well(), 500, fee=0)


REFUND = {"amount_minor": 200, "currency": "EUR", "reason": "asked", "key": "r"}


def test_a_refund_is_asked_once(gift):
    post, where = caller(), f"gifts/{gift.id}/refunds"
    status, made = post(where, **REFUND)
    assert (status, made["state"], made["amount_minor"]) == (201, "planned", 200)
    assert post(where, **REFUND)[1]["id"] == made["id"]
    assert post(where, **REFUND | {"amount_minor": 201})[0] == 409
    status, told = post(where, **REFUND | {"amount_minor": 301, "key": "r2"})
    assert status == 409
    assert "300 minor units are left" in told["detail"]
    assert post(f"gifts/{uuid4()}/refunds", **REFUND | {"key": "r3"})[0] == 404
    assert Refund.objects.count() == 1


@pytest.mark.parametrize(
    "odd",
    [
        {"amount_minor": "200"},
        {"amount_minor": 2.5},
        {"amount_minor": True},
        {"amount_minor": -1},
        {"amount_minor": 10**15},
        {"amount_minor": 0},
        {"currency": "eur"},
        {"currency": "USD"},
        {"reason": "  "},
        {"key": ""},
        {"way": "post"},
        {"way": "hand"},
        {"way": "hand", "on": "2999-01-01"},
    ],
)
def test_odd_refunds_are_refused_with_a_sentence(gift, odd):
    status, told = caller()(f"gifts/{gift.id}/refunds", **REFUND | odd)
    assert status == 400
    assert isinstance(told["detail"], str)
    assert Refund.objects.count() == 0


def test_a_repayment_by_hand(gift):
    on = now().date().isoformat()
    status, made = caller()(f"gifts/{gift.id}/refunds", **REFUND | {"way": "hand", "on": on})
    assert (status, made["state"], made["returned_on"]) == (201, "done", on)
    assert breaches() == []


def test_corrections(gift):
    post, where = caller(), f"gifts/{gift.id}/corrections"
    void = {"kind": "void", "amount_minor": 100, "reason": "a slip", "key": "v"}
    status, made = post(where, **void)
    assert (status, made["kind"]) == (201, "voided")
    assert post(where, **void)[1]["id"] == made["id"]
    assert post(where, **void | {"amount_minor": 99})[0] == 409
    assert post(where, kind="add", amount_minor=50, reason="a coin", key="a")[0] == 201
    right = emma()
    assert post(where, kind="owner", person=str(right.id), reason="x", key="o")[0] == 201
    assert Gift.objects.get(id=gift.id).person_id == right.id
    assert post(where, kind="owner", person="0000", reason="x", key="o2")[0] == 404
    assert post(where, kind="match", reason="x", key="m")[0] == 400
    assert post(where, kind="match", gift=str(gift.id), reason="x", key="m2")[0] == 400
    assert Deed.objects.count() == 3
    assert breaches() == []


def test_a_move_takes_two_keys(gift):
    one, other, cause = caller(), caller(), gift.cause
    move = {
        "kind": "designation", "from_cause": "pozzo", "to_cause": "scuola", "amount_minor": 100,
        "currency": "EUR", "legal_basis": "board", "reason": "more need", "key": "m",
    }  # fmt: skip
    status, asked = one("moves", **move)
    assert (status, asked["state"]) == (201, "waiting")
    assert one("moves", **move)[1]["id"] == asked["id"]
    approval = f"moves/{asked['id']}/approval"
    status, told = one(approval)
    assert status == 409
    assert "another person" in told["detail"]
    assert other(approval)[1]["state"] == "done"
    assert other(approval)[1]["state"] == "done"
    assert free_minor(cause.fund_id, "EUR") == 350
    assert one(f"moves/{asked['id']}/withdrawal")[0] == 409
    assert other(f"moves/{uuid4()}/approval")[0] == 404
    assert one("moves", **move | {"amount_minor": 900, "key": "m2"})[0] == 409
    assert one("moves", **move | {"to_cause": "nowhere", "key": "m3"})[0] == 400


@pytest.mark.parametrize("role", [Role.READER, Role.OPERATOR, Role.PROJECT_OFFICER])
def test_only_keys_that_may(gift, role):
    post = caller(role)
    assert post(f"gifts/{gift.id}/refunds", **REFUND)[0] == 403
    assert post(f"gifts/{gift.id}/corrections", kind="add", reason="x", key="k")[0] == 403
    assert post(f"moves/{uuid4()}/approval")[0] == 403
