"""What a person wants of a promise they have: a pause, one time left out, to go on, another card.

Owns the few words for it, in folded text. Asked only for people who have a regular gift; a wish to
end it, and another amount or day, are read by `understand`. Pure.
"""

import re
from typing import Final, Literal

Wish = Literal["pause", "skip", "resume", "method"]

_WISHES: Final[tuple[tuple[Wish, re.Pattern[str]], ...]] = (
    (
        "method",
        re.compile(
            r"\b(?:cart[ae]|bancomat|iban|conto)\b.*\b(?:scadut\w+|nuov\w+|cambi\w+|bloccat\w+)"
            r"|\b(?:nuov\w+|cambi\w+|aggiorn\w+) (?:la |il |mia |mio |di )*(?:carta|iban|conto)\b"
            r"|\bcard\b.*\b(?:expired|new|chang\w+|blocked|replaced)"
            r"|\b(?:new|chang\w+|updat\w+) (?:my |the |bank )*(?:card|iban|account)\b"
            r"|(?:جديد|غيرت|تغيير|انتهت).*بطاق|بطاق.*(?:جديد|انتهت|تغير)"
        ),
    ),
    (
        "skip",
        re.compile(
            r"\bsalt(?:a|are|iamo|arlo|ate|o)\b|\bskip\b|\bmiss (?:this|the next)\b"
            r"|\b(?:questo mese|stavolta|questa volta) no\b|\bnot this (?:month|time)\b"
            r"|تخط|اتخط|تجاوز|ليس هذا الشهر|مش هذا الشهر|مش هالشهر"
        ),
    ),
    (
        "resume",
        re.compile(
            r"\briprend\w*|\bricominc\w*|\briattiv\w*|\bresum\w*|\brestart\w*|\breactivat\w*"
            r"|\b(?:start|begin) (?:it )?again\b|استيناف|استانف|اعاده تفعيل|ارجع للتبرع"
        ),
    ),
    (
        "pause",
        re.compile(
            r"\bpaus\w*|\bsospen\w*|\bsuspen\w*|\bon hold\b|\btake a break\b|\bferm\w+ per\b"
            r"|تعليق|علق|موقت|ايقاف ل|وقف لمده|تجميد"
        ),
    ),
)


def wish(folded: str) -> Wish | Literal[""]:
    """The wish in these folded words, or nothing."""
    return next((kind for kind, words in _WISHES if words.search(folded)), "")
