"""What can be done about one gift from the console: give back, put right, link.

Owns the fields and the words of each; the doing is a story's.
"""

from typing import Any, Final
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from obolo.causes import queries as causes
from obolo.giving import finding
from obolo.giving.finding import Wanted
from obolo.giving.models import Gift
from obolo.giving.rails import can_refund
from obolo.giving.returns import actions as returns
from obolo.giving.returns import queries as returned
from obolo.giving.returns.actions import Asked
from obolo.giving.returns.errors import BadCorrection
from obolo.kit.errors import OboloError
from obolo.kit.money import Money
from obolo.people import queries as people
from obolo.people.models import Person
from obolo.stories import correct_a_gift, give_back, move_money
from obolo.web.console import deed_form, deed_pages, gift
from obolo.web.console.deed_form import Field, Form, Kind
from obolo.web.console.page import language, slug_of, staff
from obolo.web.words import day, money, word

ACCOUNTS: Final = ("bank", "cash")  # where money leaves from when it is paid by hand


class NobodyFound(OboloError):
    """Nobody here has this address."""

    fault = "theirs"


class NotOneGift(OboloError):
    """This finds no gift, or more than one."""

    fault = "theirs"


def begin(request: HttpRequest, gift_id: UUID, deed: str) -> HttpResponse:
    """Give the form an address of its own."""
    deed_pages.kind_of(KINDS, deed)
    gift.found(gift_id)
    return redirect("console-gift-deed", slug_of(request), gift_id, deed, uuid4())


def form(request: HttpRequest, gift_id: UUID, deed: str, draft: UUID) -> HttpResponse:
    """The empty form."""
    kind, about = deed_pages.kind_of(KINDS, deed), gift.found(gift_id)
    return deed_pages.empty(request, kind, deed, about, **_where(request, about))


def press(request: HttpRequest, gift_id: UUID, deed: str, draft: UUID) -> HttpResponse:
    """The form was sent."""
    kind, about = deed_pages.kind_of(KINDS, deed), gift.found(gift_id)
    where = _where(request, about)
    after = f"{where['back']}?done={deed}"
    currency = about.currency
    return deed_pages.pressed(
        request, kind, deed, about, draft, currency=currency, after=after, **where
    )


def withdraw(request: HttpRequest, refund_id: UUID) -> HttpResponse:
    """Undo a refund that nobody has begun to carry out."""
    refund = returned.refund(refund_id)
    if refund is None:
        raise Http404
    try:
        returns.withdraw_refund(refund_id=refund_id, by=staff(request).id)
    except OboloError as odd:
        said = deed_form.sentence(odd, language(request), refund.currency)
        return gift.page(request, refund.gift, problem=said, status=409)
    return redirect("console-gift", slug_of(request), refund.gift_id)


def _where(request: HttpRequest, about: Gift) -> dict[str, Any]:
    lang = language(request)
    return {
        "tab": "console-gifts",
        "back": reverse("console-gift", args=[slug_of(request), about.id]),
        "about": f"{money(about.gross, lang)} · {about.cause.name(lang)}",
    }


def _plain(minor: int, currency: str) -> str:
    return Money(minor, currency).decimal_text()


# ---- Giving back -----------------------------------------------------------------------------


def _refund_fields(about: Gift, lang: str) -> list[Field]:
    standing = returned.standing(about)
    by_rail = bool(about.payment.provider_ref) and can_refund(about.payment.rail)
    ways = ["rail", "hand"] if by_rail else ["hand"]
    currency = about.currency
    left = max(standing.left_minor, 0)
    return [
        Field("way", "choice", ways[0], [(w, word(f"deeds.way_{w}", lang)) for w in ways]),
        Field(
            "amount", "amount", _plain(left, currency), currency=currency,
            hint=word("deeds.left", lang, amount=money(Money(left, currency), lang)),
        ),
        Field("on", "day", hint=word("deeds.only_by_hand", lang)),
        Field(
            "account", "choice", ACCOUNTS[0],
            [(a, word(f"deeds.account_{a}", lang)) for a in ACCOUNTS],
            hint=word("deeds.only_by_hand", lang),
        ),
        Field("reason"),
    ]  # fmt: skip


def _say_refund(about: Gift, form: Form, lang: str) -> list[str]:
    standing = returned.standing(about)
    said = {"amount": money(form["amount"], lang), "person": _name(about.person, lang)}
    if form["way"] == "rail":
        sentences = [word("deeds.say_refund", lang, rail=about.payment.rail, **said)]
    else:
        sentences = [word("deeds.say_by_hand", lang, day=day(form["on"], lang), **said)]
    if standing.left_minor == form["amount"].minor:
        sentences.append(word("deeds.say_all", lang))
    return [*sentences, word("deeds.say_fee_lost", lang), word("deeds.say_told", lang)]


def _refund(about: Gift, form: Form, by: UUID, key: str) -> object:
    told = {"gift_id": about.id, "amount": form["amount"], "reason": form["reason"]}
    if form["way"] == "rail":
        return give_back.ask(**told, by=by, key=key)
    account = f"cash:{form['account']}"
    return give_back.pay_back_by_hand(**told, account=account, on=form["on"], by=by, key=key)


# ---- Putting right ---------------------------------------------------------------------------


def _amount_fields(about: Gift, lang: str) -> list[Field]:
    wrongs = [(w, word(f"deeds.wrong_{w}", lang)) for w in ("duplicate", "too_high", "too_low")]
    return [
        Field("wrong", "choice", "duplicate", wrongs),
        Field(
            "difference", "nothing_or", currency=about.currency,
            hint=word("deeds.difference_hint", lang),
        ),
        Field("fee", "nothing_or", currency=about.currency, hint=word("deeds.fee_hint", lang)),
        Field("reason"),
    ]  # fmt: skip


def _wrong_amounts(about: Gift, form: Form) -> tuple[Money, Money]:
    """(gross, fee) of what was booked wrongly; of a duplicate all that is left."""
    if form["wrong"] != "duplicate":
        return form["difference"], form["fee"]
    standing = returned.standing(about)
    whole = standing.left_minor == standing.gross_minor
    fee = Money(standing.fee_minor if whole else 0, about.currency)
    return standing.left, fee


def _say_amount(about: Gift, form: Form, lang: str) -> list[str]:
    gross, fee = _wrong_amounts(about, form)
    if gross.minor <= 0 or fee.minor >= gross.minor:
        raise BadCorrection
    key = "deeds.say_add" if form["wrong"] == "too_low" else "deeds.say_void"
    said = word(key, lang, amount=money(gross, lang), fee=money(fee, lang))
    return [said, word("deeds.say_receipt", lang), word("deeds.say_told", lang)]


def _amount(about: Gift, form: Form, by: UUID, key: str) -> object:
    gross, fee = _wrong_amounts(about, form)
    verb = correct_a_gift.add if form["wrong"] == "too_low" else correct_a_gift.void
    return verb(gift_id=about.id, gross=gross, fee=fee, reason=form["reason"], by=by, key=key)


def _owner_fields(about: Gift, lang: str) -> list[Field]:
    return [Field("person", hint=word("deeds.person_hint", lang)), Field("reason")]


def _person(form: Form) -> Person:
    found = people.by_address(form["person"])
    if found is None:
        raise NobodyFound
    return found


def _say_owner(about: Gift, form: Form, lang: str) -> list[str]:
    old, new = _name(about.person, lang), _name(_person(form), lang)
    return [
        word("deeds.say_owner", lang, old=old, new=new),
        word("deeds.say_page_gone", lang, old=old),
        word("deeds.say_receipt", lang),
    ]


def _owner(about: Gift, form: Form, by: UUID, key: str) -> object:
    to, reason = _person(form).id, form["reason"]
    return correct_a_gift.change_owner(
        gift_id=about.id, person_id=to, reason=reason, by=by, key=key
    )


def _cause_fields(about: Gift, lang: str) -> list[Field]:
    others = [one for one in causes.open_causes() if one.fund_id != about.cause.fund_id]
    free = returns.movable_minor(about.id, about.cause.fund_id, about.currency)
    currency = about.currency
    return [
        Field("to", "choice", "", [(one.slug, one.name(lang)) for one in others]),
        Field(
            "amount", "amount", _plain(free, currency), currency=currency,
            hint=word("deeds.free", lang, amount=money(Money(free, currency), lang)),
        ),
        Field("legal_basis", limit=200, hint=word("deeds.legal_basis_hint", lang)),
        Field("reason"),
    ]  # fmt: skip


def _say_cause(about: Gift, form: Form, lang: str) -> list[str]:
    to = causes.by_slug(form["to"])
    assert to is not None
    amount = money(form["amount"], lang)
    said = word(
        "deeds.say_move", lang, amount=amount, old=about.cause.name(lang), new=to.name(lang)
    )
    return [said, word("deeds.say_second", lang)]


def _cause(about: Gift, form: Form, by: UUID, key: str) -> object:
    to = causes.by_slug(form["to"])
    assert to is not None
    asked = Asked(
        kind="correction", from_fund_id=about.cause.fund_id, to_fund_id=to.fund_id,
        currency=about.currency, legal_basis=form["legal_basis"], reason=form["reason"],
        amount=form["amount"], gift_id=about.id,
    )  # fmt: skip
    return move_money.ask(asked, by=by, key=key)


# ---- Linking ---------------------------------------------------------------------------------


def _match_fields(about: Gift, lang: str) -> list[Field]:
    return [Field("matched", limit=100, hint=word("deeds.matched_hint", lang)), Field("reason")]


def _matched(form: Form) -> Gift:
    found = finding.find(Wanted(words=form["matched"]), offset=0, limit=2)
    if len(found) != 1:
        raise NotOneGift
    return found[0]


def _say_match(about: Gift, form: Form, lang: str) -> list[str]:
    other = _matched(form)
    values = {"amount": money(other.gross, lang), "person": _name(other.person, lang)}
    return [word("deeds.say_match", lang, **values)]


def _match(about: Gift, form: Form, by: UUID, key: str) -> object:
    other, reason = _matched(form).id, form["reason"]
    return correct_a_gift.match(gift_id=about.id, matched_id=other, reason=reason, by=by, key=key)


def _name(person: Person, lang: str) -> str:
    return person.name or word("console.no_name", lang)


KINDS: Final = {
    "refund": Kind(fields=_refund_fields, say=_say_refund, do=_refund),
    "amount": Kind(fields=_amount_fields, say=_say_amount, do=_amount),
    "owner": Kind(fields=_owner_fields, say=_say_owner, do=_owner),
    "cause": Kind(fields=_cause_fields, say=_say_cause, do=_cause),
    "match": Kind(fields=_match_fields, say=_say_match, do=_match),
}
