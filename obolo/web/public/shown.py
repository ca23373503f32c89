"""What the donor's page says about a gift, put into sentences.

Pure: takes what `trace.queries` read, answers in words of one language. Never asks the database.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from babel.numbers import format_decimal

from obolo.kit.money import Money
from obolo.trace.queries import Numbers, Path, Step
from obolo.web.words import money, word


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownStep:
    """One state of the path as the page tells it. `how` is `done`, `partly` or `waiting`."""

    state: str
    title: str
    at: datetime | None
    how: str
    sentences: tuple[str, ...]


def steps(path: Path, organisation: str, lang: str) -> list[ShownStep]:
    """The five states in order, each with its sentences; those to come say what is awaited."""
    tell = _Teller(path, organisation, lang)
    return [
        ShownStep(
            state=step.state,
            title=word(f"public.{step.state}", lang),
            at=step.at,
            how="waiting" if not step.done else "partly" if step.partly else "done",
            sentences=tell.about(step),
        )
        for step in path.steps
        if step.done or path.standing != "returned"  # nothing is to come of what went back
    ]


def numbers_text(numbers: Iterable[Numbers], lang: str) -> str:
    """Runs of numbered cents as people read them: `1–423, 1.001–1.040`. Overhead is left out."""
    runs = [run for run in numbers if run.purpose != "overhead"]
    return ", ".join(_run(run, lang) for run in runs)


def _run(run: Numbers, lang: str) -> str:
    low = format_decimal(run.low, locale=lang)
    return low if run.low == run.high else f"{low}–{format_decimal(run.high, locale=lang)}"


class _Teller:
    """Knows one path and one language."""

    def __init__(self, path: Path, organisation: str, lang: str) -> None:
        self._path, self._organisation, self._lang = path, organisation, lang

    def about(self, step: Step) -> tuple[str, ...]:
        """The sentences of one state."""
        if not step.done:
            return (self._say(f"{step.state}_waiting"),)
        if step.state == "settled":
            return (self._settled(),)
        if step.state == "assigned":
            return self._assigned()
        if step.state == "spent":
            return (self._spent(),)
        if step.state == "received":
            return self._received()
        return (self._say(f"{step.state}_{'partly' if step.partly else 'done'}"),)

    def _received(self) -> tuple[str, ...]:
        gift = self._path.gift
        said = self._say("received_done", amount=self._money(self._path.gross_minor))
        if not gift.other_amount or self._path.gross_minor != gift.gross_minor:
            return (said,)
        asked, paid = self._money(gift.asked_minor), self._money(gift.gross_minor)
        return said, self._say("other_amount", asked=asked, paid=paid)

    def _settled(self) -> str:
        path = self._path
        kind = "about" if path.fee_is_estimate else "done" if path.fee_minor else "free"
        net_minor = max(path.gross_minor - path.fee_minor, 0)
        net, fee = self._money(net_minor), self._money(path.fee_minor)
        return self._say(f"settled_{kind}", net=net, fee=fee)

    def _assigned(self) -> tuple[str, ...]:
        path = self._path
        said = self._say(
            "assigned_done",
            restricted=self._money(path.restricted_minor),
            numbers=numbers_text(path.numbers, self._lang),
            cause=path.gift.cause.name(self._lang),
        )
        if not path.overhead_minor:
            return (said,)
        return said, self._say("assigned_overhead", overhead=self._money(path.overhead_minor))

    def _spent(self) -> str:
        path = self._path
        if not path.free_minor:
            return self._say("spent_rest" if path.returned_minor else "spent_done")
        return self._say(
            "spent_partly",
            spent=self._money(path.spent_minor),
            restricted=self._money(path.restricted_minor),
            free=self._money(path.free_minor),
        )

    def _say(self, key: str, **values: str) -> str:
        values["organisation"] = self._organisation
        return word(f"public.{key}", self._lang, **values)

    def _money(self, minor: int) -> str:
        return money(Money(minor, self._path.gift.currency), self._lang)
