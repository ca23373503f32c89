"""The audits for staff: what the last one found and what to do about it; asking for one now."""

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from obolo.stories.check import NIGHT_HOUR
from obolo.trace import checks
from obolo.web import words
from obolo.web.console import money
from obolo.web.console.page import language, slug_of, staff

TAB = "console-check"


def show(request: HttpRequest) -> HttpResponse:
    """The last audit, its findings by part, and the ones before it."""
    lang = language(request)
    runs = checks.recent()
    last = runs[0] if runs else None
    by_part: dict[str, list[str]] = {}
    for part, sentence in last.findings if last else []:
        by_part.setdefault(part, []).append(sentence)
    context = {
        "last": last,
        "runs": runs[1:],
        "wish": checks.wish(),
        "hour": f"{NIGHT_HOUR:02}:00",
        "parts": [(*_part(name, lang), found) for name, found in by_part.items()],
    }
    return money.page(request, "console/check.html", context, tab=TAB)


def ask(request: HttpRequest) -> HttpResponse:
    """An audit now, please: a worker begins within seconds."""
    checks.ask(asked_by=staff(request).id)
    return redirect(reverse(TAB, args=[slug_of(request)]))


def _part(name: str, lang: str) -> tuple[str, str]:
    """What a part is called, and what to do when something in it is wrong."""
    short = re.sub(r"[^a-z]+", "_", name)
    try:
        return words.word(f"check.part_{short}", lang), words.word(f"check.do_{short}", lang)
    except KeyError:  # a part without words of its own
        return name, words.word("check.do", lang)
