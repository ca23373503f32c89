"""Addresses of what is done about money, below `/console/<slug>/money/`."""

from django.urls import path

from obolo.web.console import gift_deeds, move_deeds, moves
from obolo.web.console.money import ABILITY
from obolo.web.console.page import View, methods, staff_page


def _may(view: View) -> View:
    return staff_page(view, ability=ABILITY)


urlpatterns = [
    path(
        "gifts/<uuid:gift_id>/do/<slug:deed>/",
        methods(get=_may(gift_deeds.begin)),
        name="console-gift-deed-begin",
    ),
    path(
        "gifts/<uuid:gift_id>/do/<slug:deed>/<uuid:draft>",
        methods(get=_may(gift_deeds.form), post=_may(gift_deeds.press)),
        name="console-gift-deed",
    ),
    path(
        "refunds/<uuid:refund_id>/withdrawal",
        methods(post=_may(gift_deeds.withdraw)),
        name="console-refund-withdraw",
    ),
    path("moves/", methods(get=staff_page(moves.show_all)), name="console-moves"),
    path(
        "moves/<uuid:move_id>/",
        methods(get=staff_page(moves.show), post=_may(moves.decide)),
        name="console-move",
    ),
    path(
        "moves/do/<slug:deed>/",
        methods(get=_may(move_deeds.begin)),
        name="console-move-deed-begin",
    ),
    path(
        "moves/do/<slug:deed>/<uuid:draft>",
        methods(get=_may(move_deeds.form), post=_may(move_deeds.press)),
        name="console-move-deed",
    ),
]
