"""Questions about the bank: balances, statements, lines that wait."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from obolo.giving.bank.accounts import BANK, masked, ours, shown_to_payers
from obolo.giving.bank.importing import OTHER_ACCOUNTS, Look, look
from obolo.giving.bank.models import (
    LineState,
    PayerAccount,
    Statement,
    StatementFile,
    StatementLine,
)
from obolo.giving.models import Payment

__all__ = [
    "OTHER_ACCOUNTS",
    "Look",
    "closing_balances",
    "counts",
    "doubts",
    "file",
    "line",
    "lines",
    "look",
    "masked",
    "of_debits",
    "ours",
    "payments",
    "proposed_people",
    "shown_to_payers",
    "statement",
    "statements",
    "statements_of",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Closing:
    """The newest balance a bank told of one account. `sha256` names the file that says so."""

    account: str  # masked
    currency: str
    minor: int
    day: date
    sha256: str


def closing_balances() -> list[Closing]:
    """The newest known closing balance of each account; one whose bank never told any is absent."""
    rows = (
        Statement.objects.exclude(closing_minor=None)
        .exclude(closing_on=None)
        .order_by("account", "currency", "-closing_on", "-at", "-part")
        .distinct("account", "currency")
        .select_related("file")
        .defer("file__content")
    )
    return [
        Closing(
            account=masked(one.account),
            currency=one.currency,
            minor=one.closing_minor,
            day=one.closing_on,
            sha256=one.file.sha256,
        )
        for one in rows
        if one.closing_minor is not None and one.closing_on is not None
    ]


def file(file_id: UUID) -> StatementFile | None:
    """A file as it was handed in."""
    return StatementFile.objects.filter(id=file_id).first()


def statements(limit: int = 50) -> QuerySet[Statement]:
    """Imported statements, newest first, with how many of their lines wait or are gifts."""
    return (
        Statement.objects.select_related("file")
        .defer("file__content")
        .annotate(doubt_count=_count(LineState.DOUBT), booked_count=_count(LineState.BOOKED))
        .order_by("-at", "-part")[:limit]
    )


def _count(state: LineState) -> Coalesce:
    lines_of = StatementLine.objects.filter(statement=OuterRef("pk"), state=state).order_by()
    counted = lines_of.values("statement").annotate(count=Count("id")).values("count")
    return Coalesce(Subquery(counted), 0)


def statement(statement_id: UUID) -> Statement | None:
    """One statement."""
    found = Statement.objects.select_related("file").defer("file__content")
    return found.filter(id=statement_id).first()


def statements_of(file_id: UUID) -> list[Statement]:
    """What was imported from a file, in its order."""
    return list(Statement.objects.filter(file_id=file_id).order_by("part"))


def lines(statement_id: UUID) -> QuerySet[StatementLine]:
    """The lines of a statement in their order, those that wait first."""
    found = StatementLine.objects.filter(statement_id=statement_id)
    return found.prefetch_related("decisions").order_by("-state", "booked_on", "id")


def counts(statement_id: UUID) -> dict[str, int]:
    """How many lines of a statement stand where: `doubt`, `booked`, `aside`, `returned`."""
    found = StatementLine.objects.filter(statement_id=statement_id).values_list("state")
    told = dict(found.annotate(count=Count("id")).order_by())
    return {state.value: told.get(state.value, 0) for state in LineState}


def doubts() -> QuerySet[StatementLine]:
    """All lines that wait for a person, oldest first."""
    found = StatementLine.objects.filter(state=LineState.DOUBT).select_related("statement")
    return found.order_by("booked_on", "id")


def of_debits(statement_ids: list[UUID]) -> list[StatementLine]:
    """Lines that wait and carry the reference of a debit of ours: its money, or its return."""
    waiting = StatementLine.objects.filter(
        statement__in=statement_ids, state=LineState.DOUBT
    ).exclude(end_to_end="")
    known = set(
        Payment.objects.filter(
            rail=BANK, provider_ref__in=[one.end_to_end for one in waiting]
        ).values_list("provider_ref", flat=True)
    )
    return [one for one in waiting.order_by("booked_on", "id") if one.end_to_end in known]


def line(line_id: UUID) -> StatementLine | None:
    """One line with its statement."""
    return StatementLine.objects.select_related("statement").filter(id=line_id).first()


def payments(ids: list[str]) -> list[Payment]:
    """These payments with their persons and causes, in the order asked for."""
    found = Payment.objects.select_related("person", "cause").filter(id__in=ids)
    by_id = {str(one.id): one for one in found}
    return [by_id[one] for one in ids if one in by_id]


def proposed_people(one: StatementLine) -> list[PayerAccount]:
    """Persons whose account the payer's was before, the newest first."""
    if one.payer_hash is None:
        return []
    found = PayerAccount.objects.filter(payer_hash=one.payer_hash).select_related("person")
    return list(found.order_by("-learnt_at")[:5])
