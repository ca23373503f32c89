"""Verbs about the bank: accounts, statements, and the word of staff on each doubtful line."""

from obolo.giving.bank.accounts import set_account
from obolo.giving.bank.deciding import (
    note_debit,
    set_aside,
    settle_as_new_person,
    settle_as_payment,
    settle_as_person,
    undo,
    undo_import,
)
from obolo.giving.bank.importing import import_file, receive_file

__all__ = [
    "import_file",
    "note_debit",
    "receive_file",
    "set_account",
    "set_aside",
    "settle_as_new_person",
    "settle_as_payment",
    "settle_as_person",
    "undo",
    "undo_import",
]
