"""Which rail: the preferred or newest account for new payments, its own for an open one."""

from datetime import timedelta

import pytest

from obolo.causes.tests.cast import well
from obolo.gateways.payments.pretend import PretendRail
from obolo.gateways.payments.satispay import SatispayRail
from obolo.gateways.payments.satispay_signature import new_key_pair
from obolo.gateways.payments.stripe import StripeRail
from obolo.giving import actions
from obolo.giving.errors import NoRail
from obolo.giving.models import PaymentState
from obolo.giving.rails import PRETEND, SATISPAY, STRIPE, rail, rail_by_name
from obolo.giving.tests.cast import asked, opened, told
from obolo.kit.clock import now
from obolo.organisations import actions as organisations
from obolo.organisations.errors import AccountIncomplete
from obolo.organisations.wall import within
from obolo.people.tests.cast import anna

PEM = new_key_pair()[0]
SECRETS = {
    PRETEND: {"secret": "s"},
    STRIPE: {"secret_key": "sk_test", "webhook_secret": "whsec"},
    SATISPAY: {"key_id": "k", "pem": PEM},
    "bank": {},
}
CLASSES = {PRETEND: PretendRail, STRIPE: StripeRail, SATISPAY: SatispayRail}


def _keep(charity, kind: str, secrets=None, **address) -> None:
    organisations.keep_account(
        kind=kind,
        hook_key="k",
        outside_id="1",
        address={"base_url": "http://localhost/x"} | address,
        secrets=SECRETS[kind] if secrets is None else secrets,
        organisation_id=charity.id,
    )


@pytest.mark.parametrize("kind", [PRETEND, STRIPE, SATISPAY])
def test_the_only_account_is_the_rail(charity, kind):
    _keep(charity, kind)
    name, found = rail()
    assert name == kind
    assert type(found) is CLASSES[kind]
    assert rail_by_name(kind) is found


def test_the_newest_account_collects_unless_another_is_preferred(charity, clock):
    _keep(charity, STRIPE)
    clock(seconds=1)
    _keep(charity, SATISPAY)
    assert rail()[0] == SATISPAY
    _keep(charity, STRIPE, preferred=True)
    assert rail()[0] == STRIPE
    assert type(rail_by_name(SATISPAY)) is SatispayRail


def test_a_rotated_key_makes_another_rail(charity):
    _keep(charity, STRIPE)
    before = rail_by_name(STRIPE)
    _keep(charity, STRIPE, SECRETS[STRIPE] | {"secret_key": "sk_next"})
    assert rail_by_name(STRIPE) is not before


@pytest.mark.parametrize("name", [STRIPE, "bank", "whatsapp", ""])
def test_what_is_no_rail_here_is_refused(charity, name):
    _keep(charity, "bank", iban="IT60X0542811101000000123456", beneficiary="Acqua Viva")
    with pytest.raises(NoRail):
        rail_by_name(name)
    with pytest.raises(NoRail):
        rail()


def test_the_rail_of_another_organisation_is_none_of_ours(charity, other_charity):
    _keep(charity, STRIPE)
    with within(other_charity.id), pytest.raises(NoRail):
        rail_by_name(STRIPE)


@pytest.mark.parametrize(
    ("kind", "secrets", "missing"),
    [
        (STRIPE, {"secret_key": "sk"}, "webhook_secret"),
        (STRIPE, {"secret_key": " ", "webhook_secret": "w"}, "secret_key"),
        (SATISPAY, {"key_id": "k", "pem": None}, "pem"),
        ("bank", {}, "iban, beneficiary"),
    ],
)
def test_an_account_that_lacks_something_is_not_kept(charity, kind, secrets, missing):
    with pytest.raises(AccountIncomplete, match=missing):
        _keep(charity, kind, secrets)


# ---- The next page ---------------------------------------------------------------------------


def _open_at_stripe(**told_of):
    payment = asked(anna(), well())
    remote = told(payment, "open", **told_of)
    assert actions.placed(payment=payment, rail=STRIPE, remote=remote)
    payment.refresh_from_db()
    return payment


def test_a_page_that_lives_a_day_is_asked_for_anew_after_a_day(charity, clock):
    payment = _open_at_stripe()
    clock(hours=23, minutes=59)
    assert not actions.ask_reopen(payment_id=payment.id)
    clock(minutes=2)
    assert actions.ask_reopen(payment_id=payment.id)
    assert not actions.ask_reopen(payment_id=payment.id), "it is asked for once"
    assert actions.claim_to_place(limit=5) == [payment]


def test_a_page_that_closed_early_is_noted(charity):
    payment = _open_at_stripe()
    actions.settle(payment_id=payment.id, remote=told(payment, "open", url=""))
    payment.refresh_from_db()
    assert (payment.state, payment.url) == (PaymentState.OPEN, "")
    assert actions.ask_reopen(payment_id=payment.id)


def test_without_a_next_page_it_is_asked_for_only_now_and_then(charity, clock):
    """A debit on its way has no page: whoever reloads must not make us ask each time."""
    payment = _open_at_stripe(url="")
    assert not actions.ask_reopen(payment_id=payment.id)
    clock(minutes=6)
    assert actions.ask_reopen(payment_id=payment.id)


def test_a_rail_whose_pages_never_close_is_not_asked(charity, clock):
    payment = opened(anna(), well())
    clock(days=29)
    assert not actions.ask_reopen(payment_id=payment.id)


def test_what_is_over_is_not_reopened(charity, clock):
    payment = _open_at_stripe()
    clock(days=31)
    assert payment.expires_at < now() - timedelta(hours=1)
    assert not actions.ask_reopen(payment_id=payment.id)


def test_how_an_earlier_page_ended_says_nothing_of_the_present_one(charity):
    payment = _open_at_stripe(provider_ref="cs_second")
    actions.settle(payment_id=payment.id, remote=told(payment, "expired", provider_ref="cs_first"))
    payment.refresh_from_db()
    assert payment.state == PaymentState.OPEN
    paid = told(payment, provider_ref="cs_first")
    assert actions.settle(payment_id=payment.id, remote=paid)[1], (
        "money is money, whatever page it came through"
    )
