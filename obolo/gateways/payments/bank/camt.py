"""Statements and notifications of banks in XML: camt.053 and camt.054, versions 02 to 13.

Source: ISO 20022, BankToCustomerStatement and BankToCustomerDebitCreditNotification. Read by local
names, since the versions differ in a few of them only; entities and DTDs are refused.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree as SafeXml
from defusedxml.common import DefusedXmlException

from obolo.gateways.payments.bank.statement import (
    Line,
    NotAStatement,
    Problem,
    Statement,
    file_digest,
    with_identities,
)
from obolo.kit.money import Money, NotAnAmount, exponent
from obolo.kit.text import shown

FILE_BYTES_MAX = 50_000_000
ENTRIES_MAX = 200_000
TEXT_CHARS_MAX = 1_000
_NAMESPACE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:camt\.05([34])\.001\.(\d\d)\}Document")
_ROOTS = {"3": ("BkToCstmrStmt", "Stmt"), "4": ("BkToCstmrDbtCdtNtfctn", "Ntfctn")}
VERSIONS = range(2, 14)
_NO_END_TO_END = frozenset({"NOTPROVIDED", "NONREF"})


class _Odd(Exception):
    """An entry that cannot be read; the text says why, for staff."""


def read(content: bytes) -> tuple[Statement, ...]:
    """All statements of a file. Raises NotAStatement; a bad entry is a problem, the rest is kept.

    Money in is positive. Batches are taken apart when the file tells their parts; otherwise they
    are one `lumped` line.
    """
    root = _parsed(content)
    match = _NAMESPACE.fullmatch(root.tag)
    if match is None or int(match[2]) not in VERSIONS:
        raise NotAStatement("It is no camt.053 or camt.054 of the versions 02 to 13.")
    _drop_namespaces(root)
    message, part = _ROOTS[match[1]]
    statements = root.findall(f"{message}/{part}")
    if not statements:
        raise NotAStatement("It holds no statement.")
    kind = f"camt.05{match[1]}.001.{match[2]}"
    return tuple(_statement(one, kind, file_digest(content)) for one in statements)


def _parsed(content: bytes) -> Element:
    if len(content) > FILE_BYTES_MAX:
        raise NotAStatement(f"It is larger than {FILE_BYTES_MAX // 1_000_000} MB.")
    try:
        root: Element = SafeXml.fromstring(content, forbid_dtd=True)
    except (DefusedXmlException, ParseError, ValueError, LookupError) as odd:
        raise NotAStatement(f"It is no plain XML ({type(odd).__name__}).") from odd
    return root


def _drop_namespaces(root: Element) -> None:
    for node in root.iter():
        if isinstance(node.tag, str):
            node.tag = node.tag.rpartition("}")[2]


def _statement(node: Element, kind: str, sha256: str) -> Statement:
    account = _text(node, "Acct/Id/IBAN") or _text(node, "Acct/Id/Othr/Id")
    if not account:
        raise NotAStatement("It does not say which account it is about.")
    lines: list[Line] = []
    problems: list[Problem] = []
    entries = node.findall("Ntry")
    if len(entries) > ENTRIES_MAX:
        raise NotAStatement(f"It has more than {ENTRIES_MAX} entries.")
    for number, entry in enumerate(entries, 1):
        place = f"entry {number}"
        try:
            lines += _lines(entry, place)
        except (_Odd, NotAnAmount) as odd:
            problems.append(Problem(place=place, why=str(odd)))
    opening, _ = _balance(node, ("OPBD", "PRCD"))
    closing, closing_on = _balance(node, ("CLBD",))
    currency = _text(node, "Acct/Ccy") or next(
        (one.currency for one in (opening, closing, *(line.amount for line in lines)) if one), ""
    )
    return Statement(
        account=account,
        currency=currency,
        lines=with_identities(account, lines),
        sha256=sha256,
        kind=kind,
        opening=opening,
        closing=closing,
        closing_on=closing_on,
        problems=tuple(problems),
    )


def _balance(node: Element, codes: Sequence[str]) -> tuple[Money | None, date | None]:
    for code in codes:
        for balance in node.findall("Bal"):
            if _text(balance, "Tp/CdOrPrtry/Cd") == code:
                try:
                    return _signed(balance), _day(balance.find("Dt"))
                except (_Odd, NotAnAmount):
                    return None, None
    return None, None


def _lines(entry: Element, place: str) -> Iterator[Line]:
    status = _text(entry, "Sts/Cd") or _text(entry, "Sts")
    if status not in ("BOOK", ""):
        raise _Odd("This entry is not booked yet.")
    booked_on = _day(entry.find("BookgDt")) or _day(entry.find("ValDt"))
    if booked_on is None:
        raise _Odd("This entry has no day.")
    whole = Line(
        amount=_signed(entry),
        booked_on=booked_on,
        value_on=_day(entry.find("ValDt")),
        bank_ref=_text(entry, "AcctSvcrRef") or _text(entry, "NtryRef"),
        text=_clean(_text(entry, "AddtlNtryInf")),
        charge=None,
        reversal=_text(entry, "RvslInd") in ("true", "1"),
        place=place,
    )
    details = entry.findall("NtryDtls/TxDtls")
    if not details:
        count = _text(entry, "NtryDtls/Btch/NbOfTxs")
        yield replace(whole, lumped=count not in ("", "1"), charge=_charge(entry, whole.amount))
    elif len(details) == 1:
        yield _told(whole, details[0], entry)
    else:
        yield from _parts(whole, details)


def _told(whole: Line, detail: Element, entry: Element) -> Line:
    """The only part of an entry: the entry's own amount counts, in the account's currency."""
    line = _with_words(whole, detail)
    charge = _charge(detail, whole.amount) or _charge(entry, whole.amount, detail)
    sent = _sent(detail)
    other = sent if sent and sent.currency != whole.amount.currency else None
    return replace(line, charge=charge, original=other)


def _parts(whole: Line, details: Sequence[Element]) -> Iterator[Line]:
    """The parts of a batch, when their amounts are told and make the whole."""
    parts = []
    for number, detail in enumerate(details, 1):
        amount = _part_amount(detail, whole.amount)
        if amount is None:
            yield replace(whole, lumped=True)
            return
        part = _with_words(replace(whole, amount=amount, place=f"{whole.place}.{number}"), detail)
        parts.append(replace(part, charge=_charge(detail, amount)))
    if sum(part.amount.minor for part in parts) == whole.amount.minor:
        yield from parts
    else:
        yield replace(whole, lumped=True)


def _part_amount(detail: Element, whole: Money) -> Money | None:
    node = detail.find("Amt")
    if node is None:
        node = detail.find("AmtDtls/TxAmt/Amt")
    if node is None or node.get("Ccy") != whole.currency:
        return None
    sign = _text(detail, "CdtDbtInd")
    minor = _minor(node)
    is_out = sign == "DBIT" if sign else whole.minor < 0
    return Money(-minor if is_out else minor, whole.currency)


def _with_words(line: Line, detail: Element) -> Line:
    """The line with what a transaction says of itself."""
    other = "Cdtr" if line.amount.minor < 0 else "Dbtr"
    if line.reversal:
        other = "Dbtr" if other == "Cdtr" else "Cdtr"  # parties keep the roles they first had
    free = " ".join(node.text or "" for node in detail.findall("RmtInf/Ustrd"))
    more = _text(detail, "AddtlTxInf")
    end_to_end = _text(detail, "Refs/EndToEndId")
    name = _text(detail, f"RltdPties/{other}/Pty/Nm") or _text(detail, f"RltdPties/{other}/Nm")
    return replace(
        line,
        bank_ref=_text(detail, "Refs/AcctSvcrRef") or line.bank_ref or _text(detail, "Refs/TxId"),
        reference=_clean(_text(detail, "RmtInf/Strd/CdtrRefInf/Ref"), 140),
        text=_clean(free) or _clean(more) or line.text,
        name=_clean(name, 140),
        iban=_text(detail, f"RltdPties/{other}Acct/Id/IBAN")[:34],
        end_to_end="" if end_to_end in _NO_END_TO_END else _clean(end_to_end, 140),
        return_code=_text(detail, "RtrInf/Rsn/Cd")[:4],
    )


def _sent(detail: Element) -> Money | None:
    """What the sender told their bank to send."""
    for path in ("AmtDtls/InstdAmt/Amt", "AmtDtls/TxAmt/Amt", "Amt"):
        node = detail.find(path)
        if node is not None:
            return Money(_minor(node), node.get("Ccy") or "")
    return None


def _charge(node: Element, amount: Money, detail: Element | None = None) -> Money | None:
    """What the bank kept of this amount: charges told as included, or that explain the difference.

    Charges that are booked apart are lines of their own and are not counted here.
    """
    records = node.findall("Chrgs/Rcrd") or node.findall("Chrgs")
    total, told = 0, set()
    for record in records:
        found = record.find("Amt")
        if found is None or found.get("Ccy") != amount.currency:
            continue
        minor = _minor(found)
        total += -minor if _text(record, "CdtDbtInd") == "CRDT" else minor
        told.add(_text(record, "ChrgInclInd"))
    if total <= 0 or amount.minor <= 0:
        return None
    sent = _sent(detail if detail is not None else node)
    explains = sent is not None and sent == Money(amount.minor + total, amount.currency)
    return Money(total, amount.currency) if "true" in told or explains else None


def _signed(node: Element) -> Money:
    amount = node.find("Amt")
    if amount is None:
        raise _Odd("This entry has no amount.")
    minor = _minor(amount)
    sign = _text(node, "CdtDbtInd")
    if sign not in ("CRDT", "DBIT"):
        raise _Odd("This entry does not say whether money came or went.")
    return Money(minor if sign == "CRDT" else -minor, amount.get("Ccy") or "")


def _minor(node: Element) -> int:
    """Whole minor units of an amount, never rounded."""
    text = (node.text or "").strip()
    try:
        if not re.fullmatch(r"[0-9]{1,15}(?:\.[0-9]{0,5})?", text):
            raise InvalidOperation
        scaled = Decimal(text).scaleb(exponent(node.get("Ccy") or ""))
    except InvalidOperation:
        raise _Odd(f"{text[:30]!r} is no amount.") from None
    if scaled != int(scaled):
        raise _Odd(f"{text[:30]!r} has more decimals than its currency.")
    return int(scaled)


def _day(node: Element | None) -> date | None:
    if node is None:
        return None
    text = _text(node, "Dt") or _text(node, "DtTm") or (node.text or "").strip()
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise _Odd(f"{text[:30]!r} is no day.") from None


def _text(node: Element, path: str) -> str:
    found = node.find(path)
    return shown((found.text or "").strip(), TEXT_CHARS_MAX) if found is not None else ""


def _clean(text: str, limit: int = TEXT_CHARS_MAX) -> str:
    return shown(" ".join(text.split()), limit)
