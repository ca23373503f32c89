"""The control API: what a thumb can do on the phone, for programs.

Owns the routes under `/sim` that people, clock and faults have. Never: rules of messages.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse

from obolo.kit import clock
from obolo.simulator import pay, payments
from obolo.simulator.answers import answer, json_body, json_object
from obolo.simulator.errors import Conflict, Refused, Unknown
from obolo.simulator.stage import Stage
from obolo.simulator.world import Person

KEEP_ALIVE_SECONDS = 15
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SPAN = re.compile(r"(?:\d{1,9}[smhdw])+")
_ADVANCE_MAX = timedelta(days=3660)
GRAPH_VERSION = "v23.0"


async def overview(stage: Stage, _request: Request) -> Response:
    """GET /sim: what is there and where."""
    settings = stage.settings
    people = [person for person in stage.world.people.values() if not person.silent]
    return answer(
        {
            "organisation": settings.org_name,
            "graph": f"{settings.public_base}/sim/{GRAPH_VERSION}",
            "number_id": settings.number_id,
            "waba_id": settings.waba_id,
            "display_phone": settings.display_phone,
            "phone": f"{settings.public_base}/sim/phone",
            "hook": {"url": settings.hook_url, "handshake": stage.handshake},
            "people": len(people),
            "messages": len(stage.world.messages),
            "payments": len(stage.world.payments),
            "owed": len(stage.world.owed),
            "clock": clock.now().isoformat(),
            "faults": stage.faults.shown(),
        }
    )


async def add_person(stage: Stage, request: Request) -> Response:
    """POST /sim/people."""
    return answer(_person(stage.add_person(await json_body(request))))


async def people(stage: Stage, request: Request) -> Response:
    """GET /sim/people: those with a hand on the phone; `?all=1` adds the silent ones."""
    everybody = "all" in request.query_params
    found = [p for p in stage.world.people.values() if everybody or not p.silent]
    return answer([_person(person) for person in found])


async def say(stage: Stage, request: Request) -> Response:
    """POST /sim/people/{id}/messages."""
    person = stage.person(request.path_params["id"])
    message = stage.say(person, await json_body(request))
    return answer({"id": message.id, "at": message.at.isoformat()})


async def messages(stage: Stage, request: Request) -> Response:
    """GET /sim/people/{id}/messages, all or those after one."""
    found = stage.person(request.path_params["id"]).messages
    after = request.query_params.get("after")
    if after:
        places = [place for place, message in enumerate(found) if message.id == after]
        if not places:
            raise Refused(f"There is no message {after!r} on this phone.")
        found = found[places[0] + 1 :]
    return answer([stage.shown(message) for message in found])


async def read(stage: Stage, request: Request) -> Response:
    """POST /sim/people/{id}/read."""
    person = stage.person(request.path_params["id"])
    return answer({"read": stage.read_all(person)})


async def block(stage: Stage, request: Request) -> Response:
    """POST /sim/people/{id}/block; `{"blocked": false}` lifts it."""
    person = stage.person(request.path_params["id"])
    blocked = (await json_object(request)).get("blocked", True)
    if type(blocked) is not bool:
        raise Refused('"blocked" is true or false.')
    stage.block(person, blocked)
    return answer(_person(person))


async def stop_marketing(stage: Stage, request: Request) -> Response:
    """POST /sim/people/{id}/stop_marketing."""
    person = stage.person(request.path_params["id"])
    stage.prefer_marketing(person, "stop")
    return answer(_person(person))


async def resume_marketing(stage: Stage, request: Request) -> Response:
    """POST /sim/people/{id}/resume_marketing."""
    person = stage.person(request.path_params["id"])
    stage.prefer_marketing(person, "resume")
    return answer(_person(person))


async def change_number(stage: Stage, request: Request) -> Response:
    """POST /sim/people/{id}/change_number, to `{"phone": …}` or to an invented number."""
    person = stage.person(request.path_params["id"])
    stage.change_number(person, await json_object(request))
    return answer(_person(person))


async def read_clock(_stage: Stage, _request: Request) -> Response:
    """GET /sim/clock."""
    return answer({"now": clock.now().isoformat()})


async def turn_clock(stage: Stage, request: Request) -> Response:
    """POST /sim/clock {"advance": "1d12h"}."""
    span = duration((await json_object(request)).get("advance"))
    try:
        clock.advance(span)
    except ValueError as refused:
        raise Conflict(str(refused)) from None
    pay.expire_all(stage)
    now = clock.now().isoformat()
    stage.tell_all({"kind": "clock", "now": now})
    return answer({"now": now})


async def read_faults(stage: Stage, _request: Request) -> Response:
    """GET /sim/faults."""
    return answer(stage.faults.shown())


async def set_faults(stage: Stage, request: Request) -> Response:
    """POST /sim/faults."""
    stage.faults.set(await json_object(request))
    return answer(stage.faults.shown())


async def read_payment(stage: Stage, request: Request) -> Response:
    """GET /sim/payments/{ref}."""
    payment = pay.find(stage, request.path_params["ref"])
    return answer(payments.shown(payment, stage.settings.public_base))


async def pay_payment(stage: Stage, request: Request) -> Response:
    """POST /sim/payments/{ref}/pay."""
    payment = pay.find(stage, request.path_params["ref"])
    change = payments.paid(payment, await json_object(request), clock.now())
    pay.alter(stage, payment, change)
    return answer(payments.shown(payment, stage.settings.public_base))


async def fail_payment(stage: Stage, request: Request) -> Response:
    """POST /sim/payments/{ref}/fail."""
    payment = pay.find(stage, request.path_params["ref"])
    pay.alter(stage, payment, payments.failed(payment))
    return answer(payments.shown(payment, stage.settings.public_base))


async def set_method(stage: Stage, request: Request) -> Response:
    """POST /sim/payments/{ref}/method {"declines": code or null}: how the kept method answers."""
    payment = pay.find(stage, request.path_params["ref"])
    if payment.method_id not in stage.world.methods:
        raise Unknown("This payment left no method behind.")
    declines = (await json_object(request)).get("declines")
    if declines is not None and not (isinstance(declines, str) and 0 < len(declines) <= 40):
        raise Refused('"declines" is a decline code such as "insufficient_funds", or null.')
    stage.write("method_set", id=payment.method_id, declines=declines)
    return answer({"method_id": payment.method_id, "declines": declines})


async def file(stage: Stage, request: Request) -> Response:
    """GET /sim/files/{id}: the bytes of media, for the phone page."""
    media = stage.media(request.path_params["id"])
    path = stage.file_path(media)
    if not path.exists():
        raise Unknown("The bytes of this media are gone.")
    # Uploads come from outside: only pictures are shown, the rest is handed over as a download.
    is_picture = media.mime in ("image/jpeg", "image/png", "image/webp")
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
    if not is_picture:
        headers["Content-Disposition"] = "attachment"
    return FileResponse(path, media_type=media.mime, headers=headers)


async def live(stage: Stage, request: Request) -> Response:
    """GET /sim/people/{id}/live: server-sent changes, until the page goes away."""
    person = stage.person(request.path_params["id"])
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    stream = _changes(stage, person)
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def _changes(stage: Stage, person: Person) -> AsyncIterator[str]:
    queue = stage.watch(person)
    try:
        yield ": open\n\n"
        while True:
            try:
                change = await asyncio.wait_for(queue.get(), KEEP_ALIVE_SECONDS)
            except TimeoutError:
                yield ": still here\n\n"
                continue
            if change is None:
                return
            yield f"data: {json.dumps(change)}\n\n"
    finally:
        stage.unwatch(person, queue)


def duration(text: Any) -> timedelta:
    """A span such as "3d" or "1d12h" (s, m, h, d, w). Raises Refused."""
    if not isinstance(text, str) or not text.isascii() or not _SPAN.fullmatch(text):
        raise Refused('Say how far to turn the clock, such as {"advance": "3d"} or "1d12h".')
    parts = re.findall(r"(\d+)([smhdw])", text)
    seconds = sum(int(number) * _UNITS[unit] for number, unit in parts)
    if seconds > _ADVANCE_MAX.total_seconds():
        raise Refused(f"The clock is turned by at most {_ADVANCE_MAX.days} days at once.")
    return timedelta(seconds=seconds)


def _person(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "phone": person.phone,
        "user_id": person.user_id,
        "name": person.name,
        "lang": person.lang,
        "blocked": person.blocked,
        "marketing_stopped": person.marketing_stopped,
        "messages": len(person.messages),
    }
