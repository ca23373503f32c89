"""Addresses of the console, below `/console/<slug>/`. A verb is a resource one posts to."""

from django.urls import include, path

from obolo.web.console import (
    causes,
    checked,
    conversation,
    field_urls,
    gift,
    gifts,
    inbox,
    login,
    open_terms,
    page_link,
    public_log,
    reconciliation,
    set_aside,
)
from obolo.web.console.page import methods, open_page, staff_page

urlpatterns = [
    path(
        "login",
        methods(get=open_page(login.show), post=open_page(login.log_in)),
        name="console-login",
    ),
    path("logout", methods(post=open_page(login.log_out)), name="console-logout"),
    path("", methods(get=staff_page(inbox.show)), name="console-inbox"),
    path("inbox", methods(get=staff_page(inbox.part)), name="console-inbox-part"),
    path(
        "c/<uuid:conversation_id>/",
        methods(get=staff_page(conversation.show)),
        name="console-conversation",
    ),
    path(
        "c/<uuid:conversation_id>/part",
        methods(get=staff_page(conversation.part)),
        name="console-conversation-part",
    ),
    path(
        "c/<uuid:conversation_id>/beside",
        methods(get=staff_page(conversation.beside_part)),
        name="console-beside-part",
    ),
    path(
        "c/<uuid:conversation_id>/messages",
        methods(post=staff_page(conversation.reply, ability="answer")),
        name="console-reply",
    ),
    path(
        "c/<uuid:conversation_id>/hand-off",
        methods(post=staff_page(conversation.take, ability="answer")),
        name="console-take",
    ),
    path(
        "c/<uuid:conversation_id>/hand-back",
        methods(post=staff_page(conversation.give_back, ability="answer")),
        name="console-hand-back",
    ),
    path("causes/", methods(get=staff_page(causes.show_all)), name="console-causes"),
    path("causes/<slug:cause>/", methods(get=staff_page(causes.show)), name="console-cause"),
    *field_urls.urlpatterns,
    path("money/gifts/", methods(get=staff_page(gifts.show_all)), name="console-gifts"),
    path("money/gifts/<uuid:gift_id>/", methods(get=staff_page(gift.show)), name="console-gift"),
    path("money/log/", methods(get=staff_page(public_log.show)), name="console-public-log"),
    path("money/log/copy", methods(get=staff_page(public_log.copy)), name="console-log-copy"),
    path(
        "money/check/",
        methods(get=staff_page(checked.show), post=staff_page(checked.ask, ability="money")),
        name="console-check",
    ),
    path(
        "money/open-data/",
        methods(
            get=staff_page(open_terms.show), post=staff_page(open_terms.choose, ability="money")
        ),
        name="console-open-terms",
    ),
    path(
        "gifts/<uuid:gift_id>/page",
        methods(
            get=staff_page(page_link.show, ability="answer"),
            post=staff_page(page_link.change, ability="answer"),
        ),
        name="console-page-link",
    ),
    path("money/receipts/", include("obolo.web.console.receipt_urls")),
    path("money/", include("obolo.web.console.deed_urls")),
    path("money/bank/", include("obolo.web.console.bank_urls")),
    path("money/desk/", include("obolo.web.console.desk_urls")),
    path("money/pledges/", include("obolo.web.console.pledge_urls")),
    path(
        "money/reconciliation/",
        methods(
            get=staff_page(reconciliation.show),
            post=staff_page(reconciliation.ask, ability="money"),
        ),
        name="console-reconciliation",
    ),
    path("set-aside/", methods(get=staff_page(set_aside.show)), name="console-set-aside"),
]
