"""The reconciliation's page: what differs, what to do, and a button that leaves a wish."""

import pytest

from obolo.giving.rails import PRETEND
from obolo.giving.reconciliation import actions
from obolo.giving.reconciliation.models import Finding, FindingKind, Run
from obolo.organisations import actions as organisations
from obolo.organisations.models import Role
from obolo.web import words
from obolo.web.tests.console_cast import HOME, logged_in
from obolo.web.tests.public_cast import opened, paid, well

PAGE = f"{HOME}money/reconciliation/"


@pytest.fixture
def rail(charity):
    organisations.keep_account(
        kind=PRETEND, hook_key="k", outside_id="m", secrets={"secret": "s"},
        address={"base_url": "http://pay"}, organisation_id=charity.id,
    )  # fmt: skip


def test_without_a_provider_there_is_nothing_to_compare(charity):
    page = logged_in(Role.TREASURER).get(PAGE).content.decode()
    assert "There is no payment provider here yet" in page
    assert "No difference was ever found." in page


def test_the_button_leaves_a_wish_and_a_second_click_none(rail):
    client = logged_in(Role.TREASURER)
    assert "Not looked at yet." in client.get(PAGE).content.decode()
    for _ in range(2):
        assert client.post(PAGE).status_code == 302
    assert Run.objects.count() == 1
    assert "We are asking." in client.get(PAGE).content.decode()


def test_a_reader_cannot_ask(rail):
    client = logged_in(Role.READER)
    assert client.post(PAGE).status_code == 403
    assert "Look now" not in client.get(PAGE).content.decode()


def test_findings_say_what_to_do_and_lead_to_the_gift(rail):
    gift = paid(opened(well()))
    [run] = actions.ask(rails=[PRETEND], by=None)
    finding = Finding(
        run=run, kind=FindingKind.OTHER_AMOUNT, provider_ref="pp_1", payment_id=gift.payment_id,
        ours_minor=500, theirs_minor=700, currency="EUR",
    )  # fmt: skip
    actions.end(run=run, told_count=1, findings=[finding])
    page = logged_in(Role.TREASURER).get(PAGE).content.decode()
    assert "1 difference" in page
    assert "There €7.00" in page
    assert "Here €5.00" in page
    assert "correct the amount on the gift&#x27;s page" in page
    assert f"money/gifts/{gift.id}/" in page


def test_trouble_is_told(rail):
    [run] = actions.ask(rails=[PRETEND], by=None)
    actions.end(run=run, trouble="HTTP 500.")
    page = logged_in(Role.TREASURER).get(PAGE).content.decode()
    assert "The provider could not be asked." in page
    assert "HTTP 500." in page


@pytest.mark.parametrize("name", ["reconcile", "desk", "bank"])
def test_the_words_are_there_in_all_languages(name):
    sets = [
        {key for key in words._texts(lang) if key.startswith(f"{name}.")}
        for lang in words.LANGUAGES
    ]
    assert sets[0]
    assert sets[0] == sets[1] == sets[2]
    kinds = [f"reconcile.{of}_{kind}" for of in ("kind", "do") for kind in FindingKind.values]
    assert set(kinds) <= set(words._texts("en"))
