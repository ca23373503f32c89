"""Carrying out a wish to pay by transfer: the payment waits, the person is told how."""

from uuid import UUID

from obolo.assistant.compose import Composed
from obolo.assistant.decide import Draft
from obolo.causes.models import Cause
from obolo.conversations.actions import Saying
from obolo.conversations.models import Conversation, Message
from obolo.giving.bank import transfer
from obolo.giving.models import Payment
from obolo.kit.money import Money
from obolo.people.models import Person, Purpose
from obolo.stories import offer_a_transfer


class TransferTurn:
    """What `Turn` does about transfers."""

    person: Person
    conversation: Conversation
    words: list[Message]
    lang: str
    sayings: list[Saying]

    def _hello(self) -> str:
        raise NotImplementedError

    def _by_transfer(self, draft: Draft, cause: Cause) -> bool:
        """Offer the agreed gift by transfer; False when a link must do."""
        if draft.way != "transfer" or not transfer.is_possible(cause.currency):
            return False
        assert draft.amount_minor is not None
        payment = transfer.ask(
            person=self.person,
            cause=cause,
            amount=Money(draft.amount_minor, cause.currency),
            language=self.lang,
            conversation_id=self.conversation.id,
        )
        self._tell_how(payment)
        return True

    def _offer_transfer(self) -> None:
        """The payment that waits can be paid by transfer instead: its link stays good."""
        waiting = transfer.waiting_of(self.person.id)
        if waiting is not None:  # a moment ago it was there
            self._tell_how(transfer.instead_of(waiting))

    def _tell_how(self, payment: Payment) -> None:
        told = offer_a_transfer.words(payment, self.lang, before=self._hello())
        for part, composed in zip(("", ":picture"), told, strict=True):
            self.sayings.append(self._saying(composed, part, payment.id))

    def _saying(self, composed: Composed, part: str, payment_id: UUID) -> Saying:
        newest = self.words[-1]
        return Saying(
            conversation=self.conversation,
            body=composed.body,
            text=composed.text,
            purpose=Purpose.SERVICE,
            key=f"turn:{newest.id}{part}",
            content={"answers": newest.provider_id, "payment": str(payment_id)},
        )
