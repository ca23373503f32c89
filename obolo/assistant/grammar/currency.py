"""Currency signs, codes and words in a folded message.

Owns the table of what people call money and its reading to ISO 4217. Never reads numbers. A name
shared by several currencies ("dinar") reads as None: somebody has to ask which.
"""

import re
from dataclasses import dataclass
from typing import Final

from obolo.assistant.grammar.folded import Folded

_ALL_CODES: Final = """
    EUR USD GBP CHF JPY KWD BHD OMR JOD TND LYD IQD AED SAR QAR EGP LBP SYP MAD DZD TRY ILS
    CAD AUD NZD SEK NOK DKK PLN CZK HUF RON CNY INR BRL MXN ZAR KRW XOF XAF ALL
"""


_CODES: Final = _ALL_CODES.split()
_ALSO_WORDS: Final = frozenset({"MAD", "TRY", "ALL", "RON"})  # codes only in capitals
_SIGNS: Final = {
    "a$": "AUD", "uk£": "GBP", "€": "EUR", "$": "USD", "£": "GBP",
    "¥": "JPY", "₪": "ILS", "₺": "TRY", "₹": "INR", "﷼": "SAR",
}  # fmt: skip
# Tried in this order, so that "kuwaiti dinar" wins over "dinar".
_NAMES: Final = {
    "euro|euros|euri|eur|eurini|eurucci|ero|euroz|يورو|اورو|يوروهات|اليورو|euru|yuro|yoro": "EUR",
    "us dollars?|u.s. dollars?|dollari (?:americani|usa|statunitensi)|american dollars?": "USD",
    "dollari canadesi|canadian dollars?|دولار كندي": "CAD",
    "dollari australiani|australian dollars?": "AUD",
    "dollari di hong kong|hong kong dollars?": "HKD",
    "dollars?|dollaro|dollari|dolars?|bucks?|دولار|دولارات|dolar": "USD",
    "pounds? sterling|pounds?|quid|sterline|sterlina|جنيه استرليني|استرليني": "GBP",
    "egyptian pounds?|lire egiziane|جنيه مصري|جنيه|جنيهات|geneh|gneh|ginee": "EGP",
    "swiss francs?|franchi svizzeri|franchi|franco svizzero|francs? suisses?|فرنك سويسري": "CHF",
    "francs?|فرنك": None,
    "yen|ين ياباني|ين": "JPY",
    "kuwaiti dinars?|dinar[io]? kuwaitian[io]|دينار كويتي": "KWD",
    "jordanian dinars?|دينار اردني": "JOD",
    "tunisian dinars?|دينار تونسي|dinar[io]? tunisin[io]": "TND",
    "دينار بحريني|bahraini dinars?": "BHD",
    "دينار عراقي|iraqi dinars?": "IQD",
    "دينار جزايري|algerian dinars?": "DZD",
    "دينار|دنانير|dinars?|dinar[io]": None,
    "ريال قطري|qatari riyals?": "QAR",
    "ريال عماني|omani rials?": "OMR",
    "ريال سعودي|saudi riyals?|ريال|ريالات|riyals?|riyal": "SAR",
    "درهم مغربي|moroccan dirhams?|dirham marocchini": "MAD",
    "درهم اماراتي|درهم|دراهم|dirhams?": "AED",
    "ليره لبنانيه|lebanese (?:lira|pounds?)|lire libanesi": "LBP",
    "ليره سوريه|syrian (?:lira|pounds?)|lire siriane": "SYP",
    "ليره تركيه|turkish lira|lire turche": "TRY",
    "ليره|ليرات|lira|lire": None,
    "شيكل|شيقل|shekels?": "ILS",
}
_CENTS: Final = (
    "centesimi|centesimo|cents?|centimes?|centimos?|pence|penny|pennies|p|c|سنت|سنتات|سنتيم|قرش|"
    "قروش|فلس"
)


@dataclass(frozen=True, slots=True)
class CurrencyWord:
    """A currency named at a place; `code` None means a name that several currencies share."""

    start: int
    end: int
    code: str | None
    cents: bool = False
    sign: bool = False  # a sign or code may stand before its number, a word seldom does


def _alternatives() -> tuple[re.Pattern[str], dict[str, tuple[str | None, str]]]:
    rows: list[tuple[str, str | None, str]] = [
        ("us ?\\$|usd ?\\$|u ?\\. ?s ?\\.? ?\\$", "USD", "sign"),
        ("ca? ?\\$", "CAD", "sign"),
        ("hk ?\\$", "HKD", "sign"),
    ]
    rows += [(re.escape(sign), code, "sign") for sign, code in _SIGNS.items()]
    rows += [(code.lower(), code, "sign") for code in _CODES]
    rows += [(f"(?:وال|بال|ال|و|ب|ل)?(?:{names})", c, "word") for names, c in _NAMES.items()]
    rows += [(_CENTS, None, "cents")]
    meanings = {f"c{i}": (code, kind) for i, (_, code, kind) in enumerate(rows)}
    joined = "|".join(f"(?P<c{i}>{source})" for i, (source, _, _) in enumerate(rows))
    return re.compile(rf"(?<![^\W\d_])(?:{joined})(?![^\W\d_])"), meanings


_PATTERN, _MEANINGS = _alternatives()


def find_currencies(message: Folded) -> list[CurrencyWord]:
    """All names, signs and codes of currencies in the message, in order."""
    found = []
    for match in _PATTERN.finditer(message.text):
        code, kind = _MEANINGS[match.lastgroup or ""]
        a_word = code in _ALSO_WORDS and match.group() == (code or "").lower()
        if a_word and message.as_written(*match.span()) != code:
            continue
        found.append(CurrencyWord(*match.span(), code, kind == "cents", kind == "sign"))
    return found
