"""Matching: certain, in doubt and why, or foreign. A second import is quiet."""

import random
import time
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from obolo.gateways.payments.bank import references
from obolo.gateways.payments.bank.matching import Awaited, Doubt, match
from obolo.gateways.payments.bank.statement import Line, with_identities
from obolo.kit.money import Money

DAY = date(2026, 11, 23)


def _awaited(key: str, minor: int = 500, **changed: Any) -> Awaited:
    told: dict[str, Any] = {
        "key": key,
        "reference": references.for_key(key),
        "amount": Money(minor, "EUR"),
        "asked_on": date(2026, 11, 1),
        "name": "Anna Maria Rossi",
    }
    return Awaited(**(told | changed))


def _line(minor: int = 500, **changed: Any) -> Line:
    told: dict[str, Any] = {"amount": Money(minor, "EUR"), "booked_on": DAY}
    [line] = with_identities("account", [Line(**(told | changed))])
    return line


A, B = _awaited("gift-a"), _awaited("gift-b", 700, name="Bo Verdi")
RF = A.reference


@pytest.mark.parametrize(
    "said",
    [
        {"reference": RF},
        {"reference": references.printed(RF)},
        {"reference": RF.lower()},
        {"text": f"Donazione {references.printed(RF)} grazie"},
        {"text": f"Donazione {RF}grazie"},
        {"text": f"RIF:{RF[:7]}\n{RF[7:]}/CAUSALE"},
        {"end_to_end": RF},
        {"reference": "GIFT 2026", "text": RF},
    ],
)
def test_the_reference_decides_however_it_is_written(said):
    findings = match([_line(**said)], [A, B])
    [found] = findings.matched
    assert (found.awaited, found.other_amount) == (A, False)
    assert (findings.doubts, findings.foreign) == ((), ())


def test_another_amount_than_asked_is_what_was_paid():
    [found] = match([_line(450, reference=RF)], [A]).matched
    remote = found.as_remote()
    assert found.other_amount
    assert (remote.state, remote.paid, remote.asked) == (
        "paid", Money(450, "EUR"), Money(500, "EUR"),
    )  # fmt: skip
    assert (remote.reference, remote.provider_ref) == ("gift-a", found.line.identity)
    assert remote.paid_at is not None
    assert remote.paid_at.date() == DAY


def test_the_charge_of_the_bank_is_the_fee_and_the_gift_is_what_was_sent():
    [found] = match([_line(480, reference=RF, charge=Money(20, "EUR"))], [A]).matched
    remote = found.as_remote()
    assert (remote.paid, remote.fee) == (Money(500, "EUR"), Money(20, "EUR"))
    assert not found.other_amount


def _reasons(line: Line, awaited: list[Awaited]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    findings = match([line], awaited)
    assert (findings.matched, findings.foreign) == ((), ())
    [doubt] = findings.doubts
    return doubt.reasons, doubt.candidates


PAID = _awaited("gift-a", settled=True)
LATE = _awaited("gift-a", asked_on=date(2026, 12, 1))


@pytest.mark.parametrize(
    ("line", "awaited", "reasons", "candidates"),
    [
        (_line(reference=RF), [PAID], ("paid_already",), ("gift-a",)),
        (_line(reference=RF), [LATE], ("before_asked",), ("gift-a",)),
        (_line(amount=Money(500, "USD"), reference=RF), [A], ("other_currency",), ("gift-a",)),
        (_line(text=f"{RF} e {B.reference}"), [A, B], ("several_references",),
         ("gift-a", "gift-b")),
        (_line(reference=RF, lumped=True), [A], ("lumped",), ("gift-a",)),
        (_line(lumped=True), [A], ("lumped",), ()),
        (_line(-500, reference=RF, reversal=True), [A], ("returned",), ("gift-a",)),
        (_line(-500, return_code="AM04"), [A], ("returned",), ()),
        (_line(reference=RF[:-1]), [A], ("reference_mistyped",), ("gift-a",)),
        (_line(reference=RF[:8] + RF[9] + RF[8] + RF[10:]), [A], ("reference_mistyped",),
         ("gift-a",)),
        (_line(reference=references.for_key("nobody")), [A], ("reference_unknown",), ()),
        (_line(name="ROSSI ANNA MARIA"), [A, B], ("name_and_amount",), ("gift-a",)),
        (_line(text="da parte di Anna Rossi"), [A, B], ("name_and_amount",), ("gift-a",)),
        (_line(iban="X", name="Carla Bianchi"), [_awaited("gift-a", iban="X")],
         ("account_and_amount",), ("gift-a",)),
    ],
)  # fmt: skip
def test_a_doubt_says_why_and_names_its_candidates(line, awaited, reasons, candidates):
    assert _reasons(line, awaited) == (reasons, candidates)


@pytest.mark.parametrize(
    "line",
    [
        _line(-500, text="Canone"), _line(123, text="Interessi"), _line(name="Rossi"),
        _line(501, name="Anna Maria Rossi"), _line(name="Anna Verdi"), _line(0),
    ],
)  # fmt: skip
def test_what_has_nothing_to_do_with_us_is_foreign(line):
    findings = match([line], [A, B])
    assert findings.foreign == (line,)
    assert (findings.matched, findings.doubts) == ((), ())


def test_a_second_gift_with_the_same_reference_is_a_doubt_and_the_first_is_matched():
    lines = with_identities(
        "account",
        [
            Line(amount=Money(500, "EUR"), booked_on=date(2026, 11, 24), reference=RF),
            Line(amount=Money(500, "EUR"), booked_on=DAY, reference=RF),
        ],
    )
    findings = match(lines, [A])
    assert [one.line.booked_on for one in findings.matched] == [DAY]
    assert [one.reasons for one in findings.doubts] == [("paid_already",)]


def test_a_standing_order_pays_one_month_after_the_other():
    months = [
        _awaited(f"month-{number}", reference=RF, asked_on=date(2026, number, 1))
        for number in (8, 9, 10)
    ]
    lines = with_identities(
        "account",
        [
            Line(amount=Money(500, "EUR"), booked_on=date(2026, month, 20), reference=RF)
            for month in (9, 8, 10, 11)
        ],
    )
    findings = match(lines, months)
    paid = [(one.awaited.key, one.line.booked_on.month) for one in findings.matched]
    assert paid == [("month-8", 8), ("month-9", 9), ("month-10", 10)]
    assert [one.reasons for one in findings.doubts] == [("paid_already",)]


@given(st.integers(0, 13), st.sampled_from("0123456789ABCXYZ"), st.sampled_from(["", " ", "-"]))
def test_one_slip_never_books_and_always_finds_its_payment(place, wrong, gap):
    others = [_awaited(f"other-{number}", 900) for number in range(40)]
    for typed in (
        RF[:place] + wrong + RF[place + 1 :],  # wrong
        RF[:place] + RF[place + 1 :],  # left out
        RF[:place] + RF[place] + RF[place:],  # doubled
    ):
        is_right = typed == RF or RF in typed
        findings = match([_line(text=f"{gap.join(typed)}")], [A, *others])
        if is_right:
            assert findings.matched
        else:
            assert findings.matched == ()
            if typed.startswith("RF"):
                assert [one.candidates for one in findings.doubts] == [("gift-a",)]


def test_three_thousand_lines_and_payments_take_a_moment():
    many = [_awaited(f"gift-{number}", 900 + number) for number in range(3_000)]
    lines = with_identities(
        "account",
        [
            Line(amount=Money(5, "EUR"), booked_on=DAY, text=f"{RF} numero {number}")
            for number in range(3_000)
        ],
    )
    began = time.monotonic()
    assert len(match(lines, many).doubts) == 3_000
    assert time.monotonic() - began < 10  # a minute and more when each is compared with each


def test_a_gift_found_by_name_never_books_itself():
    [doubt] = match([_line(name="Anna Maria Rossi")], [A]).doubts
    assert isinstance(doubt, Doubt)


def test_several_of_one_name_are_all_candidates_up_to_a_limit():
    many = [_awaited(f"gift-{number}") for number in range(9)]
    assert len(_reasons(_line(name="Anna Maria Rossi"), many)[1]) == 5


LINES = st.builds(
    lambda minor, place, said, day: Line(
        amount=Money(minor, "EUR"), booked_on=date(2026, 11, day), **{place: said}
    ),
    st.sampled_from([500, 700, -500, 450]),
    st.sampled_from(["reference", "text", "name", "end_to_end"]),
    st.sampled_from([RF, B.reference, RF[:-1], "Anna Maria Rossi", "x", f"{RF} {B.reference}", ""]),
    st.integers(1, 28),
)


@settings(max_examples=80)
@given(st.lists(LINES, max_size=12), st.randoms(use_true_random=False))
def test_each_line_has_one_place_whatever_the_order_and_a_second_import_is_quiet(
    lines: list[Line], dice: random.Random
):
    told = list(with_identities("account", lines))
    first = match(told, [A, B])
    placed = [
        *(one.line for one in first.matched), *(one.line for one in first.doubts), *first.foreign,
    ]  # fmt: skip
    assert sorted(one.identity for one in placed) == sorted(one.identity for one in told)
    assert len({one.awaited.key for one in first.matched}) == len(first.matched)
    shuffled = dice.sample(told, len(told))
    assert match(shuffled, dice.sample([A, B], 2)) == first
    known = {one.identity for one in told}
    again = match(told, [A, B], known)
    assert (again.matched, again.doubts, again.foreign) == ((), (), ())
    assert len(again.known) == len(told)
    assert match([*told, *told], [A, B]).matched == first.matched
