"""Addresses of the pages about receipts, below `/console/<slug>/money/receipts/`."""

from django.urls import path

from obolo.web.console import receipt_body, receipt_deeds, receipt_years, receipts
from obolo.web.console.money import ABILITY
from obolo.web.console.page import methods, staff_page

urlpatterns = [
    path("", methods(get=staff_page(receipts.show_all)), name="console-receipts"),
    path(
        "organisation",
        methods(
            get=staff_page(receipt_body.show, ability=ABILITY),
            post=staff_page(receipt_body.save, ability=ABILITY),
        ),
        name="console-receipt-body",
    ),
    path(
        "organisation/preview",
        methods(post=staff_page(receipt_body.preview, ability=ABILITY)),
        name="console-receipt-preview",
    ),
    path(
        "years/",
        methods(get=staff_page(receipt_years.choose, ability=ABILITY)),
        name="console-receipt-years",
    ),
    path(
        "years/<int:year>/",
        methods(get=staff_page(receipt_years.show, ability=ABILITY)),
        name="console-receipt-year",
    ),
    path(
        "years/<int:year>/receipts.csv",
        methods(get=staff_page(receipt_years.listed, ability=ABILITY)),
        name="console-receipt-list",
    ),
    path(
        "years/<int:year>/statements-<int:part>.zip",
        methods(get=staff_page(receipt_years.archive, ability=ABILITY)),
        name="console-statements",
    ),
    path(
        "years/<int:year>/people/<uuid:person_id>/statement.pdf",
        methods(get=staff_page(receipt_years.statement, ability=ABILITY)),
        name="console-statement",
    ),
    path(
        "years/<int:year>/people/<uuid:person_id>/messages",
        methods(post=staff_page(receipt_years.send, ability=ABILITY)),
        name="console-statement-send",
    ),
    path("<uuid:receipt_id>/", methods(get=staff_page(receipts.show)), name="console-receipt"),
    path(
        "<uuid:receipt_id>/receipt.pdf",
        methods(get=staff_page(receipts.pdf)),
        name="console-receipt-pdf",
    ),
    path(
        "<uuid:receipt_id>/messages",
        methods(post=staff_page(receipts.send, ability=ABILITY)),
        name="console-receipt-send",
    ),
    path(
        "<uuid:receipt_id>/void",
        methods(
            get=staff_page(receipt_deeds.void_form, ability=ABILITY),
            post=staff_page(receipt_deeds.void, ability=ABILITY),
        ),
        name="console-receipt-void",
    ),
    path(
        "<uuid:receipt_id>/reissue",
        methods(
            get=staff_page(receipt_deeds.reissue_form, ability=ABILITY),
            post=staff_page(receipt_deeds.reissue, ability=ABILITY),
        ),
        name="console-receipt-reissue",
    ),
]
