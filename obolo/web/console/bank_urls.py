"""Addresses of the bank's pages, below `/console/<slug>/money/bank/`."""

from django.urls import path

from obolo.web.console import bank, bank_file, bank_line
from obolo.web.console.money import ABILITY
from obolo.web.console.page import methods, staff_page

urlpatterns = [
    path("", methods(get=staff_page(bank.show)), name="console-bank"),
    path(
        "account",
        methods(
            get=staff_page(bank.account_form, ability="accounts"),
            post=staff_page(bank.set_account, ability="accounts"),
        ),
        name="console-bank-account",
    ),
    path(
        "files",
        methods(post=staff_page(bank_file.hand_in, ability=ABILITY)),
        name="console-bank-files",
    ),
    path(
        "files/<uuid:file_id>/",
        methods(
            get=staff_page(bank_file.show, ability=ABILITY),
            post=staff_page(bank_file.bring_in, ability=ABILITY),
        ),
        name="console-bank-file",
    ),
    path(
        "statements/<uuid:statement_id>/",
        methods(get=staff_page(bank_file.statement)),
        name="console-bank-statement",
    ),
    path(
        "statements/<uuid:statement_id>/undo",
        methods(post=staff_page(bank_file.undo_import, ability=ABILITY)),
        name="console-bank-undo-import",
    ),
    path(
        "lines/<uuid:line_id>/", methods(get=staff_page(bank_line.show)), name="console-bank-line"
    ),
    path(
        "lines/<uuid:line_id>/decisions",
        methods(post=staff_page(bank_line.decide, ability=ABILITY)),
        name="console-bank-decide",
    ),
]
