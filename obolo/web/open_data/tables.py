"""The open data sets as plain rows, and rows as CSV. Pure.

Amounts are whole minor units, times ISO 8601 in UTC, months `2026-11`. A cell of CSV that a
spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV injection).
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from obolo.causes.models import Cause, Purchase
from obolo.trace.open_books import Books, Months, Move, Returned

Row = dict[str, Any]
NAMES: Final = ("causes", "purchases", "months", "moves")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def causes(found: Iterable[Books]) -> list[Row]:
    """One row for each cause and currency: the sums as of now."""
    return [
        {
            "cause": books.cause.slug,
            "names": books.cause.names,
            "summaries": books.cause.summaries,
            "opened_at": moment(books.cause.created_at),
            "closed_at": moment(books.cause.closed_at) if books.cause.closed_at else None,
            "sdg_goals": list(books.cause.sdg_goals),
            "icnpo_group": books.cause.icnpo_group or None,
            "currency": sums.currency,
            "given_minor": sums.given_minor,
            "fee_minor": sums.fee_minor,
            "overhead_minor": sums.overhead_minor,
            "received_minor": sums.received_minor,
            "spent_minor": sums.spent_minor,
            "free_minor": sums.free_minor,
            "gone_minor": sums.gone_minor,
            "gifts_count": sums.gifts_told,
        }
        for books in found
        for sums in books.sums
    ]


def purchases(found: Iterable[Purchase], returned: Mapping[UUID, Sequence[Returned]]) -> list[Row]:
    """One row for each purchase, with what came back of it and the hashes of its evidence."""
    return [
        {
            "id": str(one.id),
            "cause": one.cause.slug,
            "description": one.description,
            "bought_on": one.bought_on.isoformat(),
            "recorded_at": moment(one.recorded_at),
            "currency": one.currency,
            "amount_minor": one.amount_minor,
            "paid_currency": one.paid_currency or one.currency,
            "paid_minor": one.paid_minor or one.amount_minor,
            "rate": one.rate or None,
            "rate_on": one.rate_on.isoformat() if one.rate_on else None,
            "returned_minor": sum(back.minor for back in returned.get(one.id, ())),
            "undone": any(back.kind == "release" for back in returned.get(one.id, ())),
            "evidence": [
                {"kind": str(file.kind), "sha256": bytes(file.sha256).hex()}
                for file in one.evidence.all()
            ],
        }
        for one in found
    ]


def months(found: Iterable[Months], causes: Mapping[UUID, Cause]) -> list[Row]:
    """One row for each run of months with gifts enough to be told."""
    return [
        {
            "cause": causes[one.cause_id].slug,
            "first_month": f"{one.first:%Y-%m}",
            "last_month": f"{one.last:%Y-%m}",
            "currency": one.currency,
            "gifts_count": one.gifts_count,
            "given_minor": one.given_minor,
            "fee_minor": one.fee_minor,
        }
        for one in found
    ]


def moves(found: Iterable[Move], causes: Mapping[UUID, Cause]) -> list[Row]:
    """One row for each move between funds or currencies; a fund without a cause is null."""
    return [
        {
            "kind": one.kind,
            "from_cause": _slug(causes.get(one.from_fund_id)),
            "to_cause": _slug(causes.get(one.to_fund_id)),
            "from_currency": one.from_currency,
            "from_minor": one.from_minor,
            "to_currency": one.to_currency,
            "to_minor": one.to_minor,
            "on": one.on.isoformat(),
            "posted_at": moment(one.posted_at),
            "reason": one.reason,
            "legal_basis": one.legal_basis,
            "rate": one.rate,
        }
        for one in found
    ]


def as_csv(rows: Sequence[Row], columns: Sequence[str]) -> str:
    """The rows with these columns; what holds several values is spread or counted."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")  # RFC 4180
    flat = [_flat(row) for row in rows]
    writer.writerow(columns)
    writer.writerows([_cell(row.get(column)) for column in columns] for row in flat)
    return file.getvalue()


def moment(when: datetime) -> str:
    """`2026-11-24T16:05:00Z`."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _flat(row: Row) -> Row:
    """`names: {it: …}` becomes `names_it`; a list becomes its length."""
    flat: Row = {}
    for key, value in row.items():
        if isinstance(value, dict):
            flat |= {f"{key}_{lang}": text for lang, text in value.items()}
        elif isinstance(value, list):
            flat[f"{key}_count"] = len(value)
        else:
            flat[key] = value
    return flat


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def _slug(cause: Cause | None) -> str | None:
    return cause.slug if cause else None
