"""What every page of the console shares: who may open it, its language, its headers.

A page that is not the reader's to open says which role can. Another organisation's rows are not
found at all, because the wall hides them.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse

from obolo.causes import queries as causes
from obolo.organisations import queries as organisations
from obolo.organisations.models import User
from obolo.trace import checks
from obolo.web import words

View = Callable[..., HttpResponse]
REFERRER_POLICY = "same-origin"


def staff(request: HttpRequest) -> User:
    """Who reads this page; only within `staff_page`, which lets nobody else in."""
    assert isinstance(request.user, User)
    return request.user


def slug_of(request: HttpRequest) -> str:
    """The organisation's short name, as the address has it."""
    assert request.resolver_match is not None
    return str(request.resolver_match.kwargs["slug"])


def methods(**views: View) -> View:
    """One address, one view per HTTP method (`get=`, `post=`); others are answered 405."""
    allowed = [name.upper() for name in views]

    def handle(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        method = "get" if request.method == "HEAD" else str(request.method).lower()
        view = views.get(method)
        return view(request, **kwargs) if view else HttpResponseNotAllowed(allowed)

    return handle


def open_page(view: View) -> View:
    """A page of the console for people who are not logged in."""

    @wraps(view)
    def handle(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponse:
        return _with_headers(view(request, **kwargs))

    return handle


def staff_page(view: View, *, ability: str | None = None) -> View:
    """A page for logged-in staff of this organisation, and with `ability` only for some roles.

    Others are sent to the login; a role without the ability gets 403 and a page that says whose
    it is; what is not found is a page too.
    """

    @wraps(view)
    def handle(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return _with_headers(_to_login(request, slug))
        if ability and not organisations.may(staff(request).role, ability):
            return _with_headers(_forbidden(request, ability))
        try:
            return _with_headers(view(request, **kwargs))
        except Http404:
            return _with_headers(page(request, "console/gone.html", status=404))

    return handle


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """A template with what all of them need: organisation, reader, language, time zone."""
    organisation = organisations.current()
    reader = request.user if request.user.is_authenticated else None
    lang = language(request)
    shared = {
        "organisation": organisation,
        "slug": organisation.slug,
        "reader": reader,
        "lang": lang,
        "dir": words.direction(lang),
        "zone": organisation.time_zone,
        "waiting_count": _waiting_count(reader),
        "alarm": reader is not None and checks.is_wrong(),
    }
    return render(request, template, {**shared, **(context or {})}, status=status)


def _waiting_count(reader: Any) -> int:
    """Purchases that wait for a second person, for those who may be it."""
    return causes.waiting_count() if reader and organisations.may(reader.role, "purchase") else 0


def language(request: HttpRequest) -> str:
    """The reader's language; before the login the one asked for, else the organisation's."""
    if request.user.is_authenticated:
        return words.pick(staff(request).language)
    return words.pick(request.GET.get("lang"), organisations.current().language)


def name_of(kind: str, value: str, lang: str) -> str:
    """What we call `value` (`role`, `reason`, …) in that language; unknown ones as they are."""
    try:
        return words.word(f"console.{kind}_{value}", lang)
    except KeyError:
        return value.replace("_", " ")


def _forbidden(request: HttpRequest, ability: str) -> HttpResponse:
    lang = language(request)
    able = sorted(organisations.ABILITIES[ability])
    context = {
        "roles": [name_of("role", role, lang) for role in able],
        "own_role": name_of("role", staff(request).role, lang),
    }
    return page(request, "console/forbidden.html", context, status=403)


def _to_login(request: HttpRequest, slug: str) -> HttpResponse:
    # After a POST the form is gone anyway; coming back to its address would be a 405.
    target = request.get_full_path() if request.method == "GET" else None
    query = f"?{urlencode({'next': target})}" if target else ""
    return redirect(f"{reverse('console-login', args=[slug])}{query}")


def _with_headers(response: HttpResponse) -> HttpResponse:
    # "no-referrer" makes browsers send `Origin: null` with a form, which the CSRF check refuses.
    response.headers.setdefault("Referrer-Policy", REFERRER_POLICY)
    return response
