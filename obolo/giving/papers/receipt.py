"""The paper of one receipt.

Owns its drawing. Pure: `paper` in, the same bytes out, always.
"""

from dataclasses import dataclass
from datetime import date

from obolo.giving.papers.sheet import (
    ALERT,
    ALERT_SOFT,
    COIN_SOFT,
    INNER,
    MARGIN,
    SOFT,
    THREAD,
    Sheet,
)
from obolo.giving.papers.words import day, law, money, word
from obolo.giving.receipts.printed import Body, Printed
from obolo.kit.money import Money

_LABEL = 150  # width of the labels of the rows
_COIN = 40
_BESIDE = _COIN + 14  # what stands beside the coin and its thread
FOOT = 790


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiptPaper:
    """A receipt and what became of it. Numbers as shown, days of the organisation's clock."""

    printed: Printed
    number: str
    issued_on: date
    replaces: str = ""
    void_on: date | None = None
    replaced_by: str = ""
    preview: bool = False


def receipt_pdf(paper: ReceiptPaper) -> bytes:
    """Draw the paper, one A4 page."""
    lang = paper.printed.language
    sheet = Sheet(lang, f"{word('receipt.title', lang)} {paper.number}", paper.issued_on)
    y = heading(sheet, paper.printed.body, word("receipt.title", lang), _number(paper))
    y = _notes(sheet, paper, y)
    y = _amount(sheet, paper, y)
    y = _rows(sheet, paper.printed, y)
    y = _law(sheet, paper.printed, y)
    _signed(sheet, paper, y)
    issued = word("receipt.issued", lang, day=day(paper.issued_on, lang))
    sheet.foot(FOOT, issued, word("receipt.copy", lang))
    if paper.preview or paper.void_on:
        sheet.stamp(word(f"receipt.{'preview' if paper.preview else 'void'}", lang))
    return sheet.as_bytes()


def heading(sheet: Sheet, body: Body, title: str, under: str) -> int:
    """Coin, organisation, and the paper's name at the end side; the y below all of them."""
    top, beside = 56, MARGIN + _BESIDE
    sheet.coin(x=MARGIN, y=top, size=_COIN)
    width = 268
    y = sheet.write(body.name, x=beside, y=top, width=width, size=13, bold=True)
    for line in _about(body, sheet.lang):
        y = sheet.write(line, x=beside, y=y, width=width, size=8, colour=SOFT)
    right = MARGIN + INNER - 180
    end = sheet.write(
        title, x=right, y=top, width=180, size=13, bold=True, colour=THREAD, side="end"
    )
    end = sheet.write(under, x=right, y=end, width=180, size=11, side="end")
    return max(y, end, top + _COIN) + 26


def _about(body: Body, lang: str) -> list[str]:
    lines = body.address.splitlines()
    if body.tax_code:
        lines.append(word("tax_code", lang, code=body.tax_code))
    if body.runts_section:
        lines.append(f"RUNTS: {body.runts_section}")
    return [*lines, *body.contact.splitlines()]


def _number(paper: ReceiptPaper) -> str:
    lang = paper.printed.language
    return word("receipt.number", lang, number=paper.number)


def _notes(sheet: Sheet, paper: ReceiptPaper, y: int) -> int:
    """What became of it, and of the one before it, before anything else."""
    lang, notes, colour, ground = paper.printed.language, [], SOFT, COIN_SOFT
    if paper.preview:
        notes.append(word("receipt.preview_note", lang))
    if paper.void_on:
        notes.append(word("receipt.void_on", lang, day=day(paper.void_on, lang)))
        colour, ground = ALERT, ALERT_SOFT
    if paper.replaced_by:
        notes.append(word("receipt.replaced_by", lang, number=paper.replaced_by))
    if paper.replaces:
        notes.append(word("receipt.replaces", lang, number=paper.replaces))
    if not notes:
        return y
    text, width = "\n".join(notes), INNER - _BESIDE - 28
    height = sheet.height_of(text, width=width, size=10) + 14
    sheet.panel(x=MARGIN + _BESIDE, y=y, height=height, colour=ground)
    sheet.write(text, x=MARGIN + _BESIDE + 14, y=y + 7, width=width, size=10, colour=colour)
    return y + height + 18


def _amount(sheet: Sheet, paper: ReceiptPaper, y: int) -> int:
    printed, lang = paper.printed, paper.printed.language
    x, width = MARGIN + _BESIDE, INNER - _BESIDE
    end = sheet.write(word("receipt.heading", lang), x=x, y=y, width=width, size=10, colour=SOFT)
    end = sheet.write(
        money(Money(printed.amount_minor, printed.currency), lang),
        x=x, y=end + 2, width=width, size=30, bold=True,
    )  # fmt: skip
    sheet.thread(x=MARGIN + _COIN // 2, top=56 + _COIN, bottom=end - 20)
    received = word("receipt.received", lang, day=day(printed.paid_on, lang))
    return sheet.write(received, x=x, y=end, width=width, size=12) + 24


def _rows(sheet: Sheet, printed: Printed, y: int) -> int:
    for label, value in _facts(printed):
        sheet.rule(y)
        sheet.write(label, x=MARGIN, y=y + 8, width=_LABEL, size=9, colour=SOFT)
        y = sheet.write(value, x=MARGIN + _LABEL, y=y + 7, width=INNER - _LABEL, size=11) + 7
    sheet.rule(y)
    return y + 22


def _facts(printed: Printed) -> list[tuple[str, str]]:
    lang = printed.language
    facts = [(word("receipt.donor", lang), printed.donor_name or word("unnamed", lang))]
    if printed.donor_tax_code:
        facts.append((word("receipt.donor_code", lang), printed.donor_tax_code))
    facts += [
        (word("receipt.cause", lang), printed.cause),
        (word("receipt.method", lang), word(f"method.{printed.method}", lang)),
    ]
    back = printed.gift_minor - printed.amount_minor
    if back:
        for key, minor in (("given", printed.gift_minor), ("returned", back)):
            facts.append((word(f"receipt.{key}", lang), _money(minor, printed)))
    return facts


def _money(minor: int, printed: Printed) -> str:
    return money(Money(minor, printed.currency), printed.language)


def _law(sheet: Sheet, printed: Printed, y: int) -> int:
    sentences = law(printed.law, printed.verdict, printed.language)
    inset, gap, size = 16, 5, 9
    width = INNER - 2 * inset
    heights = [sheet.height_of(one, width=width, size=size) for one in sentences]
    height = sum(heights) + gap * (len(sentences) - 1) + 2 * inset - 4
    sheet.panel(y=y, height=height)
    at = y + inset - 2
    for sentence in sentences:
        bold = printed.verdict == "cash"
        at = sheet.write(
            sentence, x=MARGIN + inset, y=at, width=width, size=size, bold=bold
        ) + gap  # fmt: skip
    return y + height + 24


def _signed(sheet: Sheet, paper: ReceiptPaper, y: int) -> None:
    body, lang = paper.printed.body, paper.printed.language
    if not body.signed_by:
        return
    x, width = MARGIN + INNER // 2, INNER // 2
    line = word("receipt.signed", lang, organisation=body.name)
    end = sheet.write(line, x=x, y=y, width=width, size=9, colour=SOFT, side="end")
    sheet.write(body.signed_by, x=x, y=end, width=width, size=11, side="end")
