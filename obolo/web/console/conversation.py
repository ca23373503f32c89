"""One conversation: reading it, answering as a person of the team, taking it and giving it back."""

import re
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from obolo.conversations import actions as talk
from obolo.conversations import gate
from obolo.conversations import queries as conversations
from obolo.conversations.errors import AlreadySaid
from obolo.conversations.models import Conversation
from obolo.gateways.messaging.whatsapp.errors import NotSendable
from obolo.kit.clock import now
from obolo.kit.ids import new_token
from obolo.kit.text import shown
from obolo.organisations import queries as organisations
from obolo.people import queries as people
from obolo.people.models import Purpose
from obolo.stories import reply_as_staff
from obolo.web import words
from obolo.web.console import inbox
from obolo.web.console.beside import beside
from obolo.web.console.page import language, name_of, page, slug_of, staff
from obolo.web.console.thread import bubbles, refusal

REPLY_CHARS_MAX = 4096  # WhatsApp: a text message
_KEY = re.compile(r"[A-Za-z0-9_-]{20,64}")


def show(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """The thread, the person beside it, the form for a reply."""
    return _page(request, _found(conversation_id))


def part(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """The thread alone, for the live page."""
    found = _found(conversation_id)
    lang, zone = language(request), organisations.current().time_zone
    return page(request, "console/_thread.html", {"bubbles": bubbles(found.id, lang, zone)})


def beside_part(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """The person alone: a gift may arrive while one is looking."""
    found = _found(conversation_id)
    context = {"beside": beside(found.person, language(request))}
    return page(request, "console/_beside.html", context)


def reply(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Say something as a person of the team; from then on the assistant is silent.

    The form's key makes a double click one message. 422 when the words cannot be sent, 409 when
    nothing may be sent now or the form was used for other words.
    """
    found = _found(conversation_id)
    text = shown(request.POST.get("text", "")).replace("\r\n", "\n").strip()
    key = request.POST.get("key", "")
    problem = "" if closed(found) else _problem(text, key)
    if closed(found) or problem:
        status = 422 if problem else 409
        return _page(request, found, text=text, problem=problem, status=status)
    who = staff(request).id
    try:
        reply_as_staff.reply(conversation_id=found.id, text=text, key=key, staff_id=who)
    except NotSendable:
        return _page(request, found, text=text, problem="reply_not_sendable", status=422)
    except AlreadySaid:
        return _page(request, found, text=text, problem="reply_form_used", status=409)
    return _back(request, found)


def take(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """A person of the team answers from now on."""
    found = _found(conversation_id)
    talk.hand_off(conversation=found, reason="staff", staff_id=staff(request).id)
    return _back(request, found)


def give_back(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """The assistant may answer again."""
    found = _found(conversation_id)
    talk.hand_back(conversation=found, staff_id=staff(request).id)
    return _back(request, found)


def closed(conversation: Conversation) -> str:
    """Why nothing can be written to this person now (a key of our texts); empty when it can."""
    phone, user_id = people.whatsapp_address(conversation.person_id)
    verdict = gate.decide(
        gate.Facts(
            purpose=Purpose.SERVICE,
            agreed=people.agrees(conversation.person_id, Purpose.SERVICE),
            last_in_at=conversation.last_in_at,
            has_address=bool(phone or user_id),
            has_template=False,
            now=now(),
        )
    )
    if isinstance(verdict, gate.Go):
        return ""
    return refusal(verdict.because) or "closed_window"


def _found(conversation_id: UUID) -> Conversation:
    found = conversations.get(conversation_id)
    if found is None:
        raise Http404
    return found


def _problem(text: str, key: str) -> str:
    if not text:
        return "reply_empty"
    if len(text) > REPLY_CHARS_MAX:
        return "reply_long"
    return "" if _KEY.fullmatch(key) else "reply_form_used"


def _page(
    request: HttpRequest,
    found: Conversation,
    *,
    text: str = "",
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    lang, zone = language(request), organisations.current().time_zone
    hand_off = conversations.open_hand_off(found.id)
    shut = closed(found)
    context = {
        "section": "inbox",
        "conversation": found,
        "open_id": str(found.id),
        "rows": inbox.rows(request),
        "bubbles": bubbles(found.id, lang, zone),
        "beside": beside(found.person, lang),
        "hand_off": hand_off,
        "waits_because": name_of("reason", hand_off.reason, lang) if hand_off else "",
        "may_answer": organisations.may(staff(request).role, "answer"),
        "closed": words.word(f"console.{shut}", lang) if shut else "",
        "key": new_token(),
        "text": text,
        "problem": words.word(f"console.{problem}", lang) if problem else "",
        "chars_max": REPLY_CHARS_MAX,
    }
    return page(request, "console/conversation.html", context, status=status)


def _back(request: HttpRequest, found: Conversation) -> HttpResponse:
    return redirect("console-conversation", slug_of(request), found.id)
