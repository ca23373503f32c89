"""The pretend Satispay under `/sim/satispay/g_business/v1`, its page, and the hand that accepts.

Owns the check of signatures, written from the specification and not from the product's signer, the
states PENDING, ACCEPTED and CANCELED, refunds, and Satispay's errors with their `wlt`.
"""

import base64
import contextlib
import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from obolo.kit import clock
from obolo.simulator.answers import answer
from obolo.simulator.errors import Conflict, Refused, Unknown
from obolo.simulator.pay_page import HEADERS
from obolo.simulator.providers import page
from obolo.simulator.providers.settings import ProviderSettings
from obolo.simulator.providers.shelf import Shelf, Thing, digest

LIFE = timedelta(hours=24)
REFUND_DAYS = 365
DATE_TOLERANCE = timedelta(minutes=5)
METADATA_MAX = 20
_FIELD = re.compile(r'(\w+)="([^"]*)"')
_KIND = "satispay_payment"


class SatispayError(Exception):
    """An error in Satispay's shape."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        """`code` as in Satispay's list: 44 illegal transition, 45 token used, 131 too old."""
        super().__init__(message)
        self.status, self.code = status, code

    def shown(self, wlt: str) -> Thing:
        """The body of the answer."""
        return {"code": self.code, "message": str(self), "wlt": wlt}


class SatispayApi:
    """Satispay for one shop."""

    def __init__(self, settings: ProviderSettings, shelf: Shelf, told: Callable[[], None]) -> None:
        """`told` is called when the product is owed a callback."""
        self._settings, self._shelf, self._told = settings, shelf, told

    def routes(self) -> list[tuple[str, str, Callable[[Request], Awaitable[Response]]]]:
        """(method, path, handler) of all doors."""
        api = "/sim/satispay/g_business/v1"
        return [
            ("POST", f"{api}/authentication_keys", self.pair),
            ("POST", f"{api}/payments", self.bound(self.create)),
            ("GET", f"{api}/payments", self.bound(self.listed)),
            ("GET", f"{api}/payments/{{id}}", self.bound(self.read)),
            ("PUT", f"{api}/payments/{{id}}", self.bound(self.change)),
            ("GET", "/sim/satispay/pay/{id}", self.page),
            ("POST", "/sim/satispay/pay/{id}", self.pressed),
            ("POST", "/sim/satispay/payments/{id}/{deed}", self.control),
        ]

    def bound(
        self, handler: Callable[[Request, bytes], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """The handler behind the check of the signature."""

        async def call(request: Request) -> Response:
            body = await request.body()
            try:
                self._verify(request, body)
                return await handler(request, body)
            except SatispayError as error:
                return answer(error.shown(self._shelf.new_id("wlt")), error.status)

        return call

    async def pair(self, request: Request) -> Response:
        """POST authentication_keys: the activation code, once, for a key id."""
        try:
            asked = json.loads(await request.body())
            key = serialization.load_pem_public_key(asked["public_key"].encode())
            if not isinstance(key, rsa.RSAPublicKey):
                raise ValueError
        except (ValueError, KeyError, TypeError, AttributeError):
            return answer(SatispayError(27, "Invalid public key").shown("wlt0"), 400)
        is_used = any(True for _key in self._shelf.all("satispay_key"))
        if asked.get("token") != self._settings.satispay_code or is_used:
            error = SatispayError(45, "Activation code was used or does not exist", 403)
            return answer(error.shown(self._shelf.new_id("wlt")), 403)
        thing = {"id": self._shelf.new_id("key"), "object": "satispay_key"}
        self._shelf.write(things=[thing | {"pem": asked["public_key"]}])
        return answer({"key_id": thing["id"]})

    async def create(self, request: Request, body: bytes) -> Response:
        """POST payments: a request to pay, or a refund of a payment."""
        asked = _object(body)
        key, mark = request.headers.get("idempotency-key"), digest(asked)
        name = f"satispay {key}"
        known = self._shelf.state.answers.get(name) if key else None
        if known is not None:
            if known[0] != mark:
                raise SatispayError(36, "Idempotency key used with another body")
            return answer(_public(self._find(known[2]["id"])))
        flow = asked.get("flow")
        made = self._refund(asked) if flow == "REFUND" else self._payment(asked)
        if key:
            self._shelf.write(key=name, digest=mark, status=200, answer={"id": made["id"]})
        return answer(_public(made))

    async def read(self, request: Request, _body: bytes) -> Response:
        """GET payments/{id}."""
        return answer(_public(self._find(request.path_params["id"])))

    async def listed(self, request: Request, _body: bytes) -> Response:
        """GET payments, newest first."""
        status, after = (request.query_params.get(n) for n in ("status", "starting_after"))
        found = [self._find(thing["id"]) for thing in self._shelf.all(_KIND)]
        if after:
            places = [n for n, thing in enumerate(found) if thing["id"] == after]
            found = found[places[0] + 1 :] if places else []
        found = [thing for thing in found if status in (None, thing["status"])]
        limit = int(request.query_params.get("limit", "20"))
        rows = [_public(thing) for thing in found[:limit]]
        return answer({"has_more": len(found) > limit, "data": rows})

    async def change(self, request: Request, body: bytes) -> Response:
        """PUT payments/{id}: the merchant cancels, or undoes a payment it has lost sight of."""
        action = _object(body).get("action")
        payment = self._find(request.path_params["id"])
        if action not in ("CANCEL", "CANCEL_OR_REFUND", "ACCEPT"):
            raise SatispayError(35, "Unknown action")
        if payment["status"] == "ACCEPTED" and action == "CANCEL_OR_REFUND":
            self._refund({"parent_payment_uid": payment["id"], "amount_unit": _left(payment)})
            return answer(_public(self._find(payment["id"])))
        if payment["status"] != "PENDING" or action == "ACCEPT":
            raise SatispayError(44, "Illegal transition", 403)
        self._keep(payment | {"status": "CANCELED"})
        return answer(_public(self._find(payment["id"])))

    # The donor's side.

    async def page(self, request: Request) -> Response:
        """GET /sim/satispay/pay/{id}."""
        payment = self._find(request.path_params["id"])
        return HTMLResponse(page.satispay_html(payment, self._settings.org_name), headers=HEADERS)

    async def pressed(self, request: Request) -> Response:
        """POST /sim/satispay/pay/{id}: a button was pressed; back to the merchant."""
        payment_id = request.path_params["id"]
        async with request.form() as form:
            deed = str(form.get("deed", ""))
        with contextlib.suppress(Refused):  # pressed twice or too late: the page says it
            self._act(payment_id, deed)
        return RedirectResponse(f"/sim/satispay/pay/{payment_id}", 303)

    async def control(self, request: Request) -> Response:
        """POST /sim/satispay/payments/{id or external code}/{accept|reject}."""
        name = request.path_params["id"]
        if self._shelf.find(_KIND, name) is None:
            name = next(
                (t["id"] for t in self._shelf.all(_KIND) if t["external_code"] == name), name
            )
        self._act(name, request.path_params["deed"])
        return answer(_public(self._find(name)))

    def _act(self, payment_id: str, deed: str) -> None:
        payment = self._find(payment_id)
        if deed not in ("accept", "reject"):
            raise Unknown("A payment of Satispay knows accept and reject.")
        if payment["status"] != "PENDING":
            raise Conflict(f"This payment is {payment['status']}.")
        self._keep(payment | {"status": "ACCEPTED" if deed == "accept" else "CANCELED"})

    # Inside.

    def _payment(self, asked: Thing) -> Thing:
        if asked.get("flow") != "MATCH_CODE":
            raise SatispayError(52, "Unsupported flow")
        if len(asked.get("metadata") or {}) > METADATA_MAX:
            raise SatispayError(52, "Too many metadata")
        payment_id, now = self._shelf.new_id(""), clock.now()
        payment: Thing = {
            "id": payment_id, "object": _KIND, "type": "TO_BUSINESS", "status": "PENDING",
            "amount_unit": _amount(asked), "currency": "EUR", "expired": False,
            "code_identifier": f"S6Y-PAY--{payment_id[:8].upper()}",
            "external_code": str(asked.get("external_code") or "")[:50],
            "metadata": asked.get("metadata") or {}, "insert_date": _time(now),
            "expire_date": _time(now + LIFE), "refunds": [],
            "redirect_url": f"{self._settings.public_base}/sim/satispay/pay/{payment_id}",
            "_callback": asked.get("callback_url") or "", "_refunded": 0,
        }  # fmt: skip
        self._shelf.write(things=[payment])
        return payment

    def _refund(self, asked: Thing) -> Thing:
        parent = self._find(str(asked.get("parent_payment_uid")))
        amount = _amount(asked | {"currency": "EUR"})
        if parent["status"] != "ACCEPTED" or parent["type"] != "TO_BUSINESS":
            raise SatispayError(44, "Illegal transition", 403)
        if clock.now() - datetime.fromisoformat(parent["insert_date"]) > timedelta(REFUND_DAYS):
            raise SatispayError(131, "Payment is too old to be refunded", 403)
        if amount > _left(parent):
            raise SatispayError(52, "Refund is larger than what is left")
        refund = {
            "id": self._shelf.new_id(""), "object": _KIND, "type": "REFUND_TO_BUSINESS",
            "status": "ACCEPTED", "amount_unit": amount, "currency": "EUR", "expired": False,
            "external_code": str(asked.get("external_code") or ""), "metadata": {},
            "insert_date": _time(clock.now()), "parent_payment_uid": parent["id"],
        }  # fmt: skip
        parent["_refunded"] += amount
        parent["refunds"].append({"id": refund["id"], "amount_unit": amount})
        self._shelf.write(things=[refund, parent], calls=self._calls(parent))
        self._told()
        return refund

    def _keep(self, payment: Thing) -> None:
        self._shelf.write(things=[payment], calls=self._calls(payment))
        self._told()

    def _calls(self, payment: Thing) -> list[Thing]:
        url = payment.get("_callback", "").replace("{uuid}", payment["id"])
        at = clock.now().isoformat()
        return [{"provider": "satispay", "at": at, "url": url, "body": {}}] if url else []

    def _find(self, payment_id: str) -> Thing:
        payment = self._shelf.find(_KIND, payment_id)
        if payment is None:
            raise SatispayError(41, "Payment does not exist", 404)
        until = payment.get("expire_date")
        is_late = until is not None and clock.now() >= datetime.fromisoformat(until)
        if payment["status"] == "PENDING" and is_late:
            self._keep(payment | {"status": "CANCELED", "expired": True})
            return self._find(payment_id)
        return payment

    def _key(self, key_id: str) -> str | None:
        """The public key (PEM) that was paired under this id."""
        paired = self._settings.satispay_paired
        if paired is not None and paired[0] == key_id:
            return paired[1]
        found = self._shelf.find("satispay_key", key_id)
        return str(found["pem"]) if found else None

    def _verify(self, request: Request, body: bytes) -> None:
        """The signature of a request, from the specification. Raises SatispayError (401)."""
        refused = SatispayError(34, "Invalid signature", 401)
        head, _, rest = request.headers.get("authorization", "").partition(" ")
        given = dict(_FIELD.findall(rest))
        wanted = "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()
        key = self._key(given.get("keyId", ""))
        right = head == "Signature" and given.get("algorithm") == "rsa-sha256"
        if not right or key is None or request.headers.get("digest") != wanted:
            raise refused
        target = request.scope["raw_path"].decode().partition("?")[0]
        if request.url.query:
            target += f"?{request.url.query}"
        lines = []
        for name in given.get("headers", "").split():
            is_target = name == "(request-target)"
            value = f"{request.method.lower()} {target}" if is_target else request.headers.get(name)
            lines.append(f"{name}: {value}")
        public = serialization.load_pem_public_key(key.encode())
        assert isinstance(public, rsa.RSAPublicKey)
        try:
            seal = base64.b64decode(given.get("signature", ""), validate=True)
            text = "\n".join(lines).encode()
            public.verify(seal, text, padding.PKCS1v15(), hashes.SHA256())
            signed_at = parsedate_to_datetime(request.headers.get("date", ""))
        except (InvalidSignature, ValueError):
            raise refused from None
        if abs(signed_at - clock.now()) > DATE_TOLERANCE:
            raise SatispayError(34, "The date of the request is too far from ours", 401)


def _object(body: bytes) -> Thing:
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise SatispayError(35, "The body is no JSON object")
    return found


def _amount(asked: Thing) -> int:
    amount = asked.get("amount_unit")
    if type(amount) is not int or not 0 < amount <= 10**9 or asked.get("currency") != "EUR":
        raise SatispayError(52, "Invalid amount")
    return amount


def _left(payment: Thing) -> int:
    return int(payment["amount_unit"]) - int(payment["_refunded"])


def _public(thing: Thing) -> Thing:
    return {n: v for n, v in thing.items() if not n.startswith("_") and n != "object"}


def _time(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
