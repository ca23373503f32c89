"""What was booked wrongly is put right by a deed of its own; what was written stays."""

import pytest
from django.db import DatabaseError, transaction

from obolo.causes.tests.cast import DAY, buy, eur
from obolo.giving import queries as giving
from obolo.giving.models import Gift
from obolo.giving.returns import actions, errors
from obolo.giving.returns.models import Deed
from obolo.giving.returns.tests.cast import STAFF, gave, kinds, left
from obolo.kit.money import Money
from obolo.ledger.audit import breaches
from obolo.ledger.queries import free_minor, fund_totals, owner_of
from obolo.ledger.returns import gift_state
from obolo.people.tests.cast import anna, emma


@pytest.fixture
def gift(cause):
    return gave(anna(), cause, 500, fee=33)


def why(**more):
    return {"reason": "typed wrongly", "by": STAFF, "key": "k"} | more


def test_a_duplicate_is_taken_off_whole(cause, gift):
    void = {"gift_id": gift.id, "gross": eur(500), "fee": eur(33)}
    made = actions.void(**void, **why())
    assert actions.void(**void, **why()).id == made.id
    assert free_minor(cause.fund_id, "EUR") == 0
    assert left(gift) == 0
    assert kinds(gift.id) == ["voided"]
    with pytest.raises(errors.NotEnoughLeft):
        actions.void(**void, **why(key="k2"))
    assert breaches() == []


def test_booked_too_high_after_it_was_spent(cause, gift):
    buy(cause, 421)
    actions.void(gift_id=gift.id, gross=eur(100), fee=eur(0), **why())
    assert gift_state(gift.id).gross_minor == 400
    assert breaches() == []


def test_booked_too_low_gets_more_numbers(cause, gift):
    actions.add(gift_id=gift.id, gross=eur(100), fee=eur(0), **why())
    assert gift_state(gift.id).gross_minor == 600
    assert left(gift) == 600
    assert Gift.objects.get(id=gift.id).gross_minor == 500, "what was booked stays written"
    assert breaches() == []


@pytest.mark.parametrize(("gross", "fee"), [(501, 0), (100, 34), (10, 10), (0, 0)])
def test_impossible_corrections_are_refused(gift, gross, fee):
    with pytest.raises((errors.NotEnoughLeft, errors.BadCorrection)):
        actions.void(gift_id=gift.id, gross=eur(gross), fee=eur(fee), **why())
    assert Deed.objects.count() == 0


@pytest.mark.parametrize(("gross", "fee"), [(0, 0), (-5, 0), (10, 10), (10, -1)])
def test_impossible_additions_are_refused(gift, gross, fee):
    with pytest.raises(errors.BadCorrection):
        actions.add(gift_id=gift.id, gross=eur(gross), fee=eur(fee), **why())


def test_a_gift_booked_for_the_wrong_person_follows_its_owner(gift):
    right = emma()
    made, new = actions.change_owner(gift_id=gift.id, person_id=right.id, **why())
    assert new
    assert actions.change_owner(gift_id=gift.id, person_id=right.id, **why()) == (made, False)
    assert [g.id for g in giving.gifts_of(right.id)] == [gift.id]
    assert list(giving.gifts_of(gift.person_id)) == []
    assert giving.who_gave([gift.person_id, right.id]) == {right.id}
    assert owner_of(gift.id) == right.id
    deed = Deed.objects.get()
    assert (deed.person_from_id, deed.person_to_id, deed.by) == (gift.person_id, right.id, STAFF)
    with pytest.raises(errors.BadCorrection):
        actions.change_owner(gift_id=gift.id, person_id=right.id, **why(key="k2"))
    with pytest.raises(errors.BadCorrection):
        actions.change_owner(gift_id=gift.id, person_id=STAFF, **why(key="k3"))


def test_only_the_owner_of_a_gift_may_change_and_no_deed(gift):
    actions.change_owner(gift_id=gift.id, person_id=emma().id, **why())
    for change in (
        lambda: Gift.objects.filter(id=gift.id).update(gross_minor=1),
        lambda: Deed.objects.update(reason="other"),
        lambda: Deed.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_matching_gift_is_linked_once(cause, gift):
    match = gave(emma(), cause, 500)
    linked = {"gift_id": match.id, "matched_id": gift.id}
    made = actions.match(**linked, **why())
    assert actions.match(**linked, **why()).id == made.id
    assert kinds(gift.id) == kinds(match.id) == ["matched"]
    for first, second in ((match, gift), (gift, match), (gift, gift)):
        with pytest.raises(errors.BadCorrection):
            actions.match(gift_id=first.id, matched_id=second.id, **why(key="k2"))


def test_a_conversion_keeps_rate_and_day(cause, gift):
    convert = {
        "fund_id": cause.fund_id, "sold": eur(400), "bought": Money(2_611, "XOF"), "fee": eur(2),
        "rate": "655.957", "on": DAY, "account": "cash:bank",
    }  # fmt: skip
    made = actions.convert(**convert, **why())
    assert actions.convert(**convert, **why()).id == made.id
    assert {t.currency: t.free_minor for t in fund_totals(cause.fund_id)} == {
        "EUR": 21, "XOF": 2_611,
    }  # fmt: skip
    with pytest.raises(errors.BadCorrection):
        actions.convert(**convert | {"rate": " "}, **why(key="k2"))
    assert breaches() == []
