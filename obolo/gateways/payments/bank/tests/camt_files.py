"""Statement files of several banks and versions, written for these tests."""

from typing import Any

_ROOTS = {"053": ("BkToCstmrStmt", "Stmt"), "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn")}
IBAN = "IT60X0542811101000000123456"


def camt(entries: str, *, version: str = "053.001.08", balances: str = "", acct: str = "") -> bytes:
    root, part = _ROOTS.get(version[:3], ("BkToCstmrAcctRpt", "Rpt"))
    account = acct or f"<Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{version}"><{root}><GrpHdr/>'
        f"<{part}><Id>1</Id>{account}{balances}{entries}</{part}></{root}></Document>"
    ).encode()


def entry(amount: str = "5.00", sign: str = "CRDT", **more: Any) -> str:
    """An entry; `details` are TxDtls, `extra` stands before them."""
    told = {
        "ccy": "EUR", "status": "<Cd>BOOK</Cd>", "day": "<Dt>2026-11-23</Dt>", "ref": "REF1",
        "details": "", "extra": "",
    } | more  # fmt: skip
    batch = f"<NtryDtls>{told['details']}</NtryDtls>" if told["details"] else ""
    reference = f"<AcctSvcrRef>{told['ref']}</AcctSvcrRef>" if told["ref"] else ""
    return (
        f'<Ntry><Amt Ccy="{told["ccy"]}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'
        f"{told.get('reversal', '')}<Sts>{told['status']}</Sts><BookgDt>{told['day']}</BookgDt>"
        f"<ValDt><Dt>2026-11-24</Dt></ValDt>{reference}{told['extra']}{batch}</Ntry>"
    )


def detail(
    inner: str = "", *, ref: str = "", amount: str = "", text: str = "", rf: str = ""
) -> str:
    words = f"<Ustrd>{text}</Ustrd>" if text else ""
    if rf:
        words += f"<Strd><CdtrRefInf><Ref>{rf}</Ref></CdtrRefInf></Strd>"
    refs = f"<Refs><AcctSvcrRef>{ref}</AcctSvcrRef></Refs>" if ref else ""
    told = f'<Amt Ccy="EUR">{amount}</Amt>' if amount else ""
    remittance = f"<RmtInf>{words}</RmtInf>" if words else ""
    return f"<TxDtls>{refs}{told}{inner}{remittance}</TxDtls>"


def balance(code: str, amount: str, sign: str = "CRDT") -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'
        "<Dt><Dt>2026-11-23</Dt></Dt></Bal>"
    )
