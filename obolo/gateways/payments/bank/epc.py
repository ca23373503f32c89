"""The QR of a transfer: a donor's banking app fills in the whole form from it.

Source: EPC069-12 version 2.1, "Quick Response Code: Guidelines to enable data capture for the
initiation of a SEPA credit transfer", format version 002. The one who shows it on a phone also
shows IBAN and reference as text: nobody can scan the screen they hold.
"""

import io
import re

import segno

from obolo.gateways.payments.bank import iban as ibans
from obolo.gateways.payments.bank.references import is_reference
from obolo.kit.errors import OboloError
from obolo.kit.money import Money

NAME_CHARS_MAX = 70
TEXT_CHARS_MAX = 140
NOTE_CHARS_MAX = 70
AMOUNT_MINOR_MAX = 99_999_999_999  # 999,999,999.99 EUR
PAYLOAD_BYTES_MAX = 331
QR_VERSION_MAX = 13
QR_BORDER = 4  # modules of quiet zone, ISO/IEC 18004
_BIC = re.compile(r"[A-Z]{6}[0-9A-Z]{2}(?:[0-9A-Z]{3})?")
_PURPOSE = re.compile(r"[A-Z]{4}")
_UNSHOWN = re.compile(r"[\x00-\x1f\x7f]")


class NotATransfer(OboloError):
    """This transfer cannot be put into a QR code."""


def payload(
    *,
    name: str,
    iban: str,
    amount: Money | None,
    reference: str = "",
    text: str = "",
    bic: str = "",
    purpose: str = "",
    note: str = "",
) -> str:
    """The lines of the QR, in their order. Exactly one of `reference` (ISO 11649) and `text`.

    Without an amount the donor chooses it. Raises NotATransfer, NotAnIban.
    """
    if bool(reference) == bool(text):
        raise NotATransfer("It carries either a reference or a text.")
    if reference and not is_reference(reference):
        raise NotATransfer(f"{reference!r} is no creditor reference.")
    if bic and not _BIC.fullmatch(bic):
        raise NotATransfer(f"{bic!r} is no BIC.")
    if purpose and not _PURPOSE.fullmatch(purpose):
        raise NotATransfer("A purpose code is four letters.")
    if not name:
        raise NotATransfer("It names who receives the money.")
    lines = [
        "BCD", "002", "1", "SCT", bic, _line(name, NAME_CHARS_MAX), ibans.normal(iban),
        _amount(amount), purpose, reference, _line(text, TEXT_CHARS_MAX),
        _line(note, NOTE_CHARS_MAX),
    ]  # fmt: skip
    whole = "\n".join(lines).rstrip("\n")
    if len(whole.encode()) > PAYLOAD_BYTES_MAX:
        raise NotATransfer(f"It is longer than {PAYLOAD_BYTES_MAX} bytes.")
    return whole


def picture_png(whole: str, *, module_pixels: int = 8) -> bytes:
    """The QR as a PNG, black on white: error correction M, UTF-8, without an ECI header."""
    out = io.BytesIO()
    _code(whole).save(out, kind="png", scale=module_pixels, border=QR_BORDER)
    return out.getvalue()


def picture_svg(whole: str) -> str:
    """The QR as an SVG element for a page."""
    out = io.BytesIO()
    _code(whole).save(out, kind="svg", border=QR_BORDER, xmldecl=False, omitsize=True)
    return out.getvalue().decode()


def _code(whole: str) -> segno.QRCode:
    try:
        # The content is given as bytes: apps expect the characters, not an ECI announcement.
        code = segno.make_qr(whole.encode(), error="M", boost_error=False, mode="byte")
    except segno.DataOverflowError as long:
        raise NotATransfer("It is too long.") from long
    if int(code.version) > QR_VERSION_MAX:
        raise NotATransfer(f"It needs a QR beyond version {QR_VERSION_MAX}.")
    return code


def _amount(amount: Money | None) -> str:
    if amount is None:
        return ""
    if amount.currency != "EUR" or not 1 <= amount.minor <= AMOUNT_MINOR_MAX:
        raise NotATransfer("The amount is 0.01 to 999999999.99 euro.")
    return f"EUR{amount.decimal_text()}"


def _line(words: str, limit: int) -> str:
    clean = " ".join(_UNSHOWN.sub(" ", words).split())
    if len(clean) > limit:
        raise NotATransfer(f"{clean[:20]!r}… is longer than {limit} characters.")
    return clean
