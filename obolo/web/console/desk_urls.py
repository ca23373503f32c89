"""Addresses of the desk, below `/console/<slug>/money/desk/`."""

from django.urls import path

from obolo.web.console import desk
from obolo.web.console.page import methods, staff_page

urlpatterns = [
    path("", methods(get=staff_page(desk.show)), name="console-desk"),
    path("new", methods(get=staff_page(desk.begin, ability="desk")), name="console-desk-begin"),
    path(
        "new/<uuid:draft>",
        methods(
            get=staff_page(desk.form, ability="desk"), post=staff_page(desk.record, ability="desk")
        ),
        name="console-desk-form",
    ),
]
