"""The pictures of a gift and of a fund in the words of one language: stations, sentences, dates.

Pure: takes a path or the books of a cause and the geometry of `picture`, answers in words. Never
asks the database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from obolo.causes.models import Purchase
from obolo.kit.money import Money
from obolo.trace.open_books import Books, Sums
from obolo.trace.queries import Path
from obolo.web.public import picture
from obolo.web.public.picture import Share, Station
from obolo.web.public.shown import numbers_text
from obolo.web.words import money, word

Bought = Mapping[UUID, tuple[str, date]]  # what it was, and when
_BAR_WIDE: Final = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A station in words; `row` is its name in the table beside the picture."""

    station: Station
    kind: str
    key: str
    title: str
    note: str
    at: date | None
    row: str
    amount: str
    link: str = ""  # where the page says more


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """The whole picture: what came in, what leaves before the fund, what became of its cents."""

    heading: str
    head: str
    head_note: str
    head_row: str
    head_amount: str
    head_at: datetime | None
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
    """The picture of a gift. `because` says why cents are not spent yet; may be empty."""
    bought = {one.purchase_id: (one.description, one.bought_on) for one in path.counted}
    say = _Teller(path.gift.currency, bought, organisation, lang)
    say.about_fee = "fee_about" if path.fee_is_estimate else "fee"
    say.because = because
    before, after = picture.before_the_fund(path), picture.from_the_fund(path)
    first, rest = say.stations(picture.width_of(path), before, after)
    gross = say.money(path.gross_minor)
    cause = path.gift.cause.name(lang)
    return Flow(
        heading=say("heading"),
        head=say("gift", amount=gross),
        head_note="",
        head_row=say("row_gift"),
        head_amount=gross,
        head_at=path.gift.paid_at,
        before=first,
        after=rest,
        fund_width=first[-1].station.stays if first else picture.WIDE,
        fund_title=say("fund", amount=say.money(path.restricted_minor), cause=cause)
        if path.restricted_minor
        else "",
        fund_note=say("numbers", numbers=numbers_text(path.numbers, lang)),
    )


def flow_of_books(
    books: Books,
    bought: Sequence[Purchase],
    count: int,
    organisation: str,
    because: str,
    lang: str,
) -> Flow | None:
    """The picture of a fund in its own currency; None before anything came in.

    `because` says why money waits; may be empty.
    """
    sums = books.main
    total = sums.fee_minor + sums.overhead_minor + sums.received_minor + sums.gone_minor
    if not total:
        return None
    named = {one.id: (one.description, one.bought_on) for one in bought}
    say = _Teller(sums.currency, named, organisation, lang)
    say.prefix, say.because = "fund_", because
    before, after = picture.of_a_fund(sums, bought, count)
    first, rest = say.stations(total, before, after)
    reached = say.money(sums.received_minor + sums.gone_minor)
    return Flow(
        heading=say("fund_heading"),
        head=say("fund_given", amount=say.money(total)),
        head_note=say("gifts", count=sums.gifts_count) if sums.gifts_told else say("gifts_few"),
        head_row=say("fund_row_given"),
        head_amount=say.money(total),
        head_at=None,
        before=first,
        after=rest,
        fund_width=first[-1].station.stays if first else picture.WIDE,
        fund_title=say("fund", amount=reached, cause=books.cause.name(lang)),
        fund_note="",
    )


@dataclass(frozen=True, slots=True)
class Bar:
    """A fund as one bar of 1000 units: spent, free; fees and running costs at the end."""

    spent: int
    free: int


def fund_bar(sums: Sums) -> Bar:
    """How long the parts of the bar are, of what came in."""
    total = sums.fee_minor + sums.overhead_minor + sums.received_minor + sums.gone_minor
    if not total:
        return Bar(0, 0)
    return Bar(sums.spent_minor * _BAR_WIDE // total, sums.free_minor * _BAR_WIDE // total)


class _Teller:
    """Knows the purchases and one language."""

    def __init__(self, currency: str, bought: Bought, organisation: str, lang: str) -> None:
        self._currency, self._bought = currency, bought
        self._organisation, self._lang = organisation, lang
        self.because, self.about_fee, self.prefix = "", "fee", ""

    def __call__(self, key: str, **values: object) -> str:
        return word(f"picture.{key}", self._lang, **values)

    def money(self, minor: int) -> str:
        return money(Money(minor, self._currency), self._lang)

    def stations(
        self, total_minor: int, before: list[Share], after: list[Share]
    ) -> tuple[tuple[Told, ...], tuple[Told, ...]]:
        """What leaves before the fund, and after."""
        told = [self._station(s) for s in picture.stations(total_minor, [*before, *after])]
        return tuple(told[: len(before)]), tuple(told[len(before) :])

    def _station(self, drawn: Station) -> Told:
        share = drawn.share
        what, on = self._bought.get(share.purchase_id or UUID(int=0), ("", None))
        return Told(
            station=drawn,
            kind=share.kind,
            key=str(share.purchase_id or share.kind),
            title=self._title(share, what),
            note=self.because if share.kind == "free" else "",
            at=on,
            row=what or self(f"row_{share.kind}", count=share.count),
            amount=self.money(share.minor),
            link=f"#bought-{share.purchase_id}" if share.purchase_id else "",
        )

    def _title(self, share: Share, what: str) -> str:
        kind = self.about_fee if share.kind == "fee" else share.kind
        prefix = self.prefix if kind in ("purchase", "more") else ""
        return self(
            f"{prefix}{kind}",
            amount=self.money(share.minor),
            what=what,
            count=share.count,
            organisation=self._organisation,
        )
