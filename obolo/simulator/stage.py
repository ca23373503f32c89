"""The stage: the one place where the pretend world changes.

Owns the order of things: decide (pure), write down, make true, tell. Never: HTTP routes, shapes.
"""

import asyncio
import base64
import hashlib
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from obolo.kit import clock
from obolo.simulator import hearing, naming, samples, sending
from obolo.simulator.errors import Conflict, GraphError, Refused, Unknown
from obolo.simulator.faults import Faults, http_status
from obolo.simulator.journal import Journal
from obolo.simulator.posting import Poster
from obolo.simulator.reading import shown
from obolo.simulator.settings import SimulatorSettings
from obolo.simulator.world import Media, Message, Person, World

TYPING_SECONDS = 25
LANGUAGES = ("it", "en", "ar")
RECEIVED_MEDIA_LIFE = timedelta(days=7)  # facts: WhatsApp 1.4
UPLOADED_MEDIA_LIFE = timedelta(days=30)
NAME_MAX = 100


class Stage:
    """The world, its journal, its faults, its poster, and those who watch."""

    def __init__(self, settings: SimulatorSettings, client: httpx.AsyncClient | None) -> None:
        """Read the journal back; nothing is posted before `start`."""
        self.settings, self.faults, self.world = settings, Faults(), World()
        self.journal = Journal(settings.data_dir / "simulator.jsonl")
        self._vault = settings.data_dir / "simulator_files"
        for record in self.journal.replay():
            self.world.apply(record)
        self.poster = Poster(
            settings, self.faults, client, before=self.journal.flush, posted=self._posted
        )
        self._watchers: dict[str, set[asyncio.Queue[dict[str, Any] | None]]] = {}
        self._flush_planned = False
        self.handshake = "not tried"
        if not self.world.seed:
            self.write("began", seed=settings.seed or secrets.token_hex(8))

    def start(self) -> None:
        """Begin to post, first what an earlier run still owed."""
        self.poster.start()
        for owed in list(self.world.owed.values()):
            self.poster.offer(owed)

    async def stop(self) -> None:
        """End the streams, stop posting, close the journal."""
        self.end_streams()
        await self.poster.stop()
        self.journal.close()

    def write(self, kind: str, **fields: Any) -> None:
        """Write one record down, make it true, and offer the notice it causes, if any."""
        record = {"k": kind, **fields}
        self.journal.append(record)
        self.world.apply(record)
        owed = self.world.owed.get(self.world.count)
        if owed is not None:
            self.poster.offer(owed)
        self._plan_flush()

    # People.

    def person(self, person_id: str) -> Person:
        """The person with this id; raises Unknown."""
        found = self.world.people.get(person_id)
        if found is None:
            raise Unknown(f"There is no person {person_id!r} in the simulator.")
        return found

    def add_person(self, asked: Any) -> Person:
        """A new person; the same name and phone again give the same person. Raises Refused."""
        if not isinstance(asked, dict):
            raise Refused('A person is an object such as {"name": "Anna", "lang": "it"}.')
        name, lang = asked.get("name"), asked.get("lang", "it")
        if not isinstance(name, str) or not name.strip() or len(name) > NAME_MAX:
            raise Refused(f"A person needs a name of 1 to {NAME_MAX} characters.")
        if lang not in LANGUAGES:
            raise Refused(f"The language is one of {', '.join(LANGUAGES)}.")
        reads = "when_open" if asked.get("reads") == "when_open" else "at_once"
        phone = self._phone(asked)
        known = self.world.person_at(phone) if phone else None
        if known and known.silent:
            to = {"name": name, "lang": lang, "silent": False, "reads": reads}
            self.write("person_changed", person=known.id, to=to)
            return known
        if known and known.name == name:
            return known
        if known:
            raise Conflict(f"The phone {phone} belongs to {known.name} ({known.id}).")
        return self._new_person(name, phone, lang=lang, silent=False, reads=reads)

    def change_number(self, person: Person, asked: Any) -> None:
        """The person moves to another number: two system messages tell it, as the real ones do."""
        wanted = asked if isinstance(asked, dict) else {}
        fresh = self._phone(wanted) if person.phone or wanted.get("phone") else None
        if fresh and self.world.person_at(fresh):
            raise Conflict(f"The phone {fresh} is taken.")
        old_phone, old_user = person.phone, person.user_id
        to: dict[str, Any] = {"user_id": naming.user_id(self.world.seed, self.world.count)}
        if fresh:
            to["phone"] = fresh
        self.write("person_changed", person=person.id, to=to)
        if old_phone and fresh:
            told = f"User {person.name} changed from {old_phone} to {fresh}"
            system = {"body": told, "wa_id": fresh, "type": "user_changed_number"}
            self._hear(person, {"type": "system", "system": system}, address=old_phone)
        system = {"type": "user_changed_user_id", "previous_user_id": old_user}
        system["user_id"] = person.user_id
        address = person.phone or old_user
        self._hear(person, {"type": "system", "system": system}, address=address)

    def prefer_marketing(self, person: Person, value: str) -> None:
        """The person stops or resumes marketing messages in the app's own menu."""
        self.write("preference", person=person.id, value=value, at=_now_text())

    def block(self, person: Person, blocked: bool) -> None:
        """The person blocks the organisation, or lifts it."""
        self.write("person_changed", person=person.id, to={"blocked": blocked})

    # Words.

    def say(self, person: Person, asked: Any) -> Message:
        """The person writes `asked`; raises Refused when that is no message."""
        body = hearing.read(self.world, person, asked, self.settings.display_phone)
        if body["type"] in hearing.MEDIA_KINDS:
            body = self._with_file(body)
        address = (person.phone or person.user_id) if body["type"] == "system" else None
        return self._hear(person, body, address=address)

    def send(self, body: dict[str, Any]) -> tuple[sending.Address, Person, Message]:
        """The organisation sends a request body that was checked. Raises GraphError."""
        address = sending.recipient(body)
        if error := self.faults.next_error("sync"):
            status = http_status(error["code"])
            raise GraphError(error["code"], error["title"], details=error["details"], status=status)
        look, category = sending.look(self.world, body)
        person = self.world.person_at(address.key) or self._outsider(address)
        at, kind = clock.now(), body.get("type", "text")
        wamid = naming.message_id(self.world.seed, person.phone or address.key, self.world.count)
        self.write(
            "outbound", id=wamid, person=person.id, at=at.isoformat(), body=body, rendered=look,
            opaque=body.get("biz_opaque_callback_data"),
            pricing=sending.pricing(self.world, person, category, at),
        )  # fmt: skip
        message = self.world.messages[wamid]
        failed = self.faults.next_error("status")
        failed = failed or sending.failure(person, kind, category, at, person.silent)
        is_reading = person.reads == "at_once" or bool(self._watchers.get(person.id))
        self._watched(person, {"kind": "message", "message": self.shown(message)})
        for step in sending.steps(person, kind, failed, is_reading):
            self._step(message, step)
        return address, person, message

    def read_all(self, person: Person) -> int:
        """The person reads what has arrived; answers how many messages."""
        unread = list(person.unread)
        for message_id in unread:
            self._step(self.world.messages[message_id], {"status": "read"})
        return len(unread)

    def org_read(self, message_id: str, *, typing: bool) -> None:
        """The organisation has read up to this message and, perhaps, is typing.

        An id nobody knows changes nothing: published examples may be played as they are.
        """
        message = self.world.messages.get(message_id)
        if message is None:
            return
        person, now = self.world.people[message.person_id], clock.now()
        until = (now + timedelta(seconds=TYPING_SECONDS)).isoformat() if typing else None
        self.write("org_read", person=person.id, at=now.isoformat(), typing_until=until)
        self._watched(person, {"kind": "read"})
        if typing:
            self._watched(person, {"kind": "typing", "seconds": TYPING_SECONDS})

    def shown(self, message: Message) -> dict[str, Any]:
        """The message as the control API and the phone show it."""
        return shown(self.world, message, self.settings.public_base)

    # Files.

    def keep_file(self, content: bytes, mime: str, filename: str | None, life: timedelta) -> Media:
        """Keep the bytes and give them a media id."""
        digest = hashlib.sha256(content).hexdigest()
        self._vault.mkdir(exist_ok=True)
        path = self._vault / digest
        if not path.exists():
            fresh = path.with_suffix(".new")
            fresh.write_bytes(content)
            fresh.replace(path)
        media_id = naming.digits_id(self.world.seed, "media", self.world.count)
        self.write(
            "media_added", id=media_id, mime=mime, sha256=digest, size_bytes=len(content),
            filename=filename, gone_at=(clock.now() + life).isoformat(),
        )  # fmt: skip
        return self.world.media[media_id]

    def media(self, media_id: str) -> Media:
        """The media with this id, unless it has gone by the clock; raises Unknown."""
        found = self.world.media.get(media_id)
        if found is None or clock.now() >= found.gone_at:
            raise Unknown(f"There is no media {media_id!r}, or it has expired.")
        return found

    def file_path(self, media: Media) -> Path:
        """Where the bytes of `media` lie."""
        return self._vault / media.sha256

    # Those who watch.

    def watch(self, person: Person) -> asyncio.Queue[dict[str, Any] | None]:
        """A queue of changes for a phone page; opening it reads what has arrived."""
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(1000)
        self._watchers.setdefault(person.id, set()).add(queue)
        self.read_all(person)
        return queue

    def unwatch(self, person: Person, queue: asyncio.Queue[dict[str, Any] | None]) -> None:
        """The phone page was closed."""
        watchers = self._watchers.get(person.id, set())
        watchers.discard(queue)
        if not watchers:
            self._watchers.pop(person.id, None)

    def tell_all(self, change: dict[str, Any]) -> None:
        """Every open phone page learns of a change of the whole world, such as the clock."""
        for person_id in list(self._watchers):
            self._watched(self.world.people[person_id], change)

    def end_streams(self) -> None:
        """Close every open stream, so that a server can stop without waiting for browsers."""
        for queues in self._watchers.values():
            for queue in queues:
                _put(queue, None)

    # Inside.

    def _hear(self, person: Person, body: dict[str, Any], *, address: str | None) -> Message:
        at = _now_text()
        sender = person.phone or person.user_id
        wamid = naming.message_id(self.world.seed, sender, self.world.count)
        self.write("inbound", id=wamid, person=person.id, at=at, body=body, address=address)
        message = self.world.messages[wamid]
        self._watched(person, {"kind": "message", "message": self.shown(message)})
        return message

    def _step(self, message: Message, step: dict[str, Any]) -> None:
        self.write("status", id=message.id, at=_now_text(), **step)
        person = self.world.people[message.person_id]
        change = {"kind": "status", "id": message.id, "status": message.status}
        self._watched(person, change)

    def _with_file(self, body: dict[str, Any]) -> dict[str, Any]:
        """Media without an id gets a small invented file, so that the product can fetch it."""
        kind = body["type"]
        content = body[kind]
        if "id" in content:
            return body
        mime = samples.MIMES[kind]
        name = content.get("filename") if isinstance(content.get("filename"), str) else None
        media = self.keep_file(samples.sample(kind), mime, name, RECEIVED_MEDIA_LIFE)
        known: dict[str, Any] = {
            "id": media.id,
            "mime_type": mime,
            "sha256": _base64_digest(media.sha256),
        }
        if kind == "audio":
            known["voice"] = True
        return body | {kind: known | content}

    def _outsider(self, address: sending.Address) -> Person:
        if address.by_user_id:
            return self._new_person(address.shown, None, silent=True, user_id=address.key)
        if address.key.isdigit():
            return self._new_person(address.shown, address.key, silent=True)
        return self._new_person(address.shown, None, silent=True, alias=address.key)

    def _new_person(
        self,
        name: str,
        phone: str | None,
        *,
        lang: str = "en",
        silent: bool,
        reads: str = "at_once",
        user_id: str | None = None,
        alias: str | None = None,
    ) -> Person:
        person_id = f"p{len(self.world.people) + 1}"
        self.write(
            "person_added", id=person_id, name=name, phone=phone, lang=lang, silent=silent,
            reads=reads, alias=alias,
            user_id=user_id or naming.user_id(self.world.seed, self.world.count),
        )  # fmt: skip
        return self.world.people[person_id]

    def _phone(self, asked: dict[str, Any]) -> str | None:
        """The phone asked for: None when explicitly null, invented when left out."""
        if "phone" not in asked:
            count = len(self.world.people)
            while self.world.person_at(naming.invented_phone(self.world.seed, count)):
                count += 1
            return naming.invented_phone(self.world.seed, count)
        if asked["phone"] is None:
            return None
        digits = naming.phone_digits(asked["phone"]) if isinstance(asked["phone"], str) else None
        if digits is None:
            raise Refused(f"{asked['phone']!r} is not a phone number.")
        return digits

    def _watched(self, person: Person, change: dict[str, Any]) -> None:
        for queue in self._watchers.get(person.id, ()):
            _put(queue, change)

    def _posted(self, numbers: list[int]) -> None:
        self.write("posted", numbers=numbers)

    def _plan_flush(self) -> None:
        """Records of one turn of the loop reach the disk together."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.journal.flush()
            return
        if not self._flush_planned:
            self._flush_planned = True
            loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_planned = False
        self.journal.flush()


def _put(queue: "asyncio.Queue[dict[str, Any] | None]", change: dict[str, Any] | None) -> None:
    if queue.full():  # a page that does not read any more misses changes; it reloads
        queue.get_nowait()
    queue.put_nowait(change)


def _now_text() -> str:
    return clock.now().isoformat()


def _base64_digest(hexadecimal: str) -> str:
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode()
