"""The page of a transfer: values to copy, a picture to scan; looking changes nothing."""

import pytest
from django.test import Client

from obolo.giving.bank import transfer
from obolo.giving.bank.tests.cast import with_account
from obolo.giving.models import Payment
from obolo.web.tests import public_cast as cast

pytestmark = pytest.mark.usefixtures("charity")


@pytest.fixture
def client() -> Client:
    return Client()


def address(payment: Payment) -> str:
    return f"/p/acqua-viva/{payment.reference}"


def test_choosing_a_transfer_instead_of_a_card(client):
    with_account()
    payment = cast.opened(cast.well())
    page = client.get(f"{address(payment)}/transfer")
    assert "Mostra i dati" in page.content.decode()
    assert Payment.objects.count() == 1  # looking changes nothing
    answer = client.post(f"{address(payment)}/transfer")
    [beside] = Payment.objects.filter(rail="bank")
    assert answer.headers["Location"].startswith(address(beside))
    assert client.post(f"{address(payment)}/transfer").headers == answer.headers
    html = client.get(answer.headers["Location"]).content.decode()
    assert 'data-value="IT60X0542811101000000123456"' in html
    assert "IT60 X054 2811 1010 0000 0123 456" in html
    assert f'data-value="{beside.provider_ref}"' in html
    assert 'data-value="5.00"' in html
    assert "<svg" in html
    assert cast.NAME not in html
    assert not client.get(address(beside)).cookies


@pytest.mark.parametrize(("lang", "title"), [("it", "Dona con bonifico"), ("ar", "تبرع بتحويل")])
def test_in_the_donors_language(client, lang, title):
    with_account()
    beside = transfer.instead_of(cast.opened(cast.well(), lang=lang))
    html = client.get(address(beside)).content.decode()
    assert title in html
    assert f'lang="{lang}"' in html


def test_a_paid_transfer_leads_to_the_gift(client):
    with_account()
    beside = transfer.instead_of(cast.opened(cast.well()))
    page = cast.page_of(cast.paid(beside))
    assert page in client.get(address(beside)).content.decode()


def test_without_an_account_there_is_no_such_page(client):
    payment = cast.opened(cast.well())
    for answer in (
        client.get(f"{address(payment)}/transfer"),
        client.post(f"{address(payment)}/transfer"),
    ):
        assert answer.status_code == 404
    assert Payment.objects.count() == 1


def test_a_payment_that_ended_is_not_planned_again(client):
    with_account()
    payment = cast.opened(cast.well())
    cast.paid(payment)
    answer = client.post(f"{address(payment)}/transfer")
    assert answer.headers["Location"] == address(payment)
    assert Payment.objects.count() == 1


def test_a_planned_payment_offers_the_transfer_meanwhile(client):
    with_account()
    html = client.get(address(cast.asked(cast.well()))).content.decode()
    assert "/transfer?lang=it" in html
