"""The pretend Stripe: its API under `/sim/stripe/v1`, its page, and the hand that pays there.

Owns routes, shapes, expansion and idempotency (docs: "Idempotent requests": same key and request
give the first answer again, another request with it is refused). Never: what payments do (rules).
"""

import contextlib
import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from obolo.kit import clock
from obolo.simulator.answers import answer, json_object
from obolo.simulator.errors import Refused, Unknown
from obolo.simulator.pay_page import HEADERS
from obolo.simulator.providers import page, stripe_params, stripe_rules, stripe_saved
from obolo.simulator.providers.settings import ProviderSettings
from obolo.simulator.providers.shelf import Shelf, Thing, digest
from obolo.simulator.providers.stripe_params import StripeError

LIST_MAX = 100
EXPAND_DEEP = 4
_FOLLOWED = {
    "payment_intent": "payment_intent",
    "latest_charge": "charge",
    "charge": "charge",
    "balance_transaction": "balance_transaction",
}
Make = Callable[[dict[str, Any]], Thing]


class StripeApi:
    """Stripe for one account."""

    def __init__(self, settings: ProviderSettings, shelf: Shelf, told: Callable[[], None]) -> None:
        """`told` is called when the product is owed a notice."""
        self._settings, self._shelf, self._told = settings, shelf, told

    def routes(self) -> list[tuple[str, str, Callable[[Request], Awaitable[Response]]]]:
        """(method, path, handler) of all doors."""
        api = "/sim/stripe/v1"
        return [
            ("POST", f"{api}/checkout/sessions", self.create),
            ("GET", f"{api}/checkout/sessions", self.sessions),
            ("GET", f"{api}/checkout/sessions/{{id}}", self.reader("checkout.session")),
            ("POST", f"{api}/checkout/sessions/{{id}}", self.update),
            ("POST", f"{api}/checkout/sessions/{{id}}/expire", self.expire),
            ("POST", f"{api}/payment_intents", self.charge),
            ("POST", "/sim/stripe/methods/{id}", self.set_method),
            ("GET", f"{api}/payment_intents/{{id}}", self.reader("payment_intent")),
            ("GET", f"{api}/charges/{{id}}", self.reader("charge")),
            ("GET", f"{api}/balance_transactions/{{id}}", self.reader("balance_transaction")),
            ("GET", f"{api}/refunds/{{id}}", self.reader("refund")),
            ("POST", f"{api}/refunds", self.refund),
            ("GET", f"{api}/refunds", self.lister("refund", ("charge", "payment_intent"))),
            ("GET", f"{api}/disputes", self.lister("dispute", ("charge", "payment_intent"))),
            ("GET", "/sim/stripe/pay/{id}", self.page),
            ("POST", "/sim/stripe/pay/{id}", self.pressed),
            ("POST", "/sim/stripe/sessions/{id}/{deed}", self.control),
        ]

    # The merchant's side.

    async def create(self, request: Request) -> Response:
        """POST /v1/checkout/sessions."""
        return await self._once(request, self._new_session)

    async def charge(self, request: Request) -> Response:
        """POST /v1/payment_intents: from a kept method, confirmed at once, the donor away."""

        def take(asked: dict[str, Any]) -> Thing:
            wanted = (asked.get("metadata") or {}).get("reference")
            for known in self._shelf.all("payment_intent"):
                if wanted and known["metadata"].get("reference") == wanted:
                    return _not_declined(known)  # asked again with its key
            kept = self._find("payment_method", str(asked.get("payment_method", "")))
            step = stripe_saved.charged(asked, kept, _now(), self._shelf.new_id)
            self._keep(*step)
            return _not_declined(step[0][0])

        return await self._once(request, take)

    async def set_method(self, request: Request) -> Response:
        """POST /sim/stripe/methods/{id} {"declines": code or null}: how it answers from now on."""
        kept = self._find("payment_method", request.path_params["id"])
        kept["_declines"] = (await json_object(request)).get("declines")
        self._keep([kept], [])
        return answer(_public(kept))

    async def update(self, request: Request) -> Response:
        """POST /v1/checkout/sessions/{id}: metadata only."""
        session = self._find("checkout.session", request.path_params["id"])

        def change(asked: dict[str, Any]) -> Thing:
            stripe_params.known(asked, ["metadata"])
            wanted = stripe_params.metadata(asked.get("metadata", {}), session["metadata"])
            session["metadata"] = wanted
            self._keep([session], [])
            return session

        return await self._once(request, change)

    async def expire(self, request: Request) -> Response:
        """POST /v1/checkout/sessions/{id}/expire."""
        session = self._find("checkout.session", request.path_params["id"])

        def close(_asked: dict[str, Any]) -> Thing:
            self._keep(*stripe_rules.closed(session))
            return session

        return await self._once(request, close)

    async def sessions(self, request: Request) -> Response:
        """GET /v1/checkout/sessions."""
        for one in self._shelf.all("checkout.session"):
            self._find("checkout.session", one["id"])  # the clock may have closed it
        return await self.lister("checkout.session", ("status", "payment_intent"))(request)

    async def refund(self, request: Request) -> Response:
        """POST /v1/refunds."""

        def give_back(asked: dict[str, Any]) -> Thing:
            names = ["payment_intent", "charge", "amount", "metadata", "reason"]
            stripe_params.known(asked, names)
            charge = self._charge(asked)
            amount = stripe_params.whole(asked["amount"], "amount") if "amount" in asked else None
            more = stripe_params.metadata(asked.get("metadata", {}))
            step = stripe_rules.refunded(charge, amount, more, _now(), self._shelf.new_id)
            self._keep(*step)
            return step[0][0]

        return await self._once(request, give_back)

    def reader(self, kind: str) -> Callable[[Request], Awaitable[Response]]:
        """GET of one object of a kind."""

        async def read(request: Request) -> Response:
            refusal = self._authorise(request)
            if refusal is not None:
                return refusal
            try:
                thing = self._find(kind, request.path_params["id"])
                return self._shown(thing, stripe_params.read(request.url.query))
            except StripeError as error:
                return answer(error.envelope, error.status)

        return read

    def lister(
        self, kind: str, filters: tuple[str, ...]
    ) -> Callable[[Request], Awaitable[Response]]:
        """GET of the objects of a kind, newest first, in pages."""

        async def listed(request: Request) -> Response:
            refusal = self._authorise(request)
            if refusal is not None:
                return refusal
            asked = stripe_params.read(request.url.query)
            try:
                names = [*filters, "limit", "starting_after", "created"]
                stripe_params.known(asked, names)
                return self._listed(kind, filters, asked)
            except StripeError as error:
                return answer(error.envelope, error.status)

        return listed

    # The donor's side, and the hand of whoever plays the donor.

    async def page(self, request: Request) -> Response:
        """GET /sim/stripe/pay/{id}: the page the donor sees."""
        session = self._find("checkout.session", request.path_params["id"])
        return HTMLResponse(page.html(session, self._settings.org_name), headers=HEADERS)

    async def pressed(self, request: Request) -> Response:
        """POST /sim/stripe/pay/{id}: a button was pressed."""
        session_id = request.path_params["id"]
        async with request.form() as form:
            deed = str(form.get("deed", ""))
        with contextlib.suppress(Refused):  # pressed twice or too late: the page says it
            self._act(session_id, deed, {})
        session = self._find("checkout.session", session_id)
        is_done = session["status"] == "complete" and deed in ("pay", "begin")
        there = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session_id)
        return RedirectResponse(there if is_done else f"/sim/stripe/pay/{session_id}", 303)

    async def control(self, request: Request) -> Response:
        """POST /sim/stripe/sessions/{id or reference}/{deed}: what may happen to a payment.

        pay {method, amount}, decline {code}, begin, settle, bounce, expire, dispute and
        refund {amount}.
        """
        asked = await json_object(request)
        session_id = self._session_id(request.path_params["id"])
        self._act(session_id, request.path_params["deed"], asked)
        return answer(_public(self._find("checkout.session", session_id)))

    def _act(self, session_id: str, deed: str, asked: dict[str, Any]) -> None:
        session = self._find("checkout.session", session_id)
        intent = self._shelf.find("payment_intent", session["payment_intent"] or "")
        charge = self._shelf.find("charge", (intent or {}).get("latest_charge") or "")
        now, new_id = _now(), self._shelf.new_id
        amount: Any = asked.get("amount", session["amount_total"])
        method = asked.get("method", "card")
        code = str(asked.get("code", "insufficient_funds"))
        deeds: dict[str, Callable[[], stripe_rules.Step]] = {
            "pay": lambda: stripe_rules.paid(session, intent, method, amount, now, new_id),
            "decline": lambda: stripe_rules.declined(session, intent, code, now, new_id),
            "begin": lambda: stripe_rules.begun(session, intent, now, new_id),
            "settle": lambda: stripe_rules.settled(session, _there(intent), now, new_id),
            "bounce": lambda: stripe_rules.bounced(session, _there(intent)),
            "expire": lambda: stripe_rules.closed(session),
            "dispute": lambda: stripe_rules.disputed(_there(charge), now, new_id),
            "refund": lambda: stripe_rules.refunded(
                _there(charge), asked.get("amount"), {}, now, new_id
            ),
        }
        if deed not in deeds:
            raise Unknown(f"A session knows {', '.join(deeds)}.")
        if type(amount) is not int or amount <= 0:
            raise Refused("The amount is a whole number of the smallest unit.")
        try:
            self._keep(*deeds[deed]())
        except StripeError as error:
            raise Refused(str(error)) from error

    # Inside.

    async def _once(self, request: Request, make: Make) -> Response:
        """Carry a POST out once for its key; refusals are not kept."""
        refusal = self._authorise(request)
        if refusal is not None:
            return refusal
        try:
            asked = stripe_params.read((await request.body()).decode())
            key, mark = request.headers.get("idempotency-key"), digest(asked)
            name = f"stripe {key}"
            known = self._shelf.state.answers.get(name) if key else None
            if known is not None:
                return _again(known, mark, request.url.path)
            made = make(asked)
        except StripeError as error:
            return answer(error.envelope, error.status)
        except UnicodeDecodeError:
            return answer(StripeError("The body is no form.").envelope, 400)
        if key:
            kept = {"path": request.url.path, "thing": _public(made)}
            self._shelf.write(key=name, digest=mark, status=200, answer=kept)
        return self._shown(made, asked)

    def _new_session(self, asked: dict[str, Any]) -> Thing:
        now = _now()
        checked = stripe_params.session(asked, now)
        session_id = self._shelf.new_id("cs_test_")
        session = {
            "id": session_id, "object": "checkout.session", "mode": "payment", "created": now,
            "amount_total": checked["amount_total"], "amount_subtotal": checked["amount_total"],
            "currency": checked["currency"], "status": "open", "payment_status": "unpaid",
            "client_reference_id": asked.get("client_reference_id"), "livemode": False,
            "metadata": checked["metadata"], "expires_at": checked["expires_at"],
            "success_url": asked["success_url"], "cancel_url": asked.get("cancel_url"),
            "submit_type": asked.get("submit_type"), "locale": asked.get("locale"),
            "payment_intent": None, "ui_mode": "hosted_page",
            "url": f"{self._settings.public_base}/sim/stripe/pay/{session_id}",
            "customer": None, "_keeps": checked["keeps"],
            "_description": checked["description"], "_intent_metadata": checked["intent_metadata"],
        }  # fmt: skip
        self._keep([session], [])
        return session

    def _keep(self, things: list[Thing], notices: list[tuple[str, Thing]]) -> None:
        """Write objects down, and the notices about them as they look at this moment."""
        at, calls = clock.now(), []
        for place, (kind, thing) in enumerate(notices):
            body = {
                "id": self._shelf.new_id(f"evt_{place}"), "object": "event", "type": kind,
                "api_version": "2026-10-28.endive", "created": int(at.timestamp()),
                "livemode": False, "data": {"object": _public(thing)},
            }  # fmt: skip
            url = self._settings.stripe_hook_url
            calls.append({"provider": "stripe", "at": at.isoformat(), "url": url, "body": body})
        self._shelf.write(things=things, calls=calls)
        if calls:
            self._told()

    def _find(self, kind: str, thing_id: str) -> Thing:
        """An object, closed by the clock if its time is over. Raises StripeError."""
        thing = self._shelf.find(kind, thing_id)
        if thing is None:
            text = f"No such {kind.replace('.', ' ')}: '{thing_id}'"
            raise StripeError(text, status=404, code="resource_missing", param="id")
        if thing.get("status") == "open" and thing.get("expires_at", _now() + 1) <= _now():
            self._keep(*stripe_rules.closed(thing))
        return thing

    def _session_id(self, name: str) -> str:
        """By its id, or the newest with that reference of the merchant."""
        if self._shelf.find("checkout.session", name):
            return name
        for session in self._shelf.all("checkout.session"):
            if session["client_reference_id"] == name:
                return str(session["id"])
        raise Unknown(f"There is no session {name!r} at the pretend Stripe.")

    def _charge(self, asked: dict[str, Any]) -> Thing:
        if "charge" in asked:
            return self._find("charge", asked["charge"])
        intent = self._find("payment_intent", asked.get("payment_intent", ""))
        if not intent["latest_charge"]:
            text = "This PaymentIntent does not have a successful charge to refund."
            raise StripeError(text, code="payment_intent_unexpected_state")
        return self._find("charge", intent["latest_charge"])

    def _listed(self, kind: str, filters: tuple[str, ...], asked: dict[str, Any]) -> Response:
        limit = stripe_params.whole(asked.get("limit", "10"), "limit")
        if not 1 <= limit <= LIST_MAX:
            raise StripeError("The limit is 1 to 100.", param="limit")
        since = asked.get("created", {})
        least = stripe_params.whole(since.get("gte", "0"), "created") if since else 0
        found = [
            thing
            for thing in self._shelf.all(kind)
            if thing["created"] >= least
            and all(thing[name] == asked[name] for name in filters if name in asked)
        ]
        if "starting_after" in asked:
            ids = [thing["id"] for thing in found]
            if asked["starting_after"] not in ids:
                text = f"No such object: {asked['starting_after']}"
                raise StripeError(text, status=404, code="resource_missing")
            found = found[ids.index(asked["starting_after"]) + 1 :]
        expands = [one.removeprefix("data.") for one in asked.get("expand", [])]
        rows = [self._expanded(thing, expands) for thing in found[:limit]]
        return answer({"object": "list", "data": rows, "has_more": len(found) > limit, "url": ""})

    def _shown(self, thing: Thing, asked: dict[str, Any]) -> Response:
        return answer(self._expanded(thing, asked.get("expand", [])))

    def _expanded(self, thing: Thing, paths: list[str]) -> Thing:
        shown = _public(thing)
        for path in paths:
            steps = path.split(".")
            if len(steps) > EXPAND_DEEP:
                text = "You cannot expand more than 4 levels of a property."
                raise StripeError(text, code="property_too_deep")
            self._expand(shown, steps)
        return shown

    def _expand(self, thing: Thing, steps: list[str]) -> None:
        name, rest = steps[0], steps[1:]
        if name not in _FOLLOWED or name not in thing:
            raise StripeError(f"This property cannot be expanded ({name}).", param="expand")
        if isinstance(thing[name], str):
            found = self._shelf.find(_FOLLOWED[name], thing[name])
            thing[name] = _public(found) if found else None
        if rest and isinstance(thing[name], dict):
            self._expand(thing[name], rest)

    def _authorise(self, request: Request) -> Response | None:
        given = request.headers.get("authorization", "").encode()
        wanted = f"Bearer {self._settings.stripe_secret_key}".encode()
        if hmac.compare_digest(given, wanted):
            return None
        error = StripeError("Invalid API Key provided.", status=401)
        return answer(error.envelope, 401)


def _again(known: tuple[str, int, Thing], mark: str, path: str) -> Response:
    """The first answer once more; another request under the same key is refused."""
    before, status, kept = known
    if before != mark or kept["path"] != path:
        text = "Keys for idempotent requests can only be used with the same parameters."
        raise StripeError(text, kind="idempotency_error")
    return answer(kept["thing"], status, {"Idempotent-Replayed": "true"})


def _not_declined(intent: Thing) -> Thing:
    error = stripe_saved.declined(_public(intent))
    if error is not None:
        raise error
    return intent


def _public(thing: Thing) -> Thing:
    return {name: value for name, value in thing.items() if not name.startswith("_")}


def _there(thing: Thing | None) -> Thing:
    if thing is None:
        raise Refused("Nothing was paid or begun in this session.")
    return thing


def _now() -> int:
    return int(clock.now().timestamp())
