"""The state of the pretend world: people, messages, templates, media, payments.

Owns the one rule that makes a restart lossless: state is the fold of `apply` over the records of
the journal. Never: I/O, the clock, chance, decisions. Whoever decides writes a record first.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from obolo.simulator import updates
from obolo.simulator.naming import digits_id

Record = dict[str, Any]  # one line of the journal; its key "k" names the kind
SERVICE_WINDOW = timedelta(hours=24)  # facts: WhatsApp 1.12
ENTRY_WINDOW = timedelta(hours=72)


@dataclass(slots=True)
class Message:
    """One message on one phone. `direction` is "in" when the person wrote it."""

    id: str
    person_id: str
    direction: str
    at: datetime
    body: dict[str, Any]
    rendered: dict[str, Any] = field(default_factory=dict)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    opaque: str | None = None
    pricing: dict[str, Any] | None = None

    @property
    def status(self) -> str:
        """The newest status; "accepted" before the first."""
        return str(self.statuses[-1]["status"]) if self.statuses else "accepted"


@dataclass(slots=True)
class Person:
    """A pretend owner of a phone. A silent one exists because somebody wrote to that address."""

    id: str
    name: str
    phone: str | None
    user_id: str
    lang: str
    silent: bool = False
    reads: str = "at_once"  # or "when_open": only while its phone page is open
    wrote_at: datetime | None = None
    entry_until: datetime | None = None
    blocked: bool = False
    marketing_stopped: bool = False
    typing_until: datetime | None = None
    messages: list[Message] = field(default_factory=list)
    offers: dict[str, dict[str, Any]] = field(default_factory=dict)
    unread: dict[str, None] = field(default_factory=dict)

    def window_open(self, at: datetime) -> bool:
        """Whether free-form messages may reach this person at `at`."""
        return self.wrote_at is not None and at < self.wrote_at + SERVICE_WINDOW


@dataclass(slots=True)
class Media:
    """A file that somebody uploaded or "photographed"; its bytes lie in the vault by digest."""

    id: str
    mime: str
    sha256: str
    size_bytes: int
    filename: str | None
    gone_at: datetime


@dataclass(slots=True)
class Payment:
    """A request for money at the pretend provider. Amounts are minor units of `currency`."""

    id: str
    reference: str
    amount_minor: int
    currency: str
    description: str
    return_url: str
    lang: str
    created_at: datetime
    expires_at: datetime
    status: str = "open"
    paid_amount_minor: int | None = None
    fee_minor: int | None = None
    paid_at: datetime | None = None
    method: str | None = None
    refunded_amount_minor: int = 0
    keeps: bool = False  # the merchant asked to keep the method
    method_id: str | None = None
    customer: str | None = None
    failure: str | None = None


@dataclass(slots=True)
class World:
    """Everything that is true in the simulator, after the records applied so far."""

    seed: str = ""
    count: int = 0  # of records; the source of all ids
    people: dict[str, Person] = field(default_factory=dict)
    by_address: dict[str, str] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    media: dict[str, Media] = field(default_factory=dict)
    templates: dict[str, dict[str, Any]] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    methods: dict[str, str | None] = field(default_factory=dict)  # kept method -> how it declines
    by_reference: dict[str, str] = field(default_factory=dict)
    open_payments: dict[str, None] = field(default_factory=dict)
    idempotent: dict[str, tuple[str, str]] = field(default_factory=dict)
    free_service: dict[str, int] = field(default_factory=dict)  # messages by month "2026-11"
    owed: dict[int, updates.Owed] = field(default_factory=dict)  # notices not yet acknowledged

    def apply(self, record: Record) -> None:
        """Make `record` true. Total: a record that was once written always applies again."""
        self.count += 1
        _APPLY[record["k"]](self, record)

    def person_at(self, address: str) -> Person | None:
        """Who has this phone (digits), business-scoped id or placeholder."""
        found = self.by_address.get(address)
        return self.people[found] if found else None

    def owe(self, owed: updates.Owed) -> None:
        """Remember that the product must be told; `posted` records take it off."""
        self.owed[owed.number] = owed


def _began(world: World, record: Record) -> None:
    world.seed = record["seed"]
    template = {
        "name": "hello_world",
        "language": "en_US",
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": "Hello World"}],
        "status": "APPROVED",
        "id": digits_id(world.seed, "template", 0),
    }
    world.templates[str(template["id"])] = template


def _person_added(world: World, record: Record) -> None:
    names = ("id", "name", "phone", "user_id", "lang", "silent", "reads")
    person = Person(**{name: record[name] for name in names})
    world.people[person.id] = person
    for address in (person.phone, person.user_id, record.get("alias")):
        if address:
            world.by_address[address] = person.id


def _person_changed(world: World, record: Record) -> None:
    person = world.people[record["person"]]
    for name, value in record["to"].items():
        if name in ("phone", "user_id"):
            world.by_address.pop(getattr(person, name) or "", None)
            world.by_address[value] = person.id
        setattr(person, name, value)


def _inbound(world: World, record: Record) -> None:
    person, at = world.people[record["person"]], datetime.fromisoformat(record["at"])
    message = Message(record["id"], person.id, "in", at, record["body"])
    person.messages.append(message)
    world.messages[message.id] = message
    if record["body"]["type"] not in updates.NOT_WRITTEN_BY_PEOPLE:
        person.wrote_at = at
    if "referral" in record["body"]:
        person.entry_until = at + ENTRY_WINDOW
    world.owe(updates.inbound(world.count, person, message, record.get("address")))


def _outbound(world: World, record: Record) -> None:
    person, at = world.people[record["person"]], datetime.fromisoformat(record["at"])
    message = Message(
        record["id"], person.id, "out", at, record["body"], record["rendered"],
        opaque=record.get("opaque"), pricing=record["pricing"],
    )  # fmt: skip
    person.messages.append(message)
    person.typing_until = None
    world.messages[message.id] = message
    for offer in record["rendered"].get("offers", ()):
        person.offers[offer["id"]] = offer | {"message_id": message.id}
    if record["pricing"]["type"] == "free_customer_service":
        month = record["at"][:7]
        world.free_service[month] = world.free_service.get(month, 0) + 1


def _status(world: World, record: Record) -> None:
    message = world.messages[record["id"]]
    status = {"status": record["status"], "at": record["at"]}
    if "error" in record:
        status["error"] = record["error"]
    message.statuses.append(status)
    person = world.people[message.person_id]
    if record["status"] == "delivered":
        person.unread[message.id] = None
    elif record["status"] == "read":
        person.unread.pop(message.id, None)
    world.owe(updates.status(world.count, person, message, status))


def _org_read(world: World, record: Record) -> None:
    person = world.people[record["person"]]
    for message in reversed(person.messages):
        if message.direction == "in":
            if message.statuses:
                break  # a mark as read covers everything before it: already marked
            message.statuses.append({"status": "read", "at": record["at"]})
    if record.get("typing_until"):
        person.typing_until = datetime.fromisoformat(record["typing_until"])


def _preference(world: World, record: Record) -> None:
    person = world.people[record["person"]]
    person.marketing_stopped = record["value"] == "stop"
    world.owe(updates.preference(world.count, person, record["value"], record["at"]))


def _media_added(world: World, record: Record) -> None:
    names = ("id", "mime", "sha256", "size_bytes", "filename")
    gone_at = datetime.fromisoformat(record["gone_at"])
    world.media[record["id"]] = Media(**{n: record[n] for n in names}, gone_at=gone_at)


def _media_deleted(world: World, record: Record) -> None:
    world.media.pop(record["id"], None)


def _template_saved(world: World, record: Record) -> None:
    template = record["template"]
    world.templates[template["id"]] = template
    if "happened" in record:
        world.owe(updates.template_status(world.count, template, record["happened"], record["at"]))


def _template_deleted(world: World, record: Record) -> None:
    world.templates.pop(record["id"], None)


def _payment_opened(world: World, record: Record) -> None:
    fields = dict(record["payment"])
    for name in ("created_at", "expires_at"):
        fields[name] = datetime.fromisoformat(fields[name])
    payment = Payment(**fields)
    world.payments[payment.id] = payment
    world.by_reference[payment.reference] = payment.id
    world.open_payments[payment.id] = None
    if record.get("key"):
        world.idempotent[record["key"]] = (record["digest"], payment.id)


def _payment_changed(world: World, record: Record) -> None:
    payment = world.payments[record["id"]]
    for name, value in record["to"].items():
        setattr(payment, name, datetime.fromisoformat(value) if name == "paid_at" else value)
    if payment.keeps and payment.method_id:
        world.methods.setdefault(payment.method_id, None)
    if payment.status not in ("open", "failed") or payment.failure:
        world.open_payments.pop(payment.id, None)
    if record.get("key"):
        world.idempotent[record["key"]] = (record["digest"], payment.id)
    if not record.get("quiet"):
        world.owe(updates.payment(world.count, world.seed, payment.id, record["at"]))


def _method_set(world: World, record: Record) -> None:
    world.methods[record["id"]] = record["declines"]


def _posted(world: World, record: Record) -> None:
    for number in record["numbers"]:
        world.owed.pop(number, None)


_APPLY: dict[str, Callable[[World, Record], None]] = {
    "began": _began,
    "person_added": _person_added,
    "person_changed": _person_changed,
    "inbound": _inbound,
    "outbound": _outbound,
    "status": _status,
    "org_read": _org_read,
    "preference": _preference,
    "media_added": _media_added,
    "media_deleted": _media_deleted,
    "template_saved": _template_saved,
    "template_deleted": _template_deleted,
    "payment_opened": _payment_opened,
    "payment_changed": _payment_changed,
    "method_set": _method_set,
    "posted": _posted,
}
