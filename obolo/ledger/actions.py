"""Verbs of the room. Each is one entry, written by one statement, and safe to repeat by its key.

Every posting locks its lines first, in ascending id, then writes: the exclusion constraint is a
backstop that never fires. Call within `organisations.wall.within`, one posting per transaction when
many write at once. The same key posts once, whatever the number of calls.
"""

from obolo.ledger.funds import open_fund, system_fund
from obolo.ledger.gifts import (
    GiftPosting,
    GiftToPost,
    post_additional_mint,
    post_came_back,
    post_gift,
    post_gifts,
    post_matching_gift,
)
from obolo.ledger.moves import (
    Approval,
    change_owner,
    close_fund,
    post_conversion,
    post_transfer,
)
from obolo.ledger.posted import Posted
from obolo.ledger.returns import (
    post_chargeback,
    post_fee,
    post_fee_true_up,
    post_refund,
    post_repayment,
    post_void,
)
from obolo.ledger.spending import (
    PurchasePosting,
    post_advance,
    post_purchase,
    post_reimbursement,
    post_release,
    post_supplier_refund,
)

__all__ = [
    "Approval",
    "GiftPosting",
    "GiftToPost",
    "Posted",
    "PurchasePosting",
    "change_owner",
    "close_fund",
    "open_fund",
    "post_additional_mint",
    "post_advance",
    "post_came_back",
    "post_chargeback",
    "post_conversion",
    "post_fee",
    "post_fee_true_up",
    "post_gift",
    "post_gifts",
    "post_matching_gift",
    "post_purchase",
    "post_refund",
    "post_reimbursement",
    "post_release",
    "post_repayment",
    "post_supplier_refund",
    "post_transfer",
    "post_void",
    "system_fund",
]
