"""The phone page: a chat in the browser, on which a newcomer types as the donor.

Owns the serving of the page; everything it does goes through the control API.
"""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from obolo.simulator.stage import Stage

_PAGE = Path(__file__).parent / "static" / "phone.html"
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # "no-referrer" would make our own forms look foreign
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; frame-ancestors 'self'; "
        "base-uri 'none'; form-action 'self'"
    ),
}


async def page(stage: Stage, request: Request) -> Response:
    """GET /sim/phone[?person=id][&embed=1]; the first opening creates the first person."""
    if not any(not person.silent for person in stage.world.people.values()):
        stage.add_person({"name": "Anna", "lang": "it", "reads": "when_open"})
    return Response(_PAGE.read_text("utf-8"), media_type="text/html", headers=HEADERS)
