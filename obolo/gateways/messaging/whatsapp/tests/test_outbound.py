import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from obolo.gateways.messaging.whatsapp import outbound
from obolo.gateways.messaging.whatsapp.errors import NotSendable
from obolo.gateways.messaging.whatsapp.limits import problems
from obolo.gateways.messaging.whatsapp.outbound import Row, addressed
from obolo.gateways.messaging.whatsapp.requests import read_request

BODIES = {
    "text": outbound.text("Grazie!"),
    "buttons": outbound.reply_buttons("Quanto?", [("give_5", "5 €")], header="H", footer="F"),
    "list": outbound.choice_list("Per cosa?", "Scegli", [Row("well", "Pozzo", "Acqua")], "Cause"),
    "link": outbound.link_button("Tocca", "Dona ora", "https://o.example/p/a", "https://o/i.jpg"),
    "image": outbound.image(link="https://o.example/i.jpg", caption="Ecco"),
    "document": outbound.document(media_id="1", filename="ricevuta.pdf"),
    "template": outbound.template("receipt", "it", ["Anna", "5 €"], button_url_suffix="r/8f3a"),
    "reaction": outbound.reaction("wamid.1", "👍"),
}


@pytest.mark.parametrize("name", BODIES)
def test_every_builder_makes_a_request_whatsapp_takes(name):
    assert "to" not in BODIES[name]
    assert problems(read_request(addressed(BODIES[name], phone="+39 333 1234567"))) == []


def test_the_whole_envelope():
    assert addressed(BODIES["text"], phone="+39 333-1234567", reply_to="wamid.1", opaque="d:1") == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "393331234567",
        "type": "text",
        "text": {"body": "Grazie!", "preview_url": False},
        "context": {"message_id": "wamid.1"},
        "biz_opaque_callback_data": "d:1",
    }


def test_the_business_scoped_id_goes_first_and_alone():
    made = addressed(BODIES["text"], phone="393331234567", user_id="IT.1")
    assert made["recipient"] == "IT.1"
    assert "to" not in made


@pytest.mark.parametrize("address", [{}, {"phone": ""}, {"phone": "Anna"}, {"user_id": ""}])
def test_without_an_address_nothing_is_made(address):
    with pytest.raises(NotSendable, match="no recipient"):
        addressed(BODIES["text"], **address)


def test_interactive_bodies():
    assert BODIES["buttons"]["interactive"] == {
        "type": "button",
        "header": {"type": "text", "text": "H"},
        "body": {"text": "Quanto?"},
        "footer": {"text": "F"},
        "action": {"buttons": [{"type": "reply", "reply": {"id": "give_5", "title": "5 €"}}]},
    }
    assert BODIES["link"]["interactive"]["action"] == {
        "name": "cta_url",
        "parameters": {"display_text": "Dona ora", "url": "https://o.example/p/a"},
    }
    assert BODIES["link"]["interactive"]["header"]["image"] == {"link": "https://o/i.jpg"}
    assert BODIES["list"]["interactive"]["action"]["sections"] == [
        {"rows": [{"id": "well", "title": "Pozzo", "description": "Acqua"}], "title": "Cause"}
    ]


def test_a_template_with_everything():
    made = outbound.template(
        "receipt",
        "it",
        {"first_name": "Anna\n\tMaria"},
        header_image_link="https://o/i.jpg",
        button_url_suffix="r/8",
        quick_reply_payloads=["STOP", "MORE"],
        url_button_index=0,
    )
    header, body, stop, more, url = made["template"]["components"]
    assert header["parameters"] == [{"type": "image", "image": {"link": "https://o/i.jpg"}}]
    assert body["parameters"] == [
        {"type": "text", "parameter_name": "first_name", "text": "Anna Maria"}
    ]
    assert [(part["sub_type"], part["index"]) for part in (stop, more, url)] == [
        ("quick_reply", "1"),
        ("quick_reply", "2"),
        ("url", "0"),
    ]
    assert outbound.template("hello", "en")["template"] == {
        "name": "hello",
        "language": {"code": "en"},
    }


def test_buttons_of_a_template_without_a_link_count_from_zero():
    made = outbound.template("x", "it", quick_reply_payloads=["A", "B"])
    assert [part["index"] for part in made["template"]["components"]] == ["0", "1"]
    made = outbound.template("x", "it", quick_reply_payloads=["A"], button_url_suffix="r")
    assert [part["index"] for part in made["template"]["components"]] == ["0", "1"]


@pytest.mark.parametrize(
    "make",
    [
        lambda: outbound.text("a" * 4097),
        lambda: outbound.text(""),
        lambda: outbound.reply_buttons("a" * 1025, [("a", "A")]),
        lambda: outbound.reply_buttons("x", [(str(n), str(n)) for n in range(4)]),
        lambda: outbound.reply_buttons("x", []),
        lambda: outbound.reply_buttons("x", [("a", "A" * 21), ("b", "A" * 22)]),
        lambda: outbound.choice_list("x", "y", [Row(str(n), str(n)) for n in range(11)]),
        lambda: outbound.link_button("x", "y", "ftp://z"),
        lambda: outbound.image(caption="nothing"),
        lambda: outbound.image(link="https://x", media_id="1"),
        lambda: outbound.image(link="https://x", caption="a" * 1025),
        lambda: outbound.template("x", "it", ["  "]),
        lambda: outbound.reaction("", "👍"),
        lambda: addressed(outbound.reaction("w", "👍"), phone="1", reply_to="w"),
        lambda: addressed(BODIES["text"], phone="1", opaque="a" * 513),
    ],
)
def test_what_must_not_be_sent_raises(make):
    with pytest.raises(NotSendable):
        make()


def test_long_labels_are_cut():
    made = outbound.reply_buttons("x", [("a", "Una donazione molto generosa")])
    title = made["interactive"]["action"]["buttons"][0]["reply"]["title"]
    assert title == "Una donazione molto…"


@pytest.mark.parametrize(
    ("label", "limit", "expected"),
    [
        ("short", 5, "short"),
        ("  two \n words ", 20, "two words"),
        ("e\u0301" * 5, 4, "e\u0301…"),
        ("مَرْحَبًا بِكُمْ", 5, "مَرْ…"),
        ("مَرْحَبًا بِكُمْ", 4, "مَ…"),
        ("👩\u200d👩\u200d👧 famiglia", 4, "…"),
        ("a👩\u200d👩\u200d👧 famiglia", 4, "a…"),
        ("❤\ufe0f❤\ufe0f❤\ufe0f", 4, "❤\ufe0f…"),
    ],
)
def test_a_cut_parts_no_sign(label, limit, expected):
    assert outbound.cut(label, limit) == expected


@settings(deadline=None)  # two cores are shared; speed is not the question here
@given(st.text(), st.integers(1, 30))
def test_a_cut_always_fits(label, limit):
    assert len(outbound.cut(label, limit)) <= limit


def test_echoed_words_cannot_spoil_a_message():
    made = addressed(outbound.text("ciao \x00\ud800"), phone="1")
    assert made["text"]["body"] == "ciao \ufffd?"


def test_mark_read():
    base = {"messaging_product": "whatsapp", "status": "read", "message_id": "w"}
    assert outbound.mark_read("w") == base | {"typing_indicator": {"type": "text"}}
    assert outbound.mark_read("w", typing=False) == base
