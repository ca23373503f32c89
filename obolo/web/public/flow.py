"""The picture of a gift in the words of one language: each station with its sentence and its date.

Pure: takes a path and the geometry of `picture`, answers in words. Never asks the database.
"""

from dataclasses import dataclass
from datetime import date, datetime

from obolo.kit.money import Money
from obolo.trace.queries import Counted, Path
from obolo.web.public import picture
from obolo.web.public.picture import Share, Station
from obolo.web.public.shown import numbers_text
from obolo.web.words import money, word


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A station in words; `row` is its name in the table beside the picture."""

    station: Station
    kind: str
    key: str
    title: str
    note: str
    at: date | datetime | None
    row: str
    amount: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """The whole picture: what leaves before the fund, the fund, what became of its cents."""

    before: tuple[Told, ...]
    after: tuple[Told, ...]
    fund_width: int
    fund_title: str
    fund_note: str

    @property
    def table(self) -> tuple[Told, ...]:
        """The same in a table, in the same order."""
        return self.before + self.after


def flow(path: Path, organisation: str, because: str, lang: str) -> Flow:
    """The picture of a path. `because` says why cents are not spent yet; may be empty."""
    tell = _Teller(path, organisation, because, lang)
    before, after = picture.before_the_fund(path), picture.from_the_fund(path)
    drawn = picture.stations(path.gift.gross_minor, [*before, *after])
    told = [tell.station(one) for one in drawn]
    first, rest = told[: len(before)], told[len(before) :]
    return Flow(
        before=tuple(first),
        after=tuple(rest),
        fund_width=first[-1].station.stays if first else picture.WIDE,
        fund_title=tell.fund_title(),
        fund_note=tell.fund_note(),
    )


class _Teller:
    """Knows one path and one language."""

    def __init__(self, path: Path, organisation: str, because: str, lang: str) -> None:
        self._path, self._organisation, self._lang = path, organisation, lang
        self._because = because
        self._counted: dict[object, Counted] = {one.purchase_id: one for one in path.counted}

    def station(self, drawn: Station) -> Told:
        """One station."""
        share = drawn.share
        bought = self._counted.get(share.purchase_id)
        return Told(
            station=drawn,
            kind=share.kind,
            key=str(share.purchase_id or share.kind),
            title=self._title(share, bought),
            note=self._because if share.kind == "free" else "",
            at=bought.bought_on if bought else None,
            row=self._row(share, bought),
            amount=self._money(share.minor),
        )

    def fund_title(self) -> str:
        """What reached the fund."""
        amount = self._money(self._path.restricted_minor)
        return self._say("fund", amount=amount, cause=self._path.gift.cause.name(self._lang))

    def fund_note(self) -> str:
        """Which of its cents they are."""
        return self._say("numbers", numbers=numbers_text(self._path.numbers, self._lang))

    def _title(self, share: Share, bought: Counted | None) -> str:
        values: dict[str, object] = {"amount": self._money(share.minor)}
        kind = share.kind
        if kind == "fee" and self._path.gift.fee_is_estimate:
            kind = "fee_about"
        if kind == "overhead":
            values["organisation"] = self._organisation
        if bought is not None:
            values["what"] = bought.description
        if kind == "more":
            values["count"] = share.count
        return self._say(kind, **values)

    def _row(self, share: Share, bought: Counted | None) -> str:
        if bought is not None:
            return bought.description
        if share.kind == "more":
            return self._say("row_more", count=share.count)
        return self._say(f"row_{share.kind}")

    def _say(self, key: str, **values: object) -> str:
        return word(f"picture.{key}", self._lang, **values)

    def _money(self, minor: int) -> str:
        return money(Money(minor, self._path.gift.currency), self._lang)
