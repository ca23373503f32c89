"""A statement file: handed in, looked at, imported; then the page of what it told."""

from typing import Any, Final
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from obolo.gateways.payments.bank.csv_rows import DELIMITERS, ENCODINGS
from obolo.gateways.payments.bank.csv_statement import Choice, layouts
from obolo.gateways.payments.bank.statement import NotAStatement
from obolo.giving.bank import actions as verbs
from obolo.giving.bank import queries as told
from obolo.giving.bank.errors import NoReason, NotOurAccount
from obolo.giving.bank.models import Statement, StatementFile
from obolo.giving.bank.queries import Look
from obolo.kit.errors import OboloError
from obolo.stories import import_a_statement
from obolo.web.console import bank, bank_words, money
from obolo.web.console.page import language, slug_of, staff

LINES_PER_PAGE: Final = 100
CHOICES: Final = ("encoding", "delimiter", "decimal", "date_order", "layout")
DELIMITER_NAMES: Final = {";": "semicolon", ",": "comma", "\t": "tab", "|": "bar"}


def hand_in(request: HttpRequest) -> HttpResponse:
    """Keep the file and look at it; a file that is known leads to what it was imported as."""
    given = request.FILES.get("file")
    content = given.read() if isinstance(given, UploadedFile) else b""
    name = (given.name or "") if isinstance(given, UploadedFile) else ""
    try:
        file = verbs.receive_file(content=content, name=name, by=staff(request).id)
    except NotAStatement as odd:
        return bank.overview(request, bank_words.refusal(odd, language(request)), 422)
    return redirect("console-bank-file", slug_of(request), file.id)


def show(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """What the file seems to say, and what is still to be answered, before anything is written."""
    return _page(request, _file(file_id), _choice(request.GET))


def bring_in(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Import the file; 422 with the page again when it cannot be."""
    file, choice = _file(file_id), _choice(request.POST)
    try:
        made = import_a_statement.bring_in(
            file=file,
            by=staff(request).id,
            choice=choice,
            account=request.POST.get("account", "")[:40],
        )
    except (NotAStatement, NotOurAccount) as odd:
        return _page(request, file, choice, odd, 422)
    return redirect("console-bank-statement", slug_of(request), made[0].id)


def statement(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """One statement with its lines, those that wait first."""
    return _statement_page(request, _statement(statement_id))


def undo_import(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """Take back every gift of this statement."""
    found = _statement(statement_id)
    try:
        verbs.undo_import(
            statement_id=found.id, by=staff(request).id, reason=request.POST.get("reason", "")
        )
    except NoReason as odd:
        return _statement_page(request, found, bank_words.refusal(odd, language(request)), 422)
    except OboloError as odd:  # all or nothing: say why nothing
        return _statement_page(request, found, bank_words.refusal(odd, language(request)), 409)
    return redirect("console-bank-statement", slug_of(request), found.id)


def _file(file_id: UUID) -> StatementFile:
    found = told.file(file_id)
    if found is None:
        raise Http404
    return found


def _statement(statement_id: UUID) -> Statement:
    found = told.statement(statement_id)
    if found is None:
        raise Http404
    return found


def _choice(given: Any) -> Choice:
    """What a person answered about the file; only what can be answered."""
    said = {name: str(given.get(name, ""))[:20] for name in CHOICES}
    delimiter = {name: sign for sign, name in DELIMITER_NAMES.items()}
    return Choice(
        encoding=said["encoding"],
        delimiter=delimiter.get(said["delimiter"], ""),
        decimal=said["decimal"],
        date_order=said["date_order"],
        layout=said["layout"],
    )


def _page(
    request: HttpRequest,
    file: StatementFile,
    choice: Choice,
    odd: OboloError | None = None,
    status: int = 200,
) -> HttpResponse:
    lang = language(request)
    look = Look()
    if odd is None or not isinstance(odd, NotAStatement):
        try:
            look = told.look(file, choice)
        except NotAStatement as unreadable:
            odd = unreadable
    context = {
        "file": file,
        "known": told.statements_of(file.id),
        "problem": bank_words.refusal(odd, lang) if odd else "",
        "look": look,
        "read": [_summary(one, lang) for one in look.statements],
        "strange": [told.masked(one) for one in look.strange],
        "accounts": [one.outside_id for one in told.ours()],
        "others": told.OTHER_ACCOUNTS,
        "csv": _csv_context(look, choice, lang),
    }
    return money.page(request, "console/bank_file.html", context, tab=bank.TAB, status=status)


def _summary(read: Any, lang: str) -> dict[str, Any]:
    came = [line for line in read.lines if line.amount.minor > 0]
    return {
        "told": read,
        "account": told.masked(read.account),
        "came_count": len(came),
        "came_minor": sum(line.amount.minor for line in came),
        "lines": read.lines[:8],
        "problems": _problems(read.problems, lang),
    }


def _problems(problems: Any, lang: str) -> list[tuple[str, str]]:
    return [
        (bank_words.place(one.place, lang), bank_words.seen(one.why, lang)) for one in problems
    ][:LINES_PER_PAGE]


def _csv_context(look: Look, choice: Choice, lang: str) -> dict[str, Any] | None:
    preview = look.preview
    if preview is None:
        return None
    return {
        "preview": preview,
        "delimiter": DELIMITER_NAMES[preview.choice.delimiter],
        "delimiters": [DELIMITER_NAMES[one] for one in DELIMITERS],
        "encodings": ENCODINGS,
        "layouts": list(layouts()),
        "is_paypal": preview.choice.layout == "paypal",
        "problems": _problems(preview.problems, lang),
        "asks": preview.questions,
        "answered": choice,
    }


def _statement_page(
    request: HttpRequest, found: Statement, problem: str = "", status: int = 200
) -> HttpResponse:
    lang = language(request)
    pages = Paginator(told.lines(found.id), LINES_PER_PAGE)
    context = {
        "statement": found,
        "account": told.masked(found.account),
        "problem": problem,
        "lines": pages.get_page(request.GET.get("page")),
        "counts": told.counts(found.id),
        "problems": [
            (bank_words.place(one["place"], lang), bank_words.seen(one["why"], lang))
            for one in found.problems
        ],
        "beside": [one for one in told.statements_of(found.file_id) if one.id != found.id],
    }
    return money.page(request, "console/bank_statement.html", context, tab=bank.TAB, status=status)
