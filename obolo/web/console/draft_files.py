"""Files of a form that is not sent yet: each comes by itself, so that a slow line loses nothing.

Answers are JSON for the form's script, which shows them; without it the form sends its files.
"""

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from obolo.causes import actions
from obolo.causes import queries as causes
from obolo.causes.actions import NewEvidence
from obolo.causes.files import FILE_BYTES_MAX
from obolo.causes.handed_in import UNTOLD
from obolo.causes.models import EvidenceKind
from obolo.causes.purchase_models import DraftFile
from obolo.web import words
from obolo.web.console.page import language, slug_of, staff
from obolo.web.console.purchases import SENTENCES, draft_key, sentence_of


def add(request: HttpRequest, cause: str, draft: UUID) -> HttpResponse:
    """Keep one file; 201 with what it is, 422 with a sentence when it is none we can take."""
    found, lang = causes.by_slug(cause), language(request)
    if found is None:
        raise Http404
    sent: Any = next(iter(request.FILES.values()), None)
    if not isinstance(sent, UploadedFile):
        return _odd(words.word("field.file_missing", lang))
    if (sent.size or 0) > FILE_BYTES_MAX:
        return _odd(words.word("console.file_large", lang))
    kind = EvidenceKind.PHOTO if "photo" in request.FILES else EvidenceKind.INVOICE
    evidence = NewEvidence(kind, sent.read(), sent.name or "", UNTOLD)
    try:
        key = draft_key(request, draft)
        kept = actions.keep_draft(key=key, evidence=evidence, by=staff(request).id)
    except tuple(SENTENCES) as odd:
        return _odd(sentence_of(odd, found, lang)[1])
    return JsonResponse(
        {"id": str(kept.id), "name": kept.shown_name, "near": _near(kept)}, status=201
    )


def remove(request: HttpRequest, cause: str, draft: UUID, file_id: UUID) -> HttpResponse:
    """Take a file out of the form."""
    actions.drop_draft(key=draft_key(request, draft), file_id=file_id)
    return redirect("console-purchase-form", slug_of(request), cause, draft)


def _near(kept: DraftFile) -> list[int] | None:
    if kept.near_lat_tenths is None or kept.near_lon_tenths is None:
        return None
    return [kept.near_lat_tenths, kept.near_lon_tenths]


def _odd(sentence: str) -> JsonResponse:
    return JsonResponse({"problem": sentence}, status=422)
