"""Addresses of the pages that everybody may find, and of what a donor may do on their own."""

from django.urls import path

from obolo.web.open_data import views as open_data
from obolo.web.public import books, renew, together

urlpatterns = [
    path("t/<slug:slug>/<str:token>/all", together.page, name="together"),
    path("t/<slug:slug>/<str:token>/all/part", together.part, name="together_part"),
    path("t/<slug:slug>/<str:token>/renew", renew.renew, name="renew"),
    path("o/<slug:slug>", books.organisation_page, name="organisation"),
    path("o/<slug:slug>/part", books.organisation_part, name="organisation_part"),
    path("o/<slug:slug>/card.png", books.organisation_card, name="organisation_card"),
    path("o/<slug:slug>/photo/<uuid:evidence_id>", books.public_photo, name="public_photo"),
    path("o/<slug:slug>/outcome/<uuid:photo_id>", books.outcome_photo, name="outcome_photo"),
    path("c/<slug:slug>/<slug:cause>", books.cause_page, name="cause"),
    path("c/<slug:slug>/<slug:cause>/part", books.cause_part, name="cause_part"),
    path("c/<slug:slug>/<slug:cause>/card.png", books.cause_card, name="cause_card"),
    path("c/<slug:slug>/<slug:cause>/<uuid:purchase_id>", books.purchase_page, name="purchase"),
    path(
        "c/<slug:slug>/<slug:cause>/<uuid:purchase_id>/card.png",
        books.purchase_card,
        name="purchase_card",
    ),
    path("open/<slug:slug>/", open_data.described, name="open_data"),
    path("open/<slug:slug>/iati.xml", open_data.iati_file, name="open_iati"),
    path("open/<slug:slug>/schema/<slug:name>.json", open_data.schema, name="open_schema"),
    path("open/<slug:slug>/<slug:name>.<slug:kind>", open_data.data_set, name="open_set"),
]
