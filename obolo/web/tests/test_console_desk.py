"""The desk's pages: cash and cheques booked once, with a sentence for each field that is odd."""

from datetime import timedelta

import pytest
from django.test import Client

from obolo.conversations.models import Delivery
from obolo.giving.models import Gift
from obolo.kit.clock import now
from obolo.organisations.models import Role
from obolo.people.models import Person
from obolo.people.tests.cast import anna
from obolo.web.tests.console_cast import HOME, logged_in
from obolo.web.tests.public_cast import well

pytestmark = pytest.mark.usefixtures("charity")
DESK = f"{HOME}money/desk/"
TODAY = now().date().isoformat()


@pytest.fixture
def cause():
    return well()


@pytest.fixture
def client(cause) -> Client:
    return logged_in(Role.FUNDRAISER)


def form_of(client: Client) -> str:
    return str(client.get(f"{DESK}new").headers["Location"])


def send(client: Client, address: str, to, **other):
    plain = {
        "name": "Mario Rossi", "email": "", "amount": "20,00", "method": "cash",
        "cause": str(to.id), "received_on": TODAY, "note": "banchetto",
    }  # fmt: skip
    return client.post(address, plain | other)


def test_a_gift_in_cash_from_somebody_new(client, cause):
    address = form_of(client)
    answer = send(client, address, cause)
    assert answer.status_code == 302
    gift = Gift.objects.get()
    assert (gift.gross_minor, gift.method, gift.person.name) == (2000, "cash", "Mario Rossi")
    assert Delivery.objects.count() == 0  # no chat with them
    assert "Mario Rossi" in client.get(DESK).content.decode()
    assert send(client, address, cause).headers["Location"] == answer.headers["Location"]
    assert client.get(address).headers["Location"] == answer.headers["Location"]
    assert (Gift.objects.count(), Person.objects.count()) == (1, 1)


def test_somebody_with_a_chat_is_found_and_thanked(client, cause):
    anna()
    address = form_of(client)
    found = client.get(address, {"q": "ann"}).content.decode()
    assert f"?person={anna().id}" in found
    assert "Anna" in client.get(address, {"person": str(anna().id)}).content.decode()
    answer = send(client, address, cause, person=str(anna().id), method="cheque")
    assert answer.status_code == 302
    gift = Gift.objects.get()
    assert (gift.person, gift.method) == (anna(), "cheque")
    assert Delivery.objects.get().key == f"thanks:{gift.id}"


@pytest.mark.parametrize(
    ("odd", "sentence"),
    [
        ({"amount": "5000"}, "Cash of 5,000 € or more may not change hands"),
        ({"amount": "0"}, "more than zero"),
        ({"amount": "5,0051"}, "too many decimals"),
        ({"amount": "NaN"}, ""),
        ({"name": " "}, "Write the person&#x27;s name"),
        ({"person": "x"}, "Choose the person again."),
        ({"cause": "x"}, "Choose a cause."),
        ({"email": "mario@"}, "This is not an e-mail address."),
        ({"received_on": "31/02/2026"}, ""),
        ({"received_on": (now() + timedelta(days=3)).date().isoformat()}, ""),
        ({"received_on": "1999-01-01"}, "Check kind and day"),
        ({"method": "gold"}, "Check kind and day"),
    ],
)
def test_what_is_odd_is_told_and_nothing_is_written(client, cause, odd, sentence):
    answer = send(client, form_of(client), cause, **odd)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert (Gift.objects.count(), Person.objects.count()) == (0, 0)


@pytest.mark.parametrize("other", [{"amount": "21,00"}, {"name": "Maria Rossi"}])
def test_a_form_that_was_booked_is_not_booked_otherwise(client, cause, other):
    address = form_of(client)
    send(client, address, cause)
    answer = send(client, address, cause, **other)
    assert answer.status_code == 409
    assert "This form was booked already" in answer.content.decode()
    assert (Gift.objects.count(), Person.objects.count()) == (1, 1)


def test_others_may_look_and_not_record(cause):
    client = logged_in(Role.OPERATOR)
    assert client.get(DESK).status_code == 200
    assert client.get(f"{DESK}new").status_code == 403


@pytest.mark.parametrize("lang", ["it", "ar"])
def test_the_pages_speak_the_readers_language(cause, lang):
    client = logged_in(language=lang)
    for page in (DESK, form_of(client)):
        body = client.get(page).content.decode()
        assert f'lang="{lang}"' in body
        assert "Write down" not in body
