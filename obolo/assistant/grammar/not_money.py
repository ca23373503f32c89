"""Places in a message whose digits or number words are no amount of money.

Owns what a number may be instead: phone, IBAN, card, date, hour, link, tax code, idiom. Never
reads a value.
"""

import re
from dataclasses import dataclass
from typing import Final

from obolo.assistant.mask import passes_luhn

PHONE_DIGITS_MIN: Final = 9
PHONE_DIGITS_MAX: Final = 15  # ITU-T E.164


@dataclass(frozen=True, slots=True)
class Blocked:
    """A span of the folded text; `reason` is set when a person may have meant an amount."""

    start: int
    end: int
    reason: str = ""


_MONTHS: Final = (
    r"(?:gen|feb|mar|apr|mag|giu|lug|ago|set|ott|nov|dic|jan|may|june?|july?|aug|sep|oct|dec|"
    r"يناير|فبراير|مارس|ابريل|مايو|يونيو|يوليو|اغسطس|سبتمبر|اكتوبر|نوفمبر|ديسمبر|كانون|شباط|اذار|"
    r"نيسان|ايار|حزيران|تموز|اب|ايلول|تشرين)"
)
_IDIOMS: Final = (
    r"(?:grazie|thanks|thank you|gracias|merci)(?: \w+){0,2} (?:mille|mila|a million|a ton|a bunch|"
    r"mil|cento)|mill?e+ (?:volte )?(?:di )?grazie|(?:a )?(?:million|thousand|hundred) thanks|"
    r"(?:mille|cento|un milione di|mille e mille) (?:volte|scuse|auguri|baci|pensieri|motivi)|"
    r"cento di questi|ا?لف (?:الف )?(?:شكر|مبروك|سلام|سلامه|تحيه|رحمه|عافيه)\w*|"
    r"(?:شكرا|شكر|مبروك) (?:\w+ )?(?:الف|مليون|ل?ميه)|مليون شكر|ميه ميه|alf (?:shukr|mabrouk)"
    r"|my two cents|two cents|one (?:day|of|more|thing|time|by one)|(?:an?|one) hundred percent|"
    r"24 ?/ ?7|(?:a|one) million times|uno (?:di|dei|dei tanti)|tutti e due|due (?:parole|righe)|"
    r"quattro (?:chiacchiere|gatti)|in due|per due|fare due|tre per uno|\b1000 grazie|grazie 1000"
)
_PLAIN: Final = re.compile(
    "|".join(
        (
            r"\S{1,64}@\S{1,64}",
            r"\b(?:https?://|www\.)\S+",
            # The Italian tax choices: five, eight, two per thousand.
            r"\b(?:5|8|2|cinque|otto|due) ?(?:x|per|×) ?(?:1[.,]?000|mille)\b",
            r"(?:خمسه|5) (?:في|ب)ا?ل?الف\b",
            r"\b\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)?\d\d\b",
            r"\b(?:19|20)\d\d-\d\d(?:-\d\d)?\b",
            r"\b\d{1,2}[:.]\d\d ?(?:am|pm|h)?\b(?<=[apmh])|\b\d{1,2}:\d\d\b",
            r"\b(?:alle|ore|dalle|at|um) \d{1,2}\b(?! ?(?:€|eur|\$|£))(?=$|[ ,.?!])",
            r"\b\d{1,2}(?:st|nd|rd|th)\b",
            rf"\b\d{{1,2}}(?: di| of)? {_MONTHS}\w*(?: (?:19|20)\d\d)?\b",
            rf"\b{_MONTHS}\w* \d{{1,2}}\b(?! ?(?:€|eur|\$|£))",
            r"\b(?:il|l'|del|dal|entro il|ogni|the) ?(?:giorno )?\d{1,2}\b"
            r"(?=(?: \w+){0,1}(?:$| del mese| di ogni| of | ogni| invece| al | anziche|[,.?!]))",
            r"\b(?:giorno|day|يوم) \d{1,2}\b",
            r"\b(?:nel|del|dal|in|since|anno|year|tax year|سنه|عام|لعام|لسنه) (?:19|20)\d\d\b"
            r"(?! ?(?:€|eur|\$|£))",
            r"\b\d+(?:[.,]\d+)? ?(?:%|per cento|percent|per cent|بالميه|بالمايه|في الميه)",
            r"\b(?:tra|in|within|da|per|for|بعد|خلال|since) \w+ (?:giorni|mesi|anni|days|months|"
            r"weeks|years|settimane|ايام|شهور|اشهر|سنين)\b",
            _IDIOMS,
        )
    )
)
_IBAN: Final = re.compile(
    r"\b[a-z]{2}\d{2} ?(?:[a-z0-9]{4} ?){2,7}[a-z0-9]{0,4}(?![a-z0-9])", re.ASCII
)
_DIGIT_RUN: Final = re.compile(
    r"(?<![\w.,€$£])\+?(?:00)?\(?\d(?:[ \-./()]{0,2}\d){6,24}(?![\w€$£])"
)
_MONEY_AFTER: Final = re.compile(r" ?(?:€|\$|£|eur|usd|gbp|dollar|pound|sterlin|يورو|دولار)")


def blocked_places(text: str) -> list[Blocked]:
    """All places of a folded text that no amount may be read from, in order."""
    found = [Blocked(*m.span(), "looks_like_iban") for m in _IBAN.finditer(text) if _iban(m)]
    for match in _DIGIT_RUN.finditer(text):
        reason = _run_reason(match.group(), text, match.end())
        if reason:
            found.append(Blocked(*match.span(), reason))
    found += [Blocked(*m.span(), _date_reason(m.group())) for m in _PLAIN.finditer(text)]
    return sorted(found, key=lambda b: b.start)


def _iban(match: re.Match[str]) -> bool:
    body = match.group().replace(" ", "")
    return 15 <= len(body) <= 34 and sum(c.isdigit() for c in body) >= 8


def _run_reason(run: str, text: str, end: int) -> str:
    """Tell a card or a phone from a large amount; empty for what may be an amount."""
    digits = "".join(c for c in run if c.isdigit())
    if len(digits) >= 13 and len(digits) <= 19 and passes_luhn(digits):
        return "looks_like_card"
    if run[0] == "+" or digits.startswith("00") or (digits[0] == "0" and len(digits) >= 8):
        return "looks_like_phone" if len(digits) >= 7 else ""
    if _MONEY_AFTER.match(text, end) or not PHONE_DIGITS_MIN <= len(digits) <= PHONE_DIGITS_MAX:
        return ""
    if digits.endswith("0000"):
        return ""  # a hundred millions, not a phone
    groups = re.split(r"[ .]", run)
    if len(groups) > 1 and all(len(g) == 3 for g in groups[1:]) and len(groups[0]) < 3:
        return ""  # 12.345.678
    return "looks_like_phone"


def _date_reason(found: str) -> str:
    return "looks_like_date" if re.match(r"[\d]{1,4}[/.-]\d{1,2}[/.-]\d", found) else ""
