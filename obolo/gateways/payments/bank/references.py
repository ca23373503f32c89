"""Creditor references: `RF`, two check digits, up to 21 letters and digits.

Source: ISO 11649:2009, check digits by ISO/IEC 7064 MOD 97-10 (remainder 1, as for an IBAN).
"""

import hashlib
import re

from obolo.kit.errors import OboloError

PREFIX = "RF"
BODY_CHARS_MAX = 21
MADE_BODY_CHARS = 10  # 50 bits: short enough to be typed, far too many to be hit by chance
# Crockford's letters: none that is read as a digit.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_WHOLE = re.compile(r"RF[0-9]{2}[0-9A-Z]{1,21}")
_IN_TEXT = re.compile(r"(?<![0-9A-Za-z])[Rr][Ff] ?[0-9]{2}")
# People and banks break a reference with spaces, hyphens, slashes, line ends; never with letters.
_GAPS = re.compile(r"[\s./-]+")
_STRETCH = re.compile(r"[0-9A-Za-z\s./-]{1,60}")


class NotAReference(OboloError):
    """This cannot be made into a creditor reference."""


def check_number(text: str) -> int:
    """Remainder by 97 of letters and digits, letters counted as 10 to 35."""
    return int("".join(str(int(c, 36)) for c in text)) % 97


def with_check_digits(body: str) -> str:
    """The reference around `body` (1 to 21 of 0-9 and A-Z). Raises NotAReference."""
    if not re.fullmatch(r"[0-9A-Z]{1,21}", body):
        raise NotAReference(f"{body!r} is not 1 to {BODY_CHARS_MAX} of 0-9 and A-Z.")
    return f"RF{98 - check_number(body + 'RF00'):02d}{body}"


def for_key(key: str) -> str:
    """The reference of the payment with this key: always the same one, telling nothing of it."""
    number = int.from_bytes(hashlib.sha256(f"rf {key}".encode()).digest()[:8])
    body = "".join(_LETTERS[number >> 5 * place & 31] for place in range(MADE_BODY_CHARS))
    return with_check_digits(body)


def is_reference(text: str) -> bool:
    """Whether `text` is a whole reference with right check digits, without any gap."""
    return bool(_WHOLE.fullmatch(text)) and check_number(text[4:] + text[:4]) == 1


def printed(reference: str) -> str:
    """In groups of four, as ISO 11649 prints it."""
    return " ".join(reference[i : i + 4] for i in range(0, len(reference), 4))


def normal(text: str) -> str:
    """What a structured field holds, in the form references are compared in."""
    return _GAPS.sub("", text).upper()


def found_in(text: str) -> tuple[str, ...]:
    """All readings of references with right check digits in `text`, in order, each once.

    Words may follow a reference without anything that tells them apart, so it may end at each gap;
    one wrong reading in 97 is right by chance. A caller looks only for those it has given out.
    """
    found: dict[str, None] = {}
    for start in _IN_TEXT.finditer(text):
        stretch = _STRETCH.match(text, start.start())
        assert stretch is not None
        reading = ""
        for word in _GAPS.split(stretch[0].upper()):
            reading += word
            if is_reference(reading):
                found[reading] = None
    return tuple(found)
