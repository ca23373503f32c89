"""What donors read about a cause: why money waits, what came of it, what it is about."""

from datetime import date
from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header

from obolo.causes import actions, files, taxonomies
from obolo.causes import queries as causes
from obolo.causes.actions import NewEvidence
from obolo.causes.errors import NoSuchOutcome, OutcomeKeyReused, ReasonMissing, TextMissing
from obolo.causes.files import FILE_BYTES_MAX
from obolo.causes.models import Cause, EvidenceKind
from obolo.organisations import queries as organisations
from obolo.organisations.wall import current_id
from obolo.web import words
from obolo.web.console import consent_form
from obolo.web.console.page import language, page, slug_of, staff
from obolo.web.console.purchase import today
from obolo.web.console.purchases import SENTENCES, sentence_of

PHOTOS_MAX = 4


def show(request: HttpRequest, cause: str) -> HttpResponse:
    """The note, the outcomes and the topics, each with its form."""
    return _page(request, _cause(cause))


def write_note(request: HttpRequest, cause: str) -> HttpResponse:
    """Say why money waits, or nothing any more."""
    found = _cause(cause)
    day = _day(request)
    if day is None:
        return _odd(request, found, "console.day_bad")
    texts = _texts(request)
    actions.write_waiting_note(cause=found, texts=texts, day=day, by=staff(request).id)
    return _back(request, cause)


def write_outcome(request: HttpRequest, cause: str) -> HttpResponse:
    """Tell what came of it; donors see it once somebody answers for it."""
    found, day, lang = _cause(cause), _day(request), language(request)
    if day is None:
        return _odd(request, found, "console.day_bad")
    sent = [one for one in request.FILES.getlist("photos") if isinstance(one, UploadedFile)]
    consent = consent_form.read(request, needed=bool(sent), lang=lang)
    if consent.problems:
        return _page(request, found, problem=consent.problems["consent"], status=422)
    if len(sent) > PHOTOS_MAX or any((one.size or 0) > FILE_BYTES_MAX for one in sent):
        return _odd(request, found, "console.file_large")
    photos = [
        NewEvidence(EvidenceKind.PHOTO, one.read(), one.name or "", consent.told)
        for one in sent
        if consent.told
    ]
    key = f"console:{staff(request).id}:{request.POST.get('draft', '')[:40]}"
    try:
        actions.write_outcome(
            cause=found,
            texts=_texts(request),
            day=day,
            key=key,
            photos=photos,
            by=staff(request).id,
        )
    except (TextMissing, OutcomeKeyReused):
        return _odd(request, found, "field.words_empty")
    except tuple(SENTENCES) as odd:
        return _page(request, found, problem=sentence_of(odd, found, lang)[1], status=422)
    return _back(request, cause)


def approve_outcome(request: HttpRequest, cause: str, outcome_id: UUID) -> HttpResponse:
    """Put one's name under an outcome."""
    who = staff(request)
    try:
        actions.approve_outcome(outcome_id=outcome_id, by=who.id, name=who.name)
    except NoSuchOutcome:
        raise Http404 from None
    return _back(request, cause)


def take_back_outcome(request: HttpRequest, cause: str, outcome_id: UUID) -> HttpResponse:
    """Show an outcome no more."""
    reason = request.POST.get("reason", "")
    try:
        actions.take_back_outcome(outcome_id=outcome_id, by=staff(request).id, reason=reason)
    except ReasonMissing:
        return _odd(request, _cause(cause), "field.reason_empty")
    except NoSuchOutcome:
        raise Http404 from None
    return _back(request, cause)


def describe(request: HttpRequest, cause: str) -> HttpResponse:
    """Say what the cause is about."""
    known = {str(goal) for goal in taxonomies.sdg_goals()}
    goals = [int(one) for one in request.POST.getlist("sdg") if one in known]
    group = request.POST.get("icnpo", "")
    group = group if group in taxonomies.icnpo_groups() else ""
    actions.describe(cause=_cause(cause), sdg_goals=goals, icnpo_group=group)
    return _back(request, cause)


def photo(request: HttpRequest, photo_id: UUID) -> HttpResponse:
    """A photo of an outcome, for staff."""
    found = causes.outcome_photo(photo_id)
    if found is None:
        raise Http404
    try:
        content = files.read(current_id(), found.file_name)
    except FileNotFoundError:
        raise Http404 from None
    headers = {
        "Content-Disposition": content_disposition_header(False, found.file_name) or "inline",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(content, content_type=found.media_type, headers=headers)


def _cause(slug: str) -> Cause:
    found = causes.by_slug(slug)
    if found is None:
        raise Http404
    return found


def _texts(request: HttpRequest) -> dict[str, str]:
    return {lang: request.POST.get(f"text_{lang}", "") for lang in words.LANGUAGES}


def _day(request: HttpRequest) -> date | None:
    try:
        day = date.fromisoformat(request.POST.get("day", "")[:20])
    except ValueError:
        return None
    return day if day <= today() else None


def _back(request: HttpRequest, cause: str) -> HttpResponse:
    return redirect("console-cause-story", slug_of(request), cause)


def _odd(request: HttpRequest, cause: Cause, key: str) -> HttpResponse:
    return _page(request, cause, problem=words.word(key, language(request)), status=422)


def _page(
    request: HttpRequest, cause: Cause, *, problem: str = "", status: int = 200
) -> HttpResponse:
    lang = language(request)
    note = causes.waiting_note(cause.id)
    sent = request.POST if problem else {}
    names = {code: told[lang] for code, told in taxonomies.icnpo_groups().items()}
    goals = taxonomies.sdg_goals().items()
    noted = note.texts if note else {}
    context = {
        "section": "causes",
        "cause": cause,
        "cause_name": cause.name(lang),
        "problem": problem,
        "note": note,
        "note_texts": [(code, noted.get(code, "")) for code in words.LANGUAGES],
        "outcome_texts": [(code, sent.get(f"text_{code}", "")) for code in words.LANGUAGES],
        "outcomes": causes.all_outcomes_of(cause.id),
        "closing": causes.closing_of(cause.id),
        "goals": [(n, told[lang], n in cause.sdg_goals) for n, told in goals],
        "groups": names,
        "may_tell": organisations.may(staff(request).role, "causes"),
        "draft": uuid4(),
        "today": today().isoformat(),
    }
    return page(request, "console/cause_story.html", context, status=status)
