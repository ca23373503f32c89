"""Views of the open data: any program may ask, from any page, with no key and no cookie."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotFound
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from obolo.kit.clock import now
from obolo.organisations import queries as organisations
from obolo.trace import open_books, open_terms
from obolo.web.open_data import iati, tables
from obolo.web.words import LANGUAGES, pick, word

_SCHEMAS: Final = Path(__file__).parent / "schemas"
_JSON, _CSV = "application/json", "text/csv; charset=utf-8; header=present"
_XML: Final = "application/xml; charset=utf-8"


@require_safe
def described(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The page that says what there is, column by column."""
    organisation = organisations.current()
    wish = request.headers.get("Accept-Language", "").partition(",")[0]
    lang = pick(request.GET.get("lang"), wish or None, organisation.language)
    words = {
        "lang": lang,
        "languages": LANGUAGES,
        "organisation": organisation,
        "slug": slug,
        "terms": open_terms.terms(),
        "sets": [
            (name, word(f"open.{name}", lang), word(f"open.{name}_about", lang), _columns(name))
            for name in tables.NAMES
        ],
    }
    return _told(request, render(request, "open/data.html", words).content, "text/html")


@require_safe
def data_set(request: HttpRequest, slug: str, name: str, kind: str) -> HttpResponseBase:
    """One data set as JSON or CSV."""
    if name not in tables.NAMES or kind not in ("json", "csv"):
        return _nothing()
    rows = _rows(name)
    if kind == "csv":
        return _told(request, tables.as_csv(rows, _csv_columns(name)).encode(), _CSV)
    terms = open_terms.terms()
    body = {
        "organisation": organisations.current().name,
        "licence": {"name": terms.licence, "url": terms.licence_url},
        "schema": f"{settings.BASE_URL}{reverse('open_schema', args=[slug, name])}",
        "read_at": tables.moment(now()),
        "rows": rows,
    }
    tag = hashlib.sha256(json.dumps(body | {"read_at": ""}).encode()).hexdigest()
    return _told(request, json.dumps(body, ensure_ascii=False).encode(), _JSON, tag)


@require_safe
def schema(request: HttpRequest, slug: str, name: str) -> HttpResponseBase:
    """The JSON Schema of a data set."""
    if name not in tables.NAMES:
        return _nothing()
    content = (_SCHEMAS / f"{name}.json").read_bytes()
    return _told(request, content, "application/schema+json")


@require_safe
def iati_file(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The activities of the organisation as IATI 2.03."""
    terms = open_terms.terms()
    if not terms.iati_identifier:
        return _nothing("This organisation has not chosen an identifier for IATI.")
    organisation = organisations.current()
    living, ended = open_books.causes_told()
    causes = [*living, *ended]
    bought = open_books.purchases(causes)
    content = iati.activities(
        iati.Reporting(terms.iati_identifier, organisation.name, organisation.language),
        causes,
        open_books.months([one.id for one in causes], organisation.time_zone),
        bought,
        open_books.returns([one.id for one in bought]),
        read_at=now(),
    )
    return _told(request, content, _XML)


def _rows(name: str) -> list[tables.Row]:
    living, ended = open_books.causes_told()
    every = [*living, *ended]
    if name == "causes":
        return tables.causes(open_books.all_books(every))
    if name == "purchases":
        bought = open_books.purchases(every)
        return tables.purchases(bought, open_books.returns([one.id for one in bought]))
    if name == "months":
        zone = organisations.current().time_zone
        found = open_books.months([one.id for one in every], zone)
        return tables.months(found, {one.id: one for one in every})
    by_fund = {one.fund_id: one for one in every}
    return tables.moves(open_books.moves(by_fund), by_fund)


@cache
def schema_of(name: str) -> dict[str, Any]:
    """A published schema."""
    found: dict[str, Any] = json.loads((_SCHEMAS / f"{name}.json").read_text("utf-8"))
    return found


def _columns(name: str) -> list[tuple[str, str]]:
    row = schema_of(name)["properties"]["rows"]["items"]["properties"]
    return [(column, of["description"]) for column, of in row.items()]


def _csv_columns(name: str) -> list[str]:
    row = schema_of(name)["properties"]["rows"]["items"]["properties"]
    found: list[str] = []
    for column, of in row.items():
        if of.get("type") == "object":
            found += [f"{column}_{lang}" for lang in LANGUAGES]
        else:
            found.append(f"{column}_count" if of.get("type") == "array" else column)
    return found


def _told(request: HttpRequest, content: bytes, media_type: str, tag: str = "") -> HttpResponseBase:
    etag = f'"{(tag or hashlib.sha256(content).hexdigest())[:32]}"'
    headers = {
        "Cache-Control": "public, no-cache",
        "ETag": etag,
        "Access-Control-Allow-Origin": "*",
        "X-Robots-Tag": "all",
        "X-Content-Type-Options": "nosniff",
    }
    response = HttpResponse(content, content_type=media_type, headers=headers)
    answer = get_conditional_response(request, etag=etag, response=response)
    return answer if answer is not None else response


def _nothing(why: str = "There is nothing here.") -> HttpResponse:
    return HttpResponseNotFound(f"{why}\n", content_type="text/plain; charset=utf-8")
