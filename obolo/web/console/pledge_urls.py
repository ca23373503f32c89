"""Addresses of regular gifts, below `/console/<slug>/money/pledges/`."""

from django.urls import path

from obolo.web.console import debits, pledge_form, pledges
from obolo.web.console.page import methods, staff_page

_MONEY = "money"

urlpatterns = [
    path("", methods(get=staff_page(pledges.show_all)), name="console-pledges"),
    path(
        "new", methods(get=staff_page(pledge_form.begin, ability=_MONEY)), name="console-pledge-new"
    ),
    path(
        "new/<uuid:draft>",
        methods(
            get=staff_page(pledge_form.form, ability=_MONEY),
            post=staff_page(pledge_form.record, ability=_MONEY),
        ),
        name="console-pledge-form",
    ),
    path("debits/", methods(get=staff_page(debits.show)), name="console-debits"),
    path(
        "debits/batches",
        methods(post=staff_page(debits.make, ability=_MONEY)),
        name="console-debits-make",
    ),
    path(
        "debits/creditor",
        methods(post=staff_page(debits.set_creditor, ability=_MONEY)),
        name="console-debits-creditor",
    ),
    path(
        "debits/results",
        methods(post=staff_page(debits.result, ability=_MONEY)),
        name="console-debits-result",
    ),
    path(
        "debits/<uuid:batch_id>/",
        methods(get=staff_page(debits.show_batch)),
        name="console-debit-batch",
    ),
    path(
        "debits/<uuid:batch_id>/file",
        methods(get=staff_page(debits.file, ability=_MONEY)),
        name="console-debit-file",
    ),
    path(
        "debits/<uuid:batch_id>/words",
        methods(post=staff_page(debits.word, ability=_MONEY)),
        name="console-debit-word",
    ),
    path("<uuid:pledge_id>/", methods(get=staff_page(pledges.show)), name="console-pledge"),
    path(
        "<uuid:pledge_id>/changes",
        methods(post=staff_page(pledges.change, ability=_MONEY)),
        name="console-pledge-change",
    ),
    path(
        "<uuid:pledge_id>/mandate",
        methods(post=staff_page(pledges.mandate, ability=_MONEY)),
        name="console-pledge-mandate",
    ),
]
