"""The pretend bank: somebody sends a transfer, and the bank tells of it in tomorrow's statement.

Owns the routes under `/sim/bank`. Never: the files' shapes, which are in `bank_files`.
"""

import re
from collections.abc import Awaitable, Callable
from datetime import date
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from obolo.kit import clock
from obolo.simulator.answers import answer, json_object
from obolo.simulator.errors import Refused
from obolo.simulator.providers import bank_files
from obolo.simulator.providers.settings import ProviderSettings
from obolo.simulator.providers.shelf import Shelf, Thing

WORDS_CHARS_MAX = 140
AMOUNT_MINOR_MAX = 99_999_999_999
ZONE = ZoneInfo("Europe/Rome")  # a bank's day is a day where the bank is
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_KIND = "transfer"


class BankApi:
    """One account at a bank that never closes."""

    def __init__(self, settings: ProviderSettings, shelf: Shelf) -> None:
        """The account is that of the settings."""
        self._settings, self._shelf = settings, shelf

    def routes(self) -> list[tuple[str, str, Callable[[Request], Awaitable[Response]]]]:
        """(method, path, handler) of all doors."""
        return [
            ("GET", "/sim/bank", self.overview),
            ("POST", "/sim/bank/transfers", self.transfer),
            ("GET", "/sim/bank/statements/{day}.xml", self.statement_xml),
            ("GET", "/sim/bank/statements/{day}.csv", self.statement_csv),
        ]

    async def overview(self, _request: Request) -> Response:
        """GET /sim/bank: the account, and what happened on it."""
        told = [dict(one) for one in self._shelf.all(_KIND)]
        return answer(
            {
                "iban": self._settings.bank_iban,
                "bic": self._settings.bank_bic,
                "balance_minor": sum(one["amount_minor"] for one in told),
                "days": sorted({one["day"] for one in told}),
                "transfers": told,
            }
        )

    async def transfer(self, request: Request) -> Response:
        """POST /sim/bank/transfers {amount_minor, reference?, text?, name?, iban?}.

        A negative amount leaves the account.
        """
        asked = await json_object(request)
        amount = asked.get("amount_minor")
        if type(amount) is not int or not 0 < abs(amount) <= AMOUNT_MINOR_MAX:
            raise Refused("amount_minor is a whole number of cents, and not 0.")
        thing = {
            "id": self._shelf.new_id("tr_"),
            "object": _KIND,
            "amount_minor": amount,
            "bank_ref": self._shelf.new_id("ST")[:18].upper(),
            "day": clock.now().astimezone(ZONE).date().isoformat(),
            "at": clock.now().isoformat(),
            **{name: _words(asked, name) for name in ("reference", "text", "name", "iban")},
        }
        self._shelf.write(things=[thing])
        return answer(thing, 201)

    async def statement_xml(self, request: Request) -> Response:
        """GET /sim/bank/statements/{day}.xml."""
        day = _day(request.path_params["day"])
        before, booked = self._until(day)
        opening = sum(one["amount_minor"] for one in before)
        content = bank_files.camt_053(
            day, self._settings.bank_iban, booked, opening, self._settings.org_name
        )
        return Response(content, media_type="application/xml")

    async def statement_csv(self, request: Request) -> Response:
        """GET /sim/bank/statements/{day}.csv."""
        day = _day(request.path_params["day"])
        content = bank_files.csv_of(self._until(day)[1], day)
        return Response(content, media_type="text/csv; charset=utf-8")

    def _until(self, day: date) -> tuple[list[Thing], list[Thing]]:
        """(transfers of earlier days, transfers of that day), oldest first."""
        told = list(self._shelf.all(_KIND))[::-1]
        text = day.isoformat()
        return [t for t in told if t["day"] < text], [t for t in told if t["day"] == text]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(f"{text[:20]!r} is no day such as 2026-11-23.") from None


def _words(asked: Thing, name: str) -> str:
    value = asked.get(name, "")
    if not isinstance(value, str) or len(value) > WORDS_CHARS_MAX:
        raise Refused(f"{name} is a text of at most {WORDS_CHARS_MAX} characters.")
    return _CONTROLS.sub(" ", value)
