"""The part of deciding that is about transfers: when somebody asks for nothing but how to pay so.

Pure. Never decides what to say.
"""

from typing import Final

from obolo.assistant.decision import Heard

# Whoever means one of these speaks of a transfer that was, of a promise, or of something else.
_NOT_TO_PAY: Final = frozenset(
    {
        "abusive",
        "cancel_recurring",
        "change_contact",
        "change_message_frequency",
        "change_recurring_gift",
        "complaint",
        "event_signup",
        "impact_query",
        "in_memory_gift",
        "receipt_tax",
        "refund",
        "volunteer",
    }
)


def only_how_to_pay(heard: Heard) -> bool:
    """Is this message about paying by transfer, and about nothing else?"""
    says_more = heard.slots.get("amount_minor") is not None or heard.slots.get("project")
    return heard.transfer_wish == "only" and not says_more and heard.intent not in _NOT_TO_PAY
