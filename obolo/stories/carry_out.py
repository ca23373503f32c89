"""Carrying out what the assistant decided: one door is opened, one message at most is said."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from obolo.assistant import compose
from obolo.assistant.compose import Composed
from obolo.assistant.decide import Decision, Draft, Known
from obolo.assistant.texts import money, render
from obolo.causes.models import Cause
from obolo.conversations import actions as conversations
from obolo.conversations.actions import Saying
from obolo.conversations.models import Conversation, Message
from obolo.giving import actions as giving
from obolo.giving import queries as gifts
from obolo.giving.errors import AmountOutOfRange
from obolo.kit.clock import now
from obolo.kit.money import Money
from obolo.organisations.models import Organisation
from obolo.people import actions as people
from obolo.people.models import Purpose
from obolo.stories import hours, issue_receipts
from obolo.stories.carry_out_pledges import PledgeTurn
from obolo.stories.carry_out_transfers import TransferTurn
from obolo.trace import actions as trace
from obolo.trace import queries as paths

AMOUNT_MINOR_MIN = 100  # told when an amount is too small for any rail
_WAYS_ON = (("ask:give", "btn_give"), ("ask:trace", "btn_where"), ("ask:person", "btn_person"))


class Turn(PledgeTurn, TransferTurn):
    """Carrying out one decision in one conversation."""

    def __init__(
        self,
        conversation: Conversation,
        organisation: Organisation,
        decision: Decision,
        catalogue: list[Cause],
        words: list[Message],
    ) -> None:
        self.conversation, self.organisation = conversation, organisation
        self.person, self.decision = conversation.person, decision
        self.catalogue = {c.slug: c for c in catalogue}
        self.words = words
        self.lang = self.person.language or organisation.language
        self.introduced = bool(conversation.thread.get("introduced"))
        self.sayings: list[Saying] = []  # the caller says them
        self.other_currency = False  # said: we asked again for the amount instead

    @property
    def changes_records(self) -> bool:
        """Does carrying it out touch more than the words to say?"""
        return self.decision.act not in ("say", "ask", "quiet")

    def carry_out(self) -> None:
        """Open the one door the decision names."""
        doors: dict[str, Callable[[], None]] = {
            "say": self._say_words,
            "ask": self._ask,
            "offer_gift": self._offer_gift,
            "offer_transfer": self._offer_transfer,
            "begin_pledge": self._begin_pledge,
            "ask_about_pledge": self._ask_about_pledge,
            "change_pledge": self._change_pledge,
            "show_trace": self._show_trace,
            "show_receipt": self._show_receipt,
            "withdraw": self._withdraw,
            "restore": self._restore,
            "hand_off": self._hand_off,
            "quiet": lambda: None,
        }
        doors[self.decision.act]()

    def thread(self, known: Known) -> dict[str, Any]:
        """Where the conversation stands after this turn."""
        draft = self.decision.draft
        question = self.decision.question
        if draft and self.other_currency:
            draft, question = replace(draft, amount_minor=None, currency=""), "amount"
        elif self.decision.act in ("offer_gift", "begin_pledge"):
            draft = None
        proposal = None if self.decision.act == "change_pledge" else self.decision.proposal
        return {
            "introduced": self.introduced,
            "question": question,
            "draft": None if draft is None else asdict(draft),
            "proposal": None if proposal is None else asdict(proposal),
            "confused": self.decision.confused,
        }

    def _say(self, composed: Composed) -> None:
        self.sayings.append(
            Saying(
                conversation=self.conversation,
                body=composed.body,
                text=composed.text,
                purpose=Purpose.SERVICE,
                key=f"turn:{self.words[-1].id}",
                content={"answers": self.words[-1].provider_id},
            )
        )

    def _hello(self) -> str:
        """Once: that this is an assistant, and how to reach a person."""
        if self.introduced:
            return ""
        self.introduced = True
        return render("hello", self.lang, organisation=self.organisation.name)

    def _words(self, key: str, **values: Any) -> None:
        self._say(compose.plain(key, self.lang, before=self._hello(), **values))

    def _buttons(self, key: str, *buttons: tuple[str, str], **values: Any) -> None:
        titled = [(tap, render(title, self.lang)) for tap, title in buttons]
        before = self._hello()
        self._say(compose.with_buttons(key, self.lang, titled, before=before, values=values))

    def _say_words(self) -> None:
        key = self.decision.text
        if key == "cause_answer":
            self._answer_about(self.catalogue[self.decision.values["cause"]])
        elif key in ("wrong_button", "trace_none", "smalltalk_reply", "off_topic_reply"):
            self._buttons(key, *_WAYS_ON)
        elif key == "smalltalk_robot":
            self._words(key, organisation=self.organisation.name)
        else:
            self._words(key)

    def _answer_about(self, cause: Cause) -> None:
        raised = paths.whole(cause).received_minor
        values = {
            "cause": cause.name(self.lang),
            "summary": cause.summary(self.lang),
            "raised": money(Money(raised, cause.currency), self.lang),
        }
        key = "cause_answer_open"
        if cause.goal_minor:
            key = "cause_answer"
            values["goal"] = money(Money(cause.goal_minor, cause.currency), self.lang)
        self._buttons(key, (f"cause:{cause.slug}", "btn_give"), **values)

    def _ask(self) -> None:
        key, draft = self.decision.text, self.decision.draft
        if key == "ask_cause":
            self._ask_cause()
        elif key == "ask_amount" and draft:
            self._words(key, cause=self._cause_name(draft))
        elif key == "confirm_gift" and draft:
            self._confirm(draft)
        elif key == "rhythm_not_kept" and draft:
            monthly = (f"monthly:{draft.nonce}", "btn_monthly")
            self._buttons(key, monthly, (f"once:{draft.nonce}", "btn_once"))
        elif key == "not_understood":
            self._buttons(key, *_WAYS_ON)
        else:
            self._words(key, **self._about_the_amount(key))

    def _about_the_amount(self, key: str) -> dict[str, Any]:
        """What the question about an unclear amount needs."""
        slots, currency = self.decision.values, self.organisation.currency
        if key == "amount_thousands":
            bounds = {"low": slots["amount_min_minor"], "high": slots["amount_max_minor"]}
            said = str(slots.get("currency") or currency)
            return {name: money(Money(minor, said), self.lang) for name, minor in bounds.items()}
        if key == "amount_too_small":
            return {"minimum": money(Money(AMOUNT_MINOR_MIN, currency), self.lang)}
        return {"currency": currency} if key == "amount_currency" else {}

    def _ask_cause(self) -> None:
        rows = [
            (f"cause:{c.slug}", c.name(self.lang), c.summary(self.lang))
            for c in self.catalogue.values()
        ]
        self._say(compose.with_choices("ask_cause", self.lang, rows, before=self._hello()))

    def _confirm(self, draft: Draft) -> None:
        assert draft.amount_minor is not None
        if self._asked_in_the_causes_currency(draft):
            return
        self._buttons(
            "confirm_gift",
            (f"confirm:{draft.nonce}", "btn_confirm"),
            (f"change:{draft.nonce}", "btn_change"),
            (f"cancel:{draft.nonce}", "btn_cancel"),
            amount=money(Money(draft.amount_minor, self._currency(draft)), self.lang),
            cause=self._cause_name(draft),
            rhythm=render(f"rhythm_{draft.rhythm or 'once'}", self.lang),
        )

    def _cause_name(self, draft: Draft) -> str:
        return self.catalogue[str(draft.cause)].name(self.lang)

    def _currency(self, draft: Draft) -> str:
        return draft.currency or self.catalogue[str(draft.cause)].currency

    def _asked_in_the_causes_currency(self, draft: Draft) -> bool:
        """Another currency than the cause's cannot be collected: ask for the amount again."""
        cause = self.catalogue[str(draft.cause)]
        self.other_currency = self._currency(draft) != cause.currency
        if self.other_currency:
            self._words("amount_currency", currency=cause.currency)
        return self.other_currency

    def _offer_gift(self) -> None:
        """Plan the payment; the link follows from `receive_a_gift` within a moment."""
        draft = self.decision.draft
        assert draft is not None
        assert draft.amount_minor is not None
        cause = self.catalogue[str(draft.cause)]
        if self._asked_in_the_causes_currency(draft) or self._by_transfer(draft, cause):
            return
        try:
            giving.ask(
                person=self.person,
                cause=cause,
                amount=Money(draft.amount_minor, cause.currency),
                language=self.lang,
                conversation_id=self.conversation.id,
            )
        except AmountOutOfRange:
            self._words("amount_too_large")

    def _show_trace(self) -> None:
        gift = gifts.gifts_of(self.person.id, limit=1)[0]
        path = paths.path(gift)
        link_id = trace.link_for(gift_id=gift.id).id
        currency = gift.currency
        self._say(
            compose.with_link(
                "trace_summary",
                self.lang,
                "btn_trace",
                f"{compose.LINK}{link_id}",
                before=self._hello(),
                amount=money(gift.gross, self.lang),
                cause=gift.cause.name(self.lang),
                spent=money(Money(path.spent_minor, currency), self.lang),
                unspent=money(Money(path.free_minor, currency), self.lang),
            )
        )

    def _show_receipt(self) -> None:
        year, words = self.decision.values.get("tax_year"), " ".join(w.text for w in self.words)
        self._say(issue_receipts.answer(self.person, self.lang, words, year, self._hello()))

    def _withdraw(self) -> None:
        for purpose in (Purpose.REPORT, Purpose.APPEAL):
            people.note_consent(
                person_id=self.person.id,
                purpose=purpose,
                granted=False,
                source="chat",
                source_message_id=self.words[-1].id,
                language=self.lang,
            )
        if self.decision.text:  # after words of distress a stop is obeyed without a word
            self._words(self.decision.text)

    def _restore(self) -> None:
        """Reports about one's own gifts again; an appeal needs a yes of its own."""
        people.note_consent(
            person_id=self.person.id,
            purpose=Purpose.REPORT,
            granted=True,
            source="chat",
            source_message_id=self.words[-1].id,
            language=self.lang,
        )
        self._words("resumed")

    def _hand_off(self) -> None:
        key = self.decision.text
        is_open, when = hours.answer_time(self.organisation, now(), self.lang)
        if key == "handed_off":
            key = "handed_off_open" if is_open else "handed_off_closed"
        if key == "distress":
            self._words(key)
        else:
            self._words(key, organisation=self.organisation.name, when=when)
        conversations.hand_off(conversation=self.conversation, reason=self.decision.hand_off)
