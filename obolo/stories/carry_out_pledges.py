"""The part of a turn that is about promises: asking which and whether, and doing what was agreed.

Owns the words around a promise in the chat. `carry_out.Turn` is made of it.
"""

from datetime import date
from typing import Any
from uuid import UUID

from obolo.assistant import compose
from obolo.assistant.compose import Composed
from obolo.assistant.decide import Decision, Draft, Proposal
from obolo.assistant.texts import day as day_words
from obolo.assistant.texts import money, render
from obolo.causes.models import Cause
from obolo.conversations.models import Message
from obolo.giving.pledges import actions, queries
from obolo.giving.pledges.actions import By
from obolo.giving.pledges.errors import BadTerms, NothingToSkip
from obolo.giving.pledges.models import Pledge
from obolo.kit.errors import OboloError
from obolo.kit.money import Money
from obolo.people.models import Person
from obolo.stories import begin_a_pledge

CHAT = By(source="chat")


class PledgeTurn:
    """What `Turn` does about promises."""

    person: Person
    decision: Decision
    catalogue: dict[str, Cause]
    words: list[Message]
    lang: str

    def _words(self, key: str, **values: Any) -> None:
        raise NotImplementedError

    def _buttons(self, key: str, *buttons: tuple[str, str], **values: Any) -> None:
        raise NotImplementedError

    def _say(self, composed: Composed) -> None:
        raise NotImplementedError

    def _hello(self) -> str:
        raise NotImplementedError

    def _asked_in_the_causes_currency(self, draft: Draft) -> bool:
        raise NotImplementedError

    def _begin_pledge(self) -> None:
        """Begin the promise; its first link follows from `keep_a_pledge` within a moment."""
        draft = self.decision.draft
        assert draft is not None
        assert draft.amount_minor is not None
        cause = self.catalogue[str(draft.cause)]
        if self._asked_in_the_causes_currency(draft):
            return
        try:
            begin_a_pledge.begin(
                person=self.person,
                cause=cause,
                amount=Money(draft.amount_minor, cause.currency),
                rhythm=draft.rhythm,
                by=CHAT,
                key=self._key(),
                language=self.lang,
            )
        except BadTerms:
            self._words("amount_too_large")

    def _ask_about_pledge(self) -> None:
        proposal = self.decision.proposal
        assert proposal is not None
        if not proposal.pledge:
            self._which()
            return
        pledge = self._pledge(proposal.pledge)
        if pledge is None:
            self._words("pledge_gone")
            return
        text = self.decision.text
        if proposal.verb == "pause" and proposal.months:
            text = "pledge_ask_pause_until"
        yes = (f"pledge_yes:{proposal.nonce}", f"btn_pledge_{proposal.verb}")
        # Whoever wants to end it finds one button, and nobody asks why.
        no = [] if proposal.verb == "end" else [(f"pledge_no:{proposal.nonce}", "btn_keep")]
        self._buttons(text, yes, *no, **self._about(pledge, proposal))

    def _which(self) -> None:
        rows = [
            (f"pledge_pick:{one.id}", one.cause.name(self.lang), self._terms(one))
            for one in queries.living_of([self.person.id])[self.person.id]
        ]
        self._say(compose.with_choices("pledge_which", self.lang, rows, before=self._hello()))

    def _change_pledge(self) -> None:
        try:
            if "instalment" in self.decision.values:
                self._skip_named(UUID(self.decision.values["instalment"]))
            else:
                self._do_proposed()
        except NothingToSkip:
            self._words("pledge_nothing_to_skip")
        except OboloError:  # ended meanwhile, or terms that cannot be
            self._words("pledge_gone")

    def _skip_named(self, instalment_id: UUID) -> None:
        pledge = queries.pledge_of_instalment(instalment_id, self.person.id)
        if pledge is None:
            raise NothingToSkip
        done = actions.skip(pledge_id=pledge.id, by=CHAT, key=f"notice skip:{instalment_id}")
        if done.instalment_id != instalment_id:
            raise NothingToSkip
        self._done("pledge_done_skip", pledge.id)

    def _do_proposed(self) -> None:
        proposal = self.decision.proposal
        assert proposal is not None
        pledge = self._pledge(str(proposal.pledge))
        if pledge is None:
            self._words("pledge_gone")
            return
        begin_a_pledge.carry_out(proposal=proposal, by=CHAT, key=self._key())
        text = self.decision.text
        if proposal.verb == "pause" and proposal.months:
            text = "pledge_done_pause_until"
        self._done(text, pledge.id)

    def _done(self, text: str, pledge_id: UUID) -> None:
        found = queries.view(pledge_id)
        assert found is not None
        values = self._about(found.pledge, None)
        if found.next_on is not None:
            values["date"] = day_words(found.next_on, self.lang)
        elif text in ("pledge_done_skip", "pledge_done_change", "pledge_done_resume"):
            text = f"{text}_no_day"
        self._words(text, **values)

    def _pledge(self, pledge_id: str) -> Pledge | None:
        """The promise of this very person, if it has not ended."""
        living = queries.living_of([self.person.id])[self.person.id]
        return next((one for one in living if str(one.id) == pledge_id), None)

    def _about(self, pledge: Pledge, proposal: Proposal | None) -> dict[str, Any]:
        amount, rhythm, until = pledge.amount, pledge.rhythm, pledge.paused_until
        on_day = pledge.day
        if proposal is not None:
            minor = amount.minor if proposal.amount_minor is None else proposal.amount_minor
            amount, rhythm = Money(minor, amount.currency), proposal.rhythm or rhythm
            on_day = proposal.day or on_day
            until = begin_a_pledge.pause_until(actions.today(), proposal.months)
        return {
            "amount": money(amount, self.lang),
            "cause": pledge.cause.name(self.lang),
            "rhythm": render(f"rhythm_{rhythm}", self.lang),
            "day": str(on_day),
            "until": day_words(until, self.lang) if isinstance(until, date) else "",
        }

    def _terms(self, pledge: Pledge) -> str:
        rhythm = render(f"rhythm_{pledge.rhythm}", self.lang)
        return f"{money(pledge.amount, self.lang)} · {rhythm}"

    def _key(self) -> str:
        """The words that asked for it: read again after a crash, they ask for the same."""
        return f"chat:{self.words[-1].id}"
