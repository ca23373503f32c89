"""One payment is one gift, whatever the number and order of notices; what was paid is booked."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from obolo.causes.actions import open_cause
from obolo.causes.tests.cast import eur, well
from obolo.gateways.tests.at_once import THREADS, at_once
from obolo.giving import actions, queries
from obolo.giving.models import Gift, Payment, PaymentState, Receipt
from obolo.giving.tests.cast import asked, opened, paid, told
from obolo.kit.clock import now
from obolo.kit.money import Money
from obolo.ledger import queries as ledger
from obolo.ledger.audit import breaches
from obolo.ledger.models import Entry
from obolo.organisations.wall import within
from obolo.people.tests.cast import anna, emma


@pytest.fixture
def cause(charity):
    """The well."""
    return well()


def _settle(payment: Payment, state: str = "paid", **other) -> tuple[Gift | None, bool]:
    return actions.settle(payment_id=payment.id, remote=told(payment, state, **other))


def _entries() -> int:
    """All that was posted but the rules of the funds."""
    return Entry.objects.exclude(kind="rule").count()


def _state(payment: Payment) -> str:
    payment.refresh_from_db()
    return payment.state


def test_a_paid_payment_becomes_a_gift_with_a_receipt(cause):
    payment = opened(anna(), cause)
    gift, booked = _settle(payment)
    assert booked
    assert gift
    assert (gift.gross, gift.fee, gift.net) == (eur(500), eur(33), eur(467))
    assert not gift.other_amount
    assert not gift.fee_is_estimate
    assert _state(payment) == PaymentState.PAID
    assert ledger.gift_path(gift.id).net_minor == 467
    assert ledger.free_minor(cause.fund_id, "EUR") == 467 - 46
    receipt = queries.receipt_of(gift.id)
    assert receipt
    assert receipt.shown == f"{receipt.year}/000001"
    assert breaches() == []


def test_many_notices_book_once(cause):
    payment = opened(anna(), cause)
    first, _ = _settle(payment)
    for state in ("paid", "open", "failed", "expired", "cancelled", "paid"):
        assert _settle(payment, state) == (first, False)
    assert _state(payment) == PaymentState.PAID
    assert Gift.objects.count() == Receipt.objects.count() == _entries() == 1


def test_many_notices_at_the_same_moment_book_once(committed):
    with within(committed.id):
        payment = opened(anna(), well())

    def work(_):
        with within(committed.id):
            gift, booked = _settle(payment)
            return gift.id if gift else None, booked

    answers = at_once(work)
    assert sum(booked for _, booked in answers) == 1
    assert len({gift_id for gift_id, _ in answers}) == 1
    with within(committed.id):
        assert Gift.objects.count() == _entries() == Receipt.objects.count() == 1
        assert breaches() == []


def test_receipts_are_numbered_without_gaps_at_the_same_moment(committed):
    """Gifts in two currencies share no line of the ledger: only the counter keeps them apart."""
    with within(committed.id):
        person = anna()
        causes = [
            open_cause(slug=code.lower(), names={"en": code}, currency=code)
            for code in ("EUR", "USD")
        ]
        payments = [
            [_opened_in(person, causes[number % 2]) for _ in range(3)] for number in range(THREADS)
        ]

    def work(number):
        for turn, payment in enumerate(payments[number]):
            with contextlib.suppress(LookupError), within(committed.id):
                _settle(payment)
                if turn == 0 and number % 4 == 1:
                    raise LookupError  # a worker that fails leaves no gap

    at_once(work)
    with within(committed.id):
        numbers = sorted(Receipt.objects.values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) == THREADS * 3 - THREADS // 4
        assert breaches() == []


def _opened_in(person, cause) -> Payment:
    amount = Money(500, cause.currency)
    payment = actions.ask(
        person=person, cause=cause, amount=amount, language="it", conversation_id=None
    )
    assert actions.placed(payment=payment, rail="simulator", remote=told(payment, "open"))
    payment.refresh_from_db()
    return payment


def test_receipts_are_numbered_by_the_year_where_the_organisation_is(cause):
    """The first of January begins an hour earlier in Rome."""
    moments = [
        datetime(2024, 12, 31, 22, 59, tzinfo=UTC),
        datetime(2024, 12, 31, 23, 1, tzinfo=UTC),
        datetime(2024, 6, 1, tzinfo=UTC),
        datetime(2025, 6, 1, tzinfo=UTC),
    ]
    shown = []
    for at in moments:
        receipt = queries.receipt_of(paid(anna(), cause, at=at).id)
        assert receipt
        shown.append(receipt.shown)
    assert shown == ["2024/000001", "2025/000001", "2024/000002", "2025/000002"]


def test_receipts_of_another_organisation_are_numbered_by_themselves(cause, other_charity):
    paid(anna(), cause)
    with within(other_charity.id):
        receipt = queries.receipt_of(paid(anna(), well()).id)
        assert receipt
        assert receipt.number == 1
        assert Gift.objects.count() == 1
        assert queries.total_minor("EUR") == 500


@pytest.mark.parametrize("minor", [1, 499, 501, 50_000])
def test_another_amount_is_booked_as_paid_and_flagged(cause, minor):
    gift, _ = _settle(opened(anna(), cause), paid=eur(minor), fee=eur(0))
    assert gift
    assert gift.gross == eur(minor)
    assert gift.asked_minor == 500
    assert gift.other_amount
    assert ledger.gift_path(gift.id).net_minor == minor


@pytest.mark.parametrize(
    ("state", "ends"),
    [
        ("open", PaymentState.OPEN),
        ("failed", PaymentState.FAILED),
        ("expired", PaymentState.EXPIRED),
        ("cancelled", PaymentState.CANCELLED),
        ("refunded", PaymentState.REFUNDED),
    ],
)
def test_without_money_there_is_no_gift(cause, state, ends):
    payment = opened(anna(), cause)
    assert _settle(payment, state) == (None, False)
    assert _state(payment) == ends
    assert Gift.objects.count() == _entries() == 0


@pytest.mark.parametrize("amount", [None, eur(0), eur(-500)])
def test_paid_without_an_amount_is_not_paid(cause, amount):
    payment = opened(anna(), cause)
    assert _settle(payment, "paid", paid=amount) == (None, False)
    assert _state(payment) == PaymentState.OPEN


@pytest.mark.parametrize("end", ["failed", "expired", "cancelled"])
def test_money_that_arrives_after_the_end_is_booked(cause, end):
    payment = opened(anna(), cause)
    _settle(payment, end)
    gift, booked = _settle(payment)
    assert booked
    assert gift
    assert _state(payment) == PaymentState.PAID


def test_a_payment_we_cancelled_that_was_nevertheless_paid_is_booked(cause):
    payment = opened(anna(), cause)
    actions.cancel(payment_id=payment.id)
    assert _state(payment) == PaymentState.CANCELLED
    assert _settle(payment)[1]
    assert _state(payment) == PaymentState.PAID


def test_a_paid_payment_is_not_cancelled(cause):
    payment = opened(anna(), cause)
    _settle(payment)
    actions.cancel(payment_id=payment.id)
    assert _state(payment) == PaymentState.PAID


@pytest.mark.parametrize(("minor", "fee"), [(500, 33), (10_000, 175), (10, 10), (1, 1)])
def test_an_unknown_fee_is_estimated_and_says_so(cause, minor, fee):
    gift, _ = _settle(opened(anna(), cause, minor), fee=None)
    assert gift
    assert gift.fee_is_estimate
    assert gift.fee_minor == fee


def test_a_fee_larger_than_the_gift_numbers_nothing(cause):
    gift, booked = _settle(opened(anna(), cause, 20), fee=eur(35))
    assert booked
    assert gift
    assert gift.net == eur(-15)
    assert ledger.gift_path(gift.id).net_minor == 0
    assert queries.receipt_of(gift.id)
    assert breaches() == []


def test_a_time_in_the_future_is_not_believed(cause):
    gift, _ = _settle(opened(anna(), cause), paid_at=now() + timedelta(days=400))
    assert gift
    assert gift.paid_at <= now()


def test_a_gift_is_never_altered(cause):
    gift = paid(anna(), cause)
    for change in ("UPDATE giving_gift SET gross_minor = 1", "DELETE FROM giving_gift"):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(change)
    gift.refresh_from_db()
    assert gift.gross_minor == 500


def test_a_receipt_number_is_not_given_twice(cause):
    gift = paid(anna(), cause)
    other = paid(emma(), cause)
    receipt = queries.receipt_of(gift.id)
    assert receipt
    with pytest.raises(DatabaseError), transaction.atomic():
        Receipt.objects.create(gift=other, year=receipt.year, number=receipt.number)


def test_a_payment_nobody_placed_is_still_booked_once_it_is(cause):
    """A notice may overtake the answer to `create`."""
    payment = asked(anna(), cause)
    actions.placed(payment=payment, rail="simulator", remote=told(payment))
    assert _settle(payment)[1]
    with connection.cursor() as cursor:
        cursor.execute("SELECT account FROM ledger_leg WHERE account LIKE 'cash:%%'")
        assert cursor.fetchall() == [("cash:simulator",)]
