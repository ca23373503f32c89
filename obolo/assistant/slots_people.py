"""Particulars about people, channels, tax years and gatherings, read by small patterns.

Owns the patterns for everything that is neither money nor cause. Never guesses a name: what is not
plainly marked stays unread.
"""

import re
from typing import Any, Final

from obolo.assistant.grammar.folded import Folded
from obolo.assistant.grammar.numbers import find_numbers

Slots = dict[str, Any]

_CHANNELS: Final = {
    "email": r"\b(?:e-?mails?|mail|posta elettronica|newsletter)\b|ايميل|بريد|الايميلات",
    "whatsapp": r"\b(?:whats ?app|wapp|wa)\b|واتس ?اب|واتساب|الواتس",
    "sms": r"\b(?:sms|text messages?)\b|رسايل نصيه",
    "phone": r"\b(?:telefonat\w+|chiamate|phone calls?|calls?)\b|مكالمات|اتصالات",
    "post": r"\b(?:posta cartacea|by post|letters?|lettere)\b|البريد العادي",
}
_KEEPING: Final = re.compile(
    r"\b(?:solo|soltanto|only|just|keep|va bene|ok|tenete|mantenete|preferisco|prefer|continuate|"
    r"fine|still|invece|but|ma)\b|فقط|بس|خلوا|ابقوا|لكن"
)
_AGAINST: Final = re.compile(
    r"\b(?:stop|no|non|niente|basta|don'?t|not|without|senza|smettete|via|remove|enough|cancel\w*|"
    r"togliete|disiscriv\w*|unsubscribe)\b|لا|بدون|اوقفوا|وقفوا|بلاش|كفايه|مش|الغاء"
)
_ERASURE: Final = re.compile(
    r"\b(?:cancella\w*|elimina\w*|rimuov\w*|delete|erase|remove|wipe|forget)\b(?:\W+\w+){0,4}\W+"
    r"(?:dati|account|profilo|data|information|details|records|everything|me)\b|"
    r"\b(?:oblio|gdpr|erasure|be forgotten)\b|"
    r"(?:احذفوا|احذف|امسحوا|امسح|حذف|محو|ازاله|مسح|شيلوا) (?:\w+ )?"
    r"(?:بياناتي|معلوماتي|بيانات|حسابي|كل)"
)
_WRONG_PERSON: Final = re.compile(
    r"\b(?:numero sbagliato|sbagliato (?:numero|persona)|non sono io|wrong (?:number|person)|"
    r"not (?:the right|who)|avete sbagliato)\b|رقم غلط|الرقم غلط|نمره غلط|مش انا|غلطانين|رقم خطا"
)
_EMAIL: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63}){1,4}")
_PHONE: Final = re.compile(r"(?:\+|00)?\d(?:[ \-./()]{0,2}\d){7,14}")
_YEAR: Final = re.compile(r"\b(20[0-4]\d)\b")
_LAST_YEAR: Final = re.compile(
    r"\b(?:anno scorso|scorso anno|last year|previous year)\b|"
    r"السنه الماضيه|العام الماضي|السنه اللي فات"
)
_THIS_YEAR: Final = re.compile(
    r"\b(?:quest'anno|anno corrente|this year)\b|هذه السنه|هالسنه|السنه دي"
)
_OCCASIONS: Final = (
    ("death_anniversary", r"anniversario della (?:morte|scomparsa)|"
     r"anniversary of \w+ (?:death|passing)"
     r"|death anniversary|ذكري وفاه|ذكري رحيل"),
    ("funeral", r"\b(?:funeral\w*|esequie|al posto dei fiori|niente fiori|instead of flowers|"
     r"in lieu of flowers|no flowers)\b|جنازه|عزاء"),
    ("birthday", r"\b(?:complean\w+|birthday|3id milad|eid milad)\b|ميلاد"),
    ("wedding", r"\b(?:matrimonio|nozze|wedding|bomboniere?|sposiamo|sposano)\b|زفاف|زواج|عرس|فرح"),
    ("anniversary", r"\b(?:anniversar\w+)\b|ذكري (?:زواج|سنويه)"),
)  # fmt: skip
_HONOREE: Final = re.compile(
    r"(?:in memoria|in ricordo|alla memoria|in loving memory|in memory|in remembrance|in honou?r|"
    r"in onore|in the name|a nome|on behalf|per ricordare|for the memory)"
    r"(?: del(?:la|lo|l')?| di| dei| of| to)?(?: (?:mi[oa]|my|our|nostr[oa]|the|il|la|late))*'? "
    r"([\w']+(?: (?:and |e )?[\w']+)?)",
    re.IGNORECASE,
)
_HONOREE_AR: Final = re.compile(
    r"(?:عن روح|على روح|علي روح|لروح|باسم|لذكرى|ذكرى|في ذكرى)"
    r"(?: (?:المرحومة|المرحوم))? ([\w]+(?: [\w]+)?)"
)
_NAME_ENDS: Final = re.compile(
    r"\s(?:e|and|che|who|per|for|vorrei|i|al|to|please|grazie|donate|dono|voglio|with|con|أريد|بمبلغ|"
    r"مبلغ|و|morto|morta|died|passed|scomparso|scomparsa|euro|is|was)$",
    re.IGNORECASE,
)
_MINOR_PAYER: Final = re.compile(
    r"\b(?:carta|card)(?:\W+\w+){0,3}\W+(?:mamma|papa|madre|padre|genitori|mum'?s?|mom'?s?|dad'?s?|"
    r"mother'?s?|father'?s?|parents'?|nonn[oa])\b|"
    r"\b(?:mum|mom|dad|mother|father|parents)'?s? card\b|"
    r"\bho (?:[89]|1[0-7]|dieci|undici|dodici|tredici|quattordici|quindici) anni\b|"
    r"\bi(?:'?m| am) (?:[89]|1[0-7]|ten|eleven|twelve|thirteen|fourteen|fifteen)\b(?! ?(?:€|eur))|"
    r"(?:بطاقه|كارت|فيزا) (?:امي|ابي|بابا|ماما|ابوي|والدي|والدتي)|عمري (?:[89]|1[0-7]) "
)
_DISTANCE: Final = re.compile(r"\b(\d{1,3}) ?(?:km|k|chilometri|kilomet\w+|كم|كيلو)\b")
_PEOPLE: Final = re.compile(
    r"\b(?:in|siamo in|saremo in|for|us|we are|we're|siamo|saremo|per) (\w+)\b"
    r"(?! (?:km|euro|€|anni))"
    r"|\b(\w+) (?:persone|people|participants|partecipanti|adulti|adults|runners|of us|posti|"
    r"places|tickets|biglietti|اشخاص|شخص)\b"
)
_MENTION: Final = re.compile(
    r"\b(?:corsa|camminata|maratona|mezza maratona|cena|serata|gara|marcia|passeggiata|marathon|"
    r"half marathon|run|race|walk|walkathon|gala|dinner|quiz night|concert|concerto|torneo|"
    r"tournament|5k|10k)\b|سباق|السباق|ماراثون|الماراثون|الحفل|العشاء|المسيره|الفعاليه"
)
_CALLBACK: Final = re.compile(
    r"\b(?:richiam\w+|chiamat\w+|chiamam\w+|telefonat\w+|telefonam\w+|call(?:ed)? (?:me|us|back)|"
    r"ring me|phone me|callback|call back|call)\b|اتصلوا|تتصلوا|يتصل|اتصال|كلموني|دقوا"
)


def channel_slots(message: Folded) -> Slots:
    """Read which channel stops and which stays, erasure, a wrong person, and what is kept."""
    slots: Slots = {}
    text = message.text
    places = {c: m.start() for c, p in _CHANNELS.items() if (m := re.search(p, text))}
    for channel, place in sorted(places.items(), key=lambda row: row[1]):
        clause = re.split(r"[.,;!?]|\b(?:ma|but|e|and|però)\b|لكن|بس ", text[:place])[-1]
        against = _AGAINST.search(clause)
        keeps = len(places) > 1 and _KEEPING.search(text[max(0, place - 24) : place])
        name = "keep_channel" if keeps and not against else "channel"
        slots.setdefault(name, channel)
    if _ERASURE.search(text):
        slots["erasure"] = True
    if _WRONG_PERSON.search(text):
        slots["wrong_person"] = True
    return slots


def contact_slots(message: Folded, today: str | None) -> Slots:
    """Read a new e-mail address or phone number (E.164 when it carries its country), a callback."""
    slots: Slots = {}
    if email := _EMAIL.search(message.text):
        slots["email_new"] = email.group()
    without_email = _EMAIL.sub(" ", message.text)
    if phone := _PHONE.search(without_email):
        slots["phone_new"] = _e164(phone.group())
    if _CALLBACK.search(message.text):
        slots["callback"] = True
    return slots


def tax_slots(message: Folded, today: str | None) -> Slots:
    """Read the tax year, spelled out or relative to `today` (ISO date), and the 5x1000 topic."""
    slots: Slots = {}
    if re.search(
        r"\b5 ?(?:x|per) ?(?:1[.,]?000|mille)|cinque per mille|per thousand|بالالف", message.text
    ):
        slots["topic"] = "5x1000"
    if year := _YEAR.search(message.text):
        slots["tax_year"] = int(year.group(1))
    elif today and _LAST_YEAR.search(message.text):
        slots["tax_year"] = int(today[:4]) - 1
    elif today and _THIS_YEAR.search(message.text):
        slots["tax_year"] = int(today[:4])
    return slots


def memory_slots(message: Folded, today: str | None) -> Slots:
    """Read the occasion (in English) and the bare name or relation, as written."""
    slots: Slots = {}
    for occasion, pattern in _OCCASIONS:
        if re.search(pattern, message.text):
            slots["occasion"] = occasion
            break
    written = message.written
    match = _HONOREE.search(written) or _HONOREE_AR.search(written)
    if match:
        name = match.group(1).strip()
        while cut := _NAME_ENDS.search(name):
            name = name[: cut.start()]
        slots["honoree"] = name
    return slots


def person_slots(message: Folded) -> Slots:
    """Read whether a child pays with somebody else's card."""
    return {"minor_payer": True} if _MINOR_PAYER.search(message.text) else {}


def gathering_slots(message: Folded, today: str | None) -> Slots:
    """Read the gathering's mention, the number of participants and the distance in kilometres."""
    slots: Slots = {}
    if mention := _MENTION.search(message.text):
        slots["event_mention"] = message.as_written(*mention.span())
    if distance := _DISTANCE.search(message.text):
        slots["distance_km"] = int(distance.group(1))
    for match in _PEOPLE.finditer(message.text):
        start = match.start(1) if match.group(1) else match.start(2)
        count = _count_at(message, start)
        if count:
            slots["participants"] = count
            break
    if re.search(
        r"\b(?:virtual\w*|online|remote|da casa|a distanza)\b|افتراضي|عن بعد", message.text
    ):
        slots["mode"] = "virtual"
    return slots


def _count_at(message: Folded, start: int) -> int | None:
    for lang in ("it", "en", "ar"):
        for number in find_numbers(message, lang):
            small = number.value is not None and 1 <= number.value <= 500
            if number.start == start and small and number.value is not None:
                return int(number.value)
    return None


def _e164(phone: str) -> str:
    digits = re.sub(r"\D", "", phone)
    if phone.lstrip().startswith("+"):
        return "+" + digits
    if digits.startswith("00"):
        return "+" + digits[2:]
    # Ten digits from 3 are an Italian mobile; other numbers keep the form they were given in.
    return "+39" + digits if len(digits) == 10 and digits[0] == "3" else digits
