"""The bank's page: the account, the file to hand in, what waits for a word, what was imported."""

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from obolo.causes import queries as causes
from obolo.gateways.payments.bank import iban as ibans
from obolo.gateways.payments.bank.epc import NotATransfer
from obolo.giving.bank import actions as verbs
from obolo.giving.bank import queries as told
from obolo.giving.bank.errors import NoReason
from obolo.giving.bank.models import StatementLine
from obolo.giving.models import Payment
from obolo.organisations import queries as organisations
from obolo.web.console import bank_words, money
from obolo.web.console.page import language, slug_of, staff

TAB: Final = "console-bank"
DOUBTS_SHOWN_MAX: Final = 50


def show(request: HttpRequest) -> HttpResponse:
    """Everything about the bank, what waits first."""
    return overview(request)


def overview(request: HttpRequest, problem: str = "", status: int = 200) -> HttpResponse:
    """The page; `problem` is what was wrong with the file just handed in."""
    lang = language(request)
    waiting = told.doubts()
    shown = list(waiting[:DOUBTS_SHOWN_MAX])
    account = told.shown_to_payers()
    context = {
        "problem": problem,
        "account": account.address if account else None,
        "iban": ibans.printed(account.outside_id) if account else "",
        "others_count": max(0, len(told.ours()) - 1),
        "may_set_account": organisations.may(staff(request).role, "accounts"),
        "doubts": [facts(one, lang) for one in shown],
        "more_count": max(0, waiting.count() - len(shown)),
        "statements": told.statements(),
    }
    return money.page(request, "console/bank.html", context, tab=TAB, status=status)


def facts(line: StatementLine, lang: str) -> dict[str, Any]:
    """A line with the payments and persons that may be meant, and the causes to choose from."""
    return {
        "line": line,
        "payments": [_named(one, lang) for one in told.payments(list(line.candidates))],
        "people": [one.person for one in told.proposed_people(line)],
        "causes": [(str(one.id), one.name(lang)) for one in causes.open_causes()],
    }


def _named(payment: Payment, lang: str) -> dict[str, Any]:
    return {"payment": payment, "cause_name": payment.cause.name(lang)}


def account_form(request: HttpRequest) -> HttpResponse:
    """Where transfers go, to be changed."""
    account = told.shown_to_payers()
    given = dict(account.address) if account else {}
    return _account_page(request, given, {})


def set_account(request: HttpRequest) -> HttpResponse:
    """From now on transfers go there; 422 with a sentence per field when something is odd."""
    lang = language(request)
    given = {name: request.POST.get(name, "")[:120] for name in ("iban", "beneficiary", "bic")}
    reason = request.POST.get("reason", "")
    by: UUID = staff(request).id
    problems: dict[str, str] = {}
    try:
        verbs.set_account(**given, reason=reason, by=by)
    except ibans.NotAnIban as odd:
        problems["iban"] = bank_words.refusal(odd, lang)
    except NotATransfer as odd:
        problems["form"] = bank_words.refusal(odd, lang)
    except NoReason as odd:
        problems["reason"] = bank_words.refusal(odd, lang)
    if problems:
        return _account_page(request, given | {"reason": reason}, problems, status=422)
    return redirect("console-bank", slug_of(request))


def _account_page(
    request: HttpRequest, given: dict[str, Any], problems: dict[str, str], status: int = 200
) -> HttpResponse:
    context = {"given": given, "problems": problems, "changes": bool(told.ours())}
    return money.page(request, "console/bank_account.html", context, tab=TAB, status=status)
