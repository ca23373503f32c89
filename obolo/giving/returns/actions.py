"""Verbs of the room: giving back, putting right, moving. Each does one thing once, by its key."""

from obolo.giving.returns.corrections import add, change_owner, convert, match, void
from obolo.giving.returns.found import News, charge_back, compare
from obolo.giving.returns.moves import (
    Asked,
    approve_move,
    ask_move,
    decline_move,
    movable_minor,
    withdraw_move,
)
from obolo.giving.returns.refunds import (
    ask_refund,
    claim_refunds,
    pay_back_by_hand,
    refused,
    sent,
    withdraw_refund,
)

__all__ = [
    "Asked",
    "News",
    "add",
    "approve_move",
    "ask_move",
    "ask_refund",
    "change_owner",
    "charge_back",
    "claim_refunds",
    "compare",
    "convert",
    "decline_move",
    "match",
    "movable_minor",
    "pay_back_by_hand",
    "refused",
    "sent",
    "void",
    "withdraw_move",
    "withdraw_refund",
]
