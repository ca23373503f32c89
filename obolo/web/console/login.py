"""Logging in and out. One plain answer to every wrong pair: the e-mail is not given away."""

from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from obolo.kit.clock import now
from obolo.kit.text import shown
from obolo.web import words
from obolo.web.console.page import language, page, slug_of
from obolo.web.console.throttle import Throttle

EMAIL_CHARS_MAX = 254
PASSWORD_CHARS_MAX = 1024  # hashing must not be made expensive by length

throttle = Throttle()


def show(request: HttpRequest) -> HttpResponse:
    """The form; whoever is logged in goes on to the inbox."""
    if request.user.is_authenticated:
        return redirect(_target(request, request.GET.get("next", "")))
    return _form(request, target=request.GET.get("next", ""))


def log_in(request: HttpRequest) -> HttpResponse:
    """Open a session, or show the form again: 403 when wrong, 429 after too many failures."""
    email = shown(request.POST.get("email", "").strip(), EMAIL_CHARS_MAX)
    password = request.POST.get("password", "")[:PASSWORD_CHARS_MAX]
    target = request.POST.get("next", "")
    key = (slug_of(request), email.lower(), request.META.get("REMOTE_ADDR", ""))
    if throttle.must_wait(key, now()):
        return _form(request, target=target, email=email, problem="login_wait", status=429)
    user = auth.authenticate(request, email=email, password=password)
    if user is None:
        throttle.failed(key, now())
        return _form(request, target=target, email=email, problem="login_wrong", status=403)
    throttle.succeeded(key)
    auth.login(request, user)
    return redirect(_target(request, target))


def log_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    auth.logout(request)
    return redirect("console-login", slug_of(request))


def _form(
    request: HttpRequest, *, target: str, email: str = "", problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "target": target,
        "email": email,
        "problem": words.word(f"console.{problem}", language(request)) if problem else "",
        "languages": words.LANGUAGES,
    }
    return page(request, "console/login.html", context, status=status)


def _target(request: HttpRequest, wanted: str) -> str:
    """Where to go: the wanted page when it is one of this console, else the inbox."""
    home = f"/console/{slug_of(request)}/"
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if safe and wanted.startswith(home) else home
