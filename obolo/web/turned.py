"""What happened to a gift beside purchases, in one sentence each: for donors and staff alike.

Pure: takes the turns of a path, answers in words of one language (`texts/turns.*`).
"""

from obolo.kit.money import Money
from obolo.trace.queries import Path
from obolo.trace.turns import Turn
from obolo.web.words import money, word


def sentence(turn: Turn, lang: str) -> str:
    """The turn in words."""
    values = {"amount": _money(turn.minor, turn.currency, lang)}
    if turn.kind == "converted":
        if not turn.to_minor:
            return word("turns.converted_to_nothing", lang, **values)
        values |= {"to": _money(turn.to_minor, turn.to_currency, lang), "rate": turn.rate}
    if turn.kind == "moved":
        cause = turn.cause.name(lang) if turn.cause else word("turns.reserve", lang)
        key = f"turns.moved_{turn.why}" if turn.why else "turns.moved"
        return word(key, lang, cause=cause, **values)
    return word(f"turns.{turn.kind}", lang, **values)


def standing(path: Path, lang: str) -> list[str]:
    """What the reader must know first: that money went back, and who stands for what was spent."""
    if path.standing == "whole":
        return []
    said = [word(f"turns.standing_{path.standing}", lang)]
    if path.covered_minor:
        said.append(
            word("turns.covered", lang, amount=_money(path.covered_minor, path.gift.currency, lang))
        )
    return said


def _money(minor: int | None, currency: str, lang: str) -> str:
    return money(Money(minor, currency), lang) if minor is not None and currency else ""
