"""Notices that were set aside: kept, delaying nobody, with the reason in words."""

from django.db.models.functions import Length
from django.http import HttpRequest, HttpResponse

from obolo.gateways import queries as gateways
from obolo.web.console.page import page


def show(request: HttpRequest) -> HttpResponse:
    """The newest hundred. The bytes stay in the database, only their number is asked for."""
    notices = gateways.quarantined().annotate(size_bytes=Length("body"))
    context = {"section": "set-aside", "notices": list(notices)}
    return page(request, "console/set_aside.html", context)
