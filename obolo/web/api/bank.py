"""The API of the bank: statements handed in by a program, and what the reconciliation found.

Amounts are minor units with a sign: what left the account is negative. No payer's account is told.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import File, Form, Router, Schema, Status
from ninja.errors import HttpError
from ninja.files import UploadedFile

from obolo.gateways.payments.bank.csv_statement import Choice
from obolo.giving import rails
from obolo.giving.bank import actions, queries
from obolo.giving.bank.models import Statement, StatementLine
from obolo.giving.reconciliation import queries as reconciliation
from obolo.giving.reconciliation.models import Finding
from obolo.organisations import queries as organisations
from obolo.stories import import_a_statement

LINES_TOLD_MAX = 500
router = Router()


class HowToRead(Schema):
    """How a CSV is to be read; what is empty is guessed, and refused when it cannot be."""

    account: str = ""
    encoding: str = ""
    delimiter: str = ""
    decimal: str = ""
    date_order: str = ""
    layout: str = ""


@router.post("statements", response={200: dict, 201: dict})
def hand_in_statement(
    request: HttpRequest,
    file: File[UploadedFile],
    how: Form[HowToRead],
) -> Any:
    """Hand in a bank statement: camt.053 or camt.054 (XML), or CSV with the `account` it is about.

    201 when it was imported now, 200 when this very file was imported before; lines that were told
    by another file are not counted again. 400 says what is wrong with the file.
    """
    _need(request, "money")
    kept = actions.receive_file(content=file.read(), name=file.name or "", by=None)
    was_known = bool(queries.statements_of(kept.id))
    how_read = how.dict(exclude={"account"})
    made = import_a_statement.bring_in(
        file=kept, by=None, choice=Choice(**how_read), account=how.account
    )
    told = {"already_imported": was_known, "statements": [_statement(one) for one in made]}
    return Status(200 if was_known else 201, told)


@router.get("statements/{uuid:statement_id}")
def show_statement(request: HttpRequest, statement_id: UUID) -> dict[str, Any]:
    """One statement with its lines, those that wait for a person first."""
    _need(request, "money")
    found = queries.statement(statement_id)
    if found is None:
        raise HttpError(404, "There is no such statement.")
    lines = queries.lines(found.id)[:LINES_TOLD_MAX]
    return _statement(found) | {"lines": [_line(one) for one in lines]}


@router.get("reconciliation")
def show_reconciliation(request: HttpRequest) -> list[dict[str, Any]]:
    """Each payment provider with its newest run: when, how many payments, what differs."""
    _need(request, "money")
    return [
        {
            "rail": one.rail,
            "waiting": one.waiting,
            "ended_at": one.last.ended_at.isoformat() if one.last and one.last.ended_at else None,
            "trouble": one.last.trouble if one.last else "",
            "payments_count": one.last.told_count if one.last else 0,
            "findings": [_finding(found) for found in one.findings],
        }
        for one in reconciliation.standings(rails.names())
    ]


def _need(request: HttpRequest, ability: str) -> None:
    role = str(request.auth)  # type: ignore[attr-defined]  # ninja puts the key's role there
    if not organisations.may(role, ability):
        raise HttpError(403, f"The role of this key ({role}) does not include this.")


def _statement(one: Statement) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "account": queries.masked(one.account),
        "kind": one.kind,
        "sha256": one.file.sha256,
        "currency": one.currency,
        "opening_minor": one.opening_minor,
        "closing_minor": one.closing_minor,
        "closing_on": one.closing_on.isoformat() if one.closing_on else None,
        "adds_up": one.adds_up,
        "lines_count": one.told_count,
        "new_count": one.new_count,
        "counts": queries.counts(one.id),
        "problems": one.problems,
        "imported_at": one.at.isoformat(),
    }


def _line(one: StatementLine) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "amount_minor": one.amount_minor,
        "charge_minor": one.charge_minor,
        "currency": one.currency,
        "booked_on": one.booked_on.isoformat(),
        "value_on": one.value_on.isoformat() if one.value_on else None,
        "bank_ref": one.bank_ref,
        "reference": one.reference,
        "words": one.words,
        "payer": one.payer,
        "state": one.state,
        "reasons": one.reasons,
        "candidates": one.candidates,
        "gift": str(one.gift_id) if one.gift_id else None,
    }


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "provider_ref": one.provider_ref,
        "payment": str(one.payment_id) if one.payment_id else None,
        "ours_minor": one.ours_minor,
        "theirs_minor": one.theirs_minor,
        "currency": one.currency,
        "at": one.at.isoformat(),
    }
