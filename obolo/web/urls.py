"""URL roots of Django's part. `/hooks/`, `/live/`, `/static/` and the simulator are beside it."""

from django.urls import include, path

from obolo.web.api.v1 import api
from obolo.web.public import log, payment, receipt, transfer
from obolo.web.public import views as public

urlpatterns = [
    path("", public.front),
    path("tour/state", public.tour_state),
    path("t/<slug:slug>/<str:token>", public.gift_page, name="gift"),
    path("t/<slug:slug>/<str:token>/part", public.gift_part, name="gift_part"),
    path("t/<slug:slug>/<str:token>/photo/<uuid:evidence_id>", public.photo, name="photo"),
    path("t/<slug:slug>/<str:token>/proof", public.gift_proof, name="gift_proof"),
    path("t/<slug:slug>/<str:token>/receipt.pdf", receipt.receipt, name="gift_receipt"),
    path("log/<slug:slug>/checkpoint", log.checkpoint, name="log_checkpoint"),
    path("log/<slug:slug>/key", log.key, name="log_key"),
    path("log/<slug:slug>/keys", log.keys, name="log_keys"),
    path("log/<slug:slug>/tile/<path:rest>", log.tile, name="log_tile"),
    path("witness/<slug:slug>/add-checkpoint", log.add_checkpoint, name="add_checkpoint"),
    path("p/<slug:slug>/<str:reference>", payment.payment_link, name="payment"),
    path("p/<slug:slug>/<str:reference>/transfer", transfer.instead, name="payment_transfer"),
    path("", include("obolo.web.public.urls")),
    path("console/<slug:slug>/", include("obolo.web.console.urls")),
    path("api/v1/", api.urls),
]
