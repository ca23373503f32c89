"""Version 1 of the API. `GET /api/v1/openapi.json` describes it, `/api/v1/docs` is not served.

Errors are `{"detail": one sentence}` with 400 (wrong input), 401 (wrong key), 403 (role), 404, 409.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import NinjaAPI, Schema, Status
from ninja.errors import HttpError, ValidationError

from obolo.causes import queries as causes
from obolo.causes.errors import CauseUnknown, PurchaseKeyReused
from obolo.causes.models import Cause
from obolo.conversations import queries as talk
from obolo.conversations.errors import AlreadySaid
from obolo.gateways.messaging.whatsapp.errors import NotSendable
from obolo.giving import queries as giving
from obolo.giving.pledges.errors import PledgeEnded, PledgeKeyReused
from obolo.kit.errors import OboloError
from obolo.kit.ids import new_token
from obolo.ledger.errors import NotEnoughCents
from obolo.people import queries as people
from obolo.stories import reply_as_staff, spend_and_trace
from obolo.trace import queries as paths
from obolo.web.api import bank, money, pledges, purchase_form, receipts, shapes
from obolo.web.api.allowed import need
from obolo.web.api.keys import Key

PAGE_MAX = 500


api = NinjaAPI(title="Obolo", version="1", auth=Key(), docs_url=None, urls_namespace="api-1")
api.add_router("", money.router)
api.add_router("", receipts.router)
api.add_router("pledges", pledges.router)
_CONFLICTS = (PurchaseKeyReused, NotEnoughCents, AlreadySaid, PledgeKeyReused, PledgeEnded)


class Reply(Schema):
    """What staff say to a person. The same `key` says it once."""

    text: str
    key: str | None = None


@api.exception_handler(OboloError)
def _say_what_is_wrong(request: HttpRequest, wrong: OboloError) -> Any:
    status = money.status_of(wrong) or (409 if isinstance(wrong, _CONFLICTS) else 400)
    return api.create_response(request, {"detail": str(wrong)}, status=status)


@api.exception_handler(ValidationError)
def _say_which_field(request: HttpRequest, wrong: ValidationError) -> Any:
    first = wrong.errors[0]
    detail = f"{first['loc'][-1]}: {first['msg']}."
    return api.create_response(request, {"detail": detail}, status=400)


@api.get("causes")
def list_causes(request: HttpRequest) -> list[dict[str, Any]]:
    """Causes one can give to, with the state of their funds."""
    return [shapes.cause(one) for one in causes.open_causes()]


@api.get("people")
def find_people(request: HttpRequest, address: str) -> dict[str, Any]:
    """The person with this phone, user id or e-mail."""
    found = people.by_address(address)
    if found is None:
        raise HttpError(404, "Nobody has this address.")
    return shapes.person(found, list(giving.gifts_of(found.id)))


@api.get("gifts")
def list_gifts(
    request: HttpRequest, person: str | None = None, limit: int = 100
) -> list[dict[str, Any]]:
    """Gifts, newest first; of one person by id or address."""
    person_id = _person_id(person) if person is not None else None
    if not 1 <= limit <= PAGE_MAX:
        raise HttpError(400, f"limit must lie between 1 and {PAGE_MAX}.")
    return [shapes.gift(one) for one in giving.gifts(person_id, limit)]


@api.get("gifts/{uuid:gift_id}")
def show_gift(request: HttpRequest, gift_id: UUID) -> dict[str, Any]:
    """One gift."""
    found = giving.gift(gift_id)
    if found is None:
        raise HttpError(404, "There is no such gift.")
    return shapes.gift(found)


@api.get("gifts/{uuid:gift_id}/trace")
def show_trace(request: HttpRequest, gift_id: UUID) -> dict[str, Any]:
    """The path of a gift: its dated states, its numbers, the purchases it counted towards."""
    found = giving.gift(gift_id)
    if found is None:
        raise HttpError(404, "There is no such gift.")
    return paths.as_json(paths.path(found))


@api.post("purchases", response={201: dict}, openapi_extra=purchase_form.DESCRIPTION)
def record_purchase(request: HttpRequest) -> Any:
    """Record what was bought, as a multipart form or, without files, as JSON.

    Files sent as `photo` are shown to donors after re-encoding, those sent as `invoice` never. A
    file sent as `evidence` counts as photo when it is a picture, as invoice when it is a PDF.
    Above the organisation's limit the answer's `state` is `waiting`: nothing is spent, and nobody
    sees it, before a second person has approved it.
    """
    need(request, "purchase")
    form = purchase_form.read(request)
    made = spend_and_trace.record(
        cause_id=_cause(form.cause).id,
        amount=form.amount,
        description=form.description,
        bought_on=form.bought_on,
        key=f"api:{form.key or new_token()}",
        evidence=form.evidence,
        exchange=form.exchange,
        place=form.place,
    )
    return Status(201, shapes.purchase(made))


@api.get("purchases/{uuid:purchase_id}")
def show_purchase(request: HttpRequest, purchase_id: UUID) -> dict[str, Any]:
    """One purchase, also while it waits for a second person."""
    found = causes.recorded_purchase(purchase_id)
    if found is None:
        raise HttpError(404, "There is no such purchase.")
    return shapes.purchase(found)


@api.get("conversations/{uuid:conversation_id}/messages")
def list_messages(request: HttpRequest, conversation_id: UUID) -> list[dict[str, Any]]:
    """The newest messages of a conversation in the order they were said."""
    if talk.get(conversation_id) is None:
        raise HttpError(404, "There is no such conversation.")
    return [shapes.message(one) for one in talk.messages(conversation_id)]


@api.post("conversations/{uuid:conversation_id}/messages", response={201: dict})
def reply(request: HttpRequest, conversation_id: UUID, words: Reply) -> Any:
    """A person of the team answers; the assistant is silent from then on."""
    need(request, "answer")
    if talk.get(conversation_id) is None:
        raise HttpError(404, "There is no such conversation.")
    try:
        said = reply_as_staff.reply(
            conversation_id=conversation_id,
            text=words.text,
            key=words.key or new_token(),
            staff_id=None,
        )
    except NotSendable as odd:
        raise HttpError(400, " ".join(odd.problems)) from odd
    return Status(201, {"id": str(said.message_id), "state": said.state})


def _person_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        found = people.by_address(text)
        if found is None:
            raise HttpError(404, "Nobody has this id or address.") from None
        return found.id


def _cause(text: str) -> Cause:
    try:
        found = causes.get(UUID(text))
    except ValueError:
        found = causes.by_slug(text)
    if found is None:
        raise CauseUnknown
    return found


api.add_router("", bank.router)
