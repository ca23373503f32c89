"""Composing: words and buttons for a decision, in the person's language.

Pure: what to say in, a body for the channel out. Replies cost money, so what belongs together goes
into one message. A link that must not be written down is a placeholder (`LINK`), put in when the
message is handed over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from obolo.assistant.texts import render
from obolo.gateways.messaging.whatsapp import outbound

LINK = "https://obolo.invalid/trace/"  # followed by the id of a trace link
PAPER = "paper."  # followed by the name of a paper that is drawn when the message is sent
BUTTON_BODY_CHARS_MAX = 1024  # WhatsApp: body of a message with buttons


@dataclass(frozen=True, slots=True)
class Composed:
    """A message ready for `conversations.say`: the channel's body and the words for our records."""

    body: dict[str, Any]
    text: str


def plain(key: str, lang: str, *, before: str = "", **values: Any) -> Composed:
    """Words alone."""
    text = _joined(before, render(key, lang, **values))
    return Composed(outbound.text(text), text)


def with_buttons(
    key: str,
    lang: str,
    buttons: Sequence[tuple[str, str]],
    *,
    before: str = "",
    values: Mapping[str, Any] | None = None,
) -> Composed:
    """Words and up to three reply buttons `(id, title)`."""
    text = _joined(before, render(key, lang, **(values or {})))
    return Composed(outbound.reply_buttons(text[:BUTTON_BODY_CHARS_MAX], buttons), text)


def with_choices(
    key: str, lang: str, rows: Sequence[tuple[str, str, str]], *, before: str = ""
) -> Composed:
    """Words and a list of up to ten rows `(id, title, description)`."""
    text = _joined(before, render(key, lang))
    made = [outbound.Row(id=i, title=t, description=d or None) for i, t, d in rows[:10]]
    return Composed(outbound.choice_list(text, render("btn_choose", lang), made), text)


def with_link(
    key: str, lang: str, button: str, url: str, *, before: str = "", after: str = "", **values: Any
) -> Composed:
    """Words and one button that opens a page."""
    text = _joined(_joined(before, render(key, lang, **values)), after)
    label = render(button, lang)
    return Composed(outbound.link_button(text[:BUTTON_BODY_CHARS_MAX], label, url), text)


def with_lines(
    key: str,
    lang: str,
    button: str,
    url: str,
    lines: Sequence[tuple[str, str]],
    *,
    before: str = "",
    after: str = "",
    **values: Any,
) -> Composed:
    """Words, then each `(label, value)` with the value alone on its line, and a button.

    Values stand as they are, without marks of direction: they are there to be copied.
    """
    told = "\n".join(f"{label}\n{value}" for label, value in lines)
    text = "\n\n".join(part for part in (before, render(key, lang, **values), told, after) if part)
    label = render(button, lang)
    return Composed(outbound.link_button(text[:BUTTON_BODY_CHARS_MAX], label, url), text)


def with_picture(key: str, lang: str, reference: str, **values: Any) -> Composed:
    """Words below a picture; `reference` names it, it is drawn when it is sent."""
    text = render(key, lang, **values)
    return Composed(outbound.image(media_id=f"{PAPER}{reference}", caption=text), text)


def with_paper(
    key: str, lang: str, reference: str, file_name: str, *, before: str = "", **values: Any
) -> Composed:
    """Words below a document; `reference` names the paper, which is made when it is sent."""
    text = _joined(before, render(key, lang, **values))
    paper = f"{PAPER}{reference}"
    caption = text[:BUTTON_BODY_CHARS_MAX]
    return Composed(outbound.document(media_id=paper, filename=file_name, caption=caption), text)


def _joined(before: str, text: str) -> str:
    return "\n\n".join(part for part in (before, text) if part)


def as_template(name: str, lang: str, params: Sequence[str], link_id: object) -> dict[str, Any]:
    """The same news as an approved template, for when the 24-hour window is closed."""
    return outbound.template(name, lang, params, button_url_suffix=f"{LINK}{link_id}")


def template_with(
    name: str,
    lang: str,
    params: Sequence[str],
    *,
    suffix: str | None = None,
    payloads: Sequence[str] = (),
) -> dict[str, Any]:
    """An approved template whose buttons answer with `payloads` or lead to our `suffix`."""
    return outbound.template(
        name, lang, params, button_url_suffix=suffix, quick_reply_payloads=payloads
    )
