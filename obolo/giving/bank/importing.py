"""Statements become rows: read a file, keep the lines nobody has told us before, match those.

Owns the way from bytes to lines and the match by reference. A second import of the same file, or
of one that overlaps, changes nothing. Never: a person's word on a doubtful line (`deciding`).
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from obolo.gateways.payments.bank import camt, csv_statement
from obolo.gateways.payments.bank import iban as ibans
from obolo.gateways.payments.bank.csv_statement import Choice, Preview
from obolo.gateways.payments.bank.matching import Awaited, Doubt, Findings, Matched, match
from obolo.gateways.payments.bank.references import PREFIX
from obolo.gateways.payments.bank.statement import Line, NotAStatement
from obolo.gateways.payments.bank.statement import Statement as ReadStatement
from obolo.giving.bank import accounts, booking
from obolo.giving.bank.errors import NotOurAccount
from obolo.giving.bank.models import (
    LineState,
    PayerAccount,
    Statement,
    StatementFile,
    StatementLine,
)
from obolo.giving.models import Gift, Payment, PaymentState
from obolo.kit.clock import now
from obolo.kit.text import shown
from obolo.ledger.errors import FundClosed
from obolo.organisations.wall import current_id

OTHER_ACCOUNTS: Final = ("paypal",)  # accounts without an IBAN that a CSV may be about
SETTLED_LOOKED_AT: Final = timedelta(days=400)  # a second transfer with a reference paid before
PREVIEW_LINES: Final = 8
_PIECE: Final = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What a file seems to say, before anything is written. One of the two is there."""

    statements: tuple[ReadStatement, ...] = ()
    preview: Preview | None = None
    strange: tuple[str, ...] = ()  # accounts in it that are not ours


def receive_file(*, content: bytes, name: str, by: UUID | None) -> StatementFile:
    """Keep a file as it came; the same bytes are kept once. Raises NotAStatement when too large."""
    if not content:
        raise NotAStatement("It is empty.")
    if len(content) > camt.FILE_BYTES_MAX:
        raise NotAStatement(f"It is larger than {camt.FILE_BYTES_MAX // 1_000_000} MB.")
    digest = hashlib.sha256(content).hexdigest()
    fresh = StatementFile(sha256=digest, name=shown(name, 200), content=content, by=by)
    StatementFile.objects.bulk_create([fresh], ignore_conflicts=True)
    return StatementFile.objects.get(sha256=digest)


def look(file: StatementFile, choice: Choice | None = None) -> Look:
    """What the file says, for a person to look at. Raises NotAStatement."""
    content = bytes(file.content)
    if not _is_xml(content):
        return Look(preview=csv_statement.inspect(content, choice))
    read = camt.read(content)
    own = {one.outside_id for one in accounts.ours()}
    return Look(
        statements=read,
        strange=tuple(dict.fromkeys(s.account for s in read if _number(s.account) not in own)),
    )


@transaction.atomic
def import_file(
    *, file: StatementFile, by: UUID | None, choice: Choice | None = None, account: str = ""
) -> tuple[list[Statement], list[Gift]]:
    """Read the file into statements and lines, and book what is certain: (statements, gifts).

    `account` says whose a CSV is: an IBAN of ours, or one of OTHER_ACCOUNTS. A file that was
    imported is answered with its statements and no gifts. Raises NotAStatement, NotOurAccount.
    """
    _one_at_a_time()
    known = list(Statement.objects.filter(file=file).order_by("part"))
    if known:
        return known, []
    content = bytes(file.content)
    if _is_xml(content):
        read = camt.read(content)
    else:
        read = (csv_statement.read(content, _number(account), choice),)
    own = {one.outside_id for one in accounts.ours()} | set(OTHER_ACCOUNTS)
    if strange := [one.account for one in read if _number(one.account) not in own]:
        raise NotOurAccount(f"It is about {accounts.masked(strange[0])}.")
    made, gifts = [], []
    for part, one in enumerate(read, 1):
        statement, fresh = _keep(file, part, one, by)
        made.append(statement)
        gifts += _place(statement, fresh)
    return made, gifts


def _one_at_a_time() -> None:
    """Two imports of one organisation wait for each other: their lines may be the same ones."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"statements {current_id()}"],
        )


def _is_xml(content: bytes) -> bool:
    start = content[:200].lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t\x00")
    return start.startswith(b"<")


def _number(account: str) -> str:
    return ibans.normal(account) if ibans.is_iban(account) else account.strip()


def _keep(
    file: StatementFile, part: int, read: ReadStatement, by: UUID | None
) -> tuple[Statement, list[tuple[Line, StatementLine]]]:
    """The statement's row and the lines that are new; the others were told by an earlier file."""
    known: set[str] = set()
    identities = [line.identity for line in read.lines]
    for start in range(0, len(identities), _PIECE):
        piece = identities[start : start + _PIECE]
        found = StatementLine.objects.filter(identity__in=piece)
        known |= set(found.values_list("identity", flat=True))
    fresh = {one.identity: one for one in read.lines if one.identity not in known}
    statement = Statement.objects.create(
        file=file,
        part=part,
        account=_number(read.account)[:34],
        currency=read.currency,
        kind=read.kind[:40],
        opening_minor=read.opening.minor if read.opening else None,
        closing_minor=read.closing.minor if read.closing else None,
        closing_on=read.closing_on,
        adds_up=read.adds_up,
        told_count=len(read.lines),
        new_count=len(fresh),
        problems=[asdict(problem) for problem in read.problems],
        by=by,
    )
    rows = [(line, _row(statement, line)) for line in fresh.values()]
    StatementLine.objects.bulk_create([row for _, row in rows], batch_size=_PIECE)
    return statement, rows


def _row(statement: Statement, line: Line) -> StatementLine:
    return StatementLine(
        statement=statement,
        identity=line.identity,
        place=line.place[:40],
        amount_minor=line.amount.minor,
        charge_minor=line.charge.minor if line.charge else 0,
        currency=line.amount.currency,
        original_minor=line.original.minor if line.original else None,
        original_currency=line.original.currency if line.original else "",
        booked_on=line.booked_on,
        value_on=line.value_on,
        bank_ref=line.bank_ref[:140],
        reference=line.reference[:140],
        end_to_end=line.end_to_end[:140],
        return_code=line.return_code[:4],
        reversal=line.reversal,
        lumped=line.lumped,
        payer=line.name[:140],
        words=line.text[:1000],
        payer_hash=accounts.payer_hash(line.iban),
        payer_end=line.iban[-4:],
        state=LineState.DOUBT,
    )


def _place(statement: Statement, fresh: Sequence[tuple[Line, StatementLine]]) -> list[Gift]:
    """Match the new lines with what is awaited and book what is certain; the gifts booked."""
    if not fresh:
        return []
    rows = {line.identity: row for line, row in fresh}
    lines = [_hashed(line, row) for line, row in fresh]
    found = match(lines, awaited())
    _set_doubts(found, rows)
    paid = Payment.objects.in_bulk([UUID(one.awaited.key) for one in found.matched])
    gifts = []
    for one in found.matched:
        gift = _book_matched(one, rows[one.line.identity], paid[UUID(one.awaited.key)])
        gifts += [gift] if gift else []
    return gifts


def _book_matched(one: Matched, row: StatementLine, payment: Payment) -> Gift | None:
    """Its gift; a line that the books refuse is left to a person, and the rest goes on."""
    try:
        return booking.book(line=row, payment=payment, by=None)
    except booking.REFUSALS as odd:
        row.reasons = ["fund_closed" if isinstance(odd, FundClosed) else "refused"]
        row.candidates = [one.awaited.key]
        row.save(update_fields=["reasons", "candidates"])
        return None


def _hashed(line: Line, row: StatementLine) -> Line:
    """The line as it is matched: accounts are compared by their hashes, as they are kept."""
    return replace(line, iban=bytes(row.payer_hash).hex() if row.payer_hash else "")


def _set_doubts(found: Findings, rows: dict[str, StatementLine]) -> None:
    """Say why a line waits for a person, or that it is none of ours."""
    changed = []
    for doubt in found.doubts:
        row = rows[doubt.line.identity]
        row.reasons, row.candidates = _reasons(doubt), list(doubt.candidates)
        changed.append(row)
    known = _known_payers(rows.values())
    for line in found.foreign:
        row = rows[line.identity]
        if line.amount.minor <= 0:
            row.state, row.reasons = LineState.ASIDE, ["money_out"]
        else:
            is_known = row.payer_hash is not None and bytes(row.payer_hash) in known
            row.reasons = ["payer_known" if is_known else "payer_unknown"]
        changed.append(row)
    StatementLine.objects.bulk_update(
        changed, ["state", "reasons", "candidates"], batch_size=_PIECE
    )


def _known_payers(rows: Iterable[StatementLine]) -> set[bytes]:
    hashes = [bytes(row.payer_hash) for row in rows if row.payer_hash is not None]
    found = PayerAccount.objects.filter(payer_hash__in=hashes)
    return {bytes(one) for one in found.values_list("payer_hash", flat=True)}


def _reasons(doubt: Doubt) -> list[str]:
    return [str(reason) for reason in doubt.reasons]


def awaited() -> list[Awaited]:
    """What may come by transfer: open payments, those given up, and those paid not long ago."""
    since = now() - SETTLED_LOOKED_AT
    rows = (
        Payment.objects.filter(rail=accounts.BANK, provider_ref__startswith=PREFIX)
        .exclude(state=PaymentState.PAID, created_at__lt=since)
        .select_related("person")
    )
    accounts_of: dict[UUID, str] = {}
    people = {one.person_id for one in rows}
    for known in PayerAccount.objects.filter(person__in=people).order_by("learnt_at"):
        accounts_of[known.person_id] = bytes(known.payer_hash).hex()
    return [
        Awaited(
            key=str(one.id),
            reference=one.provider_ref or "",
            amount=one.asked,
            asked_on=_day(one),
            settled=one.state == PaymentState.PAID,
            name=one.person.name,
            iban=accounts_of.get(one.person_id, ""),
        )
        for one in rows
    ]


def _day(payment: Payment) -> date:
    return booking.local_day(payment.created_at)
