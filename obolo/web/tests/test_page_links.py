"""The address of a donor's page is ended and renewed: by the donor, and by staff with a reason."""

import pytest
from django.test import Client

from obolo.conversations.models import Delivery
from obolo.organisations.models import Role
from obolo.trace.models import TraceLink
from obolo.web.tests import console_cast as staff
from obolo.web.tests import public_cast as cast


@pytest.fixture
def gift(charity):
    """A gift that was thanked for."""
    return cast.paid(cast.opened(cast.well()))


def bodies() -> list[str]:
    return list(Delivery.objects.values_list("key", flat=True))


def test_the_donor_gets_a_new_address_in_the_chat(gift):
    client, address = Client(enforce_csrf_checks=True), cast.page_of(gift)
    asked = client.get(f"{address}/renew?lang=en")
    assert "Get a new address" in asked.content.decode()
    assert client.get(address).status_code == 200, "asking changes nothing"
    answer = client.post(f"{address}/renew?lang=en")
    assert "on its way" in answer.content.decode()
    assert client.get(address).status_code == 404
    fresh = TraceLink.objects.get(gift=gift, revoked_at=None)
    assert bodies() == [f"page_link:{fresh.id}"]
    assert client.get(cast.page_of(gift)).status_code == 200


def test_a_second_press_finds_nothing_and_says_nothing(gift):
    client, address = Client(), cast.page_of(gift)
    client.post(f"{address}/renew")
    assert client.post(f"{address}/renew").status_code == 404
    assert len(bodies()) == 1


def test_the_new_address_is_in_no_table(gift):
    client, address = Client(), cast.page_of(gift)
    client.post(f"{address}/renew")
    token = cast.page_of(gift).rpartition("/")[2]
    assert token not in str(list(Delivery.objects.values_list("body", "template")))


@pytest.mark.parametrize(("verb", "told"), [("renew", 1), ("close", 0)])
def test_staff_end_it_with_a_reason_that_is_kept(gift, verb, told):
    address, desk = cast.page_of(gift), staff.logged_in(Role.OPERATOR)
    form = f"{staff.HOME}gifts/{gift.id}/page"
    assert desk.post(form, {"verb": verb, "why": " "}).status_code == 422
    assert Client().get(address).status_code == 200
    answer = desk.post(form, {"verb": verb, "why": "Posted on a wall"})
    assert answer.status_code == 302
    assert Client().get(address).status_code == 404
    ended = TraceLink.objects.exclude(revoked_at=None).get(gift=gift)
    assert (ended.revoked_why, ended.revoked_by is not None) == ("Posted on a wall", True)
    assert len(bodies()) == told
    shown = desk.get(answer.headers["Location"]).content.decode()
    assert "Posted on a wall" in shown


def test_who_may_not_answer_may_not_end_it(gift):
    form = f"{staff.HOME}gifts/{gift.id}/page"
    for role in (Role.READER, Role.TREASURER):
        assert staff.logged_in(role).post(form, {"verb": "close", "why": "x"}).status_code == 403
    assert Client().get(cast.page_of(gift)).status_code == 200


def test_the_treasurer_chooses_the_terms_of_open_data(charity):
    desk, form = staff.logged_in(Role.TREASURER), f"{staff.HOME}money/open-data/"
    wrong = desk.post(form, {"licence": "CC0-1.0", "iati_identifier": "no"})
    assert wrong.status_code == 422
    assert "IT-CF-01234567890" in wrong.content.decode()
    right = {"licence": "CC0-1.0", "iati_identifier": "IT-CF-01234567890"}
    assert desk.post(form, right).status_code == 302
    shown = desk.get(form).content.decode()
    assert "CC0-1.0, <bdi>IT-CF-01234567890</bdi>" in shown
    reader = staff.logged_in(Role.READER)
    assert reader.get(form).status_code == 200
    assert reader.post(form, right).status_code == 403
