"""Payment links: forwarded while they can be paid, plainly explained when not."""

from datetime import timedelta

import pytest
from django.test import Client

from obolo.giving import actions as giving
from obolo.giving.models import Payment, PaymentState
from obolo.kit.clock import now
from obolo.organisations import actions as organisations
from obolo.trace import actions as trace
from obolo.trace.models import TraceLink
from obolo.web.tests import public_cast as cast


@pytest.fixture
def client() -> Client:
    return Client()


def address(payment: Payment) -> str:
    return f"/p/acqua-viva/{payment.reference}"


def test_an_open_payment_forwards_to_the_provider(charity, client):
    payment = cast.opened(cast.well())
    answer = client.get(address(payment))
    assert answer.status_code == 302
    assert answer.headers["Location"] == payment.url
    assert not answer.cookies


def test_a_planned_one_asks_for_a_moment_and_looks_again(charity, client):
    html = client.get(address(cast.asked(cast.well()))).content.decode()
    assert "Ancora un istante" in html
    assert "public/wait.js" in html
    assert "/sim/phone" not in html


def test_a_paid_one_leads_to_the_gift(charity, client):
    payment = cast.opened(cast.well())
    page = cast.page_of(cast.paid(payment))
    html = client.get(address(payment)).content.decode()
    assert "Grazie, il dono è arrivato" in html
    assert page in html


def test_looking_changes_nothing_and_brings_no_revoked_page_back(charity, client):
    payment = cast.opened(cast.well())
    gift = cast.paid(payment)
    page = cast.page_of(gift)
    trace.revoke(gift_id=gift.id)
    before = TraceLink.objects.count()
    html = client.get(address(payment)).content.decode()
    assert page not in html
    assert "/t/" not in html
    assert TraceLink.objects.count() == before
    payment.refresh_from_db()
    assert payment.state == PaymentState.PAID


@pytest.mark.parametrize(
    ("state", "lang", "sentence"),
    [
        ("failed", "it", "Il pagamento non è riuscito"),
        ("failed", "en", "The payment did not go through"),
        ("expired", "it", "Questo link è scaduto"),
        ("expired", "ar", "انتهت صلاحية هذا الرابط"),
        ("cancelled", "it", "Questo pagamento è stato annullato"),
        ("refunded", "en", "This gift was returned"),
    ],
)
def test_an_ended_one_says_so_and_offers_a_new_link(charity, client, state, lang, sentence):
    payment = cast.opened(cast.well(), lang=lang)
    cast.ended(payment, state)
    answer = client.get(address(payment))
    html = answer.content.decode()
    assert answer.status_code == 200
    assert f'<html lang="{lang}"' in html
    assert sentence in html
    assert 'href="/sim/phone"' in html


def test_cancelled_by_the_person(charity, client):
    payment = cast.opened(cast.well())
    giving.cancel(payment_id=payment.id)
    assert "è stato annullato" in client.get(address(payment)).content.decode()


def test_a_link_past_its_time_is_expired_whatever_the_row_says(charity, client):
    payment = cast.opened(cast.well())
    Payment.objects.filter(id=payment.id).update(expires_at=now() - timedelta(seconds=1))
    answer = client.get(address(payment))
    assert answer.status_code == 200
    assert "Questo link è scaduto" in answer.content.decode()
    payment.refresh_from_db()
    assert payment.state == PaymentState.OPEN


def test_a_page_that_closed_at_the_provider_is_prepared_anew(charity, client):
    payment = cast.opened(cast.well())
    Payment.objects.filter(id=payment.id).update(page_until=now())
    html = client.get(address(payment)).content.decode()
    assert "Ancora un istante" in html
    assert "public/ask.js" in html
    payment.refresh_from_db()
    assert payment.state == PaymentState.OPEN, "looking asks for nothing: previews look too"
    answer = client.post(address(payment))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(address(payment))
    payment.refresh_from_db()
    assert payment.state == PaymentState.PLANNED
    assert "public/wait.js" in client.get(address(payment)).content.decode()


def test_a_press_on_any_other_payment_changes_nothing(charity, client):
    cause = cast.well()
    for payment in (cast.asked(cause), cast.opened(cause)):
        before = Payment.objects.filter(id=payment.id).values().get()
        assert client.post(address(payment)).status_code == 302
        assert Payment.objects.filter(id=payment.id).values().get() == before


def test_without_the_simulator_the_button_opens_the_chat(charity, client, settings):
    settings.SIMULATOR = False
    organisations.keep_account(
        kind="whatsapp",
        hook_key="k",
        outside_id="1",
        address={"display_phone": "+39 06 123-4567"},
        secrets={},
        organisation_id=charity.id,
    )
    payment = cast.opened(cast.well())
    cast.ended(payment, "failed")
    html = client.get(address(payment)).content.decode()
    assert 'href="https://wa.me/39061234567?text=' in html
    assert "/sim/" not in html


def test_without_a_number_there_is_no_button(charity, client, settings):
    settings.SIMULATOR = False
    payment = cast.opened(cast.well())
    cast.ended(payment, "failed")
    html = client.get(address(payment)).content.decode()
    assert "Il pagamento non è riuscito" in html
    assert "wa.me" not in html


def test_unknown_and_foreign_references_are_the_same_404(charity, other_charity, client):
    payment = cast.opened(cast.well())
    wrong = client.get("/p/acqua-viva/nothing")
    foreign = client.get(f"/p/pane-buono/{payment.reference}")
    assert (wrong.status_code, foreign.status_code) == (404, 404)
    assert wrong.content == foreign.content


def test_no_name_is_on_any_payment_page(charity, client):
    payment = cast.opened(cast.well())
    cast.ended(payment, "failed")
    html = client.get(address(payment)).content.decode()
    assert "Quattrociocche" not in html
    assert cast.PHONE not in html
