"""Forms for what is done about money: fields, what was typed, a sentence for each that is odd.

Owns reading and the two steps of every such form: first the form, then a page that says what will
happen, and only the press there does it. The form's address carries the key, so that a double
press, a reload or the back button does it once. Never: doing anything.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest

from obolo.kit.errors import OboloError
from obolo.kit.money import Money
from obolo.kit.text import shown, without_invisible
from obolo.web import words
from obolo.web.console.amounts import AmountUnclear, read_amount
from obolo.web.console.page import staff

OLDEST: Final = date(2000, 1, 1)
LINE_CHARS_MAX: Final = 300


@dataclass(slots=True)
class Field:
    """One field: `kind` is amount, nothing_or (it may be empty), line, long, day or choice.

    `text` is what stands in it, `value` what it means once read, `problem` what is odd about it.
    """

    name: str
    kind: str = "line"
    text: str = ""
    options: Sequence[tuple[str, str]] = ()
    currency: str = ""
    hint: str = ""
    optional: bool = False
    limit: int = LINE_CHARS_MAX
    value: Any = None
    problem: str = ""


@dataclass(slots=True)
class Form:
    """All fields by name, and what is wrong with the whole."""

    fields: list[Field] = field(default_factory=list)
    problem: str = ""

    def __getitem__(self, name: str) -> Any:
        """What the field means. KeyError: templates look here before they look for a property."""
        return {one.name: one.value for one in self.fields}[name]

    @property
    def is_odd(self) -> bool:
        """Is there anything to mend?"""
        return bool(self.problem) or any(one.problem for one in self.fields)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One kind of form: its fields, what the page before the press says, and what the press does.

    `subject` is what the form is about (a gift), or None. `say` answers sentences, and may raise
    OboloError when it cannot be done. `do` gets who does it and the key.
    """

    fields: Callable[[Any, str], list[Field]]
    say: Callable[[Any, Form, str], list[str]]
    do: Callable[[Any, Form, UUID, str], object]


def read(request: HttpRequest, fields: Iterable[Field], today: date, lang: str) -> Form:
    """The form as it was sent."""
    form = Form(list(fields))
    for one in form.fields:
        one.text = shown(request.POST.get(one.name, ""), 1_000)
        _READ[one.kind](one, today, lang)
    return form


def key_of(request: HttpRequest, draft: UUID) -> str:
    """With the staff member in it nobody can meet another's draft."""
    return f"console:{staff(request).id}:{draft}"


def sentence(odd: OboloError, lang: str, currency: str) -> str:
    """What went wrong and what to do, for staff; the error's own words where we have no others."""
    name = "".join(f"_{c.lower()}" if c.isupper() else c for c in type(odd).__name__)
    values = {
        unit: words.money(Money(getattr(odd, f"{unit}_minor"), currency), lang)
        for unit in ("left", "missing")
        if hasattr(odd, f"{unit}_minor")
    }
    try:
        return words.word(f"deeds.error{name}", lang, **values)
    except KeyError:
        return str(odd)


def _amount(one: Field, today: date, lang: str) -> None:
    try:
        one.value = read_amount(one.text, one.currency)
    except AmountUnclear as unclear:
        if one.kind == "nothing_or" and unclear.reason in ("empty", "zero"):
            one.value = Money(0, one.currency)
            return
        example = words.money(Money(1250, one.currency), lang)
        key = f"console.amount_{unclear.reason}"
        one.problem = words.word(key, lang, example=example, currency=one.currency)


def _line(one: Field, today: date, lang: str) -> None:
    one.value = " ".join(without_invisible(one.text).split())
    if len(one.value) > one.limit:
        one.problem = words.word("deeds.too_long", lang, limit=one.limit)
    elif not one.value and not one.optional:
        one.problem = words.word("deeds.missing", lang)


def _day(one: Field, today: date, lang: str) -> None:
    try:
        one.value = date.fromisoformat(one.text)
    except ValueError:
        one.problem = words.word("console.day_bad", lang)
        return
    if one.value > today:
        one.problem = words.word("console.day_future", lang)
    elif one.value < OLDEST:
        one.problem = words.word("console.day_old", lang)


def _choice(one: Field, today: date, lang: str) -> None:
    one.value = one.text
    if one.text not in [value for value, _ in one.options]:
        one.problem = words.word("deeds.choose", lang)


_READ: Final[dict[str, Callable[[Field, date, str], None]]] = {
    "amount": _amount,
    "nothing_or": _amount,
    "line": _line,
    "long": _line,
    "day": _day,
    "choice": _choice,
}
