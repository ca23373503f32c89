"""A donor's gifts on one page; and why cents are not spent yet."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client

from obolo.causes import telling
from obolo.giving import actions as giving
from obolo.giving.models import Gift
from obolo.kit.clock import now
from obolo.kit.money import Money
from obolo.people import actions as people
from obolo.trace import actions as trace
from obolo.web.tests import public_cast as cast
from obolo.web.tests.test_public_gift import html_of


@pytest.fixture
def client() -> Client:
    return Client()


def test_all_gifts_of_a_donor_stand_together_newest_first(charity, client):
    well, school = cast.well(), cast.well(slug="scuola")
    first = cast.paid(cast.opened(well))
    second = cast.paid(cast.opened(school, minor=700))
    cast.bought(well, 100, what="Cemento")
    pages = [cast.page_of(first), cast.page_of(second)]  # each has its address
    for address in pages:
        html = html_of(client, f"{address}/all?lang=en")
        assert "€12.00 in 2 gifts" in html
        assert html.index("€7.00 for") < html.index("€5.00 for")
        assert "Counted towards" in html
        assert all(f'href="{one}?lang=en"' in html for one in pages)
    assert "See all your gifts together" in html_of(client, cast.page_of(first) + "?lang=en")


def test_nobody_elses_gifts_are_there(charity, client):
    well = cast.well()
    own = cast.paid(cast.opened(well))
    other = people.recognise(addresses=[("phone", "393330000000")], name="Ugo", language="it")
    payment = giving.ask(
        person=other, cause=well, amount=Money(900, "EUR"), language="it", conversation_id=None
    )
    giving.placed(payment=payment, rail="pretend", remote=cast._remote(payment, "open"))
    payment.refresh_from_db()
    cast.paid(payment)
    html = html_of(client, f"{cast.page_of(own)}/all?lang=en")
    assert "€5.00 in 1 gift" in html
    assert "9.00" not in html
    assert "See all your gifts" not in html_of(client, cast.page_of(own) + "?lang=en")


def test_a_closed_page_of_another_gift_is_named_without_its_address(charity, client):
    well = cast.well()
    first, second = cast.paid(cast.opened(well)), cast.paid(cast.opened(well))
    closed = cast.page_of(second)
    trace.revoke(gift_id=second.id)
    html = html_of(client, f"{cast.page_of(first)}/all")
    assert closed not in html
    assert client.get(f"{closed}/all").status_code == 404


def test_no_name_is_on_it(charity, client):
    gift = cast.paid(cast.opened(cast.well()))
    html = client.get(f"{cast.page_of(gift)}/all").content.decode()
    for secret in ("Anna", "Quattrociocche", cast.PHONE, str(gift.person_id)):
        assert secret not in html


# ---- Not spent yet, because ------------------------------------------------------------------


def test_the_next_cents_are_told_as_such_and_others_how_many_are_ahead(charity, client):
    well = cast.well()
    first, second = cast.paid(cast.opened(well)), cast.paid(cast.opened(well))
    cast.bought(well, 100)
    assert "They are the next to be spent." in html_of(client, cast.page_of(first) + "?lang=en")
    told = html_of(client, cast.page_of(second) + "?lang=en")
    assert "Gifts that came earlier are spent first: €3.23 are ahead of them." in told
    assert "longer than usual" not in told


def test_after_two_months_the_page_says_that_nobody_said_why(charity, client):
    gift = cast.paid(cast.opened(cast.well()))
    later = now() + timedelta(days=61)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("obolo.web.public.around.now", lambda: later)
        html = html_of(client, cast.page_of(gift) + "?lang=en")
    assert "It takes longer than usual, and Acqua Viva has not written why." in html


def test_the_causes_own_dated_words_come_first(charity, client):
    well = cast.well()
    gift = cast.paid(cast.opened(well))
    words = {"en": "The rain closed the road.", "it": "La pioggia ha chiuso la strada."}
    telling.write_waiting_note(cause=well, texts=words, day=date(2026, 11, 20), by=uuid4())
    html = html_of(client, cast.page_of(gift) + "?lang=en")
    assert "The rain closed the road. (20 November 2026)" in html
    assert "next to be spent" not in html
    assert "The rain closed the road." in html_of(client, "/c/acqua-viva/pozzo?lang=en")
    cast.bought(well, Gift.objects.get().gross_minor - 77)
    assert "The rain closed" not in html_of(client, cast.page_of(gift) + "?lang=en")
