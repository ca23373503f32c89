"""Two lists side by side: each difference once, nothing where they agree."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from obolo.gateways.payments.rail import RemotePayment
from obolo.giving.reconciliation.compare import Ours, differences
from obolo.kit.money import Money


def told(ref: str, minor: int = 500, reference: str = "") -> RemotePayment:
    paid = Money(minor, "EUR")
    return RemotePayment(
        provider_ref=ref, reference=reference or f"r-{ref}", state="paid", asked=paid, paid=paid,
        fee=None, method="card", paid_at=datetime(2026, 11, 24, tzinfo=UTC), url="",
    )  # fmt: skip


def known(ref: str, booked: int | None = 500, *, provider_ref: str | None = None) -> Ours:
    return Ours(
        payment=f"p-{ref}",
        reference=f"r-{ref}",
        provider_ref=ref if provider_ref is None else provider_ref,
        booked=None if booked is None else Money(booked, "EUR"),
    )


def kinds(theirs, ours) -> list[tuple[str, str]]:
    return [(one.kind, one.provider_ref) for one in differences(theirs, ours)]


def test_the_same_on_both_sides_is_no_difference():
    assert kinds([told("a"), told("b")], [known("b"), known("a")]) == []


def test_named_twice_is_named_once():
    assert kinds([told("a"), told("a")], [known("a", None)]) == [("not_booked", "a")]


def test_each_kind_of_difference():
    theirs = [told("a"), told("b", 700), told("c")]
    ours = [known("a", None), known("b"), known("d")]
    assert kinds(theirs, ours) == [
        ("not_booked", "a"), ("other_amount", "b"), ("unknown_here", "c"), ("not_listed", "d"),
    ]  # fmt: skip


def test_a_payment_whose_number_we_never_got_is_known_by_our_reference():
    assert kinds([told("a")], [known("a", None, provider_ref="")]) == [("not_booked", "a")]


def test_another_currency_is_another_amount():
    theirs = [told("a")]
    ours = [Ours(payment="p", reference="r-a", provider_ref="a", booked=Money(500, "USD"))]
    assert kinds(theirs, ours) == [("other_amount", "a")]


def test_what_was_never_paid_anywhere_is_no_difference():
    assert kinds([], [known("a", None)]) == []


_REFS = st.lists(st.sampled_from("abcdefgh"), unique=True)


@given(_REFS, _REFS, st.randoms())
def test_every_payment_on_one_side_alone_is_named_exactly_once(there, here, chance):
    theirs, ours = [told(one) for one in there], [known(one) for one in here]
    chance.shuffle(theirs)
    chance.shuffle(ours)
    found = kinds(theirs, ours)
    assert sorted(found) == sorted(
        [("unknown_here", one) for one in there if one not in here]
        + [("not_listed", one) for one in here if one not in there]
    )
