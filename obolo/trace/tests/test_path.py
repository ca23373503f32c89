"""The path of a gift through its whole life, as donors and programs read it."""

import base64
import re

import pytest
from django.db import connection

from obolo.causes.actions import add_evidence
from obolo.causes.tests.cast import buy, eur, invoice, photo, school, well
from obolo.gateways.tests.at_once import at_once
from obolo.giving.actions import settle
from obolo.giving.tests.cast import opened, paid, told
from obolo.kit.ids import token_hash
from obolo.organisations.wall import within
from obolo.people.tests.cast import anna, emma
from obolo.trace import actions, queries
from obolo.trace.models import Report, TraceLink
from obolo.trace.queries import Numbers


@pytest.fixture
def cause(charity):
    """The well."""
    return well()


def _steps(gift) -> list[str]:
    return [
        f"{s.state} partly" if s.partly else s.state for s in queries.path(gift).steps if s.done
    ]


def test_the_states_of_a_gift_one_after_the_other(cause):
    gift = paid(anna(), cause, 1_000, fee=0)  # 100 overhead, 900 for the well
    assert _steps(gift) == ["received", "settled", "assigned"]
    first = buy(cause, 400)
    assert _steps(gift) == ["received", "settled", "assigned", "spent partly"]
    add_evidence(purchase=first, evidence=photo())
    assert _steps(gift)[3:] == ["spent partly", "evidenced"]  # all that was spent so far
    second = buy(cause, 500)
    assert _steps(gift)[3:] == ["spent", "evidenced partly"]
    add_evidence(purchase=second, evidence=invoice())
    assert _steps(gift)[3:] == ["spent", "evidenced"]
    assert [s.state for s in queries.path(gift).steps] == list(queries.STATES)


def test_amounts_and_numbers_of_a_path(cause):
    paid(emma(), cause, 100, fee=0)  # 10 + 90 come before
    gift = paid(anna(), cause, 500, fee=33)  # 467 net: 46 overhead, 421 for the well
    bought = buy(cause, 190, evidence=[photo(), invoice()])
    path = queries.path(gift)
    assert (path.net_minor, path.overhead_minor, path.restricted_minor) == (467, 46, 421)
    assert (path.spent_minor, path.free_minor) == (100, 321)
    assert path.numbers == (
        Numbers(purpose="restricted", low=91, high=511),
        Numbers(purpose="overhead", low=11, high=56),
    )
    [counted] = path.counted
    assert (counted.purchase_id, counted.counted_minor, counted.whole_minor) == (
        bought.id,
        100,
        190,
    )
    assert counted.numbers == (Numbers(purpose="restricted", low=91, high=190),)
    assert (len(counted.photos), len(counted.papers)) == (1, 1)
    assert path.receipt
    assert path.receipt.number == 2


def test_numbers_count_from_one_and_mean_both_ends(cause):
    gift = paid(anna(), cause, 10, fee=0)
    for numbers in queries.path(gift).numbers:
        assert numbers.low == 1
    assert sum(n.high - n.low + 1 for n in queries.path(gift).numbers) == 10


def test_a_gift_that_the_fee_ate_is_received_and_settled_only(cause):
    payment = opened(anna(), cause, 20)
    gift, _ = settle(payment_id=payment.id, remote=told(payment, fee=eur(35)))
    assert gift
    assert _steps(gift) == ["received", "settled"]
    assert queries.path(gift).numbers == ()


def test_the_same_path_for_programs(cause):
    gift = paid(anna(), cause, 500)
    buy(cause, 100, evidence=[photo(), invoice()])
    told_ = queries.as_json(queries.path(gift))
    assert told_["gross_minor"] == told_["net_minor"] + told_["fee_minor"] == 500
    assert told_["restricted_minor"] == told_["spent_minor"] + told_["free_minor"]
    assert [s["state"] for s in told_["steps"]] == list(queries.STATES)
    assert told_["numbers"][0] == {"purpose": "restricted", "low": 1, "high": 421}
    [bought] = told_["purchases"]
    assert bought["counted_minor"] == 100
    assert {e["public"] for e in bought["evidence"]} == {True, False}
    assert "Anna" not in str(told_)


def test_the_whole_fund_beside_it(cause):
    other = school()
    paid(anna(), cause, 1_000, fee=0)
    paid(emma(), cause, 1_000, fee=0)
    paid(emma(), other, 1_000, fee=0)
    bought = buy(cause, 450)
    whole = queries.whole(cause)
    assert (whole.received_minor, whole.spent_minor, whole.free_minor) == (1_800, 450, 1_350)
    assert (whole.overhead_minor, whole.gifts_count, whole.spent_percent) == (200, 2, 25)
    assert list(whole.purchases) == [bought]
    assert queries.whole(other).spent_percent == 0


def test_a_fund_without_gifts_is_empty_and_no_error(cause):
    whole = queries.whole(cause)
    assert (whole.received_minor, whole.spent_percent, whole.purchases) == (0, 0, ())


def _token(gift) -> str:
    return actions.url(actions.link_for(gift_id=gift.id).id).rpartition("/")[2]


def test_a_link_opens_the_page_of_its_gift(cause):
    gift, other = paid(anna(), cause), paid(anna(), cause)
    assert queries.gift_by_token(_token(gift)) == gift
    assert queries.gift_by_token(_token(other)) == other
    assert _token(gift) == _token(gift) != _token(other)


def test_a_token_is_long_and_only_its_hash_is_kept(cause):
    token = _token(paid(anna(), cause))
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)
    assert len(base64.urlsafe_b64decode(token + "=")) * 8 == 256
    [link] = TraceLink.objects.all()
    assert bytes(link.token_hash) == token_hash(token)


def test_nothing_in_the_row_tells_the_token(cause, settings):
    """Another installation with the same row would make another token."""
    gift = paid(anna(), cause)
    token = _token(gift)
    settings.SECRET_KEY = "another installation's key, long enough for this"
    assert _token(gift) != token


@pytest.mark.parametrize(
    "change",
    [
        lambda t: "", lambda t: t[:-1], lambda t: t + "A", lambda t: t[::-1], lambda t: t.lower(),
        lambda t: f" {t}", lambda t: t * 3, lambda t: "x" * 10_000, lambda t: "\x00" * 43,
        lambda t: "\ud800" * 43, lambda t: "' OR 1=1 --          ",
    ],
)  # fmt: skip
def test_a_wrong_token_opens_nothing(cause, change):
    assert queries.gift_by_token(change(_token(paid(anna(), cause)))) is None


def test_a_revoked_token_opens_nothing_and_the_next_is_another(cause):
    gift = paid(anna(), cause)
    old = _token(gift)
    actions.revoke(gift_id=gift.id)
    assert queries.gift_by_token(old) is None
    assert _token(gift) != old
    assert queries.gift_by_token(_token(gift)) == gift
    assert queries.gift_by_token(old) is None


def test_a_token_opens_nothing_in_another_organisation(cause, other_charity):
    token = _token(paid(anna(), cause))
    with within(other_charity.id):
        assert queries.gift_by_token(token) is None


def test_a_link_made_at_the_same_moment_is_one(committed):
    with within(committed.id):
        gift = paid(anna(), well())

    def work(_):
        with within(committed.id):
            return actions.link_for(gift_id=gift.id).id

    assert len(set(at_once(work, threads=4))) == 1


def test_a_report_is_owed_once_per_purchase_and_worked_off_in_pieces(cause):
    paid(anna(), cause, 1_000)
    bought = buy(cause, 100)
    for _ in range(2):
        actions.owe_report(purchase_id=bought.id)
    report = actions.claim_report()
    assert report
    actions.report_told(report=report, count=2, of=3)
    report = actions.claim_report()
    assert report
    assert report.told_count == 2
    actions.report_told(report=report, count=1, of=3)
    assert actions.claim_report() is None
    assert Report.objects.count() == 1


def test_a_path_needs_few_questions(cause, django_assert_max_num_queries):
    gift = paid(anna(), cause, 1_000)
    for _ in range(6):
        buy(cause, 10, evidence=[photo()])
    with django_assert_max_num_queries(8):
        queries.path(gift)
    assert connection.vendor == "postgresql"
