"""The stage of the stories: Acqua Viva with a WhatsApp number and a payment provider.

Both are pretended. What a person writes goes the whole way: a notice's bytes, the lanes, the gate,
the Graph API.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

from obolo.causes.models import Cause
from obolo.causes.tests.cast import school, well
from obolo.conversations.models import Conversation, Direction, Message
from obolo.gateways.messaging.whatsapp.client import Client
from obolo.gateways.messaging.whatsapp.tests import notices as shapes
from obolo.gateways.models import Notice
from obolo.gateways.payments.pretend import PretendRail
from obolo.giving.models import Payment
from obolo.giving.rails import PRETEND
from obolo.kit.clock import now
from obolo.organisations import actions as organisations
from obolo.organisations.models import Organisation, OutsideAccount
from obolo.people.tests.cast import ANNA
from obolo.stories import (
    answer_a_message,
    give_back,
    hand_over,
    keep_a_pledge,
    read_notices,
    receive_a_gift,
    spend_and_trace,
)

NUMBER_ID = "106540352242922"
_NUMBERS: Iterator[int] = count(1)
_LANES = (
    read_notices.run,
    answer_a_message.run,
    keep_a_pledge.run,
    receive_a_gift.place_due,
    give_back.give_back_due,
    hand_over.run,
    spend_and_trace.tell_due,
)


@dataclass
class Provider:
    """A payment provider: `refuse` or `away` say how it fails; `pay` plays the donor."""

    payments: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    refunds: dict[str, int] = field(default_factory=dict)
    away: bool = False
    loses_answers: bool = False
    refuse: int = 0
    keeps: set[str] = field(default_factory=set)  # references of payments that keep their method
    declines: str = ""  # how kept methods answer

    def rail(self) -> PretendRail:
        transport = httpx.MockTransport(self._answer)
        return PretendRail("http://pay", "secret", httpx.Client(transport=transport))

    def pay(self, payment: Payment, minor: int | None = None, fee: int | None = 33) -> str:
        remote = self.payments[payment.reference]
        paid = remote["amount_minor"] if minor is None else minor
        remote |= {"status": "paid", "paid_amount_minor": paid, "fee_minor": fee}
        remote |= {"paid_at": now().isoformat(), "method": "card"}
        if payment.reference in self.keeps:
            remote |= {"customer": "cus_1", "method_id": "pm_1"}
        return str(remote["id"])

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        if self.away:
            raise httpx.ConnectTimeout("away", request=request)
        if self.refuse:
            return httpx.Response(self.refuse, text="no")
        if request.url.path.endswith("/refund"):
            return self._refund(request)
        if request.method == "POST":
            return self._create(json.loads(request.content))
        if request.url.path.endswith("/payments"):
            wanted = request.url.params["status"]
            rows = [one for one in self.payments.values() if one["status"] == wanted]
            return httpx.Response(200, json={"data": rows})
        ref = request.url.path.rpartition("/")[2]
        found = next((p for p in self.payments.values() if p["id"] == ref), None)
        return httpx.Response(200, json=found) if found else httpx.Response(404)

    def _refund(self, request: httpx.Request) -> httpx.Response:
        ref = request.url.path.split("/")[-2]
        found = next(p for p in self.payments.values() if p["id"] == ref)
        key, minor = request.headers["Idempotency-Key"], json.loads(request.content)["amount_minor"]
        if key not in self.refunds:
            left = found["paid_amount_minor"] - found.get("refunded_amount_minor", 0)
            if minor > left:
                return httpx.Response(409, json={})
            self.refunds[key] = minor
            found["refunded_amount_minor"] = found.get("refunded_amount_minor", 0) + minor
        if self.loses_answers:
            raise httpx.ReadTimeout("lost", request=request)
        return httpx.Response(200, json=found)

    def _create(self, order: dict[str, Any]) -> httpx.Response:
        fresh = {k: order[k] for k in ("amount_minor", "currency", "reference")}
        fresh |= {"id": f"pp_{len(self.payments)}", "status": "open", "url": "http://pay/page"}
        if order.get("keep_method"):
            self.keeps.add(order["reference"])
        if order.get("saved_method"):
            taken = {"status": "paid", "paid_amount_minor": order["amount_minor"], "fee_minor": 33}
            taken |= {"paid_at": now().isoformat(), "method": "card"}
            declined = {"status": "failed", "failure": self.declines}
            fresh |= declined if self.declines else taken
        return httpx.Response(200, json=self.payments.setdefault(order["reference"], fresh))


@dataclass
class Graph:
    """The Graph API: keeps what it was sent; `answers` are given first, in turn."""

    sent: list[dict[str, Any]] = field(default_factory=list)
    answers: list[httpx.Response | Exception] = field(default_factory=list)
    uploads: list[bytes] = field(default_factory=list)  # multipart bodies of files
    upload_answers: list[httpx.Response | Exception] = field(default_factory=list)

    def client(self) -> Client:
        transport = httpx.MockTransport(self._answer)
        return Client("http://graph/v26.0", "token", NUMBER_ID, httpx.Client(transport=transport))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/media"):
            if self.upload_answers:
                return _given(self.upload_answers.pop(0))
            self.uploads.append(request.content)
            return httpx.Response(200, json={"id": f"media{len(self.uploads)}"})
        body = json.loads(request.content)
        if body.get("status") == "read":
            return httpx.Response(200, json={"success": True})
        self.sent.append(body)
        if self.answers:
            return _given(self.answers.pop(0))
        taken = {"messages": [{"id": f"wamid.out.{next(_NUMBERS)}"}]}
        return httpx.Response(200, json=taken)


def _given(answer: httpx.Response | Exception) -> httpx.Response:
    if isinstance(answer, Exception):
        raise answer
    return answer


@dataclass
class Stage:
    """One organisation with everything around it."""

    organisation: Organisation
    number: OutsideAccount
    pay: OutsideAccount
    provider: Provider
    graph: Graph
    cause: Cause

    def notice(self, body: bytes, source: str = "whatsapp") -> Notice:
        """A stored notice."""
        account = self.number if source == "whatsapp" else self.pay
        return Notice.objects.create(source=source, account_id=account.id, body=body)

    def paid_notice(self, ref: str) -> Notice:
        """The provider says: look at this payment."""
        return self.notice(json.dumps({"payment": ref}).encode(), PRETEND)

    def hears(self, *messages: dict[str, Any]) -> None:
        """Messages come in, each in its own notice, from Anna unless they say otherwise."""
        for message in messages:
            stamp = str(int(now().timestamp()))
            told = {"from": ANNA, "id": f"wamid.in.{next(_NUMBERS)}", "timestamp": stamp}
            value = shapes.value(messages=[told | message])
            self.notice(shapes.notice(shapes.change(value)))

    def says(self, *texts: str, of: str = ANNA) -> list[str]:
        """Somebody writes these messages in a row; what we answer to them."""
        self.hears(*(text(one, of) for one in texts))
        return self.work()

    def taps(self, button: str, title: str = "x", of: str = ANNA) -> list[str]:
        """Somebody taps a button; what we answer."""
        self.hears(tap(button, title, of))
        return self.work()

    def work(self) -> list[str]:
        """All lanes until nothing is due; the texts said meanwhile, in order."""
        before = set(Message.objects.values_list("id", flat=True))
        for _ in range(40):
            if not sum([lane(self.organisation.id) for lane in _LANES]):
                break
        ours = Message.objects.filter(direction=Direction.OUT).exclude(id__in=before)
        return list(ours.order_by("id").values_list("text", flat=True))

    def talk(self, phone: str = ANNA) -> Conversation:
        """The conversation with this phone."""
        found: Conversation = Conversation.objects.get(
            person__addresses__value=phone, person__addresses__valid_to=None
        )
        return found

    def buttons(self) -> dict[str, str]:
        """Of the newest message sent: title -> id."""
        action = self.graph.sent[-1].get("interactive", {}).get("action", {})
        rows = [r for s in action.get("sections", []) for r in s["rows"]]
        replies = [b["reply"] for b in action.get("buttons", [])]
        return {one["title"]: one["id"] for one in [*rows, *replies]}

    def wants_to_give(self, words: str = "vorrei dare 5 euro per il pozzo") -> Payment:
        """Anna writes, confirms, and has her link."""
        self.says(words)
        self.taps(next(b for b in self.buttons().values() if b.startswith("confirm:")))
        return Payment.objects.order_by("-created_at")[0]

    def gives(self, words: str = "vorrei dare 5 euro per il pozzo", **paid: Any) -> list[str]:
        """The same, and she pays; what we say then."""
        payment = self.wants_to_give(words)
        self.paid_notice(self.provider.pay(payment, **paid))
        return self.work()


def text(body: str, of: str = ANNA) -> dict[str, Any]:
    return {"from": of, "type": "text", "text": {"body": body}}


def tap(button: str, title: str = "x", of: str = ANNA) -> dict[str, Any]:
    reply = {"type": "button_reply", "button_reply": {"id": button, "title": title}}
    return {"from": of, "type": "interactive", "interactive": reply}


def furnish(organisation: Organisation) -> Stage:
    """Accounts and two causes for the current organisation."""
    number = organisations.keep_account(
        kind="whatsapp", hook_key="k", outside_id=NUMBER_ID, secrets={"access_token": "token"},
        address={"graph_base": "http://graph/v26.0"}, organisation_id=organisation.id,
    )  # fmt: skip
    pay = organisations.keep_account(
        kind=PRETEND, hook_key="k", outside_id="m", secrets={"secret": "secret"},
        address={"base_url": "http://pay"}, organisation_id=organisation.id,
    )  # fmt: skip
    cause = well()
    school()
    return Stage(organisation, number, pay, Provider(), Graph(), cause)
