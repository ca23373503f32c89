"""The file a bank collects from: pain.008, made by `sepaxml` and checked against its schema.

Source: ISO 20022 CustomerDirectDebitInitiation, versions 02 (older banks) and 08 (since November
2025). The same batch always gives the same file, with the same message id: a bank that has it
already refuses the second upload, and nobody is debited twice.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sepaxml import SepaDD  # type: ignore[import-untyped]
from sepaxml.validation import ValidationError  # type: ignore[import-untyped]

from obolo.gateways.payments.bank import iban as ibans
from obolo.gateways.payments.sepa.calendar import is_working_day
from obolo.gateways.payments.sepa.mandate import Mandate, is_creditor_id
from obolo.kit.errors import OboloError
from obolo.kit.money import Money

SCHEMAS = ("pain.008.001.08", "pain.008.001.02")
COLLECTIONS_MAX = 20_000
AMOUNT_MINOR_MAX = 99_999_999_999
_ID = re.compile(r"[A-Za-z0-9+?/:().,'-]{1,30}")  # 35 in the schema; the parts get a number


class NotCollectable(OboloError):
    """This cannot be handed to a bank."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Creditor:
    """Who collects, as registered at the bank."""

    name: str
    iban: str
    creditor_id: str
    bic: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Collection:
    """One debit. `reference` comes back with the money and with any return of it."""

    reference: str
    mandate: Mandate
    amount: Money
    due_on: date
    words: str
    final: bool = False


def pain_008(
    *,
    batch: str,
    made_at: datetime,
    creditor: Creditor,
    collections: Sequence[Collection],
    schema: str = SCHEMAS[0],
) -> bytes:
    """The file of one batch; `batch` is its message id. Raises NotCollectable, naming the debit."""
    if schema not in SCHEMAS or not _ID.fullmatch(batch):
        raise NotCollectable(f"Schema {schema!r}, batch {batch[:40]!r}.")
    if not 0 < len(collections) <= COLLECTIONS_MAX:
        raise NotCollectable(f"A batch has 1 to {COLLECTIONS_MAX} debits.")
    config = _config(creditor, schema)
    seen: set[str] = set()
    maker = _Batch(config, schema, batch, made_at)
    for one in sorted(collections, key=lambda c: (c.due_on, c.reference)):
        _check(one, seen)
        maker.add_payment(_payment(one, schema))
    try:
        made: bytes = maker.export(validate=True)
    except ValidationError as odd:
        raise NotCollectable(f"The schema refuses it: {str(odd.__cause__)[:300]}") from odd
    return made


def _config(creditor: Creditor, schema: str) -> dict[str, Any]:
    if not is_creditor_id(creditor.creditor_id):
        raise NotCollectable(f"{creditor.creditor_id[:40]!r} is no creditor identifier.")
    if schema == SCHEMAS[1] and not creditor.bic:
        raise NotCollectable("The older version needs the creditor's BIC.")
    config = {
        "name": creditor.name,
        "IBAN": ibans.normal(creditor.iban),
        "batch": True,
        "creditor_id": creditor.creditor_id,
        "currency": "EUR",
    }
    return config | ({"BIC": creditor.bic} if creditor.bic else {})


def _check(one: Collection, seen: set[str]) -> None:
    named = f"Debit {one.reference[:40]!r}"
    if not _ID.fullmatch(one.reference) or one.reference in seen:
        raise NotCollectable(f"{named} has no reference of its own.")
    if one.amount.currency != "EUR" or not 0 < one.amount.minor <= AMOUNT_MINOR_MAX:
        raise NotCollectable(f"{named} is not of 0.01 to 999999999.99 euro.")
    if not one.mandate.may_collect(one.due_on):
        raise NotCollectable(f"{named}: no mandate is in force on {one.due_on}.")
    if not is_working_day(one.due_on):
        raise NotCollectable(f"{named}: banks do not work on {one.due_on}.")
    seen.add(one.reference)


def _payment(one: Collection, schema: str) -> dict[str, Any]:
    payment = {
        "name": one.mandate.name,
        "IBAN": one.mandate.iban,
        "amount": one.amount.minor,
        "type": one.mandate.sequence(final=one.final),
        "collection_date": one.due_on,
        "mandate_id": one.mandate.reference,
        "mandate_date": one.mandate.signed_on,
        "description": one.words or one.reference,
        "endtoend_id": one.reference,
    }
    return payment | ({"BIC": one.mandate.bic} if one.mandate.bic else {})


class _Batch(SepaDD):  # type: ignore[misc]
    """The library's maker, with ids and time of ours instead of chance and the machine's clock."""

    def __init__(self, config: dict[str, Any], schema: str, batch: str, made_at: datetime) -> None:
        self._batch_id, self._made_at = batch, made_at
        super().__init__(config, schema=schema, clean=True)

    def _create_header(self) -> None:
        self.msg_id = self._batch_id
        super()._create_header()
        self._xml.find(".//CreDtTm").text = self._made_at.strftime("%Y-%m-%dT%H:%M:%S")

    def _finalize_batch(self) -> None:
        super()._finalize_batch()
        for number, node in enumerate(self._xml.iter("PmtInfId"), 1):
            node.text = f"{self._batch_id}-{number}"
