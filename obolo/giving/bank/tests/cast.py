"""The bank of Acqua Viva: its account, and files with the lines a test wants."""

from obolo.gateways.payments.bank.references import for_key
from obolo.gateways.payments.bank.tests.camt_files import IBAN, balance, camt, detail, entry
from obolo.giving.bank import actions, transfer
from obolo.giving.bank.models import Statement, StatementFile, StatementLine
from obolo.giving.models import Gift, Payment
from obolo.kit.money import Money

ANNAS_IBAN = "DE89370400440532013000"
TODAY = "2026-11-24"


def with_account() -> None:
    """Acqua Viva has an account."""
    actions.set_account(iban=IBAN, beneficiary="Acqua Viva ETS", bic="", reason="", by=None)


def asked(person, cause, minor: int = 500) -> Payment:
    """Somebody wants to give by transfer."""
    return transfer.ask(
        person=person,
        cause=cause,
        amount=Money(minor, "EUR"),
        language=person.language,
        conversation_id=None,
    )


def came(
    amount: str = "5.00", *, rf: str | None = "", text: str = "", name: str = "", iban: str = "",
    ref: str = "B1", sign: str = "CRDT", inner: str = "", day: str = TODAY,
) -> str:  # fmt: skip
    """One booking of a statement."""
    other = "Dbtr" if sign == "CRDT" else "Cdtr"
    party = f"<{other}><Pty><Nm>{name}</Nm></Pty></{other}>" if name else ""
    if iban:
        party += f"<{other}Acct><Id><IBAN>{iban}</IBAN></Id></{other}Acct>"
    told = detail(f"{inner}<RltdPties>{party}</RltdPties>", ref=ref, text=text, rf=rf or "")
    return entry(amount, sign, ref=ref, details=told, day=f"<Dt>{day}</Dt>")


def handed_in(*entries: str, name: str = "estratto.xml", balances: str = "") -> StatementFile:
    """A camt.053 file with these bookings."""
    content = camt("".join(entries), balances=balances)
    return actions.receive_file(content=content, name=name, by=None)


def imported(*entries: str, balances: str = "") -> tuple[Statement, list[Gift]]:
    """The same, imported: its statement and the gifts booked."""
    [statement], gifts = actions.import_file(file=handed_in(*entries, balances=balances), by=None)
    return statement, gifts


def lines_of(statement: Statement) -> list[StatementLine]:
    """Its lines in the order of the file."""
    return list(StatementLine.objects.filter(statement=statement).order_by("place"))


__all__ = ["IBAN", "balance", "for_key"]
