"""Files of evidence in the console: looked at, added, replaced, withdrawn, and the sealed original.

A file that is shown can do nothing; an original is opened by a few, who say why.
"""

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header

from obolo.causes import actions
from obolo.causes import queries as causes
from obolo.causes.actions import ConsentTold, NewEvidence
from obolo.causes.errors import NoSuchOriginal, OriginalDestroyed, ReasonMissing
from obolo.causes.files import FILE_BYTES_MAX
from obolo.causes.models import Evidence, EvidenceKind, Purchase
from obolo.organisations import queries as organisations
from obolo.organisations.seal import SealBroken
from obolo.web import words
from obolo.web.console import consent_form, purchase
from obolo.web.console.page import language, slug_of, staff
from obolo.web.console.purchases import SENTENCES, sentence_of

_BYTES = "application/octet-stream"  # a photo's original may be of any kind


def show(request: HttpRequest, evidence_id: UUID) -> HttpResponse:
    """A file: pictures in the page, papers to keep, neither able to do anything."""
    found = _found(evidence_id)
    if not found.is_photo and not organisations.may(staff(request).role, "purchase"):
        raise Http404  # an invoice names people; whoever buys or pays may read it
    try:
        content = causes.content(found)
    except FileNotFoundError:
        raise Http404 from None
    return _file(content, found, inline=found.is_photo)


def add(request: HttpRequest, purchase_id: UUID) -> HttpResponse:
    """Add a file to a purchase."""
    bought = purchase.found(purchase_id)

    def keep(file: NewEvidence) -> None:
        actions.add_evidence(purchase=bought, evidence=file, added_by=staff(request).id)

    return _with_file(request, bought, keep)


def replace(request: HttpRequest, evidence_id: UUID) -> HttpResponse:
    """Put another version of a photo in its place."""
    found = _found(evidence_id)

    def keep(file: NewEvidence) -> None:
        actions.replace_photo(evidence=found, by=file, added_by=staff(request).id)

    return _with_file(request, found.purchase, keep, only=EvidenceKind.PHOTO)


def withdraw(request: HttpRequest, evidence_id: UUID) -> HttpResponse:
    """Those in a photo took their consent back: it goes from everywhere."""
    found, reason = _found(evidence_id), request.POST.get("reason", "")
    try:
        actions.withdraw_photo(photo=found, by=staff(request).id, reason=reason)
    except ReasonMissing:
        return _odd(request, found.purchase, words.word("field.reason_empty", language(request)))
    return _back(request, found.purchase_id)


def original(request: HttpRequest, evidence_id: UUID) -> HttpResponse:
    """The sealed original, to keep; the reason is noted before it is opened."""
    found, lang = _found(evidence_id), language(request)
    by, reason = staff(request).id, request.POST.get("reason", "")
    try:
        content = actions.open_original(sha256=bytes(found.sha256), by=by, reason=reason)
    except ReasonMissing:
        return _odd(request, found.purchase, words.word("field.reason_empty", lang))
    except OriginalDestroyed:
        return _odd(request, found.purchase, words.word("field.original_gone", lang))
    except (NoSuchOriginal, SealBroken):
        raise Http404 from None
    return _file(content, found, inline=False)


def _with_file(
    request: HttpRequest,
    bought: Purchase,
    keep: Any,
    *,
    only: EvidenceKind | None = None,
) -> HttpResponse:
    """Read the file that was sent and keep it; a sentence when that cannot be."""
    lang = language(request)
    sent: Any = request.FILES.get("file")
    if not isinstance(sent, UploadedFile):
        return _odd(request, bought, words.word("field.file_missing", lang))
    if (sent.size or 0) > FILE_BYTES_MAX:
        return _odd(request, bought, words.word("console.file_large", lang))
    content = sent.read()
    kind = only or (
        EvidenceKind.INVOICE if request.POST.get("kind") == "invoice" else EvidenceKind.PHOTO
    )
    consent = consent_form.read(request, needed=kind == EvidenceKind.PHOTO, lang=lang)
    if consent.problems:
        return _odd(request, bought, consent.problems["consent"])
    try:
        keep(NewEvidence(kind, content, sent.name or "", consent.told or ConsentTold()))
    except tuple(SENTENCES) as odd:
        return _odd(request, bought, sentence_of(odd, bought.cause, lang)[1])
    return _back(request, bought.id)


def _found(evidence_id: UUID) -> Evidence:
    found = causes.evidence(evidence_id)
    if found is None:
        raise Http404
    return found


def _back(request: HttpRequest, purchase_id: UUID) -> HttpResponse:
    return redirect("console-purchase", slug_of(request), purchase_id)


def _odd(request: HttpRequest, bought: Purchase, sentence: str) -> HttpResponse:
    return purchase.page_of(request, purchase.found(bought.id), problem=sentence, status=422)


def _file(content: bytes, found: Evidence, *, inline: bool) -> HttpResponse:
    name = found.shown_name or found.file_name
    return HttpResponse(
        content,
        content_type=found.media_type if inline or not found.is_photo else _BYTES,
        headers={
            "Content-Disposition": content_disposition_header(not inline, name) or "attachment",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )
