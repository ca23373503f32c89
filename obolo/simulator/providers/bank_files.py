"""The statements of the pretend bank: camt.053 and CSV of one day.

Owns their shapes, as a bank of the euro area writes them. Pure; written without the product's
readers, which are tested with these files. Never: state.
"""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from obolo.kit.money import Money

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
COLUMNS = (
    "Data contabile", "Data valuta", "Importo", "Divisa", "Descrizione", "Ordinante",
    "IBAN ordinante", "Riferimento", "ID operazione",
)  # fmt: skip


def camt_053(
    day: date, iban: str, transfers: Sequence[dict[str, Any]], opening: int, name: str
) -> bytes:
    """The statement of a day. `opening` is the balance before it, in cents."""
    closing = opening + sum(one["amount_minor"] for one in transfers)
    entries = "".join(_entry(one, day) for one in transfers)
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{NAMESPACE}"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>STMT-{day:%Y%m%d}</MsgId><CreDtTm>{day}T23:59:59+01:00</CreDtTm></GrpHdr>"
        f"<Stmt><Id>{day:%Y%m%d}</Id><CreDtTm>{day}T23:59:59+01:00</CreDtTm>"
        f"<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy><Nm>{escape(name)}</Nm></Acct>"
        f"{_balance('OPBD', opening, day)}{_balance('CLBD', closing, day)}{entries}"
        "</Stmt></BkToCstmrStmt></Document>\n"
    )
    return text.encode()


def csv_of(transfers: Sequence[dict[str, Any]], day: date) -> bytes:
    """The same day as a bank's CSV: semicolons, comma for the cents, Windows line ends."""
    out = io.StringIO()
    rows = csv.writer(out, delimiter=";", lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for one in transfers:
        shown = Money(one["amount_minor"], "EUR").decimal_text().replace(".", ",")
        rows.writerow(
            [
                f"{day:%d/%m/%Y}", f"{day:%d/%m/%Y}", shown, "EUR", one["text"] or one["reference"],
                one["name"], one["iban"], one["reference"], one["bank_ref"],
            ]
        )  # fmt: skip
    return out.getvalue().encode("utf-8-sig")


def _balance(code: str, minor: int, day: date) -> str:
    sign = "DBIT" if minor < 0 else "CRDT"
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(minor)}"
        f"<CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def _entry(one: dict[str, Any], day: date) -> str:
    minor = one["amount_minor"]
    sign, other = ("DBIT", "Cdtr") if minor < 0 else ("CRDT", "Dbtr")
    account = (
        f"<{other}Acct><Id><IBAN>{one['iban']}</IBAN></Id></{other}Acct>" if one["iban"] else ""
    )
    words = f"<Ustrd>{escape(one['text'])}</Ustrd>" if one["text"] else ""
    if one["reference"]:
        words += (
            "<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp>"
            f"<Ref>{escape(one['reference'])}</Ref></CdtrRefInf></Strd>"
        )
    return (
        f"<Ntry>{_amount(minor)}<CdtDbtInd>{sign}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"
        f"<AcctSvcrRef>{one['bank_ref']}</AcctSvcrRef>"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn>"
        f"</BkTxCd><NtryDtls><TxDtls><Refs><AcctSvcrRef>{one['bank_ref']}</AcctSvcrRef>"
        f"<EndToEndId>NOTPROVIDED</EndToEndId></Refs>{_amount(minor)}"
        f"<CdtDbtInd>{sign}</CdtDbtInd>"
        f"<RltdPties><{other}><Pty><Nm>{escape(one['name'])}</Nm></Pty></{other}>{account}"
        f"</RltdPties><RmtInf>{words}</RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def _amount(minor: int) -> str:
    return f'<Amt Ccy="EUR">{Money(abs(minor), "EUR").decimal_text()}</Amt>'
