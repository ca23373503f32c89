"""What can be asked for on the page of moves: money to another cause, a cause's end, an exchange.

Owns the fields and the words of each; the doing is a story's.
"""

from datetime import date
from typing import Any, Final
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from obolo.causes import queries as causes
from obolo.causes.models import Cause
from obolo.giving.returns import actions as returns
from obolo.giving.returns.actions import Asked
from obolo.giving.returns.models import MoveKind
from obolo.giving.returns.moves import PUBLIC_WORDS_CHARS
from obolo.kit.money import Money, NotAnAmount
from obolo.ledger import actions as ledger
from obolo.ledger import queries as books
from obolo.ledger.models import Purpose
from obolo.organisations import queries as organisations
from obolo.stories import move_money
from obolo.web.console import deed_pages
from obolo.web.console.amounts import AmountUnclear, read_amount
from obolo.web.console.deed_form import Field, Form, Kind
from obolo.web.console.page import language, slug_of
from obolo.web.words import LANGUAGES, day, money, word

RESERVE: Final = "*reserve"  # no slug begins like this


def begin(request: HttpRequest, deed: str) -> HttpResponse:
    """Give the form an address of its own."""
    deed_pages.kind_of(KINDS, deed)
    return redirect("console-move-deed", slug_of(request), deed, uuid4())


def form(request: HttpRequest, deed: str, draft: UUID) -> HttpResponse:
    """The empty form."""
    kind = deed_pages.kind_of(KINDS, deed)
    return deed_pages.empty(request, kind, deed, None, **_where(request))


def press(request: HttpRequest, deed: str, draft: UUID) -> HttpResponse:
    """The form was sent."""
    kind = deed_pages.kind_of(KINDS, deed)
    where = _where(request)
    currency = organisations.current().currency
    return deed_pages.pressed(
        request, kind, deed, None, draft, currency=currency, after=where["back"], **where
    )


def _where(request: HttpRequest) -> dict[str, Any]:
    back = reverse("console-moves", args=[slug_of(request)])
    return {
        "tab": "console-moves",
        "back": back,
        "about": word("money.tab_moves", language(request)),
    }


def fund_name(fund_id: UUID, lang: str) -> str:
    """How staff call a fund."""
    cause = causes.by_fund(fund_id)
    return cause.name(lang) if cause else word("deeds.reserve", lang)


def _funds(lang: str) -> list[tuple[str, str]]:
    found = [(one.slug, one.name(lang)) for one in causes.open_causes()]
    return [*found, (RESERVE, word("deeds.reserve", lang))]


def _fund_id(choice: str) -> UUID:
    if choice == RESERVE:
        currency = organisations.current().currency
        reserve: UUID = ledger.system_fund(Purpose.RESERVE, currency).id
        return reserve
    return _cause(choice).fund_id


def _cause(slug: str) -> Cause:
    found = causes.by_slug(slug)
    assert found is not None  # one of the options
    return found


# ---- To another fund -------------------------------------------------------------------------


def _move_fields(_about: None, lang: str) -> list[Field]:
    return [
        Field("from", "choice", "", _funds(lang)),
        Field("to", "choice", "", _funds(lang)),
        Field("amount", "amount", currency=organisations.current().currency),
        Field("legal_basis", limit=200, hint=word("deeds.legal_basis_hint", lang)),
        Field("reason"),
    ]


def _asked_move(form: Form) -> Asked:
    return Asked(
        kind=MoveKind.DESIGNATION, from_fund_id=_fund_id(form["from"]),
        to_fund_id=_fund_id(form["to"]), currency=form["amount"].currency,
        legal_basis=form["legal_basis"], reason=form["reason"], amount=form["amount"],
    )  # fmt: skip


def _say_move(_about: None, form: Form, lang: str) -> list[str]:
    old, new = fund_name(_fund_id(form["from"]), lang), fund_name(_fund_id(form["to"]), lang)
    said = word("deeds.say_move", lang, amount=money(form["amount"], lang), old=old, new=new)
    return [said, word("deeds.say_second", lang)]


def _move(_about: None, form: Form, by: UUID, key: str) -> object:
    return move_money.ask(_asked_move(form), by=by, key=key)


# ---- A cause ends ----------------------------------------------------------------------------


def _end_fields(_about: None, lang: str) -> list[Field]:
    hows = [(how, word(f"deeds.how_{how}", lang)) for how in ("closing", "failed")]
    said = [
        Field(
            f"said_{one}", "long", limit=PUBLIC_WORDS_CHARS, optional=one != lang,
            hint=word("deeds.said_hint", lang),
        )
        for one in LANGUAGES
    ]  # fmt: skip
    return [
        Field("cause", "choice", "", [(c.slug, c.name(lang)) for c in causes.open_causes()]),
        Field("how", "choice", "closing", hows),
        Field("to", "choice", "", _funds(lang)),
        *said,
        Field("legal_basis", limit=200, hint=word("deeds.legal_basis_hint", lang)),
        Field("reason"),
    ]


def _say_end(_about: None, form: Form, lang: str) -> list[str]:
    cause = _cause(form["cause"])
    new = fund_name(_fund_id(form["to"]), lang)
    left = [t for t in books.fund_totals(cause.fund_id) if t.free_minor]
    amounts = ", ".join(money(Money(t.free_minor, t.currency), lang) for t in left)
    if not amounts:
        amounts = money(Money(0, cause.currency), lang)
    return [
        word("deeds.say_end", lang, cause=cause.name(lang)),
        word("deeds.say_left", lang, amount=amounts, new=new),
        word("deeds.say_second", lang),
    ]


def _end(_about: None, form: Form, by: UUID, key: str) -> object:
    cause = _cause(form["cause"])
    asked = Asked(
        kind=form["how"], from_fund_id=cause.fund_id, to_fund_id=_fund_id(form["to"]),
        currency=cause.currency, legal_basis=form["legal_basis"], reason=form["reason"],
        public_words={one: form[f"said_{one}"] for one in LANGUAGES if form[f"said_{one}"]},
    )  # fmt: skip
    return move_money.ask(asked, by=by, key=key)


# ---- Another currency ------------------------------------------------------------------------


def _exchange_fields(_about: None, lang: str) -> list[Field]:
    currency = organisations.current().currency
    return [
        Field("cause", "choice", "", [(c.slug, c.name(lang)) for c in causes.open_causes()]),
        Field("sold", "amount", currency=currency),
        Field("bought_currency", limit=3, hint=word("deeds.currency_hint", lang)),
        Field("bought", limit=30),
        Field("fee", "nothing_or", currency=currency, hint=word("deeds.bank_fee_hint", lang)),
        Field("rate", limit=40, hint=word("deeds.rate_hint", lang)),
        Field("on", "day"),
        Field("reason"),
    ]


def _bought(form: Form) -> Money:
    try:
        return read_amount(form["bought"], form["bought_currency"].upper())
    except AmountUnclear as unclear:
        raise NotAnAmount(unclear.reason) from unclear


def _say_exchange(_about: None, form: Form, lang: str) -> list[str]:
    on: date = form["on"]
    sold, bought = money(form["sold"], lang), money(_bought(form), lang)
    cause = _cause(form["cause"]).name(lang)
    rate, when = form["rate"], day(on, lang)
    said = word(
        "deeds.say_exchange", lang, sold=sold, bought=bought, rate=rate, day=when, cause=cause
    )
    return [said, word("deeds.say_final", lang)]


def _exchange(_about: None, form: Form, by: UUID, key: str) -> object:
    return returns.convert(
        fund_id=_cause(form["cause"]).fund_id, sold=form["sold"], bought=_bought(form),
        fee=form["fee"], rate=form["rate"], on=form["on"], account="cash:bank",
        reason=form["reason"], by=by, key=key,
    )  # fmt: skip


KINDS: Final = {
    "move": Kind(fields=_move_fields, say=_say_move, do=_move),
    "end": Kind(fields=_end_fields, say=_say_end, do=_end),
    "exchange": Kind(fields=_exchange_fields, say=_say_exchange, do=_exchange),
}
