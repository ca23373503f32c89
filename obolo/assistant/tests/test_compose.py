"""Composing: one message with its words, buttons and links, fit for WhatsApp."""

import json

import pytest

from obolo.assistant import compose
from obolo.assistant.compose import LINK
from obolo.assistant.texts import LANGUAGES, TextMissing, render

LONG = "x" * 5_000


def test_words_alone():
    made = compose.plain("stopped", "it")
    assert made.text == made.body["text"]["body"] == render("stopped", "it")
    assert made.body["type"] == "text"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_belongs_together_is_one_message(lang):
    hello = render("hello", lang, organisation="Acqua Viva")
    made = compose.plain("thanks_reply", lang, before=hello)
    assert made.text == f"{hello}\n\n{render('thanks_reply', lang)}"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_buttons_keep_their_ids_and_their_titles_fit(lang):
    titles = [render(key, lang) for key in ("btn_confirm", "btn_change", "btn_cancel")]
    buttons = list(zip(["confirm:n", "change:n", "cancel:n"], titles, strict=True))
    values = {"amount": "5 €", "cause": "Pozzo", "rhythm": render("rhythm_once", lang)}
    made = compose.with_buttons("confirm_gift", lang, buttons, values=values)
    replies = [b["reply"] for b in made.body["interactive"]["action"]["buttons"]]
    assert [(r["id"], r["title"]) for r in replies] == buttons
    assert made.body["interactive"]["body"]["text"] == made.text


def test_more_words_than_a_message_with_buttons_takes_are_cut_there_only():
    made = compose.with_buttons("thanks_reply", "it", [("a", "A")], before=LONG)
    assert len(made.body["interactive"]["body"]["text"]) == compose.BUTTON_BODY_CHARS_MAX
    assert len(made.text) > len(LONG)
    linked = compose.with_link(
        "pay_link", "it", "btn_pay", "https://x.example/", before=LONG, amount="5 €", cause="y"
    )
    assert len(linked.body["interactive"]["body"]["text"]) == compose.BUTTON_BODY_CHARS_MAX


def test_a_list_has_at_most_ten_rows():
    rows = [(f"cause:{n}", f"Causa {n}", "x" * 200 if n else "") for n in range(15)]
    made = compose.with_choices("ask_cause", "it", rows)
    [section] = made.body["interactive"]["action"]["sections"]
    assert [r["id"] for r in section["rows"]] == [f"cause:{n}" for n in range(10)]
    assert "description" not in section["rows"][0]
    assert len(section["rows"][1]["description"]) <= 72


def test_a_link_stands_in_its_button_and_not_in_the_words():
    made = compose.with_link("trace_summary", "it", "btn_trace", f"{LINK}id",
                             amount="5 €", cause="Pozzo", spent="1 €", unspent="4 €")  # fmt: skip
    assert made.body["interactive"]["action"]["parameters"]["url"] == f"{LINK}id"
    assert LINK not in made.text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_same_news_as_a_template(lang):
    made = compose.as_template("gift_receipt", lang, ["5 €", "Pozzo", "2026/000001"], "some-id")
    assert made["type"] == "template"
    assert made["template"]["name"] == "gift_receipt"
    assert f"{LINK}some-id" in json.dumps(made)


def test_braces_in_what_people_wrote_are_words():
    made = compose.plain("ask_amount", "it", cause="{amount} {0} {x.__class__}")
    assert "{amount} {0} {x.__class__}" in made.text


def test_a_missing_value_or_key_is_loud():
    with pytest.raises(TextMissing):
        compose.plain("ask_amount", "it")
    with pytest.raises(TextMissing):
        compose.plain("no_such_text", "it")
