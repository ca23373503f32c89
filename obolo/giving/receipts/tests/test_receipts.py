"""One living receipt per gift: numbered once, frozen, voided and replaced where all can see it."""

import contextlib
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from obolo.causes.tests.cast import eur, well
from obolo.gateways.tests.at_once import THREADS, at_once
from obolo.giving.models import Receipt
from obolo.giving.receipts import actions, queries
from obolo.giving.receipts.audit import breaches
from obolo.giving.receipts.errors import (
    AlreadyVoid,
    NoSuchReceipt,
    NothingToReceipt,
    ReasonMissing,
    ReissueKeyReused,
    TaxCodeOdd,
)
from obolo.giving.receipts.models import Issuer, ReceiptName
from obolo.giving.tests.cast import paid
from obolo.ledger.actions import change_owner, post_refund
from obolo.organisations.wall import within
from obolo.people.tests.cast import anna, emma

TODAY = date(2026, 11, 24)
BY = uuid4()
ISSUER = {
    "name": "Acqua Viva ODV",
    "address": "Via dei Pozzi 1\n00100 Roma",
    "tax_code": "97012340588",
    "body_type": "odv",
    "runts_section": "Organizzazioni di volontariato, n. 12345",
}


@pytest.fixture
def gift(charity):
    """Anna's gift of 5 euro, with its receipt."""
    return paid(anna(), well())


def _refund(gift, minor):
    post_refund(
        gift_id=gift.id,
        amount=eur(minor),
        account="cash:simulator",
        key=f"refund:{gift.id}:{minor}",
        value_date=TODAY,
    )


def _newest(gift) -> Receipt:
    found = queries.newest_of(gift.id)
    assert found
    return found


def test_what_is_printed_is_frozen_when_the_number_is_given(charity):
    actions.keep_issuer(by=BY, **ISSUER)
    actions.keep_receipt_name(
        person_id=anna().id, name="Anna  Verdi", tax_code="vrdnna80a41h501x", by=BY
    )
    gift = paid(anna(), well(), at=datetime(2025, 12, 31, 23, 30, tzinfo=UTC))
    actions.keep_issuer(by=BY, **ISSUER | {"name": "Acqua Nuova ODV"})
    actions.keep_receipt_name(person_id=anna().id, name="Anna Rossi", tax_code="", by=BY)
    printed = queries.printed_of(_newest(gift))
    assert printed.body.name == "Acqua Viva ODV"
    assert printed.body.missing == ()
    assert (printed.donor_name, printed.donor_tax_code) == ("Anna Verdi", "VRDNNA80A41H501X")
    assert (printed.amount_minor, printed.gift_minor, printed.currency) == (500, 500, "EUR")
    assert printed.paid_on == date(2026, 1, 1)  # in Rome
    assert (printed.method, printed.cause) == ("card", "Il pozzo di Moroto")
    assert printed.verdict == "odv"


def test_missing_data_of_the_organisation_hold_up_no_number(gift):
    printed = queries.printed_of(_newest(gift))
    assert printed.body.name == "Acqua Viva"
    assert printed.body.missing == ("address", "tax_code", "body_type")
    assert printed.verdict == "body"


def test_a_void_receipt_keeps_its_number(gift):
    receipt = _newest(gift)
    first = actions.void(receipt_id=receipt.id, reason=" gift   refunded ", by=BY)
    again = actions.void(receipt_id=receipt.id, reason="gift refunded", by=None)
    assert first == again
    assert (first.reason, first.by) == ("gift refunded", BY)
    assert queries.living_of(gift.id) is None
    assert _newest(gift) == receipt
    next_one = _newest(paid(emma(), gift.cause))
    assert next_one.number == receipt.number + 1
    assert breaches() == []


def test_void_asks_for_a_reason_and_says_when_it_was_done_before(gift):
    receipt = _newest(gift)
    with pytest.raises(ReasonMissing):
        actions.void(receipt_id=receipt.id, reason="  ", by=BY)
    with pytest.raises(NoSuchReceipt):
        actions.void(receipt_id=uuid4(), reason="wrong", by=BY)
    actions.void(receipt_id=receipt.id, reason="wrong name", by=BY)
    with pytest.raises(AlreadyVoid, match="wrong name"):
        actions.void(receipt_id=receipt.id, reason="another", by=BY)


def test_a_replaced_receipt_and_its_successor_name_each_other(gift):
    old = _newest(gift)
    new = actions.reissue(gift_id=gift.id, reason="wrong name", by=BY, key="k")
    assert (new.year, new.number) == (old.year, old.number + 1)
    assert new.replaces == old
    shown = queries.get(old.id)
    assert shown
    assert queries.successor_of(shown) == new
    void = queries.void_of(shown)
    assert void
    assert (void.reason, void.by) == ("wrong name", BY)
    assert queries.living_of(gift.id) == new
    assert [one.id for one in queries.chain_of(gift.id)] == [old.id, new.id]
    assert breaches() == []


def test_the_same_key_replaces_once_and_nothing_else(gift):
    new = actions.reissue(gift_id=gift.id, reason="wrong name", by=BY, key="k")
    assert actions.reissue(gift_id=gift.id, reason="wrong name", by=BY, key="k") == new
    with pytest.raises(ReissueKeyReused):
        actions.reissue(gift_id=gift.id, reason="another reason", by=BY, key="k")
    other = paid(emma(), gift.cause)
    with pytest.raises(ReissueKeyReused):
        actions.reissue(gift_id=other.id, reason="wrong name", by=BY, key="k")
    assert Receipt.objects.count() == 3


def test_a_part_refunded_leaves_a_receipt_of_the_rest(gift):
    _refund(gift, 200)
    new = actions.follow_return(gift_id=gift.id, reason="refund of 2 €", by=BY, key="r1")
    assert new
    printed = queries.printed_of(new)
    assert (printed.amount_minor, printed.gift_minor) == (300, 500)
    assert breaches() == []


def test_all_refunded_leaves_a_void_receipt(gift):
    _refund(gift, 500)
    for _ in range(2):
        assert actions.follow_return(gift_id=gift.id, reason="refunded", by=BY, key="r") is None
    assert queries.living_of(gift.id) is None
    with pytest.raises(NothingToReceipt):
        actions.reissue(gift_id=gift.id, reason="again", by=BY, key="x")
    assert Receipt.objects.count() == 1
    assert breaches() == []


def test_a_refund_whose_receipt_was_not_brought_along_is_found(gift):
    _refund(gift, 200)
    (found,) = breaches()
    assert found == (
        "a living receipt says another amount than is left of its gift: giving_receipt"
        f" {_newest(gift).id}: amount is 500, should be 300"
    )


def test_void_for_leaves_alone_what_staff_had_voided(gift):
    by_hand = actions.void(receipt_id=_newest(gift).id, reason="by hand", by=BY)
    assert actions.void_for(gift_id=gift.id, reason="refunded", by=None) == by_hand


def test_a_gift_that_turns_out_to_be_anothers_gets_a_receipt_in_the_right_name(gift):
    change_owner(gift_id=gift.id, owner_id=emma().id, key="o", value_date=TODAY)
    new = actions.reissue(gift_id=gift.id, reason="wrong donor", by=BY, key="k")
    assert queries.printed_of(new).donor_name == emma().name


def test_a_branch_in_the_chain_is_refused_by_the_database(gift):
    first = _newest(gift)
    with pytest.raises(DatabaseError, match="replaces a void one"), transaction.atomic():
        Receipt.objects.create(gift=gift, year=2026, number=77, replaces=first)
    second = actions.reissue(gift_id=gift.id, reason="x", by=BY, key="k")
    with pytest.raises(IntegrityError), transaction.atomic():
        Receipt.objects.create(gift=gift, year=2026, number=77, replaces=first)
    with pytest.raises(IntegrityError), transaction.atomic():
        Receipt.objects.create(gift=gift, year=2026, number=77)
    other = paid(emma(), gift.cause)
    actions.void_for(gift_id=gift.id, reason="y", by=BY)
    with pytest.raises(DatabaseError, match="of the same gift"), transaction.atomic():
        Receipt.objects.create(gift=other, year=2026, number=77, replaces=second)


@pytest.mark.parametrize("table", ["receipt", "receiptvoid", "issuer", "receiptname"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_nothing_said_is_altered(gift, table, verb):
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(verb.format(f"giving_{table}"))


def test_replaced_at_the_same_moment_by_many_there_is_one_living_receipt(committed):
    with within(committed.id):
        gift = paid(anna(), well())

    def work(number):
        with contextlib.suppress(LookupError), within(committed.id):
            actions.reissue(gift_id=gift.id, reason="wrong name", by=BY, key=f"k{number % 4}")
            if number % 8 == 1:
                raise LookupError  # what fails leaves no gap

    at_once(work)
    with within(committed.id):
        keys = set(Receipt.objects.exclude(key=None).values_list("key", flat=True))
        assert Receipt.objects.count() == len(keys) + 1
        assert keys >= {"k0", "k2", "k3"}
        assert THREADS >= 4
        assert breaches() == []


@pytest.mark.parametrize(
    ("odd", "sentence"),
    [
        ({"number": 9}, "receipt numbers of a year have a gap: {}: number of 2026 is 9, sho"),
        ({"number": 4}, "the counter of a year is not at its last receipt: giving_receiptcounter"),
        ({"printed": {"amount_minor": 499}}, "a living receipt says another amount than is left"),
        ({"printed": {"currency": "USD"}}, "a receipt says another currency than its gift: {}"),
        ({"printed": {"paid_on": "2026-03-01"}}, "a receipt says another day than its gift: {}"),
    ],
)
def test_the_audit_names_the_first_wrong_receipt(charity, odd, sentence):
    day = datetime(2026, 11, 20, 12, tzinfo=UTC)
    good = paid(anna(), well(), at=day)
    other = paid(emma(), good.cause, at=day)
    row = _newest(other)
    actions.void_for(gift_id=other.id, reason="planted", by=None)
    bad = {"number": 3, "printed": row.printed} | odd
    bad["printed"] = row.printed | odd.get("printed", {})
    planted = Receipt.objects.create(gift=other, year=2026, replaces=row, **bad)
    found = breaches()
    expected = sentence.format(f"giving_receipt {planted.id}")
    assert any(one.startswith(expected) for one in found), found


def test_a_tax_code_is_looked_at(charity):
    for odd in ("VRDNNA80A41", "1234567890123", "VRDNNA80A41H501X9"):
        with pytest.raises(TaxCodeOdd):
            actions.keep_receipt_name(person_id=anna().id, name="Anna", tax_code=odd, by=BY)
    kept = actions.keep_receipt_name(
        person_id=anna().id, name="Acqua srl", tax_code="0123 4567 890", by=BY
    )
    assert kept.tax_code == "01234567890"


def test_saying_the_same_again_makes_no_row(charity):
    for _ in range(2):
        actions.keep_issuer(by=BY, **ISSUER)
        actions.keep_receipt_name(person_id=anna().id, name="Anna", tax_code="", by=BY)
    assert (Issuer.objects.count(), ReceiptName.objects.count()) == (1, 1)


def test_receipts_are_found_by_number_name_tax_code_and_year(charity):
    cause = well()
    actions.keep_receipt_name(
        person_id=emma().id, name="Emma Bianchi", tax_code="01234567890", by=BY
    )
    old = _newest(paid(anna(), cause, at=datetime(2025, 5, 5, tzinfo=UTC)))
    new = _newest(paid(emma(), cause, at=datetime(2026, 5, 5, tzinfo=UTC)))
    assert list(queries.search()) == [new, old]
    assert list(queries.search(words="2025/1")) == [old]
    assert list(queries.search(words="1", year=2026)) == [new]
    assert list(queries.search(words="bianchi")) == [new]
    assert list(queries.search(words="01234567890")) == [new]
    assert list(queries.search(words="9" * 40)) == []
    actions.void_for(gift_id=old.gift_id, reason="x", by=BY)
    assert list(queries.search(state="void")) == [old]
    assert list(queries.search(state="living")) == [new]
    assert queries.years() == [2026, 2025]
