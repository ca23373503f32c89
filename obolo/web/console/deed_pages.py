"""The two pages of every form about money, and the press that does it.

Owns the steps; what can be done is in `gift_deeds` and `move_deeds`.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from obolo.kit.clock import now
from obolo.kit.errors import OboloError
from obolo.organisations import queries as organisations
from obolo.web.console import deed_form, money
from obolo.web.console.deed_form import Form, Kind
from obolo.web.console.page import language, staff

Kinds = Mapping[str, Kind]


def today() -> date:
    """The day where the organisation is."""
    return now().astimezone(ZoneInfo(organisations.current().time_zone)).date()


def kind_of(kinds: Kinds, name: str) -> Kind:
    """The kind of that name; raises Http404."""
    if name not in kinds:
        raise Http404
    return kinds[name]


def empty(request: HttpRequest, kind: Kind, name: str, subject: Any, **where: Any) -> HttpResponse:
    """The form to begin with. `where` is for the page: address to come back to, tab, heading."""
    lang = language(request)
    fields = kind.fields(subject, lang)
    for one in fields:
        if one.kind == "day" and not one.text:
            one.text = today().isoformat()
    return _form_page(request, name, Form(fields), where)


def pressed(
    request: HttpRequest,
    kind: Kind,
    name: str,
    subject: Any,
    draft: UUID,
    *,
    currency: str,
    after: str,
    **where: Any,
) -> HttpResponse:
    """The form was sent: mend it, look at what will happen, or do it and go to `after`."""
    lang = language(request)
    form = deed_form.read(request, kind.fields(subject, lang), today(), lang)
    if form.is_odd or "mend" in request.POST:
        return _form_page(request, name, form, where, status=422 if form.is_odd else 200)
    try:
        with transaction.atomic():
            said = kind.say(subject, form, lang)
            if "confirmed" not in request.POST:
                context = {"name": name, "form": form, "said": said, **where}
                return money.page(request, "console/deed_confirm.html", context, tab=where["tab"])
            kind.do(subject, form, staff(request).id, deed_form.key_of(request, draft))
    except OboloError as odd:
        form.problem = deed_form.sentence(odd, lang, currency)
        return _form_page(request, name, form, where, status=409)
    return redirect(after)


def _form_page(
    request: HttpRequest, name: str, form: Form, where: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    context = {"name": name, "form": form, **where}
    return money.page(request, "console/deed_form.html", context, tab=where["tab"], status=status)
