"""The particulars said in a message: amounts, rhythm, cause, channel, contacts, names, dates.

Owns which particulars belong to which intent. Never invents one, and reads none from a message
that is not a wish (an injection has no slots). Spans end in `_text` or `_mention`, exactly as
written.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from obolo.assistant.causes import KnownCause, Mention, find_cause
from obolo.assistant.grammar.folded import Folded
from obolo.assistant.grammar.money import MoneyReading, find_money, one_of
from obolo.assistant.grammar.rhythm import read_rhythms
from obolo.assistant.slots_people import (
    channel_slots,
    contact_slots,
    gathering_slots,
    memory_slots,
    person_slots,
    tax_slots,
)

Slots = dict[str, Any]

BARE_NUMBER_INTENTS: Final = frozenset(
    {"give_once", "give_recurring", "in_memory_gift", "change_recurring_gift", "impact_query"}
)
_FROM_TO: Final = re.compile(
    r"\b(?:from|da|dai|da\s|instead of|invece di|anziche|rather than|de)\b|من |بدل |بدلا "
)
_MONTHS: Final = re.compile(
    r"(\d{1,2}|un|uno|due|tre|quattro|sei|a|one|two|three|four|six|couple of)\s+"
    r"(?:mes[ei]|months?)|"
    r"(شهرين)|(\d{1,2}|ثلاثه|ثلاث|تلات|تلاته|سته|ست)\s+(?:اشهر|شهور|شهر)|(شهر) واحد"
)
_COUNTS: Final = {
    "un": 1, "uno": 1, "a": 1, "one": 1, "due": 2, "two": 2, "couple of": 2, "tre": 3, "three": 3,
    "quattro": 4, "four": 4, "sei": 6, "six": 6, "شهرين": 2, "ثلاثه": 3, "ثلاث": 3, "تلات": 3,
    "تلاته": 3, "سته": 6, "ست": 6, "شهر": 1,
}  # fmt: skip
_INSTEAD: Final = re.compile(r"instead of|invece d|anziche|rather than|\bnot |\bnon |بدل|مش ")
_DAY: Final = re.compile(
    r"\b(?:il|giorno|al|dal|del|the|on|day|يوم|تاريخ)\s(?:giorno\s|the\s)?"
    r"(\d{1,2})(?:st|nd|rd|th)?\b(?!\s?(?:€|\$|£|eur|usd|euro|dollar|pound|يورو|دولار|[/:.]\d))"
)
_MISTAKE: Final = re.compile(
    r"instead|invece|anziche|\bmeant|volevo|dovevo|sbaglio|mistake|accident|error|بدل|غلط|قصد"
)
_PAID_TWICE: Final = re.compile(
    r"\b(?:due volte|twice|doppi[oa]|double|two times|2 volte|2 times|duplicat\w*)\b|مرتين|مكرر|"
    r"\b(?:marrt?ein|marteen)\b"
)
_PAID_THRICE: Final = re.compile(
    r"\b(?:tre volte|three times|thrice|3 volte)\b|ثلاث مرات|تلات مرات"
)


def money_slots(message: Folded, intent: str, lang: str, currency: str) -> Slots:
    """Read amounts and rhythms as the intent means them; empty for intents that hold no money."""
    reader = _MONEY.get(intent)
    if reader is None:
        return {}
    refund = intent == "refund"
    bare = intent in BARE_NUMBER_INTENTS or (refund and bool(_MISTAKE.search(message.text)))
    found = find_money(message, lang=lang, currency=currency, bare=bare, resolve=not refund)
    return reader(message, found)


def cause_slots(message: Folded, causes: Sequence[KnownCause]) -> tuple[Slots, Mention | None]:
    """Read the cause meant; `project` is None with `project_candidates` when two fit alike."""
    mention = find_cause(message, causes)
    if mention is None:
        return {}, None
    slots: Slots = {"project": mention.id, "project_mention": mention.text}
    if mention.id is None:
        slots["project_candidates"] = list(mention.ids)
    return slots, mention


def other_slots(message: Folded, intent: str, today: str | None) -> Slots:
    """Read what belongs to the one intent besides money and cause."""
    reader = _OTHER.get(intent)
    return reader(message, today) if reader else {}


def amount_slots(reading: MoneyReading) -> Slots:
    """Turn one reading into slots: an exact amount, or what must be asked back and why."""
    if reading.amount_minor is not None:
        return {"amount_minor": reading.amount_minor, "currency": reading.currency}
    slots: Slots = {"needs_clarification": True, "reason": reading.reason}
    if reading.explicit or reading.min_minor is not None:
        slots["currency"] = reading.currency
    if reading.min_minor is not None:
        slots |= {"amount_min_minor": reading.min_minor, "amount_max_minor": reading.max_minor}
    return slots


def _gift(message: Folded, found: list[MoneyReading]) -> Slots:
    slots = amount_slots(one_of(found)) if found else {}
    rhythms = read_rhythms(message)
    if rhythms:
        slots["recurrence"] = rhythms[-1][0]
    return slots


def _past_gift(message: Folded, found: list[MoneyReading]) -> Slots:
    return amount_slots(one_of(found)) if found else {}


def _changed_pledge(message: Folded, found: list[MoneyReading]) -> Slots:
    """ "From 10 to 20": the first is what it was, unless the words turn the order round."""
    slots: Slots = {}
    rhythms = read_rhythms(message)
    if len(found) == 1 and found[0].reason == "range" and found[0].min_minor is not None:
        slots = _from_to_range(message, found[0])
    elif len(found) >= 2:
        old, new = found[0], found[-1]
        if _instead_before(message, new) and not _instead_before(message, old):
            old, new = new, old
        slots = amount_slots(new)
        if old.amount_minor is not None:
            slots["previous_amount_minor"] = old.amount_minor
    elif found:
        slots = amount_slots(found[0])
    if len(rhythms) >= 2 and rhythms[0][0] != rhythms[-1][0]:
        slots |= {"previous_recurrence": rhythms[0][0], "recurrence": rhythms[-1][0]}
    elif rhythms:
        slots["recurrence"] = rhythms[0][0]
    return slots | _pause(message) | _day(message)


def _from_to_range(message: Folded, reading: MoneyReading) -> Slots:
    """Read "from 10 to 20" in a change as old and new, not as a range."""
    start = reading.place[0]
    if not _FROM_TO.search(message.text[max(0, start - 8) : start]):
        return amount_slots(reading)
    low, high = reading.min_minor, reading.max_minor
    first = re.search(r"\d+", message.text[start : reading.place[1]])
    rises = not first or low is None or str(low).startswith(first.group())
    old, new = (low, high) if rises else (high, low)
    return {
        "amount_minor": new, "previous_amount_minor": old, "currency": reading.currency,
    }  # fmt: skip


def _instead_before(message: Folded, reading: MoneyReading) -> bool:
    ahead = message.text[max(0, reading.place[0] - 16) : reading.place[0]]
    return bool(_INSTEAD.search(ahead))


def _ended_pledge(message: Folded, found: list[MoneyReading]) -> Slots:
    slots: Slots = {}
    if found and (amount := one_of(found)).amount_minor is not None:
        slots = {"previous_amount_minor": amount.amount_minor, "currency": amount.currency}
    rhythms = read_rhythms(message)
    if rhythms and rhythms[0][0] != "once":
        slots["previous_recurrence"] = rhythms[0][0]
    return slots


def _refund(message: Folded, found: list[MoneyReading]) -> Slots:
    exact = [r for r in found if r.amount_minor is not None]
    slots: Slots = {}
    if len(exact) >= 2:
        charged, meant = exact[0], exact[-1]
        meant_first = re.search(
            r"\b(?:volevo|dovevo|meant|wanted|intended|intendevo|should have)\b|كنت|قصدي|اقصد",
            message.text[: charged.place[0]],
        )
        paid_between = re.search(
            r"\b(?:ma|but|invece ho|e ho|and|instead|not|non)\b|لكن|بس|مش",
            message.text[: meant.place[0]],
        )
        if (meant_first and paid_between) or _instead_before(message, charged):
            charged, meant = meant, charged
        slots = {
            "charged_amount_minor": charged.amount_minor,
            "intended_amount_minor": meant.amount_minor,
            "currency": charged.currency,
        }
    elif exact:
        slots = {"charged_amount_minor": exact[0].amount_minor, "currency": exact[0].currency}
    if _PAID_TWICE.search(message.text):
        slots["charge_count"] = 2
    elif _PAID_THRICE.search(message.text):
        slots["charge_count"] = 3
    return slots


def _pause(message: Folded) -> Slots:
    match = _MONTHS.search(message.text)
    pausing = re.search(
        r"paus|sospen|salt|suspend|hold|skip|freeze|break|ferm|تعليق|علق|ايقاف|اوقف|وقف|تاجيل|اجل|جمد",
        message.text,
    )
    if not match or not pausing:
        return {}
    said = next(group for group in match.groups() if group)
    return {"pause_months": int(said) if said.isdigit() else _COUNTS[said]}


def _day(message: Folded) -> Slots:
    found = [m for m in _DAY.finditer(message.text) if 1 <= int(m.group(1)) <= 31]
    new = [m for m in found if not _INSTEAD.search(message.text[: m.start(1)][-18:])]
    return {"day_of_month": int((new or found)[-1].group(1))} if found else {}


def _frequency(message: Folded, today: str | None) -> Slots:
    rhythms = read_rhythms(message)
    if rhythms and rhythms[-1][0] != "once":
        return {"message_frequency": rhythms[-1][0]}
    if re.search(
        r"\b(?:finit|conclus|completat|fine lavori|a fine|finished|done|complet|"
        r"when it s done|at the end)"
        r"|يخلص|ينتهي|يكتمل|انتهاء|اكتمال|تخلص|خلص",
        message.text,
    ):
        return {"message_frequency": "on_completion"}
    if re.search(r"\b(?:subito|immediat|instantly|right away|as soon)|فورا|علي طول", message.text):
        return {"message_frequency": "immediate"}
    return {}


def _stop(message: Folded, today: str | None) -> Slots:
    return channel_slots(message)


def _giver(message: Folded, today: str | None) -> Slots:
    return person_slots(message)


_MONEY: Final[dict[str, Callable[[Folded, list[MoneyReading]], Slots]]] = {
    "give_once": _gift,
    "give_recurring": _gift,
    "in_memory_gift": _gift,
    "impact_query": _past_gift,
    "receipt_tax": _past_gift,
    "change_recurring_gift": _changed_pledge,
    "cancel_recurring": _ended_pledge,
    "refund": _refund,
}
_OTHER: Final[dict[str, Callable[[Folded, str | None], Slots]]] = {
    "give_once": _giver,
    "give_recurring": _giver,
    "in_memory_gift": memory_slots,
    "stop_messages": _stop,
    "cancel_recurring": _stop,
    "change_message_frequency": _frequency,
    "receipt_tax": tax_slots,
    "change_contact": contact_slots,
    "event_signup": gathering_slots,
    "human_request": contact_slots,
}
