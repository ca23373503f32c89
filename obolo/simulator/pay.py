"""The pretend payment provider: its API for the merchant and its page for the donor.

Owns the routes under `/sim/pay`. Never: the rules and fees, which are in `payments`.
"""

import hashlib
import hmac
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from obolo.kit import clock
from obolo.simulator import naming, pay_page, payments
from obolo.simulator.answers import answer, json_object
from obolo.simulator.errors import Conflict, Refused, Unknown
from obolo.simulator.stage import Stage
from obolo.simulator.world import Payment


class NotTheMerchant(Refused):
    """The bearer secret is missing or wrong."""

    status = 401


def find(stage: Stage, ref: str) -> Payment:
    """The payment with this id or merchant's reference, expired if its time is over."""
    payment_id = ref if ref in stage.world.payments else stage.world.by_reference.get(ref)
    if payment_id is None:
        raise Unknown(f"There is no payment {ref!r} in the simulator.")
    expire(stage, payment_id)
    return stage.world.payments[payment_id]


def expire(stage: Stage, payment_id: str) -> None:
    """Write down that a payment has expired, if it has."""
    payment = stage.world.payments[payment_id]
    if change := payments.expired(payment, clock.now()):
        alter(stage, payment, change)


def expire_all(stage: Stage) -> None:
    """The same for all payments that wait; called when the clock was turned."""
    for payment_id in list(stage.world.open_payments):
        expire(stage, payment_id)


def alter(stage: Stage, payment: Payment, change: payments.Change, **more: Any) -> None:
    """Write a change of a payment down; the merchant is told to look."""
    at = clock.now().isoformat()
    stage.write("payment_changed", id=payment.id, to=change, at=at, **more)
    stage.tell_all({"kind": "payment", "id": payment.id, "status": payment.status})


async def create(stage: Stage, request: Request) -> Response:
    """POST /sim/pay/v1/payments."""
    _authorise(stage, request)
    asked = await json_object(request)
    key, digest = _idempotency(request, asked)
    known = _known(stage, key, digest)
    if known is None:
        payment_id = naming.token(stage.world.seed, "pay", stage.world.count)
        fields = payments.opened(asked, payment_id, clock.now())
        method = _kept_method(stage, asked)
        stage.write("payment_opened", payment=fields, key=key, digest=digest)
        known = stage.world.payments[payment_id]
        if method is not None:
            code = stage.world.methods[method]
            alter(stage, known, payments.charged(known, method, code, clock.now()))
    return answer(payments.shown(known, stage.settings.public_base), 201)


async def read(stage: Stage, request: Request) -> Response:
    """GET /sim/pay/v1/payments/{id}."""
    _authorise(stage, request)
    payment = find(stage, request.path_params["id"])
    return answer(payments.shown(payment, stage.settings.public_base))


async def listed(stage: Stage, request: Request) -> Response:
    """GET /sim/pay/v1/payments?status=paid&since=ISO: since is compared with the last news."""
    _authorise(stage, request)
    expire_all(stage)
    status = request.query_params.get("status")
    since = request.query_params.get("since")
    after = payments.moment(since.replace(" ", "+")) if since else None
    found = [
        payments.shown(payment, stage.settings.public_base)
        for payment in stage.world.payments.values()
        if status in (None, payment.status)
        and (after is None or (payment.paid_at or payment.created_at) >= after)
    ]
    return answer({"data": found})


async def refund(stage: Stage, request: Request) -> Response:
    """POST /sim/pay/v1/payments/{id}/refund."""
    _authorise(stage, request)
    payment = find(stage, request.path_params["id"])
    asked = await json_object(request)
    key, digest = _idempotency(request, asked)
    if _known(stage, key, digest) is None:
        change = payments.refunded(payment, asked)
        alter(stage, payment, change, key=key, digest=digest)
    return answer(payments.shown(payment, stage.settings.public_base))


async def cancel(stage: Stage, request: Request) -> Response:
    """POST /sim/pay/v1/payments/{id}/cancel; a cancelled one stays cancelled."""
    _authorise(stage, request)
    payment = find(stage, request.path_params["id"])
    if payment.status != "cancelled":
        alter(stage, payment, payments.cancelled(payment))
    return answer(payments.shown(payment, stage.settings.public_base))


async def page(stage: Stage, request: Request) -> Response:
    """GET /sim/pay/{id}: the page the donor sees."""
    payment = find(stage, request.path_params["id"])
    html = pay_page.html(payment, stage.settings.org_name)
    return Response(html, media_type="text/html", headers=pay_page.HEADERS)


async def pressed(stage: Stage, request: Request) -> Response:
    """POST /sim/pay/{id}: the donor pressed a button; back to the page, which tells the state."""
    payment = find(stage, request.path_params["id"])
    async with request.form() as form:
        action = form.get("action")
    try:
        if action == "decline":
            alter(stage, payment, payments.failed(payment))
        else:
            alter(stage, payment, payments.paid(payment, {"method": action}, clock.now()))
    except Conflict:
        pass  # pressed twice or too late: the page says how things stand
    return RedirectResponse(f"/sim/pay/{payment.id}", 303)


def _kept_method(stage: Stage, asked: dict[str, Any]) -> str | None:
    """The kept method to take the money from, if the merchant names one. Raises Refused."""
    method = asked.get("saved_method")
    if method is None:
        return None
    if not isinstance(method, str) or method not in stage.world.methods:
        raise Refused("There is no such kept method.")
    if asked.get("customer") != f"cus_{method.removeprefix('pm_')}":
        raise Refused("The kept method is another customer's.")
    return method


def _authorise(stage: Stage, request: Request) -> None:
    given = request.headers.get("authorization", "").encode()
    wanted = f"Bearer {stage.settings.payment_secret}".encode()
    if not hmac.compare_digest(given, wanted):
        raise NotTheMerchant("This needs the header Authorization: Bearer <payment secret>.")


def _idempotency(request: Request, asked: dict[str, Any]) -> tuple[str | None, str]:
    key = request.headers.get("idempotency-key")
    text = json.dumps(asked, sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return (f"{request.url.path} {key}" if key else None), digest


def _known(stage: Stage, key: str | None, digest: str) -> Payment | None:
    """What this key has already made. Raises Conflict when it came with another body."""
    found = stage.world.idempotent.get(key) if key else None
    if found is None:
        return None
    if found[0] != digest:
        raise Conflict("This Idempotency-Key was used with another body.")
    return stage.world.payments[found[1]]
