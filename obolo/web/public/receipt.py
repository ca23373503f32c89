"""The receipt of a gift, for whoever holds the address of the gift's page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from obolo.giving.receipts import paper, queries
from obolo.giving.receipts.paper import File
from obolo.trace import queries as trace
from obolo.web.words import LANGUAGES


@require_safe
def receipt(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """The paper of the gift's last receipt, void or not; it says which."""
    gift = trace.gift_by_token(token)
    newest = queries.newest_of(gift.id) if gift else None
    found = queries.get(newest.id) if newest else None
    if found is None:  # the same page for every address that opens nothing
        words = {"lang": "it", "languages": LANGUAGES}
        return render(request, "public/nothing.html", words, status=404)
    return pdf_file(paper.of_receipt(found))


def pdf_file(file: File) -> HttpResponse:
    """A paper to keep: no cache holds it, no browser guesses what it is."""
    return HttpResponse(
        file.content,
        content_type=paper.PDF,
        headers={
            "Content-Disposition": content_disposition_header(True, file.name) or "attachment",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
