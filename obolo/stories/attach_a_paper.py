"""A paper goes out as a document, a QR as a picture: drawn only when its message is handed over.

1. A message is written down with a placeholder that names the paper (`reference`), never the file.
2. When `hand_over` takes it up, the rows are read and the paper is drawn (a short transaction).
3. Outside any transaction the file is uploaded; its id takes the placeholder's place.
An upload that failed or got lost has sent nothing: the message is tried again.
"""

from typing import Any, Final
from uuid import UUID

from obolo.assistant.compose import PAPER
from obolo.gateways.messaging.whatsapp.client import Client
from obolo.gateways.messaging.whatsapp.errors import AnswerLost, NotReached
from obolo.giving.bank import transfer
from obolo.giving.receipts import paper, queries, yearly
from obolo.giving.receipts.errors import NoSuchReceipt
from obolo.giving.receipts.paper import File
from obolo.organisations.wall import within
from obolo.people import queries as people

_RECEIPT: Final = "receipt"
_STATEMENT: Final = "statement"
_TRANSFER: Final = "transfer"
_MEDIA_TYPES: Final = {"document": paper.PDF, "image": "image/png"}


def receipt_reference(receipt_id: UUID) -> str:
    """What stands for the paper of a receipt in a message that is written down."""
    return f"{_RECEIPT}.{receipt_id}"


def statement_reference(person_id: UUID, year: int, language: str) -> str:
    """What stands for the paper of a person's year."""
    return f"{_STATEMENT}.{person_id}.{year}.{language}"


def transfer_reference(payment_id: UUID) -> str:
    """What stands for the QR of a payment by transfer."""
    return f"{_TRANSFER}.{payment_id}"


def attached(organisation_id: UUID, channel: Client, request: dict[str, Any]) -> dict[str, Any]:
    """The request with the uploaded file in place of its placeholder; without one, as it is.

    Raises SendRefused and NotReached (nothing was sent), NoSuchReceipt, NoAccount.
    """
    kind = str(request.get("type"))
    part = request.get(kind) if kind in _MEDIA_TYPES else None
    reference = str((part or {}).get("id", ""))
    if part is None or not reference.startswith(PAPER):
        return request
    with within(organisation_id):
        file = _drawn(reference.removeprefix(PAPER))
    try:
        media_id = channel.upload_media(file.content, _MEDIA_TYPES[kind], file.name)
    except AnswerLost as lost:
        raise NotReached(str(lost)) from None
    return request | {kind: part | {"id": media_id}}


def _drawn(reference: str) -> File:
    kind, _, rest = reference.partition(".")
    if kind == _RECEIPT:
        receipt = queries.get(UUID(rest))
        if receipt is None:
            raise NoSuchReceipt
        return paper.of_receipt(receipt)
    if kind == _TRANSFER:
        return File("transfer.png", transfer.facts_of(UUID(rest)).picture_png())
    person_id, year, language = rest.split(".")
    person = people.get(UUID(person_id))
    if person is None:
        raise NoSuchReceipt
    return yearly.statement(person=person, year=int(year), language=language)
