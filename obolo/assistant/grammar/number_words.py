"""Number words of Italian, English, Arabic (with Arabizi), French, Spanish and German.

Owns the tables only: each word with its value and whether it adds or multiplies. Never reads a
message. Arabic words are spelled as folded (ta marbuta as ha, hamza seats gone).
"""

from functools import cache
from typing import Final, NamedTuple

_WORDS: Final = """
    un una uno a an one ein eine eins une sei واحد واحده wahad wa7ad
"""


class Word(NamedTuple):
    """What a number word is worth; a multiplier multiplies what was said before it."""

    value: int
    multiplies: bool = False


# Words that are numbers only in front of a currency or a multiplier: "un euro", "a hundred".
ARTICLES: Final = frozenset(_WORDS.split())
JOINERS: Final = {
    "it": {"e"},
    "en": {"and"},
    "ar": {"و", "w", "wa", "we", "u"},
    "fr": {"et"},
    "es": {"y"},
    "de": {"und"},
}

_IT_UNITS = "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici "
_IT_UNITS += "quattordici quindici sedici diciassette diciotto diciannove"
_IT_TENS = "venti trenta quaranta cinquanta sessanta settanta ottanta novanta"
_EN_UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen "
_EN_UNITS += "fourteen fifteen sixteen seventeen eighteen nineteen"
_EN_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_FR_UNITS = "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze "
_FR_UNITS += "quinze seize"
_ES_UNITS = "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce "
_ES_UNITS += "quince dieciseis diecisiete dieciocho diecinueve veinte veintiuno veintidos "
_ES_UNITS += "veintitres veinticuatro veinticinco veintiseis veintisiete veintiocho veintinueve"
_DE_UNITS = "null eins zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn "
_DE_UNITS += "vierzehn funfzehn sechzehn siebzehn achtzehn neunzehn"
_DE_TENS = "zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig"

# Standard, Egyptian, Levantine and Gulf spellings side by side.
_AR_ADDED: Final[dict[int, str]] = {
    0: "صفر zero",
    1: "واحد واحده wahad wa7ad",
    2: "اثنين اثنان اتنين تنين itnein tnen etneen",
    3: "ثلاثه ثلاث تلاته تلات ثلاثة talata tlete thalatha",
    4: "اربعه اربع arba3a arb3a",
    5: "خمسه خمس khamsa 5amsa khamse",
    6: "سته ست setta sitte sitta",
    7: "سبعه سبع sab3a",
    8: "ثمانيه ثماني تمانيه تمان ثمان tamanya tmenye",
    9: "تسعه تسع tes3a tis3a",
    10: "عشره عشر 3ashra 3ashara ashra",
    11: "حداشر احدعشر hdashar 7dashar",
    12: "اطناشر اثناعشر اتناشر etnashar",
    13: "تلتاشر ثلاثطعش تلاتاشر",
    14: "اربعتاشر اربعطعش",
    15: "خمستاشر خمسطعش خمسطاشر 5amastashar khamastashar",
    16: "ستاشر سطعش",
    17: "سبعتاشر سبعطعش",
    18: "تمنتاشر ثمنطعش",
    19: "تسعتاشر تسعطعش",
    20: "عشرين عشرون 3eshreen 3ishrin 3eshrin ashreen 3shreen",
    30: "ثلاثين ثلاثون تلاتين thalatheen talateen tlatin",
    40: "اربعين اربعون arba3een arb3in",
    50: "خمسين خمسون khamseen 5amseen khamsin 5amsin",
    60: "ستين ستون setteen sittin",
    70: "سبعين سبعون sab3een sab3in",
    80: "ثمانين ثمانون تمانين tamaneen",
    90: "تسعين تسعون tes3een tis3in",
    200: "مءتين مايتين مايتان ميتين meteen mitein",
    2_000: "الفين الفان alfein alfeen",
}
_AR_TIMES: Final[dict[int, str]] = {
    100: "مايه ميه ميت مءه meyya miyya miye meye",
    1_000: "الف الاف تلاف alf alaf",
    1_000_000: "مليون ملايين malyoun",
}
_TIMES: Final[dict[str, dict[int, str]]] = {
    "it": {100: "cento", 1_000: "mila mille", 10**6: "milione milioni", 10**9: "miliardo miliardi"},
    "en": {100: "hundred hundreds", 1_000: "thousand thousands grand", 10**6: "million millions",
           10**9: "billion billions"},
    "fr": {100: "cent cents", 1_000: "mille", 10**6: "million millions"},
    "es": {100: "cien ciento cientos", 1_000: "mil", 10**6: "millon millones"},
    "de": {100: "hundert", 1_000: "tausend", 10**6: "million millionen"},
}  # fmt: skip
_SLANG: Final[dict[str, dict[int, str]]] = {
    "it": {10: "decina deca decino", 20: "ventina ventello", 30: "trentina",
           50: "cinquantina cinquantello cinquantone", 100: "centinaio centone", 5: "cinquino"},
    "en": {5: "fiver", 10: "tenner", 12: "dozen"},
    "ar": {12: "دزينه درزن", 24: "دزينتين"},
}  # fmt: skip


@cache
def number_words(lang: str) -> dict[str, Word]:
    """Return the number words of `lang` (an empty table for a language we do not count in)."""
    words = {"it": _italian, "en": _english, "ar": _arabic, "fr": _french, "es": _spanish,
             "de": _german}.get(lang, dict)()  # fmt: skip
    for value, names in _TIMES.get(lang, {}).items():
        words.update((name, Word(value, multiplies=True)) for name in names.split())
    for value, names in _SLANG.get(lang, {}).items():
        words.update((name, Word(value)) for name in names.split())
    return words


def _italian() -> dict[str, Word]:
    small = dict(enumerate(_IT_UNITS.split()))
    for ten, name in enumerate(_IT_TENS.split(), start=2):
        small[ten * 10] = name
        for unit in range(1, 10):
            stem = name[:-1] if unit in (1, 8) else name  # ventuno, ventotto
            small[ten * 10 + unit] = stem + small[unit]
    words = {name: Word(value) for value, name in small.items()}
    words |= {"un": Word(1), "una": Word(1)}
    for hundred in range(1, 10):
        head = ("" if hundred == 1 else small[hundred]) + "cento"
        words |= {head + small[n]: Word(hundred * 100 + n) for n in range(1, 100)}
        if hundred > 1:
            words[head] = Word(hundred * 100)
    for thousand in (*range(2, 21), 25, 30, 40, 50, 60, 70, 80, 90):
        head = small[thousand] + "mila"
        words[head] = Word(thousand * 1_000)
        words[head + "cinquecento"] = Word(thousand * 1_000 + 500)
    words["centomila"] = Word(100_000)
    words |= {"mille" + name: Word(1_000 + n) for n, name in small.items() if n}
    return words | {"millecinquecento": Word(1_500)}


def _english() -> dict[str, Word]:
    words = {name: Word(value) for value, name in enumerate(_EN_UNITS.split())}
    for ten, name in enumerate(_EN_TENS.split(), start=2):
        words[name] = Word(ten * 10)
        # Written in one word by many: "twentyfive".
        words |= {name + unit: Word(ten * 10 + n) for n, unit in _first_nine(_EN_UNITS)}
    return words | {"a": Word(1), "an": Word(1), "fourty": Word(40)}


def _french() -> dict[str, Word]:
    words = {name: Word(value) for value, name in enumerate(_FR_UNITS.split())}
    tens = {"vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60}
    return words | {name: Word(value) for name, value in tens.items()} | {"une": Word(1)}


def _spanish() -> dict[str, Word]:
    words = {name: Word(value) for value, name in enumerate(_ES_UNITS.split())}
    tens = ["treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"]
    words |= {name: Word(ten * 10) for ten, name in enumerate(tens, start=3)}
    return words | {"un": Word(1), "quinientos": Word(500)}


def _german() -> dict[str, Word]:
    words = {name: Word(value) for value, name in enumerate(_DE_UNITS.split())}
    for ten, name in enumerate(_DE_TENS.split(), start=2):
        words[name] = Word(ten * 10)
        for n, unit in _first_nine(_DE_UNITS):
            words[unit.replace("eins", "ein") + "und" + name] = Word(ten * 10 + n)
    return words | {"ein": Word(1), "eine": Word(1)}


def _arabic() -> dict[str, Word]:
    words = {n: Word(value) for value, names in _AR_ADDED.items() for n in names.split()}
    for value, names in _AR_TIMES.items():
        words.update((name, Word(value, multiplies=True)) for name in names.split())
    stems = {3: "ثلاث تلت ثلث", 4: "اربع ربع", 5: "خمس", 6: "ست", 7: "سبع", 8: "ثمان تمن ثمن",
             9: "تسع"}  # fmt: skip
    for hundred, names in stems.items():
        for stem in names.split():
            words |= {stem + tail: Word(hundred * 100) for tail in ("مايه", "ميه", "مءه")}
    return words


def _first_nine(units: str) -> list[tuple[int, str]]:
    return list(enumerate(units.split()))[1:10]
